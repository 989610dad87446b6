//! Sessions that are bound to the host of the request, through `axum::serve`: with `Host` over HTTP/1.1, and with an absolute
//! address over HTTP/2.

use std::error::Error;

use axum::{Router, body::Body, routing::get};
use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer};
use hardtack_jar::pair_of;
use hyper::{Request, Version, body::Incoming, client::conn, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

async fn tenants() -> Result<String> {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let sign_in = async |session: Session| session.insert("role", "admin");
    let look = async |session: Session| {
        let role: Option<String> = session.get("role")?;
        Ok::<_, SessionError>(role.unwrap_or_default())
    };
    let app = Router::new()
        .route("/", get(look))
        .route("/sign-in", get(sign_in))
        .layer(SessionLayer::new(cookie).context_by_host());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// Asks the server at an address for a page of a host. Returns the body and the pair that it sets.
async fn ask(
    address: &str,
    version: Version,
    (host, path): (&str, &str),
    cookie: &str,
) -> Result<(String, Option<String>)> {
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    let request = Request::get(if version == Version::HTTP_2 {
        format!("https://{host}{path}")
    } else {
        path.to_owned()
    });
    let request = request.header(header::COOKIE, cookie);
    let response: hyper::Response<Incoming> = if version == Version::HTTP_2 {
        let (mut sender, connection) = conn::http2::handshake(TokioExecutor::new(), stream).await?;
        tokio::spawn(connection);
        sender.send_request(request.body(Body::empty())?).await?
    } else {
        let (mut sender, connection) = conn::http1::handshake(stream).await?;
        tokio::spawn(connection);
        let request = request.header(header::HOST, host);
        sender.send_request(request.body(Body::empty())?).await?
    };
    let (head, body) = response.into_parts();
    assert_eq!((head.status.as_u16(), head.version), (200, version));
    let field = head.headers.get(header::SET_COOKIE);
    let field = field.map(|field| field.to_str()).transpose()?;
    let body = axum::body::to_bytes(Body::new(body), 1_000).await?;
    let pair = field.map(|field| pair_of(field).to_owned());
    Ok((String::from_utf8(body.to_vec())?, pair))
}

#[tokio::test]
async fn a_cookie_opens_at_its_own_host_only_whatever_the_protocol() -> Result<()> {
    let address = &*tenants().await?;
    let versions = [Version::HTTP_11, Version::HTTP_2];
    for version in versions {
        let (_, pair) = ask(address, version, ("a.example", "/sign-in"), "").await?;
        let pair = pair.expect("a cookie");
        for version in versions {
            let (role, _) = ask(address, version, ("a.example", "/"), &pair).await?;
            assert_eq!(role, "admin", "{version:?}");
            let (role, _) = ask(address, version, ("b.example", "/"), &pair).await?;
            assert_eq!(role, "", "{version:?}");
        }
    }
    Ok(())
}
