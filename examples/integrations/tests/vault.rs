#[path = "../vault.rs"]
#[allow(dead_code, reason = "one test runs it as a process")]
mod program;

use std::{
    sync::{Arc, Mutex},
    thread::sleep,
    time::{Duration, Instant, SystemTime},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::get,
};
use hardtack::{KeyRing, Session, SessionCookie};
use hardtack_scenarios::{Client, Server, example, fresh_key};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};

#[derive(Clone)]
struct Vault(Arc<Mutex<String>>);

impl Vault {
    fn with(keys: String) -> Vault {
        Vault(Arc::new(Mutex::new(keys)))
    }

    fn put(&self, keys: String) {
        *self.0.lock().unwrap() = keys;
    }
}

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

/// Serves on a free port, and returns its address.
fn serve(runtime: &Runtime, app: Router) -> String {
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async { axum::serve(listener, app).await });
    address
}

fn start(runtime: &Runtime, vault: &Vault) -> String {
    let routes = Router::new().route("/v1/secret/data/shop", get(secret));
    serve(runtime, routes.with_state(vault.clone()))
}

#[test]
fn instances_with_the_keys_of_a_vault_share_sessions() {
    let runtime = Runtime::new().unwrap();
    let address = start(&runtime, &Vault::with(fresh_key()));

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

#[test]
fn a_running_program_follows_a_rotation_and_nobody_is_signed_out() {
    let (runtime, [old, new]) = (Runtime::new().unwrap(), [(); 2].map(|()| fresh_key()));
    let vault = Vault::with(old.clone());
    let keys = program::keys(&start(&runtime, &vault), "root".to_owned());
    let cookie = program::cookie(keys, Duration::from_millis(50)).unwrap();
    let server = Server::at(serve(&runtime, program::app(cookie.clone())), ());
    let visitor = Client::of(server);
    assert_eq!(visitor.get("/").text, "visit 1\n");

    // The first key seals.
    vault.put(format!("{new},{old}"));
    until(|| is_sealed_by(&cookie, &new));
    assert_eq!(visitor.get("/").text, "visit 2\n");
    vault.put(new);
    until(|| !opens_under(&cookie, &old));
    assert_eq!(visitor.get("/").text, "visit 3\n");
}

#[test]
fn a_vault_that_never_answers_is_an_error() {
    // Connections wait to be accepted.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    let keys = program::keys(&address, "root".to_owned());
    let (answer, answered) = std::sync::mpsc::channel();
    std::thread::spawn(move || answer.send(KeyRing::from_sources([keys])));
    let answered = answered.recv_timeout(Duration::from_secs(60)).unwrap();
    let told = answered.unwrap_err().to_string();
    assert!(told.contains("vault") && told.contains("timeout"), "{told}");
}

/// Returns `true` if the program seals a new session with this key.
fn is_sealed_by(cookie: &SessionCookie, key: &str) -> bool {
    opens(&with_key(key), &begin(cookie))
}

/// Returns `true` if the program opens sessions under this key.
fn opens_under(cookie: &SessionCookie, key: &str) -> bool {
    opens(cookie, &begin(&with_key(key)))
}

fn with_key(key: &str) -> SessionCookie {
    let ring: KeyRing = key.parse().unwrap();
    SessionCookie::encrypted(ring).build().unwrap()
}

/// Returns the cookie of a new session.
fn begin(cookie: &SessionCookie) -> String {
    let begun = cookie.cookie_for(SystemTime::now(), |session| session.insert("visits", 7));
    begun.unwrap()
}

fn opens(cookie: &SessionCookie, field: &str) -> bool {
    let session: Session = cookie.load([field], SystemTime::now());
    !session.is_new()
}

fn until(condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < Duration::from_secs(20));
        sleep(Duration::from_millis(20));
    }
}
