//! Rules of [`CsrfGuard`](super::CsrfGuard).

use std::sync::Arc;

use http::{HeaderMap, Method, Response, header, request::Parts};

use super::{
    CsrfRefusal,
    cross_site::{self, SEC_FETCH_SITE, text_of},
    field::first_field,
    token::{Asked, FORM_LIMIT, FormField, TOKEN_FIELD, TOKEN_HEADER, TokenSource, is_form},
};
use crate::{
    base::system_now,
    events::{self, GuardRefusals, RefusedRequest, labels::Refusal},
    session::Session,
    state::Payload,
    web::{
        failure::Failure,
        framework::{Extensions, whole_path},
        host::Host,
        missing_session::other_type_than_the_guard,
        origin::{Origin, without_tls},
        request_facts::is,
    },
};

#[derive(Clone, Debug)]
pub(super) struct Rules {
    pub(super) trusted: Vec<Origin>,
    /// Origins whose forms pass without a token, each with the path that its forms may be sent to.
    pub(super) form_posts: Vec<(Origin, String)>,
    pub(super) token: TokenSource,
    pub(super) form_field: FormField,
    pub(super) form_limit: usize,
    /// Shared by clones.
    counts: Arc<GuardRefusals>,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules {
            trusted: Vec::new(),
            form_posts: Vec::new(),
            token: TokenSource::default(),
            form_field: TOKEN_FIELD,
            form_limit: FORM_LIMIT,
            counts: Arc::default(),
        }
    }
}

/// What becomes of a request.
pub(in crate::web) enum Verdict<T> {
    Passes,
    /// Passes if the token is in the beginning of its body.
    PassesIf(InForm<T>),
    Responds(Response<String>),
}

/// Form in which a token of this session has to be.
pub(in crate::web) struct InForm<T> {
    rules: Arc<Rules>,
    session: Session<T>,
    is_second: bool,
}

#[cfg_attr(
    not(any(feature = "actix", feature = "axum")),
    allow(dead_code, reason = "no form is read")
)]
impl<T: Payload> InForm<T> {
    /// Returns the number of bytes to read.
    pub(in crate::web) fn limit(&self) -> usize {
        self.rules.form_limit
    }

    /// Returns the response to a request unless the token is in what was read of its form.
    pub(in crate::web) fn refuses(
        &self,
        request: &Parts,
        read: &[u8],
        is_whole: bool,
    ) -> Option<Response<String>> {
        let rules = &self.rules;
        let kind = request.headers.get(header::CONTENT_TYPE);
        let token =
            kind.and_then(|kind| first_field(kind.as_bytes(), read, is_whole, &rules.form_field));
        let refusal = match token.as_deref() {
            None if !is_whole => CsrfRefusal::TooLarge,
            None | Some("") => CsrfRefusal::NoToken,
            Some(token) if self.session.verify_csrf(token).is_ok() => return None,
            Some(_) => rules.wrong_in_form(request),
        };
        let (session, extensions) = (&self.session, &request.extensions);
        Some(rules.refused_for_token(refusal, session, self.is_second, request, extensions))
    }
}

impl Rules {
    /// Checks a request before its body is read. The verdict on a form whose session needs a token depends on its body.
    pub(super) fn check<T: Payload>(
        self: &Arc<Self>,
        request: &Parts,
        extensions: &mut impl Extensions,
    ) -> Verdict<T> {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        // A WebSocket begins by a GET, without CORS, and with the cookies that `SameSite` allows.
        let is_upgrade = is_websocket(request);
        let is_safe = safe.contains(&request.method) && !is_upgrade;
        let is_form_post = self.is_form_post(request);
        if !is_safe
            && !is_form_post
            && let Err(refusal) = self.check_origin(request)
        {
            return Verdict::Responds(self.refused(refusal, None, None, request, extensions));
        }
        if self.token == TokenSource::None {
            return Verdict::Passes;
        }
        // What another guard has asked for is kept. A guard that asks for no token says nothing, so an extractor of
        // forms fails instead of passing unchecked.
        let mut asked: Asked = extensions.remove().unwrap_or_default();
        asked.counts.get_or_insert_with(|| self.counts.clone());
        let mut verdict = Verdict::Passes;
        if !is_safe && !is_upgrade && !is_form_post {
            let is_second = !asked.fields.is_empty();
            verdict = self.check_token(request, extensions, is_second);
            asked.fields.push(self.form_field.clone());
        }
        extensions.insert(asked);
        verdict
    }

    fn check_origin(&self, request: &Parts) -> Result<(), CsrfRefusal> {
        cross_site::check(request, &self.trusted)?;
        match self.token {
            TokenSource::None if cross_site::is_passed_on(request) => {
                Err(CsrfRefusal::ServiceWorker)
            }
            _ => Ok(()),
        }
    }

