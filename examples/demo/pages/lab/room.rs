//! What takes the room in the cookie.

use super::bands;
use crate::pages::visit::Visit;

pub(super) struct Room {
    pub(super) used: usize,
    pub(super) allowed: usize,
    /// Bytes of the cookies that came with the request.
    pub(super) sent: usize,
    pub(super) cookies: usize,
    pub(super) parts: Vec<Part>,
}

/// A part of the bar.
pub(super) struct Part {
    pub(super) name: String,
    pub(super) is_key: bool,
    /// Bytes inside the seal.
    pub(super) inside: Option<usize>,
    /// Bytes of `Set-Cookie`, three of those inside being four of these.
    pub(super) len: usize,
    pub(super) colour: &'static str,
    /// In percent.
    pub(super) x: f64,
    pub(super) width: f64,
}

impl Room {
    /// Measures the session as it is now, which is at most what Set-Cookie has.
    pub(super) fn of(visit: &Visit) -> Room {
        let (report, t) = (visit.session.size_report(), visit.texts());
        let (used, allowed) = (report.set_cookie, report.allowed);
        let frame = Part::outside(&t["room.frame"], report.empty, FRAME);
        let mut parts = vec![frame];
        let colours = ENTRIES.iter().cycle();
        for ((key, inside), colour) in report.entries.iter().zip(colours) {
            parts.push(Part::inside(key, true, *inside, colour));
        }
        let others = [
            (&t["room.messages"], report.flash),
            (&t["room.padding"], report.padding),
        ];
        for (name, inside) in others.into_iter().filter(|(_, inside)| *inside > 0) {
            parts.push(Part::inside(name, false, inside, FRAME));
        }
        parts.push(Part::outside(
            &t["room.left"],
            allowed.saturating_sub(used),
            FREE,
        ));
        let mut x = 0.0;
        for part in &mut parts {
            part.x = x;
            part.width = percent(part.len, allowed);
            x += part.width;
        }
        Room {
            used,
            allowed,
            sent: visit.arrived().map_or(0, |token| token.sent()),
            cookies: report.cookies,
            parts,
        }
    }
}

impl Part {
    fn inside(name: &str, is_key: bool, inside: usize, colour: &'static str) -> Part {
        let part = Part::outside(name, (inside * 4).div_ceil(3), colour);
        Part {
            is_key,
            inside: Some(inside),
            ..part
        }
    }

    fn outside(name: &str, len: usize, colour: &'static str) -> Part {
        Part {
            name: name.to_owned(),
            is_key: false,
            inside: None,
            len,
            colour,
            x: 0.0,
            width: 0.0,
        }
    }
}

/// Returns percent with two decimals, which is finer than any screen.
pub(super) fn percent(part: usize, whole: usize) -> f64 {
    let share = part as f64 / whole.max(1) as f64;
    (share.min(1.0) * 10_000.0).round() / 100.0
}

const FRAME: &str = "#7d8590";
const FREE: &str = "none";
const ENTRIES: [&str; 4] = [bands::BODY, "#b36a12", "#f0b968", "#8a5520"];
