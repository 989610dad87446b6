//! biscotti, with JSON in an encrypted cookie.

use biscotti::{
    Key, Processor, ProcessorConfig, RequestCookies, ResponseCookie, ResponseCookies, SameSite,
    config::{CryptoAlgorithm, CryptoRule},
};

use super::{
    FAILURE,
    cells::{Values, add_peer},
    fields::NAME,
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer::<Biscotti>(bench, "biscotti, encrypted JSON");
}

struct Biscotti(Processor);

impl Values for Biscotti {
    fn new() -> Biscotti {
        let mut config = ProcessorConfig::default();
        config.crypto_rules.push(CryptoRule {
            cookie_names: vec![NAME.to_owned()],
            algorithm: CryptoAlgorithm::Encryption,
            key: Key::generate(),
            fallbacks: vec![],
        });
        Biscotti(config.into())
    }

    fn open<T: Workload>(&self, pair: &str) -> Option<T> {
        let cookies = RequestCookies::parse_header(pair, &self.0).ok()?;
        serde_json::from_str(cookies.get(NAME)?.value()).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let json = serde_json::to_string(value).expect(FAILURE);
        let cookie = ResponseCookie::new(NAME, json)
            .set_path("/")
            .set_secure(true)
            .set_http_only(true)
            .set_same_site(SameSite::Lax);
        let mut cookies = ResponseCookies::new();
        cookies.insert(cookie);
        let mut fields = cookies.header_values(&self.0);
        fields.next().expect("one was inserted")
    }
}
