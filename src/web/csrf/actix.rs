//! [`CsrfGuard`] as middleware of actix-web, and guarded forms as its extractors. Feature `actix`.

use std::{
    future::{Ready, ready},
    pin::Pin,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, dev,
    error::InternalError,
    http::{
        StatusCode,
        header::{CONTENT_TYPE, HeaderValue},
    },
    web::Bytes,
};
use serde::de::DeserializeOwned;

use super::{
    CsrfGuard, CsrfRefusal,
    form::{CsrfCheck, GuardedForm, GuardedRejection, NoForm},
};
use crate::web::{
    actix::{converted, middleware},
    failure::Failure,
};

middleware! {
    /// With feature `actix`, a guard is middleware. `App` runs the one that is added last first, and the guard needs its
    /// session, so write `App::new().wrap(guard).wrap(layer)`.
    ///
    /// # Examples
    ///
    /// ```
    /// use actix_web::{App, HttpResponse, test, web};
    /// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let app = App::new()
    ///     .route("/transfer", web::post().to(HttpResponse::Ok))
    ///     .wrap(CsrfGuard::new())
    ///     .wrap(SessionLayer::new(cookie));
    /// let request = test::TestRequest::post().uri("/transfer");
    /// let request = request.insert_header(("sec-fetch-site", "cross-site"));
    /// # actix_web::rt::System::new().block_on(async {
    /// let app = test::init_service(app).await;
    /// let response = test::call_service(&app, request.to_request()).await;
    /// assert_eq!(response.status(), 403);
    /// # });
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    CsrfGuard<T>
}

/// With feature `actix`.
impl FromRequest for CsrfCheck {
    type Error = GuardedRejection<Error>;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(CsrfCheck::of(&*request.extensions(), request.path()))
    }
}

/// With feature `actix`. The length of the body is limited by its `PayloadConfig`.
impl<T: DeserializeOwned + 'static> FromRequest for GuardedForm<T> {
    type Error = GuardedRejection<Error>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, body: &mut dev::Payload) -> Self::Future {
        let check = CsrfCheck::of(&*request.extensions(), request.path());
        let content_type = request.headers().get(CONTENT_TYPE).cloned();
        let body = Bytes::from_request(request, body);
        Box::pin(async move {
            let (check, body) = (check?, body.await.map_err(GuardedRejection::Inner)?);
            let content_type = content_type.as_ref().map(HeaderValue::as_bytes);
            GuardedForm::read(&check, content_type, &body, no_form)
        })
    }
}

fn no_form((status, sentence): NoForm) -> Error {
    let status = StatusCode::from_u16(status.as_u16()).expect("it is a status");
    InternalError::new(sentence, status).into()
}

impl ResponseError for GuardedRejection<Error> {
    fn error_response(&self) -> HttpResponse {
        match self {
            GuardedRejection::Inner(error) => error.error_response(),
            GuardedRejection::Refused(refusal) => refusal.error_response(),
            GuardedRejection::NoGuard => Failure::Setup(self.to_string()).error_response(),
        }
    }
}

/// With feature `actix`, a response with status 403.
impl ResponseError for CsrfRefusal {
    fn error_response(&self) -> HttpResponse {
        converted(Failure::Csrf(self.clone()).into_page())
    }
}
