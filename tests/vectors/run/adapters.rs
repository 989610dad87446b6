//! A request and the application's response to it, through each way in which a program takes a session and saves it.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, Response, StatusCode, header::COOKIE};
use serde_json::Value;

#[cfg(feature = "tower")]
use super::layers::own;
use super::{
    scene::{Carrier, Scene},
    skips::Skip,
};
use crate::{
    Session,
    base::time::system_time,
    carrier::TokenChange,
    cookie::SetCookies,
    session::SaveError,
    state::{Payload, ResponseFacts},
    web::CacheHeaders,
};

pub(super) struct Exchange<'a, T> {
    pub(super) scene: &'a Scene,
    /// Of the application, as is `response`.
    pub(super) status: u16,
    pub(super) response: HeaderMap,
    pub(super) work: Work<T>,
    /// What `work` does, if a vector says it.
    pub(super) actions: &'a [Vec<Value>],
    /// A handle is left after the response, and nothing has touched the session.
    pub(super) is_left: bool,
}

/// The use of the session by the application.
type Work<T> = Arc<dyn Fn(&Session<T>) + Send + Sync>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Adapter {
    /// The functions that the adapters call.
    Direct,
    /// `load` and `save`, which see neither the other fields nor the status.
    LoadAndSave,
    /// `load_from` and `save_to`.
    HeaderMap,
    /// `load_from_cookies` and `save_as_cookies`.
    Jar,
    Tower,
    Axum,
    Actix,
}

pub(super) const ADAPTERS: &[Adapter] = &[
    Adapter::LoadAndSave,
    Adapter::HeaderMap,
    Adapter::Jar,
    Adapter::Tower,
    Adapter::Axum,
    Adapter::Actix,
];

impl Adapter {
    pub(super) fn all() -> impl Iterator<Item = Adapter> {
        let adapters = ADAPTERS.iter().copied();
        adapters.filter(|adapter| adapter.is_compiled())
    }

    pub(super) fn is_compiled(self) -> bool {
        match self {
            Adapter::Direct | Adapter::LoadAndSave | Adapter::HeaderMap => true,
            Adapter::Jar => cfg!(feature = "cookie"),
            Adapter::Tower => cfg!(feature = "tower"),
            Adapter::Axum => cfg!(feature = "axum"),
            Adapter::Actix => cfg!(feature = "actix"),
        }
    }
}

