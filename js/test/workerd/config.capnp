# The vectors of the format, and a site, in the runtime of Cloudflare Workers.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # The origin is on this machine.
    (name = "internet", network = (allow = ["local", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [
    # Bundled by the test.
    (name = "worker.js", esModule = embed "../../dist-test/worker.js"),
    (name = "vectors/caches.json", text = embed "../../../tests/vectors/caches.json"),
    (name = "vectors/contexts.json", text = embed "../../../tests/vectors/contexts.json"),
    (name = "vectors/cookies.json", text = embed "../../../tests/vectors/cookies.json"),
    (name = "vectors/csrf.json", text = embed "../../../tests/vectors/csrf.json"),
    (name = "vectors/derivation.json", text = embed "../../../tests/vectors/derivation.json"),
    (name = "vectors/devices.json", text = embed "../../../tests/vectors/devices.json"),
    (name = "vectors/encode.json", text = embed "../../../tests/vectors/encode.json"),
    (name = "vectors/headers.json", text = embed "../../../tests/vectors/headers.json"),
    (name = "vectors/hosts.json", text = embed "../../../tests/vectors/hosts.json"),
    (name = "vectors/keys.json", text = embed "../../../tests/vectors/keys.json"),
    (name = "vectors/open.json", text = embed "../../../tests/vectors/open.json"),
    (name = "vectors/policies.json", text = embed "../../../tests/vectors/policies.json"),
    (name = "vectors/primitives.json", text = embed "../../../tests/vectors/primitives.json"),
    (name = "vectors/rings.json", text = embed "../../../tests/vectors/rings.json"),
    (name = "vectors/seal.json", text = embed "../../../tests/vectors/seal.json"),
    (name = "vectors/settings.json", text = embed "../../../tests/vectors/settings.json"),
    (name = "vectors/writes.json", text = embed "../../../tests/vectors/writes.json"),
  ],
  compatibilityDate = "2026-10-01",
  bindings = [
    (name = "SESSION_KEYS", fromEnvironment = "SESSION_KEYS"),
    (name = "ORIGIN", fromEnvironment = "ORIGIN"),
    (name = "KEYS", fromEnvironment = "KEYS"),
  ],
);
