//! Sessions bound to the host of the request, in axum and in actix-web.

use axum::{Router, extract::OriginalUri, routing::get};
use hardtack::{Context, Session, SessionError, SessionLayer};
use http::{HeaderValue, Request, Response, StatusCode};

use super::{
    super::drivers,
    common::{at, builder, cookie, pair_of, signed_in},
    set_cookies,
};

fn tenants() -> SessionLayer {
    let bound = builder().context("stage", "live").build().unwrap();
    SessionLayer::new(bound).clock(at(0)).context_by_host()
}

/// What each framework answers.
#[track_caller]
fn serve(layer: &SessionLayer, request: Request<String>) -> Response<String> {
    let app = Router::new()
        .route("/", get(look))
        .route("/sign-in", get(sign_in));
    let answer = drivers::through_axum(app.layer(layer.clone()), request.clone());
    #[cfg(feature = "actix")]
    {
        use actix_web::web;

        let scope = web::scope("")
            .route("/", web::get().to(look))
            .route("/sign-in", web::get().to(sign_in))
            .wrap(layer.clone());
        let other = drivers::through_actix(|app| _ = app.service(scope), request);
        let shown = |answer: &Response<String>| {
            let cookies = set_cookies(answer.headers()).len();
            (answer.status(), answer.body().clone(), cookies)
        };
        assert_eq!(shown(&other), shown(&answer));
    }
    answer
}

async fn look(session: Session) -> String {
    format!("{:?}", session.get::<String>("role").unwrap())
}

async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
    session.insert("role", "admin")?;
    Ok("signed in")
}

/// A request as hyper delivers it: HTTP/1.1 with a path and `Host`, HTTP/2 with an absolute address.
fn request(address: &str, hosts: &[&str], cookies: &str) -> Request<String> {
    let mut request = Request::get(address).header("cookie", cookies);
    for host in hosts {
        request = request.header("host", HeaderValue::from_bytes(host.as_bytes()).unwrap());
    }
    request.body(String::new()).unwrap()
}

/// `name=token` of a visitor who signed in at this host.
fn signed_in_at(host: &str) -> String {
    let answer = serve(&tenants(), request("/sign-in", &[host], ""));
    assert_eq!(answer.status(), StatusCode::OK);
    pair_of(set_cookies(answer.headers())[0]).to_owned()
}

const ADMIN: &str = r#"Some("admin")"#;

#[test]
fn a_host_counts_without_case_and_default_port() {
    let pair = signed_in_at("a.example");
    let ask =
        |address, hosts: &[&str]| serve(&tenants(), request(address, hosts, &pair)).into_body();
    for (address, hosts) in [
        ("/", &["A.Example:80"][..]),
        ("https://A.EXAMPLE:443/", &[]),
        ("https://a.example/", &["A.example:443"]),
    ] {
        assert_eq!(ask(address, hosts), ADMIN, "{address} {hosts:?}");
    }
    for (address, hosts) in [
        ("/", &["a.example:8443"][..]),
        ("https://a.example:80/", &[]),
    ] {
        assert_eq!(ask(address, hosts), "None", "{address} {hosts:?}");
    }
}

/// Requests without one definite host. The vectors of hosts have more.
const NOBODYS: [(&str, &[&str]); 4] = [
    ("/", &[]),
    ("/", &["a.example", "a.example"]),
    ("https://a.example/", &["b.example"]),
    ("/", &["\u{e4}.example"]),
];

#[test]
fn a_request_without_one_host_has_an_empty_session_that_cannot_be_written() {
    // Cookies of every context that might be used by mistake.
    let empty = Context::default();
    let unbound = cookie().in_context(empty).load(None::<&str>, at(0));
    unbound.insert("role", "admin").unwrap();
    let fields = cookie().save(&unbound).unwrap();
    let live = builder().context("stage", "live").build().unwrap();
    let cookies = [
        signed_in_at("a.example"),
        pair_of(fields.iter().next().unwrap()).to_owned(),
        signed_in(&live),
    ];
    for (address, hosts) in NOBODYS {
        for pair in &cookies {
            let answer = serve(&tenants(), request(address, hosts, pair));
            let shown = (answer.status().as_u16(), &**answer.body());
            assert_eq!(shown, (200, "None"), "{hosts:?}");
            assert!(set_cookies(answer.headers()).is_empty(), "{hosts:?}");
            let sign_in = format!("{}sign-in", address);
            let answer = serve(&tenants(), request(&sign_in, hosts, pair));
            assert_eq!(answer.status(), 500, "{hosts:?}");
            assert!(set_cookies(answer.headers()).is_empty(), "{hosts:?}");
        }
    }
}

