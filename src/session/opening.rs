//! Opens the session of a request from its tokens (docs/spec/writer.md § 8.6).

use std::num::NonZeroU32;

use super::{
    carrier_core::CarrierCore, duplicates::Candidate, loaded::Loaded,
    old_cookies::ReceivedOldCookies, outcome::Outcome,
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{Values, Whole},
    events,
    keys::{KeyId, KeyRole, SlotKeys},
    state::{Body, Payload, RequestFacts, SessionData, State},
    token::{self, Context, LONGEST_TOKEN, OffBy, Rejected},
};

/// Reader of a request's tokens, with a carrier's settings and keys, in the context and at the time of the request.
pub(crate) struct Opening<'a> {
    pub(super) core: &'a CarrierCore,
    pub(crate) keys: SlotKeys,
    /// Context that the request or `in_context` chose, or `None` for the builder's context.
    context: Option<&'a Context>,
    pub(super) now: UnixSeconds,
}

impl<'a> Opening<'a> {
    #[inline]
    pub(crate) fn new(
        core: &'a CarrierCore,
        context: Option<&'a Context>,
        now: UnixSeconds,
    ) -> Opening<'a> {
        Opening {
            core,
            keys: core.slot.keys(),
            context,
            now,
        }
    }

    #[inline]
    pub(super) fn context(&self) -> &'a Context {
        self.context.unwrap_or(&self.core.context)
    }

    /// Opens the session of a request that brought these values, which may be several under one name. The session is
    /// built in `place`, because moving it costs more than building it, and because it must stay withheld there if the
    /// application's code panics.
    #[inline]
    pub(crate) fn load<'p, T: Payload>(
        &self,
        values: Values,
        old: Option<Box<ReceivedOldCookies>>,
        request: RequestFacts,
        place: &'p mut Option<Loaded<T>>,
    ) -> &'p mut Loaded<T> {
        let has_token = !values.is_empty() || old.is_some();
        let mut state = State::new(&self.core.policy, self.now, has_token);
        state.request = request;
        let loaded = place.insert(Loaded::new(state, values.carried));
        // Without the feature, the compiler leaves `take_over` out.
        let old = old.as_deref().filter(|_| cfg!(feature = "migrate"));
        match old {
            // An old cookie is not read if there is a cookie of ours, even one that does not open.
            Some(old) if values.is_empty() => self.take_over(old, loaded),
            old => self.open_one(&values, old, loaded),
        }
        let first = values.iter().next().or_else(|| old?.values().next());
        loaded.state.name_unreadable(first.unwrap_or_default());
        loaded
    }

    #[inline]
    fn open_one<T: Payload>(
        &self,
        values: &Values,
        old: Option<&ReceivedOldCookies>,
        loaded: &mut Loaded<T>,
    ) {
        let (chosen, token_bytes) = self.choose(values);
        loaded.unreported_bytes = Some(token_bytes);
        match chosen {
            None => {}
            Some(Err(rejected)) => {
                loaded.off_by = rejected.off_by;
                loaded.outcome = rejected.into();
                if rejected.may_open_elsewhere {
                    loaded.state.withhold_unreadable(None);
                }
            }
            Some(Ok(Candidate { key_id, mut opened })) => {
                let written = opened.metadata.last_active();
                loaded.off_by = self.sealed_late(key_id, written);
                if let Some(old) = old {
                    old.cookies.note_leftover(&old.received, written);
                }
                loaded.outcome = Rejected::under(key_id, Reason::Payload).into();
                let state = &mut loaded.state;
                let admitted = self.admit(&mut opened.metadata, key_id, Some(values), state);
                loaded.outcome = match admitted.and_then(|()| state.resume(opened)) {
                    Ok(()) => self.outcome_under(key_id),
                    Err(reason) => Rejected::under(key_id, reason).into(),
                };
            }
        }
    }

    /// Takes over the session of a request that brought no token, from its old cookies.
    fn take_over<T: Payload>(&self, old: &ReceivedOldCookies, loaded: &mut Loaded<T>) {
        let sealing = self.keys.sealing_id(self.now);
        let reason = Reason::Payload;
        loaded.outcome = Outcome::NotMigrated { reason };
        loaded.unreported_bytes = Some(old.len());
        let state = &mut loaded.state;
        // Set first, so that no write drops the old cookie if the application's code panics.
        state.withhold_unreadable(None);
        let mut accept = |mut opened: Body| {
            // The proof of its device came in a cookie of another name.
            if opened.metadata.device.is_some() {
                return Err(Reason::Stale);
            }
            let (core, keys) = (self.core, &self.keys);
            let checked = core.check(&opened.metadata, opened.payload(), sealing, keys, self.now);
            checked.map_err(|rejected| rejected.reason)?;
            self.admit(&mut opened.metadata, sealing, None, state)?;
            state.take_over(opened)
        };
        let (cookies, received) = (&old.cookies, &old.received);
        let taken = cookies.offer(received, self.context, self.now, &mut accept);
        state.give_up_old_cookie();
        loaded.outcome = match taken {
            None => Outcome::Absent,
            Some(Ok(())) => Outcome::Migrated,
            Some(Err(rejected)) => {
                if rejected.may_open_elsewhere {
                    loaded.state.withhold_unreadable(None);
                }
                let reason = rejected.reason;
                Outcome::NotMigrated { reason }
            }
        };
    }

    /// Opens a token without making a session of it.
    pub(crate) fn open<T: SessionData>(&self, token: &[u8]) -> Result<T, Reason> {
        let core = self.core;
        let reject = |rejected: Rejected| {
            core.report(rejected.into(), token.len(), rejected.off_by, self.now);
            rejected.reason
        };
        let opened = self.verify_and_check(&Whole::in_one_cookie(token));
        let Candidate { key_id, opened } = opened.map_err(reject)?;
        let metadata = &opened.metadata;
        let value = T::decode(metadata.schema, opened.payload())
            .ok_or_else(|| reject(Rejected::under(key_id, Reason::Payload)))?;
        let lifetimes = &core.policy.lifetimes;
        let answered_at = Some(metadata.last_active());
        if lifetimes.is_validation_due(answered_at, self.now) {
            return Err(reject(Rejected::under(key_id, Reason::Unvalidated)));
        }
        let late_by = self.sealed_late(key_id, metadata.last_active());
        core.report(self.outcome_under(key_id), token.len(), late_by, self.now);
        Ok(value)
    }

    /// Opens all tokens. Returns the session of the request, or the reason why it has no session, and the length of all
    /// tokens. The first is `None` if no token came.
    #[inline]
    pub(crate) fn choose(&self, values: &Values) -> (Option<Result<Candidate, Rejected>>, usize) {
        let mut token_bytes = 0;
        let tokens = values.whole(LONGEST_TOKEN).map(|token| {
            let token = token?;
            token_bytes += token.text.len();
            self.verify_and_check(&token)
        });
        let chosen = self.core.duplicates.choose(tokens);
        (chosen, token_bytes)
    }

    /// Takes the steps of SPEC.md § 7 up to the payload.
    fn verify_and_check(&self, token: &Whole<'_>) -> Result<Candidate, Rejected> {
        let (core, now) = (self.core, self.now);
        let candidate = self.verify(token);
        let candidate = candidate.map_err(|rejected| self.dated(rejected, &token.text))?;
        let (metadata, payload) = candidate.opened.session();
        if events::ARE_COUNTED && now.saturating_sub(metadata.last_active()) < SOON {
            let has_begun = now.saturating_sub(metadata.issued) < SOON;
            // `sign_in` and `renew` give each session an id.
            let by_sign_in = has_begun.then_some(metadata.sid.is_some());
            events::returned(core.slot.purpose.name(), by_sign_in);
        }
        let remembers = core.policy.lifetimes.remembered.is_some();
        if metadata.remembered.is_some() && !remembers {
            let purpose = core.slot.purpose.name();
            events::remembered_elsewhere(&core.log_limits.lines, now, purpose);
        }
        core.check(metadata, payload, candidate.key_id, &self.keys, now)
            .inspect_err(|rejected| core.note_rejected(rejected, now))?;
        Ok(candidate)
    }

    /// Opens the token of a response. No client has sent it, so it has not come back, and the application is not asked.
    pub(super) fn open_own(&self, token: &Whole<'_>) -> Option<Body> {
        let opened = self.verify(token).ok()?.opened;
        let checked = (self.core).check_dates(&opened.metadata, &self.keys, self.now);
        checked.is_ok().then_some(opened)
    }

    /// Takes the steps before the dates, which [`CarrierCore::check`] checks.
    #[inline]
    pub(crate) fn verify(&self, token: &Whole<'_>) -> Result<Candidate, Rejected> {
        let (core, Whole { text, cookies }) = (self.core, token);
        let opened = token::open(&self.keys, self.context(), self.now, text);
        let (key_id, body) = opened.map_err(|rejected| Rejected {
            may_open_elsewhere: core.policy.keep_unknown_keys
                && rejected.reason == Reason::UnknownKey,
            ..rejected
        })?;
        let arrived_in = NonZeroU32::new(text.len() as u32).map(|len| (len, *cookies as u32));
        // A device that no companion could check breaks the format, too.
        let opened = Body::parse(body, arrived_in)
            .filter(|body| body.metadata.device.is_none() || core.companion.is_some())
            .ok_or(Rejected::under(key_id, Reason::Malformed))?;
        Ok(Candidate { key_id, opened })
    }

    /// Returns the seconds by which a token was sealed too late for its key, if that was lately: the program that sealed
    /// it lacks the ring. Its last activity is no later than its sealing, by the clock that also chose the key, so the
    /// skew is only for a session that began at a program whose clock is ahead. An older token may come from a program
    /// that has the ring by now.
    #[inline]
    fn sealed_late(&self, key_id: KeyId, sealed_at: UnixSeconds) -> Option<OffBy> {
        let is_told = events::ARE_LOGGED || events::ARE_COUNTED;
        let is_recent = self.now.saturating_sub(sealed_at) < events::TEN_MINUTES;
        let skew = self.core.policy.lifetimes.skew;
        (is_told && is_recent)
            .then(|| (self.core.slot).sealed_late_by(&self.keys, key_id, sealed_at, skew, self.now))
            .flatten()
            .map(OffBy::Sealing)
    }

    /// Notes in the rejection of a token under a retired key how late it was sealed for that key, for logs and metrics alone.
    #[cold]
    fn dated(&self, mut rejected: Rejected, text: &[u8]) -> Rejected {
        if let (Reason::RetiredKey, Some(key_id)) = (rejected.reason, rejected.key_id) {
            // At the beginning of all times no key has retired.
            let opened = token::open(&self.keys, self.context(), 0, text).ok();
            let body = opened.and_then(|(_, body)| Body::parse(body, None));
            let sealed_at = body.map(|body| body.metadata.last_active());
            rejected.off_by = sealed_at.and_then(|at| self.sealed_late(key_id, at));
        }
        rejected
    }

    #[inline]
    fn outcome_under(&self, key_id: KeyId) -> Outcome {
        match self.keys.role(key_id, self.now) {
            Some(KeyRole::Sealing) => Outcome::Opened { key_id },
            _ => Outcome::OpenedUnderAcceptedKey { key_id },
        }
    }
}

