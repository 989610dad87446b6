//! The advice about old cookies, followed: their sessions are taken over, and the cookies are dropped.

use hardtack::{SessionCookie, carrier::SessionCookieBuilder, migrate::OldCookie};

use super::{DAY, builder, readers::Fixed, saved, start};
use crate::common::{key, says};

/// A part of the sentence, the mistake, what the sentence advises, and the `Cookie` field that is taken over then.
type Advice<'a> = (
    &'a str,
    SessionCookieBuilder,
    Vec<SessionCookieBuilder>,
    &'a str,
);

#[test]
fn who_follows_the_error_of_an_old_cookie_takes_over_its_sessions() {
    let old = || OldCookie::new("old", Fixed("ada"));
    let reads = |old: OldCookie| builder().migrate_from(old, start()..start() + DAY);
    let former = || SessionCookie::encrypted(key(1)).name("former");
    let former_cookie = || OldCookie::from(former().build().unwrap());
    let pair = former()
        .build()
        .unwrap()
        .cookie_for(start(), |session| session.insert("user", "ada"));
    let pair = pair.unwrap();
    let of_old = "old=x";
    let advice: Vec<Advice<'_>> = vec![
        (
            "choose another `name`, so that the two can be told apart",
            reads(OldCookie::new("__Host-session", Fixed("ada"))),
            vec![reads(OldCookie::new("__Host-session", Fixed("ada"))).name("__Host-new")],
            "__Host-session=x",
        ),
        (
            "give `switched_on..end`",
            builder().migrate_from(old(), start() + DAY..start()),
            vec![reads(old())],
            of_old,
        ),
        (
            "give the day of the rollout",
            builder().migrate_from(old(), std::time::UNIX_EPOCH..start() + DAY),
            vec![reads(old())],
            of_old,
        ),
        (
            "leave `convert` out, as its sessions stay as they are",
            reads(former_cookie().convert(Some)),
            vec![reads(former_cookie())],
            &pair,
        ),
    ];
    for (advice, mistake, followed, field) in advice {
        let refused = mistake.build();
        assert!(says(&refused, advice), "{advice}: {refused:?}");
        for builder in followed {
            is_taken_over(&builder.build().unwrap(), field, advice);
        }
    }
}

#[track_caller]
fn is_taken_over(site: &SessionCookie, field: &str, advice: &str) {
    let session = site.load([field], start());
    assert_eq!(
        session.get("user").unwrap(),
        Some("ada".to_owned()),
        "{advice}"
    );
    let fields = saved(site, &session);
    let (name, _) = field.split_once('=').unwrap();
    let dropped = |line: &&String| line.starts_with(&format!("{name}=;"));
    assert_eq!(fields.iter().filter(dropped).count(), 1, "{fields:?}");
}

#[cfg(feature = "tracing")]
#[test]
fn who_gives_an_old_cookie_the_path_of_the_log_is_not_told_again() {
    use super::told::told_by;

    let told = |old: OldCookie| {
        let site = builder().migrate_from(old, start()..start() + DAY);
        let site: SessionCookie = site.build().unwrap();
        let session = site.load(["old=x"], start());
        assert!(!session.is_new());
        let fields = saved(&site, &session);
        let new = fields[0].split(';').next().unwrap();
        // A browser that has the old cookie at `/app` keeps it, unless it is dropped there.
        let is_dropped = fields[1].contains("Path=/app;");
        let left = if is_dropped { "" } else { "; old=x" };
        let told = told_by(|| {
            let again = site.load([format!("{new}{left}")], start());
            assert!(!again.is_new());
        });
        let advice =
            "give `OldCookie` the `path` and the `domain` that the old program set it with";
        told.iter().any(|told| told.fields.contains(advice))
    };
    let old = || OldCookie::new("old", Fixed("ada"));
    assert!(told(old()));
    assert!(!told(old().path("/app")));
}
