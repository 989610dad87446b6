/// Measures between `begin` and `end`: time, or allocations.
pub(crate) trait Meter {
    fn begin(&mut self);
    fn end(&mut self);
}
