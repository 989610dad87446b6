//! Pages for users and for admins in actix-web.

use std::{fmt, io, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{Method, header::LOCATION},
    web::Data,
};
use hardtack::{Session, SessionError, web::Failure};

fn see_other(page: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, page))
        .finish()
}

/// An argument of handlers for signed-in users only.
struct SignedIn(u64);

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<SignedIn, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        let nobody = nobody(request);
        Box::pin(async move {
            let session: Session = session.await?;
            let user = session.get("user")?.map(SignedIn);
            user.ok_or(nobody)
        })
    }
}

/// An argument of handlers for admins only.
struct Admin;

impl FromRequest for Admin {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Admin, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let signed_in = SignedIn::from_request(request, payload);
        let users = request.app_data::<Data<Users>>().cloned();
        let users = users.expect("the App has them by `app_data`");
        Box::pin(async move {
            let SignedIn(user) = signed_in.await?;
            // Asked in each request, so that the permission ends at once.
            let is_admin = users.may(user, "administer").await?;
            is_admin.then_some(Admin).ok_or(Error::Forbidden)
        })
    }
}

/// Returns the error for a visitor who is not signed in. A form cannot be sent again, and a script shows no page.
fn nobody(request: &HttpRequest) -> Error {
    let mode = request.headers().get("sec-fetch-mode");
    if mode.is_some_and(|mode| mode != "navigate") {
        return Error::Unauthorized;
    }
    let page = Some(request.uri().to_string()).filter(|_| request.method() == Method::GET);
    Error::SignInFirst(page.unwrap_or_else(|| "/".to_owned()))
}

#[derive(Debug)]
enum Error {
    /// With the page to go to afterwards.
    SignInFirst(String),
    Unauthorized,
    Forbidden,
    Session(Failure),
    Database(io::Error),
}

impl ResponseError for Error {
    fn error_response(&self) -> HttpResponse {
        match self {
            Error::SignInFirst(next) => {
                let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
                see_other(&format!("/sign-in?next={next}"))
            }
            Error::Unauthorized => HttpResponse::Unauthorized().finish(),
            Error::Forbidden => HttpResponse::Forbidden().body("You may not open this page."),
            // Logged, with the right status: a session that is full is no 500.
            Error::Session(failure) => failure.error_response(),
            Error::Database(error) => {
                eprintln!("the database: {error}");
                HttpResponse::InternalServerError().body("Sorry.")
            }
        }
    }
}

/// For logs alone.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl From<SessionError> for Error {
    fn from(error: SessionError) -> Error {
        Error::Session(error.into())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Session(failure)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        Error::Database(error)
    }
}

// Its tests.

use actix_web::{
    App,
    dev::{Service, ServiceRequest, ServiceResponse},
    test, web,
};
use hardtack::SessionLayer;
use http::{Request, Response};

use super::Users;
use crate::common::{
    actix::{request_of, response_of},
    block_on,
};

async fn home(session: Session) -> Result<String, Error> {
    let mut page = String::new();
    for (level, text) in session.take_all_flashes()? {
        page += &format!("{level}: {text}\n");
    }
    Ok(page + "Welcome.")
}

async fn sign_out(session: Session) -> Result<HttpResponse, Error> {
    session.invalidate()?;
    session.flash("notice", "You have been signed out.")?;
    Ok(see_other("/"))
}

async fn account(SignedIn(user): SignedIn) -> String {
    format!("user {user}")
}

/// With the gate of the guide, but for `from_fn`, which the earliest version of actix-web does not have.
pub(super) fn ask(
    sessions: SessionLayer,
    users: Users,
    request: Request<String>,
) -> Response<String> {
    let admin = web::resource("/admin")
        .wrap_fn(|request, inner| {
            let (asked, payload) = request.into_parts();
            let admin = Admin::extract(&asked);
            let inner = inner.call(ServiceRequest::from_parts(asked.clone(), payload));
            async move {
                match admin.await {
                    Ok(_) => Ok(inner.await?.map_into_left_body()),
                    Err(error) => Ok(ServiceResponse::from_err(error, asked).map_into_right_body()),
                }
            }
        })
        .to(async || "the users");
    let app = App::new()
        .app_data(Data::new(users))
        .service(admin)
        .route("/", web::get().to(home))
        .route("/account", web::to(account))
        .route("/sign-out", web::post().to(sign_out))
        .wrap(sessions);
    block_on(async {
        let app = test::init_service(app).await;
        let request = request_of(request).to_request();
        response_of(test::call_service(&app, request).await).await
    })
}

#[test]
fn an_error_of_a_session_keeps_its_status() {
    let session = crate::common::cookie().load(None::<&str>, crate::common::at(0));
    let error = session.insert("note", "x".repeat(3_000)).unwrap_err();
    let response = Error::from(error).error_response();
    assert_eq!(response.status(), 413);
    assert!(response.extensions().get::<Failure>().is_some());
}

/// As the guide says of an error whose response is not that of its failure.
#[test]
fn the_default_response_of_an_error_shows_it_and_saves_what_came_before_it() {
    #[derive(Debug)]
    struct Careless(SessionError);

    impl fmt::Display for Careless {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.fmt(f)
        }
    }

    impl ResponseError for Careless {
        fn status_code(&self) -> actix_web::http::StatusCode {
            actix_web::http::StatusCode::BAD_REQUEST
        }
    }

    let fill = |session: &Session| {
        session.insert("first", 1)?;
        session.insert("note", "x".repeat(3_000))
    };
    let careless =
        move |session: Session| async move { fill(&session).map_err(Careless).map(|()| "") };
    let boxed = move |session: Session| async move {
        fill(&session)?;
        Ok::<_, Box<dyn std::error::Error>>("")
    };
    let careful = move |session: Session| async move {
        fill(&session)?;
        Ok::<_, Error>("")
    };
    let cookie = crate::common::cookie();
    let layer = SessionLayer::new(cookie.clone()).clock(crate::common::at(0));
    let app = App::new()
        .route("/careless", web::get().to(careless))
        .route("/boxed", web::get().to(boxed))
        .route("/careful", web::get().to(careful))
        .wrap(layer);
    block_on(async {
        let app = test::init_service(app).await;
        let expected = [
            ("/careless", 400, true, true),
            ("/boxed", 500, true, false),
            ("/careful", 413, false, false),
        ];
        for (path, status, is_shown, is_saved) in expected {
            let request = test::TestRequest::with_uri(path).to_request();
            let response = test::call_service(&app, request).await;
            assert_eq!(response.status(), status, "{path}");
            let is_set = response.headers().contains_key("set-cookie");
            assert_eq!(is_set, is_saved, "{path}");
            let body = test::read_body(response).await;
            let body = std::str::from_utf8(&body).unwrap();
            assert_eq!(body.contains("3072"), is_shown, "{path}: {body}");
        }
    });
}
