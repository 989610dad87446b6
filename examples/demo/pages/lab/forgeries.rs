//! Tries cookies that are one bit away from the visitor's.

use std::time::Instant;

use hardtack::session::{Outcome, Reason};

use super::picture::Picture;
use crate::pages::{token::Token, visit::Visit};

pub(super) struct Forgeries {
    pub(super) summary: String,
    pub(super) years: String,
    /// Why forgeries were refused, with a colour and their number.
    pub(super) reasons: Vec<(Reason, &'static str, usize)>,
    /// The bytes in the colours of the reasons.
    pub(super) picture: Picture,
}

impl Forgeries {
    /// Tries every bit of a token of at most [`MOST_WHOLE_BYTES`], and one bit of each byte of a larger one.
    pub(super) fn of(token: &Token, visit: &Visit) -> Option<Forgeries> {
        let (t, now) = (visit.texts(), visit.site.clock.now());
        let mut bytes = token.bytes()?;
        let bits = if bytes.len() > MOST_WHOLE_BYTES { 1 } else { 8 };
        let mut reasons: Vec<(Reason, &str, usize)> = Vec::new();
        let mut parts = Vec::new();
        let mut opened = 0;
        let begin = Instant::now();
        for at in 0..bytes.len() {
            let mut colour = OPENED;
            for bit in 0..bits {
                bytes[at] ^= 1 << bit;
                match visit.open(&token.with_bytes(&bytes), now).outcome() {
                    Outcome::Rejected { reason, .. } => colour = count(&mut reasons, reason),
                    _ => opened += 1,
                }
                bytes[at] ^= 1 << bit;
            }
            parts.push((1, colour));
        }
        let (tried, took) = (bytes.len() * bits, begin.elapsed().as_secs_f64());
        let time = format!("{:.1} ms", took * 1e3);
        // There are 2^128 tags.
        let years = 128.0 * 2_f64.log10() + (took / tried as f64 / YEAR).log10();
        Some(Forgeries {
            summary: t.filled(
                "forge.done",
                &[("tried", &tried), ("time", &time), ("opened", &opened)],
            ),
            years: t.filled("forge.years", &[("exponent", &raised(years))]),
            picture: Picture::of(&parts, None),
            reasons,
        })
    }
}

/// Writes a whole number as an exponent.
fn raised(number: f64) -> String {
    let digits = format!("{number:.0}");
    let raised = |digit: char| "⁰¹²³⁴⁵⁶⁷⁸⁹".chars().nth(digit.to_digit(10)? as usize);
    digits.chars().filter_map(raised).collect()
}

/// Counts one more for this reason, and returns its colour.
fn count(reasons: &mut Vec<(Reason, &'static str, usize)>, reason: Reason) -> &'static str {
    let known = reasons.iter().position(|known| known.0 == reason);
    let at = known.unwrap_or(reasons.len());
    if known.is_none() {
        reasons.push((reason, COLOURS[at % COLOURS.len()], 0));
    }
    reasons[at].2 += 1;
    reasons[at].1
}

/// Bytes of a token of which every bit is tried within a moment.
const MOST_WHOLE_BYTES: usize = 3_072;
/// In seconds.
const YEAR: f64 = 365.25 * 86_400.0;
const OPENED: &str = "#1f9d55";
const COLOURS: [&str; 4] = ["#7d8590", "#7a5fd8", "#cf5138", "#3b5cad"];
