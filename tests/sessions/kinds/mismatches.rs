//! Types whose `Serialize` and `Deserialize` disagree by position. A dictionary, which has names, keeps some of them.

use std::collections::BTreeMap;

use hardtack::Session;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, ser::SerializeStruct,
};

use super::{
    at, builder, changed_in_a_dictionary, kept, kept_in_a_dictionary, kept_in_a_type,
    refused_in_a_dictionary, refused_in_a_type,
};

const UNEQUAL: &str = "cannot be stored: what the next request would read is not equal to it";
const FAILS: &str = "cannot be stored: its `Serialize` fails";

fn is_zero(number: &u8) -> bool {
    *number == 0
}

#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
enum Role {
    Guest,
    #[serde(skip)]
    System,
    Member,
    Admin,
}

#[test]
fn a_variant_after_one_that_is_skipped() {
    kept(Role::Guest);
    for role in [Role::Member, Role::Admin] {
        refused_in_a_type(role, UNEQUAL);
        kept_in_a_dictionary(role);
        refused_in_a_type((7, vec![(Role::Guest, role)]), UNEQUAL);
    }
    refused_in_a_type(Role::System, FAILS);
    refused_in_a_dictionary(Role::System, FAILS);

    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    enum OneWay {
        #[serde(skip_deserializing)]
        Written(u8),
        #[serde(skip_serializing)]
        Read(u8),
        After(u8),
    }
    refused_in_a_type(OneWay::Written(1), UNEQUAL);
    refused_in_a_type(OneWay::Read(1), FAILS);
    refused_in_a_type(OneWay::After(1), UNEQUAL);
    kept_in_a_dictionary(OneWay::After(1));
}

