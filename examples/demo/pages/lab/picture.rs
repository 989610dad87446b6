//! A token as a picture: a square for each byte.

use askama::Template;
use base64::{Engine, prelude::BASE64_STANDARD};

/// An image in the page itself, so that it shows the cookie of this very request.
pub(super) struct Picture {
    pub(super) uri: String,
    pub(super) width: usize,
    pub(super) height: usize,
}

#[derive(Template)]
#[template(path = "picture.svg")]
struct Drawing {
    width: usize,
    height: usize,
    cell: usize,
    runs: Vec<Run>,
    mark: Option<(usize, usize)>,
}

/// Squares of one colour.
struct Run {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
    colour: &'static str,
}

impl Picture {
    /// Draws bytes of the same colour one after the other, and marks the byte that was changed.
    pub(super) fn of(parts: &[(usize, &'static str)], changed: Option<usize>) -> Picture {
        let bytes = parts.iter().map(|(len, _)| len).sum();
        let cell = cell(bytes);
        let columns = WIDTH / cell;
        let mut start = 0;
        let mut runs = Vec::new();
        for part in parts.chunk_by(|one, next| one.1 == next.1) {
            let (len, colour) = (part.iter().map(|(len, _)| len).sum::<usize>(), part[0].1);
            let squares = rectangles(start, start + len, columns);
            runs.extend(squares.map(|square| {
                let [x, y, width, height] = square.map(|squares| squares * cell);
                Run {
                    x,
                    y,
                    width,
                    height,
                    colour,
                }
            }));
            start += len;
        }
        let height = bytes.div_ceil(columns) * cell;
        let drawing = Drawing {
            width: WIDTH,
            height,
            cell,
            runs,
            mark: changed.map(|at| (at % columns * cell, at / columns * cell)),
        };
        let svg = drawing.render().unwrap_or_default();
        Picture {
            uri: format!("data:image/svg+xml;base64,{}", BASE64_STANDARD.encode(svg)),
            width: WIDTH,
            height,
        }
    }
}

/// Joins the squares from `first` to before `end` to rectangles: the rest of a row, whole rows, the start of a row.
fn rectangles(first: usize, end: usize, columns: usize) -> impl Iterator<Item = [usize; 4]> {
    let whole_from = first.next_multiple_of(columns).min(end);
    let whole_to = (end - end % columns).max(whole_from);
    let row = |from: usize, to: usize| [from % columns, from / columns, to - from, 1];
    let rows = (whole_to - whole_from) / columns;
    let whole = [0, whole_from / columns, columns, rows];
    let runs = [row(first, whole_from), whole, row(whole_to, end)];
    runs.into_iter()
        .filter(|[_, _, width, height]| width * height > 0)
}

/// Returns the byte at a place of the picture.
pub(in crate::pages) fn byte_at(x: usize, y: usize, bytes: usize) -> usize {
    let cell = cell(bytes);
    let before = (y / cell).saturating_mul(WIDTH / cell);
    before.saturating_add(x.min(WIDTH - 1) / cell)
}

/// Returns the side of a square in pixels: the largest with which the picture takes half the screen of a phone.
fn cell(bytes: usize) -> usize {
    let fits = |cell: &usize| bytes.div_ceil(WIDTH / cell) * cell <= HIGHEST;
    CELLS.into_iter().find(fits).unwrap_or(SMALLEST)
}

/// In pixels, so that it fits a phone and a click can be told from its place.
const WIDTH: usize = 288;
const HIGHEST: usize = 384;
/// Divisors of the width.
const CELLS: [usize; 7] = [24, 18, 12, 9, 8, 6, 4];
const SMALLEST: usize = 3;