impl<'a, T: Payload> Exchange<'a, T> {
    /// An exchange whose application responds with 200 and no fields.
    pub(super) fn new(
        scene: &'a Scene,
        work: impl Fn(&Session<T>) + Send + Sync + 'static,
    ) -> Exchange<'a, T> {
        Exchange {
            scene,
            status: 200,
            response: HeaderMap::new(),
            work: Arc::new(work),
            actions: &[],
            is_left: false,
        }
    }

    /// Returns the response, or the reason why a jar cannot have these cookies.
    pub(super) fn through(&self, adapter: Adapter) -> Result<Response<()>, Skip> {
        let carrier = self.scene.carrier().unwrap();
        Ok(match adapter {
            Adapter::Direct => self.directly(&carrier),
            Adapter::LoadAndSave => self.through_load_and_save(&carrier),
            Adapter::HeaderMap => self.through_header_map(&carrier),
            #[cfg(feature = "cookie")]
            Adapter::Jar => return self.through_jar(&carrier),
            #[cfg(feature = "tower")]
            // The handler itself asks whether the session is still valid, where an extractor would ask before it.
            layer if self.scene.asks() => {
                self.through_layer(layer, self.layer(carrier).map_session(own))
            }
            #[cfg(feature = "tower")]
            layer => self.through_layer(layer, self.layer(carrier)),
            #[cfg(not(feature = "tower"))]
            _ => unreachable!("it is not compiled"),
        })
    }

    /// Calls the functions that the adapters call, whose answer is added to the response.
    fn directly(&self, carrier: &Carrier<T>) -> Response<()> {
        let session = self.scene.load(carrier);
        (self.work)(&session);
        let mut response = self.answer(());
        let facts = |already_sent| ResponseFacts {
            status: self.status,
            is_shareable: CacheHeaders::of(&self.response).is_shareable(),
            already_sent,
            ..ResponseFacts::UNKNOWN
        };
        let own = carrier.sent_in();
        let before: Vec<_> = lines_of(&self.response, own).collect();
        let lines = || before.iter().map(|line| line.as_bytes());
        response.headers_mut().remove(own);
        let finished = match carrier {
            Carrier::Cookie(cookie) => {
                let (already_sent, stays) = cookie.already_sent_in(&session, lines());
                let finished = cookie.finish(&session, facts(already_sent));
                finished.map(|(dependence, fields)| {
                    let mut stays = cookie.stays_beside(stays, &fields);
                    for line in &before {
                        if stays.as_mut().is_none_or(|stays| stays(line.as_bytes())) {
                            add(&mut response, own, line);
                        }
                    }
                    add_fields(&mut response, &fields);
                    (dependence, already_sent)
                })
            }
            Carrier::Header(tokens) => {
                let (already_sent, stays) = tokens.already_sent_in(&session, lines());
                let finished = tokens.carrier.finish(&session, facts(already_sent));
                finished.map(|(dependence, change)| {
                    if change == TokenChange::Keep {
                        let left = before.iter().zip(stays).filter(|(_, stays)| *stays);
                        left.for_each(|(line, _)| add(&mut response, own, line));
                    }
                    add_token(&mut response, own, change);
                    (dependence, already_sent)
                })
            }
        };
        match finished {
            Ok(more) => {
                response.extensions_mut().insert(more);
            }
            Err(error) => fail(&mut response, &error),
        }
        response
    }

    fn through_load_and_save(&self, carrier: &Carrier<T>) -> Response<()> {
        let (request, now) = (self.scene.request(), system_time(self.scene.now));
        let mut response = Response::new(());
        match carrier {
            Carrier::Cookie(cookie) => {
                let session = cookie.load(request.get_all(COOKIE), now);
                (self.work)(&session);
                match cookie.save(&session) {
                    Ok(fields) => add_fields(&mut response, &fields),
                    Err(error) => fail(&mut response, &error),
                }
            }
            Carrier::Header(tokens) => {
                let session = tokens.load(request.get_all(tokens.name()), now);
                (self.work)(&session);
                match tokens.save(&session) {
                    Ok(change) => add_token(&mut response, tokens.response_header(), change),
                    Err(error) => fail(&mut response, &error),
                }
            }
        }
        response
    }

    fn through_header_map(&self, carrier: &Carrier<T>) -> Response<()> {
        let (session, mut response) = (self.scene.load(carrier), self.answer(()));
        (self.work)(&session);
        let (status, fields) = (response.status(), response.headers_mut());
        let saved = match carrier {
            Carrier::Cookie(cookie) => cookie.save_to(&session, status, fields),
            Carrier::Header(tokens) => tokens.save_to(&session, status, fields),
        };
        if let Err(error) = saved {
            fail(&mut response, &error);
        }
        response
    }

    #[cfg(feature = "cookie")]
    fn through_jar(&self, carrier: &Carrier<T>) -> Result<Response<()>, Skip> {
        let Carrier::Cookie(cookie) = carrier else {
            return Err(Skip::InHeader);
        };
        let mut jar = cookie::CookieJar::new();
        for field in self.scene.request().get_all(COOKIE) {
            let field = field.to_str().map_err(|_| Skip::NotText)?;
            for pair in cookie::Cookie::split_parse(field.to_owned()).flatten() {
                if jar.get(pair.name()).is_some() {
                    return Err(Skip::OneOfAName);
                }
                jar.add_original(pair);
            }
        }
        let session = cookie.load_from_cookies(jar.iter(), system_time(self.scene.now));
        (self.work)(&session);
        let mut response = Response::new(());
        match cookie.save_as_cookies(&session) {
            Ok(cookies) => cookies
                .iter()
                .for_each(|changed| add(&mut response, "set-cookie", &changed.to_string())),
            Err(error) => match error.to_string() {
                error if error.contains("one cookie of each name") => return Err(Skip::OneOfAName),
                error if error.contains("a companion adds") => return Err(Skip::Companion),
                _ => fail(&mut response, &error),
            },
        }
        Ok(response)
    }

    /// The response of the application.
    pub(super) fn answer<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap();
        *response.headers_mut() = self.response.clone();
        response
    }
}

fn add(response: &mut Response<()>, name: &str, value: &str) {
    let name: HeaderName = name.parse().unwrap();
    response.headers_mut().append(name, value.parse().unwrap());
}

fn add_fields(response: &mut Response<()>, fields: &SetCookies) {
    for (name, value) in fields.others() {
        add(response, name, value);
    }
    for field in fields {
        add(response, "set-cookie", field);
    }
}

fn add_token(response: &mut Response<()>, name: &str, change: TokenChange) {
    match change {
        TokenChange::Store(token) => add(response, name, &token),
        TokenChange::Drop => add(response, name, ""),
        TokenChange::Keep => {}
    }
}

#[track_caller]
fn fail(response: &mut Response<()>, error: &SaveError) {
    assert_eq!(error.to_string(), SaveError::CLOCK);
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
}

pub(super) fn lines_of(fields: &HeaderMap, name: &str) -> impl Iterator<Item = String> {
    let lines = fields.get_all(name).into_iter();
    lines.map(|line| line.to_str().unwrap().to_owned())
}
