use std::{
    io::{BufRead, BufReader, Read},
    net::{Ipv4Addr, TcpListener, TcpStream},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

/// A program that runs until this is dropped.
#[derive(Debug)]
#[must_use = "the program ends when it is dropped"]
pub struct Program {
    child: Child,
    log: Log,
}

/// What a program has written, if its start says that this is read.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<String>>);

impl Log {
    /// Returns the first line with this text, when it is there.
    #[must_use]
    #[track_caller]
    pub fn line(&self, text: &str) -> String {
        until(text, || self.find(text).is_some());
        self.find(text).unwrap()
    }

    fn push(&self, line: &str) {
        self.0.lock().unwrap().extend([line, "\n"]);
    }

    fn find(&self, text: &str) -> Option<String> {
        let log = self.0.lock().unwrap();
        let line = log.lines().find(|line| line.contains(text));
        line.map(str::to_owned)
    }

    /// Returns all that was written, and forgets it.
    #[must_use]
    pub fn take(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl Program {
    /// Starts a program.
    pub fn start(command: &mut Command) -> Program {
        let child = command.spawn();
        Program {
            child: child.unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")),
            log: Log::default(),
        }
    }

    /// Starts a program, and reads what it writes, so that it never waits for a reader.
    pub fn heard(command: &mut Command) -> Program {
        let (output, errors) = (Stdio::piped(), Stdio::piped());
        let mut program = Program::start(command.stdout(output).stderr(errors));
        let log = program.log.clone();
        let output = program.child.stdout.take().unwrap();
        thread::spawn(move || lines_of(output).for_each(|line| log.push(&line)));
        let log = program.log.clone();
        let errors = program.child.stderr.take().unwrap();
        thread::spawn(move || {
            lines_of(errors).for_each(|line| {
                eprintln!("{line}");
                log.push(&line);
            });
        });
        program
    }

    /// Starts a program, and returns when it accepts connections at this port.
    pub fn until_port(command: &mut Command, port: u16) -> Program {
        let mut program = Program::heard(command);
        until("the program listens", || {
            let ended = program.child.try_wait().unwrap();
            assert!(ended.is_none(), "{command:?} has ended: {ended:?}");
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        program
    }

    /// Starts a program, and returns when a line of its output contains `ready`, with this line.
    pub fn until_line(command: &mut Command, ready: &str) -> (Program, String) {
        let mut program = Program::heard(command);
        until(ready, || {
            let ended = program.child.try_wait().unwrap();
            assert!(ended.is_none(), "{command:?} has ended: {ended:?}");
            program.log.find(ready).is_some()
        });
        let line = program.log.line(ready);
        (program, line)
    }

    /// Returns what it writes.
    #[must_use]
    pub fn log(&self) -> Log {
        self.log.clone()
    }

    /// Returns the number of its process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Asks the program to end, also those that it has started, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        if self.child.try_wait().unwrap().is_none() {
            let id = self.id().to_string();
            let asked = Command::new("kill").args(["-TERM", &id]).status();
            assert!(asked.unwrap().success());
        }
        until("the program ends", || {
            self.child.try_wait().unwrap().is_some()
        });
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(output: impl Read) -> impl Iterator<Item = String> {
    BufReader::new(output).lines().map_while(Result::ok)
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
