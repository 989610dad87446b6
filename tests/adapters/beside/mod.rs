//! The layer and the guard between the middleware that people put beside them: inside both, between them, and outside.

use std::time::UNIX_EPOCH;

use hardtack::{Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard};
use http::{Request, Response, header::HeaderName};

use crate::common::{at, builder, key, sealed};

/// Where a middleware stands.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Order {
    Inside,
    Between,
    Outside,
}

const ORDERS: [Order; 3] = [Order::Inside, Order::Between, Order::Outside];

/// A middleware, whose `add` a driver knows.
struct Beside<A> {
    name: &'static str,
    add: A,
    /// Orders for which docs/frameworks.md has no other advice.
    orders: &'static [Order],
    /// Fields of each response: a name and the beginning of a value.
    fields: &'static [(&'static str, &'static str)],
    /// Text of a response to an error, if the middleware makes it.
    page: Option<&'static str>,
    /// `Cache-Control` of a page that only reads, if the middleware sets it.
    caching: Option<&'static str>,
}

impl<A> Beside<A> {
    /// Stands anywhere, and adds nothing.
    const fn new(name: &'static str, add: A) -> Beside<A> {
        Beside {
            name,
            add,
            orders: &ORDERS,
            fields: &[],
            page: None,
            caching: None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Change {
    Keep,
    Store,
    Drop,
    /// Cannot be saved.
    Fail,
}

struct Case {
    path: &'static str,
    status: u16,
    change: Change,
    text: &'static str,
}

/// Makes a test of each case, beside all middleware of a framework, so that the name of a failed one says what is wrong.
macro_rules! test_cases {
    ($check:ident) => {
        test_cases! { $check:
            a_session_that_is_read_is_not_written = "/read", 200, Keep, LONG;
            a_change_is_saved = "/change", 200, Store, LONG;
            a_change_by_a_form_is_saved = "/form", 200, Store, LONG;
            a_sign_in_is_saved = "/sign-in", 200, Store, LONG;
            a_sign_out_drops_the_cookie = "/sign-out", 200, Drop, LONG;
            a_full_session_is_413_and_saves_nothing = "/full", 413, Keep, "your session is full";
            a_change_inside_an_update_is_500_and_saves_nothing = "/inside-update", 500, Keep, "server error";
            a_session_that_cannot_be_saved_is_500_for_no_cache = UNSAVED, 500, Fail, LONG;
            a_session_that_cannot_be_read_is_503_and_kept = UNREADABLE, 503, Keep, "please try again later";
            a_form_of_another_site_is_403_and_saves_nothing = CROSS_SITE, 403, Keep, "refused: the request comes from another site";
            a_handler_that_fails_saves_nothing = "/fails", 500, Keep, "broken";
            a_handler_that_fails_after_a_sign_out_drops_the_cookie = "/fails-after-sign-out", 500, Drop, "broken";
        }
    };
    ($check:ident: $($name:ident = $path:expr, $status:expr, $change:ident, $text:expr;)*) => { $(
        #[test]
        fn $name() {
            $check(&Case { path: $path, status: $status, change: Change::$change, text: $text });
        }
    )* };
}

mod actix;
mod axum;

/// `/form` from another site.
const CROSS_SITE: &str = "/form?cross-site";

/// `/change` where the clock shows a time before those of the format.
const UNSAVED: &str = "/change?unsaved";

/// `/change` for a visitor whose session another instance can read.
const UNREADABLE: &str = "/change?unreadable";

/// Compression leaves shorter texts alone.
const LONG: &str = "a page that is long enough to be compressed, as pages of a program are";

async fn read(session: Session) -> Result<&'static str, SessionError> {
    session.get::<u32>("user")?;
    Ok(LONG)
}

async fn change(session: Session) -> Result<&'static str, SessionError> {
    session.insert("seen", true)?;
    Ok(LONG)
}

async fn sign_in(session: Session) -> Result<&'static str, SessionError> {
    session.sign_in()?;
    session.insert("user", 7)?;
    Ok(LONG)
}

async fn sign_out(session: Session) -> Result<&'static str, SessionError> {
    session.invalidate()?;
    Ok(LONG)
}

/// The first change fits, and is a part of what the handler was to do.
async fn full(session: Session) -> Result<&'static str, SessionError> {
    session.insert("half", 1)?;
    session.insert("rest", "x".repeat(9_000))?;
    Ok(LONG)
}

async fn inside_update(session: Session) -> Result<&'static str, SessionError> {
    session.update("half", |_: &mut u32| session.clear())??;
    Ok(LONG)
}

fn cookie() -> SessionCookie {
    builder().keep_unknown_keys(true).build().unwrap()
}

fn layer(case: &Case) -> SessionLayer {
    let now = if case.path == UNSAVED {
        UNIX_EPOCH
    } else {
        at(0)
    };
    SessionLayer::new(cookie()).clock(now)
}

