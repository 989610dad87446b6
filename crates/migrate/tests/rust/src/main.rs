//! Prints session cookies that other Rust libraries write, as JSON, if their visitors are signed out when
//! docs/moving.md says so:
//!
//! ```sh
//! cargo run --manifest-path crates/migrate/tests/rust/Cargo.toml > crates/migrate/tests/rust.json
//! ```

mod returning;
#[path = "../../visits.rs"]
mod visits;

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{SystemTime, UNIX_EPOCH},
};

use actix_session::{Session, SessionInsertError};
use serde_json::{Value, json};
use uuid::Uuid;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    returning::check();
    actix_web::rt::System::new().block_on(print())
}

async fn print() -> Result<(), Failure> {
    let master: Vec<u8> = (0..64).collect();
    let mut cookies = Vec::new();
    for is_private in [true, false] {
        let kind = if is_private { "private" } else { "signed" };
        let mut add = |library: &str, field: &str| -> Result<(), Failure> {
            let pair = field.split(';').next().ok_or("a field has a pair")?;
            let (name, value) = pair.split_once('=').ok_or("a pair has a value")?;
            let made_at = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
            let format = format!("{library} {kind}");
            cookies.push(
                json!({ "format": format, "name": name, "value": value, "made_at": made_at }),
            );
            Ok(())
        };
        add(
            "cookie json",
            &jar(&content().to_string(), &master, is_private)
                .encoded()
                .to_string(),
        )?;
        add(
            "cookie text",
            &jar("ada", &master, is_private).encoded().to_string(),
        )?;
        // Base64 needs no encoding, so some applications send it as it is.
        add("cookie plain", &jar("ada", &master, is_private).to_string())?;
        let long: Vec<u8> = (0..100).collect();
        for (library, key) in [
            ("cookie derived", cookie::Key::derive_from(&master)),
            ("cookie long", cookie::Key::from(&long)),
            ("cookie long-derived", cookie::Key::derive_from(&long)),
        ] {
            let cookie = jar("ada", key.master(), is_private);
            add(library, &cookie.encoded().to_string())?;
        }
        add("actix", &actix(&master, is_private, fill).await?)?;
        let typed = actix(&master, is_private, fill_with_types).await?;
        add("actix types", &typed)?;
        add(
            "tower-sessions",
            &tower_sessions(&master, is_private).await?,
        )?;
    }
    println!("{}", serde_json::to_string_pretty(&cookies)?);
    Ok(())
}

/// The content of every session but one.
fn content() -> Value {
    json!({ "user": "ada", "count": 2, "nested": { "list": [1, -2, 3.5, null, true, "ä"] } })
}

fn fill(session: &Session) -> Result<(), SessionInsertError> {
    for (key, value) in content().as_object().into_iter().flatten() {
        session.insert(key, value)?;
    }
    Ok(())
}

/// Values of types that serde writes as text for people and as bytes or numbers otherwise.
fn fill_with_types(session: &Session) -> Result<(), SessionInsertError> {
    let id = Uuid::from_u128(0x67e5_5044_10b1_426f_9247_bb68_0e5f_e0c8);
    session.insert("user_id", id)?;
    session.insert("address", IpAddr::from([192, 0, 2, 7]))?;
    session.insert("cart", BTreeMap::from([(id, 2)]))
}

fn jar(value: &str, master: &[u8], is_private: bool) -> cookie::Cookie<'static> {
    let key = cookie::Key::from(master);
    let mut jar = cookie::CookieJar::new();
    let cookie = cookie::Cookie::new("login", value.to_owned());
    if is_private {
        jar.private_mut(&key).add(cookie);
    } else {
        jar.signed_mut(&key).add(cookie);
    }
    jar.get("login").expect("it was added").clone()
}

async fn actix(
    master: &[u8],
    is_private: bool,
    fill: fn(&Session) -> Result<(), SessionInsertError>,
) -> Result<String, Failure> {
    use actix_session::{
        SessionMiddleware, config::CookieContentSecurity, storage::CookieSessionStore,
    };
    use actix_web::{App, HttpResponse, cookie::Key, test, web};

    let security = if is_private {
        CookieContentSecurity::Private
    } else {
        CookieContentSecurity::Signed
    };
    let sessions = SessionMiddleware::builder(CookieSessionStore::default(), Key::from(master));
    let app = App::new()
        .wrap(sessions.cookie_content_security(security).build())
        .route(
            "/",
            web::get().to(move |session: Session| async move {
                fill(&session)?;
                Ok::<_, actix_web::Error>(HttpResponse::Ok().finish())
            }),
        );
    let app = test::init_service(app).await;
    let response = test::call_service(&app, test::TestRequest::get().to_request()).await;
    let field = response
        .headers()
        .get("set-cookie")
        .ok_or("actix-session sets a cookie")?;
    Ok(field.to_str()?.to_owned())
}

async fn tower_sessions(master: &[u8], is_private: bool) -> Result<String, Failure> {
    use axum::{Extension, Router, body::Body, http::Request, routing::get};
    use tower::ServiceExt;
    use tower_sessions_cookie_store::{CookieSessionManagerLayer, Key, Session};

    let app = Router::new().route(
        "/",
        get(|Extension(session): Extension<Session>| async move {
            for (key, value) in content().as_object().into_iter().flatten() {
                session.insert(key, value).await.expect("a value is stored");
            }
        }),
    );
    let key = Key::from(master);
    let app = if is_private {
        app.layer(CookieSessionManagerLayer::private(key))
    } else {
        app.layer(CookieSessionManagerLayer::signed(key))
    };
    let response = app.oneshot(Request::new(Body::empty())).await?;
    let field = response
        .headers()
        .get("set-cookie")
        .ok_or("tower-sessions sets a cookie")?;
    Ok(field.to_str()?.to_owned())
}
