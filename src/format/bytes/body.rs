//! Bytes of a body (SPEC.md § 5).
//!
//! ```text
//! flags (1) || issued (4) || age (varint)
//!   [limit (varint)] [remembered (varint)] [sid (8)] [device (16)] [schema (varint)] [flash] || payload [80 00*]
//! ```

use std::num::NonZeroU32;

use crate::format::{
    base::{EPOCH, UnixSeconds},
    crypto::scratch::Wiped,
};

/// A session id: 8 random bytes.
pub(crate) type Sid = [u8; 8];

/// Fields of a body before flash and payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// Time of issue in Unix seconds. On the wire it counts from [`EPOCH`].
    pub(crate) issued: UnixSeconds,
    /// Seconds from `issued` to the last activity that was written.
    pub(crate) age: u32,
    /// Seconds from `issued` after which the session ends, even if it is remembered for longer.
    pub(crate) limit: Option<u32>,
    /// Seconds from `issued` for which the session is kept after the browser is closed, if it was remembered, whatever
    /// the present settings say.
    pub(crate) remembered: Option<u32>,
    pub(crate) sid: Option<Sid>,
    /// Device that the session is bound to: a hash of its key and of the id for which the key was registered
    /// (crates/device/docs/devices.md § 16.2).
    pub(crate) device: Option<[u8; DEVICE_LEN]>,
    /// Version of a typed payload, or 0 for a dictionary, which has no such field.
    pub(crate) schema: u32,
}

/// Body that a request brought, or that was made from its old cookie: bytes and metadata, and the positions of flash
/// and payload.
pub(crate) struct Body {
    pub(crate) metadata: Metadata,
    bytes: Wiped,
    /// Flash ends where the payload begins.
    flash_start: u32,
    payload_start: u32,
    payload_end: u32,
    /// Length of the token, and number of cookies that it came in, or `None` if the body was made from an old cookie.
    pub(crate) arrived_in: Option<(NonZeroU32, u32)>,
}

impl Metadata {
    pub(crate) fn last_active(&self) -> UnixSeconds {
        self.issued + UnixSeconds::from(self.age)
    }

    /// Returns the schema, unless the payload is a dictionary.
    fn written_schema(&self) -> Option<u32> {
        (self.schema != 0).then_some(self.schema)
    }

    /// Returns the length of these fields in bytes.
    pub(crate) fn len(&self) -> usize {
        let sid = self.sid.map_or(0, |sid| sid.len());
        let device = self.device.map_or(0, |device| device.len());
        let optional = [self.limit, self.remembered, self.written_schema()]
            .into_iter()
            .flatten()
            .map(varint_len);
        1 + 4 + varint_len(self.age) + optional.sum::<usize>() + sid + device
    }

    /// Reads the fields that `flags` announce.
    #[inline]
    fn read(flags: u8, reader: &mut ByteReader<'_>) -> Option<Metadata> {
        let has = |flag| flags & flag != 0;
        let issued = u32::from_be_bytes(reader.array()?);
        let mut read = Metadata {
            issued: EPOCH + UnixSeconds::from(issued),
            age: reader.varint()?,
            ..Metadata::default()
        };
        if has(LIMIT) {
            read.limit = Some(reader.varint()?);
        }
        if has(REMEMBERED) {
            read.remembered = Some(reader.varint()?);
        }
        if has(SID) {
            read.sid = Some(reader.array()?);
        }
        if has(DEVICE) {
            read.device = Some(reader.array()?);
        }
        if has(SCHEMA) {
            read.schema = reader.positive_varint()?;
        }
        Some(read)
    }

