// Written by .ci/settings from src/settings/settings.toml: change that.

/** The place, the kind and the words of each setting; null if names.js has a function for it. */
export const SETTINGS = {
  mode: null,
  keys: null,
  keys_env: null,
  keys_file: null,
  keys_from: null,
  watch_keys: null,
  name: ["cookie", "line"],
  path: ["cookie", "line"],
  domain: ["cookie", "line"],
  same_site: ["cookie", "choice", { strict: "Strict", lax: "Lax", none: "None", omit: null }],
  partitioned: ["cookie", "flag"],
  persistent: ["options", "flag"],
  idle_timeout: ["options", "choice_or_duration", { off: null, false: null }],
  absolute_timeout: ["options", "duration"],
  remember_up_to: ["options", "duration"],
  remembered_idle_timeout: ["options", "duration"],
  refresh_after: ["options", "choice_or_duration",
    { never: "never", "on-change": "on-change", always: "always", "every-request": "every-request" },
  ],
  refresh_navigations_only: ["options", "flag"],
  clock_skew: ["options", "duration"],
  not_before: ["options", "time"],
  size: ["options", "choice",
    { anywhere: "anywhere", browser: "browser", "split:2": "split:2", "split:3": "split:3", "split:4": "split:4" },
  ],
  padding: null,
  application: ["options", "line"],
  context: null,
  formerly: null,
  save_on_server_error: ["options", "flag"],
  keep_unknown_keys: ["options", "flag"],
  danger_allow_http: ["cookie", "flag"],
  danger_allow_shared_caching: ["options", "flag"],
  secure: null,
  httponly: null,
  http_only: null,
};

/** Options without a setting, and the names of their methods in Rust. */
export const OF_THE_PROGRAM = [
  "companion", "migratefrom", "onoutcome", "revalidateafter", "revokedif", "typelabel", "typed", "unvalidatedupto",
  "devicebound", "log", "metrics", "skipxchacha", "type",
];

/** Words for settings in other libraries. */
export const ELSEWHERE = [
  [["secret", "secrets", "password", "passwords", "passphrase", "encryption_key", "encrypt_key", "signing_key", "validate_key"], ["keys"]],
  [["secret_file", "secrets_file", "password_file"], ["keys_file"]],
  [["samesite"], ["same_site"]],
  [["chips"], ["partitioned"]],
  [["permanent"], ["persistent", "remember_up_to"]],
  [["expire_at_browser_close"], ["persistent"]],
  [
    ["max_age", "ttl", "expires", "expiry", "expires_in", "expire_after", "lifetime", "duration", "cookie_age"],
    ["idle_timeout", "absolute_timeout"],
  ],
  [["active_duration", "inactivity"], ["idle_timeout"]],
  [["permanent_session_lifetime"], ["absolute_timeout", "remember_up_to"]],
  [
    ["rolling", "resave", "renew", "reissue_time", "refresh_each_request", "save_every_request", "touch_after", "update_age"],
    ["refresh_after"],
  ],
  [["salt", "namespace"], ["application"]],
  [["insecure"], ["danger_allow_http"]],
];
