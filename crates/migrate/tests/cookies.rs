//! Cookies that other libraries wrote, and what is true of each format. They are committed ones or, for `.ci/run all`, new
//! ones in the folder `OLD_COOKIES`.

use std::{
    fmt::Debug,
    fs,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::migrate::{OldCookie, Reader};
use hardtack_migrate::{Beaker, Itsdangerous, Jar, JarKey, JarValue, Pyramid};
use serde::Deserialize;
use serde_json::{Value, json};

/// Facts of one format.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    /// The library and its settings. A jar's cookies are also `private` or `signed`.
    pub(crate) format: &'static str,
    /// A cookie with its reader, and `Debug` of the reader.
    pub(crate) read: fn(&Cookie, Keys) -> (OldCookie, String),
    /// `None`: the session is rejected, because it is a pickle or has an integer beyond 64 bits.
    pub(crate) content: Option<fn() -> Value>,
    pub(crate) dates: Dates,
    /// Seconds after which the reader refuses a session that is not used.
    pub(crate) lifetime: Option<u64>,
    /// Beginnings of rows and paragraphs that have the name of the cookie, in pages or the documentation of the readers.
    pub(crate) documented: &'static [&'static str],
}

/// Dates of a session that its cookie has.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Dates {
    None,
    Signed,
    BegunAndUsed,
}

/// Age that the sessions of `python.py` had when they were used last.
pub(crate) const AGE: Duration = Duration::from_secs(600);

#[rustfmt::skip] // One row a format.
pub(crate) const FACTS: &[Facts] = &[
    JAR,
    Facts { format: "cookie text", ..TEXT },
    Facts { format: "cookie plain", ..TEXT },
    Facts { format: "cookie derived", read: |old, keys| old.in_jar(keys.derived(64), USER), ..TEXT },
    // The first 64 bytes are used.
    Facts { format: "cookie long", read: |old, keys| old.in_jar(keys.jar(100), USER), ..TEXT },
    Facts { format: "cookie long-derived", read: |old, keys| old.in_jar(keys.derived(100), USER), ..TEXT },
    ACTIX,
    Facts { format: "actix types", content: Some(types), ..ACTIX },
    Facts {
        format: "tower-sessions",
        read: |old, keys| old.in_jar(keys.jar(64), JarValue::TowerSessions),
        lifetime: Some(14 * DAY),
        documented: &["| tower-sessions-cookie-store 0.5", "| [`TowerSessions`]"],
        ..JAR
    },
    PYRAMID,
    Facts { format: "pyramid salted", read: |old, keys| old.by(Pyramid::new(keys.secret).salt("another.salt")), documented: &[], ..PYRAMID },
    Facts { format: "pyramid latin-1", read: |old, keys| old.by(Pyramid::new(format!("{}ä", keys.secret)).salt("sälz")), ..PYRAMID },
    Facts { format: "pyramid utf-8", read: |old, keys| old.by(Pyramid::new(format!("{}ä", keys.secret)).salt("€")), ..PYRAMID },
    Facts { format: "pyramid bytes", read: |old, keys| old.by(Pyramid::new(keys.secret.bytes().chain(200..232).collect::<Vec<_>>()).salt("sälz")), ..PYRAMID },
    Facts { format: "pyramid large", content: None, ..PYRAMID },
    Facts { format: "pyramid pickle", content: None, ..PYRAMID },
    BEAKER,
    Facts { format: "beaker ctr", ..BEAKER },
    Facts { format: "beaker large", content: None, ..BEAKER },
    Facts { format: "beaker pickle", content: None, ..BEAKER },
    Facts { format: "beaker signed", read: |old, keys| old.by(Beaker::signed(keys.validate_key).timeout(Some(2 * AGE))), lifetime: Some(1200), ..BEAKER },
    Facts { format: "beaker signed pickle", read: |old, keys| old.by(Beaker::signed(keys.validate_key)), content: None, ..BEAKER },
    FLASK,
    Facts { format: "flask compressed", content: Some(|| with("note", "x".repeat(1000))), ..FLASK },
    Facts { format: "flask tags", content: Some(|| with("pair", json!({ " t": [1, 2] }))), ..FLASK },
    Facts { format: "flask large", content: None, ..FLASK },
    STARLETTE,
    Facts { format: "starlette large", content: None, ..STARLETTE },
];

