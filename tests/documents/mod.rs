//! If one of these fails, a page says what is no longer so, a program that it shows does not work, or a room of the code imports
//! what ARCHITECTURE.md does not draw.

mod architecture;
mod audit;
mod blocks;
mod copies;
#[cfg(feature = "axum")]
mod guides;
#[cfg(feature = "tracing")]
mod incidents;
mod links;
#[cfg(all(feature = "axum", debug_assertions))]
mod mistakes;
mod names;
#[cfg(feature = "axum")]
mod recipes;
#[cfg(feature = "axum")]
mod signed_in;
mod specification;
mod surface;
