//! Sessions that another library wrote.

use super::{
    State,
    data::Withheld,
    layout::{Layout, Metadata},
    payload::Payload,
};
use crate::{base::reason::Reason, crypto::scratch::Wiped};

impl<T: Payload> State<'_, T> {
    /// Calls `take`, which runs the application's code. If that panics, the session is unreadable, so that no write
    /// drops the old cookie.
    pub(crate) fn taking_over<R>(&mut self, take: impl FnOnce(&mut Self) -> R) -> R {
        self.data.withheld = Some(Withheld::Unreadable);
        let taken = take(self);
        self.data.withheld = None;
        taken
    }

    /// Becomes a session with these dates and this dictionary, which a type converts as it would its own of schema 0.
    /// Returns a reason if there is no room for it, or the type does not convert it. The session is new then.
    pub(crate) fn take_over(&mut self, dates: Metadata, dictionary: &[u8]) -> Result<(), Reason> {
        if dictionary.len() > self.policy.budget.room() {
            return Err(Reason::TooLong);
        }
        let len = dates.len() + dictionary.len();
        let mut body = Vec::with_capacity(len);
        dates.write(&[], dictionary, len, &mut body);
        let body = Wiped::from(body);
        let layout = Layout::read(&body).ok_or(Reason::Malformed)?;
        self.resume(body, layout, 0, 1);
        if self.is_unreadable() {
            // No version of the application wrote it, so a new session may take its place.
            self.data.opened = None;
            return Err(Reason::Payload);
        }
        self.data.is_taken_over = true;
        Ok(())
    }
}
