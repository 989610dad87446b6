//! error: `Result<(), SessionError>` is not a future

use hardtack::{Session, SessionError};

async fn visit(session: Session) -> Result<(), SessionError> {
    session.insert("visits", 1).await
}

fn main() {
    let _ = visit;
}
