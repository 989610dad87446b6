//! Requests per second and CPU time per request of an axum server without sessions, with sessions in cookies, and
//! with sessions in a store. See README.md.

mod epochs;
mod login;
mod process;
mod report;
mod server;
mod stores;

use std::{
    env,
    error::Error,
    process::{Command, exit},
    thread,
};

use hardtack_scenarios::Program;

use report::{Cell, Series};
use server::{ASKING, NONE, SHORTEST_DURATION};
use stores::Stores;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        [] => measure(9, 3),
        ["--quick"] => measure(1, 1),
        ["serve", kind] => serve(kind),
        _ => Err("expected no argument, or --quick".into()),
    };
    if let Err(error) = result {
        eprintln!("error: {error}");
        exit(1);
    }
}

fn serve(kind: &str) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(server::serve(kind))
}

/// In each round every kind of session is measured once with each page, one after the other.
fn measure(rounds: usize, seconds: u32) -> Result<(), Box<dyn Error>> {
    let stores = Stores::start()?;
    let servers = server::KINDS
        .iter()
        .map(|kind| Measured::start(kind, &stores))
        .collect::<Result<Vec<_>, _>>()?;
    let mut series = Series::default();
    for round in 1..=rounds {
        eprintln!("round {round} of {rounds}");
        for server in &servers {
            for page in report::PAGES {
                let cell = server.load(page, seconds, &stores)?;
                series.push((server.kind, page), cell);
            }
        }
    }
    report::print(&series, rounds, seconds);
    Ok(())
}

struct Measured {
    kind: &'static str,
    host: String,
    program: Program,
}

impl Measured {
    /// Starts a server, and checks that its pages show and change a session.
    fn start(kind: &'static str, stores: &Stores) -> Result<Measured, Box<dyn Error>> {
        let mut command = Command::new(env::current_exe()?);
        command.args(["serve", kind]).envs(stores.addresses());
        let (program, line) = Program::until_line(&mut command, "listening on");
        let host = line.trim().trim_start_matches("listening on http://");
        let server = Measured {
            kind,
            host: host.to_owned(),
            program,
        };
        let cookie = server.sign_in()?;
        let response = process::get(host, "/read", &cookie)?;
        let changed = process::get(host, "/write", &cookie)?;
        let expected = if kind == NONE { "100000" } else { "100001" };
        if !response.ends_with("Lovelace 100000") || !changed.ends_with(expected) {
            return Err(format!("{kind} answered {response} and {changed}").into());
        }
        Ok(server)
    }

    /// Begins a session, and returns its cookie. For [`ASKING`], waits until Postgres is due to be asked.
    fn sign_in(&self) -> Result<String, Box<dyn Error>> {
        let response = process::get(&self.host, "/start", "")?;
        let cookie = set_cookie(&response).unwrap_or_default();
        if cookie.is_empty() != (self.kind == NONE) {
            return Err(format!("{} answered {response}", self.kind).into());
        }
        if self.kind == ASKING {
            thread::sleep(SHORTEST_DURATION);
        }
        Ok(cookie.to_owned())
    }

    /// Checks that only [`ASKING`] is due: an answer is sealed in a new cookie.
    fn check_due(&self, cookie: &str) -> Result<(), Box<dyn Error>> {
        let response = process::get(&self.host, "/read", cookie)?;
        if set_cookie(&response).is_some() != (self.kind == ASKING) {
            return Err(format!("{} answered {response}", self.kind).into());
        }
        Ok(())
    }

    /// Runs wrk for some seconds, with a session that begins now.
    fn load(&self, page: &str, seconds: u32, stores: &Stores) -> Result<Cell, Box<dyn Error>> {
        let cookie = self.sign_in()?;
        self.check_due(&cookie)?;
        let before = self.cpu(stores)?;
        let output = Command::new("wrk")
            .args(["--threads", "1", "--connections", "16"])
            .args(["--duration", &format!("{seconds}s")])
            .args(["--header", &format!("Cookie: {cookie}")])
            .arg(format!("http://{}/{page}", self.host))
            .output()
            .map_err(|error| format!("cannot start wrk: {error}"))?;
        let after = self.cpu(stores)?;
        self.check_due(&cookie)?;
        let text = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || text.contains("Non-2xx") || text.contains("Socket errors") {
            return Err(format!("{}, {page}: {text}", self.kind).into());
        }
        let requests: f64 = before_words(&text, " requests in ")?.parse()?;
        let per_second = text.split("Requests/sec:").nth(1).ok_or("no rate")?;
        let per_second = per_second.split_whitespace().next().ok_or("no rate")?;
        let [server, redis, postgres] =
            [0, 1, 2].map(|program| (after[program] - before[program]) * 1e6 / requests);
        Ok(Cell {
            per_second: per_second.parse()?,
            server,
            redis,
            postgres,
        })
    }

    /// Returns the seconds of CPU time that the server, Redis and Postgres have used.
    fn cpu(&self, stores: &Stores) -> Result<[f64; 3], Box<dyn Error>> {
        let [redis, postgres] = stores.cpu()?;
        Ok([process::cpu(&self.program)?, redis, postgres])
    }
}

fn set_cookie(response: &str) -> Option<&str> {
    let mut fields = response.lines().filter_map(|line| line.split_once(": "));
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("set-cookie"))?;
    value.split(';').next()
}

/// Returns the word before `words`.
fn before_words<'a>(text: &'a str, words: &str) -> Result<&'a str, Box<dyn Error>> {
    let (before, _) = text.split_once(words).ok_or("wrk counted no requests")?;
    Ok(before.split_whitespace().last().ok_or("no number")?)
}
