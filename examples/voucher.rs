//! A voucher that can be used once, by a form that may arrive twice.
//!
//! `cargo run --example voucher`, then open <http://127.0.0.1:3000/>.

use axum::{
    Form, Router,
    extract::State,
    response::{Html, Redirect},
    routing::{get, post},
};
use hardtack::{Session, SessionCookie, SessionError, SessionLayer, csrf::CsrfGuard};
use serde::Deserialize;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
};

fn app(cookie: SessionCookie, vouchers: Vouchers) -> Router {
    Router::new()
        .route("/", get(cart))
        .route("/voucher", post(redeem))
        .with_state(vouchers)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(SessionLayer::new(cookie))
}

#[derive(Deserialize)]
struct Voucher {
    code: String,
}

async fn redeem(
    session: Session,
    State(vouchers): State<Vouchers>,
    Form(Voucher { code }): Form<Voucher>,
) -> Result<Redirect, SessionError> {
    if vouchers.claim(&code) {
        session.insert("discount", 10)?;
    } else {
        // Writes nothing: a twin of this request may have stored the discount.
        session.discard()?;
    }
    Ok(Redirect::to("/"))
}

/// Shows what the session has by now, and so the same to both.
async fn cart(session: Session) -> Result<Html<String>, SessionError> {
    let discount: u32 = session.get("discount")?.unwrap_or(0);
    Ok(Html(format!(
        r#"Your discount: {discount} %. <form method="post" action="/voucher"><input name="code"> <button>Redeem</button></form>"#
    )))
}

/// A table of the codes that can still be used.
#[derive(Clone)]
struct Vouchers(Arc<Mutex<HashSet<String>>>);

impl Vouchers {
    /// In one step, so that of two requests one gets it: `delete … where code = …`, and whether it deleted a row.
    fn claim(&self, code: &str) -> bool {
        self.0.lock().expect("no thread panics").remove(code)
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let cookie = SessionCookie::encrypted(hardtack::EncryptionKey::generate()?).build()?;
    let vouchers = Vouchers(Arc::new(Mutex::new(["SPRING".to_owned()].into())));
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie, vouchers)).await?)
}
