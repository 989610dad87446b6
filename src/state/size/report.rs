use std::fmt;

use crate::state::{body_to_seal::BodyToSeal, bytes::map, data::State};

/// Size of a session and of its parts, from [`Session::size_report`](crate::Session::size_report).
///
/// The report shows the keys of a dictionary, but no value.
///
/// # Examples
///
/// A test that the session of a visitor who has done everything still fits:
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// session.insert("cart", (0..100).collect::<Vec<u32>>())?;
/// session.insert("language", "sv")?;
/// session.flash("", "Saved")?;
///
/// let report = session.size_report();
/// assert!(report.set_cookie <= 400, "{report}");
/// assert_eq!(report.entries, [("cart".to_owned(), 108), ("language".to_owned(), 12)]);
/// assert!(report.to_string().starts_with("    349 of 3072 bytes, in 1 cookie\n"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SizeReport {
    /// Keys of a dictionary, each with the bytes that it and its value take in the body. Empty for a typed session.
    pub entries: Vec<(String, usize)>,
    /// Bytes of the dictionary or of the typed value in the body.
    pub payload: usize,
    /// Bytes of the flash messages in the body.
    pub flash: usize,
    /// Bytes that [`Padding`](crate::carrier::Padding) adds to the body.
    pub padding: usize,
    /// Bytes that a session without payload and messages needs, padding included: a cookie's name and attributes, key id,
    /// nonce, tag, dates and id.
    pub empty: usize,
    /// Bytes that the session needs, counted as by [`TooLarge`](crate::session::TooLarge). Three bytes of the body
    /// become four here.
    pub set_cookie: usize,
    /// Number of cookies.
    pub cookies: usize,
    /// Maximum of [`set_cookie`](Self::set_cookie). A session that arrived larger may exceed it.
    pub allowed: usize,
}

impl<T> State<T> {
    pub(crate) fn size_report(&self) -> SizeReport {
        let budget = &self.policy.budget;
        let content = self.content_len();
        let body_len = budget.longest_body(content);
        let padded_len = budget.padded_len(body_len, content);
        // A session that arrived larger than the profile allows is sent as it arrived.
        let allowed = self.allowed(BodyToSeal::With(self.draft.metadata));
        let sent = budget.sent(allowed, padded_len, true);
        let dictionary = match self.policy.schema {
            0 => self.payload(),
            _ => &[],
        };
        let entries = map::sizes(dictionary).map(|(key, bytes)| (key.to_owned(), bytes));
        SizeReport {
            entries: entries.collect(),
            payload: self.payload().len(),
            flash: self.flash_bytes().len(),
            padding: padded_len - body_len,
            empty: budget.largest(0).total,
            set_cookie: sent.total,
            cookies: sent.cookies,
            allowed: budget.allowed.total,
        }
    }
}

impl fmt::Display for SizeReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.cookies == 1 { "" } else { "s" };
        let (used, allowed, count) = (self.set_cookie, self.allowed, self.cookies);
        writeln!(f, "{used:>7} of {allowed} bytes, in {count} cookie{plural}")?;
        writeln!(f, "{:>7} with nothing in it", self.empty)?;
        for (key, bytes) in &self.entries {
            writeln!(f, "{bytes:>7} {key}")?;
        }
        if self.entries.is_empty() && self.payload > 0 {
            writeln!(f, "{:>7} payload", self.payload)?;
        }
        for (what, bytes) in [("flash", self.flash), ("padding", self.padding)] {
            if bytes > 0 {
                writeln!(f, "{bytes:>7} {what}")?;
            }
        }
        Ok(())
    }
}
