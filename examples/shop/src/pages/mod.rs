//! The handlers, a file for each part of the site.

pub(crate) mod account;
pub(crate) mod admin;
pub(crate) mod cart;
pub(crate) mod checkout;
pub(crate) mod sign_in;
pub(crate) mod sign_up;
