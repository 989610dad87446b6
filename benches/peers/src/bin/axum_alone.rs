//! What every other program with axum has besides.

use axum::{Router, routing::get};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().route("/", get(async || "signed in"));
    axum::serve(hardtack_peers::tokio_listener()?, app).await
}
