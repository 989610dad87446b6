//! The choice among several tokens of one name (SPEC.md § 7.0).

use std::ops::Range;

use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::CookieName,
    crypto::scratch::{Scratch, Wiped},
    keys::KeyId,
    state::OpenedBody,
    token::Refused,
};

/// The choice among several tokens that open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// The newest, because only this host can have set them.
    Newest,
    /// The newest, if all belong to one session.
    NewestOfOneSession,
    /// None of them.
    Refuse,
}

/// A token that passed every step before its payload.
pub(crate) struct Candidate<B = Wiped> {
    pub(super) key_id: KeyId,
    pub(super) opened: OpenedBody<B>,
}

impl Duplicates {
    pub(crate) fn of(name: &CookieName) -> Duplicates {
        if name.is_host_only() {
            Duplicates::Newest
        } else {
            Duplicates::NewestOfOneSession
        }
    }

    /// Chooses among the tokens of one name.
    pub(super) fn choose(
        self,
        tokens: impl Iterator<Item = Result<Candidate, Refused>>,
    ) -> Option<Result<Candidate, Refused>> {
        let tokens: Vec<_> = tokens.collect();
        let is_several = tokens.len() > 1;
        let first_refusal = tokens
            .iter()
            .find_map(|token| token.as_ref().err().copied());
        let opened: Vec<_> = tokens.into_iter().flatten().collect();
        let sid = |candidate: &Candidate| candidate.opened.layout.metadata.sid;
        let is_of_one_session =
            |pair: &[Candidate]| sid(&pair[0]).is_some() && sid(&pair[0]) == sid(&pair[1]);
        let is_refused = match self {
            Duplicates::Newest => false,
            Duplicates::NewestOfOneSession => !opened.windows(2).all(is_of_one_session),
            Duplicates::Refuse => is_several,
        };
        if is_refused {
            return Some(Err(Reason::Duplicate.into()));
        }
        // Of several that are equally new, the first.
        let newest = opened.into_iter().rev().max_by_key(Candidate::age_order);
        newest.map(Ok).or(first_refusal.map(Err))
    }
}

impl Candidate {
    /// The latest sign-in wins, then the latest activity.
    fn age_order(&self) -> (UnixSeconds, UnixSeconds) {
        let metadata = &self.opened.layout.metadata;
        (metadata.issued, metadata.last_active())
    }
}

impl Candidate<Range<usize>> {
    #[inline]
    pub(super) fn keep(self, buffer: &mut Scratch, next: Vec<u8>) -> Candidate {
        Candidate {
            key_id: self.key_id,
            opened: self.opened.keep(buffer, next),
        }
    }
}
