use actix_session::SessionExt;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorServiceUnavailable,
    middleware::Next,
    web::Data,
};
use hardtack::Session;
use uuid::Uuid;

use crate::login::{Login, Users};

/// Signs in a visitor who has a session in the old store and none here. Then the old session ends.
pub(crate) async fn bring_over<B: MessageBody + 'static>(
    session: Session<Login>,
    users: Data<Users>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let old = request.get_session();
    let Some(user_id) = old.get::<Uuid>("user_id").ok().flatten() else {
        return next.call(request).await;
    };
    let mut is_brought_over = false;
    if session.read(|login| login.user_id).is_none() {
        // Old sessions know no epoch. Those of a user who is gone are not brought over.
        let epoch = users.epoch_of(user_id).await;
        if let Some(epoch) = epoch.map_err(ErrorServiceUnavailable)? {
            session.sign_in()?;
            session.replace(Login {
                user_id: Some(user_id),
                epoch,
            })?;
            is_brought_over = true;
        }
    }
    let response = next.call(request).await?;
    // Not before: with an error the new session may be dropped, and the next request needs the old one.
    if !is_brought_over || response.status().as_u16() < 400 {
        old.purge();
    }
    Ok(response)
}
