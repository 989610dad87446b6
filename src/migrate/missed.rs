use std::sync::atomic::{AtomicU32, Ordering};

use super::Source;
use crate::cookie::{CookieName, Finder, Values};

/// A lookout for cookies that are probably old sessions, and that no source reads because of their name. Without
/// feature `tracing`, which tells of them, it looks for none.
#[derive(Debug, Default)]
pub(crate) struct Missed {
    names: Vec<(&'static str, Finder)>,
    requests: AtomicU32,
}

impl Missed {
    /// Looks for the default names that neither one of `sources` nor the cookie of this crate has.
    pub(crate) fn beside(sources: &[Source], new_name: &CookieName) -> Missed {
        if sources.is_empty() || !cfg!(feature = "tracing") {
            return Missed::default();
        }
        let is_read = |name| sources.iter().any(|source| source.name.as_str() == name);
        let names = DEFAULT_NAMES.into_iter();
        let names = names.filter(|&name| new_name.as_str() != name && !is_read(name));
        Missed {
            names: names.map(|name| (name, Finder::new(name))).collect(),
            requests: AtomicU32::new(0),
        }
    }

    /// Returns the name of a missed cookie in a `Cookie` field, until a warning was due.
    pub(crate) fn find_in(&self, field: &[u8]) -> Option<&'static str> {
        if self.requests.load(Ordering::Relaxed) >= BEFORE_WARNING {
            return None;
        }
        let found = self.names.iter().find(|(_, finder)| {
            let mut values = Values::default();
            finder.find_in(field, 0, &mut values);
            values.iter().next().is_some()
        });
        found.map(|(name, _)| *name)
    }

    /// Counts a request without a session that brought a missed cookie. Returns `true` once, when a warning is due.
    pub(crate) fn is_warning_due(&self) -> bool {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1 == BEFORE_WARNING
    }
}

/// The default names of the cookies that this module has readers for (docs/moving-in.md).
const DEFAULT_NAMES: [&str; 3] = ["beaker.session.id", "id", "session"];

/// A single cookie of such a name may belong to any other program.
const BEFORE_WARNING: u32 = 10;