    /// Appends a whole body, padded to `padded_len` bytes if it has fewer. An `issued` that no token can carry
    /// is written as [`EPOCH`].
    pub(crate) fn write(
        &self,
        flash: &[u8],
        payload: &[u8],
        padded_len: usize,
        body: &mut Vec<u8>,
    ) {
        let padding = padded_len.saturating_sub(self.len() + flash.len() + payload.len());
        let mut flags = 0;
        let mut set = |flag, is_set: bool| flags |= if is_set { flag } else { 0 };
        set(LIMIT, self.limit.is_some());
        set(SID, self.sid.is_some());
        set(PAD, padding > 0);
        set(SCHEMA, self.schema != 0);
        set(FLASH, !flash.is_empty());
        set(REMEMBERED, self.remembered.is_some());
        set(DEVICE, self.device.is_some());

        body.push(flags);
        body.extend_from_slice(&wire_issued(self.issued).unwrap_or(0).to_be_bytes());
        write_varint(self.age, body);
        for duration in [self.limit, self.remembered].into_iter().flatten() {
            write_varint(duration, body);
        }
        body.extend_from_slice(self.sid.as_ref().map_or(&[], |sid| sid));
        body.extend_from_slice(self.device.as_ref().map_or(&[], |device| device));
        if let Some(schema) = self.written_schema() {
            write_varint(schema, body);
        }
        body.extend_from_slice(flash);
        body.extend_from_slice(payload);
        if let Some(zeros) = padding.checked_sub(1) {
            body.push(PAD_MARK);
            body.resize(body.len() + zeros, 0);
        }
    }
}

impl Body {
    /// Reads a body. Returns `None` if it breaks the format, which takes a bug or a holder of the key.
    #[inline]
    pub(crate) fn parse(bytes: Wiped, arrived_in: Option<(NonZeroU32, u32)>) -> Option<Body> {
        let mut reader = ByteReader::new(&bytes);
        let flags = reader.byte()?;
        let has = |flag| flags & flag != 0;
        if has(!KNOWN) {
            return None;
        }
        let metadata = Metadata::read(flags, &mut reader)?;
        let flash_start = bytes.len() - reader.rest.len();
        if has(FLASH) {
            reader.skip_flash()?;
        }
        let payload_start = bytes.len() - reader.rest.len();
        let payload_end = if has(PAD) {
            unpadded_len(&bytes)?
        } else {
            bytes.len()
        };
        if payload_end < payload_start {
            return None;
        }
        Some(Body {
            metadata,
            flash_start: flash_start.try_into().ok()?,
            payload_start: payload_start.try_into().ok()?,
            payload_end: payload_end.try_into().ok()?,
            bytes,
            arrived_in,
        })
    }

    /// Makes a body that no token carried. Returns `None` if it has 4 GiB or more.
    pub(crate) fn of(metadata: Metadata, flash: &[u8], payload: &[u8]) -> Option<Body> {
        let lengths = [metadata.len(), flash.len(), payload.len()];
        let mut bytes = Vec::with_capacity(lengths.iter().sum());
        metadata.write(flash, payload, 0, &mut bytes);
        let read = Body::parse(bytes.into(), None)?;
        // As given, so that a date which no token can carry is still refused as one.
        Some(Body { metadata, ..read })
    }

    /// Returns the whole body.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the flash field, which is empty if there are no messages.
    pub(crate) fn flash(&self) -> &[u8] {
        &self.bytes[self.flash_start as usize..self.payload_start as usize]
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.bytes[self.payload_start as usize..self.payload_end as usize]
    }

    /// Returns the number of bytes after the payload.
    pub(crate) fn padding_len(&self) -> usize {
        self.bytes.len() - self.payload_end as usize
    }

    /// Returns `true` if the body has this metadata. Age alone makes no difference.
    pub(crate) fn has_metadata(&self, other: Metadata) -> bool {
        let age = self.metadata.age;
        self.metadata == Metadata { age, ..other }
    }

    /// Returns `true` if the body was made from an old cookie, so it has to be written.
    pub(crate) fn is_taken_over(&self) -> bool {
        self.arrived_in.is_none()
    }

    pub(crate) fn session(&self) -> (&Metadata, &[u8]) {
        (&self.metadata, self.payload())
    }
}

pub(crate) struct ByteReader<'a> {
    rest: &'a [u8],
}

impl<'a> ByteReader<'a> {
    pub(crate) fn new(body: &'a [u8]) -> ByteReader<'a> {
        ByteReader { rest: body }
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.rest.split_off(..N)?.try_into().ok()
    }

    fn byte(&mut self) -> Option<u8> {
        self.rest.split_off_first().copied()
    }

    /// Reads an unsigned LEB128 number below 2^32, in its shortest form only (SPEC.md § 5.2).
    pub(crate) fn varint(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            let bits = u32::from(byte & 0x7F);
            if shift == 28 && bits > 0x0F {
                return None;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                let is_shortest = byte != 0 || shift == 0;
                return is_shortest.then_some(value);
            }
        }
        None
    }

    fn positive_varint(&mut self) -> Option<u32> {
        self.varint().filter(|&value| value != 0)
    }

