use std::convert::Infallible;

use axum::{Router, body::Body, response::IntoResponse, routing::get};
use hardtack::{Session, SessionCookie, SessionLayer};
use http::{Request, Response, StatusCode, header::CONTENT_TYPE};
use tower::{Layer as _, service_fn};

use super::{Keys, actix::Actix};
use crate::{
    measure::Bench,
    peers::{
        ENTRY, FAILURE,
        cells::{PAGE_TYPE, add_layer, called, page},
        look,
        traits::{Call, Handler, Layer, status_of},
    },
    workloads::Workload,
};

pub(crate) const TOWER: &str = "hardtack `SessionLayer<T>`, tower";
const TOWER_DICTIONARY: &str = "hardtack `SessionLayer`, tower, a dictionary";
const ACTIX: &str = "hardtack `SessionLayer<T>`, actix";
const AXUM: &str = "hardtack `SessionLayer<T>`, axum";

pub(crate) fn add(bench: &mut Bench) {
    let keys = Keys::encrypting();
    add_layer(bench, TOWER, || Tower(keys.clone(), 1));
    add_layer(bench, TOWER_DICTIONARY, || Dictionary(keys.clone(), 1));
    add_layer(bench, ACTIX, || Actix(keys.clone(), 1));
    add_layer(bench, AXUM, || Axum(keys, 1));
}

/// With so many of the oldest keys.
struct Tower(Keys, usize);

impl Layer for Tower {
    type Response = Response<()>;

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<()>> {
        let service = service_fn(move |request| answer::<T>(handler, request));
        if handler == Handler::Alone {
            return called(service, field);
        }
        let cookie = self.0.builder_of::<T>(self.1).build().expect(FAILURE);
        called(SessionLayer::new(cookie).layer(service), field)
    }

    fn rotated(&self) -> Option<Tower> {
        Some(Tower(self.0.clone(), 8))
    }
}

async fn answer<T: Workload>(
    handler: Handler,
    request: Request<()>,
) -> Result<Response<()>, Infallible> {
    let mut response = page();
    let session = async || {
        let session = Session::<T>::from_extensions(request.extensions()).await;
        session.expect(FAILURE)
    };
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => session().await.read(look),
        Handler::Check => {
            *response.status_mut() = session().await.read(|value| status_of(Some(value)))
        }
        Handler::Write => session().await.update(T::change).expect(FAILURE),
        Handler::Begin => session().await.replace(T::sample()).expect(FAILURE),
    }
    Ok(response)
}

/// The value is one entry of the dictionary.
struct Dictionary(Keys, usize);

impl Layer for Dictionary {
    type Response = Response<()>;

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<()>> {
        let service = service_fn(move |request| answer_of_dictionary::<T>(handler, request));
        if handler == Handler::Alone {
            return called(service, field);
        }
        let cookie: SessionCookie = self.0.builder(self.1).build().expect(FAILURE);
        called(SessionLayer::new(cookie).layer(service), field)
    }

    fn rotated(&self) -> Option<Dictionary> {
        Some(Dictionary(self.0.clone(), 8))
    }
}

async fn answer_of_dictionary<T: Workload>(
    handler: Handler,
    request: Request<()>,
) -> Result<Response<()>, Infallible> {
    let mut response = page();
    let session = async || {
        let session: Result<Session, _> = Session::from_extensions(request.extensions()).await;
        session.expect(FAILURE)
    };
    let value = |session: &Session| session.get::<T>(ENTRY).expect(FAILURE);
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => look(&value(&session().await)),
        Handler::Check => *response.status_mut() = status_of(value(&session().await).as_ref()),
        Handler::Write => {
            let session = session().await;
            let mut value = value(&session).expect(FAILURE);
            value.change();
            session.insert(ENTRY, value).expect(FAILURE);
        }
        Handler::Begin => session().await.insert(ENTRY, T::sample()).expect(FAILURE),
    }
    Ok(response)
}

/// With so many of the oldest keys.
struct Axum(Keys, usize);

impl Layer for Axum {
    type Response = Response<Body>;

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<Body>> {
        let route = match handler {
            Handler::Alone | Handler::Untouched => get(async || typed(StatusCode::OK)),
            Handler::Read => get(async |session: Session<T>| {
                session.read(look);
                typed(StatusCode::OK)
            }),
            Handler::Check => {
                get(async |session: Session<T>| typed(session.read(|value| status_of(Some(value)))))
            }
            Handler::Write => get(async |session: Session<T>| {
                session.update(T::change).expect(FAILURE);
                typed(StatusCode::OK)
            }),
            Handler::Begin => get(async |session: Session<T>| {
                session.replace(T::sample()).expect(FAILURE);
                typed(StatusCode::OK)
            }),
        };
        let mut router = Router::new().route("/", route);
        if handler != Handler::Alone {
            let cookie = self.0.builder_of::<T>(self.1).build().expect(FAILURE);
            router = router.layer(SessionLayer::new(cookie));
        }
        called::<_, Body, _>(router, field)
    }

    fn rotated(&self) -> Option<Axum> {
        Some(Axum(self.0.clone(), 8))
    }
}

/// The head of a page.
fn typed(status: StatusCode) -> impl IntoResponse {
    (status, [(CONTENT_TYPE, PAGE_TYPE)])
}
