//! Types of the standard library, and of libraries.

use std::{
    borrow::Cow,
    cell::Cell,
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, LinkedList, VecDeque},
    marker::PhantomData,
    net::{IpAddr, SocketAddr},
    num::{NonZero, Wrapping},
    ops::{Bound, Range, RangeInclusive},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use serde::{Deserialize, Serialize};
use serde_json::json;
use time::{OffsetDateTime, macros::datetime};
use uuid::uuid;

use super::{
    Erased, Kind, changed_in_a_dictionary, in_a_dictionary, kept, kept_in_a_dictionary,
    kept_in_a_type, refused_in_a_dictionary, refused_in_a_type, stored, unequal_in_a_type,
};

#[test]
fn numbers() {
    kept((false, u8::MAX, u16::MAX, u32::MAX, u64::MAX, usize::MAX));
    kept((i8::MIN, i16::MIN, i32::MIN, i64::MIN, isize::MIN));
    kept((f32::MAX, f64::MIN_POSITIVE, -0.0, f64::INFINITY));
    kept((NonZero::<u8>::MIN, NonZero::<i64>::MAX));
    kept((Wrapping(7_u8), Wrapping(-7_i16), Reverse(7)));
}

#[test]
fn a_number_that_is_not_equal_to_itself() {
    refused_in_a_type(f64::NAN, "a NaN");
    refused_in_a_type((1, vec![Some(f32::NAN)]), "a NaN");
    let found = in_a_dictionary(&Erased::of(&f64::NAN)).unwrap().unwrap();
    assert_eq!(format!("{found:?}"), "Erased(NaN)");
    // Its bits are an integer like any other.
    kept(f64::NAN.to_bits());
}

#[test]
fn texts_and_times() {
    kept(('ß', String::from("\u{FEFF}\0'\"")));
    kept(Cow::Borrowed("borrowed").into_owned());
    kept(Box::<str>::from("boxed"));
    kept(PathBuf::from("/a/b"));
    kept((Duration::new(1, 2), SystemTime::UNIX_EPOCH));
    kept(datetime!(2026-11-25 12:34:56.789 +02:00));
    kept(uuid!("936da01f-9abd-4d9d-80c7-02af85c822a8"));
    kept(
        url::Url::parse("https://example.com/a?b#c")
            .unwrap()
            .to_string(),
    );
}

#[test]
fn containers() {
    kept((1, "two".to_owned(), '3'));
    kept([1, 2, 3]);
    kept([(); 0]);
    kept(vec![vec![1], vec![], vec![2, 3]]);
    kept(VecDeque::from([2, 1]));
    kept(LinkedList::from([2, 1]));
    kept(BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]));
    kept(BTreeMap::from([((1, 'a'), Some(true))]));
    kept(BTreeSet::from([3, 2, 1]));
    kept(Box::new([1, 2]));
    kept(Cell::new(7).get());
    kept(PhantomData::<u8>);
    kept(());
}

#[test]
fn hash_maps_and_hash_sets_whose_order_changes() {
    let words = || ('a'..='z').map(|letter| letter.to_string());
    kept(words().collect::<HashSet<_>>());
    kept(words().zip(0..).collect::<HashMap<_, _>>());
    kept(
        words()
            .map(|word| (word.clone(), HashSet::from([word, String::new()])))
            .collect::<HashMap<_, _>>(),
    );
}

#[test]
fn a_set_inside_each_level_of_a_type_that_contains_itself() {
    #[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
    struct Filter {
        tags: HashSet<String>,
        not: Option<Box<Filter>>,
    }
    let tags = || HashSet::from(["a".to_owned(), "b".to_owned()]);
    let nested = |filter| Filter {
        tags: tags(),
        not: Some(Box::new(filter)),
    };
    // If each level took twice the time of the one inside it, this would never end.
    kept((0..60).fold(Filter::default(), |filter, _| nested(filter)));
}

