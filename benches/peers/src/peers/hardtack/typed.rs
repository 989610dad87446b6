use std::hint::black_box;

use hardtack::{Clock, Session, SessionCookie, cookie::SetCookies};
use http::{HeaderMap, StatusCode};

use super::Keys;
use crate::{
    peers::{
        FAILURE,
        fields::headers_with,
        look,
        traits::{Peer, Takes, set_cookie_of},
    },
    workloads::{Family, Large, Medium, Small, Three, Workload},
};

struct Cookies;

impl Family for Cookies {
    type Of<T: Workload> = SessionCookie<T>;
}

pub(super) struct Typed {
    keys: Keys,
    cookies: Three<Cookies>,
    clock: Clock,
}

impl Typed {
    pub(super) fn new(keys: &Keys, count: usize, clock: Clock) -> Typed {
        Typed {
            keys: keys.clone(),
            cookies: cookies(keys, count),
            clock,
        }
    }
}

fn cookies(keys: &Keys, count: usize) -> Three<Cookies> {
    Three {
        small: keys.builder_of::<Small>(count).build().expect(FAILURE),
        medium: keys.builder_of::<Medium>(count).build().expect(FAILURE),
        large: keys.builder_of::<Large>(count).build().expect(FAILURE),
    }
}

impl Peer for Typed {
    type Request = String;
    type Opened<T: Workload> = Session<T>;
    type Written = SetCookies;

    const TAKES: Takes = Takes::Field;
    const ENDS: bool = true;

    fn request(&self, field: &str) -> String {
        field.to_owned()
    }

    fn open<T: Workload>(&self, field: &String) -> Session<T> {
        let session = T::pick(&self.cookies).load([field], self.clock.clone());
        session.read(look);
        session
    }

    fn begin<T: Workload>(&self, value: T) -> Session<T> {
        let session = T::pick(&self.cookies).load(None::<&str>, self.clock.clone());
        session.replace(value).expect(FAILURE);
        session
    }

    fn holds<T: Workload>(session: &Session<T>, expected: &T) -> bool {
        session.read(|value| value == expected)
    }

    fn end<T: Workload>(&self, session: &Session<T>) {
        let fields = T::pick(&self.cookies).save(session).expect(FAILURE);
        assert!(fields.is_empty());
    }

    fn write<T: Workload>(&self, session: &mut Session<T>) -> SetCookies {
        session.update(T::change).expect(FAILURE);
        T::pick(&self.cookies).save(session).expect(FAILURE)
    }

    fn field(fields: &SetCookies) -> String {
        fields.iter().last().expect("it was written").clone()
    }

    fn rotated(&self) -> Option<Typed> {
        Some(Typed::new(&self.keys, 8, self.clock.clone()))
    }
}

/// The same from the fields of a request, to those of a response.
pub(super) struct Http(pub(super) Typed);

impl Peer for Http {
    type Request = HeaderMap;
    type Opened<T: Workload> = Session<T>;
    type Written = HeaderMap;

    const TAKES: Takes = Takes::Field;
    const ENDS: bool = true;

    fn request(&self, field: &str) -> HeaderMap {
        headers_with(field)
    }

    fn open<T: Workload>(&self, fields: &HeaderMap) -> Session<T> {
        let session = T::pick(&self.0.cookies).load_from(fields, self.0.clock.clone());
        session.read(look);
        session
    }

    fn begin<T: Workload>(&self, value: T) -> Session<T> {
        self.0.begin(value)
    }

    fn holds<T: Workload>(session: &Session<T>, expected: &T) -> bool {
        Typed::holds(session, expected)
    }

    fn end<T: Workload>(&self, session: &Session<T>) {
        let mut fields = HeaderMap::new();
        let cookie = T::pick(&self.0.cookies);
        cookie
            .save_to(session, StatusCode::OK, &mut fields)
            .expect(FAILURE);
        black_box(fields);
    }

    fn write<T: Workload>(&self, session: &mut Session<T>) -> HeaderMap {
        session.update(T::change).expect(FAILURE);
        let mut fields = HeaderMap::new();
        let cookie = T::pick(&self.0.cookies);
        cookie
            .save_to(session, StatusCode::OK, &mut fields)
            .expect(FAILURE);
        fields
    }

    fn field(fields: &HeaderMap) -> String {
        set_cookie_of(fields).expect("it was written")
    }

    fn rotated(&self) -> Option<Http> {
        self.0.rotated().map(Http)
    }
}
