//! Cookie fields with anything in them.

use proptest::prelude::*;

use super::{browser::Browser, cases::cases, site, suite, times::at};

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
