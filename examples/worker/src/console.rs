//! Events in the console, which `wrangler tail` shows. Standard error goes nowhere in a Worker.

use std::io::{Result, Write};

use tracing_subscriber::fmt;
use worker::console_log;

/// Begins to write the events of this instance, from level info on.
pub(crate) fn listen() {
    // A Worker has no clock that a subscriber could ask, and the console adds the time.
    let events = fmt().without_time().with_ansi(false);
    let _ = events.with_writer(|| Line(Vec::new())).try_init();
}

/// One event, written when it is whole.
struct Line(Vec<u8>);

impl Write for Line {
    fn write(&mut self, text: &[u8]) -> Result<usize> {
        self.0.write(text)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        console_log!("{}", String::from_utf8_lossy(&self.0).trim_end());
    }
}
