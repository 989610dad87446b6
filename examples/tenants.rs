//! One program and one key for several tenants, distinguished by the host name or by the path: a session of one tenant
//! does not open for another, even if a visitor copies the cookie by hand.
//!
//! `cargo run --example tenants`, then open <http://red.localhost:3000/> and <http://blue.localhost:3000/>
//! in a browser that resolves such names to this machine. Each host has a cookie of its own. Tenants in the path,
//! <http://localhost:3000/t/red> and <http://localhost:3000/t/blue>, share a host, and a browser keeps one cookie of a
//! name, so each has a layer of its own, whose cookie has another name: both stay signed in, in two tabs. With curl, sending one tenant's cookie to the other:
//!
//! ```text
//! curl -i -H 'Host: red.localhost' http://127.0.0.1:3000/       # visit 1 of red, and a cookie
//! curl -H 'Cookie: __Host-session=TOKEN' -H 'Host: red.localhost' http://127.0.0.1:3000/   # visit 2
//! curl -H 'Cookie: __Host-session=TOKEN' -H 'Host: blue.localhost' http://127.0.0.1:3000/  # visit 1
//! ```

use std::{env, error::Error, net::Ipv4Addr, sync::Arc};

use axum::{
    Extension, Router,
    extract::{Request, State},
    http::StatusCode,
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use hardtack::{
    ConfigError, Context, EncryptionKey, KeyRing, Session, SessionCookie, SessionError,
    SessionLayer, web::host_of,
};
use tokio::net::TcpListener;

fn app(keys: KeyRing) -> Result<Router, Box<dyn Error>> {
    let cookie = SessionCookie::encrypted(keys.clone()).build()?;
    let tenants: Result<Arc<[Tenant]>, ConfigError> =
        ["red", "blue"].into_iter().map(Tenant::new).collect();
    let tenants = tenants?;
    let layer = SessionLayer::new(cookie).context_by(|request| {
        // A request without a tenant gets no session. `find_tenant` runs earlier and has refused it already.
        let tenant = request.extensions.get::<Tenant>()?;
        Some(tenant.context.clone())
    });
    let mut site = Router::new()
        .route("/", get(home))
        .layer(layer)
        .layer(middleware::from_fn_with_state(tenants.clone(), find_tenant));
    for tenant in tenants.iter() {
        // A value is bound to the name of its cookie, so it opens for no other tenant.
        let cookie = SessionCookie::encrypted(keys.clone()).name(format!("__Host-{}", tenant.name));
        let pages = Router::new()
            .route("/", get(home))
            .layer(SessionLayer::new(cookie.build()?))
            .layer(Extension(tenant.clone()));
        site = site.nest(&format!("/t/{}", tenant.name), pages);
    }
    Ok(site)
}

async fn home(
    Extension(tenant): Extension<Tenant>,
    session: Session,
) -> Result<String, SessionError> {
    let visit = session.get::<u32>("visits")?.unwrap_or(0) + 1;
    session.insert("visits", visit)?;
    Ok(format!("visit {visit} of {}\n", tenant.name))
}

#[derive(Clone)]
struct Tenant {
    name: &'static str,
    context: Context,
}

impl Tenant {
    fn new(name: &'static str) -> Result<Tenant, ConfigError> {
        let context = Context::new([("tenant", name)])?;
        Ok(Tenant { name, context })
    }
}

/// Refuses a request whose `Host` names no tenant.
async fn find_tenant(
    State(tenants): State<Arc<[Tenant]>>,
    request: Request,
    next: Next,
) -> Response {
    let (parts, body) = request.into_parts();
    let host = host_of(&parts).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    let tenant = tenants
        .iter()
        .find(|tenant| name.strip_suffix(".localhost") == Some(tenant.name));
    let Some(tenant) = tenant else {
        return (StatusCode::MISDIRECTED_REQUEST, "no such tenant\n").into_response();
    };
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(tenant.clone());
    next.run(request).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => EncryptionKey::generate()?.into(),
    };
    let port = env::args().nth(1).map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app(keys)?).await?;
    Ok(())
}
