//! Fingerprints of key rings and of settings (SPEC.md § 3.6, § 3.7).

use crate::format::{base::show_in_hex, crypto::sha256::sha256};

/// Fingerprint of a key ring, or of the settings that programs must share: 8 bytes, shown as 16 hexadecimal digits. It
/// is public ([SPEC.md § 3.6, § 3.7]).
///
/// [SPEC.md § 3.6, § 3.7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#36-fingerprint
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

show_in_hex!(Fingerprint as u64);

impl Fingerprint {
    /// Returns the fingerprint of settings, given as their text (SPEC.md § 3.7.3).
    pub(crate) fn of_settings(text: &str) -> Fingerprint {
        Fingerprint::of(&[b"hardtack settings v1\0", text.as_bytes()])
    }

    pub(super) fn of(parts: &[&[u8]]) -> Fingerprint {
        let hash = sha256(parts);
        Fingerprint(std::array::from_fn(|i| hash[i]))
    }
}
