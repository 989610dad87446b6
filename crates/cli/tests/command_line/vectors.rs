//! The test vectors of the format, through the command line.

use std::{env, sync::Mutex, thread};

use serde_json::{Value, json};

use crate::desk::Desk;

#[test]
fn inspect_agrees_with_the_second_implementation() {
    let file: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/open.json")).unwrap();
    let vectors: Vec<_> = file["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|vector| can_be_asked(vector))
        .collect();
    assert!(vectors.len() > 480, "{}", vectors.len());
    // A quarter of them, or all in the gate, because each starts a process.
    let step = if env::var_os("ALL_CASES").is_some() {
        1
    } else {
        4
    };
    let queue = Mutex::new(vectors.into_iter().step_by(step));
    let work = || {
        let desk = Desk::new();
        while let Some(vector) = { queue.lock().unwrap().next() } {
            check(&desk, vector);
        }
    };
    thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(work))));
}

/// Whether a command line can have its context, and a `Cookie` field its values.
fn can_be_asked(vector: &Value) -> bool {
    let mut candidates = vector["candidates"].as_array().unwrap().iter();
    let is_value = |value: &Value| {
        let value = value.as_str().unwrap();
        !value.contains([';', '"', '\n']) && value.trim() == value
    };
    let has_calendar = vector["now"].as_u64().unwrap() < 250_000_000_000;
    let mut context = vector["context"].as_array().unwrap().iter();
    // No hook is asked.
    let has_hook = !vector["policy"]["revoked"].is_null();
    // Shown as JSON, it nests deeper than the reader of this test goes.
    let is_too_deep = vector["name"]
        .as_str()
        .is_some_and(|name| name.contains("maps inside a key, 6"));
    has_calendar
        && !has_hook
        && !is_too_deep
        && candidates.all(is_value)
        && context.all(|pair| !pair[0].as_str().unwrap().contains('='))
}

fn check(desk: &Desk, vector: &Value) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    desk.write("keys", text(&vector["ring"]));
    let (kind, name) = (
        text(&vector["purpose"]["kind"]),
        text(&vector["purpose"]["name"]),
    );
    let candidates = vector["candidates"].as_array().unwrap().iter().map(text);
    let input = if kind == "cookie" {
        let parts = vector["parts"].as_array().into_iter().flatten();
        let parts = parts.map(|part| format!("{name}.{}={}", part[0], text(&part[1])));
        let pairs = candidates.map(|value| format!("{name}={value}"));
        pairs.chain(parts).collect::<Vec<_>>().join("; ")
    } else {
        candidates.collect()
    };
    let option = if kind == "cookie" { "name" } else { &kind };
    let mut words = vec![
        "inspect".to_owned(),
        "--json".to_owned(),
        "--show-id".to_owned(),
        "--keys=keys".to_owned(),
        format!("--{option}={name}"),
        format!("--at={}", time(&vector["now"])),
    ];
    let policy = &vector["policy"];
    let seconds = |value: &Value| value.as_u64().map(|seconds| format!("{seconds}s"));
    let idle = seconds(&policy["idle"]).unwrap_or("off".to_owned());
    words.push(format!("--idle-timeout={idle}"));
    words.extend(
        seconds(&policy["absolute"]).map(|duration| format!("--absolute-timeout={duration}")),
    );
    words.extend(
        seconds(&policy["remember_up_to"]).map(|duration| format!("--remember-up-to={duration}")),
    );
    let remembered_idle = seconds(&policy["remembered_idle"]);
    words.extend(remembered_idle.map(|duration| format!("--remembered-idle-timeout={duration}")));
    words.extend(seconds(&policy["skew"]).map(|duration| format!("--clock-skew={duration}")));
    if !policy["not_before"].is_null() {
        words.push(format!("--not-before={}", time(&policy["not_before"])));
    }
    for (option, label) in [("application", "application"), ("type", "type_label")] {
        words.extend(
            vector[label]
                .as_str()
                .map(|label| format!("--{option}={label}")),
        );
    }
    for pair in vector["context"].as_array().unwrap() {
        words.push(format!("--context={}={}", text(&pair[0]), text(&pair[1])));
    }
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let ran = desk.run_words_on(&input, &words);
    let shown: Value =
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{vector}: {}", ran.err));
    assert_eq!(
        (&shown["carrier"], &shown["name"]),
        (&json!(kind), &json!(name))
    );
    compare(vector, &shown);
}

