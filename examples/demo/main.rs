//! A web site whose sessions live in one sealed cookie: pages for people, and the same session as JSON
//! under `/api` for scripts. `cargo run --example demo -- --help` lists the flags.

mod api;
mod clock;
mod device;
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
    sync::Arc,
    time::Duration,
};

use axum::{Router, extract::Request};
use tokio::{net::TcpListener, signal};
use tower::{ServiceExt, service_fn};

use crate::{
    flags::{Command, Flags},
    site::Site,
};

#[tokio::main]
async fn main() -> ExitCode {
    let sites = match Flags::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => {
            print!("{}", flags::help());
            return ExitCode::SUCCESS;
        }
        Ok(Command::Run(flags)) => Site::build(*flags),
        Err(refused) => Err(refused),
    };
    let (result, code) = match sites {
        Ok(sites) => (serve(sites).await.map_err(Into::into), ExitCode::FAILURE),
        Err(refused) => (Err(refused), ExitCode::from(2)),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            code
        }
    }
}

async fn serve(sites: [Arc<Site>; 4]) -> io::Result<()> {
    let port = sites[0].flags.port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|error| {
        let sentence = format!("cannot listen on 127.0.0.1:{port}: {error}");
        io::Error::new(error.kind(), sentence)
    })?;
    let port = listener.local_addr()?.port();
    sites[0].listens_on(port);
    announce(port)?;
    let serving =
        axum::serve(listener, router_for(sites)).with_graceful_shutdown(wait_for_ctrl_c());
    tokio::select! {
        ended = serving.into_future() => ended,
        () = wait_for_the_deadline() => Ok(()),
    }
}

/// Leads each request to the site with the settings that are switched on.
fn router_for(sites: [Arc<Site>; 4]) -> Router {
    let first = Arc::clone(&sites[0]);
    let routers = sites.map(|site| routes::all(&site));
    Router::new().fallback_service(service_fn(move |request: Request| {
        routers[first.current_site()].clone().oneshot(request)
    }))
}

fn announce(port: u16) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "listening on http://127.0.0.1:{port}")?;
    out.flush()?;
    eprintln!("open http://127.0.0.1:{port}/ in a browser, or ask /api/session; Ctrl-C ends");
    Ok(())
}

async fn wait_for_ctrl_c() {
    // Without that signal the server runs until it is killed.
    if signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}

/// Gives requests under way at Ctrl-C three seconds to finish.
async fn wait_for_the_deadline() {
    wait_for_ctrl_c().await;
    tokio::time::sleep(Duration::from_secs(3)).await;
}

/// A command line or a configuration that is refused.
type Refused = Box<dyn Error>;
