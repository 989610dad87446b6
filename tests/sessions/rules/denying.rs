//! Sessions that the application itself refuses.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use hardtack::{
    Session, SessionCookie, SessionError,
    keys::KeyId,
    session::{OpenedSession, Reason, SessionId, Validity},
};

use super::{
    common::{
        ENDED, Login, NewerLogin, Visit, at, builder, builder_of, check, cookie, key, sealed,
        sealed_of, seconds, signed_in,
    },
    revocation::{begun, check_reason, reason},
};

/// The sessions that the hook was asked about.
#[derive(Clone, Default)]
struct Asked(Arc<Mutex<Vec<Told>>>);

/// What it was told of one.
#[derive(Clone, Copy)]
struct Told {
    id: Option<SessionId>,
    created_at: SystemTime,
    last_active_at: SystemTime,
    limit: Option<Duration>,
    remembered: Option<Duration>,
    key_id: KeyId,
    user: Option<u32>,
}

impl From<&OpenedSession<'_>> for Told {
    fn from(session: &OpenedSession<'_>) -> Told {
        let info = session.info();
        Told {
            id: info.id,
            created_at: info.created_at,
            last_active_at: info.last_active_at,
            limit: info.limit,
            remembered: info.remembered,
            key_id: info.key_id,
            user: session.get("user").unwrap(),
        }
    }
}

impl Asked {
    /// A cookie whose hook records its argument and returns `answer`.
    fn cookie(&self, answer: bool) -> SessionCookie {
        let asked = self.clone();
        let note = move |session: &OpenedSession<'_>| {
            asked.0.lock().unwrap().push(session.into());
            answer
        };
        builder()
            .remember_up_to(seconds(100_000))
            .revoked_if(note)
            .build()
            .unwrap()
    }

    fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

#[test]
fn the_hook_learns_what_the_head_says_and_is_asked_once() {
    let asked = Asked::default();
    let cookie = asked.cookie(false);
    let begun = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
        session.limit_to(seconds(900)).unwrap();
    });
    let visit = Visit::to(&cookie).with(&begun).at(100);
    let active = visit.run(|session| session.insert("user", 43));
    asked.take();

    let session = cookie.load([active.pair()], at(200));
    assert!(asked.take().is_empty(), "nothing was touched");
    let id = session.id();
    session.insert("name", 1).unwrap();
    assert!(session.clone().contains_key("user"));
    assert!(!cookie.save(&session).unwrap().is_empty());
    let [info] = asked.take()[..] else {
        panic!("once")
    };
    assert_eq!(info.id, id);
    assert!(id.is_some());
    assert_eq!((info.created_at, info.last_active_at), (at(0), at(100)));
    assert_eq!((info.limit, info.remembered), (Some(seconds(900)), None));
    assert_eq!((info.key_id, info.user), (key(0).id(), Some(43)));

    assert_eq!(cookie.load([signed_in(&cookie)], at(0)).len(), 1);
    let [info] = asked.take()[..] else {
        panic!("once")
    };
    assert_eq!((info.id, info.limit), (None, None));
    assert_eq!((info.created_at, info.last_active_at), (at(0), at(0)));
}

#[test]
fn the_hook_is_asked_about_each_token_that_is_good_otherwise() {
    let asked = Asked::default();
    let cookie = asked.cookie(false);
    let (first, second) = (begun(0), begun(5));
    let session = cookie.load([format!("{first}; {second}; {first}")], at(9));
    assert_eq!(session.len(), 1);
    let dates: Vec<_> = asked.take().iter().map(|info| info.created_at).collect();
    assert_eq!(dates, [at(0), at(5)]);
    // One of them is revoked, so the other is used.
    let cookie = builder()
        .revoked_if(|session| session.info().created_at == at(5))
        .build()
        .unwrap();
    let session = cookie.load([format!("{first}; {second}")], at(9));
    assert_eq!(session.created_at(), Some(at(0)));
}

