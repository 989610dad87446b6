//! Sessions in web servers: on an `http::HeaderMap`, in tower services, in axum and in actix-web.
//!
//! With feature `http`, [`SessionCookie`](crate::SessionCookie) and [`SessionHeader`](crate::SessionHeader) have the
//! methods `load_from` and `save_to`. `SessionLayer` is a tower layer that calls them.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "http")]
mod caching;
#[cfg(feature = "http")]
pub(crate) mod companion;
#[cfg(feature = "tower")]
mod context_by;
#[cfg(feature = "tower")]
pub(crate) mod csrf;
#[cfg(feature = "tower")]
mod extensions;
#[cfg(feature = "tower")]
mod failure;
#[cfg(feature = "http")]
mod framework;
#[cfg(feature = "tower")]
mod gate;
#[cfg(feature = "http")]
mod headers;
#[cfg(feature = "http")]
mod host;
#[cfg(feature = "tower")]
pub(crate) mod layer;
#[cfg(feature = "http")]
mod local_path;
#[cfg(feature = "tower")]
mod missing_session;
#[cfg(feature = "tower")]
mod origin;
#[cfg(feature = "tower")]
mod pending;
#[cfg(feature = "tower")]
mod service;

// For the vectors.
#[cfg(all(feature = "http", test))]
pub(crate) use caching::CacheHeaders;
#[cfg(feature = "tower")]
pub use failure::Failure;
#[cfg(feature = "http")]
pub use {host::host_of, local_path::local_path};
