//! The site, its clock and keys, and the browsers; each request beside the model.

mod acts;
mod application;
mod carrier;
mod cookies;
mod look;
mod reading;
mod response;
mod ring;
mod site;
mod visit;

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::session::SessionId;

use crate::{
    case::{Later, Meanwhile, Request, Step, Tenant, Unnoticed, Wiring},
    model::{Carrier, Record, Settings},
};
use application::Application;
use reading::Reading;
use ring::Ring;
use site::Site;
use visit::Browser;

pub struct World {
    settings: Settings,
    wiring: Wiring,
    application: Application,
    site: Site,
    ring: Ring,
    /// Sessions that began earlier are over, by the running program.
    not_before: u64,
    now: u64,
    browsers: [Browser; 3],
    tokens: HashMap<String, Sealed>,
    ids: Vec<SessionId>,
    seen_ids: HashSet<SessionId>,
    csrf: Vec<CsrfToken>,
}

/// What a token holds, and what it is bound to.
#[derive(Clone, Debug, PartialEq)]
pub struct Sealed {
    key: usize,
    tenant: Tenant,
    record: Record,
    /// Clock of the instance that sealed it.
    at: u64,
}

struct CsrfToken {
    text: String,
    key: usize,
    tenant: Tenant,
    id: Option<SessionId>,
    issued: u64,
}

impl World {
    pub fn new(settings: Settings, wiring: Wiring, unnoticed: Unnoticed) -> World {
        let application = Application::default();
        World {
            site: Site::new(&settings, wiring, unnoticed, &application),
            settings,
            wiring,
            application,
            ring: Ring::new(),
            not_before: 0,
            now: START,
            browsers: Default::default(),
            tokens: HashMap::new(),
            ids: Vec::new(),
            seen_ids: HashSet::new(),
            csrf: Vec::new(),
        }
    }

    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Request(request) => self.answer(request),
            Step::Wait(later) => self.now = self.time_of(*later),
            Step::SetBack(seconds) => self.now -= u64::from(*seconds),
            Step::Rotate { planned, is_mended } => {
                let mut ring = Ring::of(planned, self.now, self.ring.not_before);
                if *is_mended {
                    ring.mend();
                }
                self.replace_ring(ring);
            }
            Step::Arrive { browser, is_newest } => {
                let browser = &mut self.browsers[usize::from(*browser) % 3];
                let sent = if *is_newest {
                    browser.late.pop_back()
                } else {
                    browser.late.pop_front()
                };
                browser.jar.receive(sent.into_iter().flatten());
            }
            Step::Copy { from, to } => {
                let copied = self.browsers[usize::from(*from) % 3].jar.clone();
                self.browsers[usize::from(*to) % 3].jar = copied;
            }
            Step::EndThoseBefore {
                browser,
                ends_itself,
                by_ring,
            } => {
                let jar = &self.browsers[usize::from(*browser) % 3].jar;
                let held = jar.held(self.settings.name());
                let sealed = held.text().and_then(|token| self.tokens.get(token));
                let issued = sealed.map_or(self.now, |sealed| sealed.record.issued);
                self.end_those_before(issued + u64::from(*ends_itself), *by_ring);
            }
            Step::Revoke(which) => {
                if let Some(id) = self.ids.get(usize::from(*which) % self.ids.len().max(1)) {
                    self.application.knowledge().revoked.insert(*id);
                }
            }
        }
    }

    fn operate(&mut self, meanwhile: Meanwhile, reading: &Reading) {
        match meanwhile {
            Meanwhile::Replace(planned) => {
                self.replace_ring(Ring::of(&planned, self.now, self.ring.not_before));
            }
            Meanwhile::EndThoseBefore {
                ends_itself,
                by_ring,
            } => {
                let issued = reading.sealed.as_ref().map(|sealed| sealed.record.issued);
                let issued = issued.unwrap_or(self.now);
                self.end_those_before(issued + u64::from(ends_itself), by_ring);
            }
        }
    }

    fn replace_ring(&mut self, ring: Ring) {
        let is_allowed = ring.is_allowed();
        assert_eq!(self.site.replace(&ring), is_allowed, "{ring:?}");
        if is_allowed {
            self.ring = ring;
        }
    }

    fn end_those_before(&mut self, time: u64, by_ring: bool) {
        if by_ring {
            let mut ring = self.ring.clone();
            ring.not_before = time;
            self.replace_ring(ring);
        } else {
            self.site.raise_not_before(self::time(time));
            self.not_before = self.not_before.max(time);
        }
    }

    fn time_of(&self, later: Later) -> u64 {
        let (which, is_before) = match later {
            Later::Seconds(seconds) => return self.now + u64::from(seconds),
            Later::Edge { which, is_before } => (usize::from(which), is_before),
        };
        let name = self.settings.name();
        let held = self.browsers.iter().map(|browser| browser.jar.held(name));
        let sealed = held.filter_map(|held| self.tokens.get(held.text()?));
        let of_sessions = sealed.flat_map(|sealed| self.settings.edges(&sealed.record));
        let edges = self.ring.edges().chain(of_sessions);
        let edges: Vec<u64> = edges.filter(|edge| *edge > self.now).collect();
        match edges.get(which % edges.len().max(1)) {
            Some(edge) => edge - u64::from(is_before),
            None => self.now,
        }
    }

    /// Returns whether sessions are read before the handler. Only a layer does so.
    fn is_eager(&self) -> bool {
        let has_layer =
            !matches!(self.settings.carrier, Carrier::Token(_)) && self.wiring.has_layer;
        has_layer && self.wiring.is_eager
    }

    fn answer(&mut self, request: &Request) {
        match self.site.clone() {
            Site::Dictionary(door) => self.visit(&door, request),
            Site::Releases(earlier, _) if request.is_earlier_release => {
                self.visit(&earlier, request);
            }
            Site::Releases(_, later) => self.visit(&later, request),
        }
    }
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Keys of the content.
const KEYS: [&str; 4] = ["a", "b", "user", "a key of more than thirty-one bytes, å"];
const QUEUES: [&str; 2] = ["", "x"];
const START: u64 = 1_800_000_000;