/// An old cookie is bound to no context, so it would be taken over in any.
#[cfg(feature = "migrate")]
#[test]
fn a_request_without_one_host_takes_no_session_over_from_an_old_cookie() {
    use hardtack::{
        migrate::{OldCookie, OldSession, Reader},
        session::Reason,
    };

    struct Admin;

    impl Reader for Admin {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            let entry = ("role".to_owned(), "admin".into());
            Ok(OldSession::new([entry].into_iter().collect()))
        }
    }

    let migrating = builder().migrate_from(OldCookie::new("old", Admin), at(0)..at(10));
    let layer = SessionLayer::new(migrating.build().unwrap()).clock(at(0));
    let layer = layer.context_by_host();
    let ask = |address, hosts| serve(&layer, request(address, hosts, "old=x"));
    assert_eq!(ask("/", &["a.example"][..]).body(), ADMIN);
    for (address, hosts) in NOBODYS {
        let answer = ask(address, hosts);
        assert_eq!(answer.body(), "None", "{hosts:?}");
        assert!(set_cookies(answer.headers()).is_empty(), "{hosts:?}");
    }
}

type Change = fn(&Session) -> Result<(), SessionError>;

#[test]
fn every_change_to_a_refused_session_is_an_error_that_says_why() {
    let changes: [Change; 7] = [
        |session| session.insert("role", "admin"),
        |session| session.renew(),
        |session| session.invalidate().map(drop),
        |session| session.clear(),
        |session| session.save(),
        |session| session.flash("", "hello"),
        |session| session.csrf_token().map(drop),
    ];
    for change in changes {
        let handler = move |session: Session| async move {
            let error = change(&session).unwrap_err();
            assert!(matches!(error, SessionError::NoContext), "{error}");
            assert!(error.to_string().contains("names no host"), "{error}");
            assert!(session.verify_csrf("").is_err() && session.is_new());
            error.to_string()
        };
        let layer = SessionLayer::new(cookie())
            .clock(at(0))
            .context_by(|_| None);
        let router = Router::new()
            .route("/", get(handler))
            .layer(layer.eager(true));
        let pair = signed_in(&cookie());
        let answer = drivers::through_axum(router, request("/", &["a.example"], &pair));
        assert!(answer.body().contains("`context_by`"), "{}", answer.body());
        assert!(set_cookies(answer.headers()).is_empty());
    }
}

/// docs of `context_by`: a layer inside of a nested router finds the tenant where the whole path is.
#[test]
fn a_tenant_in_the_path_is_found_in_a_nested_router_too() {
    let tenant_in = |path: &str| {
        let tenant = path.strip_prefix("/t/")?.split('/').next()?;
        Context::new([("tenant", tenant)]).ok()
    };
    let layer = SessionLayer::new(cookie()).clock(at(0));
    let whole = layer.clone().context_by(move |request| {
        let asked = request.extensions.get::<OriginalUri>();
        tenant_in(asked.map_or(&request.uri, |asked| &asked.0).path())
    });
    let rest = layer.context_by(move |request| tenant_in(request.uri.path()));
    let inside = |layer| Router::new().route("/sign-in", get(sign_in)).layer(layer);
    let outside = Router::new().nest("/t/acme", Router::new().route("/sign-in", get(sign_in)));
    let outside = outside.layer(rest.clone());
    for (router, status) in [
        (Router::new().nest("/t/acme", inside(whole.clone())), 200),
        (
            Router::new().nest("/t", Router::new().nest("/acme", inside(whole.clone()))),
            200,
        ),
        (
            Router::new().nest_service("/t/acme", inside(whole.clone())),
            200,
        ),
        (outside, 200),
        // Without it, no session, rather than one for all tenants.
        (Router::new().nest("/t/acme", inside(rest)), 500),
    ] {
        let answer = drivers::through_axum(router, request("/t/acme/sign-in", &[], ""));
        assert_eq!(answer.status(), status);
    }
}
