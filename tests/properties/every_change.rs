//! Every change is sent and reading sends nothing, in any order, inside the refresh window and under the
//! sealing key.

use std::{collections::BTreeMap, time::Duration};

use hardtack::{Session, session::SessionId};
use proptest::prelude::*;

use super::{
    browser::Browser,
    cases::cases,
    site, suite,
    times::{at, seconds},
};

#[derive(Clone, Debug)]
enum Step {
    Insert(String, u8),
    Update(String),
    Remove(String),
    Take(String),
    Clear,
    Invalidate,
    EnsureId,
    Renew,
    RenewId,
    Flash(String, String),
    FlashOnce(String, String),
    Flashes(String),
    CsrfToken,
    RememberFor(u64),
    LimitTo(u64),
    Forget,
    Save,
    Discard,
}

fn step() -> impl Strategy<Value = Step> {
    let key = || "[a-c]";
    let queue = || "[xy]?";
    let text = || "[m-o]{0,2}";
    // Longer than all requests together, so that no session ends in between.
    let duration = || 500..5000_u64;
    prop_oneof![
        3 => (key(), 0..3_u8).prop_map(|(key, value)| Step::Insert(key, value)),
        2 => key().prop_map(Step::Update),
        2 => key().prop_map(Step::Remove),
        2 => key().prop_map(Step::Take),
        1 => Just(Step::Clear),
        1 => Just(Step::Invalidate),
        1 => Just(Step::EnsureId),
        1 => Just(Step::Renew),
        1 => Just(Step::RenewId),
        2 => (queue(), text()).prop_map(|(queue, text)| Step::Flash(queue, text)),
        2 => (queue(), text()).prop_map(|(queue, text)| Step::FlashOnce(queue, text)),
        3 => queue().prop_map(Step::Flashes),
        1 => Just(Step::CsrfToken),
        1 => duration().prop_map(Step::RememberFor),
        1 => duration().prop_map(Step::LimitTo),
        1 => Just(Step::Forget),
        1 => Just(Step::Save),
        1 => Just(Step::Discard),
    ]
}

/// The expected state of a session.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model {
    content: BTreeMap<String, u8>,
    flash: Vec<(String, String)>,
    id: Option<SessionId>,
    created: Option<u64>,
    limited_until: Option<u64>,
    remembered_until: Option<u64>,
    /// A CSRF token that is valid while the id and the date stay.
    token: Option<String>,
}

/// The calls of one request that the model does not show.
#[derive(Clone, Copy, Default)]
struct Deeds {
    is_cleared: bool,
    is_invalidated: bool,
    is_saved: bool,
    is_discarded: bool,
    /// The id that the browser has.
    brought_id: Option<SessionId>,
    /// The earliest limit of this request.
    limit: Option<u64>,
}

impl Model {
    fn has_nothing(&self) -> bool {
        self.content.is_empty() && self.flash.is_empty() && self.id.is_none()
    }

    fn is_persistent(&self) -> bool {
        self.remembered_until.is_some()
    }

    fn queue(&self, queue: &str) -> Vec<String> {
        let of_queue = self.flash.iter().filter(|(of, _)| of == queue);
        of_queue.map(|(_, text)| text.clone()).collect()
    }

    fn take(&mut self, step: Step, session: &Session, now: u64, deeds: &mut Deeds) {
        match step {
            Step::Insert(key, value) => {
                session.insert(&key, value).unwrap();
                self.content.insert(key, value);
            }
            Step::Update(key) => {
                let increase = |value: &mut u8| *value = (*value + 1) % 3;
                session.update(&key, increase).unwrap();
                increase(self.content.entry(key).or_default());
            }
            Step::Remove(key) => {
                let is_removed = session.remove(&key).unwrap();
                assert_eq!(is_removed, self.content.remove(&key).is_some());
            }
            Step::Take(key) => {
                assert_eq!(session.take::<u8>(&key).unwrap(), self.content.remove(&key));
            }
            Step::Clear => {
                session.clear().unwrap();
                self.drop_content();
                deeds.is_cleared = true;
            }
            Step::Invalidate => {
                // Even if it changed in this request.
                assert_eq!(session.invalidate().unwrap(), deeds.brought_id.take());
                *self = Model::default();
                deeds.is_invalidated = true;
                deeds.limit = None;
            }
            Step::EnsureId => self.see_id(session.ensure_id().unwrap()),
            Step::Renew | Step::RenewId => {
                if matches!(step, Step::Renew) {
                    session.renew().unwrap();
                    self.created = self.created.map(|_| now);
                    self.limited_until = deeds.limit;
                } else {
                    session.renew_id().unwrap();
                }
                assert!(session.id() != self.id);
                self.id = session.id();
                self.drop_token(session);
            }
            Step::Flash(queue, text) => {
                session.flash(&queue, &text).unwrap();
                self.flash.push((queue, text));
            }
            Step::FlashOnce(queue, text) => {
                session.flash_once(&queue, &text).unwrap();
                let message = (queue, text);
                if !self.flash.contains(&message) {
                    self.flash.push(message);
                }
            }
            Step::Flashes(queue) => {
                assert_eq!(session.take_flashes(&queue).unwrap(), self.queue(&queue));
                self.flash.retain(|(of, _)| *of != queue);
            }
            Step::CsrfToken => {
                let token = session.csrf_token().unwrap();
                self.see_id(session.id().unwrap());
                self.token = Some(token);
            }
            Step::RememberFor(duration) => {
                session.remember_for(seconds(duration)).unwrap();
                self.remembered_until = Some(now + duration);
            }
            Step::LimitTo(duration) => {
                session.limit_to(seconds(duration)).unwrap();
                for limit in [&mut self.limited_until, &mut deeds.limit] {
                    *limit = Some(limit.map_or(now + duration, |end| end.min(now + duration)));
                }
            }
            Step::Forget => {
                session.forget().unwrap();
                self.remembered_until = None;
            }
            Step::Save => {
                session.save().unwrap();
                (deeds.is_saved, deeds.is_discarded) = (true, false);
            }
            Step::Discard => {
                session.discard().unwrap();
                (deeds.is_saved, deeds.is_discarded) = (false, true);
            }
        }
    }

