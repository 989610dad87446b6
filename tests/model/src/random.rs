//! Cases by chance. The fuzz target `sessions` looks for those that reach more.

use std::{array, env};

use arbitrary::{Arbitrary, Result, Unstructured};
use rand::{Rng, SeedableRng, rngs::StdRng};

use crate::{
    STEPS,
    case::{Case, Later, Request, Step},
    check,
};

/// A case that fails prints its seed: `MODEL_SEED=7 MODEL_CASES=1` repeats it. By default, a quarter of the cases run that
/// `ALL_CASES=1` and the gate run.
#[test]
fn sessions_are_as_the_model_says() {
    check_seeds(|seed| seed % 2 == 0);
}

#[test]
fn sessions_of_one_browser_are_as_the_model_says_at_the_times_that_matter() {
    check_seeds(|seed| seed % 2 == 1);
}

fn check_seeds(is_wanted: fn(&u64) -> bool) {
    let number = |name, default| env::var(name).map_or(default, |text| text.parse().expect(name));
    let first = number("MODEL_SEED", 1);
    let cases = if env::var_os("ALL_CASES").is_some() {
        3_000
    } else {
        750
    };
    for seed in (first..first + number("MODEL_CASES", cases)).filter(is_wanted) {
        println!("MODEL_SEED={seed}");
        let mut bytes = [0; 8_000];
        StdRng::seed_from_u64(seed).fill_bytes(&mut bytes);
        let bytes = &mut Unstructured::new(&bytes);
        let steps = array::from_fn::<_, STEPS, _>(|number| match (seed % 2, number % 4) {
            (0, 0) => bytes.arbitrary(),
            (0, 2 | 3) => bytes.arbitrary().map(Step::Request),
            (_, 0 | 2) => bytes
                .arbitrary()
                .map(|acts| Step::Request(Request::of_page(acts))),
            (1, 1) if number % 8 == 1 => bytes.arbitrary().map(Step::SetBack),
            _ => edge(bytes).map(Step::Wait),
        });
        let steps = steps.map(|step| step.expect(ENOUGH));
        let case = Case::arbitrary(bytes).expect(ENOUGH);
        check(&Case {
            steps: steps.into(),
            ..case
        });
    }
}

fn edge(bytes: &mut Unstructured<'_>) -> Result<Later> {
    let (which, is_before) = bytes.arbitrary()?;
    Ok(Later::Edge { which, is_before })
}

const ENOUGH: &str = "there are enough bytes";
