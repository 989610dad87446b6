// The body of a token (SPEC.md § 5).

import { EPOCH, concat, toUtf8, u32, u8 } from "./bytes.js";
import { INVALID } from "./errors.js";
import { Reader, varint } from "./reader.js";

const FLAG = { limit: 0x01, sid: 0x02, pad: 0x04, device: 0x08, flash: 0x10, schema: 0x20, remembered: 0x40 };
const KNOWN = Object.values(FLAG).reduce((all, flag) => all | flag, 0);

/** Bytes of flags and metadata, each field at its longest (docs/spec/writer.md § 9.6). */
export const LONGEST_METADATA = 33;
/** Bytes of the field of a device, which has a reserve of its own. */
export const DEVICE = 16;

/** Reads a body: metadata, flash and payload. Throws `INVALID` (§ 5.1.5). */
export function readBody(body) {
  const reader = new Reader(body);
  const flags = reader.byte();
  if (flags & ~KNOWN) throw INVALID;
  const has = (flag) => (flags & flag) !== 0;
  const metadata = {
    issued: EPOCH + reader.uint(4),
    age: reader.varint(),
    limit: has(FLAG.limit) ? reader.varint() : null,
    remembered: has(FLAG.remembered) ? reader.varint() : null,
    sid: has(FLAG.sid) ? reader.take(8).slice() : null,
    device: has(FLAG.device) ? reader.take(DEVICE).slice() : null,
    schema: has(FLAG.schema) ? reader.varint() : 0,
  };
  if (has(FLAG.schema) && metadata.schema === 0) throw INVALID;
  const flash = has(FLAG.flash) ? readFlash(reader) : [];
  let end = body.length;
  if (has(FLAG.pad)) {
    do end--;
    while (end >= reader.at && body[end] === 0);
    if (end < reader.at || body[end] !== 0x80) throw INVALID;
  }
  return { metadata, flash, payload: body.slice(reader.at, end) };
}

function readFlash(reader) {
  const count = reader.varint();
  if (count === 0) throw INVALID;
  const messages = [];
  for (let i = 0; i < count; i++) messages.push([reader.text(reader.varint()), reader.text(reader.varint())]);
  return messages;
}

/** The flash field (§ 5.3); without messages there is none. */
export function flashBytes(messages) {
  if (messages.length === 0) return new Uint8Array();
  const texts = messages.flat().flatMap((text) => {
    const bytes = toUtf8(text);
    return [varint(bytes.length), bytes];
  });
  return concat(varint(messages.length), ...texts);
}

export function metadataBytes({ issued, age, limit, remembered, sid, device, schema }) {
  const spans = [limit, remembered].filter((span) => span !== null).map(varint);
  return concat(u32(issued - EPOCH), varint(age), ...spans, sid ?? [], device ?? [], schema ? varint(schema) : []);
}

/** Writes a body, padded to `length` bytes if it has fewer. */
export function writeBody(metadata, flash, payload, length) {
  const fields = concat(metadataBytes(metadata), flash, payload);
  const padding = Math.max(0, length - 1 - fields.length);
  let flags = 0;
  if (metadata.limit !== null) flags |= FLAG.limit;
  if (metadata.remembered !== null) flags |= FLAG.remembered;
  if (metadata.sid !== null) flags |= FLAG.sid;
  if (metadata.device) flags |= FLAG.device;
  if (metadata.schema !== 0) flags |= FLAG.schema;
  if (flash.length > 0) flags |= FLAG.flash;
  if (padding > 0) flags |= FLAG.pad;
  const zeros = new Uint8Array(padding);
  if (padding > 0) zeros[0] = 0x80;
  return concat(u8(flags), fields, zeros);
}

/** The padded length of `n` bytes, the mark included (§ 5.6.2). */
export function padme(n) {
  const e = Math.floor(Math.log2(n));
  const low = 2 ** (e - (Math.floor(Math.log2(e)) + 1));
  return Math.ceil(n / low) * low;
}
