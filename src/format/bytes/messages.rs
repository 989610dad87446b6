//! Bytes of flash messages (SPEC.md § 5.3): `count || count × (queue || message)`, or no bytes if there are no
//! messages.

use super::body::ByteReader;

/// Returns the queue and the text of each message, in the order in which they were added.
pub(crate) fn messages(bytes: &[u8]) -> impl Iterator<Item = (&str, &str)> {
    let mut reader = ByteReader::new(bytes);
    let count = reader.varint().unwrap_or(0);
    (0..count).map_while(move |_| Some((reader.string()?, reader.string()?)))
}

pub(crate) fn encode(messages: &[(&str, &str)]) -> Vec<u8> {
    if messages.is_empty() {
        return Vec::new();
    }
    let lens = messages
        .iter()
        .map(|(queue, message)| 2 * VARINT_LEN_MAX + queue.len() + message.len());
    // Growing would leave a copy behind in freed memory.
    let bytes = Vec::with_capacity(VARINT_LEN_MAX + lens.sum::<usize>());
    postcard::to_extend(messages, bytes).expect("strings in a vector are always encoded")
}

/// Bytes of the longest varint of 32 bits (SPEC.md § 5.2).
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
            let pairs: Vec<_> = list.iter().map(|(queue, message)| (queue.as_str(), message.as_str())).collect();
            let bytes = encode(&pairs);
            prop_assert!(messages(&bytes).eq(pairs));
            prop_assert_eq!(bytes.is_empty(), list.is_empty());
        }
    }
}
