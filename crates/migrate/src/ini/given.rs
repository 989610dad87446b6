//! Options as a file gives them, by the rules of Python's `configparser` and of PasteDeploy.
//!
//! Several options of a file may concern one setting.

use std::collections::HashMap;

use hardtack::settings::parse_duration;

/// All options of a file.
pub(super) struct Options<'a> {
    pub(super) options: Vec<Given<'a>>,
    /// Reason to refuse the file.
    pub(super) problem: Option<&'static str>,
}

/// An option of the file.
pub(super) struct Given<'a> {
    /// Name of the option without the prefix.
    pub(super) option: &'a str,
    pub(super) value: String,
    /// Reason to refuse the value, if its meaning gives none.
    pub(super) problem: Option<&'static str>,
}

impl<'a> Options<'a> {
    /// Reads the options after `prefix`.
    pub(super) fn read(text: &'a str, prefix: &str) -> Options<'a> {
        let lines = lines(text);
        let begins = |prefix: &&str| {
            let mut names = lines.iter().map(|(name, _)| name);
            names.any(|name| after_prefix(name, prefix).is_some())
        };
        let is_of_beaker = OF_BEAKER.contains(&prefix);
        let mut others = OF_BEAKER.iter().filter(|other| **other != prefix);
        let has_others = is_of_beaker && others.any(begins);
        let problem = if begins(&prefix) {
            has_others.then_some(OTHER_PREFIX)
        } else {
            Some(NO_OPTION)
        };
        let options = lines.into_iter().filter_map(|(name, value)| {
            let (option, is_plain) = after_prefix(name, prefix)?;
            let mut given = Given::new(option, value);
            given.problem = given.problem.or((!is_plain).then_some(OF_PASTE));
            Some(given)
        });
        Options {
            options: options.collect(),
            problem,
        }
    }
}

/// Returns an option's name without the prefix, and `true` if nothing precedes the prefix. Returns `None` if the name
/// has another prefix.
fn after_prefix<'a>(name: &'a str, prefix: &str) -> Option<(&'a str, bool)> {
    let plain = name.strip_prefix(prefix).map(|option| (option, true));
    plain.or_else(|| {
        let (word, name) = name.split_once(char::is_whitespace)?;
        let option = name.trim_start().strip_prefix(prefix)?;
        ["get", "set"].contains(&word).then_some((option, false))
    })
}

impl Given<'_> {
    fn new(option: &str, value: String) -> Given<'_> {
        // The text after a space may be a value whose `=` is missing, such as a password, so it is not shown.
        let word = option.split_whitespace().next().unwrap_or_default();
        if word.len() < option.len() {
            return Given {
                option: word,
                value: String::new(),
                problem: Some(NO_SEPARATOR),
            };
        }
        let is_interpolated = value.replace("%%", "").contains('%');
        let problems = [
            (option != "keys" && value.contains('\n'), CONTINUED),
            (is_interpolated, INTERPOLATED),
            (may_hold_another(option, &value), ANOTHER),
        ];
        let problem = problems.iter().find(|(is_one, _)| *is_one);
        Given {
            option,
            value: value.replace("%%", "%"),
            problem: problem.map(|(_, reason)| *reason),
        }
    }
}

/// Returns `true` if this value may contain a second option, such as a password.
fn may_hold_another(option: &str, value: &str) -> bool {
    let separators: &[char] = match option {
        // These values are not shown, or cannot contain anything else.
        "keys" | "not_before" => return false,
        // These values are tables in a text: `name=value`, with commas or spaces between them.
        "context" | "keys_from" => &[','],
        "formerly" => &[',', ' '],
        _ => return value.contains('=') || holds_colon(value),
    };
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    value.split(separators).any(|piece| {
        let (name, value) = piece.split_once('=').unwrap_or(("", piece));
        !name.trim_start().bytes().all(is_of_name) || value.contains('=') || holds_colon(value)
    })
}

fn holds_colon(value: &str) -> bool {
    // A path like `C:\keys` begins with a letter and a colon.
    let is_path = value.get(1..3) == Some(":\\");
    value[if is_path { 2 } else { 0 }..].contains(':')
}

/// Returns the names and values of all lines. A line that is indented deeper than its option continues the value.
fn lines(text: &str) -> Vec<(&str, String)> {
    // Indents, names and values. No line is deeper than the head of a section, which has no value.
    let mut options: Vec<(usize, &str, String)> = Vec::new();
    for line in text.trim_start_matches('\u{feff}').lines() {
        let trimmed = line.trim();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        match options.last_mut() {
            Some((of_option, _, value)) if indent > *of_option => {
                value.push('\n');
                value.push_str(trimmed);
            }
            _ if trimmed.starts_with('[') => options.push((usize::MAX, "", String::new())),
            _ => {
                let (name, value) = trimmed.split_once(['=', ':']).unwrap_or((trimmed, ""));
                options.push((indent, name.trim_end(), value.trim().to_owned()));
            }
        }
    }
    options.retain(|(indent, ..)| *indent < usize::MAX);
    options
        .into_iter()
        .map(|(_, name, value)| (name, value))
        .collect()
}

