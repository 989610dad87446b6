//! The size of sessions: in one cookie or in several, padded or not (docs/spec/carriers.md § 9.2, § 9.4 to § 9.7,
//! docs/spec/writer.md § 9.5, § 9.6, § 11, SPEC.md § 5.6).

mod arithmetic;
mod options;
mod parts;

mod any_options;
mod broken;
mod cost;
mod expiry;
mod fields;
mod formerly;
mod forms;
mod hostile;
mod narrowing;
mod padding;
mod refusals;
mod report;
mod room;
mod sequences;
mod tokens;
mod too_large_now;

use crate::common::browser;
use crate::common::cases;
use crate::common::filled;
use crate::common::outcome;
use crate::common::sites;
use crate::common::times;

use filled::{AGES, fill, long_lived};
use hardtack::{SessionData, SessionError, session::TooLarge};
use serde::{Deserialize, Serialize};

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
