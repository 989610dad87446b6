//! biscotti, with JSON. It finds an old key by trying all of them.

use biscotti::{
    Key, Processor, ProcessorConfig, RequestCookies, ResponseCookie, ResponseCookies, SameSite,
    config::{CryptoAlgorithm, CryptoRule, FallbackConfig},
};

use super::{
    cells::add_peer,
    fields::NAME,
    traits::{Takes, Values},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, "biscotti, encrypted, JSON", || {
        let keys: Vec<Key> = (0..8).map(|_| Key::generate()).collect();
        Biscotti {
            processor: processor(&keys[7..]),
            keys,
        }
    });
}

struct Biscotti {
    /// The oldest last.
    keys: Vec<Key>,
    processor: Processor,
}

fn processor(keys: &[Key]) -> Processor {
    let algorithm = CryptoAlgorithm::Encryption;
    let fallback = |key: &Key| FallbackConfig {
        key: key.clone(),
        algorithm,
    };
    let mut config = ProcessorConfig::default();
    config.crypto_rules.push(CryptoRule {
        cookie_names: vec![NAME.to_owned()],
        algorithm,
        key: keys[0].clone(),
        fallbacks: keys[1..].iter().map(fallback).collect(),
    });
    config.into()
}

impl Values for Biscotti {
    const TAKES: Takes = Takes::Field;

    fn open<T: Workload>(&self, field: &str) -> Option<T> {
        let cookies = RequestCookies::parse_header(field, &self.processor).ok()?;
        serde_json::from_str(cookies.get(NAME)?.value()).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let json = serde_json::to_string(value).expect("a value of plain fields");
        let cookie = ResponseCookie::new(NAME, json)
            .set_path("/")
            .set_secure(true)
            .set_http_only(true)
            .set_same_site(SameSite::Lax);
        let mut cookies = ResponseCookies::new();
        cookies.insert(cookie);
        cookies
            .header_values(&self.processor)
            .next()
            .expect("one was inserted")
    }

    fn rotated(&self) -> Option<Biscotti> {
        Some(Biscotti {
            processor: processor(&self.keys),
            keys: self.keys.clone(),
        })
    }
}
