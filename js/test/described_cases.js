// Settings as texts, good and bad, which JavaScript and Rust read: described.test.js runs both over them.

import { ELSEWHERE } from "../src/settings/table.js";
import { CASES } from "./settings_cases.js";
import { SIGNING_KEY, XAES_KEY } from "./visitor.js";

/** Every setting, with a value that is right by itself, one that is wrong, and one that is too large. */
export const SETTINGS = { ...CASES, keys: [XAES_KEY, "hunter2", `${XAES_KEY.slice(0, -1)}x`] };

const env = (variables) => ({ variables: Object.entries(variables).map(([name, value]) => [`SESSION_${name.toUpperCase()}`, value]) });
const table = (settings) => ({ table: typeof settings === "string" ? settings : JSON.stringify(settings) });
const withKeys = (settings) => table({ keys: XAES_KEY, ...settings });
const inEnv = (settings) => env({ keys: XAES_KEY, ...settings });
const alone = (name) => (name.startsWith("keys") ? {} : { keys: XAES_KEY });
const misspelled = (name) => name.slice(0, -2) + name.at(-1) + name.at(-2);

/** Settings that are refused in the same words. */
export const BAD = Object.entries(SETTINGS).flatMap(([name, [right, wrong, large]]) => [
  env({ [name]: "" }),
  env({ [name]: " \t" }),
  // Each language has words of its own about keys.
  ...(name === "keys" ? [] : [env({ [name]: wrong, name: "a b" }), env({ ...alone(name), [name]: large, no_such: "x" })]),
  { variables: [...env({ ...alone(name), [name]: right }).variables, [`SESSION_${name}`, right]] },
  env({ ...alone(name), [misspelled(name)]: right }),
  // As a file of variables has it that no shell reads.
  ...(name === "keys" ? [] : [`"${right}"`, `'${right}'`].map((quoted) => env({ ...alone(name), [name]: quoted }))),
  table({ [name.toUpperCase()]: right }),
  table({ [name]: null, mode: 7 }),
  table({ [name]: name.startsWith("not") || name.endsWith("y") ? 1.5 : -1, domain: "a..b" }),
  table({ [name]: { a: { b: [] } }, path: "/a?b" }),
]);

