//! Fernet, around postcard. It checks the age of a token, except with `MultiFernet`, which tries all keys.

use fernet::{Fernet, MultiFernet};

use super::{
    FAILURE,
    cells::add_peer,
    fields::set_cookie,
    traits::{Takes, Values},
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_peer(bench, "fernet, postcard", || {
        let keys: Vec<String> = (0..8).map(|_| Fernet::generate_key()).collect();
        One {
            fernet: fernet(&keys[7]),
            keys,
            several: None,
        }
    });
}

struct One {
    /// The oldest last.
    keys: Vec<String>,
    fernet: Fernet,
    several: Option<MultiFernet>,
}

fn fernet(key: &str) -> Fernet {
    Fernet::new(key).expect(FAILURE)
}

impl Values for One {
    const TAKES: Takes = Takes::Token;

    fn open<T: Workload>(&self, token: &str) -> Option<T> {
        let bytes = match &self.several {
            None => self.fernet.decrypt_with_ttl(token, 3600),
            Some(several) => several.decrypt(token),
        };
        postcard::from_bytes(&bytes.ok()?).ok()
    }

    fn write<T: Workload>(&self, value: &T) -> String {
        let bytes = postcard::to_stdvec(value).expect("a value of plain fields");
        set_cookie(&self.fernet.encrypt(&bytes))
    }

    fn rotated(&self) -> Option<One> {
        Some(One {
            fernet: fernet(&self.keys[0]),
            several: Some(MultiFernet::new(
                self.keys.iter().map(|key| fernet(key)).collect(),
            )),
            keys: self.keys.clone(),
        })
    }
}
