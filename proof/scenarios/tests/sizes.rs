//! Sessions in several cookies through `axum::serve`, by both protocols: what docs/limits.md promises passes.

use std::{collections::BTreeMap, error::Error};

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
    let add = async |session: Session| {
        let add = |note: &mut String| note.push_str(&"x".repeat(100));
        session.update("note", add)
    };
    let look = async |session: Session| {
        let note: Option<String> = session.get("note")?;
        Ok::<_, SessionError>(note.map_or(0, |note| note.len()).to_string())
    };
    let sign_out = async |session: Session| session.invalidate().map(drop);
    let app = Router::new()
        .route("/", get(look))
        .route("/sign-in", post(sign_in))
        .route("/add", post(add))
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

/// Other cookies of the site, of 1,000 bytes.
fn others() -> String {
    let pairs: Vec<_> = (10..30)
        .map(|number| format!("preference-{number}={}", "x".repeat(34)))
        .collect();
    pairs.join("; ")
}

#[tokio::test]
async fn a_session_stops_growing_before_its_visitor_is_locked_out() -> Result<()> {
    let address = site(Size::Split(4), 8_000).await?;
    for (protocol, cookies) in WAYS {
        for other in [None, Some(others())] {
            let mut jar: BTreeMap<String, String> = BTreeMap::new();
            let mut most = 0;
            let mut visit = async |method, path| {
                let pairs = jar.iter().map(|(name, value)| format!("{name}={value}"));
                let others = other.iter().flat_map(|other| other.split("; "));
                let mut pairs: Vec<_> = pairs.chain(others.map(str::to_owned)).collect();
                if cookies == Cookies::Joined {
                    pairs = vec![pairs.join("; ")];
                }
                let response = send(&address, protocol, method, path, &pairs).await?;
                for field in response.headers().get_all(header::SET_COOKIE) {
                    let pair = field.to_str()?.split(';').next().unwrap_or_default();
                    let (name, value) = pair.split_once('=').unwrap_or_default();
                    match value {
                        "" => jar.remove(name),
                        _ => jar.insert(name.to_owned(), value.to_owned()),
                    };
                }
                Ok::<_, Box<dyn Error>>(response.status())
            };
            let way = format!("{protocol:?}, {cookies:?}, {}", other.is_some());
            assert_eq!(visit("POST", "/sign-in").await?, StatusCode::OK, "{way}");
            let refused = loop {
                match visit("POST", "/add").await? {
                    StatusCode::OK => most += 100,
                    status => break status,
                }
            };
            assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE, "{way}");
            assert_eq!(visit("GET", "/").await?, StatusCode::OK, "{way}");
            assert_eq!(visit("POST", "/sign-out").await?, StatusCode::OK, "{way}");
            assert!(jar.is_empty(), "{way}");
            let expected = match (protocol, &other) {
                (Protocol::Http1, _) => 3_900,
                (Protocol::Http2, None) => 1_900,
                (Protocol::Http2, Some(_)) => 600,
            };
            assert_eq!(most, expected, "{way}");
        }
    }
    Ok(())
}
