//! Rules of [`CsrfGuard`](super::CsrfGuard).

use std::sync::Arc;

use http::{HeaderMap, Method, header, request::Parts};

use super::{
    CsrfRefusal,
    cross_site::{self, SEC_FETCH_SITE, text_of},
    token::{
        FormField, NESTED, TOKEN_FIELD, TOKEN_HEADER, TokenCheck, TokenChecks, TokenSource, Verify,
        is_form,
    },
};
use crate::{
    events::{self, RefusedRequest},
    session::Session,
    state::Payload,
    web::{
        failure::Failure,
        framework::Extensions,
        host::Host,
        missing_session::other_type_than_the_guard,
        origin::{Origin, without_tls},
    },
};

#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) trusted: Vec<Origin>,
    /// Origins whose forms pass without a token, each with the path that its forms may be sent to.
    pub(super) form_posts: Vec<(Origin, String)>,
    pub(super) token: TokenSource,
    /// Name of the field, or `None` for the default.
    pub(super) form_field: Option<FormField>,
}

impl Rules {
    /// Checks a request. Leaves in its `extensions` what an extractor has to verify.
    pub(super) fn check<T: Payload>(
        &self,
        request: &Parts,
        extensions: &mut impl Extensions,
    ) -> Result<(), Failure> {
        let checked = self.check_request::<T>(request, extensions);
        if checked.is_ok() {
            return checked;
        }
        // The checks hold the session, and a handle that stays would count as a use of it.
        let checks: Option<TokenChecks> = extensions.remove();
        // Logged here, because an application may answer a refused request itself.
        if let Err(Failure::Csrf(refusal)) = &checked {
            let origin = text_of(request, &header::ORIGIN)
                .filter(|o| *o == HIDDEN || Origin::parse(o).is_some());
            let host = Host::of(request).map(|host| host.to_string());
            let of_token = match refusal {
                CsrfRefusal::NoToken | CsrfRefusal::WrongToken { .. } => checks.as_ref(),
                _ => None,
            };
            let told = RefusedRequest {
                path: request.uri.path(),
                origin,
                host: host.as_deref(),
                purpose: of_token.map(|checks| &*checks.purpose),
                advice: advice(refusal, request, origin)
                    .or(of_token.and_then(|checks| checks.advice)),
            };
            events::request_refused(refusal, refusal.name(), &told);
        }
        checked
    }

    fn check_request<T: Payload>(
        &self,
        request: &Parts,
        extensions: &mut impl Extensions,
    ) -> Result<(), Failure> {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        let is_upgrade = is_websocket(request);
        let is_safe = safe.contains(&request.method) && !is_upgrade;
        let is_form_post = self.is_form_post(request);
        if !is_safe && !is_form_post {
            cross_site::check(request, &self.trusted).map_err(Failure::Csrf)?;
        }
        let mut checked = Ok(());
        // A check that another guard has left is kept.
        if self.token != TokenSource::None {
            let mut checks: TokenChecks = extensions.remove().unwrap_or_default();
            if !is_safe && !is_upgrade && !is_form_post {
                checks.advice = about_wrong_token(&request.headers);
                checked = self.check_token::<T>(request, extensions, &mut checks);
            }
            extensions.insert(checks);
        }
        checked
    }

    /// Verifies a token in the header. A token in a form is left to `checks`.
    fn check_token<T: Payload>(
        &self,
        request: &Parts,
        extensions: &impl Extensions,
        checks: &mut TokenChecks,
    ) -> Result<(), Failure> {
        let session = Session::<T>::provided_in(extensions, other_type_than_the_guard)?;
        let in_form = self.token == TokenSource::HeaderOrForm && is_form(&request.headers);
        if !checks.passed.is_empty() {
            checks.advice = Some(NESTED);
        }
        checks.purpose = session.purpose().to_owned();
        let verify = move |token: &str| session.verify_csrf(token);
        let left: Option<Verify> = match request.headers.get(TOKEN_HEADER) {
            Some(token) if token.to_str().is_ok_and(&verify) => None,
            Some(_) => return Err(Failure::Csrf(CsrfRefusal::WrongToken { form: None })),
            None if in_form => {
                checks.form_page = cross_site::page_of(request, &self.trusted);
                Some(Arc::new(verify))
            }
            None => return Err(Failure::Csrf(CsrfRefusal::NoToken)),
        };
        checks.passed.push(TokenCheck {
            purpose: checks.purpose.clone(),
            field: self.form_field.clone().unwrap_or(TOKEN_FIELD),
            left,
        });
        Ok(())
    }

