//! The Rust side of the tests of `js/`: a program that seals and opens what it is told, and a site for a fleet of both.
