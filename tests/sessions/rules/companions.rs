//! Packages that add a proof to the sessions of a cookie.

use std::{
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use hardtack::{
    Context, EncryptionKey, KeyRing, SessionCookie, SessionError,
    companion::{Admission, Companion, ReceivedSession, Seal, Setup},
    keys::SharedKeyRing,
    session::{SaveError, SessionId, SessionInfo},
};
use http::{HeaderMap, Request, Response, StatusCode, header::SET_COOKIE, request::Parts};

use super::{
    Work,
    common::{at, builder, companion::Admits, pair_of, says, seconds},
};

/// Wants a cookie `.proof` with a token about the session, which it gives to whoever asks for it.
struct Proofs {
    seal: Seal,
    name: String,
}

impl Proofs {
    fn of(setup: &Setup<'_>) -> Arc<dyn Companion> {
        Arc::new(Proofs {
            seal: setup.seal("proof", Some(seconds(60))).unwrap(),
            name: setup.name().as_str().to_owned(),
        })
    }
}

impl Companion for Proofs {
    fn reads(&self) -> fn(&str) -> bool {
        |rest| rest == ".proof"
    }

    fn judge(
        &self,
        context: &Context,
        session: &SessionInfo,
        cookies: &[(String, Vec<u8>)],
        now: SystemTime,
    ) -> Option<Admission> {
        let (_, token) = cookies.first()?;
        let (id, _, device) = self.seal.open(context, token, now).ok()?;
        (session.id == Some(id)).then_some(Admission {
            device: Some(device),
            until: None,
        })
    }

    fn fields(
        &self,
        _: &Context,
        departed: Option<&SessionInfo>,
        renewed: Option<SessionId>,
        _: SystemTime,
    ) -> Result<Vec<(&'static str, String)>, SaveError> {
        let departed = departed.and_then(|session| session.id);
        let told = |name, id: Option<SessionId>| id.map(|id| (name, id.to_string()));
        Ok([told("x-departed", departed), told("x-renewed", renewed)]
            .into_iter()
            .flatten()
            .collect())
    }

    fn responds_to(&self, _: &str, path: &str) -> bool {
        path == "/proof"
    }

    /// `?asked` asks about the session that came, and any other query about another one.
    fn respond(
        &self,
        request: &Parts,
        beside: Option<&mut ReceivedSession<'_>>,
    ) -> Response<String> {
        let beside = beside.unwrap();
        let named = |id: SessionId, issued| {
            let token = self
                .seal
                .seal(beside.context(), id, issued, &[7; 16], issued);
            let opened = self
                .seal
                .open::<16>(beside.context(), token.unwrap(), issued);
            opened.unwrap().1
        };
        let other = named([9; 8].into(), beside.now());
        let arrived = beside.open(&other).arrived;
        if let (Some("asked"), Some(arrived)) = (request.uri.query(), arrived) {
            beside.open(&arrived);
        }
        beside.bind([7; 16]);
        let shown = format!("{beside:?}");
        assert!(shown.contains(&format!("{:?}", beside.now())), "{shown}");
        let mut response = Response::default();
        if let Some(id) = arrived.and_then(|arrived| arrived.id) {
            let now = beside.now();
            let token = self.seal.seal(beside.context(), id, now, &[7; 16], now);
            let field = format!("{}.proof={}", self.name, token.unwrap());
            response
                .headers_mut()
                .insert(SET_COOKIE, field.parse().unwrap());
        }
        response
    }
}

fn cookie() -> SessionCookie {
    let cookie = builder().companion(|setup| Ok(Proofs::of(setup)));
    cookie.build().unwrap()
}

/// The cookie of a visitor who signed in, and the other fields of that response.
fn signed_in(cookie: &SessionCookie) -> (String, HeaderMap) {
    let session = cookie.load(None::<&str>, at(0));
    session.sign_in().unwrap();
    session.insert("user", 42).unwrap();
    let mut fields = HeaderMap::new();
    let saved = cookie.save_to(&session, StatusCode::OK, &mut fields);
    saved.unwrap();
    let pair = pair_of(fields[SET_COOKIE].to_str().unwrap()).to_owned();
    (pair, fields)
}

/// The cookies that the answer to a request for the proof sets.
fn answer(cookie: &SessionCookie, path: &str, pair: &str) -> Vec<String> {
    let request = Request::post(path).header("cookie", pair);
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let response = cookie.respond(&parts, at(1)).unwrap();
    let fields = response.headers().get_all(SET_COOKIE).iter();
    fields
        .map(|field| pair_of(field.to_str().unwrap()).to_owned())
        .collect()
}

#[test]
fn a_session_opens_with_the_proof_of_its_companion_alone() {
    let cookie = cookie();
    let (pair, _) = signed_in(&cookie);
    let session = cookie.load([&pair], at(2));
    assert!(matches!(session.device(), Err(SessionError::Stale)));
    assert!(matches!(
        session.insert("user", 7),
        Err(SessionError::Stale)
    ));

    let [proof] = &answer(&cookie, "/proof", &pair)[..] else {
        panic!("the session that came is another one");
    };
    let session = cookie.load([format!("{pair}; {proof}")], at(2));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert_eq!(session.device().unwrap(), Some([7; 16]));
    let session = cookie.load([format!("{pair}; {proof}")], at(61));
    assert!(matches!(session.device(), Err(SessionError::Stale)));
}

#[test]
fn a_companion_names_its_tokens_by_a_word() {
    for word in ["", "Proof", "proof:a", "ключ", &"x".repeat(33)] {
        let word = word.to_owned();
        let cookie = builder().companion(move |setup| {
            setup.seal(&word, None)?;
            Ok(Proofs::of(setup))
        });
        assert!(says(&cookie.build(), "names its tokens by a word"));
    }
}

#[test]
fn a_session_is_bound_in_an_answer_about_it_and_in_no_other() {
    let cookie = cookie();
    let (pair, _) = signed_in(&cookie);
    assert_eq!(answer(&cookie, "/proof", &pair).len(), 1);
    let [_, bound] = &answer(&cookie, "/proof?asked", &pair)[..] else {
        panic!("the session is not stored");
    };
    let tokens = cookie.name().tokens_in([bound]);
    let content = cookie.inspect(tokens[0].as_ref().unwrap(), at(1)).unwrap();
    assert_eq!(content.session.device, Some([7; 16]));
    // One that has a device keeps it.
    assert_eq!(answer(&cookie, "/proof?asked", bound).len(), 1);
}

#[test]
#[cfg(feature = "metrics")]
fn a_session_that_becomes_bound_counts_as_sealed_again() {
    let cookie = cookie();
    let (pair, _) = signed_in(&cookie);
    let counts =
        super::common::counted::counted_by(|| drop(answer(&cookie, "/proof?asked", &pair)));
    let written = r#"hardtack_sessions_written_total{purpose="__Host-session",change="Resealed"}"#;
    assert_eq!(counts.get(written), Some(&1), "{counts:?}");
}

#[test]
fn a_session_whose_key_is_dropped_during_the_answer_is_not_bound_under_the_next_key() {
    let [old, new] = [(); 2].map(|()| KeyRing::from(EncryptionKey::generate().unwrap()));
    let ring = SharedKeyRing::from(old);
    let dropped = ring.clone();
    let cookie = SessionCookie::encrypted(ring).companion(|setup| Ok(Proofs::of(setup)));
    let cookie = cookie.revoked_if(move |_| {
        dropped.replace(new.clone()).unwrap();
        false
    });
    let cookie = cookie.build().unwrap();
    let (pair, _) = signed_in(&cookie);
    assert_eq!(answer(&cookie, "/proof?asked", &pair).len(), 1);
}

/// Otherwise, a forgery under a leaked key would live on under the next one.
#[test]
fn a_session_whose_key_is_dropped_before_it_is_sealed_is_not_sealed_under_the_next_key() {
    let [old, new] = [(); 2].map(|()| KeyRing::from(EncryptionKey::generate().unwrap()));
    let came = SessionCookie::encrypted(old.clone()).build().unwrap();
    let came = super::common::signed_in(&came);
    let ring = SharedKeyRing::from(old);
    // The ring is replaced while the response is made.
    let (replaced, by) = (ring.clone(), new.clone());
    let companion = Arc::new(Admits(move || {
        replaced.replace(by.clone()).unwrap();
        Ok(Vec::new())
    }));
    let cookie = SessionCookie::encrypted(ring);
    let cookie = cookie.companion(move |_| Ok(Arc::clone(&companion) as Arc<dyn Companion>));
    let cookie = cookie.build().unwrap();
    let session = cookie.load([came], at(1));
    session.insert("cart", 7).unwrap();
    let fields = cookie.save(&session).unwrap();
    assert_eq!(fields.iter().count(), 1);
    let next = SessionCookie::encrypted(new).build().unwrap();
    assert!(next.load(&fields, at(2)).is_new());
}

#[test]
fn about_a_session_that_does_not_come_along_the_application_is_asked_by_its_id_and_time() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let cookie = builder().companion(|setup| Ok(Proofs::of(setup)));
    let cookie = cookie.revoked_if(move |session| {
        let info = session.info();
        seen.lock().unwrap().push((info.id, info.created_at));
        false
    });
    assert!(answer(&cookie.build().unwrap(), "/proof", "theme=dark").is_empty());
    assert_eq!(*asked.lock().unwrap(), [(Some([9; 8].into()), at(1))]);
}

