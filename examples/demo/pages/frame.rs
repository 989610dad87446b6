//! What every page shows around its content.

use crate::texts::{Language, Theme};

pub(super) struct Frame {
    pub(super) language: Language,
    pub(super) theme: Theme,
    pub(super) here: Here,
    pub(super) title: &'static str,
}

/// The current page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Here {
    Lab,
    About,
    Elsewhere,
}

impl Frame {
    /// For a page that does not touch the session.
    pub(super) fn without_session(here: Here, language: Language, title: &'static str) -> Frame {
        Frame {
            language,
            theme: Theme::System,
            here,
            title,
        }
    }
}
