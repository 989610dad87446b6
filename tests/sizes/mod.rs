//! The size of sessions: in one cookie or in several, padded or not (docs/spec/carriers.md § 9.2, § 9.4 to § 9.7,
//! docs/spec/writer.md § 9.5, § 9.6, § 11, SPEC.md § 5.6).

mod options;

mod broken;
mod expiry;
mod fields;
mod formerly;
mod hostile;
mod narrowing;
mod refusals;
mod report;
mod room;
mod sequences;
mod tokens;

use crate::common::browser;
use crate::common::cases;
use crate::common::outcome;
use crate::common::sites;
use crate::common::times;

use hardtack::{SessionData, SessionError, session::TooLarge};
use serde::{Deserialize, Serialize};
use sites::{AGES, fill, long_lived};

#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl SessionData for Bytes {
    const LABEL: &str = "bytes";
    const SCHEMA: u32 = 1;
}

#[track_caller]
fn assert_within(sent: &[String], limit: usize) {
    assert_eq!(sent.len(), 1);
    assert!(sent[0].len() <= limit, "{} bytes", sent[0].len());
}

#[track_caller]
fn assert_too_large<R: std::fmt::Debug>(
    result: Result<R, SessionError>,
    expected_needed: usize,
    expected_allowed: usize,
) {
    match result {
        Err(SessionError::TooLarge(TooLarge {
            needed, allowed, ..
        })) => {
            assert_eq!((needed, allowed), (expected_needed, expected_allowed));
        }
        other => panic!("{other:?}"),
    }
}
