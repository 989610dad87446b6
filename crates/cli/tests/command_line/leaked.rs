use std::time::Duration;

use hardtack::{
    EncryptionKey, SessionCookie,
    session::{Outcome, Reason},
};

use crate::desk::{Desk, at, new_key};

const READS_ON: &str = "anyone with the key can still read what was recorded under it";

/// The key of a line of a ring.
fn key_of(line: &str) -> String {
    line.split(' ').next().unwrap().to_owned()
}

fn ids(desk: &Desk) -> Vec<String> {
    let keys = desk.ring().keys();
    keys.iter().map(|key| key.id.to_string()).collect()
}

#[test]
fn every_key_is_dropped_for_a_new_one() {
    let (desk, old) = Desk::with_ring();
    let text = format!("# ours\n{}# the end\n", desk.read("keys"));
    desk.write("keys", text);
    let other = desk.add("");
    let told = desk.done(&format!("ring leaked keys {old} --now"));
    let new = new_key(&told);
    assert_eq!(ids(&desk), [new.as_str()]);
    for sentence in [
        &format!("key {old} is dropped"),
        &format!("key {other} is dropped too: a forgery may have been sealed again under each"),
        &format!("new key {new} seals"),
        "everyone is signed out",
        READS_ON,
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let text = desk.read("keys");
    assert!(text.contains("\n# ours\nhardtack_key_") && text.ends_with("\n# the end\n"));
}

#[test]
fn a_key_that_has_not_sealed_yet_is_not_dropped() {
    for (way, seals) in [
        ("add keys", None),
        ("rotate keys --after 1h", Some("2027-03-01T10:00:00Z")),
    ] {
        let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
        desk.now = "2027-03-01T09:00:00Z".to_owned();
        let next = new_key(&desk.done(&format!("ring {way}")));
        let told = desk.done(&format!("ring leaked keys {old} --now"));
        assert_eq!(ids(&desk), [next.as_str()]);
        assert_eq!(desk.ring().keys()[0].seal_from, None);
        assert!(
            told.contains(&format!("\nkey {next} seals, which has not sealed yet\n")),
            "{told}"
        );
        let deadline = seals.map(|time| {
            format!("before {time} give keys to every instance: one without it seals forgeries again under key {next} then")
        });
        assert!(!told.contains("new key"), "{told}");
        match deadline {
            Some(deadline) => assert!(told.contains(&deadline), "{told}"),
            None => assert!(!told.contains("before "), "{told}"),
        }
    }
}

#[test]
fn a_forgery_that_was_sealed_again_opens_no_more() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = desk.add("");
    desk.done(&format!("ring promote keys {new}"));
    let forged = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let forged = forged
        .cookie_for(at(10), |session| session.insert("user", 1))
        .unwrap();
    desk.now = "2027-03-01T07:00:00Z".to_owned();
    desk.done(&format!("ring leaked keys {old} --now"));
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    assert!(cookie.load([forged], at(20)).is_new());
}

#[test]
fn with_not_before_the_other_keys_stay() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let other = desk.add("");
    let told = desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    assert_eq!(ids(&desk), [other.as_str()]);
    assert!(
        desk.read("keys")
            .contains("\nnot_before=2027-03-01T06:10:00Z\n")
    );
    for sentence in [
        &format!("key {other} seals"),
        "everyone who signed in before 2027-03-01T06:10:00Z is signed out",
        "until 2027-03-01T06:10:00Z no one can stay signed in",
        READS_ON,
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let of = |seconds| {
        cookie
            .cookie_for(at(seconds), |session| session.insert("user", 1))
            .unwrap()
    };
    let outcome = |begun, seen| cookie.load([of(begun)], at(seen)).outcome();
    let revoked = |outcome| {
        matches!(
            outcome,
            Outcome::Rejected {
                reason: Reason::Revoked,
                ..
            }
        )
    };
    assert!(revoked(outcome(0, 700)));
    // What it says of the time until then.
    assert!(revoked(outcome(599, 599)));
    assert!(matches!(outcome(600, 700), Outcome::Opened { .. }));
}

#[test]
fn the_time_can_be_set_when_the_key_is_gone_already() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let other = desk.add("");
    desk.done(&format!("ring promote keys {other}"));
    desk.done(&format!("ring retire keys {old} --force"));
    desk.now = "2027-03-01T06:20:00Z".to_owned();
    let refused = desk.refused(1, &format!("ring leaked keys {old} --now"));
    assert!(
        refused.ends_with("; for a key that was removed earlier give --not-before"),
        "{refused}"
    );
    let leaked = |time| format!("ring leaked keys {old} --not-before 2027-03-01T06:{time}Z");
    let told = desk.done(&leaked("36:00"));
    for sentence in [
        &*format!(
            "keys has no key {old}, only {other}; if the leaked key is one of these, run this again with its id"
        ),
        "until 2027-03-01T06:36:00Z no one can stay signed in",
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    let refused = desk.refused(1, &leaked("35:59"));
    assert!(
        refused.contains("already refused, which is later"),
        "{refused}"
    );
    desk.done(&leaked("38:00"));
    assert!(
        desk.read("keys")
            .contains("not_before=2027-03-01T06:38:00Z")
    );
    assert!(!desk.read("keys").contains("06:36:00"));
}

