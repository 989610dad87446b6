use std::{error::Error, fmt};

/// Adds a list of all variants, and their names.
macro_rules! named {
    ($(#[$attribute:meta])+ pub enum $Enum:ident { $($(#[$doc:meta])+ $Variant:ident,)+ }) => {
        $(#[$attribute])+
        pub enum $Enum {
            $($(#[$doc])+ $Variant,)+
        }

        impl $Enum {
            pub(crate) const ALL: &[$Enum] = &[$($Enum::$Variant),+];

            /// Returns the name of this reason, as in SPEC.md.
            ///
            /// # Examples
            ///
            /// ```
            /// use hardtack::session::Reason;
            ///
            /// assert_eq!(Reason::UnknownKey.name(), "UnknownKey");
            /// ```
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $($Enum::$Variant => stringify!($Variant),)+
                }
            }
        }
    };
}

named! {
    /// Reason why a token did not open, or why its session is withheld, for logs and metrics ([SPEC.md § 7]). A visitor
    /// can notice only that a session is withheld: for [`Stale`](Self::Stale), [`Unvalidated`](Self::Unvalidated),
    /// [`Payload`](Self::Payload), or an [`UnknownKey`](Self::UnknownKey) with
    /// [`keep_unknown_keys`](crate::carrier::SessionBuilder::keep_unknown_keys).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::session::{Outcome, Reason};
    ///
    /// let session = cookie.load(["__Host-session=AAAAAAA"], SystemTime::now());
    /// assert!(matches!(
    ///     session.outcome(),
    ///     Outcome::Rejected { reason: Reason::UnknownFormat, .. }
    /// ));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    #[non_exhaustive]
    pub enum Reason {
        // Written by .ci/facts from src/format/base/reasons.toml: change that.
        /// The token names a key that is not in the ring, for example because the key was removed, only newer instances
        /// have it, or another program made the token.
        UnknownKey,
        /// The token names a key whose `accept_until` has passed.
        RetiredKey,
        /// The session is past its idle timeout.
        Idle,
        /// The session is past its absolute timeout (`remember_up_to` if it is remembered), the end that
        /// [`limit_to`](crate::Session::limit_to) or [`remember_for`](crate::Session::remember_for) set, or the end
        /// that another library gave it. An old session that began before 2026 is expired too.
        Expired,
        /// The session was issued before `not_before`, or the application refused it, by its `revoked_if` or
        /// `revalidate_after`, or by `OldCookie::convert`.
        Revoked,
        /// The session is from the future by more than the clock skew, so a clock is wrong.
        NotYetValid,
        /// The application has to say whether the session is still valid
        /// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)), but was not asked or could not
        /// answer.
        Unvalidated,
        /// The first byte is not a format of this version.
        UnknownFormat,
        /// The value is not strict base64url, or does not have the encoding of its old cookie. It was cut off, changed,
        /// or made by another program.
        Encoding,
        /// The token is shorter than any token of its kind.
        TooShort,
        /// The value is longer than any token. For an old cookie, its value is longer than 4,096 bytes, or its session
        /// does not fit into the new cookie.
        TooLong,
        /// The token is signed, but these sessions are encrypted, or the reverse.
        WrongMode,
        /// The tag is wrong. The token was forged, changed, or sealed for another name, application, type or context.
        /// An old cookie may also be under another key.
        Auth,
        /// Several cookies of this name open and no rule prefers one, a part of a large session has two values, a
        /// header or a bare token came with two values, or several old cookies leave open which one is the visitor's.
        Duplicate,
        /// The tag is right, but the body breaks the format, by a bug or by another program with the key. A program
        /// without `device_bound` also reports this for sessions that are bound to a device.
        Malformed,
        /// A large session is split into several cookies, and one is missing, or their number is wrong
        /// ([docs/spec/carriers.md § 9.2]). Clients with little room for cookies can cause this, and so can a value
        /// with a `.` from another program.
        ///
        /// [docs/spec/carriers.md § 9.2]:
        /// https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#92-chunks
        Incomplete,
        /// The payload has an unknown schema, or cannot be decoded or converted.
        Payload,
        /// The session's [`Companion`](crate::companion::Companion) does not admit the request, or the session of
        /// another cookie cannot be taken over because it is bound to a device. **Experimental,** as all of
        /// [`companion`](crate::companion).
        Stale,
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Error for Reason {}
