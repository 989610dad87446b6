//! Headers of a response that caches read, and the changes that its session requires.
//!
//! Some shared caches ignore `Vary` and store `Set-Cookie`, so they could give the session of one visitor to the next.

use std::borrow::Cow;

use super::framework::Fields;
use crate::state::{AlreadySent, Dependence, ResponseFacts};

/// Condition under which a field lets caches store a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FieldKind {
    /// The field has neither `private` nor `no-store`.
    Directives,
    /// The field lacks `no-store`. It is for shared caches, and some of these do not know `private`.
    OnlyNoStore,
    /// The field is not 0.
    Seconds,
    /// The field is a date in the future, and there is no `Cache-Control` (RFC 9111 section 5.3).
    Date,
}

impl FieldKind {
    /// Returns the kind of a field that tells caches whether they may store a response.
    pub(super) fn of(name: &str) -> Option<FieldKind> {
        match name {
            "cache-control" => Some(FieldKind::Directives),
            "expires" => Some(FieldKind::Date),
            // For nginx: seconds, or a time after `@`. It overrides `Cache-Control`.
            "x-accel-expires" => Some(FieldKind::Seconds),
            // Predecessors of the next kind.
            "surrogate-control" | "edge-control" => Some(FieldKind::OnlyNoStore),
            // Each is for one kind of cache (RFC 9213), such as a CDN's or a vendor's.
            _ if name.ends_with("-cache-control") => Some(FieldKind::OnlyNoStore),
            _ => None,
        }
    }

    /// Returns the value that forbids caches from storing the response.
    pub(super) fn forbidding(self) -> &'static str {
        match self {
            FieldKind::Directives | FieldKind::OnlyNoStore => NO_STORE,
            FieldKind::Seconds | FieldKind::Date => "0",
        }
    }
}

/// Word in `Cache-Control` and similar fields that forbids all caches from storing a response.
pub(super) const NO_STORE: &str = "no-store";

/// Fields of a response that say whether caches may store it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CacheHeaders {
    cache_control: Option<Directives>,
    /// `true` if a field that some caches prefer to `Cache-Control` lets them store the response.
    is_targeted: bool,
    expires_later: bool,
}

impl CacheHeaders {
    /// Reads the fields of a response.
    pub(crate) fn of<H: Fields>(response: &H) -> CacheHeaders {
        let mut headers = CacheHeaders::default();
        for name in response.names() {
            let mut values = response.values(name);
            match FieldKind::of(name.as_ref()) {
                None => {}
                Some(FieldKind::Directives) => {
                    headers.cache_control = Some(Directives::read(values))
                }
                Some(FieldKind::OnlyNoStore) => {
                    headers.is_targeted |= !Directives::read(values).no_store;
                }
                Some(FieldKind::Seconds) => headers.is_targeted |= !values.all(is_zero),
                Some(FieldKind::Date) => headers.expires_later |= values.any(is_later),
            }
        }
        headers
    }

    /// Returns `true` if the response lets caches other than the visitor's store it.
    pub(crate) fn is_shareable(&self) -> bool {
        let by_all = match self.cache_control {
            Some(set) => !set.private && !set.no_store,
            None => self.expires_later,
        };
        by_all || self.is_targeted
    }

    /// Returns what decides about a session, of a response with this status and these fields.
    pub(super) fn facts(&self, status: u16, already_sent: AlreadySent) -> ResponseFacts {
        ResponseFacts {
            status,
            // Caches merge the fields of a 304 into a response that they have stored (RFC 9111 section 4.3.4).
            is_shareable: self.is_shareable() || status == 304,
            already_sent,
            ..ResponseFacts::UNKNOWN
        }
    }

    /// Returns `true` if any cache may store the response, including the visitor's.
    pub(super) fn is_storable(&self) -> bool {
        self.is_shareable() || !self.cache_control.is_some_and(|set| set.no_store)
    }

    /// Returns the `Cache-Control` that a response needs if it depends on its session to this extent. With
    /// `is_sharing_allowed`, a response that shared caches may store needs no other.
    pub(super) fn cache_control_for(
        &self,
        dependence: Dependence,
        is_sharing_allowed: bool,
    ) -> Option<&'static str> {
        match dependence {
            _ if self.is_shareable() && is_sharing_allowed => None,
            // Even the visitor's own browser must not replay a sign-in or a sign-out.
            Dependence::Written if self.is_storable() => Some(NO_STORE),
            // A read session may be stored by the visitor's own browser, whose back button then needs no request.
            Dependence::Touched if self.cache_control.is_none() => Some("private"),
            _ => None,
        }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Directives {
    private: bool,
    no_store: bool,
}

impl Directives {
    /// Reads all values of a field. A comma inside a quoted string separates nothing (RFC 9110 section 5.6.4).
    fn read<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Directives {
        let (mut set, mut must_understand) = (Directives::default(), false);
        for field in fields {
            let (mut is_quoted, mut is_escaped) = (false, false);
            let directives = field.split(|&byte| {
                match byte {
                    _ if is_escaped => is_escaped = false,
                    b'\\' => is_escaped = is_quoted,
                    b'"' => is_quoted = !is_quoted,
                    _ => return byte == b',' && !is_quoted,
                }
                false
            });
            for directive in directives {
                let is = |name: &[u8]| directive.trim_ascii().eq_ignore_ascii_case(name);
                // `private="field"` is about one field only, so it is ignored.
                set.private |= is(b"private");
                set.no_store |= is(b"no-store");
                must_understand |= is(b"must-understand");
            }
            if is_quoted {
                // The string does not end. Caches differ about such a field, so no directive counts as forbidding.
                return Directives::default();
            }
        }
        // A cache that knows `must-understand` ignores `no-store` next to it (RFC 9111 section 5.2.2.3).
        set.no_store &= !must_understand;
        set
    }
}

fn is_zero(seconds: &[u8]) -> bool {
    let seconds = seconds.trim_ascii();
    !seconds.is_empty() && seconds.iter().all(|&digit| digit == b'0')
}

/// Returns `true` for a date that may be in the future. Its year is 2026, when this format began, or later, or does not
/// have four digits.
fn is_later(expires: &[u8]) -> bool {
    let text = String::from_utf8_lossy(expires).to_ascii_lowercase();
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let latest_year = numbers.filter(|number| number.len() == 4).max();
    let is_date = MONTHS.iter().any(|month| text.contains(month))
        && text.contains(|c: char| c.is_ascii_digit());
    // Read roughly, in favour of the visitor: caches accept more spellings of a date than any parser.
    is_date && latest_year.is_none_or(|year| year >= "2026")
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Adds `field`, which brought the session, to `Vary`, unless it is there.
pub(super) fn add_to_vary<H: Fields>(field: Cow<'static, str>, response: &mut H) {
    let is_covering = |name: &[u8]| {
        let name = name.trim_ascii();
        name == b"*" || name.eq_ignore_ascii_case(field.as_bytes())
    };
    let is_covered = |line: &[u8]| line.split(|&byte| byte == b',').any(is_covering);
    if response.values(&H::VARY).any(is_covered) {
        return;
    }
    let lines = response
        .values(&H::VARY)
        .map(|line| str::from_utf8(line.trim_ascii()))
        .collect::<Result<Vec<_>, _>>();
    match lines {
        Ok(mut all) if !all.is_empty() => {
            all.retain(|line| !line.is_empty());
            all.push(&field);
            // In one line, because some layers around keep only the first.
            let all = all.join(", ");
            response.replace(H::VARY, H::value(all.into()));
        }
        // There is no line, or one that is not text.
        _ => response.add(H::VARY, H::value(field)),
    }
}
