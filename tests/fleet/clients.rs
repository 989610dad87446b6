//! Clients that visit a fleet, each with a twin of its session, at a site whose only key never changes.

use std::{cmp::Reverse, collections::BinaryHeap};

use fastrand::Rng;
use hardtack::{Session, SessionCookie};

use super::{
    instances::{Answer, Deed, Fleet, policy, respond},
    plan::{A, Push, Turn},
    plan::{Schedule, Visit},
    report::{Event, Fault, Kind, Report},
    simulation::Simulation,
    times::{at, seconds},
};

/// A client that makes one visit after the other.
struct Client {
    number: u64,
    rng: Rng,
    visits_left: u32,
    jar: Option<Jar>,
}

struct Jar {
    cookie: String,
    /// The number of the key that it names.
    key: usize,
    /// The key's turn to seal.
    turn: Turn,
    /// The cookie of the twin.
    twin: String,
}

/// Makes all visits of these clients, in the order of their times.
pub(crate) fn visit(simulation: &Simulation, numbers: impl Iterator<Item = u64>) -> Report {
    let schedule = Schedule::of(&simulation.plan);
    let mut fleet = Fleet::of(simulation);
    let twins = policy(simulation.plan.key(A.key)).clock_skew(seconds(simulation.skew));
    let twins = twins.build().unwrap();
    let mut report = Report::default();
    let clients = numbers.map(|number| Client::of(simulation, number));
    let mut clients: Vec<_> = clients.collect();
    let mut visits = BinaryHeap::new();
    for (place, client) in clients.iter_mut().enumerate() {
        visits.push(Reverse((schedule.first(&mut client.rng, &fleet), place)));
    }
    while let Some(Reverse((visit, place))) = visits.pop() {
        let client = &mut clients[place];
        fleet.listen(visit.time);
        client.visit(visit, &fleet, &twins, &mut report);
        if let Some(next) = client.next(visit, &schedule, &fleet, &twins) {
            visits.push(Reverse((next, place)));
        }
    }
    report
}

impl Client {
    fn of(simulation: &Simulation, number: u64) -> Client {
        let seed = Rng::with_seed(simulation.seed).u64(..);
        let mut rng = Rng::with_seed(seed ^ number);
        Client {
            number,
            visits_left: rng.u32(5..=10),
            rng,
            jar: None,
        }
    }

    fn visit(
        &mut self,
        visit: Visit,
        fleet: &Fleet<'_>,
        twins: &SessionCookie,
        report: &mut Report,
    ) {
        let instance = &fleet.instances[visit.instance];
        let (now, push) = (instance.clock(visit.time), fleet.heard(instance));
        let jar = self.jar.take();
        let load = |twin: Option<&String>| twins.load(twin, at(now));
        let twin = load(jar.as_ref().map(|jar| &jar.twin));
        let lives = matches!(&jar, Some(jar) if jar.lives(&twin, now, push));
        let deed = self.deed(lives);
        let cookie = jar.as_ref().map(|jar| &*jar.cookie);
        let answer = instance.answer(cookie, deed, visit.time);

        // After a fault the twin goes on with what the instance found.
        let twin = if answer.count.is_some() {
            twin
        } else {
            load(None)
        };
        let key_of = |cookie: &String| fleet.plan.key_of(cookie);
        let seen = Seen {
            lives,
            twin: respond(twins, &twin, deed),
            key: answer.cookie.as_ref().map(key_of),
            answer,
            turn: fleet.turn(instance, now),
        };
        fleet.count(visit, report);
        seen.count(deed, report);
        if let Some(kind) = seen.fault(jar.as_ref()) {
            report.faults.push(Fault {
                kind,
                client: self.number,
                visit,
                ring: instance.ring,
                key: jar.as_ref().map(|jar| jar.key),
                refusal: seen.answer.refusal,
            });
        }
        self.jar = seen.left_in(jar);
    }

    fn deed(&mut self, lives: bool) -> Deed {
        match (lives, self.rng.u8(0..12)) {
            (true, 0..6) | (false, 0..2) => Deed::Read,
            (true, 6) | (false, 2..6) => Deed::Remember,
            (true, 7) => Deed::SignIn,
            _ => Deed::Count,
        }
    }

    fn next(
        &mut self,
        visit: Visit,
        schedule: &Schedule,
        fleet: &Fleet<'_>,
        twins: &SessionCookie,
    ) -> Option<Visit> {
        self.visits_left -= 1;
        let twin = self.jar.as_ref().map(|jar| &jar.twin);
        let end = twins.load(twin, at(visit.time)).expires_at();
        let next = schedule.next(&mut self.rng, visit.time, end, fleet);
        next.filter(|_| self.visits_left > 0)
    }
}

impl Jar {
    fn lives(&self, twin: &Session, now: u64, push: &Push) -> bool {
        let is_dropped = push.drops.contains(&self.key) && now >= push.drops_at;
        twin.created_at() >= Some(at(push.not_before)) && !is_dropped
    }
}

/// A visit as it went, and as it went for the twin.
struct Seen {
    /// The session in the jar should live.
    lives: bool,
    answer: Answer,
    twin: Answer,
    /// The key of the cookie that was set.
    key: Option<usize>,
    turn: Turn,
}

impl Seen {
    fn fault(&self, jar: Option<&Jar>) -> Option<Kind> {
        if self.lives != self.answer.count.is_some() {
            return Some(if self.lives { Kind::Lost } else { Kind::Undead });
        }
        if self.answer.count != self.twin.count {
            return Some(Kind::Miscounted);
        }
        match (&self.twin.cookie, self.key, jar) {
            (Some(_), Some(_), _) | (None, None, _) => None,
            // A living session may be written only to change its key.
            (None, Some(key), Some(jar)) if self.lives && jar.key != key => {
                (self.turn <= jar.turn).then_some(Kind::PingPong)
            }
            _ => Some(Kind::Cookie),
        }
    }

    fn count(&self, deed: Deed, report: &mut Report) {
        report.count(Event::Visit);
        if self.answer.count.is_some() {
            report.count(Event::Opened);
        }
        if let Some(reason) = self.answer.refusal {
            report.count(Event::Refused(reason));
        }
        match (deed, self.answer.count, &self.twin.cookie, self.key) {
            (_, None, Some(_), _) => report.count(Event::Begun),
            (Deed::SignIn, ..) => report.count(Event::SignedIn),
            (Deed::Read, _, Some(_), _) => report.count(Event::Refreshed),
            (Deed::Read, _, None, Some(_)) => report.count(Event::Resealed),
            _ => {}
        }
    }

    /// The jar after the visit.
    fn left_in(self, before: Option<Jar>) -> Option<Jar> {
        let Some((cookie, key)) = self.answer.cookie.zip(self.key) else {
            return before;
        };
        Some(Jar {
            cookie,
            key,
            turn: self.turn,
            twin: self.twin.cookie.or(before.map(|jar| jar.twin))?,
        })
    }
}
