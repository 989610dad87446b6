//! When the application is asked, and what its answer moves.

use std::time::Duration;

use hardtack::{
    Clock, RefreshAfter, Session, SessionLayer, carrier::SessionCookieBuilder, session::Validity,
};

use super::{
    INTERVAL, IS_GONE, IS_OUT_OF_REACH, Row,
    common::{
        ADAPTERS, HOUR, READ, REFRESHED, UNTOUCHED, Visit, at, block_on, builder, check, is_valid,
        seconds, signed_in,
    },
    find, look,
};

/// The requests of `check`: each adapter, `load` and `save`, and a jar.
const REQUESTS: usize = ADAPTERS + if cfg!(feature = "cookie") { 2 } else { 1 };

#[test]
fn a_visitor_is_asked_about_at_the_duration_and_not_a_second_earlier() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    check(&Visit::to(&site).with(&pair).at(INTERVAL - 1), find, READ);
    assert_eq!(row.asked(), 0);
    let answer = check(&Visit::to(&site).with(&pair).at(INTERVAL), find, REFRESHED);
    assert_eq!(row.asked(), REQUESTS);

    // The answer is sealed, and holds for a duration.
    let visit = Visit::to(&site).with(answer.pair());
    check(&visit.clone().at(2 * INTERVAL - 1), find, READ);
    assert_eq!(row.asked(), 0);
    check(&visit.at(2 * INTERVAL), find, REFRESHED);
    assert_eq!(row.asked(), REQUESTS);
}

/// The cookie does not say which program gave an answer.
#[test]
fn a_positive_answer_of_one_program_counts_in_all() {
    let (row, other) = (Row::default(), Row::default());
    let (site, front) = (row.site().build().unwrap(), other.site().build().unwrap());
    let idle = signed_in(&site);
    row.becomes(IS_GONE);
    let mut pair = idle.clone();
    for now in (1..=5).map(|turn| turn * INTERVAL) {
        let answer = check(&Visit::to(&front).with(&pair).at(now), find, REFRESHED);
        pair = answer.pair().to_owned();
        check(&Visit::to(&site).with(&pair).at(now + 1), find, READ);
    }
    assert_eq!(row.asked(), 0);
    let session = site.load([&idle], at(INTERVAL));
    assert_eq!(block_on(session.validate()).unwrap(), Validity::Ended);
}

#[test]
fn a_time_without_an_answer_is_refused_unless_it_is_a_second_longer_than_the_interval() {
    let interval = Duration::from_millis(INTERVAL * 1000 + 200);
    for (more, is_built) in [(0, false), (700, false), (799, false), (800, true)] {
        let cookie = builder()
            .revalidate_after(interval, |_| async {
                Ok::<_, std::io::Error>(Validity::Valid)
            })
            .unvalidated_up_to(interval + Duration::from_millis(more))
            .build();
        assert_eq!(cookie.is_ok(), is_built, "{more}");
    }
}

#[test]
fn a_change_is_no_answer() {
    let row = Row::default();
    let site = row.site().remember_up_to(seconds(HOUR)).build().unwrap();
    let changes: [super::Change; 7] = [
        |session| session.insert("visits", 2),
        |session| session.flash("", "Hello."),
        |session| session.ensure_id().map(drop),
        |session| session.renew_id(),
        |session| session.limit_to(seconds(900)),
        |session| session.remember_for(seconds(1800)).map(drop),
        |session| session.save(),
    ];
    let pair = signed_in(&site);
    for change in changes {
        let changed = Visit::to(&site).with(&pair).at(INTERVAL - 1).run(change);
        let later = site.load([changed.pair()], at(INTERVAL - 1));
        assert_eq!(later.last_active_at(), Some(at(0)));
        let later = Visit::to(&site).with(changed.pair()).at(INTERVAL);
        later.run(look);
        assert_eq!(row.asked(), REQUESTS);
    }
}

#[test]
fn a_sign_in_is_an_answer() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    let sign_ins: [super::Change; 3] = [
        |session| {
            session.sign_in()?;
            session.insert("user", 42)
        },
        |session| session.renew(),
        |session| {
            session.invalidate()?;
            session.insert("user", 42)
        },
    ];
    for sign_in in sign_ins {
        let signed_in = Visit::to(&site).with(&pair).at(INTERVAL - 1).run(sign_in);
        let visit = Visit::to(&site).with(signed_in.pair());
        check(&visit.clone().at(2 * INTERVAL - 2), find, READ);
        assert_eq!(row.asked(), 0);
        check(&visit.at(2 * INTERVAL - 1), find, REFRESHED);
        assert_eq!(row.asked(), REQUESTS);
    }
}