#[test]
fn fields_of_the_companion_leave_with_the_session() {
    let cookie = cookie();
    let (pair, fields) = signed_in(&cookie);
    let id = fields["x-renewed"].clone();
    assert!(!fields.contains_key("x-departed"));
    let session = cookie.load([pair], at(1));
    session.invalidate().unwrap();
    let saved = cookie.save(&session).unwrap();
    assert_eq!(
        saved.others(),
        [("x-departed", id.to_str().unwrap().to_owned())]
    );
    // A sign-in in the place of another session has both.
    let (pair, _) = signed_in(&cookie);
    let session = cookie.load([pair], at(1));
    session.sign_in().unwrap();
    let mut fields = HeaderMap::new();
    let saved = cookie.save_to(&session, StatusCode::OK, &mut fields);
    saved.unwrap();
    assert!(fields.contains_key("x-departed") && fields.contains_key("x-renewed"));
}

#[test]
fn a_companion_adds_no_field_to_a_response_without_set_cookie() {
    let cookie = cookie();
    let (pair, _) = signed_in(&cookie);
    let works: [Work; 3] = [
        |session| session.get::<u32>("user").map(drop),
        |session| session.sign_in().map(drop),
        |session| session.invalidate().map(drop),
    ];
    for work in works {
        for pair in [Some(&pair), None] {
            let session = cookie.load(pair, at(1));
            work(&session).unwrap();
            let fields = cookie.save(&session).unwrap();
            assert!(!fields.is_empty() || fields.others().is_empty());
        }
    }
}

