//! The connection to SQLite.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::Connection;
use tokio::task::spawn_blocking;

pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Its clones share one connection.
#[derive(Clone)]
pub struct Database(Arc<Mutex<Connection>>);

impl Database {
    pub fn open(file: &Path) -> rusqlite::Result<Database> {
        let connection = Connection::open(file)?;
        connection.execute_batch("PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL;")?;
        Ok(Database(Arc::new(Mutex::new(connection))))
    }

    /// Asks in a thread that may wait.
    pub async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<R> + Send + 'static,
    ) -> Result<R, BoxError> {
        let database = self.clone();
        Ok(spawn_blocking(move || database.ask_now(question)).await??)
    }

    pub(crate) fn ask_now<R>(
        &self,
        question: impl FnOnce(&Connection) -> rusqlite::Result<R>,
    ) -> rusqlite::Result<R> {
        question(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
