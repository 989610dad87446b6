//! The application, its clock and keys, and the browsers; each request beside the model.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionError,
    carrier::RefreshAfter,
    keys::{KeyId, RingKey, SharedKeyRing},
    session::{Outcome, SessionId},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{COOKIE, SET_COOKIE, VARY},
};

use crate::{
    case::{Act, Fate, Request, Status, Step},
    model::{Change, Record, Refresh, Response, Settings, Visit},
};

pub struct World {
    settings: Settings,
    cookie: SessionCookie,
    shared: SharedKeyRing<EncryptionKey>,
    /// Indexes in `KEYS`, each with the second from which it seals, in the order of SPEC.md § 3.4.2.
    ring: Vec<(usize, u64)>,
    now: u64,
    browsers: [Browser; 3],
    /// What each token holds, and the key that sealed it.
    tokens: HashMap<String, (usize, Record)>,
    ids: HashSet<SessionId>,
    csrf: Vec<CsrfToken>,
}

/// Cookies, and the `Set-Cookie` fields that are under way.
#[derive(Default)]
struct Browser {
    jar: BTreeMap<String, String>,
    late: VecDeque<Vec<String>>,
}

struct CsrfToken {
    text: String,
    key: usize,
    id: Option<SessionId>,
    issued: u64,
}

