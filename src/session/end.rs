//! The end of a session's request: closes the session, and returns the outcome as plain data.

use super::{
    error::SaveError,
    events,
    handle::Session,
    lock::{Contents, Loaded},
    sealer::Sealer,
};
use crate::{
    base::time::UnixSeconds,
    cookie::PartNumbers,
    state::{Circumstances, SizeLimit, Verdict},
};

/// The outcome of a session for its response.
pub(crate) struct Ended {
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "for adapters"))]
    pub(crate) use_of_session: Use,
    pub(crate) ending: Ending,
    #[cfg(feature = "device-bound")]
    pub(crate) device: DeviceFields,
}

/// The fields of a response for the session's device.
#[cfg(feature = "device-bound")]
#[derive(Default)]
pub(crate) struct DeviceFields {
    /// `Secure-Session-Registration`.
    pub(crate) registration: Option<String>,
    /// `Set-Cookie` fields that end an earlier session of the device.
    pub(crate) farewell: Vec<String>,
}

/// The extent to which a response depends on its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Untouched,
    /// The session was read or refreshed.
    Touched,
    /// The content was written, or the session was ended.
    Written,
}

/// The message of a response about its session.
pub(crate) enum Ending {
    /// None: the client keeps its session.
    Keep,
    /// The client must drop the session.
    End {
        /// The parts that the request carried.
        carried: PartNumbers,
        /// The time of the request.
        now: UnixSeconds,
    },
    /// The client is to store this token.
    Set(Sealed),
}

/// A session that was sealed.
pub(crate) struct Sealed {
    /// The text `before` of [`Session::end`], followed by the token.
    pub(crate) text: String,
    /// Seconds that a browser is to keep the cookie. `None`: until it is closed.
    pub(crate) max_age: Option<u64>,
    /// The most that may be sent.
    pub(crate) limit: SizeLimit,
    /// The parts that the request carried.
    pub(crate) carried: PartNumbers,
    /// The time of the request.
    pub(crate) now: UnixSeconds,
}

impl<T> Session<T> {
    /// Ends the request for the session: closes it, and seals it for `sealer` if it is to be sent. The token is
    /// appended to `before`, in a string with room for `after` more bytes.
    pub(crate) fn end(
        &self,
        sealer: &Sealer,
        before: &str,
        after: usize,
        circumstances: Circumstances,
    ) -> Result<Ended, SaveError> {
        if !self.is_of(sealer) {
            return Err(SaveError::ForeignSession);
        }
        let mut guard = self.lock.lock().map_err(|_| SaveError::InsideUpdate)?;
        let was_closed = guard.close();
        let Contents {
            arrival,
            loaded,
            is_touched,
            ..
        } = &mut *guard;
        let Some(loaded) = loaded.as_mut().filter(|_| *is_touched) else {
            return Ok(Ended::keep(Use::Untouched));
        };
        // A session is saved once, and this response still depends on it.
        if was_closed {
            return Ok(Ended::keep(Use::Touched));
        }
        let Loaded {
            data,
            outcome,
            carried,
        } = loaded;
        let carried = *carried;
        let state = data.under(&self.lock.sealer.policy);
        let set = |use_of_session, age| {
            let len = before.len() + sealer.token_len(&state, age) + after;
            let mut text = String::with_capacity(len);
            text.push_str(before);
            sealer.seal(arrival.context(sealer), &state, age, &mut text)?;
            let sealed = Sealed {
                text,
                max_age: state.max_age(),
                limit: state.size_limit(age),
                carried,
                now: state.now(),
            };
            Ok(Ended {
                use_of_session,
                ending: Ending::Set(sealed),
                #[cfg(feature = "device-bound")]
                device: sealer.device_fields(arrival.context(sealer), &state, false)?,
            })
        };
        let reseal = sealer.must_reseal(*outcome, state.now());
        match state.verdict(circumstances, arrival.is_subresource, reseal) {
            Verdict::Leave => Ok(Ended::keep(Use::Touched)),
            Verdict::NoRoom => {
                events::refresh_was_left_out(sealer.slot.purpose().name());
                Ok(Ended::keep(Use::Touched))
            }
            Verdict::Expire => Ok(Ended {
                use_of_session: Use::Written,
                ending: Ending::End {
                    carried,
                    now: state.now(),
                },
                #[cfg(feature = "device-bound")]
                device: sealer.device_fields(arrival.context(sealer), &state, true)?,
            }),
            Verdict::Write { age } => set(Use::Written, age),
            // A refresh is optional, so it does not fail a response.
            Verdict::Refresh { age } => {
                Ok(set(Use::Touched, age).unwrap_or(Ended::keep(Use::Touched)))
            }
        }
    }

    /// Returns `true` if the session was loaded by `sealer`, or by one that seals the same way.
    fn is_of(&self, sealer: &Sealer) -> bool {
        let loader = &*self.lock.sealer;
        std::ptr::eq(loader, sealer) || loader.is_like(sealer)
    }
}

impl Ended {
    fn keep(use_of_session: Use) -> Ended {
        Ended {
            use_of_session,
            ending: Ending::Keep,
            #[cfg(feature = "device-bound")]
            device: DeviceFields::default(),
        }
    }
}
