//! One session in four deployments: a Lambda function in Rust, a Worker in Rust, a Worker in JavaScript, and Next.js. They have one
//! set of variables, examples/deployments/session.env, and one table of users.

use std::{
    collections::{BTreeMap, HashMap},
    env, fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use axum::{Router, extract, http::StatusCode, routing::get};
use hardtack::{SessionCookie, SessionSettings};
use hardtack_scenarios::{
    Answer, Browser, Log, Method, Program, Server, Site, Visitor, free_ports, fresh_key, until,
    workerd,
};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{front::Front, function::Function};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Deployment {
    Lambda,
    WorkerInRust,
    WorkerInJavaScript,
    Next,
}

const ALL: [Deployment; 4] = [
    Deployment::Lambda,
    Deployment::WorkerInRust,
    Deployment::WorkerInJavaScript,
    Deployment::Next,
];

/// The variables of a deployment.
#[derive(Clone)]
struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those that all have, with these keys.
    fn shared(keys: &str, users: &Users) -> Variables {
        let text = fs::read_to_string(folder().join("session.env")).unwrap();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        let pairs = pairs.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let variables = Variables(pairs.collect());
        let table = format!("http://{}/epochs", users.address);
        let variables = variables.with("USERS", &table);
        variables
            .with("SESSION_KEYS", keys)
            .with("REVALIDATE_AFTER", "1")
    }

    fn with(&self, name: &str, value: &str) -> Variables {
        let mut variables = self.clone();
        variables.0.insert(name.to_owned(), value.to_owned());
        variables
    }

    fn without(&self, name: &str) -> Variables {
        let mut variables = self.clone();
        variables.0.remove(name);
        variables
    }
}

/// A deployment that runs.
struct Running {
    server: Server,
    log: Log,
    process: u32,
}

impl Deployment {
    fn start(self, Variables(variables): &Variables) -> Running {
        let (server, log, process) = match self {
            Deployment::Lambda => {
                let function = Function::new("deployment");
                let function = variables
                    .iter()
                    .fold(function, |it, (name, value)| it.env(name, value));
                function.heard_behind(Front::FunctionUrl)
            }
            Deployment::WorkerInRust => worker("rust", variables),
            Deployment::WorkerInJavaScript => worker("javascript", variables),
            Deployment::Next => next(variables),
        };
        until("it answers", || {
            let request = Browser::new().request(server.base(), Method::GET, "/");
            request.send().is_ok()
        });
        Running {
            server,
            log,
            process,
        }
    }
}

/// `constant`: a configuration in workers.capnp.
fn worker(constant: &str, variables: &BTreeMap<String, String>) -> (Server, Log, u32) {
    let mut command = workerd(&folder(), &folder().join("workers.capnp"));
    Server::of_workerd(command.arg(constant).envs(variables))
}

fn next(variables: &BTreeMap<String, String>) -> (Server, Log, u32) {
    let [port] = free_ports();
    let mut command = Command::new("node");
    command
        .arg("node_modules/next/dist/bin/next")
        .args(["start", "--hostname", "127.0.0.1"])
        .args(["--port", &port.to_string()])
        .env("NEXT_TELEMETRY_DISABLED", "1")
        .envs(variables)
        .current_dir(folder());
    let program = Program::until_port(&mut command, port);
    let (log, id) = (program.log(), program.id());
    (
        Server::at(format!("http://127.0.0.1:{port}"), program),
        log,
        id,
    )
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/deployments")
}

/// The table of users: a number for each, 1 until somebody changes it, or `None` for one who was deleted.
struct Users {
    epochs: Arc<Mutex<HashMap<String, Option<u32>>>>,
    address: SocketAddr,
    _runtime: Runtime,
}

impl Users {
    fn start() -> Users {
        let epochs: Arc<Mutex<HashMap<String, Option<u32>>>> = Arc::default();
        let table = Arc::clone(&epochs);
        let answer = move |user: extract::Path<String>| {
            let epoch = table.lock().unwrap().get(&*user).copied();
            let epoch = epoch.unwrap_or(Some(1)).map(|epoch| epoch.to_string());
            async move { epoch.ok_or(StatusCode::NOT_FOUND) }
        };
        let app = Router::new().route("/epochs/{user}", get(answer));
        let runtime = Runtime::new().unwrap();
        let listener = runtime
            .block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))
            .unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async { axum::serve(listener, app).await });
        Users {
            epochs,
            address,
            _runtime: runtime,
        }
    }

    fn set(&self, user: &str, epoch: Option<u32>) {
        self.epochs.lock().unwrap().insert(user.to_owned(), epoch);
    }
}

/// A line of the health text.
fn line(running: &Running, name: &str) -> String {
    let answer = Browser::new().send(&running.server, Method::GET, "/health", "", "");
    let mut lines = answer.text.lines();
    let line = lines.find(|line| line.split(' ').next() == Some(name));
    line.unwrap_or_else(|| panic!("no {name} in {answer:?}"))
        .to_owned()
}

