//! The demo in a real browser, driven over WebDriver. `.ci/run` installs it and runs this.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::demo::Demo;

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test demo -- --ignored"]
fn a_person_signs_in_counts_visits_and_signs_out_by_keyboard() {
    let demo = Demo::start("");
    let chromium = Chromium::start();
    chromium.open(&demo.base);
    assert_eq!(chromium.cookies(), Value::from([] as [Value; 0]));

    chromium.type_into("input[name=name]", &format!("Ada{ENTER}"));
    assert!(chromium.text("main").contains("Ada"));
    let cookies = chromium.cookies();
    let [cookie] = cookies.as_array().unwrap().as_slice() else {
        panic!("one cookie is the whole session: {cookies}");
    };
    assert_eq!(cookie["name"], "__Host-session");
    assert!(cookie["value"].as_str().unwrap().starts_with('e'));
    for (attribute, value) in [
        ("httpOnly", json!(true)),
        ("secure", json!(true)),
        ("path", json!("/")),
        ("sameSite", json!("Lax")),
    ] {
        assert_eq!(cookie[attribute], value, "{attribute}");
    }
    assert!(
        cookie.get("expiry").is_none(),
        "it ends with the browser session"
    );

    let first = chromium.text("main");
    chromium.open(&demo.base);
    assert_ne!(chromium.text("main"), first, "the visit was counted");

    chromium.type_into("button[name=language][value=sv]", ENTER);
    assert_eq!(chromium.attribute("html", "lang"), "sv");

    chromium.type_into("form[action='/sign-out'] button", ENTER);
    assert_eq!(
        chromium.cookies(),
        Value::from([] as [Value; 0]),
        "the jar is empty again"
    );
}

/// A browser of its own, which ends with this.
struct Chromium {
    driver: Child,
    client: Client,
    session: String,
}

impl Chromium {
    fn start() -> Chromium {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed");
        let lines = BufReader::new(driver.stdout.as_mut().unwrap()).lines();
        let port = lines
            .map_while(Result::ok)
            .find_map(|line| {
                Some(
                    line.split_once("successfully on port ")?
                        .1
                        .trim_end_matches('.')
                        .to_owned(),
                )
            })
            .unwrap();
        let client = Client::new();
        let base = format!("http://127.0.0.1:{port}/session");
        let created: Value = client
            .post(&base)
            .json(
                &json!({"capabilities": {"alwaysMatch": {"goog:chromeOptions": {"args": FLAGS}}}}),
            )
            .send()
            .unwrap()
            .json()
            .unwrap();
        let id = created["value"]["sessionId"]
            .as_str()
            .expect("a session")
            .to_owned();
        Chromium {
            driver,
            client,
            session: format!("{base}/{id}"),
        }
    }

    fn open(&self, url: &str) {
        self.post("url", &json!({ "url": url }));
    }

    fn cookies(&self) -> Value {
        self.get("cookie")
    }

    fn text(&self, css: &str) -> String {
        let text = self.get(&format!("element/{}/text", self.find(css)));
        text.as_str().unwrap().to_owned()
    }

    fn attribute(&self, css: &str, name: &str) -> String {
        let value = self.get(&format!("element/{}/attribute/{name}", self.find(css)));
        value.as_str().unwrap().to_owned()
    }

    fn type_into(&self, css: &str, keys: &str) {
        self.post(
            &format!("element/{}/value", self.find(css)),
            &json!({ "text": keys }),
        );
    }

    fn find(&self, css: &str) -> String {
        let found = self.post("element", &json!({"using": "css selector", "value": css}));
        let (_, id) = found.as_object().and_then(|map| map.iter().next()).unwrap();
        id.as_str()
            .unwrap_or_else(|| panic!("{css}: {found}"))
            .to_owned()
    }

    fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}/{path}", self.session)).send();
        answer.unwrap().json::<Value>().unwrap()["value"].take()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self
            .client
            .post(format!("{}/{path}", self.session))
            .json(body)
            .send();
        let answer = answer.unwrap();
        assert!(
            answer.status().is_success(),
            "{path} {body}: {}",
            answer.text().unwrap()
        );
        answer.json::<Value>().unwrap()["value"].take()
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // Ending the session ends the browser; the driver would leave it running.
        let _ = self.client.delete(&self.session).send();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The key, as WebDriver has it.
const ENTER: &str = "\u{E007}";
const FLAGS: [&str; 8] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];
