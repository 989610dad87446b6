/// What is known of a response when its session is to be saved. Asked only where it matters.
pub(crate) trait Circumstances {
    fn status(&self) -> u16;

    /// The application let others store the response.
    fn is_shareable(&self) -> bool;
}

/// A response of which nothing is known: it succeeded, and is for the visitor alone.
pub(crate) struct Unknown;

impl Circumstances for Unknown {
    fn status(&self) -> u16 {
        200
    }

    fn is_shareable(&self) -> bool {
        false
    }
}

/// What becomes of a session at the end of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The cookie stays as it is.
    Leave,
    /// It stays as it is: a refresh is due, and there is no room for it.
    NoRoom,
    /// The application ended the session: the browser is told to drop the cookie.
    Expire,
    /// Content is to be written, with this age.
    Write { age: u32 },
    /// A refresh or a new key for the same content, with this age. It could as well be left out.
    Refresh { age: u32 },
}
