use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use hardtack_scenarios::{Client, Server, example, fresh_key};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};

#[derive(Clone)]
struct Vault(Arc<Mutex<String>>);

/// As Vault answers. The token has to be right.
async fn secret(State(vault): State<Vault>, fields: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let token = fields.get("x-vault-token").ok_or(StatusCode::FORBIDDEN)?;
    let keys = &*vault.0.lock().unwrap();
    let secret =
        json!({ "data": { "data": { "session_keys": keys }, "metadata": { "version": 1 } } });
    (token == "root")
        .then_some(Json(secret))
        .ok_or(StatusCode::FORBIDDEN)
}

#[test]
fn instances_with_the_keys_of_a_vault_share_sessions() {
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let vault = Router::new().route("/v1/secret/data/shop", get(secret));
    let vault = vault.with_state(Vault(Arc::new(Mutex::new(fresh_key()))));
    runtime.spawn(async { axum::serve(listener, vault).await });

    let mut command = example("vault");
    command
        .arg("0")
        .env("VAULT_ADDR", &address)
        .env("VAULT_TOKEN", "root");
    let [one, other] = [(); 2].map(|()| Client::of(Server::spawn(&mut command)));
    assert_eq!(one.get("/").text, "visit 1\n");
    assert_eq!(one.copy().at(&other).get("/").text, "visit 2\n");

    let refused = command.env("VAULT_TOKEN", "wrong").output().unwrap();
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("vault") && told.contains("403"), "{told}");
    assert!(!told.contains("wrong"), "{told}");
}