#[test]
fn the_hook_is_not_asked_about_what_is_refused_before() {
    let asked = Asked::default();
    let cookie = asked.cookie(true);
    let pair = begun(0);
    let (start, end) = pair.split_at(pair.len() - 10);
    let flipped = if end.starts_with('A') { 'B' } else { 'A' };
    let tampered = format!("{start}{flipped}{}", &end[1..]);
    let other_key = sealed(
        &SessionCookie::encrypted(key(1)).build().unwrap(),
        at(0),
        |session| session.insert("user", 42).unwrap(),
    );
    let cases = [
        (&*tampered, 1, Reason::Auth),
        (&*other_key, 1, Reason::UnknownKey),
        ("__Host-session=junk", 1, Reason::TooShort),
        (&*pair, 1800, Reason::Idle),
        (&*pair, 100_000, Reason::Expired),
    ];
    for (pair, now, expected) in cases {
        let found = reason(&cookie.load([pair], at(now)));
        assert!(
            found == Some(expected) || pair.ends_with("junk"),
            "{found:?}"
        );
        assert!(asked.take().is_empty(), "{expected}");
    }
    let future = begun(1000);
    assert_eq!(
        reason(&cookie.load([&future], at(0))),
        Some(Reason::NotYetValid)
    );
    cookie.raise_not_before(at(1));
    check_reason(&cookie, &pair, Some(Reason::Revoked));
    assert!(cookie.load(None::<&str>, at(0)).is_new());
    assert!(asked.take().is_empty());
}

#[test]
fn a_session_that_is_ended_while_it_is_in_use_stays_readable() {
    let denied = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&denied);
    let hook = move |_: &OpenedSession<'_>| count.load(Ordering::Relaxed) > 0;
    let cookie = builder().revoked_if(hook).build().unwrap();
    let session = cookie.load([signed_in(&cookie)], at(1));
    assert_eq!(session.get("user").unwrap(), Some(42));
    denied.store(1, Ordering::Relaxed);
    // The session stays as it was read; the next request is refused.
    assert_eq!(session.get("user").unwrap(), Some(42));
    check_reason(&cookie, &begun(0), Some(Reason::Revoked));
}

#[test]
fn a_sign_out_returns_the_id_of_a_session_that_cannot_be_read_here() {
    let mut id = None;
    let pair = sealed_of(at(0), |session: &Session<NewerLogin>| {
        session.update(|login| login.name.push('A')).unwrap();
        id = Some(session.ensure_id().unwrap());
    });
    let cookie = builder_of::<Login>().build().unwrap();
    let sign_out = move |session: &Session<Login>| {
        assert_eq!(reason(session), Some(Reason::Payload));
        assert_eq!(session.id(), None);
        assert_eq!(session.invalidate()?, id);
        // The id is returned once.
        assert_eq!(session.invalidate()?, None);
        Ok(())
    };
    check(&Visit::to(&cookie).with(&pair), sign_out, ENDED);
}

/// Sessions of the user `A`, whose epoch is that of `epochs`.
fn of_epochs(epochs: &Arc<AtomicU32>) -> SessionCookie<Login> {
    let epochs = Arc::clone(epochs);
    let revoked = move |session: &OpenedSession<'_, Login>| match session.value() {
        Some(Login { name, visits }) => name == "A" && visits != epochs.load(Ordering::Relaxed),
        None => false,
    };
    builder_of::<Login>().revoked_if(revoked).build().unwrap()
}

fn of_epoch(name: &str, epoch: u32, now: u64) -> String {
    let cookie = builder_of::<Login>().build().unwrap();
    sealed(&cookie, at(now), |session| {
        let name = name.to_owned();
        session
            .replace(Login {
                name,
                visits: epoch,
            })
            .unwrap();
    })
}

#[test]
fn a_hook_may_depend_on_a_condition() {
    let site = |is_strict: bool| {
        let builder = if is_strict {
            builder().revoked_if(|_| true)
        } else {
            builder()
        };
        builder.save_on_server_error(true).build().unwrap()
    };
    let pair = signed_in(&cookie());
    let reasons = [true, false].map(|is_strict| reason(&site(is_strict).load([&pair], at(1))));
    assert_eq!(reasons, [Some(Reason::Revoked), None]);
}

