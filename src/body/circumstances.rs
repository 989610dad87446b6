/// What is known of a response when its session is to be saved.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) status: u16,
    /// The application let others store the response.
    pub(crate) is_shareable: bool,
    /// The request was for an image, a script or the like, beside a page.
    pub(crate) is_subresource: bool,
}

impl Default for Circumstances {
    fn default() -> Self {
        Circumstances {
            status: 200,
            is_shareable: false,
            is_subresource: false,
        }
    }
}

/// What becomes of a session at the end of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The cookie stays as it is.
    Leave,
    /// It stays as it is: a renewal is due, and there is no room for it.
    NoRoom,
    /// The application ended the session: the browser is told to drop the cookie.
    Expire,
    /// Content is to be written, with this age.
    Write { age: u32 },
    /// A renewal or a new key for the same content, with this age. It could as well be left out.
    Refresh { age: u32 },
}
