//! The keys of one purpose and the policy of one kind of session: a token in, a state out, and back.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::{
    body::{Head, Layout, Payload, Policy, State},
    cookie::{Broken, CookieName, Values, Whole},
    error::{Outcome, Reason, SaveError},
    events,
    hooks::{Hooks, SessionInfo},
    seal::{
        self, Context, Draft, KeyId, LONGEST_TOKEN, Mode, Opened, Place, PurposeKeys, PurposeSlot,
        Refused, random,
    },
    session_id::SessionId,
    time::{UnixSeconds, system_time},
    wiped::{Scratch, Wiped},
};

pub(crate) struct Sealer {
    pub(crate) slot: Arc<PurposeSlot>,
    pub(crate) mode: Mode,
    pub(crate) context: Context,
    pub(crate) several: Several,
    pub(crate) policy: Arc<Policy>,
    /// Sessions issued before this are refused. It is only ever raised.
    pub(crate) not_before: AtomicU64,
    pub(crate) hooks: Hooks,
}

/// Which of several tokens that open is taken (SPEC.md § 7.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Several {
    /// The newest: nobody but this host can have set them.
    Newest,
    /// The newest, if all are one session.
    NewestOfOneSession,
    /// None: there is to be one token, and it alone.
    None,
}

impl Several {
    pub(crate) fn of(name: &CookieName) -> Several {
        if name.is_host_only() {
            Several::Newest
        } else {
            Several::NewestOfOneSession
        }
    }
}

/// A token that passed every step before its payload.
struct Candidate {
    key_id: KeyId,
    layout: Layout,
    token_len: usize,
    cookies: usize,
    body: Body,
}

enum Body {
    /// Where it stands in the buffer that it was opened in.
    InBuffer(Range<usize>),
    /// The next token was opened in the same buffer.
    Kept(Wiped),
}

impl Sealer {
    /// The session of a request before it is read. `brought`: the request has something to drop.
    pub(crate) fn unread<T: Payload>(&self, brought: bool, now: UnixSeconds) -> State<T> {
        State::new(Arc::clone(&self.policy), now, brought)
    }

    /// Reads the session of a request that brought these values: one, none, or several under one name.
    /// Tells the application what came of it.
    pub(crate) fn read<T: Payload>(
        &self,
        context: &Context,
        values: Values,
        state: &mut State<T>,
    ) -> Outcome {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let (chosen, token_bytes) = self.choose(&keys, context, &values, state.now(), &mut buffer);
        let outcome = match chosen {
            None => Outcome::Absent,
            Some(Err(refused)) => refused.into(),
            Some(Ok(candidate)) => {
                let key_id = candidate.key_id;
                let body = match candidate.body {
                    Body::InBuffer(range) => values.into_buffer_of(&buffer[range]).into(),
                    Body::Kept(body) => body,
                };
                let Candidate {
                    layout,
                    token_len,
                    cookies,
                    ..
                } = candidate;
                state.resume(body, layout, token_len, cookies);
                if state.is_unreadable() {
                    Refused::unreadable(key_id).into()
                } else {
                    opened_under(&keys, key_id, state.now())
                }
            }
        };
        self.tell(outcome, token_bytes);
        outcome
    }

    /// What `decode` makes of a token's schema and payload, without a session around it.
    pub(crate) fn open<R>(
        &self,
        token: &[u8],
        now: UnixSeconds,
        decode: impl FnOnce(u32, &[u8]) -> Option<R>,
    ) -> Result<R, Reason> {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let refuse = |refused: Refused| {
            self.tell(refused.into(), token.len());
            refused.reason
        };
        let opened = self.verify(&keys, &self.context, token, now, &mut buffer);
        let (opened, layout) = opened.map_err(refuse)?;
        let body = &buffer[opened.body];
        match decode(layout.head.schema, &body[layout.payload]) {
            Some(result) => {
                self.tell(opened_under(&keys, opened.key_id, now), token.len());
                Ok(result)
            }
            None => Err(refuse(Refused::unreadable(opened.key_id))),
        }
    }

