//! Everything that opens or begins sessions waits for the poll, each under a ring of its own, after one stop.

use std::sync::{Arc, Barrier, Mutex};

use hardtack::{
    Context, SessionData, SessionToken,
    carrier::TokenChange,
    companion::{Admission, Companion, ReceivedSession, Seal},
    session::{Reason, SaveError, SessionId, SessionInfo},
};
use http::{Request, Response, request::Parts};
use serde::{Deserialize, Serialize};

use super::*;

type Use = Box<dyn FnOnce() -> bool + Send>;

/// Whether a session of before the stop opens afterwards, for each use of a ring from a file.
fn uses() -> Vec<(&'static str, Use)> {
    vec![
        ("cookie", cookie()),
        ("cookie of later", cookie_of_later()),
        ("bare token", bare_token()),
        ("inspected token", inspected()),
        ("stream", stream()),
        ("old cookie", former()),
        ("session that begins", begun()),
        ("answer of a companion", answered()),
        ("token of a companion", sealed_value()),
        ("ring that is being written", half_written()),
        ("source that fails", failing()),
    ]
}

/// Those whose earlier ring stays.
const KEPT: [&str; 2] = ["ring that is being written", "source that fails"];

fn cookie() -> Use {
    let cookie = followed(RingSource::file(file()));
    let pair = signed_in(&cookie);
    Box::new(move || opens(&cookie, &pair))
}

fn cookie_of_later() -> Use {
    let watched = watch(RingSource::file(file())).interval(INTERVAL);
    let keys = watched.keys();
    watched.spawn().unwrap();
    let cookie = cookie_of(keys);
    let pair = signed_in(&cookie);
    Box::new(move || opens(&cookie, &pair))
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct User(u64);

impl SessionData for User {
    const LABEL: &str = "user";
    const SCHEMA: u32 = 1;
}

fn bare_token() -> Use {
    let watched = watch(RingSource::file(file())).interval(INTERVAL);
    let tokens = SessionToken::encrypted(watched.keys(), "mobile");
    let tokens = tokens.idle_timeout(None).typed::<User>().build().unwrap();
    watched.spawn().unwrap();
    let session = tokens.load(None::<&str>, SystemTime::now());
    session.replace(User(42)).unwrap();
    let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
        panic!("it is written")
    };
    Box::new(move || tokens.open(&token, SystemTime::now()) == Ok(User(42)))
}

fn inspected() -> Use {
    let cookie = followed(RingSource::file(file()));
    let pair = signed_in(&cookie);
    Box::new(move || {
        let tokens = cookie.name().tokens_in([&pair]);
        let token = tokens[0].as_ref().unwrap();
        let inspected = cookie.inspect(token, SystemTime::now());
        !matches!(inspected, Err(Reason::UnknownKey))
    })
}

fn stream() -> Use {
    let cookie = followed(RingSource::file(file()));
    let session = cookie.load([signed_in(&cookie)], hardtack::Clock::system());
    assert!(session.is_alive());
    Box::new(move || session.is_alive())
}

fn former() -> Use {
    let former = followed(RingSource::file(file()));
    let (pair, now) = (signed_in(&former), SystemTime::now());
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .name("__Host-new")
        .migrate_from(former, now - INTERVAL..now + 60 * INTERVAL)
        .build()
        .unwrap();
    Box::new(move || opens(&cookie, &pair))
}

/// Returns `true` if the session is sealed under the ring of before.
fn begun() -> Use {
    let cookie = followed(RingSource::file(file()));
    let earlier = fs::read_to_string(file()).unwrap();
    let earlier = cookie_of(earlier.trim().parse::<EncryptionKey>().unwrap());
    Box::new(move || opens(&earlier, &signed_in(&cookie)))
}

/// Tells whether the session of a request opened.
pub(super) struct Tells {
    seal: Seal,
    opened: Mutex<Option<bool>>,
}

impl Companion for Tells {
    fn reads(&self) -> fn(&str) -> bool {
        |_| false
    }

    fn judge(
        &self,
        _: &Context,
        _: &SessionInfo,
        _: &[(String, Vec<u8>)],
        _: SystemTime,
    ) -> Option<Admission> {
        Some(Admission::default())
    }

    fn fields(
        &self,
        _: &Context,
        _: Option<&SessionInfo>,
        _: Option<SessionId>,
        _: SystemTime,
    ) -> Result<Vec<(&'static str, String)>, SaveError> {
        Ok(Vec::new())
    }

