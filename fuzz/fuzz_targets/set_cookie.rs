//! `Set-Cookie` fields of any session, with any attributes: the crate `cookie` reads the names, values and attributes that
//! were set, also from the field that the crate `biscotti` writes for them, and `biscotti` reads the cookies that come back.
#![no_main]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use arbitrary::Arbitrary;
use biscotti::{Processor, ProcessorConfig, RequestCookies, ResponseCookie, time::SignedDuration};
use cookie::Cookie;
use hardtack::{
    EncryptionKey, SameSite, SessionCookie, Size,
    carrier::{FormerAttributes, SessionCookieBuilder},
};
use libfuzzer_sys::fuzz_target;

#[derive(Debug, Arbitrary)]
struct Case<'a> {
    name: Option<Text<'a>>,
    path: Option<Text<'a>>,
    domain: Option<Text<'a>>,
    same_site: Site,
    is_partitioned: bool,
    allows_http: bool,
    former: Option<Former<'a>>,
    /// Its remainder of 5 is their number, and the rest says whether all persist.
    most_cookies: u8,
    content_len: u16,
    remembered: Option<u32>,
}

/// Any text, with one of `BEGINNINGS` before it.
#[derive(Clone, Copy, Debug, Arbitrary)]
struct Text<'a> {
    beginning: u8,
    rest: &'a str,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
enum Site {
    Strict,
    Lax,
    None,
    Omit,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
struct Former<'a> {
    path: Option<Text<'a>>,
    domain: Option<Text<'a>>,
    is_partitioned: bool,
}

fuzz_target!(|case: Case<'_>| {
    let Ok(cookie) = case.builder().build() else {
        return;
    };
    let session = cookie.load(None::<&str>, now());
    let content = "x".repeat(usize::from(case.content_len % 12_000));
    if session.insert("content", &content).is_err() {
        return;
    }
    if let Some(duration) = case.remembered {
        let duration = Duration::from_secs(duration.into());
        let ends_at = session
            .remember_for(duration)
            .expect("the settings remember");
        assert_eq!(ends_at, now() + duration);
    }
    let fields = cookie.save(&session).expect("it fits");
    let mut pairs = Vec::new();
    for field in &fields {
        let read = read(field);
        if read.max_age == Some(0) {
            // The cookie as it was, or one that is over at once.
            assert!(
                case.former.is_some() || case.remembered == Some(0),
                "{field}"
            );
            continue;
        }
        case.check(&cookie, &read);
        let duration = case.remembered.map(i64::from);
        let duration = duration.or(case.persists().then_some(IDLE));
        let max_age = duration.map(|duration| duration.min(LONGEST_MAX_AGE));
        assert_eq!(read.max_age, max_age, "{field}");
        assert_eq!(read, self::read(&written_by_biscotti(&read)));
        pairs.push((read.name, read.value));
    }
    if pairs.is_empty() {
        assert_eq!(case.remembered, Some(0));
        return;
    }
    let sent: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let sent = sent.join("; ");
    check_request(&sent, &pairs);

    let session = cookie.load([&sent], now());
    assert_eq!(session.get("content").expect("it is a text"), Some(content));
    session.invalidate().expect("it is never refused");
    let ends = cookie.save(&session).expect("it is never refused");
    let ended: Vec<_> = ends.iter().map(|field| read(field)).collect();
    for (name, _) in &pairs {
        let of_name = |end: &&Read| end.name == *name && end.path == case.path();
        let end = ended.iter().rfind(of_name).expect("each cookie is expired");
        case.check(&cookie, end);
        assert_eq!(
            (&*end.value, end.max_age, end.expires),
            ("", Some(0), Some(0))
        );
    }
});

/// A field, as the crate `cookie` reads it.
#[derive(Debug, PartialEq)]
struct Read {
    name: String,
    value: String,
    path: Option<String>,
    domain: Option<String>,
    is_secure: bool,
    is_http_only: bool,
    is_partitioned: bool,
    same_site: Option<cookie::SameSite>,
    max_age: Option<i64>,
    expires: Option<i64>,
}

fn read(field: &str) -> Read {
    let cookie = Cookie::parse(field).expect("it is a cookie");
    Read {
        name: cookie.name().to_owned(),
        value: cookie.value().to_owned(),
        path: cookie.path().map(str::to_owned),
        domain: cookie.domain().map(str::to_owned),
        is_secure: cookie.secure() == Some(true),
        is_http_only: cookie.http_only() == Some(true),
        is_partitioned: cookie.partitioned() == Some(true),
        same_site: cookie.same_site(),
        max_age: cookie.max_age().map(|age| age.whole_seconds()),
        expires: cookie.expires_datetime().map(|end| end.unix_timestamp()),
    }
}

