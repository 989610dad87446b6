//! The table of sign-ins, and those that have just ended.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::session::SessionId;
use moka::sync::Cache;
use rusqlite::{Connection, Result, params};

/// A row for each session that is signed in. Its clones share one connection.
#[derive(Clone)]
pub(crate) struct SignIns {
    table: Arc<Mutex<Connection>>,
    /// The sessions that this instance ended, until the table has been asked about each. Several instances would tell each
    /// other by a message bus.
    just_ended: Cache<SessionId, ()>,
}

/// One row.
pub(crate) struct SignIn {
    pub(crate) id: SessionId,
    /// What the browser said of itself.
    pub(crate) device: String,
}

impl SignIns {
    /// Opens the table in this file, or makes it. Sessions that end are kept in memory for this duration.
    pub(crate) fn open(path: &Path, remembered: Duration) -> Result<SignIns> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS sign_ins (
                id BLOB PRIMARY KEY, user TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS of_user ON sign_ins (user);",
        )?;
        Ok(SignIns {
            table: Arc::new(Mutex::new(connection)),
            just_ended: Cache::builder().time_to_live(remembered).build(),
        })
    }

    /// Adds a row, and removes those whose sessions are over by their own deadline.
    pub(crate) fn add(
        &self,
        id: SessionId,
        user: &str,
        device: &str,
        longest: Duration,
    ) -> Result<()> {
        let now = SystemTime::now();
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let seconds = |time: Duration| i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
        let over = seconds(now.saturating_sub(longest));
        let table = self.table();
        table.execute("DELETE FROM sign_ins WHERE at < ?1", [over])?;
        table.execute(
            "INSERT INTO sign_ins (id, user, device, at) VALUES (?1, ?2, ?3, ?4)",
            params![id.as_bytes(), user, device, seconds(now)],
        )?;
        Ok(())
    }

    /// Returns the rows of a user, the oldest first.
    pub(crate) fn of(&self, user: &str) -> Result<Vec<SignIn>> {
        let table = self.table();
        let mut query = table
            .prepare_cached("SELECT id, device FROM sign_ins WHERE user = ?1 ORDER BY at, id")?;
        let rows = query.query_map([user], |row| {
            Ok(SignIn {
                id: row.get::<_, [u8; 8]>(0)?.into(),
                device: row.get(1)?,
            })
        })?;
        rows.collect()
    }

    /// Removes a row of this user. Of another user's it removes none.
    pub(crate) fn end(&self, id: SessionId, user: &str) -> Result<()> {
        let ended = "DELETE FROM sign_ins WHERE id = ?1 AND user = ?2";
        if self.table().execute(ended, params![id.as_bytes(), user])? > 0 {
            self.just_ended.insert(id, ());
        }
        Ok(())
    }

    /// Returns `true` if the session is signed in.
    pub(crate) fn has(&self, id: SessionId) -> Result<bool> {
        let table = self.table();
        let mut query = table.prepare_cached("SELECT 1 FROM sign_ins WHERE id = ?1")?;
        query.exists([id.as_bytes()])
    }

    /// Returns `true` if this instance ended the session lately. Asks no table.
    pub(crate) fn has_just_ended(&self, id: SessionId) -> bool {
        self.just_ended.contains_key(&id)
    }

    fn table(&self) -> MutexGuard<'_, Connection> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
