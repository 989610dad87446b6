//! The settings that docs/moving.md has in place of those of actix-session and tower-sessions do the same.

use std::time::Duration;

use hardtack::{Session, carrier::RefreshAfter};

use super::{
    DAY, builder, saved, start,
    visits::{PLANS, Page, TWO_WEEKS},
};

#[test]
fn visitors_are_signed_out_when_the_other_libraries_sign_them_out() {
    for plan in PLANS {
        let site = builder()
            .persistent()
            .idle_timeout(Duration::from_secs(TWO_WEEKS))
            .absolute_timeout(3650 * DAY)
            .refresh_after(match plan.is_every_request {
                true => RefreshAfter::EveryRequest,
                false => RefreshAfter::OnChange,
            })
            .build()
            .unwrap();
        plan.follow(|now, cookie, page| {
            let session = site.load(cookie, start() + Duration::from_secs(now));
            let is_seen = page != Page::LeavesAlone && session.contains_key("time");
            if page == Page::Changes {
                session.insert("time", now).unwrap();
            }
            (is_seen, saved(&site, &session).pop())
        });
    }
}

/// As `Expiry::AtDateTime` of tower-sessions, and a cookie of a jar that is added once with `max_age`.
#[test]
fn a_session_with_a_fixed_end_has_it_whatever_its_visitor_does() {
    let persistent = || builder().persistent();
    let limit = |session: &Session| session.limit_to(14 * DAY).unwrap();
    let leave = |_: &Session| ();
    type Begin = fn(&Session);
    for (site, begin) in [
        (persistent().absolute_timeout(3650 * DAY), limit as Begin),
        (persistent().absolute_timeout(14 * DAY), leave as Begin),
    ] {
        let site = site.build().unwrap();
        let mut field = None;
        for day in 0..=14 {
            let session = site.load(field.as_ref(), start() + day * DAY);
            assert_eq!(session.is_new(), day % 14 == 0);
            if day == 0 {
                begin(&session);
            }
            session.insert("day", day).unwrap();
            let sent = saved(&site, &session).pop().unwrap();
            if day < 14 {
                let max_age = format!("; Max-Age={}", (14 * DAY - day * DAY).as_secs());
                assert!(sent.ends_with(&max_age), "{sent}");
            }
            field = Some(sent);
        }
    }
}
