//! Values of any kind, for a dictionary and for a typed session.

use std::{collections::BTreeMap, net::IpAddr};

use hardtack::SessionData;
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

pub(crate) fn dictionary() -> impl Strategy<Value = Vec<(String, Value)>> {
    let key = prop_oneof!["[a-z]{0,8}", "\\PC{0,40}", any::<String>()];
    prop::collection::vec((key, json()), 0..12)
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i8>().prop_map(Value::from),
        finite().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z]{0,300}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::from),
            prop::collection::hash_map("\\PC{0,8}", inner, 0..5)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

fn finite() -> impl Strategy<Value = f64> {
    any::<f64>().prop_filter("JSON has no such number", |number| number.is_finite())
}

#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub(crate) struct Profile {
    name: String,
    nickname: Option<String>,
    role: Role,
    roles: Vec<Role>,
    scores: BTreeMap<i32, f64>,
    flags: (bool, char, i8),
    large: (u64, i64),
    small: f32,
    bytes: Vec<u8>,
    ids: BTreeMap<Uuid, Option<IpAddr>>,
    nested: Option<Box<Profile>>,
    unit: (),
}

#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
enum Role {
    #[default]
    Guest,
    Member(u32),
    Pair(String, bool),
    Admin {
        since: u64,
        rights: BTreeMap<String, Option<u8>>,
    },
}

impl SessionData for Profile {
    const LABEL: &str = "profile";
    const SCHEMA: u32 = 1;
}

fn role() -> impl Strategy<Value = Role> {
    let rights = prop::collection::btree_map("\\PC{0,6}", any::<Option<u8>>(), 0..4);
    prop_oneof![
        Just(Role::Guest),
        any::<u32>().prop_map(Role::Member),
        ("\\PC{0,6}", any::<bool>()).prop_map(|(name, is_so)| Role::Pair(name, is_so)),
        (any::<u64>(), rights).prop_map(|(since, rights)| Role::Admin { since, rights }),
    ]
}

pub(crate) fn profile() -> impl Strategy<Value = Profile> {
    let texts = ("\\PC{0,20}", prop::option::of("\\PC{0,20}"));
    let roles = (role(), prop::collection::vec(role(), 0..4));
    let scores = prop::collection::btree_map(any::<i32>(), finite(), 0..4);
    let small = any::<f32>().prop_filter("equal to itself", |number| !number.is_nan());
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    let id = any::<u128>().prop_map(Uuid::from_u128);
    let ids = prop::collection::btree_map(id, any::<Option<IpAddr>>(), 0..3);
    let rest = (
        scores,
        any::<(bool, char, i8)>(),
        any::<(u64, i64)>(),
        small,
        bytes,
        ids,
    );
    let flat = (texts, roles, rest).prop_map(
        |((name, nickname), (role, roles), (scores, flags, large, small, bytes, ids))| Profile {
            name,
            nickname,
            role,
            roles,
            scores,
            flags,
            large,
            small,
            bytes,
            ids,
            nested: None,
            unit: (),
        },
    );
    flat.prop_recursive(1, 2, 1, |inner| {
        (inner.clone(), prop::option::of(inner)).prop_map(|(outer, nested)| Profile {
            nested: nested.map(Box::new),
            ..outer
        })
    })
}
