//! Programs that run until they are dropped.

use std::{
    io::{BufRead, BufReader, ErrorKind, Read},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub(crate) struct Process(Child);

impl Process {
    /// Returns when a line of the program's output contains `ready`.
    pub(crate) fn spawn(command: &mut Command, ready: &str) -> Process {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = match command.stdout(Stdio::piped()).spawn() {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                panic!("{program} is missing; on Debian: apt-get install {program}")
            }
            spawned => spawned.unwrap(),
        };
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let process = Process(child);
        let mut line = String::new();
        while !line.contains(ready) {
            line.clear();
            let length = output.read_line(&mut line).unwrap();
            assert_ne!(length, 0, "{program} ended before it said {ready:?}");
        }
        // The rest of the output is read, so that the program never waits for a reader.
        thread::spawn(move || output.read_to_end(&mut Vec::new()));
        process
    }

    /// Returns when the program accepts connections.
    pub(crate) fn spawn_on(command: &mut Command, port: u16) -> Process {
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let process = Process(child);
        until(&format!("{program} listens"), || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        process
    }

    /// Asks the program to stop, and waits until it has.
    pub(crate) fn stop(mut self) {
        let pid = self.0.id().to_string();
        let status = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(status.unwrap().success());
        until("a process ends", || {
            let ended = self.0.try_wait().unwrap();
            assert!(ended.is_none_or(|status| status.success()), "{ended:?}");
            ended.is_some()
        });
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Returns ports that were free a moment ago, all different.
pub(crate) fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
    listeners.map(|listener| listener.local_addr().unwrap().port())
}

/// Asks again and again until the answer is yes.
///
/// # Panics
///
/// Panics after a minute, with the name of the event.
#[track_caller]
pub(crate) fn until(event: &str, mut happened: impl FnMut() -> bool) {
    let start = Instant::now();
    while !happened() {
        assert!(start.elapsed() < PATIENCE, "a minute passed before {event}");
        thread::sleep(Duration::from_millis(10));
    }
}

const PATIENCE: Duration = Duration::from_secs(60);
