//! What [`CsrfGuard`](super::CsrfGuard) lets pass.

use std::sync::Arc;

use http::{HeaderMap, Method, header, request::Parts};

use super::{host::Host, origin::Origin};
use crate::{body::Payload, session::Session};

#[derive(Clone, Debug, Default)]
pub(super) struct Rules {
    pub(super) trusted: Vec<Origin>,
    pub(super) token: Token,
}

/// Who asks for a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Token {
    #[default]
    Here,
    /// For forms the handler's extractor does.
    HereButForForms,
    Nobody,
}

impl Rules {
    /// Passes a request, and tells an extractor what is left to be checked.
    pub(super) fn check<T: Payload>(&self, request: &mut Parts) -> Result<(), Answer> {
        let safe = [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE];
        let is_upgrade = is_websocket(request);
        if safe.contains(&request.method) && !is_upgrade {
            request.extensions.insert(TokenCheck::default());
            return Ok(());
        }
        self.check_origin(request).map_err(Answer::Refused)?;
        if is_upgrade {
            return Ok(());
        }
        let check = match self.token {
            Token::Nobody => TokenCheck::default(),
            _ => self.check_token::<T>(request)?,
        };
        request.extensions.insert(check);
        Ok(())
    }

    fn check_token<T: Payload>(&self, request: &Parts) -> Result<TokenCheck, Answer> {
        let session = Session::<T>::from_extensions(&request.extensions);
        let session = session.map_err(|_| Answer::NoSession)?;
        let in_form = self.token == Token::HereButForForms && is_form(&request.headers);
        match request
            .headers
            .get(TOKEN_HEADER)
            .map(|token| token.to_str())
        {
            Some(Ok(token)) if session.verify_csrf(token) => Ok(TokenCheck::default()),
            Some(_) => Err(Answer::Refused(Refusal::WrongToken)),
            None if in_form => Ok(TokenCheck(Some(Arc::new(move |token| {
                session.verify_csrf(token)
            })))),
            None => Err(Answer::Refused(Refusal::NoToken)),
        }
    }

    fn check_origin(&self, request: &Parts) -> Result<(), Refusal> {
        let field = |name| {
            request
                .headers
                .get(name)
                .map(|value| value.to_str().unwrap_or("?"))
        };
        let origin = field(header::ORIGIN.as_str());
        let parsed = origin.and_then(Origin::parse);
        if parsed
            .as_ref()
            .is_some_and(|origin| self.trusted.contains(origin))
        {
            return Ok(());
        }
        match (field("sec-fetch-site"), origin) {
            (Some("same-origin" | "none"), _) | (None, None) => Ok(()),
            (Some(_), _) => Err(Refusal::CrossSite),
            (None, Some(_)) => {
                let is_own = parsed
                    .zip(Host::of(request))
                    .is_some_and(|(origin, host)| origin.is_at(host));
                if is_own {
                    Ok(())
                } else {
                    Err(Refusal::CrossSite)
                }
            }
        }
    }
}

/// What the guard leaves for the extractor of a form: to verify its token, if that is still to be done.
#[derive(Clone, Default)]
pub(crate) struct TokenCheck(
    #[cfg_attr(not(feature = "axum"), allow(dead_code, reason = "for extractors"))] Option<Verify>,
);

type Verify = Arc<dyn Fn(&str) -> bool + Send + Sync>;

#[cfg(feature = "axum")]
impl TokenCheck {
    /// Whether a form with this token passes.
    pub(crate) fn passes(&self, token: &str) -> bool {
        self.0.as_ref().is_none_or(|verify| verify(token))
    }
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

/// Why the handler does not run.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Refused(Refusal),
    NoSession,
}

/// Why a request is refused. Nothing secret is in the sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    CrossSite,
    NoToken,
    WrongToken,
}

impl Refusal {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            Refusal::CrossSite => "refused: the request comes from another site",
            Refusal::NoToken => "refused: the request has no CSRF token",
            Refusal::WrongToken => {
                "refused: the CSRF token is not of this session, load the page again"
            }
        }
    }
}

const TOKEN_HEADER: &str = "x-csrf-token";
