use std::{fmt, time::SystemTime};

use serde_json::{Map, Value};

/// A session that a [`Reader`](super::Reader) found in an old cookie: its entries, and the dates that it has.
///
/// # Examples
///
/// ```
/// use hardtack::migrate::OldSession;
/// use std::time::{Duration, SystemTime};
///
/// let mut entries = serde_json::Map::new();
/// entries.insert("user".to_owned(), 42.into());
/// let signed_in_at = SystemTime::now() - Duration::from_secs(600);
/// let session = OldSession::new(entries).created_at(signed_in_at);
/// # let _ = session;
/// ```
#[derive(Clone)]
pub struct OldSession {
    pub(super) entries: Map<String, Value>,
    pub(super) created_at: Option<SystemTime>,
    pub(super) last_active_at: Option<SystemTime>,
    pub(super) expires_at: Option<SystemTime>,
}

impl OldSession {
    /// Creates a session that has no dates.
    #[must_use]
    pub fn new(entries: Map<String, Value>) -> OldSession {
        OldSession {
            entries,
            created_at: None,
            last_active_at: None,
            expires_at: None,
        }
    }

    /// Sets the time at which the session was issued. Default: the moment from which its cookie is taken over.
    #[must_use]
    pub fn created_at(self, moment: SystemTime) -> OldSession {
        OldSession {
            created_at: Some(moment),
            ..self
        }
    }

    /// Sets the time of the last activity, from which the idle timeout runs. Default: the time of the request.
    #[must_use]
    pub fn last_active_at(self, moment: SystemTime) -> OldSession {
        OldSession {
            last_active_at: Some(moment),
            ..self
        }
    }

    /// Sets the moment from which the old library would refuse the session. Default: none.
    #[must_use]
    pub fn expires_at(self, moment: SystemTime) -> OldSession {
        OldSession {
            expires_at: Some(moment),
            ..self
        }
    }
}

/// Shows no content.
impl fmt::Debug for OldSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OldSession")
            .field("entries", &self.entries.len())
            .field("created_at", &self.created_at)
            .field("last_active_at", &self.last_active_at)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}
