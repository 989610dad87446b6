//! The session that functions of the application are asked about.

use std::{
    fmt,
    marker::PhantomData,
    time::{Duration, SystemTime},
};

use serde::de::DeserializeOwned;

use super::id::SessionId;
use crate::{
    base::system_time,
    keys::KeyId,
    state::{Map, Metadata, SessionData, SessionError, map},
};

/// A session without its content.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SessionInfo {
    /// Id, if the session has one.
    pub id: Option<SessionId>,
    /// Time at which the session was issued.
    pub created_at: SystemTime,
    /// Time of the last activity that was written. With
    /// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after), the time of the last answer, or at which
    /// the session began or was renewed since.
    pub last_active_at: SystemTime,
    /// End that [`limit_to`](crate::Session::limit_to) set, counted from `created_at`.
    pub limit: Option<Duration>,
    /// End that [`remember_for`](crate::Session::remember_for) set, counted from `created_at`.
    pub remembered: Option<Duration>,
    /// Bytes that a [`Companion`](crate::companion::Companion) has written into the session, such as a hash of the key of
    /// the device that it is bound to. **Experimental,** as all of [`companion`](crate::companion).
    #[cfg(feature = "unstable-companion")]
    pub device: Option<[u8; 16]>,
    /// Id of the key that sealed the session, or of the key that seals now if the session has just begun or was taken
    /// over from another cookie.
    pub key_id: KeyId,
}

impl SessionInfo {
    #[inline]
    pub(crate) fn of(metadata: &Metadata, key_id: KeyId) -> SessionInfo {
        let seconds = |duration: u32| Duration::from_secs(duration.into());
        SessionInfo {
            id: metadata.sid.map(SessionId),
            created_at: system_time(metadata.issued),
            last_active_at: system_time(metadata.last_active()),
            limit: metadata.limit.map(seconds),
            remembered: metadata.remembered.map(seconds),
            #[cfg(feature = "unstable-companion")]
            device: metadata.device,
            key_id,
        }
    }
}

/// The session passed to [`revoked_if`](crate::carrier::SessionBuilder::revoked_if) and
/// [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after): its [`SessionInfo`] and, on request, its
/// content of type `T`.
///
/// The session and, if the request brings it, its dates have been verified. If the session is judged without its
/// cookie, as when a companion answers a request, only its id, its time of issue and a key id are known, and there is
/// no content.
#[derive(Clone, Copy)]
pub struct OpenedSession<'a, T = Map> {
    info: SessionInfo,
    /// Schema and payload, or `None` if the session is judged without its cookie.
    content: Option<(u32, &'a [u8])>,
    of: PhantomData<fn() -> T>,
}

impl<T: SessionData> OpenedSession<'_, T> {
    /// Decodes the value of a typed session.
    ///
    /// Returns `None` if the content cannot be read, or if the session is judged without its cookie. Accept the session
    /// in both cases: content that cannot be read is withheld or refused anyway, and the next request brings the cookie.
    ///
    /// # Examples
    ///
    /// Sessions that end everywhere when the user's epoch changes:
    ///
    /// ```
    /// # use std::{sync::{Arc, atomic::{AtomicU32, Ordering}}, time::SystemTime};
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Default, Serialize, Deserialize, PartialEq)]
    /// struct Login {
    ///     user: Option<u64>,
    ///     epoch: u32,
    /// }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    ///
    /// # let epochs = Arc::new(AtomicU32::new(7));
    /// # let table = Arc::clone(&epochs);
    /// # let epoch_of = move |_: u64| table.load(Ordering::Relaxed);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .typed::<Login>()
    ///     .revoked_if(move |session| match session.value() {
    ///         Some(Login { user: Some(user), epoch }) => epoch < epoch_of(user),
    ///         _ => false,
    ///     })
    ///     .build()?;
    /// # let now = SystemTime::now();
    /// # let field = cookie.cookie_for(now, |session| session.replace(Login { user: Some(42), epoch: 7 }))?;
    /// # assert_eq!(cookie.load([&field], now).read(|login| login.user), Some(42));
    /// # epochs.store(8, Ordering::Relaxed);
    /// # assert_eq!(cookie.load([&field], now).read(|login| login.user), None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// The sessions hold no values of another type:
    ///
    /// ```compile_fail,E0277
    /// # #[derive(Default, serde::Serialize, serde::Deserialize, PartialEq)]
    /// # struct Login;
    /// # impl hardtack::SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let key = hardtack::EncryptionKey::generate().unwrap();
    /// hardtack::SessionCookie::encrypted(key)
    ///     .typed::<Login>()
    ///     .revoked_if(|session| session.value() == Some(7));
    /// ```
    #[must_use]
    pub fn value(&self) -> Option<T> {
        let (schema, payload) = self.content?;
        T::decode(schema, payload)
    }
}

