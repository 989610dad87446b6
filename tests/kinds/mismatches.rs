//! Types whose `Serialize` and `Deserialize` disagree by position. A dictionary, which has names, keeps some of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeStruct};

use super::{
    kept, kept_in_a_dictionary, kept_in_a_type, refused_in_a_dictionary, refused_in_a_type,
};

const LEAVES_OUT: &str = "cannot be stored: `skip_serializing_if` leaves it out";
const OTHER: &str = "cannot be stored: it would be read as something else";
const UNREAD: &str = "cannot be stored: it could not be read again";
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
    for (role, name) in [
        (Role::Member, "`Member` of `Role`"),
        (Role::Admin, "type `"),
    ] {
        refused_in_a_type(role, name);
        kept_in_a_dictionary(role);
        refused_in_a_type((7, vec![(Role::Guest, role)]), name);
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
    refused_in_a_type(OneWay::Written(1), "`Written` of `OneWay`");
    refused_in_a_type(OneWay::Read(1), FAILS);
    refused_in_a_type(OneWay::After(1), "cannot be stored");
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
        refused_in_a_type(
            Visit { user: Some(user) },
            "`tenant` of `User` cannot be stored",
        );
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
    let name = "`a` of `First`";
    refused_in_a_type(first.clone(), name);
    refused_in_a_type(first.clone(), LEAVES_OUT);
    refused_in_a_type(vec![first.clone(), first.clone()], name);
    refused_in_a_type(BTreeMap::from([(1, Some(Box::new(first.clone())))]), name);
    kept_in_a_dictionary(first);
    refused_in_a_type(Last { a: 1, b: 0 }, "`b` of `Last`");
    refused_in_a_type((Last { a: 1, b: 0 }, 0), "`b` of `Last`");
    refused_in_a_type(Variant::Named { a: 0 }, "`a` of `Variant`");
    // Nothing says that a field without a name is left out.
    refused_in_a_type(Tuple(1, 0), "cannot be stored");
    refused_in_a_type((Tuple(1, 0), 2), "cannot be stored");
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
    refused_in_a_type(NotWritten { a: 0, b: 1 }, "cannot be stored");
    refused_in_a_type((NotWritten { a: 0, b: 1 }, 2), "cannot be stored");
    refused_in_a_type(NotRead { a: 0, b: 1 }, "cannot be stored");
    // With the same number of fields each is read in place of another.
    refused_in_a_type(Crossed { a: 0, b: 1, c: 2 }, "cannot be stored");
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
    refused_in_a_type(Untagged::Number(1), UNREAD);
    refused_in_a_type(Some(Untagged::Text("a".to_owned())), UNREAD);
    refused_in_a_type(Inside::A { a: 1 }, UNREAD);
    refused_in_a_type(Inside::B, UNREAD);
    refused_in_a_type(Beside::A(1), UNREAD);
    refused_in_a_type((Beside::C, 7), UNREAD);
    refused_in_a_type(
        Flat {
            a: 1,
            others: BTreeMap::new(),
        },
        "remove `flatten`",
    );
    refused_in_a_type(TaggedStruct { a: 1 }, "cannot be stored");

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
    refused_in_a_type(Swapped { a: 1, b: 2 }, "`b` of `Swapped`");
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
    refused_in_a_type((Signed(5), 1), OTHER);
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
    refused_in_a_type(Short { number: 1 }, UNREAD);
    refused_in_a_type((Short { number: 1 }, 1), "cannot be stored");

    /// Half of it is lost.
    #[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
    struct Rounded(#[serde(serialize_with = "halved")] u8);
    refused_in_a_type(Rounded(9), OTHER);
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
    refused_in_a_type(Through(1), UNREAD);
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
    refused_in_a_type(Even(1), UNREAD);
}

fn halved<S: Serializer>(number: &u8, to: S) -> Result<S::Ok, S::Error> {
    (number / 2).serialize(to)
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
    refused_in_a_type(Reversed(vec![1, 2, 3]), OTHER);
}
