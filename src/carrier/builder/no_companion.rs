//! `companion.rs` without the feature `unstable-companion`.

/// Has no values, because nothing makes a companion.
#[derive(Clone, Debug)]
pub(crate) enum Prepare {}
