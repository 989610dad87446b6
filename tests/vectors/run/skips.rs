//! The reasons for which vectors are not run: in which files, behind which adapters, and to which vectors each applies.

use std::{
    collections::BTreeSet,
    sync::Mutex,
    time::{Duration, UNIX_EPOCH},
};

use http::{HeaderValue, Response};

use super::{
    PurposeOf,
    acts::is_beyond_str,
    adapters::{ADAPTERS, Adapter, Adapter::*, Exchange},
    cookies::latin1,
    scene::Scene,
};
use crate::state::Payload;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Skip {
    /// The clock of this system ends earlier.
    Clock,
    /// A writer may refuse integers of 128 bits (SPEC.md § 5.4.3).
    Wide,
    /// No program in Rust takes a text that is not UTF-8.
    NotUtf8,
    /// No field of a request holds it.
    NoField,
    /// No carrier has these settings, which a reader does not check (docs/spec/writer.md § 8.15).
    NoSettings,
    /// The fields of a 304 become those of a stored response, so `quiet` is stricter (docs/spec/writer.md § 8.12).
    NotModified,
    /// A handle that is left counts as a touch.
    Left,
    /// Only a layer finds that a request belongs to no context.
    NoContext,
    /// It sees no other fields of a request.
    OtherFields,
    /// It does not see the response.
    NoResponse,
    /// It adds no fields for caches.
    NoCaches,
    /// Of a jar: its sessions come in cookies.
    InHeader,
    /// Of a jar: its values are text.
    NotText,
    /// Of a jar: it has one cookie of each name.
    OneOfAName,
    /// Of a jar: it has no room for other fields.
    Companion,
}
use Skip::*;

/// What becomes of the vectors of these files behind these adapters: some run (`None`), and some are skipped for this
/// reason. Nothing else does, and each of it does.
#[rustfmt::skip]
const ROWS: &[(Option<Skip>, &[&str], &[Adapter])] = &[
    (None, &["encode", "writes", "devices"], &[Direct]),
    (None, &["open", "writes"], ADAPTERS),
    (None, &["headers", "devices"], &[LoadAndSave]),
    (None, &["headers", "devices", "caches"], &[HeaderMap, Tower, Axum, Actix]),
    (Some(Wide), &["encode"], &[Direct]),
    (Some(NotUtf8), &["writes"], &[Direct, LoadAndSave, HeaderMap, Jar, Tower, Axum, Actix]),
    (Some(NoField), &["open", "headers"], ADAPTERS),
    (Some(NoSettings), &["open"], ADAPTERS),
    (Some(NotModified), &["writes"], &[HeaderMap, Tower, Axum, Actix]),
    (Some(Left), &["writes"], &[Tower, Axum, Actix]),
    (Some(NoContext), &["writes"], &[LoadAndSave, HeaderMap, Jar]),
    #[cfg(not(feature = "tower"))]
    (Some(NoContext), &["writes"], &[Direct]),
    (Some(OtherFields), &["writes"], &[LoadAndSave, Jar]),
    (Some(NoResponse), &["writes", "devices"], &[LoadAndSave, Jar]),
    (Some(NoCaches), &["caches"], &[LoadAndSave, Jar]),
    (Some(InHeader), &["open", "headers", "writes"], &[Jar]),
    (Some(NotText), &["open"], &[Jar]),
    (Some(OneOfAName), &["open", "writes", "devices"], &[Jar]),
    (Some(Companion), &["devices"], &[Jar]),
];

impl Skip {
    /// Returns `true` if the reason applies to this vector.
    fn applies<T: Payload>(self, exchange: &Exchange<'_, T>) -> bool {
        let Exchange { scene, .. } = exchange;
        match self {
            Clock => is_beyond_clock(scene.now),
            Wide => unreachable!("no request has it"),
            NotUtf8 => is_beyond_str(exchange.actions),
            NoField => {
                !scene.request.iter().all(is_field) || matches!(scene.purpose, PurposeOf::Token(_))
            }
            NoSettings => {
                let policy = &scene.policy;
                let is_longer =
                    |idle: Option<u64>, life: Option<u64>| life.is_some() && idle > life;
                is_longer(policy.idle.flatten(), policy.absolute)
                    || is_longer(policy.remembered_idle, policy.remember_up_to)
            }
            NotModified => exchange.status == 304,
            Left => exchange.is_left,
            NoContext => scene.context.is_none(),
            OtherFields => scene
                .request
                .iter()
                .any(|(name, _)| !name.eq_ignore_ascii_case(scene.field())),
            NoResponse => exchange.status != 200 || !exchange.response.is_empty(),
            NoCaches => true,
            InHeader => matches!(scene.purpose, PurposeOf::Header(_)),
            NotText => scene.request.iter().any(|(_, value)| !value.is_ascii()),
            OneOfAName => !scene.earlier.is_empty() || has_one_name_twice(scene),
            Companion => scene.devices.is_some(),
        }
    }

