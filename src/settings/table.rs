// Written by .ci/settings from src/settings/settings.toml: change that.

use super::effects::*;
use crate::carrier::Size;
use crate::cookie::attributes::SameSite;
use crate::crypto::suite::Mode;
use crate::state::Padding;
use crate::state::RefreshAfter;

#[rustfmt::skip]
pub(super) const SETTINGS: &[Setting] = &[
    ("mode", |v, to| Ok(set(&mut to.keys.mode, v.choice(&[("encrypted", Mode::Encrypted), ("unencrypted-but-signed", Mode::UnencryptedButSigned)])?))),
    ("keys", KEYS),
    ("keys_env", KEYS_ENV),
    ("keys_file", KEYS_FILE),
    ("keys_from", KEYS_FROM),
    ("watch_keys", |v, to| Ok(set(&mut to.keys.watch, v.interval()?))),
    ("name", |v, to| Ok(set_text(&mut to.cookie()?.name, v.line()?))),
    ("path", |v, to| Ok(set_text(&mut to.cookie()?.attributes.path, v.line()?))),
    ("domain", |v, to| Ok(set_text(&mut to.cookie()?.attributes.domain, v.line()?))),
    ("same_site", |v, to| Ok(set(&mut to.cookie()?.attributes.same_site, v.choice(&[("strict", SameSite::Strict), ("lax", SameSite::Lax), ("none", SameSite::None), ("omit", SameSite::Omit)])?))),
    ("partitioned", |v, to| Ok(set(&mut to.cookie()?.attributes.partitioned, v.flag()?))),
    ("persistent", |v, to| Ok(set(&mut to.cookie()?.persistent, v.flag()?))),
    ("idle_timeout", |v, to| Ok(set(&mut to.options.idle_timeout, v.choice_or_duration(&[("off", None), ("false", None)], Some)?))),
    ("absolute_timeout", |v, to| Ok(set(&mut to.options.absolute_timeout, v.duration()?))),
    ("remember_up_to", |v, to| Ok(set(&mut to.options.remember_up_to, v.duration()?))),
    ("remembered_idle_timeout", |v, to| Ok(set(&mut to.options.remembered_idle_timeout, v.duration()?))),
    ("refresh_after", |v, to| Ok(set(&mut to.options.refresh_after, v.choice_or_duration(&[("never", RefreshAfter::Never), ("on-change", RefreshAfter::OnChange), ("always", RefreshAfter::Always), ("every-request", RefreshAfter::EveryRequest)], RefreshAfter::Interval)?))),
    ("refresh_navigations_only", |v, to| Ok(set(&mut to.cookie()?.refresh_navigations_only, v.flag()?))),
    ("clock_skew", |v, to| Ok(set(&mut to.options.clock_skew, v.duration()?))),
    ("not_before", |v, to| Ok(set(&mut to.options.not_before, v.time()?))),
    ("size", |v, to| Ok(set(&mut to.cookie()?.size, v.choice(&[("anywhere", Size::Anywhere), ("browser", Size::Browser), ("split:2", Size::Split(2)), ("split:3", Size::Split(3)), ("split:4", Size::Split(4))])?))),
    ("padding", |v, to| Ok(set(&mut to.options.padding, v.choice(&[("none", Padding::None), ("padme", Padding::Padme)])?))),
    ("application", |v, to| Ok(set_text(&mut to.options.application, v.line()?))),
    ("context", CONTEXT),
    ("formerly", FORMERLY),
    ("save_on_server_error", |v, to| Ok(set(&mut to.options.save_on_server_error, v.flag()?))),
    ("keep_unknown_keys", |v, to| Ok(set(&mut to.options.keep_unknown_keys, v.flag()?))),
    ("danger_allow_http", DANGER_ALLOW_HTTP),
    ("danger_allow_shared_caching", |v, to| Ok(set(&mut to.options.shared_caching, v.flag()?))),
    ("secure", SECURE),
    ("httponly", HTTPONLY),
    ("http_only", HTTP_ONLY),
];

/// Methods of the builder without a setting.
#[rustfmt::skip]
pub(super) const OF_THE_BUILDER: &[&str] = &["companion", "migrate_from", "on_outcome", "revalidate_after", "revoked_if", "type_label", "typed", "unvalidated_up_to"];

/// Words for settings in other libraries.
#[rustfmt::skip]
pub(super) const ELSEWHERE: &[(&[&str], &[&str])] = &[
    (&["secret", "secrets", "password", "passwords", "passphrase", "encryption_key", "encrypt_key", "signing_key", "validate_key"], &["keys"]),
    (&["secret_file", "secrets_file", "password_file"], &["keys_file"]),
    (&["samesite"], &["same_site"]),
    (&["chips"], &["partitioned"]),
    (&["permanent"], &["persistent", "remember_up_to"]),
    (&["expire_at_browser_close"], &["persistent"]),
    (&["max_age", "ttl", "expires", "expiry", "expires_in", "expire_after", "lifetime", "duration", "cookie_age"], &["idle_timeout", "absolute_timeout"]),
    (&["active_duration", "inactivity"], &["idle_timeout"]),
    (&["permanent_session_lifetime"], &["absolute_timeout", "remember_up_to"]),
    (&["rolling", "resave", "renew", "reissue_time", "refresh_each_request", "save_every_request", "touch_after", "update_age"], &["refresh_after"]),
    (&["salt", "namespace"], &["application"]),
    (&["insecure"], &["danger_allow_http"]),
];