fn guard() -> CsrfGuard {
    CsrfGuard::new().tokens_in_forms()
}

fn request(case: &Case) -> Request<String> {
    let mut token = String::new();
    let fill = |session: &Session| {
        session.insert("user", 42).unwrap();
        token = session.csrf_token().unwrap();
    };
    let pair = match case.path {
        UNREADABLE => {
            let elsewhere = SessionCookie::encrypted(key(1)).build().unwrap();
            sealed(&elsewhere, at(0), fill)
        }
        _ => sealed(&cookie(), at(0), fill),
    };
    let request = Request::builder()
        .uri(case.path)
        .header("host", "example.com")
        .header("origin", "https://example.com")
        .header("accept-encoding", "gzip")
        .header("cookie", format!("theme=dark; {pair}"));
    let request = match case.path {
        CROSS_SITE => request.header("sec-fetch-site", "cross-site"),
        _ => request,
    };
    if !case.path.starts_with("/form") {
        return request.body(String::new()).unwrap();
    }
    let form = "application/x-www-form-urlencoded";
    let request = request.method("POST").header("content-type", form);
    request.body(format!("note=x&csrf_token={token}")).unwrap()
}

/// Returns what differs from what the middleware and the session each do alone. `errors`: those of the log, if it is
/// kept.
fn differences<A>(
    beside: &Beside<A>,
    order: Order,
    case: &Case,
    response: &Response<Vec<u8>>,
    errors: Option<usize>,
) -> Vec<String> {
    let headers = response.headers();
    let lines = |name: &str| -> Vec<&str> {
        let name: HeaderName = name.parse().unwrap();
        let lines = headers.get_all(name).into_iter();
        lines.map(|line| line.to_str().unwrap()).collect()
    };
    let set = lines("set-cookie");
    let own: Vec<_> = (set.iter())
        .filter_map(|line| line.strip_prefix("__Host-session="))
        .collect();
    let change = match own[..] {
        [] if case.change == Change::Fail => Some(Change::Fail),
        [] => Some(Change::Keep),
        [one] if one.starts_with(';') => Some(Change::Drop),
        [_] => Some(Change::Store),
        _ => None,
    };
    // The guard refuses another site before it looks at the session, and inside nothing sees what it refuses.
    let is_refused = case.status == 403;
    let is_seen = !is_refused || order != Order::Inside;
    let expected_caching = match case.change {
        Change::Store | Change::Drop | Change::Fail => Some("no-store"),
        Change::Keep if is_refused => beside.caching.filter(|_| is_seen),
        Change::Keep if order == Order::Inside => beside.caching.or(Some("private")),
        Change::Keep => Some("private"),
    };
    let vary = lines("vary").join(", ").to_ascii_lowercase();
    let varies = vary.split(", ").any(|name| name == "cookie");
    let again = (case.status == 503).then_some("10");
    let added = beside.fields.iter().all(|(name, value)| {
        let mut lines = lines(name).into_iter();
        !is_seen || lines.any(|line| line.starts_with(value))
    });
    let is_zipped = response.body().starts_with(&[0x1f, 0x8b]);
    // That a session cannot be saved shows outside of its layer only.
    let is_shown = case.change != Change::Fail || order == Order::Outside;
    let page = beside
        .page
        .filter(|_| is_seen && is_shown && case.status >= 400);
    let text = page.unwrap_or(case.text);
    let has_failed = case.change == Change::Fail || case.text == "server error";
    let logged = has_failed || [413, 503].contains(&case.status);
    let is_right = [
        ("status", response.status() == case.status),
        ("set-cookie", change == Some(case.change)),
        (
            "cache-control",
            lines("cache-control") == Vec::from_iter(expected_caching),
        ),
        ("vary", varies != is_refused),
        ("retry-after", lines("retry-after") == Vec::from_iter(again)),
        ("fields", added),
        (
            "content-encoding",
            is_zipped == (lines("content-encoding") == ["gzip"]),
        ),
        ("body", is_zipped || response.body() == text.as_bytes()),
        (
            "log",
            errors.is_none_or(|errors| errors == usize::from(logged)),
        ),
    ];
    let Beside { name, .. } = beside;
    let wrong = is_right.into_iter().filter(|(_, is_right)| !is_right);
    wrong
        .map(|(what, _)| format!("{name}, {order:?}, {}: {what} of {response:?}", case.path))
        .collect()
}

/// Runs `work`, and returns the number of errors in the log, if it is kept.
fn counting_errors(work: impl FnOnce()) -> Option<usize> {
    #[cfg(feature = "tracing")]
    {
        let told = crate::common::told::told_by(work);
        let errors = told
            .iter()
            .filter(|told| told.level == tracing::Level::ERROR);
        Some(errors.count())
    }
    #[cfg(not(feature = "tracing"))]
    {
        work();
        None
    }
}
