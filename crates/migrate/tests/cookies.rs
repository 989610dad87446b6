//! Cookies that other libraries wrote: committed ones or, for `.ci/run all`, new ones in the folder `OLD_COOKIES`.

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::migrate::OldCookie;
use hardtack_migrate::{Beaker, Itsdangerous, Jar, JarKey, JarValue, Pyramid};
use serde::Deserialize;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cookie {
    /// The library and its settings.
    pub(crate) format: String,
    pub(crate) name: String,
    pub(crate) value: String,
    made_at: u64,
}

impl Cookie {
    /// All of them, in order.
    pub(crate) fn all() -> Vec<Cookie> {
        let folder = std::env::var_os("OLD_COOKIES");
        let committed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/migrate/tests");
        let folder = folder.map_or(PathBuf::from(committed), PathBuf::from);
        let read = |file| fs::read_to_string(folder.join(file)).unwrap();
        let parse = |file| serde_json::from_str::<Vec<Cookie>>(&read(file)).unwrap();
        [parse("rust.json"), parse("python.json")].concat()
    }

    pub(crate) fn of(format: &str) -> Cookie {
        let found = Cookie::all().into_iter().find(|c| c.format == format);
        found.unwrap_or_else(|| panic!("no cookie is of the format {format}"))
    }

    pub(crate) fn is_pickle(&self) -> bool {
        self.format.ends_with("pickle")
    }

    /// The time at which it was made, up to a second later.
    pub(crate) fn made_at(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.made_at)
    }

    pub(crate) fn field(&self) -> String {
        format!("{}={}", self.name, self.value)
    }

    /// The cookie with the reader of its format, and the right keys.
    pub(crate) fn old(&self) -> OldCookie {
        self.old_with(Keys::RIGHT)
    }

    pub(crate) fn old_with(&self, keys: Keys) -> OldCookie {
        let master = |len| (keys.first_byte..keys.first_byte + len).collect::<Vec<u8>>();
        let key = |len| JarKey::new(&master(len)).unwrap();
        let derived = |len| JarKey::derive_from(&master(len)).unwrap();
        let jar = |key, value| {
            if self.format.ends_with("private") {
                OldCookie::new(&self.name, Jar::private(key, value))
            } else {
                OldCookie::new(&self.name, Jar::signed(key, value))
            }
        };
        let words: Vec<_> = self.format.split(' ').collect();
        match words[..] {
            ["cookie", "json", _] => jar(key(64), JarValue::Json),
            ["cookie", "derived", _] => jar(derived(64), JarValue::Text("user")),
            // The first 64 bytes are used.
            ["cookie", "long", _] => jar(key(100), JarValue::Text("user")),
            ["cookie", "long-derived", _] => jar(derived(100), JarValue::Text("user")),
            ["cookie", _, _] => jar(key(64), JarValue::Text("user")),
            ["actix", ..] => jar(key(64), JarValue::ActixSession),
            ["tower-sessions", _] => jar(key(64), JarValue::TowerSessions),
            ["pyramid", "salted"] => {
                OldCookie::new(&self.name, Pyramid::new(keys.secret).salt("another.salt"))
            }
            ["pyramid", "latin-1"] => OldCookie::new(
                &self.name,
                Pyramid::new(format!("{}ä", keys.secret)).salt("sälz"),
            ),
            ["pyramid", "utf-8"] => OldCookie::new(
                &self.name,
                Pyramid::new(format!("{}ä", keys.secret)).salt("€"),
            ),
            ["pyramid", "bytes"] => {
                let secret: Vec<u8> = keys.secret.bytes().chain(200..232).collect();
                OldCookie::new(&self.name, Pyramid::new(secret).salt("sälz"))
            }
            ["pyramid", ..] => OldCookie::new(&self.name, Pyramid::new(keys.secret)),
            ["flask", ..] => OldCookie::new(&self.name, Itsdangerous::flask(keys.secret)),
            ["starlette"] => OldCookie::new(&self.name, Itsdangerous::starlette(keys.secret)),
            ["beaker", "signed", ..] => {
                OldCookie::new(&self.name, Beaker::signed(keys.validate_key))
            }
            ["beaker", ..] => OldCookie::new(
                &self.name,
                Beaker::encrypted(keys.validate_key, keys.encrypt_key),
            ),
            _ => panic!("no reader for {}", self.format),
        }
    }
}

/// The secrets that an old program had.
#[derive(Clone, Copy)]
pub(crate) struct Keys {
    pub(crate) first_byte: u8,
    pub(crate) secret: &'static str,
    pub(crate) validate_key: &'static str,
    pub(crate) encrypt_key: &'static str,
}

impl Keys {
    pub(crate) const RIGHT: Keys = Keys {
        first_byte: 0,
        secret: "a secret of the old site",
        validate_key: "a key that validates",
        encrypt_key: "a key that encrypts",
    };
}
