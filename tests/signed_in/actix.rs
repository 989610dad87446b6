use std::pin::Pin;

use actix_web::{
    Error, FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    error::{ErrorForbidden, InternalError},
    http::{Method, header::LOCATION},
    web::Data,
};
use hardtack::Session;

/// An argument of handlers for signed-in users only.
struct SignedIn(u64);

impl FromRequest for SignedIn {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<SignedIn, Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let session = Session::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let session: Session = session.await?;
            let user = session.get("user")?.map(SignedIn);
            user.ok_or_else(|| sign_in_first(&request))
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
        let users = Data::<Users>::extract(request);
        Box::pin(async move {
            let (SignedIn(user), users) = (signed_in.await?, users.await?);
            // Asked in each request, so that the permission ends at once.
            let is_admin = users.may(user, "administrate").await?;
            let forbidden = || ErrorForbidden("Your account may not open this page.");
            is_admin.then_some(Admin).ok_or_else(forbidden)
        })
    }
}

/// Leads to the sign-in, and from there to the page that the visitor asked for. A form cannot be sent again.
fn sign_in_first(request: &HttpRequest) -> Error {
    let page = Some(request.uri().to_string()).filter(|_| request.method() == Method::GET);
    let page = page.unwrap_or_else(|| "/".to_owned());
    let next: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    let to = (LOCATION, format!("/sign-in?next={next}"));
    let response = HttpResponse::SeeOther().insert_header(to).finish();
    InternalError::from_response("nobody is signed in", response).into()
}

// What follows is not in the guide.

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
    let account = async |SignedIn(user): SignedIn| format!("user {user}");
    let app = App::new()
        .app_data(Data::new(users))
        .service(admin)
        .route("/account", web::to(account))
        .wrap(sessions);
    block_on(async {
        let app = test::init_service(app).await;
        let request = request_of(request).to_request();
        response_of(test::call_service(&app, request).await).await
    })
}