fn send(signal: &str, running: &Running) {
    let process = running.process.to_string();
    let sent = Command::new("kill").args([signal, &process]).status();
    assert!(sent.unwrap().success());
}

/// Stops a deployment, and starts it with these variables.
fn push(all: &mut BTreeMap<Deployment, Running>, deployment: Deployment, variables: &Variables) {
    all.remove(&deployment);
    all.insert(deployment, deployment.start(variables));
}

fn start(deployments: &[Deployment], variables: &Variables) -> BTreeMap<Deployment, Running> {
    deployments
        .iter()
        .map(|it| (*it, it.start(variables)))
        .collect()
}

/// Signs in for 30 days.
fn sign_in_for_long(browser: &Browser, server: &Server) -> Answer {
    let form = "application/x-www-form-urlencoded";
    browser.send(
        server,
        Method::POST,
        "/sign-in",
        form,
        "name=ada&remember=on",
    )
}

fn look(browser: &Browser, running: &Running) -> String {
    let Visitor { state, answer } = Site::Counter.look(browser, &running.server);
    assert_eq!(answer.status, 200, "{state}");
    state
}

#[test]
#[ignore = "needs examples/deployments/build and examples/worker/build"]
fn a_session_of_one_deployment_is_that_of_all() {
    let users = Users::start();
    let all = start(&ALL, &Variables::shared(&fresh_key(), &users));
    for (first, beginning) in &all {
        let browser = Browser::new();
        let answer = sign_in_for_long(&browser, &beginning.server);
        assert!(
            answer.field("set-cookie").contains("; Max-Age=1209600"),
            "{first:?}: {answer:?}"
        );
        for (number, (next, running)) in all.iter().enumerate() {
            let Visitor { state, answer } = Site::Counter.count(&browser, &running.server);
            assert_eq!(
                state,
                format!("ada {}", number + 1),
                "from {first:?} to {next:?}"
            );
            // It is still remembered.
            let field = answer.field("set-cookie");
            assert!(
                field.contains("; Max-Age="),
                "from {first:?} to {next:?}: {field}"
            );
        }
        for (next, running) in &all {
            assert_eq!(
                look(&browser, running),
                "ada 4",
                "from {first:?} to {next:?}"
            );
        }
        let (last, leaving) = all.iter().next_back().unwrap();
        Site::Counter.sign_out(&browser, &leaving.server);
        assert_eq!(browser.cookie_field(), "", "from {first:?} to {last:?}");
    }
}

#[test]
#[ignore = "needs examples/deployments/build and examples/worker/build"]
fn a_user_is_signed_out_of_all_deployments() {
    let users = Users::start();
    let all = start(&ALL, &Variables::shared(&fresh_key(), &users));
    let [ada, bob] = [(); 2].map(|()| Browser::new());
    Site::Counter.sign_in(&ada, &all[&Deployment::Next].server, "ada");
    Site::Counter.sign_in(&bob, &all[&Deployment::Lambda].server, "bob");
    users.set("ada", Some(2));
    // The interval, and the clock skew.
    thread::sleep(Duration::from_secs(7));
    for (deployment, running) in &all {
        assert_eq!(look(&ada.copy(), running), "nobody 0", "{deployment:?}");
        assert_eq!(look(&bob, running), "bob 0", "{deployment:?}");
    }
}

#[test]
fn a_user_who_is_not_in_the_table_is_nobody_in_lambda() {
    who_is_not_in_the_table_is_nobody(&[Deployment::Lambda]);
}

#[test]
#[ignore = "needs examples/deployments/build and examples/worker/build"]
fn a_user_who_is_not_in_the_table_is_nobody_in_all_deployments() {
    who_is_not_in_the_table_is_nobody(&ALL);
}

fn who_is_not_in_the_table_is_nobody(deployments: &[Deployment]) {
    let users = Users::start();
    let all = start(deployments, &Variables::shared(&fresh_key(), &users));
    let [ada, bob] = [(); 2].map(|()| Browser::new());
    Site::Counter.sign_in(&ada, &all[&deployments[0]].server, "ada");
    Site::Counter.sign_in(&bob, &all[&deployments[0]].server, "bob");
    users.set("ada", None);
    // As a replica that lags behind the sign-in answers.
    users.set("bob", Some(0));
    // The interval, and the clock skew.
    thread::sleep(Duration::from_secs(7));
    for (deployment, running) in &all {
        assert_eq!(look(&ada.copy(), running), "nobody 0", "{deployment:?}");
        assert_eq!(look(&bob.copy(), running), "bob 0", "{deployment:?}");
        for name in ["ada", "", ".", ".."] {
            let request = Browser::new().request(running.server.base(), Method::POST, "/sign-in");
            let answer = Browser::new().ask(request.form(&[("name", name)]));
            assert_eq!(answer.status, 401, "{deployment:?}: {name}");
        }
    }
}

