//! What settings files may have, beside what a transcript shows.

use std::time::Duration;

use hardtack::{KeyRing, SessionCookie};

use crate::desk::{Desk, at};

/// A pipe has nothing left for whoever reads it again, and a named one waits for ever.
#[cfg(unix)]
#[test]
fn settings_from_a_pipe_count_wherever_a_command_uses_them() {
    let (desk, _) = Desk::with_ring();
    let settings = "[session]\nclock_skew = \"5m\"\n";
    let leaked = "ring leaked keys --at +5m --settings /dev/stdin";
    // Twice the clock skew.
    let ran = desk.run_on(settings, leaked);
    assert!(ran.err.contains("give an --at later than"), "{}", ran.err);
}

#[test]
fn yaml_is_nested_as_deep_as_json_at_most() {
    let (desk, _) = Desk::with_ring();
    let blocks = |levels: usize, block: &str| {
        let lines = (0..levels).map(|level| format!("{}{block}\n", " ".repeat(level)));
        format!(
            "session: {{}}\nother:\n{}",
            lines.map(|line| format!(" {line}")).collect::<String>()
        )
    };
    // The table around them is one more.
    for (levels, is_read) in [(126, true), (129, false), (1_000, false)] {
        for block in ["a:", "-"] {
            desk.write("deep.yaml", blocks(levels, block));
            let ran = desk.run("ring check keys --settings deep.yaml");
            if is_read {
                assert_eq!(ran.code, Some(0), "{levels} {block}: {}", ran.err);
                continue;
            }
            assert_eq!(ran.code, Some(3), "{levels} {block}: {}", ran.err);
            let expected = "cannot read deep.yaml: it is nested more than 128 levels deep";
            assert_eq!(ran.sentence(), expected, "{levels} {block}");
        }
    }
    for flow in ["[", "{a: ", "- ", "? "] {
        desk.write(
            "deep.yaml",
            format!("session: {{}}\nother:\n  {}", flow.repeat(20_000)),
        );
        let ran = desk.run("ring check keys --settings deep.yaml");
        assert_eq!(ran.code, Some(3), "{flow}: {}", ran.err);
    }
}

/// Nine levels of them would stand for 400 million values.
#[test]
fn aliases_of_yaml_stand_for_a_limited_number_of_values_and_length_of_texts() {
    let (desk, _) = Desk::with_ring();
    let nested = |level: usize| {
        format!(
            "a{}: &a{level} [{}]\n",
            level,
            vec![format!("*a{}", level - 1); 9].join(", ")
        )
    };
    let levels: String = (1..9).map(nested).collect();
    let laughs = format!("a0: &a0 [x, x, x, x, x, x, x, x, x]\n{levels}session: {{}}\n");
    desk.write("laughs.yaml", laughs);
    let refused = desk.refused(3, "ring check keys --settings laughs.yaml");
    let sentence = "cannot read laughs.yaml: its aliases stand for more than 100000 values, or for too much text";
    assert_eq!(refused, sentence);
    // A text that would fill the memory.
    let long = format!(
        "a: &a '{}'\nb: [{}]\nsession: {{}}\n",
        "x".repeat(600_000),
        "*a, ".repeat(90_000)
    );
    desk.write("long.yaml", long);
    let refused = desk.refused(3, "ring check keys --settings long.yaml");
    assert_eq!(refused, sentence.replace("laughs", "long"));
    let shared = "live: &live {idle_timeout: 8h, clock_skew: 0s}\ntest: *live\nsession: *live\n";
    desk.write("shared.yaml", shared);
    let told = desk.done("ring add keys --settings shared.yaml");
    assert!(told.contains("old keys open for 8h\n"), "{told}");
}

/// As programs write them.
#[test]
fn health_checks_of_programs_are_compared() {
    let (desk, _) = Desk::with_ring();
    let check = |idle_timeout: u64, not_before| {
        let ring: KeyRing = desk.read("keys").parse().unwrap();
        let cookie = SessionCookie::encrypted(ring.with_not_before(not_before));
        let cookie = cookie.idle_timeout(Duration::from_secs(idle_timeout));
        cookie.build().unwrap().keys_in_use(at(0)).to_string()
    };
    desk.write("one", check(1800, at(0)));
    desk.write("two", check(1800, at(0)));
    let agree = "2 programs agree, and none has a problem\n";
    assert_eq!(desk.done("compare one two"), agree);
    desk.write("two", check(1200, at(60)));
    let ran = desk.run("compare one two");
    assert_eq!(ran.code, Some(1));
    let lines: Vec<_> = ran.out.lines().collect();
    let [problem, fingerprint, ring, not_before, setting] = lines[..] else {
        panic!("{}", ran.out)
    };
    assert!(problem.starts_with("two: NotBeforeAhead: "), "{problem}");
    assert!(fingerprint.starts_with("fingerprint: "), "{fingerprint}");
    let times = "not_before: 2027-03-01T06:00:00Z in one; 2027-03-01T06:01:00Z in two";
    assert_eq!(not_before, times);
    let right =
        "unless nobody is to be signed in before `not_before`, give all of them the ring of one";
    assert_eq!(ring, right);
    assert_eq!(setting, "idle_timeout: 1800 in one; 1200 in two");
}

#[test]
fn a_program_that_was_started_with_a_backup_from_before_a_leak_is_wrong() {
    let (desk, leaked) = Desk::with_ring();
    let check = |ring: &str| {
        let ring: KeyRing = ring.parse().unwrap();
        let cookie = SessionCookie::encrypted(ring).build().unwrap();
        cookie.keys_in_use(at(900)).to_string()
    };
    let backup = check(&desk.read("keys"));
    desk.done("ring leaked keys --at +15m");
    desk.write("one", check(&desk.read("keys")));
    desk.write("two", backup);
    let ran = desk.run("compare one two");
    let ended = format!("key {leaked} has ended in one, and opens in two\n");
    let advice = "unless you know that no key has leaked, give all of them the ring of one\n";
    assert!(ran.out.contains(&ended), "{}", ran.out);
    assert!(ran.out.ends_with(advice), "{}", ran.out);
}
