//! What the application does with a session, beside the model.

use hardtack::{
    Session, SessionError,
    session::{Payload, SessionId, Validity},
};

use super::{
    CsrfToken, KEYS, QUEUES, World, application::Content, carrier::block_on, seconds, time,
};
use crate::{
    case::{Act, Answer, Tenant},
    model::{self, Record, Refused, Visit},
};

impl World {
    pub fn act<T: Content>(
        &mut self,
        act: &Act,
        session: &Session<T>,
        visit: &mut Visit<'_>,
        tenant: Tenant,
    ) {
        match act {
            Act::Look => {}
            Act::Insert { .. }
            | Act::Fill { .. }
            | Act::Update { .. }
            | Act::Remove { .. }
            | Act::Take { .. } => {
                change_content(act, session, visit);
            }
            Act::Flash { queue, len, once } => {
                flash(
                    queue_of(*queue),
                    &text(*len, (*len).into()),
                    *once,
                    session,
                    visit,
                );
            }
            Act::TakeFlashes { queue } => {
                let queue = queue_of(*queue);
                assert_eq!(
                    told(session.take_flashes(queue)),
                    Ok(visit.take_flashes(queue))
                );
            }
            Act::SignIn => {
                let done = told(session.sign_in());
                let expected = visit.invalidate();
                let id = self.fresh_id(session, done.is_ok());
                assert_eq!(
                    done,
                    expected.and_then(|told| visit.renew(id).map(|()| told))
                );
            }
            Act::Renew => {
                let done = told(session.renew());
                let id = self.fresh_id(session, done.is_ok());
                assert_eq!(done, visit.renew(id));
            }
            Act::RenewId => {
                let done = told(session.renew_id());
                let id = self.fresh_id(session, done.is_ok());
                assert_eq!(done, visit.change(|record| record.id = id));
            }
            Act::EnsureId => {
                let done = told(session.ensure_id());
                let expected = self.ensure_id(session, visit);
                assert_eq!(done, expected);
            }
            Act::CsrfToken => self.render_csrf(session, visit, tenant),
            Act::VerifyCsrf { which } => {
                self.verify_csrf((*which).into(), session, visit, tenant);
            }
            Act::Validate(answer) => self.validate(*answer, session, visit),
            Act::Invalidate => assert_eq!(told(session.invalidate()), visit.invalidate()),
            Act::Clear => assert_eq!(told(session.clear()), visit.clear()),
            Act::RememberFor(duration) => {
                let done = told(session.remember_for(seconds(duration.seconds())));
                assert_eq!(done, visit.remember_for(duration.seconds()).map(time));
            }
            Act::Forget => {
                let forget = |record: &mut Record| record.remembered = None;
                assert_eq!(told(session.forget()), visit.change(forget));
            }
            Act::LimitTo(duration) => {
                let done = told(session.limit_to(seconds(duration.seconds())));
                assert_eq!(done, visit.limit_to(duration.seconds()));
            }
            Act::Save => assert_eq!(told(session.save()), visit.save()),
            Act::Discard => assert_eq!(told(session.discard()), visit.discard()),
        }
    }

    /// Returns the id that the session has got, which no session had before.
    fn fresh_id<T: Payload>(&mut self, session: &Session<T>, has_got: bool) -> Option<SessionId> {
        has_got.then(|| {
            let id = session.id().expect("it got one");
            assert!(self.seen_ids.insert(id), "an id comes back");
            assert_eq!(id.to_string().parse().ok(), Some(id));
            self.ids.push(id);
            id
        })
    }

    fn ensure_id<T: Payload>(
        &mut self,
        session: &Session<T>,
        visit: &mut Visit<'_>,
    ) -> Result<SessionId, Refused> {
        if visit.session.record.id.is_none() {
            let is_new = session.id().is_some();
            let id = self.fresh_id(session, is_new);
            visit.change(|record| record.id = id)?;
        }
        Ok(visit.session.record.id.expect("it got one"))
    }

    fn render_csrf<T: Payload>(
        &mut self,
        session: &Session<T>,
        visit: &mut Visit<'_>,
        tenant: Tenant,
    ) {
        let rendered = told(session.csrf_token());
        if visit.is_unreadable() {
            assert!(rendered.is_ok_and(|text| session.verify_csrf(&text).is_ok()));
            return;
        }
        let id = self.ensure_id(session, visit);
        assert_eq!(rendered.as_ref().err(), id.as_ref().err());
        if let (Ok(text), Ok(id)) = (rendered, id) {
            self.csrf.push(CsrfToken {
                text,
                key: self.ring.sealing(self.now),
                tenant,
                id: Some(id),
                issued: visit.session.record.issued,
            });
        }
    }

