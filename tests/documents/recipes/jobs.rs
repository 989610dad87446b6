//! Sessions in a header, and in the jobs of a queue.

use hardtack::{ConfigError, KeyRing, SessionToken, session::Outcome};
use std::{
    error::Error,
    time::{Duration, SystemTime},
};

fn carriers(keys: KeyRing) -> Result<(SessionToken, SessionToken), ConfigError> {
    let api = SessionToken::encrypted(keys.clone())
        .header("authorization")
        .build()?;
    let jobs = SessionToken::encrypted(keys)
        .purpose("jobs")
        .idle_timeout(None)
        .absolute_timeout(Duration::from_secs(7 * 86_400))
        .build()?;
    Ok((api, jobs))
}

fn work(jobs: &SessionToken, token: &str) -> Result<Option<u64>, Box<dyn Error>> {
    let job = jobs.load(Some(token), SystemTime::now());
    if let Outcome::Rejected { reason, .. } = job.outcome() {
        return Err(format!("job refused: {reason}").into());
    }
    Ok(job.get("order")?)
}

// Its test.

use hardtack::carrier::TokenChange;

use crate::common::{at, ring};

#[test]
fn a_job_waits_for_a_week_and_is_refused_afterwards() {
    let (api, jobs) = carriers(ring()).unwrap();
    let TokenChange::Store(token) = ({
        let job = jobs.load(None::<&str>, SystemTime::now());
        job.insert("order", 7_u64).unwrap();
        jobs.save(&job).unwrap()
    }) else {
        panic!("it is not stored");
    };
    assert_eq!(work(&jobs, &token).unwrap(), Some(7));
    let late = SystemTime::now() + Duration::from_secs(7 * 86_400 + 1);
    assert_eq!(
        jobs.load(Some(&*token), late).get::<u64>("order").unwrap(),
        None
    );
    for bad in [&token[1..], "x"] {
        let refused = work(&jobs, bad).unwrap_err().to_string();
        assert!(refused.starts_with("job refused: "), "{refused}");
    }
    // It opens in no header.
    let session = api.load([format!("Bearer {token}")], at(0));
    assert!(matches!(session.outcome(), Outcome::Rejected { .. }));
}
