//! Sessions in web servers: on an `http::HeaderMap`, in tower services and in axum.
//!
//! With feature `http` [`SessionCookie`](crate::SessionCookie) and [`SessionHeader`](crate::SessionHeader) have the
//! methods `load_from` and `save_to`. [`SessionLayer`] is a tower layer that calls them.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
mod caching;
#[cfg(feature = "tower")]
mod extensions;
#[cfg(feature = "tower")]
mod failure;
#[cfg(feature = "tower")]
mod future;
mod head;
mod headers;
mod host;
#[cfg(feature = "tower")]
mod layer;
#[cfg(feature = "tower")]
mod refusal;
#[cfg(feature = "tower")]
mod service;
#[cfg(feature = "tower")]
mod transport;

#[cfg(feature = "tower")]
pub use extensions::MissingSession;
#[cfg(feature = "tower")]
pub use failure::Failure;
#[cfg(feature = "tower")]
pub use future::ResponseFuture;
pub use host::host_of;
#[cfg(feature = "tower")]
pub use layer::SessionLayer;
#[cfg(feature = "tower")]
pub use refusal::CsrfRefusal;
#[cfg(feature = "tower")]
pub use service::SessionService;

#[cfg(feature = "actix")]
pub(crate) use actix::{failed, parts_of};
#[cfg(feature = "tower")]
pub(crate) use extensions::Named;
#[cfg(feature = "tower")]
pub(crate) use head::Extensions;
#[cfg(feature = "tower")]
pub(crate) use host::Host;
