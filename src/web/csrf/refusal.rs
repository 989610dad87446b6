use std::{error::Error, fmt, sync::Arc};

use crate::events::labels::Refusal;

/// Reason why [`CsrfGuard`](crate::csrf::CsrfGuard) or an extractor of its token refused a request. Messages contain no
/// secrets.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CsrfRefusal {
    /// A page of another origin sent the request, as far as the request tells.
    CrossSite,
    /// A page without TLS on the same host sent the request. Anyone on the network path can make such a page. A site
    /// without TLS has to [trust its own origin](crate::csrf::CsrfGuard::trust_origin).
    PlainHttp,
    /// A service worker passed a form on, and the guard checks [only the
    /// origin](crate::csrf::CsrfGuard::origin_check_only), which such a request does not tell.
    ServiceWorker,
    /// The request has no token.
    NoToken,
    /// The token is not of this session.
    #[non_exhaustive]
    WrongToken {
        /// Address of the page with the form, if the token was in a form. It is empty, for the address that the form was
        /// sent to, unless `Referer` names a page of this site or of a trusted origin. It contains neither quotes nor
        /// angle brackets.
        form: Option<Arc<str>>,
    },
    /// The form is longer than [`form_limit`](crate::csrf::CsrfGuard::form_limit), and no token is in its beginning. Or
    /// its body could not be read as far as a token, because it broke off or a layer outside refused it. The status is
    /// 413.
    TooLarge,
    /// A form that needs a token was sent in a way that no guard checks, for example by GET.
    NotAsked,
}

impl CsrfRefusal {
    pub(super) fn label(&self) -> Refusal {
        match self {
            CsrfRefusal::CrossSite => Refusal::CrossSite,
            CsrfRefusal::PlainHttp => Refusal::PlainHttp,
            CsrfRefusal::ServiceWorker => Refusal::ServiceWorker,
            CsrfRefusal::NoToken => Refusal::NoToken,
            CsrfRefusal::WrongToken { .. } => Refusal::WrongToken,
            CsrfRefusal::TooLarge => Refusal::TooLarge,
            CsrfRefusal::NotAsked => Refusal::NotAsked,
        }
    }

    /// Returns the text of the response.
    pub(in crate::web) fn sentence(&self) -> &'static str {
        match self {
            CsrfRefusal::CrossSite => "refused: the request comes from another site",
            CsrfRefusal::PlainHttp => "refused: the request comes from a page without TLS",
            CsrfRefusal::ServiceWorker => {
                "refused: a service worker passed this form on, which hides where it comes from; let the worker leave forms to the browser, or let the guard ask for tokens"
            }
            CsrfRefusal::NoToken => {
                "refused: the request has no CSRF token; send it in the header `x-csrf-token`, or a form in its field, by default `csrf_token`"
            }
            CsrfRefusal::WrongToken { .. } => {
                "refused: the CSRF token is not of this session; load the page again"
            }
            CsrfRefusal::TooLarge => "refused: the form is too long",
            CsrfRefusal::NotAsked => {
                "refused: no CSRF token is checked for a request like this one; send the form by POST, to a path without `trust_form_post`"
            }
        }
    }
}

impl fmt::Display for CsrfRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl Error for CsrfRefusal {}
