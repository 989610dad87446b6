//! The reason for which a session did not open.

use hardtack::{
    Session,
    session::{Outcome, Payload, Reason},
};

/// `None` if the session opened under the sealing key.
#[track_caller]
pub(crate) fn reason<T: Payload>(session: &Session<T>) -> Option<Reason> {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        Outcome::Opened { .. } => None,
        outcome => panic!("{outcome:?}"),
    }
}
