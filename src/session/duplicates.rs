//! Which of several values of one name is taken (SPEC.md § 7.0).

use std::ops::Range;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::CookieName,
    crypto::scratch::{Scratch, Wiped},
    keys::KeyId,
    state::Layout,
    token::Refused,
};

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
pub(super) struct Candidate {
    pub(super) key_id: KeyId,
    pub(super) layout: Layout,
    pub(super) token_len: usize,
    pub(super) cookies: usize,
    pub(super) body: Body,
}

pub(super) enum Body {
    /// Where it stands in the buffer that it was opened in.
    InBuffer(Range<usize>),
    /// The next token was opened in the same buffer.
    Kept(Wiped),
}

/// What came of several values of one name (SPEC.md § 7.0).
#[derive(Default)]
pub(super) struct Candidates {
    count: usize,
    first_refusal: Option<Refused>,
    best: Option<Candidate>,
    others: Vec<Candidate>,
}

impl Candidates {
    pub(super) fn add(&mut self, verified: Result<Candidate, Refused>) {
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

    pub(super) fn choose(self, several: Several) -> Option<Result<Candidate, Refused>> {
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
        let sid = best.layout.metadata.sid;
        let is_same = |other: &Candidate| sid.is_some() && other.layout.metadata.sid == sid;
        if several == Several::Newest || self.others.iter().all(is_same) {
            Some(Ok(best))
        } else {
            Some(Err(duplicate))
        }
    }
}

impl Candidate {
    /// The same with its body on its own.
    pub(super) fn kept(self, buffer: &mut Scratch) -> Candidate {
        let body = match self.body {
            Body::InBuffer(range) => Body::Kept(buffer.give(range, Vec::new())),
            kept => kept,
        };
        Candidate { body, ..self }
    }

    /// The latest sign-in wins, then the latest activity.
    fn age_order(&self) -> (UnixSeconds, UnixSeconds) {
        (
            self.layout.metadata.issued,
            self.layout.metadata.last_active(),
        )
    }
}
