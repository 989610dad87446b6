//! The bytes of a cookie, as its finder could read them.

use hardtack::{Session, keys::Mode};

use crate::{
    pages::{token::Token, visit::Visit},
    site::Cookie,
};

pub(super) struct Dump {
    pub(super) cookie: String,
    pub(super) verdict: &'static str,
    /// What is inside, if everybody can read it.
    pub(super) content: Option<String>,
    pub(super) rows: String,
    /// It has more lines than are shown at once, so that it has to be reached by keyboard.
    pub(super) scrolls: bool,
}

/// Dumps the session's cookie, and the one with the display settings, if they came.
pub(super) fn of(visit: &Visit) -> Vec<Dump> {
    let cookies = [
        (&visit.site.session, &visit.session),
        (&visit.site.display, &visit.display.0),
    ];
    let cookies = cookies.into_iter();
    let dumps = cookies.filter_map(|(cookie, session)| dump(visit, cookie, session));
    dumps.collect()
}

fn dump(visit: &Visit, cookie: &Cookie, session: &Session) -> Option<Dump> {
    let name = cookie.cookie.name().as_str();
    let bytes = Token::find(&visit.headers, name)?.bytes()?;
    let rows = bytes.chunks(BYTES_IN_ROW).map(row).take(MOST_ROWS);
    let cut = (bytes.len() > MOST_ROWS * BYTES_IN_ROW).then(|| "…".to_owned());
    let rows: Vec<_> = rows.chain(cut).collect();
    let is_readable = cookie.cookie.mode() == Mode::UnencryptedButSigned;
    Some(Dump {
        cookie: name.to_owned(),
        verdict: &visit.texts()[if is_readable { "signed" } else { "encrypted" }],
        content: is_readable.then(|| super::pretty(session)),
        scrolls: rows.len() > ROWS_IN_VIEW,
        rows: rows.join("\n"),
    })
}

/// Writes hexadecimal digits, then the printable characters.
fn row(bytes: &[u8]) -> String {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let show = |byte: &u8| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '·',
    };
    let text: String = bytes.iter().map(show).collect();
    let width = BYTES_IN_ROW * 3 - 1;
    format!("{:width$}  {text}", hex.join(" "))
}

/// Bytes per line, which fit the width of a phone.
const BYTES_IN_ROW: usize = 8;
/// So that a session in several cookies does not make the page too long.
const MOST_ROWS: usize = 160;
/// Lines of the dump; the style shows at least this many.
const ROWS_IN_VIEW: usize = 12;
