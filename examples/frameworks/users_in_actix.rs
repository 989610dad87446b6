//! actix-web: users and admins, pages for failures, and a test. Twin of `signed_in.rs`, which is for axum.
//!
//! `cargo run --manifest-path examples/frameworks/Cargo.toml --example users_in_actix`, then open
//! <http://127.0.0.1:3000/account>.

use actix_web::{
    App, Error as AnyError, FromRequest, HttpServer,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::{Next, from_fn},
    rt,
    web::{self, Data, Html, ServiceConfig},
};
use hardtack::{
    Session, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
    web::local_path,
};
use hardtack_frameworks as site;
use serde::Deserialize;

use self::users::{Admin, Error, SignedIn, Users};

/// Extractors for users and admins.
mod users {
    use std::{fmt, io, pin::Pin};

    use actix_web::{
        FromRequest, HttpRequest, HttpResponse, ResponseError,
        dev::Payload,
        http::{
            Method, StatusCode, Uri,
            header::{HeaderName, LOCATION},
        },
        web::Data,
    };
    use hardtack::{Session, SessionError, web::Failure};

    /// An argument of handlers for signed-in users only.
    pub(crate) struct SignedIn(pub(crate) u64);

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
    pub(crate) struct Admin;

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

    /// Returns the error for a visitor who is not signed in: a redirect to the sign-in, and then back to the page. A form
    /// cannot be sent again, so it leads to `/`. A script gets 401, except for a part of a page: then the page with it is
    /// loaded again.
    fn nobody(request: &HttpRequest) -> Error {
        let field = |name: &str| request.headers().get(name)?.to_str().ok();
        // Of htmx, which follows redirects for a whole page.
        let is_page = field("hx-boosted")
            .or(field("hx-history-restore-request"))
            .is_some();
        if let Some(page) = field("hx-current-url").filter(|_| !is_page) {
            let page = page.parse().unwrap_or_default();
            let redirect = HeaderName::from_static("hx-redirect");
            return Error::SignInFirst(page, StatusCode::NO_CONTENT, redirect);
        }
        let redirect = |page| Error::SignInFirst(page, StatusCode::SEE_OTHER, LOCATION);
        if field("turbo-frame").is_some() {
            let page = field("referer").and_then(|page| page.parse().ok());
            return redirect(page.unwrap_or_default());
        }
        if !is_page && field("sec-fetch-mode").is_some_and(|mode| mode != "navigate") {
            return Error::Unauthorized;
        }
        let page = Some(request.uri().clone()).filter(|_| request.method() == Method::GET);
        redirect(page.unwrap_or_default())
    }

    #[derive(Debug)]
    pub(crate) enum Error {
        /// With the page to go to afterwards, and the status and the field that lead to the sign-in.
        SignInFirst(Uri, StatusCode, HeaderName),
        Unauthorized,
        Forbidden,
        WrongPassword,
        Session(Failure),
        Database(io::Error),
    }

