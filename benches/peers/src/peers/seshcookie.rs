//! seshcookie, a layer with a typed session. It finds an old key by trying all of them, and checks the age
//! of a token.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{Request, Response};
use seshcookie::{Session, SessionConfig, SessionKeys, SessionLayer};
use tower::{Layer as _, service_fn};

use super::{
    FAILURE,
    cells::{add_layer, called, page},
    look, random,
    traits::{Call, Handler, Layer, status_of},
};
use crate::{measure::Bench, workloads::Workload};

pub(crate) const SESHCOOKIE: &str = "seshcookie";

pub(super) fn add(bench: &mut Bench) {
    add_layer(bench, SESHCOOKIE, || Seshcookie {
        keys: std::array::from_fn(|_| random()),
        count: 1,
    });
}

struct Seshcookie {
    /// The oldest last.
    keys: [[u8; 32]; 8],
    count: usize,
}

impl Layer for Seshcookie {
    type Response = Response<()>;

    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Response<()>> {
        let service = service_fn(move |request| answer::<T>(handler, request));
        if handler == Handler::Alone {
            return called(service, field);
        }
        let used = &self.keys[self.keys.len() - self.count..];
        let keys = SessionKeys::new(&used[0]).and_then(|keys| keys.with_fallbacks(&used[1..]));
        let layer = SessionLayer::<T>::new(keys.expect(FAILURE), SessionConfig::default());
        called(layer.expect(FAILURE).layer(service), field)
    }

    fn rotated(&self) -> Option<Seshcookie> {
        Some(Seshcookie {
            keys: self.keys,
            count: 8,
        })
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