impl World {
    pub fn new(settings: Settings) -> World {
        let shared = SharedKeyRing::new(key(0));
        let mut builder = SessionCookie::encrypted(shared.clone())
            .absolute_timeout(seconds(settings.absolute))
            .idle_timeout(settings.idle.map(seconds))
            .refresh_after(match settings.refresh {
                Refresh::Never => RefreshAfter::Never,
                Refresh::OnChange => RefreshAfter::OnChange,
                Refresh::After(span) => RefreshAfter::Span(seconds(span)),
                Refresh::Always => RefreshAfter::Always,
            });
        if let Some(span) = settings.remember_up_to {
            builder = builder.remember_up_to(seconds(span));
        }
        if settings.saves_on_server_error {
            builder = builder.save_on_server_error();
        }
        World {
            settings,
            cookie: builder.build().expect("the settings agree"),
            shared,
            ring: vec![(0, 0)],
            now: START,
            browsers: Default::default(),
            tokens: HashMap::new(),
            ids: HashSet::new(),
            csrf: Vec::new(),
        }
    }

    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Request(request) => self.visit(request),
            Step::Wait(seconds) => self.now += u64::from(*seconds),
            Step::SetBack(seconds) => self.now -= u64::from(*seconds),
            Step::Rotate(keys) => self.rotate(keys),
            Step::Arrive { browser, is_newest } => {
                let browser = &mut self.browsers[usize::from(*browser) % 3];
                let fields = match is_newest {
                    true => browser.late.pop_back(),
                    false => browser.late.pop_front(),
                };
                browser.receive(fields.into_iter().flatten());
            }
            Step::Copy { from, to } => {
                let copied = self.browsers[usize::from(*from) % 3].jar.clone();
                self.browsers[usize::from(*to) % 3].jar = copied;
            }
        }
    }

    fn rotate(&mut self, keys: &[(u8, u8)]) {
        let mut ring = Vec::new();
        let mut listed = Vec::new();
        for &(which, after) in keys {
            let which = usize::from(which) % KEYS.len();
            if ring.iter().any(|(known, _)| *known == which) {
                continue;
            }
            let member = RingKey::new(key(which));
            let seal_from = self.now + u64::from(after) * 10;
            if after == 0 {
                ring.push((which, 0));
                listed.push(member);
            } else {
                ring.push((which, seal_from));
                listed.push(member.seal_from(moment(seal_from)));
            }
        }
        if ring.is_empty() {
            return;
        }
        // Of equal ones the first listed counts as the latest.
        ring.reverse();
        ring.sort_by_key(|(_, seal_from)| *seal_from);
        self.ring = ring;
        let listed = KeyRing::from_keys(listed).expect("no key is there twice");
        self.shared.replace(listed).expect("no key retires");
    }

    /// Returns the place of the key that seals.
    fn sealing(&self) -> usize {
        let has_begun = |(_, from): &(usize, u64)| *from <= self.now;
        self.ring.iter().rposition(has_begun).unwrap_or(0)
    }

    fn place_of(&self, key: usize) -> Option<usize> {
        self.ring.iter().position(|(known, _)| *known == key)
    }

    fn visit(&mut self, request: &Request) {
        let browser = usize::from(request.browser) % 3;
        let token = self.browsers[browser].jar.get(NAME).cloned();
        let mut fields = HeaderMap::new();
        if let Some(token) = &token {
            let pair = HeaderValue::from_str(&format!("{NAME}={token}"));
            fields.insert(COOKIE, pair.expect("a token is text"));
        }
        if !request.is_page {
            fields.insert("sec-fetch-dest", HeaderValue::from_static("image"));
        }
        let session = self.cookie.load_from(&fields, moment(self.now));

        let sealed = token.as_ref().map(|token| self.tokens[token].clone());
        let place = sealed.as_ref().and_then(|(key, _)| self.place_of(*key));
        let opened = sealed.as_ref().filter(|(_, record)| {
            place.is_some() && self.settings.refusal(record, self.now).is_none()
        });
        let settings = self.settings;
        let arrived = opened.map(|(_, record)| record.clone());
        let mut visit = Visit::new(&settings, self.now, token.is_some(), arrived);
        for act in request.acts.iter().take(12) {
            visit.is_touched = true;
            self.check_outcome(session.outcome(), sealed.as_ref());
            self.act(act, &session, &mut visit);
            self.look(&session, &visit);
        }
        assert_eq!(session.is_touched(), visit.is_touched);

        let status = match request.status {
            Status::Ok => StatusCode::OK,
            Status::NotFound => StatusCode::NOT_FOUND,
            Status::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let response = Response {
            status: status.as_u16(),
            is_page: request.is_page,
            is_under_earlier_key: place.is_some_and(|place| place < self.sealing()),
        };
        let mut answer = HeaderMap::new();
        let saved = self.cookie.save_to(&session, status, &mut answer);
        saved.expect("the clock and random bytes are good");
        assert_eq!(answer.contains_key(VARY), visit.is_touched);
        let refused = session.insert("late", 1);
        assert!(matches!(refused, Err(SessionError::AfterHead)));

        let sent: Vec<String> = answer
            .get_all(SET_COOKIE)
            .iter()
            .map(|field| field.to_str().expect("it is text").to_owned())
            .collect();
        self.check_change(&sent, visit.finish(response));
        match request.fate {
            Fate::Arrives => self.browsers[browser].receive(sent),
            Fate::ArrivesLater => self.browsers[browser].late.push_back(sent),
            Fate::IsLost => {}
        }
    }

    fn check_outcome(&self, outcome: Outcome, sealed: Option<&(usize, Record)>) {
        let Some((key, record)) = sealed else {
            assert_eq!(outcome, Outcome::Absent);
            return;
        };
        let key_id = KEYS[*key].1;
        let is_sealing = self.ring[self.sealing()].0 == *key;
        let is_known = self.place_of(*key).is_some();
        let told = (outcome.name(), outcome.reason().map(|reason| reason.name()));
        let refusal = self.settings.refusal(record, self.now);
        match refusal {
            _ if !is_known => assert_eq!(told, ("Rejected", Some("UnknownKey"))),
            Some(reason) => assert_eq!(told, ("Rejected", Some(reason.name()))),
            None if is_sealing => assert_eq!(outcome, Outcome::Opened { key_id }),
            None => assert_eq!(outcome, Outcome::OpenedUnderAcceptedKey { key_id }),
        }
    }

    fn act(&mut self, act: &Act, session: &Session, visit: &mut Visit<'_>) {
        match act {
            Act::Look => {}
            Act::Insert { key, letter, len } => {
                let value = text(*letter, usize::from(len % 3000));
                let done = session.insert(name(*key), &value);
                let content = |record: &mut Record| {
                    record.content.insert(name(*key).to_owned(), value);
                };
                check(done, visit.change(content));
            }
            Act::Update { key } => {
                let done = session.update(name(*key), |value: &mut String| value.push('x'));
                let longer = |record: &mut Record| {
                    record
                        .content
                        .entry(name(*key).to_owned())
                        .or_default()
                        .push('x');
                };
                check(done, visit.change(longer));
            }
            Act::Remove { key } => {
                let is_removed = session.remove(name(*key)).expect("it gets smaller");
                assert_eq!(
                    is_removed,
                    visit.record.content.remove(name(*key)).is_some()
                );
            }
            Act::Take { key } => {
                let taken: Option<String> = session.take(name(*key)).expect("it is a text");
                assert_eq!(taken, visit.record.content.remove(name(*key)));
            }
            Act::Clear => {
                session.clear().expect("it gets smaller");
                visit.clear();
            }
            Act::Invalidate => {
                let told = session.invalidate().expect("it is never refused");
                assert_eq!(told, visit.invalidate());
            }
            Act::SignIn => {
                let told = session.sign_in().expect("it is never refused");
                assert_eq!(told, visit.invalidate());
                visit.renew(Some(self.fresh(session)));
            }
            Act::Renew => {
                session.renew().expect("there is room");
                visit.renew(Some(self.fresh(session)));
            }
            Act::RenewId => {
                session.renew_id().expect("there is room");
                visit.record.id = Some(self.fresh(session));
            }
            Act::EnsureId => {
                let id = session.ensure_id().expect("there is room");
                self.see_id(id, session, visit);
            }
            Act::Flash { queue, len, once } => {
                let message = (queue_of(*queue).to_owned(), text(*len, usize::from(*len)));
                let (queue, text) = (&*message.0, &*message.1);
                let (is_there, done) = match once {
                    true => (
                        visit.record.flash.contains(&message),
                        session.flash_once(queue, text),
                    ),
                    false => (false, session.flash(queue, text)),
                };
                // The lengths of the model are those of few messages.
                let add = |record: &mut Record| record.flash.push(message.clone());
                check(done, is_there || visit.change(add));
            }
            Act::TakeFlashes { queue } => {
                let queue = queue_of(*queue);
                let taken = session.take_flashes(queue).expect("it gets smaller");
                assert_eq!(taken, visit.take_flashes(queue));
            }
            Act::CsrfToken => {
                let text = session.csrf_token().expect("there is room");
                self.see_id(session.id().expect("a token needs one"), session, visit);
                self.csrf.push(CsrfToken {
                    text,
                    key: self.ring[self.sealing()].0,
                    id: visit.record.id,
                    issued: visit.record.issued,
                });
            }
            Act::VerifyCsrf { which } => self.verify_csrf(usize::from(*which), session, visit),
            Act::RememberFor(span) => {
                let done = session.remember_for(seconds(span.seconds()));
                match visit.remember_for(span.seconds()) {
                    true => done.expect("there is room"),
                    false => assert!(matches!(done, Err(SessionError::NotRemembering))),
                }
            }
            Act::Forget => {
                session.forget().expect("it is never refused");
                visit.record.remembered = None;
            }
            Act::LimitTo(span) => {
                session
                    .limit_to(seconds(span.seconds()))
                    .expect("there is room");
                visit.limit_to(span.seconds());
            }
            Act::Save => {
                session.save().expect("there is room");
                visit.save();
            }
            Act::Discard => {
                session.discard().expect("it is never refused");
                visit.discard();
            }
        }
    }

    /// Returns the id that the session has got, which no session had before.
    fn fresh(&mut self, session: &Session) -> SessionId {
        let id = session.id().expect("it got one");
        assert!(self.ids.insert(id), "an id comes back");
        id
    }

    fn see_id(&mut self, id: SessionId, session: &Session, visit: &mut Visit<'_>) {
        match visit.record.id {
            Some(known) => assert_eq!(id, known),
            None => visit.record.id = Some(self.fresh(session)),
        }
    }

    fn verify_csrf(&self, which: usize, session: &Session, visit: &Visit<'_>) {
        let Some(token) = self.csrf.get(which % self.csrf.len().max(1)) else {
            assert!(!session.verify_csrf(""));
            return;
        };
        let is_right = token.id == visit.record.id
            && token.issued == visit.record.issued
            && self.place_of(token.key).is_some();
        assert_eq!(session.verify_csrf(&token.text), is_right);
    }

    /// Compares what can be asked.
    fn look(&self, session: &Session, visit: &Visit<'_>) {
        let record = &visit.record;
        let content: BTreeMap<String, String> = session.deserialize().expect("all are texts");
        assert_eq!(content, record.content);
        assert!(session.keys().iter().eq(record.content.keys()));
        assert_eq!(session.is_empty(), record.content.is_empty());
        for queue in QUEUES {
            assert_eq!(session.flashes(queue), record.flashes(queue));
        }
        assert_eq!(session.id(), record.id);
        assert_eq!(session.is_new(), visit.is_new());
        assert_eq!(session.remaining_bytes(), visit.room());
        assert_eq!(session.is_persistent(), self.settings.is_remembered(record));
        for span in [0, 100, 1 << 40] {
            assert_eq!(session.is_recent(seconds(span)), visit.is_recent(span));
        }
        let times = [
            session.created_at(),
            session.last_active_at(),
            session.expires_at(),
        ];
        let known = [record.issued, record.active, self.settings.end(record)];
        assert_eq!(times, known.map(|at| (!visit.is_new()).then(|| moment(at))));
    }

    fn check_change(&mut self, sent: &[String], change: Change) {
        match (sent, change) {
            ([], Change::Keep) => {}
            ([field], Change::Drop) => {
                assert!(field.starts_with(&format!("{NAME}=;")), "{field}");
                assert!(field.contains("; Max-Age=0;"), "{field}");
            }
            ([field], Change::Store(record)) => {
                let remembered = self.settings.is_remembered(&record);
                let max_age = self.settings.last_end(&record) - self.now;
                let expected = remembered.then(|| max_age.min(LONGEST_MAX_AGE).to_string());
                let max_age = field.split("; Max-Age=").nth(1);
                assert_eq!(
                    max_age.and_then(|rest| rest.split(';').next()),
                    expected.as_deref()
                );
                let (_, token) = pair_of(field);
                let key = self.ring[self.sealing()].0;
                let earlier = self.tokens.insert(token.to_owned(), (key, record));
                assert!(earlier.is_none(), "a token comes back");
            }
            (sent, change) => panic!("sent {sent:?}, expected {change:?}"),
        }
    }
}

