//! A web site whose sessions live in one sealed cookie: pages for people, and the same session as JSON
//! under `/api` for scripts. `cargo run --example demo -- --help` lists the flags.

mod api;
mod choices;
mod clock;
mod device;
mod flags;
mod guard;
mod hooks;
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

use axum::{Router, extract::Request};
use tokio::{net::TcpListener, signal};
use tower::{ServiceExt, service_fn};

use crate::{
    flags::{Command, Flags, HELP},
    site::Site,
};

#[tokio::main]
async fn main() -> ExitCode {
    let sites = match Flags::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Ok(Command::Run(flags)) => Site::build(flags),
        Err(refused) => Err(refused),
    };
    match sites {
        Ok(sites) => served(serve(sites).await),
        Err(Refused(sentence)) => {
            eprintln!("error: {sentence}");
            ExitCode::from(2)
        }
    }
}

async fn serve(sites: Vec<Site>) -> io::Result<()> {
    let port = sites[0].port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|error| {
        let sentence = format!("cannot listen on 127.0.0.1:{port}: {error}");
        io::Error::new(error.kind(), sentence)
    })?;
    let port = listener.local_addr()?.port();
    announce(port)?;
    let serving =
        axum::serve(listener, switchboard(sites, port)).with_graceful_shutdown(interrupted());
    tokio::select! {
        ended = serving.into_future() => ended,
        () = patience() => Ok(()),
    }
}

/// Leads each request to the site under the choice in use.
fn switchboard(sites: Vec<Site>, port: u16) -> Router {
    let choices = sites[0].choices.clone();
    let apps: Vec<_> = sites.into_iter().map(|site| app(site.at(port))).collect();
    Router::new().fallback_service(service_fn(move |request: Request| {
        apps[choices.current()].clone().oneshot(request)
    }))
}

fn app(site: Site) -> Router {
    let site = Arc::new(site);
    Router::new()
        .nest("/api", api::router(&site))
        .merge(device::router(&site))
        .merge(pages::router(&site))
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
