//! Several domains, each of which shares sessions among its subdomains.
//!
//! `cargo run --example domains`, then open <http://shop.red.localhost:3000/> and <http://blue.localhost:3000/>
//! in a browser that resolves such names to this machine.

use axum::{
    Router,
    extract::Request,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hardtack::{ConfigError, KeyRing, SessionCookie, SessionLayer, web::host_of};
use std::{collections::HashMap, sync::Arc};
use tower::ServiceExt;

/// The pages of a domain and its subdomains.
fn site(domain: &str, pages: Router, keys: &KeyRing) -> Result<Router, ConfigError> {
    let cookie = SessionCookie::encrypted(keys.clone())
        .name("__Secure-session")
        .application(domain) // so that a cookie of another domain does not open here
        .domain(domain);
    Ok(pages.layer(SessionLayer::new(cookie.build()?)))
}

/// `sites`: by their domains.
fn by_domain(sites: HashMap<&'static str, Router>) -> Router {
    let sites = Arc::new(sites);
    Router::new().fallback(async move |request: Request| -> Response {
        let (head, body) = request.into_parts();
        let host = host_of(&head).unwrap_or_default();
        let host = host.split(':').next().unwrap_or(""); // without the port
        match sites.iter().find(|(domain, _)| is_of(host, domain)) {
            Some((_, site)) => site
                .clone()
                .oneshot(Request::from_parts(head, body))
                .await
                .into_response(),
            None => (StatusCode::MISDIRECTED_REQUEST, "no site of ours").into_response(),
        }
    })
}

fn is_of(host: &str, domain: &str) -> bool {
    let rest = host.strip_suffix(domain);
    rest.is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn pages() -> Router {
    use hardtack::{Session, SessionError};
    let count = async |session: Session| {
        session.update("count", |count: &mut u32| *count += 1)?;
        let count: u32 = session.get("count")?.unwrap_or(0);
        Ok::<_, SessionError>(format!("visit {count}\n"))
    };
    Router::new().route("/", axum::routing::get(count))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let keys = KeyRing::from(hardtack::EncryptionKey::generate()?);
    let mut sites = HashMap::new();
    for domain in ["red.localhost", "blue.localhost"] {
        sites.insert(domain, site(domain, pages(), &keys)?);
    }
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, by_domain(sites)).await?)
}
