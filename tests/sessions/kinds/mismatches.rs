//! Types whose `Serialize` and `Deserialize` disagree by position. A dictionary, which has names, keeps some of them.

use std::collections::BTreeMap;

use hardtack::SessionData;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeStruct};

use super::{
    UNEQUAL, changed_in_a_dictionary, check_sentence, fails_in_a_type, kept, kept_in_a_dictionary,
    kept_in_a_type, refused_in_a_dictionary, refused_in_a_type, stored, unequal_in_a_type,
};
use crate::common::{at, builder_of};

#[test]
fn a_variant_after_one_that_is_skipped() {
    stored!(enum Role { Guest, #[serde(skip)] System, Member, Admin } =>
        kept(Role::Guest),
        unequal_in_a_type(Role::Member), kept_in_a_dictionary(Role::Member),
        unequal_in_a_type((7, vec![(Role::Guest, Role::Admin)])),
        fails_in_a_type(Role::System),
        refused_in_a_dictionary(Role::System, "cannot be stored: its `Serialize` fails"));
    stored!(enum OneWay { #[serde(skip_deserializing)] Written(u8), #[serde(skip_serializing)] Read(u8), After(u8) } =>
        unequal_in_a_type(OneWay::Written(1)),
        fails_in_a_type(OneWay::Read(1)),
        unequal_in_a_type(OneWay::After(1)), kept_in_a_dictionary(OneWay::After(1)));
}

#[test]
fn a_field_that_is_left_out_in_some_values() {
    stored!(enum Role { Viewer, Editor, Owner } => kept(Role::Viewer));
    stored!(struct User { #[serde(skip_serializing_if = "Option::is_none")] tenant: Option<u32>, active: bool,
            roles: Vec<Role> } =>
        kept(Some(User { tenant: Some(1), active: true, roles: vec![Role::Owner] })),
        kept(None::<User>),
        // Its bytes are those of another value, which has a tenant.
        refused_in_a_type(
            Some(User { tenant: None, active: true, roles: vec![Role::Editor, Role::Editor, Role::Owner] }),
            "`skip_serializing_if`"),
        kept_in_a_dictionary(User { tenant: None, active: true, roles: vec![Role::Editor] }));
    stored!(struct First { #[serde(default, skip_serializing_if = "is_zero")] a: u8, b: u8 } =>
        unequal_in_a_type(First { a: 0, b: 1 }), kept_in_a_dictionary(First { a: 0, b: 1 }),
        unequal_in_a_type(vec![First { a: 0, b: 1 }, First { a: 0, b: 1 }]),
        unequal_in_a_type(BTreeMap::from([(1, Some(Box::new(First { a: 0, b: 1 })))])));
    stored!(struct Last { a: u8, #[serde(default, skip_serializing_if = "is_zero")] b: u8 } =>
        unequal_in_a_type(Last { a: 1, b: 0 }), unequal_in_a_type((Last { a: 1, b: 0 }, 1)));
    stored!(struct Tuple(u8, #[serde(default, skip_serializing_if = "is_zero")] u8); =>
        unequal_in_a_type(Tuple(1, 0)), unequal_in_a_type((Tuple(1, 0), 2)));
}

/// In a session of its own, because `erased-serde` before 0.4.10 panics at such a field.
#[test]
fn a_field_of_a_variant_that_is_left_out_in_some_values() {
    #[derive(Serialize, Deserialize, PartialEq)]
    enum Variant {
        Named {
            #[serde(default, skip_serializing_if = "is_zero")]
            a: u8,
        },
    }
    impl Default for Variant {
        fn default() -> Variant {
            Variant::Named { a: 1 }
        }
    }
    impl SessionData for Variant {
        const LABEL: &str = "variant";
        const SCHEMA: u32 = 1;
    }
    let cookie = builder_of::<Variant>().build().unwrap();
    let session = cookie.load(None::<&str>, at(0));
    let stored = session.replace(Variant::Named { a: 0 });
    check_sentence(stored.map(|()| None), UNEQUAL);
}

fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[test]
fn a_field_that_one_side_alone_has() {
    stored!(struct NotWritten { #[serde(skip_serializing, default)] a: u8, b: u8 } =>
        unequal_in_a_type(NotWritten { a: 0, b: 1 }), unequal_in_a_type((NotWritten { a: 0, b: 1 }, 2)),
        kept_in_a_dictionary(NotWritten { a: 0, b: 1 }));
    stored!(struct NotRead { #[serde(skip_deserializing)] a: u8, b: u8 } =>
        unequal_in_a_type(NotRead { a: 0, b: 1 }));
    // With the same number of fields each is read in place of another.
    stored!(struct Crossed { #[serde(skip_serializing, default)] a: u8, b: u8, #[serde(skip_deserializing)] c: u8 } =>
        unequal_in_a_type(Crossed { a: 0, b: 1, c: 2 }), kept_in_a_type(Crossed { a: 0, b: 0, c: 0 }));
}

#[test]
fn forms_that_need_names() {
    stored!(#[serde(untagged)] enum Untagged { Number(u64), Text(String), Named { a: u8 }, List(Vec<u8>) } =>
        unequal_in_a_type(Untagged::Number(1)), kept_in_a_dictionary(Untagged::Number(1)),
        unequal_in_a_type(Some(Untagged::Text("a".to_owned()))),
        kept_in_a_dictionary(Untagged::Text("a".to_owned())),
        kept_in_a_dictionary(Untagged::Named { a: 1 }), kept_in_a_dictionary(Untagged::List(vec![1])),
        // They are not asked for where there is none.
        kept((1, None::<Untagged>)));
    stored!(#[serde(tag = "kind")] enum Inside { A { a: u8 }, B } =>
        unequal_in_a_type(Inside::A { a: 1 }), kept_in_a_dictionary(Inside::A { a: 1 }),
        unequal_in_a_type(Inside::B), kept_in_a_dictionary(Inside::B));
    stored!(#[serde(tag = "kind", content = "value")] enum Beside { A(u8), B { b: u8 }, C } =>
        unequal_in_a_type(Beside::A(1)), kept_in_a_dictionary(Beside::A(1)),
        unequal_in_a_type((Beside::C, 7)), kept_in_a_dictionary(Beside::C),
        kept_in_a_dictionary(Beside::B { b: 2 }), kept(Vec::<Beside>::new()));
    stored!(struct Flat { a: u8, #[serde(flatten)] others: BTreeMap<String, u8> } =>
        fails_in_a_type(Flat { a: 1, others: BTreeMap::new() }),
        kept_in_a_dictionary(Flat { a: 1, others: BTreeMap::from([("b".to_owned(), 2)]) }));
    stored!(#[serde(tag = "type")] struct Tagged { a: u8 } =>
        unequal_in_a_type(Tagged { a: 1 }), kept_in_a_dictionary(Tagged { a: 1 }));
}

#[test]
fn a_value_that_a_dictionary_reads_as_another_one() {
    stored!(#[serde(untagged)] enum Who { Admin { id: u32 }, User { id: u32, name: String } } =>
        refused_in_a_type(Who::User { id: 7, name: "eve".to_owned() }, "`untagged`"),
        changed_in_a_dictionary(Who::User { id: 7, name: "eve".to_owned() }, Who::Admin { id: 7 }));
}

#[test]
fn implementations_that_disagree() {
    /// The fields are written in the other order.
    #[derive(Deserialize, Clone, Debug, PartialEq)]
    struct Swapped {
        a: u8,
        b: u8,
    }
    impl Serialize for Swapped {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut fields = to.serialize_struct("Swapped", 2)?;
            fields.serialize_field("b", &self.b)?;
            fields.serialize_field("a", &self.a)?;
            fields.end()
        }
    }
    unequal_in_a_type(Swapped { a: 1, b: 2 });
    kept_in_a_dictionary(Swapped { a: 1, b: 2 });
    kept_in_a_type(Swapped { a: 7, b: 7 });

    // Written with a sign, read without.
    stored!(struct Signed(#[serde(deserialize_with = "without_sign")] i32); =>
        refused_in_a_type(Signed(5), "type `"), unequal_in_a_type((Signed(5), 1)),
        kept_in_a_dictionary(Signed(5)), kept_in_a_type(Signed(0)));
    // A list of which the reader takes one.
    stored!(struct Short { #[serde(serialize_with = "twice")] number: u8 } =>
        unequal_in_a_type(Short { number: 1 }), unequal_in_a_type((Short { number: 1 }, 1)));
    // Half of it is lost.
    stored!(struct Rounded(#[serde(serialize_with = "halved")] u8); => unequal_in_a_type(Rounded(9)), kept(Rounded(0)));
    // Visitors choose such texts, so there is none that passes.
    stored!(struct Mailbox(#[serde(deserialize_with = "without_tag")] String); =>
        kept(Mailbox("admin".to_owned())),
        unequal_in_a_type(Mailbox("admin+anything".to_owned())),
        unequal_in_a_type(Mailbox("admin+jkcrjhdoovT3$OKie5".to_owned())));
    stored!(struct Roles(#[serde(deserialize_with = "sorted")] Vec<u8>); =>
        kept(Roles(vec![1, 2])), unequal_in_a_type(Roles(vec![2, 1])));
    // Each value comes back under the next key.
    stored!(struct Rights(#[serde(deserialize_with = "shifted")] BTreeMap<u8, u8>); =>
        kept(Rights(BTreeMap::from([(1, 1), (2, 1)]))), unequal_in_a_type(Rights(BTreeMap::from([(1, 1), (2, 2)]))));
    stored!(struct Reversed(#[serde(serialize_with = "as_bytes", deserialize_with = "reversed")] Vec<u8>); =>
        kept_in_a_type(Reversed(vec![1, 2, 1])), unequal_in_a_type(Reversed(vec![1, 2, 3])));
    stored!(#[serde(into = "(u8, u8)", from = "(u8,)")] struct Through(u8); => unequal_in_a_type(Through(1)));
    stored!(#[serde(try_from = "u8", into = "u8")] struct Even(u8); => kept(Even(2)), unequal_in_a_type(Even(1)));
    impl From<Through> for (u8, u8) {
        fn from(value: Through) -> (u8, u8) {
            (value.0, 0)
        }
    }
    impl From<(u8,)> for Through {
        fn from((number,): (u8,)) -> Through {
            Through(number)
        }
    }
    impl TryFrom<u8> for Even {
        type Error = &'static str;

        fn try_from(number: u8) -> Result<Even, &'static str> {
            number
                .is_multiple_of(2)
                .then_some(Even(number))
                .ok_or("odd")
        }
    }
    impl From<Even> for u8 {
        fn from(value: Even) -> u8 {
            value.0
        }
    }
}

fn without_sign<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    u32::deserialize(from).map(|number| number as i32)
}

fn twice<S: Serializer>(number: &u8, to: S) -> Result<S::Ok, S::Error> {
    [number, number].serialize(to)
}

fn halved<S: Serializer>(number: &u8, to: S) -> Result<S::Ok, S::Error> {
    (number / 2).serialize(to)
}

fn without_tag<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    Ok(text.split('+').next().unwrap_or_default().to_owned())
}

fn sorted<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let mut numbers = Vec::deserialize(from)?;
    numbers.sort();
    Ok(numbers)
}

fn shifted<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<u8, u8>, D::Error> {
    let map = BTreeMap::<u8, u8>::deserialize(from)?;
    let mut values: Vec<_> = map.values().copied().collect();
    values.rotate_left(1);
    Ok(map.into_keys().zip(values).collect())
}

fn as_bytes<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
    to.serialize_bytes(bytes)
}

fn reversed<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let bytes = Vec::deserialize(from)?;
    Ok(bytes.into_iter().rev().collect())
}
