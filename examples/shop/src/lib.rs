//! A shop for ships: accounts, a cart and an admin, on sessions without a store.

pub mod database;
mod error;
mod html;
pub mod items;
pub mod orders;
mod pages;
mod passwords;
pub mod session;
mod settings;
pub mod users;
mod who;

use std::{path::Path, time::SystemTime};

use axum::{
    Router,
    http::{
        HeaderValue,
        header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    middleware::map_response,
    response::Response,
    routing::{get, post},
};
use hardtack::{Clock, SessionCookie, SessionLayer, csrf::CsrfGuard};

use crate::{
    database::Database,
    error::Error,
    orders::Orders,
    pages::{account, admin, cart, checkout, sign_in, sign_up},
    session::Visit,
    users::Users,
};

pub use crate::settings::Settings;

/// What the handlers share.
#[derive(Clone)]
pub struct Shop {
    pub users: Users,
    pub orders: Orders,
}

impl Shop {
    /// Opens the database in this file, or makes it. `:memory:` is one that ends with the program.
    pub fn open(file: &Path) -> rusqlite::Result<Shop> {
        let database = Database::open(file)?;
        Ok(Shop {
            users: Users::in_database(database.clone())?,
            orders: Orders::in_database(database)?,
        })
    }
}

pub fn router(shop: Shop, cookie: SessionCookie<Visit>, clock: Clock) -> Router {
    let health = cookie.clone();
    let outside_of_sessions = Router::new()
        .route(
            "/health",
            get(async move || health.keys_in_use(SystemTime::now())),
        )
        .route(
            "/style.css",
            get(async || ([(CONTENT_TYPE, "text/css")], STYLE)),
        );
    Router::new()
        .route("/", get(cart::items))
        .route("/cart", get(cart::show))
        .route("/cart/add", post(cart::add))
        .route("/cart/remove", post(cart::remove))
        .route("/checkout", get(checkout::form).post(checkout::order))
        .route("/sign-up", get(sign_up::form).post(sign_up::create))
        .route("/sign-in", get(sign_in::form).post(sign_in::check))
        .route("/account", get(account::show))
        .route("/account/password", post(account::change_password))
        .route("/account/sign-out", post(account::sign_out))
        .route(
            "/account/sign-out-everywhere",
            post(account::sign_out_everywhere),
        )
        .route("/admin", get(admin::list))
        .route("/admin/lock", post(admin::lock))
        .fallback(async || Error::NotFound)
        .with_state(shop)
        .layer(CsrfGuard::new().typed::<Visit>().tokens_in_forms())
        // The layer that is added last runs first: the guard needs the session.
        .layer(SessionLayer::new(cookie).clock(clock))
        .layer(map_response(error::page_of_failure))
        .merge(outside_of_sessions)
        .layer(map_response(restricted))
}

/// A page runs no script, and no other site shows it in a frame.
async fn restricted(mut response: Response) -> Response {
    let policy = HeaderValue::from_static(
        "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, policy);
    response
}

const STYLE: &str = include_str!("style.css");