#[test]
fn a_token_about_a_session_has_two_hyphens_in_a_row_only_if_many_draws_had_them() {
    let seal = Arc::new(Mutex::new(None));
    let given = Arc::clone(&seal);
    let cookie = builder().companion(move |setup| {
        *given.lock().unwrap() = Some(setup.seal("proof", None)?);
        Ok(Arc::new(Told::default()))
    });
    let _cookie = cookie.build().unwrap();
    let seal = seal.lock().unwrap().take().unwrap();
    // Without other draws, every 15th token of this size would have them.
    for _ in 0..500 {
        let token = seal.seal(&Context::default(), [9; 8].into(), at(0), &[7; 128], at(0));
        assert!(!token.unwrap().contains("--"));
    }
}

/// Admits every session, after it has told who is judged where, unless it is to fail.
#[derive(Default)]
struct Told {
    judged: Mutex<Vec<(Context, Option<SessionId>)>>,
    panics: bool,
    fails: bool,
}

impl Companion for Told {
    fn reads(&self) -> fn(&str) -> bool {
        |_| false
    }

    fn judge(
        &self,
        context: &Context,
        session: &SessionInfo,
        _: &[(String, Vec<u8>)],
        _: SystemTime,
    ) -> Option<Admission> {
        assert!(!self.panics, "no proofs");
        let mut judged = self.judged.lock().unwrap();
        judged.push((context.clone(), session.id));
        Some(Admission::default())
    }