#[test]
fn an_answer_that_may_not_be_sent_is_asked_for_again() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    let visit = Visit::to(&site).with(&pair).at(INTERVAL);
    let image = visit.clone().loading("image");
    let shared = visit.clone().saying("cache-control", "public, max-age=60");
    let missing = visit.clone().answered(404);
    let failed = visit.clone().answered(500);
    for visit in [image, shared, missing, failed] {
        for _ in 0..2 {
            let answer = visit.run(find);
            assert!(!answer.headers.contains_key("set-cookie"));
            assert_eq!(row.asked(), ADAPTERS);
        }
    }
    // A change takes the answer along.
    let changed = visit.answered(404);
    let answer = changed.run(|session| session.insert("visits", 2));
    assert_eq!(
        site.load([answer.pair()], at(INTERVAL)).last_active_at(),
        Some(at(INTERVAL))
    );
}

#[test]
fn a_remembered_visitor_is_asked_about_too() {
    let row = Row::default();
    let site = row.site().remember_up_to(seconds(HOUR)).build().unwrap();
    let begun = Visit::to(&site).run(|session| {
        session.insert("user", 42)?;
        session.remember_for(seconds(HOUR)).map(drop)
    });
    let answer = Visit::to(&site).with(begun.pair()).at(INTERVAL).run(find);
    assert_eq!(row.asked(), REQUESTS);
    let field = answer.headers["set-cookie"].to_str().unwrap();
    let rest = HOUR - INTERVAL;
    assert!(field.ends_with(&format!("; Max-Age={rest}")), "{field}");
    Visit::to(&site)
        .with(answer.pair())
        .at(2 * INTERVAL - 1)
        .run(find);
    assert_eq!(row.asked(), 0);
}

#[test]
fn a_visitor_without_a_session_costs_no_question_and_no_field() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let visits = [
        Visit::to(&site),
        Visit::to(&site).with("theme=dark"),
        Visit::to(&site).with("__Host-session=forged"),
        Visit::to(&site).with(&signed_in(&site)).at(INTERVAL - 1),
    ];
    for visit in visits {
        check(&visit, |_| Ok(()), UNTOUCHED);
        assert_eq!(row.asked(), 0);
    }
    let idle = Visit::to(&site).with(&signed_in(&site)).at(1800);
    check(&idle, look, READ);
    assert_eq!(row.asked(), 0);
}

#[test]
fn a_request_without_a_cookie_of_ours_is_not_even_read() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let clock = || Clock::from_fn(|| panic!("nobody needs the time"));
    for fields in [&[][..], &["theme=dark"]] {
        assert!(is_valid(&site.load(fields, clock())));
    }
}

#[test]
fn a_page_that_asks_for_no_session_is_served_while_the_database_is_away() {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    row.becomes(IS_OUT_OF_REACH);
    let app = Router::new()
        .route("/health", get(async || "fine"))
        .route("/", get(async |_: Session| "a page"))
        .layer(SessionLayer::new(site).clock(at(INTERVAL)));
    for (path, status, asked) in [("/health", 200, 0), ("/", 503, 1)] {
        let request = http::Request::get(path).header("cookie", &pair);
        let request = request.body(Body::empty()).unwrap();
        let response = block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!((response.status().as_u16(), row.asked()), (status, asked));
    }
}

#[test]
fn several_extractors_of_one_request_ask_once() {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    for (state, status) in [(0, 200), (super::IS_GONE, 200), (IS_OUT_OF_REACH, 503)] {
        let row = Row::default();
        let site = row.site().build().unwrap();
        let pair = signed_in(&site);
        row.becomes(state);
        let twice =
            async |_: Result<Session, hardtack::web::Failure>, _: Session, _: Session| "a page";
        let app: Router = Router::new().route("/", get(twice));
        let app = app.layer(SessionLayer::new(site).clock(at(INTERVAL)));
        let request = http::Request::get("/").header("cookie", &pair);
        let response = block_on(app.oneshot(request.body(Body::empty()).unwrap())).unwrap();
        assert_eq!((response.status().as_u16(), row.asked()), (status, 1));
    }
}

#[test]
fn durations_that_would_have_no_effect_are_refused_at_start_up() {
    #[track_caller]
    fn refused(builder: SessionCookieBuilder, setting: &str) {
        let error = builder.build().unwrap_err();
        assert_eq!(error.settings().next(), Some(setting), "{error}");
    }
    let site = || builder().idle_timeout(seconds(1800));
    let asking =
        |duration| site().revalidate_after(seconds(duration), |_| Row::default().validity());
    assert!(asking(900).build().is_ok());
    refused(asking(901), "revalidate_after");
    refused(asking(0), "revalidate_after");
    assert!(asking(901).idle_timeout(None).build().is_ok());
    refused(
        asking(60).refresh_after(RefreshAfter::Always),
        "refresh_after",
    );
    assert!(asking(60).unvalidated_up_to(seconds(61)).build().is_ok());
    refused(
        asking(60).unvalidated_up_to(seconds(60)),
        "unvalidated_up_to",
    );
    refused(site().unvalidated_up_to(seconds(60)), "unvalidated_up_to");
}
