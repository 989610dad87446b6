//! A browser accepts a cookie of any attributes.
//!
//! Cookie fields with anything in them.

use std::{cell::RefCell, collections::HashMap};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{SameSite, Session, carrier::SessionCookieBuilder};
use proptest::prelude::*;

use super::{
    browser::{Browser, pair_of},
    cases::cases,
    counting::run,
    site, suite,
    times::at,
};

#[derive(Clone, Debug)]
struct Attributes {
    name: Option<String>,
    path: Option<String>,
    domain: Option<String>,
    same_site: SameSite,
    allows_http: bool,
    is_partitioned: bool,
}

fn attributes() -> impl Strategy<Value = Attributes> {
    let name = prop_oneof![
        4 => "[a-z]{1,12}",
        2 => "__Host-[a-zA-Z0-9!#$%&'*+.^_`|~-]{0,20}",
        2 => "__Secure-[a-z.0-9]{0,20}",
        1 => "__[hH][oO]st-[a-z]{1,3}",
        1 => "\\PC{0,20}",
    ];
    let path = prop_oneof![2 => Just("/".to_owned()), 2 => "/[!-~]{0,40}", 1 => "\\PC{0,20}"];
    let domain = prop_oneof![
        2 => "[a-zA-Z0-9-]{1,10}(\\.[a-zA-Z0-9-]{1,10}){0,3}",
        1 => "\\PC{0,20}",
    ];
    let same_site = prop_oneof![
        Just(SameSite::Strict),
        Just(SameSite::Lax),
        Just(SameSite::None),
        Just(SameSite::Omit),
    ];
    let rarely = || prop::bool::weighted(0.2);
    let name = prop::option::of(name);
    let path = prop::option::weighted(0.5, path);
    let domain = prop::option::weighted(0.4, domain);
    (name, path, domain, same_site, rarely(), rarely()).prop_map(
        |(name, path, domain, same_site, allows_http, is_partitioned)| Attributes {
            name,
            path,
            domain,
            same_site,
            allows_http,
            is_partitioned,
        },
    )
}

impl Attributes {
    fn builder(&self) -> SessionCookieBuilder {
        let mut builder = site("xaes").same_site(self.same_site);
        if let Some(name) = &self.name {
            builder = builder.name(name);
        }
        if let Some(path) = &self.path {
            builder = builder.path(path);
        }
        if let Some(domain) = &self.domain {
            builder = builder.domain(domain);
        }
        if self.allows_http {
            builder = builder.danger_allow_http(true);
        }
        if self.is_partitioned {
            builder = builder.partitioned(true);
        }
        builder
    }

    /// The attributes that a browser must read (RFC 6265bis section 5.6), in lower case.
    fn expected(&self) -> HashMap<String, String> {
        let mut expected = HashMap::new();
        let mut add = |name: &str, value: &str| expected.insert(name.to_owned(), value.to_owned());
        add("path", self.path.as_deref().unwrap_or("/"));
        add("httponly", "");
        if let Some(domain) = &self.domain {
            add("domain", domain);
        }
        if !self.allows_http {
            add("secure", "");
        }
        if self.is_partitioned {
            add("partitioned", "");
        }
        match self.same_site {
            SameSite::Strict => _ = add("samesite", "Strict"),
            SameSite::Lax => _ = add("samesite", "Lax"),
            SameSite::None => _ = add("samesite", "None"),
            _ => {}
        }
        expected
    }
}

#[test]
fn every_accepted_configuration_makes_a_cookie_that_a_browser_takes() {
    let (accepted, refused) = (RefCell::new(0), RefCell::new(0));
    run(1000, &attributes(), |attributes| {
        let Ok(site) = attributes.builder().build() else {
            *refused.borrow_mut() += 1;
            return;
        };
        *accepted.borrow_mut() += 1;
        let name = site.name().as_str().to_owned();
        assert!(attributes.name.is_none_or(|chosen| chosen == name));
        let attributes = Attributes {
            name: None,
            ..attributes
        };
        // Visits any page as if the cookie was for it.
        let visit = |pair: &str, page: fn(&Session)| {
            let session = site.load([pair], at(0));
            page(&session);
            let fields: Vec<_> = site.save(&session).unwrap().into_iter().collect();
            let [field] = <[String; 1]>::try_from(fields).unwrap();
            field
        };

        let field = &visit("", |session| session.insert("a", 1).unwrap());
        let (found_name, value, found) = parse_set_cookie(field);
        assert_eq!(found_name, name);
        assert!(!value.is_empty() && BASE64_URL_SAFE_NO_PAD.decode(value).is_ok());
        assert_eq!(found, attributes.expected());
        assert_browser_takes(&name, &found);
        let ended = visit(pair_of(field), |session| {
            assert_eq!(session.get("a").unwrap(), Some(1));
            session.invalidate().map(drop).unwrap();
        });
        let (found_name, value, mut found) = parse_set_cookie(&ended);
        assert_eq!((&found_name, &*value), (&name, ""));
        assert_eq!(found.remove("max-age").as_deref(), Some("0"));
        let epoch = "Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(found.remove("expires").as_deref(), Some(epoch));
        let mut expected = attributes.expected();
        if expected.contains_key("secure") {
            expected.insert("samesite".to_owned(), "None".to_owned());
        }
        assert_eq!(found, expected);
    });
    assert!(accepted.into_inner() > 250 && refused.into_inner() > 100);
}

