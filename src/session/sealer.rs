//! The keys of one purpose and the policy of its sessions: opens tokens, and seals states.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use super::{
    duplicates::{Body, Candidate, Candidates, Duplicates},
    error::SaveError,
    events,
    hooks::{Hooks, SessionInfo},
    outcome::Outcome,
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{Values, Whole},
    crypto::{random, scratch::Scratch, suite::Mode},
    device::Devices,
    keys::{KeyId, Place, PurposeKeys, PurposeSlot},
    migrate::Takeover,
    state::{BodyToSeal, Layout, Metadata, Payload, Policy, State, StateData},
    token::{self, Context, Draft, LONGEST_TOKEN, Opened, Refused},
};

pub(crate) struct Sealer {
    pub(crate) slot: Arc<PurposeSlot>,
    pub(crate) mode: Mode,
    /// The context of requests for which none is chosen.
    pub(crate) context: Context,
    pub(crate) duplicates: Duplicates,
    pub(crate) policy: Policy,
    /// Sessions issued before this are refused. It only rises.
    pub(crate) not_before: AtomicU64,
    pub(crate) hooks: Hooks,
    pub(crate) devices: Option<Devices>,
}

impl Sealer {
    /// The session of a request before it is read. `brought`: the request brought a token, which can be dropped.
    pub(crate) fn unread<T>(&self, brought: bool, now: UnixSeconds) -> StateData<T> {
        StateData::new(&self.policy, now, brought)
    }

    /// Reads the session of a request that brought these values: one, none, or several under one name. Stores the
    /// result in `outcome`, then calls `on_outcome`.
    ///
    /// The application's code may panic while the payload is decoded, and in `on_outcome`. `state` and `outcome` are
    /// consistent both times.
    pub(crate) fn read<T: Payload>(
        &self,
        context: &Context,
        values: Values,
        state: &mut State<'_, T>,
        outcome: &mut Outcome,
    ) {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let (chosen, token_bytes) = self.choose(&keys, context, &values, state.now(), &mut buffer);
        let chosen = chosen.map(|opened| self.admit(opened?, context, &values.bound, state));
        match chosen {
            None => {}
            Some(Err(refused)) => *outcome = refused.into(),
            Some(Ok(candidate)) => {
                let key_id = candidate.key_id;
                let body = match candidate.body {
                    Body::InBuffer(range) => buffer.give(range, values.into_text()),
                    Body::Kept(body) => body,
                };
                let Candidate {
                    layout,
                    token_len,
                    cookies,
                    ..
                } = candidate;
                *outcome = Refused::unreadable(key_id).into();
                state.resume(body, layout, token_len, cookies);
                if !state.is_unreadable() {
                    *outcome = opened_under(&keys, key_id, state.now());
                }
            }
        }
        self.tell(*outcome, token_bytes);
    }

    /// Takes over the session of a request that brought no token, from the cookies of other libraries. Stores the
    /// result in `outcome`, then calls `on_outcome`.
    pub(crate) fn take_over<T: Payload>(
        &self,
        old: &Takeover,
        state: &mut State<'_, T>,
        outcome: &mut Outcome,
    ) {
        let keys = self.slot.keys();
        let now = state.now();
        let sealing = keys.sealing(now).id;
        *outcome = Outcome::NotMigrated {
            reason: Reason::Payload,
        };
        let taken = state.taking_over(|state| {
            old.read(now, |dates, dictionary| {
                self.check(&dates, sealing, &keys, now)?;
                self.admit_old(&dates, state)?;
                state.take_over(dates, &dictionary)
            })
        });
        *outcome = match taken {
            None => Outcome::Absent,
            Some(Ok(())) => Outcome::Migrated,
            Some(Err(reason)) => Outcome::NotMigrated { reason },
        };
        self.tell(*outcome, old.len());
    }

