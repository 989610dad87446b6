use std::fmt;

/// Why [`CsrfGuard`](crate::CsrfGuard), or the extractor `Guarded`, refuses a request. Nothing secret is in the
/// sentences.
///
/// # Examples
///
/// ```
/// use hardtack::CsrfRefusal;
///
/// assert_eq!(CsrfRefusal::NoToken.to_string(), "refused: the request has no CSRF token");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CsrfRefusal {
    /// A page of another site sent it.
    CrossSite,
    /// A page without TLS sent it: one of the same host, which anybody on the way can make. A site that has no TLS
    /// [trusts its own origin](crate::CsrfGuard::trust_origin).
    PlainHttp,
    /// It has no token.
    NoToken,
    /// Its token is not one of this session.
    WrongToken,
    /// A form that needs a token came in a way in which no guard asks for one: by GET, for example.
    NotAsked,
}

impl CsrfRefusal {
    pub(crate) fn sentence(self) -> &'static str {
        match self {
            CsrfRefusal::CrossSite => "refused: the request comes from another site",
            CsrfRefusal::PlainHttp => "refused: the request comes from a page without TLS",
            CsrfRefusal::NoToken => "refused: the request has no CSRF token",
            CsrfRefusal::WrongToken => {
                "refused: the CSRF token is not of this session, load the page again"
            }
            CsrfRefusal::NotAsked => {
                "refused: no CSRF token is checked for a request like this one, send the form by POST"
            }
        }
    }
}

impl fmt::Display for CsrfRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for CsrfRefusal {}
