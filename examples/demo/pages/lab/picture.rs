//! A token as a picture: a square for each byte.

use askama::Template;
use base64::{Engine, prelude::BASE64_STANDARD};

use super::bands::Band;

/// An image in the page itself, so that it shows the cookie of this very request.
pub(in crate::pages) struct Picture {
    pub(in crate::pages) uri: String,
    pub(in crate::pages) width: usize,
    pub(in crate::pages) height: usize,
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
    /// `bytes` in all, and the one that was changed.
    pub(super) fn of(bands: &[Band], bytes: usize, changed: Option<usize>) -> Picture {
        let cell = cell(bytes);
        let columns = WIDTH / cell;
        let mut start = 0;
        let runs = bands.iter().flat_map(|band| {
            let first = start;
            start += band.len;
            runs(first, start, columns).map(|[x, y, width, height]| Run {
                x: x * cell,
                y: y * cell,
                width: width * cell,
                height: height * cell,
                colour: band.colour,
            })
        });
        let runs = runs.collect();
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

/// The squares from `first` to before `end` as rectangles: the rest of a row, whole rows, the start of a row.
fn runs(first: usize, end: usize, columns: usize) -> impl Iterator<Item = [usize; 4]> {
    let whole_from = first.next_multiple_of(columns).min(end);
    let whole_to = (end - end % columns).max(whole_from);
    let row = |from: usize, to: usize| [from % columns, from / columns, to - from, 1];
    let rows = (whole_to - whole_from) / columns;
    let whole = [0, whole_from / columns, columns, rows];
    let runs = [row(first, whole_from), whole, row(whole_to, end)];
    runs.into_iter()
        .filter(|[_, _, width, height]| width * height > 0)
}

/// The byte at a place of the picture.
pub(in crate::pages) fn byte_at(x: usize, y: usize, bytes: usize) -> usize {
    let cell = cell(bytes);
    let before = (y / cell).saturating_mul(WIDTH / cell);
    before.saturating_add(x.min(WIDTH - 1) / cell)
}

/// The side of a square in pixels, so that the picture is not longer than a screen.
fn cell(bytes: usize) -> usize {
    match bytes {
        0..=144 => 24,
        145..=320 => 18,
        321..=3_000 => 9,
        _ => 4,
    }
}

/// In pixels, so that it fits a phone and a click can be told from its place.
const WIDTH: usize = 288;
