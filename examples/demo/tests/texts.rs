//! The texts of the pages, as files.

use std::{collections::BTreeSet, fs, path::Path};

use toml::{Table, Value};

#[test]
fn three_languages_have_the_same_texts_with_the_same_blanks() {
    let english = texts("english");
    for language in ["german", "swedish"] {
        let other = texts(language);
        assert_eq!(keys(&other), keys(&english), "{language}");
        for ((key, one), (_, other)) in english.iter().zip(&other) {
            assert_eq!(blanks(one), blanks(other), "{language}: {key}");
            assert_eq!(one.matches('`').count() % 2, 0, "{key}");
        }
    }
}

#[test]
fn every_text_is_used_and_every_one_in_use_exists() {
    let english = texts("english");
    let keys = keys(&english);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for place in [".", "pages", "pages/lab", "templates", "templates/lab"] {
        for file in fs::read_dir(folder.join(place)).unwrap() {
            let path = file.unwrap().path();
            if path.is_file() {
                code += &fs::read_to_string(path).unwrap();
            }
        }
    }
    for key in &keys {
        let (card, part) = key.split_once('.').unwrap_or(("", key));
        let is_whole = code.contains(&format!("\"{key}\""));
        // As in `t.of("theme", theme)`, and in names that are put together.
        let part = part.trim_end_matches("_purpose").trim_end_matches("_text");
        let is_put_together = code.contains(&format!("\"{card}\""))
            && ["title", "what"].contains(&part)
            || code.contains(&format!("\"{part}\""))
            || code.contains(&format!("\"{card}.{part}\""));
        assert!(is_whole || is_put_together, "nothing shows {key}");
    }
    let used = code
        .split("t[\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap());
    for key in used {
        assert!(keys.contains(key), "there is no text {key}");
    }
}

/// The texts of a language by their keys, those in a table with its name before a dot.
fn texts(language: &str) -> Vec<(String, String)> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("texts/{language}.toml"));
    let table: Table = fs::read_to_string(file).unwrap().parse().unwrap();
    let text = |value: Value| value.as_str().unwrap().to_owned();
    let mut texts = Vec::new();
    for (key, value) in table {
        match value {
            Value::Table(card) => {
                texts.extend(
                    card.into_iter()
                        .map(|(part, value)| (format!("{key}.{part}"), text(value))),
                );
            }
            value => texts.push((key, text(value))),
        }
    }
    texts
}

fn keys(texts: &[(String, String)]) -> BTreeSet<&str> {
    texts.iter().map(|(key, _)| &**key).collect()
}

/// The names in braces.
fn blanks(text: &str) -> BTreeSet<&str> {
    let blanks = text.split('{').skip(1);
    blanks.map(|rest| rest.split('}').next().unwrap()).collect()
}
