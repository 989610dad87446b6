//! PASETO v4.local, with the value as one claim. It checks that a token is not expired.

use pasetors::{
    Local,
    claims::{Claims, ClaimsValidationRules},
    keys::{Generate, SymmetricKey},
    local,
    token::UntrustedToken,
    version4::V4,
};

use super::{
    ENTRY, FAILURE,
    cells::add_peer,
    fields::set_cookie,
    traits::{Takes, Values},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, "pasetors, v4.local", || Paseto {
        key: SymmetricKey::generate().expect(FAILURE),
        rules: ClaimsValidationRules::new(),
    });
}

struct Paseto {
    key: SymmetricKey<V4>,
    rules: ClaimsValidationRules,
}

impl Values for Paseto {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        let untrusted = UntrustedToken::<Local, V4>::try_from(token).ok()?;
        let token = local::decrypt(&self.key, &untrusted, &self.rules, None, None).ok()?;
        T::deserialize(token.payload_claims()?.get_claim(ENTRY)?).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let value = serde_json::to_value(value).expect("a value of plain fields");
        let mut claims = Claims::new().expect(FAILURE);
        claims.add_additional(ENTRY, value).expect(FAILURE);
        set_cookie(&local::encrypt(&self.key, &claims, None, None).expect(FAILURE))
    }
}
