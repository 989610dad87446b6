//! `size_report` agrees with the fields that are sent.

use hardtack::{Session, SessionData, carrier::Padding, session::SizeReport};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    browser::Browser,
    cases::cases,
    encrypted, fill,
    options::{Options, options},
    room::{dictionary, token, varint},
    times::{at, seconds},
};

/// The content of a session.
#[derive(Clone, Debug)]
struct Content {
    /// Keys of one letter, and the lengths of their texts in thousandths of the remaining room.
    entries: Vec<(char, usize)>,
    messages: Vec<usize>,
    has_id: bool,
    duration: Option<u64>,
}

fn content() -> impl Strategy<Value = Content> {
    (
        prop::collection::vec((prop::char::range('a', 'h'), 0..900usize), 0..6),
        prop::collection::vec(0..200usize, 0..3),
        any::<bool>(),
        prop::option::of(1..40_000_000u64),
    )
        .prop_map(|(entries, messages, has_id, duration)| Content {
            entries,
            messages,
            has_id,
            duration,
        })
}

impl Content {
    fn put_into(&self, session: &Session) {
        for len in &self.messages {
            session.flash("q", &"x".repeat(*len)).unwrap();
        }
        for (key, share) in &self.entries {
            let room = session.remaining_bytes().saturating_sub(6);
            session
                .insert(&key.to_string(), "x".repeat(room * share / 1000))
                .unwrap();
        }
        if self.has_id {
            session.ensure_id().unwrap();
        }
        if let Some(duration) = self.duration {
            session.remember_for(seconds(duration)).unwrap();
        }
    }

    /// Bytes of the flash field: the count, then queue and message, each with its length.
    fn flash(&self) -> usize {
        let messages = self
            .messages
            .iter()
            .map(|len| 2 + varint(*len as u64) + len);
        let messages: usize = messages.sum();
        if messages == 0 { 0 } else { 1 + messages }
    }

    /// Bytes before flash and payload.
    fn head(&self) -> usize {
        let id = if self.has_id { 8 } else { 0 };
        1 + 4 + 1 + id + self.duration.map_or(0, varint)
    }
}

#[track_caller]
fn check_frame(report: &SizeReport, options: &Options, session: &Session) {
    let content = report.payload + report.flash;
    let expected = options.reserved(content);
    let bytes: usize = expected.fields.iter().sum();
    assert_eq!(report.set_cookie, bytes);
    assert_eq!(report.cookies, expected.fields.len());
    assert_eq!(report.padding, expected.padding);
    assert_eq!(
        report.empty,
        options.reserved(0).fields.iter().sum::<usize>()
    );
    assert_eq!(report.allowed, options.total());
    assert!(bytes <= report.allowed);
    assert_eq!(session.remaining_bytes(), options.room() - content);
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_report_gives_the_sizes_that_are_sent_and_the_reserve(
        options in options(),
        content in content(),
    ) {
        let mut browser = Browser::from(options.builder());
        let report = browser.visit(|session| {
            content.put_into(session);
            let report = session.size_report();
            check_frame(&report, &options, session);
            report
        });
        let keys: Vec<_> = report.entries.iter().map(|(key, _)| key.clone()).collect();
        let entries: usize = report.entries.iter().map(|(_, bytes)| bytes).sum();
        prop_assert_eq!(report.payload, entries + usize::from(entries > 0));
        prop_assert_eq!(report.flash, content.flash());
        let sent: usize = browser.sent.iter().map(String::len).sum();
        let is_empty = keys.is_empty() && content.flash() == 0 && !content.has_id && content.duration.is_none();
        prop_assert_eq!(sent == 0, is_empty);
        if !is_empty {
            let max_age = content.duration.map(|duration| format!("; Max-Age={}", duration.min(34_560_000)));
            let max_age = max_age.unwrap_or_default();
            let bytes = report.payload + report.flash;
            let expected = options.sent(content.head(), bytes, &max_age);
            prop_assert_eq!(sent, expected.fields.iter().sum::<usize>());
            prop_assert!(sent <= report.set_cookie && browser.sent.len() <= report.cookies);
        }
        // The report of the loaded session is the same.
        let again = browser.site.load(browser.jar.pairs(), at(0)).size_report();
        prop_assert_eq!(again.to_string(), report.to_string());
        for key in keys {
            let line = format!(" {key}\n");
            prop_assert!(report.to_string().contains(&line));
        }
    }
}

