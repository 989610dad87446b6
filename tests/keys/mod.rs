//! If one of these fails, a program seals or opens under another ring than its source has.

mod regions;
mod watched_ring;
