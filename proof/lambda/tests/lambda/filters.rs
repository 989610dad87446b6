//! The filters for logs of docs/deployments.md, and the lines that a function writes.

use std::{
    future::ready,
    io,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::RingKey};
use lambda_http::tracing::subscriber::{fmt, util::SubscriberInitExt};
use serde_json::Value;

/// Lines as `lambda_http` writes them with `AWS_LAMBDA_LOG_FORMAT=JSON`.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn told_by(work: impl FnOnce()) -> Vec<Value> {
        let lines = Lines::default();
        let writer = lines.clone();
        let format = fmt().with_target(false).without_time();
        let format = format.with_writer(move || writer.clone()).json();
        let told = format.set_default();
        work();
        drop(told);
        let lines = lines.0.lock().unwrap();
        let lines = String::from_utf8_lossy(&lines);
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }
}

/// Returns `true` if a filter such as `{ $.level = "ERROR" && $.fields.message != "x*" }` matches a line.
fn matches(filter: &str, line: &Value) -> bool {
    let terms = filter.trim_start_matches("{ ").trim_end_matches(" }");
    terms.split(" && ").all(|term| {
        let [path, operator, pattern] = *term.splitn(3, ' ').collect::<Vec<_>>() else {
            panic!("{term}")
        };
        let path = path.trim_start_matches('$').replace('.', "/");
        let Some(value) = line.pointer(&path).and_then(Value::as_str) else {
            return false;
        };
        let pattern = pattern.trim_matches('"');
        let is_like = match pattern.strip_suffix('*') {
            Some(begins) => value.starts_with(begins),
            None => value == pattern,
        };
        is_like == (operator == "=")
    })
}

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + second)
}

/// A session that began at a second.
fn begun(cookie: &SessionCookie, second: u64) -> String {
    let field = cookie.cookie_for(at(second), |session| session.insert("user", 42));
    field.unwrap()
}

#[test]
fn each_filter_matches_a_line_of_its_incident_and_none_of_an_ordinary_day() {
    let page = include_str!("../../../../docs/deployments.md");
    let (_, table) = page.split_once("| What | Rust | JavaScript |").unwrap();
    let rows = table.lines().skip(2).take_while(|row| !row.is_empty());
    let filters: Vec<_> = rows
        .map(|row| row.split('|').nth(2).unwrap().trim().trim_matches('`'))
        .collect();
    assert_eq!(filters.len(), 7);

    let [text, next] = [(); 2].map(|()| EncryptionKey::generate().unwrap().expose_secret());
    let alone = |text: &str| {
        let key: EncryptionKey = text.parse().unwrap();
        SessionCookie::encrypted(key)
            .application("shop")
            .build()
            .unwrap()
    };
    let old = alone(&text);
    let foreign = alone(&EncryptionKey::generate().unwrap().expose_secret());
    let mut cookie = None;
    let ordinary = Lines::told_by(|| {
        let keys = [&text, &next].map(|text| text.parse::<EncryptionKey>().unwrap());
        let [key, next] = keys.map(RingKey::from);
        let ring = KeyRing::from_keys([key, next.seal_from(at(0))]).unwrap();
        let built = SessionCookie::encrypted(ring).application("shop");
        let built = built.revalidate_after(Duration::from_secs(600), |_| ready(Err("no database")));
        let built = built.build().unwrap();
        let _ = built.load([&begun(&built, 0)], at(1)).is_new();
        cookie = Some(built);
    });
    assert_eq!(ordinary.len(), 1, "{ordinary:?}");
    let cookie = cookie.unwrap();
    let incidents = Lines::told_by(|| {
        let visit = |pair: &str, second| {
            let session = cookie.load([pair], at(second));
            let _ = session.is_new();
            session
        };
        visit(&begun(&cookie, 86_400), 2);
        visit(&begun(&foreign, 4), 4);
        visit(&begun(&old, 100), 100);
        for _ in 0..10 {
            visit(&begun(&cookie, 0), 1_900);
        }
        let session = visit(&begun(&cookie, 0), 700);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(session.validate()).unwrap_err();
    });
    for filter in filters {
        let mut all = ordinary.iter().chain(&incidents);
        assert!(
            all.any(|line| matches(filter, line)),
            "{filter}: {incidents:#?}"
        );
        let mut right = ordinary[0].clone();
        right["fields"]["settings_fingerprint"] = "331a75f197d27245".into();
        right["fields"]["fingerprint"] = "1b9f4e2d60c8a573".into();
        assert!(!matches(filter, &right), "{filter}");
    }
}