    /// Decodes a token's schema and payload by `decode`, without a session.
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
        let body = opened.body(&buffer);
        match decode(layout.metadata.schema, &body[layout.payload]) {
            Some(result) => {
                self.tell(opened_under(&keys, opened.key_id(), now), token.len());
                Ok(result)
            }
            None => Err(refuse(Refused::unreadable(opened.key_id()))),
        }
    }

    #[inline]
    fn tell(&self, outcome: Outcome, token_bytes: usize) {
        events::read(self.slot.purpose().name(), outcome, token_bytes);
        self.hooks.read(outcome, token_bytes);
    }

    /// Opens all tokens and chooses one. Also returns the length of all of them.
    #[inline]
    pub(super) fn choose(
        &self,
        keys: &PurposeKeys,
        context: &Context,
        values: &Values,
        now: UnixSeconds,
        buffer: &mut Scratch,
    ) -> (Option<Result<Candidate, Refused>>, usize) {
        let mut token_bytes = 0;
        let mut open = |token: Result<Whole<'_>, Reason>, buffer: &mut Scratch| {
            let Whole { text, cookies } = token?;
            token_bytes += text.len();
            let (opened, layout) = self.verify(keys, context, &text, now, buffer)?;
            Ok(Candidate {
                key_id: opened.key_id(),
                layout,
                token_len: text.len(),
                cookies,
                body: Body::InBuffer(opened.into_range()),
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
            candidates.choose(self.duplicates)
        };
        (chosen, token_bytes)
    }

    /// Takes the steps of SPEC.md § 7 up to the payload.
    #[inline]
    fn verify(
        &self,
        keys: &PurposeKeys,
        context: &Context,
        token: &[u8],
        now: UnixSeconds,
        buffer: &mut Scratch,
    ) -> Result<(Opened, Layout), Refused> {
        let opened = token::open(keys, self.mode, context, now, token, buffer)?;
        let refused = |reason| Refused {
            reason,
            key_id: Some(opened.key_id()),
        };
        let body = opened.body(buffer);
        let layout = self.layout_of(body).ok_or(refused(Reason::Malformed))?;
        self.check(&layout.metadata, opened.key_id(), keys, now)
            .map_err(refused)?;
        Ok((opened, layout))
    }

    /// Reads a body. `None`: it breaks the format, or is bound to a device without settings that could check it.
    #[inline]
    pub(crate) fn layout_of(&self, body: &[u8]) -> Option<Layout> {
        Layout::read(body)
            .filter(|layout| layout.metadata.device.is_none() || self.devices.is_some())
    }

    /// Checks the dates of a session at `now`, and asks the application whether it is revoked.
    #[inline]
    pub(crate) fn check(
        &self,
        metadata: &Metadata,
        key_id: KeyId,
        keys: &PurposeKeys,
        now: UnixSeconds,
    ) -> Result<(), Reason> {
        let not_before = self.not_before(keys);
        self.policy.lifetimes.check(metadata, now, not_before)?;
        self.check_revoked(metadata, key_id)
    }

    pub(super) fn not_before(&self, keys: &PurposeKeys) -> UnixSeconds {
        let not_before = self.not_before.load(Ordering::Relaxed);
        not_before.max(keys.not_before())
    }

    #[inline]
    pub(super) fn check_revoked(&self, metadata: &Metadata, key_id: KeyId) -> Result<(), Reason> {
        let info = || SessionInfo::of(metadata, key_id);
        if self.hooks.is_revoked(info) {
            Err(Reason::Revoked)
        } else {
            Ok(())
        }
    }

    /// Returns `true` if the token of a session that opened would still open at `now`. Asks only what can change
    /// while the program runs; the tag cannot.
    pub(crate) fn is_alive<T>(
        &self,
        state: &State<'_, T>,
        outcome: Outcome,
        now: UnixSeconds,
    ) -> bool {
        let Some(metadata) = state.arrived_metadata() else {
            return true;
        };
        let keys = self.slot.keys();
        // A session that was taken over was sealed under no key.
        let key_id = outcome.opened_under().unwrap_or(keys.sealing(now).id);
        keys.accepts(key_id, now)
            && self.check(metadata, key_id, &keys, now).is_ok()
            && state.is_admitted_at(now)
    }

    /// Returns `true` if both seal alike: in the same mode, for the same purpose and context, under the same ring, and
    /// both or neither for devices.
    pub(crate) fn is_like(&self, other: &Sealer) -> bool {
        self.mode == other.mode
            && self.context == other.context
            && self.devices.is_some() == other.devices.is_some()
            && self.slot.is_like(&other.slot)
    }

    /// Refuses sessions issued before `moment` from now on.
    pub(crate) fn raise_not_before(&self, moment: UnixSeconds) {
        self.not_before.fetch_max(moment, Ordering::Relaxed);
    }

    /// Returns `true` if a session that was read with this outcome is to be sealed again under a newer key.
    pub(crate) fn must_reseal(&self, outcome: Outcome, now: UnixSeconds) -> bool {
        match outcome {
            Outcome::OpenedUnderAcceptedKey { key_id } => {
                self.slot.keys().place_of(key_id, now) == Some(Place::Earlier)
            }
            _ => false,
        }
    }

    /// The length of the token that [`seal`](Self::seal) makes.
    pub(crate) fn token_len<T>(&self, state: &State<'_, T>, body: BodyToSeal) -> usize {
        token::token_len(self.mode, state.body_len(body))
    }

    /// Seals a body of the session, and appends the token to `text`.
    pub(crate) fn seal<T>(
        &self,
        context: &Context,
        state: &State<'_, T>,
        body: BodyToSeal,
        text: &mut String,
    ) -> Result<(), SaveError> {
        let keys = self.slot.keys();
        let mut buffer = Scratch::borrow();
        let key = keys.sealing(state.now());
        let mut draft = Draft::new(key, state.body_len(body), &mut buffer);
        if !state.write_body(body, draft.body()) {
            return Err(SaveError::Clock);
        }
        draft.seal(context, &random::from_thread()?, text);
        Ok(())
    }
}

impl Refused {
    /// The payload has an unknown form.
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

/// For a token that cannot be put together.
impl From<Reason> for Refused {
    fn from(reason: Reason) -> Refused {
        Refused {
            reason,
            key_id: None,
        }
    }
}

#[inline]
fn opened_under(keys: &PurposeKeys, key_id: KeyId, now: UnixSeconds) -> Outcome {
    match keys.place_of(key_id, now) {
        Some(Place::Sealing) => Outcome::Opened { key_id },
        _ => Outcome::OpenedUnderAcceptedKey { key_id },
    }
}
