//! If one of these fails, a rule of sessions is broken that no vector can say.

#[cfg(feature = "derive")]
mod derive;
mod draws;
#[cfg(feature = "axum")]
mod interleavings;
mod kinds;
mod lifetimes;
mod properties;
#[cfg(feature = "axum")]
mod reasons;
#[cfg(feature = "axum")]
mod rules;
#[cfg(feature = "axum")]
mod sharing;
mod sizes;
#[cfg(feature = "axum")]
mod validation;
