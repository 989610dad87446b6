//! Bodies that a guard reads before the handler does. Features `axum` and `actix`.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::service::Beginning;

/// Body, with the beginning that was read.
#[derive(Debug)]
pub(super) struct BodyReading<S, E> {
    rest: S,
    read: Vec<u8>,
    limit: usize,
    has_ended: bool,
    /// Error in place of the rest.
    failed: Option<E>,
}

impl<S, C, E> BodyReading<S, E>
where
    S: Stream<Item = Result<C, E>> + Unpin,
    C: AsRef<[u8]>,
{
    pub(super) fn new(body: S, limit: usize) -> Self {
        BodyReading {
            rest: body,
            read: Vec::new(),
            limit,
            has_ended: false,
            failed: None,
        }
    }

    /// Reads until the body ends or fails, or is longer than the limit.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while !self.has_ended && self.failed.is_none() && self.read.len() <= self.limit {
            match ready!(Pin::new(&mut self.rest).poll_next(cx)) {
                Some(Ok(chunk)) => self.read.extend_from_slice(chunk.as_ref()),
                Some(Err(error)) => self.failed = Some(error),
                None => self.has_ended = true,
            }
        }
        Poll::Ready(())
    }

    /// Returns the beginning, up to the limit.
    pub(super) fn beginning(&self) -> Beginning<'_> {
        let is_longer = self.read.len() > self.limit;
        let end = self.read.len().min(self.limit);
        Beginning {
            bytes: &self.read[..end],
            is_whole: self.has_ended && !is_longer,
        }
    }

    /// Returns the whole body, or else the body for the next reader.
    #[cfg(feature = "axum")]
    pub(super) fn into_whole(self) -> Result<Vec<u8>, Unread<S, E>> {
        if self.has_ended {
            return Ok(self.read);
        }
        Err(self.into_stream())
    }

    /// Returns the body for the next reader.
    pub(super) fn into_stream(self) -> Unread<S, E> {
        Unread {
            beginning: Some(self.read),
            failed: self.failed,
            rest: self.rest,
        }
    }
}

/// Body that begins with what was read of it.
pub(super) struct Unread<S, E> {
    beginning: Option<Vec<u8>>,
    failed: Option<E>,
    rest: S,
}

impl<S, C, E> Stream for Unread<S, E>
where
    S: Stream<Item = Result<C, E>> + Unpin,
    C: From<Vec<u8>>,
    E: Unpin,
{
    type Item = Result<C, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(beginning) = self.beginning.take() {
            return Poll::Ready(Some(Ok(beginning.into())));
        }
        match self.failed.take() {
            Some(error) => Poll::Ready(Some(Err(error))),
            None => Pin::new(&mut self.rest).poll_next(cx),
        }
    }
}
