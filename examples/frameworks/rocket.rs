//! rocket: a fairing that saves, and a request guard that loads.
//!
//! No guard is around the routes: docs/frameworks.md says what a form needs.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example rocket`, then
//!
//! ```text
//! curl -c jar -b jar -d name=ada http://127.0.0.1:3000/sign-in     # ada 0
//! curl -c jar -b jar -X POST http://127.0.0.1:3000/count           # ada 1
//! ```

use std::io::Cursor;

use hardtack::{Clock, Session, SessionCookie, SessionError, web::Failure};
use hardtack_frameworks as site;
use rocket::{
    Config, Request, Response, State,
    fairing::{AdHoc, Fairing, Info, Kind},
    form::{Form, FromForm},
    get,
    http::{HeaderMap, Status},
    outcome::Outcome::{Forward, Success},
    post,
    request::{FromRequest, Outcome},
    routes,
};

/// The session of a request, as an argument of handlers.
struct RocketSession(Session);

/// The session is loaded at its first use, and kept with the request for the fairing.
#[rocket::async_trait]
impl<'r> FromRequest<'r> for RocketSession {
    type Error = ();

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, ()> {
        let Success(cookie) = request.guard::<&State<SessionCookie>>().await else {
            return Forward(Status::InternalServerError);
        };
        let loaded = request.local_cache(|| {
            let fields = fields_of(request.headers());
            Some(cookie.load_from(&fields, Clock::system()))
        });
        loaded
            .clone()
            .map_or(Forward(Status::InternalServerError), |session| {
                Success(RocketSession(session))
            })
    }
}

/// Returns the fields that `load_from` and `save_to` read, which are more than the cookies: other sites' requests and
/// caches have theirs.
fn fields_of(fields: &HeaderMap<'_>) -> http::HeaderMap {
    let pairs = fields.iter().filter_map(|field| {
        let name = http::HeaderName::try_from(field.name().as_str()).ok()?;
        Some((
            name,
            http::HeaderValue::from_bytes(field.value().as_bytes()).ok()?,
        ))
    });
    pairs.collect()
}

/// Saves the session with the response. All fields go through `http::HeaderMap`, and back.
struct Sessions;

#[rocket::async_trait]
impl Fairing for Sessions {
    fn info(&self) -> Info {
        Info {
            name: "hardtack",
            kind: Kind::Response,
        }
    }

    async fn on_response<'r>(&self, request: &'r Request<'_>, response: &mut Response<'r>) {
        let loaded: &Option<Session> = request.local_cache(|| None);
        let (Some(session), Some(cookie)) = (loaded, request.rocket().state::<SessionCookie>())
        else {
            return;
        };
        let mut fields = fields_of(response.headers());
        let status = http::StatusCode::from_u16(response.status().code).unwrap_or_default();
        if let Err(error) = cookie.save_to(session, status, &mut fields) {
            let (status, text) = site::answer_to(Failure::Save(error));
            response.set_status(Status::new(status.as_u16()));
            response.set_sized_body(text.len(), Cursor::new(text));
        }
        for name in fields.keys() {
            response.remove_header(name.as_str());
        }
        for (name, value) in &fields {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            response.adjoin_raw_header(name.to_string(), value);
        }
    }
}

type Reply = Result<String, Status>;

/// The status drops the changes.
fn reply(text: Result<String, SessionError>) -> Reply {
    text.map_err(|error| Status::new(site::answer_to(error).0.as_u16()))
}

#[get("/")]
fn home(session: RocketSession) -> Reply {
    reply(site::home(&session.0))
}

#[derive(FromForm)]
struct SignIn {
    name: String,
}

#[post("/sign-in", data = "<form>")]
fn sign_in(session: RocketSession, form: Form<SignIn>) -> Reply {
    reply(site::sign_in(&session.0, &form.name))
}

#[post("/count")]
fn count(session: RocketSession) -> Reply {
    reply(site::count(&session.0))
}

#[post("/sign-out")]
fn sign_out(session: RocketSession) -> Reply {
    reply(site::sign_out(&session.0))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = site::address()?;
    let config = Config {
        address: address.ip(),
        port: address.port(),
        log_level: rocket::config::LogLevel::Off,
        ..Config::default()
    };
    let rocket = rocket::custom(config)
        .manage(site::cookie()?)
        .attach(Sessions)
        .attach(AdHoc::on_liftoff("address", |rocket| {
            Box::pin(async move {
                let Config { address, port, .. } = rocket.config();
                println!("listening on http://{address}:{port}");
            })
        }))
        .mount("/", routes![home, sign_in, count, sign_out]);
    rocket::execute(rocket.launch())?;
    Ok(())
}
