//! If one of these fails, a page says what is no longer so, or a file of `src/` imports what ARCHITECTURE.md lists after it.
//! Programs of pages are tests of the documentation, and `.ci/run documentation` checks links and names.

mod architecture;
mod blocks;
mod copies;
mod dependencies;
mod imports;
mod links;
