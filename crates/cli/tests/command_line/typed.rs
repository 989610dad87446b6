//! Typed sessions: a guess without the type, and the value in an application's own `inspect`.

use hardtack::{Session, SessionCookie, SessionData};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::desk::{Desk, Ran, at, example};

/// As in `examples/inspect.rs`.
#[derive(Serialize, Deserialize, Default, PartialEq)]
struct Login {
    user: u64,
    language: String,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 7;
}

/// A later version, which the example does not know.
#[derive(Serialize, Deserialize, Default, PartialEq)]
struct LaterLogin {
    user: u64,
}

impl SessionData for LaterLogin {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 8;
}

fn sign_in(session: &Session<Login>) -> Result<(), hardtack::SessionError> {
    session.replace(Login {
        user: 42,
        language: "sv".to_owned(),
    })
}

/// `name=token` of a visitor whose session began when the tests begin.
fn pair(desk: &Desk) -> String {
    let cookie = SessionCookie::encrypted(desk.ring()).typed().build();
    cookie.unwrap().cookie_for(at(0), sign_in).unwrap()
}

/// Runs the example.
fn of_the_application(desk: &Desk, line: &str) -> Ran {
    desk.run_program(&example("inspect"), line.split_whitespace())
}

#[track_caller]
fn json_of(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{}", ran.err))
}

#[test]
fn without_its_type_texts_and_numbers_are_guessed() {
    let (desk, _) = Desk::with_ring();
    let line = format!("inspect {} --keys keys", pair(&desk));
    let shown = desk.json(&format!("{line} --json"));
    assert_eq!(shown["tokens"][0]["reason"], "Auth");
    let shown = desk.json(&format!("{line} --json --type login"));
    let found = &shown["tokens"][0];
    assert_eq!(
        (&shown["opens"], &found["payload"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(found["payload_guess"], json!([42, "sv"]));
    let told = desk.done(&format!("{line} --type login"));
    let wanted = "\
opens        yes, if the program's type reads schema 7
";
    assert!(told.contains(wanted), "{told}");
    let wanted = "\
schema       7, 4 bytes that only its type can read; the words next to them are a guess
2a                        42, or 21 if it is signed
027376                    \"sv\"
";
    assert!(told.ends_with(wanted), "{told}");
}

/// The application loads the one that opens.
#[test]
fn without_its_type_a_second_value_of_the_cookie_is_no_reason_to_refuse_both() {
    let (desk, _) = Desk::with_ring();
    let pair = pair(&desk);
    for other in ["__Host-session=junk", &pair] {
        let cookies = format!("{pair}; {other}");
        let words = ["inspect", &cookies, "--keys", "keys", "--type", "login"];
        let ran = desk.run_with(words);
        assert_eq!(ran.code, Some(0), "{}", ran.out);
        assert!(!ran.out.contains("together"), "{}", ran.out);
        let shown = json_of(&desk.run_with(words.into_iter().chain(["--json"])));
        assert_eq!(
            (&shown["opens"], &shown["reason"]),
            (&json!(true), &Value::Null)
        );
    }
}

#[test]
fn an_application_shows_the_values_of_its_type() {
    let (desk, _) = Desk::with_ring();
    let line = format!("{} --keys keys", pair(&desk));
    let ran = of_the_application(&desk, &line);
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    let wanted = "schema       7, 4 bytes\n{\n  \"language\": \"sv\",\n  \"user\": 42\n}\n";
    assert!(ran.out.ends_with(wanted), "{}", ran.out);
    let shown = json_of(&of_the_application(&desk, &format!("{line} --json")));
    let found = &shown["tokens"][0];
    assert_eq!(found["payload"], json!({"user": 42, "language": "sv"}));
    assert_eq!(
        (&found["payload_hex"], &found["payload_guess"]),
        (&Value::Null, &Value::Null)
    );
    // Every option of `inspect` is one of its program.
    let ran = of_the_application(&desk, &format!("{line} --at +31m"));
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("opens        no: Idle, "), "{}", ran.out);
}

#[test]
fn a_value_that_the_application_cannot_read_does_not_open() {
    let (desk, _) = Desk::with_ring();
    let cookie = SessionCookie::encrypted(desk.ring())
        .typed::<LaterLogin>()
        .build();
    let later = |session: &Session<LaterLogin>| session.replace(LaterLogin { user: 42 });
    let pair = cookie.unwrap().cookie_for(at(0), later).unwrap();
    let ran = of_the_application(&desk, &format!("{pair} --keys keys --json"));
    assert_eq!(ran.code, Some(1));
    let shown = json_of(&ran);
    assert_eq!(shown["reason"], "Payload");
    assert_eq!(shown["tokens"][0]["payload_guess"], json!([42]));
    let cookies = format!("{pair}; __Host-session=junk");
    let ran = desk.run_program(&example("inspect"), [&*cookies, "--keys", "keys"]);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out.contains("together     no: Payload, "),
        "{}",
        ran.out
    );
}
