//! The scenario on the standard library's sockets alone, and servers with faults, each of which it has to notice.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    panic, thread,
    time::SystemTime,
};

use hardtack::{KeyRing, Session, SessionCookie, SessionError};
use hardtack_scenarios::{Server, Site, answers_the_table};

#[test]
fn load_and_save_answer_the_table() {
    answers_the_table(Site::Counter, |ring| serve(ring, Fault::None));
}

#[test]
fn every_fault_is_noticed() {
    let check = |fault, sentence: &str| {
        let told = panic::catch_unwind(|| {
            let mut first = None;
            answers_the_table(Site::Counter, |ring| match fault {
                Fault::OldRing => serve(first.get_or_insert(ring.to_owned()), fault),
                _ => serve(ring, fault),
            });
        });
        let told = told.expect_err("the table has to notice the fault");
        let told = told.downcast_ref::<String>().unwrap();
        assert!(told.contains(sentence), "{told}");
    };
    check(Fault::OldRing, "after a rotation");
    check(Fault::Cached, "at signing in");
    check(Fault::NoVary, "varies on");
    check(Fault::Attributes, "at signing in");
    check(Fault::KeepsTheCookie, "signing out");
    check(Fault::Changes, "before signing in");
    check(Fault::AnyName, "moved to another name");
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// Ignores the ring of a restart.
    OldRing,
    /// Does not forbid caches to store the response.
    Cached,
    /// Does not vary on the cookie.
    NoVary,
    /// Omits `HttpOnly`.
    Attributes,
    /// Does not expire the cookie at signing out.
    KeepsTheCookie,
    /// Writes the session of every request.
    Changes,
    /// Accepts the value under any name.
    AnyName,
}

fn serve(ring: &str, fault: Fault) -> Server {
    let keys: KeyRing = ring.replace(',', "\n").parse().unwrap();
    let cookie = SessionCookie::encrypted(keys).build().unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    // The thread ends with the test.
    thread::spawn(move || {
        for stream in listener.incoming() {
            answer(&cookie, stream.unwrap(), fault);
        }
    });
    Server::at(base, ())
}

fn answer(cookie: &SessionCookie, stream: TcpStream, fault: Fault) {
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    reader.read_line(&mut line).unwrap();
    let mut cookies = Vec::new();
    let mut length = 0;
    loop {
        let mut field = String::new();
        reader.read_line(&mut field).unwrap();
        let Some((name, value)) = field.trim().split_once(": ") else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "cookie" => cookies.push(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut form = vec![0; length];
    reader.read_exact(&mut form).unwrap();
    if fault == Fault::AnyName {
        for field in &mut cookies {
            *field = field.replace("elsewhere=", "__Host-session=");
        }
    }

    let session = cookie.load(&cookies, SystemTime::now());
    if fault == Fault::Changes {
        session.insert("seen", true).unwrap();
    }
    let form = String::from_utf8(form).unwrap();
    let text = respond(&session, line.trim_end_matches(" HTTP/1.1\r\n"), &form).unwrap();
    let fields = cookie.save(&session).unwrap();
    let mut head = String::from("HTTP/1.1 200 OK\r\nConnection: close\r\n");
    for field in &fields {
        let field = match fault {
            Fault::Attributes => field.replace("; HttpOnly", ""),
            Fault::KeepsTheCookie if field.contains("Max-Age=0") => continue,
            _ => field.to_owned(),
        };
        head.push_str(&format!("Set-Cookie: {field}\r\n"));
    }
    head.push_str(match (fields.is_empty(), fault) {
        (true, _) | (_, Fault::Cached) => "Cache-Control: private\r\n",
        _ => "Cache-Control: no-store\r\n",
    });
    if fault != Fault::NoVary {
        head.push_str("Vary: Cookie\r\n");
    }
    let length = text.len();
    write!(&stream, "{head}Content-Length: {length}\r\n\r\n{text}").unwrap();
}

fn respond(session: &Session, request: &str, form: &str) -> Result<String, SessionError> {
    match request {
        "POST /sign-in" => {
            session.renew()?;
            session.insert("user", form.strip_prefix("name="))?;
        }
        "POST /count" => {
            let count: u32 = session.get("count")?.unwrap_or(0);
            session.insert("count", count + 1)?;
        }
        "POST /sign-out" => {
            session.invalidate()?;
        }
        _ => {}
    }
    let user: Option<String> = session.get("user")?;
    let count: u32 = session.get("count")?.unwrap_or(0);
    Ok(format!("{} {count}", user.as_deref().unwrap_or("nobody")))
}
