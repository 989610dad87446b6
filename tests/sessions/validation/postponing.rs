//! Nothing that a visitor does postpones the question.

use std::{
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::SystemTime,
};

use hardtack::{
    Session, SessionCookie, SessionError,
    carrier::{SessionBuilder, TokenChange},
    session::Validity,
};
use http::{HeaderMap, HeaderValue, StatusCode, header::COOKIE};
use proptest::prelude::*;

use super::{
    INTERVAL, Row,
    common::{
        ADAPTERS, Visit, at, builder, cases::cases, header_builder, is_valid, pair_of, sealed,
        seconds, set_cookies, signed_in,
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

/// Three instances of an application, whose clocks are behind the true time or right.
#[derive(Clone, Debug)]
struct Instances {
    /// Seconds after the tests begin.
    now: Arc<AtomicU64>,
    behind: [u64; 3],
    /// The true time from which the user is no longer allowed.
    gone_at: u64,
}

impl Instances {
    fn of_instance(&self, instance: usize) -> SystemTime {
        at(self.now.load(Ordering::Relaxed) - self.behind[instance])
    }

    fn is_allowed(&self) -> bool {
        self.now.load(Ordering::Relaxed) < self.gone_at
    }

    fn asked_by<C>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let instances = self.clone();
        let builder = builder.idle_timeout(None).remember_up_to(seconds(50_000));
        builder
            .clock_skew(seconds(SKEW))
            .revalidate_after(seconds(INTERVAL), move |session| {
                assert_eq!(session.get("user").unwrap(), Some(42));
                ready(Ok::<_, String>(Validity::valid_if(instances.is_allowed())))
            })
    }

    /// Serves all requests, each with a copy of a token that was ever sent, and finds that no session goes on after the
    /// duration and the skew, nor ends before its user. `serve` says whether there was a session, and returns what is sent.
    fn keep_the_promise(
        &self,
        first: String,
        requests: Vec<Request>,
        serve: impl Fn(SystemTime, &str, &Request, u64) -> (bool, Option<String>),
    ) {
        let mut tokens = vec![first];
        for (count, request) in requests.iter().enumerate() {
            let now = self.now.fetch_add(request.later, Ordering::Relaxed) + request.later;
            let copy = request.copy.min(tokens.len() - 1);
            let token = tokens[tokens.len() - 1 - copy].clone();
            let clock = self.of_instance(request.instance);
            let (is_valid, sent) = serve(clock, &token, request, count as u64);
            assert!(is_valid || now >= self.gone_at, "{request:?} at {now}");
            let promised = self.gone_at + INTERVAL + SKEW;
            assert!(!is_valid || now < promised, "{request:?} at {now}");
            tokens.extend(sent);
        }
    }
}

/// Changes a session that is there.
fn perform(session: &Session, deed: Deed, count: u64) -> Result<(), SessionError> {
    match deed {
        Deed::Look | Deed::Nothing => Ok(()),
        Deed::Write => session.insert("count", count),
        Deed::RenewId => session.renew_id(),
        Deed::Limit => session.limit_to(seconds(40_000)),
        Deed::Remember => session.remember_for(seconds(40_000)).map(drop),
        Deed::Save => session.save(),
    }
}

fn instances() -> impl Strategy<Value = Instances> {
    (prop::array::uniform3(0..=SKEW), 100..1000u64).prop_map(|(behind, gone_at)| Instances {
        now: Arc::new(AtomicU64::new(1000)),
        behind,
        gone_at: 1000 + gone_at,
    })
}

fn begin(site: &SessionCookie, time: SystemTime) -> String {
    sealed(site, time, |session| session.insert("user", 42).unwrap())
}

/// Serves a request by `load_from` and `save_to`.
fn serve(
    site: &SessionCookie,
    clock: SystemTime,
    pair: &str,
    request: &Request,
    count: u64,
) -> (bool, Option<String>) {
    let mut fields = HeaderMap::new();
    fields.insert(COOKIE, pair.parse().unwrap());
    if request.is_image {
        fields.insert("sec-fetch-dest", HeaderValue::from_static("image"));
    }
    let session = site.load_from(&fields, clock);
    let is_valid = is_valid(&session) && !session.is_new();
    if is_valid && !matches!(request.deed, Deed::Nothing) {
        perform(&session, request.deed, count).unwrap();
    }
    let mut response = HeaderMap::new();
    let status = StatusCode::from_u16(request.status).unwrap();
    site.save_to(&session, status, &mut response).unwrap();
    let sent = set_cookies(&response);
    let sent = sent.into_iter().rfind(|field| !field.contains("Max-Age=0"));
    (is_valid, sent.map(|field| pair_of(field).to_owned()))
}

proptest! {
    #![proptest_config(cases(150))]

    /// The promise of SECURITY.md, with clocks that differ by the skew, copies of every token that was ever sent, and
    /// any request.
    #[test]
    fn no_instance_passes_a_session_after_the_duration_and_the_skew(
        instances in instances(),
        requests in prop::collection::vec(request(), 1..80),
    ) {
        let site = instances.asked_by(builder()).build().unwrap();
        let first = begin(&site, instances.of_instance(0));
        instances.keep_the_promise(first, requests, |clock, pair, request, count| {
            serve(&site, clock, pair, request, count)
        });
    }

    #[test]
    fn no_header_carries_a_session_past_the_duration_and_the_skew(
        instances in instances(),
        requests in prop::collection::vec(request(), 1..80),
    ) {
        let header = instances.asked_by(header_builder("x-session")).build().unwrap();
        let stored = |session: &Session| match header.save(session).unwrap() {
            TokenChange::Store(token) => Some(token),
            _ => None,
        };
        let session = header.load(None::<&str>, instances.of_instance(0));
        session.insert("user", 42).unwrap();
        let first = stored(&session).unwrap();
        instances.keep_the_promise(first, requests, |clock, token, request, count| {
            let session = header.load([token], clock);
            let is_valid = is_valid(&session) && !session.is_new();
            if is_valid {
                perform(&session, request.deed, count).unwrap();
            }
            (is_valid, stored(&session))
        });
    }

    /// Whose own dates would never be due: its reader gives none, so it begins at every request.
    #[cfg(feature = "migrate")]
    #[test]
    fn no_cookie_of_another_library_is_taken_over_past_the_duration_and_the_skew(
        instances in instances(),
        requests in prop::collection::vec(request(), 1..80),
    ) {
        let old = hardtack::migrate::OldCookie::new("old", super::outside::Plain);
        let range = at(0)..at(90_000);
        let site = instances.asked_by(builder()).migrate_from(old, range).build().unwrap();
        instances.keep_the_promise("old=ada".to_owned(), requests, |clock, pair, request, count| {
            serve(&site, clock, pair, request, count)
        });
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn no_adapter_passes_a_session_after_the_duration_and_the_skew(
        instances in instances(),
        requests in prop::collection::vec(request(), 1..60),
    ) {
        let site = instances.asked_by(builder()).build().unwrap();
        let first = begin(&site, instances.of_instance(0));
        instances.keep_the_promise(first, requests, |clock, pair, request, count| {
            let seen = Arc::new(Mutex::new(Vec::new()));
            let (list, deed) = (Arc::clone(&seen), request.deed);
            let visit = Visit::to(&site).with(pair).at_time(clock).answered(request.status);
            let visit = if request.is_image { visit.loading("image") } else { visit };
            let answer = visit.run(move |session| {
                list.lock().unwrap().push(!session.is_new());
                if session.is_new() { Ok(()) } else { perform(session, deed, count) }
            });
            let seen = seen.lock().unwrap();
            assert!(seen.len() >= ADAPTERS && seen.iter().all(|one| *one == seen[0]));
            let is_sent = answer.headers.contains_key("set-cookie");
            (seen[0], is_sent.then(|| answer.pair().to_owned()))
        });
    }
}

/// Two tabs and every adapter, each of which changes the session every ten seconds.
#[test]
fn a_session_that_every_request_changes_is_asked_about_all_the_same() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let mut tabs = [signed_in(&site), signed_in(&site)];
    let mut last_asked = [0; 2];
    for second in (0..10 * INTERVAL).step_by(10) {
        for (tab, pair) in tabs.iter_mut().enumerate() {
            let visit = Visit::to(&site).with(pair).at(second);
            let answer = visit.run(move |session| session.insert("second", second));
            let is_due = second - last_asked[tab] >= INTERVAL;
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
    let visit = Visit::to(&site).with(&tabs[0]).at(11 * INTERVAL);
    visit.run(super::miss);
}
