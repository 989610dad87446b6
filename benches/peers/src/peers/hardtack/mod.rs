//! The crate itself.

mod actix;
mod dictionary;
mod layers;
mod typed;

use std::{hint::black_box, sync::Arc, time::SystemTime};

use hardtack::{
    Clock, EncryptionKey, KeyRing, SessionCookie, SessionToken, SigningKey, Size,
    carrier::SessionCookieBuilder, keys::Mode,
};

use self::{
    dictionary::Dictionary,
    dictionary::Tokens,
    typed::{Http, Typed},
};
use super::{
    FAILURE,
    cells::{add_open, add_peer, first_pair},
    traits::Peer,
};
use crate::{
    measure::{Bench, Operation},
    workloads::{Medium, Workload},
};

pub(crate) use self::layers::{TOWER, add as add_layers};

pub(crate) const TYPED: &str = "hardtack `SessionCookie<T>`";
const DICTIONARY: &str = "hardtack `SessionCookie`, a dictionary";
const XCHACHA: &str = "hardtack `SessionCookie<T>`, XChaCha20-Poly1305";
const SIGNED: &str = "hardtack `SessionCookie<T>`, signed";
const HTTP: &str = "hardtack `SessionCookie<T>`, from and to a `HeaderMap`";
pub(crate) const TOKEN_ALONE: &str = "hardtack `SessionToken<T>`, without a clock";
pub(crate) const COOKIE_ALONE: &str = "hardtack `SessionCookie<T>`, without a clock";

pub(super) fn add(bench: &mut Bench) {
    let keys = Keys::encrypting();
    let system = Clock::system;
    add_peer(bench, TYPED, || Typed::new(&keys, 1, system()));
    add_peer(bench, DICTIONARY, || Dictionary::new(&keys, 1));
    add_peer(bench, HTTP, || Http(Typed::new(&keys, 1, system())));
    add_peer(bench, XCHACHA, || {
        Typed::new(&Keys::xchacha20(), 1, system())
    });
    add_peer(bench, SIGNED, || Typed::new(&Keys::signing(), 1, system()));
    let time = || Clock::from(SystemTime::now());
    add_peer(bench, COOKIE_ALONE, || Typed::new(&keys, 1, time()));
    add_peer(bench, TOKEN_ALONE, || Tokens::new(&keys, 1, time()));
    if bench.wants(TOKEN_ALONE) {
        let tokens = Tokens::new(&keys, 1, time()).into();
        let stranger = Tokens::new(&Keys::encrypting(), 1, time());
        let pair = first_pair::<Tokens, Medium>(&stranger);
        add_open(
            bench,
            TOKEN_ALONE,
            Operation::UnknownKey,
            &tokens,
            &pair,
            false,
        );
    }
}

/// Requests that read, on several threads under one shared cookie. Each thread takes its work from this.
pub(crate) fn of_many_threads() -> impl Fn() -> Box<dyn FnMut()> + Sync {
    let clock = Clock::from(SystemTime::now());
    let typed = Arc::new(Typed::new(&Keys::encrypting(), 1, clock));
    let field = first_pair::<Typed, Medium>(&typed);
    move || {
        let (typed, field) = (Arc::clone(&typed), field.clone());
        Box::new(move || drop(black_box(typed.open::<Medium>(&field))))
    }
}

/// Eight keys as text, the oldest last.
#[derive(Clone)]
pub(super) struct Keys {
    texts: Vec<String>,
    mode: Mode,
}

impl Keys {
    pub(super) fn encrypting() -> Keys {
        Keys::new(Mode::Encrypted, || {
            let key = EncryptionKey::generate().expect(FAILURE);
            key.expose_secret().to_string()
        })
    }

    fn xchacha20() -> Keys {
        Keys::new(Mode::Encrypted, || {
            let key = EncryptionKey::generate_xchacha20().expect(FAILURE);
            key.expose_secret().to_string()
        })
    }

    fn signing() -> Keys {
        Keys::new(Mode::UnencryptedButSigned, || {
            let key = SigningKey::generate().expect(FAILURE);
            key.expose_secret().to_string()
        })
    }

    fn new(mode: Mode, text: fn() -> String) -> Keys {
        Keys {
            texts: (0..8).map(|_| text()).collect(),
            mode,
        }
    }

    /// A cookie with the `count` oldest keys.
    pub(super) fn builder(&self, count: usize) -> SessionCookieBuilder {
        let ring = self.ring(count);
        let builder = if self.mode == Mode::Encrypted {
            SessionCookie::encrypted(ring.parse::<KeyRing>().expect(FAILURE))
        } else {
            let ring = ring.parse::<KeyRing>().expect(FAILURE);
            SessionCookie::unencrypted_but_signed(ring)
        };
        // A dictionary names its fields, and L is then too large for the default.
        builder.size(Size::Browser)
    }

    fn ring(&self, count: usize) -> String {
        self.texts[self.texts.len() - count..].join("\n")
    }

    pub(super) fn tokens_of<T: Workload>(&self, count: usize) -> SessionToken<T> {
        let ring = self.ring(count);
        let builder = if self.mode == Mode::Encrypted {
            let ring: KeyRing = ring.parse().expect(FAILURE);
            SessionToken::encrypted(ring, "bench")
        } else {
            let ring: KeyRing = ring.parse().expect(FAILURE);
            SessionToken::unencrypted_but_signed(ring, "bench")
        };
        let builder = builder.max_token_len(4096);
        builder.typed().build().expect(FAILURE)
    }

    /// The same for one type.
    pub(super) fn builder_of<T: Workload>(&self, count: usize) -> SessionCookieBuilder<T> {
        self.builder(count).typed()
    }
}
