//! One process of Node, for all cases.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

pub struct Node {
    /// Ends with its standard input.
    _process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Node {
    /// Starts it.
    pub fn start() -> Node {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/javascript.mjs");
        let mut command = Command::new("node");
        command
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut process = command.spawn().expect("Node is installed");
        Node {
            questions: process.stdin.take().expect("it is a pipe"),
            answers: BufReader::new(process.stdout.take().expect("it is a pipe")),
            _process: process,
        }
    }

    /// Asks for the answer to a field at `now`. length (4 bytes) || choice (1) || now (8) || field, little-endian.
    pub fn ask(&mut self, choice: u8, now: u64, field: &[u8]) -> String {
        let len = u32::try_from(9 + field.len()).expect("inputs are short");
        let head = [&len.to_le_bytes()[..], &[choice], &now.to_le_bytes()].concat();
        let sent = self.questions.write_all(&[&head, field].concat());
        sent.expect("Node is there");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("Node is there");
        assert!(line.pop().is_some(), "Node has ended");
        line
    }
}
