use hardtack::{Clock, Session, SessionCookie, cookie::SetCookies};

use super::{Keys, Typed};
use crate::{
    peers::{
        ENTRY, FAILURE,
        traits::{Peer, Takes},
    },
    workloads::Workload,
};

/// The value is one entry of the dictionary.
pub(super) struct Dictionary {
    keys: Keys,
    cookie: SessionCookie,
}

impl Dictionary {
    pub(super) fn new(keys: &Keys, count: usize) -> Dictionary {
        Dictionary {
            keys: keys.clone(),
            cookie: keys.builder(count).build().expect(FAILURE),
        }
    }
}

impl Peer for Dictionary {
    type Request = String;
    type Opened<T: Workload> = (Session, Option<T>);
    type Written = SetCookies;

    const TAKES: Takes = Takes::Field;
    const ENDS: bool = true;

    fn request(&self, field: &str) -> String {
        field.to_owned()
    }

    fn open<T: Workload>(&self, field: &String) -> (Session, Option<T>) {
        let session = self.cookie.load([field], Clock::system());
        let value = session.get(ENTRY).expect(FAILURE);
        (session, value)
    }

    fn begin<T: Workload>(&self, value: T) -> (Session, Option<T>) {
        (self.cookie.load(None::<&str>, Clock::system()), Some(value))
    }

    fn holds<T: Workload>((_, value): &(Session, Option<T>), expected: &T) -> bool {
        value.as_ref() == Some(expected)
    }

    fn end<T: Workload>(&self, (session, _): &(Session, Option<T>)) {
        let fields = self.cookie.save(session).expect(FAILURE);
        assert!(fields.is_empty());
    }

    fn write<T: Workload>(&self, (session, value): &mut (Session, Option<T>)) -> SetCookies {
        let value = value.as_mut().expect("only good cookies are changed");
        value.change();
        session.insert(ENTRY, value).expect(FAILURE);
        self.cookie.save(session).expect(FAILURE)
    }

    fn field(fields: &SetCookies) -> String {
        Typed::field(fields)
    }

    fn rotated(&self) -> Option<Dictionary> {
        Some(Dictionary::new(&self.keys, 8))
    }
}
