//! salvo: a hoop that loads and saves, and the session in the depot.
//!
//! No guard is around the routes: docs/frameworks.md says what a form needs.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example salvo`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::error::Error;

use hardtack::{Clock, Session, SessionCookie, SessionError, web::Failure};
use hardtack_frameworks as site;
use salvo::{
    Depot, FlowCtrl, Handler, Listener, Request, Response, Router, Server, async_trait,
    conn::TcpListener, handler, http::StatusCode,
};

/// The integration. Let salvo's `Cors` be inside, because it replaces `Vary`.
struct Sessions(SessionCookie);

#[async_trait]
impl Handler for Sessions {
    async fn handle(
        &self,
        request: &mut Request,
        depot: &mut Depot,
        response: &mut Response,
        next: &mut FlowCtrl,
    ) {
        let session = self.0.load_from(request.headers(), Clock::system());
        depot.inject(session.clone());
        next.call_next(request, depot, response).await;
        let status = response.status_code.unwrap_or(StatusCode::OK);
        let saved = self.0.save_to(&session, status, response.headers_mut());
        if let Err(error) = saved {
            let (status, text) = site::answer_to(Failure::Save(error));
            response.status_code(status);
            response.replace_body(text.into());
        }
    }
}

fn session(depot: &Depot) -> &Session {
    depot.obtain().expect("the router has the hoop `Sessions`")
}

/// The status drops the changes.
fn reply(text: Result<String, SessionError>) -> Reply {
    text.map_err(|error| site::answer_to(error).0)
}

type Reply = Result<String, StatusCode>;

#[handler]
async fn home(depot: &mut Depot) -> Reply {
    reply(site::home(session(depot)))
}

#[handler]
async fn sign_in(request: &mut Request, depot: &mut Depot) -> Reply {
    let name: String = request.form("name").await.ok_or(StatusCode::BAD_REQUEST)?;
    reply(site::sign_in(session(depot), &name))
}

#[handler]
async fn count(depot: &mut Depot) -> Reply {
    reply(site::count(session(depot)))
}

#[handler]
async fn sign_out(depot: &mut Depot) -> Reply {
    reply(site::sign_out(session(depot)))
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let router = Router::new()
        .hoop(Sessions(site::cookie()?))
        .get(home)
        .push(Router::with_path("sign-in").post(sign_in))
        .push(Router::with_path("count").post(count))
        .push(Router::with_path("sign-out").post(sign_out));
    let acceptor = TcpListener::new(site::address()?).bind().await;
    println!("listening on http://{}", acceptor.inner().local_addr()?);
    Server::new(acceptor).serve(router).await;
    Ok(())
}
