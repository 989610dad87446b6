//! Comparing programs that share sessions, by their health checks.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    time::Duration,
};

use clap::Args;

use crate::{
    output::{self, CommandResult, Failure},
    source, time,
};

/// Compare programs that share sessions, by their health checks
///
/// Each FILE has what the health check of one program answered, and its name stands for the
/// program. Shown are problems that last, keys that a program lacks, settings that differ, and
/// clocks that are further apart than `clock_skew` and ten seconds. The exit code is 1 if there
/// are any.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Compare {
    /// The files, one for each program
    #[arg(value_name = "FILE", num_args = 2.., required = true)]
    files: Vec<PathBuf>,
}

impl Compare {
    pub(crate) fn run(self) -> CommandResult {
        let mut texts = Vec::new();
        for path in &self.files {
            let bytes =
                source::file(path).map_err(|error| Failure::file("cannot read", path, error))?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            texts.push((path.to_string_lossy(), text));
        }
        let programs = texts.iter().map(|(name, text)| Program::read(name, text));
        let findings = findings(&programs.collect::<Vec<_>>());
        let is_well = findings.is_empty();
        output::print(&if is_well {
            format!("{} programs agree, and none has a problem", texts.len())
        } else {
            findings.join("\n")
        })?;
        Ok(is_well)
    }
}

fn findings(programs: &[Program<'_>]) -> Vec<String> {
    let mut findings = Vec::new();
    let silent = programs.iter().filter(|program| program.checks.is_empty());
    findings.extend(silent.map(|Program { name, .. }| {
        format!("{name} has no health check: either the program did not answer, and its last log message may say why, or something else answered in its place")
    }));
    let all: Vec<_> = programs
        .iter()
        .flat_map(|program| &program.checks)
        .collect();
    let problems: BTreeSet<_> = all.iter().flat_map(|check| check.all("problem")).collect();
    for problem in problems {
        let has = |check: &&Check<'_>| check.all("problem").any(|it| it == problem);
        findings.push(format!("{}: {problem}", names(&with(&all, has))));
    }
    let carriers: BTreeSet<_> = all.iter().map(|check| check.carrier).collect();
    for carrier in carriers {
        let same = with(&all, |check| check.carrier == carrier);
        let has = |program: &Program<'_>| program.checks.iter().any(|it| it.carrier == carrier);
        let lacking = programs
            .iter()
            .filter(|it| !it.checks.is_empty() && !has(it));
        let lacking: Vec<_> = lacking.map(|program| program.name).collect();
        if !lacking.is_empty() {
            let (has, lacks) = (names(&same), lacking.join(", "));
            findings.push(format!("{carrier} in {has}, and not in {lacks}"));
        }
        findings.extend(of_rings(&same));
        // The ring's, or that of the settings, which no fingerprint has.
        findings.extend(difference(&same, "not_before", |it| it.one("not_before")));
        findings.extend(of_settings(&same));
        findings.extend(of_clocks(&same));
    }
    findings
}

/// Returns how rings differ, whose sessions are rejected, and which ring is right.
fn of_rings(checks: &[&Check<'_>]) -> Vec<String> {
    let fingerprints = difference(checks, "fingerprint", |check| check.one("fingerprint"));
    let mut findings: Vec<_> = fingerprints.into_iter().collect();
    if findings.is_empty() {
        return findings;
    }
    let sealing = by(checks, |check| check.one("seals"));
    for (key, sealing) in &sealing {
        let lacking = with(checks, |check| !check.opens(*key));
        if !lacking.is_empty() {
            findings.push(format!(
                "key {} seals in {}, and opens nothing in {}",
                shown(*key),
                names(sealing),
                names(&lacking)
            ));
        }
    }
    // An ended key is not to open in more programs, so its ring is not the right one.
    let ended: BTreeSet<_> = checks.iter().flat_map(|check| check.ended()).collect();
    let ended: Vec<_> = ended
        .into_iter()
        .filter(|key| checks.iter().any(|check| check.opens(Some(key))))
        .collect();
    for key in &ended {
        let retired = with(checks, |check| check.lists("retired", key));
        if !retired.is_empty() {
            let opens = with(checks, |check| check.opens(Some(key)));
            let (retired, opens) = (names(&retired), names(&opens));
            findings.push(format!(
                "key {key} has ended in {retired}, and opens in {opens}"
            ));
        }
    }
    let refusing = with(checks, |check| check.refuses_all());
    let right = with(checks, |check| {
        !check.refuses_all() && !ended.iter().any(|key| check.opens(Some(key)))
    });
    let whole = with(checks, |check| {
        sealing.iter().all(|(key, _)| check.opens(*key))
    });
    findings.push(if !right.is_empty() && right.len() < checks.len() {
        let unless = if ended.is_empty() {
            "nobody is to be signed in before `not_before`"
        } else {
            "you know that no key has leaked"
        };
        format!(
            "unless {unless}, give all of them the ring of {}",
            names(&right)
        )
    } else if !ended.is_empty() {
        format!(
            "give all of them one ring that ends key {}",
            ended.join(" and key ")
        )
    } else if !refusing.is_empty() {
        "every session is rejected for now; give all of them one ring".to_owned()
    } else if whole.len() == checks.len() {
        "they open the same sessions for now; give all of them the newest ring".to_owned()
    } else if whole.is_empty() {
        "give all of them one ring: if no key has leaked, with the keys of each; else the newest, in whose file `ring show` lists \
         the leaked keys".to_owned()
    } else {
        let whole = names(&whole);
        format!(
            "if no key has leaked, give all of them the ring of {whole}, which opens every session"
        )
    });
    findings
}

/// Returns the settings in common that differ.
fn of_settings(checks: &[&Check<'_>]) -> Vec<String> {
    let all: BTreeSet<_> = checks.iter().flat_map(|it| it.settings.keys()).collect();
    all.into_iter()
        .filter_map(|name| difference(checks, name, |it| it.settings.get(name).copied()))
        .collect()
}

fn of_clocks(checks: &[&Check<'_>]) -> Option<String> {
    let times: Vec<_> = checks
        .iter()
        .filter_map(|it| time::parse(it.one("now")?))
        .collect();
    let apart = times
        .iter()
        .max()?
        .duration_since(*times.iter().min()?)
        .ok()?;
    let skew = checks
        .iter()
        .filter_map(|it| it.settings.get("clock_skew")?.parse().ok());
    let allowed = Duration::from_secs(skew.max().unwrap_or(0)).max(ASKED_WITHIN);
    let difference = difference(checks, "now", |check| check.one("now"))?;
    (apart > allowed).then(|| format!("{difference}: compare with a clock that you trust"))
}

/// Program with its health checks, one for each cookie, header or token.
struct Program<'a> {
    name: &'a str,
    checks: Vec<Check<'a>>,
}

impl<'a> Program<'a> {
    fn read(name: &'a str, text: &'a str) -> Program<'a> {
        let lines = text.lines().map(|line| {
            let line = line.trim();
            line.split_once(' ').unwrap_or((line, ""))
        });
        let lines: Vec<_> = lines.skip_while(|(word, _)| *word != FIRST).collect();
        let checks = lines.chunk_by(|_, (word, _)| *word != FIRST);
        let checks = checks.filter_map(|lines| Check::of(name, lines.to_vec()));
        Program {
            name,
            checks: checks.collect(),
        }
    }
}

/// Health check of a cookie, header or token.
struct Check<'a> {
    program: &'a str,
    lines: Vec<(&'a str, &'a str)>,
    /// The setting that comes first, such as `cookie=__Host-session`.
    carrier: &'a str,
    settings: BTreeMap<&'a str, &'a str>,
}

impl<'a> Check<'a> {
    fn of(program: &'a str, lines: Vec<(&'a str, &'a str)>) -> Option<Check<'a>> {
        let (_, text) = lines.iter().find(|(word, _)| *word == "settings_text")?;
        Some(Check {
            program,
            carrier: text.split(' ').next()?,
            settings: text
                .split(' ')
                .map(|pair| pair.split_once('='))
                .collect::<Option<_>>()?,
            lines,
        })
    }

    fn all(&self, word: &str) -> impl Iterator<Item = &'a str> {
        let lines = self.lines.iter().filter(move |(it, _)| *it == word);
        lines.map(|(_, value)| *value)
    }

    fn one(&self, word: &str) -> Option<&'a str> {
        self.all(word).next()
    }

    fn opens(&self, key: Option<&str>) -> bool {
        key.is_some_and(|key| self.lists("accepts", key))
    }

    fn lists(&self, word: &str, key: &str) -> bool {
        let mut keys = self.all(word).flat_map(|keys| keys.split(' '));
        keys.any(|it| it == key)
    }

    /// Returns the keys that this program says have ended, by its ring or by an earlier one.
    fn ended(&self) -> impl Iterator<Item = &'a str> {
        let returned = self.all("problem").filter_map(|problem| {
            let (kind, rest) = problem.split_once(": key ")?;
            let (key, _) = rest.split_once(':')?;
            kind.starts_with("KeyReturned").then_some(key)
        });
        let retired = self.all("retired").flat_map(|keys| keys.split(' '));
        retired.chain(returned)
    }

    /// Returns `true` if this program refuses even sessions that begin now.
    fn refuses_all(&self) -> bool {
        self.all("problem")
            .any(|it| it.starts_with("NotBeforeAhead"))
    }
}

