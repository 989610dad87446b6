//! The peers, one file each, behind one of three small traits.

mod cells;
mod fields;
mod traits;

mod actix_session;
mod axum_extra;
mod cookie;
mod fernet;
mod floors;
mod hardtack;
mod jsonwebtoken;
mod seshcookie;
mod tower_sessions;

use crate::measure::Bench;

pub(crate) use actix_session::ACTIX;
pub(crate) use cookie::PRIVATE;
pub(crate) use floors::{XAES, XAES_AWS_LC, of_many_threads as floor_of_many_threads};
pub(crate) use hardtack::{
    COOKIE_ALONE, TOKEN_ALONE, TOWER, TYPED, of_many_threads as hardtack_of_many_threads,
};
pub(crate) use seshcookie::SESHCOOKIE;
pub(crate) use tower_sessions::TOWER_SESSIONS;

/// Puts all that is wanted into `bench`, in the order of the report.
pub(crate) fn add_all(bench: &mut Bench) {
    hardtack::add(bench);
    cookie::add(bench);
    axum_extra::add(bench);
    fernet::add(bench);
    jsonwebtoken::add(bench);
    floors::add(bench);
    hardtack::add_layers(bench);
    actix_session::add(bench);
    tower_sessions::add(bench);
    seshcookie::add(bench);
}

/// Name of the value in libraries that hold several.
const ENTRY: &str = "session";
const FAILURE: &str = "a benchmark's keys and sessions are good";

fn look<T>(value: &T) {
    std::hint::black_box(value);
}

fn random<const N: usize>() -> [u8; N] {
    rand::random()
}
