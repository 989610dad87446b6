//! The application's table of users, in a database. Here two users in memory stand for it.

use std::io;

use uuid::Uuid;

pub(crate) struct Users;

impl Users {
    /// Returns the epoch of a user, or `None` if there is no such user any more.
    pub(crate) async fn epoch_of(&self, user: Uuid) -> io::Result<Option<u32>> {
        Ok((user == ADA).then_some(0))
    }
}

pub(crate) const ADA: Uuid = Uuid::from_u128(0xada);
/// Had an account once.
pub(crate) const BOB: Uuid = Uuid::from_u128(0xb0b);
