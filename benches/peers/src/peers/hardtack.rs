//! The crate itself: a cookie alone, and in a layer, with a typed session and with a dictionary.

use std::convert::Infallible;

use hardtack::{
    Clock, EncryptionKey, KeyRing, Session, SessionCookie, SessionLayer, Size,
    carrier::SessionCookieBuilder, cookie::SetCookies,
};
use http::{Request, Response};
use serde::Serialize;
use tower::{Layer as _, service_fn};

use super::{
    FAILURE,
    cells::{
        Call, Handler, Layer, Peer, add_layer, add_login, add_peer, add_size, called, page,
        status_of,
    },
    look,
};
use crate::{
    measure::Bench,
    workloads::{ENTRY, Entries, Large, Login, Medium, Small, Workload},
};

pub(crate) const TYPED: &str = "hardtack `SessionCookie<T>`";
const DICTIONARY: &str = "hardtack `SessionCookie`, a dictionary";
pub(crate) const TOWER: &str = "hardtack `SessionLayer<T>`, tower";

pub(super) fn add(bench: &mut Bench) {
    add_size::<Typed<Small>, Small>(bench, TYPED);
    add_size::<Typed<Medium>, Medium>(bench, TYPED);
    add_size::<Typed<Large>, Large>(bench, TYPED);
    add_login::<Typed<Login>>(bench, TYPED);
    add_peer::<Dictionary>(bench, DICTIONARY);
}

pub(super) fn add_layers(bench: &mut Bench) {
    add_layer::<Tower>(bench, TOWER);
}

fn key() -> KeyRing {
    EncryptionKey::generate().expect(FAILURE).into()
}

/// A dictionary names its fields, and L is then too large for the default.
fn builder(key: KeyRing) -> SessionCookieBuilder {
    SessionCookie::encrypted(key).size(Size::Browser)
}

struct Typed<T>(SessionCookie<T>);

impl<T: Workload> Peer<T> for Typed<T> {
    type Request = String;
    type Opened = Session<T>;
    type Written = SetCookies;

    fn new() -> Typed<T> {
        Typed(builder(key()).typed().build().expect(FAILURE))
    }

    fn request(pair: &str) -> String {
        pair.to_owned()
    }

    fn open(&self, request: &String) -> Session<T> {
        let session = self.0.load([request], Clock::system());
        session.read(look);
        session
    }

    fn begin(&self, value: T) -> Session<T> {
        let session = self.0.load(None::<&str>, Clock::system());
        session.replace(value).expect(FAILURE);
        session
    }

    fn holds(session: &Session<T>, expected: &T) -> bool {
        session.read(|value| value == expected)
    }

    fn end(&self, session: &Session<T>) {
        assert!(self.0.save(session).expect(FAILURE).is_empty());
    }

    fn write(&self, session: &mut Session<T>) -> SetCookies {
        session.update(T::change).expect(FAILURE);
        self.0.save(session).expect(FAILURE)
    }

    fn field(fields: &SetCookies) -> String {
        fields.iter().last().expect("it was written").clone()
    }
}

struct Dictionary(SessionCookie);

impl<T: Workload> Peer<T> for Dictionary {
    type Request = String;
    type Opened = (Session, Option<T>);
    type Written = SetCookies;

    fn new() -> Dictionary {
        Dictionary(builder(key()).build().expect(FAILURE))
    }

    fn request(pair: &str) -> String {
        pair.to_owned()
    }

    fn open(&self, request: &String) -> (Session, Option<T>) {
        let session = self.0.load([request], Clock::system());
        let value = session.get(ENTRY).expect(FAILURE);
        (session, value)
    }

    fn begin(&self, value: T) -> (Session, Option<T>) {
        (self.0.load(None::<&str>, Clock::system()), Some(value))
    }

    fn holds((_, value): &(Session, Option<T>), expected: &T) -> bool {
        value.as_ref() == Some(expected)
    }

    fn end(&self, (session, _): &(Session, Option<T>)) {
        assert!(self.0.save(session).expect(FAILURE).is_empty());
    }

    fn write(&self, (session, value): &mut (Session, Option<T>)) -> SetCookies {
        let value = value.as_mut().expect("only good cookies are changed");
        value.change();
        value.store(session);
        self.0.save(session).expect(FAILURE)
    }

    fn field(fields: &SetCookies) -> String {
        fields.iter().last().expect("it was written").clone()
    }
}

impl Entries for Session {
    fn put(&self, name: &str, value: &impl Serialize) {
        self.insert(name, value).expect(FAILURE);
    }
}

struct Tower(KeyRing);

impl Layer for Tower {
    type Response = Response<()>;

    fn new() -> Tower {
        Tower(key())
    }

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<()>> {
        let service = service_fn(move |request| answer::<T>(handler, request));
        if handler == Handler::Alone {
            return called(service, field);
        }
        let cookie = builder(self.0.clone()).typed::<T>().build().expect(FAILURE);
        called(SessionLayer::new(cookie).layer(service), field)
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