    /// A jar itself says it, too.
    fn is_of_jar(self) -> bool {
        matches!(self, InHeader | NotText | OneOfAName | Companion)
    }
}

/// What became of the vectors of a file.
pub(super) struct Tally {
    file: &'static str,
    found: Mutex<BTreeSet<(Adapter, Option<Skip>)>>,
}

impl Tally {
    pub(super) fn of(file: &'static str) -> Tally {
        Tally {
            file,
            found: Mutex::default(),
        }
    }

    /// Returns the response, unless this adapter skips the vector.
    #[track_caller]
    pub(super) fn through<T: Payload>(
        &self,
        adapter: Adapter,
        exchange: &Exchange<'_, T>,
    ) -> Option<Response<()>> {
        let rows = ROWS.iter().filter(|(_, files, adapters)| {
            files.contains(&self.file) && adapters.contains(&adapter)
        });
        let mut skips = [Clock]
            .into_iter()
            .chain(rows.filter_map(|(skip, ..)| *skip));
        let skip = skips.find(|skip| skip.applies(exchange));
        self.note(adapter, skip);
        if skip == Some(NoSettings) {
            assert!(exchange.scene.carrier::<T>().is_err());
        }
        if skip.is_some_and(|skip| !skip.is_of_jar()) {
            return None;
        }
        let answered = exchange.through(adapter);
        assert_eq!(answered.as_ref().err().copied(), skip);
        answered.ok()
    }

    pub(super) fn note(&self, adapter: Adapter, skip: Option<Skip>) {
        self.found.lock().unwrap().insert((adapter, skip));
    }

    #[track_caller]
    pub(super) fn check(self) {
        let rows = ROWS
            .iter()
            .filter(|(_, files, _)| files.contains(&self.file));
        let rows =
            rows.flat_map(|(skip, _, adapters)| adapters.iter().map(|adapter| (*adapter, *skip)));
        let expected: BTreeSet<_> = rows.filter(|(adapter, _)| adapter.is_compiled()).collect();
        // A few vectors are beyond 32 bits, or beyond the clock of Windows.
        if cfg!(all(target_pointer_width = "64", not(windows))) {
            assert_eq!(self.found.into_inner().unwrap(), expected, "{}", self.file);
        }
    }
}

pub(super) fn is_beyond_clock(now: u64) -> bool {
    UNIX_EPOCH.checked_add(Duration::from_secs(now)).is_none()
}

/// Returns `true` for a field that a request can have, if its value arrives as it is.
fn is_field((name, value): &(String, String)) -> bool {
    let token = match name.as_str() {
        "cookie" => value.split_once('=').unwrap().1,
        _ => "",
    };
    HeaderValue::from_bytes(&latin1(value)).is_ok() && token.trim() == token
}

fn has_one_name_twice(scene: &Scene) -> bool {
    let lines = scene.request.iter().filter(|(name, _)| name == "cookie");
    let pairs = lines.flat_map(|(_, line)| line.split(';'));
    let mut names = pairs.filter_map(|pair| Some(pair.split_once('=')?.0.trim()));
    let mut seen = BTreeSet::new();
    !names.all(|name| seen.insert(name))
}

/// Vectors that a 32-bit machine does not pass (docs/platforms.md): a length in more than five bytes, and on Linux times
/// after January 2038.
pub(super) const BEYOND_32_BITS: [&str; 4] = [
    "typed: the varint of a length has up to 10 bytes",
    "a leap day of the year 2400",
    "the last second of year 9999",
    "needed: times of the year 9999",
];
