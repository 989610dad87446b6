//! The commands of a line in a transcript.

use crate::desk::Desk;

#[derive(Default)]
pub(crate) struct Command {
    pub(crate) variables: Vec<(String, String)>,
    pub(crate) words: Vec<String>,
    pub(crate) input: Option<String>,
    pub(crate) output: Option<String>,
}

pub(crate) fn read(desk: &Desk, line: &str) -> Vec<Command> {
    let mut commands = vec![Command::default()];
    let mut words = words(desk, line).into_iter();
    while let Some((word, is_quoted)) = words.next() {
        let command = commands.last_mut().unwrap();
        match (&*word, word.split_once('=')) {
            ("|", _) if !is_quoted => commands.push(Command::default()),
            ("<", _) if !is_quoted => command.input = words.next().map(|next| next.0),
            (">", _) if !is_quoted => command.output = words.next().map(|next| next.0),
            (_, Some((name, value))) if command.words.is_empty() => {
                command.variables.push((name.to_owned(), value.to_owned()));
            }
            _ => command.words.push(word),
        }
    }
    commands
}

/// The words of a line, and whether they have quotes.
fn words(desk: &Desk, line: &str) -> Vec<(String, bool)> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (mut word, mut is_quoted) = (String::new(), false);
        while let Some(c) = rest.chars().next().filter(|c| *c != ' ') {
            rest = &rest[c.len_utf8()..];
            if c != '\'' && c != '"' {
                word.push(c);
                continue;
            }
            is_quoted = true;
            let (text, after) = rest.split_once(c).expect("the end of a quote");
            rest = after;
            if c == '\'' {
                word += text;
                continue;
            }
            let mut parts = text.split("$(cat ");
            word += parts.next().unwrap();
            for part in parts {
                let (file, after) = part.split_once(')').unwrap();
                word += desk.read(file).trim_end();
                word += after;
            }
        }
        words.push((word, is_quoted));
        rest = rest.trim_start();
    }
    words
}