fn compare(vector: &Value, shown: &Value) {
    let expect = &vector["expect"];
    if let Some(reason) = expect["rejected"].as_str() {
        // The program does not know which type the application expects, so a typed payload is only shown.
        let is_typed = shown["tokens"][0]["schema"].as_u64() > Some(0);
        let expects_a_type = vector["expects"] != "dictionary";
        if !(reason == "Payload" && (is_typed || expects_a_type)) {
            assert_eq!(shown["reason"], *reason, "{vector}\n{shown}");
        }
        // Of tokens that no program of ours seals, which no transcript has.
        for (of, words) in [
            ("Malformed", "a session bound to a device"),
            ("Payload", "its content is not a dictionary"),
            ("TooLong", "longer than any token"),
        ] {
            let told = &shown["tokens"][0];
            let explanation = told["explanation"].as_str().unwrap_or_default();
            assert!(
                told["reason"] != of || explanation.contains(words),
                "{shown}"
            );
        }
        return;
    }
    let expect = &expect["opened"];
    assert_eq!(
        (&shown["opens"], &shown["reason"]),
        (&json!(true), &json!(null)),
        "{vector}\n{shown}"
    );
    // Which of several values: the first of those that are the same counts.
    let candidates = vector["candidates"].as_array().unwrap();
    let wanted = &candidates[expect["index"].as_u64().unwrap() as usize];
    let mut distinct: Vec<&Value> = Vec::new();
    for candidate in candidates {
        if !distinct.contains(&candidate) {
            distinct.push(candidate);
        }
    }
    let index = distinct.iter().position(|value| *value == wanted).unwrap();
    let found = &shown["tokens"][index];
    let schema = if expect["schema"].is_null() {
        json!(0)
    } else {
        expect["schema"].clone()
    };
    for (field, wanted) in [
        ("key_id", expect["key_id"].clone()),
        ("under_sealing_key", json!(expect["under"] == "sealing")),
        ("created_at", json!(time(&expect["issued"]))),
        ("last_active_at", json!(time(&expect["last_active"]))),
        ("limit", expect["limit"].clone()),
        ("remembered", expect["remembered"].clone()),
        (
            "flash",
            json!(!expect["flash"].as_array().unwrap().is_empty()),
        ),
        ("schema", schema.clone()),
        ("id", expect["sid"].clone()),
    ] {
        assert_eq!(found[field], wanted, "{field}: {vector}\n{found}");
    }
    if schema != 0 {
        assert_eq!(found["payload_hex"], expect["payload"], "{vector}\n{found}");
    } else if expect["payload"] == "" {
        // Where a type is expected, the vector has its empty value.
        assert_eq!(found["payload"], json!({}), "{vector}\n{found}");
    } else if !expect["data"].is_null() {
        let payload = without_hex(&found["payload"]);
        assert_eq!(payload, expect["data"], "{vector}\n{found}");
    }
}

/// Bytes as the vectors have them: the array of their numbers.
fn without_hex(value: &Value) -> Value {
    if let Some(hex) = value["$hex"].as_str() {
        let bytes = (0..hex.len()).step_by(2);
        return bytes
            .map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap())
            .collect();
    }
    match value {
        Value::Array(list) => list.iter().map(without_hex).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), without_hex(value)))
            .collect(),
        other => other.clone(),
    }
}

fn time(seconds: &Value) -> String {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds.as_u64().unwrap());
    humantime::format_rfc3339_seconds(time).to_string()
}