    fn tell(&self, outcome: Outcome, token_bytes: usize) {
        events::read(self.slot.purpose().as_str(), outcome, token_bytes);
        self.hooks.read(outcome, token_bytes);
    }

    /// Opens them all, and takes one. Returns the characters of them all, too.
    fn choose(
        &self,
        keys: &PurposeKeys,
        context: &Context,
        values: &Values,
        now: UnixSeconds,
        buffer: &mut Scratch,
    ) -> (Option<Result<Candidate, Refused>>, usize) {
        let mut token_bytes = 0;
        let mut open = |token: Result<Whole<'_>, Broken>, buffer: &mut Scratch| {
            let Whole { text, cookies } = token?;
            token_bytes += text.len();
            let (opened, layout) = self.verify(keys, context, &text, now, buffer)?;
            Ok(Candidate {
                key_id: opened.key_id,
                layout,
                token_len: text.len(),
                cookies,
                body: Body::InBuffer(opened.body),
            })
        };
        let mut tokens = values.whole(LONGEST_TOKEN);
        let chosen = if values.is_one() {
            tokens.next().map(|token| open(token, buffer))
        } else {
            let mut candidates = Candidates::default();
            for token in tokens {
                let candidate = open(token, buffer);
                candidates.add(candidate.map(|candidate| candidate.kept(buffer)));
            }
            candidates.choose(self.several)
        };
        (chosen, token_bytes)
    }

    /// The steps of SPEC.md § 7 up to the payload.
    fn verify(
        &self,
        keys: &PurposeKeys,
        context: &Context,
        token: &[u8],
        now: UnixSeconds,
        buffer: &mut Scratch,
    ) -> Result<(Opened, Layout), Refused> {
        let opened = seal::open(keys, self.mode, context, now, token, buffer)?;
        let refused = |reason| Refused {
            reason,
            key_id: Some(opened.key_id),
        };
        let body = &buffer[opened.body.clone()];
        let layout = Layout::read(body).ok_or(refused(Reason::Malformed))?;
        self.check(&layout.head, opened.key_id, keys, now)
            .map_err(refused)?;
        Ok((opened, layout))
    }

    /// Whether a session of these dates is good at `now`, and the application has not revoked it.
    pub(crate) fn check(
        &self,
        head: &Head,
        key_id: KeyId,
        keys: &PurposeKeys,
        now: UnixSeconds,
    ) -> Result<(), Reason> {
        let not_before = self.not_before.load(Ordering::Relaxed);
        let not_before = not_before.max(keys.not_before());
        self.policy.lifetimes.check(head, now, not_before)?;
        let info = || SessionInfo {
            id: head.sid.map(SessionId),
            created_at: system_time(head.issued),
            last_active_at: system_time(head.last_active()),
            ttl: head.ttl.map(|ttl| Duration::from_secs(ttl.into())),
            key_id,
        };
        if self.hooks.is_revoked(info) {
            Err(Reason::Revoked)
        } else {
            Ok(())
        }
    }

    /// Whether a session that opened would still be good at `now`.
    pub(crate) fn is_alive<T>(&self, state: &State<T>, outcome: Outcome, now: UnixSeconds) -> bool {
        let Some((key_id, head)) = outcome.opened_under().zip(state.arrived_head()) else {
            return true;
        };
        self.check(head, key_id, &self.slot.keys(), now).is_ok()
    }

    /// Refuses sessions issued before `moment` from now on.
    pub(crate) fn raise_not_before(&self, moment: UnixSeconds) {
        self.not_before.fetch_max(moment, Ordering::Relaxed);
    }

    /// Whether a session that was read with this outcome is to be sealed under another key.
    pub(crate) fn must_reseal(&self, outcome: Outcome, now: UnixSeconds) -> bool {
        match outcome {
            Outcome::OpenedUnderAcceptedKey { key_id } => {
                self.slot.keys().place_of(key_id, now) == Some(Place::Earlier)
            }
            _ => false,
        }
    }

    /// Characters of the token that [`seal`](Self::seal) makes.
    pub(crate) fn token_len<T>(&self, state: &State<T>, age: u32) -> usize {
        seal::token_len(self.mode)(state.body_len(age))
    }

    /// Seals the session, written with `age`, and appends the token to `text`.
    pub(crate) fn seal<T>(
        &self,
        context: &Context,
        state: &State<T>,
        age: u32,
        text: &mut String,
    ) -> Result<(), SaveError> {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let key = keys.sealing(state.now());
        let mut draft = Draft::new(key, state.body_len(age), &mut buffer);
        if !state.write_body(age, draft.body()) {
            return Err(SaveError::Clock);
        }
        draft.seal(context, &random::from_thread()?, text);
        Ok(())
    }
}

