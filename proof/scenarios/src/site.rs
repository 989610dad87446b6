use serde_json::{Value, json};

use crate::{Answer, Browser, Method, Server};

/// The requests by which a site is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Site {
    /// Four requests, each answered with the name of the user, or `nobody`, and the count: `ada 2`.
    ///
    /// | | |
    /// |---|---|
    /// | `GET /` | changes nothing |
    /// | `POST /sign-in` with the form `name=ada` | begins a session of the user |
    /// | `POST /count` | adds one to the count |
    /// | `POST /sign-out` | invalidates the session |
    Counter,
    /// The JSON interface of `examples/demo`.
    Demo,
}

/// The content of a session as a site shows it, with the response that showed it.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The user and the count: `ada 2`, `nobody 0`.
    pub state: String,
    /// The response.
    pub answer: Answer,
}

impl Site {
    /// Looks at the session without changing it.
    pub fn look(self, browser: &Browser, server: &Server) -> Visitor {
        match self {
            Site::Counter => counter(browser, server, Method::GET, "/", ""),
            Site::Demo => {
                let answer = browser.send(server, Method::GET, "/api/session", JSON, "");
                let session: Value = serde_json::from_str(&answer.text)
                    .unwrap_or_else(|_| panic!("{} is not JSON", answer.text));
                let user = session["data"]["user"].as_str().unwrap_or("nobody");
                let count = session["data"]["count"].as_u64().unwrap_or(0);
                Visitor {
                    state: format!("{user} {count}"),
                    answer,
                }
            }
        }
    }

    /// Signs in.
    pub fn sign_in(self, browser: &Browser, server: &Server, name: &str) -> Visitor {
        match self {
            Site::Counter => {
                let form = format!("name={name}");
                counter(browser, server, Method::POST, "/sign-in", &form)
            }
            Site::Demo => {
                let steps = json!([
                    {"do": "renew"},
                    {"do": "put", "key": "user", "value": name},
                ]);
                self.batch(browser, server, &steps)
            }
        }
    }

    /// Adds one to the count.
    pub fn count(self, browser: &Browser, server: &Server) -> Visitor {
        match self {
            Site::Counter => counter(browser, server, Method::POST, "/count", ""),
            Site::Demo => {
                let before = self.look(&browser.copy(), server).state;
                let count: u64 = before.rsplit(' ').next().unwrap().parse().unwrap();
                let steps = json!([{"do": "put", "key": "count", "value": count + 1}]);
                self.batch(browser, server, &steps)
            }
        }
    }

    /// Signs out.
    pub fn sign_out(self, browser: &Browser, server: &Server) -> Visitor {
        match self {
            Site::Counter => counter(browser, server, Method::POST, "/sign-out", ""),
            Site::Demo => self.batch(browser, server, &json!([{"do": "invalidate"}])),
        }
    }

    /// Sends steps to the demo, then looks with a copy of the browser.
    fn batch(self, browser: &Browser, server: &Server, steps: &Value) -> Visitor {
        let answer = browser.send(server, Method::POST, "/api/batch", JSON, steps.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text);
        let Visitor { state, .. } = self.look(&browser.copy(), server);
        Visitor { state, answer }
    }
}

fn counter(browser: &Browser, server: &Server, method: Method, path: &str, form: &str) -> Visitor {
    let form = form.to_owned();
    let answer = browser.send(server, method, path, FORM, form);
    Visitor {
        state: answer.text.trim_end().to_owned(),
        answer,
    }
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";
