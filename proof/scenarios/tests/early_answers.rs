//! What the client reads of a server that answers early.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use hardtack_scenarios::{Client, Method};

#[test]
fn an_answer_to_the_head_is_read_although_the_server_takes_no_body() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let browser = Client::of_url(&format!("http://{}", listener.local_addr().unwrap()));
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 4]).unwrap();
        let answer = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 5\r\n\r\nlong\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let upload = browser.request(Method::POST, "/");
    let answer = browser.send(upload.body(vec![b'x'; 30_000_000]));
    assert_eq!((answer.status, &*answer.text), (413, "long\n"));
    server.join().unwrap();
}
