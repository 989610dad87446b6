//! A JWT encrypted with `dir` and A256GCM, with the value as one claim. It has an expiry, which is checked.

use std::{
    collections::HashMap,
    time::{Duration, SystemTime},
};

use josekit::{
    jwe::{
        Dir, JweDecrypter, JweHeader,
        alg::direct::{DirectJweDecrypter, DirectJweEncrypter},
    },
    jwt::{self, JwtPayload, JwtPayloadValidator},
};

use super::{
    ENTRY, FAILURE,
    cells::add_peer,
    fields::set_cookie,
    random,
    traits::{Takes, Values},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, "josekit, `dir` A256GCM", || {
        let keys: Vec<_> = (0..8).map(|_| random()).collect();
        Jwe::new(&keys, 1)
    });
}

struct Jwe {
    /// The oldest last.
    keys: Vec<[u8; 32]>,
    header: JweHeader,
    encrypter: DirectJweEncrypter,
    /// By their ids.
    decrypters: HashMap<String, DirectJweDecrypter>,
}

impl Jwe {
    /// Of the `count` oldest of these keys.
    fn new(keys: &[[u8; 32]], count: usize) -> Jwe {
        let used = &keys[keys.len() - count..];
        let decrypter = |key: &[u8; 32]| (id(key), Dir.decrypter_from_bytes(key).expect(FAILURE));
        let mut header = JweHeader::new();
        header.set_token_type("JWT");
        header.set_content_encryption("A256GCM");
        header.set_key_id(id(&used[0]));
        Jwe {
            keys: keys.to_vec(),
            header,
            encrypter: Dir.encrypter_from_bytes(used[0]).expect(FAILURE),
            decrypters: used.iter().map(decrypter).collect(),
        }
    }
}

fn id(key: &[u8; 32]) -> String {
    format!("{:02x}{:02x}{:02x}{:02x}", key[0], key[1], key[2], key[3])
}

impl Values for Jwe {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        let by_id = |header: &JweHeader| {
            let found = header.key_id().and_then(|id| self.decrypters.get(id));
            Ok(found.map(|decrypter| decrypter as &dyn JweDecrypter))
        };
        let (payload, _) = jwt::decode_with_decrypter_selector(token, by_id).ok()?;
        let mut validator = JwtPayloadValidator::new();
        validator.set_base_time(SystemTime::now());
        validator.validate(&payload).ok()?;
        T::deserialize(payload.claim(ENTRY)?).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let value = serde_json::to_value(value).expect("a value of plain fields");
        let mut payload = JwtPayload::new();
        payload.set_expires_at(&(SystemTime::now() + Duration::from_secs(3600)));
        payload.set_claim(ENTRY, Some(value)).expect(FAILURE);
        let token = jwt::encode_with_encrypter(&payload, &self.header, &self.encrypter);
        set_cookie(&token.expect(FAILURE))
    }

    fn rotated(&self) -> Option<Jwe> {
        Some(Jwe::new(&self.keys, 8))
    }
}
