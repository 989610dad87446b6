//! If one of these fails, something shows a secret, or a stolen copy of a cookie is worth more than the documents say.

mod secrecy;
mod stolen_copies;