/// Name, value and attributes, as RFC 6265 section 5.2 reads a field.
fn parse_set_cookie(field: &str) -> (String, String, HashMap<String, String>) {
    assert!(
        field
            .bytes()
            .all(|byte| byte == b' ' || byte.is_ascii_graphic())
    );
    let mut parts = field.split(';');
    let (name, value) = parts.next().unwrap().split_once('=').unwrap();
    let mut attributes = HashMap::new();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim().to_ascii_lowercase();
        let known = attributes.insert(name, value.trim().to_owned());
        assert_eq!(known, None, "an attribute twice");
        assert!(value.len() <= 1024);
    }
    (name.trim().to_owned(), value.trim().to_owned(), attributes)
}

/// The rules of browsers for a cookie's attributes, beyond their syntax.
#[track_caller]
fn assert_browser_takes(name: &str, attributes: &HashMap<String, String>) {
    let has = |attribute: &str| attributes.contains_key(attribute);
    let name = name.to_ascii_lowercase();
    assert!(attributes["path"].starts_with('/'));
    if name.starts_with("__host-") {
        assert!(has("secure") && !has("domain") && attributes["path"] == "/");
    }
    if name.starts_with("__secure-") || has("partitioned") {
        assert!(has("secure"));
    }
    if attributes
        .get("samesite")
        .is_some_and(|value| value == "None")
    {
        assert!(has("secure"));
    }
    assert!(
        attributes
            .get("domain")
            .is_none_or(|domain| !domain.is_empty())
    );
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_cookie_is_found_among_anything(
        suite in suite(),
        before in prop::collection::vec(junk_pair(), 0..5),
        after in prop::collection::vec(junk_pair(), 0..5),
        line_breaks: [bool; 2],
        is_quoted: bool,
    ) {
        let mut browser = Browser::from(site(suite));
        browser.visit(|session| session.insert("a", 1).unwrap());
        let quote = if is_quoted { "\"" } else { "" };
        let cookie = format!("__Host-session={quote}{}{quote}", browser.token()).into_bytes();
        let mut fields: Vec<Vec<u8>> = vec![Vec::new()];
        let parts = [before.join(&b"; "[..]), cookie, after.join(&b";"[..])];
        for (part, breaks) in parts.iter().zip([false, line_breaks[0], line_breaks[1]]) {
            match fields.last_mut() {
                Some(field) if !breaks => {
                    field.extend_from_slice(b"; ");
                    field.extend_from_slice(part);
                }
                _ => fields.push(part.clone()),
            }
        }
        let session = browser.site.load(&fields, at(0));
        prop_assert_eq!(session.get("a").unwrap(), Some(1));
    }

    #[test]
    fn no_cookie_field_panics_or_opens(
        suite in suite(),
        fields in prop::collection::vec(any::<Vec<u8>>(), 0..4),
        values in prop::collection::vec("[\\PC;=\" ]{0,20}", 0..6),
    ) {
        let mut fields = fields;
        for value in values {
            fields.push(format!("__Host-session={value}").into_bytes());
        }
        let site = site(suite).build().unwrap();
        let session = site.load(&fields, at(0));
        prop_assert!(session.is_new() && session.is_empty());
        prop_assert!(site.save(&session).unwrap().is_empty());
    }
}

/// A pair of another name, or no pair at all.
fn junk_pair() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-z]{1,8}=[a-z0-9]{0,8}".prop_map(String::into_bytes),
        "__Host-sessio[=; ]?".prop_map(String::into_bytes),
        "__Host-session[ .x]=[a-z]{0,8}".prop_map(String::into_bytes),
        prop::collection::vec(
            any::<u8>().prop_filter("ends the pair", |&b| b != b';'),
            0..12
        )
        .prop_filter("has the name", |pair| !pair.starts_with(b"__Host-session=")),
    ]
}
