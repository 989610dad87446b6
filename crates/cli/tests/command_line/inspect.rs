//! The report on cookies that open.

use std::collections::BTreeMap;

use hardtack::{
    SessionCookie, SessionToken, Size,
    carrier::{SessionCookieBuilder, TokenChange},
};
use serde::Serialize;
use serde_json::json;

use crate::desk::{Desk, at};

fn builder(desk: &Desk) -> SessionCookieBuilder {
    SessionCookie::encrypted(desk.ring())
}

/// `__Host-session=token` of a session that began when the tests begin.
fn pair(desk: &Desk) -> String {
    let cookie = builder(desk).build().unwrap();
    cookie
        .cookie_for(at(0), |session| session.insert("user", 42))
        .unwrap()
}

fn token(pair: &str) -> &str {
    pair.split_once('=').unwrap().1
}

#[test]
fn without_keys_it_tells_what_anybody_sees() {
    let (desk, id) = Desk::with_ring();
    let pair = pair(&desk);
    assert_eq!(
        desk.done(&format!("inspect {pair}")),
        format!(
            "cookie       __Host-session\n\
             mode         encrypted\n\
             suite        xaes, XAES-256-GCM\n\
             key          {id}\n\
             length       78 characters, 58 bytes\n\
             opens        unknown without keys; give --keys, or the variable SESSION_KEYS\n"
        )
    );
}

#[test]
fn with_keys_it_tells_times_flags_and_content() {
    let (desk, id) = Desk::with_ring();
    let pair = pair(&desk);
    assert_eq!(
        desk.done(&format!("inspect {pair} --keys keys --at +10m")),
        format!(
            "cookie       __Host-session\n\
             mode         encrypted\n\
             suite        xaes, XAES-256-GCM\n\
             key          {id}, which seals\n\
             length       78 characters, 58 bytes\n\
             opens        yes\n\
             created      2027-03-01T06:00:00Z\n\
             last active  2027-03-01T06:00:00Z\n\
             expires      2027-03-01T06:30:00Z\n\
             settings     the default ones, except for options; give the application's with --settings\n\
             persistent   no\n\
             flash        no\n\
             padding      0 bytes\n\
             dictionary   7 bytes\n\
             {{\n  \"user\": 42\n}}\n"
        )
    );
}

#[test]
fn a_remembered_session_ends_at_its_own_idle_timeout() {
    let (desk, _) = Desk::with_ring();
    let day = std::time::Duration::from_secs(86_400);
    let cookie = builder(&desk).remember_up_to(30 * day).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| {
        session.remember_for(30 * day)?;
        session.insert("user", 42)
    });
    let options = "--remember-up-to 30d --remembered-idle-timeout 14d";
    let line = format!("inspect {} --keys keys {options}", pair.unwrap());
    let told = desk.done(&line);
    assert!(
        told.contains("\nexpires      2027-03-15T06:00:00Z\n"),
        "{told}"
    );
    let rows = "\nremembered   30d\npersistent   yes, until 2027-03-15T06:00:00Z\n";
    assert!(told.contains(rows), "{told}");
    let ran = desk.run(&format!("{line} --at +14d"));
    assert!(ran.out.contains("\nopens        no: Idle, "), "{}", ran.out);
}

#[test]
fn a_key_that_retires_early_opens_nothing_from_its_end_on() {
    let (desk, old) = Desk::with_ring_for("--lifetime 30m");
    let pair = pair(&desk);
    desk.done("ring rotate keys --after 1m");
    let end = "2027-03-01T06:10:00Z";
    desk.done(&format!("ring retire keys {old} --at {end} --force"));
    let line = format!("inspect {pair} --keys keys --at");
    let opens = desk.done(&format!("{line} 2027-03-01T06:09:59Z"));
    assert!(opens.contains("\nopens        yes\n"), "{opens}");
    let ran = desk.run(&format!("{line} {end}"));
    assert!(
        ran.out.contains("\nopens        no: RetiredKey, "),
        "{}",
        ran.out
    );
}