#[test]
fn a_forgery_is_refused_that_went_through_a_sign_in_after_its_key_was_gone() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.done("ring rotate keys --after 15m");
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let forged = cookie
        .cookie_for(at(0), |session| session.insert("role", "admin"))
        .unwrap();
    // Each visit signs in, and the last two are under the new key.
    let sign_in = |field: String, seconds| {
        let session = cookie.load([field], at(seconds));
        assert_eq!(session.get("role").unwrap(), Some("admin".to_owned()));
        session.renew().unwrap();
        let field = cookie.save(&session).unwrap().into_iter().next().unwrap();
        field.split(';').next().unwrap().to_owned()
    };
    let visits = (1200..30 * 3600).step_by(1200);
    let living = visits.fold(forged, sign_in);
    desk.now = "2027-03-02T12:00:00Z".to_owned();
    desk.done(&format!("ring retire keys {old}"));
    for time in ["2027-03-02T12:00:00Z", "2027-03-02T11:00:00Z"] {
        let refused = desk.refused(1, &format!("ring leaked keys {old} --not-before {time}"));
        assert!(refused.contains("until they have the new file"));
    }
    desk.done(&format!("ring leaked keys {old} --not-before +15m"));
    let cookie = SessionCookie::encrypted(desk.ring()).build().unwrap();
    let outcome = cookie.load([living], at(30 * 3600)).outcome();
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::Revoked,
            ..
        }
    ));
}

#[test]
fn the_time_is_not_one_at_which_instances_still_have_the_key() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let before = desk.read("keys");
    let refused = desk.refused(
        1,
        &format!("ring leaked keys {old} --not-before {}", desk.now),
    );
    assert_eq!(
        refused,
        "instances accept forgeries until they have the new file, so --not-before must be later than that, \
         plus twice the clock skew"
    );
    assert_eq!(desk.read("keys"), before);
    let refused = desk.refused(1, "ring leaked keys 00000000 --now");
    assert!(refused.starts_with("keys has no key 00000000"), "{refused}");
}

#[test]
fn where_no_other_key_is_left_a_new_one_seals() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let told = desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    assert_eq!(ids(&desk), [new_key(&told)]);
}

#[test]
fn a_planned_rotation_does_not_stand_in_the_way() {
    for leaks_first in [true, false] {
        for option in ["--now", "--not-before +10m"] {
            for hours in [0, 1, 24] {
                let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
                let new = new_key(&desk.done("ring rotate keys --after 15m"));
                let day = 1 + hours / 24;
                desk.now = format!("2027-03-{day:02}T{:02}:00:00Z", 6 + hours % 24);
                let leaked = if leaks_first { &old } else { &new };
                desk.done(&format!("ring leaked keys {leaked} {option}"));
                assert!(!ids(&desk).contains(leaked));
                let far = at(1_000_000_000);
                assert_eq!(
                    desk.ring().accepted_keys(far),
                    [desk.ring().sealing_key(far)]
                );
            }
        }
    }
}

#[test]
fn after_a_leak_during_a_rotation_the_planned_key_seals_and_the_next_rotation_can_begin() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let planned = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    assert_eq!(desk.sealing(), planned);
    let checked = desk.done("ring check keys");
    assert!(
        checked.contains(&format!("\nkey {planned} seals\n")),
        "{checked}"
    );
    let next = new_key(&desk.done("ring rotate keys --after 5m"));
    assert_eq!(ids(&desk), [planned, next]);
    desk.done("ring check keys");
}

/// For programs with `keep_unknown_keys`, as docs/rotation.md says.
#[test]
fn a_leaked_key_whose_line_is_put_back_is_not_to_be_accepted_again() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let line = desk.read("keys").lines().last().map(key_of).unwrap();
    desk.done("ring rotate keys --after 15m");
    desk.now = "2027-03-01T06:30:00Z".to_owned();
    desk.done(&format!("ring leaked keys {old} --not-before +20m"));
    let retired = format!("{line} accept_until=2027-03-01T06:17:01Z\n");
    desk.write("keys", desk.read("keys") + &retired);
    assert!(ids(&desk).contains(&old));
    let checked = desk.done("ring check keys");
    assert!(!checked.contains("--at"), "{checked}");
    // The next rotation needs its overlap.
    let next = new_key(&desk.done("ring rotate keys --after 25m"));
    desk.done("ring check keys");
    let checked = desk.run("ring check keys --lifetime 30d");
    assert!(
        !checked.out.contains(&format!("retire keys {old} --at")),
        "{}",
        checked.out
    );
    assert_eq!(checked.code, Some(1), "{next}: {}", checked.out);
}

