//! `tracing` events of old cookies, without any of their values.

use hardtack::session::Outcome;
use tracing::Level;

use crate::{DAY, builder, rules::plain, start, told::told_by};

#[test]
fn each_old_cookie_has_one_event() {
    let cookie = builder()
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    for (value, expected) in [
        ("ada", "message=session taken over from an old cookie"),
        (
            "ada/90000000/0",
            "message=old cookie rejected purpose=\"__Host-session\" reason=Expired",
        ),
    ] {
        let told = told_by(|| {
            let session = cookie.load([format!("old={value}")], start());
            assert_ne!(session.outcome(), Outcome::Absent);
        });
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].level, Level::DEBUG);
        assert!(told[0].fields.starts_with(expected), "{told:?}");
        assert!(
            told[0]
                .fields
                .contains(&format!("token_bytes={}", value.len()))
        );
        assert!(!told[0].fields.contains("ada"), "{told:?}");
    }
}