#[test]
fn everything_that_a_session_may_have_is_told() {
    let (desk, id) = Desk::with_ring();
    let builder = builder(&desk).remember_up_to(std::time::Duration::from_secs(86_400));
    let cookie = builder.build().unwrap();
    let mut session_id = String::new();
    let pair = cookie
        .cookie_for(at(0), |session| {
            session.remember_for(std::time::Duration::from_secs(3600))?;
            session.flash("", "Welcome")?;
            session_id = session.ensure_id()?.to_string();
            session.insert("user", 42)
        })
        .unwrap();
    desk.add("");
    let second = desk.json("ring show keys --json")["keys"][0]["id"].clone();
    desk.done(&format!("ring promote keys {}", second.as_str().unwrap()));
    let line = format!("inspect {pair} --keys keys --json --remember-up-to 1days --at +40m");
    let mut expected = json!({
        "carrier": "cookie",
        "name": "__Host-session",
        "at": "2027-03-01T06:40:00Z",
        "opens": true,
        "reason": null,
        "tokens": [{
            "mode": "encrypted",
            "suite": "xaes",
            "key_id": id,
            "characters": token(&pair).len(),
            "bytes": token(&pair).len() * 3 / 4,
            "reason": null,
            "explanation": null,
            "under_sealing_key": false,
            "created_at": "2027-03-01T06:00:00Z",
            "last_active_at": "2027-03-01T06:00:00Z",
            "expires_at": "2027-03-01T07:00:00Z",
            "limit": null,
            "remembered": 3600,
            "persistent": true,
            "flash": true,
            "padding": 0,
            "schema": 0,
            "payload": { "user": 42 },
            "payload_hex": null,
            "payload_guess": null,
        }],
    });
    assert_eq!(desk.json(&line), expected);
    assert!(!desk.done(&line).contains(&session_id));
    expected["tokens"][0]["id"] = json!(session_id);
    assert_eq!(desk.json(&format!("{line} --show-id")), expected);

    let told = desk.done(&line.replace("--json", "--show-id"));
    for row in [
        format!("key          {id}, which only opens\n"),
        "remembered   1h\n".to_owned(),
        "persistent   yes, until 2027-03-01T07:00:00Z\n".to_owned(),
        "flash        yes\n".to_owned(),
        format!("id           {session_id}\n"),
    ] {
        assert!(told.contains(&row), "{told}");
    }
}

#[test]
fn a_signed_cookie_is_shown_as_well() {
    let desk = Desk::new();
    desk.done("ring add keys --suite sign");
    let ring: hardtack::KeyRing = desk.read("keys").parse().unwrap();
    let cookie = SessionCookie::unencrypted_but_signed(ring).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| session.insert("language", "sv"));
    let pair = pair.unwrap();
    let shown = desk.json(&format!("inspect {pair} --keys keys --json"));
    let found = &shown["tokens"][0];
    assert_eq!(
        (&found["mode"], &found["suite"]),
        (&json!("unencrypted-but-signed"), &json!("sign"))
    );
    assert_eq!(found["payload"], json!({ "language": "sv" }));
    // Nothing is shown that was not verified.
    let shown = desk.json(&format!("inspect {pair} --json"));
    assert_eq!(
        (&shown["opens"], &shown["tokens"][0]["payload"]),
        (&json!(null), &json!(null))
    );
}

#[test]
fn every_value_has_a_form_in_json() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| {
        session.insert("bytes", ByteString(b"\x00\xff"))?;
        session.insert("nothing", ())?;
        session.insert("numbers", (u64::MAX, i64::MIN, 1.5, f64::INFINITY))?;
        session.insert("text", "<å>")?;
        session.insert("named", BTreeMap::from([("a", vec![true])]))?;
        session.insert("numbered", BTreeMap::from([(1, "one"), (2, "two")]))
    });
    let shown = desk.json(&format!("inspect {} --keys keys --json", pair.unwrap()));
    assert_eq!(
        shown["tokens"][0]["payload"],
        json!({
            "bytes": { "$hex": "00ff" },
            "nothing": null,
            "numbers": [u64::MAX, i64::MIN, 1.5, { "$float": "inf" }],
            "text": "<å>",
            "named": { "a": [true] },
            "numbered": { "$map": [[1, "one"], [2, "two"]] },
        })
    );
}

