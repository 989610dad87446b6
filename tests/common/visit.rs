use std::{convert::Infallible, sync::Arc, time::SystemTime};

use axum::{Router, body::Body, routing::get};
use hardtack::{
    Session, SessionCookie, SessionError, SessionLayer,
    session::{Map, Payload},
};
use http::{
    HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{COOKIE, SET_COOKIE},
};
use tower::{Layer, ServiceExt, service_fn};

use super::{at, block_on, pair_of};

/// One request, and the response of the application.
pub(crate) struct Visit<T = Map> {
    cookie: SessionCookie<T>,
    now: SystemTime,
    request: HeaderMap,
    status: StatusCode,
    response: HeaderMap,
}

/// The response through the session layer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
}

/// The use of the session by the application.
type Work<T> = Arc<dyn Fn(&Session<T>) -> Result<(), SessionError> + Send + Sync>;

/// The adapters: `HeaderMap`, and each framework.
pub(crate) const ADAPTERS: usize = if cfg!(feature = "actix") { 4 } else { 3 };

/// Makes `visit` through every adapter, and compares the fields that concern sessions.
#[track_caller]
pub(crate) fn check<T: Payload>(
    visit: &Visit<T>,
    work: impl Fn(&Session<T>) -> Result<(), SessionError> + Send + Sync + 'static,
    expected: &[&str],
) -> Answer {
    let answer = visit.run(work);
    assert_eq!(answer.lines(), expected);
    answer
}

impl<T: Payload> Visit<T> {
    /// A request without a cookie, which is answered with 200.
    pub(crate) fn to(cookie: &SessionCookie<T>) -> Visit<T> {
        Visit {
            cookie: cookie.clone(),
            now: at(0),
            request: HeaderMap::new(),
            status: StatusCode::OK,
            response: HeaderMap::new(),
        }
    }

    /// Sets the time, in seconds after the tests begin.
    pub(crate) fn at(self, seconds: u64) -> Visit<T> {
        self.at_time(at(seconds))
    }

    pub(crate) fn at_time(self, now: SystemTime) -> Visit<T> {
        Visit { now, ..self }
    }

    /// Adds a `Cookie` field to the request.
    pub(crate) fn with(self, cookies: &str) -> Visit<T> {
        self.asking(COOKIE, cookies)
    }

    /// Adds a field to the request.
    pub(crate) fn asking(mut self, name: HeaderName, value: &str) -> Visit<T> {
        self.request.append(name, value.parse().unwrap());
        self
    }

    pub(crate) fn loading(self, destination: &str) -> Visit<T> {
        self.asking(HeaderName::from_static("sec-fetch-dest"), destination)
    }

    /// Adds a field of [`PREFETCHES`], or one like it.
    pub(crate) fn purposed(self, (name, value): (&'static str, &str)) -> Visit<T> {
        self.asking(HeaderName::from_static(name), value)
    }

    /// Sets the status of the application's response.
    pub(crate) fn answered(self, status: u16) -> Visit<T> {
        let status = StatusCode::from_u16(status).unwrap();
        Visit { status, ..self }
    }

    /// Adds a field to the application's response.
    pub(crate) fn saying(mut self, name: &'static str, value: &'static str) -> Visit<T> {
        let name = HeaderName::from_static(name);
        self.response.append(name, HeaderValue::from_static(value));
        self
    }

    /// The answer, which is the same through every adapter.
    #[track_caller]
    pub(crate) fn run(
        &self,
        work: impl Fn(&Session<T>) -> Result<(), SessionError> + Send + Sync + 'static,
    ) -> Answer {
        self.through_all(&(Arc::new(work) as Work<T>))
    }

    #[track_caller]
    fn through_all(&self, work: &Work<T>) -> Answer {
        let answer = self.through_http(work);
        let others = [
            ("tower", self.through_tower(work)),
            ("axum", self.through_axum(work)),
            #[cfg(feature = "actix")]
            ("actix", self.through_actix(work)),
        ];
        for (adapter, other) in others {
            assert_eq!(other.status, answer.status, "{adapter}");
            assert_eq!(other.lines(), answer.lines(), "{adapter}");
            assert_eq!(other.lengths(), answer.lengths(), "{adapter}");
        }
        // Without an adapter the status and the fields of the response are unknown.
        let mut fields = self.request.keys().map(HeaderName::as_str);
        let is_destined = fields.any(|name| {
            ["sec-fetch-dest", "sec-fetch-site"].contains(&name)
                || PREFETCHES.iter().any(|(purpose, _)| *purpose == name)
        });
        if !is_destined && self.status == StatusCode::OK && self.response.is_empty() {
            let core = self.through_core(work);
            let set_cookies = |answer: &Answer| {
                let lines = answer.lines();
                lines
                    .into_iter()
                    .filter(|line| line.starts_with("set-cookie"))
                    .collect::<Vec<_>>()
            };
            assert_eq!(set_cookies(&core), set_cookies(&answer), "load and save");
            assert_eq!(core.lengths(), answer.lengths(), "load and save");
            #[cfg(feature = "cookie")]
            if let Some(jar) = self.through_jar(work) {
                assert_eq!(jar.status, core.status, "a jar");
                assert_eq!(jar.alike(), core.alike(), "a jar");
            }
        }
        answer
    }

    fn through_core(&self, work: &Work<T>) -> Answer {
        let session = self.cookie.load(self.request.get_all(COOKIE), self.now);
        let status = self.handle(block_on(session.validate()), |_| work(&session));
        let (status, set_cookies) = match self.cookie.save(&session) {
            Ok(set_cookies) => (status, set_cookies),
            Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, Default::default()),
        };
        let fields = set_cookies.iter();
        let headers = fields
            .map(|field| (SET_COOKIE, field.parse().unwrap()))
            .collect();
        Answer { status, headers }
    }

