//! Functions of the application that take part in reading sessions.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{asking::Answering, opened_session::OpenedSession, outcome::ReadEvent};
use crate::{keys::KeyId, state::Metadata};

#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) revoked_if: Option<RevokedIf>,
    pub(crate) validate: Option<Validate>,
    pub(crate) on_outcome: Option<OnOutcome>,
}

type RevokedIf = Arc<dyn Fn(&OpenedSession<'_>) -> bool + Send + Sync>;
pub(super) type Validate = Arc<dyn Fn(&OpenedSession<'_>) -> Answering + Send + Sync>;
type OnOutcome = Arc<dyn Fn(&ReadEvent) + Send + Sync>;

impl Hooks {
    /// Asks the application whether a session is revoked. A panic in its function counts as revoked. `payload` is
    /// `None` if the session is judged without its cookie.
    #[inline]
    pub(crate) fn is_revoked(
        &self,
        metadata: &Metadata,
        payload: Option<&[u8]>,
        key_id: KeyId,
    ) -> bool {
        self.revoked_if.as_ref().is_some_and(|revoked_if| {
            let session = OpenedSession::new(metadata, payload, key_id);
            catch_unwind(AssertUnwindSafe(|| revoked_if(&session))).unwrap_or(true)
        })
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("revoked_if", &self.revoked_if.is_some())
            .field("validate", &self.validate.is_some())
            .field("on_outcome", &self.on_outcome.is_some())
            .finish()
    }
}
