//! Options of one file together: each says something of settings, and another may say more.

use hardtack::settings::parse_duration;

/// Meaning of an option for a setting.
#[derive(Clone, Copy)]
pub(super) enum Says<'a> {
    /// It has this value.
    Is(&'a str, &'a str),
    /// It is a duration of at most this.
    AtMost(&'a str, &'a str),
    /// It has this value if no other option says anything of it.
    Else(&'a str, &'a str),
}

impl<'a> Says<'a> {
    fn setting(self) -> (&'a str, &'a str) {
        match self {
            Says::Is(name, value) | Says::AtMost(name, value) | Says::Else(name, value) => {
                (name, value)
            }
        }
    }

    /// Returns `true` if this has no effect because of what another option says.
    fn gives_way_to(self, other: Says<'_>) -> bool {
        let ((name, value), (of, than)) = (self.setting(), other.setting());
        name == of
            && match (self, other) {
                (Says::Is(..), Says::AtMost(..)) => seconds(than) < seconds(value),
                (Says::AtMost(..), Says::Is(..)) => seconds(than) <= seconds(value),
                (Says::Else(..), Says::Is(..) | Says::AtMost(..)) => true,
                _ => false,
            }
    }
}

/// An option, and what it says or why it is refused.
pub(super) type Said<'a> = (&'a str, Result<Says<'a>, &'a str>);

/// An option, and the setting and the value that stand for it, or why there are none.
type Translated<'a> = (&'a str, Result<(&'a str, &'a str), &'a str>);

/// Returns the settings that follow from all options.
pub(super) fn settle<'a>(said: &[Said<'a>]) -> Vec<Translated<'a>> {
    let mut settled: Vec<Translated<'a>> = Vec::new();
    for (option, says) in said {
        let has_effect = says.is_ok_and(|says| {
            let mut all = said.iter().filter_map(|(_, other)| other.ok());
            !all.any(|other| says.gives_way_to(other)) && !is_repeated(says, &settled)
        });
        if says.is_err() || has_effect {
            settled.push((option, says.map(Says::setting)));
        }
    }
    settled
}

fn is_repeated(says: Says<'_>, settled: &[Translated<'_>]) -> bool {
    let (name, _) = says.setting();
    let mut settled = settled.iter().filter_map(|(_, setting)| setting.ok());
    matches!(says, Says::Else(..)) && settled.any(|(settled, _)| settled == name)
}

/// Returns the seconds of a duration. `None`: it is none, which is refused later.
fn seconds(value: &str) -> Option<u64> {
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
