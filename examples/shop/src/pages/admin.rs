//! The users, for admins.

use axum::{
    extract::State,
    response::{Html, Redirect},
};
use hardtack::csrf::GuardedForm;
use serde::Deserialize;

use crate::{Shop, error::Error, html, session::notify, who::Admin};

pub(crate) async fn list(
    Admin(admin): Admin,
    State(shop): State<Shop>,
) -> Result<Html<String>, Error> {
    let mut rows = String::new();
    for user in shop.users.all().await? {
        let (id, name) = (user.id, html::escaped(&user.name));
        let (state, change) = if user.is_locked {
            ("locked", "Unlock")
        } else {
            ("open", "Lock")
        };
        let button = format!(
            r#"<input type="hidden" name="user" value="{id}"><input type="hidden" name="is_locked" value="{}"><button>{change} {name}</button>"#,
            !user.is_locked
        );
        let button = if id == admin.login.user {
            "this is you".to_owned()
        } else {
            html::form(&admin.session, "/admin/lock", &button)?
        };
        rows += &format!("<tr><td>{name}</td><td>{state}</td><td>{button}</td></tr>\n");
    }
    let table = format!(
        r#"<table>
<thead><tr><th scope="col">Name</th><th scope="col">Account</th><th scope="col">Change</th></tr></thead>
<tbody>
{rows}</tbody>
</table>"#
    );
    Ok(html::page(&admin.session, "Users", &table)?)
}

#[derive(Deserialize)]
pub(crate) struct Lock {
    user: i64,
    is_locked: bool,
}

pub(crate) async fn lock(
    Admin(admin): Admin,
    State(shop): State<Shop>,
    GuardedForm(Lock { user, is_locked }): GuardedForm<Lock>,
) -> Result<Redirect, Error> {
    if user == admin.login.user {
        return Err(Error::NotAllowed);
    }
    shop.users.lock(user, is_locked).await?;
    let notice = if is_locked {
        "The account is locked."
    } else {
        "The account is open again."
    };
    notify(&admin.session, notice)?;
    Ok(Redirect::to("/admin"))
}
