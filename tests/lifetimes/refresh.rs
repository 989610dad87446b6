//! Every rule by which the last activity of a session may move, for cases that try them all.

use std::{convert::Infallible, future::ready};

use hardtack::{
    SessionCookie,
    carrier::{RefreshAfter, SessionCookieBuilder},
    session::Validity,
};

use super::times::seconds;

#[derive(Clone, Copy, Debug)]
pub(super) enum Refresh {
    By(RefreshAfter),
    /// The application is asked after so many seconds, and says that every session goes on.
    ByAnswers(u64),
}

impl Refresh {
    /// Returns one of the rules for each number, with `duration` where it has one.
    pub(super) fn of(number: u8, duration: u64) -> Refresh {
        match number {
            0 => Refresh::By(RefreshAfter::Never),
            1 => Refresh::By(RefreshAfter::OnChange),
            2 => Refresh::By(RefreshAfter::Always),
            3 => Refresh::By(RefreshAfter::EveryRequest),
            4 if duration > 0 => Refresh::ByAnswers(duration),
            _ => Refresh::By(RefreshAfter::Interval(seconds(duration))),
        }
    }

    pub(super) fn build(self, site: SessionCookieBuilder) -> SessionCookie {
        match self {
            Refresh::By(refresh) => site.refresh_after(refresh).build(),
            Refresh::ByAnswers(after) => site
                .revalidate_after(seconds(after), |_| {
                    ready(Ok::<_, Infallible>(Validity::Valid))
                })
                .build(),
        }
        .unwrap()
    }
}