    fn see_id(&mut self, id: SessionId) {
        assert_eq!(*self.id.get_or_insert(id), id);
    }

    fn drop_content(&mut self) {
        self.content.clear();
        self.flash.clear();
        (self.id, self.token) = (None, None);
    }

    fn drop_token(&mut self, session: &Session) {
        let token = self.token.take();
        assert!(token.is_none_or(|token| !session.verify_csrf(&token)));
    }

    /// Compares every accessor.
    fn look(&self, session: &Session) {
        assert_eq!(
            session.deserialize::<BTreeMap<String, u8>>().unwrap(),
            self.content
        );
        assert!(session.keys().iter().eq(self.content.keys()));
        assert_eq!(session.len(), self.content.len());
        assert_eq!(session.is_empty(), self.content.is_empty());
        assert_eq!(session.get("a").unwrap(), self.content.get("a").copied());
        assert_eq!(session.contains_key("b"), self.content.contains_key("b"));
        for queue in ["", "x", "y", "z"] {
            assert_eq!(session.flashes(queue), self.queue(queue));
        }
        assert_eq!(session.id(), self.id);
        assert_eq!(session.is_new(), self.created.is_none());
        assert_eq!(session.created_at(), self.created.map(at));
        assert_eq!(session.last_active_at().is_some(), self.created.is_some());
        assert_eq!(session.is_persistent(), self.is_persistent());
        let expires_at = session.expires_at();
        assert_eq!(expires_at.is_some(), self.created.is_some());
        let durations = [self.limited_until, self.remembered_until];
        if let (Some(end), Some(deadline)) = (expires_at, durations.into_iter().flatten().min()) {
            assert!(end <= at(deadline));
            assert!(!self.is_persistent() || end == at(deadline));
        }
        assert!(!session.verify_csrf("junk"));
        let is_right = |token: &String| session.verify_csrf(token);
        assert!(self.token.as_ref().is_none_or(is_right));
        assert!(session.remaining_bytes() > 0);
        assert!(!session.is_recent(Duration::ZERO));
    }
}

#[derive(Debug, PartialEq)]
enum Sent {
    Nothing,
    Session,
    Ending,
}

/// The response to a request that arrived with `before` and ended with `after`.
fn expected(before: &Model, after: &Model, deeds: Deeds) -> Sent {
    let has_arrived = before.created.is_some();
    if deeds.is_discarded {
        return if has_arrived && deeds.is_invalidated {
            Sent::Ending
        } else {
            Sent::Nothing
        };
    }
    let is_emptied = has_arrived && after != before && !after.is_persistent();
    // An invalidated session is a new one, which may be remembered; a cleared one stays the same.
    let has_ended = match deeds {
        Deeds {
            is_invalidated: true,
            ..
        } => !after.is_persistent(),
        Deeds { is_cleared, .. } => is_cleared || is_emptied,
    };
    if has_ended && after.has_nothing() {
        return if has_arrived {
            Sent::Ending
        } else {
            Sent::Nothing
        };
    }
    let is_there = !after.has_nothing() || after.is_persistent();
    let is_changed = if has_arrived && !deeds.is_invalidated {
        after != before || deeds.is_saved
    } else {
        is_there
    };
    if is_changed {
        Sent::Session
    } else {
        Sent::Nothing
    }
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn every_change_is_sent_and_no_look_is(
        suite in suite(),
        requests in prop::collection::vec((0..40_u64, prop::collection::vec(step(), 0..7)), 1..10),
    ) {
        let mut browser = Browser::from(site(suite).remember_up_to(seconds(10_000)));
        let mut model = Model::default();
        for (pause, steps) in requests {
            browser.now += pause;
            let now = browser.now;
            let arrived = model.clone();
            let mut deeds = Deeds { brought_id: model.id, ..Deeds::default() };
            browser.visit(|session| {
                model.look(session);
                for step in steps {
                    model.take(step, session, now, &mut deeds);
                    model.look(session);
                }
            });
            // Rendering another token is no change.
            let before = Model { token: model.token.clone(), ..arrived.clone() };
            let sent = match &browser.sent[..] {
                [] => Sent::Nothing,
                [field] if field.contains("=; ") => Sent::Ending,
                [_] => Sent::Session,
                fields => panic!("{fields:?}"),
            };
            prop_assert_eq!(&sent, &expected(&before, &model, deeds));
            match sent {
                Sent::Session => { model.created.get_or_insert(now); }
                Sent::Ending => model = Model::default(),
                Sent::Nothing if deeds.is_discarded => model = arrived,
                // A new session that was not sent is forgotten.
                Sent::Nothing if model.created.is_none() => model = Model::default(),
                Sent::Nothing => {}
            }
        }
    }
}
