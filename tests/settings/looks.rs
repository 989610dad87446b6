//! What secret stores and files of variables make of keys and other values.

use hardtack::{EncryptionKey, KeyRing, SessionSettings};

use super::{refused, rows::ROWS, secrets::check_hidden, together::OF_KEYS};

#[test]
fn a_text_that_is_no_ring_is_told_from_one_and_no_new_key_is_advised() {
    let looks: Vec<(String, String)> = serde_json::from_str(include_str!("looks.json")).unwrap();
    for (text, says) in looks {
        let (_, of_setting) = refused(
            SessionSettings::from_variables("S_", [("S_KEYS", &*text)]).and_then(|it| it.build()),
        );
        for error in [
            text.parse::<KeyRing>().unwrap_err().to_string(),
            text.parse::<EncryptionKey>().unwrap_err().to_string(),
            of_setting,
        ] {
            assert!(error.contains(&format!(" {says}")), "{text}: {error}");
            check_hidden(KEY, &error);
            assert_eq!(
                error.contains("keygen"),
                error.contains("a new one signs everyone out"),
                "{error}"
            );
        }
    }
}

#[test]
fn an_empty_text_is_told_to_be_restored() {
    for error in [
        "".parse::<EncryptionKey>().unwrap_err(),
        "\n".parse::<KeyRing>().unwrap_err(),
    ] {
        let error = error.to_string();
        assert!(
            error.contains("; restore its keys, because a new one signs everyone out; "),
            "{error}"
        );
    }
}

#[test]
fn a_value_in_quotes_is_refused_for_every_setting() {
    let others = OF_KEYS.iter().filter(|(name, _)| *name != "keys");
    let others = others.map(|(name, value)| (*name, value.trim_matches('\'')));
    for (name, text) in ROWS.iter().map(|row| (row.name, row.text())).chain(others) {
        for quote in ['"', '\'', '`'] {
            for value in [
                format!("{quote}{text}{quote}"),
                format!("{quote}{text}"),
                format!("{text}{quote}"),
            ] {
                let variable = format!("S_{}", name.to_uppercase());
                let settings = SessionSettings::from_variables("S_", [(&variable, &value)]);
                let expected = format!("`{variable}` is in quotes; leave them out");
                assert_eq!(refused(settings), (vec![variable], expected), "{value}");
            }
        }
    }
    for value in [
        "stage=\"live\"",
        "stage=live, tenant='acme'",
        "\"stage\"=live",
    ] {
        let settings = SessionSettings::from_variables("S_", [("S_CONTEXT", value)]);
        assert_eq!(
            refused(settings).1,
            "`S_CONTEXT` is in quotes; leave them out"
        );
    }
}

const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
