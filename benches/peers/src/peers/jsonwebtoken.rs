//! A JWT signed with HS256, with the value as one claim. It checks that a token is not expired.

use std::collections::HashMap;

use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use serde::{Deserialize, Serialize};

use super::{
    FAILURE,
    cells::add_peer,
    fields::{set_cookie, unix_now},
    random,
    traits::{Takes, Values},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, "jsonwebtoken, HS256", || {
        let keys: Vec<_> = (0..8).map(|_| random()).collect();
        Jwt::new(&keys, 1)
    });
}

#[derive(Serialize, Deserialize)]
struct Claims<T> {
    exp: u32,
    session: T,
}

struct Jwt {
    /// The oldest last.
    keys: Vec<[u8; 32]>,
    header: Header,
    encoding: EncodingKey,
    /// By their ids.
    decoding: HashMap<String, DecodingKey>,
    validation: Validation,
}

impl Jwt {
    /// Of the `count` oldest of these keys.
    fn new(keys: &[[u8; 32]], count: usize) -> Jwt {
        let used = &keys[keys.len() - count..];
        let mut header = Header::new(Algorithm::HS256);
        header.kid = Some(id(&used[0]));
        Jwt {
            keys: keys.to_vec(),
            header,
            encoding: EncodingKey::from_secret(&used[0]),
            decoding: used
                .iter()
                .map(|key| (id(key), DecodingKey::from_secret(key)))
                .collect(),
            validation: Validation::new(Algorithm::HS256),
        }
    }
}

fn id(key: &[u8; 32]) -> String {
    format!("{:02x}{:02x}{:02x}{:02x}", key[0], key[1], key[2], key[3])
}

impl Values for Jwt {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        let key = self.decoding.get(&decode_header(token).ok()?.kid?)?;
        let token = decode::<Claims<T>>(token, key, &self.validation).ok()?;
        Some(token.claims.session)
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let claims = Claims {
            exp: unix_now() + 3600,
            session: value,
        };
        set_cookie(&encode(&self.header, &claims, &self.encoding).expect(FAILURE))
    }

    fn rotated(&self) -> Option<Jwt> {
        Some(Jwt::new(&self.keys, 8))
    }
}
