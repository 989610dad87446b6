//! What the guard is for: the same attack with and without it, by a browser that keeps to the rules of
//! `SameSite` and sends what browsers send.

use axum::{Router, body::Body, routing::post};
use hardtack::{CsrfGuard, SameSite, Session, SessionCookie, SessionLayer};
use http::{Request, StatusCode};
use tower::ServiceExt;

use crate::common::{at, block_on, builder, sealed};

#[derive(Clone, Copy, PartialEq)]
enum From {
    OwnPage,
    OtherSite,
}

/// A browser that is signed in to `example.com`.
struct Browser {
    pair: String,
    same_site: SameSite,
    /// Of today: it sends `Sec-Fetch-Site`.
    is_recent: bool,
}

impl Browser {
    /// A form that is posted from a page, which knows `token` if it is the site's own.
    fn post(&self, router: &Router, from: From, token: &str) -> StatusCode {
        let (origin, site) = match from {
            From::OwnPage => ("https://example.com", "same-origin"),
            From::OtherSite => ("https://evil.example", "cross-site"),
        };
        let mut request = Request::post("/transfer")
            .header("host", "example.com")
            .header("origin", origin);
        if self.is_recent {
            request = request.header("sec-fetch-site", site);
        }
        if from == From::OwnPage {
            request = request.header("x-csrf-token", token);
        }
        // A form of another site carries cookies of `SameSite=None` only.
        if from == From::OwnPage || self.same_site == SameSite::None {
            request = request.header("cookie", &self.pair);
        }
        block_on(router.clone().oneshot(request.body(Body::empty()).unwrap()))
            .unwrap()
            .status()
    }
}

async fn transfer(session: Session) -> Result<&'static str, StatusCode> {
    match session.get::<u32>("user") {
        Ok(Some(42)) => Ok("sent"),
        _ => Err(StatusCode::UNAUTHORIZED),
    }
}

fn app(cookie: &SessionCookie, guard: Option<CsrfGuard>) -> Router {
    let routes = Router::new().route("/transfer", post(transfer));
    let routes = match guard {
        Some(guard) => routes.layer(guard),
        None => routes,
    };
    routes.layer(SessionLayer::new(cookie.clone()).clock(at(1)))
}

#[test]
fn a_form_of_another_site_succeeds_without_the_guard_and_fails_with_it() {
    for same_site in [SameSite::None, SameSite::Lax, SameSite::Strict] {
        for is_recent in [true, false] {
            let cookie = builder().same_site(same_site).build().unwrap();
            let mut token = String::new();
            let pair = sealed(&cookie, at(0), |session| {
                session.insert("user", 42).unwrap();
                token = session.csrf_token().unwrap();
            });
            let browser = Browser {
                pair,
                same_site,
                is_recent,
            };
            let unguarded = app(&cookie, None);
            let attack = browser.post(&unguarded, From::OtherSite, "");
            let expected = if same_site == SameSite::None {
                200
            } else {
                401
            };
            assert_eq!(attack, expected, "{same_site:?}");
            assert_eq!(browser.post(&unguarded, From::OwnPage, ""), 200);

            for guard in [CsrfGuard::new(), CsrfGuard::new().origin_check_only()] {
                let guarded = app(&cookie, Some(guard));
                assert_eq!(browser.post(&guarded, From::OtherSite, ""), 403);
                assert_eq!(browser.post(&guarded, From::OwnPage, &token), 200);
            }
        }
    }
}
