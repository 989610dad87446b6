//! What a response says to caches, and what it has to say for its session's sake.
//!
//! Some shared caches ignore `Vary` and store `Set-Cookie`, so one visitor's session could be given to
//! the next.

use crate::session::Use;

/// The fields of a response that speak to caches, read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caching {
    /// `Cache-Control`: its directives, if the application set the field.
    cache_control: Option<Directives>,
    /// `CDN-Cache-Control` or `Surrogate-Control` without `no-store`.
    is_targeted: bool,
}

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
    NoStore,
}

impl Caching {
    /// Reads the values of `Cache-Control`, and those of each field that speaks to one kind of cache only.
    pub(crate) fn read<'a, F>(cache_control: F, targeted: impl IntoIterator<Item = F>) -> Caching
    where
        F: Iterator<Item = &'a [u8]>,
    {
        let mut targeted = targeted.into_iter().filter_map(directives);
        Caching {
            cache_control: directives(cache_control),
            // No such cache reads what is said to another, so each is judged alone.
            is_targeted: targeted.any(|set| !set.no_store),
        }
    }

    /// The application let others than the visitor store the response.
    pub(crate) fn is_shareable(self) -> bool {
        let allows = |set: Directives| !set.private && !set.no_store;
        self.is_targeted || self.cache_control.is_some_and(allows)
    }

    /// What is to change for a response that made this use of its session.
    pub(crate) fn change_for(self, use_of_session: Use) -> CacheChange {
        let no_store = self.cache_control.is_some_and(|set| set.no_store);
        match use_of_session {
            Use::Written if !no_store || self.is_targeted => CacheChange::NoStore,
            Use::Touched if self.cache_control.is_none() => CacheChange::Private,
            _ => CacheChange::Leave,
        }
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
