//! Redis and Postgres, started for this run, and the CPU time they used.

use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{self, Command},
};

use hardtack_scenarios::{Program, free_ports};

use crate::process::cpu;

pub(crate) struct Stores {
    redis: Program,
    postgres: Postgres,
    redis_port: u16,
}

impl Stores {
    pub(crate) fn start() -> Result<Stores, Box<dyn Error>> {
        let [redis_port, postgres_port] = free_ports();
        Ok(Stores {
            redis: redis(redis_port),
            postgres: Postgres::start(postgres_port)?,
            redis_port,
        })
    }

    /// Returns the addresses, in the variables in which a server looks for them.
    pub(crate) fn addresses(&self) -> [(&'static str, String); 2] {
        let redis = format!("redis://127.0.0.1:{}", self.redis_port);
        let postgres = format!("postgres://postgres@127.0.0.1:{}", self.postgres.port);
        [("REDIS_URL", redis), ("POSTGRES_URL", postgres)]
    }

    /// Returns the seconds of CPU time that Redis and Postgres have used.
    pub(crate) fn cpu(&self) -> Result<[f64; 2], Box<dyn Error>> {
        Ok([cpu(&self.redis)?, cpu(&self.postgres.program)?])
    }
}

/// Starts a Redis that writes nothing to the disk.
fn redis(port: u16) -> Program {
    let mut command = Command::new("redis-server");
    command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
    command.args(["--save", "", "--appendonly", "no"]);
    Program::until_line(&mut command, "Ready to accept connections").0
}

/// A Postgres with a cluster of its own, which is removed when it is dropped.
struct Postgres {
    program: Program,
    programs: PathBuf,
    cluster: PathBuf,
    port: u16,
}

impl Postgres {
    /// Starts a Postgres with a table of 10,000 users, all in their first epoch.
    fn start(port: u16) -> Result<Postgres, Box<dyn Error>> {
        let programs = postgres_programs()?;
        let cluster = env::temp_dir().join(format!("hardtack-server-bench-{}", process::id()));
        let mut initdb = as_postgres(programs.join("initdb"));
        initdb.args(["--auth", "trust", "--username", "postgres", "--no-sync"]);
        run(initdb.args(["--locale", "C", "--pgdata"]).arg(&cluster))?;

        // Its log is on the standard error, where nothing looks for the line.
        let mut command = as_postgres("sh");
        command.args(["-c", "exec \"$@\" 2>&1", "sh"]);
        command.arg(programs.join("postgres")).arg("-D");
        command.arg(&cluster).args(["-p", &port.to_string()]);
        command.args(["-c", "listen_addresses=127.0.0.1"]);
        command.args(["-c", "unix_socket_directories="]);
        let (program, _) = Program::until_line(&mut command, "ready to accept connections");
        let postgres = Postgres {
            program,
            programs,
            cluster,
            port,
        };
        let mut psql = Command::new(postgres.programs.join("psql"));
        psql.args(["--host", "127.0.0.1", "--port", &port.to_string()]);
        run(psql.args(["--username", "postgres", "--command", USERS]))?;
        Ok(postgres)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A killed Postgres would leave shared memory behind.
        let mut stop = as_postgres(self.programs.join("pg_ctl"));
        stop.args(["stop", "--mode", "fast", "--pgdata"]);
        let stopped = run(stop.arg(&self.cluster));
        let removed = fs::remove_dir_all(&self.cluster);
        if stopped.is_err() || removed.is_err() {
            eprintln!("{} is left behind", self.cluster.display());
        }
    }
}

/// Returns the folder of the programs of Postgres, which Debian does not have in `PATH`.
fn postgres_programs() -> Result<PathBuf, Box<dyn Error>> {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let debian = versions.flatten().map(|version| version.path().join("bin"));
    let path = env::var_os("PATH").unwrap_or_default();
    debian
        .chain(env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| "cannot find initdb; install Postgres (Debian package `postgresql`)".into())
}

/// Returns a command that does not run as root, which Postgres refuses, but as the user of its package.
fn as_postgres(program: impl AsRef<OsStr>) -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0);
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args([
            "--reuid",
            "postgres",
            "--regid",
            "postgres",
            "--clear-groups",
        ]);
        command.arg(program);
        command
    } else {
        Command::new(program)
    };
    // The user may not be allowed to enter the present folder.
    command.current_dir(Path::new("/"));
    command
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let program = command.get_program().to_owned();
    let output = command
        .output()
        .map_err(|error| format!("cannot start {program:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(format!("{command:?} failed: {text}").into())
}

const USERS: &str = "
    create table users (id bigint primary key, epoch integer not null);
    insert into users select 4000000000 + n, 1 from generate_series(0, 9999) as n;
    analyze users";
