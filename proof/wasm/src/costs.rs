use hardtack::{Clock, EncryptionKey, Session, SessionCookie, SessionData};
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;

#[derive(Default, Deserialize, Serialize, PartialEq)]
struct Note {
    text: String,
    changes: u8,
}

impl SessionData for Note {
    const LABEL: &str = "note";
    const SCHEMA: u32 = 1;
}

/// A visitor whose browser sends one session again and again.
#[wasm_bindgen]
pub struct Visitor {
    cookie: SessionCookie<Note>,
    field: String,
}

#[wasm_bindgen]
impl Visitor {
    /// The session has a text of this many bytes, and its key is for XChaCha20-Poly1305 or for XAES-256-GCM.
    #[wasm_bindgen(constructor)]
    pub fn new(is_xchacha20: bool, bytes: usize) -> Visitor {
        let key = if is_xchacha20 {
            EncryptionKey::generate_xchacha20()
        } else {
            EncryptionKey::generate()
        };
        let key = key.expect("the system has random bytes");
        let cookie = SessionCookie::encrypted(key).typed().build();
        let mut visitor = Visitor {
            cookie: cookie.expect("the defaults are good"),
            field: String::new(),
        };
        let session = visitor.arrive();
        session
            .update(|note| note.text = "x".repeat(bytes))
            .expect("the session fits");
        visitor.field = visitor.leave(&session);
        visitor
    }

    /// Requests that read the session.
    pub fn reads(&self, times: u32) {
        for _ in 0..times {
            let len = self.arrive().read(|note| note.text.len());
            assert!(len > 0, "the session did not open");
        }
    }

    /// Requests that change the session.
    pub fn changes(&self, times: u32) {
        for _ in 0..times {
            let session = self.arrive();
            session
                .update(|note| note.changes += 1)
                .expect("the session fits");
            assert!(!self.leave(&session).is_empty());
        }
    }

    fn arrive(&self) -> Session<Note> {
        self.cookie.load([&self.field], Clock::system())
    }

    /// The `Cookie` field of the next request.
    fn leave(&self, session: &Session<Note>) -> String {
        let fields = self.cookie.save(session).expect("the session is ours");
        let field = fields.iter().next().expect("the session was changed");
        let (pair, _) = field.split_once(';').expect("attributes follow");
        pair.to_owned()
    }
}