struct ByteString(&'static [u8]);

impl Serialize for ByteString {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

#[test]
fn a_session_with_nothing_but_an_id_has_an_empty_dictionary() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| session.ensure_id().map(drop));
    let shown = desk.json(&format!("inspect {} --keys keys --json", pair.unwrap()));
    assert_eq!(shown["tokens"][0]["payload"], json!({}));
}

#[test]
fn whatever_is_pasted_is_understood() {
    let (desk, _) = Desk::with_ring();
    let pair = pair(&desk);
    let token = token(&pair);
    let attributes = "Path=/; Secure; HttpOnly; SameSite=Lax";
    for pasted in [
        token.to_owned(),
        format!("  {token}\n"),
        pair.clone(),
        format!("theme=dark; {pair}; other=1"),
        format!("Cookie: theme=dark; {pair}"),
        format!("cookie:{pair}"),
        format!("{pair}; {attributes}"),
        format!("Set-Cookie: {pair}; {attributes}\r\n"),
        format!("__Host-session=\"{token}\""),
    ] {
        let shown = desk.run_with(["inspect", &pasted, "--keys", "keys", "--json"]);
        assert_eq!(
            shown.code,
            Some(0),
            "{pasted:?}: {}{}",
            shown.out,
            shown.err
        );
        for line in ["inspect --keys keys", "inspect - --keys keys"] {
            let ran = desk.run_on(&pasted, line);
            assert_eq!(ran.code, Some(0), "{pasted:?}: {}", ran.err);
        }
    }
}

#[test]
fn the_name_is_found_where_there_is_no_doubt() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk).name("__Host-login").build().unwrap();
    let login = cookie
        .cookie_for(at(0), |session| session.insert("user", 1))
        .unwrap();
    let run = |pasted: &str, name: &[&str]| {
        let words = [&["inspect", pasted, "--keys", "keys"], name].concat();
        desk.run_with(words)
    };
    let named: &[&str] = &["--name", "__Host-login"];
    assert_eq!(run(&login, &[]).code, Some(0));
    assert_eq!(run(&format!("{login}; Path=/; Secure"), &[]).code, Some(0));
    assert_eq!(run(token(&login), named).code, Some(0));
    assert_eq!(run(token(&login), &[]).code, Some(1));
    let several = format!("theme=dark; {login}");
    let ran = run(&several, &[]);
    assert_eq!(ran.code, Some(2));
    assert_eq!(
        ran.sentence(),
        "there are several cookies; choose with --name one of theme, __Host-login"
    );
    assert_eq!(run(&several, named).code, Some(0));
    let ran = run("theme=dark", named);
    assert_eq!(ran.sentence(), "there is no cookie named __Host-login");
    assert_eq!(ran.code, Some(2));
}

#[test]
fn headers_and_bare_tokens_open_under_their_own_names() {
    let (desk, _) = Desk::with_ring();
    let header = SessionToken::encrypted(desk.ring()).header("authorization");
    let header = header.build().unwrap();
    let session = header.load([""; 0], at(0));
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = header.save(&session).unwrap() else {
        panic!("it is written")
    };
    for pasted in [
        token.clone(),
        format!("Bearer {token}"),
        format!("BEARER {token}"),
        format!("Authorization: Bearer {token}"),
    ] {
        let ran = desk.run_with([
            "inspect",
            &pasted,
            "--keys",
            "keys",
            "--header",
            "Authorization",
            "--json",
        ]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
        assert!(ran.out.contains("\"carrier\":\"header\""));
    }
    assert_eq!(
        desk.run(&format!(
            "inspect {token} --keys keys --token authorization"
        ))
        .code,
        Some(1)
    );

    let tokens = SessionToken::encrypted(desk.ring()).purpose("mobile");
    let tokens = tokens.build().unwrap();
    let session = tokens.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
        panic!("it is written")
    };
    desk.done(&format!("inspect {token} --keys keys --token mobile"));
    assert_eq!(
        desk.run(&format!("inspect {token} --keys keys")).code,
        Some(1)
    );
}