const JAR: Facts = Facts {
    format: "cookie json",
    read: |old, keys| old.in_jar(keys.jar(64), JarValue::Json),
    content: Some(entries),
    dates: Dates::None,
    lifetime: None,
    documented: &[],
};

const TEXT: Facts = Facts {
    read: |old, keys| old.in_jar(keys.jar(64), USER),
    content: Some(|| json!({ "user": "ada" })),
    ..JAR
};

const ACTIX: Facts = Facts {
    format: "actix",
    read: |old, keys| old.in_jar(keys.jar(64), JarValue::ActixSession),
    documented: &["| actix-session 0.11", "| [`ActixSession`]"],
    ..JAR
};

const PYRAMID: Facts = Facts {
    format: "pyramid",
    read: |old, keys| old.by(Pyramid::new(keys.secret)),
    dates: Dates::BegunAndUsed,
    lifetime: Some(1200),
    documented: &["| Pyramid 2", "Reader of Pyramid's"],
    ..JAR
};

const BEAKER: Facts = Facts {
    format: "beaker encrypted",
    read: |old, keys| old.by(Beaker::encrypted(keys.validate_key, keys.encrypt_key)),
    dates: Dates::BegunAndUsed,
    documented: &["| Beaker 1.10", "Reader of Beaker's"],
    ..JAR
};

const FLASK: Facts = Facts {
    format: "flask",
    read: |old, keys| old.by(Itsdangerous::flask(keys.secret)),
    dates: Dates::Signed,
    lifetime: Some(31 * DAY),
    documented: &["| Flask 3"],
    ..JAR
};

const STARLETTE: Facts = Facts {
    format: "starlette",
    read: |old, keys| old.by(Itsdangerous::starlette(keys.secret)),
    lifetime: Some(14 * DAY),
    documented: &["| Starlette"],
    ..FLASK
};

const USER: JarValue = JarValue::Text("user");
const DAY: u64 = 24 * 3600;

fn entries() -> Value {
    let list = json!([1, -2, 3.5, null, true, "ä"]);
    json!({ "user": "ada", "count": 2, "nested": { "list": list } })
}

fn with(key: &str, value: impl Into<Value>) -> Value {
    let mut entries = entries();
    entries[key] = value.into();
    entries
}

fn types() -> Value {
    let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
    json!({ "user_id": id, "address": "192.0.2.7", "cart": { (id): 2 } })
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cookie {
    /// The library and its settings, and of a jar its kind.
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

    /// Those whose session is taken over.
    pub(crate) fn all_good() -> impl Iterator<Item = Cookie> {
        let all = Cookie::all().into_iter();
        all.filter(|old| old.facts().content.is_some())
    }

    pub(crate) fn of(format: &str) -> Cookie {
        let found = Cookie::all().into_iter().find(|c| c.format == format);
        found.unwrap_or_else(|| panic!("no cookie is of the format {format}"))
    }

    pub(crate) fn facts(&self) -> &'static Facts {
        let found = FACTS.iter().find(|facts| facts.kind(self).is_some());
        found.unwrap_or_else(|| panic!("no facts about {}", self.format))
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
        (self.facts().read)(self, keys).0
    }

    fn by(&self, reader: impl Reader + Debug) -> (OldCookie, String) {
        let shown = format!("{reader:?}");
        (OldCookie::new(&self.name, reader), shown)
    }

    fn in_jar(&self, key: JarKey, value: JarValue) -> (OldCookie, String) {
        if self.format.ends_with("private") {
            self.by(Jar::private(key, value))
        } else {
            self.by(Jar::signed(key, value))
        }
    }
}

impl Facts {
    /// The kind of a cookie, which is empty outside jars, or `None` if the cookie is of another format.
    pub(crate) fn kind<'c>(&self, old: &'c Cookie) -> Option<&'c str> {
        let kind = old.format.strip_prefix(self.format)?;
        ["", " private", " signed"].contains(&kind).then_some(kind)
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

    fn master(self, len: u8) -> Vec<u8> {
        (self.first_byte..self.first_byte + len).collect()
    }

    fn jar(self, len: u8) -> JarKey {
        JarKey::new(&self.master(len)).unwrap()
    }

    fn derived(self, len: u8) -> JarKey {
        JarKey::derive_from(&self.master(len)).unwrap()
    }
}
