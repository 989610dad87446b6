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
                Some(Ok(chunk)) => append(&mut reading.read, chunk.as_ref()),
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

/// Appends a chunk. A `Vec` that grows by itself doubles, so a form that waits would hold up to twice what it has sent.
fn append(read: &mut Vec<u8>, chunk: &[u8]) {
    if read.capacity() - read.len() < chunk.len() {
        read.reserve_exact(chunk.len().max(read.len() / 8));
    }
    read.extend_from_slice(chunk);
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

#[cfg(test)]
mod tests {
    use super::append;

    #[test]
    fn a_form_that_waits_holds_an_eighth_more_than_it_has_sent_at_most() {
        for len in [1, 100, 4_096, 16_384, 400_000] {
            let mut read = Vec::new();
            for _ in 0..(1 << 20) / len {
                append(&mut read, &vec![b'x'; len]);
                assert!(read.capacity() <= read.len() + read.len() / 8, "{len}");
            }
        }
    }
}