BAD.push(
  // Names.
  ...ELSEWHERE.flatMap(([words]) => words).map((word) => withKeys({ [word]: "x" })),
  ...["timeout", "idletimeout", "sameSite", "remember-me", "session.name", "allow_http", "", "no_such", "keys_fiel", "Secure", "cookie", "ttl", "SECRET", "session_secret", "secret-key.base", "secrets", "cookie_password", "max_age", "maxAge", "expires", "rolling_expires", "é", "a'b\"c\\d\u0000\u200b", "{name}"].map((name) => withKeys({ [name]: "x" })),
  withKeys({ keys_env: "HARDTACK_KEYS" }),
  withKeys({ keys_file: "f", keys_from: [{ env: "A" }], keys_env: "B" }),
  env({ name: "a" }),
  table({}),
  table("[]"),
  table("7"),
  table("null"),
  { variables: [["SESSION_NAME", "a"], ["SESSION_Name", "b"], ["SESSION_", "x"], ["SESSION_MANAGERS", "x"], ["SESSION_HOST", "x"], ["SESSION_PORTS", "1"]] },
  // Keys in other places.
  inEnv({ name: XAES_KEY, domain: XAES_KEY.slice(21), context: `a=${XAES_KEY}`, [XAES_KEY]: "x" }),
  withKeys({ application: `x${XAES_KEY.slice(-48)}`, context: { [XAES_KEY]: "a" }, formerly: [{ path: XAES_KEY }] }),
  table({ keys_env: XAES_KEY }),
  table({ keys: 7 }),
  table({ keys: [XAES_KEY] }),
  table({ keys_from: [] }),
  ...["env=A file=B", "env", "env=", "socket=/x", ",", "env=A,,env=B", "env=A-B"].map((keys_from) => env({ keys_from })),
  ...[[{}], [{ env: "A", file: "B" }], [["env"]], [["env", ""]], [["env", "A", "B"]], { env: 7 }, [{ env: ["A"] }], [7]].map((keys_from) => table({ keys_from })),
  inEnv({ watch_keys: "10s" }),
  table({ watch_keys: 10 }),
  table({ keys_env: "HARDTACK_KEYS", watch_keys: 10 }),
  // Attributes together.
  withKeys({ danger_allow_http: true, secure: true }),
  withKeys({ danger_allow_http: "on", same_site: "none", partitioned: "on", name: "__SECURE-a" }),
  withKeys({ danger_allow_http: true, name: "__http-x" }),
  withKeys({ name: "__Host-a", path: "/app", domain: "example.com" }),
  inEnv({ name: "__hOST-a", path: "/app" }),
  withKeys({ partitioned: true, size: "split:4" }),
  inEnv({ size: "SPLIT:4", partitioned: "yes", name: "a b", domain: "a..b", idle_timeout: "13h" }),
  withKeys({ name: "session.1" }),
  withKeys({ name: "é" }),
  withKeys({ name: "a\"b" }),
  withKeys({ name: "a{name}b" }),
  withKeys({ name: "a\tb" }),
  withKeys({ name: "n".repeat(200) + "é" }),
  ...["/a b", "/é", "/a;b", "/a,b", "/#", "/a/../b", "/.", "/%2E%2e/x", "/a/./", "{path}", "/{}\u0301", "/a\u00a0"].map((path) => withKeys({ path })),
  ...["", "com.", "-a.example", "a-.example", "1.2.3.4", "example.com:80", "a_b.example", "é.example", `${"a.".repeat(130)}com`].map((domain) => withKeys({ domain })),
  ...[[{}], {}, "path=/a", [{ path: "/" }], [{ path: "a" }], [{ path: "/x" }, { domain: "" }, { path: "/" }], [{ name: "x" }], "x", "path=/a path=/b", "partitioned=maybe", [{ partitioned: 3 }], [["path", "/x", 1]], "path=/x secure=true", [{ domain: "..." }], "partitioned=no"].map((formerly) => withKeys(formerly === "path=/a" ? { formerly, name: "__Host-x" } : { formerly })),
  // Lifetimes together.
  withKeys({ idle_timeout: "13h" }),
  inEnv({ idle_timeout: "13h", absolute_timeout: "12h 59m 59s" }),
  withKeys({ remembered_idle_timeout: "14d" }),
  withKeys({ remember_up_to: "13d", remembered_idle_timeout: "14d" }),
  withKeys({ refresh_after: "16m" }),
  withKeys({ remember_up_to: "1h", remembered_idle_timeout: "10m", refresh_after: 301 }),
  withKeys({ remember_up_to: "1h", remembered_idle_timeout: "10m", refresh_after: "20m", idle_timeout: "1m" }),
  withKeys({ idle_timeout: 0, absolute_timeout: 0, remember_up_to: 0, remembered_idle_timeout: 0, clock_skew: "1h" }),
  withKeys({ idle_timeout: "4294967296s", absolute_timeout: "4294967296s" }),
  withKeys({ absolute_timeout: "18446744073709551615s", clock_skew: "18446744073709551615" }),
  ...["1.h", "1..5h", "0.0001s", "1.5ns", "1h30", "h", "1h,2m", "1 hour 30 min x", "1H", "1M", "5 µ", "1ms", "999ms", "1.23456789012345678901h", "0.1month", "18446744073709551616s", "+5s", "٣s", "1h-", "1h\u200b", "1.5.5h", "fortnight", "1 fortnight", "3e3", "0x10", "1_000s"].map((absolute_timeout) => withKeys({ absolute_timeout })),
  ...["2", "true true", "1".repeat(100), "-1", "tt", "0x1", "keys", "00", "of", "10"].map((persistent) => withKeys({ persistent })),
  ...[-1, 1.5, true, [60], { s: 60 }, "18446744073709551616"].map((idle_timeout) => withKeys({ idle_timeout })),
  ...["2026-12-15T00:00:00z", "2026-12-15T00:00:00+00:00", "2026-12-15 00:00:00Z", "2026-02-30T00:00:00Z", "2026-12-15T24:00:00Z", "2026-12-15T00:00:60Z", "1969-12-31T23:59:59Z", "2026-12-15T00:00:00.0Z", "+02026-12-15T00:00:0Z", 1_800_000_000].map((not_before) => withKeys({ not_before })),
  // Labels.
  withKeys({ application: "é".repeat(128) }),
  withKeys({ context: { tenant: "t".repeat(65_536) } }),
  withKeys({ context: [["a", "b"], ["l".repeat(256), "c"], ["d", "e".repeat(70_000)]] }),
  ...["a", "a=b,", [["a"]], [["a", 7]], { a: 7 }, [["a", "b", "c"]], 7, true, "=,", [7]].map((context) => withKeys({ context })),
  ...['stage="live"', "a=b, stage='live'", "`a`=b"].map((context) => inEnv({ context })),
  withKeys({ context: { a: "“b”" } }),
  withKeys({ formerly: [{ path: "'/a'" }] }),
  inEnv({ context: "a=b\nc" , application: "a\rb", path: "/a\n" }),
);

