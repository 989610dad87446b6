//! The end of a session's request: it is closed, what becomes of it is decided, and that is done.

use super::{
    error::SaveError,
    events,
    handle::Session,
    lock::{Arrival, Used},
    sealer::Sealer,
};
use crate::{
    cookie::PartNumbers,
    state::{Circumstances, SizeLimit, State, Verdict},
    token::Context,
};

/// What a response has to say of its session: `O` is the session on its way out.
#[derive(Debug, Default)]
pub(crate) struct Finished<O> {
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "for adapters"))]
    pub(crate) use_of_session: Use,
    pub(crate) output: O,
}

/// How far a response depends on the session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Use {
    #[default]
    Untouched,
    /// It was read, or refreshed.
    Touched,
    /// Its content was written, or it was ended.
    Written,
}

/// How a session leaves: in a cookie, or as a bare token.
pub(crate) trait Carrier<T> {
    type Output: Default;

    fn sealer(&self) -> &Sealer;

    /// The session, to be sealed.
    fn set(&self, leaving: Leaving<'_, T>) -> Result<Self::Output, SaveError>;

    /// The session has ended. The request carried these parts of it.
    fn end(&self, carried: PartNumbers) -> Self::Output;
}

/// A session that is to be sealed.
pub(crate) struct Leaving<'a, T> {
    sealer: &'a Sealer,
    context: &'a Context,
    pub(crate) state: &'a State<'a, T>,
    /// The parts that the request carried.
    pub(crate) carried: PartNumbers,
    age: u32,
}

impl<T> Leaving<'_, T> {
    /// Characters of the token.
    pub(crate) fn token_len(&self) -> usize {
        self.sealer.token_len(self.state, self.age)
    }

    /// The most that may be sent.
    pub(crate) fn limit(&self) -> SizeLimit {
        self.state.size_limit(self.age)
    }

    /// Appends the token to `text`.
    pub(crate) fn seal(&self, text: &mut String) -> Result<(), SaveError> {
        self.sealer.seal(self.context, self.state, self.age, text)
    }
}

impl<T> Session<T> {
    /// Closes the session, and hands it to `carrier` where it is to be written or has ended. Nobody asks for
    /// the circumstances of a session that was not used.
    pub(crate) fn finish<C: Carrier<T>>(
        &self,
        carrier: &C,
        circumstances: &impl Circumstances,
    ) -> Result<Finished<C::Output>, SaveError> {
        if !self.is_of(carrier.sealer()) {
            return Err(SaveError::OfAnother);
        }
        self.close_with(|arrival, used, was_closed| match used {
            None => Ok(Finished::default()),
            // It was saved before; all that is left is that the response depends on it.
            Some(_) if was_closed => Ok(Finished {
                use_of_session: Use::Touched,
                output: C::Output::default(),
            }),
            Some(used) => settle(carrier, arrival, &used, circumstances),
        })?
    }
}

fn settle<T, C: Carrier<T>>(
    carrier: &C,
    arrival: &Arrival,
    Used {
        state,
        outcome,
        carried,
    }: &Used<'_, T>,
    circumstances: &impl Circumstances,
) -> Result<Finished<C::Output>, SaveError> {
    let sealer = carrier.sealer();
    let set = |age| {
        carrier.set(Leaving {
            sealer,
            context: arrival.context(sealer),
            state,
            carried: *carried,
            age,
        })
    };
    let reseal = sealer.must_reseal(*outcome, state.now());
    let (use_of_session, output) = match state.settle(circumstances, arrival.is_subresource, reseal)
    {
        Verdict::Leave => (Use::Touched, C::Output::default()),
        Verdict::NoRoom => {
            events::refresh_was_left_out(sealer.slot.purpose().as_str());
            (Use::Touched, C::Output::default())
        }
        Verdict::Expire => (Use::Written, carrier.end(*carried)),
        Verdict::Write { age } => (Use::Written, set(age)?),
        // What could as well be left out does not fail a response.
        Verdict::Refresh { age } => (Use::Touched, set(age).unwrap_or_default()),
    };
    Ok(Finished {
        use_of_session,
        output,
    })
}
