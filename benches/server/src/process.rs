//! The CPU time that programs have used, and one request by hand.

use std::{
    error::Error,
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use hardtack_scenarios::Program;

/// Returns the seconds of CPU time that a program and its children have used, in user and kernel mode.
pub(crate) fn cpu(program: &Program) -> Result<f64, Box<dyn Error>> {
    let id = program.id().to_string();
    let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
    let ids = children.split_whitespace().chain([id.as_str()]);
    let ticks = ids.map(ticks).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// Returns the CPU time of one process, and of those of its children that have ended.
fn ticks(id: &str) -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat"))?;
    // The second field is a name in parentheses, and may contain spaces. utime, stime, cutime and cstime are the
    // fields 14 to 17.
    let (_, after_name) = stat.rsplit_once(") ").ok_or("no name in stat")?;
    let mut ticks = 0.0;
    for field in after_name.split(' ').skip(11).take(4) {
        ticks += field.parse::<f64>()?;
    }
    Ok(ticks)
}

/// Returns the response to one GET request.
pub(crate) fn get(host: &str, path: &str, cookie: &str) -> Result<String, Box<dyn Error>> {
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nCookie: {cookie}\r\n\r\n"
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}

/// `sysconf(_SC_CLK_TCK)`, which is 100 on common Linux systems.
const TICKS_PER_SECOND: f64 = 100.0;
