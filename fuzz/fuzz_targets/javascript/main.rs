//! Any body, value or `Cookie` field, in Rust and in JavaScript: both open the same sessions, give the same Reason, read
//! the same entries, and answer with the same fields: of encrypted sessions, with fields of the same form.
//!
//! The first byte of the input chooses (see `Case`), the second is the time. In a field `$1` to `$4` stand for tokens, and
//! `$P` for a cookie in two parts.
#![no_main]

mod canonical;

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{LazyLock, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use canonical::Canonical;
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SigningKey, fuzzing, session::Outcome,
};
use libfuzzer_sys::fuzz_target;

static NODE: LazyLock<Mutex<Node>> = LazyLock::new(|| Mutex::new(Node::start()));

/// By the first two bits of a case.
static SITES: LazyLock<[Site; 4]> = LazyLock::new(|| {
    [(false, HOST), (true, HOST), (false, "sid"), (true, "sid")]
        .map(|(is_signed, name)| Site::new(is_signed, name))
});

fuzz_target!(|bytes: &[u8]| {
    let [choice, time, rest @ ..] = bytes else {
        return;
    };
    let case = Case::new(*choice, *time, rest);
    let javascript =
        NODE.lock()
            .expect("it is the only thread")
            .ask(case.choice, case.now, &case.field);
    let rust = case.answer();
    assert_eq!(
        rust,
        javascript,
        "{:?}",
        String::from_utf8_lossy(&case.field)
    );
});

struct Case {
    site: &'static Site,
    /// 1: signed. 2: another name. 4: an entry is put in. 16 and 32: what the rest is.
    choice: u8,
    now: u64,
    field: Vec<u8>,
}

impl Case {
    fn new(choice: u8, time: u8, rest: &[u8]) -> Case {
        let site = &SITES[usize::from(choice % 4)];
        let time = u64::from(time);
        let pair = |value: &[u8]| [site.name.as_bytes(), b"=", value].concat();
        let (now, field) = match choice >> 4 & 3 {
            0 | 1 => {
                // The second of the last activity, so that most sessions are alive.
                let issued = rest.get(1..5).and_then(|bytes| bytes.try_into().ok());
                let issued = u64::from(issued.map_or(0, u32::from_be_bytes));
                (EPOCH + issued + time, pair(site.seal(rest).as_bytes()))
            }
            2 => (START + time * 8, site.fill(rest)),
            _ => (START + time * 8, pair(rest)),
        };
        Case {
            site,
            choice,
            now,
            field,
        }
    }

    fn answer(&self) -> String {
        let session = self.site.cookie.load([&self.field], time(self.now));
        let seconds = |at: Option<SystemTime>| match at {
            Some(at) => at
                .duration_since(UNIX_EPOCH)
                .expect("it is later")
                .as_secs()
                .to_string(),
            None => "-".to_owned(),
        };
        let outcome = session.outcome();
        let mut told = vec![
            outcome.name().to_lowercase(),
            outcome
                .reason()
                .map_or("-", |reason| reason.name())
                .to_owned(),
            key_of(outcome),
            session.id().map_or("-".to_owned(), |id| id.to_string()),
            session.is_new().to_string(),
            seconds(session.created_at()),
            seconds(session.last_active_at()),
            seconds(session.expires_at()),
            session.remaining_bytes().to_string(),
        ];
        for key in session.keys() {
            let value: Option<Canonical> = session.get(&key).expect("any value is read");
            let value = value.map_or("null".to_owned(), |value| value.0);
            told.push(format!("{}:{value}", canonical::text(&key)));
        }
        for queue in ["", "x"] {
            told.extend(
                session
                    .flashes(queue)
                    .iter()
                    .map(|text| canonical::text(text)),
            );
        }
        if self.choice & 4 != 0 {
            told.push(put_in(&session));
        }
        told.extend(self.saved(&session));
        told.join(" ")
    }

    /// Returns the fields. Where encryption makes their values differ, these are lengths.
    fn saved(&self, session: &Session) -> Vec<String> {
        let Ok(fields) = self.site.cookie.save(session) else {
            return vec!["not-saved".to_owned()];
        };
        let shown = fields.iter().map(|field| {
            let (name, rest) = field.split_once('=').expect("a field has a name");
            let (value, attributes) = rest.split_once(';').expect("it has attributes");
            let attributes = attributes.replace(' ', "");
            if self.site.is_signed {
                format!("{name}={value};{attributes}")
            } else {
                format!("{name}={};{attributes}", value.len())
            }
        });
        shown.collect()
    }
}

