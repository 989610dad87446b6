//! A request and the application's response to it, through each way in which a program takes a session and saves it.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderName, Response, StatusCode, header::COOKIE};

use super::scene::Carrier;
use crate::{Session, base::time::system_time, carrier::TokenChange, state::Payload};

pub(super) struct Exchange<T> {
    pub(super) carrier: Carrier<T>,
    pub(super) now: u64,
    pub(super) request: HeaderMap,
    /// `false`: the request belongs to no context.
    pub(super) has_context: bool,
    #[cfg_attr(
        not(feature = "tower"),
        allow(dead_code, reason = "only layers have extractors")
    )]
    /// The handler itself asks whether the session is still valid, where an extractor would ask before it.
    pub(super) asks: bool,
    /// Of the application, as is `response`.
    pub(super) status: u16,
    pub(super) response: HeaderMap,
    pub(super) work: Work<T>,
}

/// The use of the session by the application.
pub(super) type Work<T> = Arc<dyn Fn(&Session<T>) + Send + Sync>;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Adapter {
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

pub(super) const LAYERS: &[Adapter] = &[Adapter::Tower, Adapter::Axum, Adapter::Actix];

pub(super) const ADAPTERS: &[Adapter] = &[
    Adapter::LoadAndSave,
    Adapter::HeaderMap,
    #[cfg(feature = "cookie")]
    Adapter::Jar,
    #[cfg(feature = "tower")]
    Adapter::Tower,
    #[cfg(feature = "axum")]
    Adapter::Axum,
    #[cfg(feature = "actix")]
    Adapter::Actix,
];

/// The reasons why adapters cannot express vectors, with [`RAN`] for those that they can.
#[derive(Default)]
pub(super) struct Reasons(BTreeSet<(String, &'static str)>);

impl Reasons {
    pub(super) fn add<R>(&mut self, adapter: Adapter, answer: &Result<R, &'static str>) {
        let reason = answer.as_ref().err().copied().unwrap_or(RAN);
        self.0.insert((format!("{adapter:?}"), reason));
    }

    pub(super) fn and(mut self, other: Reasons) -> Reasons {
        self.0.extend(other.0);
        self
    }

    /// So that no vector is left out for another reason.
    #[track_caller]
    pub(super) fn check(self, expected: &[(&[Adapter], &[&'static str])]) {
        let mut of_all = BTreeSet::new();
        for (adapters, reasons) in expected {
            let known = adapters.iter().filter(|adapter| ADAPTERS.contains(adapter));
            of_all.extend(known.flat_map(|adapter| {
                let reasons = reasons.iter().copied();
                reasons.map(move |reason| (format!("{adapter:?}"), reason))
            }));
        }
        // A few vectors are beyond 32 bits, or beyond the clock of Windows.
        if cfg!(all(target_pointer_width = "64", not(windows))) {
            assert_eq!(self.0, of_all);
        }
    }
}

impl<T: Payload> Exchange<T> {
    /// Returns the response, or the reason why this adapter cannot express the exchange.
    pub(super) fn through(&self, adapter: Adapter) -> Result<Response<()>, &'static str> {
        let now = Duration::from_secs(self.now);
        UNIX_EPOCH.checked_add(now).ok_or(NO_TIME)?;
        match adapter {
            Adapter::LoadAndSave => {
                self.check_plain()?;
                Ok(self.through_load_and_save())
            }
            Adapter::HeaderMap if !self.has_context => Err(NO_LAYER),
            Adapter::HeaderMap => Ok(self.through_header_map()),
            #[cfg(feature = "cookie")]
            Adapter::Jar => {
                self.check_plain()?;
                self.through_jar()
            }
            #[cfg(feature = "tower")]
            Adapter::Tower if self.asks => Ok(self.through_tower(self.layer().map_session(own))),
            #[cfg(feature = "tower")]
            Adapter::Tower => Ok(self.through_tower(self.layer())),
            #[cfg(feature = "axum")]
            Adapter::Axum if self.asks => Ok(self.through_axum(self.layer().map_session(own))),
            #[cfg(feature = "axum")]
            Adapter::Axum => Ok(self.through_axum(self.layer())),
            #[cfg(feature = "actix")]
            Adapter::Actix if self.asks => Ok(self.through_actix(self.layer().map_session(own))),
            #[cfg(feature = "actix")]
            Adapter::Actix => Ok(self.through_actix(self.layer())),
            #[allow(unreachable_patterns, reason = "with all features")]
            _ => unreachable!("it is not among the adapters"),
        }
    }

    /// Without an adapter for fields, the other fields, the status and the fields of the response are unknown.
    fn check_plain(&self) -> Result<(), &'static str> {
        let own = self.field();
        if !self.has_context {
            return Err(NO_LAYER);
        }
        if self.request.keys().any(|name| *name != own) {
            return Err(NO_OTHER_FIELDS);
        }
        if self.status != 200 || !self.response.is_empty() {
            return Err(NO_RESPONSE);
        }
        Ok(())
    }

    /// The field in which the session comes.
    fn field(&self) -> HeaderName {
        match &self.carrier {
            Carrier::Cookie(_) => COOKIE,
            Carrier::Header(header) => header.name().parse().unwrap(),
        }
    }

    fn through_load_and_save(&self) -> Response<()> {
        let (values, now) = (self.request.get_all(self.field()), system_time(self.now));
        let mut response = Response::new(());
        match &self.carrier {
            Carrier::Cookie(cookie) => {
                let session = cookie.load(values, now);
                (self.work)(&session);
                match cookie.save(&session) {
                    Ok(fields) => {
                        for (name, value) in fields.others() {
                            add(&mut response, name, value);
                        }
                        fields
                            .iter()
                            .for_each(|field| add(&mut response, "set-cookie", field));
                    }
                    Err(_) => fail(&mut response),
                }
            }
            Carrier::Header(tokens) => {
                let session = tokens.load(values, now);
                (self.work)(&session);
                let name = tokens.response_header();
                match tokens.save(&session) {
                    Ok(TokenChange::Store(token)) => add(&mut response, name, &token),
                    Ok(TokenChange::Drop) => add(&mut response, name, ""),
                    Ok(TokenChange::Keep) => {}
                    Err(_) => fail(&mut response),
                }
            }
        }
        response
    }

    fn through_header_map(&self) -> Response<()> {
        let (now, mut response) = (system_time(self.now), self.answer(()));
        let (status, fields) = (response.status(), response.headers_mut());
        let saved = match &self.carrier {
            Carrier::Cookie(cookie) => {
                let session = cookie.load_from(&self.request, now);
                (self.work)(&session);
                cookie.save_to(&session, status, fields)
            }
            Carrier::Header(tokens) => {
                let session = tokens.load_from(&self.request, now);
                (self.work)(&session);
                tokens.save_to(&session, status, fields)
            }
        };
        if saved.is_err() {
            fail(&mut response);
        }
        response
    }

    #[cfg(feature = "cookie")]
    fn through_jar(&self) -> Result<Response<()>, &'static str> {
        let Carrier::Cookie(cookie) = &self.carrier else {
            return Err(NO_HEADER);
        };
        let mut jar = cookie::CookieJar::new();
        for field in self.request.get_all(COOKIE) {
            let field = field.to_str().map_err(|_| TEXT_ALONE)?;
            for pair in cookie::Cookie::split_parse(field.to_owned()).flatten() {
                if jar.get(pair.name()).is_some() {
                    return Err(ONE_OF_A_NAME);
                }
                jar.add_original(pair);
            }
        }
        let session = cookie.load_from_cookies(jar.iter(), system_time(self.now));
        (self.work)(&session);
        let mut response = Response::new(());
        match cookie.save_as_cookies(&session) {
            Ok(cookies) => cookies
                .iter()
                .for_each(|changed| add(&mut response, "set-cookie", &changed.to_string())),
            Err(error) => match error.to_string() {
                error if error.contains("one cookie of each name") => return Err(ONE_OF_A_NAME),
                error if error.contains("a companion adds") => {
                    return Err(COOKIES_ALONE);
                }
                _ => fail(&mut response),
            },
        }
        Ok(response)
    }

    /// The response of the application.
    fn answer<B>(&self, body: B) -> Response<B> {
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

fn fail(response: &mut Response<()>) {
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
}

const NO_TIME: &str = "the clock of this system ends earlier";
pub(super) const RAN: &str = "ran";
pub(super) const NO_LAYER: &str = "only a layer finds no context";
pub(super) const NO_OTHER_FIELDS: &str = "it sees no other fields of a request";
pub(super) const NO_RESPONSE: &str = "it does not see the response";
// Of a jar.
pub(super) const NO_HEADER: &str = "its sessions come in cookies";
pub(super) const TEXT_ALONE: &str = "its values are text";
pub(super) const ONE_OF_A_NAME: &str = "it has one cookie of each name";
pub(super) const COOKIES_ALONE: &str = "it has no room for other fields";

#[cfg(feature = "tower")]
mod layers {
    use std::convert::Infallible;

    use http::Request;
    use tower::{Layer, ServiceExt, service_fn};

    use super::{super::acts::at_once, *};
    use crate::{SessionLayer, base::clone_by_fields};

    /// A session about which no extractor asks.
    pub(super) struct Own<T> {
        pub(super) session: Session<T>,
    }

    clone_by_fields!(Own<T> { session });

    pub(super) fn own<T>(session: Session<T>) -> Own<T> {
        Own { session }
    }

    impl<T: Payload> Exchange<T> {
        pub(super) fn layer(&self) -> SessionLayer<T> {
            let layer = match &self.carrier {
                Carrier::Cookie(cookie) => SessionLayer::new(cookie.clone()),
                Carrier::Header(tokens) => SessionLayer::in_header(tokens.clone()),
            };
            let layer = layer.clock(system_time(self.now));
            if self.has_context {
                layer
            } else {
                layer.context_by(|_| None)
            }
        }

        fn request<B>(&self, body: B) -> Request<B> {
            let mut request = Request::new(body);
            *request.headers_mut() = self.request.clone();
            request
        }

        pub(super) fn through_tower<W>(&self, layer: SessionLayer<T, W>) -> Response<()>
        where
            W: Clone + Send + Sync + 'static,
        {
            let service = layer.layer(service_fn(|request: Request<()>| async move {
                let session = match request.extensions().get() {
                    Some(Own { session }) => session.clone(),
                    None => Session::<T>::from_extensions(request.extensions())
                        .await
                        .unwrap(),
                };
                drop(request);
                (self.work)(&session);
                Ok::<_, Infallible>(self.answer(()))
            }));
            let Ok(response) = at_once(service.oneshot(self.request(())));
            response
        }

        #[cfg(feature = "axum")]
        pub(super) fn through_axum<W>(&self, layer: SessionLayer<T, W>) -> Response<()>
        where
            W: Clone + Send + Sync + 'static,
        {
            use axum::{Router, body::Body, extract::FromRequestParts, routing::get};

            let (work, answer) = (Arc::clone(&self.work), self.answer(()));
            let handler = async move |request: Request<Body>| {
                let (mut parts, _) = request.into_parts();
                let session = match parts.extensions.remove() {
                    Some(Own { session }) => session,
                    None => Session::<T>::from_request_parts(&mut parts, &())
                        .await
                        .unwrap(),
                };
                drop(parts);
                work(&session);
                answer.map(|()| Body::empty())
            };
            let router = Router::new().route("/", get(handler)).layer(layer);
            let Ok(response) = at_once(router.oneshot(self.request(Body::empty())));
            let mut response = response.map(drop);
            response.headers_mut().remove("content-length");
            response
        }

        #[cfg(feature = "actix")]
        pub(super) fn through_actix<W>(&self, layer: SessionLayer<T, W>) -> Response<()>
        where
            W: Clone + Send + Sync + 'static,
        {
            use actix_web::{App, FromRequest, HttpMessage, HttpRequest, dev, test, web};

            use super::super::actix_types::{answer_of, request_of, response_of};

            let (work, answer) = (Arc::clone(&self.work), self.answer(()));
            let handler = move |request: HttpRequest| {
                let (work, answer) = (Arc::clone(&work), answer.clone());
                async move {
                    let own = request.extensions_mut().remove();
                    let session = match own {
                        Some(Own { session }) => session,
                        None => Session::<T>::from_request(&request, &mut dev::Payload::None)
                            .await
                            .unwrap(),
                    };
                    work(&session);
                    answer_of(answer.status(), answer.headers())
                }
            };
            let app = App::new().route("/", web::get().to(handler)).wrap(layer);
            let response = at_once(async {
                let app = test::init_service(app).await;
                let request = request_of(self.request(String::new())).to_request();
                response_of(test::call_service(&app, request).await).await
            });
            response.map(drop)
        }
    }
}

#[cfg(feature = "tower")]
use layers::own;
