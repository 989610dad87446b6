//! Three devices of one user, and one of another, over a socket.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{process::Command, thread, time::Duration};

use hardtack_scenarios::{Client, Method, Server, fresh_key};

fn start() -> Client {
    let mut program = Command::new(env!("CARGO_BIN_EXE_hardtack-sign-ins"));
    Client::of(Server::spawn(program.arg("0")))
}

/// Signs in at a device of this name.
fn signed_in(site: &Client, user: &str, device: &str) -> Client {
    let browser = site.stranger();
    let form = browser
        .request(Method::POST, "/sign-in")
        .form(&[("name", user)]);
    let page = browser.send(form.header("user-agent", device));
    assert!(page.has(&format!("{device} (this one)")), "{}", page.text);
    browser
}

/// The ids and the names of the devices on the page.
fn devices(browser: &Client) -> Vec<(String, String)> {
    let page = browser.get("/").text;
    let rows = page.lines().skip(1).map(|row| row.split_once(' ').unwrap());
    rows.map(|(id, device)| (id.to_owned(), device.to_owned()))
        .collect()
}

fn names(browser: &Client) -> Vec<String> {
    let mut names: Vec<_> = devices(browser).into_iter().map(|(_, name)| name).collect();
    names.sort();
    names
}

#[test]
fn one_device_signs_another_out_and_every_copy_of_its_cookie() {
    let site = start();
    let [laptop, phone, tablet] =
        ["laptop", "phone", "tablet"].map(|device| signed_in(&site, "ada", device));
    assert_eq!(names(&laptop), ["laptop (this one)", "phone", "tablet"]);
    let copy = phone.copy();
    let (id, _) = devices(&laptop)
        .into_iter()
        .find(|(_, name)| name == "phone")
        .unwrap();
    laptop.form("/end", &[("id", &id)]);
    assert_eq!(names(&laptop), ["laptop (this one)", "tablet"]);
    for ended in [&phone, &copy] {
        assert_eq!(ended.get("/").status, 401);
    }
    assert_eq!(tablet.get("/").status, 200);
}

#[test]
fn a_device_that_signs_out_leaves_the_list_and_signs_in_as_a_new_one() {
    let site = start();
    let [laptop, phone] = ["laptop", "phone"].map(|device| signed_in(&site, "ada", device));
    let copy = phone.copy();
    phone.form("/sign-out", &[]);
    assert_eq!(names(&laptop), ["laptop (this one)"]);
    assert_eq!(
        [&phone, &copy].map(|browser| browser.get("/").status),
        [401, 401]
    );
    signed_in(&site, "ada", "phone");
    laptop.form("/sign-in", &[("name", "ada")]);
    assert_eq!(
        devices(&laptop).len(),
        2,
        "a second sign-in replaces the first"
    );
}

#[test]
fn nobody_ends_the_devices_of_another_user() {
    let site = start();
    let [ada, bob] = ["ada", "bob"].map(|user| signed_in(&site, user, "laptop"));
    let (id, _) = devices(&ada).remove(0);
    for id in [&*id, "no id", ""] {
        bob.form("/end", &[("id", id)]);
    }
    assert_eq!([&ada, &bob].map(|browser| devices(browser).len()), [1, 1]);
}

/// Two instances with one table and one key, which ask about each visitor once in a second.
#[test]
fn a_device_that_was_signed_out_elsewhere_is_refused_after_the_duration() {
    let folder = std::env::temp_dir().join(format!("hardtack-sign-ins-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (file, key) = (folder.join("sign-ins.sqlite"), fresh_key());
    let [here, elsewhere] = [(); 2].map(|()| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_hardtack-sign-ins"));
        let program = program.arg("0").arg(&file).arg("1");
        Client::of(Server::spawn(program.env("SESSION_KEYS", &key)))
    });
    let [laptop, phone] = ["laptop", "phone"].map(|device| signed_in(&here, "ada", device));
    let phone = phone.at(&elsewhere);
    assert_eq!(phone.get("/").status, 200);
    let all = devices(&laptop);
    let (id, _) = all.iter().find(|(_, name)| name == "phone").unwrap();
    laptop.form("/end", &[("id", id)]);
    assert!((0..100).any(|_| {
        thread::sleep(Duration::from_millis(50));
        phone.get("/").status == 401
    }));
    let laptop = laptop.at(&elsewhere);
    assert_eq!(laptop.get("/").status, 200);
    std::fs::remove_dir_all(folder).unwrap();
}
