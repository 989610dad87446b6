# The two Workers, for workerd: `workerd serve workers.capnp rust`, and `javascript`.
using Workerd = import "/workerd/workerd.capnp";

const rust :Workerd.Config = (
  services = [(name = "main", worker = .inRust), .internet],
  sockets = [.http],
);

const javascript :Workerd.Config = (
  services = [(name = "main", worker = .inJavaScript), .internet],
  sockets = [.http],
);

const http :Workerd.Socket = (name = "http", address = "127.0.0.1:0", http = (), service = "main");

# The table of users is on this machine.
const internet :Workerd.Service = (name = "internet", network = (allow = ["local", "private"]));

const inRust :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "../worker/dist/worker.js"),
    (name = "dist/hardtack_worker_bg.wasm", wasm = embed "../worker/dist/hardtack_worker_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
  bindings = .variables,
);

const inJavaScript :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "dist/worker.js")],
  compatibilityDate = "2026-10-01",
  bindings = .variables,
);

const variables :List(Workerd.Worker.Binding) = [
  (name = "SESSION_KEYS", fromEnvironment = "SESSION_KEYS"),
  (name = "SESSION_APPLICATION", fromEnvironment = "SESSION_APPLICATION"),
  (name = "SESSION_IDLE_TIMEOUT", fromEnvironment = "SESSION_IDLE_TIMEOUT"),
  (name = "SESSION_ABSOLUTE_TIMEOUT", fromEnvironment = "SESSION_ABSOLUTE_TIMEOUT"),
  (name = "SESSION_REMEMBER_UP_TO", fromEnvironment = "SESSION_REMEMBER_UP_TO"),
  (name = "SESSION_REMEMBERED_IDLE_TIMEOUT", fromEnvironment = "SESSION_REMEMBERED_IDLE_TIMEOUT"),
  (name = "SESSION_CLOCK_SKEW", fromEnvironment = "SESSION_CLOCK_SKEW"),
  (name = "USERS", fromEnvironment = "USERS"),
  (name = "REVALIDATE_AFTER", fromEnvironment = "REVALIDATE_AFTER"),
];
