//! The stand-in for the cookies of devices, without feature `device-bound`: none is looked for.

#[derive(Clone, Debug, Default)]
pub(crate) struct BoundCookies {}

impl BoundCookies {
    pub(super) fn push(&mut self, _: &[u8], _: impl FnOnce(&[u8]) -> &[u8]) {}
}
