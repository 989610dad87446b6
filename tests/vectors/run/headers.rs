use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Mode,
    adapters::{ADAPTERS, Adapter, LAYERS, NO_HEADER, RAN, Reasons},
    cookies::latin1,
    for_each,
    open::{NO_FIELD, Visit, seen_through},
};
use crate::{
    EncryptionKey, KeyRing, SessionHeader, SigningKey,
    base::time::system_time,
    carrier::SessionHeaderBuilder,
    session::Outcome,
    state::{Allowed, Map, Overhead, SizeBudget},
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
        expects: Option<Value>,
        payload: Option<usize>,
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
    builder(mode, field, ring).build().unwrap()
}

fn builder(mode: Mode, field: &str, ring: &str) -> SessionHeaderBuilder {
    match mode {
        Mode::Encrypted => SessionHeader::encrypted(ring.parse::<KeyRing>().unwrap(), field),
        Mode::Signed => {
            let ring = ring.parse::<KeyRing>().unwrap();
            SessionHeader::unencrypted_but_signed(ring, field)
        }
    }
}

/// The text of a new key of this mode.
fn ring_of(mode: Mode) -> String {
    let text = match mode {
        Mode::Encrypted => EncryptionKey::generate().unwrap().expose_secret(),
        Mode::Signed => SigningKey::generate().unwrap().expose_secret(),
    };
    text.to_string()
}

#[test]
fn tokens_are_found_in_header_fields_as_specified() {
    let mut reasons = Reasons::default();
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
            let bytes = lines.iter().map(|line| latin1(line));
            let session = header.load(bytes, system_time(now));
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
            let request: Vec<_> = lines.iter().map(|line| (&field, line)).collect();
            let scene = json!({
                "ring": ring, "mode": mode, "purpose": {"kind": "header", "name": field.to_lowercase()},
                "context": [], "policy": {"absolute": 43_200, "idle": 1_800, "skew": 60},
                "now": now, "request": request,
            });
            for adapter in ADAPTERS {
                let seen =
                    seen_through::<Map>(*adapter, &serde_json::from_value(scene.clone()).unwrap());
                reasons.add(*adapter, &seen);
                if let Ok(seen) = seen {
                    let found = match &*seen.outcome {
                        "Absent" => Expected::Absent { absent: true },
                        "sealing" | "accepted" => Expected::Opened {
                            opened: Opened {
                                key_id: seen.key_id.unwrap(),
                                issued: crate::base::time::unix_seconds(seen.created_at.unwrap()),
                            },
                        },
                        reason => Expected::Rejected {
                            rejected: reason.to_owned(),
                            key_id: seen.key_id,
                        },
                    };
                    assert_eq!(found, expect, "{name}, {adapter:?}");
                }
            }
        }
        Vector::Room {
            mode,
            limit,
            parts,
            padding,
            expects,
            payload,
        } => {
            let len = parts.unwrap_or(1) * limit;
            let padding = super::padding(padding.as_deref());
            let token_overhead = token::overhead(mode.into());
            let overhead = Overhead::default();
            let budget = SizeBudget::new(Allowed::new(1, len), overhead, token_overhead, padding);
            let builder = builder(mode, "x-session", &ring_of(mode));
            let builder = builder.max_token_len(len).padding(padding);
            let is_accepted = match expects {
                None => builder.build().is_ok(),
                Some(expects) => {
                    assert_eq!(expects["schema"], 2, "{name}");
                    builder.typed::<Visit<2>>().build().is_ok()
                }
            };
            let room = budget.map(|budget| budget.room);
            assert_eq!(room.filter(|_| is_accepted), payload, "{name}");
        }
    });
    reasons.check(&[
        (ADAPTERS, &[NO_FIELD]),
        (&[Adapter::LoadAndSave, Adapter::HeaderMap], &[RAN]),
        (LAYERS, &[RAN]),
        (&[Adapter::Jar], &[NO_HEADER]),
    ]);
}
