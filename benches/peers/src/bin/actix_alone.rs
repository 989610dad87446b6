//! What every other program with actix-web has besides.

use actix_web::{App, HttpServer, web};

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    let server = HttpServer::new(|| App::new().route("/", web::get().to(async || "signed in")));
    server.listen(hardtack_peers::listener()?)?.run().await
}
