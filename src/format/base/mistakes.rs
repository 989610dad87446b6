// Written by .ci/settings from src/settings/settings.toml: change that.

#![allow(dead_code)]

use std::fmt::Display;

pub(crate) const EMPTY: &str = "is empty; give it a value or leave it out";
pub(crate) const HOLDS_A_KEY: &str = "holds a key, which belongs in {keys} alone";
pub(crate) const GIVEN_TWICE: &str = "is given twice, or under two names; keep one";
pub(crate) const OTHER_KEYS: &str = "is not the only source of keys; give one of {keys}, {keys_env}, {keys_file} and {keys_from}";
pub(crate) const NO_KEYS: &str = "there are no keys; give {keys_env} with the name of an environment variable, {keys_file} with a path, {keys_from} with several of these, or {keys} with the keys themselves";
pub(crate) const NOTHING_TO_WATCH: &str = "needs a file: the variables of a running program do not change; give {keys_file}, or leave it out";
pub(crate) const OPPOSITE: &str = "is the opposite of {danger_allow_http}; leave out one of them";
pub(crate) const NOT_A_TABLE: &str = "the settings are not a table of names and values";
pub(crate) const NOT_UTF8: &str = "is not UTF-8";
pub(crate) const NO_TEXT: &str = "must be a string in quotes";
pub(crate) const SEVERAL_LINES: &str = "has several lines; give it one";
pub(crate) const NO_FLAG: &str = "must be `true` or `false`";
pub(crate) const A_DURATION: &str = "a duration like `30m`, `12h` or `30days`, in lower case, or a number of seconds";
pub(crate) const NO_INTERVAL: &str = "must be at least 1s";
pub(crate) const NO_TIME: &str = "must be a time like `2026-12-15T00:00:00Z`, as a string in quotes";
pub(crate) const NAME_TWICE: &str = "has a name twice in one table; leave one out, or give two tables (in a string with a comma)";
pub(crate) const NOT_SECURE: &str = "cannot be false, because anyone on the network could take the session; leave it out, or set {danger_allow_http} where there is no HTTPS";
pub(crate) const NOT_HTTP_ONLY: &str = "cannot be false, because every script in the page could take the session; leave it out, and let the server tell scripts what they need";
pub(crate) const NO_VARIABLE: &str = "is not the name of an environment variable; give one like `SESSION_KEYS`";
pub(crate) const NO_SOURCES: &str = "must be a list of tables, each with `env` or `file`, or a string like `env=OLD_KEYS, file=/run/secrets/keys`";
pub(crate) const NO_PAIRS: &str = "must be a table of strings, a list of pairs of strings, or a string like `label=value, label=value`";
pub(crate) const NO_FORMERLY: &str = "must be a list of tables like `{ path = \"/app\", domain = \"\", partitioned = true }`, where an empty domain is none, or a string like `path=/app domain=example.com, path=/shop`";
pub(crate) const NOTHING_CHANGED: &str = "has the {path}, {domain} and {partitioned} that the cookie has now; leave it out";
pub(crate) fn too_many_bytes(bytes: impl Display, most: impl Display) -> String { format!("has {bytes} bytes, expected at most {most}") }
pub(crate) fn no_name(character: impl Display) -> String { format!("contains {character}; use letters, digits, `-` and `_`") }
pub(crate) const LIKE_A_PART: &str = "ends in a dot and digits, like the parts of a large session; choose another ending";
pub(crate) const NO_SLASH: &str = "does not begin with `/`; give one like `/app`";
pub(crate) fn no_path(character: impl Display) -> String { format!("contains {character}, expected visible ASCII characters other than `;`, `,`, `?` and `#`") }
pub(crate) const DOTS: &str = "has a segment `.` or `..`, which browsers resolve; leave it out";
pub(crate) const NO_DOMAIN: &str = "is not a host name, expected one like `example.com`, without a leading dot or a port";
pub(crate) const SAME_SITE_NONE_WITHOUT_SECURE: &str = "browsers refuse `SameSite=None` without `Secure`; leave out {danger_allow_http} or choose another {same_site}";
pub(crate) const PARTITIONED_WITHOUT_SECURE: &str = "browsers refuse `Partitioned` without `Secure`; leave out {danger_allow_http} or {partitioned}";
pub(crate) const PREFIX_WITHOUT_SECURE: &str = "browsers refuse names with `__Host-`, `__Secure-` or `__Http-` without `Secure`; leave out {danger_allow_http} or choose a name without a prefix";
pub(crate) const HOST_WITH_DOMAIN: &str = "browsers refuse `__Host-` names with a domain; leave out {domain} or choose a `__Secure-` name";
pub(crate) const HOST_WITH_PATH: &str = "browsers refuse `__Host-` names with a path other than `/`; leave out {path} or choose a `__Secure-` name";
pub(crate) fn not_in_range(duration: impl Display, more: impl Display) -> String { format!("is {duration}; give 1 second to 136 years{more}") }
pub(crate) fn never_reached(b: impl Display, first: impl Display, second: impl Display, more: impl Display, a: impl Display) -> String { format!("is longer than {{{b}}} ({first} and {second}{more}), so it would never take effect; set {{{b}}} to at least the same, or a shorter {{{a}}}") }
pub(crate) fn refreshed_too_rarely(of: impl Display, duration: impl Display, idle: impl Display) -> String { format!("is longer than half of {{{of}}} ({duration} and {idle}), so active visitors would be signed out; choose at most half") }
pub(crate) const NOTHING_IS_REMEMBERED: &str = "needs {remember_up_to}, without which no session is remembered; set both, or leave this out";
pub(crate) fn too_skewed(duration: impl Display) -> String { format!("is longer than 300 seconds: {duration}; correct the clocks instead") }
pub(crate) fn no_application(bytes: impl Display) -> String { format!("has {bytes} bytes, expected 1 to 255") }
pub(crate) const QUOTED: &str = "is in quotes; leave them out";
