//! Any requests of several browsers: each session is as the model in `tests/model` says.
#![no_main]

use hardtack_model::{Case, check};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|case: Case| check(&case));
