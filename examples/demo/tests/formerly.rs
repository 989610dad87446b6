//! Cookies that were set with other attributes before.

use hardtack_scenarios::Method;

use crate::demo::{command, start};

/// The fields of a write and of an ending.
fn fields(flags: &str) -> [Vec<String>; 2] {
    let browser = start(flags);
    let written = browser.put("/api/data/a", 1);
    let read = browser.get("/api/session");
    assert!(read.set_cookies().is_empty(), "reading drops nothing");
    // The jar does not return a cookie for another path or domain.
    let name = written.set_cookies().last().unwrap().to_string();
    let pair = name.split(';').next().unwrap().to_owned();
    let stranger = browser.stranger();
    let ended = stranger.with(Method::POST, "/api/clear", "cookie", &pair);
    [written, ended].map(|answer| {
        let fields = answer.set_cookies().into_iter();
        fields.map(str::to_owned).collect()
    })
}

const GONE: &str = "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

#[track_caller]
fn check(flags: &str, former: &[&str]) {
    let [written, ended] = fields(flags);
    let (new, dropped) = written.split_last().unwrap();
    assert!(!new.contains(GONE), "{new}");
    let (last, dropped_at_end) = ended.split_last().unwrap();
    assert!(last.contains(GONE), "{last}");
    assert_eq!(dropped, dropped_at_end);
    assert_eq!(dropped.len(), former.len(), "{flags}: {dropped:?}");
    for (field, begin) in dropped.iter().zip(former) {
        assert!(field.starts_with(begin), "{flags}: {field}");
        assert!(field.contains(GONE), "{field}");
    }
}

#[test]
fn without_the_flag_there_is_one_line() {
    check("", &[]);
}

#[test]
fn an_earlier_path_or_domain_has_a_line_of_its_own_before_the_cookie() {
    check(
        "--name session --formerly path=/shop",
        &["session=; Path=/shop; Secure; HttpOnly; SameSite=Lax"],
    );
    check(
        "--name session --formerly domain=example.com",
        &["session=; Path=/; Domain=example.com; Secure;"],
    );
}

#[test]
fn each_earlier_way_has_its_line() {
    check(
        "--name session --same-site none --formerly path=/shop --formerly partitioned \
         --formerly domain=example.com",
        &[
            "session=; Path=/shop; Secure;",
            "session=; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
            "session=; Path=/; Domain=example.com;",
        ],
    );
}

#[test]
fn the_size_on_a_page_is_that_of_the_cookie_alone() {
    let flags = "--name session --formerly path=/shop";
    let browser = start(flags).signed_in("Ada");
    let token = browser.cookie("session").unwrap();
    let sent = format!("session={token}").len();
    let page = browser.get("/").text;
    assert!(page.contains(&format!("sends <strong>{sent}</strong>")));
}

#[test]
fn a_way_that_the_name_forbids_ends_the_program() {
    let output = command("--formerly path=/shop").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("path"));
}