/// Prefixes that Beaker and pyramid_beaker read together.
const OF_BEAKER: [&str; 3] = ["beaker.session.", "session.", "session_"];

const NO_SEPARATOR: &str = "has no `=` after its name; write one before its value";
const CONTINUED: &str = "continues in an indented line; write it in one line, and begin other options where this one begins";
const INTERPOLATED: &str = "has a `%` that Python's `configparser` would replace; write the value itself, and \
    `%%` for a percent sign";
const ANOTHER: &str = "may have another option in its value, such as a password, after a `=` or a `:`; give each a line \
    of its own, or leave this one to the program";
const OF_PASTE: &str = "stands after `set` or `get`, by which PasteDeploy changes options; write it once, without this \
    word and with the value that counts";
const NO_OPTION: &str = "begins no line of the file; give the prefix of the options";
const OTHER_PREFIX: &str = "is not the only prefix of sessions in the file, and Beaker reads `beaker.session.`, \
    `session.` and `session_` together; write all options under this one";

/// Meaning of an option for a setting.
#[derive(Clone, Copy)]
pub(super) enum Rule<'a> {
    /// The setting has this value, unless an `AtMost` is smaller.
    Is(&'a str, &'a str),
    /// The setting is a duration of at most this.
    AtMost(&'a str, &'a str),
    /// The setting has this value unless another option decides it.
    Else(&'a str, &'a str),
}

impl<'a> Rule<'a> {
    fn setting(self) -> (&'a str, &'a str) {
        match self {
            Rule::Is(name, value) | Rule::AtMost(name, value) | Rule::Else(name, value) => {
                (name, value)
            }
        }
    }

    /// Returns `true` if other options about the same setting leave this without effect.
    fn gives_way_to(self, all: &Decided) -> bool {
        let least = |of: Option<Seconds>, is: fn(&Seconds, &Seconds) -> bool| {
            of.is_some_and(|least| is(&least, &seconds(self.setting().1)))
        };
        match self {
            Rule::Is(..) => least(all.least_limit, Seconds::lt),
            Rule::AtMost(..) => least(all.least_value, Seconds::le),
            Rule::Else(..) => all.has_default || all.least_limit.or(all.least_value).is_some(),
        }
    }
}

/// Values that all options together give to one setting.
#[derive(Default)]
struct Decided {
    /// Least value that an `Is` gives.
    least_value: Option<Seconds>,
    /// Least limit that an `AtMost` gives.
    least_limit: Option<Seconds>,
    /// `true` if an `Else` has decided the setting.
    has_default: bool,
}

/// An option, and its meaning or the reason why it is refused.
pub(super) type OptionRule<'a> = (&'a str, Result<Rule<'a>, &'a str>);

/// An option, and its setting and value, or the reason why it is refused.
type Translated<'a> = (&'a str, Result<(&'a str, &'a str), &'a str>);

/// Returns the settings that follow from all options.
pub(super) fn settle<'a>(rules: &[OptionRule<'a>]) -> Vec<Translated<'a>> {
    let mut by_name: HashMap<&str, Decided> = HashMap::new();
    for rule in rules.iter().filter_map(|(_, rule)| rule.ok()) {
        let (name, value) = rule.setting();
        let all = by_name.entry(name).or_default();
        let least = match rule {
            Rule::Is(..) => &mut all.least_value,
            Rule::AtMost(..) => &mut all.least_limit,
            Rule::Else(..) => continue,
        };
        let value = seconds(value);
        *least = Some(least.map_or(value, |least| least.min(value)));
    }
    let mut settled = Vec::new();
    for (option, rule) in rules {
        if let Ok(rule) = rule {
            let all = by_name.entry(rule.setting().0).or_default();
            if rule.gives_way_to(all) {
                continue;
            }
            all.has_default |= matches!(rule, Rule::Else(..));
        }
        settled.push((*option, rule.map(Rule::setting)));
    }
    settled
}

/// Seconds of a duration, or `None` if the value is not a duration, which is refused later.
type Seconds = Option<u64>;

fn seconds(value: &str) -> Seconds {
    let value = value.trim();
    if ["off", "false"]
        .iter()
        .any(|off| off.eq_ignore_ascii_case(value))
    {
        return Some(u64::MAX);
    }
    let number = value.parse().ok();
    number.or_else(|| Some(parse_duration(value)?.as_secs()))
}