impl Browser {
    fn receive(&mut self, fields: impl IntoIterator<Item = String>) {
        for field in fields {
            let (name, value) = pair_of(&field);
            if field.contains("; Max-Age=0;") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

#[track_caller]
fn check(done: Result<(), SessionError>, fits: bool) {
    match done {
        Ok(()) => assert!(fits, "it is too large"),
        Err(SessionError::TooLarge(_)) => assert!(!fits, "there is room"),
        Err(error) => panic!("{error}"),
    }
}

fn pair_of(field: &str) -> (&str, &str) {
    let pair = field.split(';').next().expect("there is a first");
    pair.split_once('=').expect("it has a value")
}

fn name(which: u8) -> &'static str {
    ["a", "b", "user", "a key of more than thirty-one bytes, å"][usize::from(which) % 4]
}

fn queue_of(which: u8) -> &'static str {
    QUEUES[usize::from(which) % QUEUES.len()]
}

fn text(letter: u8, len: usize) -> String {
    char::from(b'a' + letter % 4).to_string().repeat(len)
}

fn key(which: usize) -> EncryptionKey {
    KEYS[which].0.parse().expect("it is a key")
}

fn moment(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Texts and ids of the keys.
static KEYS: LazyLock<[(String, KeyId); 4]> = LazyLock::new(|| {
    std::array::from_fn(|_| {
        let key = EncryptionKey::generate().expect("there are random bytes");
        (key.expose_secret().to_string(), key.id())
    })
});

const NAME: &str = "__Host-session";
const QUEUES: [&str; 2] = ["", "x"];
const START: u64 = 1_800_000_000;
const LONGEST_MAX_AGE: u64 = 34_560_000;
