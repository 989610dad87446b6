//! Chooses the context of each request, for the tenants of one application.

use std::sync::Arc;

use http::request::Parts;

use super::{host::host_of, layer::SessionLayer};
use crate::{state::SessionError, token::Context};

impl<T, W> SessionLayer<T, W> {
    /// Binds the session of each request to the context that `context_by` returns instead of the context of the cookie
    /// or header, for example to the tenant whose host the request names. A session of one context does not open in
    /// another.
    ///
    /// `context_by` sees the extensions that outer layers have put into the request; in actix-web it sees none. Inside
    /// a router that axum nests, a layer sees a path without the prefix, and the whole path in axum's `OriginalUri`.
    ///
    /// All contexts of one host share its cookie, so a page of one tenant that stores something replaces the session of
    /// another. If the tenant is in the path, give each a layer instead, whose cookie has its own
    /// [`name`](crate::carrier::SessionCookieBuilder::name), as in [the example `tenants`](https://github.com/hardtack-rs/hardtack/blob/main/examples/tenants.rs).
    ///
    /// If `context_by` returns `None`, the request belongs to no context. Its session is then empty, and changes to it
    /// fail with [`SessionError::NoContext`](crate::SessionError::NoContext). The status is 500 by default, also for a
    /// `Host` that a client made up; [`Failure::with_page`](crate::web::Failure::with_page) can answer it with 400.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer, Context, session::Map};
    /// # use http::{Request, Response};
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// use hardtack::web::host_of;
    ///
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let layer = SessionLayer::new(cookie).context_by(|request| {
    ///     let host = host_of(request)?;
    ///     let tenant = host.strip_suffix(".shop.example")?;
    ///     Context::new([("tenant", tenant)]).ok()
    /// });
    /// let service = layer.layer(service_fn(async |request: Request<()>| {
    ///     let session = Session::<Map>::from_extensions(request.extensions()).await?;
    ///     session.insert("user", 42)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(Response::new(()))
    /// }));
    /// let to = |host| Request::builder().header("host", host).body(());
    /// assert!(service.clone().oneshot(to("acme.shop.example")?).await.is_ok());
    /// assert!(service.oneshot(to("example.com")?).await.is_err()); // the request has no session
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// Do not read the header `Host` yourself. HTTP/2 requests usually do not have this header, and a default for it
    /// would put all tenants into one context. [`host_of`](crate::web::host_of) reads the host in both versions.
    #[must_use]
    pub fn context_by(
        mut self,
        context_by: impl Fn(&Parts) -> Option<Context> + Send + Sync + 'static,
    ) -> SessionLayer<T, W> {
        let chosen = move |request: &Parts| {
            let context = context_by(request).ok_or(SessionError::NoContext)?;
            Ok(Some(Arc::new(context)))
        };
        self.context_by = Some(Arc::new(chosen));
        self
    }

    /// Binds the session of each request to [its host](crate::web::host_of), under the label `host`. If the request
    /// names no host, its session is empty, as with [`context_by`](Self::context_by).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, Session, SessionCookie, SessionLayer, session::Map};
    /// # use http::{Request, Response};
    /// # use tower::{Layer, ServiceExt, service_fn};
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let layer = SessionLayer::new(cookie).context_by_host();
    /// let service = layer.layer(service_fn(async |request: Request<()>| {
    ///     let session = Session::<Map>::from_extensions(request.extensions()).await?;
    ///     let was_new = session.is_new();
    ///     session.insert("user", 42)?;
    ///     Ok::<_, Box<dyn std::error::Error>>(Response::new(was_new))
    /// }));
    /// let to = |host| Request::builder().header("host", host);
    /// let response = service.clone().oneshot(to("a.example").body(())?).await?;
    /// let cookie = &response.headers()["set-cookie"];
    /// // The cookie of one host is sent to another.
    /// let request = to("b.example").header("cookie", cookie).body(())?;
    /// let response = service.oneshot(request).await?;
    /// assert!(response.into_body());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn context_by_host(self) -> SessionLayer<T, W> {
        self.context_by(|request| Context::new([("host", host_of(request)?)]).ok())
    }
}
