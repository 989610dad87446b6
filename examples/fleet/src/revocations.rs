//! The only shared state of the fleet: the sessions that were signed out, and an epoch for each user.

use std::time::Duration;

use hardtack::session::SessionId;
use redis::{
    AsyncCommands, Client, RedisError,
    aio::{ConnectionManager, ConnectionManagerConfig},
};

/// Redis, which is asked once per request of a signed-in user.
#[derive(Clone)]
pub(crate) struct Revocations(ConnectionManager);

impl Revocations {
    /// Connects with the first question, and again after Redis was away.
    pub(crate) fn at(url: &str) -> Result<Revocations, RedisError> {
        // The timeouts are also what a request waits for at most, while Redis is down.
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(0)
            .set_connection_timeout(Some(Duration::from_secs(1)))
            .set_response_timeout(Some(Duration::from_secs(1)));
        let client = Client::open(url)?;
        Ok(Revocations(ConnectionManager::new_lazy_with_config(
            client, config,
        )?))
    }

    /// Returns `true` if the session was signed out, or is of an earlier epoch of its user.
    ///
    /// If Redis does not answer, [`ADMIT_WHEN_REDIS_IS_DOWN`] decides.
    pub(crate) async fn reach(
        &self,
        session: Option<SessionId>,
        user: &str,
        epoch: u64,
    ) -> Result<bool, RedisError> {
        let denied = session.map(denied_key).unwrap_or_default();
        let answer: Result<(Option<u8>, Option<u64>), _> =
            self.0.clone().mget(&[denied, epoch_key(user)]).await;
        match answer {
            Ok((denied, current)) => Ok(denied.is_some() || epoch != current.unwrap_or(0)),
            Err(error) if ADMIT_WHEN_REDIS_IS_DOWN => {
                eprintln!("admitted a session unchecked: {error}");
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Ends a session in all its copies. The entry is removed when no copy opens any more.
    pub(crate) async fn deny(&self, session: SessionId) -> Result<(), RedisError> {
        let seconds = (ABSOLUTE_TIMEOUT + CLOCKS_DIFFER).as_secs();
        self.0.clone().set_ex(denied_key(session), 1, seconds).await
    }

    /// Returns the epoch that a new session of the user belongs to.
    pub(crate) async fn epoch(&self, user: &str) -> Result<u64, RedisError> {
        let epoch: Option<u64> = self.0.clone().get(epoch_key(user)).await?;
        Ok(epoch.unwrap_or(0))
    }

    /// Ends all sessions of a user. Epochs have no expiry: a lost one would let ended sessions open again, so this
    /// Redis writes to a disk. A column of the users table does as well.
    pub(crate) async fn begin_epoch(&self, user: &str) -> Result<(), RedisError> {
        self.0.clone().incr(epoch_key(user), 1).await
    }
}

fn denied_key(session: SessionId) -> String {
    format!("denied:{session}")
}

fn epoch_key(user: &str) -> String {
    format!("epoch:{user}")
}

/// Closed by default: while Redis is down, signed-in users get 503 and keep their cookies. `true` admits them, and with
/// them any copy of a session that was signed out.
const ADMIT_WHEN_REDIS_IS_DOWN: bool = false;

/// The lifetime of a session, and so of an entry of the deny list.
pub(crate) const ABSOLUTE_TIMEOUT: Duration = Duration::from_secs(8 * 3600);
/// The default `clock_skew` of 60 seconds, in both directions.
const CLOCKS_DIFFER: Duration = Duration::from_secs(120);
