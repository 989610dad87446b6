//! Bodies that a guard reads before the handler does. Features `axum` and `actix`.

use std::{
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use http::{Response, request::Parts};

use super::csrf::InForm;
use crate::state::Payload;

/// Body of which the beginning was read. As a stream, it is the whole body again.
#[derive(Debug)]
pub(super) struct BodyReading<S, E> {
    rest: S,
    read: Vec<u8>,
    has_ended: bool,
    /// Error in place of the rest.
    failed: Option<E>,
}

impl<S, C, E> BodyReading<S, E>
where
    S: Stream<Item = Result<C, E>> + Unpin,
    C: AsRef<[u8]>,
{
    /// Reads until the body ends or fails, or is longer than the limit. Returns the response if the token is not in
    /// this beginning.
    pub(super) async fn of_form<T: Payload>(
        body: S,
        in_form: &InForm<T>,
        request: &Parts,
    ) -> Result<Self, Response<String>> {
        let limit = in_form.limit();
        let mut reading = BodyReading {
            rest: body,
            read: Vec::new(),
            has_ended: false,
            failed: None,
        };
        while !reading.has_ended && reading.failed.is_none() && reading.read.len() <= limit {
            match poll_fn(|cx| Pin::new(&mut reading.rest).poll_next(cx)).await {
                Some(Ok(chunk)) => reading.read.extend_from_slice(chunk.as_ref()),
                Some(Err(error)) => reading.failed = Some(error),
                None => reading.has_ended = true,
            }
        }
        let beginning = &reading.read[..reading.read.len().min(limit)];
        let is_whole = reading.has_ended && reading.read.len() <= limit;
        match in_form.refuses(request, beginning, is_whole) {
            Some(response) => Err(response),
            None => Ok(reading),
        }
    }

    /// Returns the whole body, or else the body for the next reader.
    #[cfg(feature = "axum")]
    pub(super) fn into_whole(self) -> Result<Vec<u8>, Self> {
        if self.has_ended {
            return Ok(self.read);
        }
        Err(self)
    }
}

impl<S, C, E> Stream for BodyReading<S, E>
where
    S: Stream<Item = Result<C, E>> + Unpin,
    C: From<Vec<u8>>,
    E: Unpin,
{
    type Item = Result<C, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.read.is_empty() {
            return Poll::Ready(Some(Ok(mem::take(&mut self.read).into())));
        }
        match self.failed.take() {
            Some(error) => Poll::Ready(Some(Err(error))),
            None => Pin::new(&mut self.rest).poll_next(cx),
        }
    }
}
