//! The origin of a request, and the refusal of those of another site.

use std::net::Ipv4Addr;

use http::{HeaderName, header, request::Parts};

use crate::web::{CsrfRefusal, Host};

/// Refuses a request that a page of another site sent, or one without TLS, unless its origin is trusted.
pub(super) fn check(request: &Parts, trusted: &[Origin]) -> Result<(), CsrfRefusal> {
    let origin = text_of(request, &header::ORIGIN);
    let parsed = origin.and_then(Origin::parse);
    if trusted.iter().any(|known| parsed.as_ref() == Some(known)) {
        return Ok(());
    }
    match (text_of(request, &SEC_FETCH_SITE), origin) {
        (Some("same-origin" | "none"), _) | (None, None) => Ok(()),
        (Some(_), _) => Err(CsrfRefusal::CrossSite),
        (None, Some(_)) => match parsed.zip(Host::of(request)) {
            Some((origin, host)) if origin.is_at(host) && origin.is_secure() => Ok(()),
            Some((origin, host)) if origin.is_at(host) => Err(CsrfRefusal::PlainHttp),
            _ => Err(CsrfRefusal::CrossSite),
        },
    }
}

/// The value of the fields of this name. Fields that are not text, or that differ, count as one value that never
/// passes.
pub(super) fn text_of<'a>(request: &'a Parts, name: &HeaderName) -> Option<&'a str> {
    let mut fields = request.headers.get_all(name).iter();
    let first = fields.next()?;
    let is_one = fields.all(|field| field == first);
    Some(first.to_str().ok().filter(|_| is_one).unwrap_or("?"))
}

/// A scheme, a host and a port, as in the header `Origin` (RFC 6454 section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    pub(super) fn parse(text: &str) -> Option<Origin> {
        let (scheme, authority) = text.split_once("://")?;
        let is_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if scheme.is_empty() || !scheme.chars().all(is_scheme) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let host = Host::parse(authority)?;
        Some(Origin {
            port: host.port.or_else(|| default_port(&scheme)),
            host: host.name.to_ascii_lowercase(),
            scheme,
        })
    }

    /// Returns `true` if `host` is the host and port of this origin.
    pub(super) fn is_at(&self, host: Host<'_>) -> bool {
        host.name.eq_ignore_ascii_case(&self.host)
            && host.port.or_else(|| default_port(&self.scheme)) == self.port
    }

    /// Returns `true` if no one on the network can have made a page of this origin: it came over TLS, or from this
    /// machine.
    pub(super) fn is_secure(&self) -> bool {
        match &*self.scheme {
            "https" => true,
            "http" => is_this_machine(&self.host),
            _ => false,
        }
    }
}

/// Returns `true` for the hosts that browsers trust without TLS.
fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<Ipv4Addr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || address.is_ok_and(|address| address.is_loopback())
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