#[test]
fn alternatives() {
    kept((Some(1), None::<u8>));
    kept(Ok::<u8, String>(1));
    kept(Err::<u8, _>("no".to_owned()));
    kept((Bound::Included(1), Bound::<u8>::Unbounded));
    kept((Range { start: 1, end: 2 }, RangeInclusive::new(3, 4)));
    kept([
        "127.0.0.1".parse::<IpAddr>().unwrap(),
        "::1".parse().unwrap(),
    ]);
    kept("[::1]:80".parse::<SocketAddr>().unwrap());
}

#[test]
fn options_in_options() {
    kept(Some(Some(1)));
    kept(None::<Option<u8>>);
    for nothing in [Some(None), None] {
        kept_in_a_type::<Option<Option<u8>>>(nothing);
    }
    changed_in_a_dictionary(Some(None::<u8>), None);
    changed_in_a_dictionary(vec![Some(None::<u8>), None], vec![None, None]);
    changed_in_a_dictionary((1, Some(Some(None::<u8>))), (1, None));
    kept_in_a_type(vec![Some(()), None]);
    changed_in_a_dictionary(vec![Some(())], vec![None]);
    kept(Some((1, None::<u8>)));
    kept(Some(vec![None::<u8>]));
    kept(Some(BTreeMap::from([(1, None::<u8>)])));
    kept(Some(Ok::<Option<u8>, ()>(None)));
}

/// MessagePack has no such integer, so types that read any form would read another value.
#[test]
fn an_integer_of_128_bits() {
    #[track_caller]
    fn check<V: Kind>(value: V) {
        refused_in_a_dictionary(
            value,
            "an integer of 128 bits, which not every type would read again; store a string",
        );
    }
    stored!(struct Number { id: u128 } =>
        kept_in_a_type(Number { id: 5 }), check(Number { id: 5 }),
        kept_in_a_type((i128::MIN, NonZero::<u128>::MAX)),
        check(vec![u128::MAX]), check(BTreeMap::from([(u128::MAX, i128::MIN)])));
    stored!(#[serde(tag = "kind")] enum Tagged { Number { id: u128 } } => check(Tagged::Number { id: 5 }));
    stored!(struct Flat { #[serde(flatten)] inner: Number } => check(Flat { inner: Number { id: 5 } }));
    stored!(#[serde(untagged)] enum Id { Number(i128), Name(String) } =>
        check(Id::Number(5)), unequal_in_a_type(Id::Number(5)), kept_in_a_dictionary(Id::Name(5.to_string())));
}

#[test]
fn types_that_read_any_form() {
    let value = json!({ "a": [1, null, "text"] });
    kept_in_a_dictionary(value.clone());
    unequal_in_a_type(value);

    /// As decimals of some libraries are.
    struct Visitor;
    impl serde::de::Visitor<'_> for Visitor {
        type Value = String;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a decimal")
        }

        fn visit_str<E>(self, text: &str) -> Result<String, E> {
            Ok(text.to_owned())
        }
    }
    fn any<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
        from.deserialize_any(Visitor)
    }
    stored!(struct Decimal(#[serde(deserialize_with = "any")] String); =>
        kept_in_a_dictionary(Decimal("1.50".to_owned())), unequal_in_a_type(Decimal("1.50".to_owned())),
        unequal_in_a_type((1, [Decimal("1.50".to_owned())])), kept(Vec::<Decimal>::new()));
}

#[test]
fn a_time_that_is_not_kept_whole() {
    let whole = datetime!(2026-11-25 12:34:56 UTC);
    let precise = datetime!(2026-11-25 12:34:56.5 UTC);
    // Only whole seconds are written.
    stored!(struct Rounded(#[serde(with = "time::serde::timestamp")] OffsetDateTime); =>
        kept(Rounded(whole)), unequal_in_a_type(Rounded(precise)),
        changed_in_a_dictionary(Rounded(precise), Rounded(whole)));
}
