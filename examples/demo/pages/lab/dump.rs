//! The bytes of a cookie, as its finder could read them.

use hardtack::{Session, keys::Mode};

use crate::{
    pages::{token::Token, visit::Visit},
    site::Cookie,
};

pub(in crate::pages) struct Dump {
    pub(in crate::pages) cookie: String,
    pub(in crate::pages) verdict: &'static str,
    /// What is inside, if everybody can read it.
    pub(in crate::pages) content: Option<String>,
    pub(in crate::pages) rows: String,
    /// It has more lines than are shown at once, so that it has to be reached by keyboard.
    pub(in crate::pages) scrolls: bool,
}

/// The session's cookie, and the one with the display settings, if they came.
pub(super) fn of(visit: &Visit) -> Vec<Dump> {
    let cookies = [
        (&visit.site.session, &visit.session),
        (&visit.site.display, &visit.display),
    ];
    let dumps = cookies
        .into_iter()
        .filter_map(|(cookie, session)| dump(visit, cookie, session));
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
        verdict: if is_readable {
            visit.texts().signed
        } else {
            visit.texts().encrypted
        },
        content: is_readable.then(|| super::pretty(session)),
        scrolls: rows.len() > ROWS_IN_VIEW,
        rows: rows.join("\n"),
    })
}

/// Hexadecimal digits, then the printable characters.
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