impl Refused {
    /// The payload is in a form that is not known here.
    fn unreadable(key_id: KeyId) -> Refused {
        Refused {
            reason: Reason::Payload,
            key_id: Some(key_id),
        }
    }
}

impl From<Refused> for Outcome {
    fn from(Refused { reason, key_id }: Refused) -> Outcome {
        Outcome::Rejected { reason, key_id }
    }
}

impl From<Broken> for Reason {
    fn from(broken: Broken) -> Reason {
        match broken {
            Broken::Incomplete => Reason::Incomplete,
            Broken::Duplicate => Reason::Duplicate,
        }
    }
}

impl From<Broken> for Refused {
    fn from(broken: Broken) -> Refused {
        Refused {
            reason: broken.into(),
            key_id: None,
        }
    }
}

fn opened_under(keys: &PurposeKeys, key_id: KeyId, now: UnixSeconds) -> Outcome {
    match keys.place_of(key_id, now) {
        Some(Place::Sealing) => Outcome::Opened { key_id },
        _ => Outcome::OpenedUnderAcceptedKey { key_id },
    }
}

/// What came of several values of one name (SPEC.md § 7.0).
#[derive(Default)]
struct Candidates {
    count: usize,
    first_refusal: Option<Refused>,
    best: Option<Candidate>,
    others: Vec<Candidate>,
}

impl Candidates {
    fn add(&mut self, verified: Result<Candidate, Refused>) {
        self.count += 1;
        match verified {
            Err(refused) => {
                self.first_refusal.get_or_insert(refused);
            }
            Ok(candidate) => match &mut self.best {
                None => self.best = Some(candidate),
                Some(best) if candidate.age_order() > best.age_order() => {
                    self.others.push(std::mem::replace(best, candidate));
                }
                Some(_) => self.others.push(candidate),
            },
        }
    }

    fn choose(self, several: Several) -> Option<Result<Candidate, Refused>> {
        let duplicate = Refused {
            reason: Reason::Duplicate,
            key_id: None,
        };
        if several == Several::None && self.count > 1 {
            return Some(Err(duplicate));
        }
        let Some(best) = self.best else {
            return self.first_refusal.map(Err);
        };
        let sid = best.layout.head.sid;
        let is_same = |other: &Candidate| sid.is_some() && other.layout.head.sid == sid;
        if several == Several::Newest || self.others.iter().all(is_same) {
            Some(Ok(best))
        } else {
            Some(Err(duplicate))
        }
    }
}

impl Candidate {
    /// The same with its body on its own.
    fn kept(self, buffer: &Scratch) -> Candidate {
        let body = match self.body {
            Body::InBuffer(range) => Body::Kept(buffer[range].to_vec().into()),
            kept => kept,
        };
        Candidate { body, ..self }
    }

    /// The latest sign-in wins, then the latest activity.
    fn age_order(&self) -> (UnixSeconds, UnixSeconds) {
        (self.layout.head.issued, self.layout.head.last_active())
    }
}
