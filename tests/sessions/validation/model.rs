//! A model of what the application and the visitor see of sessions that are asked about, and random requests that both
//! the model and the library serve.

use std::{
    future::poll_fn,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
};

use hardtack::{
    Clock, Session, SessionCookie, SessionError,
    session::{Reason, Validity},
};
use proptest::prelude::*;

use super::{
    Answer, GOES_ON, INTERVAL, IS_OVER, NO_ANSWER,
    common::{at, builder, cases::cases, pair_of, seconds},
};

#[derive(Clone, Debug)]
enum Act {
    Wait(u64),
    Insert(u32),
    /// `renew`, or else `invalidate`.
    Begin(bool),
    Ask,
    /// Answers one of the open questions, or cancels it.
    Answer(usize, Option<Answer>),
    SendHead,
    NextRequest,
}

/// A session in a cookie: its user, and the second of its last answer.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Sealed(Option<u32>, u64);

/// Gate between the application and the session that the request brought.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Gate {
    Open,
    Waits,
    /// Nobody could answer.
    Failed,
}

/// Last answer in this request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Last {
    Unasked,
    /// To a question of this second.
    GoesOn(u64),
    /// There was none, and the session is kept since that of this second.
    Kept(u64),
    IsOver,
}

#[derive(Clone, Debug)]
struct Model {
    /// Seconds after an answer until which a session is kept without another.
    kept_up_to: u64,
    clock: u64,
    cookie: Option<Sealed>,
    /// Second of the request.
    now: u64,
    gate: Gate,
    last: Last,
    reason: Option<Reason>,
    user: Option<u32>,
    /// Second of the answer that is in the token. `None`: the session has no token yet.
    lasts_since: Option<u64>,
    has_arrived: bool,
    is_renewed: bool,
    is_invalidated: bool,
    is_sent: bool,
}

/// A question of this second, about a session that began in this request or not.
type Question = (u64, bool);
type Told = Result<bool, ()>;

impl Model {
    fn new(kept_up_to: u64, clock: u64, cookie: Option<Sealed>) -> Model {
        let mut model = Model {
            kept_up_to,
            clock,
            cookie,
            now: clock,
            gate: Gate::Open,
            last: Last::Unasked,
            reason: None,
            user: cookie.and_then(|Sealed(user, _)| user),
            lasts_since: cookie.map(|Sealed(_, answered)| answered),
            has_arrived: cookie.is_some(),
            is_renewed: false,
            is_invalidated: false,
            is_sent: false,
        };
        if model.is_due(clock) {
            (model.gate, model.reason) = (Gate::Waits, Some(Reason::Unvalidated));
        }
        model
    }

    fn answered(&self) -> Option<u64> {
        match self.last {
            Last::GoesOn(at) | Last::Kept(at) => Some(at),
            Last::Unasked | Last::IsOver => self.lasts_since,
        }
    }

    fn is_due(&self, now: u64) -> bool {
        self.answered().is_some_and(|at| now >= at + INTERVAL)
    }

    fn is_kept(&self, now: u64) -> bool {
        self.answered().is_some_and(|at| now < at + self.kept_up_to)
    }

    /// The user, whether the session is new, whether it is alive, and why it is not that of the cookie.
    fn seen(&self) -> (Option<u32>, bool, bool, Option<Reason>) {
        let is_open = self.gate == Gate::Open;
        let is_alive = match self.last {
            Last::IsOver => false,
            Last::Kept(_) => self.is_kept(self.clock),
            Last::Unasked | Last::GoesOn(_) => !self.is_due(self.clock),
        };
        let user = self.user.filter(|_| is_open);
        (user, !(is_open && self.has_arrived), is_alive, self.reason)
    }

    /// Returns `true` unless the change is refused, as the next one does.
    fn insert(&mut self, user: u32) -> bool {
        let is_done = !self.is_sent && self.gate == Gate::Open;
        self.user = if is_done { Some(user) } else { self.user };
        is_done
    }

    fn begin(&mut self, is_renewal: bool) -> bool {
        if self.is_sent {
            return false;
        }
        if !is_renewal || self.gate != Gate::Open {
            (self.user, self.has_arrived) = (None, false);
        }
        (self.gate, self.last) = (Gate::Open, Last::Unasked);
        self.lasts_since = is_renewal.then_some(self.now);
        self.is_renewed = is_renewal;
        self.is_invalidated |= !is_renewal;
        true
    }

