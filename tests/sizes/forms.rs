//! The room that a session takes as a dictionary, which has names and readable values, and as a typed session.

use std::{collections::BTreeMap, net::IpAddr};

use hardtack::{EncryptionKey, Session, SessionCookie, SessionData, SessionError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::times::at;

/// Types whose values are the same session as a dictionary and typed.
macro_rules! sessions {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        #[derive(Clone, Default, Serialize, Deserialize)]
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
    let number = Number { user: 1_000_000 };
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
        ("`user: u64`", number.row()),
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

const TYPED_SESSIONS: &str = include_str!("../../docs/typed-sessions.md");
