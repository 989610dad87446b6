//! Sessions while the ring changes.

use hardtack::{Session, SessionCookie, keys::RingSource};

use super::{
    Vault, browser::Browser, folder::Folder, id, key, replaced, seals, times::at, unchanged, watch,
};

fn user(session: &Session) -> Option<u32> {
    session.get("user").unwrap()
}

#[test]
fn sessions_live_on_over_a_rotation_and_are_sealed_again() {
    let (old, new) = (key(), key());
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    let mut before = Browser::from(cookie.clone());
    before.visit(|session| session.insert("user", 42).unwrap());
    let idle = before.clone();

    vault.put(format!("{new}\n{old}"));
    replaced(&mut watched);
    assert_eq!(cookie.keys_in_use(at(0)).seals, id(&new));
    assert_eq!(before.visit(user), Some(42));
    let mut after = Browser::from(cookie.clone());
    after.visit(|session| session.insert("user", 43).unwrap());

    vault.put(&new);
    replaced(&mut watched);
    assert_eq!(before.visit(user), Some(42));
    assert_eq!(after.visit(user), Some(43));
    // A visitor who did not come in between has lost the session.
    assert_eq!({ idle }.visit(user), None);
}

#[test]
fn a_handle_that_outlives_its_request_ends_with_the_key_that_is_dropped() {
    let (leaked, new) = (key(), key());
    let vault = Vault::with(&leaked);
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    let first = cookie.load(None::<&str>, at(0));
    first.insert("user", 42).unwrap();
    let session = cookie.load(cookie.save(&first).unwrap(), at(1));
    vault.put(format!("{new}\n{leaked}"));
    replaced(&mut watched);
    assert!(session.is_alive());
    vault.put(&new);
    replaced(&mut watched);
    assert!(!session.is_alive());
}

#[test]
fn a_cookie_that_is_built_later_has_the_current_ring() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let new = key();
    vault.put(&new);
    replaced(&mut watched);
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    assert_eq!(cookie.keys_in_use(at(0)).seals, id(&new));
}

#[test]
fn a_rotation_by_times_needs_one_change() {
    let (old, new) = (key(), key());
    let vault = Vault::with(&old);
    let mut watched = vault.watch();
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    // 3,600 seconds after the tests begin.
    vault.put(format!("{new} seal_from=2027-01-15T09:00:00Z\n{old}"));
    replaced(&mut watched);
    assert_eq!(cookie.keys_in_use(at(3599)).seals, id(&old));
    assert_eq!(cookie.keys_in_use(at(3600)).seals, id(&new));
}

#[test]
fn a_change_of_comments_alone_does_no_harm() {
    let text = key();
    let (folder, path) = Folder::with("keys", format!("{text}\n"));
    let mut watched = watch(RingSource::file(path));
    let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
    let mut browser = Browser::from(cookie.clone());
    browser.visit(|session| session.insert("user", 42).unwrap());
    let keys = cookie.keys_in_use(at(0));
    folder.write("keys", format!("# rotated in spring\n{text}\n"));
    replaced(&mut watched);
    assert_eq!(cookie.keys_in_use(at(0)), keys);
    assert_eq!(browser.visit(user), Some(42));
    assert!(browser.sent.is_empty());
}

#[test]
fn while_the_text_stays_the_ring_is_left_alone() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    // Even if the program itself replaced it.
    let other = key();
    watched
        .keys()
        .replace(other.parse::<hardtack::EncryptionKey>().unwrap())
        .unwrap();
    for _ in 0..3 {
        unchanged(&mut watched);
    }
    assert_eq!(seals(&watched), id(&other));
}
