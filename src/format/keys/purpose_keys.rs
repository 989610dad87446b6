//! Keys of a ring that are derived for one purpose.

use std::sync::Arc;

use super::{
    purpose::Purpose,
    ring::{Member, Ring},
};
use crate::format::crypto::{
    cipher::Cipher,
    sha256::{Mac, Prk},
};

/// Keys that are derived from one key for one purpose.
pub(crate) struct Derived {
    pub(crate) cipher: Cipher,
    pub(crate) csrf: Mac,
}

pub(crate) type PurposeKey = Member<Derived>;

pub(crate) type PurposeKeys = Ring<Derived>;

impl Ring<Arc<Prk>> {
    pub(crate) fn derive(&self, purpose: &Purpose) -> PurposeKeys {
        let derive = |key: &Member<Arc<Prk>>| {
            let derive = |what: &str| key.material.expand(&purpose.info(what, key.info.suite));
            let material = Derived {
                cipher: Cipher::new(key.info.suite, derive),
                csrf: Mac::new(&derive("csrf")),
            };
            Member {
                info: key.info,
                material,
            }
        };
        Ring {
            keys: self.keys.iter().map(derive).collect(),
            not_before: self.not_before,
        }
    }
}
