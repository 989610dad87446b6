//! The table of orders.

use rusqlite::params;

use crate::database::{BoxError, Database};

/// In bytes.
pub(crate) const NUMBER_LENGTH: usize = 32;

#[derive(Clone)]
pub struct Orders(Database);

impl Orders {
    pub(crate) fn in_database(database: Database) -> rusqlite::Result<Orders> {
        database.ask_now(|database| database.execute_batch(TABLE))?;
        Ok(Orders(database))
    }

    /// Returns a number that nobody guesses, for one order.
    pub async fn number(&self) -> Result<String, BoxError> {
        let random = "SELECT lower(hex(randomblob(16)))";
        let number = self
            .0
            .ask(move |database| database.query_row(random, [], |row| row.get(0)));
        number.await
    }

    /// Returns `false` if there is an order with this number. The session cannot tell, because an older cookie with the same cart
    /// may be sent again.
    pub async fn place(&self, number: String, user: i64, items: String) -> Result<bool, BoxError> {
        let rows = self.0.ask(move |database| {
            let insert = "INSERT INTO orders (number, user, items) VALUES (?1, ?2, ?3)
                ON CONFLICT (number) DO NOTHING";
            database.execute(insert, params![number, user, items])
        });
        Ok(rows.await? > 0)
    }

    /// Returns the items of each order of a user, the latest first.
    pub async fn of(&self, user: i64) -> Result<Vec<String>, BoxError> {
        let orders = self.0.ask(move |database| {
            let of_user = "SELECT items FROM orders WHERE user = ?1 ORDER BY id DESC";
            let mut orders = database.prepare_cached(of_user)?;
            orders.query_map([user], |row| row.get(0))?.collect()
        });
        orders.await
    }
}

const TABLE: &str = "CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    user INTEGER NOT NULL REFERENCES users,
    items TEXT NOT NULL
) STRICT";