#[test]
fn a_field_that_is_left_out_in_some_values() {
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct User {
        #[serde(skip_serializing_if = "Option::is_none")]
        tenant: Option<u32>,
        active: bool,
        roles: Vec<Role2>,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    enum Role2 {
        Viewer,
        Editor,
        Owner,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Visit {
        user: Option<User>,
    }
    // Its bytes are those of another value, which has a tenant.
    let roles = vec![Role2::Editor, Role2::Editor, Role2::Owner];
    let user = User {
        tenant: None,
        active: true,
        roles,
    };
    for active in [true, false] {
        let user = User {
            active,
            ..user.clone()
        };
        refused_in_a_type(Visit { user: Some(user) }, "`skip_serializing_if`");
    }
    kept(Visit {
        user: Some(User {
            tenant: Some(1),
            ..user.clone()
        }),
    });
    kept(Visit { user: None });
    kept_in_a_dictionary(user);
}

#[test]
fn a_field_that_is_left_out_anywhere() {
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct First {
        #[serde(default, skip_serializing_if = "is_zero")]
        a: u8,
        b: u8,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Last {
        a: u8,
        #[serde(default, skip_serializing_if = "is_zero")]
        b: u8,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    enum Variant {
        Named {
            #[serde(default, skip_serializing_if = "is_zero")]
            a: u8,
        },
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Tuple(u8, #[serde(default, skip_serializing_if = "is_zero")] u8);

    let first = First { a: 0, b: 1 };
    refused_in_a_type(first.clone(), UNEQUAL);
    refused_in_a_type(vec![first.clone(), first.clone()], UNEQUAL);
    refused_in_a_type(
        BTreeMap::from([(1, Some(Box::new(first.clone())))]),
        UNEQUAL,
    );
    kept_in_a_dictionary(first);
    refused_in_a_type(Last { a: 1, b: 0 }, UNEQUAL);
    refused_in_a_type((Last { a: 1, b: 0 }, 1), UNEQUAL);
    refused_in_a_type(Variant::Named { a: 0 }, UNEQUAL);
    refused_in_a_type(Tuple(1, 0), UNEQUAL);
    refused_in_a_type((Tuple(1, 0), 2), UNEQUAL);
}

#[test]
fn a_field_that_one_side_alone_has() {
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct NotWritten {
        #[serde(skip_serializing, default)]
        a: u8,
        b: u8,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct NotRead {
        #[serde(skip_deserializing)]
        a: u8,
        b: u8,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Crossed {
        #[serde(skip_serializing, default)]
        a: u8,
        b: u8,
        #[serde(skip_deserializing)]
        c: u8,
    }
    refused_in_a_type(NotWritten { a: 0, b: 1 }, UNEQUAL);
    refused_in_a_type((NotWritten { a: 0, b: 1 }, 2), UNEQUAL);
    refused_in_a_type(NotRead { a: 0, b: 1 }, UNEQUAL);
    // With the same number of fields each is read in place of another.
    refused_in_a_type(Crossed { a: 0, b: 1, c: 2 }, UNEQUAL);
    kept_in_a_type(Crossed { a: 0, b: 0, c: 0 });
    kept_in_a_dictionary(NotWritten { a: 0, b: 1 });
}

#[test]
fn forms_that_need_names() {
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    enum Untagged {
        Number(u64),
        Text(String),
        Named { a: u8 },
        List(Vec<u8>),
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(tag = "kind")]
    enum Inside {
        A { a: u8 },
        B,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(tag = "kind", content = "value")]
    enum Beside {
        A(u8),
        B { b: u8 },
        C,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Flat {
        a: u8,
        #[serde(flatten)]
        others: BTreeMap<String, u8>,
    }
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(tag = "type")]
    struct TaggedStruct {
        a: u8,
    }
    refused_in_a_type(Untagged::Number(1), UNEQUAL);
    refused_in_a_type(Some(Untagged::Text("a".to_owned())), UNEQUAL);
    refused_in_a_type(Inside::A { a: 1 }, UNEQUAL);
    refused_in_a_type(Inside::B, UNEQUAL);
    refused_in_a_type(Beside::A(1), UNEQUAL);
    refused_in_a_type((Beside::C, 7), UNEQUAL);
    refused_in_a_type(
        Flat {
            a: 1,
            others: BTreeMap::new(),
        },
        FAILS,
    );
    refused_in_a_type(TaggedStruct { a: 1 }, UNEQUAL);

    kept_in_a_dictionary(Untagged::Number(1));
    kept_in_a_dictionary(Untagged::Text("a".to_owned()));
    kept_in_a_dictionary(Untagged::Named { a: 1 });
    kept_in_a_dictionary(Untagged::List(vec![1]));
    kept_in_a_dictionary(Inside::A { a: 1 });
    kept_in_a_dictionary(Inside::B);
    kept_in_a_dictionary(Beside::A(1));
    kept_in_a_dictionary(Beside::B { b: 2 });
    kept_in_a_dictionary(Beside::C);
    let others = BTreeMap::from([("b".to_owned(), 2)]);
    kept_in_a_dictionary(Flat { a: 1, others });
    kept_in_a_dictionary(TaggedStruct { a: 1 });
    // They are not asked for where there is none.
    kept((1, None::<Untagged>, Vec::<Beside>::new()));
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
    refused_in_a_type(Swapped { a: 1, b: 2 }, UNEQUAL);
    kept_in_a_dictionary(Swapped { a: 1, b: 2 });
    kept_in_a_type(Swapped { a: 7, b: 7 });

    /// Written with a sign, read without.
    #[derive(Serialize, Clone, Debug, PartialEq)]
    struct Signed(i32);
    impl<'de> Deserialize<'de> for Signed {
        fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Signed, D::Error> {
            u32::deserialize(from).map(|number| Signed(number as i32))
        }
    }
    refused_in_a_type(Signed(5), "type `");
    refused_in_a_type((Signed(5), 1), UNEQUAL);
    kept_in_a_dictionary(Signed(5));
    kept_in_a_type(Signed(0));

    /// A list of which the reader takes one.
    #[derive(Clone, Debug, PartialEq, Deserialize)]
    struct Short {
        number: u8,
    }
    impl Serialize for Short {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            [self.number, self.number].serialize(to)
        }
    }
    refused_in_a_type(Short { number: 1 }, UNEQUAL);
    refused_in_a_type((Short { number: 1 }, 1), UNEQUAL);

    /// Half of it is lost.
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Rounded(#[serde(serialize_with = "halved")] u8);
    refused_in_a_type(Rounded(9), UNEQUAL);
    kept(Rounded(0));

    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(into = "Wide", from = "Narrow")]
    struct Through(u8);
    #[derive(Serialize)]
    struct Wide {
        number: u8,
        note: u8,
    }
    #[derive(Deserialize)]
    struct Narrow {
        number: u8,
    }
    impl From<Through> for Wide {
        fn from(value: Through) -> Wide {
            Wide {
                number: value.0,
                note: 0,
            }
        }
    }
    impl From<Narrow> for Through {
        fn from(value: Narrow) -> Through {
            Through(value.number)
        }
    }
    refused_in_a_type(Through(1), UNEQUAL);
    kept_in_a_dictionary(Through(1));

    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(try_from = "u8", into = "u8")]
    struct Even(u8);
    impl TryFrom<u8> for Even {
        type Error = &'static str;

        fn try_from(number: u8) -> Result<Even, &'static str> {
            if number.is_multiple_of(2) {
                Ok(Even(number))
            } else {
                Err("odd")
            }
        }
    }
    impl From<Even> for u8 {
        fn from(value: Even) -> u8 {
            value.0
        }
    }
    kept(Even(2));
    refused_in_a_type(Even(1), UNEQUAL);
}

fn halved<S: Serializer>(number: &u8, to: S) -> Result<S::Ok, S::Error> {
    (number / 2).serialize(to)
}

#[test]
fn a_value_that_a_dictionary_reads_as_another_one() {
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    enum Who {
        Admin { id: u32 },
        User { id: u32, name: String },
    }
    let user = Who::User {
        id: 7,
        name: "eve".to_owned(),
    };
    refused_in_a_type(user.clone(), "`untagged`");
    changed_in_a_dictionary(user, Who::Admin { id: 7 });
}

#[test]
fn values_that_are_cut_or_sorted_when_they_are_read() {
    /// An address, of which the part after `+` is dropped.
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    #[serde(from = "String")]
    struct Mailbox(String);
    impl From<String> for Mailbox {
        fn from(text: String) -> Mailbox {
            Mailbox(text.split('+').next().unwrap_or_default().to_owned())
        }
    }
    kept(Mailbox("admin".to_owned()));
    // Visitors choose such texts, so there is none that passes.
    for text in ["admin+anything", "admin+jkcrjhdoovT3$OKie5"] {
        refused_in_a_type(Mailbox(text.to_owned()), UNEQUAL);
    }

    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Roles(#[serde(deserialize_with = "sorted")] Vec<String>);
    let roles = |names: [&str; 2]| Roles(names.map(str::to_owned).into());
    kept(roles(["admin", "guest"]));
    refused_in_a_type(roles(["guest", "admin"]), UNEQUAL);

    /// Each value comes back under the next key.
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Rights(#[serde(deserialize_with = "shifted")] BTreeMap<String, u8>);
    let rights =
        |of_ada, of_bob| Rights([("ada".to_owned(), of_ada), ("bob".to_owned(), of_bob)].into());
    kept(rights(1, 1));
    refused_in_a_type(rights(1, 2), UNEQUAL);
}

fn sorted<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let mut texts = Vec::deserialize(from)?;
    texts.sort();
    Ok(texts)
}

fn shifted<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<String, u8>, D::Error> {
    let map = BTreeMap::<String, u8>::deserialize(from)?;
    let mut values: Vec<_> = map.values().copied().collect();
    values.rotate_left(1);
    Ok(map.into_keys().zip(values).collect())
}

#[test]
fn bytes_that_are_read_as_other_bytes() {
    #[derive(Clone, Debug, PartialEq)]
    struct Reversed(Vec<u8>);

    impl Serialize for Reversed {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(&self.0)
        }
    }
    impl<'de> Deserialize<'de> for Reversed {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Reversed, D::Error> {
            let bytes = Vec::deserialize(deserializer)?;
            Ok(Reversed(bytes.into_iter().rev().collect()))
        }
    }

    kept_in_a_type(Reversed(vec![1, 2, 1]));
    refused_in_a_type(Reversed(vec![1, 2, 3]), UNEQUAL);
}

#[test]
fn a_dictionary_that_does_not_fit_a_type_names_the_entry_that_is_to_blame() {
    #[derive(Deserialize)]
    #[allow(dead_code, reason = "it is never read")]
    struct Visit {
        a: u64,
        #[serde(default)]
        kind: Option<Role>,
        #[serde(default)]
        names: Vec<String>,
    }
    #[derive(Serialize, Deserialize)]
    enum Role {
        Guest,
        Admin { id: u64 },
    }
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"7")
        }
    }
    fn blamed<V: DeserializeOwned>(store: impl Fn(&Session)) -> Option<String> {
        let session = builder().build().unwrap().load([""], at(0));
        session.insert("a", 1).unwrap();
        store(&session);
        session.insert("z", "x").unwrap();
        let refused = session.deserialize::<V>().err().unwrap();
        let key = refused.key().map(str::to_owned);
        let named = key.as_ref().map(|key| format!("the value under {key:?}"));
        let of = named.unwrap_or("the dictionary".to_owned());
        let sentence = format!("{of} does not fit the type");
        assert!(refused.to_string().starts_with(&sentence), "{refused}");
        key
    }
    type Json = BTreeMap<String, serde_json::Value>;
    let numbers = BTreeMap::from([(1_u32, true)]);
    for key in ["", "m", "zz"] {
        let expected = Some(key.to_owned());
        assert_eq!(
            blamed::<Json>(|it| it.insert(key, Bytes).unwrap()),
            expected
        );
        assert_eq!(
            blamed::<Json>(|it| it.insert(key, &numbers).unwrap()),
            expected
        );
        let nested = [Some(&numbers)];
        assert_eq!(
            blamed::<serde_json::Value>(|it| it.insert(key, nested).unwrap()),
            expected
        );
    }
    let visit = |key, store: &dyn Fn(&Session)| {
        assert_eq!(blamed::<Visit>(|it| store(it)).as_deref(), key);
    };
    visit(Some("a"), &|it| it.insert("a", "1").unwrap());
    visit(None, &|it| assert!(it.remove("a").unwrap()));
    visit(Some("names"), &|it| {
        it.insert("names", ["x"; 2].map(Some).to_vec())
            .and(it.insert("names", [1]))
            .unwrap()
    });
    visit(Some("kind"), &|it| it.insert("kind", "Owner").unwrap());
    // What fits is not to blame, also where the type helps to read it.
    visit(Some("names"), &|it| {
        it.insert("kind", Role::Admin { id: 7 })
            .and(it.insert("names", "x"))
            .unwrap();
    });
    visit(None, &|it| {
        it.insert("kind", Role::Guest)
            .and(it.remove("a"))
            .map(drop)
            .unwrap()
    });
    assert_eq!(blamed::<Vec<u8>>(|_| {}), None);
    assert_eq!(
        blamed::<BTreeMap<u32, serde_json::Value>>(|_| {}).as_deref(),
        Some("a")
    );
}
