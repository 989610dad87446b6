//! `companion/` without the feature `unstable-companion`: no carrier has a companion.

mod hooks;

pub(crate) enum Attached {}

pub(crate) fn is_same(_: &Option<Attached>, _: &Option<Attached>) -> bool {
    true
}