/// Returns the values and the programs that have each, if there are several values.
fn difference<'a>(
    checks: &[&Check<'a>],
    name: &str,
    value: impl Fn(&Check<'a>) -> Option<&'a str>,
) -> Option<String> {
    let values = by(checks, value);
    let values: Vec<_> = values
        .iter()
        .map(|(value, checks)| format!("{} in {}", shown(*value), names(checks)))
        .collect();
    (values.len() > 1).then(|| format!("{name}: {}", values.join("; ")))
}

/// Returns the value of a setting or a line as it is shown.
fn shown(value: Option<&str>) -> &str {
    match value {
        None => "nothing",
        Some("") => "empty",
        Some(value) => value,
    }
}

/// Returns the values, in the order of the programs, with the checks that have each.
fn by<'c, 'a>(
    checks: &[&'c Check<'a>],
    value: impl Fn(&Check<'a>) -> Option<&'a str>,
) -> Vec<(Option<&'a str>, Vec<&'c Check<'a>>)> {
    let mut values: Vec<(_, Vec<_>)> = Vec::new();
    for check in checks {
        let value = value(check);
        match values.iter_mut().find(|(it, _)| *it == value) {
            Some((_, checks)) => checks.push(*check),
            None => values.push((value, vec![check])),
        }
    }
    values
}

fn with<'c, 'a>(
    checks: &[&'c Check<'a>],
    is_one: impl Fn(&&'c Check<'a>) -> bool,
) -> Vec<&'c Check<'a>> {
    checks.iter().copied().filter(is_one).collect()
}

fn names(checks: &[&Check<'_>]) -> String {
    let names: Vec<_> = checks.iter().map(|check| check.program).collect();
    names.join(", ")
}

/// The word with which a health check begins.
const FIRST: &str = "seals";
/// Time that it may take to ask all programs.
const ASKED_WITHIN: Duration = Duration::from_secs(10);
