//! What a case of the fuzzer says.

use arbitrary::Arbitrary;

use super::model::{Refresh, Settings};

#[derive(Debug, Arbitrary)]
pub struct Case {
    setup: Setup,
    pub steps: Vec<Step>,
}

#[derive(Debug, Arbitrary)]
struct Setup {
    idle: Option<u16>,
    absolute: u32,
    remember_up_to: Option<u32>,
    refresh: u8,
    saves_on_server_error: bool,
}

#[derive(Debug, Arbitrary)]
pub enum Step {
    Request(Request),
    /// Seconds that pass.
    Wait(u16),
    /// Seconds by which the clock of the next instance is behind.
    SetBack(u8),
    /// The keys of the next ring, each with the tens of seconds after which it seals.
    Rotate(Vec<(u8, u8)>),
    /// A response that was under way arrives: the oldest, or the newest.
    Arrive {
        browser: u8,
        is_newest: bool,
    },
    /// One browser's cookies in another one.
    Copy {
        from: u8,
        to: u8,
    },
}

#[derive(Debug, Arbitrary)]
pub struct Request {
    pub browser: u8,
    pub acts: Vec<Act>,
    pub status: Status,
    pub is_page: bool,
    pub fate: Fate,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Status {
    Ok,
    NotFound,
    Failed,
}

/// What becomes of a response.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Fate {
    Arrives,
    ArrivesLater,
    IsLost,
}

#[derive(Clone, Debug, Arbitrary)]
pub enum Act {
    Look,
    Insert {
        key: u8,
        letter: u8,
        len: u16,
    },
    Update {
        key: u8,
    },
    Remove {
        key: u8,
    },
    Take {
        key: u8,
    },
    Clear,
    Invalidate,
    SignIn,
    Renew,
    RenewId,
    EnsureId,
    Flash {
        queue: u8,
        len: u8,
        once: bool,
    },
    TakeFlashes {
        queue: u8,
    },
    CsrfToken,
    /// One of the tokens that were rendered before.
    VerifyCsrf {
        which: u8,
    },
    RememberFor(Span),
    Forget,
    LimitTo(Span),
    Save,
    Discard,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Span {
    Seconds(u16),
    Any(u64),
}

impl Span {
    pub fn seconds(self) -> u64 {
        match self {
            Span::Seconds(seconds) => seconds.into(),
            Span::Any(seconds) => seconds,
        }
    }
}

impl Case {
    /// Returns settings that no builder refuses.
    pub fn settings(&self) -> Settings {
        let setup = &self.setup;
        let absolute = 1 + u64::from(setup.absolute % 100_000);
        let idle = setup.idle.map(|idle| (1 + u64::from(idle)).min(absolute));
        let half = idle.map_or(1000, |idle| idle / 2);
        Settings {
            idle,
            absolute,
            remember_up_to: setup
                .remember_up_to
                .map(|span| 1 + u64::from(span % 200_000)),
            refresh: match setup.refresh {
                0 => Refresh::Never,
                1 => Refresh::OnChange,
                2 => Refresh::Always,
                part => Refresh::After(half * u64::from(part) / 255),
            },
            saves_on_server_error: setup.saves_on_server_error,
        }
    }
}
