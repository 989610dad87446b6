//! The watching thread.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    time::Duration,
};

use hardtack::{
    SessionCookie,
    keys::{PollOutcome, RingSource, WatchedKeyRing},
};

use super::{Vault, id, key, times::at, watch};

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
    watched.interval(SHORT).on_poll(on_poll).spawn().unwrap();
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
    let _in_use = watched.keys();
    watched.spawn().unwrap();
    until(&looks, |look| matches!(look, PollOutcome::Refused(_)));
    until(&looks, |look| matches!(look, PollOutcome::Unchanged));
    until(&looks, |look| matches!(look, PollOutcome::Unchanged));
}

/// The outcomes of a thread that has polled once. It drops the sender when it ends.
#[track_caller]
fn polls_of(watched: WatchedKeyRing) -> Receiver<PollOutcome> {
    let (tell, polls) = channel();
    let watched = watched.interval(SHORT);
    let watched = watched.on_poll(move |outcome| drop(tell.send(outcome)));
    watched.spawn().unwrap();
    until(&polls, |outcome| matches!(outcome, PollOutcome::Unchanged));
    polls
}

/// There may be polls of the time before.
#[track_caller]
fn until_the_thread_ends(polls: &Receiver<PollOutcome>) {
    for _ in 0..MANY {
        match polls.recv_timeout(LONG) {
            Ok(_) => {}
            Err(RecvTimeoutError::Disconnected) => return,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    panic!("the thread goes on");
}

#[test]
fn the_thread_ends_with_the_last_cookie_of_its_ring() {
    let watched = Vault::with(key()).watch();
    let [one, other] = ["__Host-one", "__Host-other"].map(|name| {
        let builder = SessionCookie::encrypted(watched.keys()).name(name);
        builder.build().unwrap()
    });
    let polls = polls_of(watched);
    drop(one);
    for _ in 0..3 {
        until(&polls, |_| true);
    }
    drop(other);
    until_the_thread_ends(&polls);
}

#[test]
fn the_thread_goes_on_while_a_cookie_can_still_be_built() {
    let vault = Vault::with(key());
    let watched = vault.watch();
    let keys = watched.keys();
    let polls = polls_of(watched);
    let cookie = SessionCookie::encrypted(keys).build().unwrap();
    let new = key();
    vault.put(&new);
    until(&polls, |outcome| {
        matches!(outcome, PollOutcome::Replaced { .. })
    });
    assert_eq!(cookie.keys_in_use(at(0)).seals, id(&new));
    drop(cookie);
    until_the_thread_ends(&polls);
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
