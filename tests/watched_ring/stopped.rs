//! Processes that stand still, as on Lambda between two requests: the first session that is read afterwards waits for a poll.
//! The clock of a session stands for the time that has passed, except in the last test, which stops a process.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc::{Receiver, Sender, channel},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionToken,
    carrier::TokenChange,
    keys::{PollOutcome, RingSource, SharedKeyRing, WatchedKeyRing},
    session::Reason,
};

use super::{Vault, id, key, watch};

const HOUR: Duration = Duration::from_secs(3_600);

/// No poll of the thread comes by itself.
const INTERVAL: Duration = Duration::from_secs(60);

/// The time of a request after a process has stood still for an hour.
pub(super) fn later() -> SystemTime {
    SystemTime::now() + HOUR
}

fn cookie_of(keys: impl Into<SharedKeyRing>) -> SessionCookie {
    let cookie = SessionCookie::encrypted(keys).idle_timeout(None);
    cookie.build().unwrap()
}

pub(super) fn signed_in(cookie: &SessionCookie) -> String {
    let pair = cookie.cookie_for(SystemTime::now(), |session| session.insert("user", 42));
    pair.unwrap()
}

fn opens(cookie: &SessionCookie, pair: &str, now: SystemTime) -> bool {
    !cookie.load([pair], now).is_new()
}

/// A site whose ring is followed, a session of it, and what its ring is read from.
fn site() -> (Vault, SessionCookie, String) {
    let vault = Vault::with(key());
    let cookie = followed(vault.watch());
    let pair = signed_in(&cookie);
    (vault, cookie, pair)
}

pub(super) fn followed(watched: WatchedKeyRing) -> SessionCookie {
    let cookie = cookie_of(watched.keys());
    watched.interval(INTERVAL).spawn().unwrap();
    cookie
}

#[test]
fn the_first_session_is_read_under_the_ring_of_now() {
    let (vault, cookie, pair) = site();
    let new = key();
    vault.put(&new);
    // While the process runs, the thread polls in time.
    assert!(opens(&cookie, &pair, SystemTime::now()));
    assert!(opens(&cookie, &pair, SystemTime::now() + INTERVAL / 2));
    assert!(!opens(&cookie, &pair, later()));
    assert_eq!(cookie.keys_in_use(later()).seals, id(&new));
}

#[test]
fn a_tool_that_inspects_a_token_knows_the_ring_of_now() {
    let (vault, cookie, pair) = site();
    let tokens = cookie.name().tokens_in([&pair]);
    let token = tokens[0].as_ref().unwrap();
    assert!(cookie.inspect(token, SystemTime::now()).is_ok());
    vault.put(key());
    let inspected = cookie.inspect(token, later());
    assert!(
        matches!(inspected, Err(Reason::UnknownKey)),
        "{inspected:?}"
    );
}

#[test]
fn a_clock_that_was_set_back_by_more_than_the_interval_is_no_excuse() {
    let (old, back) = (key(), SystemTime::now() - 2 * INTERVAL);
    let elsewhere = cookie_of(old.parse::<EncryptionKey>().unwrap());
    let pair = elsewhere.cookie_for(back, |session| session.insert("user", 42));
    let vault = Vault::with(old);
    let cookie = followed(vault.watch());
    vault.put(key());
    assert!(!opens(&cookie, &pair.unwrap(), back));
}

#[test]
fn a_cookie_that_was_built_later_follows_as_well() {
    let vault = Vault::with(key());
    let watched = vault.watch();
    let keys = watched.keys();
    watched.interval(INTERVAL).spawn().unwrap();
    let cookie = cookie_of(keys);
    let pair = signed_in(&cookie);
    vault.put(key());
    assert!(!opens(&cookie, &pair, later()));
}

#[test]
fn so_do_bare_tokens_and_what_outlives_its_request() {
    let vault = Vault::with(key());
    let watched = vault.watch();
    let tokens = SessionToken::encrypted(watched.keys()).purpose("mobile");
    let tokens = tokens.idle_timeout(None).build().unwrap();
    watched.interval(INTERVAL).spawn().unwrap();
    let session = tokens.load(None::<&str>, SystemTime::now());
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
        panic!("it is written")
    };
    vault.put(key());
    assert!(
        tokens
            .open_with(&token, SystemTime::now(), |_, _| Some(()))
            .is_ok()
    );
    assert!(tokens.open_with(&token, later(), |_, _| Some(())).is_err());

    let (vault, cookie, pair) = site();
    let begun = SystemTime::now();
    let is_later = Arc::new(AtomicUsize::new(0));
    let clock = Arc::clone(&is_later);
    let clock = hardtack::Clock::from_fn(move || begun + HOUR * clock.load(SeqCst) as u32);
    let stream = cookie.load([pair], clock);
    assert!(stream.is_alive());
    vault.put(key());
    is_later.store(1, SeqCst);
    assert!(!stream.is_alive());
}

