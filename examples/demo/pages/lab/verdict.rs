//! What became of a cookie.

use hardtack::{
    Session,
    session::{Outcome, Reason},
};

use crate::{
    pages::visit::NAME,
    texts::{Named, Texts, Verdicts, filled},
};

pub(in crate::pages) struct Verdict {
    /// A class of the style.
    pub(in crate::pages) kind: &'static str,
    pub(in crate::pages) title: String,
    pub(in crate::pages) text: String,
}

impl Verdict {
    pub(super) fn is_refused(&self) -> bool {
        self.kind == REFUSED
    }

    /// A real site never tells a visitor the reason. This one is there to show it.
    pub(super) fn of(outcome: Outcome, texts: &Texts) -> Verdict {
        let verdicts = &texts.verdicts;
        match outcome {
            Outcome::Absent => named("new", &verdicts.absent),
            Outcome::Opened { .. } => named("opened", &verdicts.opened),
            Outcome::OpenedUnderAcceptedKey { .. } => named("opened", &verdicts.opened_earlier),
            Outcome::Rejected { reason, .. } => {
                let mut verdict = refused(reason, verdicts);
                verdict.text = format!("{} {}", verdict.text, verdicts.instead);
                verdict
            }
            _ => named("new", &verdicts.absent),
        }
    }

    /// What a copy of a cookie opens to.
    pub(super) fn of_copy(copied: &Session, texts: &Texts) -> Verdict {
        if let Outcome::Rejected { reason, .. } = copied.outcome() {
            return refused(reason, &texts.verdicts);
        }
        let name: Option<String> = copied.get(NAME).ok().flatten();
        let text = match name {
            Some(name) => filled(texts.copy_of, &[("name", &name)]),
            None => texts.copy_of_nobody.to_owned(),
        };
        Verdict {
            kind: "alarm",
            title: texts.copy_opens.to_owned(),
            text,
        }
    }
}

fn named(kind: &'static str, named: &Named) -> Verdict {
    Verdict {
        kind,
        title: named.name.to_owned(),
        text: named.text.to_owned(),
    }
}

fn refused(reason: Reason, verdicts: &Verdicts) -> Verdict {
    Verdict {
        kind: REFUSED,
        title: format!("{}: {}.", verdicts.rejected, reason.name()),
        text: why(reason, verdicts).to_owned(),
    }
}

fn why(reason: Reason, verdicts: &Verdicts) -> &'static str {
    match reason {
        Reason::Auth => verdicts.auth,
        Reason::UnknownKey | Reason::RetiredKey => verdicts.unknown_key,
        Reason::UnknownFormat | Reason::WrongMode => verdicts.format,
        Reason::Idle => verdicts.idle,
        Reason::Expired => verdicts.expired,
        Reason::NotYetValid => verdicts.future,
        Reason::Revoked => verdicts.revoked,
        Reason::Stale => verdicts.stale,
        Reason::Incomplete | Reason::Duplicate => verdicts.incomplete,
        _ => verdicts.malformed,
    }
}

const REFUSED: &str = "refused";
