//! Hostile `Cookie` fields.

use hardtack::SessionCookie;

use crate::{
    common::{at, builder, cookie, pair_of, sealed, signed_in, token_of},
    reason, respond,
};

/// The layer finds the session of `user: 42` in these fields, or none.
#[track_caller]
fn check_fields(cookie: &SessionCookie, fields: &[&[u8]], expected: Option<u32>) {
    let response = respond(cookie, at(10), fields, |session| {
        Ok(format!("{:?}", session.get::<u32>("user")?))
    });
    assert_eq!(*response.body(), format!("{expected:?}"));
}

#[test]
fn a_session_is_found_among_hostile_pairs_and_fields() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let token = token_of(&pair);
    let huge = format!("a={}", "x".repeat(1 << 20));
    let junk: [&[u8]; 12] = [
        b"",
        b";;; ;=; =x; x",
        b"a=\"b; c=d\"",
        b"a=\xff\xfe\x80; \xe9=1",
        b"session=1; __host-session=2",
        b"__Host-session",
        b"__Host-session =x",
        b"\"__Host-session\"=x",
        b"__Host-session.1=x",
        b"$Version=1; $Path=/",
        huge.as_bytes(),
        b"a=__Host-session=x",
    ];
    for junk in junk {
        let joined = [junk, b"; ", pair.as_bytes()].concat();
        check_fields(&cookie, &[&joined], Some(42));
        let joined = [pair.as_bytes(), b";", junk].concat();
        check_fields(&cookie, &[&joined], Some(42));
        check_fields(&cookie, &[junk, pair.as_bytes()], Some(42));
        check_fields(&cookie, &[pair.as_bytes(), junk, junk], Some(42));
        check_fields(&cookie, &[junk], None);
    }
    for pair in [
        format!("__Host-session=\"{token}\""),
        format!("  __Host-session= {token} ;"),
        format!("__Host-session={token};__Host-session={token}"),
    ] {
        check_fields(&cookie, &[pair.as_bytes()], Some(42));
    }
    for pair in [
        format!("__Host-session=\"{token}"),
        format!("__Host-session=\"\"{token}\"\""),
        format!("__host-session={token}"),
        format!("__Host-session =\u{a0}{token}"),
        format!("x__Host-session={token}"),
    ] {
        check_fields(&cookie, &[pair.as_bytes()], None);
    }
}

#[test]
fn a_junk_value_of_the_name_does_not_hide_the_session() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let junk = b"__Host-session=junk; __Host-session=\xff; __Host-session=".as_slice();
    check_fields(&cookie, &[junk, pair.as_bytes()], Some(42));
    check_fields(&cookie, &[pair.as_bytes(), junk], Some(42));
}

#[test]
fn of_several_sessions_that_only_this_host_can_have_set_the_newest_is_taken() {
    let cookie = cookie();
    let newer = sealed(&cookie, at(5), |session| {
        session.insert("user", 43).unwrap()
    });
    for pairs in [
        [signed_in(&cookie), newer.clone()],
        [newer, signed_in(&cookie)],
    ] {
        check_fields(&cookie, &[pairs.join("; ").as_bytes()], Some(43));
        check_fields(
            &cookie,
            &[pairs[0].as_bytes(), pairs[1].as_bytes()],
            Some(43),
        );
    }
}

#[test]
fn several_states_of_one_session_are_no_duplicates() {
    let cookie = builder().name("login").build().unwrap();
    let first = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let session = cookie.load([&first], at(5));
    session.insert("user", 43).unwrap();
    let second = cookie.save(&session).unwrap().into_iter().next().unwrap();
    let second = pair_of(&second);
    check_fields(
        &cookie,
        &[format!("{first}; {second}").as_bytes()],
        Some(43),
    );
    check_fields(
        &cookie,
        &[format!("{second}; {first}").as_bytes()],
        Some(43),
    );
}

#[test]
fn no_part_and_no_variation_of_a_token_opens() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let token = token_of(&pair);
    let mut variations: Vec<_> = (0..token.len())
        .map(|end| token[..end].to_owned())
        .collect();
    for at in 0..token.len() {
        let mut changed = token.as_bytes().to_vec();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        variations.push(String::from_utf8(changed).unwrap());
    }
    for value in variations {
        let session = cookie.load([format!("__Host-session={value}")], at(10));
        assert!(session.is_new() && session.is_empty(), "{value} of {token}");
        assert!(reason(&session).is_some());
        assert!(cookie.save(&session).unwrap().is_empty());
    }
}
