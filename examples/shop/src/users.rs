//! The table of users.

use rusqlite::{OptionalExtension, Row};

use crate::{
    database::{BoxError, Database},
    passwords::Passwords,
    session::Login,
};

#[derive(Clone)]
pub struct Users {
    database: Database,
    passwords: Passwords,
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
        let passwords = Passwords::new();
        Ok(Users {
            database,
            passwords,
        })
    }

    /// Returns `None` if somebody else has the name. The first user is an admin.
    pub async fn create(&self, name: String, password: String) -> Result<Option<User>, BoxError> {
        let hash = self.passwords.hash(password).await?;
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
        let hash = user.as_ref().map(|user| user.password.clone());
        let is_right = self.passwords.is_right(password, hash).await?;
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

    /// Returns the user's next epoch, which ends all sessions but that which gets it.
    pub async fn set_password(&self, id: i64, password: String) -> Result<u32, BoxError> {
        let hash = self.passwords.hash(password).await?;
        let next =
            "UPDATE users SET password = ?2, epoch = epoch + 1 WHERE id = ?1 RETURNING epoch";
        let update = self
            .database
            .ask(move |database| database.query_row(next, (id, hash), |row| row.get(0)));
        update.await
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

const TABLE: &str = "CREATE TABLE IF NOT EXISTS users (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE COLLATE NOCASE,
    password TEXT NOT NULL,
    epoch INTEGER NOT NULL DEFAULT 0,
    is_admin INTEGER NOT NULL,
    is_locked INTEGER NOT NULL DEFAULT FALSE
) STRICT";
