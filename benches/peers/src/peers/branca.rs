//! Branca, around postcard. It checks the age of a token.

use branca::{decode, encode};

use super::{
    cells::add_peer,
    fields::{set_cookie, unix_now},
    random,
    traits::{Takes, Values},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, "branca, postcard", || Branca(random()));
}

struct Branca([u8; 32]);

impl Values for Branca {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        postcard::from_bytes(&decode(token, &self.0, 3600).ok()?).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let bytes = postcard::to_stdvec(value).expect("a value of plain fields");
        set_cookie(&encode(&bytes, &self.0, unix_now()).expect("a good key"))
    }
}
