//! Examples of a type, by which a program in another language finds out whether it has the same.

use std::fmt::Debug;

use hardtack::{SessionData, session::Examples};
use serde::{Deserialize, Serialize};

/// Examples that js/README.md writes of the type `login`. js/test/readme.test.js keeps them up to date.
const OF_JAVASCRIPT: &str = include_str!("login.json");

/// A type with the fields and attributes that follow its label and schema.
macro_rules! session_type {
    ($name:ident, $label:literal, $schema:literal, { $($fields:tt)* }) => {
        #[derive(Serialize, Deserialize, Default, PartialEq, Debug)]
        struct $name {
            $($fields)*
        }

        impl SessionData for $name {
            const LABEL: &str = $label;
            const SCHEMA: u32 = $schema;
        }
    };
}

session_type!(Login, "login", 1, { user: u64, language: String });
session_type!(Renamed, "Login", 1, { user: u64, language: String });
session_type!(Later, "login", 2, { user: u64, language: String });
session_type!(Swapped, "login", 1, { language: String, user: u64 });
session_type!(Longer, "login", 1, { user: u64, language: String, admin: bool });
session_type!(Narrower, "login", 1, { user: u32, language: String });
session_type!(Camel, "login", 1, { #[serde(rename = "user")] user_id: u64, language: String });
session_type!(Forgetful, "login", 1, { user: u64, #[serde(skip_serializing)] language: String });

fn read<T: SessionData>(json: &str) -> Result<Vec<T>, String> {
    let read = serde_json::from_str::<Examples<T>>(json);
    read.map(|Examples(values)| values)
        .map_err(|error| error.to_string())
}

#[track_caller]
fn refused<T: SessionData + Debug>(json: &str, sentence: &str) {
    let error = read::<T>(json).unwrap_err();
    assert!(error.contains(sentence), "{error}");
}

#[test]
fn the_same_type_reads_the_values() {
    let logins = read::<Login>(OF_JAVASCRIPT).unwrap();
    assert_eq!(logins.len(), 4);
    assert_eq!(logins[2].user, (1 << 53) - 1);
    assert_eq!(read::<Camel>(OF_JAVASCRIPT).unwrap()[0].user_id, 1);
    let json = serde_json::to_string(&Examples(logins)).unwrap();
    assert_eq!(
        read::<Login>(&json).unwrap(),
        read::<Login>(OF_JAVASCRIPT).unwrap()
    );
}

#[test]
fn another_type_is_told_by_each_example_that_differs() {
    let all = "type `login` differs from that of the examples:\n  \
        plain: this type writes other bytes for its value\n  user = 0: this type writes other bytes for its value\n  \
        user = 9007199254740991: this type writes other bytes for its value\n  language = \"é\": this type writes other bytes for its value";
    refused::<Swapped>(OF_JAVASCRIPT, all);
    refused::<Longer>(OF_JAVASCRIPT, "missing field `admin` at line 2");
    refused::<Narrower>(OF_JAVASCRIPT, "invalid value: integer `9007199254740991`");
}

#[test]
fn label_and_schema_are_compared() {
    refused::<Renamed>(
        OF_JAVASCRIPT,
        "examples are of `login`, schema 1, and this type is `Login`, schema 1",
    );
    refused::<Later>(
        OF_JAVASCRIPT,
        "examples are of `login`, schema 1, and this type is `login`, schema 2",
    );
}

#[test]
fn what_the_other_program_refuses_is_no_value_here() {
    refused::<Login>(
        r#"["login", 1, [], [["nobody", [0]], ["somebody", [1, 0]]]]"#,
        "type `login` differs from that of the examples:\n  somebody: a value of this type, and not of that of the examples",
    );
}

#[test]
fn a_value_that_would_not_come_back_is_no_example() {
    let login = Forgetful {
        user: 7,
        language: "en".to_owned(),
    };
    let error = serde_json::to_string(&Examples(vec![login])).unwrap_err();
    assert!(error.to_string().contains("cannot be stored"), "{error}");
    refused::<Forgetful>(OF_JAVASCRIPT, "cannot be stored");
}
