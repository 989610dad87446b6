//! Visits to a site whose sessions last two weeks, and when its visitor is signed out. The program `rust/` follows
//! these plans with actix-session and tower-sessions, and the test `parity` with the settings that docs/moving.md has
//! in their place.

/// A page, by its use of the session.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Page {
    Changes,
    Reads,
    LeavesAlone,
}

use Page::{Changes, LeavesAlone, Reads};

pub(crate) struct Plan {
    /// Every request restarts the two weeks, and not only one that changes the session.
    pub(crate) is_every_request: bool,
    /// The page of a day, if there is a visit.
    pub(crate) page: fn(day: u64) -> Option<Page>,
    /// `None`: after 120 days the visitor is signed in.
    pub(crate) day_out: Option<u64>,
}

pub(crate) const TWO_WEEKS: u64 = 14 * DAY;

#[rustfmt::skip] // One row a plan.
pub(crate) const PLANS: [Plan; 7] = [
    Plan { is_every_request: false, page: |_| Some(Changes), day_out: None },
    Plan { is_every_request: false, page: |_| Some(Reads), day_out: Some(14) },
    Plan { is_every_request: false, page: |day| Some(if day == 10 { Changes } else { Reads }), day_out: Some(24) },
    Plan { is_every_request: true, page: |_| Some(Reads), day_out: None },
    Plan { is_every_request: true, page: |_| Some(LeavesAlone), day_out: None },
    Plan { is_every_request: true, page: |day| (day % 13 == 0).then_some(Reads), day_out: None },
    Plan { is_every_request: true, page: |day| (day % 15 == 0).then_some(Reads), day_out: Some(15) },
];

const DAY: u64 = 86_400;

impl Plan {
    /// Follows the plan with a browser that drops a cookie after its `Max-Age`. A request has a time in seconds, the
    /// cookie, and a page; it returns whether the page saw the session, and the `Set-Cookie` field.
    #[track_caller]
    pub(crate) fn follow(
        &self,
        mut request: impl FnMut(u64, Option<&str>, Page) -> (bool, Option<String>),
    ) {
        let mut jar: Option<(String, u64)> = None;
        let mut visit = |now, page| {
            let cookie = jar.as_ref().filter(|(_, end)| now < *end);
            let had_cookie = cookie.is_some();
            let (was_seen, field) = request(now, cookie.map(|(pair, _)| &**pair), page);
            if let Some(field) = field {
                let (pair, attributes) = field.split_once("; ").unwrap();
                let (_, max_age) = attributes.split_once("Max-Age=").unwrap();
                let seconds = max_age.split(';').next().unwrap();
                jar = Some((pair.to_owned(), now + seconds.parse::<u64>().unwrap()));
            }
            had_cookie && (was_seen || page == LeavesAlone)
        };
        visit(0, Changes);
        let mut days = 1..=120;
        let day_out =
            days.find(|day| (self.page)(*day).is_some_and(|page| !visit(day * DAY, page)));
        assert_eq!(day_out, self.day_out);
    }
}