fn put_in(session: &Session) -> String {
    match session.insert("zz", 7) {
        Ok(()) => "done",
        Err(SessionError::TooLarge(_)) => "size",
        Err(SessionError::Unreadable(_)) => "unreadable",
        Err(error) => panic!("{error}"),
    }
    .to_owned()
}

fn key_of(outcome: Outcome) -> String {
    match outcome {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => {
            key_id.to_string()
        }
        Outcome::Rejected { key_id, .. } => key_id.map_or("-".to_owned(), |id| id.to_string()),
        _ => "-".to_owned(),
    }
}

/// A cookie of one mode and name, and tokens of it.
struct Site {
    cookie: SessionCookie,
    is_signed: bool,
    name: &'static str,
    tokens: [String; 4],
}

impl Site {
    fn new(is_signed: bool, name: &'static str) -> Site {
        let builder = if is_signed {
            SessionCookie::unencrypted_but_signed(signing_key())
        } else {
            SessionCookie::encrypted(encryption_key())
        };
        let cookie = builder.name(name).build().expect("the settings are sound");
        let save = |from: Option<&str>, now: u64| {
            let pair = from.map(|token| format!("{name}={token}"));
            let session = cookie.load(pair, time(now));
            session.insert("now", now).expect("there is room");
            if now > START {
                session.ensure_id().expect("there is room");
            }
            let fields = cookie.save(&session).expect("it is written");
            let field = fields.iter().next().expect("it is sent");
            let (_, rest) = field.split_once('=').expect("a field has a name");
            rest.split(';').next().expect("there is a first").to_owned()
        };
        let first = save(None, START);
        let second = save(Some(&first), START + 10);
        let third = save(Some(&second), START + 20);
        let other = save(None, START + 30);
        Site {
            cookie,
            is_signed,
            name,
            tokens: [first, second, third, other],
        }
    }

    fn seal(&self, body: &[u8]) -> String {
        if self.is_signed {
            fuzzing::sign_body(signing_key(), self.name, body)
        } else {
            fuzzing::seal_body(encryption_key(), self.name, body)
        }
    }

    /// Puts tokens in place of the words for them.
    fn fill(&self, field: &[u8]) -> Vec<u8> {
        let Site { name, tokens, .. } = self;
        let (first, rest) = tokens[0].split_at(40);
        let parts = format!("{name}=2.{first}; {name}.1={rest}");
        let mut filled = Vec::new();
        let mut at = field.iter();
        while let Some(&byte) = at.next() {
            let word = at.as_slice().first().filter(|_| byte == b'$');
            let value = match word {
                Some(digit @ b'1'..=b'4') => &*tokens[usize::from(digit - b'1')],
                Some(b'P') => &parts,
                Some(b'N') => name,
                _ => {
                    filled.push(byte);
                    continue;
                }
            };
            at.next();
            filled.extend_from_slice(value.as_bytes());
        }
        filled
    }
}

fn encryption_key() -> EncryptionKey {
    XAES.parse().expect("it is a key")
}

fn signing_key() -> SigningKey {
    SIGN.parse().expect("it is a key")
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

const HOST: &str = "__Host-session";
const EPOCH: u64 = 1_767_225_600;
const START: u64 = 1_800_000_000;

// Keys of the test vectors, which are public, as in javascript.mjs.
const XAES: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
const SIGN: &str = "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg";

pub struct Node {
    /// Ends with its standard input.
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    /// Starts it.
    pub fn start() -> Node {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/javascript.mjs");
        let mut command = Command::new("node");
        command
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("Node is installed");
        Node {
            questions: process.stdin.take().expect("it is a pipe"),
            answers: BufReader::new(process.stdout.take().expect("it is a pipe")),
            _process: process,
        }
    }

    /// Asks for the answer to a field at `now`. length (4 bytes) || choice (1) || now (8) || field, little-endian.
    pub fn ask(&mut self, choice: u8, now: u64, field: &[u8]) -> String {
        let len = u32::try_from(9 + field.len()).expect("inputs are short");
        let head = [&len.to_le_bytes()[..], &[choice], &now.to_le_bytes()].concat();
        let sent = self.questions.write_all(&[&head, field].concat());
        sent.expect("Node is there");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("Node is there");
        assert!(line.pop().is_some(), "Node has ended");
        line
    }
}
