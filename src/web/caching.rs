//! What a response says to caches, and what it has to say for its session's sake.
//!
//! Some shared caches ignore `Vary` and store `Set-Cookie`, so one visitor's session could be given to
//! the next.

use crate::session::Use;

/// The fields that tell caches whether they may store a response, and the value of each that forbids it.
/// `*` stands for any beginning.
const FIELDS: [(&str, FieldKind, &str); 6] = [
    ("cache-control", FieldKind::Directives, "no-store"),
    // For one kind of cache each (RFC 9213): those of a CDN, of one vendor, …
    ("*-cache-control", FieldKind::OnlyNoStore, "no-store"),
    // What came before it.
    ("surrogate-control", FieldKind::OnlyNoStore, "no-store"),
    ("edge-control", FieldKind::OnlyNoStore, "no-store"),
    // Of nginx: seconds, or a moment after `@`. It goes before `Cache-Control`.
    ("x-accel-expires", FieldKind::Seconds, "0"),
    ("expires", FieldKind::Date, "0"),
];

/// How a field says that a response may be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum FieldKind {
    /// By having neither `private` nor `no-store`.
    Directives,
    /// By not having `no-store`: its caches are shared ones, and not all of them know `private`.
    OnlyNoStore,
    /// By anything but 0.
    Seconds,
    /// By a date that is not past, where `Cache-Control` says nothing (RFC 9111 section 5.3).
    Date,
}

/// A change to a response's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheChange {
    Leave,
    /// Set `Cache-Control: private`.
    Private,
    /// Set `Cache-Control: no-store`, and every other field that is there to what [`forbids`] says.
    NoStore {
        was_shareable: bool,
    },
}

/// The value by which a field forbids caches to store a response, if it tells them at all.
pub(crate) fn forbids(name: &str) -> Option<&'static str> {
    field(name).map(|(_, value)| value)
}

fn field(name: &str) -> Option<(FieldKind, &'static str)> {
    let is_name = |known: &str| match known.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name == known,
    };
    let mut fields = FIELDS.into_iter();
    let (_, kind, value) = fields.find(|(known, ..)| is_name(known))?;
    Some((kind, value))
}

/// What a response says to caches about storing it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CacheHeaders {
    cache_control: Option<Directives>,
    /// A field that goes before `Cache-Control` with some caches lets those store.
    is_targeted: bool,
    expires_later: bool,
}

impl CacheHeaders {
    /// Reads the fields of a response, by name in lower case, with all values of each.
    pub(crate) fn read<'a, V>(fields: impl Iterator<Item = (&'a str, V)>) -> CacheHeaders
    where
        V: Iterator<Item = &'a [u8]>,
    {
        let mut headers = CacheHeaders::default();
        for (name, mut values) in fields {
            match field(name).map(|(kind, _)| kind) {
                None => {}
                Some(FieldKind::Directives) => {
                    headers.cache_control = Some(Directives::read(values))
                }
                Some(FieldKind::OnlyNoStore) => {
                    headers.is_targeted |= !Directives::read(values).no_store();
                }
                Some(FieldKind::Seconds) => headers.is_targeted |= !values.any(is_zero),
                Some(FieldKind::Date) => headers.expires_later |= values.any(is_later),
            }
        }
        headers
    }

    /// Returns `true` if the application lets others than the visitor store the response.
    pub(crate) fn is_shareable(&self) -> bool {
        let by_all = match self.cache_control {
            Some(set) => !set.private && !set.no_store(),
            None => self.expires_later,
        };
        by_all || self.is_targeted
    }

    /// The change to a response that depends on its session in this way. With `is_sharing_allowed`, a response that
    /// others may store stays as it is.
    pub(crate) fn change_for(&self, use_of_session: Use, is_sharing_allowed: bool) -> CacheChange {
        let was_shareable = self.is_shareable();
        if was_shareable && is_sharing_allowed {
            return CacheChange::Leave;
        }
        match use_of_session {
            Use::Written if was_shareable || !self.has_no_store() => {
                CacheChange::NoStore { was_shareable }
            }
            Use::Touched if self.cache_control.is_none() => CacheChange::Private,
            _ => CacheChange::Leave,
        }
    }

    fn has_no_store(&self) -> bool {
        self.cache_control.is_some_and(|set| set.no_store())
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Directives {
    private: bool,
    no_store: bool,
    must_understand: bool,
}

impl Directives {
    fn read<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Directives {
        let mut set = Directives::default();
        for directive in fields.flat_map(|field| field.split(|&byte| byte == b',')) {
            let is = |name: &[u8]| directive.trim_ascii().eq_ignore_ascii_case(name);
            // `private="field"` is about one field only, so it does not count.
            set.private |= is(b"private");
            set.no_store |= is(b"no-store");
            set.must_understand |= is(b"must-understand");
        }
        set
    }

    /// A cache that knows `must-understand` ignores `no-store` beside it (RFC 9111 section 5.2.2.3).
    fn no_store(self) -> bool {
        self.no_store && !self.must_understand
    }
}

fn is_zero(seconds: &[u8]) -> bool {
    let seconds = seconds.trim_ascii();
    !seconds.is_empty() && seconds.iter().all(|&digit| digit == b'0')
}

/// Anything but a date stands for one that is past, and so does a year before that of the format's epoch.
fn is_later(expires: &[u8]) -> bool {
    let is_date = expires.first().is_some_and(u8::is_ascii_alphabetic);
    let mut numbers = expires.split(|byte| !byte.is_ascii_digit());
    let year = numbers.find(|number| number.len() == 4);
    is_date && year.is_none_or(|year| year >= b"2026".as_slice())
}

/// Returns `true` if a response must add to `Vary`, whose values are given, that it depends on `field`, in which its
/// session came.
pub(crate) fn needs_vary<'a>(
    use_of_session: Use,
    mut vary: impl Iterator<Item = &'a [u8]>,
    field: &str,
) -> bool {
    let mut says_so = || {
        vary.any(|value| {
            value.split(|&byte| byte == b',').any(|name| {
                let name = name.trim_ascii();
                name == b"*" || name.eq_ignore_ascii_case(field.as_bytes())
            })
        })
    };
    use_of_session != Use::Untouched && !says_so()
}

/// Whether `Sec-Fetch-Dest` names something that a page loads beside itself.
pub(crate) fn is_subresource(destination: &[u8]) -> bool {
    let subresources: [&[u8]; 8] = [
        b"image", b"script", b"style", b"font", b"audio", b"video", b"track", b"worker",
    ];
    subresources.contains(&destination)
}
