//! What a transcript cannot paste: values that JSON lacks, ids, and sessions in several cookies.

use std::collections::BTreeMap;

use hardtack::{SessionCookie, Size, carrier::SessionCookieBuilder};
use serde::Serialize;
use serde_json::json;

use crate::desk::{Desk, at};

fn builder(desk: &Desk) -> SessionCookieBuilder {
    SessionCookie::encrypted(desk.ring())
}

#[test]
fn every_value_has_a_form_in_json() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| {
        session.insert("bytes", ByteString(b"\x00\xff"))?;
        session.insert("number", f64::INFINITY)?;
        session.insert("numbered", BTreeMap::from([(1, "one"), (2, "two")]))
    });
    let shown = desk.json(&format!("inspect {} --keys keys --json", pair.unwrap()));
    assert_eq!(
        shown["tokens"][0]["payload"],
        json!({
            "bytes": { "$hex": "00ff" },
            "number": { "$float": "inf" },
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
fn the_id_of_a_session_is_shown_only_where_it_is_asked_for() {
    let (desk, _) = Desk::with_ring();
    let cookie = builder(&desk).build().unwrap();
    let mut id = String::new();
    let pair = cookie.cookie_for(at(0), |session| {
        id = session.ensure_id()?.to_string();
        Ok(())
    });
    let line = format!("inspect {} --keys keys", pair.unwrap());
    let shown = desk.json(&format!("{line} --json --show-id"));
    assert_eq!(shown["tokens"][0]["id"], *id);
    let told = desk.done(&format!("{line} --show-id"));
    assert!(told.contains(&format!("\nid           {id}\n")), "{told}");
    for options in ["", " --json"] {
        assert!(!desk.done(&format!("{line}{options}")).contains(&id));
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
    let ran = desk.run_on(one, "inspect --keys keys --name __Host-session");
    assert_eq!(ran.code, Some(1));
    let told = "no: Incomplete, it is one of several cookies";
    assert!(ran.out.contains(told), "{}", ran.out);
}

#[test]
fn sessions_move_to_another_suite_and_back() {
    let (mut desk, _) = Desk::with_ring_for("--lifetime 12h");
    let cookie = builder(&desk).build().unwrap();
    let pair = cookie.cookie_for(at(0), |session| session.insert("visits", 0));
    let mut pair = pair.unwrap();
    for (seconds, suites) in [(600, ["xaes", "xcha"]), (1200, ["xcha", "xaes"])] {
        desk.done(&format!(
            "ring rotate keys --after 1m --suite {}",
            suites[1]
        ));
        desk.now = format!("2027-03-01T06:{}:00Z", seconds / 60);
        let suite = |pair: &str| {
            desk.json(&format!("inspect {pair} --keys keys --json"))["tokens"][0]["suite"].clone()
        };
        assert_eq!(suite(&pair), suites[0]);
        let cookie = builder(&desk).build().unwrap();
        let session = cookie.load([&*pair], at(seconds));
        session.insert("visits", seconds).unwrap();
        let field = cookie.save(&session).unwrap().into_iter().next().unwrap();
        pair = field.split(';').next().unwrap().to_owned();
        assert_eq!(suite(&pair), suites[1]);
    }
}
