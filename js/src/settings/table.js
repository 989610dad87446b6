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
  ["password", ["keys"]],
  ["expires", ["idle_timeout", "absolute_timeout"]],
  ["max_age", ["idle_timeout", "absolute_timeout"]],
  ["secrets", ["keys"]],
  ["secret", ["keys"]],
  ["ttl", ["idle_timeout", "absolute_timeout"]],
];
