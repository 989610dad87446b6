//! The demo in a real browser, driven over WebDriver. `.ci/run` installs it and runs this.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::{browser::Browser, demo::Demo};

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test demo -- --ignored"]
fn a_person_signs_in_counts_visits_and_signs_out_by_keyboard() {
    let demo = Demo::start("");
    let chromium = Chromium::start();
    chromium.open(&demo.base);
    let before = chromium.the_cookie()["value"].clone();

    chromium.type_into("input[name=name]", &format!("Ada{ENTER}"));
    chromium.sees("You are signed in.");
    assert!(chromium.text("main").contains("Ada"));
    let cookie = chromium.the_cookie();
    assert_ne!(cookie["value"], before);
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

    assert_eq!(chromium.text("#visits"), "1");
    chromium.open(&demo.base);
    assert_eq!(chromium.text("#visits"), "2");
    assert!(!chromium.text("main").contains("You are signed in."));

    chromium.type_into("button[name=language][value=sv]", ENTER);
    chromium.sees("Ditt val är sparat.");
    assert_eq!(chromium.attribute("html", "lang"), "sv");

    chromium.type_into("form[action='/sign-out'] button", ENTER);
    chromium.sees("Du är utloggad.");
    assert!(!chromium.text("main").contains("Ada"));
    assert_ne!(chromium.the_cookie()["value"], cookie["value"]);
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test demo -- --ignored"]
fn a_person_who_is_to_be_remembered_has_a_cookie_that_outlives_the_browser() {
    let demo = Demo::start("--remember-up-to 2592000");
    let chromium = Chromium::start();
    chromium.open(&demo.base);
    assert!(chromium.the_cookie().get("expiry").is_none());

    chromium.type_into("input[name=remember]", " ");
    chromium.type_into("input[name=name]", &format!("Ada{ENTER}"));
    chromium.sees("You are signed in.");
    let month = Duration::from_secs(2_592_000);
    let expected = (SystemTime::now() + month).duration_since(UNIX_EPOCH);
    let expiry = chromium.the_cookie()["expiry"].as_u64().unwrap();
    let off = expected.unwrap().as_secs().abs_diff(expiry);
    assert!(off < 60, "{off} seconds off");

    chromium.type_into("form[action='/sign-out'] button", ENTER);
    chromium.sees("You are signed out.");
    assert!(chromium.the_cookie().get("expiry").is_none());
}

#[test]
#[ignore = "needs chromium and chromedriver: cargo test --test demo -- --ignored"]
fn a_person_with_a_large_session_has_as_many_cookies_as_it_takes() {
    let demo = Demo::start("--size split:4 --padding padme");
    let chromium = Chromium::start();
    chromium.open(&demo.base);
    chromium.type_into("input[name=name]", &format!("Ada{ENTER}"));
    chromium.sees("You are signed in.");
    // A script adds to the same session.
    let script = Browser::new();
    script.set_token(&demo, chromium.the_cookie()["value"].as_str().unwrap());
    script.put(&demo, "/api/data/cart", json!("x".repeat(7_000)));
    for name in ["__Host-session", "__Host-session.1", "__Host-session.2"] {
        let value = script.cookie(&demo, name).unwrap();
        chromium.set_cookie(name, &value);
    }

    chromium.open(&format!("{}/inside", demo.base));
    let report = chromium.text("#report");
    assert!(
        report.contains("cart 7008") && report.contains("Cookies\n3"),
        "{report}"
    );
    // The visit is counted, so all cookies are set again.
    chromium.open(&demo.base);
    assert_eq!(chromium.text("#visits"), "2");
    let cookies = chromium.cookies();
    assert_eq!(cookies.len(), 3);
    let sizes = cookies
        .iter()
        .map(|cookie| cookie["value"].as_str().unwrap().len());
    assert!(sizes.max() > Some(4_000));
    chromium.type_into("form[action='/sign-out'] button", ENTER);
    chromium.sees("You are signed out.");
    assert_eq!(chromium.the_cookie()["name"], "__Host-session");
}

/// A browser that ends when this is dropped.
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
        let chromium = Chromium {
            driver,
            client,
            session: format!("{base}/{id}"),
        };
        // The element may be on the next page, which is still loading.
        chromium.post("timeouts", &json!({ "implicit": 10_000 }));
        chromium
    }

    fn open(&self, url: &str) {
        self.post("url", &json!({ "url": url }));
    }

    /// Waits for this message above the page.
    fn sees(&self, message: &str) {
        let path = format!("//main/p[@role='status' and .='{message}']");
        self.post("element", &json!({"using": "xpath", "value": path}));
    }

    /// Asserts that one cookie holds the whole session.
    fn the_cookie(&self) -> Value {
        match &self.cookies()[..] {
            [cookie] => cookie.clone(),
            cookies => panic!("not one cookie: {cookies:?}"),
        }
    }

    fn cookies(&self) -> Vec<Value> {
        self.get("cookie").as_array().unwrap().clone()
    }

    fn set_cookie(&self, name: &str, value: &str) {
        let cookie = json!({
            "name": name, "value": value, "path": "/", "secure": true, "httpOnly": true, "sameSite": "Lax",
        });
        self.post("cookie", &json!({ "cookie": cookie }));
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

/// The code of the key in WebDriver.
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
