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
mod keys;
#[cfg(feature = "tower")]
mod layers;
mod open;
mod others;
mod policies;
mod primitives;
mod published;
pub(crate) mod scene;
mod seal;
mod settings;
mod skips;
pub(crate) mod types;
mod writes;

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
    thread,
};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{
    ConfigError, SigningKey,
    keys::{KeyId, KeyRing, Purpose, PurposeSlot, SharedKeyRing},
    state::{Body, Metadata, Padding, flash_messages},
    token::{self, Context},
};

/// Reads `tests/vectors/{file}.json` and hands the name and the rest of each vector to `check`, in two threads.
#[track_caller]
fn for_each<V: DeserializeOwned>(file_name: &str, check: impl Fn(&str, V) + Sync) {
    let (failed, shapes) = (Mutex::new(Vec::new()), Mutex::new(BTreeSet::new()));
    let check_one = |mut vector: Map<String, Value>| {
        let [name, _] = ["name", "spec"].map(|key| vector.remove(key).unwrap());
        let name = name.as_str().unwrap();
        if cfg!(target_pointer_width = "32") && skips::BEYOND_32_BITS.contains(&name) {
            return;
        }
        let read = serde_json::from_value(vector.clone().into());
        let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
        // So that one run tells all.
        if catch_unwind(AssertUnwindSafe(|| check(name, read))).is_err() {
            failed.lock().unwrap().push(name.to_owned());
        }
        let shape: Vec<_> = vector
            .iter()
            .map(|(field, value)| (field.clone(), value.is_object()))
            .collect();
        if shapes.lock().unwrap().insert(shape) {
            check_strict::<V>(name, &vector);
        }
    };
    let mut vectors = vectors_of(file_name);
    let half = vectors.split_off(vectors.len() / 2);
    thread::scope(|scope| {
        let other = scope.spawn(|| half.into_iter().for_each(check_one));
        vectors.into_iter().for_each(check_one);
        other.join().expect("the other half is read");
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{file_name}: {failed:#?}");
}

/// Asserts that a field that nobody reads is refused, in a vector and in each part of it. What it expects is compared as
/// a whole.
#[track_caller]
fn check_strict<V: DeserializeOwned>(name: &str, vector: &Map<String, Value>) {
    let parts = vector
        .iter()
        .filter(|(field, value)| value.is_object() && *field != "expect");
    for part in parts.map(|(field, _)| Some(field)).chain([None]) {
        let mut longer = Value::Object(vector.clone());
        let within = match part {
            Some(part) => &mut longer[part],
            None => &mut longer,
        };
        within["nobody reads this"] = 1.into();
        assert!(
            serde_json::from_value::<V>(longer).is_err(),
            "{name}: in {part:?}"
        );
    }
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

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
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

#[derive(Clone, Deserialize)]
#[serde(
    rename_all = "lowercase",
    tag = "kind",
    content = "name",
    deny_unknown_fields
)]
enum PurposeOf {
    Cookie(String),
    Header(String),
    Token(String),
}

impl Default for PurposeOf {
    fn default() -> PurposeOf {
        PurposeOf::Cookie("__Host-session".to_owned())
    }
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
