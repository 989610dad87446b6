//! The texts of the pages, as files.

use std::{collections::BTreeMap, fs, path::Path};

use hardtack::session::Reason::*;

type Texts = BTreeMap<String, String>;

#[test]
fn two_languages_have_the_same_texts_with_the_same_blanks() {
    let [english, german] = ["english", "german"].map(texts);
    assert!(german.keys().eq(english.keys()));
    for (key, text) in &english {
        assert_eq!(blanks(text), blanks(&german[key]), "{key}");
        for text in [text, &german[key]] {
            assert_eq!(text.matches('`').count() % 2, 0, "{key}");
        }
    }
}

#[test]
fn every_text_is_used_and_every_one_in_use_exists() {
    let texts = texts("english");
    let mut code = String::new();
    for place in ["", "pages", "pages/lab", "templates"] {
        for file in fs::read_dir(folder().join(place)).unwrap() {
            code += &fs::read_to_string(file.unwrap().path()).unwrap_or_default();
        }
    }
    let reasons = [Auth, UnknownKey, UnknownFormat, Idle, Expired];
    let others = [NotYetValid, Revoked, Stale, Incomplete];
    let reasons: Vec<_> = reasons
        .iter()
        .chain(&others)
        .map(|reason| reason.name())
        .collect();
    for key in texts.keys() {
        let (card, part) = key.split_once('.').unwrap();
        // As in `t.of("theme", theme)`.
        let mut parts = "title what button off done".split(' ');
        let has = |text: &str| code.contains(&format!("\"{text}\""));
        let is_put_together = has(card) && (has(part) || parts.any(|known| known == part));
        let is_of_a_reason = card == "reason" && reasons.contains(&part);
        assert!(
            has(key) || is_put_together || is_of_a_reason,
            "nothing shows {key}"
        );
    }
    for rest in code.split("t[\"").skip(1) {
        let key = rest.split('"').next().unwrap();
        assert!(texts.contains_key(key), "there is no text {key}");
    }
}

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The texts of a language by their keys.
fn texts(language: &str) -> Texts {
    let file = folder().join(format!("texts/{language}.toml"));
    toml::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

/// The names in braces.
fn blanks(text: &str) -> Vec<&str> {
    let blanks = text.split('{').skip(1);
    let mut blanks: Vec<_> = blanks.map(|rest| rest.split('}').next().unwrap()).collect();
    blanks.sort_unstable();
    blanks
}
