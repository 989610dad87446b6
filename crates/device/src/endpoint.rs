/// One of the two requests of a browser (docs/devices.md § 16.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Register,
    Refresh,
}

impl Endpoint {
    /// Returns the end of the endpoint's path, after the path of the settings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Endpoint::Register => "/register",
            Endpoint::Refresh => "/refresh",
        }
    }
}