/// A session that returns within these seconds after it was written shows that the client keeps cookies. The next page, or an
/// image of this one, usually brings it. An alert compares the sessions of five minutes that returned with those that were
/// written (docs/alerts.yml), so those of the last minute must be few.
const SOON: u64 = 60;

impl From<Rejected> for Outcome {
    fn from(Rejected { reason, key_id, .. }: Rejected) -> Outcome {
        Outcome::Rejected { reason, key_id }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        iter,
        time::{Duration, SystemTime, UNIX_EPOCH},
    };

    use crate::{EncryptionKey, KeyRing, SessionCookie, Size, crypto::cipher::TAGS_CHECKED};

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_800_000_000)
    }

    /// A cookie under a ring of two keys, and the pairs of a session in one cookie or two.
    fn cookie_and_pairs(text_len: usize) -> (SessionCookie, Vec<String>) {
        let keys = [(); 2].map(|()| EncryptionKey::generate().unwrap());
        let cookie = SessionCookie::encrypted(KeyRing::from_keys(keys).unwrap())
            .size(Size::Split(2))
            .build()
            .unwrap();
        let session = cookie.load(None::<&str>, now());
        session.insert("text", "x".repeat(text_len)).unwrap();
        let fields = cookie.save(&session).unwrap();
        let pairs = fields.iter().map(|field| field.split(';').next().unwrap());
        let pairs = pairs.map(str::to_owned).collect();
        (cookie, pairs)
    }

    /// The same pair with one character of its token changed, in 40 ways. The last character stays, because some
    /// characters cannot be the last.
    fn changed(pair: &str) -> impl Iterator<Item = String> {
        let (start, end) = pair.split_at(pair.len() - 41);
        (0..40).map(move |place| {
            let other = if end.as_bytes()[place] == b'A' {
                "B"
            } else {
                "A"
            };
            let mut end = end.to_owned();
            end.replace_range(place..=place, other);
            format!("{start}{end}")
        })
    }

    #[track_caller]
    fn check(cookie: &SessionCookie, pairs: impl Iterator<Item = String>, expected: usize) {
        let field = pairs.collect::<Vec<_>>().join("; ");
        let before = TAGS_CHECKED.get();
        let _ = cookie.load([&field], now()).is_new();
        assert_eq!(TAGS_CHECKED.get() - before, expected, "{field}");
    }

    #[test]
    fn one_tag_is_checked_for_each_of_four_values() {
        let (cookie, pairs) = cookie_and_pairs(7);
        let [pair] = &pairs[..] else {
            panic!("{} cookies", pairs.len())
        };
        check(&cookie, iter::once(pair.clone()), 1);
        check(&cookie, iter::repeat_n(pair.clone(), 40), 1);
        for count in [1, 2, 3, 4, 5, 40] {
            check(&cookie, changed(pair).take(count), count.min(4));
        }
        let of_another_ring = cookie_and_pairs(7).1.remove(0);
        check(&cookie, changed(&of_another_ring), 0);
    }

    #[test]
    fn parts_of_several_values_are_not_combined() {
        let (cookie, pairs) = cookie_and_pairs(4_000);
        let [first, second] = &pairs[..] else {
            panic!("{} cookies", pairs.len())
        };
        check(&cookie, pairs.iter().cloned(), 1);
        let firsts = changed(first).chain(iter::once(second.clone()));
        check(&cookie, firsts, 4);
        // If one part has two values, neither is taken.
        let seconds = iter::once(first.clone()).chain(changed(second));
        check(&cookie, seconds, 0);
        check(&cookie, changed(first).chain(changed(second)), 0);
    }
}
