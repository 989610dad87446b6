//! Size that a session may have in its cookies (docs/spec/writer.md § 9.5, § 9.6).

use super::padding::Padding;
use crate::{crypto::base64url, state::bytes::body::LONGEST_METADATA};

/// Size that a session may have, and all that takes a part of it.
#[derive(Clone, Debug)]
pub(crate) struct SizeBudget {
    /// Maximum that the size profile allows.
    pub(crate) allowed: Allowed,
    pub(super) overhead: Overhead,
    token_overhead: usize,
    padding: Padding,
    /// Maximum of payload and flash together, in bytes. With every other field at its longest reserved, nothing but
    /// these two can make a session too large.
    pub(crate) room: usize,
}

/// Maximum that may be sent. A token in a header or a bare token counts as a field without overhead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    /// Bytes of one `Set-Cookie` field.
    pub(crate) field: usize,
    pub(crate) cookies: usize,
    /// Bytes of all fields together.
    pub(crate) total: usize,
    /// Bytes of all fields that browsers keep, in whatever size a session arrived.
    pub(super) kept: usize,
}

/// Bytes of a Set-Cookie field around the token, and bytes that only some bodies have.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Overhead {
    /// `name=` and the attributes.
    pub(crate) field: usize,
    /// `Max-Age`, which only persistent and remembered sessions have. A budget has it at its longest.
    pub(crate) max_age: usize,
    /// Bytes that each of several fields adds.
    pub(crate) part: usize,
    /// Bytes of the body for a device.
    pub(crate) device: usize,
}

/// Size of a session as it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SentSize {
    pub(crate) cookies: usize,
    /// Bytes of all Set-Cookie fields together.
    pub(crate) total: usize,
}

impl SizeBudget {
    /// Makes a budget. `token_overhead` is the number of bytes of a token around its body. Returns `None` if not even
    /// an empty session fits.
    pub(crate) fn new(
        allowed: Allowed,
        overhead: Overhead,
        token_overhead: usize,
        padding: Padding,
    ) -> Option<SizeBudget> {
        // Of a part, if there can be several, because it is the larger one.
        let field_overhead = overhead.per_field(allowed.cookies);
        // With less than the sum of all fields, fewer cookies may take more, because each has its attributes.
        let taken_by = |cookies| {
            let total = allowed.total.min(cookies * allowed.field);
            total.checked_sub(cookies * field_overhead)
        };
        let characters = (1..=allowed.cookies).filter_map(taken_by).max()?;
        let budget = SizeBudget {
            room: 0,
            allowed,
            overhead,
            token_overhead,
            padding,
        };
        let room = budget.room_in(characters)?;
        Some(SizeBudget { room, ..budget })
    }

    /// Returns the maximum of payload and flash together in a token with this number of characters. Returns `None` if
    /// not even an empty session fits.
    pub(crate) fn room_in(&self, characters: usize) -> Option<usize> {
        // Four characters carry three bytes. The longest metadata is reserved, so that a change which fits today is not
        // refused tomorrow because a time has more digits, or the session gets an id.
        let body = (characters * 3 / 4).checked_sub(self.token_overhead)?;
        let longest_metadata = self.longest_body(0);
        self.padding.longest_in(body)?.checked_sub(longest_metadata)
    }

    /// Returns the length of a body with this content and every other field at its longest.
    pub(crate) fn longest_body(&self, content: usize) -> usize {
        LONGEST_METADATA + self.overhead.device + content
    }

    /// Returns the limit for a session that arrived as a token of this length in this number of cookies, whatever the
    /// profile allows now (docs/spec/writer.md § 9.5.3).
    pub(in crate::state) fn arrived_in(
        &self,
        token_len: usize,
        cookies: usize,
        has_max_age: bool,
    ) -> Allowed {
        let overhead = self.overhead(has_max_age).per_field(cookies);
        let total = token_len + cookies * overhead;
        let allowed = if cookies <= MOST_COOKIES {
            // If the attributes have grown since, the fields are longer, but the parts are not.
            let field = token_len.div_ceil(cookies) + overhead;
            Allowed::new(cookies, field.max(LARGEST_COOKIE))
        } else {
            Allowed::new(MOST_COOKIES, LARGEST_COOKIE)
        };
        allowed.keeping(total.min(allowed.total).min(self.allowed.kept))
    }