    /// Skips `count || count × (queue || message)`. Each string has its length before it (SPEC.md § 5.3).
    fn skip_flash(&mut self) -> Option<()> {
        let count = self.positive_varint()?;
        for _ in 0..count {
            self.string()?;
            self.string()?;
        }
        Some(())
    }

    pub(crate) fn string(&mut self) -> Option<&'a str> {
        let len = usize::try_from(self.varint()?).ok()?;
        std::str::from_utf8(self.rest.split_off(..len)?).ok()
    }
}

/// Returns the length of a padded body without its padding, which starts at the last 0x80. Only zeros may follow that
/// (SPEC.md § 5.6).
fn unpadded_len(body: &[u8]) -> Option<usize> {
    let marker = body.iter().rposition(|&byte| byte != 0)?;
    (body[marker] == PAD_MARK).then_some(marker)
}

/// Returns a time as tokens carry it, or `None` if no token can carry it. Nothing is sealed then (SPEC.md § 6.4).
pub(crate) fn wire_issued(issued: UnixSeconds) -> Option<u32> {
    issued.checked_sub(EPOCH)?.try_into().ok()
}

/// Returns the name of a session in CSRF tokens: `sid || u32(issued)` (SPEC.md § 13).
pub(crate) fn csrf_name(sid: Sid, issued: UnixSeconds) -> [u8; 12] {
    let mut name = [0; 12];
    name[..8].copy_from_slice(&sid);
    name[8..].copy_from_slice(&wire_issued(issued).unwrap_or(0).to_be_bytes());
    name
}

fn varint_len(value: u32) -> usize {
    (value.max(1).ilog2() / 7 + 1) as usize
}

fn write_varint(mut value: u32, bytes: &mut Vec<u8>) {
    while value > 0x7F {
        bytes.push((value & 0x7F) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

const LIMIT: u8 = 0x01;
const SID: u8 = 0x02;
const PAD: u8 = 0x04;
const DEVICE: u8 = 0x08;
const FLASH: u8 = 0x10;
const SCHEMA: u8 = 0x20;
const REMEMBERED: u8 = 0x40;
const KNOWN: u8 = LIMIT | SID | PAD | DEVICE | FLASH | SCHEMA | REMEMBERED;

const PAD_MARK: u8 = 0x80;

/// Bytes of the device field.
pub(crate) const DEVICE_LEN: usize = 16;

/// Length of the metadata without a device, with every other field at its longest. This is the reserve of
/// docs/spec/writer.md § 9.6.1.
pub(crate) const LONGEST_METADATA: usize = 1 + 4 + 5 + 5 + 5 + 8 + 5;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn metadata() -> impl Strategy<Value = Metadata> {
        let dates = (any::<u32>(), any::<u32>());
        let durations = (any::<Option<u32>>(), any::<Option<u32>>());
        (dates, durations, any::<Option<Sid>>(), any::<u32>()).prop_map(
            |((issued, age), (limit, remembered), sid, schema)| Metadata {
                issued: EPOCH + u64::from(issued),
                age,
                limit,
                remembered,
                sid,
                device: sid.map(|[byte, ..]| [byte; DEVICE_LEN]),
                schema,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(metadata in metadata(), payload: Vec<u8>, padding in 0..40usize) {
            let mut body = Vec::new();
            let len = metadata.len() + 4 + payload.len();
            metadata.write(b"\x01\x00\x01!", &payload, len + padding, &mut body);
            prop_assert_eq!(len + padding, body.len());
            let body = Body::parse(body.into(), None).expect("our own body");
            prop_assert_eq!(body.metadata, metadata);
            prop_assert_eq!(body.flash(), b"\x01\x00\x01!");
            prop_assert_eq!(body.payload(), &payload[..]);
            prop_assert_eq!(body.bytes().len() - body.payload_end as usize, padding);
            // A device has a reserve of its own.
            let metadata = Metadata { device: None, ..metadata };
            prop_assert!(metadata.len() <= LONGEST_METADATA);
        }

        #[test]
        fn what_is_read_has_one_spelling(body: Vec<u8>) {
            if let Some(read) = Body::parse(body.clone().into(), None) {
                let mut again = Vec::new();
                read.metadata.write(read.flash(), read.payload(), body.len(), &mut again);
                prop_assert_eq!(again, body);
            }
        }
    }
}