#[test]
#[cfg(feature = "migrate")]
fn so_does_a_cookie_whose_sessions_are_taken_over() {
    let (vault, former, pair) = site();
    let begun = SystemTime::now();
    let site = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .name("__Host-new")
        .idle_timeout(None)
        .migrate_from(former, begun - HOUR..begun + 2 * HOUR)
        .build()
        .unwrap();
    assert!(opens(&site, &pair, begun));
    vault.put(key());
    assert!(opens(&site, &pair, begun));
    assert!(!opens(&site, &pair, later()));
}

/// A source that counts how often it is read.
fn counting(vault: &Vault) -> (RingSource, Arc<AtomicUsize>) {
    let (source, reads) = (vault.clone(), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&reads);
    let source = RingSource::from_fn("the vault", move || {
        counted.fetch_add(1, SeqCst);
        Ok(source.0.lock().unwrap().clone()?)
    });
    (source, reads)
}

#[test]
fn a_request_without_a_token_waits_only_to_begin_a_session() {
    let vault = Vault::with(key());
    let (source, reads) = counting(&vault);
    let cookie = followed(watch(source));
    let new = key();
    vault.put(&new);
    let visitor = cookie.load(None::<&str>, later());
    assert_eq!(visitor.get::<u32>("user").unwrap(), None);
    assert!(cookie.save(&visitor).unwrap().is_empty());
    assert_eq!(reads.load(SeqCst), 1);
    let visitor = cookie.load(None::<&str>, later());
    visitor.insert("user", 42).unwrap();
    let fields = cookie.save(&visitor).unwrap();
    let of_new = cookie_of(new.parse::<EncryptionKey>().unwrap());
    assert!(!of_new.load(&fields, later()).is_new());
}

#[test]
fn sessions_that_are_read_at_once_share_a_poll() {
    let vault = Vault::with(key());
    let (source, reads) = counting(&vault);
    let cookie = followed(watch(source));
    let pair = signed_in(&cookie);
    vault.put(key());
    let now = later();
    thread::scope(|scope| {
        let reading = [(); 8].map(|()| scope.spawn(|| opens(&cookie, &pair, now)));
        assert!(reading.into_iter().all(|read| !read.join().unwrap()));
    });
    let after_all = reads.load(SeqCst);
    // Two reads that agree, and perhaps one more for a session that came in between.
    assert!((3..=5).contains(&after_all), "{after_all}");
    assert!(!opens(&cookie, &pair, now));
    assert_eq!(reads.load(SeqCst), after_all);
}

#[test]
fn a_ring_that_is_being_written_is_not_taken() {
    let (old, new) = (key(), key());
    let texts = [old.clone(), new.clone(), format!("{new},{old}")];
    let mut texts = texts
        .into_iter()
        .chain([format!("{new},{old}"), format!("{new},{old}")]);
    let (tell, polls) = channel();
    let texts = Mutex::new(move || texts.next().unwrap_or_else(key));
    let source = RingSource::from_fn("half of it", move || Ok((texts.lock().unwrap())()));
    let watched = watch(source).on_poll(move |poll| tell.send(poll).unwrap());
    let cookie = followed(watched);
    let pair = signed_in(&cookie);
    assert!(opens(&cookie, &pair, later()));
    assert!(matches!(polls.recv(), Ok(PollOutcome::Unsettled)));
    assert!(opens(&cookie, &pair, later() + HOUR));
    assert!(matches!(polls.recv(), Ok(PollOutcome::Replaced { .. })));
}

#[test]
fn a_source_that_fails_keeps_the_ring_and_costs_one_poll() {
    let (vault, cookie, pair) = site();
    vault.fail("it is sealed");
    let now = later();
    assert!(opens(&cookie, &pair, now));
    let before = Instant::now();
    assert!(opens(&cookie, &pair, now));
    assert!(before.elapsed() < Duration::from_secs(1));
}

/// A source whose answers after the first one are held back.
pub(super) fn held() -> (RingSource, Sender<String>, Receiver<()>) {
    let ((answer, answers), (ask, asked)) = (channel::<String>(), channel());
    let answers = Mutex::new(answers);
    let source = RingSource::from_fn("a slow vault", move || {
        ask.send(())?;
        Ok(answers.lock().unwrap().recv()?)
    });
    (source, answer, asked)
}

