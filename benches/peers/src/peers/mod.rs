//! The peers, one file each, behind one of two small traits.

mod cells;
mod fields;

mod actix_session;
mod axum_extra;
mod biscotti;
mod cookie;
mod hardtack;
mod jsonwebtoken;
mod seshcookie;
mod tower_sessions;

use crate::measure::Bench;

pub(crate) use hardtack::{TOWER, TYPED};

/// Puts all of them into `bench`, in the order of the report.
pub(crate) fn add_all(bench: &mut Bench) {
    hardtack::add(bench);
    cookie::add(bench);
    biscotti::add(bench);
    axum_extra::add(bench);
    jsonwebtoken::add(bench);
    hardtack::add_layers(bench);
    seshcookie::add(bench);
    tower_sessions::add(bench);
    actix_session::add(bench);
}

const FAILURE: &str = "a benchmark's keys and sessions are good";

fn look<T>(value: &T) {
    std::hint::black_box(value);
}
