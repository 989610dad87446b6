//! If one of these fails, a page says what is no longer so, or a folder of `src/` imports what ARCHITECTURE.md does not draw.
//! Programs of pages are tests of the documentation, and `.ci/run documentation` checks links.

mod architecture;
mod audit;
mod blocks;
mod copies;
mod links;
mod names;
mod surface;
mod troubleshooting;