#[test]
fn a_source_that_hangs_holds_sessions_up_once_and_for_five_seconds() {
    let (source, answer, _asked) = held();
    answer.send(key()).unwrap();
    let cookie = followed(watch(source));
    let pair = signed_in(&cookie);
    let now = later();
    let wait = || {
        let before = Instant::now();
        assert!(opens(&cookie, &pair, now));
        before.elapsed()
    };
    let first = wait();
    assert!((5..30).contains(&first.as_secs()), "{first:?}");
    let second = wait();
    assert!(second < Duration::from_secs(4), "{second:?}");
    // It answers at last.
    let new = key();
    answer.send(new.clone()).unwrap();
    answer.send(new.clone()).unwrap();
    while cookie.keys_in_use(now).seals != id(&new) {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(!opens(&cookie, &pair, now));
}

/// The process stood still while the thread waited for an answer, which is that of before.
#[test]
fn a_poll_that_began_before_does_not_count() {
    let (source, answer, asked) = held();
    let old = key();
    answer.send(old.clone()).unwrap();
    let cookie = cookie_of_fast(watch(source));
    let pair = signed_in(&cookie);
    asked.recv().unwrap();
    // The thread has asked, too.
    asked.recv().unwrap();
    let reading = thread::spawn(move || opens(&cookie, &pair, later()));
    thread::sleep(Duration::from_millis(200));
    let new = key();
    for text in [&old, &new, &new, &new] {
        answer.send(text.clone()).unwrap();
    }
    assert!(!reading.join().unwrap());
}

fn cookie_of_fast(watched: WatchedKeyRing) -> SessionCookie {
    let cookie = cookie_of(watched.keys());
    watched.interval(Duration::from_millis(10)).spawn().unwrap();
    cookie
}

/// A program with `watch_keys` that is stopped by the system.
#[cfg(unix)]
mod a_process {
    use std::{
        env,
        io::{BufRead, BufReader, Read, Write, stdin},
        process::{Child, ChildStdin, Command, Stdio},
    };

    use hardtack::SessionSettings;

    use super::{super::folder::Folder, *};

    const FILE: &str = "HARDTACK_TEST_STOPPED_KEYS";
    const READY: &str = "reading cookies";

    /// Says of each cookie that it gets whether it opens.
    #[test]
    #[ignore = "a process of its own, which the next test stops"]
    fn that_follows_its_keys() {
        let file = env::var(FILE).unwrap();
        let settings = format!(r#"{{"keys_file": {file:?}, "watch_keys": "2s"}}"#);
        let settings: SessionSettings = serde_json::from_str(&settings).unwrap();
        let cookie = settings.build().unwrap();
        println!("\n{READY}");
        for pair in stdin().lines() {
            let session: Session = cookie.load([pair.unwrap()], SystemTime::now());
            println!("\nopens: {}", !session.is_new());
        }
    }

    struct Program {
        child: Child,
        cookies: ChildStdin,
        output: BufReader<std::process::ChildStdout>,
    }

    impl Program {
        fn start(file: &std::path::Path) -> Program {
            let name = concat!(module_path!(), "::that_follows_its_keys");
            let (_, name) = name.split_once("::").unwrap();
            let mut child = Command::new(env::current_exe().unwrap())
                .args(["--exact", name, "--ignored", "--nocapture"])
                .env(FILE, file)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let cookies = child.stdin.take().unwrap();
            let output = BufReader::new(child.stdout.take().unwrap());
            let mut program = Program {
                child,
                cookies,
                output,
            };
            program.until(READY);
            program
        }

        fn until(&mut self, beginning: &str) -> String {
            let mut lines = self.output.by_ref().lines();
            let line = lines.find(|line| line.as_ref().unwrap().starts_with(beginning));
            line.expect("the program answers").unwrap()
        }

        fn send(&mut self, pair: &str) {
            writeln!(self.cookies, "{pair}").unwrap();
        }

        fn answer(&mut self) -> bool {
            self.until("opens: ") == "opens: true"
        }

        fn signal(&self, signal: &str) {
            let id = self.child.id().to_string();
            let sent = Command::new("kill").args([signal, &id]).status();
            assert!(sent.unwrap().success());
        }
    }

    impl Drop for Program {
        fn drop(&mut self) {
            // It may have ended already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    #[test]
    fn that_was_stopped_opens_no_session_under_a_key_that_was_dropped_meanwhile() {
        let (old, new) = (key(), key());
        let (folder, path) = Folder::with("keys", format!("{old}\n"));
        let of = |key: &str| signed_in(&cookie_of(key.parse::<EncryptionKey>().unwrap()));
        let (stolen, good) = (of(&old), of(&new));
        let mut program = Program::start(&path);
        program.send(&stolen);
        assert!(program.answer());
        program.signal("-STOP");
        folder.write("keys", format!("{new}\n"));
        // Longer than the interval, and by the two seconds that a thread may be late.
        thread::sleep(Duration::from_secs(5));
        // They wait for the program.
        program.send(&stolen);
        program.send(&good);
        program.signal("-CONT");
        assert!(!program.answer());
        assert!(program.answer());
    }
}
