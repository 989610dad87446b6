use serde::Deserialize;

use super::{Mode, cookies::latin1, for_each};
use crate::{
    EncryptionKey, KeyRing, SessionHeader, SigningKey,
    base::time::system_time,
    session::Outcome,
    state::{Allowed, Overhead, SizeBudget},
    token,
};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Vector {
    Open {
        ring: String,
        mode: Mode,
        field: String,
        now: u64,
        lines: Vec<String>,
        expect: Expected,
    },
    Room {
        mode: Mode,
        limit: usize,
        parts: Option<usize>,
        padding: Option<String>,
        payload: usize,
    },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(untagged, deny_unknown_fields)]
enum Expected {
    Opened {
        opened: Opened,
    },
    Rejected {
        rejected: String,
        key_id: Option<String>,
    },
    Absent {
        absent: bool,
    },
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Opened {
    key_id: String,
    issued: u64,
}

fn header(mode: Mode, field: &str, ring: &str) -> SessionHeader {
    let builder = match mode {
        Mode::Encrypted => {
            SessionHeader::encrypted(field, ring.parse::<KeyRing<EncryptionKey>>().unwrap())
        }
        Mode::Signed => {
            let ring = ring.parse::<KeyRing<SigningKey>>().unwrap();
            SessionHeader::unencrypted_but_signed(field, ring)
        }
    };
    builder.danger_retire_early().build().unwrap()
}

#[test]
fn tokens_are_found_in_header_fields_as_specified() {
    for_each("headers", |name, vector: Vector| match vector {
        Vector::Open {
            ring,
            mode,
            field,
            now,
            lines,
            expect,
        } => {
            let header = header(mode, &field, &ring);
            let lines = lines.iter().map(|line| latin1(line));
            let session = header.load(lines, system_time(now));
            let found = match session.outcome() {
                Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
                    let issued = session.created_at().unwrap();
                    let issued = crate::base::time::unix_seconds(issued);
                    let key_id = key_id.to_string();
                    Expected::Opened {
                        opened: Opened { key_id, issued },
                    }
                }
                Outcome::Rejected { reason, key_id } => Expected::Rejected {
                    rejected: reason.to_string(),
                    key_id: key_id.map(|id| id.to_string()),
                },
                Outcome::Absent => Expected::Absent { absent: true },
                Outcome::Migrated | Outcome::NotMigrated { .. } => {
                    unreachable!("a header takes nothing over")
                }
            };
            assert_eq!(found, expect, "{name}");
        }
        Vector::Room {
            mode,
            limit,
            parts,
            padding,
            payload,
        } => {
            let allowance = Allowed::new(1, parts.unwrap_or(1) * limit);
            let padding = super::padding(padding.as_deref());
            let token_overhead = token::overhead(mode.into());
            let overhead = Overhead::default();
            let budget = SizeBudget::new(allowance, overhead, token_overhead, padding);
            assert_eq!(budget.map(|budget| budget.room()), Some(payload), "{name}");
        }
    });
}
