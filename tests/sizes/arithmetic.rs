//! The sizes of SPEC.md § 5.6, § 9.5 and § 9.6, computed independently.

/// Bytes of a text of `len` bytes as the value of the only entry `k`.
pub(crate) fn dictionary(len: usize) -> usize {
    let header = match len {
        0..32 => 1,
        32..256 => 2,
        _ => 3,
    };
    // The map, the key, the text.
    1 + 2 + header + len
}

/// Bytes of a number as a varint.
pub(crate) fn varint(number: u64) -> usize {
    (1..).find(|bytes| number >> (7 * bytes) == 0).unwrap()
}

/// The length to which a body of `len` bytes is padded.
pub(crate) fn padded(len: usize) -> usize {
    let n = (len + 1) as f64;
    let e = n.log2().floor();
    let s = e.log2().floor() + 1.0;
    let step = 2f64.powf(e - s);
    ((n / step).ceil() * step) as usize
}

/// Characters of a token for a body of this many bytes.
pub(crate) fn token(is_signed: bool, body: usize) -> usize {
    let overhead = if is_signed { 21 } else { 45 };
    // Six bits a character.
    ((overhead + body) * 8).div_ceil(6)
}

/// Bytes of the fields that a token takes where each has `beside` bytes beside its part, and at most
/// `limit` in all.
pub(crate) fn fields(token: usize, beside: usize, limit: usize) -> Vec<usize> {
    if beside + token <= limit {
        return vec![beside + token];
    }
    let mut fields = Vec::new();
    let mut left = token;
    while left > 0 {
        // `N.` in the first, `.1` in the names of the others.
        let part = left.min(limit - beside - 2);
        fields.push(beside + 2 + part);
        left -= part;
    }
    fields
}

#[test]
fn lengths_are_those_of_the_specification() {
    assert_eq!(padded(99), 104);
    assert_eq!(padded(9), 10);
    assert_eq!([0, 127, 128, 16_384].map(varint), [1, 1, 2, 3]);
    assert_eq!(token(false, 6 + 100), 202);
    assert_eq!(token(true, 7 + 2_139), 2_890);
    assert_eq!(fields(4_023, 73, 4_096), [4_096]);
    assert_eq!(fields(4_024, 73, 4_096), [4_096, 73 + 2 + 3]);
}
