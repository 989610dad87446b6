//! axum-extra's jar, from and to a `HeaderMap`.

use axum::response::IntoResponse;
use axum_extra::extract::cookie::{Key, PrivateCookieJar};
use http::HeaderMap;

use super::{
    cells::{Peer, add_peer},
    cookie::cookie,
    fields::{NAME, headers_with, set_cookie_of},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer::<Jars>(bench, "axum-extra `PrivateCookieJar`, JSON");
}

struct Jars(Key);

/// The jar, which moves when it is written, and the value.
type Opened<T> = (Option<PrivateCookieJar>, Option<T>);

impl<T: Workload> Peer<T> for Jars {
    type Request = HeaderMap;
    type Opened = Opened<T>;
    type Written = HeaderMap;

    fn new() -> Jars {
        Jars(Key::generate())
    }

    fn request(field: &str) -> HeaderMap {
        headers_with(field)
    }

    fn open(&self, fields: &HeaderMap) -> Opened<T> {
        let jar = PrivateCookieJar::from_headers(fields, self.0.clone());
        let value = jar
            .get(NAME)
            .and_then(|cookie| serde_json::from_str(cookie.value()).ok());
        (Some(jar), value)
    }

    fn begin(&self, value: T) -> Opened<T> {
        (Some(PrivateCookieJar::new(self.0.clone())), Some(value))
    }

    fn holds((_, value): &Opened<T>, expected: &T) -> bool {
        value.as_ref() == Some(expected)
    }

    fn write(&self, (jar, value): &mut Opened<T>) -> HeaderMap {
        let value = value.as_mut().expect("only good cookies are changed");
        value.change();
        let jar = jar.take().expect("a session is written once");
        jar.add(cookie(value))
            .into_response()
            .into_parts()
            .0
            .headers
    }

    fn field(fields: &HeaderMap) -> String {
        set_cookie_of(fields).expect("it was written")
    }
}
