use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc};

use http::request::Parts;
use tower_layer::Layer;

use super::{
    rules::{Rules, Verdict},
    token::TokenSource,
};
use crate::{
    base::{clone_by_fields, config_error::ConfigError},
    keys::quoted_unless_key,
    state::{Map, Payload},
    web::{
        framework::Extensions,
        origin::Origin,
        service::{Gate, Layered},
    },
};

/// Guard against cross-site requests. Refuses requests that other sites make a visitor's browser send, with 403, before
/// the handler runs.
///
/// The guard goes inside [`SessionLayer`](crate::SessionLayer). If two guards are around one handler, each requires a
/// token of its own session, so make the outer guard [`origin_check_only`](Self::origin_check_only), or give it another
/// [`form_field`](Self::form_field). Every request whose method is not GET, HEAD, OPTIONS or TRACE, except for [some
/// forms](Self::trust_form_post), has to pass these checks, in this order:
///
/// 1. A request from a [trusted origin](Self::trust_origin) continues with check 4.
/// 2. `Sec-Fetch-Site`, if the browser sends it, must be `same-origin` or `none`. For a form that opens a new window, which
///    is `cross-site` in WebKit, check 3 decides.
/// 3. Otherwise `Origin`, if it is sent, must be a single origin as browsers write it, with the scheme `https` and the
///    host and port of [the request](crate::web::host_of). For `localhost`, 127.0.0.1 and similar hosts, `http` is
///    enough. Behind a proxy that rewrites `Host`, and for a site without TLS, trust your own origin.
///    `X-Forwarded-Host` is never read.
/// 4. The header `x-csrf-token` must have a token of [`Session::csrf_token`](crate::Session::csrf_token). The token may
///    also be [in a form](Self::tokens_in_forms), or this check [turned off](Self::origin_check_only).
///
/// WebSocket upgrades and CONNECT have to pass the first three checks. Around a router, the guard answers first, so a
/// request without a route is refused too.
///
/// A refusal is text, so in tower the body of the inner service's responses must implement `From<String>`, as
/// `axum::body::Body` and `String` do. The inner service must be `Clone`. The [guide](crate::guide#forms) has programs
/// with forms and uploads.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
/// use axum::{Router, body::Body, http::Request, routing::post};
/// # use tower::ServiceExt;
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app: Router = Router::new()
///     .route("/transfer", post(|| async { "done" }))
///     .layer(CsrfGuard::new())
///     .layer(SessionLayer::new(cookie));
///
/// let request = Request::post("/transfer").header("sec-fetch-site", "cross-site");
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let response = app.oneshot(request.body(Body::empty())?).await?;
/// assert_eq!(response.status(), 403);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct CsrfGuard<T = Map> {
    pub(super) rules: Arc<Rules>,
    payload: PhantomData<fn() -> T>,
}

impl CsrfGuard {
    /// Creates a guard for sessions that are dictionaries.
    ///
    /// # Examples
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use std::convert::Infallible;
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let handler = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use hardtack::csrf::CsrfGuard;
    ///
    /// let service = SessionLayer::new(cookie).layer(CsrfGuard::new().layer(handler));
    /// let response = service.clone().oneshot(Request::post("/transfer").body(())?).await?;
    /// assert_eq!(response.status(), 403); // it has no token
    /// let response = service.oneshot(Request::get("/").body(())?).await?;
    /// assert_eq!(response.status(), 200);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new() -> CsrfGuard {
        CsrfGuard::default()
    }
}

