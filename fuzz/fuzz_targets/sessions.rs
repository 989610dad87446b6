//! Any requests of several browsers, some with the cookies of two, with clocks that go back, keys that change, tenants,
//! releases, and responses that are late or lost: each session has the content, the id and the end that a model of the
//! documents says.
#![no_main]

mod case;
mod model;
mod world;

use case::Case;
use libfuzzer_sys::fuzz_target;
use world::World;

fuzz_target!(|case: Case| {
    let mut world = World::new(
        case.setup.settings(),
        case.setup.wiring(),
        case.setup.unnoticed(),
    );
    for step in case.steps.iter().take(40) {
        world.take(step);
    }
});
