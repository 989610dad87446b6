//! What a response says to caches, and what it has to say for its session's sake.
//!
//! Some shared caches ignore `Vary` and store `Set-Cookie`, so one visitor's session could be given to
//! the next.

use crate::session::Use;

#[derive(Clone, Copy, Debug, Default)]
struct Directives {
    private: bool,
    no_store: bool,
}

/// A change to a response's fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CacheChange {
    Leave,
    /// Set `Cache-Control: private`.
    Private,
    /// Replace `Cache-Control`, and `CDN-Cache-Control` and `Surrogate-Control` where they are set, by
    /// `no-store`.
    NoStore {
        was_shareable: bool,
    },
}

/// Whether the application let others than the visitor store the response: by `Cache-Control`, or by a field that
/// speaks to one kind of cache only.
pub(crate) fn is_shareable<'a>(
    cache_control: impl Iterator<Item = &'a [u8]>,
    is_targeted: impl FnOnce() -> bool,
) -> bool {
    lets_others_store(directives(cache_control), is_targeted)
}

fn lets_others_store(
    cache_control: Option<Directives>,
    is_targeted: impl FnOnce() -> bool,
) -> bool {
    cache_control.is_some_and(|set| !set.private && !set.no_store) || is_targeted()
}

/// Whether a field that speaks to one kind of cache only is set, without `no-store`. No such cache reads what is said
/// to another, so each is judged alone.
pub(crate) fn targets<'a>(field: impl Iterator<Item = &'a [u8]>) -> bool {
    directives(field).is_some_and(|set| !set.no_store)
}

/// What is to change for a response that made this use of its session.
pub(crate) fn change_for<'a>(
    use_of_session: Use,
    cache_control: impl Iterator<Item = &'a [u8]>,
    is_targeted: impl FnOnce() -> bool,
) -> CacheChange {
    let cache_control = directives(cache_control);
    match use_of_session {
        Use::Written => {
            let was_shareable = lets_others_store(cache_control, is_targeted);
            let no_store = cache_control.is_some_and(|set| set.no_store);
            if no_store && !was_shareable {
                CacheChange::Leave
            } else {
                CacheChange::NoStore { was_shareable }
            }
        }
        Use::Touched if cache_control.is_none() => CacheChange::Private,
        _ => CacheChange::Leave,
    }
}

/// `None`: the field is not set.
fn directives<'a>(fields: impl Iterator<Item = &'a [u8]>) -> Option<Directives> {
    let mut found = None;
    for field in fields {
        let set: &mut Directives = found.get_or_insert_default();
        for directive in field.split(|&byte| byte == b',') {
            let directive = directive.trim_ascii();
            // `private="field"` is about one field only, so it does not count.
            set.private |= directive.eq_ignore_ascii_case(b"private");
            set.no_store |= directive.eq_ignore_ascii_case(b"no-store");
        }
    }
    found
}

/// Whether `Vary` already says that the response depends on `field`.
pub(crate) fn varies_on<'a>(mut vary: impl Iterator<Item = &'a [u8]>, field: &str) -> bool {
    vary.any(|value| {
        value.split(|&byte| byte == b',').any(|name| {
            let name = name.trim_ascii();
            name == b"*" || name.eq_ignore_ascii_case(field.as_bytes())
        })
    })
}

/// Whether `Sec-Fetch-Dest` names something that a page loads beside itself.
pub(crate) fn is_subresource(destination: &[u8]) -> bool {
    let subresources: [&[u8]; 8] = [
        b"image", b"script", b"style", b"font", b"audio", b"video", b"track", b"worker",
    ];
    subresources.contains(&destination)
}
