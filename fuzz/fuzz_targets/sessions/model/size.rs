//! Room for the content of a session (docs/spec/writer.md § 9.5, § 9.6).

use super::settings::{Carrier, Settings, Size};

impl Settings {
    /// Returns the cookies in which a session goes at most, and the bytes of each field.
    pub fn allowed(&self) -> (usize, usize) {
        match self.carrier {
            Carrier::Cookie(Size::Anywhere) => (1, 3072),
            Carrier::Cookie(Size::Browser) => (1, 4096),
            Carrier::Cookie(Size::Split(cookies)) => (cookies.into(), 4096),
            Carrier::Header(_, characters) | Carrier::Token(characters) => (1, characters),
        }
    }

    /// Returns the bytes that payload and flash field may take together.
    pub fn room(&self) -> usize {
        let (cookies, field) = self.allowed();
        let fixed = match self.carrier {
            Carrier::Cookie(_) if cookies > 1 => FIXED + 2,
            Carrier::Cookie(_) => FIXED,
            Carrier::Header(..) | Carrier::Token(_) => 0,
        };
        let overhead = if self.is_signed { 21 } else { 45 };
        let longest_body = cookies * (field - fixed) * 3 / 4 - overhead;
        let fits = |room: &usize| padme(METADATA + room + 1) <= longest_body;
        match self.is_padded {
            true => (0..longest_body).rev().find(fits).expect("there is room"),
            false => longest_body - METADATA,
        }
    }
}

/// Returns the length to which a body is padded (SPEC.md § 5.6).
fn padme(len: usize) -> usize {
    let exponent = len.ilog2();
    let step = 1 << (exponent - exponent.ilog2() - 1);
    len.next_multiple_of(step)
}

/// Bytes of `__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=34560000`.
const FIXED: usize = 73;

/// Fields of a body before flash and payload, each at its longest.
const METADATA: usize = 33;
