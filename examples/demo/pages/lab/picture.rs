//! A token as a picture: a square for each byte.

use askama::Template;
use base64::{Engine, prelude::BASE64_STANDARD};

/// An image in the page itself, so that it shows the cookie of this very request.
pub(super) struct Picture {
    pub(super) uri: String,
    pub(super) height: usize,
}

/// In squares.
#[derive(Template)]
#[template(path = "picture.svg")]
struct Drawing<'a> {
    columns: usize,
    rows: usize,
    /// The colour of each part, and its path.
    parts: Vec<(&'a str, String)>,
    mark: Option<(usize, usize)>,
}

impl Picture {
    /// Draws the bytes of each part in its colour, and marks the byte that was changed.
    pub(super) fn of(parts: &[(usize, &str)], changed: Option<usize>) -> Picture {
        let bytes = parts.iter().map(|(len, _)| len).sum();
        let cell = cell(bytes);
        let columns = WIDTH / cell;
        let rows = bytes.div_ceil(columns);
        let mut start = 0;
        let parts = parts.chunk_by(|one, next| one.1 == next.1).map(|part| {
            let first = start;
            start += part.iter().map(|(len, _)| len).sum::<usize>();
            (part[0].1, path(first, start, columns))
        });
        let drawing = Drawing {
            columns,
            rows,
            parts: parts.collect(),
            mark: changed.map(|at| (at % columns, at / columns)),
        };
        let svg = drawing.render().unwrap_or_default();
        Picture {
            uri: format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg)),
            height: rows * cell,
        }
    }
}

/// Draws the squares from `first` to before `end`: a line in each row.
fn path(first: usize, end: usize, columns: usize) -> String {
    let rows = first / columns..end.div_ceil(columns);
    let lines = rows.map(|row| {
        let (start, end) = (first.max(row * columns), end.min((row + 1) * columns));
        format!("M{} {row}.5h{}", start - row * columns, end - start)
    });
    lines.collect()
}

/// Returns the byte at a place of the picture.
pub(in crate::pages) fn byte_at(x: &str, y: &str, bytes: usize) -> Option<usize> {
    let (x, y): (usize, usize) = (x.parse().ok()?, y.parse().ok()?);
    let cell = cell(bytes);
    let before = (y / cell).checked_mul(WIDTH / cell)?;
    before.checked_add(x.min(WIDTH - 1) / cell)
}

/// Returns the side of a square in pixels: the largest with which the picture fits half the screen of a phone.
fn cell(bytes: usize) -> usize {
    let fits = |cell: &usize| bytes.div_ceil(WIDTH / cell) * cell <= HIGHEST;
    CELLS.into_iter().find(fits).unwrap_or(3)
}

/// In pixels, so that it fits a phone and a click can be told from its place.
pub(super) const WIDTH: usize = 288;
const HIGHEST: usize = 384;
/// Divisors of the width.
const CELLS: [usize; 7] = [24, 18, 12, 9, 8, 6, 4];
