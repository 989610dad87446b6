//! Modules of WebAssembly that hold sessions, each chosen by a feature: two of the least size, and one that measures.

#[cfg(feature = "costs")]
pub mod costs;
#[cfg(feature = "dictionary")]
pub mod dictionary;
#[cfg(feature = "typed")]
pub mod typed;
