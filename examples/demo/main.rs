//! A web site whose sessions live in one sealed cookie: pages for people, and the same session as JSON
//! under `/api` for scripts. `cargo run --example demo -- --help` lists the flags.

mod api;
mod clock;
mod device;
mod flags;
mod guard;
mod hooks;
mod html;
mod keys;
mod pages;
mod site;
mod texts;

use std::{
    env,
    error::Error,
    io::{self, Write},
    net::Ipv4Addr,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use tokio::{net::TcpListener, signal};

use crate::{
    flags::{Command, Flags, HELP},
    site::Site,
};

#[tokio::main]
async fn main() -> ExitCode {
    let site = match Flags::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Command::Run(flags)) => Site::build(flags),
        Err(refused) => Err(refused),
    };
    match site {
        Ok(site) => served(serve(site).await),
        Err(Refused(sentence)) => {
            eprintln!("error: {sentence}");
            ExitCode::from(2)
        }
    }
}

async fn serve(mut site: Site) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, site.port)).await;
    let listener = listener.map_err(|error| {
        let sentence = format!("cannot listen on 127.0.0.1:{}: {error}", site.port);
        io::Error::new(error.kind(), sentence)
    })?;
    site.port = listener.local_addr()?.port();
    announce(site.port)?;
    let site = Arc::new(site);
    let app = Router::new()
        .nest("/api", api::router(&site))
        .merge(device::router(&site))
        .merge(pages::router(&site));
    let serving = axum::serve(listener, app).with_graceful_shutdown(interrupted());
    tokio::select! {
        ended = serving.into_future() => ended,
        () = patience() => Ok(()),
    }
}

fn announce(port: u16) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://127.0.0.1:{port}")?;
    out.flush()?;
    eprintln!("open http://127.0.0.1:{port}/ in a browser, or ask /api/session; Ctrl-C ends");
    Ok(())
}

/// Resolves when Ctrl-C is pressed.
async fn interrupted() {
    // Without that signal the server runs until it is killed.
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Resolves when requests under way at Ctrl-C have had time to finish.
async fn patience() {
    interrupted().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
}

fn served(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// A command line or a configuration that is refused, with the reason.
pub(crate) struct Refused(String);

impl Refused {
    pub(crate) fn from_error(error: impl Error) -> Refused {
        Refused(error.to_string())
    }
}
