//! Rotations over several instances and restarts.

use hardtack_scenarios::{Server, Site, answers_the_table};
use serde_json::json;

use crate::demo::{Page, encryption_key, id_of, signing_key, start_with};

#[test]
fn the_demo_answers_the_table() {
    answers_the_table(Site::Demo, |ring| {
        let demo = start_with(ring, "");
        Server::at(demo.base().to_owned(), demo)
    });
}

#[test]
fn instances_that_share_the_keys_answer_in_turn() {
    let keys = encryption_key();
    let demos = [start_with(&keys, ""), start_with(&keys, "")];
    let mut browser = demos[0].clone().signed_in("Ada");
    for visit in 1..=10 {
        browser = browser.at(&demos[visit as usize % 2]);
        let page = browser.count();
        assert_eq!(page.visits(), Some(visit));
    }
}

#[test]
fn a_restart_with_a_rotated_ring_keeps_the_session_and_seals_it_again() {
    let (old, new) = (encryption_key(), encryption_key());
    let before = start_with(&old, "").signed_in("Ada");
    let browser = before.at(&start_with(&format!("{new},{old}"), ""));
    let answer = browser.get("/api/session");
    let session = answer.json();
    assert_eq!(session["outcome"], "opened-under-accepted-key");
    assert_eq!(session["key_id"], id_of(&old));
    assert_eq!(answer.set_cookies().len(), 1);
    let again = browser.get("/api/session");
    assert_eq!(again.json()["outcome"], "opened");
    assert_eq!(again.json()["key_id"], id_of(&new));
    assert!(again.set_cookies().is_empty());
    for kept in ["id", "created_at", "data"] {
        assert_eq!(again.json()[kept], session[kept]);
    }
    assert_eq!(browser.count().visits(), Some(1));
}

#[test]
fn a_restart_without_the_old_key_is_a_new_session_and_deletes_nothing() {
    let (old, new) = (encryption_key(), encryption_key());
    let before = start_with(&old, "").signed_in("Ada");
    let browser = before.at(&start_with(&new, ""));
    let answer = browser.get("/api/session");
    assert_eq!(answer.status, 200);
    assert!(answer.set_cookies().is_empty());
    let session = browser.session();
    assert_eq!(
        (&session["new"], &session["reason"]),
        (&json!(true), &json!("UnknownKey"))
    );
    assert_eq!(session["key_id"], id_of(&old));
    // With the key back, the session opens again.
    let browser = browser.at(&start_with(&old, ""));
    assert_eq!(browser.count().visits(), Some(1));
}

#[test]
fn a_ring_is_replaced_while_the_program_runs() {
    let (old, new) = (encryption_key(), encryption_key());
    let browser = start_with(&old, "").signed_in("Ada");
    let before = browser.get("/api/keys").json();
    assert_eq!(before["seals"], id_of(&old));

    let ring = json!({ "ring": format!("{new},{old}") });
    assert_eq!(browser.put("/api/keys", ring).status, 204);
    let after = browser.get("/api/keys").json();
    assert_eq!(after["seals"], id_of(&new));
    let mut accepted = [id_of(&new), id_of(&old)];
    accepted.sort();
    let mut told: Vec<_> = after["accepts"].as_array().unwrap().clone();
    told.sort_by_key(ToString::to_string);
    assert_eq!(json!(told), json!(accepted));
    assert_ne!(after["fingerprint"], before["fingerprint"]);
    assert_eq!(after["fingerprint"].as_str().unwrap().len(), 16);

    assert_eq!(browser.session()["outcome"], "opened-under-accepted-key");
    assert_eq!(browser.session()["outcome"], "opened");
}

#[test]
fn a_ring_that_is_refused_leaves_the_old_one_in_use() {
    let browser = start_with(&encryption_key(), "").signed_in("Ada");
    let before = browser.get("/api/keys").json();
    let twice = encryption_key();
    for ring in ["", "nonsense", &signing_key(), &format!("{twice},{twice}")] {
        let answer = browser.put("/api/keys", json!({ "ring": ring }));
        assert_eq!(answer.status, 422);
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(!error.contains(&twice[25..60]));
    }
    assert_eq!(browser.get("/api/keys").json(), before);
    assert_eq!(browser.session()["outcome"], "opened");
}

#[test]
fn keys_take_their_turns_by_the_clock() {
    let (old, new) = (encryption_key(), encryption_key());
    let ring =
        format!("{old} accept_until=2027-01-16T12:00:00Z,{new} seal_from=2027-01-15T12:00:00Z");
    let browser = start_with(&ring, "--clock 1800014399");
    let at = |now: u64| {
        browser.put("/api/clock", json!({ "now": now }));
        browser.get("/api/keys").json()
    };
    assert_eq!(at(1_800_014_399)["seals"], id_of(&old));
    assert_eq!(at(1_800_014_400)["seals"], id_of(&new));
    assert_eq!(at(1_800_100_799)["accepts"].as_array().unwrap().len(), 2);
    assert_eq!(at(1_800_100_800)["accepts"], json!([id_of(&new)]));
}