/** Settings that are refused, and whose sentences go on in words of each language: those about keys, files and methods. */
export const BAD_IN_OWN_WORDS = [
  [env({ keys: "hunter2" }), "`SESSION_KEYS`: "],
  [env({ keys: `${XAES_KEY.slice(0, -1)}x`, path: "x" }), "`SESSION_PATH` does not begin with `/`; give one like `/app`"],
  [env({ keys: "hunter2", name: "a b" }), "`SESSION_NAME` contains ' '; use letters, digits, `-` and `_`\n  `SESSION_KEYS`: key ring, entry 1: "],
  [table({ keys: "hunter2", no_such: 1 }), "`no_such` is not a setting; docs/settings.md has all of them\n  `keys`: key ring, entry 1: "],
  [env({ keys: SIGNING_KEY }), "`SESSION_KEYS`: "],
  [table({ keys: XAES_KEY, mode: "unencrypted-but-signed" }), "`keys`: "],
  [table({ keys: `${XAES_KEY}\n${XAES_KEY}` }), "`keys`: "],
  [table({ keys_env: "HARDTACK_NO_KEYS" }), "`keys_env`: environment variable HARDTACK_NO_KEYS is not set; restore its keys, because a new one "],
  [env({ keys_from: "env=HARDTACK_KEYS, env=HARDTACK_NO_KEYS" }), "`SESSION_KEYS_FROM`: environment variable HARDTACK_NO_KEYS is not set; restore its keys, because a new one "],
  [env({ keys_env: "HARDTACK_WRONG_KEYS" }), "`SESSION_KEYS_ENV`: environment variable HARDTACK_WRONG_KEYS: "],
  [table({ keys_file: "/no/such/file" }), "`keys_file`: cannot read file /no/such/file: "],
  [table({ keys_file: "/" }), "`keys_file`: file / is not a regular file, nor a link to one; "],
  [table({ keys_file: "/", idle_timeout: "13h" }), "`idle_timeout` is longer than `absolute_timeout` (13h and 12h; the default is 12h), so"],
  ...["companion", "migrate_from", "on_outcome", "revalidate_after", "revoked-if", "type_label", "TYPED", "unvalidated_up_to"].map((name) => [withKeys({ [name]: "x" }), `\`${name}\` is not a setting: `]),
];

