use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use super::{failure::Failure, head::ResponseHead, transport::Transport};
use crate::{
    session::Session,
    state::{Map, Payload},
};

pin_project! {
    /// The response of [`SessionService`](crate::web::SessionService).
    pub struct ResponseFuture<F, T = Map> {
        #[pin]
        pub(super) inner: F,
        pub(super) pending: PendingSession<T>,
    }
}

impl<F, T> fmt::Debug for ResponseFuture<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture")
            .field("name", &self.pending.transport.name())
            .field("is_finished", &self.pending.is_finished)
            .finish_non_exhaustive()
    }
}

impl<F, T, ResponseBody, E> Future for ResponseFuture<F, T>
where
    F: Future<Output = Result<Response<ResponseBody>, E>>,
    T: Payload,
{
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let mut result = ready!(this.inner.poll(context));
        if let Ok(response) = &mut result {
            this.pending.finish(response);
        }
        Poll::Ready(result)
    }
}

/// A session whose response head has not been made yet.
pub(super) struct PendingSession<T> {
    transport: Transport<T>,
    session: Session<T>,
    is_finished: bool,
}

impl<T> PendingSession<T> {
    pub(super) fn new(transport: Transport<T>, session: Session<T>) -> PendingSession<T> {
        PendingSession {
            transport,
            session,
            is_finished: false,
        }
    }
}

impl<T: Payload> PendingSession<T> {
    /// Saves the session in the response, and closes it.
    pub(super) fn finish(&mut self, response: &mut impl ResponseHead) {
        if !self.session.was_left_alone() {
            self.save(response);
        }
        self.is_finished = true;
    }

    fn save(&self, response: &mut impl ResponseHead) {
        if self.session.is_shared() {
            // A body or a task goes on to read the session.
            self.session.touch();
        }
        let status = response.status();
        let fields = response.fields();
        let saved = self.transport.finish_in(&self.session, status, fields);
        if let Err(error) = saved {
            response.fail();
            Failure::Save(Arc::new(error)).mark(response);
        }
    }
}

/// Closes the session if the request was cancelled or failed, so that changes by a handle that lives on are errors.
impl<T> Drop for PendingSession<T> {
    fn drop(&mut self) {
        if !self.is_finished {
            self.session.close();
        }
    }
}
