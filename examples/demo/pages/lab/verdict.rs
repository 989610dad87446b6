//! The fate of a cookie.

use hardtack::{
    Session,
    session::{Outcome, Reason},
};

use crate::{
    pages::visit::NAME,
    texts::{Texts, filled},
};

pub(super) struct Verdict {
    /// A class of the style.
    pub(super) kind: &'static str,
    pub(super) title: String,
    pub(super) text: String,
}

impl Verdict {
    /// Says why a cookie was refused. A real site never tells a visitor; this one is there to show it.
    pub(super) fn of(outcome: Outcome, t: &Texts) -> Verdict {
        match outcome {
            Outcome::Opened { .. } => Verdict::named("opened", "verdict.opened", t),
            Outcome::OpenedUnderAcceptedKey { .. } => {
                Verdict::named("opened", "verdict.opened_earlier", t)
            }
            Outcome::Rejected { reason, .. } => {
                let mut verdict = Verdict::refused(reason, t);
                verdict.text = format!("{} {}", verdict.text, &t["verdict.instead"]);
                verdict
            }
            _ => Verdict::named("new", "verdict.absent", t),
        }
    }

    /// Says what a copy of a cookie opens to.
    pub(super) fn of_copy(copied: &Session, t: &Texts) -> Verdict {
        if let Outcome::Rejected { reason, .. } = copied.outcome() {
            return Verdict::refused(reason, t);
        }
        let name: Option<String> = copied.get(NAME).ok().flatten();
        Verdict {
            kind: "alarm",
            title: t["copy.opens"].to_owned(),
            text: match name {
                Some(name) => filled(&t["copy.of"], &[("name", &name)]),
                None => t["copy.of_nobody"].to_owned(),
            },
        }
    }

    fn named(kind: &'static str, key: &str, t: &Texts) -> Verdict {
        Verdict {
            kind,
            title: t[key].to_owned(),
            text: t[&*format!("{key}_text")].to_owned(),
        }
    }

    fn refused(reason: Reason, t: &Texts) -> Verdict {
        Verdict {
            kind: REFUSED,
            title: format!("{}: {}.", &t["verdict.refused"], reason.name()),
            text: why(reason, t).to_owned(),
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        self.kind == REFUSED
    }
}

/// Returns the sentence for a reason.
pub(super) fn why(reason: Reason, t: &Texts) -> &str {
    &t[match reason {
        Reason::Auth => "reason.auth",
        Reason::UnknownKey | Reason::RetiredKey => "reason.unknown_key",
        Reason::UnknownFormat | Reason::WrongMode => "reason.format",
        Reason::Idle => "reason.idle",
        Reason::Expired => "reason.expired",
        Reason::NotYetValid => "reason.future",
        Reason::Revoked => "reason.revoked",
        Reason::Stale => "reason.stale",
        Reason::Incomplete | Reason::Duplicate => "reason.incomplete",
        _ => "reason.malformed",
    }]
}

const REFUSED: &str = "refused";