/// Returns the field that `biscotti` writes for what was read.
fn written_by_biscotti(read: &Read) -> String {
    let mut cookie = ResponseCookie::new(&*read.name, &*read.value)
        .set_secure(read.is_secure)
        .set_http_only(read.is_http_only)
        .set_partitioned(read.is_partitioned)
        .set_same_site(read.same_site.map(|same_site| match same_site {
            cookie::SameSite::Strict => biscotti::SameSite::Strict,
            cookie::SameSite::Lax => biscotti::SameSite::Lax,
            cookie::SameSite::None => biscotti::SameSite::None,
        }))
        .set_max_age(read.max_age.map(SignedDuration::from_secs));
    if let Some(path) = &read.path {
        cookie = cookie.set_path(&**path);
    }
    if let Some(domain) = &read.domain {
        cookie = cookie.set_domain(&**domain);
    }
    cookie.to_string()
}

/// Reads the cookies as a server with `biscotti` does.
fn check_request(sent: &str, pairs: &[(String, String)]) {
    let mut config = ProcessorConfig::default();
    config.percent_encode = false;
    let processor = Processor::from(config);
    let cookies = RequestCookies::parse_header(sent, &processor).expect("it is a field");
    for (name, value) in pairs {
        let found = cookies.get(name).expect("it came");
        assert_eq!((found.name(), found.value()), (&**name, &**value));
    }
}

impl Case<'_> {
    fn builder(&self) -> SessionCookieBuilder {
        let key: EncryptionKey = KEY.parse().expect("it is a key");
        let mut builder = SessionCookie::encrypted(key)
            .same_site(match self.same_site {
                Site::Strict => SameSite::Strict,
                Site::Lax => SameSite::Lax,
                Site::None => SameSite::None,
                Site::Omit => SameSite::Omit,
            })
            .size(match self.most_cookies % 5 {
                0 => Size::Anywhere,
                1 => Size::Browser,
                most => Size::Split(most),
            })
            .remember_up_to(Duration::from_secs(u32::MAX.into()));
        if let Some(name) = self.name {
            builder = builder.name(name.text());
        }
        if let Some(path) = self.path {
            builder = builder.path(path.text());
        }
        if let Some(domain) = self.domain {
            builder = builder.domain(domain.text());
        }
        if self.is_partitioned {
            builder = builder.partitioned(true);
        }
        if self.persists() {
            builder = builder.persistent(true);
        }
        if self.allows_http {
            builder = builder.danger_allow_http(true);
        }
        match self.former {
            Some(former) => builder.formerly(former.attributes()),
            None => builder,
        }
    }

    fn persists(&self) -> bool {
        self.most_cookies / 5 % 2 == 1
    }

    fn path(&self) -> Option<String> {
        Some(self.path.map_or("/".to_owned(), Text::text))
    }

    /// Checks name and attributes.
    fn check(&self, cookie: &SessionCookie, read: &Read) {
        let part = read.name.strip_prefix(cookie.name().as_str());
        assert!(matches!(part, Some("" | ".1" | ".2" | ".3")), "{read:?}");
        assert_eq!(read.path, self.path());
        assert_eq!(read.domain, self.domain.map(Text::text));
        assert_eq!(read.is_secure, !self.allows_http);
        assert!(read.is_http_only);
        assert_eq!(read.is_partitioned, self.is_partitioned);
        let is_expired = read.expires == Some(0);
        let same_site = match self.same_site {
            _ if is_expired && read.is_secure => Some(cookie::SameSite::None),
            Site::Strict => Some(cookie::SameSite::Strict),
            Site::Lax => Some(cookie::SameSite::Lax),
            Site::None => Some(cookie::SameSite::None),
            Site::Omit => None,
        };
        assert_eq!(read.same_site, same_site);
    }
}

impl Former<'_> {
    fn attributes(self) -> FormerAttributes {
        let mut former = FormerAttributes::new();
        if let Some(path) = self.path {
            former = former.path(path.text());
        }
        if let Some(domain) = self.domain {
            former = former.domain(domain.text());
        }
        former.partitioned(self.is_partitioned)
    }
}

impl Text<'_> {
    fn text(self) -> String {
        let beginning = BEGINNINGS[usize::from(self.beginning) % BEGINNINGS.len()];
        format!("{beginning}{}", self.rest)
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const BEGINNINGS: [&str; 9] = [
    "",
    "__Host-session",
    "__Secure-",
    "__hOST-",
    "session",
    "/",
    "/app",
    "example.com",
    "www.",
];
const LONGEST_MAX_AGE: i64 = 34_560_000;
/// The idle timeout by default.
const IDLE: i64 = 1800;
const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
