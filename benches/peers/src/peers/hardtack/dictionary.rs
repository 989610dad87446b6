use hardtack::{
    Clock, Session, SessionCookie, SessionToken, carrier::TokenChange, cookie::SetCookies,
};

use super::{Keys, Typed};
use crate::{
    peers::{
        ENTRY, FAILURE,
        fields::set_cookie,
        traits::{Peer, Takes, Values},
    },
    workloads::{Family, Large, Medium, Small, Three, Workload},
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

struct Bare;

impl Family for Bare {
    type Of<T: Workload> = SessionToken<T>;
}

pub(super) struct Tokens {
    keys: Keys,
    tokens: Three<Bare>,
    clock: Clock,
}

impl Tokens {
    pub(super) fn new(keys: &Keys, count: usize, clock: Clock) -> Tokens {
        Tokens {
            keys: keys.clone(),
            tokens: Three {
                small: keys.tokens_of::<Small>(count),
                medium: keys.tokens_of::<Medium>(count),
                large: keys.tokens_of::<Large>(count),
            },
            clock,
        }
    }
}

impl Values for Tokens {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        let tokens = T::pick(&self.tokens);
        tokens.open(token, self.clock.now()).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let tokens = T::pick(&self.tokens);
        let session = tokens.load(None::<&str>, self.clock.clone());
        session.replace(value.clone()).expect(FAILURE);
        match tokens.save(&session).expect(FAILURE) {
            TokenChange::Store(token) => set_cookie(&token),
            _ => unreachable!("it was written"),
        }
    }

    fn rotated(&self) -> Option<Tokens> {
        Some(Tokens::new(&self.keys, 8, self.clock.clone()))
    }
}
