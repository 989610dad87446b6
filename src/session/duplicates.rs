//! The choice among several tokens of one name (SPEC.md § 7.0).

use std::ops::Range;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::CookieName,
    crypto::scratch::{Scratch, Wiped},
    keys::KeyId,
    state::Layout,
    token::Refused,
};

/// The choice among several tokens that open (SPEC.md § 7.0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// The newest, because only this host can have set them.
    Newest,
    /// The newest, if all belong to one session.
    NewestOfOneSession,
    /// None of them.
    Refuse,
}

impl Duplicates {
    pub(crate) fn of(name: &CookieName) -> Duplicates {
        if name.is_host_only() {
            Duplicates::Newest
        } else {
            Duplicates::NewestOfOneSession
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
    /// A range of the buffer that the token was opened in.
    InBuffer(Range<usize>),
    /// A copy, because the next token is opened in the same buffer.
    Kept(Wiped),
}

/// The tokens of one name, opened (SPEC.md § 7.0).
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

    pub(super) fn choose(self, duplicates: Duplicates) -> Option<Result<Candidate, Refused>> {
        let duplicate = Refused {
            reason: Reason::Duplicate,
            key_id: None,
        };
        if duplicates == Duplicates::Refuse && self.count > 1 {
            return Some(Err(duplicate));
        }
        let Some(best) = self.best else {
            return self.first_refusal.map(Err);
        };
        let sid = best.layout.metadata.sid;
        let is_same = |other: &Candidate| sid.is_some() && other.layout.metadata.sid == sid;
        if duplicates == Duplicates::Newest || self.others.iter().all(is_same) {
            Some(Ok(best))
        } else {
            Some(Err(duplicate))
        }
    }
}

impl Candidate {
    /// The same with a copy of the body.
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