/// As the command says.
#[test]
fn a_line_that_is_put_back_as_the_command_says_makes_a_retired_key() {
    let end = |told: &str| {
        let (_, end) = told.split_once("put ").unwrap();
        let (_, end) = end.split_once("accept_until=").unwrap();
        end[..20].to_owned()
    };
    let put_back = |desk: &Desk, lines: &[String], end: &str| {
        let back = lines
            .iter()
            .map(|line| format!("{line} accept_until={end}\n"));
        desk.write("keys", desk.read("keys") + &back.collect::<String>());
        desk.done("ring check keys --lifetime 12h");
    };
    for flags in [" --now", " --not-before +20m"] {
        let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
        let new = new_key(&desk.done("ring rotate keys --after 15m"));
        let lines = desk.read("keys");
        let line_of = |id: &str| {
            let lines = lines.lines().filter(|line| line.starts_with("hardtack_"));
            let mut keys = lines.map(key_of);
            let is_it = |key: &String| key.parse::<EncryptionKey>().unwrap().id().to_string() == id;
            keys.find(is_it).unwrap()
        };
        let (old_line, new_line) = (line_of(&old), line_of(&new));
        desk.now = "2027-03-01T06:30:00Z".to_owned();
        let told = desk.done(&format!("ring leaked keys {old}{flags}"));
        let dropped = if flags == " --now" {
            vec![old_line, new_line]
        } else {
            vec![old_line]
        };
        put_back(&desk, &dropped, &end(&told));
        assert!(ids(&desk).contains(&old));
    }
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let line = desk.read("keys").lines().last().map(key_of).unwrap();
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2027-03-03T06:30:00Z".to_owned();
    let told = desk.done(&format!("ring retire keys {old}"));
    assert_eq!(ids(&desk), [new]);
    put_back(&desk, &[line], &end(&told));
    // A key that never sealed has no sessions.
    let next = new_key(&desk.done("ring rotate keys --after 15m"));
    let sealing = desk.sealing();
    desk.done(&format!("ring promote keys {sealing}"));
    assert!(
        !desk
            .done(&format!("ring retire keys {next}"))
            .contains("its line")
    );
}

/// A ring in which a key took over and another will, or has: the ids of the three keys.
fn twice_rotated(lifetime: &str, second: &str, after: &str) -> (Desk, [String; 3]) {
    let (mut desk, first) = Desk::with_ring_for("--lifetime 12h");
    let rotate =
        |desk: &Desk, after| desk.done(&format!("ring rotate keys --after {after} {lifetime}"));
    let middle = new_key(&rotate(&desk, "15m"));
    desk.now = second.to_owned();
    let last = new_key(&rotate(&desk, after));
    (desk, [first, middle, last])
}

#[test]
fn a_key_in_the_middle_of_two_rotations_can_leak() {
    for (lifetime, second, after, now) in [
        // The first key retires before the last one seals.
        ("", "2027-03-01T06:20:00Z", "24h", "2027-03-01T06:20:00Z"),
        // It retires after that, but on living sessions.
        ("", "2027-03-01T06:20:00Z", "6h", "2027-03-01T06:20:00Z"),
        ("", "2027-03-01T11:00:00Z", "15m", "2027-03-01T12:00:00Z"),
        ("", "2027-03-01T11:00:00Z", "8h", "2027-03-01T17:00:00Z"),
        // It has retired, and is still listed.
        ("", "2027-03-01T17:00:00Z", "15m", "2027-03-01T19:00:00Z"),
        ("", "2027-03-01T17:00:00Z", "6h", "2027-03-01T19:00:00Z"),
        ("", "2027-03-02T06:00:00Z", "15m", "2027-03-02T07:00:00Z"),
        // Sessions are long.
        (
            "--lifetime 30d",
            "2027-03-20T06:00:00Z",
            "15m",
            "2027-03-21T06:00:00Z",
        ),
    ] {
        let (mut desk, [first, middle, last]) = twice_rotated(lifetime, second, after);
        desk.now = now.to_owned();
        let was_retired = desk
            .done("ring show keys")
            .lines()
            .any(|line| line.contains(&first) && line.contains("retired"));
        let told = desk.done(&format!("ring leaked keys {middle} --not-before +10m"));
        let kept = ids(&desk);
        assert!(!kept.contains(&middle) && kept.contains(&last), "{told}");
        assert_eq!(kept.contains(&first), !was_retired, "{told}");
        let checked = desk.run(&format!("ring check keys {lifetime}"));
        assert_eq!(checked.code, Some(0), "{}", checked.out);
        let cookie = SessionCookie::encrypted(desk.ring());
        let cookie = match lifetime {
            "" => cookie,
            _ => cookie.absolute_timeout(Duration::from_secs(30 * 24 * 3600)),
        };
        assert!(cookie.build().is_ok(), "{told}");
    }
}

