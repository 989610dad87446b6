//! Tokens in the jobs of a queue, with sessions in a header beside them: `cargo run --example jobs`.

use hardtack::{
    ConfigError, EncryptionKey, KeyRing, SessionHeader, SessionToken, carrier::TokenChange,
    session::Outcome,
};
use std::{
    error::Error,
    time::{Duration, SystemTime},
};

fn carriers(keys: KeyRing) -> Result<(SessionHeader, SessionToken), ConfigError> {
    let api = SessionHeader::encrypted(keys.clone(), "authorization").build()?;
    let jobs = SessionToken::encrypted(keys, "jobs")
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

fn main() -> Result<(), Box<dyn Error>> {
    let (_, jobs) = carriers(KeyRing::from(EncryptionKey::generate()?))?;
    let job = jobs.load(None::<&str>, SystemTime::now());
    job.insert("order", 7)?;
    let TokenChange::Store(token) = jobs.save(&job)? else {
        return Err("a job has content".into());
    };
    for token in [&token, "forged"] {
        println!("{:?}", work(&jobs, token)); // `Ok(Some(7))`, then an error
    }
    Ok(())
}
