//! Nothing that a visitor does postpones the question.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hardtack::{Session, SessionCookie, session::Validity};
use http::{HeaderMap, HeaderValue, StatusCode, header::COOKIE};
use proptest::prelude::*;

use super::{
    Row, SPAN,
    common::{
        ADAPTERS, Visit, at, block_on, builder, cases::cases, pair_of, seconds, set_cookies,
        signed_in,
    },
};

/// The seconds by which clocks may differ.
const SKEW: u64 = 60;

/// What a request does, and the status of its response.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Look,
    Write,
    RenewId,
    Limit,
    Remember,
    Save,
    Nothing,
}

#[derive(Clone, Debug)]
struct Request {
    /// Seconds after the one before.
    later: u64,
    /// The instance that serves it.
    instance: usize,
    /// Of the tokens that the visitor has seen, counted from the latest.
    copy: usize,
    deed: Deed,
    status: u16,
    is_image: bool,
}

fn request() -> impl Strategy<Value = Request> {
    let deed = prop_oneof![
        1 => Just(Deed::Look),
        3 => Just(Deed::Write),
        1 => Just(Deed::RenewId),
        1 => Just(Deed::Limit),
        1 => Just(Deed::Remember),
        1 => Just(Deed::Save),
        1 => Just(Deed::Nothing),
    ];
    let status = prop_oneof![6 => Just(200), 1 => Just(404), 1 => Just(500)];
    let copy = prop_oneof![6 => Just(0), 1 => 0..20usize];
    let image = prop_oneof![6 => Just(false), 1 => Just(true)];
    (0..30u64, 0..3usize, copy, deed, status, image).prop_map(
        |(later, instance, copy, deed, status, is_image)| Request {
            later,
            instance,
            copy,
            deed,
            status,
            is_image,
        },
    )
}

/// A site whose users are allowed before a second on the true clock, which is in `now`.
fn site(now: &Arc<AtomicU64>, gone_at: u64) -> SessionCookie {
    let now = Arc::clone(now);
    let site = builder().idle_timeout(None).remember_up_to(seconds(50_000));
    let site = site
        .clock_skew(seconds(SKEW))
        .revalidate_after(seconds(SPAN), move |session| {
            assert_eq!(session.get("user"), Some(42));
            let is_allowed = now.load(Ordering::Relaxed) < gone_at;
            async move { Ok::<_, String>(Validity::goes_on_if(is_allowed)) }
        });
    site.build().unwrap()
}

fn perform(session: &Session, deed: Deed, count: u64) {
    let done = match deed {
        Deed::Look | Deed::Nothing => Ok(()),
        Deed::Write => session.insert("count", count),
        Deed::RenewId => session.renew_id(),
        Deed::Limit => session.limit_to(seconds(40_000)),
        Deed::Remember => session.remember_for(seconds(40_000)),
        Deed::Save => session.save(),
    };
    done.unwrap();
}

proptest! {
    #![proptest_config(cases(200))]

    /// The promise of SECURITY.md, with clocks that differ by the skew, copies of every token that was ever sent, and
    /// any request.
    #[test]
    fn no_instance_passes_a_session_after_the_span_and_the_skew(
        clocks in prop::array::uniform3(0..=SKEW),
        gone_at in 100..1000u64,
        requests in prop::collection::vec(request(), 1..80),
    ) {
        let now = Arc::new(AtomicU64::new(1000));
        let gone_at = 1000 + gone_at;
        let site = site(&now, gone_at);
        // Every clock is behind the true time or right.
        let of_instance = |instance: usize| at(now.load(Ordering::Relaxed) - clocks[instance]);
        let begun = site.load(None::<&str>, of_instance(0));
        begun.insert("user", 42).unwrap();
        let mut tokens = vec![site.save(&begun).unwrap().iter().next().unwrap().to_owned()];
        for (count, request) in requests.into_iter().enumerate() {
            now.fetch_add(request.later, Ordering::Relaxed);
            let copy = request.copy.min(tokens.len() - 1);
            let token = &tokens[tokens.len() - 1 - copy];
            let mut fields = HeaderMap::new();
            fields.insert(COOKIE, pair_of(token).parse().unwrap());
            if request.is_image {
                fields.insert("sec-fetch-dest", HeaderValue::from_static("image"));
            }
            let session = site.load_from(&fields, of_instance(request.instance));
            let is_valid = block_on(session.validate()).unwrap() && !session.is_new();
            let true_now = now.load(Ordering::Relaxed);
            prop_assert!(is_valid || true_now >= gone_at, "{true_now}");
            prop_assert!(!is_valid || true_now < gone_at + SPAN + SKEW, "{true_now} {gone_at}");
            if !is_valid {
                continue;
            }
            if !matches!(request.deed, Deed::Nothing) {
                perform(&session, request.deed, count as u64);
            }
            let mut response = HeaderMap::new();
            let status = StatusCode::from_u16(request.status).unwrap();
            site.save_to(&session, status, &mut response).unwrap();
            tokens.extend(set_cookies(&response).into_iter().map(str::to_owned));
        }
    }
}

/// Two tabs and every adapter, each of which changes the session every ten seconds.
#[test]
fn a_session_that_every_request_changes_is_asked_about_all_the_same() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let mut tabs = [signed_in(&site), signed_in(&site)];
    let mut last_asked = [0; 2];
    for second in (0..10 * SPAN).step_by(10) {
        for (tab, pair) in tabs.iter_mut().enumerate() {
            let visit = Visit::to(&site).with(pair).at(second);
            let answer = visit.run(move |session| session.insert("second", second));
            let is_due = second - last_asked[tab] >= SPAN;
            assert_eq!(row.asked() >= ADAPTERS, is_due, "{second}");
            if is_due {
                last_asked[tab] = second;
            }
            *pair = answer.pair().to_owned();
        }
        // The other tab's response came last.
        if second % 30 == 0 {
            tabs.swap(0, 1);
            last_asked.swap(0, 1);
        }
    }
    row.becomes(super::IS_GONE);
    let visit = Visit::to(&site).with(&tabs[0]).at(11 * SPAN);
    visit.run(super::miss);
}