impl OpenedSession<'_> {
    /// Decodes the value under `key` in a dictionary.
    ///
    /// Returns `None` if there is no such value, or in the cases of [`value`](OpenedSession::value).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let is_banned = |user: u64| user == 13;
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revoked_if(move |session| session.get::<u64>("user").ok().flatten().is_some_and(is_banned))
    ///     .build()?;
    /// # let now = SystemTime::now();
    /// # let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// # assert!(!cookie.load([field], now).is_new());
    /// # let field = cookie.cookie_for(now, |session| session.insert("user", 13))?;
    /// # assert!(cookie.load([field], now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Decode`](SessionError::Decode) if the value is of another type. Reject the session then, because nobody
    /// knows whose it is.
    pub fn get<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, SessionError> {
        self.content
            .filter(|(schema, payload)| *schema == 0 && map::is_valid(payload))
            .and_then(|(_, payload)| map::get(payload, key))
            .map(|value| map::decode(value).ok_or_else(|| SessionError::misread::<V>(Some(key))))
            .transpose()
    }
}

impl<T> OpenedSession<'_, T> {
    /// Returns the session without its content.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::{collections::HashSet, time::SystemTime};
    /// use hardtack::session::SessionId;
    ///
    /// let denied: HashSet<SessionId> = HashSet::new();
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .revoked_if(move |session| session.info().id.is_some_and(|id| denied.contains(&id)))
    ///     .build()?;
    /// # let now = SystemTime::now();
    /// # let field = cookie.cookie_for(now, |session| session.sign_in().map(drop))?;
    /// # assert!(!cookie.load([field], now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn info(&self) -> &SessionInfo {
        &self.info
    }
}

impl<'a> OpenedSession<'a> {
    /// Makes a session to judge.
    #[inline]
    pub(super) fn new(metadata: &Metadata, payload: Option<&'a [u8]>, key_id: KeyId) -> Self {
        OpenedSession {
            info: SessionInfo::of(metadata, key_id),
            content: payload.map(|payload| (metadata.schema, payload)),
            of: PhantomData,
        }
    }

    /// Returns the session as one that holds a `T`.
    pub(crate) fn holding<T>(&self) -> OpenedSession<'a, T> {
        OpenedSession {
            info: self.info,
            content: self.content,
            of: PhantomData,
        }
    }
}

/// Leaves the content out.
impl<T> fmt::Debug for OpenedSession<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenedSession").field(&self.info).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EncryptionKey, base::EPOCH};

    #[test]
    fn a_function_finds_values_in_a_dictionary_only() {
        let key_id = EncryptionKey::generate().expect("random bytes").id();
        let user = |schema, payload| {
            let metadata = Metadata {
                issued: EPOCH,
                schema,
                ..Metadata::default()
            };
            let session = OpenedSession::new(&metadata, payload, key_id);
            session.get::<u32>("user").expect("it is a number")
        };
        let dictionary = b"\x81\xa4user\x2a";
        assert_eq!(user(0, Some(&dictionary[..])), Some(42));
        assert_eq!(user(1, Some(&dictionary[..])), None);
        // With a byte too much.
        assert_eq!(user(0, Some(&b"\x81\xa4user\x2a\x00"[..])), None);
        assert_eq!(user(0, None), None);
    }
}
