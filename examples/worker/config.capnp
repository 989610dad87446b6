# For workerd, the runtime of Cloudflare Workers.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:8787", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.js", esModule = embed "dist/worker.js"),
    (name = "dist/hardtack_worker_bg.wasm", wasm = embed "dist/hardtack_worker_bg.wasm"),
  ],
  compatibilityDate = "2026-10-01",
  bindings = [(name = "SESSION_KEYS", fromEnvironment = "SESSION_KEYS")],
);
