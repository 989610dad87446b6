//! The table of sign-ins.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::session::SessionId;
use rusqlite::{Connection, Result, params};

/// A row for each session that is signed in. Its clones share one connection.
#[derive(Clone)]
pub(crate) struct SignIns(Arc<Mutex<Connection>>);

/// One row.
pub(crate) struct SignIn {
    pub(crate) id: SessionId,
    /// What the browser said of itself.
    pub(crate) device: String,
}

impl SignIns {
    /// Opens the table in this file, or makes it.
    pub(crate) fn open(path: &Path) -> Result<SignIns> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS sign_ins (
                id BLOB PRIMARY KEY, user TEXT NOT NULL, device TEXT NOT NULL, at INTEGER NOT NULL
            ) WITHOUT ROWID;
            CREATE INDEX IF NOT EXISTS of_user ON sign_ins (user);",
        )?;
        Ok(SignIns(Arc::new(Mutex::new(connection))))
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
        self.table().execute(ended, params![id.as_bytes(), user])?;
        Ok(())
    }

    /// Returns `true` if the session is signed in. One that the table cannot tell is not.
    pub(crate) fn has(&self, id: SessionId) -> bool {
        let table = self.table();
        let query = table.prepare_cached("SELECT 1 FROM sign_ins WHERE id = ?1");
        query
            .and_then(|mut query| query.exists([id.as_bytes()]))
            .unwrap_or(false)
    }

    fn table(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
