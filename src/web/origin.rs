//! Origin of a page. Feature `tower`.

use std::{
    borrow::Cow,
    net::{Ipv4Addr, Ipv6Addr},
    str,
};

use super::{
    framework::Fields,
    host::{Host, default_port},
};

/// Scheme, host and port, as in the header `Origin` (RFC 6454 section 7).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    scheme: String,
    pub(super) host: String,
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

    /// Returns `true` if a browser can have a page of this origin, so that requests may name it.
    pub(super) fn may_have_pages(&self) -> bool {
        match &*self.scheme {
            "http" | "https" => is_named_in_full(&self.host),
            "ws" | "wss" | "ftp" | "file" => false,
            // An extension, or an application that shows pages, may choose any host.
            _ => true,
        }
    }

    /// Returns `true` if `host` is the host and port of this origin.
    pub(super) fn is_at(&self, host: Host<'_>) -> bool {
        host.name.eq_ignore_ascii_case(&self.host)
            && host.port.or_else(|| default_port(&self.scheme)) == self.port
    }

    /// Returns `true` if no one on the network can have made a page of this origin, because it came over TLS or from
    /// this machine.
    pub(super) fn is_secure(&self) -> bool {
        match &*self.scheme {
            "https" => true,
            "http" => is_this_machine(&self.host),
            _ => false,
        }
    }
}

/// Returns the origin of this site if a request shows that a browser loads it without TLS and from another machine.
pub(super) fn without_tls<F: Fields>(request: &F) -> Option<Box<str>> {
    let host = || str::from_utf8(request.named("host")?).ok();
    let text = match request.named("origin") {
        Some(origin) => Cow::Borrowed(str::from_utf8(origin).ok()?),
        None if asks_for_a_page_without_tls(request) => Cow::Owned(format!("http://{}", host()?)),
        None => return None,
    };
    if !text.starts_with("http://") {
        return None;
    }
    let origin = Origin::parse(&text)?;
    let is_own = Host::parse(host()?).is_some_and(|host| origin.is_at(host));
    (is_own && !origin.is_secure()).then(|| text.into())
}

/// Returns `true` if a browser asks for a page without `Sec-Fetch-Dest`, which it sends over TLS and to this machine.
/// Browsers before 2023 may never send it, so only a debug build believes this.
fn asks_for_a_page_without_tls<F: Fields>(request: &F) -> bool {
    cfg!(debug_assertions)
        && request.named("upgrade-insecure-requests").is_some()
        && request.named("sec-fetch-dest").is_none()
}

/// Returns `true` for the hosts that browsers trust without TLS.
fn is_this_machine(host: &str) -> bool {
    let address = host.parse::<Ipv4Addr>();
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || address.is_ok_and(|address| address.is_loopback())
}

/// Returns `true` for an address, and for a name whose parts all have a letter or a digit.
fn is_named_in_full(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.trim_end_matches(']').parse::<Ipv6Addr>().is_ok();
    }
    let is_label = |label: &str| label.contains(|c: char| c.is_ascii_alphanumeric());
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    // Browsers take a name with a number at its end for an address, and write the address in full.
    let is_address = host.rsplit('.').next().is_some_and(is_number);
    if is_address {
        return host.parse::<Ipv4Addr>().is_ok();
    }
    host.split('.').all(is_label)
}
