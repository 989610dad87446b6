//! Cookies that a session's companion reads, and the fields that it adds to responses.

use super::{set_cookie::SetCookies, values::Values};

/// Fields of a response, by name and value.
pub(crate) type CompanionFields = Vec<(&'static str, String)>;

/// Chooses the companion's cookies, by what follows the name of the session's cookie.
#[derive(Clone, Debug, Default)]
pub(crate) struct CompanionCookies(pub(crate) Option<fn(&str) -> bool>);

impl CompanionCookies {
    /// Adds a cookie to `values`, if it is the companion's.
    pub(super) fn find(&self, rest: &[u8], value: &[u8], values: &mut Values) {
        if let Some(chosen) = self.0
            && let Ok(rest) = str::from_utf8(rest)
            && chosen(rest)
        {
            values.push_of_companion(rest, value);
        }
    }
}

impl Values {
    /// Adds a cookie of the session's companion. Its name is the session cookie's name, followed by `rest`.
    fn push_of_companion(&mut self, rest: &str, value: &[u8]) {
        if self.of_companion().len() < MOST_OF_COMPANION && value.len() <= LONGEST_OF_COMPANION {
            let neighbours = self.neighbours.get_or_insert_default();
            neighbours.companion.push((rest.to_owned(), value.to_vec()));
        }
    }

    /// Returns the cookies of the session's companion, each by the rest of its name.
    pub(crate) fn of_companion(&self) -> &[(String, Vec<u8>)] {
        let neighbours = self.neighbours.as_ref();
        neighbours.map_or(&[], |those| &those.companion)
    }
}

impl SetCookies {
    /// Returns other headers that the response must also carry, for the session's
    /// [`Companion`](crate::companion::Companion), by name and value. They come only with `Set-Cookie` headers, and
    /// iterating leaves them out. **Experimental,** as all of [`companion`](crate::companion).
    #[must_use]
    pub fn others(&self) -> &[(&'static str, String)] {
        &self.of_companion
    }

    /// Adds the fields of the session's companion.
    pub(crate) fn append(&mut self, fields: CompanionFields) {
        for (name, value) in fields {
            if name.eq_ignore_ascii_case("set-cookie") {
                self.push(value);
            } else {
                self.of_companion.push((name, value));
            }
        }
    }
}

/// Largest number of companion cookies (crates/device/docs/devices.md § 16.3.1). A browser has one for each session of a
/// device, and may keep some that nobody ended.
const MOST_OF_COMPANION: usize = 32;
/// Largest length of the value of a companion's cookie, in bytes (the same section).
const LONGEST_OF_COMPANION: usize = 256;
