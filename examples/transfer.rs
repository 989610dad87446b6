//! A form with a token, and the test of its handler.
//!
//! `cargo run --example transfer`, then open <http://127.0.0.1:3000/>.

// ANCHOR: page
use axum::{Router, response::Html, routing::get};
use hardtack::{
    Clock, Session, SessionCookie, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use serde::Deserialize;

fn app(cookie: SessionCookie, clock: Clock) -> Router {
    Router::new()
        .route("/", get(form).post(transfer))
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie).clock(clock)) // the layer added last runs first, and the guard needs its session
}

async fn form(session: Session) -> Result<Html<String>, SessionError> {
    let token = session.csrf_token()?;
    Ok(Html(format!(
        r#"<form method="post">
<input type="hidden" name="csrf_token" value="{token}">
<input type="number" name="amount"> <button>Transfer</button>
</form>"#
    )))
}

#[derive(Deserialize)]
struct Transfer {
    amount: u32,
}

async fn transfer(
    session: Session,
    GuardedForm(Transfer { amount }): GuardedForm<Transfer>,
) -> Result<String, SessionError> {
    session.update("total", |total: &mut u32| *total += amount)?;
    Ok(format!("{amount} transferred\n"))
}
// ANCHOR_END: page

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cookie = SessionCookie::encrypted(hardtack::EncryptionKey::generate()?).build()?;
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie, Clock::system())).await?)
}

#[cfg(test)]
mod tests {
    use super::{GuardedForm, Transfer, app, transfer};

    // ANCHOR: test
    use axum::http::{Request, header};
    use hardtack::{EncryptionKey, SessionCookie};
    use std::{
        error::Error,
        time::{Duration, SystemTime},
    };
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_transfer_is_added_to_the_total() -> Result<(), Box<dyn Error>> {
        let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
        let session = cookie.load(None::<&str>, SystemTime::now());
        session.insert("total", 35)?;

        transfer(session.clone(), GuardedForm(Transfer { amount: 7 })).await?;
        assert_eq!(session.get("total")?, Some(42));
        Ok(())
    }

    #[tokio::test]
    async fn a_transfer_is_added_until_the_session_expires() -> Result<(), Box<dyn Error>> {
        let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
        let now = SystemTime::now();
        let mut token = String::new();
        let field = cookie.cookie_for(now, |session| {
            session.insert("total", 35)?;
            token = session.csrf_token()?;
            Ok(())
        })?;
        let form = || {
            let form = Request::post("/").header(header::COOKIE, &field);
            let form = form.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
            form.body(format!("csrf_token={token}&amount=7"))
        };
        let response = app(cookie.clone(), now.into()).oneshot(form()?).await?;
        assert_eq!(response.status(), 200);

        // Read the session as the browser has it now.
        let sent = response.headers().get_all(header::SET_COOKIE);
        assert_eq!(cookie.load(sent, now).get("total")?, Some(42));

        // An hour later the session has expired, and its token with it.
        let later = now + Duration::from_secs(3600);
        let response = app(cookie, later.into()).oneshot(form()?).await?;
        assert_eq!(response.status(), 403);
        Ok(())
    }
    // ANCHOR_END: test
}
