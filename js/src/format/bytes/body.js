// The body of a token (SPEC.md § 5).

import { EPOCH, toUtf8 } from "../base/bytes.js";
import { INVALID } from "../base/errors.js";
import { Reader } from "../base/reader.js";
import { Writer } from "../base/writer.js";

/** Flags of the optional fields (§ 5.1.1). */
const LIMIT = 0x01;
const SID = 0x02;
export const PADDING = 0x04;
const BOUND = 0x08;
const FLASH = 0x10;
const SCHEMA = 0x20;
const REMEMBERED = 0x40;
const RESERVED = 0x80;

/** Most bytes of flags and metadata, without a device (docs/spec/writer.md § 9.6). */
export const LONGEST_METADATA = 33;
/** Bytes of the field of a device. Only carriers of bound sessions reserve room for it. */
export const DEVICE = 16;

/**
 * The metadata of a session (§ 5.1). Times are in seconds.
 *
 * @typedef {{
 *   issued: number, age: number, limit: number | null, remembered: number | null, sid: Uint8Array | null, device: Uint8Array | null,
 *   schema?: number,
 * }} Metadata
 */

/** Reads a body: metadata, flash and payload. Throws `INVALID` (§ 5.1.5). */
export function readBody(body) {
  const reader = new Reader(body);
  const flags = reader.byte();
  if (flags & RESERVED) throw INVALID;
  const has = (flag) => (flags & flag) !== 0;
  const metadata = {
    issued: EPOCH + reader.uint(4),
    age: reader.varint(),
    limit: has(LIMIT) ? reader.varint() : null,
    remembered: has(REMEMBERED) ? reader.varint() : null,
    sid: has(SID) ? reader.take(8).slice() : null,
    device: has(BOUND) ? reader.take(DEVICE).slice() : null,
    schema: has(SCHEMA) ? reader.varint() : 0,
  };
  if (has(SCHEMA) && metadata.schema === 0) throw INVALID;
  const flash = has(FLASH) ? readFlash(reader) : [];
  let end = body.length;
  if (has(PADDING)) {
    do end--;
    while (end >= reader.at && body[end] === 0);
    if (end < reader.at || body[end] !== 0x80) throw INVALID;
  }
  return { metadata, flash, payload: body.subarray(reader.at, end) };
}

function readFlash(reader) {
  const count = reader.varint();
  if (count === 0) throw INVALID;
  const messages = [];
  for (let i = 0; i < count; i++) messages.push([reader.text(reader.varint()), reader.text(reader.varint())]);
  return messages;
}

/** Returns the flash field (§ 5.3), which is empty without messages. */
export function flashBytes(messages) {
  const writer = new Writer();
  if (messages.length > 0) writer.varint(messages.length);
  for (const text of messages.flat()) {
    const bytes = toUtf8(text);
    writer.varint(bytes.length);
    writer.push(bytes);
  }
  return writer.bytes;
}

/** Writes a body, without padding. */
export function writeBody({ issued, age, limit, remembered, sid, device, schema }, flash, payload) {
  const writer = new Writer();
  const has = (flag, value) => (value === null ? 0 : flag);
  const others = has(SCHEMA, schema || null) | has(FLASH, flash.length || null);
  writer.byte(has(LIMIT, limit) | has(REMEMBERED, remembered) | has(SID, sid) | has(BOUND, device) | others);
  writer.uint(issued - EPOCH, 4);
  writer.varint(age);
  if (limit !== null) writer.varint(limit);
  if (remembered !== null) writer.varint(remembered);
  if (sid) writer.push(sid);
  if (device) writer.push(device);
  if (schema) writer.varint(schema);
  writer.push(flash);
  writer.push(payload);
  return writer.bytes;
}
