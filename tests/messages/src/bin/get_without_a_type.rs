//! error: type annotations needed for `Option<_>`

use hardtack::{Session, SessionError};

fn visit(session: &Session) -> Result<(), SessionError> {
    let _ = session.get("user")?;
    Ok(())
}

fn main() {
    let _ = visit;
}
