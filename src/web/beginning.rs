//! Beginning of a body, which a guard looks at before the handler runs.

#[derive(Clone, Copy, Debug)]
pub(super) struct Beginning<'a> {
    pub(super) bytes: &'a [u8],
    /// The body has no other bytes.
    pub(super) is_whole: bool,
}
