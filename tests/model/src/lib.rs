//! A model of sessions, as the documents describe them, beside the library: any requests of several browsers, some with the
//! cookies of two, with clocks that go back, keys that change, tenants, releases, and responses that are late or lost. Each
//! session has the content, the id and the end that the model says.

mod case;
mod model;
#[cfg(test)]
mod random;
mod world;

pub use case::Case;
use world::World;

/// Carries out a case, at most 40 steps of it.
///
/// # Panics
///
/// Panics if the library does not do what the model says.
pub fn check(case: &Case) {
    let setup = &case.setup;
    let mut world = World::new(setup.settings(), setup.wiring(), setup.unnoticed());
    for step in case.steps.iter().take(STEPS) {
        world.take(step);
    }
}

/// Steps of a case at most.
const STEPS: usize = 40;
