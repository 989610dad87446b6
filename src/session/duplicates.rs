//! Chooses among several tokens of one name (SPEC.md § 7.0). `cookie/values.rs` keeps at most four.

use crate::{base::Reason, cookie::CookieName, keys::KeyId, state::Body, token::Rejected};

/// Rule for several tokens of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// Takes the newest, because only this host can have set them.
    Newest,
    /// Takes the newest, if all that open have the same session id.
    NewestOfOneSession,
    /// Takes no token if there are several.
    Refuse,
}

/// A verified token, whose payload is not yet checked.
pub(crate) struct Candidate {
    pub(crate) key_id: KeyId,
    pub(crate) opened: Body,
}

/// A candidate is moved several times while a request is read. Up to this size, a move takes a few instructions; beyond
/// it, a call.
const _: () = assert!(size_of::<Candidate>() <= 128);

impl Duplicates {
    pub(crate) fn of(name: &CookieName) -> Duplicates {
        if name.is_host_only() {
            Duplicates::Newest
        } else {
            Duplicates::NewestOfOneSession
        }
    }

    /// Chooses among the tokens of one name. If none opens, returns the first rejection, or with `Refuse` and several
    /// tokens `Duplicate`.
    pub(super) fn choose(
        self,
        mut tokens: impl Iterator<Item = Result<Candidate, Rejected>>,
    ) -> Option<Result<Candidate, Rejected>> {
        let first = tokens.next()?;
        let Some(second) = tokens.next() else {
            return Some(first);
        };
        let mut newest: Option<Candidate> = None;
        let mut first_rejection = None;
        let mut is_of_one_session = true;
        for token in [first, second].into_iter().chain(tokens) {
            match (token, &newest) {
                (Err(rejected), _) => Rejected::keep_first(&mut first_rejection, rejected),
                (Ok(candidate), None) => newest = Some(candidate),
                (Ok(candidate), Some(known)) => {
                    let best = &known.opened.metadata;
                    let next = &candidate.opened.metadata;
                    is_of_one_session &= best.sid.is_some() && best.sid == next.sid;
                    // The latest time of issue wins, then the latest activity. If several are equally new, the first
                    // wins.
                    if (next.issued, next.age) > (best.issued, best.age) {
                        newest = Some(candidate);
                    }
                }
            }
        }
        let is_refused = match self {
            Duplicates::Newest => false,
            Duplicates::NewestOfOneSession => !is_of_one_session,
            Duplicates::Refuse => true,
        };
        if is_refused {
            return Some(Err(Reason::Duplicate.into()));
        }
        newest.map(Ok).or(first_rejection.map(Err))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_is_no_duplicate() {
        for rule in [
            Duplicates::Newest,
            Duplicates::NewestOfOneSession,
            Duplicates::Refuse,
        ] {
            let chosen = rule.choose([Err(Reason::Auth.into())].into_iter());
            let reason = chosen.map(|chosen| chosen.err().map(|rejected| rejected.reason));
            assert_eq!(reason, Some(Some(Reason::Auth)), "{rule:?}");
        }
    }
}
