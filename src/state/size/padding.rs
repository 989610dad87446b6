/// Padding, which hides a part of what the length of a token reveals about its content ([SPEC.md § 5.6]).
///
/// Nothing is compressed, so without padding anyone who sees an encrypted token knows how many bytes are in the
/// session.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, carrier::Padding};
/// # use std::time::SystemTime;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .padding(Padding::Padme)
///     .build()?;
/// let sent_len = |name: &str| {
///     let field = cookie.cookie_for(SystemTime::now(), |session| session.insert("name", name))?;
///     Ok::<_, Box<dyn std::error::Error>>(field.len())
/// };
/// assert_eq!(sent_len("Bob")?, sent_len("Anne")?);
/// assert!(sent_len("Bob")? < sent_len("Annegret")?);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 5.6]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#56-padding
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Padding {
    /// No padding: the length of the token reveals the length of the content.
    #[default]
    None,
    /// Padding to the next PADMÉ length, which adds at most an eighth (or 2 bytes below 16). Lengths come in steps that
    /// grow with the body, such as 2 bytes from 8 on, 4 from 32, 8 from 64, and 64 from 1,024. The length of a short
    /// session is hardly hidden.
    Padme,
}

impl Padding {
    /// Returns the padded length of a body of `len` bytes.
    pub(in crate::state) fn padded_len(self, len: usize) -> usize {
        match self {
            Padding::None => len,
            // The mark takes one byte even if no zeros follow.
            Padding::Padme => padme(len + 1),
        }
    }

    /// Returns the length of the longest body that has at most `len` bytes with its padding.
    pub(in crate::state) fn longest_in(self, len: usize) -> Option<usize> {
        match self {
            Padding::None => Some(len),
            Padding::Padme => (len & !padme_mask(len)).checked_sub(1),
        }
    }
}

/// Returns the next PADMÉ length.
fn padme(len: usize) -> usize {
    let mask = padme_mask(len);
    (len + mask) & !mask
}

/// Returns the low bits that are zero in PADMÉ lengths of this magnitude: `e - s` bits, where `e` is the logarithm of
/// `len` to base 2 and `s` is the number of bits of `e`.
fn padme_mask(len: usize) -> usize {
    let exponent = len.checked_ilog2().unwrap_or(0);
    let kept = u32::BITS - exponent.leading_zeros();
    (1 << (exponent - kept)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_paper() {
        for (len, padded) in [
            (0, 0),
            (1, 1),
            (2, 2),
            (7, 7),
            (9, 10),
            (100, 104),
            (1_000, 1_024),
            (2_049, 2_176),
        ] {
            assert_eq!(padme(len), padded, "{len}");
        }
    }

    #[test]
    fn the_longest_body_that_fits_fits_and_the_next_one_does_not() {
        for len in 1..20_000 {
            let longest = Padding::Padme.longest_in(len).unwrap();
            assert!(Padding::Padme.padded_len(longest) <= len, "{len}");
            assert!(Padding::Padme.padded_len(longest + 1) > len, "{len}");
        }
    }

    #[test]
    fn steps_are_short_where_bodies_are() {
        for (from, to, step) in [(8, 32, 2), (32, 64, 4), (64, 128, 8), (1_024, 2_048, 64)] {
            for len in (from..to).step_by(step) {
                assert_eq!((padme(len), padme(len + 1)), (len, len + step));
            }
        }
    }

    #[test]
    fn no_body_grows_by_more_than_an_eighth() {
        for len in 8..20_000 {
            assert!(padme(len) * 8 <= len * 9, "{len}");
        }
        // With its mark.
        for len in 16..20_000 {
            assert!(Padding::Padme.padded_len(len) * 8 <= len * 9, "{len}");
        }
    }
}
