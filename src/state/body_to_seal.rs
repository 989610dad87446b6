//! The body that is sealed at the end of a request, its length and bytes, and the `Max-Age` of its cookie.

use super::{
    bytes::body::{Body, Metadata},
    data::State,
};

/// Body to seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyToSeal {
    /// Session as it is now, written with this metadata.
    With(Metadata),
    /// Body that arrived, with the padding that it had.
    AsArrived,
}

impl<T> State<T> {
    pub(crate) fn body_len(&self, body: BodyToSeal) -> usize {
        let content = self.content_len();
        match body {
            BodyToSeal::AsArrived => self.arrived_body().len(),
            BodyToSeal::With(metadata) => {
                let budget = &self.policy.budget;
                budget.padded_len(metadata.len() + content, content)
            }
        }
    }

    /// Appends the body, of [`body_len`](Self::body_len) bytes, to `body`.
    pub(crate) fn write_body(&self, what: BodyToSeal, len: usize, body: &mut Vec<u8>) {
        match what {
            BodyToSeal::AsArrived => body.extend_from_slice(self.arrived_body()),
            BodyToSeal::With(metadata) => {
                metadata.write(self.flash_bytes(), self.payload(), len, body);
            }
        }
    }

    /// Returns the seconds until the session ends if it is not used again, for `Max-Age`. Returns `None` for a session
    /// that ends with the browser.
    pub(crate) fn max_age(&self, body: BodyToSeal) -> Option<u64> {
        let written = match body {
            BodyToSeal::With(metadata) => metadata,
            BodyToSeal::AsArrived => self.draft.metadata,
        };
        let end = self.policy.lifetimes.expires_at(&written);
        let is_persistent = self.policy.is_persistent(&written);
        is_persistent.then(|| end.saturating_sub(self.now))
    }

    /// Returns the body that arrived, or no bytes.
    pub(super) fn arrived_body(&self) -> &[u8] {
        self.received.arrived().map_or(&[], Body::bytes)
    }
}
