//! Settings of all sessions of a case, and the end that they give to one.

use hardtack::session::Reason;

use super::{Form, Record};

/// Spans are in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub idle: Option<u64>,
    pub absolute: u64,
    pub remember_up_to: Option<u64>,
    pub remembered_idle: Option<u64>,
    pub refresh: Refresh,
    pub skew: u64,
    pub carrier: Carrier,
    /// The name of its cookie begins with `__Host-`.
    pub is_host_only: bool,
    pub attributes: Attributes,
    /// Its cookies outlive the browser session.
    pub persists: bool,
    pub form: Form,
    pub is_signed: bool,
    pub is_padded: bool,
    pub saves_on_server_error: bool,
    pub allows_shared_caching: bool,
    pub keeps_unknown_keys: bool,
    pub refreshes_navigations_only: bool,
}

/// Attributes of its cookies other than the default, all of which each browser here sends back.
#[derive(Clone, Copy, Debug)]
pub struct Attributes {
    pub has_path: bool,
    pub has_domain: bool,
    pub is_insecure: bool,
    pub is_partitioned: bool,
    pub is_strict: bool,
}

#[derive(Clone, Copy, Debug)]
pub enum Refresh {
    Never,
    OnChange,
    /// A quarter of the session's own idle timeout.
    Quarter,
    After(u64),
    Always,
    EveryRequest,
    OnValidation(Revalidation),
}

#[derive(Clone, Copy, Debug)]
pub struct Revalidation {
    pub after: u64,
    pub unvalidated_up_to: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Carrier {
    Cookie(Size),
    /// Field of the request, and the characters that a token has at most.
    Header(&'static str, usize),
    Token(usize),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    Anywhere,
    Browser,
    Split(u8),
}

impl Settings {
    /// Returns the name of the cookie, which has as many letters in either case. Other tokens have none.
    pub fn name(&self) -> &'static str {
        match self.carrier {
            Carrier::Cookie(_) if self.is_host_only => "__Host-session",
            Carrier::Cookie(_) => "session-of-all",
            Carrier::Header(..) | Carrier::Token(_) => "",
        }
    }

    /// Returns the attributes of each cookie but `Max-Age`, as a response has them.
    pub fn attributes(&self) -> String {
        let own = &self.attributes;
        let parts = [
            (
                true,
                if own.has_path {
                    "; Path=/shop"
                } else {
                    "; Path=/"
                },
            ),
            (own.has_domain, "; Domain=example"),
            (!own.is_insecure, "; Secure"),
            (true, "; HttpOnly"),
            (true, self.same_site()),
            (own.is_partitioned, "; Partitioned"),
        ];
        let parts = parts.into_iter().filter(|(is_there, _)| *is_there);
        parts.map(|(_, part)| part).collect()
    }

    pub fn same_site(&self) -> &'static str {
        if self.attributes.is_strict {
            "; SameSite=Strict"
        } else {
            "; SameSite=Lax"
        }
    }

    pub fn is_remembered(&self, record: &Record) -> bool {
        record.remembered.is_some() && self.remember_up_to.is_some()
    }

    pub fn is_persistent(&self, record: &Record) -> bool {
        self.persists || self.is_remembered(record)
    }

    /// Returns the idle timeout of the session (SPEC.md § 8.2).
    pub fn idle_of(&self, record: &Record) -> Option<u64> {
        if self.is_remembered(record) {
            self.remembered_idle
        } else {
            self.idle
        }
    }

    /// Returns the second at which the session is over whatever the visitor does (SPEC.md § 8.1).
    pub fn last_end(&self, record: &Record) -> u64 {
        let longest = match self.remember_up_to {
            Some(duration) if record.remembered.is_some() => duration,
            _ => self.absolute,
        };
        let ends = [
            Some(record.issued + longest),
            record.limit,
            record.remembered,
        ];
        ends.into_iter().flatten().min().expect("one is there")
    }

    /// Returns the second at which it is over without another request.
    pub fn end(&self, record: &Record) -> u64 {
        let last = self.last_end(record);
        let idle = self.idle_of(record);
        idle.map_or(last, |idle| last.min(record.active + idle))
    }

    /// Returns the reason for which a request at `now` does not get the session (SPEC.md § 7.7, § 7.8).
    pub fn refusal(&self, record: &Record, now: u64, not_before: u64) -> Option<Reason> {
        if record.active > now + self.skew {
            Some(Reason::NotYetValid)
        } else if now >= self.last_end(record) {
            Some(Reason::Expired)
        } else if now >= self.end(record) {
            Some(Reason::Idle)
        } else if record.issued < not_before {
            Some(Reason::Revoked)
        } else {
            None
        }
    }

    /// Returns the times at which something about the session changes by itself.
    pub fn edges(&self, record: &Record) -> [u64; 4] {
        let (refresh, unvalidated) = match self.refresh {
            Refresh::Quarter => (self.idle_of(record).map_or(0, |idle| idle / 4), 0),
            Refresh::After(duration) => (duration, 0),
            Refresh::OnValidation(durations) => {
                (durations.after, durations.unvalidated_up_to.unwrap_or(0))
            }
            _ => (0, 0),
        };
        let of_use = [refresh, unvalidated].map(|duration| record.active + duration);
        [
            self.end(record),
            self.last_end(record),
            of_use[0],
            of_use[1],
        ]
    }

    pub fn revalidation(&self) -> Option<Revalidation> {
        match self.refresh {
            Refresh::OnValidation(durations) => Some(durations),
            _ => None,
        }
    }

    /// Returns whether a request counts that leaves its session alone (docs/spec/writer.md § 8.12).
    pub fn counts_requests(&self) -> bool {
        matches!(self.refresh, Refresh::EveryRequest)
    }

    /// Returns the seconds for which a key is needed after the next one begins to seal (SPEC.md § 3.4.8).
    pub fn need(&self) -> u64 {
        let kinds = [
            (Some(self.absolute), self.idle),
            (self.remember_up_to, self.remembered_idle),
        ];
        let durations = kinds.map(|(longest, idle)| {
            let durations = [longest, longest.and(idle)];
            durations.into_iter().flatten().min()
        });
        let token_lifetime = durations.into_iter().flatten().max().expect("one is there");
        self.skew + token_lifetime
    }
}
