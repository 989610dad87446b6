// Written by .ci/settings from src/settings/settings.toml: change that.

export const EMPTY = "is empty; give it a value or leave it out";
export const HOLDS_A_KEY = "holds a key, which belongs in {keys} alone";
export const GIVEN_TWICE = "is given twice, or under two names; keep one";
export const OTHER_KEYS = "is not the only source of keys; give one of {keys}, {keys_env}, {keys_file} and {keys_from}";
export const NO_KEYS =
  "there are no keys; give {keys_env} with the name of an environment variable, {keys_file} with a path, {keys_from} with " +
  "several of these, or {keys} with the keys themselves";
export const NOTHING_TO_WATCH = "needs a file: the variables of a running program do not change; give {keys_file}, or leave it out";
export const OPPOSITE = "is the opposite of {danger_allow_http}; leave out one of them";
export const NOT_A_TABLE = "the settings are not a table of names and values";
export const NOT_UTF8 = "is not UTF-8";
export const NO_TEXT = "must be a string in quotes";
export const SEVERAL_LINES = "has several lines; give it one";
export const NO_FLAG = "must be `true` or `false`";
export const A_DURATION = "a duration like `30m`, `12h` or `30days`, in lower case, or a number of seconds";
export const NO_INTERVAL = "must be at least 1s";
export const NO_TIME = "must be a time like `2026-12-15T00:00:00Z`, as a string in quotes";
export const NAME_TWICE = "has a name twice in one table; leave one out, or give two tables (in a string with a comma)";
export const NOT_SECURE =
  "cannot be false, because anyone on the network could take the session; leave it out, or set {danger_allow_http} where " +
  "there is no HTTPS";
export const NOT_HTTP_ONLY =
  "cannot be false, because every script in the page could take the session; leave it out, and let the server tell scripts " +
  "what they need";
export const NO_VARIABLE = "is not the name of an environment variable; give one like `SESSION_KEYS`";
export const NO_SOURCES = "must be a list of tables, each with `env` or `file`, or a string like `env=OLD_KEYS, file=/run/secrets/keys`";
export const NO_PAIRS = "must be a table of strings, a list of pairs of strings, or a string like `label=value, label=value`";
export const NO_FORMERLY =
  "must be a list of tables like `{ path = \"/app\", domain = \"\", partitioned = true }`, where an empty domain is none, or a " +
  "string like `path=/app domain=example.com, path=/shop`";
export const NOTHING_CHANGED = "has the {path}, {domain} and {partitioned} that the cookie has now; leave it out";
export const tooManyBytes = (bytes, most) => `has ${bytes} bytes, expected at most ${most}`;
export const noName = (character) => `contains ${character}; use letters, digits, \`-\` and \`_\``;
export const LIKE_A_PART = "ends in a dot and digits, like the parts of a large session; choose another ending";
export const NO_SLASH = "does not begin with `/`; give one like `/app`";
export const noPath = (character) => `contains ${character}, expected visible ASCII characters other than \`;\`, \`,\`, \`?\` and \`#\``;
export const DOTS = "has a segment `.` or `..`, which browsers resolve; leave it out";
export const NO_DOMAIN = "is not a host name, expected one like `example.com`, without a leading dot or a port";
export const SAME_SITE_NONE_WITHOUT_SECURE =
  "browsers refuse `SameSite=None` without `Secure`; leave out {danger_allow_http} or choose another {same_site}";
export const PARTITIONED_WITHOUT_SECURE = "browsers refuse `Partitioned` without `Secure`; leave out {danger_allow_http} or {partitioned}";
export const PREFIX_WITHOUT_SECURE =
  "browsers refuse names with `__Host-`, `__Secure-` or `__Http-` without `Secure`; leave out {danger_allow_http} or choose" +
  " a name without a prefix";
export const HOST_WITH_DOMAIN = "browsers refuse `__Host-` names with a domain; leave out {domain} or choose a `__Secure-` name";
export const HOST_WITH_PATH = "browsers refuse `__Host-` names with a path other than `/`; leave out {path} or choose a `__Secure-` name";
export const notInRange = (duration, more) => `is ${duration}; give 1 second to 136 years${more}`;
export const neverReached = (b, first, second, more, a) =>
  `is longer than {${b}} (${first} and ${second}${more}), so it would never take effect; set {${b}} to at least the same, or a ` +
  `shorter {${a}}`;
export const refreshedTooRarely = (of, duration, idle) =>
  `is longer than half of {${of}} (${duration} and ${idle}), so active visitors would be signed out; choose at most half`;
export const NOTHING_IS_REMEMBERED = "needs {remember_up_to}, without which no session is remembered; set both, or leave this out";
export const tooSkewed = (duration) => `is longer than 300 seconds: ${duration}; correct the clocks instead`;
export const noApplication = (bytes) => `has ${bytes} bytes, expected 1 to 255`;
export const QUOTED = "is in quotes; leave them out";
