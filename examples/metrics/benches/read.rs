//! The price of counting, as a share of a read: `cargo bench --manifest-path examples/metrics/Cargo.toml`.
//!
//! Each round runs one batch of each kind, and ratios are taken within a round. Compare nothing else: the machine decides
//! the rest.

use std::{
    hint::black_box,
    time::{Duration, Instant, UNIX_EPOCH},
};

use hardtack::{EncryptionKey, SessionCookie};
use metrics::{counter, with_local_recorder};
use metrics_exporter_prometheus::PrometheusBuilder;

const ROUNDS: usize = 2_000;
const BATCH: usize = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    let read = || {
        let session = cookie.load([&field], now);
        black_box(session.get::<u32>("user").is_ok());
        black_box(cookie.save(&session).is_ok());
    };
    // As many labels, as long as those of a read.
    let count = || {
        let purpose = "__Host-session".to_owned();
        counter!(black_box("hardtack_sessions_read_total"), "purpose" => purpose, "outcome" => "Opened", "reason" => "")
            .increment(1);
    };
    let recorder = PrometheusBuilder::new().build_recorder();
    let rounds = (0..ROUNDS).map(|_| {
        let unrecorded = [batch(read), batch(count)];
        let recorded = with_local_recorder(&recorder, || [batch(read), batch(count)]);
        let bare = unrecorded[0] - unrecorded[1];
        [unrecorded[0] / bare, recorded[0] / bare]
    });
    let rounds: Vec<_> = rounds.collect();
    for (i, name) in ["without a recorder", "with Prometheus"]
        .into_iter()
        .enumerate()
    {
        let mut ratios: Vec<_> = rounds.iter().map(|round| round[i]).collect();
        ratios.sort_by(f64::total_cmp);
        println!(
            "{:.3} times a read that counts nothing: {name}",
            ratios[ROUNDS / 2]
        );
    }
    Ok(())
}

/// Returns the seconds that a batch takes.
fn batch(work: impl Fn()) -> f64 {
    let begun = Instant::now();
    for _ in 0..BATCH {
        work();
    }
    begun.elapsed().as_secs_f64()
}
