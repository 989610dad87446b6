//! AWS Lambda without a framework: the layer around one function.
//!
//! The function's environment has the settings: `SESSION_KEYS`, and any other of docs/settings.md with the prefix
//! `SESSION_`. Every instance needs the same keys, so none are made here.
//!
//! ```text
//! cargo lambda build --release --manifest-path examples/lambda/Cargo.toml --example tower
//! cargo lambda deploy tower
//! # then set SESSION_KEYS to the output of `hardtack keygen`, in the console or from a secret, not in a command line
//! ```

use hardtack::{Session, SessionLayer, SessionSettings, csrf::CsrfGuard};
use hardtack_frameworks as site;
use lambda_http::{Body, Error, Request, Response, service_fn, tower::Layer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    // Keys are derived here, once for each instance, and not in requests.
    let cookie = SessionSettings::from_env_prefix("SESSION_")?.build()?;
    let layer = SessionLayer::new(cookie);
    let guard = CsrfGuard::new().origin_check_only(); // refuses forms from other sites
    lambda_http::run(layer.layer(guard.layer(service_fn(answer)))).await
}

async fn answer(request: Request) -> Result<Response<Body>, Error> {
    let session: Session = Session::from_extensions(request.extensions()).await?;
    let text = match (request.method().as_str(), request.uri().path()) {
        ("POST", "/sign-in") => {
            let form = request.body().as_ref();
            let name = form.strip_prefix(b"name=").unwrap_or_default();
            site::sign_in(&session, &String::from_utf8_lossy(name))
        }
        ("POST", "/count") => site::count(&session),
        ("POST", "/sign-out") => site::sign_out(&session),
        _ => site::home(&session),
    };
    Ok(match text {
        Ok(text) => Response::new(text.into()),
        // A 5xx status drops the changes.
        Err(error) => {
            // The sentence is for the log, not for the visitor.
            lambda_http::tracing::error!("{error}");
            Response::builder()
                .status(500)
                .body("server error".into())?
        }
    })
}
