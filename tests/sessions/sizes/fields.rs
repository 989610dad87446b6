//! One session of any size, from empty to full.
//!
//! The room that a session takes as a dictionary, which has names and readable values, and as a typed session.

use std::{collections::BTreeMap, net::IpAddr};

use hardtack::{EncryptionKey, Session, SessionCookie, SessionData, SessionError, Size};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    browser::Browser,
    cases::cases,
    options::{Options, RESERVED, options},
    room::{dictionary, varint},
    times::{at, seconds},
    tokens::{names, token_of},
};

/// The number of characters to store.
#[derive(Clone, Debug)]
enum Length {
    /// Thousandths of the most.
    Share(usize),
    /// An offset from the most that this many cookies hold.
    Near(usize, isize),
}

fn length() -> impl Strategy<Value = Length> {
    prop_oneof![
        2 => (0..=1000usize).prop_map(Length::Share),
        1 => Just(Length::Share(1000)),
        3 => (1..4usize, -6..=6isize).prop_map(|(cookies, off)| Length::Near(cookies, off)),
    ]
}

impl Length {
    fn of(&self, options: &Options, head: usize, max_age: &str) -> usize {
        let room = options.room();
        let most = (0..room).rev().find(|len| dictionary(*len) <= room);
        let most = most.unwrap();
        match *self {
            Length::Share(share) => most * share / 1000,
            Length::Near(cookies, off) => {
                let takes = |len| options.sent(head, dictionary(len), max_age).fields.len();
                let edge = (0..=most).rev().find(|len| takes(*len) <= cookies);
                edge.unwrap().saturating_add_signed(off).min(most)
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn a_session_takes_as_few_cookies_as_there_can_be_and_not_a_byte_more(
        options in options(),
        length in length(),
        duration in prop_oneof![Just(None), (1..9u32).prop_map(|digits| Some(10u64.pow(digits - 1)))],
    ) {
        // Flags, issued, age; a lifetime of its own where it is remembered.
        let head = 1 + 4 + 1 + duration.map_or(0, varint);
        let max_age = duration.map_or(String::new(), |duration| format!("; Max-Age={duration}"));
        let len = length.of(&options, head, &max_age);
        let mut browser = Browser::from(options.builder());
        browser.visit(|session| {
            assert_eq!(session.remaining_bytes(), options.room());
            session.insert("k", "x".repeat(len)).unwrap();
            if let Some(duration) = duration {
                session.remember_for(seconds(duration)).unwrap();
            }
            assert_eq!(session.remaining_bytes(), options.room() - dictionary(len));
        });
        let fields: Vec<_> = browser.sent.iter().map(String::len).collect();
        let expected = options.sent(head, dictionary(len), &max_age);
        prop_assert_eq!(&fields, &expected.fields);
        let (limit, most) = options.limits();
        prop_assert!(fields.len() <= most && fields.iter().all(|len| *len <= limit));
        let pairs: Vec<_> = browser.sent.iter().map(|field| super::browser::pair_of(field)).collect();
        prop_assert!(browser.sent.iter().all(|field| field.contains(&max_age)));
        let session = browser.site.load(&pairs, at(0));
        prop_assert_eq!(session.get("k").unwrap(), Some("x".repeat(len)));
        prop_assert!(!token_of(&options.name, &pairs).contains('.'));
    }

    #[test]
    fn the_largest_session_still_fits_whatever_is_done_with_it(
        options in options(),
        age in 0..4_000_000_000u64,
        is_remembered: bool,
    ) {
        let mut browser = Browser::from(options.builder());
        browser.visit(super::fill);
        prop_assert_eq!(browser.jar.names(), names(&options.name, browser.sent.len()));
        browser.now = age;
        browser.visit(|session| {
            session.ensure_id().unwrap();
            session.renew_id().unwrap();
            if is_remembered {
                // Renewed first, because the session may be too old to be remembered.
                session.renew().unwrap();
                session.remember_for(seconds(40_000_000_000)).unwrap();
            }
            session.update("full", |full: &mut String| *full = "y".repeat(full.len())).unwrap();
            assert_eq!(session.remaining_bytes(), 0);
        });
        let (limit, most) = options.limits();
        prop_assert!(browser.sent.len() <= most);
        prop_assert!(browser.sent.iter().all(|field| field.len() <= limit));
        // Each field is full, but for a few bytes in reserve in the last.
        let reserve = RESERVED * 4 / 3 + "; Max-Age=34560000".len() + 4;
        if let (Size::Split(_), hardtack::carrier::Padding::None) = (options.size, options.padding) {
            let all: usize = browser.sent.iter().map(String::len).sum();
            let total = options.total();
            prop_assert!(all + reserve * most >= total, "{} of {}", all, total);
        }
    }
}

/// Types whose values are the same session as a dictionary and typed.
macro_rules! sessions {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        #[derive(Clone, Default, Serialize, Deserialize, PartialEq)]
        struct $name {
            $($field: $type),*
        }

        impl SessionData for $name {
            const LABEL: &str = stringify!($name);
            const SCHEMA: u32 = 1;
        }

        impl $name {
            fn insert_into(&self, session: &Session) -> Result<(), SessionError> {
                $(session.insert(stringify!($field), &self.$field)?;)*
                Ok(())
            }

            /// The end of its row: the characters of its token as a dictionary, and typed.
            fn row(&self) -> String {
                let cookie = || SessionCookie::encrypted(EncryptionKey::generate().unwrap());
                let dictionary = cookie().build().unwrap();
                let typed = cookie().typed().build().unwrap();
                let fields = [
                    dictionary.cookie_for(at(0), |session| self.insert_into(session)),
                    typed.cookie_for(at(0), |session| session.replace(self.clone())),
                ];
                let token_len = |field: String| field.len() - "__Host-session=".len();
                let [dictionary, typed] = fields.map(|field| token_len(field.unwrap()));
                format!("| {dictionary} | {typed} |\n")
            }
        }
    )*};
}

sessions! {
    Number { user: u64 }
    Id { user_id: Option<Uuid> }
    Login { user_id: Option<Uuid>, epoch: u32, language: String }
    Shop { user_id: Option<Uuid>, epoch: u32, language: String, address: Option<IpAddr>, cart: BTreeMap<Uuid, u32> }
}

#[test]
fn a_session_takes_the_room_that_its_document_says() {
    let user_id = Some(Uuid::from_u128(u128::MAX / 3));
    let (epoch, language) = (7, "en".to_owned());
    let number = Number { user: 70_000 };
    let id = Id { user_id };
    let login = Login {
        user_id,
        epoch,
        language: language.clone(),
    };
    let articles = (1..=5).map(|count| (Uuid::from_u128(u128::MAX / u128::from(count)), count));
    let shop = Shop {
        user_id,
        epoch,
        language,
        address: Some([192, 0, 2, 77].into()),
        cart: articles.collect(),
    };
    for (session, row) in [
        ("`user: u64`, such as 70,000", number.row()),
        ("`user_id: Option<Uuid>`", id.row()),
        ("the same, `epoch: u32`, `language: String`", login.row()),
        (
            "the same, `address: Option<IpAddr>`, and five items in `cart: BTreeMap<Uuid, u32>`",
            shop.row(),
        ),
    ] {
        let row = format!("| {session} {row}");
        assert!(TYPED_SESSIONS.contains(&row), "{row}");
    }
}

const TYPED_SESSIONS: &str = include_str!("../../../docs/typed-sessions.md");