impl<T> CsrfGuard<T> {
    /// Trusts requests from `origin`, such as `https://app.example.com`, as if they came from the site itself, so they
    /// still need a token. Name each origin in full, in a separate call. A site without TLS has to trust its own
    /// origin, such as `http://intranet:8080`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use std::convert::Infallible;
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let handler = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use hardtack::csrf::CsrfGuard;
    ///
    /// let guard = CsrfGuard::new().origin_check_only().trust_origin("https://app.example.com")?;
    /// let service = SessionLayer::new(cookie).layer(guard.layer(handler));
    /// let post = Request::post("/transfer").header("origin", "https://app.example.com");
    /// assert_eq!(service.oneshot(post.body(())?).await?.status(), 200);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if no browser has pages of `origin`, for example because it has a path or is a pattern.
    pub fn trust_origin(mut self, origin: &str) -> Result<Self, ConfigError> {
        let origin = parse_origin("trust_origin", origin)?;
        Arc::make_mut(&mut self.rules).trusted.push(origin);
        Ok(self)
    }

    /// Accepts forms without a token that pages of `origin` post to `path`, for the last step of a sign-in at another
    /// site with `response_mode=form_post`. This setting lets no other request from `origin` pass.
    ///
    /// `path` is compared byte by byte with the path that the guard sees. This is the whole path around a router that
    /// axum nests under a prefix, and the path without the prefix inside it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use std::convert::Infallible;
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// use hardtack::csrf::CsrfGuard;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let handler = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())));
    /// let guard = CsrfGuard::new().trust_form_post("https://login.example.com", "/signed-in")?;
    /// let service = guard.layer(handler);
    /// let form_to = |path| {
    ///     Request::post(path)
    ///         .header("origin", "https://login.example.com")
    ///         .header("content-type", "application/x-www-form-urlencoded")
    ///         .body(())
    /// };
    /// assert_eq!(service.clone().oneshot(form_to("/signed-in")?).await?.status(), 200);
    /// assert_eq!(service.oneshot(form_to("/transfer")?).await?.status(), 403);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// The handler has to compare the form's `state` with one that it gave to this browser. The browser sends a cookie
    /// with such a form only under `SameSite=None`. With `Lax` or `Strict`, the session is empty, and the handler's
    /// changes are kept only if it calls [`sign_in`](crate::Session::sign_in) or [`renew`](crate::Session::renew).
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if no browser has pages of `origin`, for example because it has a path or is a pattern.
    pub fn trust_form_post(
        mut self,
        origin: &str,
        path: impl Into<String>,
    ) -> Result<Self, ConfigError> {
        let origin = parse_origin("trust_form_post", origin)?;
        let form_post = (origin, path.into());
        Arc::make_mut(&mut self.rules).form_posts.push(form_post);
        Ok(self)
    }

