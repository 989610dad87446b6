//! Sessions in several cookies through `axum::serve`, by both protocols: what docs/limits.md promises passes, and what it says
//! of four full cookies is so.

use std::error::Error;

use axum::{
    Router,
    body::Body,
    routing::{get, post},
};
use hardtack::{EncryptionKey, Session, SessionCookie, SessionError, SessionLayer, Size};
use hyper::{Request, Response, StatusCode, body::Incoming, client::conn, header};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Protocol {
    Http1,
    Http2,
}

/// Cookies in one field, or one a field, as browsers send them over HTTP/2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cookies {
    Joined,
    Apart,
}

const WAYS: [(Protocol, Cookies); 3] = [
    (Protocol::Http1, Cookies::Joined),
    (Protocol::Http2, Cookies::Joined),
    (Protocol::Http2, Cookies::Apart),
];

/// Starts a site whose sign-in stores `note`, and returns its address.
async fn site(size: Size, note: usize) -> Result<String> {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
        .size(size)
        .build()?;
    let sign_in = async move |session: Session| {
        session.sign_in()?;
        session.insert("note", "x".repeat(note))
    };
    let look = async |session: Session| {
        let note: Option<String> = session.get("note")?;
        Ok::<_, SessionError>(note.map_or(0, |note| note.len()).to_string())
    };
    let sign_out = async |session: Session| session.invalidate().map(drop);
    let app = Router::new()
        .route("/", get(look))
        .route("/sign-in", post(sign_in))
        .route("/sign-out", post(sign_out))
        .layer(SessionLayer::new(cookie));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}

/// The longest note that fits, which one more character does not.
fn longest(size: Size) -> Result<usize> {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).size(size);
    let session = cookie
        .build()?
        .load(None::<&str>, std::time::SystemTime::now());
    session.sign_in()?;
    let most = session.remaining_bytes();
    let fits = |len: &usize| session.insert("note", "x".repeat(*len)).is_ok();
    (0..=most)
        .rev()
        .find(fits)
        .ok_or_else(|| "nothing fits".into())
}

async fn send(
    address: &str,
    protocol: Protocol,
    method: &str,
    path: &str,
    cookies: &[String],
) -> Result<Response<Incoming>> {
    let mut request = Request::builder()
        .method(method)
        .uri(format!("http://{address}{path}"));
    // As Chromium sends them.
    for (name, value) in [
        ("host", address),
        (
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
        ),
        (
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8",
        ),
        ("accept-encoding", "gzip, deflate, br, zstd"),
        ("accept-language", "en-US,en;q=0.9,de;q=0.8"),
        ("cache-control", "max-age=0"),
        (
            "sec-ch-ua",
            "\"Chromium\";v=\"156\", \"Not/A)Brand\";v=\"24\"",
        ),
        ("sec-ch-ua-mobile", "?0"),
        ("sec-ch-ua-platform", "\"Linux\""),
        ("sec-fetch-dest", "document"),
        ("sec-fetch-mode", "navigate"),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-user", "?1"),
        ("upgrade-insecure-requests", "1"),
        ("priority", "u=0, i"),
    ] {
        if name != "host" || protocol == Protocol::Http1 {
            request = request.header(name, value);
        }
    }
    for field in cookies {
        request = request.header(header::COOKIE, field);
    }
    let request = request.body(Body::empty())?;
    let stream = TokioIo::new(TcpStream::connect(address).await?);
    Ok(match protocol {
        Protocol::Http1 => {
            let (mut sender, connection) = conn::http1::handshake(stream).await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        }
        Protocol::Http2 => {
            let (mut sender, connection) = conn::http2::Builder::new(TokioExecutor::new())
                .max_header_list_size(256 * 1024)
                .handshake(stream)
                .await?;
            tokio::spawn(connection);
            sender.send_request(request).await?
        }
    })
}

/// Signs in, looks and signs out. Returns the statuses of the latter two.
async fn visit(
    address: &str,
    (protocol, cookies): (Protocol, Cookies),
    expected: usize,
) -> Result<[StatusCode; 2]> {
    let response = send(address, protocol, "POST", "/sign-in", &[]).await?;
    assert_eq!(response.status(), StatusCode::OK);
    let fields = response.headers().get_all(header::SET_COOKIE).iter();
    let pairs = fields.map(|field| field.to_str().unwrap_or_default().split(';').next());
    let mut pairs: Vec<_> = pairs.flatten().map(str::to_owned).collect();
    assert_eq!(pairs.len(), expected);
    if cookies == Cookies::Joined {
        pairs = vec![pairs.join("; ")];
    }
    let look = send(address, protocol, "GET", "/", &pairs).await?;
    let sign_out = send(address, protocol, "POST", "/sign-out", &pairs).await?;
    let dropped = sign_out.headers().get_all(header::SET_COOKIE).iter();
    if sign_out.status() == StatusCode::OK {
        assert_eq!(dropped.count(), expected);
    }
    Ok([look.status(), sign_out.status()])
}

#[tokio::test]
async fn up_to_three_full_cookies_pass_by_both_protocols() -> Result<()> {
    for cookies in [2, 3] {
        let size = Size::Split(cookies);
        let address = site(size, longest(size)?).await?;
        for way in WAYS {
            let statuses = visit(&address, way, cookies.into()).await?;
            assert_eq!(statuses, [StatusCode::OK; 2], "{cookies} {way:?}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn four_cookies_pass_up_to_11_000_bytes_and_full_ones_only_by_http_1() -> Result<()> {
    let size = Size::Split(4);
    let address = site(size, 11_000).await?;
    for way in WAYS {
        let statuses = visit(&address, way, 4).await?;
        assert_eq!(statuses, [StatusCode::OK; 2], "{way:?}");
    }
    let address = site(size, longest(size)?).await?;
    for way in WAYS {
        let expected = match way.0 {
            Protocol::Http1 => StatusCode::OK,
            Protocol::Http2 => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        };
        assert_eq!(visit(&address, way, 4).await?, [expected; 2], "{way:?}");
    }
    Ok(())
}
