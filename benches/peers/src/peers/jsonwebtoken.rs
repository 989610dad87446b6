//! A JWT signed with HS256, with the value as one claim. It checks that a token is not expired.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

use super::{
    FAILURE,
    cells::{Values, add_peer},
    cookie::with_attributes,
    fields::value_of,
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer::<Jwt>(bench, "jsonwebtoken, HS256");
}

#[derive(Serialize, Deserialize)]
struct Claims<T> {
    exp: u64,
    session: T,
}

struct Jwt {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
}

impl Values for Jwt {
    fn new() -> Jwt {
        let key: [u8; 32] = rand::random();
        Jwt {
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
            validation: Validation::new(Algorithm::HS256),
        }
    }

    fn open<T: Workload>(&self, pair: &str) -> Option<T> {
        let token = decode::<Claims<T>>(value_of(pair), &self.decoding, &self.validation).ok()?;
        Some(token.claims.session)
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect(FAILURE);
        let claims = Claims {
            exp: now.as_secs() + 3600,
            session: value,
        };
        let header = Header::new(Algorithm::HS256);
        let token = encode(&header, &claims, &self.encoding).expect(FAILURE);
        with_attributes(token).to_string()
    }
}
