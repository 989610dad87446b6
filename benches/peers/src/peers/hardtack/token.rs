use hardtack::{Clock, SessionToken, carrier::TokenChange};

use super::Keys;
use crate::{
    peers::{
        FAILURE,
        fields::set_cookie,
        traits::{Takes, Values},
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
        tokens.open(token, self.clock.clone()).ok()
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