#[test]
fn only_authorization_has_a_scheme_before_the_token() {
    let (desk, _) = Desk::with_ring();
    let pair = pair(&desk);
    let token = token(&pair);
    let code = |pasted: &str| {
        let words = ["inspect", pasted, "--header", "x-session"];
        desk.run_with(words).code
    };
    assert_eq!(code(token), Some(0));
    assert_eq!(code(&format!("Bearer {token}")), Some(1));
}

#[test]
fn a_request_without_the_session_is_no_broken_token() {
    let desk = Desk::new();
    let request = "GET /?a=b HTTP/1.1\r\nHost: shop.example\r\nAccept: */*\r\n\r\n";
    for (options, sentence) in [
        ("", "there is no cookie named __Host-session"),
        ("--name __Host-shop", "there is no cookie named __Host-shop"),
        ("--header X-Session", "there is no header named X-Session"),
        (
            "--header Authorization",
            "there is no header named Authorization",
        ),
    ] {
        for pasted in [request, "Host: shop.example"] {
            let ran = desk.run_on(pasted, &format!("inspect {options}"));
            assert_eq!(ran.code, Some(2), "{options}: {}", ran.out);
            assert_eq!(ran.sentence(), sentence);
        }
    }
}

#[test]
fn context_and_timeouts_are_those_of_the_application() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk)
        .context("stage", "live")
        .context("tenant", "a=b");
    let pair = cookie
        .build()
        .unwrap()
        .cookie_for(at(0), |session| session.insert("user", 1));
    let line = format!("inspect {} --keys keys", pair.unwrap());
    let context = "--context stage=live --context tenant=a=b";
    desk.done(&format!("{line} {context}"));
    assert_eq!(desk.run(&line).code, Some(1));
    assert_eq!(
        desk.run(&format!("{line} --context tenant=a=b --context stage=live"))
            .code,
        Some(1)
    );

    for (options, end) in [
        ("--at +29m", "06:30:00"),
        ("--at +59m --idle-timeout 1h", "07:00:00"),
        ("--at +11h --idle-timeout off", "18:00:00"),
        (
            "--at +29m --absolute-timeout 30m --idle-timeout off",
            "06:30:00",
        ),
    ] {
        let told = desk.done(&format!("{line} {context} {options}"));
        assert!(
            told.contains(&format!("expires      2027-03-01T{end}Z")),
            "{told}"
        );
        assert!(
            told.contains("\nsettings     the default ones, except for options;"),
            "{told}"
        );
    }
}

#[test]
fn of_several_cookies_each_is_told_and_what_comes_of_all() {
    let (desk, _) = Desk::with_ring();
    let pair_at = |seconds| {
        let cookie = builder(&desk).build().unwrap();
        let pair = cookie.cookie_for(at(seconds), |session| session.insert("user", seconds));
        pair.unwrap()
    };
    // One opens.
    let field = format!("{}; __Host-session=forged", pair_at(0));
    let ran = desk.run_with(["inspect", &field, "--keys", "keys", "--json"]);
    let shown: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &shown["opens"]), (Some(0), &json!(true)));
    assert_eq!(shown["tokens"][1]["reason"], "Encoding");
    // Two open, under a name that nobody else can set.
    let field = format!("{}; {}", pair_at(0), pair_at(10));
    let ran = desk.run_with(["inspect", &field, "--keys", "keys", "--at", "+1m"]);
    assert_eq!(ran.code, Some(0));
    assert_eq!(ran.out.matches("opens        yes").count(), 2);
    // Two open, under a name that a sibling host can set.
    let cookie = builder(&desk).name("session").build().unwrap();
    let pairs = [1, 2].map(|user| cookie.cookie_for(at(0), |session| session.insert("user", user)));
    let field = pairs.map(Result::unwrap).join("; ");
    let words = ["inspect", &field, "--keys", "keys", "--name", "session"];
    let ran = desk.run_with(words);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out
            .contains("\ntogether     no: Duplicate, several cookies"),
        "{}",
        ran.out
    );
}

