//! cookie-rs, under the values that most applications give it: JSON.

use cookie::{Cookie, CookieJar, Key, SameSite};

use super::{
    cells::{Values, add_peer},
    fields::NAME,
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer::<Private>(bench, "cookie `PrivateJar`, JSON");
}

struct Private(Key);

impl Values for Private {
    fn new() -> Private {
        Private(Key::generate())
    }

    fn open<T: Workload>(&self, field: &str) -> Option<T> {
        let cookie = jar(field).private(&self.0).get(NAME)?;
        serde_json::from_str(cookie.value()).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let mut jar = CookieJar::new();
        jar.private_mut(&self.0).add(cookie(value));
        field(&jar)
    }
}

/// All cookies of the request. Nothing is percent-encoded: base64 needs none in a cookie.
fn jar(field: &str) -> CookieJar {
    let mut jar = CookieJar::new();
    for cookie in Cookie::split_parse(field).flatten() {
        jar.add_original(cookie.into_owned());
    }
    jar
}

pub(super) fn cookie<T: Workload>(value: &T) -> Cookie<'static> {
    with_attributes(serde_json::to_string(value).expect("a value of plain fields"))
}

pub(super) fn with_attributes(value: String) -> Cookie<'static> {
    Cookie::build((NAME, value))
        .path("/")
        .secure(true)
        .http_only(true)
        .same_site(SameSite::Lax)
        .build()
}

fn field(jar: &CookieJar) -> String {
    jar.delta().next().expect("one was added").to_string()
}
