//! error: `Transfer` does not say where its CSRF token is
//! label: `Guarded` has to check the token
//! note: write `impl CsrfField for Transfer`, or take a `GuardedForm<Transfer>` if it is a form
//! error: the trait bound `fn(Guarded<Form<Transfer>>) -> impl Future<Output = String> {transfer}: Handler<_, _>` is not satisfied

use axum::{Form, Router, routing::post};
use hardtack::csrf::Guarded;

#[derive(serde::Deserialize)]
struct Transfer {
    amount: u32,
}

async fn transfer(Guarded(Form(transfer)): Guarded<Form<Transfer>>) -> String {
    transfer.amount.to_string()
}

fn main() {
    let _: Router = Router::new().route("/transfer", post(transfer));
}
