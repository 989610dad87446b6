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
        let (host, port) = split_port(authority)?;
        Some(Origin {
            port: port.or_else(|| default_port(&scheme)),
            host: host.to_ascii_lowercase(),
            scheme,
        })
    }

    /// Whether `host`, the value of a `Host` field, is the host and port of this origin.
    pub(super) fn is_at(&self, host: &str) -> bool {
        split_port(host).is_some_and(|(host, port)| {
            host.eq_ignore_ascii_case(&self.host)
                && port.or_else(|| default_port(&self.scheme)) == self.port
        })
    }
}

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

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}