    /// Returns `true` if the request is a form that one of `form_posts` lets pass.
    fn is_form_post(&self, request: &Parts) -> bool {
        let origin = || text_of(request, &header::ORIGIN).and_then(Origin::parse);
        let mut here = self.form_posts.iter();
        request.method == Method::POST
            && is_form(&request.headers)
            && here.any(|(trusted, path)| {
                path == request.uri.path() && origin().as_ref() == Some(trusted)
            })
    }
}

/// Returns advice for the operator whose own pages are refused.
fn advice(refusal: &CsrfRefusal, request: &Parts, origin: Option<&str>) -> Option<&'static str> {
    // Without `Sec-Fetch-Site`, origin and host were compared. A browser that sends this field knows the site.
    let is_compared = text_of(request, &SEC_FETCH_SITE).is_none();
    match refusal {
        CsrfRefusal::NoToken if !is_form(&request.headers) => Some(IN_HEADER),
        CsrfRefusal::NoToken => Some(IN_FORMS),
        CsrfRefusal::CrossSite if is_compared && origin == Some(HIDDEN) => Some(WITHOUT_ORIGIN),
        CsrfRefusal::CrossSite if is_compared && origin.is_some() => Some(BEHIND_PROXY),
        CsrfRefusal::PlainHttp => Some(WITHOUT_TLS),
        _ => None,
    }
}

/// Returns `true` for an upgrade of HTTP/1.1, and for any CONNECT, as an upgrade is sent over HTTP/2 (RFC 6455, RFC
/// 8441).
fn is_websocket(request: &Parts) -> bool {
    let is_word = |word: &[u8]| word.trim_ascii().eq_ignore_ascii_case(b"websocket");
    let mut upgrades = request.headers.get_all(header::UPGRADE).iter();
    let names_it = upgrades.any(|list| list.as_bytes().split(|&byte| byte == b',').any(is_word));
    request.method == Method::CONNECT || (request.method == Method::GET && names_it)
}

/// Returns advice if the browser keeps no cookie without TLS. No token is right without a session.
fn about_wrong_token(headers: &HeaderMap) -> Option<&'static str> {
    let has_cookie = headers.contains_key(header::COOKIE);
    (!has_cookie && without_tls(headers).is_some()).then_some(DROPPED)
}

/// Origin of a page that hides its own.
const HIDDEN: &str = "null";
const IN_FORMS: &str = "for a form add `tokens_in_forms` to the guard";
const IN_HEADER: &str = "this is not a form (see its `Content-Type`); let the script send its token in the header `x-csrf-token`";
const WITHOUT_ORIGIN: &str = "if a page of the site itself sent it, let its `Referrer-Policy` tell the origin to the own site, \
     as `same-origin` does";
const BEHIND_PROXY: &str = "if this is the origin of the site itself, behind a proxy that rewrites `Host`, \
     give it to the guard's `trust_origin`";
const WITHOUT_TLS: &str = "if this is the origin of the site itself, serve it by https, or in development on localhost: without \
     TLS a browser keeps no `Secure` cookie. A site that has no TLS needs `danger_allow_http`, and the guard's `trust_origin`";
const DROPPED: &str = "no cookie came, because without TLS a browser keeps no `Secure` cookie; serve the site by https, or in \
     development on localhost";
