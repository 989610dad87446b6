//! Whether a request has changed its session.

use super::common::{at, builder, cookie, sealed};

#[test]
fn asking_uses_no_session_and_a_save_is_no_change() {
    let cookie = cookie();
    let visitor = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap()
    });
    let session = cookie.load([&visitor], at(1));
    assert!(!session.has_changed() && !session.is_touched());
    session.save().unwrap();
    assert!(!session.has_changed());
    assert_eq!(cookie.save(&session).unwrap().iter().len(), 1);
    // Nor is a refresh.
    let always = builder().refresh_after(hardtack::carrier::RefreshAfter::Always);
    let session = always.build().unwrap().load([&visitor], at(1));
    assert_eq!(session.get::<u32>("user").unwrap(), Some(42));
    assert!(!session.has_changed());
    session
        .update("user", |user: &mut u32| {
            assert!(!session.has_changed());
            *user += 1;
        })
        .unwrap();
    assert!(session.has_changed());
}
