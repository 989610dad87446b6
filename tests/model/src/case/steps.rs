//! The steps of a case.

use arbitrary::Arbitrary;

#[derive(Debug, Arbitrary)]
pub enum Step {
    Request(Request),
    Wait(Later),
    /// Seconds by which the clock of the next instance is behind.
    SetBack(u8),
    /// The keys of the next ring, whose ends may be moved so that it is one.
    Rotate {
        planned: Vec<Planned>,
        is_mended: bool,
    },
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
    /// Sessions that began before that of a browser end, or that one too: by the ring, or by the running program.
    EndThoseBefore {
        browser: u8,
        ends_itself: bool,
        by_ring: bool,
    },
    /// The id of an earlier session is put on the list of revoked ones.
    Revoke(u8),
}

/// A time that is not before now.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Later {
    Seconds(u16),
    /// One at which a key or a session that is about changes, or the second before.
    Edge {
        which: u8,
        is_before: bool,
    },
}

/// Times are tens of seconds from now, and 0 is none.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Planned {
    pub key: u8,
    pub seal_from: u8,
    pub accept_until: u8,
}

#[derive(Debug, Arbitrary)]
pub struct Request {
    /// Its remainder of 3 is the browser, and the rest says what comes with its cookies.
    pub browser: u8,
    pub acts: Vec<Act>,
    pub status: Status,
    /// Its last bit is whether the request is for a page, and the rest says what happens while it runs.
    page: u8,
    pub fate: Fate,
    pub tenant: Tenant,
    /// An instance with an earlier release of the application answers.
    pub is_earlier_release: bool,
    pub cached: Option<CacheField>,
    /// Time to which a task of the handler goes on after the response.
    pub task: Option<Later>,
}

/// What a request has beside the cookies of its browser: those of another one, as where hosts of a site, paths or proxies
/// have set a cookie twice.
#[derive(Clone, Copy, Debug)]
pub struct Beside {
    pub browser: u8,
    pub is_first: bool,
    /// The cookies of the two are in fields of their own.
    pub is_apart: bool,
    pub between: Between,
}

/// What stands between the cookies of the two.
#[derive(Clone, Copy, Debug)]
pub enum Between {
    Nothing,
    /// Cookies with names that are nearly that of the session.
    OthersNames,
    /// So many values of the session's cookie that nobody has sealed.
    Values(u8),
}

/// What the operator does while a request runs.
#[derive(Clone, Copy, Debug)]
pub enum Meanwhile {
    /// The ring becomes one of one key or two, without times.
    Replace([Planned; 2]),
    /// As the step of this name, for the session of the request.
    EndThoseBefore { ends_itself: bool, by_ring: bool },
}

impl Request {
    /// A page that the first browser asks for, and gets.
    pub fn of_page(acts: Vec<Act>) -> Request {
        Request {
            browser: 0,
            acts,
            status: Status::Ok,
            page: 1,
            fate: Fate::Arrives,
            tenant: Tenant::Own,
            is_earlier_release: false,
            cached: None,
            task: None,
        }
    }

    pub fn is_page(&self) -> bool {
        self.page % 2 == 1
    }

    /// Returns the field `Sec-Fetch-Mode` of a request for a page.
    pub fn mode(&self) -> Option<&'static str> {
        [None, Some("navigate"), Some("cors")][usize::from(self.page / 2 % 3)]
    }

    pub fn meanwhile(&self) -> Option<Meanwhile> {
        let bits = (self.page / 2).checked_sub(64)?;
        let key = |key| Planned {
            key,
            seal_from: 0,
            accept_until: 0,
        };
        Some(match bits % 2 {
            0 => Meanwhile::Replace([key(bits / 2), key(bits / 8)]),
            _ => Meanwhile::EndThoseBefore {
                ends_itself: bits / 2 % 2 == 1,
                by_ring: bits / 4 % 2 == 1,
            },
        })
    }

    pub fn beside(&self) -> Option<Beside> {
        let bits = (self.browser / 3).checked_sub(43)?;
        Some(Beside {
            browser: self.browser % 3 + 1 + bits % 2,
            is_first: bits / 2 % 2 == 1,
            is_apart: bits / 4 % 2 == 1,
            between: match bits / 8 {
                0 => Between::Nothing,
                1 => Between::OthersNames,
                count => Between::Values(count - 1),
            },
        })
    }
}

/// The context that a request is in.
#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
pub enum Tenant {
    /// That of the carrier.
    Own,
    A,
    B,
    /// The request does not say, and gets no session.
    Unknown,
}

#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Status {
    Ok,
    NotFound,
    Failed,
}

/// A field of the response for caches, which the handler sets.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum CacheField {
    Public,
    PublicPrivate,
    NoStore,
    NoStoreIfUnderstood,
    Quoted,
    OfCdn,
    NoStoreOfCdn,
    OfNginx,
    ExpiresLater,
    Expired,
    Vary,
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
    /// Inserts about as much as there is room for.
    Fill {
        key: u8,
        less: u8,
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
    /// Asks the application whether the session is still valid.
    Validate(Answer),
}

#[derive(Clone, Copy, Debug, PartialEq, Arbitrary)]
pub enum Answer {
    Valid,
    Ended,
    Error,
    Panic,
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