    /// Returns a question, or what is known without one.
    fn ask(&self) -> Result<Question, Told> {
        let now = if self.is_sent { self.clock } else { self.now };
        let was_asked = !self.is_sent && self.last != Last::Unasked;
        match self.gate {
            Gate::Failed => Err(Err(())),
            _ if !was_asked && self.is_due(now) => Ok((now, self.has_begun())),
            _ => Err(Ok(self.last != Last::IsOver)),
        }
    }

    /// Returns the user of a question: as the session arrived, or as it is since its renewal.
    fn shown(&self) -> Option<u32> {
        match self.cookie {
            Some(Sealed(user, _)) if !self.is_renewed => user,
            _ => self.user,
        }
    }

    fn has_begun(&self) -> bool {
        self.is_renewed || self.is_invalidated
    }

    fn hear(&mut self, answer: Answer, (asked, has_begun): Question) -> Told {
        if self.gate == Gate::Failed {
            return Err(());
        }
        if self.lasts_since.is_none() || self.has_begun() != has_begun {
            return Ok(self.last != Last::IsOver);
        }
        let has_later = matches!(self.last, Last::GoesOn(at) if at >= asked);
        match answer {
            GOES_ON | NO_ANSWER if has_later => {}
            GOES_ON => self.last = Last::GoesOn(asked),
            IS_OVER => {
                let reason = self.cookie.map(|_| Reason::Revoked);
                let (now, is_sent) = (self.now, self.is_sent);
                let ended = Model::new(self.kept_up_to, self.clock, None);
                let cookie = self.cookie;
                *self = Model {
                    cookie,
                    now,
                    reason,
                    is_sent,
                    last: Last::IsOver,
                    ..ended
                };
                return Ok(false);
            }
            _ if self.is_kept(asked) => self.last = Last::Kept(self.answered().unwrap()),
            _ if self.gate == Gate::Waits => {
                self.gate = Gate::Failed;
                return Err(());
            }
            _ => return Err(()),
        }
        if self.gate == Gate::Waits {
            (self.gate, self.reason) = (Gate::Open, None);
        }
        Ok(true)
    }

    /// Returns the session that is sent. `Some(None)`: the cookie is dropped.
    fn send_head(&mut self) -> Option<Option<Sealed>> {
        if std::mem::replace(&mut self.is_sent, true) || self.gate != Gate::Open {
            return None;
        }
        if !self.has_arrived && !self.is_renewed && self.user.is_none() {
            return (self.is_invalidated && self.cookie.is_some()).then_some(None);
        }
        let goes_on = matches!(self.last, Last::GoesOn(_));
        let kept = self
            .lasts_since
            .filter(|_| self.has_arrived && !self.is_renewed && !goes_on);
        let sealed = Sealed(self.user, kept.unwrap_or(self.now));
        (!self.has_arrived || Some(sealed) != self.cookie || self.is_renewed || goes_on)
            .then_some(Some(sealed))
    }
}

/// A question that waits: who the application was shown, and the place of its answer.
type Asked = (Option<u32>, Arc<Mutex<Option<Answer>>>);

fn site(asked: &Arc<Mutex<Vec<Asked>>>, kept_up_to: u64) -> SessionCookie {
    let asked = Arc::clone(asked);
    let site = builder().idle_timeout(None);
    let site = site.revalidate_after(seconds(INTERVAL), move |session| {
        let place = Arc::new(Mutex::new(None));
        asked
            .lock()
            .unwrap()
            .push((session.get("user").unwrap(), Arc::clone(&place)));
        poll_fn(move |_| {
            place
                .lock()
                .unwrap()
                .take()
                .map_or(Poll::Pending, Poll::Ready)
        })
    });
    let site = match kept_up_to {
        0 => site,
        _ => site.unvalidated_up_to(seconds(kept_up_to)),
    };
    site.build().unwrap()
}

fn seen(session: &Session) -> (Option<u32>, bool, bool, Option<Reason>) {
    let user = session.get("user").unwrap();
    (
        user,
        session.is_new(),
        session.is_alive(),
        session.outcome().reason(),
    )
}

