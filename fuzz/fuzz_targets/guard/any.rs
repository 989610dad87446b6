//! Any fields. Who reaches the handler must have come by one of the ways that the documents name.

use arbitrary::Arbitrary;
use hardtack::fuzzing::cookie_tokens;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri, header, uri::Authority};
use url::{Url, form_urlencoded};

use super::{FORM_ORIGIN, TRUSTED, Tokens, VISITOR, is_safe, passes};

#[derive(Debug, Arbitrary)]
pub struct Fields<'a> {
    tokens: Tokens,
    method: &'a str,
    uri: &'a str,
    fields: Vec<(Name, Value<'a>)>,
    body: &'a str,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Name {
    Origin,
    SecFetchSite,
    Host,
    ContentType,
    Token,
    Upgrade,
    Cookie,
    ForwardedHost,
    MethodOverride,
}

/// Any bytes, or a text that is right somewhere.
#[derive(Clone, Copy, Debug, Arbitrary)]
enum Value<'a> {
    Bytes(&'a [u8]),
    Text(Text),
    /// A text, and bytes behind it.
    Longer(Text, &'a [u8]),
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Text {
    OwnOrigin,
    Trusted,
    FormOrigin,
    Null,
    OwnHost,
    SameOrigin,
    SameSite,
    CrossSite,
    None,
    Form,
    WebSocket,
    Token,
    TokenOfAnother,
    Cookie,
}

impl Fields<'_> {
    pub fn check(self) {
        let Some(request) = self.request() else {
            return;
        };
        let (parts, body) = request.into_parts();
        let (method, uri, fields) = (
            parts.method.clone(),
            parts.uri.clone(),
            parts.headers.clone(),
        );
        if !passes(self.tokens, Request::from_parts(parts, body)) {
            return;
        }
        let is_upgrade = is_upgrade(&method, &fields);
        if is_safe(method.as_str()) && !is_upgrade {
            return;
        }
        let origin = one_of(&fields, &header::ORIGIN);
        if method == Method::POST
            && uri.path() == "/signed-in"
            && is_form(&fields)
            && origin.and_then(url_of) == url_of(FORM_ORIGIN)
        {
            return;
        }
        assert!(has_right_origin(&uri, &fields), "{method} {uri} {fields:?}");
        if self.tokens == Tokens::None || is_upgrade {
            return;
        }
        match fields.get(TOKEN) {
            Some(token) => {
                let is_right = *token == *VISITOR.token;
                assert!(
                    is_right && has_session(&fields),
                    "{method} {uri} {fields:?}"
                );
            }
            None => {
                let is_in_form = self.tokens == Tokens::InForms && is_form(&fields);
                let is_right = self.has_token_in_body() && has_session(&fields);
                assert!(is_in_form && is_right, "{method} {uri} {fields:?}");
            }
        }
    }

    /// Returns whether the body has the token, as a field or in parts.
    fn has_token_in_body(&self) -> bool {
        let mut fields = form_urlencoded::parse(self.body.as_bytes());
        self.body.contains(&VISITOR.token) || fields.any(|(_, value)| *value == *VISITOR.token)
    }

    fn request(&self) -> Option<Request<String>> {
        let mut request = Request::builder().method(self.method).uri(self.uri);
        for (name, value) in self.fields.iter().take(12) {
            let value = HeaderValue::from_bytes(&value.bytes()).ok()?;
            request = request.header(name.name(), value);
        }
        request.body(self.body.to_owned()).ok()
    }
}

/// By `Sec-Fetch-Site`; without it by an origin over TLS, or of this machine, that is the host's; or without both.
fn has_right_origin(uri: &Uri, fields: &HeaderMap) -> bool {
    let site = HeaderName::from_static("sec-fetch-site");
    let origin = one_of(fields, &header::ORIGIN);
    if origin
        .and_then(url_of)
        .is_some_and(|origin| Some(origin) == url_of(TRUSTED))
    {
        return true;
    }
    if fields.contains_key(&site) {
        return matches!(one_of(fields, &site), Some("same-origin" | "none"));
    }
    if !fields.contains_key(header::ORIGIN) {
        return true;
    }
    let Some(page) = origin.and_then(url_of) else {
        return false;
    };
    let is_here = host_of(uri, fields).is_some_and(|host| {
        let site = url_of(&format!("{}://{host}", page.scheme()));
        site.is_some_and(|site| site.origin() == page.origin())
    });
    let is_local = match page.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    };
    is_here && (page.scheme() == "https" || is_local)
}

