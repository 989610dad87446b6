//! Everything at once: any policy and any visits, beside what the specification says.

use hardtack::{EncryptionKey, SessionCookie, carrier::RefreshAfter};
use proptest::prelude::*;

use super::{
    block_on,
    browser::Browser,
    cases::cases,
    policies::Refresh,
    times::{at, seconds},
};

/// What SPEC.md § 7.7 and § 8 say, in the simplest words.
#[derive(Clone, Copy, Debug)]
struct Model {
    issued: i64,
    seen: i64,
}

#[derive(Clone, Copy, Debug)]
struct Policy {
    idle: Option<i64>,
    absolute: i64,
    skew: i64,
    refresh: Refresh,
}

impl Policy {
    fn is_alive(self, model: Model, now: i64) -> bool {
        model.seen <= now + self.skew
            && now < model.issued + self.absolute
            && self.idle.is_none_or(|idle| now < model.seen + idle)
    }

    fn site(self, key: EncryptionKey) -> SessionCookie {
        let duration = |duration: i64| seconds(duration.unsigned_abs());
        let site = SessionCookie::encrypted(key)
            .idle_timeout(self.idle.map(duration))
            .absolute_timeout(duration(self.absolute))
            .clock_skew(duration(self.skew));
        self.refresh.build(site)
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    let timeouts = (1..10_000i64).prop_flat_map(|absolute| {
        let idle = prop::option::of(1..=absolute.min(3000));
        (idle, Just(absolute))
    });
    (timeouts, 0..300i64, 0..6u8, 0..=100i64).prop_map(
        |((idle, absolute), skew, refresh, percent)| Policy {
            idle,
            absolute,
            skew,
            refresh: {
                let duration = idle.unwrap_or(3000) / 2 * percent / 100;
                Refresh::of(refresh, duration.unsigned_abs())
            },
        },
    )
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Nothing,
    Read,
    Write,
    Renew,
    RenewId,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        1 => Just(Deed::Nothing),
        3 => Just(Deed::Read),
        2 => Just(Deed::Write),
        1 => Just(Deed::Renew),
        1 => Just(Deed::RenewId),
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn sessions_live_as_the_specification_says_on_clocks_that_step_both_ways(
        policy in policy(),
        visits in prop::collection::vec((-200..2000i64, deed()), 1..20),
    ) {
        let mut browser = Browser::from(policy.site(EncryptionKey::generate().unwrap()));
        let mut model: Option<Model> = None;
        let mut now = 10_000i64;
        for (count, (later, deed)) in visits.into_iter().enumerate() {
            now += later;
            browser.now = now.unsigned_abs();
            let alive = model.filter(|&model| policy.is_alive(model, now));
            let (times, expires) = browser.visit(|session| {
                if matches!(deed, Deed::Nothing) {
                    return (None, None);
                }
                assert!(block_on(session.validate()).unwrap());
                let read = (session.created_at(), session.last_active_at());
                let read = (Some(read), session.expires_at());
                match deed {
                    Deed::Nothing | Deed::Read => {}
                    Deed::Write => session.insert("count", count).unwrap(),
                    Deed::Renew => session.renew().unwrap(),
                    Deed::RenewId => session.renew_id().unwrap(),
                }
                read
            });
            let time = |time: i64| at(time.unsigned_abs());
            if let Some(times) = times {
                prop_assert_eq!(times.0, alive.map(|model| time(model.issued)));
                prop_assert_eq!(times.1, alive.map(|model| time(model.seen)));
                let end = alive.map(|model| {
                    let absolute = model.issued + policy.absolute;
                    policy.idle.map_or(absolute, |idle| absolute.min(model.seen + idle))
                });
                prop_assert_eq!(expires, end.map(time));
            }
            let counts_each = matches!(policy.refresh, Refresh::By(RefreshAfter::EveryRequest));
            let written = match (alive, deed) {
                (Some(_), Deed::Nothing) if !counts_each => None,
                (None, Deed::Nothing | Deed::Read) => None,
                (_, Deed::Renew) | (None, _) => Some(Model { issued: now, seen: now }),
                (Some(alive), deed) => {
                    let is_past = |duration: u64| now >= alive.seen + duration as i64;
                    let is_change = matches!(deed, Deed::Write | Deed::RenewId);
                    // Whether the activity moves, and whether that alone is written.
                    let (moves, is_due) = match policy.refresh {
                        Refresh::By(RefreshAfter::Never) => (false, false),
                        Refresh::By(RefreshAfter::Always | RefreshAfter::EveryRequest) => (true, true),
                        Refresh::By(RefreshAfter::Interval(duration)) => {
                            (true, is_past(duration.as_secs()))
                        }
                        Refresh::By(_) => (true, false),
                        Refresh::ByAnswers(duration) => (is_past(duration), is_past(duration)),
                    };
                    let seen = if moves { alive.seen.max(now) } else { alive.seen };
                    (is_change || is_due).then_some(Model { seen, ..alive })
                }
            };
            prop_assert_eq!(browser.sent.len(), usize::from(written.is_some()));
            model = written.or(model);
        }
    }
}
