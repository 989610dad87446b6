//! Cookies as the crate `cookie` reads them: the same values in any `Cookie` field, and the name, value and attributes
//! that were set in the `Set-Cookie` fields of any cookie.
#![no_main]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use cookie::Cookie;
use hardtack::{EncryptionKey, SameSite, SessionCookie, fuzzing::cookie_values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The crate `cookie` reads text.
    let text = String::from_utf8_lossy(bytes);
    check_values(&text);
    if let Some((&choices, rest)) = bytes.split_first() {
        let rest = String::from_utf8_lossy(rest);
        let mut lines = rest.split('\n');
        let [name, path, domain] = std::array::from_fn(|_| lines.next().unwrap_or_default());
        check_attributes(choices, name, path, domain);
    }
});

fn check_values(field: &str) {
    let pairs = field.split(';').filter(|pair| !is_trimmed_more(pair));
    let field = pairs.collect::<Vec<_>>().join(";");
    let mut theirs = Vec::new();
    for pair in Cookie::split_parse(&*field).flatten() {
        let value = pair.value_trimmed().as_bytes().to_vec();
        // Ours are the first four that differ.
        if pair.name() == "sid" && !theirs.contains(&value) && theirs.len() < 4 {
            theirs.push(value);
        }
    }
    assert_eq!(cookie_values(field.as_bytes(), "sid"), theirs, "{field:?}");
}

/// Known difference: the crate trims all that Unicode calls white space, on both sides of name and value. Browsers trim
/// space and tab, and after a name even these belong to it here, so that the cookie of another name does not pass for
/// a `__Host-` one.
fn is_trimmed_more(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    name.trim_start_matches([' ', '\t']) != name.trim()
        || value.trim_matches([' ', '\t']) != value.trim()
}

fn check_attributes(choices: u8, name: &str, path: &str, domain: &str) {
    let is = |bit: u8| choices & (1 << bit) != 0;
    let same_sites = [
        (SameSite::Strict, Some(cookie::SameSite::Strict)),
        (SameSite::Lax, Some(cookie::SameSite::Lax)),
        (SameSite::None, Some(cookie::SameSite::None)),
        (SameSite::Omit, None),
    ];
    let (same_site, expected_same_site) = same_sites[usize::from(choices & 3)];
    let key: EncryptionKey = KEY.parse().expect("a key");
    let mut builder = SessionCookie::encrypted(key)
        .same_site(same_site)
        .remember_up_to(Duration::from_secs(1_000_000));
    if !name.is_empty() {
        builder = builder.name(name);
    }
    if !path.is_empty() {
        builder = builder.path(path);
    }
    if !domain.is_empty() {
        builder = builder.domain(domain);
    }
    if is(2) {
        builder = builder.partitioned();
    }
    if is(3) {
        builder = builder.danger_allow_http();
    }
    let Ok(cookie) = builder.build() else { return };

    let check = |field: &str, value: &str| {
        let parsed = Cookie::parse(field).expect("a cookie");
        assert_eq!(parsed.name(), cookie.name().as_str());
        assert_eq!(parsed.value(), value);
        assert_eq!(
            parsed.path(),
            Some(if path.is_empty() { "/" } else { path })
        );
        assert_eq!(parsed.domain().unwrap_or_default(), domain);
        assert_eq!(parsed.secure(), (!is(3)).then_some(true));
        assert_eq!(parsed.http_only(), Some(true));
        assert_eq!(parsed.same_site(), expected_same_site);
        assert_eq!(parsed.partitioned(), is(2).then_some(true));
        (
            parsed.max_age().map(|age| age.whole_seconds()),
            parsed.expires_datetime().map(|end| end.unix_timestamp()),
        )
    };

    let session = cookie.load(None::<&str>, now());
    session.insert("user", 42).expect("there is room");
    if is(4) {
        session
            .remember_for(Duration::from_secs(999_999))
            .expect("it is allowed");
    }
    let field = only(cookie.save(&session).expect("a written session"));
    let (_, rest) = field.split_once('=').expect("a pair");
    let (value, _) = rest.split_once(';').expect("attributes");
    assert_eq!(check(&field, value), (is(4).then_some(999_999), None));

    let session = cookie.load([&field], now());
    session.invalidate().expect("an open session");
    let field = only(cookie.save(&session).expect("an ended session"));
    assert_eq!(check(&field, ""), (Some(0), Some(0)));
}

fn only(fields: hardtack::cookie::SetCookies) -> String {
    let mut fields = fields.into_iter();
    let field = fields.next().expect("a field");
    assert_eq!(fields.next(), None);
    field
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
