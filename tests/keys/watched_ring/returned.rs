//! Keys that open longer than an earlier ring said, as by a backup from before a leak.

use hardtack::keys::{KeyId, PollOutcome};

use super::{Vault, id, key, times::at, unsettled};

/// Follows one ring after another, each at the next second; an empty one is no change. Returns the keys that came back with
/// the last one.
#[track_caller]
fn returned(rings: &[&str]) -> Vec<KeyId> {
    let (first, later) = rings.split_first().unwrap();
    let vault = Vault::with(*first);
    let mut watched = vault.watch();
    let mut last = Vec::new();
    for (second, ring) in (1..).zip(later).filter(|(_, ring)| !ring.is_empty()) {
        vault.put(*ring);
        unsettled(&mut watched);
        last = match watched.poll(at(second)) {
            PollOutcome::Replaced { returned, .. } => returned,
            look => panic!("{look:?}"),
        };
    }
    last
}

fn until(key: &str, second: u64) -> String {
    let time = humantime::format_rfc3339_seconds(at(second));
    format!("{key} accept_until={time}")
}

fn from(key: &str, second: u64) -> String {
    let time = humantime::format_rfc3339_seconds(at(second));
    format!("{key} seal_from={time}")
}

#[test]
fn a_backup_from_before_a_leak_brings_the_leaked_key_back() {
    let (leaked, new) = (key(), key());
    let both = format!("{new}\n{leaked}");
    assert_eq!(returned(&[&leaked, &new, &leaked]), [id(&leaked)]);
    assert_eq!(returned(&[&leaked, &new, &both]), [id(&leaked)]);
    assert_eq!(
        returned(&[&both, &new, &key(), &both]),
        [id(&leaked), id(&new)]
    );
    // Once more: it left twice.
    assert_eq!(
        returned(&[&leaked, &new, &leaked, &new, &leaked]),
        [id(&leaked)]
    );
    // It is told of when it comes back, not with each ring that has it.
    let added = format!("{leaked}\n{}", key());
    assert_eq!(returned(&[&leaked, &new, &leaked, &added]), []);
}

#[test]
fn a_key_that_was_ended_at_once_comes_back_by_a_ring_in_which_it_opens() {
    let (old, new) = (key(), key());
    let both = format!("{new}\n{old}");
    let ended = format!("{new}\n{}", until(&old, 0));
    assert_eq!(returned(&[&both, &ended, &both]), [id(&old)]);
    // The line may be there from the start.
    assert_eq!(returned(&[&ended, &both]), [id(&old)]);
    // A line of a key that has ended opens nothing.
    assert_eq!(returned(&[&both, &new, &ended]), []);
    assert_eq!(returned(&[&ended, &new, &ended]), []);
}

/// As after `ring leaked --at`, whose end the first ring has, or the second.
#[test]
fn a_key_comes_back_by_a_backup_before_its_end_and_after_it() {
    let (leaked, waiting, new) = (key(), key(), key());
    let backup = format!("{leaked}\n{waiting}");
    for end in [2, 3, 100] {
        let ends = [&leaked, &waiting].map(|key| until(key, end));
        let ended = format!("{}\n{}\n{}", ends[0], ends[1], from(&new, end));
        let both = [id(&waiting), id(&leaked)];
        assert_eq!(returned(&[&ended, "", &backup]), both);
        assert_eq!(returned(&[&backup, &ended, &backup]), both);
        // A key that comes back with an end that is later.
        let one = format!("{new}\n{}", until(&leaked, end + 2));
        assert_eq!(returned(&[&backup, &ended, &one]), [id(&leaked)]);
    }
}

/// The ring that lacks them may be a backup, which does not know them yet.
#[test]
fn keys_that_a_ring_lacks_that_brings_a_key_back_return_with_the_right_ring_without_a_word() {
    let (leaked, new, newer) = (key(), key(), key());
    let both = format!("{newer}\n{new}");
    assert_eq!(returned(&[&leaked, &both, &leaked, &both]), []);
    assert_eq!(
        returned(&[&leaked, &both, &leaked, &new, &both]),
        [id(&newer)]
    );
    // As long as the wrong key opens, every key that comes back is told.
    let all = format!("{newer}\n{leaked}");
    assert_eq!(returned(&[&leaked, &newer, &leaked, &all]), [id(&newer)]);
    // A ring that brings back no key is believed.
    assert_eq!(
        returned(&[&leaked, &new, &leaked, &newer, &new]),
        [id(&new)]
    );
    assert_eq!(
        returned(&[&leaked, &both, &leaked, &both, &leaked]),
        [id(&leaked)]
    );
}

#[test]
fn an_end_that_is_put_off_is_told_each_time_and_so_is_a_backup_after_it() {
    let (leaked, new) = (key(), key());
    let [first, second, third] =
        [60, 90, 120].map(|end| format!("{}\n{}", until(&leaked, end), from(&new, end)));
    let is_told = [id(&leaked)];
    assert_eq!(returned(&[&leaked, &first, &second]), is_told);
    assert_eq!(returned(&[&leaked, &first, &second, &third]), is_told);
    assert_eq!(
        returned(&[&leaked, &first, &second, &third, &leaked]),
        is_told
    );
    assert_eq!(returned(&[&leaked, &first, &third, &new, &leaked]), is_told);
    // An earlier end, and a change that leaves the end as it is.
    assert_eq!(returned(&[&leaked, &second, &first]), []);
    assert_eq!(returned(&[&leaked, &first, &third, &second]), []);
    let commented = format!("# put off\n{second}");
    assert_eq!(returned(&[&leaked, &first, &second, &commented]), []);
}

#[test]
fn a_planned_rotation_brings_no_key_back() {
    let (old, new, next) = (key(), key(), key());
    let retiring = format!("{new}\n{}", until(&old, 2));
    assert_eq!(
        returned(&[&old, &retiring, &new, &format!("{next}\n{new}")]),
        []
    );
}

#[test]
fn the_last_keys_that_left_are_remembered() {
    let keys: Vec<_> = (0..66).map(|_| key()).collect();
    let mut rings: Vec<_> = keys.iter().map(String::as_str).collect();
    rings.push(&keys[1]);
    assert_eq!(returned(&rings), [id(&keys[1])]);
    let mut rings: Vec<_> = keys.iter().map(String::as_str).collect();
    rings.push(&keys[0]);
    assert_eq!(returned(&rings), []);
}
