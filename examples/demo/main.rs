//! A web site whose sessions live in one sealed cookie: pages for people, and the same session as JSON
//! under `/api` for scripts. `cargo run --example demo -- --help` lists the flags.

mod api;
mod clock;
mod errors;
mod flags;
mod hooks;
mod keys;
mod pages;
mod routes;
mod site;
mod texts;

use std::{
    env,
    error::Error,
    io::{self, Write},
    net::Ipv4Addr,
    process::ExitCode,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{Router, extract::Request};
use tokio::{net::TcpListener, signal};
use tower::{ServiceExt, service_fn};

use crate::{flags::Flags, site::Site};

/// A command line or a configuration that is refused.
type Refused = Box<dyn Error>;

#[tokio::main]
async fn main() -> ExitCode {
    let site = match Flags::parse(env::args_os().skip(1)) {
        Ok(Some(flags)) => Site::build(flags),
        Ok(None) => {
            print!("{}", flags::help());
            return ExitCode::SUCCESS;
        }
        Err(refused) => Err(refused),
    };
    let (error, code): (Refused, u8) = match site {
        Ok(site) => match serve(site).await {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => (error.into(), 1),
        },
        Err(refused) => (refused, 2),
    };
    eprintln!("error: {error}");
    ExitCode::from(code)
}

async fn serve(site: Arc<Site>) -> io::Result<()> {
    let port = site.flags.port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|error| {
        let sentence = format!("cannot listen on 127.0.0.1:{port}: {error}");
        io::Error::new(error.kind(), sentence)
    })?;
    let port = listener.local_addr()?.port();
    site.listens_on(port);
    println!("listening on http://127.0.0.1:{port}");
    io::stdout().flush()?;
    eprintln!("open http://127.0.0.1:{port}/ in a browser, or ask /api/session; Ctrl-C ends");
    // The router of the settings that are switched on.
    let router = service_fn(move |request: Request| site.router().oneshot(request));
    let router = Router::new().fallback_service(router);
    tokio::select! {
        // The signal is awaited before the first request is answered.
        biased;
        // Without that signal the server runs until it is killed.
        Ok(()) = signal::ctrl_c() => Ok(()),
        ended = axum::serve(listener, router).into_future() => ended,
    }
}

/// Locks a value that no panic can leave half changed.
fn lock<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}