#[test]
fn what_becomes_of_the_key_before_the_leaked_one_is_told() {
    let (mut desk, [first, middle, last]) = twice_rotated("", "2027-03-01T11:00:00Z", "15m");
    desk.now = "2027-03-01T12:00:00Z".to_owned();
    let told = desk.done(&format!(
        "ring leaked keys {middle} --not-before +15m --dry-run"
    ));
    let later = format!(
        "key {first} is accepted until 2027-03-01T23:33:00Z, as long after key {last} as it was to be after key {middle}"
    );
    assert!(told.contains(&later), "{told}");
    desk.now = "2027-03-01T18:33:00Z".to_owned();
    let told = desk.done(&format!("ring leaked keys {middle} --not-before +15m"));
    let removed = format!("key {first} was retired, and is removed too");
    assert!(told.contains(&removed), "{told}");
    assert_eq!(ids(&desk), [last]);

    let (desk, first) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let told = desk.done(&format!("ring leaked keys {new} --not-before +10m"));
    let sentence = format!("key {first} is the last one now, and is accepted without end");
    assert!(told.contains(&sentence), "{told}");
}

#[test]
fn a_key_whose_end_no_longer_fits_is_accepted_without_end() {
    let (mut desk, first) = Desk::with_ring_for("--lifetime 12h");
    let middle = desk.add("");
    // In an editor: the key that is listed first seals.
    let lines = desk.read("keys");
    let lines: Vec<_> = lines.lines().rev().collect();
    desk.write("keys", lines.join("\n"));
    assert_eq!(desk.sealing(), middle);
    desk.done(&format!("ring retire keys {first} --at +13h"));
    let last = new_key(&desk.done("ring rotate keys --after 6h"));
    desk.now = "2027-03-01T07:00:00Z".to_owned();
    let told = desk.done(&format!("ring leaked keys {middle} --not-before +15m"));
    let sentence = format!(
        "key {first} is accepted without end; `hardtack ring retire keys {first} --at TIME` sets one"
    );
    assert!(told.contains(&sentence), "{told}");
    assert_eq!(ids(&desk), [first, last]);
    desk.done("ring check keys --lifetime 30d");
}

/// The end of the earlier key belongs to the key that goes on.
#[test]
fn a_key_keeps_its_end_where_another_takes_over_at_the_time_of_the_leaked_one() {
    for (from, end) in [
        ("", "2027-03-05T00:00:00Z"),
        (" seal_from=2027-03-01T06:00:00Z", "2027-03-05T00:00:00Z"),
        // Retired long ago, for the one that goes on.
        (" seal_from=2027-02-01T00:00:00Z", "2027-02-05T00:00:00Z"),
    ] {
        let (desk, first) = Desk::with_ring();
        let [middle, last] = [desk.add(""), desk.add("")];
        let keys: Vec<_> = desk.without_notes().lines().map(key_of).collect();
        let [key, middle_key, last_key] = &keys[..] else {
            panic!("{}", desk.read("keys"))
        };
        let earlier = format!("{key} accept_until={end}");
        // The one that is listed first seals.
        desk.write(
            "keys",
            format!("{last_key}{from}\n{middle_key}{from}\n{earlier}\n"),
        );
        let told = desk.done(&format!("ring leaked keys {middle} --not-before +10m"));
        assert!(!told.contains(&first), "{told}");
        assert!(desk.read("keys").contains(&earlier), "{told}");
        assert_eq!(ids(&desk), [first, last]);
    }
}

#[test]
fn a_key_that_was_retired_long_ago_takes_every_other_key_with_it() {
    let (mut desk, old) = Desk::with_ring_for("--lifetime 12h");
    let other = new_key(&desk.done("ring rotate keys --after 15m"));
    desk.now = "2028-03-01T06:00:00Z".to_owned();
    let told = desk.done(&format!("ring leaked keys {old} --now"));
    for sentence in [
        &*format!("key {other} is dropped too: a forgery may have been sealed again under each"),
        "everyone is signed out",
        READS_ON,
    ] {
        assert!(told.contains(sentence), "{told}");
    }
    assert_eq!(ids(&desk), [new_key(&told)]);
}
