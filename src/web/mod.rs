//! Sessions in web servers: with an `http::HeaderMap`, in tower services, in axum and in actix-web.
//!
//! [`SessionCookie`](crate::SessionCookie) and [`SessionHeader`](crate::SessionHeader) have the methods `load_from` and
//! `save_to`. `SessionLayer`, a tower layer and middleware of actix-web, waits for followed keys without
//! blocking a thread, and knows the server's limits.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "tower")]
mod any_carrier;
#[cfg(feature = "axum")]
mod axum;
#[cfg(any(feature = "actix", feature = "axum"))]
mod body_reading;
mod caching;
#[cfg(feature = "unstable-companion")]
pub(crate) mod companion;
#[cfg(feature = "tower")]
mod context_by;
#[cfg(feature = "tower")]
pub(crate) mod csrf;
#[cfg(feature = "tower")]
mod extensions;
#[cfg(feature = "tower")]
mod failure;
mod framework;
mod headers;
pub(crate) mod host;
#[cfg(feature = "tower")]
pub(crate) mod layer;
mod local_path;
#[cfg(feature = "tower")]
mod lost_cookie;
#[cfg(feature = "tower")]
mod missing_session;
#[cfg(feature = "tower")]
mod old_paths;
#[cfg(feature = "tower")]
mod origin;
#[cfg(feature = "tower")]
mod pending;
mod request_facts;
#[cfg(feature = "tower")]
mod service;

// Used by the tests of vectors.
#[cfg(all(test, hardtack_repository))]
pub(crate) use caching::CacheHeaders;
#[cfg(feature = "tower")]
pub use {
    failure::Failure,
    service::{GateFuture, Layered, ResponseFuture},
};
pub use {host::host_of, local_path::local_path};
