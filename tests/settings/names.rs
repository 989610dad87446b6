//! The words and forms that a value may have.
//!
//! The causes of an error of a function, without keys.

use std::{error::Error, fmt};

use hardtack::{
    EncryptionKey, KeyRing, RefreshAfter, SameSite, SessionCookie, SessionSettings, Size,
    carrier::{FormerAttributes, SessionCookieBuilder},
    keys::RingSource,
};

use super::{key, times::seconds, toml};

/// The settings make of a builder what these calls make of it.
#[track_caller]
fn check(settings: &str, calls: impl FnOnce(SessionCookieBuilder) -> SessionCookieBuilder) {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let from_file = toml(settings).apply_to(builder.clone()).unwrap();
    assert_eq!(format!("{from_file:?}"), format!("{:?}", calls(builder)));
}

#[test]
fn without_settings_all_is_as_the_builder_has_it() {
    check("", |builder| builder);
}

#[test]
fn settings_without_a_word_equal_default_settings() {
    let default = SessionSettings::default();
    assert_eq!(format!("{:?}", toml("")), format!("{default:?}"));
}

#[test]
fn a_timeout_may_be_off() {
    check("idle_timeout = 'off'", |b| b.idle_timeout(None));
    check("idle_timeout = false", |b| b.idle_timeout(None));
}

#[test]
fn same_site_is_a_word_in_any_case() {
    check("same_site = 'Lax'", |b| b.same_site(SameSite::Lax));
    check("same_site = 'NONE'", |b| b.same_site(SameSite::None));
    check("same_site = 'omit'", |b| b.same_site(SameSite::Omit));
}

#[test]
fn a_size_is_one_of_these_words() {
    for (word, size) in [
        ("anywhere", Size::Anywhere),
        ("browser", Size::Browser),
        ("split:2", Size::Split(2)),
        ("split:4", Size::Split(4)),
    ] {
        check(&format!("size = '{word}'"), |b| b.size(size));
    }
}

#[test]
fn refresh_is_a_word_or_a_duration() {
    check("refresh_after = 'never'", |b| {
        b.refresh_after(RefreshAfter::Never)
    });
    check("refresh_after = 'on-change'", |b| {
        b.refresh_after(RefreshAfter::OnChange)
    });
    check("refresh_after = 'always'", |b| {
        b.refresh_after(RefreshAfter::Always)
    });
    for duration in ["'5m'", "'300'", "300", "' 5m '"] {
        check(&format!("refresh_after = {duration}"), |b| {
            b.refresh_after(RefreshAfter::Interval(seconds(300)))
        });
    }
}

#[test]
fn durations_are_texts_or_whole_seconds() {
    for (text, duration) in [
        ("90", 90),
        ("'90'", 90),
        ("'90s'", 90),
        ("'1m 30s'", 90),
        ("'1h30m'", 5400),
        ("'12 hours'", 43_200),
        ("'1day'", 86_400),
        ("'2w'", 1_209_600),
    ] {
        check(&format!("absolute_timeout = {text}"), |b| {
            b.absolute_timeout(seconds(duration))
        });
    }
}

#[test]
fn a_flag_is_one_of_these_words_in_any_case() {
    for (words, is_on) in [
        (["true", "yes", "on", "y", "t", "1"], true),
        (["false", "no", "off", "n", "f", "0"], false),
    ] {
        let texts = words.iter().flat_map(|word| {
            let upper = word.to_uppercase();
            [
                format!("'{word}'"),
                format!("'{upper}'"),
                format!("' {word} '"),
            ]
        });
        let values = [is_on.to_string(), u8::from(is_on).to_string()];
        for value in texts.chain(values) {
            check(&format!("danger_allow_http = {value}"), |b| {
                if is_on { b.danger_allow_http(true) } else { b }
            });
            let secure = toml(&format!("secure = {value}"));
            assert_eq!(secure.check().is_ok(), is_on, "{value}");
        }
    }
}

#[test]
fn what_is_so_in_any_case_may_be_said() {
    check("secure = true\nhttponly = 'yes'", |b| b);
    check("http_only = 1", |b| b);
}

#[test]
fn a_context_in_a_table_is_sorted_by_its_labels() {
    check("context = {tenant = 'acme', stage = 'live'}", |b| {
        b.context("stage", "live").context("tenant", "acme")
    });
}

#[test]
fn a_context_in_a_list_keeps_its_order() {
    for list in [
        "[['tenant', 'acme'], ['stage', 'live']]",
        "'tenant=acme, stage=live'",
    ] {
        check(&format!("context = {list}"), |b| {
            b.context("tenant", "acme").context("stage", "live")
        });
    }
}

#[test]
fn earlier_attributes_are_a_list_of_tables_or_a_text() {
    for list in [
        "[{path = '/app', domain = 'example.com'}, {domain = '', partitioned = false}]",
        "'path=/app domain=example.com, domain= partitioned=no'",
    ] {
        check(&format!("formerly = {list}"), |b| {
            b.formerly(FormerAttributes::new().path("/app").domain("example.com"))
                .formerly(FormerAttributes::new().no_domain().partitioned(false))
        });
    }
    check("formerly = {path = '/app'}", |b| {
        b.formerly(FormerAttributes::new().path("/app"))
    });
}

/// Shows what it read by `Debug`, as errors of parsers do.
#[derive(Debug)]
struct Failed {
    sentence: &'static str,
    read: String,
    cause: Option<Box<Failed>>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sentence {
            "" => write!(f, "expected a ring, found {}", self.read),
            sentence => f.write_str(sentence),
        }
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// The error of a function that fails with a chain of these sentences. Each shown in both ways.
fn chain(sentences: [&'static str; 3], key: &str) -> Vec<String> {
    let key = key.to_owned();
    let source = RingSource::from_fn("the vault", move || {
        let failed = |cause, sentence| Failed {
            sentence,
            read: key.clone(),
            cause,
        };
        let boxed = |cause, sentence| Some(Box::new(failed(cause, sentence)));
        let [first, second, third] = sentences;
        Err(failed(boxed(boxed(None, third), second), first).into())
    });
    let error = KeyRing::from_sources([source]).unwrap_err();
    let mut shown = Vec::new();
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        shown.push(format!("{error}{error:?}{error:#?}"));
        next = error.source();
    }
    shown
}

#[test]
fn no_cause_of_an_error_shows_a_key() {
    let key = key();
    for sentences in [
        ["sealed", "no answer", "refused"],
        ["", "no answer", "refused"],
        ["sealed", "", "refused"],
        ["sealed", "no answer", ""],
    ] {
        let shown = chain(sentences, &key);
        assert!(!shown.concat().contains(&key[24..]), "{shown:?}");
        if sentences.contains(&"") {
            assert_eq!(shown.len(), 1, "{shown:?}");
            assert!(shown[0].contains("its error holds a key"), "{shown:?}");
        }
    }
    let shown = chain(["sealed", "no answer", "refused"], &key);
    assert!(shown[0].starts_with("cannot read the vault: sealed"));
    assert!(shown[1].starts_with("no answer") && shown[2].starts_with("refused"));
}
