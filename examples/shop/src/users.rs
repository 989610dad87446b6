//! The table of users.

use std::{
    sync::{Arc, LazyLock},
    thread::available_parallelism,
};

use argon2::{
    Argon2, PasswordHasher, PasswordVerifier,
    password_hash::{self, phc::PasswordHash},
};
use rusqlite::{OptionalExtension, Row};
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{
    database::{BoxError, Database},
    session::Login,
};

#[derive(Clone)]
pub struct Users {
    database: Database,
    /// As many permits as there are cores.
    hashing: Arc<Semaphore>,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: i64,
    pub name: String,
    pub epoch: u32,
    pub is_admin: bool,
    pub is_locked: bool,
    password: String,
}

impl User {
    pub fn login(&self) -> Login {
        Login {
            user: self.id,
            epoch: self.epoch,
            name: self.name.clone(),
        }
    }
}

impl Users {
    pub(crate) fn in_database(database: Database) -> rusqlite::Result<Users> {
        database.ask_now(|database| database.execute_batch(TABLE))?;
        let cores = available_parallelism().map_or(1, usize::from);
        let hashing = Arc::new(Semaphore::new(cores));
        Ok(Users { database, hashing })
    }

    /// Hashes a password when it is its turn. Each hash takes 19 MiB, and anybody may send passwords, so there are no more
    /// at once than run at once.
    async fn hashing<H: Send + 'static>(
        &self,
        work: impl FnOnce() -> H + Send + 'static,
    ) -> Result<H, BoxError> {
        let permit = Arc::clone(&self.hashing).acquire_owned().await?;
        let work = move || {
            let _until_done = permit;
            work()
        };
        Ok(spawn_blocking(work).await?)
    }

    /// Returns `None` if somebody else has the name. The first user is an admin.
    pub async fn create(&self, name: String, password: String) -> Result<Option<User>, BoxError> {
        let hash = self.hashing(move || hash(&password)).await??;
        let user = self.database.ask(move |database| {
            let insert = "INSERT INTO users (name, password, is_admin)
                VALUES (?1, ?2, NOT EXISTS (SELECT 1 FROM users))
                ON CONFLICT (name) DO NOTHING RETURNING *";
            database.query_row(insert, [name, hash], user).optional()
        });
        user.await
    }

    /// Returns the user if the password is right and the account is not locked.
    pub async fn check(&self, name: String, password: String) -> Result<Option<User>, BoxError> {
        let user = self.database.ask(move |database| {
            let by_name = "SELECT * FROM users WHERE name = ?1";
            database.query_row(by_name, [name], user).optional()
        });
        let user = user.await?;
        // A name that does not exist takes as long as a wrong password.
        let hash = user
            .as_ref()
            .map_or(&*NOBODY, |user| &user.password)
            .clone();
        let is_right = self.hashing(move || is_right(&password, &hash)).await??;
        Ok(user.filter(|user| is_right && !user.is_locked))
    }

    pub async fn get(&self, id: i64) -> Result<Option<User>, BoxError> {
        let user = self.database.ask(move |database| {
            let by_id = "SELECT * FROM users WHERE id = ?1";
            database.query_row(by_id, [id], user).optional()
        });
        user.await
    }

    /// `None`: there is no such user.
    pub async fn epoch_of(&self, id: i64) -> Result<Option<u32>, BoxError> {
        Ok(self.get(id).await?.map(|user| user.epoch))
    }

    /// Ends all sessions of a user.
    pub async fn sign_out_everywhere(&self, id: i64) -> Result<(), BoxError> {
        let next = "UPDATE users SET epoch = epoch + 1 WHERE id = ?1";
        let update = self
            .database
            .ask(move |database| database.execute(next, [id]));
        update.await.map(drop)
    }

    /// Also ends all sessions of the user, so that none comes back when the account is unlocked.
    pub async fn lock(&self, id: i64, is_locked: bool) -> Result<(), BoxError> {
        let lock = "UPDATE users SET is_locked = ?2, epoch = epoch + 1 WHERE id = ?1";
        let update = self
            .database
            .ask(move |database| database.execute(lock, (id, is_locked)));
        update.await.map(drop)
    }

    pub async fn all(&self) -> Result<Vec<User>, BoxError> {
        let users = self.database.ask(|database| {
            let mut all = database.prepare_cached("SELECT * FROM users ORDER BY name")?;
            all.query_map([], user)?.collect()
        });
        users.await
    }
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get("id")?,
        name: row.get("name")?,
        epoch: row.get("epoch")?,
        is_admin: row.get("is_admin")?,
        is_locked: row.get("is_locked")?,
        password: row.get("password")?,
    })
}

fn hash(password: &str) -> Result<String, password_hash::Error> {
    let hash = Argon2::default().hash_password(password.as_bytes())?;
    Ok(hash.to_string())
}

fn is_right(password: &str, hash: &str) -> Result<bool, password_hash::phc::Error> {
    let hash = PasswordHash::new(hash)?;
    Ok(Argon2::default()
        .verify_password(password.as_bytes(), &hash)
        .is_ok())
}

/// The hash of a password that nobody has.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash("").unwrap_or_default());

const TABLE: &str = "CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    is_admin INTEGER NOT NULL,
    is_locked INTEGER NOT NULL DEFAULT FALSE
) STRICT";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::{
        path::Path,
        sync::atomic::{AtomicUsize, Ordering::SeqCst},
        thread::yield_now,
    };

    use tokio::{runtime::Runtime, task::JoinSet};

    use super::*;

    #[test]
    fn no_more_passwords_are_hashed_at_once_than_there_are_cores() {
        let users = Users::in_database(Database::open(Path::new(":memory:")).unwrap()).unwrap();
        let cores = available_parallelism().map_or(1, usize::from);
        let running = Arc::new(AtomicUsize::new(0));
        let most = Arc::new(AtomicUsize::new(0));
        Runtime::new().unwrap().block_on(async {
            let mut sign_ins = JoinSet::new();
            for _ in 0..8 * cores {
                let (users, running, most) = (users.clone(), running.clone(), most.clone());
                sign_ins.spawn(async move {
                    let work = move || {
                        most.fetch_max(running.fetch_add(1, SeqCst) + 1, SeqCst);
                        (0..10_000).for_each(|_| yield_now());
                        running.fetch_sub(1, SeqCst);
                    };
                    users.hashing(work).await.unwrap();
                });
            }
            while let Some(done) = sign_ins.join_next().await {
                done.unwrap();
            }
        });
        assert!(most.load(SeqCst) <= cores, "{most:?}");
    }
}
