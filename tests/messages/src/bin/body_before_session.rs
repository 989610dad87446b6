//! error: the trait bound `Guarded<Form<Transfer>>: FromRequestParts<()>` is not satisfied

use axum::Form;
use hardtack::{
    Session,
    csrf::{CsrfField, Guarded},
};

#[derive(serde::Deserialize)]
struct Transfer {
    csrf_token: String,
}

impl CsrfField for Transfer {
    fn csrf_token(&self) -> &str {
        &self.csrf_token
    }
}

#[axum::debug_handler]
async fn transfer(_: Guarded<Form<Transfer>>, _: Session) {}

fn main() {
    let _ = transfer;
}
