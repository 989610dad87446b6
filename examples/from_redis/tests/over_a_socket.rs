//! Visitors who signed in before the move, with their sessions in a real Redis. Needs the Debian package `redis-server`.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    process::Command,
};

use hardtack_scenarios::{Client, Program, Server, free_ports};

/// A Redis that writes nothing to the disk.
struct Redis {
    _program: Program,
    port: u16,
}

impl Redis {
    fn start() -> Redis {
        let [port] = free_ports();
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--save", "", "--appendonly", "no"]);
        let (_program, _) = Program::until_line(&mut command, "Ready to accept connections");
        Redis { _program, port }
    }

    /// Returns the number of sessions in the store.
    fn sessions(&self) -> String {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        connection.write_all(b"DBSIZE\r\n").unwrap();
        let mut answer = String::new();
        BufReader::new(connection).read_line(&mut answer).unwrap();
        answer.trim_start_matches(':').trim_end().to_owned()
    }

    fn program(&self, name: &str) -> Client {
        let mut program = Command::new(env!("CARGO_BIN_EXE_hardtack-from-redis"));
        let url = format!("redis://127.0.0.1:{}", self.port);
        Client::of(Server::spawn(
            program.args([name, "0"]).env("REDIS_URL", url),
        ))
    }

    /// Returns a visitor who signed in at the program of before, and now meets the one of the move.
    fn moving(&self, user: &str) -> Client {
        let visitor = self.program("before");
        visitor.form("/sign-in", &[("name", user)]);
        assert_eq!(self.sessions(), "1");
        visitor.at(&self.program("move"))
    }
}

fn names(visitor: &Client) -> Vec<String> {
    visitor.browser().cookies().into_keys().collect()
}

#[test]
fn a_visitor_stays_signed_in_and_the_old_session_ends() {
    let redis = Redis::start();
    let visitor = redis.moving("ada");
    let copy = visitor.copy();
    assert_eq!(names(&visitor), ["id"]);
    for _ in 0..2 {
        assert_eq!(visitor.get("/").status, 200);
        assert_eq!(names(&visitor), ["__Host-session"]);
        assert_eq!(redis.sessions(), "0");
    }
    assert_eq!(copy.get("/").status, 401);
}

#[test]
fn a_page_that_fails_moves_nobody_and_signs_nobody_out() {
    let redis = Redis::start();
    let visitor = redis.moving("ada");
    assert_eq!(visitor.get("/broken").status, 500);
    assert_eq!(names(&visitor), ["id"]);
    assert_eq!(redis.sessions(), "1");
    assert_eq!(visitor.get("/").status, 200);
}

#[test]
fn a_sign_out_is_one_of_both_sessions() {
    let redis = Redis::start();
    for is_moved in [true, false] {
        let visitor = redis.moving("ada");
        if is_moved {
            assert_eq!(visitor.get("/").status, 200);
        }
        visitor.form("/sign-out", &[]);
        assert_eq!(redis.sessions(), "0");
        assert_eq!(visitor.get("/").status, 401);
    }
}

#[test]
fn a_user_who_is_gone_and_a_forged_session_are_not_brought_over() {
    let redis = Redis::start();
    let gone = redis.moving("bob");
    assert_eq!(gone.get("/").status, 401);
    assert_eq!(redis.sessions(), "0");
    let stranger = gone.stranger();
    stranger.browser().set("id", "forged");
    assert_eq!(stranger.get("/").status, 401);
}

#[test]
fn visitors_without_an_old_session_need_no_redis() {
    let redis = Redis::start();
    let moved = redis.moving("ada");
    assert_eq!(moved.get("/").status, 200);
    drop(redis);
    assert_eq!(moved.get("/").status, 200);
    assert_eq!(moved.stranger().get("/").status, 401);
}