#[test]
fn a_session_in_several_cookies_is_put_together() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk).size(Size::Split(2)).build().unwrap();
    let field = cookie.cookie_for(at(0), |session| session.insert("note", "x".repeat(4_000)));
    let field = format!("Cookie: theme=dark; {}\n", field.unwrap());
    let shown = desk.run_on(&field, "inspect --keys keys --json");
    let shown: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(shown["tokens"][0]["payload"]["note"], "x".repeat(4_000));

    let (without_last, _) = field.rsplit_once(';').unwrap();
    let ran = desk.run_on(without_last, "inspect --keys keys --name __Host-session");
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.out
            .contains("no: Incomplete, it is one of several cookies"),
        "{}",
        ran.out
    );
}

#[test]
fn a_cookie_of_another_program_may_have_a_dot() {
    let (desk, _) = Desk::with_ring();
    for value in [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk",
        "s%3A8f4e2c.c2lnbmVk",
    ] {
        let field = format!("Cookie: __Host-session={value}\n");
        let ran = desk.run_on(&field, "inspect --keys keys");
        let told = "or the value has a dot, as a JWT or an Express cookie has";
        assert!(ran.out.contains(told), "{}", ran.out);
    }
}

/// The `Set-Cookie` fields of a session in two cookies, without their name, that was filled with this text.
fn split(desk: &Desk, text: &str) -> [String; 2] {
    let cookie = builder(desk).size(Size::Split(2)).build().unwrap();
    let session = cookie.load(None::<&str>, at(0));
    session.insert("note", text.repeat(4_000)).unwrap();
    let fields = cookie.save(&session).unwrap();
    let fields: Vec<_> = fields.iter().map(|field| field.to_string()).collect();
    fields.try_into().unwrap()
}

#[test]
fn a_session_in_several_cookies_is_put_together_as_it_travels() {
    let (desk, _) = Desk::with_ring();
    let [first, second] = split(&desk, "x");
    let [one, two] = [&first, &second].map(|field| field.split(';').next().unwrap());
    let [old_one, old_two] =
        split(&desk, "o").map(|field| field.split(';').next().unwrap().to_owned());
    let response = "< HTTP/2 200 \n< content-type: text/html; charset=utf-8\n";
    let request = "* Connected to localhost (127.0.0.1) port 80\n* using HTTP/2\n> GET /?a=b&c=d HTTP/2\n> Host: a\n";
    for pasted in [
        format!("Set-Cookie: {first}\nSet-Cookie: {second}"),
        format!("set-cookie: {second}\r\nset-cookie: {first}\r\n"),
        format!("{first}\n{second}\n"),
        format!("cookie: {one}\ncookie: theme=dark\ncookie: {two}"),
        format!("{one}\n{two}\n"),
        format!("{one}\n\ntheme=dark\n{two}\n"),
        format!("{one}; {two}"),
        format!("{response}< set-cookie: {first}\n< set-cookie: {second}\n< \n{{ [5 bytes data]\n"),
        format!("{request}> Cookie: {one}; {two}\n> Accept: */*\n> \n"),
        format!("> :method: GET\n> cookie: {two}\n> cookie: {one}\n"),
        // In any mixture.
        format!("{one}\nCookie: theme=dark\n< Set-Cookie: {second}"),
        format!("Set-Cookie: {first}\n> cookie: {two}\n"),
        // The response to a request with another session.
        format!(
            "{request}> Cookie: {old_one}; {old_two}\n{response}< set-cookie: {first}\n< set-cookie: {second}\n"
        ),
        format!(
            "* Added cookie __Host-session=\"x\" for domain a\nset-cookie: {first}\nset-cookie: {second}\n\
             set-cookie: __Host-session.2=; Path=/; Max-Age=0"
        ),
    ] {
        let ran = desk.run_on(&pasted, "inspect --keys keys --json");
        assert_eq!(ran.code, Some(0), "{pasted}: {}{}", ran.out, ran.err);
        let shown: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let tokens = shown["tokens"].as_array().unwrap();
        assert_eq!(tokens.len(), 1, "{pasted}");
        assert_eq!(tokens[0]["payload"]["note"], "x".repeat(4_000), "{pasted}");
    }
}