/// Three pushes of a ring, each to one deployment after another, in other orders.
#[test]
#[ignore = "needs examples/deployments/build and examples/worker/build"]
fn a_rotation_in_three_pushes_signs_nobody_out() {
    let users = Users::start();
    let [old, new] = [(); 2].map(|()| fresh_key());
    let mut all = start(&ALL, &Variables::shared(&old, &users));
    let browsers: Vec<_> = all
        .values()
        .map(|running| {
            let browser = Browser::new();
            sign_in_for_long(&browser, &running.server);
            browser
        })
        .collect();
    let pushes = [format!("{old},{new}"), format!("{new},{old}"), new];
    for (number, keys) in pushes.iter().enumerate() {
        for place in 0..ALL.len() {
            let deployment = ALL[(3 * place + number) % ALL.len()];
            push(&mut all, deployment, &Variables::shared(keys, &users));
            for browser in &browsers {
                for (at, running) in &all {
                    let state = look(browser, running);
                    assert!(
                        state.starts_with("ada "),
                        "push {number} to {deployment:?}, at {at:?}"
                    );
                }
                Site::Counter.count(browser, &all[&deployment].server);
            }
        }
    }
}

/// Whoever has a key can forge. One push of a ring without it ends that.
#[test]
#[ignore = "needs examples/deployments/build and examples/worker/build"]
fn a_leaked_key_opens_nothing_after_one_push() {
    let users = Users::start();
    let [leaked, new] = [(); 2].map(|()| fresh_key());
    let mut all = start(&ALL, &Variables::shared(&leaked, &users));
    let visitor = Browser::new();
    sign_in_for_long(&visitor, &all[&Deployment::Lambda].server);
    let forger = forged(&Variables::shared(&leaked, &users));
    for (deployment, running) in &all {
        assert_eq!(look(&forger.copy(), running), "ada 1000", "{deployment:?}");
    }
    for deployment in ALL {
        push(&mut all, deployment, &Variables::shared(&new, &users));
        for browser in [&forger, &visitor] {
            assert_eq!(
                look(&browser.copy(), &all[&deployment]),
                "nobody 0",
                "{deployment:?}"
            );
        }
    }
}

/// A browser with a session that whoever has a key makes.
fn forged(Variables(variables): &Variables) -> Browser {
    let settings = SessionSettings::from_variables("SESSION_", variables).unwrap();
    let cookie: SessionCookie = settings.build().unwrap();
    let field = cookie.cookie_for(std::time::SystemTime::now(), |session| {
        session.insert("user", "ada")?;
        session.insert("epoch", 1)?;
        session.insert("count", 1000)
    });
    let field = field.unwrap();
    let (name, value) = field.split_once('=').unwrap();
    let browser = Browser::new();
    browser.set(name, value);
    browser
}

#[test]
#[ignore = "needs examples/deployments/build and examples/worker/build"]
fn the_program_whose_variables_differ_is_found_by_one_line() {
    let users = Users::start();
    let variables = Variables::shared(&fresh_key(), &users);
    let mut all = start(&ALL, &variables);
    let shared = ["settings", "fingerprint"].map(|name| line(&all[&Deployment::Lambda], name));
    let agrees =
        |running: &Running| ["settings", "fingerprint"].map(|name| line(running, name)) == shared;
    for (deployment, running) in &all {
        assert!(agrees(running), "{deployment:?}");
    }
    let forgetful = variables.without("SESSION_REMEMBER_UP_TO");
    let forgetful = forgetful.without("SESSION_REMEMBERED_IDLE_TIMEOUT");
    for deployment in ALL {
        push(&mut all, deployment, &forgetful);
        for (other, running) in &all {
            assert_eq!(
                agrees(running),
                *other != deployment,
                "{deployment:?}, {other:?}"
            );
        }
        // A remembered visitor who comes there leaves a line, too.
        let browser = Browser::new();
        let right = ALL[(deployment as usize + 1) % ALL.len()];
        sign_in_for_long(&browser, &all[&right].server);
        look(&browser, &all[&deployment]);
        let _ = all[&deployment]
            .log
            .line("a remembered session arrived, but this program has no");
        push(&mut all, deployment, &variables);
    }
}

/// Lambda freezes a process between two requests.
#[test]
#[ignore = "needs examples/deployments/build"]
fn a_function_that_was_frozen_opens_nothing_under_a_key_that_was_dropped() {
    let users = Users::start();
    let [old, new] = [(); 2].map(|()| fresh_key() + "\n");
    let file = env::temp_dir().join(format!("hardtack-frozen-{}", std::process::id()));
    fs::write(&file, &old).unwrap();
    let variables = Variables::shared("", &users).without("SESSION_KEYS");
    let variables = variables.with("SESSION_KEYS_FILE", file.to_str().unwrap());
    let function = Deployment::Lambda.start(&variables.with("SESSION_WATCH_KEYS", "1s"));
    let browser = Browser::new();
    sign_in_for_long(&browser, &function.server);
    assert_eq!(look(&browser, &function), "ada 0");

    send("-STOP", &function);
    fs::write(&file, &new).unwrap();
    thread::sleep(Duration::from_secs(5));
    send("-CONT", &function);
    assert_eq!(look(&browser, &function), "nobody 0");
    fs::remove_file(&file).unwrap();
}
