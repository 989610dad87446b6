//! Sessions for tower services. Feature `tower`.

mod csrf;
mod extensions;
mod future;
mod layer;
mod transport;

#[cfg(feature = "axum")]
pub(crate) use csrf::TokenCheck;
pub use csrf::{CsrfFuture, CsrfGuard, CsrfService};
pub use extensions::MissingSession;
pub use future::ResponseFuture;
pub use layer::{SessionLayer, SessionService};
