//! Host that a request is for.

use std::fmt;

use http::{header::HOST, request::Parts, uri::Uri};

/// Returns the host that a request names, in lower case, with its port unless that is the default port (80 or 443 if
/// the request does not tell its scheme).
///
/// Over HTTP/2 and HTTP/3, the host is usually in the request's URI; over HTTP/1.1, it is usually in the `Host` header.
/// Returns `None` if the request names no host, has several `Host` headers or one that differs from its URI, or names
/// something that is not a host. The client chooses the host, so look it up in your own list before you trust it.
///
/// # Examples
///
/// ```
/// use hardtack::web::host_of;
/// use http::Request;
///
/// let (http_1, ()) = Request::get("/").header("host", "Acme.example:443").body(())?.into_parts();
/// assert_eq!(host_of(&http_1).as_deref(), Some("acme.example"));
///
/// let (http_2, ()) = Request::get("https://acme.example:8443/").body(())?.into_parts();
/// assert_eq!(host_of(&http_2).as_deref(), Some("acme.example:8443"));
///
/// let (neither, ()) = Request::get("/").body(())?.into_parts();
/// assert_eq!(host_of(&neither), None);
/// # Ok::<_, http::Error>(())
/// ```
#[must_use]
pub fn host_of(request: &Parts) -> Option<String> {
    let host = Host::of(request)?;
    let port = host.telling_port(&request.uri);
    Some(Host { port, ..host }.to_string().to_ascii_lowercase())
}

/// Returns the origin that a request over TLS names, without its port if that is 443.
#[cfg(feature = "unstable-companion")]
#[must_use]
pub fn origin_with_tls(request: &Parts) -> Option<String> {
    let host = Host::of(request)?;
    let port = host
        .port
        .filter(|&port| Some(port) != default_port("https"));
    let host = Host { port, ..host }.to_string().to_ascii_lowercase();
    Some(format!("https://{host}"))
}

pub(super) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Host name or address with an optional port, as in `Host` (RFC 9110 section 7.2).
#[derive(Clone, Copy)]
pub(super) struct Host<'a> {
    pub(super) name: &'a str,
    pub(super) port: Option<u16>,
}

impl<'a> Host<'a> {
    /// Returns the one host that `request` names.
    pub(super) fn of(request: &'a Parts) -> Option<Host<'a>> {
        let mut fields = request.headers.get_all(HOST).iter();
        let in_field = match fields.next() {
            Some(field) => Some(Host::parse(field.to_str().ok()?)?),
            None => None,
        };
        let in_address = match request.uri.authority() {
            Some(authority) => Some(Host::parse(authority.as_str())?),
            None => None,
        };
        let is_one = fields.next().is_none()
            && in_field
                .zip(in_address)
                .is_none_or(|(field, address)| field.is_same(address, &request.uri));
        in_address.or(in_field).filter(|_| is_one)
    }

    /// Returns `None` if `text` is not a host with an optional port. A user name before it is not allowed.
    pub(super) fn parse(text: &'a str) -> Option<Host<'a>> {
        let (name, port) = match text.rsplit_once(':') {
            // A colon inside a bracketed address does not begin a port.
            Some((name, port)) if !port.ends_with(']') => {
                let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
                (name, Some(port.parse().ok().filter(|_| is_number)?))
            }
            _ => (text, None),
        };
        is_name(name).then_some(Host { name, port })
    }

    fn is_same(self, other: Host<'_>, uri: &Uri) -> bool {
        self.name.eq_ignore_ascii_case(other.name)
            && self.telling_port(uri) == other.telling_port(uri)
    }

    /// Returns the port, unless a browser would omit it. HTTP/1.1 does not send the scheme, so both defaults count.
    fn telling_port(self, uri: &Uri) -> Option<u16> {
        let default = uri.scheme_str().and_then(default_port);
        let is_default = |port| match default {
            Some(default) => port == default,
            None => [default_port("http"), default_port("https")].contains(&Some(port)),
        };
        self.port.filter(|&port| !is_default(port))
    }
}

/// Shows the host as it arrived, with its port, if any.
impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.port {
            Some(port) => write!(f, "{}:{port}", self.name),
            None => f.write_str(self.name),
        }
    }
}

fn is_name(name: &str) -> bool {
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let (text, more) = address.map_or((name, "-._~"), |address| (address, ":."));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || more.contains(c);
    !text.is_empty() && text.chars().all(is_plain)
}
