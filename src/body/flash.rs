//! Flash messages in their bytes (SPEC.md § 5.3): `count || count × (queue || message)`. Where there are
//! none there are no bytes.

use super::layout::{Reader, write_varint};

/// The queue and the text of each message, in the order in which they were added.
pub(super) fn messages(bytes: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let mut reader = Reader { body: bytes, at: 0 };
    let count = reader.varint().unwrap_or(0);
    (0..count).map_while(move |_| Some((reader.string()?, reader.string()?)))
}

/// The bytes of these messages.
pub(super) fn encode<'a>(messages: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Vec<u8> {
    let mut bytes = Vec::new();
    let count = messages.clone().count();
    if count > 0 {
        write_len(count, &mut bytes);
    }
    for (queue, message) in messages {
        for text in [queue, message] {
            write_len(text.len(), &mut bytes);
            bytes.extend_from_slice(text.as_bytes());
        }
    }
    bytes
}

/// What is too long for this field is far too long for any cookie.
fn write_len(len: usize, bytes: &mut Vec<u8>) {
    write_varint(u32::try_from(len).unwrap_or(u32::MAX), bytes);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn messages_come_back_in_their_order(list: Vec<(String, String)>) {
            let pairs = || list.iter().map(|(queue, message)| (queue.as_str(), message.as_str()));
            let bytes = encode(pairs());
            prop_assert!(messages(&bytes).eq(pairs()));
            prop_assert_eq!(bytes.is_empty(), list.is_empty());
        }
    }
}
