//! The watching thread.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use hardtack::{
    SessionCookie,
    keys::{PollOutcome, RingSource, WatchGuard},
};

use super::{Vault, id, key, moments::at, watch};

/// A time limit that no test reaches.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(10);

/// More polls than any change needs.
const MANY: usize = 3_000;

/// Receives polls until one is as wanted.
#[track_caller]
fn until(looks: &Receiver<PollOutcome>, is_wanted: impl Fn(&PollOutcome) -> bool) {
    let mut last = None;
    for _ in 0..MANY {
        let look = looks.recv_timeout(LONG).expect("a look");
        if is_wanted(&look) {
            return;
        }
        last = Some(look);
    }
    panic!("none of {MANY} looks is as wanted, the last is {last:?}");
}

#[test]
fn the_thread_replaces_the_ring_and_reports_each_poll() {
    let vault = Vault::with(key());
    let watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    let (tell, looks) = channel();
    let on_poll = move |look| drop(tell.send(look));
    let _watching = watched.interval(SHORT).on_poll(on_poll).spawn().unwrap();
    until(&looks, |look| matches!(look, PollOutcome::Unchanged));
    let new = key();
    vault.put(&new);
    until(&looks, |look| matches!(look, PollOutcome::Replaced { .. }));
    assert_eq!(cookie.keys_in_use(at(0)).seals, id(&new));
    vault.put("bad");
    until(&looks, |look| matches!(look, PollOutcome::Refused(_)));
    assert_eq!(cookie.keys_in_use(at(0)).seals, id(&new));
}

#[test]
fn a_panic_in_a_source_or_a_hook_does_not_end_the_watching() {
    let text = key();
    let mut source_panics = [false, true, true, true].into_iter();
    let source_panics = std::sync::Mutex::new(move || source_panics.next().unwrap_or(false));
    let source = RingSource::from_fn("the vault", move || {
        let panics = (source_panics.lock().unwrap())();
        assert!(!panics, "on purpose");
        Ok(text.clone())
    });
    let (tell, looks) = channel();
    let mut count = 0;
    let watched = watch(source).interval(SHORT).on_poll(move |look| {
        count += 1;
        tell.send(look).unwrap();
        assert!(count > 2, "on purpose");
    });
    let _watching = watched.spawn().unwrap();
    until(&looks, |look| matches!(look, PollOutcome::Refused(_)));
    until(&looks, |look| matches!(look, PollOutcome::Unchanged));
    until(&looks, |look| matches!(look, PollOutcome::Unchanged));
}

/// A running watch. Its thread drops the sender when it ends.
fn watching(interval: Duration) -> (WatchGuard, Receiver<PollOutcome>) {
    let (tell, looks) = channel();
    let watched = Vault::with(key()).watch().interval(interval);
    let watched = watched.on_poll(move |look| drop(tell.send(look)));
    (watched.spawn().unwrap(), looks)
}

#[test]
fn the_thread_ends_when_its_guard_is_dropped_and_does_not_wait_out_the_interval() {
    // The first poll would come after the interval, so there is none.
    for interval in [Duration::from_secs(86_400), Duration::MAX] {
        let (watching, looks) = watching(interval);
        drop(watching);
        let ended = looks.recv_timeout(LONG);
        assert!(
            matches!(ended, Err(RecvTimeoutError::Disconnected)),
            "{ended:?}"
        );
    }
}

#[test]
fn the_default_interval_is_ten_seconds() {
    let watched = Vault::with(key()).watch();
    assert!(format!("{watched:?}").contains("interval: 10s"));
    let watched = watched.interval(Duration::from_secs(60));
    assert!(format!("{watched:?}").contains("interval: 60s"));
    // Never without a pause.
    let watched = watched.interval(Duration::ZERO);
    assert!(format!("{watched:?}").contains("interval: 10ms"));
}
