// Written by .ci/settings from src/settings/settings.toml: change that.

use super::Sets::{Cookies, Sessions};
use super::{Flag, row};

#[rustfmt::skip]
pub(super) const FLAGS: &[Flag] = &[
    row("name", "NAME", Cookies("name"), "the cookie's name"),
    row("path", "PATH", Cookies("path"), "below which path it is sent"),
    row("domain", "DOMAIN", Cookies("domain"), "the domain below which it is sent"),
    row("same-site", "WHEN", Cookies("same_site"), "lax, strict, none, omit"),
    row("partitioned", "", Cookies("partitioned"), "one cookie for each site around a frame"),
    row("persistent", "", Cookies("persistent"), "let the cookie of every session outlive the browser's session"),
    row("idle", "SECONDS", Sessions("idle_timeout"), "the idle timeout, or off"),
    row("absolute", "SECONDS", Sessions("absolute_timeout"), "the absolute timeout"),
    row("remember-up-to", "SECONDS", Sessions("remember_up_to"), "how long a visitor may be remembered (nobody is)"),
    row("remembered-idle", "SECONDS", Sessions("remembered_idle_timeout"), "the idle timeout of remembered visitors (none)"),
    row("refresh-after", "WHEN", Sessions("refresh_after"), "seconds, never, always, on-change, every-request"),
    row("refresh-navigations-only", "", Cookies("refresh_navigations_only"), "refresh nothing for scripts"),
    row("skew", "SECONDS", Sessions("clock_skew"), "how far another clock may be ahead"),
    row("not-before", "SECONDS", Sessions("not_before"), "reject sessions issued earlier; Unix seconds"),
    row("size", "PROFILE", Cookies("size"), "anywhere, browser; split:2, split:3 or split:4 cookies"),
    row("padding", "SCHEME", Sessions("padding"), "none, padme"),
    row("context", "PAIR", Sessions("context"), "label=value, bound to every session; repeatable"),
    row("formerly", "WAY", Cookies("formerly"), "how it was set before: path=/x, domain=example.com, partitioned; repeatable"),
    row("save-on-error", "", Sessions("save_on_server_error"), "a response with a 5xx status saves, too"),
    row("keep-unknown-keys", "", Sessions("keep_unknown_keys"), "leave a session alone whose key the ring lacks"),
    row("insecure", "", Cookies("danger_allow_http"), "no `Secure`; for Safari, which keeps no such cookie of localhost"),
    row("danger-allow-shared-caching", "", Sessions("danger_allow_shared_caching"), "save with responses that shared caches may store"),
];
