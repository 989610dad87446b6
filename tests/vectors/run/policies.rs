use std::{convert::Infallible, time::Duration};

use serde::Deserialize;
use serde_json::Value;

use super::for_each;
use crate::{EncryptionKey, RefreshAfter, SessionCookie, session::Validity, state::Lifetimes};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    policy: PolicyOf,
    accepted: bool,
    refresh_after: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyOf {
    idle: Option<u64>,
    absolute: u64,
    remember_up_to: Option<u64>,
    remembered_idle: Option<u64>,
    #[serde(default)]
    persistent: bool,
    skew: u64,
    refresh_after: Option<Value>,
    revalidate_after: Option<u64>,
    unvalidated_up_to: Option<u64>,
}

#[test]
fn lifetimes_are_configured_as_specified() {
    for_each("policies", |name, vector: Vector| {
        let found = build(&vector.policy);
        assert_eq!(found.is_some(), vector.accepted, "{name}");
        let found = found.map_or(Value::Null, |lifetimes| written(&lifetimes));
        assert_eq!(found, vector.refresh_after, "{name}");
    });
}

/// Returns the lifetimes, or `None` if the values are refused.
fn build(policy: &PolicyOf) -> Option<Lifetimes> {
    let mut builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .idle_timeout(policy.idle.map(Duration::from_secs))
        .absolute_timeout(Duration::from_secs(policy.absolute))
        .clock_skew(Duration::from_secs(policy.skew));
    if let Some(duration) = policy.remember_up_to {
        builder = builder.remember_up_to(Duration::from_secs(duration));
    }
    if let Some(duration) = policy.remembered_idle {
        builder = builder.remembered_idle_timeout(Duration::from_secs(duration));
    }
    if policy.persistent {
        builder = builder.persistent(true);
    }
    if let Some(rule) = &policy.refresh_after {
        builder = builder.refresh_after(super::refresh_after(rule));
    }
    let mut builder = match policy.revalidate_after {
        Some(duration) => builder.revalidate_after(Duration::from_secs(duration), |_| async {
            Ok::<_, Infallible>(Validity::Valid)
        }),
        None => builder,
    };
    if let Some(duration) = policy.unvalidated_up_to {
        builder = builder.unvalidated_up_to(Duration::from_secs(duration));
    }
    let cookie = builder.build().ok()?;
    Some(cookie.carrier.core.policy.lifetimes.clone())
}

fn written(lifetimes: &Lifetimes) -> Value {
    let idle = lifetimes.plain.idle;
    match lifetimes.refresh_after {
        _ if lifetimes.revalidation.is_some() => "on-validation".into(),
        None => idle.map_or("on-change".into(), |idle| (idle / 4).into()),
        Some(RefreshAfter::Never) => "never".into(),
        Some(RefreshAfter::OnChange) => "on-change".into(),
        Some(RefreshAfter::Always) => "always".into(),
        Some(RefreshAfter::EveryRequest) => "every-request".into(),
        Some(RefreshAfter::Interval(interval)) => interval.as_secs().into(),
    }
}
