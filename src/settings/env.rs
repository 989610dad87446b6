//! A key ring from one environment variable.

use std::{env, fmt};

use crate::seal::{Key, KeyRing, RingError};

impl<K: Key> KeyRing<K> {
    /// Reads a ring from an environment variable, in its text form (SPEC.md § 3.5), with line ends or
    /// commas between the keys.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use hardtack::{EncryptionKey, KeyRing};
    ///
    /// let keys: KeyRing<EncryptionKey> = KeyRing::from_env("SESSION_KEYS")?;
    /// # Ok::<_, hardtack::EnvError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// If the variable is not set, or holds no ring. The value is not shown.
    pub fn from_env(variable: &str) -> Result<KeyRing<K>, EnvError> {
        let fail = |problem| EnvError {
            variable: variable.to_owned(),
            problem,
        };
        let text = env::var_os(variable).ok_or_else(|| fail(Problem::NotSet))?;
        let text = text.to_str().ok_or_else(|| fail(Problem::NotUnicode))?;
        text.parse().map_err(|error| fail(Problem::Ring(error)))
    }
}

/// An environment variable holds no key ring.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing};
///
/// let error = KeyRing::<EncryptionKey>::from_env("NO_SUCH_KEYS").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "environment variable NO_SUCH_KEYS is not set, put a key into it"
/// );
/// ```
pub struct EnvError {
    variable: String,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    NotSet,
    NotUnicode,
    Ring(RingError),
}

/// The sentence: `main` prints errors by `Debug`.
impl fmt::Debug for EnvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for EnvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let variable = &self.variable;
        match &self.problem {
            Problem::NotSet => write!(
                f,
                "environment variable {variable} is not set, put a key into it"
            ),
            Problem::NotUnicode => write!(
                f,
                "environment variable {variable} is not UTF-8, expected keys"
            ),
            Problem::Ring(error) => write!(f, "environment variable {variable}: {error}"),
        }
    }
}

impl std::error::Error for EnvError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.problem {
            Problem::Ring(error) => error.source(),
            _ => None,
        }
    }
}
