//! CSRF tokens of a session (SPEC.md § 13).

use crate::{
    body::Payload,
    error::SessionError,
    seal::{csrf, random},
    session::{Entered, Session},
};

/// "Secure forms". The token proves that a form came from a page of this session; the cookie carries
/// nothing more for it than the session's id.
impl<T: Payload> Session<T> {
    /// A token for a form, or for the header `x-csrf-token`: 43 characters, others at every call. Makes
    /// the session's id if there is none. A new id, as by [`renew`](Session::renew), makes earlier
    /// tokens invalid.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], Clock::system());
    /// let form = format!(
    ///     r#"<input type="hidden" name="csrf_token" value="{}">"#,
    ///     session.csrf_token()?,
    /// );
    /// # assert!(form.contains("value="));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [every change](Session#errors) if the session has no id yet, and a failing random
    /// generator.
    pub fn csrf_token(&self) -> Result<String, SessionError> {
        let mask = random::from_thread()?;
        self.try_enter(|entered| {
            if entered.state.sid().is_none() {
                entered.check_open()?;
                entered.state.ensure_id(random::from_system)?;
            }
            let Entered {
                state,
                sealer,
                context,
                ..
            } = entered;
            let name = state.csrf_name().unwrap_or_default();
            Ok(csrf::render(
                &sealer.slot.keys(),
                context,
                state.now(),
                &name,
                mask,
            ))
        })?
    }

    /// Whether `token` is one that this session rendered. Forms that were rendered under an earlier key
    /// still pass, as long as the key is accepted.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], Clock::system());
    /// let token = session.csrf_token()?;
    /// assert!(session.verify_csrf(&token));
    /// session.renew()?;
    /// assert!(!session.verify_csrf(&token));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "nothing is refused by this alone"]
    pub fn verify_csrf(&self, token: &str) -> bool {
        self.enter(
            |Entered {
                 state,
                 sealer,
                 context,
                 ..
             }| {
                state.csrf_name().is_some_and(|name| {
                    csrf::check(&sealer.slot.keys(), context, state.now(), &name, token)
                })
            },
        )
    }
}

/// Why a request is refused. Nothing secret is in the sentences.
#[cfg(feature = "tower")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    CrossSite,
    NoToken,
    WrongToken,
}

#[cfg(feature = "tower")]
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

/// A scheme, a host and a port, as in the header `Origin` (RFC 6454 section 7).
#[cfg(feature = "tower")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

#[cfg(feature = "tower")]
impl Origin {
    pub(crate) fn parse(text: &str) -> Option<Origin> {
        let (scheme, authority) = text.split_once("://")?;
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if scheme.is_empty() || !scheme.chars().all(is_scheme) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let (host, port) = split_port(authority)?;
        Some(Origin {
            port: port.or_else(|| default_port(&scheme)),
            host: host.to_ascii_lowercase(),
            scheme,
        })
    }

    /// Whether `host`, the value of a `Host` field, is the host and port of this origin.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        split_port(host).is_some_and(|(host, port)| {
            host.eq_ignore_ascii_case(&self.host)
                && port.or_else(|| default_port(&self.scheme)) == self.port
        })
    }
}

#[cfg(feature = "tower")]
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    let is_host = |host: &str| {
        let address = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let (text, more) = address.map_or((host, "-._~"), |address| (address, ":."));
        let is_plain = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
        !text.is_empty() && text.chars().all(is_plain)
    };
    let after_address = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority[after_address..].rfind(':') {
        Some(colon) => {
            let (host, port) = authority.split_at(after_address + colon);
            let is_number = port[1..].bytes().all(|byte| byte.is_ascii_digit());
            (host, Some(port[1..].parse().ok().filter(|_| is_number)?))
        }
        None => (authority, None),
    };
    is_host(host).then_some((host, port))
}

#[cfg(feature = "tower")]
fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}