/// Returns the host that the request is for, if it names one (SPEC.md § 15.9).
fn host_of<'a>(uri: &'a Uri, fields: &'a HeaderMap) -> Option<&'a str> {
    let mut in_fields = fields.get_all(header::HOST).iter();
    let in_field = in_fields.next().map(HeaderValue::to_str).transpose().ok()?;
    let in_address = uri.authority().map(Authority::as_str);
    let is_one = in_fields.next().is_none();
    let agree = |(one, other)| without_default_port(one, uri) == without_default_port(other, uri);
    let is_told = is_one && in_field.zip(in_address).is_none_or(agree);
    in_address.or(in_field).filter(|_| is_told)
}

/// Returns a host in lower case. Without a scheme the default ports of both are left out.
fn without_default_port(host: &str, uri: &Uri) -> (String, Option<u16>) {
    let defaults: &[u16] = match uri.scheme_str() {
        Some("https") => &[443],
        Some("http") => &[80],
        _ => &[80, 443],
    };
    let split = host.rsplit_once(':');
    let (name, port) = split
        .and_then(|(name, port)| Some((name, Some(port.parse().ok()?))))
        .unwrap_or((host, None));
    let port = port.filter(|port| !defaults.contains(port));
    (name.to_lowercase(), port)
}

/// Returns whether the request brings the session of the visitor's token (SPEC.md § 13).
fn has_session(fields: &HeaderMap) -> bool {
    let cookies = fields.get_all(header::COOKIE).iter();
    let (name, sealed) = VISITOR.cookie.split_once('=').expect("it is a pair");
    let mut found = cookie_tokens(cookies.map(HeaderValue::as_bytes), name).into_iter();
    found.any(|(_, token)| token.as_deref() == Some(sealed.as_bytes()))
}

fn is_upgrade(method: &Method, fields: &HeaderMap) -> bool {
    let mut upgrades = fields.get_all(header::UPGRADE).iter();
    let names_it = upgrades.any(|field| {
        let list = String::from_utf8_lossy(field.as_bytes()).to_lowercase();
        list.split(',').any(|word| word.trim() == "websocket")
    });
    method == Method::CONNECT || (method == Method::GET && names_it)
}

fn is_form(fields: &HeaderMap) -> bool {
    let kind = fields
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().to_lowercase();
    ["application/x-www-form-urlencoded", "multipart/form-data"]
        .iter()
        .any(|form| {
            kind.trim().strip_prefix(form).is_some_and(|rest| {
                rest.trim_start().is_empty() || rest.trim_start().starts_with(';')
            })
        })
}

/// Returns the text of fields that say the same.
fn one_of<'a>(fields: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = fields.get_all(name).iter();
    let first = values.next()?;
    values
        .all(|value| value == first)
        .then_some(first.to_str().ok()?)
}

fn url_of(text: &str) -> Option<Url> {
    Url::parse(text).ok()
}

impl Name {
    fn name(self) -> &'static str {
        match self {
            Name::Origin => "origin",
            Name::SecFetchSite => "sec-fetch-site",
            Name::Host => "host",
            Name::ContentType => "content-type",
            Name::Token => "x-csrf-token",
            Name::Upgrade => "upgrade",
            Name::Cookie => "cookie",
            Name::ForwardedHost => "x-forwarded-host",
            Name::MethodOverride => "x-http-method-override",
        }
    }
}

impl Value<'_> {
    fn bytes(self) -> Vec<u8> {
        match self {
            Value::Bytes(bytes) => bytes.to_vec(),
            Value::Text(text) => text.text().as_bytes().to_vec(),
            Value::Longer(text, rest) => [text.text().as_bytes(), rest].concat(),
        }
    }
}

impl Text {
    fn text(self) -> &'static str {
        match self {
            Text::OwnOrigin => "https://shop.example",
            Text::Trusted => TRUSTED,
            Text::FormOrigin => FORM_ORIGIN,
            Text::Null => "null",
            Text::OwnHost => "shop.example",
            Text::SameOrigin => "same-origin",
            Text::SameSite => "same-site",
            Text::CrossSite => "cross-site",
            Text::None => "none",
            Text::Form => "application/x-www-form-urlencoded",
            Text::WebSocket => "websocket",
            Text::Token => &VISITOR.token,
            Text::TokenOfAnother => &VISITOR.token_of_another,
            Text::Cookie => &VISITOR.cookie,
        }
    }
}

const TOKEN: HeaderName = HeaderName::from_static("x-csrf-token");
