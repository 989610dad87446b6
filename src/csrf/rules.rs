//! The rules of [`CsrfGuard`](super::CsrfGuard).

use std::sync::Arc;

use http::{HeaderMap, HeaderName, Method, header, request::Parts};

use super::origin::Origin;
use crate::{
    session::{Session, events},
    state::Payload,
    web::{CsrfRefusal, Extensions, Host, MissingSession},
};

#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) trusted: Vec<Origin>,
    /// Origins whose forms pass without a token, each with the path they may be sent to.
    pub(super) form_posts: Vec<(Origin, String)>,
    pub(super) token: TokenSource,
}

/// The place in which a request has its token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TokenSource {
    #[default]
    Header,
    /// The header, or for a form one of its fields, which an extractor verifies.
    HeaderOrForm,
    /// No token is needed.
    None,
}

impl Rules {
    /// Checks a request, and leaves in `extensions`, which are the request's, what an extractor has to verify.
    pub(super) fn check<T: Payload>(
        &self,
        request: &Parts,
        extensions: &mut impl Extensions,
    ) -> Result<(), Rejection> {
        let checked = self.check_request::<T>(request, extensions);
        if let Err(Rejection::Refused(refusal)) = checked {
            let origin = text_of(request, &header::ORIGIN);
            let origin = origin.filter(|origin| Origin::parse(origin).is_some());
            let host = Host::of(request).map(|host| host.name);
            report(refusal, origin, host);
        }
        checked
    }

    fn check_request<T: Payload>(
        &self,
        request: &Parts,
        extensions: &mut impl Extensions,
    ) -> Result<(), Rejection> {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        let is_upgrade = is_websocket(request);
        let is_safe = safe.contains(&request.method) && !is_upgrade;
        let is_form_post = self.is_form_post(request);
        if !is_safe && !is_form_post {
            self.check_origin(request).map_err(Rejection::Refused)?;
        }
        let check = match self.token {
            // A check that another guard has left stays.
            TokenSource::None => return Ok(()),
            _ if is_safe || is_upgrade || is_form_post => TokenCheck::NotNeeded,
            _ => self.check_token::<T>(request, extensions)?,
        };
        let checks = extensions.remove::<TokenChecks>();
        let mut checks = checks.unwrap_or_default();
        checks.add(check);
        extensions.insert(checks);
        Ok(())
    }

    fn check_token<T: Payload>(
        &self,
        request: &Parts,
        extensions: &impl Extensions,
    ) -> Result<TokenCheck, Rejection> {
        let session = Session::<T>::provided_in(extensions);
        let session = session.map_err(Rejection::NoSession)?;
        let in_form = self.token == TokenSource::HeaderOrForm && is_form(&request.headers);
        match request
            .headers
            .get(TOKEN_HEADER)
            .map(|token| token.to_str())
        {
            Some(Ok(token)) if session.verify_csrf(token) => Ok(TokenCheck::Passed),
            Some(_) => Err(Rejection::Refused(CsrfRefusal::WrongToken)),
            None if in_form => Ok(TokenCheck::InForm(Arc::new(move |token| {
                session.verify_csrf(token)
            }))),
            None => Err(Rejection::Refused(CsrfRefusal::NoToken)),
        }
    }

    fn check_origin(&self, request: &Parts) -> Result<(), CsrfRefusal> {
        let origin = text_of(request, &header::ORIGIN);
        let parsed = origin.and_then(Origin::parse);
        if let Some(origin) = &parsed
            && self.trusted.contains(origin)
        {
            return Ok(());
        }
        match (text_of(request, &SEC_FETCH_SITE), origin) {
            (Some("same-origin" | "none"), _) | (None, None) => Ok(()),
            (Some(_), _) => Err(CsrfRefusal::CrossSite),
            (None, Some(_)) => match parsed.zip(Host::of(request)) {
                Some((origin, host)) if origin.is_at(host) => origin
                    .is_secure()
                    .then_some(())
                    .ok_or(CsrfRefusal::PlainHttp),
                _ => Err(CsrfRefusal::CrossSite),
            },
        }
    }

