//! Processes that stand still, as on Lambda between two requests: the first session that is read afterwards waits for a
//! poll. Sources that are slow or hang hold up no session of a process that runs.

#[cfg(feature = "axum")]
mod load;
#[cfg(all(unix, feature = "axum", feature = "migrate"))]
mod uses;

use std::{
    env, fs,
    io::{BufRead, BufReader, Read, Write, stdin},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant, SystemTime},
};

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionSettings,
    keys::{PollOutcome, RingSource, SharedKeyRing},
};

use super::{file_of, folder::Folder, id, key, watch};

/// The shortest interval of `watch_keys`.
const INTERVAL: Duration = Duration::from_secs(1);

fn cookie_of(keys: impl Into<SharedKeyRing>) -> SessionCookie {
    let cookie = SessionCookie::encrypted(keys).idle_timeout(None);
    cookie.build().unwrap()
}

fn signed_in(cookie: &SessionCookie) -> String {
    let pair = cookie.cookie_for(SystemTime::now(), |session| session.insert("user", 42));
    pair.unwrap()
}

/// A session under this key.
fn signed_in_under(key: &str) -> String {
    signed_in(&cookie_of(key.parse::<EncryptionKey>().unwrap()))
}

fn opens(cookie: &SessionCookie, pair: &str) -> bool {
    !cookie.load([pair], SystemTime::now()).is_new()
}

fn followed(source: RingSource) -> SessionCookie {
    let watched = watch(source);
    let cookie = cookie_of(watched.keys());
    watched.interval(INTERVAL).spawn().unwrap();
    cookie
}

/// A source whose answers after the first one are held back.
fn held(first: &str) -> (RingSource, Sender<String>, Receiver<()>) {
    let ((answer, answers), (ask, asked)) = (channel::<String>(), channel());
    let answers = std::sync::Mutex::new(answers);
    let source = RingSource::from_fn("a slow vault", move || {
        ask.send(())?;
        Ok(answers.lock().unwrap().recv()?)
    });
    answer.send(first.to_owned()).unwrap();
    (source, answer, asked)
}

/// A test of this program as a process of its own.
struct Program {
    child: Child,
    orders: ChildStdin,
    output: BufReader<ChildStdout>,
}

const FILE: &str = "HARDTACK_TEST_STOPPED_KEYS";
const READY: &str = "ready to be stopped";

/// The file of a [`Program`]'s ring.
fn file() -> PathBuf {
    env::var(FILE).unwrap().into()
}

/// Waits in a [`Program`] until it was stopped.
fn wait_to_be_stopped() {
    say(READY);
    let mut line = String::new();
    assert_ne!(stdin().read_line(&mut line).unwrap(), 0);
}

fn say(line: &str) {
    // The test's name may stand before it.
    println!("\n{line}");
}

impl Program {
    /// Starts the ignored test `name` of a module.
    fn start(module: &str, name: &str, file: &Path) -> Program {
        let (_, module) = module.split_once("::").unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", &format!("{module}::{name}")])
            .args(["--ignored", "--nocapture"])
            .env(FILE, file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut program = Program {
            child,
            orders,
            output,
        };
        program.answer(READY);
        program
    }

    /// Returns what the program says after this beginning of a line.
    fn answer(&mut self, beginning: &str) -> String {
        let mut lines = self.output.by_ref().lines().map(Result::unwrap);
        let line = lines.find_map(|line| Some(line.strip_prefix(beginning)?.to_owned()));
        line.expect("the program answers")
    }

    fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
    }

