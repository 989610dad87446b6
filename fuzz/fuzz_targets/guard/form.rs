//! Bodies that carry their token, taken by extractors, on sites that are put together rightly or not. A handler runs for a
//! right token and for no other, and gets the fields that were sent.

use std::{cell::RefCell, convert::Infallible, future::ready};

use arbitrary::Arbitrary;
use axum_core::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request as AxumRequest},
    response::IntoResponse,
};
use hardtack::{Session, SessionLayer, csrf::GuardedForm, web::Failure};
use http::{Request, Response, StatusCode};
use tower::{Layer, Service, ServiceExt, service_fn};

use super::{
    COOKIE, COUNTS, Tokens, VISITOR, block_on,
    browser::{Kind, Token},
    guard, now,
    place::Field,
};

#[derive(Debug, Arbitrary)]
pub struct Submission<'a> {
    site: Site,
    tokens: Tokens,
    extractor: Extractor,
    is_post: bool,
    token_in_header: Token,
    kind: Kind,
    fields: Vec<Field<'a>>,
}

/// Layers around the handler.
#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
enum Site {
    Whole,
    WithoutGuard,
    WithoutSessions,
    WithSessionsOfAnotherType,
    WithSessionsTwice,
}

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
enum Extractor {
    GuardedForm,
    /// It takes no body, and asks for the session.
    Session,
}

/// Outcome of a request, with the fields that the handler got.
#[derive(Debug, PartialEq)]
enum Outcome {
    Handled(Vec<(String, String)>),
    Refused(u16),
}

impl Submission<'_> {
    pub fn check(self) {
        let mut request =
            Request::builder()
                .uri("/transfer")
                .method(if self.is_post { "POST" } else { "GET" });
        request = request.header("cookie", &VISITOR.cookie);
        if let Some(token) = self.token_in_header.text() {
            request = request.header("x-csrf-token", token);
        }
        if let Some(kind) = self.kind.text() {
            request = request.header("content-type", kind);
        }
        let request = request.body(self.body()).expect("all fields are sound");
        assert_eq!(self.send(request), self.expected(), "{self:?}");
    }

    /// Returns the outcome that the documents have.
    fn expected(&self) -> Outcome {
        let is_checked = self.tokens != Tokens::None && self.site != Site::WithoutGuard;
        let has_session = matches!(self.site, Site::Whole | Site::WithoutGuard);
        if is_checked && self.is_post {
            let in_form = self.tokens == Tokens::InForms && self.has_right_field();
            match self.token_in_header {
                _ if !has_session => return Outcome::Refused(500),
                Token::OfAnother => return Outcome::Refused(403),
                Token::Missing if !in_form => return Outcome::Refused(403),
                Token::Right | Token::Missing => {}
            }
        }
        match self.extractor {
            Extractor::Session if has_session => Outcome::Handled(Vec::new()),
            Extractor::Session => Outcome::Refused(500),
            Extractor::GuardedForm if !is_checked => Outcome::Refused(500),
            Extractor::GuardedForm if !self.is_post => Outcome::Refused(403),
            Extractor::GuardedForm => self.expected_form(),
        }
    }

    fn expected_form(&self) -> Outcome {
        let is_empty = self.kind == Kind::None && self.fields.is_empty();
        if self.kind != Kind::Form && !is_empty {
            return Outcome::Refused(415);
        }
        let fields = self.pairs().into_iter();
        Outcome::Handled(fields.filter(|(name, _)| name != "csrf_token").collect())
    }

    /// Returns whether the first token in the form is right. No body here has parts.
    fn has_right_field(&self) -> bool {
        let pairs = self.pairs();
        let first = pairs.iter().find(|(name, _)| name == "csrf_token");
        self.kind == Kind::Form && first.is_some_and(|(_, token)| *token == VISITOR.token)
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let fields = self.fields.iter().take(8);
        let pair =
            |field: &Field<'_>| (field.name.text().to_owned(), field.value.text().to_owned());
        fields.map(pair).collect()
    }

    fn body(&self) -> String {
        let fields = self.fields.iter().take(8).map(|field| {
            let [name, value] = [field.name, field.value].map(|text| field.encode(text.text()));
            format!("{name}={value}")
        });
        fields.collect::<Vec<_>>().join("&")
    }

    fn send(&self, request: Request<String>) -> Outcome {
        let extractor = self.extractor;
        let handled = &RefCell::new(None);
        let handler = service_fn(move |request: Request<Body>| {
            // A body that is there has not to be waited for.
            let extracted = block_on(extract(extractor, request));
            ready(Ok(extracted.map_or_else(
                |answer| answer,
                |fields| {
                    *handled.borrow_mut() = Some(fields);
                    Response::new(String::from("done"))
                },
            )))
        });
        let guard = guard(self.tokens);
        let sessions = || SessionLayer::new(COOKIE.clone()).clock(now());
        let others = SessionLayer::new(COUNTS.clone()).clock(now());
        let answer = match self.site {
            Site::Whole => answer(sessions().layer(guard.layer(handler)), request),
            Site::WithoutGuard => answer(sessions().layer(handler), request),
            Site::WithoutSessions => answer(guard.layer(handler), request),
            Site::WithSessionsOfAnotherType => answer(others.layer(guard.layer(handler)), request),
            Site::WithSessionsTwice => {
                let layered = sessions().layer(guard.layer(handler));
                answer(sessions().layer(layered), request)
            }
        };
        check_page(&answer);
        match handled.take() {
            Some(fields) => {
                assert_eq!(answer.status(), StatusCode::OK);
                Outcome::Handled(fields)
            }
            None => Outcome::Refused(answer.status().as_u16()),
        }
    }
}

fn answer<S>(service: S, request: Request<String>) -> Response<String>
where
    S: Service<Request<Body>, Response = Response<String>, Error = Infallible>,
{
    let Ok(answer) = block_on(service.oneshot(request.map(Body::from)));
    answer
}

/// Has an extractor take a request. Returns the fields of a form, or the response of the rejection.
async fn extract(
    extractor: Extractor,
    request: AxumRequest,
) -> Result<Vec<(String, String)>, Response<String>> {
    match extractor {
        Extractor::GuardedForm => {
            let form = GuardedForm::from_request(request, &()).await;
            form.map(|GuardedForm(fields)| fields).map_err(rejected)
        }
        Extractor::Session => {
            let (mut parts, _) = request.into_parts();
            let session =
                Session::<hardtack::session::Map>::from_request_parts(&mut parts, &()).await;
            session.map(|_| Vec::new()).map_err(rejected)
        }
    }
}

fn rejected(rejection: impl IntoResponse) -> Response<String> {
    // Its text is of no interest here.
    rejection.into_response().map(|_| String::from("refused"))
}

/// A page of the application for a failure has its status, and takes the place of no other response.
fn check_page(answer: &Response<String>) {
    let failure = answer.extensions().get::<Failure>();
    let page = |failure: &Failure| Response::new(failure.to_string());
    let shown = Failure::with_page(answer.clone(), page);
    assert_eq!(shown.status(), answer.status());
    match failure {
        Some(failure) => assert_eq!(*shown.body(), failure.to_string()),
        None => assert_eq!(shown.body(), answer.body()),
    }
    for secret in [&VISITOR.token, &VISITOR.cookie] {
        assert!(!shown.body().contains(secret.as_str()));
    }
}
