//! Instances, each with its own clock and its own time of hearing of a new ring.

use fastrand::Rng;
use hardtack::{
    KeyRing, RefreshAfter, Session, SessionCookie,
    carrier::SessionCookieBuilder,
    keys::SharedKeyRing,
    session::{Outcome, Reason},
};

use super::{
    plan::Visit,
    plan::{DRIFT, PROPAGATION, Plan, Push, Turn},
    report::{Event, Report},
    simulation::Simulation,
    times::{at, seconds},
};
use crate::common::pair_of;

pub(crate) struct Fleet<'a> {
    pub(crate) plan: &'a Plan,
    rings: Vec<KeyRing>,
    pub(crate) instances: Vec<Instance>,
    /// The news that instances have not heard, the latest first.
    news: Vec<News>,
}

pub(crate) struct Instance {
    /// Seconds by which its clock is ahead.
    pub(crate) ahead: i64,
    /// The number of the push that it heard of last.
    pub(crate) ring: usize,
    keys: SharedKeyRing,
    site: SessionCookie,
}

struct News {
    at: u64,
    instance: usize,
    ring: usize,
}

/// The visible result of a visit, and the reason an instance would log.
pub(crate) struct Answer {
    /// The reason if the session did not open.
    pub(crate) refusal: Option<Reason>,
    /// The count in the session that arrived, if it opened.
    pub(crate) count: Option<u32>,
    /// `name=token`, if a cookie was set.
    pub(crate) cookie: Option<String>,
}

/// The use of a session by a page.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Deed {
    Read,
    Count,
    /// Counts, and asks to be remembered.
    Remember,
    SignIn,
}

/// The policy of every fleet, in seconds.
pub(crate) const IDLE: u64 = 3600;
pub(crate) const REMEMBER: u64 = 24 * 3600;
pub(crate) const REMEMBERED_IDLE: u64 = 12 * 3600;

pub(crate) fn policy(keys: impl Into<SharedKeyRing>) -> SessionCookieBuilder {
    SessionCookie::encrypted(keys)
        .idle_timeout(seconds(IDLE))
        .refresh_after(RefreshAfter::Interval(seconds(1800)))
        .absolute_timeout(seconds(12 * 3600))
        .remember_up_to(seconds(REMEMBER))
        .remembered_idle_timeout(seconds(REMEMBERED_IDLE))
}

impl Fleet<'_> {
    /// Builds the fleet of a simulation, which is the same each time.
    pub(crate) fn of(simulation: &Simulation) -> Fleet<'_> {
        let plan = &simulation.plan;
        let mut rng = Rng::with_seed(simulation.seed);
        let rings: Vec<_> = plan.pushes.iter().map(|push| plan.ring(push)).collect();
        let instance = |_| {
            let keys = SharedKeyRing::from(rings[0].clone());
            let site = policy(keys.clone()).clock_skew(seconds(simulation.skew));
            Instance {
                ahead: rng.i64(-(DRIFT as i64)..=DRIFT as i64),
                ring: 0,
                keys,
                site: site.build().unwrap(),
            }
        };
        let instances = (0..simulation.instances).map(instance).collect();
        let mut news = Vec::new();
        for (ring, push) in plan.pushes.iter().enumerate().skip(1) {
            for instance in 0..simulation.instances {
                let at = push.at + rng.u64(0..=PROPAGATION);
                news.push(News { at, instance, ring });
            }
        }
        news.sort_by_key(|news| std::cmp::Reverse(news.at));
        Fleet {
            plan,
            rings,
            instances,
            news,
        }
    }

    /// Delivers all news up to `now`.
    pub(crate) fn listen(&mut self, now: u64) {
        while let Some(news) = self.news.pop_if(|news| news.at <= now) {
            let ring = self.rings[news.ring].clone();
            let instance = &mut self.instances[news.instance];
            instance.keys.replace(ring).unwrap();
            instance.ring = news.ring;
        }
    }

    /// The time at which the last instance hears of the last push.
    pub(crate) fn last_heard(&self) -> u64 {
        self.news.first().map_or(0, |news| news.at)
    }

    pub(crate) fn any(&self, rng: &mut Rng) -> usize {
        rng.usize(..self.instances.len())
    }

    /// Counts the events that a visit coincides with.
    pub(crate) fn count(&self, Visit { time, instance }: Visit, report: &mut Report) {
        let ring = self.instances[instance].ring;
        for (number, push) in self.plan.pushes.iter().enumerate().skip(1) {
            if (push.at..push.at + PROPAGATION).contains(&time) {
                let has_heard = ring >= number;
                report.count(if has_heard {
                    Event::Heard(number)
                } else {
                    Event::Unheard(number)
                });
            }
        }
        if self.plan.is_turning(time) {
            report.count(Event::Turn);
        }
    }

    /// The turn to seal, by the clock and the ring of an instance.
    pub(crate) fn turn(&self, instance: &Instance, now: u64) -> Turn {
        let lines = self.heard(instance).ring.iter();
        let turns = lines.filter_map(|line| line.seal_from);
        let passed = turns.filter(|&turn| now >= turn);
        (passed.max().unwrap_or(0), instance.ring)
    }

    /// The last push that this instance heard of.
    pub(crate) fn heard(&self, instance: &Instance) -> &Push {
        &self.plan.pushes[instance.ring]
    }
}

impl Instance {
    /// The time on its clock.
    pub(crate) fn clock(&self, time: u64) -> u64 {
        time.saturating_add_signed(self.ahead)
    }

    /// Loads the session of a request, and saves it.
    pub(crate) fn answer(&self, cookie: Option<&str>, deed: Deed, time: u64) -> Answer {
        let session = self.site.load(cookie, at(self.clock(time)));
        respond(&self.site, &session, deed)
    }
}

pub(crate) fn respond(site: &SessionCookie, session: &Session, deed: Deed) -> Answer {
    let count: Option<u32> = session.get("count").unwrap();
    let counted = count.unwrap_or(0);
    match deed {
        Deed::Read => {}
        Deed::Count => session.insert("count", counted + 1).unwrap(),
        Deed::Remember => {
            session.insert("count", counted + 1).unwrap();
            session.remember_for(seconds(REMEMBER)).unwrap();
        }
        Deed::SignIn => {
            session.insert("count", counted).unwrap();
            session.renew().unwrap();
        }
    }
    let refusal = match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    };
    let fields = site.save(session).unwrap();
    let cookie = fields.into_iter().next();
    Answer {
        refusal,
        count,
        cookie: cookie.map(|field| pair_of(&field).to_owned()),
    }
}
