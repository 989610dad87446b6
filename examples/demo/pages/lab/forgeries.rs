//! Every cookie that is one bit away from the visitor's, tried.

use std::time::Instant;

use hardtack::session::{Outcome, Reason};

use super::{picture::Picture, verdict};
use crate::{
    pages::{
        token::{Token, as_field},
        visit::Visit,
    },
    texts::filled,
};

pub(super) struct Forgeries {
    pub(super) summary: String,
    pub(super) years: String,
    pub(super) reasons: Vec<Refusals>,
    /// The bytes in the colours of the reasons.
    pub(super) picture: Picture,
}

/// Forgeries that were refused for one reason.
pub(super) struct Refusals {
    reason: Reason,
    pub(super) name: &'static str,
    pub(super) text: &'static str,
    pub(super) colour: &'static str,
    pub(super) count: usize,
}

impl Forgeries {
    /// Tries every bit of a session in one cookie, and a bit of each byte of a larger one.
    pub(super) fn of(token: &Token, visit: &Visit) -> Option<Forgeries> {
        let t = visit.texts();
        let mut bytes = token.bytes()?;
        let bits = if bytes.len() > MOST_WHOLE_BYTES { 1 } else { 8 };
        let (mut reasons, mut parts) = (Vec::new(), Vec::new());
        let mut opened = 0;
        let begin = Instant::now();
        for at in 0..bytes.len() {
            let mut colour = OPENED;
            for bit in 0..bits {
                bytes[at] ^= 1 << bit;
                match refusal(&token.with_bytes(&bytes), visit) {
                    Some(reason) => colour = count(&mut reasons, reason, visit),
                    None => opened += 1,
                }
                bytes[at] ^= 1 << bit;
            }
            parts.push((1, colour));
        }
        let (tried, took) = (bytes.len() * bits, begin.elapsed().as_secs_f64());
        let values = [
            ("tried", &*tried.to_string()),
            ("time", &format!("{:.1} ms", took * 1e3)),
            ("opened", &opened.to_string()),
        ];
        // There are 2^128 tags.
        let years = 128.0 * 2_f64.log10() + (took / tried as f64 / YEAR).log10();
        let exponent = format!("{years:.0}")
            .chars()
            .map(superscript)
            .collect::<String>();
        Some(Forgeries {
            summary: filled(&t["forge.done"], &values),
            years: filled(&t["forge.years"], &[("exponent", &exponent)]),
            picture: Picture::of(&parts, None),
            reasons,
        })
    }
}

fn refusal(cookies: &[(String, String)], visit: &Visit) -> Option<Reason> {
    let session = visit
        .site
        .probe
        .load([as_field(cookies)], visit.site.clock.now());
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    }
}

/// Counts one more for this reason, and returns its colour.
fn count(reasons: &mut Vec<Refusals>, reason: Reason, visit: &Visit) -> &'static str {
    let known = reasons.iter().position(|known| known.reason == reason);
    let number = known.unwrap_or_else(|| {
        reasons.push(Refusals {
            reason,
            name: reason.name(),
            text: verdict::why(reason, visit.texts()),
            colour: COLOURS[reasons.len() % COLOURS.len()],
            count: 0,
        });
        reasons.len() - 1
    });
    reasons[number].count += 1;
    reasons[number].colour
}

fn superscript(digit: char) -> char {
    let digits = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let value = digit
        .to_digit(10)
        .and_then(|digit| digits.get(digit as usize));
    value.copied().unwrap_or(digit)
}

/// Bytes of a token of which every bit is tried within a moment.
const MOST_WHOLE_BYTES: usize = 3_072;
/// In seconds.
const YEAR: f64 = 365.25 * 86_400.0;
const OPENED: &str = "#1f9d55";
const COLOURS: [&str; 4] = ["#7d8590", "#7a5fd8", "#cf5138", "#3b5cad"];