    fn responds_to(&self, _: &str, path: &str) -> bool {
        path == "/ask"
    }

    fn respond(&self, _: &Parts, beside: Option<&mut ReceivedSession<'_>>) -> Response<String> {
        let beside = beside.unwrap();
        let (context, now) = (beside.context().clone(), beside.now());
        let token = self.seal.seal(&context, [9; 8].into(), now, &[7], now);
        let opened = self.seal.open::<1>(&context, token.unwrap(), now);
        let arrived = beside.open(&opened.unwrap().1).arrived;
        *self.opened.lock().unwrap() = Some(arrived.is_some());
        Response::default()
    }
}

/// A cookie with a companion that answers `/ask`.
pub(super) fn with_companion(source: RingSource) -> (SessionCookie, Arc<Tells>) {
    let watched = watch(source).interval(INTERVAL);
    let (tell, built) = channel();
    let cookie = SessionCookie::encrypted(watched.keys())
        .companion(move |setup| {
            let companion = Arc::new(Tells {
                seal: setup.seal("proof", None)?,
                opened: Mutex::new(None),
            });
            tell.send(Arc::clone(&companion)).unwrap();
            Ok(companion)
        })
        .build()
        .unwrap();
    watched.spawn().unwrap();
    (cookie, built.recv().unwrap())
}

fn answered() -> Use {
    let (cookie, companion) = with_companion(RingSource::file(file()));
    let pair = signed_in(&cookie);
    Box::new(move || {
        let request = Request::get("/ask").header("cookie", pair).body(());
        let (request, ()) = request.unwrap().into_parts();
        cookie.respond(&request, SystemTime::now()).unwrap();
        companion.opened.lock().unwrap().unwrap()
    })
}

fn sealed_value() -> Use {
    let (cookie, companion) = with_companion(RingSource::file(file()));
    let context = Context::new([("tenant", "acme")]).unwrap();
    let now = SystemTime::now();
    let token = companion.seal.seal(&context, [9; 8].into(), now, &[7], now);
    let token = token.unwrap();
    Box::new(move || {
        let opened = companion.seal.open::<1>(&context, token, SystemTime::now());
        drop(cookie);
        opened.is_ok()
    })
}

/// A source that says something else in each poll once its file has changed.
fn half_written() -> Use {
    let before = fs::read_to_string(file()).unwrap();
    let cookie = followed(RingSource::from_fn("half of it", move || {
        let text = fs::read_to_string(file())?;
        Ok(if text == before { text } else { key() })
    }));
    let pair = signed_in(&cookie);
    Box::new(move || opens(&cookie, &pair))
}

fn failing() -> Use {
    let before = fs::read_to_string(file()).unwrap();
    let cookie = followed(RingSource::from_fn("the vault", move || {
        let text = fs::read_to_string(file())?;
        if text == before {
            Ok(text)
        } else {
            Err("it is sealed".into())
        }
    }));
    let pair = signed_in(&cookie);
    Box::new(move || opens(&cookie, &pair))
}

#[test]
#[ignore = "a process of its own, which the next test stops"]
fn a_process_that_uses_its_keys() {
    let uses = uses();
    let start = Barrier::new(uses.len() + 1);
    thread::scope(|scope| {
        for (name, it) in uses {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                say(&format!("{name} opens: {}", it()));
            });
        }
        wait_to_be_stopped();
        start.wait();
    });
    say("all uses are told");
}

#[test]
fn whatever_opens_or_begins_a_session_waits_for_the_poll() {
    let (folder, path) = Folder::with("keys", file_of(&key()));
    let mut program = Program::start(module_path!(), "a_process_that_uses_its_keys", &path);
    program.stop(|| folder.write("keys", file_of(&key())), "");
    let lines = program.output.by_ref().lines().map(Result::unwrap);
    let told: Vec<_> = lines
        .take_while(|line| line != "all uses are told")
        .filter_map(|line| {
            let (name, opens) = line.split_once(" opens: ")?;
            Some((name.to_owned(), opens == "true"))
        })
        .collect();
    assert_eq!(told.len(), 11, "{told:?}");
    for (name, opens) in told {
        assert_eq!(opens, KEPT.contains(&&*name), "{name}");
    }
}
