use std::{
    io::{self, BufRead, BufReader},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// A program that runs until this is dropped.
#[derive(Debug)]
#[must_use = "the program ends when it is dropped"]
pub struct Program(Child);

impl Program {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Program {
        let child = command.spawn();
        Program(child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")))
    }

    /// Starts a program, and returns when it accepts connections at this port.
    pub fn until_port(command: &mut Command, port: u16) -> Program {
        let mut program = Program::start(command);
        until("the program listens", || {
            let ended = program.0.try_wait().unwrap();
            assert!(ended.is_none(), "{command:?} has ended: {ended:?}");
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        program
    }

    /// Starts a program, and returns when a line of its output contains `ready`, with this line.
    pub fn until_line(command: &mut Command, ready: &str) -> (Program, String) {
        let mut program = Program::start(command.stdout(Stdio::piped()));
        let mut output = BufReader::new(program.0.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains(ready) {
            line.clear();
            let length = output.read_line(&mut line).unwrap();
            assert_ne!(length, 0, "{command:?} ended before it said {ready:?}");
        }
        // The rest is read, so that the program never waits for a reader.
        thread::spawn(move || io::copy(&mut output, &mut io::sink()));
        (program, line)
    }

    /// Returns the number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Asks the program to end, also those that it has started, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        if self.0.try_wait().unwrap().is_none() {
            let id = self.id().to_string();
            let asked = Command::new("kill").args(["-TERM", &id]).status();
            assert!(asked.unwrap().success());
        }
        until("the program ends", || self.0.try_wait().unwrap().is_some());
        self.0.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns ports that were free a moment ago, all different.
#[must_use]
pub fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// Asks again and again until the answer is yes.
///
/// # Panics
///
/// Panics after a minute, with the name of the event.
#[track_caller]
pub fn until(event: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < PATIENCE, "a minute passed before {event}");
        thread::sleep(Duration::from_millis(10));
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
