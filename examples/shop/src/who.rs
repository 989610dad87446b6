//! Who is signed in: arguments of handlers.

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{Method, request::Parts},
};

use crate::{
    Shop,
    error::Error,
    session::{Login, Session},
};

/// A visitor who is signed in. Everybody else is sent to the page for signing in.
pub(crate) struct SignedIn {
    pub(crate) login: Login,
    pub(crate) session: Session,
}

impl FromRequestParts<Shop> for SignedIn {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<SignedIn, Error> {
        // Looks the user up when that is due.
        let session = Session::from_request_parts(parts, shop).await?;
        let login = session.read(|visit| visit.login.clone());
        let login = login.ok_or_else(|| Error::SignInFirst(way_back(parts)))?;
        Ok(SignedIn { login, session })
    }
}

/// An admin. The table of users is asked in each request, so that the permission ends at once.
pub(crate) struct Admin(pub(crate) SignedIn);

impl FromRequestParts<Shop> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, shop: &Shop) -> Result<Admin, Error> {
        let signed_in = SignedIn::from_request_parts(parts, shop).await?;
        let user = shop.users.get(signed_in.login.user).await?;
        let epoch = signed_in.login.epoch;
        match user.filter(|user| user.is_admin && user.epoch == epoch) {
            Some(_) => Ok(Admin(signed_in)),
            None => Err(Error::NotAllowed),
        }
    }
}

/// Returns the page that the visitor asked for, with the prefix of a router around the shop's. A form is not sent again.
fn way_back(parts: &Parts) -> String {
    let is_page = matches!(parts.method, Method::GET | Method::HEAD);
    let asked = parts.extensions.get::<OriginalUri>();
    let page = asked.map_or(&parts.uri, |asked| &asked.0).path_and_query();
    let page = page.filter(|_| is_page);
    page.map_or("/", |page| page.as_str()).to_owned()
}