#[derive(Serialize, Deserialize, Default, PartialEq)]
struct Bytes(Vec<u8>);

impl SessionData for Bytes {
    const LABEL: &str = "bytes";
    const SCHEMA: u32 = 1;
}

#[test]
fn the_report_of_a_dictionary_has_a_line_for_each_key() {
    let session = encrypted().build().unwrap().load(None::<&str>, at(0));
    session.insert("cart", vec![4711; 100]).unwrap();
    session.insert("theme", "dark").unwrap();
    let expected = "    604 of 3072 bytes, in 1 cookie
    177 with nothing in it
    308 cart
     11 theme
";
    assert_eq!(session.size_report().to_string(), expected);
}

#[test]
fn the_report_of_an_empty_session_has_no_line_of_content() {
    let site = encrypted().build().unwrap();
    let report = site.load(None::<&str>, at(0)).size_report().to_string();
    assert_eq!(report.lines().count(), 2, "{report}");
}

#[test]
fn the_report_of_a_typed_session_has_the_payload_alone() {
    for padding in [Padding::None, Padding::Padme] {
        let site = encrypted().size(hardtack::Size::Split(3)).padding(padding);
        let session = site
            .typed::<Bytes>()
            .build()
            .unwrap()
            .load(None::<&str>, at(0));
        session.replace(Bytes(vec![7; 8_000])).unwrap();
        session.flash("", "Saved").unwrap();
        let report = session.size_report();
        assert_eq!(report.entries.len(), 0);
        assert_eq!((report.payload, report.flash), (8_002, 8));
        assert_eq!((report.cookies, report.allowed), (3, 3 * 4_096));
        let body = 33 + 8_002 + 8 + report.padding;
        assert_eq!(report.set_cookie, token(false, body) + 3 * 75);
        let told = report.to_string();
        assert!(told.contains("   8002 payload\n      8 flash\n"), "{told}");
        assert_eq!(told.contains(" padding\n"), padding == Padding::Padme);
        assert!(told.contains(" of 12288 bytes, in 3 cookies\n"), "{told}");
    }
}

#[test]
fn a_report_of_an_oversized_session_gives_what_goes_back() {
    for padding in [Padding::None, Padding::Padme] {
        let site = super::long_lived(encrypted()).name("session");
        let mut browser = Browser::from(site.clone().size(hardtack::Size::Split(3)));
        let before = browser.visit(|session| {
            fill(session);
            session.size_report()
        });
        browser.site = site.padding(padding).build().unwrap();
        let report = browser.visit(|session| {
            session.save().unwrap();
            session.size_report()
        });
        assert_eq!(browser.set().len(), 3);
        assert_eq!((report.cookies, report.padding), (3, 0));
        assert_eq!(report.set_cookie, before.set_cookie);
        assert_eq!(report.allowed, 3_072);
        assert!(report.set_cookie > report.allowed);
    }
}

#[test]
fn a_long_dictionary_has_a_longer_header() {
    let session = encrypted().build().unwrap().load(None::<&str>, at(0));
    for number in 0..16 {
        session.insert(&format!("{number:02}"), 1).unwrap();
    }
    let report = session.size_report();
    assert!(report.entries.iter().all(|(_, bytes)| *bytes == 4));
    assert_eq!(report.payload, 3 + 16 * 4);
    session.clear().unwrap();
    session.insert("k", "x").unwrap();
    assert_eq!(session.size_report().payload, dictionary(1));
}