    /// Verifies a token in the header. A token in a form is left, because it needs the body.
    fn check_token<T: Payload>(
        self: &Arc<Self>,
        request: &Parts,
        extensions: &impl Extensions,
        is_second: bool,
    ) -> Verdict<T> {
        let session = match Session::provided_in(extensions, other_type_than_the_guard) {
            Ok(session) => session,
            Err(failure) => {
                let path = whole_path(&request.uri, extensions);
                return Verdict::Responds(failure.reported(Some(path)));
            }
        };
        let is_form = self.takes_form(request);
        let verify = |token: &str| session.verify_csrf(token).is_ok();
        let refusal = match request.headers.get(TOKEN_HEADER) {
            Some(token) if token.to_str().is_ok_and(verify) => return Verdict::Passes,
            Some(_) => CsrfRefusal::WrongToken { form: None },
            None if !is_form => CsrfRefusal::NoToken,
            None if session.has_csrf_tokens() => {
                return Verdict::PassesIf(InForm {
                    rules: Arc::clone(self),
                    session,
                    is_second,
                });
            }
            // No token is right, so nothing is read for one.
            None => self.wrong_in_form(request),
        };
        let response = self.refused_for_token(refusal, &session, is_second, request, extensions);
        Verdict::Responds(response)
    }

    /// Returns `true` if the token may be in a field of this form.
    fn takes_form(&self, request: &Parts) -> bool {
        self.token == TokenSource::HeaderOrForm && is_form(&request.headers)
    }

    /// The token in a form is not of the session. The visitor sees a page that leads back to the form's page, or else to
    /// the address that the form was sent to.
    fn wrong_in_form(&self, request: &Parts) -> CsrfRefusal {
        let page = cross_site::page_of(request, &self.trusted);
        let form = Some(page.unwrap_or_default());
        CsrfRefusal::WrongToken { form }
    }

    /// Refuses a request because of its token for this session.
    fn refused_for_token<T: Payload>(
        &self,
        refusal: CsrfRefusal,
        session: &Session<T>,
        is_second: bool,
        request: &Parts,
        extensions: &impl Extensions,
    ) -> Response<String> {
        let has_no_session = self.takes_form(request) && !session.has_csrf_tokens();
        let advice = match refusal {
            CsrfRefusal::WrongToken { .. } if is_second => Some(NESTED),
            CsrfRefusal::WrongToken { .. } if is_cookie_dropped(&request.headers) => Some(DROPPED),
            CsrfRefusal::WrongToken { .. } if has_no_session => Some(NO_SESSION),
            _ => None,
        };
        let purpose = Some(session.purpose());
        self.refused(refusal, purpose, advice, request, extensions)
    }

    /// Logs a failed check, and returns the response. `purpose`: name of the cookie or header whose session did not
    /// accept the token.
    fn refused(
        &self,
        refusal: CsrfRefusal,
        purpose: Option<&str>,
        about_token: Option<&'static str>,
        request: &Parts,
        extensions: &impl Extensions,
    ) -> Response<String> {
        let path = whole_path(&request.uri, extensions);
        let host = Host::of(request).map(|host| host.to_string());
        let advice = self.advice(&refusal, request);
        let refused = RefusedRequest {
            path,
            origin: origin_of(request),
            host: host.as_deref(),
            purpose,
            advice: about_token.or(advice),
        };
        // No other site makes a newer browser send what this advice is about.
        let label = if advice == Some(BEHIND_PROXY) {
            Refusal::OtherHost
        } else {
            refusal.label()
        };
        let left_out = self.counts.note(label, system_now());
        // Logged here, because an application may answer a refused request itself.
        events::refused(&refusal, label, refused, left_out);
        Failure::Csrf(refusal).reported(Some(path))
    }

    /// Returns advice for the operator whose own pages are refused.
    fn advice(&self, refusal: &CsrfRefusal, request: &Parts) -> Option<&'static str> {
        // Without `Sec-Fetch-Site`, origin and host were compared. A browser that sends this field knows the site.
        let is_compared = text_of(request, &SEC_FETCH_SITE).is_none();
        let origin = origin_of(request);
        match refusal {
            CsrfRefusal::NoToken if sends_no_fields(request) => Some(WITHOUT_FIELDS),
            CsrfRefusal::NoToken if !is_form(&request.headers) => Some(IN_HEADER),
            CsrfRefusal::NoToken if request.headers.contains_key(header::CONTENT_ENCODING) => {
                Some(COMPRESSED)
            }
            CsrfRefusal::NoToken if self.token == TokenSource::HeaderOrForm => Some(NO_FIELD),
            CsrfRefusal::NoToken => Some(IN_FORMS),
            CsrfRefusal::TooLarge => Some(TOO_LARGE),
            CsrfRefusal::CrossSite if is_compared && origin == Some(HIDDEN) => Some(WITHOUT_ORIGIN),
            CsrfRefusal::CrossSite if is_compared && origin.is_some() => Some(BEHIND_PROXY),
            CsrfRefusal::PlainHttp => Some(WITHOUT_TLS),
            _ => None,
        }
    }

    /// Returns `true` if the request is a form that one of `form_posts` lets pass.
    fn is_form_post(&self, request: &Parts) -> bool {
        let origin = || text_of(request, &header::ORIGIN).and_then(Origin::parse);
        let mut here = self.form_posts.iter();
        request.method == Method::POST
            && is_form(&request.headers)
            // Exactly this path: another handler below it may change something else.
            && here.any(|(trusted, path)| {
                path == request.uri.path() && origin().as_ref() == Some(trusted)
            })
    }
}