    /// Stops the program for longer than the interval and the two seconds that a thread may be late. `order` waits for
    /// it.
    fn stop(&mut self, meanwhile: impl FnOnce(), order: &str) {
        self.signal("-STOP");
        meanwhile();
        thread::sleep(Duration::from_millis(4_500));
        self.tell(order);
        self.signal("-CONT");
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

/// Says of each cookie that it gets whether it opens.
#[test]
#[ignore = "a process of its own, which the next test stops"]
fn a_process_that_follows_its_keys() {
    let settings = format!(r#"{{"keys_file": {:?}, "watch_keys": "1s"}}"#, file());
    let settings: SessionSettings = serde_json::from_str(&settings).unwrap();
    let cookie = settings.build().unwrap();
    say(READY);
    for pair in stdin().lines() {
        let session: Session = cookie.load([pair.unwrap()], SystemTime::now());
        say(&format!("opens: {}", !session.is_new()));
    }
}

#[cfg(unix)]
#[test]
fn a_process_that_was_stopped_opens_no_session_under_a_key_that_was_dropped_meanwhile() {
    let (old, new) = (key(), key());
    let (folder, path) = Folder::with("keys", file_of(&old));
    let (stolen, good) = (signed_in_under(&old), signed_in_under(&new));
    let mut program = Program::start(module_path!(), "a_process_that_follows_its_keys", &path);
    program.tell(&stolen);
    assert_eq!(program.answer("opens: "), "true");
    program.stop(|| folder.write("keys", file_of(&new)), &stolen);
    assert_eq!(program.answer("opens: "), "false");
    program.tell(&good);
    assert_eq!(program.answer("opens: "), "true");
}

#[cfg(feature = "tracing")]
#[test]
#[ignore = "a process of its own, which the next test starts"]
fn a_process_whose_log_panics() {
    use crate::common::told::{Hearing, Told};

    let cookie = followed(RingSource::file(file()));
    // As one that writes to a full disk.
    let panicking =
        |told: Told| assert_ne!(told.target, "hardtack::keys", "the log cannot be written");
    tracing::subscriber::set_global_default(Hearing(panicking)).unwrap();
    say(READY);
    for pair in stdin().lines() {
        let pair = pair.unwrap();
        let start = Instant::now();
        while !opens(&cookie, &pair) && start.elapsed() < Duration::from_secs(20) {
            thread::sleep(Duration::from_millis(50));
        }
        say(&format!("opens: {}", opens(&cookie, &pair)));
    }
}

#[cfg(feature = "tracing")]
#[test]
fn a_log_that_panics_ends_no_thread_that_follows_the_keys() {
    let (folder, path) = Folder::with("keys", file_of(&key()));
    let mut program = Program::start(module_path!(), "a_process_whose_log_panics", &path);
    for _ in 0..2 {
        let next = key();
        folder.write("keys", file_of(&next));
        program.tell(&signed_in_under(&next));
        assert_eq!(program.answer("opens: "), "true");
    }
}

/// Reads the file, and returns what it read once the process was stopped.
#[test]
#[ignore = "a process of its own, which the next test stops"]
fn a_process_whose_source_reads() {
    let (ask, asked) = channel();
    let source = RingSource::from_fn("a slow vault", move || {
        let text = fs::read_to_string(file())?;
        ask.send(())?;
        // Within this time, the process is stopped.
        thread::sleep(Duration::from_millis(500));
        Ok(text)
    });
    let cookie = followed(source);
    let pair = signed_in(&cookie);
    asked.recv().unwrap();
    asked.recv().unwrap();
    wait_to_be_stopped();
    say(&format!("opens: {}", opens(&cookie, &pair)));
}

#[cfg(unix)]
#[test]
fn a_poll_counts_from_its_beginning_if_the_process_stood_still_meanwhile() {
    let (folder, path) = Folder::with("keys", file_of(&key()));
    let mut program = Program::start(module_path!(), "a_process_whose_source_reads", &path);
    program.stop(|| folder.write("keys", file_of(&key())), "");
    assert_eq!(program.answer("opens: "), "false");
}

/// The clock that a test cannot set is the process's, so this shows that the session's own clock does not count.
#[test]
fn a_session_with_a_clock_of_its_own_waits_for_no_poll() {
    let (source, _answer, _asked) = held(&key());
    let cookie = followed(source);
    let pair = signed_in(&cookie);
    let before = Instant::now();
    let hour = Duration::from_secs(3_600);
    assert!(!cookie.load([&pair], SystemTime::now() + hour).is_new());
    assert!(before.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_change_that_a_poll_in_time_reads_is_taken_by_the_next_one() {
    let new = key();
    let (source, answer, _asked) = held(&key());
    let (tell, polls) = channel();
    let watched = watch(source).on_poll(move |poll| drop(tell.send(poll)));
    let cookie = cookie_of(watched.keys());
    watched.interval(Duration::from_millis(10)).spawn().unwrap();
    for _ in 0..2 {
        answer.send(new.clone()).unwrap();
    }
    let first = polls.recv().unwrap();
    assert!(matches!(first, PollOutcome::Unsettled), "{first:?}");
    let second = polls.recv().unwrap();
    assert!(matches!(second, PollOutcome::Replaced { .. }), "{second:?}");
    assert_eq!(cookie.keys_in_use(SystemTime::now()).seals, id(&new));
}
