//! What a case of the fuzzer says.

mod setup;
mod steps;

use arbitrary::Arbitrary;

pub use setup::{Setup, Wiring};
pub use steps::{
    Act, Answer, Beside, Between, CacheField, Fate, Later, Meanwhile, Planned, Request, Status,
    Step, Tenant,
};

#[derive(Debug, Arbitrary)]
pub struct Case {
    pub setup: Setup,
    pub steps: Vec<Step>,
}