/** Settings that are good, and describe the same cookie. */
export const GOOD = [
  ...Object.entries(SETTINGS).filter(([name]) => !/^(keys_file|watch_keys|remembered_idle_timeout|formerly)$/.test(name)).map(([name, [right]]) => env({ ...alone(name), [name]: right })),
  env({ keys: SIGNING_KEY, mode: "Unencrypted-But-Signed" }),
  table({ keys_from: [{ env: "HARDTACK_KEYS" }, { env: "HARDTACK_OLD_KEYS" }] }),
  table({ keys_from: { env: "HARDTACK_KEYS" } }),
  table({ keys_from: [["env", "HARDTACK_KEYS"]] }),
  env({ keys_from: " env = HARDTACK_KEYS , env=HARDTACK_OLD_KEYS" }),
  table({ keys: `\n${XAES_KEY} seal_from=2026-03-01T00:00:00Z\n\nnot_before=2026-02-01T00:00:00Z\n` }),
  { variables: [["SESSION_KEYS", XAES_KEY], ["SESSION_MANAGER", "local/x"], ["SESSION_SERVICE_HOST", "10.0.0.1"], ["SESSION_PORT_53_UDP_ADDR", "x"], ["SESSIONS", "x"], ["PATH", "/bin"], ["session_name", "x"]] },
  ...["strict", "LAX", " None ", "omit"].map((same_site) => withKeys({ same_site })),
  ...[true, false, 1, 0, "T", "f", "Y", "N", " on "].map((partitioned) => withKeys({ partitioned })),
  withKeys({ danger_allow_http: true }),
  withKeys({ danger_allow_http: false, secure: "yes", httponly: true, http_only: 1 }),
  withKeys({ danger_allow_http: true, name: "s", path: "/" }),
  withKeys({ path: "/app/", same_site: "none" }),
  withKeys({ path: "/!\"$%&'()*+-./:<=>@[\\]^_`{|}~" }),
  withKeys({ domain: "Example.com", name: "__Secure-a" }),
  withKeys({ domain: "com" }),
  withKeys({ name: "!#$%&'*+-.^_`|~09azAZ" }),
  withKeys({ name: "n".repeat(128) }),
  withKeys({ persistent: true }),
  withKeys({ persistent: true, idle_timeout: "off", absolute_timeout: "500d", remember_up_to: "500d" }),
  ...[900, "900", "off", "OFF", false, "15m", "1s", "12h", "1h 30m", "0.5h", "1 0 m", "1.5  m", "1h1m1s", "1hour30min", "60000ms", "1000000µs", "1000000000ns", "500ms 500ms", "0.25d", "1m0s", "002m"].map((idle_timeout) => withKeys({ idle_timeout })),
  ...["1w", "1 week", "1month", "1.5month", "1y", "1 year 2 months 3 weeks 4 days 5 hours 6 minutes 7 seconds", "4294967295", 4_294_967_295, "136 years", "1 wk 2 wks", "1hr 2hrs", "10 mins 5 secs"].map((absolute_timeout) => withKeys({ absolute_timeout })),
  withKeys({ absolute_timeout: "10m" }),
  withKeys({ remember_up_to: "30d" }),
  withKeys({ remember_up_to: "30d", remembered_idle_timeout: "14d" }),
  withKeys({ remember_up_to: "1h", remembered_idle_timeout: "10m", idle_timeout: "off", refresh_after: "5m" }),
  ...["never", "On-Change", "always", "every-request", 0, "15m", "7m"].map((refresh_after) => withKeys({ refresh_after })),
  withKeys({ idle_timeout: "off", refresh_after: "4294967296s" }),
  ...[0, "0s", 300, "5m"].map((clock_skew) => withKeys({ clock_skew })),
  ...["1970-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2027-01-15T07:59:00Z", "2027-01-15T08:00:00Z", "2027-01-15T08:00:01Z", "9999-12-31T23:59:59Z"].map((not_before) => withKeys({ not_before })),
  ...["anywhere", "Browser", "split:2", "SPLIT:3", "split:4"].map((size) => withKeys({ size })),
  ...["browser", "split:3"].map((size) => withKeys({ size, partitioned: true, same_site: "none" })),
  withKeys({ size: "split:4", partitioned: false }),
  ...["none", "padme", "PADME"].map((padding) => withKeys({ padding, size: "browser" })),
  withKeys({ application: "a".repeat(255) }),
  withKeys({ application: " shop " }),
  withKeys({ application: "{name}" }),
  ...["a=b", "b=1, a=2", " a = b = c ,x=", "=x", "a=1, a=2"].map((context) => withKeys({ context })),
  ...[{}, [], { b: "1", a: "2" }, [["b", "1"], ["a", "2"]], [{ b: "1", a: "2" }, { a: "3" }], ["a", "b"].map((label) => [label, ""]), { é: "ü" }].map((context) => withKeys({ context })),
  ...["path=/old", "path=/old domain=example.com, domain=a.example", "partitioned=yes"].map((formerly) => withKeys({ formerly, name: "__Secure-a" })),
  ...[[], [{ path: "/old" }, { domain: "example.com", partitioned: true }], { path: "/old" }, [["path", "/old"]]].map((formerly) => withKeys({ formerly, name: "__Secure-a" })),
  withKeys({ formerly: [{ domain: "" }], domain: "example.com", name: "a" }),
  withKeys({ save_on_server_error: true, keep_unknown_keys: "y" }),
  withKeys({ refresh_navigations_only: "1", keep_unknown_keys: false }),
  withKeys({ danger_allow_shared_caching: true }),
  withKeys({ save_on_server_error: "no", danger_allow_shared_caching: "N" }),
  inEnv({ name: "__Host-login", idle_timeout: "10m", absolute_timeout: "8h", remember_up_to: "30d", remembered_idle_timeout: "14d", application: "shop", context: "stage=live", size: "browser", padding: "padme" }),
];
