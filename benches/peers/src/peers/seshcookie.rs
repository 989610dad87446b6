//! seshcookie, a layer with a typed session. It checks the age of a token.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{Request, Response};
use seshcookie::{Session, SessionConfig, SessionKeys, SessionLayer};
use tower::{Layer as _, service_fn};

use super::{
    FAILURE,
    cells::{Call, Handler, Layer, add_layer, called, page, status_of},
    look,
};
use crate::{measure::Bench, workloads::Workload};

pub(super) fn add(bench: &mut Bench) {
    add_layer::<Seshcookie>(bench, "seshcookie");
}

struct Seshcookie([u8; 32]);

impl Layer for Seshcookie {
    type Response = Response<()>;

    fn new() -> Seshcookie {
        Seshcookie(rand::random())
    }

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<()>> {
        let service = service_fn(move |request| answer::<T>(handler, request));
        if handler == Handler::Alone {
            return called(service, field);
        }
        let keys = SessionKeys::new(&self.0).expect(FAILURE);
        let layer = SessionLayer::<T>::new(keys, SessionConfig::default());
        called(layer.expect(FAILURE).layer(service), field)
    }
}

async fn answer<T: Workload>(
    handler: Handler,
    request: Request<()>,
) -> Result<Response<()>, Infallible> {
    let mut response = page();
    if matches!(handler, Handler::Alone | Handler::Untouched) {
        return Ok(response);
    }
    let mut parts = request.into_parts().0;
    let session = Session::<T>::from_request_parts(&mut parts, &())
        .await
        .expect(FAILURE);
    match handler {
        Handler::Alone | Handler::Untouched => {}
        Handler::Read => look(&session.get().await),
        Handler::Check => *response.status_mut() = status_of(session.get().await.as_ref()),
        Handler::Write => {
            session
                .modify(|value| value.as_mut().expect(FAILURE).change())
                .await
        }
        Handler::Begin => session.insert(T::sample()).await,
    }
    Ok(response)
}
