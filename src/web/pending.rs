//! Session of a request until the head of its response is made.

use std::sync::{Arc, atomic::Ordering};

use super::{
    any_carrier::AnyCarrier,
    failure::Failure,
    framework::{Extensions, Fields},
    lost_cookie::Warning,
    old_paths::OldPaths,
};
use crate::{
    session::{FAILED, Session},
    state::Payload,
};

/// A session whose response head has not been made yet.
pub(super) struct PendingSession<T> {
    pub(super) carrier: Arc<AnyCarrier<T>>,
    pub(super) session: Session<T>,
    /// Logs why the browser drops the session's cookie or does not send it back.
    pub(super) warning: Option<Warning>,
    /// Old cookies that the request brought.
    pub(super) old_paths: OldPaths,
    pub(super) is_saved: bool,
}

impl<T: Payload> PendingSession<T> {
    /// Returns the status by which a response saves the session. After an error of its session, a request saves as little
    /// as with a 5xx, because it may have made only a part of its changes. Logs errors that anyone can cause. If an inner
    /// middleware has made the page, only its status tells the error, and saving sees to that.
    pub(super) fn status_to_save(&self, status: u16, response: &impl Extensions) -> u16 {
        let Some(Failure::Session(error)) = response.get() else {
            return status;
        };
        self.session.note_failure(error);
        FAILED
    }

    /// Saves the session in a response with this status and these fields, and closes it if anybody can still change it.
    /// After a failure, the response must get the failure's status.
    // Without this, a request that leaves its session alone takes 1.1 % more instructions.
    #[inline]
    pub(super) fn save<F: Fields>(&mut self, status: u16, response: &mut F) -> Result<(), Failure> {
        if self.session.release_if_untouched() && !self.carrier.is_set_again_in(response) {
            self.is_saved = true;
            return Ok(());
        }
        let saved = match &*self.carrier {
            AnyCarrier::Cookie(cookie) => cookie.save_in(&self.session, status, response),
            AnyCarrier::Header(tokens) => tokens.save_in(&self.session, status, response),
        };
        self.is_saved = true;
        self.old_paths.drop_in(response);
        if let AnyCarrier::Cookie(cookie) = &*self.carrier
            && let Some(warn) = self.warning.take()
            && cookie.is_set_in(response.values(&F::SET_COOKIE))
            // An inner layer may have warned of the cookie.
            && !cookie.fields.is_logged.swap(true, Ordering::Relaxed)
        {
            warn(cookie.name().as_str());
        }
        saved.map_err(|error| Failure::Save(error).logged(None))
    }
}

/// Closes the session if the request was cancelled or failed, so that later changes by another handle are errors.
impl<T> Drop for PendingSession<T> {
    fn drop(&mut self) {
        if !self.is_saved {
            self.session.abandon();
        }
    }
}
