//! The token in a browser's cookie.

use crate::browser::Browser;

impl<T> Browser<T> {
    pub(crate) fn token(&self) -> &str {
        self.cookie.as_deref().unwrap().split_once('=').unwrap().1
    }
}
