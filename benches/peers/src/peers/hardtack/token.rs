use hardtack::{Clock, Session, SessionToken, TokenChange};

use super::Keys;
use crate::{
    peers::{
        FAILURE,
        fields::set_cookie,
        look,
        traits::{Peer, Takes},
    },
    workloads::{Family, Large, Medium, Small, Three, Workload},
};

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
        let builder = || keys.builder(count);
        Tokens {
            keys: keys.clone(),
            tokens: Three {
                small: builder()
                    .typed::<Small>()
                    .build_token("bench")
                    .expect(FAILURE),
                medium: builder()
                    .typed::<Medium>()
                    .build_token("bench")
                    .expect(FAILURE),
                large: builder()
                    .typed::<Large>()
                    .build_token("bench")
                    .expect(FAILURE),
            },
            clock,
        }
    }
}

impl Peer for Tokens {
    type Request = String;
    type Opened<T: Workload> = Session<T>;
    type Written = TokenChange;

    const TAKES: Takes = Takes::Token;

    fn request(&self, token: &str) -> String {
        token.to_owned()
    }

    fn open<T: Workload>(&self, token: &String) -> Session<T> {
        let session = T::pick(&self.tokens).load(Some(token), self.clock.clone());
        session.read(look);
        session
    }

    fn begin<T: Workload>(&self, value: T) -> Session<T> {
        let session = T::pick(&self.tokens).load(None::<&str>, self.clock.clone());
        session.replace(value).expect(FAILURE);
        session
    }

    fn holds<T: Workload>(session: &Session<T>, expected: &T) -> bool {
        session.read(|value| value == expected)
    }

    fn write<T: Workload>(&self, session: &mut Session<T>) -> TokenChange {
        session.update(T::change).expect(FAILURE);
        T::pick(&self.tokens).save(session).expect(FAILURE)
    }

    fn field(change: &TokenChange) -> String {
        match change {
            TokenChange::Set(token) => set_cookie(token),
            _ => unreachable!("it was written"),
        }
    }

    fn rotated(&self) -> Option<Tokens> {
        Some(Tokens::new(&self.keys, 8, self.clock.clone()))
    }
}
