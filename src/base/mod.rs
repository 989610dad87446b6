//! Small parts that every room may use, without sessions.

pub(crate) mod bearer;
pub(crate) mod clock;
pub(crate) mod config_error;
pub(crate) mod debug;
pub(crate) mod moment;
pub(crate) mod reason;
pub(crate) mod span;
pub(crate) mod syntax;
pub(crate) mod time;