    /// Requires no token, only `Sec-Fetch-Site` and `Origin`. Browsers since 2023 send the first over TLS and to
    /// `localhost`, and all current browsers send the second; a request with neither passes. A form that a [service
    /// worker](crate::guide#service-workers) passes on is refused, except in Firefox. The extractor `GuardedForm` answers
    /// 500 unless another guard asks for a token.
    ///
    /// # Examples
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use std::convert::Infallible;
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer};
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let handler = service_fn(async |_: Request<()>| Ok::<_, Infallible>(Response::new(String::new())));
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use hardtack::csrf::CsrfGuard;
    ///
    /// let guard = CsrfGuard::new().origin_check_only();
    /// let service = SessionLayer::new(cookie).layer(guard.layer(handler));
    /// let post = |site: &str| Request::post("/transfer").header("sec-fetch-site", site).body(());
    /// assert_eq!(service.clone().oneshot(post("same-origin")?).await?.status(), 200);
    /// assert_eq!(service.oneshot(post("cross-site")?).await?.status(), 403);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn origin_check_only(mut self) -> Self {
        Arc::make_mut(&mut self.rules).token = TokenSource::None;
        self
    }

    /// Also accepts the token in the field `csrf_token` of a form, so that a form needs no script. Any other request,
    /// such as one with JSON, still needs the header. With feature `axum` or `actix`.
    ///
    /// The guard looks for the first field of this name in the beginning of the form, up to
    /// [`form_limit`](Self::form_limit), before the handler runs. The handler gets the whole body, in whatever way it reads
    /// a form: as axum's `Form`, for example, or as `GuardedForm`, which takes the token out and makes sure that there
    /// is a guard. The guard does not read the body if the token is in the header, or if the session has no id. In
    /// tower, the request's body must be `axum::body::Body`; a form with a body of another type is answered with 500.
    ///
    /// # Examples
    ///
    /// ```
    /// # use axum::{Router, body::Body, http::{Request, header}, routing::post};
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
    /// # use std::time::SystemTime;
    /// # use tower::ServiceExt;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let token = session.csrf_token()?; // on the page with the form
    /// # let fields = cookie.save(&session)?;
    /// # let pair = fields.iter().next().and_then(|field| field.split(';').next()).unwrap_or_default().to_owned();
    ///
    /// let app: Router = Router::new()
    ///     .route("/transfer", post(|| async { "done" }))
    ///     .layer(CsrfGuard::new().tokens_in_forms())
    ///     .layer(SessionLayer::new(cookie));
    /// let form = Request::post("/transfer")
    ///     .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    /// #     .header(header::COOKIE, pair)
    ///     .body(Body::from(format!("csrf_token={token}&amount=5")))?;
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// assert_eq!(app.oneshot(form).await?.status(), 200);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tokens_in_forms(mut self) -> Self {
        Arc::make_mut(&mut self.rules).token = TokenSource::HeaderOrForm;
        self
    }

    /// Names the field of a form that has the token. Default: `csrf_token`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::csrf::CsrfGuard;
    ///
    /// let guard = CsrfGuard::new().tokens_in_forms().form_field("authenticity_token");
    /// # let _ = guard;
    /// ```
    #[must_use]
    pub fn form_field(mut self, name: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.rules).form_field = Cow::Owned(name.into());
        self
    }

    /// Sets the number of bytes at the beginning of a form in which the guard looks for the token. Default: 1 MiB. They
    /// are kept in memory until the handler has read them. A longer form without a token there is refused with 413, so
    /// the field with the token has to come before a large file.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::csrf::CsrfGuard;
    ///
    /// let guard = CsrfGuard::new().tokens_in_forms().form_limit(64 * 1024); // 64 KiB
    /// # let _ = guard;
    /// ```
    #[must_use]
    pub fn form_limit(mut self, bytes: usize) -> Self {
        Arc::make_mut(&mut self.rules).form_limit = bytes;
        self
    }

    /// Creates a guard for sessions that hold a `U`.
    #[must_use]
    pub fn typed<U: Payload>(self) -> CsrfGuard<U> {
        CsrfGuard {
            rules: self.rules,
            payload: PhantomData,
        }
    }
}

fn parse_origin(setting: &'static str, origin: &str) -> Result<Origin, ConfigError> {
    let parse = |origin| Origin::parse(origin).filter(Origin::may_have_pages);
    parse(origin).ok_or_else(|| {
        let found = quoted_unless_key(origin);
        let has_slash = origin.strip_suffix('/').is_some_and(|it| parse(it).is_some());
        let remedy = if has_slash { "; leave out the `/` at its end" } else { "" };
        let reason = format!(
            "takes each origin in full, a scheme and a host like `https://app.example.com`, found {found}{remedy}"
        );
        ConfigError::new(setting, reason)
    })
}

impl<T: Payload> Gate for CsrfGuard<T> {
    type Payload = T;

    fn decide(&self, request: &Parts, extensions: &mut impl Extensions) -> Verdict<T> {
        self.rules.check(request, extensions)
    }
}

impl<S, T> Layer<S> for CsrfGuard<T> {
    type Service = Layered<S, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        let layer = self.clone();
        Layered { inner, layer }
    }
}

impl<T> Default for CsrfGuard<T> {
    fn default() -> Self {
        CsrfGuard {
            rules: Arc::default(),
            payload: PhantomData,
        }
    }
}

clone_by_fields!(CsrfGuard<T> { rules, payload });

impl<T> fmt::Debug for CsrfGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CsrfGuard").field(&self.rules).finish()
    }
}
