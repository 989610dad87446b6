//! Sessions in web servers: on an `http::HeaderMap`, in a jar of cookies, in tower services and in axum.
//!
//! With feature `http` [`SessionCookie`](crate::SessionCookie) and [`SessionHeader`](crate::SessionHeader) have the
//! methods `load_from` and `save_to`. `SessionLayer` is a tower layer that calls them. With feature `cookie`
//! `SessionCookie` has `load_from_cookies` and `save_as_cookies`.

#[cfg(feature = "actix")]
mod actix;
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "http")]
pub(crate) mod caching;
#[cfg(feature = "device-bound")]
mod device;
#[cfg(feature = "tower")]
mod extensions;
#[cfg(feature = "tower")]
mod failure;
#[cfg(feature = "tower")]
mod future;
#[cfg(feature = "http")]
mod head;
#[cfg(feature = "http")]
mod headers;
#[cfg(feature = "http")]
mod host;
#[cfg(feature = "cookie")]
mod jar;
#[cfg(feature = "tower")]
mod layer;
#[cfg(feature = "tower")]
mod refusal;
#[cfg(feature = "tower")]
mod service;
#[cfg(feature = "tower")]
mod transport;

#[cfg(all(feature = "device-bound", feature = "tower"))]
pub use device::{DeviceFuture, DeviceLayer, DeviceService};
#[cfg(feature = "tower")]
pub use extensions::MissingSession;
#[cfg(feature = "tower")]
pub use failure::Failure;
#[cfg(feature = "tower")]
pub use future::ResponseFuture;
#[cfg(feature = "http")]
pub use host::host_of;
#[cfg(feature = "tower")]
pub use layer::SessionLayer;
#[cfg(feature = "tower")]
pub use refusal::CsrfRefusal;
#[cfg(feature = "tower")]
pub use service::SessionService;

#[cfg(feature = "actix")]
pub(crate) use actix::{failed, parts_of};
#[cfg(feature = "axum")]
pub(crate) use axum::response_to;
#[cfg(feature = "tower")]
pub(crate) use extensions::Named;
#[cfg(feature = "tower")]
pub(crate) use head::Extensions;
#[cfg(feature = "tower")]
pub(crate) use host::Host;
