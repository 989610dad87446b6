//! The bytes of a token, part by part.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::keys::Mode;

use crate::{html::Html, texts::Texts};

/// Returns `None` if these are not the bytes of a token.
pub(super) fn of_token(token: &str, mode: Mode, texts: &Texts) -> Option<Html> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token).ok()?;
    let (head, rest) = bytes.split_at_checked(HEAD)?;
    let (rest, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
    // encrypted   head(5) || nonce(24) || ciphertext || tag(16)
    // signed      head(5) || body || tag(16)
    let (nonce, content) = match mode {
        Mode::UnencryptedButSigned => (&[][..], (texts.body, rest)),
        _ => {
            let (nonce, ciphertext) = rest.split_at_checked(NONCE)?;
            (nonce, (texts.ciphertext, ciphertext))
        }
    };
    let parts = [
        (texts.head, head),
        (texts.nonce, nonce),
        content,
        (texts.tag, tag),
    ];
    let parts = parts.into_iter().filter(|(_, bytes)| !bytes.is_empty());
    Some(
        parts
            .map(|(name, bytes)| part(name, bytes, texts))
            .collect(),
    )
}

fn part(name: &str, bytes: &[u8], texts: &Texts) -> Html {
    let (len, unit) = (bytes.len(), texts.bytes);
    let rows: Vec<_> = bytes.chunks(BYTES_IN_ROW).map(row).collect();
    // A region that scrolls can be reached by keyboard.
    let focus = if rows.len() > ROWS_IN_VIEW {
        r#" tabindex="0""#
    } else {
        ""
    };
    let rows = Html::text(&rows.join("\n"));
    Html::new(format!(
        r#"<figure><figcaption>{name} <span>{len} {unit}</span></figcaption>
<pre{focus}>{rows}</pre></figure>
"#
    ))
}

/// Hexadecimal digits, then the printable characters.
fn row(bytes: &[u8]) -> String {
    let hex: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let is_visible = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let show = |byte: &u8| {
        if is_visible(byte) {
            char::from(*byte)
        } else {
            '·'
        }
    };
    let text: String = bytes.iter().map(show).collect();
    let width = BYTES_IN_ROW * 3 - 1;
    format!("{:width$}  {text}", hex.join(" "))
}

const HEAD: usize = 5;
const NONCE: usize = 24;
const TAG: usize = 16;
/// Bytes per line, which fit the width of a phone.
const BYTES_IN_ROW: usize = 8;
/// Lines of the dump; the style shows at least this many.
const ROWS_IN_VIEW: usize = 12;
