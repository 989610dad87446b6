//! Ended sessions and their cookies.
//!
//! Discarded changes.

use super::{
    Work,
    common::{READ, Visit, check, cookie, signed_in},
};

#[test]
fn reading_never_deletes() {
    let cookie = cookie();
    let expired = signed_in(&cookie);
    for cookies in ["__Host-session=junk", "__Host-session=", &expired] {
        let visit = Visit::to(&cookie).with(cookies).at(100_000);
        let works: [Work; 5] = [
            |session| session.get::<u32>("user").map(drop),
            |session| session.remove("user").map(drop),
            // Removing what this request inserted is no ending.
            |session| {
                session
                    .insert("user", 1)
                    .and(session.remove("user"))
                    .map(drop)
            },
            |session| session.discard(),
            |session| session.save(),
        ];
        for work in works {
            check(&visit, work, READ);
        }
    }
}

#[test]
fn what_is_discarded_is_not_written_and_reads_as_it_was_changed() {
    let works: [Work; 3] = [
        |session| session.discard(),
        |session| {
            session.insert("name", "Ada")?;
            session.discard()?;
            assert_eq!(session.get("name")?, Some("Ada".to_owned()));
            Ok(())
        },
        |session| session.clear().and(session.discard()),
    ];
    let cookie = cookie();
    for work in works {
        let visit = Visit::to(&cookie).with(&signed_in(&cookie));
        // When a refresh is due too.
        for seconds in [1, 1000] {
            check(&visit.clone().at(seconds), work, READ);
        }
    }
    check(&Visit::to(&cookie), works[1], READ);
}
