//! A companion that wants no proof.

use std::time::SystemTime;

use hardtack::{
    Context,
    companion::{Admission, Companion},
    session::{SaveError, SessionId, SessionInfo},
};

pub(crate) type Fields = Result<Vec<(&'static str, String)>, SaveError>;

/// Admits every session, and adds the fields that this function returns to each response that stores or drops one.
pub(crate) struct Admits<F>(pub(crate) F);

impl<F: Fn() -> Fields + Send + Sync> Companion for Admits<F> {
    fn reads(&self) -> fn(&str) -> bool {
        |_| false
    }

    fn judge(
        &self,
        _: &Context,
        _: &SessionInfo,
        _: &[(String, Vec<u8>)],
        _: SystemTime,
    ) -> Option<Admission> {
        Some(Admission::default())
    }

    fn fields(
        &self,
        _: &Context,
        _: Option<&SessionInfo>,
        _: Option<SessionId>,
        _: SystemTime,
    ) -> Fields {
        (self.0)()
    }
}
