//! Flash messages in their bytes (SPEC.md § 5.3): `count || count × (queue || message)`. Where there are
//! none there are no bytes.

use super::layout::{Reader, write_varint};

/// The queue and the text of each message, in the order in which they were added.
pub(super) fn messages(bytes: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let mut reader = Reader::new(bytes);
    let count = reader.varint().unwrap_or(0);
    (0..count).map_while(move |_| Some((reader.string()?, reader.string()?)))
}

pub(super) fn encode(messages: &[(&str, &str)]) -> Vec<u8> {
    if messages.is_empty() {
        return Vec::new();
    }
    let texts = || {
        messages
            .iter()
            .flat_map(|(queue, message)| [queue, message])
    };
    let len: usize = texts().map(|text| VARINT_LEN_MAX + text.len()).sum();
    // Growing would leave a copy behind.
    let mut bytes = Vec::with_capacity(VARINT_LEN_MAX + len);
    write_len(messages.len(), &mut bytes);
    for text in texts() {
        write_len(text.len(), &mut bytes);
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

fn write_len(len: usize, bytes: &mut Vec<u8>) {
    // What is longer is far too long for any cookie, and is refused for that.
    write_varint(u32::try_from(len).unwrap_or(u32::MAX), bytes);
}

const VARINT_LEN_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    /// Short, of any characters, and with a length of one byte or two.
    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-z]{0,3}", "\\PC{0,12}", "[aä€😀]{30,140}"]
    }

    #[test]
    fn many_messages_come_back() {
        let many = [("queue", "message"); 300];
        assert!(messages(&encode(&many)).eq(many));
    }

    proptest! {
        #[test]
        fn messages_come_back_in_their_order(list in vec((text(), text()), 0..8)) {
            let pairs = list.iter().map(|(queue, message)| (queue.as_str(), message.as_str()));
            let pairs: Vec<_> = pairs.collect();
            let bytes = encode(&pairs);
            prop_assert!(messages(&bytes).eq(pairs));
            prop_assert_eq!(bytes.is_empty(), list.is_empty());
        }
    }
}
