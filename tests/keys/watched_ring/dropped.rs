//! New rings that end sessions, and those that end none.

use hardtack::{SessionCookie, keys::KeyId};

use super::{
    Vault, id, key, replaced_at,
    times::{at, seconds},
};

/// The seconds for which a key has to open after it has sealed, by default: the idle timeout and the clock skew.
const OVERLAP: u64 = 1860;

/// Follows one ring after another at a second. Returns the keys that the second ring drops.
#[track_caller]
fn dropped(earlier: &str, later: &str, second: u64) -> Vec<KeyId> {
    let vault = Vault::with(earlier);
    let mut watched = vault.watch();
    let _cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    vault.put(later);
    replaced_at(&mut watched, second)
}

/// A line of a ring whose key opens until a second.
fn until(key: &str, second: u64) -> String {
    let time = humantime::format_rfc3339_seconds(at(second));
    format!("{key} accept_until={time}")
}

/// A line of a ring whose key seals from a second on.
fn from(key: &str, second: u64) -> String {
    let time = humantime::format_rfc3339_seconds(at(second));
    format!("{key} seal_from={time}")
}

#[test]
fn a_key_that_a_new_ring_lacks_is_dropped() {
    let (old, new) = (key(), key());
    assert_eq!(dropped(&old, &new, 0), [id(&old)]);
    let both = format!("{new}\n{old}");
    assert_eq!(dropped(&both, &new, 0), [id(&old)]);
    assert_eq!(dropped(&both, &key(), 0), [id(&old), id(&new)]);
}

#[test]
fn a_key_past_its_end_is_not_dropped_by_a_ring_without_it() {
    let (old, new) = (key(), key());
    let both = format!("{new}\n{}", until(&old, 100));
    assert_eq!(dropped(&both, &new, 99), [id(&old)]);
    assert_eq!(dropped(&both, &new, 100), []);
}

#[test]
fn an_added_key_drops_nothing() {
    let (old, new) = (key(), key());
    for ring in [format!("{old}\n{new}"), format!("{new}\n{old}")] {
        assert_eq!(dropped(&old, &ring, 0), []);
    }
    assert_eq!(dropped(&old, &format!("# a comment\n{old}"), 0), []);
}

#[test]
fn a_planned_rotation_drops_nothing_and_neither_does_its_cancellation() {
    let (old, new) = (key(), key());
    let rotation = |seconds| {
        let end = until(&old, seconds + OVERLAP);
        format!("{}\n{end}", from(&new, seconds))
    };
    assert_eq!(dropped(&old, &rotation(60), 0), []);
    assert_eq!(dropped(&rotation(60), &rotation(90), 0), []);
    assert_eq!(dropped(&rotation(60), &old, 59), []);
    // The new key seals by now.
    assert_eq!(dropped(&rotation(60), &old, 60), [id(&new)]);
}

/// The ring does not say when the next key took over.
#[test]
fn a_key_that_sealed_until_now_and_retires_before_its_tokens_is_dropped() {
    let (old, new) = (key(), key());
    let ring = |seconds| format!("{new}\n{}", until(&old, seconds));
    assert_eq!(dropped(&old, &ring(1000 + OVERLAP - 1), 1000), [id(&old)]);
    assert_eq!(dropped(&old, &ring(1000 + OVERLAP), 1000), []);
    // An earlier key got its end after a push of unknown length.
    assert_eq!(dropped(&format!("{new}\n{old}"), &ring(1100), 1000), []);
    assert_eq!(
        dropped(&format!("{new}\n{old}"), &ring(1000), 1000),
        [id(&old)]
    );
}

#[test]
fn of_several_cookies_the_longest_sessions_count_whichever_was_built_last() {
    let (old, new) = (key(), key());
    for durations in [[1800, 3600], [3600, 1800]] {
        let dropped = |end| {
            let vault = Vault::with(&old);
            let mut watched = vault.watch();
            let _cookies = durations.map(|duration| {
                let site = SessionCookie::encrypted(watched.keys());
                let site = site.idle_timeout(seconds(duration));
                site.name(format!("session-{duration}")).build().unwrap()
            });
            vault.put(format!("{new}\n{}", until(&old, end)));
            replaced_at(&mut watched, 0)
        };
        assert_eq!(dropped(3659), [id(&old)], "{durations:?}");
        assert_eq!(dropped(3660), [], "{durations:?}");
    }
}

#[test]
fn a_key_that_a_new_ring_retires_too_early_is_dropped_once_its_sessions_are_cut_short() {
    let (old, new) = (key(), key());
    let ring = |end| format!("{}\n{}", from(&new, 1000), until(&old, end));
    // Ten seconds after the takeover, as a poll does.
    assert_eq!(dropped(&old, &ring(1001), 1010), [id(&old)]);
    assert_eq!(dropped(&old, &ring(1011), 1010), [id(&old)]);
    assert_eq!(dropped(&old, &ring(1010 + OVERLAP), 1010), []);
    // It ended before, and its line is removed.
    assert_eq!(dropped(&ring(1001), &new, 1010), []);
}
