//! Problems that last, as a health check shows them.

use hardtack::{SessionCookie, keys::PollOutcome};

use super::{Vault, Watched, id, key, replaced, replaced_at, times::at, unchanged, unsettled};

fn cookie_of(watched: &Watched) -> SessionCookie {
    SessionCookie::encrypted(watched.keys()).build().unwrap()
}

/// The lines of the health check that begin with `problem`.
fn problems(cookie: &SessionCookie, second: u64) -> Vec<String> {
    let health = cookie.keys_in_use(at(second)).to_string();
    let lines = health.lines().map(str::to_owned);
    lines.filter(|line| line.starts_with("problem ")).collect()
}

#[track_caller]
fn refused_at(watched: &mut Watched, second: u64) {
    unsettled(watched);
    let look = watched.poll(at(second));
    assert!(matches!(look, PollOutcome::Refused(_)), "{look:?}");
}

#[test]
fn a_source_that_is_refused_is_a_problem_until_it_is_readable() {
    let vault = Vault::with(key());
    let mut watched = vault.watch();
    let cookie = cookie_of(&watched);
    assert!(problems(&cookie, 0).is_empty());
    vault.fail("the vault\nis sealed");
    refused_at(&mut watched, 60);
    let since = "problem SourceRefused since 2027-01-15T08:01:00Z: ";
    let line = format!(
        "{since}key ring refused, the earlier one stays in use: cannot read the vault: the vault is sealed"
    );
    assert_eq!(problems(&cookie, 61), [line]);
    // A cookie that is built meanwhile has it, too.
    assert_eq!(problems(&cookie_of(&watched), 61).len(), 1);
    // Another mistake does not begin another problem.
    vault.put("no key");
    refused_at(&mut watched, 120);
    let now = problems(&cookie, 121);
    assert!(now.len() == 1 && now[0].starts_with(since), "{now:?}");
    vault.put(key());
    unsettled(&mut watched);
    assert_eq!(problems(&cookie, 130).len(), 1);
    assert!(matches!(
        watched.poll(at(131)),
        PollOutcome::Replaced { .. }
    ));
    assert!(problems(&cookie, 131).is_empty());
}

#[test]
fn a_source_that_is_as_it_was_before_it_was_refused_is_no_problem() {
    let text = key();
    let vault = Vault::with(&text);
    let mut watched = vault.watch();
    let cookie = cookie_of(&watched);
    vault.put("");
    refused_at(&mut watched, 1);
    assert_eq!(problems(&cookie, 2).len(), 1);
    vault.put(&text);
    unchanged(&mut watched);
    assert!(problems(&cookie, 3).is_empty());
}

#[test]
fn two_rings_have_their_own_problems() {
    let vaults = [(); 2].map(|()| Vault::with(key()));
    let mut watched = vaults.each_ref().map(Vault::watch);
    let cookies = watched.each_ref().map(cookie_of);
    vaults[1].fail("sealed");
    refused_at(&mut watched[1], 1);
    let counts = cookies.each_ref().map(|cookie| problems(cookie, 2).len());
    assert_eq!(counts, [0, 1]);
}

#[test]
fn a_key_that_came_back_is_a_problem_while_it_opens() {
    let leaked = key();
    let vault = Vault::with(&leaked);
    let mut watched = vault.watch();
    let cookie = cookie_of(&watched);
    let new = key();
    vault.put(&new);
    replaced(&mut watched);
    assert!(problems(&cookie, 0).is_empty());
    let time = humantime::format_rfc3339_seconds(at(60));
    vault.put(format!("{new}\n{leaked} accept_until={time}"));
    unsettled(&mut watched);
    assert!(matches!(watched.poll(at(30)), PollOutcome::Replaced { .. }));
    let found = problems(&cookie, 31);
    let expected = format!(
        "problem KeyReturned since 2027-01-15T08:00:30Z: key {}: a key opens longer than an earlier ring",
        id(&leaked)
    );
    assert!(
        found.len() == 1 && found[0].starts_with(&expected),
        "{found:?}"
    );
    assert!(problems(&cookie, 60).is_empty());
    vault.put(&new);
    replaced(&mut watched);
    assert!(problems(&cookie, 31).is_empty());
}

/// As by a second `ring leaked --at`.
#[test]
fn a_key_whose_end_was_put_off_is_a_problem_until_it_ends() {
    let (leaked, new) = (key(), key());
    let ring = |end| {
        let time = humantime::format_rfc3339_seconds(at(end));
        format!("{leaked} accept_until={time}\n{new} seal_from={time}")
    };
    let vault = Vault::with(ring(60));
    let mut watched = vault.watch();
    let cookie = cookie_of(&watched);
    vault.put(ring(90));
    replaced(&mut watched);
    let found = [0, 60, 89, 90].map(|second| problems(&cookie, second).len());
    assert_eq!(found, [1, 1, 1, 0]);
    // After it, a backup is news.
    vault.put(&leaked);
    unsettled(&mut watched);
    assert!(matches!(watched.poll(at(91)), PollOutcome::Replaced { .. }));
    let found = problems(&cookie, 92);
    let since = "problem KeyReturned since 2027-01-15T08:01:31Z: ";
    assert!(found.len() == 1 && found[0].starts_with(since), "{found:?}");
    // The ring with the end is the remedy, although it brings back the key that the backup lacked.
    vault.put(ring(90));
    replaced_at(&mut watched, 93);
    assert!(problems(&cookie, 93).is_empty());
}

#[test]
fn a_source_that_never_settles_is_a_problem_until_it_does() {
    let text = key();
    let vault = Vault::with(&text);
    let mut watched = vault.watch();
    let cookie = cookie_of(&watched);
    for poll in 0..6 {
        assert!(problems(&cookie, 1).is_empty(), "{poll}");
        vault.put(format!("# {poll}\n{text}"));
        unsettled(&mut watched);
    }
    let [problem] = &problems(&cookie, 1)[..] else {
        panic!("one")
    };
    let is_it = problem.contains("different at each of the last 6 polls");
    assert!(
        problem.starts_with("problem SourceRefused since ") && is_it,
        "{problem}"
    );
    // It settles with what it was then.
    let look = watched.poll(at(2));
    assert!(matches!(look, PollOutcome::Replaced { .. }), "{look:?}");
    assert!(problems(&cookie, 2).is_empty());
}