    fn fields(
        &self,
        _: &Context,
        _: Option<&SessionInfo>,
        _: Option<SessionId>,
        _: SystemTime,
    ) -> Result<Vec<(&'static str, String)>, SaveError> {
        if !self.fails {
            return Ok(Vec::new());
        }
        // Of a time that no token can carry.
        let other = builder().build().unwrap();
        let session = other.load(None::<&str>, UNIX_EPOCH);
        session.insert("user", 42).unwrap();
        other.save(&session).map(|_| Vec::new())
    }
}

fn with_companion(told: &Arc<Told>) -> SessionCookie {
    let told = Arc::clone(told);
    let cookie = builder().companion(move |_| Ok(Arc::clone(&told) as Arc<dyn Companion>));
    cookie.build().unwrap()
}

#[test]
fn the_failure_of_a_companions_fields_is_the_failure_of_the_save() {
    let fails = with_companion(&Arc::new(Told {
        fails: true,
        ..Told::default()
    }));
    let signed_in = super::common::signed_in(&with_companion(&Arc::default()));
    let works: [Work; 3] = [
        |session| session.sign_in().map(drop),
        |session| session.insert("cart", 7),
        |session| session.invalidate().map(drop),
    ];
    for work in works {
        let session = fails.load([&signed_in], at(1));
        work(&session).unwrap();
        let saved = fails.save(&session);
        assert!(says(&saved, "clock"), "{saved:?}");
    }
    // What is kept has no fields that could fail.
    let session = fails.load([&signed_in], at(1));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert!(fails.save(&session).unwrap().is_empty());
}

#[test]
fn a_session_is_judged_in_the_context_of_its_request() {
    let told = Arc::new(Told::default());
    let acme = Context::new([("tenant", "acme")]).unwrap();
    let cookie = with_companion(&told).in_context(acme.clone());
    let session = cookie.load(None::<&str>, at(0));
    session.sign_in().unwrap();
    let id = session.id();
    let fields = cookie.save(&session).unwrap();
    // The one that began.
    assert_eq!(*told.judged.lock().unwrap(), [(acme.clone(), id)]);
    let session = cookie.load(&fields, at(1));
    assert!(!session.is_new());
    assert_eq!(
        *told.judged.lock().unwrap(),
        [(acme.clone(), id), (acme, id)]
    );
}

#[test]
fn a_session_whose_companion_panics_is_neither_read_nor_replaced() {
    let signed_in = super::common::signed_in(&with_companion(&Arc::default()));
    let panics = with_companion(&Arc::new(Told {
        panics: true,
        ..Told::default()
    }));
    let session = panics.load([&signed_in], at(1));
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| session.is_new()));
    assert!(read.is_err());
    assert_eq!(session.get::<u32>("user").unwrap(), None);
    assert!(matches!(
        session.insert("user", 7),
        Err(SessionError::Stale)
    ));
    assert!(panics.save(&session).unwrap().is_empty());
}

#[test]
fn a_session_is_saved_by_a_cookie_with_its_companion_alone() {
    let (one, other, without) = (cookie(), cookie(), builder().build().unwrap());
    for (loader, saver) in [(&one, &other), (&one, &without), (&without, &one)] {
        let session = loader.load(None::<&str>, at(0));
        session.insert("user", 42).unwrap();
        let saved = saver.save(&session);
        assert!(says(&saved, "loaded by another cookie"), "{saved:?}");
        let _ = loader.clone().save(&session).unwrap();
    }
}

#[test]
fn a_stream_ends_with_a_session_that_its_next_request_would_not_open() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, at(0));
    session.sign_in().unwrap();
    assert!(session.is_alive());
    let _ = cookie.save(&session).unwrap();
    assert!(!session.is_alive());
}

#[test]
fn a_request_that_is_not_for_the_companion_is_the_applications() {
    let (parts, ()) = Request::new(()).into_parts();
    let answers_none = with_companion(&Arc::default());
    for cookie in [cookie(), answers_none, builder().build().unwrap()] {
        assert!(cookie.respond(&parts, at(0)).is_none());
    }
}
