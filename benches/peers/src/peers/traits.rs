//! Traits of peers: what they are asked to do.

use http::{HeaderMap, Response, StatusCode, header::SET_COOKIE};

use crate::workloads::Workload;

/// What a library takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A `Cookie` field, in which it finds its own.
    Field,
    /// A bare token.
    Token,
}

/// A library that keeps sessions without a layer.
pub(super) trait Peer: Sized + 'static {
    /// What arrives.
    type Request: 'static;
    /// A session after it was read.
    type Opened<T: Workload>: 'static;
    /// A `Set-Cookie` field.
    type Written;

    const TAKES: Takes;
    /// A request that only reads has an end of its own.
    const ENDS: bool = false;

    /// `text` is a `Cookie` field, or a token.
    fn request(&self, text: &str) -> Self::Request;

    fn open<T: Workload>(&self, request: &Self::Request) -> Self::Opened<T>;

    /// A session that holds `value` and did not arrive.
    fn begin<T: Workload>(&self, value: T) -> Self::Opened<T>;

    fn holds<T: Workload>(opened: &Self::Opened<T>, expected: &T) -> bool;

    fn end<T: Workload>(&self, _opened: &Self::Opened<T>) {}

    /// Changes the value, and writes it.
    fn write<T: Workload>(&self, opened: &mut Self::Opened<T>) -> Self::Written;

    fn field(written: &Self::Written) -> String;

    /// The same with seven newer keys. `None`: it has no such thing.
    fn rotated(&self) -> Option<Self> {
        None
    }
}

/// A library that seals a value and gives it back: most of them.
pub(super) trait Values: Sized + 'static {
    const TAKES: Takes;

    fn open<T: Workload>(&self, text: &str) -> Option<T>;

    /// A whole `Set-Cookie` field.
    fn write<T: Workload>(&self, value: &T) -> String;

    fn rotated(&self) -> Option<Self> {
        None
    }
}

impl<P: Values> Peer for P {
    type Request = String;
    type Opened<T: Workload> = Option<T>;
    type Written = String;

    const TAKES: Takes = P::TAKES;

    fn request(&self, text: &str) -> String {
        text.to_owned()
    }

    fn open<T: Workload>(&self, text: &String) -> Option<T> {
        Values::open(self, text)
    }

    fn begin<T: Workload>(&self, value: T) -> Option<T> {
        Some(value)
    }

    fn holds<T: Workload>(opened: &Option<T>, expected: &T) -> bool {
        opened.as_ref() == Some(expected)
    }

    fn write<T: Workload>(&self, opened: &mut Option<T>) -> String {
        let value = opened.as_mut().expect("only good cookies are changed");
        value.change();
        Values::write(self, value)
    }

    fn field(written: &String) -> String {
        written.clone()
    }

    fn rotated(&self) -> Option<Self> {
        Values::rotated(self)
    }
}

/// A library that keeps sessions in a layer around a handler.
pub(super) trait Layer: Sized + 'static {
    type Response: Answer;

    /// Calls a service with a request of this `Cookie` field, which is made again each time.
    fn service<T: Workload>(&self, handler: Handler, field: &str) -> Call<Self::Response>;

    /// The same with seven newer keys. `None`: it has no such thing.
    fn rotated(&self) -> Option<Self> {
        None
    }
}

pub(super) type Call<R> = Box<dyn FnMut() -> R>;

/// What a handler does with its session.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Handler {
    /// It stands behind no session layer.
    Alone,
    Untouched,
    Read,
    /// Reads, and answers 200 if it is the value that `Begin` stored, otherwise 404.
    Check,
    /// Reads, changes and stores the value.
    Write,
    /// Stores a first value.
    Begin,
}

/// The answer to `Handler::Check`.
pub(super) fn status_of<T: Workload>(found: Option<&T>) -> StatusCode {
    if found == Some(&T::sample()) {
        StatusCode::OK
    } else {
        StatusCode::NOT_FOUND
    }
}

/// A response of any framework.
pub(super) trait Answer: 'static {
    fn is_ok(&self) -> bool;

    fn set_cookie(&self) -> Option<String>;
}

impl<B: 'static> Answer for Response<B> {
    fn is_ok(&self) -> bool {
        self.status() == StatusCode::OK
    }

    fn set_cookie(&self) -> Option<String> {
        set_cookie_of(self.headers())
    }
}

pub(super) fn set_cookie_of(fields: &HeaderMap) -> Option<String> {
    let field = fields.get(SET_COOKIE)?;
    Some(field.to_str().expect("it is ASCII").to_owned())
}