/// It would look for entries of a dictionary, and find none.
#[test]
fn a_hook_for_content_of_another_type_is_refused_at_start_up() {
    let late = builder().revoked_if(|session| session.get("is_locked").unwrap() == Some(true));
    let error = late.typed::<Login>().build().unwrap_err();
    assert_eq!(error.settings().next(), Some("typed"));
    assert!(
        error.to_string().ends_with("; call `typed` first"),
        "{error}"
    );

    let minute = Duration::from_secs(60);
    let late = builder().revalidate_after(minute, |_| async {
        Ok::<_, std::io::Error>(Validity::Valid)
    });
    assert!(late.typed::<Login>().build().is_err());

    // Of two, the earlier one.
    let late = builder()
        .revoked_if(|_| false)
        .typed::<Login>()
        .revoked_if(|_| false);
    assert!(late.build().is_err());
}

#[test]
fn a_session_is_revoked_by_its_content_for_handlers_and_streams() {
    let epochs = Arc::new(AtomicU32::new(7));
    let cookie = of_epochs(&epochs);
    let [of_a, of_b] = ["A", "B"].map(|name| of_epoch(name, 7, 0));
    let streams = [&of_a, &of_b].map(|pair| {
        let session = cookie.load([pair], at(1));
        assert!(!session.is_new());
        session
    });
    assert_eq!(streams.each_ref().map(Session::is_alive), [true, true]);
    // What a handler changed is not what a reload would bring.
    streams[0].update(|login| login.visits = 8).unwrap();
    assert!(streams[0].is_alive());
    epochs.store(8, Ordering::Relaxed);
    assert_eq!(streams.each_ref().map(Session::is_alive), [false, true]);
    for (pair, expected) in [(&of_a, Some(Reason::Revoked)), (&of_b, None)] {
        let session = cookie.load([pair], at(1));
        assert_eq!(reason(&session), expected);
        assert_eq!(
            session.read(|login| login.name.is_empty()),
            expected.is_some()
        );
    }
}

#[test]
fn of_two_sessions_the_one_of_the_epoch_is_taken() {
    let cookie = of_epochs(&Arc::new(AtomicU32::new(8)));
    let (old, new) = (of_epoch("A", 7, 5), of_epoch("A", 8, 0));
    let session = cookie.load([format!("{old}; {new}")], at(9));
    assert_eq!(session.read(|login| login.visits), 8);
}

#[test]
fn a_panic_in_reading_the_content_revokes() {
    let cookie = builder().revoked_if(|session| {
        let user = session.get::<u32>("user").unwrap();
        user.unwrap() == 0
    });
    let cookie = cookie.build().unwrap();
    let without = sealed(&cookie, at(0), |session| session.insert("cart", 1).unwrap());
    assert_eq!(
        reason(&cookie.load([without], at(0))),
        Some(Reason::Revoked)
    );
    assert!(!cookie.load([signed_in(&cookie)], at(0)).is_new());
}

/// By the guide's function, with a sign-in that stored text.
#[test]
fn a_value_of_another_type_is_not_taken_for_a_visitor_without_a_user() {
    let cookie = builder().revoked_if(|session| {
        let user = || session.get::<u32>("user");
        user().map_or(true, |user| user == Some(7))
    });
    let cookie = cookie.build().unwrap();
    let reason_of = |fill: fn(&Session) -> Result<(), SessionError>| {
        let pair = sealed(&cookie, at(0), |session| fill(session).unwrap());
        reason(&cookie.load([pair], at(1)))
    };
    assert_eq!(reason_of(|session| session.insert("user", 42)), None);
    assert_eq!(reason_of(|session| session.insert("cart", 42)), None);
    let revoked = Some(Reason::Revoked);
    assert_eq!(reason_of(|session| session.insert("user", 7)), revoked);
    assert_eq!(reason_of(|session| session.insert("user", "42")), revoked);
    assert_eq!(reason_of(|session| session.insert("user", ())), revoked);
}
