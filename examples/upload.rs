//! An upload behind the guard, longer than axum's own limit, and pages for failures that say what to do.
//!
//! `cargo run --example upload`, then open <http://127.0.0.1:3000/>.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Multipart},
    http::StatusCode,
    middleware::map_response,
    response::{Html, IntoResponse, Response, Result},
    routing::{get, post},
};
use hardtack::{
    Session, SessionCookie, SessionError, SessionLayer,
    csrf::{CsrfGuard, CsrfRefusal},
    web::Failure,
};

fn app(cookie: SessionCookie) -> Router {
    Router::new()
        .route("/", get(form))
        // axum's own limit is 2 MB.
        .route("/photo", post(photo).layer(DefaultBodyLimit::max(10 << 20)))
        .route("/cart", post(add))
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie))
        .layer(map_response(page)) // added last, so that it sees every failure
}

/// The token comes before the file: the guard looks for it in the first MiB.
async fn form(session: Session) -> Result<Html<String>, SessionError> {
    let token = session.csrf_token()?;
    Ok(Html(format!(
        r#"<form method="post" action="/photo" enctype="multipart/form-data">
<input type="hidden" name="csrf_token" value="{token}">
<input type="file" name="file"> <button>Send</button>
</form>"#
    )))
}

async fn photo(mut form: Multipart) -> Result<String> {
    let mut bytes = 0;
    while let Some(field) = form.next_field().await? {
        if field.name() == Some("file") {
            bytes += field.bytes().await?.len();
        }
    }
    Ok(format!("{bytes} bytes\n"))
}

async fn add(session: Session, item: String) -> Result<&'static str, SessionError> {
    session.update("cart", |cart: &mut Vec<String>| cart.push(item))?;
    Ok("It is in your cart.")
}

async fn page(response: Response) -> Response {
    Failure::with_page(response, |failure| match failure {
        Failure::Session(SessionError::TooLarge(_)) => {
            (StatusCode::CONFLICT, "Your cart is full.").into_response()
        }
        Failure::Csrf(CsrfRefusal::WrongToken { .. }) => {
            "Please load the page again.".into_response()
        }
        // To load the page again would not help: the page has no token, or has it after the file.
        Failure::Csrf(CsrfRefusal::TooLarge) => "This form is too long.".into_response(),
        Failure::Csrf(_) => "Please use the form on our page.".into_response(),
        _ => "Sorry, that is our fault.".into_response(),
    })
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let cookie = SessionCookie::encrypted(hardtack::EncryptionKey::generate()?).build()?;
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    Ok(axum::serve(listener, app(cookie)).await?)
}