/// Serves one request of this cookie. Returns the cookie that the visitor has afterwards, and the acts that are left.
fn serve<'a>(
    site: &SessionCookie,
    asked: &Mutex<Vec<Asked>>,
    cookie: Option<String>,
    model: &mut Model,
    mut acts: &'a [Act],
) -> (Option<String>, &'a [Act]) {
    let clock = Arc::new(AtomicU64::new(model.clock));
    let now = Arc::clone(&clock);
    let session = site.load(
        &cookie,
        Clock::from_fn(move || at(now.load(Ordering::Relaxed))),
    );
    let mut context = Context::from_waker(Waker::noop());
    let (mut open, mut after) = (Vec::new(), (cookie, model.cookie));
    loop {
        assert_eq!(seen(&session), model.seen(), "{model:?}");
        let Some((act, rest)) = acts.split_first() else {
            break;
        };
        acts = rest;
        match *act {
            Act::Wait(duration) => {
                model.clock += duration;
                clock.store(model.clock, Ordering::Relaxed);
            }
            Act::Insert(user) => {
                let inserted = session.insert("user", user);
                assert_eq!(inserted.is_ok(), model.insert(user), "{inserted:?}");
            }
            Act::Begin(is_renewal) => {
                let begun = if is_renewal {
                    session.renew()
                } else {
                    session.invalidate().map(drop)
                };
                assert_eq!(begun.is_ok(), model.begin(is_renewal), "{begun:?}");
            }
            Act::Ask => {
                let mut future = Box::pin(session.validate());
                match (future.as_mut().poll(&mut context), model.ask()) {
                    (Poll::Ready(told), known) => assert_eq!(Err(is_valid(told)), known),
                    (Poll::Pending, question) => {
                        let (shown, place) = asked.lock().unwrap().pop().expect("a question");
                        assert_eq!(shown, model.shown(), "{model:?}");
                        open.push((future, place, question.expect("something to ask")));
                    }
                }
            }
            Act::Answer(which, answer) if !open.is_empty() => {
                let (mut future, place, question) = open.remove(which % open.len());
                if let Some(answer) = answer {
                    *place.lock().unwrap() = Some(answer);
                    let told = future.as_mut().poll(&mut context);
                    let told = told.map(is_valid);
                    assert_eq!(told, Poll::Ready(model.hear(answer, question)), "{model:?}");
                }
            }
            Act::Answer(..) => {}
            Act::SendHead => {
                let fields = site.save(&session).unwrap();
                let field = fields.iter().next();
                let sent = model.send_head();
                assert_eq!(field.is_some(), sent.is_some(), "{model:?}");
                if let (Some(field), Some(sealed)) = (field, sent) {
                    after = (sealed.map(|_| pair_of(field).to_owned()), sealed);
                }
            }
            Act::NextRequest => break,
        }
    }
    if let ((Some(cookie), Some(sealed)), site) = (&after, builder().build().unwrap()) {
        let found = site.load([cookie], at(model.clock));
        let answered = found.last_active_at();
        assert_eq!(
            (found.get("user").unwrap(), answered),
            (sealed.0, Some(at(sealed.1)))
        );
    }
    *model = Model::new(model.kept_up_to, model.clock, after.1);
    (after.0, acts)
}

fn act() -> impl Strategy<Value = Act> {
    let answer = prop_oneof![
        2 => Just(Some(GOES_ON)),
        1 => Just(Some(IS_OVER)),
        2 => Just(Some(NO_ANSWER)),
        1 => Just(None),
    ];
    prop_oneof![
        3 => (0..INTERVAL).prop_map(Act::Wait),
        2 => (1..9u32).prop_map(Act::Insert),
        2 => any::<bool>().prop_map(Act::Begin),
        4 => Just(Act::Ask),
        4 => (0..3usize, answer).prop_map(|(which, answer)| Act::Answer(which, answer)),
        3 => Just(Act::SendHead),
        3 => Just(Act::NextRequest),
    ]
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn a_visitor_sees_what_the_model_says(
        kept_up_to in prop_oneof![Just(0), Just(3 * INTERVAL)],
        acts in prop::collection::vec(act(), 1..80),
    ) {
        let asked = Arc::default();
        let site = site(&asked, kept_up_to);
        let mut model = Model::new(kept_up_to, 0, None);
        let (mut cookie, mut left) = (None, &acts[..]);
        while !left.is_empty() {
            (cookie, left) = serve(&site, &asked, cookie, &mut model, left);
        }
    }
}

fn is_valid(told: Result<Validity, SessionError>) -> Result<bool, ()> {
    told.map(|validity| validity == Validity::Valid)
        .map_err(drop)
}