    /// Returns `true` if the request is a form that one of `form_posts` lets pass.
    fn is_form_post(&self, request: &Parts) -> bool {
        let is_from = |trusted: &Origin| {
            let origin = text_of(request, &header::ORIGIN).and_then(Origin::parse);
            origin.is_some_and(|origin| origin == *trusted)
        };
        let mut here = self.form_posts.iter();
        request.method == Method::POST
            && is_form(&request.headers)
            && here.any(|(trusted, path)| path == request.uri.path() && is_from(trusted))
    }
}

/// The value of the fields of this name. Fields that are not text, or that differ, count as one value that never
/// passes.
fn text_of<'a>(request: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    let mut fields = request.headers.get_all(name).iter();
    let first = fields.next()?;
    let is_one = fields.all(|field| field == first);
    Some(first.to_str().ok().filter(|_| is_one).unwrap_or("?"))
}

/// The result of looking for a request's token in its header.
enum TokenCheck {
    /// The request needs none.
    NotNeeded,
    Passed,
    /// It is in the form, for an extractor to verify.
    InForm(Verify),
}

type Verify = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// The checks that the guards around a handler leave to the extractor of a form.
#[derive(Clone, Default)]
#[cfg_attr(
    not(any(feature = "actix", feature = "axum")),
    allow(dead_code, reason = "for extractors")
)]
pub(super) struct TokenChecks {
    has_passed: bool,
    in_form: Vec<Verify>,
}

impl TokenChecks {
    fn add(&mut self, check: TokenCheck) {
        match check {
            TokenCheck::NotNeeded => {}
            TokenCheck::Passed => self.has_passed = true,
            TokenCheck::InForm(verify) => self.in_form.push(verify),
        }
    }
}

#[cfg(any(feature = "actix", feature = "axum"))]
impl TokenChecks {
    /// Refuses a request that no guard asked for a token.
    pub(super) fn check_asked(&self) -> Result<(), CsrfRefusal> {
        if self.has_passed || !self.in_form.is_empty() {
            return Ok(());
        }
        report(CsrfRefusal::NotAsked, None, None);
        Err(CsrfRefusal::NotAsked)
    }

    /// Refuses the token of a form, unless every guard that left it to be verified accepts it.
    pub(super) fn check(&self, token: &str) -> Result<(), CsrfRefusal> {
        if self.in_form.iter().all(|verify| verify(token)) {
            return Ok(());
        }
        report(CsrfRefusal::WrongToken, None, None);
        Err(CsrfRefusal::WrongToken)
    }
}

/// Writes the event of a refusal, here and nowhere else: an application may answer a refused request itself.
fn report(refusal: CsrfRefusal, origin: Option<&str>, host: Option<&str>) {
    let sentence = match refusal {
        CsrfRefusal::NoToken => NO_TOKEN_EVENT,
        _ => refusal.sentence(),
    };
    events::request_refused(sentence, origin, host);
}

/// An upgrade of HTTP/1.1, or an extended CONNECT of HTTP/2 (RFC 6455, RFC 8441).
fn is_websocket(request: &Parts) -> bool {
    let is_word = |word: &[u8]| word.trim_ascii().eq_ignore_ascii_case(b"websocket");
    let mut upgrades = request.headers.get_all(header::UPGRADE).iter();
    let names_it = upgrades.any(|list| list.as_bytes().split(|&byte| byte == b',').any(is_word));
    request.method == Method::CONNECT || (request.method == Method::GET && names_it)
}

fn is_form(headers: &HeaderMap) -> bool {
    let Some(Ok(kind)) = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str()) else {
        return false;
    };
    let kind = kind.split(';').next().unwrap_or_default().trim();
    ["application/x-www-form-urlencoded", "multipart/form-data"]
        .iter()
        .any(|form| kind.eq_ignore_ascii_case(form))
}

/// The reason for which the handler does not run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rejection {
    Refused(CsrfRefusal),
    NoSession(MissingSession),
}

const NO_TOKEN_EVENT: &str = "refused: the request has no CSRF token in the header `x-csrf-token`; for a form add `tokens_in_forms`";
const TOKEN_HEADER: &str = "x-csrf-token";
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