    impl ResponseError for Error {
        fn error_response(&self) -> HttpResponse {
            match self {
                Error::SignInFirst(page, status, field) => {
                    let page = page.path_and_query().map_or("/", |page| page.as_str());
                    let next: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
                    let sign_in = format!("/sign-in?next={next}");
                    let mut response = HttpResponse::build(*status);
                    response.insert_header((field, sign_in)).finish()
                }
                Error::Unauthorized => HttpResponse::Unauthorized().finish(),
                Error::Forbidden => HttpResponse::Forbidden().body("You may not open this page."),
                Error::WrongPassword => {
                    HttpResponse::UnprocessableEntity().body("The name or the password is wrong.")
                }
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

    /// In place of a table: in a real one are hashes of passwords, by argon2.
    pub(crate) struct Users;

    impl Users {
        /// `None`: the name or the password is wrong.
        pub(crate) async fn check(&self, name: &str, password: &str) -> io::Result<Option<u64>> {
            Ok(((name, password) == ("ada", "lovelace")).then_some(42))
        }

        async fn may(&self, user: u64, right: &str) -> io::Result<bool> {
            Ok((user, right) == (1, "administer"))
        }
    }
}

/// Pages for failures.
mod failures {
    use actix_web::{
        Error,
        body::{EitherBody, MessageBody},
        dev::{ServiceRequest, ServiceResponse},
        http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderValue},
        middleware::Next,
    };
    use hardtack::{SessionError, csrf::CsrfRefusal, web::Failure};

    /// Outside the session, as `.wrap(layer).wrap(from_fn(own_pages))`, so that it sees every failure.
    pub(crate) async fn own_pages<B: MessageBody + 'static>(
        request: ServiceRequest,
        next: Next<B>,
    ) -> Result<ServiceResponse<EitherBody<B, String>>, Error> {
        let response = next.call(request).await?;
        let failure = response.response().extensions().get::<Failure>().cloned();
        Ok(response.map_body(|head, body| {
            let page = match failure {
                None => return EitherBody::left(body),
                Some(Failure::Csrf(CsrfRefusal::WrongToken { .. })) => {
                    "Please go back, and load the page again."
                }
                Some(Failure::Csrf(CsrfRefusal::TooLarge)) => "This form is too long.",
                Some(Failure::Csrf(_)) => "Please use the form on our page.",
                Some(Failure::Session(SessionError::TooLarge(_))) => "Your cart is full.",
                Some(_) => "Sorry, that is our fault.",
            };
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            head.headers_mut().insert(CONTENT_TYPE, html);
            head.headers_mut().remove(CONTENT_ENCODING); // of `Compress`, for the old text
            EitherBody::right(page.to_owned())
        }))
    }
}

fn routes(config: &mut ServiceConfig) {
    let admin = web::scope("/admin").wrap(from_fn(gate::<Admin>));
    config
        .app_data(Data::new(Users))
        .route("/", web::get().to(home))
        .route("/account", web::get().to(account))
        .route("/part", web::get().to(part))
        .service(admin.route("", web::get().to(async || "the users")))
        .route("/sign-in", web::get().to(sign_in_page))
        .route("/sign-in", web::post().to(sign_in))
        .route("/sign-out", web::post().to(sign_out));
}

/// For a whole scope. Returns a response, because after an error nothing would be saved.
async fn gate<A: FromRequest>(
    asked: Result<A, A::Error>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, AnyError> {
    match asked {
        Ok(_) => Ok(next.call(request).await?.map_into_left_body()),
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

async fn home(session: Session) -> Result<String, SessionError> {
    let messages = session.take_flashes("notice")?;
    Ok(messages.join("\n") + "Welcome.")
}

async fn account(SignedIn(user): SignedIn, session: Session) -> Result<Html, SessionError> {
    let form = form(&session, "/sign-out", "<button>Sign out</button>")?;
    Ok(Html::new(format!("user {user} {form}")))
}

async fn part(SignedIn(user): SignedIn) -> String {
    format!("part of user {user}")
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

async fn sign_in_page(
    session: Session,
    web::Query(Asked { next }): web::Query<Asked>,
) -> Result<Html, SessionError> {
    let next = next.replace('&', "&amp;").replace('"', "&quot;");
    let fields = format!(
        r#"<input name="name" value="ada"> <input name="password" type="password">
<input name="next" type="hidden" value="{next}"> <button>Sign in</button>"#
    );
    let form = form(&session, "/sign-in", &fields)?;
    // With the `meta`, Turbo shows this page in place of the one with the frame.
    let turbo = r#"<!doctype html><meta name="turbo-visit-control" content="reload">"#;
    Ok(Html::new(format!("{turbo}<h1>Sign in</h1>{form}")))
}

fn form(session: &Session, action: &str, fields: &str) -> Result<String, SessionError> {
    let token = session.csrf_token()?;
    Ok(format!(
        r#"<form method="post" action="{action}"><input type="hidden" name="csrf_token" value="{token}">{fields}</form>"#
    ))
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    session: Session,
    users: Data<Users>,
    GuardedForm(form): GuardedForm<SignIn>,
) -> Result<web::Redirect, Error> {
    let user = users.check(&form.name, &form.password).await?;
    let user = user.ok_or(Error::WrongPassword)?;
    session.sign_in()?;
    session.insert("user", user)?;
    let next = local_path(&form.next).unwrap_or("/account").to_owned();
    Ok(web::Redirect::to(next).see_other())
}

async fn sign_out(session: Session, _: GuardedForm) -> Result<web::Redirect, SessionError> {
    session.invalidate()?;
    session.flash("notice", "You have been signed out.\n")?;
    Ok(web::Redirect::to("/").see_other())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let layer = SessionLayer::new(site::cookie()?);
    let server = HttpServer::new(move || {
        App::new()
            .configure(routes)
            .wrap(CsrfGuard::new().tokens_in_forms())
            .wrap(layer.clone())
            .wrap(from_fn(failures::own_pages))
    });
    let server = server.listen(site::listener()?)?;
    Ok(rt::System::new().block_on(server.run())?)
}

#[cfg(test)]
mod tests {
    use super::routes;

    use actix_web::{
        App, rt,
        test::{TestRequest, call_service, init_service},
    };
    use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
    use std::{error::Error, time::SystemTime};

    #[test]
    fn a_sign_out_needs_its_token() -> Result<(), Box<dyn Error>> {
        let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
        let mut token = String::new();
        let field = cookie.cookie_for(SystemTime::now(), |session| {
            session.insert("user", 42)?;
            token = session.csrf_token()?;
            Ok(())
        })?;
        rt::System::new().block_on(async {
            let app = App::new()
                .configure(routes)
                .wrap(CsrfGuard::new().tokens_in_forms())
                .wrap(SessionLayer::new(cookie));
            let app = init_service(app).await;
            for (token, status) in [("", 403), (&token, 303)] {
                let form = TestRequest::post()
                    .uri("/sign-out")
                    .insert_header(("cookie", &*field));
                let form = form.set_form([("csrf_token", token)]);
                assert_eq!(call_service(&app, form.to_request()).await.status(), status);
            }
        });
        Ok(())
    }
}
