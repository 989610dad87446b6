//! Secure forms.

use hardtack::Session;

use crate::{browser::Browser, sites::encrypted};

#[test]
fn a_token_is_made_where_there_is_none_and_is_good_on_later_visits() {
    let mut browser = Browser::new();
    let form = browser.visit(form);
    assert!(browser.visit(|session| session.verify_csrf(hidden_field(&form))));
    assert!(browser.visit(|session| session.verify_csrf(hidden_field(&form))));
}

#[test]
fn a_token_that_is_asked_for_again_is_as_good_as_the_first() {
    Browser::new().visit(|session| {
        let (first, second) = (session.csrf_token().unwrap(), session.csrf_token().unwrap());
        // Under another mask each time, so that a compressed page tells nothing of it.
        assert_ne!(first, second);
        assert!(session.verify_csrf(&first) && session.verify_csrf(&second));
    });
}

#[test]
fn a_new_token_makes_the_earlier_ones_bad() {
    let mut browser = Browser::with([("fred", 42)]);
    let old = browser.visit(|session| session.csrf_token().unwrap());
    let new = browser.visit(|session| {
        session.renew_id().unwrap();
        session.csrf_token().unwrap()
    });
    assert!(!browser.visit(|session| session.verify_csrf(&old)));
    assert!(browser.visit(|session| session.verify_csrf(&new)));
    assert!(browser.visit(|session| session.contains("fred")));
}

#[test]
fn a_form_without_the_token_of_its_session_is_told_from_one_with_it() {
    let site = encrypted().build().unwrap();
    let mut browser = Browser::from(site.clone());
    let mut other = Browser::from(site);
    let token = browser.visit(|session| session.csrf_token().unwrap());
    other.visit(|session| session.csrf_token().unwrap());
    for wrong in ["", "wrong", &token[1..]] {
        assert!(!browser.visit(|session| session.verify_csrf(wrong)));
    }
    assert!(!other.visit(|session| session.verify_csrf(&token)));
    assert!(browser.visit(|session| session.verify_csrf(&token)));
}

#[test]
fn a_session_that_gave_no_token_takes_none() {
    let mut browser = Browser::with([("fred", 42)]);
    assert!(!browser.visit(|session| session.verify_csrf("")));
}

fn form(session: &Session) -> String {
    format!(
        r#"<form method="post" action="/myview">
             <input type="hidden" name="csrf_token" value="{}">
             <input type="submit" value="Delete Everything">
           </form>"#,
        session.csrf_token().unwrap()
    )
}

fn hidden_field(form: &str) -> &str {
    let (_, rest) = form.split_once(r#"name="csrf_token" value=""#).unwrap();
    rest.split_once('"').unwrap().0
}

/// What a whole application refuses before its views.
#[cfg(feature = "axum")]
mod guarded {
    use axum::{
        Form, Router,
        body::Body,
        http::{HeaderMap, Method, Request, StatusCode},
        routing::{any, post},
    };
    use hardtack::{
        CsrfField, CsrfGuard, Guarded, Map, Session, SessionCookie, SessionError, SessionLayer,
    };
    use serde::Deserialize;
    use tower::ServiceExt;

    use crate::{moments::at, sites::encrypted};

    #[test]
    fn a_form_passes_with_the_token_in_a_field_only() {
        #[derive(Deserialize)]
        struct Deletion {
            #[serde(default)]
            csrf_token: String,
        }
        impl CsrfField for Deletion {
            fn csrf_token(&self) -> &str {
                &self.csrf_token
            }
        }
        async fn delete_everything(_: Guarded<Form<Deletion>>) -> &'static str {
            "Deleted"
        }
        let visitor = Visitor::of(
            Router::new().route("/", post(delete_everything)),
            CsrfGuard::new().tokens_in_forms(),
        );
        let form = "application/x-www-form-urlencoded";
        let send = |body: String| visitor.send(Method::POST, &[("content-type", form)], body);
        assert_eq!(send(format!("csrf_token={}", visitor.token)), 200);
        assert_eq!(send("csrf_token=wrong".to_owned()), 403);
        assert_eq!(send("a=1".to_owned()), 403);
    }

    #[test]
    fn a_script_passes_with_the_token_in_a_header() {
        let visitor = Visitor::of(views(), CsrfGuard::new());
        let send = |token| visitor.send(Method::POST, &[("X-CSRF-Token", token)], String::new());
        assert_eq!(send(&visitor.token), 200);
        assert_eq!(send("wrong"), 403);
    }

    #[test]
    fn every_unsafe_method_is_checked_and_no_safe_one() {
        let visitor = Visitor::of(views(), CsrfGuard::new());
        let send = |method| visitor.send(method, &[], String::new());
        for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE] {
            assert_eq!(send(method), 200);
        }
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            assert_eq!(send(method), 403);
        }
    }

    #[test]
    fn a_view_outside_the_guard_takes_every_form() {
        let views = Router::new().route("/hook", post(async || "done"));
        let app = views.merge(Router::new().layer(CsrfGuard::new()));
        let visitor = Visitor::of(app, CsrfGuard::new().origin_check_only());
        let request = Request::post("/hook").body(Body::empty()).unwrap();
        assert_eq!(visitor.answer(request), 200);
    }

    #[test]
    fn the_origin_is_checked_beside_the_token() {
        let trusting = CsrfGuard::new().trust_origin("https://other.example");
        let visitor = Visitor::of(views(), trusting.unwrap());
        let send = |origin| {
            let fields = [
                ("host", "www.example.com"),
                ("origin", origin),
                ("x-csrf-token", &visitor.token),
            ];
            visitor.send(Method::POST, &fields, String::new())
        };
        assert_eq!(send("https://www.example.com"), 200);
        assert_eq!(send("https://other.example"), 200);
        assert_eq!(send("https://third.example"), 403);
        assert_eq!(send("null"), 403);
    }

    fn views() -> Router {
        Router::new().route("/", any(async || "done"))
    }

    /// Somebody with a session, and with a token from one of its pages.
    struct Visitor {
        app: Router,
        cookie: String,
        token: String,
    }

    impl Visitor {
        fn of(views: Router, guard: CsrfGuard) -> Visitor {
            let site: SessionCookie<Map> = encrypted().build().unwrap();
            let mut token = Ok(String::new());
            let fill = |session: &Session| -> Result<(), SessionError> {
                token = session.csrf_token();
                Ok(())
            };
            let cookie = site.cookie_for(at(0), fill).unwrap();
            let layer = SessionLayer::new(site).clock(at(10));
            Visitor {
                app: views.layer(guard).layer(layer),
                cookie,
                token: token.unwrap(),
            }
        }

        fn send(
            &self,
            method: Method,
            fields: &[(&'static str, &str)],
            body: String,
        ) -> StatusCode {
            let mut request = Request::new(Body::from(body));
            *request.method_mut() = method;
            let fields = fields.iter();
            let fields =
                fields.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            *request.headers_mut() = fields.collect::<HeaderMap>();
            self.answer(request)
        }

        fn answer(&self, mut request: Request<Body>) -> StatusCode {
            let cookie = self.cookie.parse().unwrap();
            request.headers_mut().insert("cookie", cookie);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .build()
                .unwrap();
            let answer = runtime.block_on(self.app.clone().oneshot(request));
            answer.unwrap().status()
        }
    }
}