    /// Returns the padded length of a body of `body_len` bytes. `content` is the length of its payload and flash.
    ///
    /// A body with more content than the room arrived like that and must not grow, so it is not padded.
    pub(crate) fn padded_len(&self, body_len: usize, content: usize) -> usize {
        if content > self.room {
            return body_len;
        }
        self.padding.padded_len(body_len)
    }

    /// Returns the size of a padded body as it is sent within `allowed`.
    pub(crate) fn sent(&self, allowed: Allowed, body_len: usize, has_max_age: bool) -> SentSize {
        let token_len = base64url::encoded_len(self.token_overhead + body_len);
        let overhead = self.overhead(has_max_age);
        let cookies = token_len.div_ceil(allowed.part_len(token_len, overhead));
        SentSize {
            cookies,
            total: token_len + cookies * overhead.per_field(cookies),
        }
    }

    fn overhead(&self, has_max_age: bool) -> Overhead {
        let max_age = self.overhead.max_age * usize::from(has_max_age);
        Overhead {
            max_age,
            ..self.overhead
        }
    }

    /// Returns the size at which a session with this content is sent, with every other field at its longest.
    pub(crate) fn largest(&self, content: usize) -> SentSize {
        let body_len = self.padding.padded_len(self.longest_body(content));
        self.sent(self.allowed, body_len, true)
    }
}

impl Allowed {
    /// Allows `cookies` cookies, each with a field of at most `field` bytes.
    pub(crate) fn new(cookies: usize, field: usize) -> Allowed {
        Allowed {
            field,
            cookies,
            total: cookies * field,
            kept: usize::MAX,
        }
    }

    /// Allows at most the bytes of all fields that browsers keep.
    pub(crate) fn keeping(self, kept: usize) -> Allowed {
        let total = self.total.min(kept);
        Allowed {
            total,
            kept,
            ..self
        }
    }

    /// Returns the maximum number of token characters in one cookie. It is the whole token if one cookie takes that, or
    /// if no second cookie is allowed.
    pub(crate) fn part_len(&self, token_len: usize, overhead: Overhead) -> usize {
        if self.cookies == 1 || overhead.per_field(1) + token_len <= self.field {
            token_len
        } else {
            // At least one character, so that a long name makes a session too large and nothing divides by 0.
            self.field.saturating_sub(overhead.per_field(2)).max(1)
        }
    }

    pub(crate) fn allows(&self, sent: SentSize) -> bool {
        sent.cookies <= self.cookies && sent.total <= self.total
    }
}

impl Overhead {
    /// Returns the bytes around the token in each of `cookies` fields.
    fn per_field(&self, cookies: usize) -> usize {
        self.field + self.max_age + self.part * usize::from(cookies > 1)
    }
}

/// Largest cookie that all browsers are expected to store, in bytes (RFC 6265 section 6.1).
pub(crate) const LARGEST_COOKIE: usize = 4096;
/// Bytes of a field that a default nginx passes, which takes 4,096 for all fields of a response, together with the headers
/// of a security middleware.
pub(crate) const PASSES_ANYWHERE: usize = 3072;
/// Bytes of all fields of a session with `Partitioned`. Chromium and Firefox keep 10,240 bytes of names and values for a
/// site in one partition, and drop others without an error. A tenth is left to the site's other cookies.
pub(crate) const PARTITION: usize = 9216;
/// Maximum number of cookies in which one session is sent (docs/spec/writer.md § 9.5).
pub(crate) const MOST_COOKIES: usize = 4;
/// Maximum length of a token in one piece, in characters. A session in several cookies has as many bytes at most.
pub(crate) const LONGEST_SENT: usize = MOST_COOKIES * LARGEST_COOKIE;
