//! Clients that visit a fleet, each beside a model of its session.

use std::{cmp::Reverse, collections::BinaryHeap};

use fastrand::Rng;

use super::{
    instances::{Answer, Fleet},
    model::Simulation,
    model::{Deed, Written},
    plan::{Push, Turn},
    plan::{Schedule, Visit},
    report::{Event, Fault, Kind, Report},
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
    session: Written,
    /// The key's turn to seal.
    turn: Turn,
}

/// Makes all visits of these clients, in the order of their times.
pub(crate) fn visit(simulation: &Simulation, numbers: impl Iterator<Item = u64>) -> Report {
    let schedule = Schedule::of(&simulation.plan);
    let mut fleet = Fleet::of(simulation);
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
        client.visit(visit, &fleet, simulation.skew, &mut report);
        if let Some(next) = client.next(visit, &schedule, &fleet) {
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

    fn visit(&mut self, visit: Visit, fleet: &Fleet<'_>, skew: u64, report: &mut Report) {
        let instance = &fleet.instances[visit.instance];
        let (now, push) = (instance.clock(visit.time), fleet.heard(instance));
        let jar = self.jar.take();
        let lives = matches!(&jar, Some(jar) if jar.lives(now, skew, push));
        let deed = self.deed(lives);
        let cookie = jar.as_ref().map(|jar| &*jar.cookie);
        let answer = instance.answer(cookie, deed, visit.time);

        // After a fault the model goes on with what the instance found.
        let opened = jar.as_ref().filter(|_| answer.count.is_some());
        let found = opened.map(|jar| jar.session);
        let key_of = |cookie: &String| fleet.plan.key_of(cookie);
        let seen = Seen {
            lives,
            found,
            written: Written::after(found, deed, now),
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

    fn next(&mut self, visit: Visit, schedule: &Schedule, fleet: &Fleet<'_>) -> Option<Visit> {
        self.visits_left -= 1;
        let session = self.jar.as_ref().map(|jar| jar.session);
        let next = schedule.next(&mut self.rng, visit.time, session, fleet);
        next.filter(|_| self.visits_left > 0)
    }
}

impl Jar {
    fn lives(&self, now: u64, skew: u64, push: &Push) -> bool {
        let is_dropped = push.drops.contains(&self.key) && now >= push.drops_at;
        self.session.lives(now, skew, push.not_before) && !is_dropped
    }
}

/// A visit as the model expects it and as it went.
struct Seen {
    /// The session in the jar should live.
    lives: bool,
    /// The session that opened.
    found: Option<Written>,
    /// The session to be written, by the model.
    written: Option<Written>,
    answer: Answer,
    /// The key of the cookie that was set.
    key: Option<usize>,
    turn: Turn,
}

impl Seen {
    fn fault(&self, jar: Option<&Jar>) -> Option<Kind> {
        let count = self.found.map(|session| session.count);
        if self.lives != self.answer.count.is_some() {
            return Some(if self.lives { Kind::Lost } else { Kind::Undead });
        }
        if self.answer.count != count {
            return Some(Kind::Miscounted);
        }
        match (self.written, self.key, jar) {
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
        match (deed, self.found, self.written, self.key) {
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
            session: self.written.or(before.map(|jar| jar.session))?,
            turn: self.turn,
        })
    }
}
