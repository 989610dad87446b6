//! If one of these fails, an adapter does what the others do not, or lets pass what another site asked for.

#[cfg(all(feature = "actix", feature = "axum"))]
pub(crate) mod actix;
#[cfg(all(feature = "actix", feature = "axum"))]
mod beside;
#[cfg(feature = "axum")]
mod csrf_guard;
#[cfg(feature = "axum")]
mod drivers;
mod local_path;
#[cfg(feature = "axum")]
mod tower_layer;