/// Returns the origin of a request, for logs, if it is well-formed.
fn origin_of(request: &Parts) -> Option<&str> {
    let origin = text_of(request, &header::ORIGIN);
    origin.filter(|origin| *origin == HIDDEN || Origin::parse(origin).is_some())
}

/// Returns `true` for a report of a browser, such as one about the Content Security Policy, for a beacon, and for any
/// other request without CORS, for which no script can set a header.
fn sends_no_fields(request: &Parts) -> bool {
    let is = |name, value| is(&request.headers, name, value);
    is("sec-fetch-dest", b"report")
        || (is("sec-fetch-mode", b"no-cors") && is("sec-fetch-dest", b"empty"))
}

/// Returns `true` for an upgrade of HTTP/1.1, and for any CONNECT, as an upgrade is sent over HTTP/2 (RFC 6455, RFC
/// 8441).
fn is_websocket(request: &Parts) -> bool {
    let is_word = |word: &[u8]| word.trim_ascii().eq_ignore_ascii_case(b"websocket");
    let mut upgrades = request.headers.get_all(header::UPGRADE).iter();
    let names_it = upgrades.any(|list| list.as_bytes().split(|&byte| byte == b',').any(is_word));
    request.method == Method::CONNECT || (request.method == Method::GET && names_it)
}

/// Returns `true` if the browser keeps no cookie without TLS. No token is right without a session.
fn is_cookie_dropped(headers: &HeaderMap) -> bool {
    !headers.contains_key(header::COOKIE) && without_tls(headers).is_some()
}

/// Origin of a page that hides its own.
const HIDDEN: &str = "null";
const IN_FORMS: &str = "for a form add `tokens_in_forms` to the guard, and to the form a hidden field `csrf_token` with \
     `Session::csrf_token` as its value";
const NO_FIELD: &str = "give the form a hidden field `csrf_token`, or the one that `form_field` of the guard names, with \
     `Session::csrf_token` as its value";
const COMPRESSED: &str = "the guard reads no form with a `Content-Encoding`; let the client send its token in the header \
     `x-csrf-token`, or decompress the form outside of the guard";
const NO_SESSION: &str = "the request has no session, so no token can match: give the form a hidden field `csrf_token`, or the one that \
     `form_field` of the guard names, with `Session::csrf_token` as its value; if the form has it, the browser dropped the \
     cookie, or the session has ended";
const TOO_LARGE: &str = "move the field with the token to the beginning of the form, send the token in the header `x-csrf-token`, or raise \
     `form_limit` of the guard; an upload that was broken off is no fault";
const WITHOUT_FIELDS: &str = "beacons and reports of browsers cannot send a token: add their route after the guard and the session layer, \
     with `merge`; or send a beacon by `fetch` with `keepalive` and the header `x-csrf-token`";
const NESTED: &str = "two guards are around the handler, and each wants a token of its own session; let the outer guard be \
     `origin_check_only`, or name another `form_field` for it and send both tokens";
const IN_HEADER: &str = "this is not a form (see its `Content-Type`); let the script send its token in the header `x-csrf-token`";
const WITHOUT_ORIGIN: &str = "if a page of the site itself sent it, let its `Referrer-Policy` tell the origin to the own site, \
     as `same-origin` does";
const BEHIND_PROXY: &str = "if this is the origin of the site itself, behind a proxy that rewrites `Host`, \
     give it to the guard's `trust_origin`";
const WITHOUT_TLS: &str = "if this is the origin of the site itself, let the proxy or the CDN redirect http to https, because \
     without TLS a browser keeps no `Secure` cookie; in development use localhost, or another machine with `danger_allow_http` \
     and the guard's `trust_origin`";
const DROPPED: &str = "no cookie came, because without TLS a browser keeps no `Secure` cookie; serve the site by https, or in \
     development on localhost";