    /// `None` if a jar cannot express the visit: it has one cookie of each name, whose value is text.
    #[cfg(feature = "cookie")]
    fn through_jar(&self, work: &Work<T>) -> Option<Answer> {
        let mut jar = cookie::CookieJar::new();
        for field in self.request.get_all(COOKIE) {
            for pair in cookie::Cookie::split_parse(field.to_str().ok()?.to_owned()).flatten() {
                if jar.get(pair.name()).is_some() {
                    return None;
                }
                jar.add_original(pair);
            }
        }
        let session = self.cookie.load_from_cookies(jar.iter(), self.now);
        let status = self.handle(block_on(session.validate()), |_| work(&session));
        let status = match self.cookie.save_as_cookies(&session) {
            Ok(changed) => {
                changed.into_iter().for_each(|changed| jar.add(changed));
                status
            }
            Err(error) if error.to_string().contains("one cookie of each name") => return None,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let fields = jar.delta().map(|changed| changed.to_string());
        let headers = fields.map(|field| (SET_COOKIE, field.parse().unwrap()));
        let headers = headers.collect();
        Some(Answer { status, headers })
    }

    fn through_http(&self, work: &Work<T>) -> Answer {
        let session = self.cookie.load_from(&self.request, self.now);
        let status = self.handle(block_on(session.validate()), |_| work(&session));
        let mut headers = self.response.clone();
        let saved = self.cookie.save_to(&session, status, &mut headers);
        let status = match saved {
            Ok(()) => status,
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Answer { status, headers }
    }

    fn through_tower(&self, work: &Work<T>) -> Answer {
        let service = service_fn(|request: Request<()>| async move {
            let session = Session::<T>::from_extensions(request.extensions()).await;
            let status = self.handle(session, |session| work(&session));
            let mut response = self.response(());
            *response.status_mut() = status;
            Ok::<_, Infallible>(response)
        });
        let service = self.layer().layer(service);
        Answer::of(block_on(service.oneshot(self.request(()))))
    }

    fn through_axum(&self, work: &Work<T>) -> Answer {
        let (visit, work) = (self.clone(), Arc::clone(work));
        let handler = move |session: Session<T>| async move {
            work(&session).unwrap();
            visit.response(Body::empty())
        };
        let router = Router::new().route("/", get(handler)).layer(self.layer());
        Answer::of(block_on(router.oneshot(self.request(Body::empty()))))
    }

    #[cfg(feature = "actix")]
    fn through_actix(&self, work: &Work<T>) -> Answer {
        use super::actix::{answer_of, request_of, response_of};
        use actix_web::{App, test, web};

        let (status, fields, work) = (self.status, self.response.clone(), Arc::clone(work));
        let handler = move |session: Session<T>| {
            work(&session).unwrap();
            std::future::ready(answer_of(status, &fields))
        };
        let app = App::new()
            .route("/", web::get().to(handler))
            .wrap(self.layer());
        block_on(async {
            let app = test::init_service(app).await;
            let request = request_of(self.request(String::new())).to_request();
            let response = test::call_service(&app, request).await;
            Answer::of(Ok(response_of(response).await))
        })
    }

    /// Runs the application, unless it cannot say whether the session is still valid. Returns the status of the
    /// response.
    fn handle<V, E>(
        &self,
        validated: Result<V, E>,
        work: impl FnOnce(V) -> Result<(), SessionError>,
    ) -> StatusCode {
        match validated {
            Err(_) => StatusCode::SERVICE_UNAVAILABLE,
            Ok(validated) => {
                work(validated).unwrap();
                self.status
            }
        }
    }

    fn layer(&self) -> SessionLayer<T> {
        SessionLayer::new(self.cookie.clone()).clock(self.now)
    }

    fn request<B>(&self, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.headers_mut() = self.request.clone();
        request
    }

    fn response<B>(&self, body: B) -> Response<B> {
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.response.clone();
        response
    }
}

impl<T> Clone for Visit<T> {
    fn clone(&self) -> Self {
        Visit {
            cookie: self.cookie.clone(),
            now: self.now,
            request: self.request.clone(),
            status: self.status,
            response: self.response.clone(),
        }
    }
}

impl Answer {
    pub(crate) fn of<B>(response: Result<Response<B>, Infallible>) -> Answer {
        let Ok(response) = response;
        Answer {
            status: response.status(),
            headers: response.headers().clone(),
        }
    }

    /// The fields that concern sessions, by name, with `…` for each token.
    pub(crate) fn lines(&self) -> Vec<String> {
        let names = [
            "cache-control",
            "cdn-cache-control",
            "cloudflare-cdn-cache-control",
            "edge-control",
            "expires",
            "set-cookie",
            "surrogate-control",
            "vary",
            "vercel-cdn-cache-control",
            "x-accel-expires",
            "x-litespeed-cache-control",
        ];
        let fields = names.iter().flat_map(|name| {
            let values = self.headers.get_all(*name).into_iter();
            values.map(move |value| (name, value.to_str().unwrap()))
        });
        let lines = fields.map(|(name, value)| match shortened(value) {
            Some(value) if *name == "set-cookie" => format!("{name}: {value}"),
            _ => format!("{name}: {value}"),
        });
        lines.collect()
    }

    /// The cookies that are set, by their names, with their lengths and with the attributes of each in one order.
    #[cfg(feature = "cookie")]
    fn alike(&self) -> Vec<(Vec<String>, usize)> {
        let sorted = |line: String| {
            let mut words: Vec<_> = line.split("; ").map(str::to_owned).collect();
            words.sort();
            words
        };
        let lines = self.lines().into_iter().map(sorted);
        let mut fields: Vec<_> = lines.zip(self.lengths()).collect();
        fields.sort();
        fields
    }

    fn lengths(&self) -> Vec<usize> {
        let fields = self.headers.get_all(SET_COOKIE).into_iter();
        fields.map(HeaderValue::len).collect()
    }

    /// `name=token` of the last `Set-Cookie` field.
    #[track_caller]
    pub(crate) fn pair(&self) -> &str {
        let field = self.headers.get_all(SET_COOKIE).into_iter().next_back();
        pair_of(field.expect("a cookie is set").to_str().unwrap())
    }
}

/// A `Set-Cookie` field with `…` for its token, or for its part of one.
fn shortened(field: &str) -> Option<String> {
    let (pair, attributes) = field.split_at(pair_of(field).len());
    let (cookie, value) = pair.split_once('=')?;
    let is_part = cookie.ends_with(|last: char| last.is_ascii_digit()) && !value.is_empty();
    let count = match value.split_once('.') {
        Some((count, _)) => format!("{count}."),
        None if is_part || value.starts_with(['e', 's']) => String::new(),
        None => return None,
    };
    Some(format!("{cookie}={count}…{attributes}"))
}

/// The session was not touched.
pub(crate) const UNTOUCHED: &[&str] = &[];

/// Fields that browsers and scripts send with a request for a page which nobody has asked for yet.
pub(crate) const PREFETCHES: [(&str, &str); 10] = [
    ("sec-purpose", "prefetch"),
    ("sec-purpose", "prefetch;prerender"),
    ("sec-purpose", "prefetch;anonymous-client-ip"),
    ("sec-purpose", " prefetch ; prerender"),
    // Turbo.
    ("x-sec-purpose", "prefetch"),
    // Inertia, and Chromium until 2025.
    ("purpose", "prefetch"),
    // Safari.
    ("x-purpose", "preview"),
    // Firefox before 115.
    ("x-moz", "prefetch"),
    ("x-moz", "preview"),
    // The extension `preload` of htmx.
    ("hx-preloaded", "true"),
];

/// The session was read, and nothing is written.
pub(crate) const READ: &[&str] = &["cache-control: private", "vary: Cookie"];

/// The session was refreshed or sealed again.
pub(crate) const REFRESHED: &[&str] = &[
    "cache-control: private",
    "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax",
    "vary: Cookie",
];

/// The session's content was written.
pub(crate) const WRITTEN: &[&str] = &[
    "cache-control: no-store",
    "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax",
    "vary: Cookie",
];

/// The session was ended.
pub(crate) const ENDED: &[&str] = &[
    "cache-control: no-store",
    "set-cookie: __Host-session=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "vary: Cookie",
];