#[test]
fn a_cookie_of_a_response_replaces_that_of_its_request() {
    let (desk, _) = Desk::with_ring();
    let [before, after] = [0, 10].map(|seconds| {
        let cookie = builder(&desk).build().unwrap();
        cookie
            .cookie_for(at(seconds), |session| session.insert("n", seconds))
            .unwrap()
    });
    let shown = |pasted: &str| {
        let ran = desk.run_on(pasted, "inspect --keys keys --json --at +1m");
        let shown: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let tokens = shown["tokens"].as_array().unwrap().iter();
        tokens
            .map(|token| token["payload"]["n"].clone())
            .collect::<Vec<_>>()
    };
    let expected = [json!(10)];
    assert_eq!(
        shown(&format!(
            "> Cookie: {before}\n< Set-Cookie: {after}; Path=/"
        )),
        expected
    );
    assert_eq!(
        shown(&format!("Cookie: {before}\nCookie: {after}")),
        [json!(0), json!(10)]
    );
    // A browser has none then.
    let deleted = format!("Cookie: {before}\nSet-Cookie: __Host-session=; Path=/; Max-Age=0");
    assert_eq!(shown(&deleted), [json!(null)]);
}

#[test]
fn an_empty_input_is_called_so() {
    let (desk, _) = Desk::with_ring();
    for input in ["", " ", "\n", "\r\n\t"] {
        for line in [
            "inspect",
            "inspect -",
            "inspect --keys keys",
            "inspect --token mobile",
        ] {
            let ran = desk.run_on(input, line);
            assert_eq!(ran.code, Some(2), "{}", ran.out);
            assert_eq!(
                ran.sentence(),
                "the input is empty, expected a token, `name=value`, or `Cookie` and `Set-Cookie` fields"
            );
        }
    }
    for pasted in ["", "  "] {
        assert_eq!(desk.run_with(["inspect", pasted]).code, Some(2));
    }
}

/// A setting with an option is called by it, and any other as in the file.
#[test]
fn a_mistake_calls_each_setting_by_its_option_if_it_has_one() {
    let (desk, _) = Desk::with_ring();
    desk.write("app.toml", "refresh_after = '10m'\npath = '/app'\n");
    let label = "x".repeat(256);
    for (options, sentence) in [
        (
            "--settings app.toml --idle-timeout 10m",
            "`refresh_after` is longer than half of `--idle-timeout`",
        ),
        (
            "--settings app.toml --name __Host-shop",
            "leave out `path` or choose",
        ),
        (
            &*format!("--application {label}"),
            "`--application` has 256 bytes",
        ),
    ] {
        let ran = desk.run(&format!("inspect eAAA --keys keys {options}"));
        assert_eq!(ran.code, Some(2), "{}", ran.out);
        assert!(ran.sentence().contains(sentence), "{}", ran.err);
    }
}

#[test]
fn what_no_application_could_be_built_with_is_refused() {
    let (desk, _) = Desk::with_ring();
    for (options, sentence) in [
        ("--name a,b", "`--name` contains"),
        ("--keys nothing", "cannot read nothing: "),
        (
            "--keys keys --header a/b",
            "`--header` is not a header name: \"a/b\"",
        ),
        (
            "--keys keys --absolute-timeout 0s",
            "`--absolute-timeout` is out of range",
        ),
        (
            "--keys keys --clock-skew 301s",
            "`--clock-skew` is longer than 300 seconds",
        ),
        ("--context tenant", "expected `label=value`"),
        ("--idle-timeout never", "expected a duration like"),
    ] {
        let ran = desk.run(&format!("inspect eAAA {options}"));
        assert!(matches!(ran.code, Some(2 | 3)), "{}", ran.out);
        assert!(ran.sentence().contains(sentence), "{}", ran.err);
    }
}
