//! The whole fleet: Redis, two instances, haproxy before them, and the folder of their keys.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{self, Command},
    sync::atomic::{AtomicU32, Ordering},
};

use hardtack::KeyRing;
use hardtack_scenarios::{Browser, Program, Server, Site, free_ports, until};

use crate::crowd::Secret;

pub(crate) struct Fleet {
    pub(crate) instances: [Instance; 2],
    pub(crate) secret: Secret,
    redis: Program,
    redis_port: u16,
    entrance: u16,
    _haproxy: Program,
    folder: PathBuf,
}

pub(crate) struct Instance {
    name: &'static str,
    port: u16,
    program: Program,
}

impl Fleet {
    pub(crate) fn start(ring: &str) -> Fleet {
        let number = FLEETS.fetch_add(1, Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = folder.join(format!("fleet-{}-{number}", process::id()));
        let secret = Secret::mount(&folder.join("secret"), ring);
        let [entrance, redis_port, first, second] = free_ports();
        let redis = start_redis(redis_port, &folder);
        let instances = [("first", first), ("second", second)].map(|(name, port)| Instance {
            name,
            port,
            program: start_instance(port, redis_port, &secret),
        });
        let config = concat!(env!("CARGO_MANIFEST_DIR"), "/haproxy.cfg");
        let mut haproxy = Command::new("haproxy");
        haproxy
            .args(["-db", "-f", config])
            .env("PORT", entrance.to_string())
            .env("FIRST", first.to_string())
            .env("SECOND", second.to_string());
        Fleet {
            instances,
            secret,
            redis,
            redis_port,
            entrance,
            _haproxy: Program::until_port(&mut haproxy, entrance),
            folder,
        }
    }

    /// Returns haproxy, as a server.
    pub(crate) fn entrance(&self) -> Server {
        at(self.entrance)
    }

    /// Gives the instances a ring, and returns when both say that they use it.
    pub(crate) fn push(&mut self, ring: &str) {
        self.secret.replace(ring);
        let ring: KeyRing = ring.parse().unwrap();
        let expected = format!("fingerprint {}\n", ring.fingerprint());
        until("every instance has the ring", || {
            let mut instances = self.instances.iter();
            instances.all(|instance| instance.health().contains(&expected))
        });
    }

    /// Stops an instance, starts it on the same port, and returns when haproxy sends it visitors again.
    pub(crate) fn restart(&mut self, number: usize) {
        let instance = &mut self.instances[number];
        assert!(instance.program.stop().success());
        instance.program = start_instance(instance.port, self.redis_port, &self.secret);
        let name = instance.name;
        until("haproxy uses the instance", || {
            let visitor = Site::Counter.look(&Browser::new(), &self.entrance());
            visitor.answer.field("x-instance") == name
        });
    }

    pub(crate) fn stop_redis(&mut self) {
        assert!(self.redis.stop().success());
    }

    pub(crate) fn start_redis(&mut self) {
        self.redis = start_redis(self.redis_port, &self.folder);
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        // A leftover folder does no harm.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Instance {
    /// Returns the instance itself, without the proxy.
    pub(crate) fn server(&self) -> Server {
        at(self.port)
    }

    fn health(&self) -> String {
        let browser = Browser::new();
        let answer = browser.send(&self.server(), "GET".parse().unwrap(), "/health", "", "");
        answer.text
    }
}

fn at(port: u16) -> Server {
    Server::at(format!("http://127.0.0.1:{port}"), ())
}

fn start_instance(port: u16, redis_port: u16, secret: &Secret) -> Program {
    let mut program = Command::new(env!("CARGO_BIN_EXE_hardtack-fleet"));
    program
        .arg(port.to_string())
        .env("SESSION_KEYS_FILE", secret.file())
        .env("REDIS_URL", format!("redis://127.0.0.1:{redis_port}"));
    Program::until_line(&mut program, "listening on").0
}

/// Writes every change to the disk, so that epochs outlive a restart.
fn start_redis(port: u16, folder: &Path) -> Program {
    let mut redis = Command::new("redis-server");
    redis
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--appendonly", "yes", "--appendfsync", "always"])
        .arg("--dir")
        .arg(folder);
    Program::until_line(&mut redis, "Ready to accept connections").0
}

static FLEETS: AtomicU32 = AtomicU32::new(0);
