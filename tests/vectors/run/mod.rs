//! Runs the vectors of `tests/vectors/`, which a second implementation made. They are not in `tests/` because some fix
//! the random bytes, which nothing public allows.

#[cfg(feature = "actix")]
#[path = "../../common/actix.rs"]
mod actix_types;
pub(crate) mod acts;
mod adapters;
mod attributes;
mod caches;
mod contexts;
mod cookies;
mod csrf;
mod devices;
mod encode;
mod endpoints;
/// The package that binds sessions to devices: its vectors have the scenes of the others.
#[path = "../../../crates/device/src/lib.rs"]
#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "the vectors do not use all"
)]
mod hardtack_device;
mod headers;
mod hosts;
mod json;
mod keys;
mod open;
mod others;
mod policies;
mod primitives;
mod published;
pub(crate) mod scene;
mod seal;
mod settings;
mod writes;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    ConfigError, RefreshAfter, SessionCookie, SigningKey,
    carrier::SessionCookieBuilder,
    keys::{KeyId, KeyRing, Purpose, PurposeSlot, SharedKeyRing},
    state::{Body, Metadata, Padding, flash_messages},
    token::{self, Context},
};

/// Reads `tests/vectors/{file}.json` and hands the name and the rest of each vector to `check`.
#[track_caller]
fn for_each<V: DeserializeOwned>(file_name: &str, check: impl FnMut(&str, V)) {
    check_all(file_name, vectors_of(file_name), check);
}

fn vectors_of(file_name: &str) -> Vec<Map<String, Value>> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(rename = "about")]
        _about: String,
        /// Of the format.
        version: u32,
        vectors: Vec<Map<String, Value>>,
    }
    let path = format!(
        "{}/tests/vectors/{file_name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(&path).unwrap();
    let file: File = serde_json::from_str(&text).unwrap();
    assert_eq!(file.version, 1, "{path}");
    assert!(!file.vectors.is_empty(), "{path}");
    file.vectors
}

#[track_caller]
fn check_all<V: DeserializeOwned>(
    file_name: &str,
    vectors: Vec<Map<String, Value>>,
    mut check: impl FnMut(&str, V),
) {
    let mut failed = Vec::new();
    for mut vector in vectors {
        let [name, _] = ["name", "spec"].map(|key| vector.remove(key).unwrap());
        let name = name.as_str().unwrap();
        if cfg!(target_pointer_width = "32") && BEYOND_32_BITS.contains(&name) {
            continue;
        }
        let vector = serde_json::from_value(Value::Object(vector));
        let vector = vector.unwrap_or_else(|error| panic!("{name}: {error}"));
        // So that one run tells all.
        if catch_unwind(AssertUnwindSafe(|| check(name, vector))).is_err() {
            failed.push(name.to_owned());
        }
    }
    assert!(failed.is_empty(), "{file_name}: {failed:#?}");
}

/// Vectors that a 32-bit machine does not pass (docs/platforms.md): a length in more than five bytes, and on Linux times
/// after January 2038.
const BEYOND_32_BITS: [&str; 4] = [
    "typed: the varint of a length has up to 10 bytes",
    "a leap day of the year 2400",
    "the last second of year 9999",
    "needed: times of the year 9999",
];

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Encrypted,
    Signed,
}

impl From<Mode> for crate::keys::Mode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Encrypted => crate::keys::Mode::Encrypted,
            Mode::Signed => crate::keys::Mode::UnencryptedButSigned,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", tag = "kind", content = "name")]
enum PurposeOf {
    Cookie(String),
    Header(String),
    Token(String),
}

impl PurposeOf {
    fn with(
        &self,
        application: &Option<String>,
        type_label: &Option<String>,
    ) -> Result<Purpose, ConfigError> {
        let type_label = type_label.as_deref().unwrap_or_default();
        let purpose = self.alone().unwrap();
        purpose.with_labels(application.as_deref(), type_label)
    }

    /// Without labels. `None`: no key can be derived for this name.
    fn alone(&self) -> Option<Purpose> {
        match self {
            PurposeOf::Cookie(name) => Some(Purpose::cookie(name)),
            PurposeOf::Header(name) => Purpose::header(name),
            PurposeOf::Token(name) => Purpose::token(name),
        }
    }
}

fn context(pairs: &[(String, String)]) -> Context {
    Context::new(pairs.iter().map(|(label, value)| (label, value))).unwrap()
}

/// The content of a token.
struct Content {
    key_id: KeyId,
    metadata: Metadata,
    flash: Vec<(String, String)>,
    payload: Vec<u8>,
}

/// Opens a token, whatever its dates. `None`: it is not of these keys and this context, or breaks the format.
fn content_of(slot: &PurposeSlot, context: &Context, now: u64, token: &[u8]) -> Option<Content> {
    let (key_id, body) = token::open(&slot.keys(), context, now, token).ok()?;
    let body = Body::parse(body, None)?;
    let owned = |(queue, message): (&str, &str)| (queue.to_owned(), message.to_owned());
    Some(Content {
        key_id,
        metadata: body.metadata,
        flash: flash_messages(body.flash()).map(owned).collect(),
        payload: body.payload().to_vec(),
    })
}

fn refresh_after(rule: &Value) -> RefreshAfter {
    match rule {
        Value::String(word) => match &**word {
            "never" => RefreshAfter::Never,
            "on-change" => RefreshAfter::OnChange,
            "always" => RefreshAfter::Always,
            "every-request" => RefreshAfter::EveryRequest,
            other => panic!("{other}"),
        },
        seconds => RefreshAfter::Interval(Duration::from_secs(seconds.as_u64().unwrap())),
    }
}

fn padding(word: Option<&str>) -> Padding {
    match word {
        None => Padding::None,
        Some("padme") => Padding::Padme,
        Some(other) => panic!("{other}"),
    }
}

fn slot(mode: Mode, ring: &str, purpose: Purpose) -> std::sync::Arc<PurposeSlot> {
    let ring = SharedKeyRing::from(ring.parse::<KeyRing>().unwrap());
    ring.current().0.check_mode(mode.into()).unwrap();
    ring.serve(purpose, None).unwrap()
}

/// A builder of dictionary sessions.
fn builder(mode: Mode, ring: &str) -> SessionCookieBuilder {
    match mode {
        Mode::Encrypted => SessionCookie::encrypted(ring.parse::<KeyRing>().unwrap()),
        Mode::Signed => SessionCookie::unencrypted_but_signed(ring.parse::<KeyRing>().unwrap()),
    }
}

/// The builder of a vector's cookie, before its lifetimes are set.
fn cookie_builder(
    mode: Mode,
    ring: &str,
    purpose: &PurposeOf,
    application: &Option<String>,
    pairs: &[(String, String)],
) -> SessionCookieBuilder {
    let PurposeOf::Cookie(name) = purpose else {
        panic!("{purpose:?} is no cookie");
    };
    let mut builder = builder(mode, ring).name(name);
    if let Some(application) = application {
        builder = builder.application(application);
    }
    for (label, value) in pairs {
        builder = builder.context(label, value);
    }
    builder
}

/// The mode of a key in its text form.
fn mode_of(key: &str) -> Mode {
    match key.parse::<SigningKey>() {
        Ok(_) => Mode::Signed,
        Err(_) => Mode::Encrypted,
    }
}

fn unhex(hex: &str) -> Vec<u8> {
    assert!(hex.len().is_multiple_of(2), "{hex}");
    let digits = (0..hex.len()).step_by(2).map(|i| &hex[i..i + 2]);
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
