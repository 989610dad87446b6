//! Place on the web: a scheme, a host and a port.
//!
//! A field of a form, as a browser or a program encodes it.

use arbitrary::Arbitrary;

use super::VISITOR;

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
pub struct Place {
    pub is_https: bool,
    pub host: Host,
    pub port: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
pub enum Host {
    Own,
    Sibling,
    Other,
    Longer,
    Address,
    Local,
    Loopback,
    Loopback6,
}

impl Place {
    pub fn scheme(self) -> &'static str {
        if self.is_https { "https" } else { "http" }
    }

    /// Returns the port that is told, as a browser leaves out the default one.
    pub fn told_port(self) -> Option<u16> {
        self.port
            .filter(|port| *port != if self.is_https { 443 } else { 80 })
    }

    pub fn authority(self) -> String {
        match self.told_port() {
            Some(port) => format!("{}:{port}", self.host.text()),
            None => self.host.text().to_owned(),
        }
    }

    pub fn text(self) -> String {
        format!("{}://{}", self.scheme(), self.authority())
    }

    /// Returns whether nobody on the way can have made a page of it.
    pub fn is_secure(self) -> bool {
        self.is_https || matches!(self.host, Host::Local | Host::Loopback | Host::Loopback6)
    }

    /// Returns whether a request to `site`, which does not tell the scheme, is for the port of this page.
    pub fn is_where(self, site: &Place) -> bool {
        let default = if self.is_https { 443 } else { 80 };
        site.told_port().unwrap_or(default) == self.told_port().unwrap_or(default)
    }

    pub fn relation_to(self, site: &Place) -> &'static str {
        let is_same_site = matches!(
            (self.host, site.host),
            (Host::Own | Host::Sibling, Host::Own | Host::Sibling)
        ) || self.host == site.host;
        if self.text() == site.text() {
            "same-origin"
        } else if is_same_site && self.is_https == site.is_https {
            "same-site"
        } else {
            "cross-site"
        }
    }
}

impl Host {
    pub fn text(self) -> &'static str {
        match self {
            Host::Own => "shop.example",
            Host::Sibling => "www.shop.example",
            Host::Other => "evil.example",
            Host::Longer => "shop.example.evil.test",
            Host::Address => "192.168.1.5",
            Host::Local => "localhost",
            Host::Loopback => "127.8.9.1",
            Host::Loopback6 => "[::1]",
        }
    }
}

#[derive(Debug, Arbitrary)]
pub struct Field<'a> {
    pub name: Text<'a>,
    pub value: Text<'a>,
    /// Every byte of it is percent-encoded.
    is_encoded: bool,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Text<'a> {
    TokenField,
    Token,
    TokenOfAnother,
    Any(&'a str),
}

impl Field<'_> {
    pub fn encode(&self, text: &str) -> String {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() && !self.is_encoded;
        let encode = |byte: u8| match byte {
            byte if is_plain(byte) => char::from(byte).to_string(),
            b' ' if !self.is_encoded => "+".to_owned(),
            byte => format!("%{byte:02x}"),
        };
        text.bytes().map(encode).collect()
    }
}

impl Text<'_> {
    pub fn text(&self) -> &str {
        match self {
            Text::TokenField => "csrf_token",
            Text::Token => &VISITOR.token,
            Text::TokenOfAnother => &VISITOR.token_of_another,
            Text::Any(text) => text,
        }
    }
}