    fn verify_csrf<T: Payload>(
        &self,
        which: usize,
        session: &Session<T>,
        visit: &Visit<'_>,
        tenant: Tenant,
    ) {
        let Some(token) = self.csrf.get(which % self.csrf.len().max(1)) else {
            assert!(session.verify_csrf("").is_err());
            return;
        };
        let is_of = |record: &Record| (token.id, token.issued) == (record.id, record.issued);
        let is_right = visit.session_of_forms().is_some_and(is_of)
            && token.tenant == tenant
            && self.ring.accepts(token.key, self.now);
        assert_eq!(session.verify_csrf(&token.text).is_ok(), is_right);
    }

    fn validate<T: Payload>(&self, answer: Answer, session: &Session<T>, visit: &mut Visit<'_>) {
        self.application.knowledge().answer = Some(answer);
        let expected = visit.validate(match answer {
            Answer::Valid => model::Answer::Valid,
            Answer::Ended => model::Answer::Ended,
            Answer::Error | Answer::Panic => model::Answer::None,
        });
        let answered = block_on(session.validate()).map(|validity| validity == Validity::Valid);
        assert_eq!(told(answered), expected);
        // It is not asked at any other time.
        self.application.knowledge().answer = None;
    }
}

fn change_content<T: Content>(act: &Act, session: &Session<T>, visit: &mut Visit<'_>) {
    match *act {
        Act::Insert { key, letter, len } => {
            insert(key, text(letter, usize::from(len % 4000)), session, visit);
        }
        Act::Fill { key, less } => {
            let len = visit.room().saturating_sub(less.into());
            insert(key, text(less, len), session, visit);
        }
        Act::Update { key } => {
            let done = told(T::lengthen(session, key_of(key)));
            let lengthen = |record: &mut Record| {
                let value = record.content.entry(key_of(key).to_owned());
                value.or_default().push('x');
            };
            assert_eq!(done, visit.change_content(lengthen));
        }
        Act::Remove { key } => {
            let done = told(T::remove(session, key_of(key)));
            let removed = remove(key_of(key), visit);
            assert_eq!(done, removed.map(|removed| removed.is_some()));
        }
        Act::Take { key } => {
            let done = told(T::take(session, key_of(key)));
            assert_eq!(done, remove(key_of(key), visit));
        }
        _ => {}
    }
}

fn insert<T: Content>(key: u8, value: String, session: &Session<T>, visit: &mut Visit<'_>) {
    let done = told(T::insert(session, key_of(key), value.clone()));
    let insert = |record: &mut Record| {
        record.content.insert(key_of(key).to_owned(), value);
    };
    assert_eq!(done, visit.change_content(insert));
}

fn remove(key: &str, visit: &mut Visit<'_>) -> Result<Option<String>, Refused> {
    let mut removed = None;
    visit.change_content(|record| removed = record.content.remove(key))?;
    Ok(removed)
}

fn flash<T: Payload>(
    queue: &str,
    text: &str,
    once: bool,
    session: &Session<T>,
    visit: &mut Visit<'_>,
) {
    let done = told(if once {
        session.flash_once(queue, text)
    } else {
        session.flash(queue, text)
    });
    let message = (queue.to_owned(), text.to_owned());
    // The lengths of the model are those of few messages.
    let add = |record: &mut Record| {
        if !once || !record.flash.contains(&message) {
            record.flash.push(message);
        }
    };
    assert_eq!(done, visit.change(add));
}

/// Returns the result of an action, with the error as the documents name it.
#[track_caller]
fn told<R>(done: Result<R, SessionError>) -> Result<R, Refused> {
    done.inspect_err(|error| {
        let shown = format!("{error} {error:?}");
        // Values of the content have nothing but such letters.
        assert!(
            ["aaaaaaaa", "bbbbbbbb", "cccccccc", "dddddddd"]
                .iter()
                .all(|part| !shown.contains(part))
        );
    })
    .map_err(|error| match error {
        SessionError::AfterHead => Refused::AfterHead,
        SessionError::NoContext => Refused::NoContext,
        SessionError::Unreadable(_) => Refused::Unreadable,
        SessionError::Unvalidated(_) => Refused::Unvalidated,
        SessionError::NotRemembering => Refused::NotRemembering,
        SessionError::TooLarge(error) => {
            assert!(error.needed > error.allowed, "{error}");
            Refused::TooLarge
        }
        error => panic!("{error}"),
    })
}

fn key_of(which: u8) -> &'static str {
    KEYS[usize::from(which) % KEYS.len()]
}

fn queue_of(which: u8) -> &'static str {
    QUEUES[usize::from(which) % QUEUES.len()]
}

fn text(letter: u8, len: usize) -> String {
    char::from(b'a' + letter % 4).to_string().repeat(len)
}
