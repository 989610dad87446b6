#!/usr/bin/env python3
"""A second implementation of the hardtack token format, which writes the test vectors beside it.

    pip install cryptography      (Python 3.10 or later)
    python3 generate.py            rewrites the JSON files; the same bytes every time
    python3 generate.py --check    writes nothing, exits with 1 if a file differs

It shares no code with the crate: it was written from the specification alone, whose sections it names (§).
Before a vector is written it is tried here: a passing one has to open, a failing one has to be refused with
exactly its reason. Keys and random bytes are SHA-256 of fixed strings: never use them for anything else.
"""

import base64
import hashlib
import hmac
import json
import math
import re
import struct
import sys
from datetime import datetime, timezone
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

# ---------------------------------------------------------------- § 1 Notation and constants

LABEL = b"hardtack/v1"
KEY_PREFIX = "hardtack_key_v1_"
EPOCH = 1767225600
U32_MAX = 2**32 - 1
MAX_CHARACTERS, MAX_BLOB = 32_768, 24_576
MAX_CANDIDATES, MAX_DEPTH = 4, 64

u8, u16, u32, u64 = (struct.Struct(f).pack for f in (">B", ">H", ">I", ">Q"))


class Refused(Exception):
    """A refusal, by its name in the vectors, with the key id where one is known."""

    def __init__(self, reason, key_id=None):
        super().__init__(reason)
        self.reason, self.key_id = reason, key_id


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode_base64url(text):
    """Strict: the alphabet only, no padding, a possible length, unused bits zero."""
    if not re.fullmatch("[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        raise Refused("Encoding")
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if base64url(data) != text:
        raise Refused("Encoding")
    return data


# ---------------------------------------------------------------- § 2 Suites

FMT = {"xaes": 0x78, "xcha": 0x79, "sign": 0xB0}
TYPE = {fmt: name for name, fmt in FMT.items()}
MODE = {"xaes": "encrypted", "xcha": "encrypted", "sign": "signed"}
FLOOR = {"encrypted": 51, "signed": 27}


def hmac_sha256(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def hkdf_expand(prk, info, length):
    okm, block = b"", b""
    for counter in range(1, math.ceil(length / 32) + 1):
        block = hmac_sha256(prk, block + info + u8(counter))
        okm += block
    return okm[:length]


def xor(a, b):
    return bytes(x ^ y for x, y in zip(a, b, strict=True))


def xaes(key, nonce):
    """XAES-256-GCM (C2SP): a key for this nonce's first half by CMAC, AES-256-GCM with its second half."""
    aes = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    left = int.from_bytes(aes.update(bytes(16)), "big")
    subkey = ((left << 1) % 2**128 ^ (0x87 if left >> 127 else 0)).to_bytes(16, "big")
    halves = [aes.update(xor(b"\x00" + u8(i) + b"X\x00" + nonce[:12], subkey)) for i in (1, 2)]
    return AESGCM(b"".join(halves)), nonce[12:]


def hchacha20(key, nonce):
    s = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))

    def quarter(a, b, c, d):
        for x, y, z, bits in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            s[x] = (s[x] + s[y]) & U32_MAX
            mixed = s[z] ^ s[x]
            s[z] = (mixed << bits | mixed >> (32 - bits)) & U32_MAX

    for _ in range(10):
        for column in range(4):
            quarter(column, 4 + column, 8 + column, 12 + column)
        for row in range(4):
            quarter(row, 4 + (row + 1) % 4, 8 + (row + 2) % 4, 12 + (row + 3) % 4)
    return struct.pack("<8I", *s[:4], *s[12:])


def xchacha(key, nonce):
    return ChaCha20Poly1305(hchacha20(key, nonce[:16])), bytes(4) + nonce[16:]


AEAD = {"xaes": xaes, "xcha": xchacha}


# ---------------------------------------------------------------- § 3 Keys

def purpose_bytes(purpose):
    kind, name = purpose["kind"], purpose["name"]
    return {"cookie": name, "header": "header:" + name.lower(), "token": "token:" + name}[kind].encode()


class Key:
    def __init__(self, type_, secret):
        assert len(secret) == 32
        self.type, self.secret = type_, secret
        self.fmt, self.mode = FMT[type_], MODE[type_]
        self.prk = hmac_sha256(LABEL, secret)
        self.kid = self.derive("kid", b"", 4)

    def derive(self, what, purpose, length=32):
        info = u8(len(LABEL)) + LABEL + u8(len(what)) + what.encode() + u8(self.fmt) + u16(len(purpose)) + purpose
        return hkdf_expand(self.prk, info, length)

    @property
    def text(self):
        head = KEY_PREFIX + self.type + "_"
        return head + base64url(self.secret + hashlib.sha256(head.encode() + self.secret).digest()[:4])

    @staticmethod
    def parse(text):
        return Key.parse_exact(text.strip(" \t\n\f\r"))

    @staticmethod
    def parse_exact(text):
        if not text.startswith(KEY_PREFIX):
            raise Refused("prefix")
        type_, underscore, rest = text[len(KEY_PREFIX):].partition("_")
        if type_ not in FMT or not underscore:
            raise Refused("type")
        if len(rest) != 48:
            raise Refused("length")
        try:
            key = Key(type_, decode_base64url(rest)[:32])
        except Refused:
            raise Refused("encoding") from None
        if key.text != KEY_PREFIX + type_ + "_" + rest:
            raise Refused("checksum")
        if len(set(key.secret)) < 8:
            raise Refused("weak")
        return key


def parse_time(text):
    if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z", text):
        raise Refused("time")
    try:
        moment = datetime.strptime(text[:-1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    except ValueError:
        raise Refused("time") from None
    if (seconds := int(moment.timestamp())) < EPOCH:
        raise Refused("time")
    return seconds


class Ring:
    """Entries (key, seal_from, accept_until) in the order of § 3.4: the last one that has begun seals."""

    def __init__(self, text, mode):
        listed, self.not_before = [], None
        text = text.strip(" \t\n\f\r")
        lines = re.split("\r?\n", text)
        commas = any("," in line and not line.lstrip(" \t").startswith("#") for line in lines)
        for item in text.split(",") if commas else lines:
            item = item.strip(" \t")
            if not item or item.startswith("#"):
                if commas:
                    raise Refused("blank")
                continue
            first, *attributes = re.split("[ \t]+", item)
            if first.startswith("not_before="):
                if attributes or self.not_before is not None:
                    raise Refused("attribute")
                self.not_before = parse_time(first.removeprefix("not_before="))
                continue
            try:
                key = Key.parse_exact(first)
            except Refused:
                raise Refused("key") from None
            if key.mode != mode:
                raise Refused("mixed")
            times = {}
            for attribute in attributes:
                name, equals, value = attribute.partition("=")
                if name not in ("seal_from", "accept_until") or not equals or name in times:
                    raise Refused("attribute")
                times[name] = parse_time(value)
            listed.append((key, times.get("seal_from"), times.get("accept_until")))
        self.entries = sorted(reversed(listed), key=lambda entry: entry[1] or 0)
        self.by_kid = {entry[0].kid: entry for entry in self.entries}
        if not listed:
            raise Refused("empty")
        if len(self.by_kid) < len(listed):
            raise Refused("duplicate")
        if self.entries[-1][2] is not None:
            raise Refused("last-retires")
        for (_, _, until), (_, next_from, _) in zip(self.entries, self.entries[1:]):
            if until is not None and until <= (next_from or 0):
                raise Refused("retires-too-early")

    def sealing(self, now):
        begun = [e for e in self.entries if (e[1] or 0) <= now]
        return (begun or self.entries[:1])[-1][0]

    def accepted(self, now):
        return [e[0] for e in self.entries if e[2] is None or now < e[2]]

    def standing(self, key, now):
        order = [e[0].kid for e in self.entries]
        difference = order.index(key.kid) - order.index(self.sealing(now).kid)
        return "sealing" if difference == 0 else "earlier" if difference < 0 else "later"

    def fingerprint(self):
        parts = [kid + u64(e[1] or 0) + u64(e[2] or 0) for kid, e in sorted(self.by_kid.items())]
        return hashlib.sha256(b"".join(parts) + u64(self.not_before or 0)).digest()[:8]


# ---------------------------------------------------------------- § 5 Body

HAS_TTL, HAS_SID, HAS_PAD, HAS_FLASH, HAS_SCHEMA, IS_PERSISTENT = 0x01, 0x02, 0x04, 0x10, 0x20, 0x40


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + u8(value & 0x7F | 0x80), value >> 7
    return out + u8(value)


def text(value):
    return varint(len(value.encode())) + value.encode()


def body(issued, age=0, ttl=None, sid=None, schema=None, flash=(), payload=b"", pad=None, persistent=False):
    """A body; `pad` is the number of zeros after the marker."""
    flags, out = (IS_PERSISTENT if persistent else 0), u32(issued - EPOCH) + varint(age)
    if ttl is not None:
        flags, out = flags | HAS_TTL, out + varint(ttl)
    if sid is not None:
        flags, out = flags | HAS_SID, out + sid
    if schema is not None:
        flags, out = flags | HAS_SCHEMA, out + varint(schema)
    if flash:
        flags, out = flags | HAS_FLASH, out + varint(len(flash)) + b"".join(text(q) + text(m) for q, m in flash)
    out += payload
    if pad is not None:
        flags, out = flags | HAS_PAD, out + b"\x80" + bytes(pad)
    return u8(flags) + out


class Reader:
    """Takes bytes from the front; refuses with `reason` when they run out."""

    def __init__(self, data, reason):
        self.data, self.reason = data, reason

    def fail(self):
        raise Refused(self.reason)

    def take(self, length):
        if length > len(self.data):
            self.fail()
        taken, self.data = self.data[:length], self.data[length:]
        return taken

    def number(self, length):
        return int.from_bytes(self.take(length), "big")

    def utf8(self, length):
        try:
            return self.take(length).decode("utf-8")
        except UnicodeDecodeError:
            self.fail()

    def varint(self):
        value = 0
        for position in range(5):
            byte = self.number(1)
            value |= (byte & 0x7F) << 7 * position
            if byte < 0x80:
                if (byte == 0 and position > 0) or value > U32_MAX:
                    self.fail()
                return value
        self.fail()


def parse_body(data):
    r = Reader(data, "Malformed")
    flags = r.number(1)
    if flags & 0x88 or (flags & IS_PERSISTENT and not flags & HAS_TTL):
        r.fail()
    issued = EPOCH + r.number(4)
    out = {"issued": issued, "last_active": issued + r.varint(), "persistent": bool(flags & IS_PERSISTENT)}
    out["ttl"] = r.varint() if flags & HAS_TTL else None
    out["sid"] = r.take(8) if flags & HAS_SID else None
    out["schema"] = r.varint() if flags & HAS_SCHEMA else None
    count = r.varint() if flags & HAS_FLASH else None
    if out["schema"] == 0 or count == 0:
        r.fail()
    out["flash"] = [[r.utf8(r.varint()), r.utf8(r.varint())] for _ in range(count or 0)]
    out["payload"] = r.data
    if flags & HAS_PAD:
        out["payload"], marker, zeros = r.data.rpartition(b"\x80")
        if not marker or zeros.strip(b"\0"):
            r.fail()
    return out


def pack(value):
    """MessagePack in its smallest form; a dict keeps its order, so tests can write a wrong one."""
    if value is None or isinstance(value, bool):
        return {None: b"\xc0", False: b"\xc2", True: b"\xc3"}[value]
    if isinstance(value, float):
        return b"\xcb" + struct.pack(">d", value)
    if isinstance(value, int):
        if -32 <= value <= 127:
            return struct.pack("b", value)
        codes = "BHIQ" if value > 0 else "bhiq"
        for index, code in enumerate(codes):
            try:
                return u8((0xCC if value > 0 else 0xD0) + index) + struct.pack(">" + code, value)
            except struct.error:
                continue
    if isinstance(value, str):
        data = value.encode()
        return pack_head(len(data), 0xA0, 32, (0xD9, 0xDA, 0xDB)) + data
    if isinstance(value, bytes):
        return pack_head(len(value), 0, 0, (0xC4, 0xC5, 0xC6)) + value
    if isinstance(value, list):
        return pack_head(len(value), 0x90, 16, (None, 0xDC, 0xDD)) + b"".join(map(pack, value))
    return pack_head(len(value), 0x80, 16, (None, 0xDE, 0xDF)) + b"".join(pack(k) + pack(v) for k, v in value.items())


def pack_head(length, small, limit, codes):
    if length < limit:
        return u8(small | length)
    for code, width in zip(codes, (1, 2, 4)):
        if code is not None and length < 256**width:
            return u8(code) + length.to_bytes(width, "big")


def dictionary(payload):
    """Reads a dictionary payload (§ 5.4)."""
    if not payload:
        return {}
    r, out, previous = Reader(payload, "Payload"), {}, None
    head = r.number(1)
    count = head & 0x0F if head & 0xF0 == 0x80 else r.number({0xDE: 2, 0xDF: 4}.get(head) or r.fail())
    if count == 0 or not payload.startswith(pack_head(count, 0x80, 16, (None, 0xDE, 0xDF))):
        r.fail()
    for _ in range(count):
        rest = r.data
        key = unpack(r, 1)
        if not isinstance(key, str) or not rest.startswith(pack(key)) or (previous is not None and key.encode() <= previous):
            r.fail()
        previous = key.encode()
        out[key] = unpack(r, 2)
    if r.data:
        r.fail()
    return out


def unpack(r, depth):
    """One MessagePack value; a container here would be the `depth`-th one."""
    head = r.number(1)
    if head <= 0x7F or head >= 0xE0:
        return head if head <= 0x7F else head - 256
    if head in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[head]
    if head in (0xCA, 0xCB):
        return struct.unpack(">f" if head == 0xCA else ">d", r.take(4 if head == 0xCA else 8))[0]
    if 0xCC <= head <= 0xD3:
        return int.from_bytes(r.take(1 << (head & 3)), "big", signed=head >= 0xD0)
    if head & 0xE0 == 0xA0 or 0xD9 <= head <= 0xDB:
        return r.utf8(head & 0x1F if head < 0xC0 else r.number(1 << (head - 0xD9)))
    if 0xC4 <= head <= 0xC6:
        return list(r.take(r.number(1 << (head - 0xC4))))
    if head & 0xE0 != 0x80 and not 0xDC <= head <= 0xDF:
        r.fail()  # 0xC1 and the extension types
    if depth > MAX_DEPTH:
        r.fail()
    length = head & 0x0F if head < 0xC0 else r.number(2 if head % 2 == 0 else 4)
    if head & 0xF0 == 0x80 or head >= 0xDE:
        return {unpack(r, depth + 1): unpack(r, depth + 1) for _ in range(length)}
    return [unpack(r, depth + 1) for _ in range(length)]


# ---------------------------------------------------------------- § 4 Token, § 6 Sealing

def context_bytes(context):
    pairs = b"".join(u8(len(l.encode())) + l.encode() + u16(len(v.encode())) + v.encode() for l, v in context)
    return u32(len(pairs)) + pairs


def seal_blob(key, purpose, context, content, random):
    head, purpose = u8(key.fmt) + key.kid, purpose_bytes(purpose)
    aad, k = head + context_bytes(context), key.derive("key", purpose)
    if key.mode == "signed":
        return head + content + hmac_sha256(k, aad + content)[:16]
    nonce = hmac_sha256(key.derive("nonce", purpose), random + aad + content)[:24]
    aead, inner = AEAD[key.type](k, nonce)
    return head + nonce + aead.encrypt(inner, content, aad)


# ---------------------------------------------------------------- § 7 Opening, § 8 Lifetimes

def assemble(value, parts):
    """A cookie value, put together from `parts`: pairs of number and value, in the order of the request (§ 9.2)."""
    if "." not in value:
        return value
    count, first = value.split(".", 1)
    if count not in list("2345678"):
        raise Refused("Incomplete")
    text = first
    for number in range(1, int(count)):
        values = {part for n, part in parts if n == number}
        if not values:
            raise Refused("Incomplete")
        if len(values) > 1:
            raise Refused("Duplicate")
        text += values.pop()
    return text


def open_value(ring, mode, purpose, context, now, policy, value, parts):
    """Steps 1 to 8, in order: the body, with the key; or Refused with the reason of the step that failed."""
    if len(value) > MAX_CHARACTERS:
        raise Refused("TooLong")
    if purpose["kind"] == "cookie":
        value = assemble(value, parts)
    if len(value) > MAX_CHARACTERS:
        raise Refused("TooLong")
    blob = decode_base64url(value)
    if len(blob) > MAX_BLOB:
        raise Refused("TooLong")
    if len(blob) < 5:
        raise Refused("TooShort")
    if blob[0] not in TYPE:
        raise Refused("UnknownFormat")
    if MODE[TYPE[blob[0]]] != mode:
        raise Refused("WrongMode")
    kid = blob[1:5]
    try:
        return open_known(ring, mode, purpose, context, now, policy, blob)
    except Refused as refused:
        raise Refused(refused.reason, kid) from None


def open_known(ring, mode, purpose, context, now, policy, blob):
    key, _, accept_until = ring.by_kid.get(blob[1:5], (None, None, None))
    if key is None or key.fmt != blob[0]:
        raise Refused("UnknownKey")
    if accept_until is not None and now >= accept_until:
        raise Refused("RetiredKey")
    if len(blob) < FLOOR[mode]:
        raise Refused("TooShort")
    aad, k = blob[:5] + context_bytes(context), key.derive("key", purpose_bytes(purpose))
    if mode == "signed":
        content, tag = blob[5:-16], blob[-16:]
        if not hmac.compare_digest(hmac_sha256(k, aad + content)[:16], tag):
            raise Refused("Auth")
    else:
        aead, nonce = AEAD[key.type](k, blob[5:29])
        try:
            content = aead.decrypt(nonce, blob[29:], aad)
        except InvalidTag:
            raise Refused("Auth") from None
    opened = parse_body(content)
    issued, seen, ttl = opened["issued"], opened["last_active"], opened["ttl"]
    remembered = opened["persistent"] and policy["remember_up_to"] is not None
    cap = policy["remember_up_to"] if remembered else policy["absolute"]
    if seen > now + policy["skew"]:
        raise Refused("NotYetValid")
    if now >= issued + (cap if ttl is None else min(ttl, cap)):
        raise Refused("Expired")
    if policy["idle"] is not None and not remembered and now >= seen + policy["idle"]:
        raise Refused("Idle")
    if issued < max(ring.not_before or 0, policy["not_before"] or 0):
        raise Refused("Revoked")
    return opened | {"key": key}


def open_candidates(ring, mode, purpose, context, now, policy, candidates, parts):
    """Step 0: the index of the value that counts, and what it opened to."""
    opened, first = [], None
    for index, value in enumerate(candidates[:MAX_CANDIDATES]):
        try:
            opened.append((index, open_value(ring, mode, purpose, context, now, policy, value, parts)))
        except Refused as refused:
            first = first or refused
    if not opened:
        raise first
    sids = {found["sid"] for _, found in opened}
    host = purpose["kind"] == "cookie" and purpose["name"].startswith("__Host-")
    if len(opened) > 1 and not host and (len(sids) > 1 or None in sids):
        raise Refused("Duplicate")
    return max(opened, key=lambda pair: (pair[1]["issued"], pair[1]["last_active"]))


def open_vector(v, typed=False):
    """What opening gives, in the words of open.json. The application expects a dictionary, or a typed payload."""
    ring = Ring(v["ring"], v["mode"])
    try:
        index, o = open_candidates(ring, *(v[f] for f in ("mode", "purpose", "context", "now", "policy", "candidates")), v.get("parts", ()))
    except Refused as refused:
        return {"rejected": refused.reason, "key_id": refused.key_id and refused.key_id.hex()}
    try:
        if o["schema"] is not None and not typed:
            raise Refused("Payload")
        data = None if typed else dictionary(o["payload"])
    except Refused as refused:
        return {"rejected": refused.reason, "key_id": o["key"].kid.hex()}
    return {"opened": {
        "index": index, "key_id": o["key"].kid.hex(), "under": ring.standing(o["key"], v["now"]),
        "issued": o["issued"], "last_active": o["last_active"], "ttl": o["ttl"], "sid": o["sid"] and o["sid"].hex(),
        "schema": o["schema"], "persistent": o["persistent"], "flash": o["flash"], "payload": o["payload"].hex(),
        "data": data}}


# ---------------------------------------------------------------- § 9 Cookie syntax and sizes, § 13 CSRF

def find_values(lines, name):
    return find_all(lines, name)[:MAX_CANDIDATES]


def find_all(lines, name):
    """The distinct values of a name."""
    values = []
    for pair in (pair for line in lines for pair in line.split(";")):
        found, equals, value = pair.lstrip(" \t").partition("=")
        value = value.strip(" \t")
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1]
        if equals and found == name and value not in values:
            values.append(value)
    return values


def attributes(v):
    parts = [f"Path={v['path']}", v["domain"] and f"Domain={v['domain']}", v["secure"] and "Secure", "HttpOnly",
             v["same_site"] and f"SameSite={v['same_site']}", v["partitioned"] and "Partitioned"]
    return "".join("; " + part for part in parts if part)


def carried_parts(lines, name):
    """The parts that came, as pairs of number and value, in the order of the request."""
    found = [(n, find_all(lines, f"{name}.{n}")) for n in range(1, 8)]
    return [(n, value) for n, values in found for value in values]


def split_lines(v):
    """A token that one cookie has no room for, in as few as possible, each filled before the next is begun."""
    age = "" if v["max_age"] is None else f"; Max-Age={v['max_age']}"
    room = v["limit"] - len(f"{v['cookie']}={attributes(v)}{age}") - 2
    pieces = [v["value"][at:at + room] for at in range(0, len(v["value"]), room)]
    first = f"{v['cookie']}={len(pieces)}.{pieces[0]}{attributes(v)}{age}"
    return [first] + [f"{v['cookie']}.{n}={piece}{attributes(v)}{age}" for n, piece in enumerate(pieces) if n]


def set_line(v):
    age = "" if v["max_age"] is None else f"; Max-Age={v['max_age']}"
    return f"{v['name']}={v['value']}{attributes(v)}{age}"


def expire_line(v):
    return f"{v['name']}={attributes(v)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def padme(n):
    """§ 5.6.2"""
    e = n.bit_length() - 1
    s = e.bit_length()
    mask = (1 << e - s) - 1 if e > s else 0
    return (n + mask) & ~mask


def payload_room(v):
    fixed = len(f"{v['name']}={attributes(v)}; Max-Age=34560000")
    n = v.get("parts", 1)
    largest = n * (v["limit"] - fixed - (2 if n > 1 else 0)) * 3 // 4 - (45 if v["mode"] == "encrypted" else 21)
    if v.get("padding") != "padme":
        return largest - 28
    return max(r for r in range(largest) if padme(28 + r + 1) <= largest)


def csrf_token(key, purpose, context, sid, issued, mask):
    k = key.derive("csrf", purpose_bytes(purpose))
    secret = hmac_sha256(k, context_bytes(context) + sid + u32(issued - EPOCH))[:16]
    return base64url(mask + xor(mask, secret))


# ================================================================ The vectors

def test_bytes(what, length=32):
    return hashlib.sha256(f"hardtack test vectors, never use: {what}".encode()).digest()[:length]


KEYS = {(t, n): Key(t, test_bytes(f"key {t} {n}")) for t in FMT for n in ("one", "two", "three")}
XAES, XCHA, SIGN = (KEYS[t, "one"] for t in FMT)
COOKIE = {"kind": "cookie", "name": "__Host-session"}
PLAIN = {"kind": "cookie", "name": "session"}
HEADER = {"kind": "header", "name": "x-session"}
BARE = {"kind": "token", "name": "invitation"}
RANDOM = test_bytes("random", 24)
SID, OTHER_SID = test_bytes("sid one", 8), test_bytes("sid two", 8)
CONTEXT = [["tenant", "blue"], ["region", "eu"]]
ISSUED = 1780000000
NOW = ISSUED + 600


def time_text(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(key, seal_from=None, accept_until=None):
    return key.text + (f" seal_from={time_text(seal_from)}" if seal_from else "") \
        + (f" accept_until={time_text(accept_until)}" if accept_until else "")


def refusal(function, *arguments):
    """The reason `function` refuses these arguments for; None when it does not."""
    try:
        function(*arguments)
    except Refused as refused:
        return refused.reason


# ---------------------------------------------------------------- primitives.json

def primitives():
    def aead(kind, name, spec, key, nonce, aad, plaintext, expected):
        construction, inner = AEAD["xaes" if kind[1] == "a" else "xcha"](key, nonce)
        sealed = construction.encrypt(inner, plaintext, aad).hex()
        assert sealed == expected
        return {"name": name, "spec": spec, "kind": kind, "key": key.hex(), "nonce": nonce.hex(), "aad": aad.hex(),
                "plaintext": plaintext.hex(), "sealed": sealed}

    def hkdf(name, ikm, salt, info, length, prk, okm):
        ikm, salt, info = map(bytes.fromhex, (ikm, salt, info))
        extracted = hmac_sha256(salt or bytes(32), ikm)
        assert (extracted.hex(), hkdf_expand(extracted, info, length).hex()) == (prk, okm)
        return {"name": name, "spec": "§ 3.1", "kind": "hkdf-sha256", "ikm": ikm.hex(), "salt": salt.hex(),
                "info": info.hex(), "length": length, "prk": prk, "okm": okm}

    def accumulated(iterations):
        stream, position = hashlib.shake_128().digest(140 * iterations + 2 * 256 * iterations), 0
        digest = hashlib.shake_128()

        def read(length):
            nonlocal position
            position += length
            return stream[position - length:position]

        for _ in range(iterations):
            construction, inner = xaes(read(32), read(24))
            plaintext, aad = read(read(1)[0]), read(read(1)[0])
            digest.update(construction.encrypt(inner, plaintext, aad))
        return digest.hexdigest(32)

    digest = accumulated(10_000)
    assert digest == "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
    nonce, plain = b"ABCDEFGHIJKLMNOPQRSTUVWX", b"XAES-256-GCM"
    sunscreen = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
                 b"sunscreen would be it.")
    span = lambda first, last: bytes(range(first, last + 1)).hex()
    return [
        aead("xaes-256-gcm", "C2SP XAES-256-GCM, the subkey's top bit is clear", "§ 2", b"\1" * 32, nonce, b"", plain,
             "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        aead("xaes-256-gcm", "C2SP XAES-256-GCM, the subkey's top bit is set, with associated data", "§ 2", b"\3" * 32,
             nonce, b"c2sp.org/XAES-256-GCM", plain, "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
        {"name": "C2SP XAES-256-GCM, accumulated", "spec": "§ 2", "kind": "xaes-256-gcm-accumulated",
         "iterations": 10_000, "digest": digest},
        aead("xchacha20-poly1305", "draft-irtf-cfrg-xchacha-03 A.3.1", "§ 2", bytes(range(0x80, 0xA0)),
             bytes(range(0x40, 0x58)), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), sunscreen,
             "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c670"
             "8c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9"
             "768812f615c68b13b52ec0875924c1c7987947deafd8780acf49"),
        hkdf("RFC 5869 A.1", "0b" * 22, span(0, 12), span(0xF0, 0xF9), 42,
             "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
             "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
        hkdf("RFC 5869 A.2", span(0, 0x4F), span(0x60, 0xAF), span(0xB0, 0xFF), 82,
             "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
             "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
             "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"),
        hkdf("RFC 5869 A.3, without salt and info", "0b" * 22, "", "", 42,
             "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
             "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    ]


# ---------------------------------------------------------------- derivation.json, keys.json

def derivation():
    out = []
    for key in (XAES, XCHA, SIGN):
        for purpose in (COOKIE, HEADER, BARE, {"kind": "cookie", "name": "invitation"}):
            p = purpose_bytes(purpose)
            out.append({
                "name": f"{key.type}: for the {purpose['kind']} {purpose['name']}", "spec": "§ 3.1, § 3.2",
                "key": key.text, "purpose": purpose, "kid": key.kid.hex(), "key_bytes": key.derive("key", p).hex(),
                "nonce_key": None if key.mode == "signed" else key.derive("nonce", p).hex(),
                "csrf_key": key.derive("csrf", p).hex()})
    upper = next(v for v in out if v["purpose"] == HEADER)
    return out + [upper | {"name": "xaes: a header's name is taken in lower case",
                           "purpose": {"kind": "header", "name": "X-Session"}}]


def keys():
    out = []

    def check(name, text, error=None):
        assert refusal(Key.parse, text) == error, (name, error, refusal(Key.parse, text))
        expected = {"error": error} if error else {
            "expect": {"suite": Key.parse(text).type, "kid": Key.parse(text).kid.hex()}}
        out.append({"name": name, "spec": "§ 3.3", "text": text} | expected)

    good = XAES.text
    head, rest = good[:-48], good[-48:]
    raw = decode_base64url(rest)
    with_sum = lambda secret: head + base64url(secret + hashlib.sha256(head.encode() + secret).digest()[:4])
    for key in KEYS.values():
        check(f"{key.type}: key {list(KEYS.values()).index(key) % 3 + 1} of 3 is read", key.text)
    for where, spaced in (("before it", "  " + good), ("after it", good + " "), ("with line ends", f"\t{good}\r\n"), ("with a form feed", f"\f{good}\f")):
        check(f"white space {where} is trimmed", spaced)
    check("the same secret under another type has another checksum and another kid", Key("xcha", XAES.secret).text)
    check("the same secret under the signing type too", Key("sign", XAES.secret).text)
    check("a secret of 8 distinct byte values is taken", with_sum(bytes(range(8)) * 4))
    check("a secret of 8 distinct byte values is taken, most bytes equal", with_sum(bytes(25) + bytes(range(1, 8))))
    check("a secret of 7 distinct byte values is weak", with_sum(bytes(range(7)) * 4 + bytes(4)), "weak")
    check("a secret of zeros is weak", with_sum(bytes(32)), "weak")
    check("a weak secret with a wrong checksum is reported as such", head + base64url(bytes(36)), "checksum")
    for name, bad in (("empty text", ""), ("white space only", " \t\n"), ("the prefix in upper case", good.upper()),
                      ("one letter of the prefix in upper case", "H" + good[1:]), ("another version", good.replace("_v1_", "_v2_")),
                      ("without the prefix", good[len(KEY_PREFIX):]), ("only the 48 characters", rest),
                      ("half the prefix", KEY_PREFIX[:8]), ("quotes around it", f'"{good}"'),
                      ("a no-break space before it", "\u00a0" + good), ("a vertical tab before it", "\v" + good)):
        check(f"refused: {name}", bad, "prefix")
    for name, type_ in (("an unknown type", "aead_"), ("a type in upper case", "XAES_"), ("an empty type", "_"),
                        ("no type", ""), ("a reserved suite's number as type", "7a_"), ("a longer type", "xaes2_"),
                        ("white space before the type", " xaes_"), ("the prefix twice", KEY_PREFIX + "xaes_"),
                        ("a type without its underscore", "xaes")):
        check(f"refused: {name}", KEY_PREFIX + type_ + rest.replace("_", "-"), "type")
    check("refused: the prefix alone", KEY_PREFIX, "type")
    for name, chosen in (("no secret", ""), ("31 bytes", with_sum(XAES.secret[:31])[len(head):]),
                         ("33 bytes", with_sum(XAES.secret + b"\0")[len(head):]), ("without the checksum", base64url(XAES.secret)),
                         ("one character short", rest[:-1]), ("one character more", rest + "A"), ("padded", rest + "="),
                         ("a space inserted", rest[:20] + " " + rest[20:]), ("in hex", raw.hex())):
        check(f"refused: {name}", head + chosen, "length")
    for name, character in (("a space", " "), ("a tab", "\t"), ("a line end", "\n"), ("padding", "="), ("a plus sign", "+"),
                            ("a slash", "/"), ("a full stop", "."), ("a comma", ",")):
        check(f"refused: {name} inside", head + rest[:20] + character + rest[21:], "encoding")
    check("refused: padding as the last character", good[:-1] + "=", "encoding")
    flip = lambda at, bit: head + base64url(raw[:at] + u8(raw[at] ^ bit) + raw[at + 1:])
    for name, bad in (("the secret's first bit flipped", flip(0, 0x80)), ("the secret's last bit flipped", flip(31, 1)),
                      ("the checksum's first bit flipped", flip(32, 0x80)), ("the checksum's last bit flipped", flip(35, 1)),
                      ("two characters exchanged", head + rest[1] + rest[0] + rest[2:]), ("another letter case", head + rest.swapcase()),
                      ("another type with the same characters", good.replace("xaes", "xcha")),
                      ("the signing type with the same characters", good.replace("xaes", "sign"))):
        check(f"refused: {name}", bad, "checksum")
    return out


# ---------------------------------------------------------------- rings.json

def rings():
    out = []
    one, two, three = (KEYS["xaes", n] for n in ("one", "two", "three"))
    s_one, s_two = KEYS["sign", "one"], KEYS["sign", "two"]
    t1, t2, t3 = ISSUED, ISSUED + 86_400, ISSUED + 2 * 86_400

    def passes(name, ring, *nows, mode="encrypted", spec="§ 3.4"):
        r = Ring(ring, mode)
        out.append({"name": name, "spec": spec, "mode": mode, "ring": ring, "expect": {
            "fingerprint": r.fingerprint().hex(), "order": [e[0].kid.hex() for e in r.entries], "not_before": r.not_before,
            "at": [{"now": now, "seals": r.sealing(now).kid.hex(), "accepts": [k.kid.hex() for k in r.accepted(now)]}
                   for now in nows or (NOW,)]}})

    def fails(name, ring, error, mode="encrypted", spec="§ 3.4"):
        assert refusal(Ring, ring, mode) == error, (name, error, refusal(Ring, ring, mode))
        out.append({"name": name, "spec": spec, "mode": mode, "ring": ring, "error": error})

    passes("one key seals at any time", line(one), 0, EPOCH, NOW, EPOCH + U32_MAX + 10)
    passes("one signing key", line(s_one), mode="signed")
    passes("two signing keys", f"{line(s_two)}\n{line(s_one, t1)}", t1 - 1, t1, mode="signed")
    passes("one key with a seal_from seals before it too", line(one, t2), 0, t2 - 1, t2)
    passes("a rotation: the new key seals from its second on", f"{line(one, None, t3)}\n{line(two, t2)}", t2 - 1, t2, t3 - 1, t3)
    passes("the order is by seal_from, not as listed", f"{line(two, t2)}\n{line(one, None, t3)}", t2 - 1, t2, t3 - 1, t3)
    passes("three keys", f"{line(three, t3)}\n{line(one, t1, t3)}\n{line(two, t2)}", 0, t1, t2 - 1, t2, t3 - 1, t3)
    passes("without seal_from the first listed is last in the order and seals", f"{line(one)}\n{line(two)}", 0, NOW)
    passes("on a tie of three the first listed seals", f"{line(two)}\n{line(three)}\n{line(one)}")
    passes("equal seal_from: the first listed seals", f"{line(one)}\n{line(three, t2)}\n{line(two, t2)}", t2 - 1, t2)
    passes("before any seal_from the first of the order seals", f"{line(two, t3)}\n{line(one, t2)}", 0, t2 - 1, t2, t3)
    passes("before a common seal_from the first of the order seals, the second listed", f"{line(one, t2)}\n{line(two, t2)}", t2 - 1, t2)
    passes("a seal_from at the epoch comes after none", f"{line(one, EPOCH)}\n{line(two)}", EPOCH - 1, EPOCH)
    passes("an accept_until one second after the next seal_from", f"{line(one, None, t2 + 1)}\n{line(two, t2)}", t2, t2 + 1)
    passes("an accept_until beside a key without seal_from", f"{line(two)}\n{line(one, None, t1)}", t1 - 1, t1)
    passes("an accept_until counts against the next key, not the last", f"{line(one, None, t2 + 1)}\n{line(two, t2)}\n{line(three, t3)}", t2, t2 + 1, t3)
    passes("xaes and xcha share a ring", f"{line(XCHA, None, t3)}\n{line(one, t2)}", t2 - 1, t2, t3)
    passes("a not_before", f"{line(one)}\nnot_before={time_text(t1)}")
    passes("a not_before may come first", f"not_before={time_text(t1)}\n{line(one)}", spec="§ 3.5")
    passes("a not_before at the epoch", f"{line(one)}\nnot_before={time_text(EPOCH)}")
    passes("the fingerprint does not depend on the listed order of different times", f"not_before={time_text(t1)}\n{line(two, t2)}\n{line(one)}", spec="§ 3.6")
    passes("the same ring in another order has the same fingerprint", f"{line(one)}\n{line(two, t2)}\nnot_before={time_text(t1)}", spec="§ 3.6")
    text = f"# keys of 2026\n\n  {line(one, None, t3)}\t\n\t# next\n{line(two, t2)}\n\n"
    passes("comments, blank lines and white space around lines", text, t2, spec="§ 3.5")
    passes("line ends CR LF", text.replace("\n", "\r\n"), t2, spec="§ 3.5")
    passes("several spaces and tabs between attributes", f"{one.text} \t accept_until={time_text(t3)}\n{two.text}\t\tseal_from={time_text(t2)}", t2, spec="§ 3.5")
    passes("attributes in either order", f"{line(one)}\n{two.text} accept_until={time_text(t3)} seal_from={time_text(t1)}\n{line(three, t2)}", t1, t2, t3, spec="§ 3.5")
    passes("commas stand for line ends", f"{line(one, None, t3)},{line(two, t2)},not_before={time_text(t1)}", t2, spec="§ 3.5")
    passes("a line end after the comma form", f"{line(one, None, t3)},{line(two, t2)}\n", t2, spec="§ 3.5")
    passes("white space around the whole text", f"\r\n\t\f {line(one)} \f\r", t2, spec="§ 3.5")
    passes("a comment with a comma is a comment", f" # old, new\n{line(one)}", t2, spec="§ 3.5")
    passes("white space around commas", f" {line(one, None, t3)} ,\t{line(two, t2)} ", t2, spec="§ 3.5")
    passes("a leap day", f"{line(one)}\nnot_before=2028-02-29T00:00:00Z", spec="§ 3.5")
    passes("the last second of year 9999", line(one).strip() + " seal_from=9999-12-31T23:59:59Z", spec="§ 3.5")

    for name, ring in (("no text", ""), ("blank lines", "\n \n\t\r\n"), ("only a comment", "# none\n"), ("only a not_before", f"not_before={time_text(t1)}")):
        fails(f"refused as empty: {name}", ring, "empty")
    fails("refused: a signing ring without a key", "# none", "empty", mode="signed")
    fails("refused: a key twice", f"{line(one)}\n{line(one)}", "duplicate")
    fails("refused: a key twice with different times", f"{line(one, None, t3)}\n{line(one, t2)}", "duplicate")
    fails("refused: a key twice among three", f"{line(one)}\n{line(two, t1)}\n{line(one, t2)}", "duplicate")
    fails("refused: a signing key twice", f"{line(s_one)}\n{line(s_one, t2)}", "duplicate", mode="signed")
    fails("refused: the only key retires", line(one, None, t3), "last-retires")
    fails("refused: the only key retires, after its seal_from", line(one, t1, t3), "last-retires")
    fails("refused: the last key of the order retires", f"{line(one)}\n{line(two, t2, t3)}", "last-retires")
    fails("refused: the last of the order retires, though another is listed last", f"{line(two, t2, t3)}\n{line(one)}", "last-retires")
    fails("refused: of two without seal_from the first listed retires", f"{line(one, None, t1)}\n{line(two)}", "last-retires")
    fails("refused: accept_until at the next seal_from", f"{line(one, None, t2)}\n{line(two, t2)}", "retires-too-early")
    fails("refused: accept_until before the next seal_from", f"{line(one, None, t1)}\n{line(two, t2)}", "retires-too-early")
    fails("refused: accept_until at the next seal_from, listed in reverse", f"{line(two, t2)}\n{line(one, None, t2)}", "retires-too-early")
    fails("refused: the middle key retires as the last begins", f"{line(one)}\n{line(two, t1, t3)}\n{line(three, t3)}", "retires-too-early")
    fails("refused: accept_until at the common seal_from", f"{line(two, t2)}\n{line(one, t2, t2)}", "retires-too-early")
    good = line(one)
    for name, ring in (("a wrong checksum", good[:-1] + ("A" if good[-1] != "A" else "B")), ("one character short", good[:-1]),
                       ("an unknown type", good.replace("xaes", "aead")), ("a password", "correct horse battery staple"),
                       ("an attribute without a key", f"seal_from={time_text(t1)}"), ("a name before it", "KEY=" + good),
                       ("a semicolon between keys", f"{good};{two.text}"), ("not_before without its equals sign", f"{good}\nnot_before"),
                       ("not_before in upper case", f"{good}\nNOT_BEFORE={time_text(t1)}"),
                       ("the attribute before the key", f"seal_from={time_text(t1)} {good}"), ("the second key broken", f"{good}\n{two.text[:-1]}"),
                       ("a form feed after it", f"{good}\f\n{two.text}"), ("a carriage return alone after it", f"{good}\r{two.text}"),
                       ("a carriage return too many", f"{good}\r\r\n{two.text}"),
                       ("a line end after a comma", f"{good},\n{two.text}")):
        fails(f"refused as a key: {name}", ring, "key", spec="§ 3.5")
    at = time_text(t2)
    for name, ring in (("an unknown one", f"{good} valid_from={at}"), ("in upper case", f"{good} SEAL_FROM={at}"),
                       ("seal_from twice", f"{good} seal_from={at} seal_from={at}"),
                       ("accept_until twice", f"{good} accept_until={at} accept_until={at}\n{line(two, t1)}"),
                       ("without a value", f"{good} seal_from"), ("a space before the equals sign", f"{good} seal_from ={at}"),
                       ("a comment after a key", f"{good} # current"), ("not_before on a key's line", f"{good} not_before={at}"),
                       ("not_before twice", f"{good}\nnot_before={at}\nnot_before={at}"), ("two keys on a line", f"{good} {two.text}"),
                       ("not_before with another attribute", f"{good}\nnot_before={at} seal_from={at}"),
                       ("a comment after not_before", f"{good}\nnot_before={at} # incident")):
        fails(f"refused as an attribute: {name}", ring, "attribute", spec="§ 3.5")
    for name, when in (("empty", ""), ("a date alone", "2026-12-01"), ("an offset", "2026-12-01T00:00:00+00:00"), ("no Z", "2026-12-01T00:00:00"),
                       ("a lower-case z", "2026-12-01T00:00:00z"), ("a lower-case t", "2026-12-01t00:00:00Z"), ("fractions", "2026-12-01T00:00:00.0Z"),
                       ("no seconds", "2026-12-01T00:00Z"), ("one digit", "2026-12-1T00:00:00Z"), ("hour 24", "2026-12-01T24:00:00Z"),
                       ("minute 60", "2026-12-01T00:60:00Z"), ("a leap second", "2026-12-31T23:59:60Z"), ("month 13", "2026-13-01T00:00:00Z"),
                       ("day 0", "2026-12-00T00:00:00Z"), ("February 29 in 2027", "2027-02-29T00:00:00Z"), ("Unix seconds", "1796083200"),
                       ("five digits of a year", "12026-12-01T00:00:00Z"), ("a sign", "+2026-12-01T00:00:00Z"), ("quotes", '"2026-12-01T00:00:00Z"'),
                       ("the second before the epoch", time_text(EPOCH - 1)), ("year 0", "0000-01-01T00:00:00Z")):
        fails(f"refused as a time: {name}", f"{good} seal_from={when}", "time", spec="§ 3.5")
    fails("refused as a time: not_before the second before the epoch", f"{good}\nnot_before={time_text(EPOCH - 1)}", "time", spec="§ 3.5")
    fails("refused as a time: accept_until without Z", f"{good} accept_until={at[:-1]}\n{line(two, t1)}", "time", spec="§ 3.5")
    fails("refused: a signing key in an encrypting ring", line(s_one), "mixed")
    fails("refused: a signing key after an encrypting one", f"{line(one)}\n{line(s_one)}", "mixed")
    fails("refused: an encrypting key in a signing ring", line(one), "mixed", mode="signed")
    fails("refused: an xcha key after a signing one", f"{line(s_one)}\n{line(XCHA)}", "mixed", mode="signed")
    for name, ring in (("a comma at the end", f"{good},{two.text},"), ("a comma at the start", f",{good}"), ("two commas", f"{good},,{two.text}"),
                       ("white space between commas", f"{good}, \t,{two.text}"), ("a comma alone", ","), ("a comment between commas", f"{good},# next,{two.text}"),
                       ("one key and a comma", f"{good},")):
        fails(f"refused as blank: {name}", ring, "blank", spec="§ 3.5")
    return out


# ---------------------------------------------------------------- seal.json

def seal():
    out = []

    def add(name, key, content, purpose=COOKIE, context=(), random=RANDOM, spec="§ 6"):
        out.append({"name": f"{key.type}: {name}", "spec": spec, "key": key.text, "purpose": purpose, "context": list(context),
                    "random": random.hex(), "body": content.hex(), "token": base64url(seal_blob(key, purpose, context, content, random))})

    payload = pack({"count": 3, "name": "Ada"})
    full = body(ISSUED, age=300, ttl=2_592_000, sid=SID, flash=[["info", "Saved"]], payload=payload, pad=5, persistent=True)
    for key in (XAES, XCHA, SIGN):
        add("the smallest body", key, body(EPOCH))
        add("a dictionary", key, body(ISSUED, sid=SID, payload=payload))
        add("a dictionary that differs in one bit, under the same random bytes: another nonce", key, body(ISSUED, age=1, sid=SID, payload=payload))
        add("other random bytes", key, body(ISSUED, sid=SID, payload=payload), random=test_bytes("other random", 24))
        add("random bytes of zero", key, body(ISSUED, sid=SID, payload=payload), random=bytes(24))
        add("every field of a dictionary body", key, full)
        add("a typed payload", key, body(ISSUED, sid=SID, schema=3, payload=bytes(range(16))))
        add("a payload of 1,000 bytes", key, body(ISSUED, sid=SID, payload=pack({"text": "x" * 991})))
        add("with caller context", key, full, context=CONTEXT)
        add("with caller context of empty label and value", key, full, context=[["", ""]])
        add("for another cookie", key, full, purpose=PLAIN)
        add("for a header", key, full, purpose=HEADER)
        add("for a bare token", key, full, purpose=BARE)
    for key in (XAES, XCHA):
        nonces = {v["token"][7:38] for v in out if v["key"] == key.text}
        assert len(nonces) == sum(v["key"] == key.text for v in out)
    return out


# ---------------------------------------------------------------- open.json

class Opening:
    """Collects open.json. A vector's setup is the usual one but for what is given."""

    USUAL = {"purpose": COOKIE, "context": [], "now": NOW}
    POLICY = {"idle": 1800, "absolute": 43_200, "remember_up_to": None, "skew": 60, "not_before": None}

    def __init__(self):
        self.vectors, self.by_name = [], {}

    def add(self, name, spec, key, tokens, reason=None, twin=None, typed=False, policy={}, parts=(), **setup):
        setup = self.USUAL | {"mode": key.mode, "ring": line(key)} | setup
        v = {"name": name, "spec": spec} | {f: setup[f] for f in ("ring", "mode", "purpose", "context", "now")}
        v |= {"policy": self.POLICY | policy, "candidates": [tokens] if isinstance(tokens, str) else list(tokens)}
        if parts:
            v["parts"] = [list(part) for part in parts]
        expect = open_vector(v, typed)
        assert expect.get("rejected") == reason, f"{name}: {expect} instead of {reason}"
        assert name not in self.by_name, f"two vectors: {name}"
        if reason:
            assert "opened" in self.by_name[twin]["expect"], f"{twin} does not pass"
            twin_of = self.by_name[twin]
            differing = {f for f in v.keys() | twin_of.keys() if v.get(f) != twin_of.get(f)} - {"name", "spec", "twin", "expect"}
            assert len(differing) == 1 or differing == {"mode", "ring"} or name.startswith("order:"), (name, differing)
            v["twin"] = twin
        v["expect"] = expect
        self.by_name[name] = v
        self.vectors.append(v)

    def passes(self, name, spec, key, tokens, **setup):
        self.add(name, spec, key, tokens, **setup)
        return name

    def fails(self, name, spec, reason, twin, key, tokens, **setup):
        self.add(name, spec, key, tokens, reason=reason, twin=twin, **setup)


def token(key, content, purpose=COOKIE, context=()):
    return base64url(seal_blob(key, purpose, context, content, RANDOM))


def raw(flags, rest, issued=ISSUED):
    """A body written by hand."""
    return u8(flags) + u32(issued - EPOCH) + rest


def flipped(value, at, bit=1):
    blob = bytearray(decode_base64url(value))
    blob[at] ^= bit
    return base64url(bytes(blob))


DATA = pack({"name": "Ada", "visits": 7})
USUAL_BODY = body(ISSUED, sid=SID, payload=DATA)


def open_steps(o, key):
    """Steps 2 to 5, for each suite."""
    t, other = key.type, KEYS[key.type, "two"]
    small, usual = token(key, body(ISSUED)), token(key, USUAL_BODY)
    blob, floor = decode_base64url(usual), FLOOR[key.mode]
    smallest = o.passes(f"{t}: the smallest body opens", "§ 5.1", key, small)
    for name, length in (("one byte below the floor", floor - 1), ("half", floor // 2), ("the head alone", 5)):
        o.fails(f"{t}: too short: {name}", "§ 7.5", "TooShort", smallest, key, base64url(decode_base64url(small)[:length]))
    for name, length in (("4 bytes", 4), ("1 byte", 1), ("an empty value", 0)):
        o.fails(f"{t}: too short for a head: {name}", "§ 7.3", "TooShort", smallest, key, base64url(decode_base64url(small)[:length]))
    good = o.passes(f"{t}: a dictionary opens", "§ 7", key, usual)
    for fmt in (0x00, 0x7A, 0x7B, 0xB1, 0xB2, 0xB3, 0xFF, key.fmt ^ 0x80):
        if fmt not in TYPE:
            o.fails(f"{t}: unknown format byte 0x{fmt:02X}", "§ 7.3", "UnknownFormat", good, key, base64url(u8(fmt) + blob[1:]))
    for fmt in (f for f, name in TYPE.items() if MODE[name] != key.mode):
        o.fails(f"{t}: the format byte of the other mode, 0x{fmt:02X}", "§ 7.3", "WrongMode", good, key, base64url(u8(fmt) + blob[1:]))
    for name, at, bit in (("first bit of the key id", 1, 0x80), ("last bit of the key id", 4, 1)):
        o.fails(f"{t}: flipped: {name}", "§ 7.4", "UnknownKey", good, key, flipped(usual, at, bit))
    o.fails(f"{t}: the ring holds another key", "§ 7.4", "UnknownKey", good, key, usual, ring=line(other))
    if key.mode == "encrypted":
        sibling = FMT["xcha" if t == "xaes" else "xaes"]
        o.fails(f"{t}: the key has another type than the format byte says", "§ 7.4", "UnknownKey", good, key, base64url(u8(sibling) + blob[1:]))
        flips = (("first bit of the nonce", 5, 0x80), ("bit in the nonce's second half", 20, 1), ("last bit of the nonce", 28, 1),
                 ("first bit of the ciphertext", 29, 0x80), ("last bit of the ciphertext", -17, 1))
    else:
        flips = (("flag in the readable body", 5, HAS_TTL), ("bit of issued", 9, 1), ("last bit of the body", -17, 1))
    for name, at, bit in flips + (("first bit of the tag", -16, 0x80), ("last bit of the tag", -1, 1)):
        o.fails(f"{t}: flipped: {name}", "§ 7.5", "Auth", good, key, flipped(usual, at, bit))
    o.fails(f"{t}: the last byte is missing", "§ 7.5", "Auth", good, key, base64url(blob[:-1]))
    o.fails(f"{t}: a byte more", "§ 7.5", "Auth", good, key, base64url(blob + b"\0"))
    o.fails(f"{t}: the tag is zero", "§ 7.5", "Auth", good, key, base64url(blob[:-16] + bytes(16)))
    o.fails(f"{t}: the tag of another token", "§ 7.5", "Auth", good, key, base64url(blob[:-16] + decode_base64url(small)[-16:]))
    both = f"{line(other)}\n{line(key)}"
    o.fails(f"{t}: sealed by another key of the ring under this one's key id", "§ 7.5", "Auth",
            o.passes(f"{t}: opens under the second key listed", "§ 7.4", key, usual, ring=both), key,
            base64url(blob[:1] + key.kid + decode_base64url(token(other, USUAL_BODY))[5:]), ring=both)

    for purpose, others in ((COOKIE, (PLAIN, {"kind": "cookie", "name": "__Host-sessioN"}, {"kind": "token", "name": "__Host-session"}, {"kind": "header", "name": "__host-session"})),
                            (HEADER, ({"kind": "header", "name": "x-other"}, {"kind": "cookie", "name": "x-session"}, {"kind": "token", "name": "x-session"})),
                            (BARE, ({"kind": "token", "name": "reset"}, {"kind": "cookie", "name": "invitation"}, {"kind": "header", "name": "invitation"}))):
        made = token(key, USUAL_BODY, purpose)
        twin = o.passes(f"{t}: opens for its {purpose['kind']}", "§ 3.2", key, made, purpose=purpose)
        for p in others:
            o.fails(f"{t}: sealed for the {purpose['kind']} {purpose['name']}, opened for the {p['kind']} {p['name']}", "§ 3.2", "Auth", twin, key, made, purpose=p)
    o.passes(f"{t}: a header's name is taken in lower case", "§ 3.2", key, token(key, USUAL_BODY, HEADER), purpose={"kind": "header", "name": "X-Session"})
    made = token(key, USUAL_BODY, context=CONTEXT)
    twin = o.passes(f"{t}: opens under its caller context", "§ 4", key, made, context=CONTEXT)
    for name, context in (("no context", []), ("another value", [["tenant", "red"], ["region", "eu"]]), ("another label", [["tenants", "blue"], ["region", "eu"]]),
                          ("another order", CONTEXT[::-1]), ("the first pair only", CONTEXT[:1]), ("one pair more", CONTEXT + [["", ""]]),
                          ("the border of label and value moved", [["tenantb", "lue"], ["region", "eu"]])):
        o.fails(f"{t}: caller context: {name}", "§ 4", "Auth", twin, key, made, context=context)
    o.fails(f"{t}: caller context where none was sealed", "§ 4", "Auth", good, key, usual, context=[["", ""]])

    retiring = f"{line(key, None, NOW)}\n{line(other, ISSUED)}"
    twin = o.passes(f"{t}: the second before its key retires", "§ 7.4", key, usual, ring=retiring, now=NOW - 1)
    o.fails(f"{t}: the second its key retires", "§ 7.4", "RetiredKey", twin, key, usual, ring=retiring)
    mode, foreign = ("signed", SIGN) if key.mode == "encrypted" else ("encrypted", XAES)
    o.fails(f"{t}: a token of this mode where the other is configured", "§ 7.3", "WrongMode", good, key, usual, mode=mode, ring=line(foreign))
    lived = dict(policy={"idle": None, "absolute": 600})
    twin = o.passes(f"{t}: the last second of the absolute timeout", "§ 7.7", key, usual, now=NOW - 1, **lived)
    o.fails(f"{t}: the second after the absolute timeout", "§ 7.7", "Expired", twin, key, usual, **lived)
    o.fails(f"{t}: a reserved flag under a good tag", "§ 7.6", "Malformed", good, key, token(key, u8(USUAL_BODY[0] | 0x08) + USUAL_BODY[1:]))
    o.fails(f"{t}: a payload with a byte too many under a good tag", "§ 7.9", "Payload", good, key, token(key, USUAL_BODY + b"\0"))


def open_encoding(o):
    """Steps 1 and 2, which do not look at the suite."""
    usual = token(XAES, body(ISSUED, sid=SID, payload=pack({"n": 1})))
    blob = decode_base64url(usual)
    assert len(blob) % 3 == 0
    good = o.passes("length mod 4 is 0: no unused bits", "§ 7.2", XAES, usual)
    for name, c in (("plus sign", "+"), ("slash", "/"), ("padding", "="), ("space", " "), ("tab", "\t"), ("line feed", "\n"), ("NUL", "\0"), ("DEL", "\x7f"),
                    ("comma", ","), ("tilde", "~"), ("percent sign", "%"), ("colon", ":"), ("at sign", "@"), ("square bracket", "["),
                    ("back quote", "`"), ("brace", "{"), ("quotation mark", '"'), ("Latin letter with accent", "\u00e9"), ("full-width letter", "\uff21")):
        o.fails(f"a {name} for the 31st character", "§ 7.2", "Encoding", good, XAES, usual[:30] + c + usual[31:])
    bare = token(XAES, USUAL_BODY, BARE)
    twin = o.passes("a bare token, which has no chunks", "§ 7.2", XAES, bare, purpose=BARE)
    o.fails("a full stop for the 31st character of a bare token", "§ 7.2", "Encoding", twin, XAES, bare[:30] + "." + bare[31:], purpose=BARE)
    o.fails("a space for the last character", "§ 7.2", "Encoding", good, XAES, usual[:-2] + " " + usual[-1])
    o.fails("a line feed inserted", "§ 7.2", "Encoding", good, XAES, usual[:32] + "\n" + usual[32:])
    o.fails("length mod 4 is 1: a character too many", "§ 7.2", "Encoding", good, XAES, usual + "A")
    o.fails("length mod 4 is 1: three characters missing", "§ 7.2", "Encoding", good, XAES, usual[:-3])
    o.fails("padding after a whole token", "§ 7.2", "Encoding", good, XAES, usual + "====")
    o.fails("one character alone", "§ 7.2", "Encoding", good, XAES, "e")
    o.fails("the standard alphabet is checked before the length floor", "§ 7.2", "Encoding", good, XAES, "+/+/")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for rest, content, bits in ((2, body(ISSUED, sid=SID, payload=pack({"na": 1})), 4), (3, body(ISSUED, sid=SID, payload=pack({"nam": 1})), 2)):
        value = token(XAES, content)
        assert len(value) % 4 == rest
        twin = o.passes(f"length mod 4 is {rest}: unused bits are zero", "§ 7.2", XAES, value)
        for bit in range(bits):
            o.fails(f"length mod 4 is {rest}: unused bit {bit} is set", "§ 7.2", "Encoding", twin, XAES, value[:-1] + alphabet[alphabet.index(value[-1]) | 1 << bit])
        o.fails(f"length mod 4 is {rest}: padded", "§ 7.2", "Encoding", twin, XAES, value + "=" * (4 - rest))
    longest = token(XAES, body(ISSUED, pad=MAX_BLOB - 45 - 7))
    assert len(longest) == MAX_CHARACTERS
    twin = o.passes("the longest value: 32,768 characters, 24,576 bytes", "§ 7.1", XAES, longest)
    o.fails("a character more than the longest value is too long before it is wrongly encoded", "§ 7.1", "TooLong", twin, XAES, longest + "A")
    o.fails("a byte more than the longest value, properly sealed", "§ 7.1", "TooLong", twin, XAES, token(XAES, body(ISSUED, pad=MAX_BLOB - 45 - 6)))


def open_bodies(o):
    """Step 6. Bodies under a good tag; `raw` writes flags and issued, then the rest as it stands."""
    wide = dict(policy={"idle": None, "absolute": 34_560_000})

    def opens(name, content, **setup):
        return o.passes(name, setup.pop("spec", "§ 5.1"), XAES, token(XAES, content), **setup)

    def malformed(name, twin, content, spec="§ 5.1", **setup):
        o.fails(name, spec, "Malformed", twin, XAES, token(XAES, content), **setup)

    plain = opens("a body of flags, issued and age", raw(0, b"\0"))
    for flag in (0x08, 0x80):
        malformed(f"the reserved flag 0x{flag:02X}", plain, raw(flag, b"\0"))
    malformed("all reserved flags", plain, raw(0x88, b"\0"))

    with_ttl = opens("a ttl", body(ISSUED, ttl=3600))
    malformed("a ttl flag without a ttl", with_ttl, raw(HAS_TTL, b"\0"))
    malformed("an unfinished age", with_ttl, raw(HAS_TTL, b"\x80\x80"), "§ 5.2")
    malformed("an unfinished ttl", with_ttl, raw(HAS_TTL, b"\0\x90"), "§ 5.2")
    small = opens("a varint of one byte", raw(HAS_TTL, b"\0\x7f"), spec="§ 5.2", now=ISSUED, **wide)
    malformed("a varint in two bytes where one is enough", small, raw(HAS_TTL, b"\0\xff\x00"), "§ 5.2", now=ISSUED, **wide)
    zero = opens("a varint of zero", raw(0, b"\0"), spec="§ 5.2")
    malformed("a zero in two bytes", zero, raw(0, b"\x80\x00"), "§ 5.2")
    one = opens("a varint of 1", raw(0, b"\x01"), spec="§ 5.2")
    malformed("0x81 0x00 for 1", one, raw(0, b"\x81\x00"), "§ 5.2")
    malformed("0x81 0x80 0x80 0x80 0x00 for 1", one, raw(0, b"\x81\x80\x80\x80\x00"), "§ 5.2")
    opens("the smallest varint of two bytes", raw(HAS_TTL, b"\0\x80\x01"), spec="§ 5.2", now=ISSUED, **wide)
    greatest = opens("the greatest varint, 2^32-1", raw(HAS_TTL, b"\0\xff\xff\xff\xff\x0f"), spec="§ 5.2", **wide)
    malformed("a varint of 2^32", greatest, raw(HAS_TTL, b"\0\x80\x80\x80\x80\x10"), "§ 5.2", **wide)
    malformed("a varint with a bit above the 32nd", greatest, raw(HAS_TTL, b"\0\xff\xff\xff\xff\x1f"), "§ 5.2", **wide)
    malformed("a varint of six bytes", greatest, raw(HAS_TTL, b"\0\xff\xff\xff\xff\x8f\x00"), "§ 5.2", **wide)
    malformed("a varint whose fifth byte goes on", greatest, raw(HAS_TTL, b"\0\xff\xff\xff\xff\xff\x01"), "§ 5.2", **wide)

    persistent = opens("a persistent session with a ttl", body(ISSUED, ttl=3600, persistent=True))
    malformed("a persistent session without a ttl", persistent, raw(IS_PERSISTENT, b"\0"))

    with_sid = opens("a sid", body(ISSUED, sid=SID))
    malformed("a sid of 7 bytes", with_sid, raw(HAS_SID, b"\0" + SID[:7]))
    malformed("a sid flag without a sid", with_sid, raw(HAS_SID, b"\0"))

    schema = opens("a schema", raw(HAS_SCHEMA, b"\0\x01" + b"\x05"), spec="§ 5.5", typed=True)
    opens("the greatest schema", raw(HAS_SCHEMA, b"\0\xff\xff\xff\xff\x0f"), spec="§ 5.5", typed=True)
    opens("an empty typed payload", raw(HAS_SCHEMA, b"\0\x01"), spec="§ 5.5", typed=True)
    malformed("schema 0", schema, raw(HAS_SCHEMA, b"\0\x00" + b"\x05"), "§ 5.5", typed=True)
    malformed("a schema flag without a schema", schema, raw(HAS_SCHEMA, b"\0"), "§ 5.5", typed=True)
    malformed("a schema in two bytes where one is enough", schema, raw(HAS_SCHEMA, b"\0\x81\x00\x05"), "§ 5.5", typed=True)

    flash = opens("a flash message", body(ISSUED, flash=[["info", "Saved"]]), spec="§ 5.3")
    opens("three flash messages keep their order", body(ISSUED, flash=[["info", "b"], ["error", "Größe 尺寸 🍪"], ["info", "a"]], payload=DATA), spec="§ 5.3")
    opens("a flash message twice", body(ISSUED, flash=[["info", "a"], ["info", "a"]]), spec="§ 5.3")
    empty = opens("an empty queue and an empty message", body(ISSUED, flash=[["", ""]]), spec="§ 5.3")
    opens("a flash message of 200 bytes", body(ISSUED, flash=[["info", "x" * 200]]), spec="§ 5.3")
    info = b"\x04info\x05Saved"
    for name, rest in (("a count of 0", b"\0\x00" + info), ("no count", b"\0"), ("a count of 2 and one message", b"\0\x02" + info), ("the last byte missing", b"\0\x01" + info[:-1]),
                       ("the message missing", b"\0\x01" + info[:5]), ("a length beyond the body", b"\0\x01\x04info\x06Saved"),
                       ("a length of 2^32-1", b"\0\x01\x04info\xff\xff\xff\xff\x0fSaved"), ("a count of 2^32-1", b"\0\xff\xff\xff\xff\x0f" + info),
                       ("a length in two bytes where one is enough", b"\0\x01\x84\x00" + info[1:]), ("a count in two bytes where one is enough", b"\0\x81\x00" + info),
                       ("bad UTF-8 in the message", b"\0\x01\x04info\x05Sav\xffd"), ("bad UTF-8 in the queue", b"\0\x01\x04inf\xc3\x05Saved"),
                       ("a surrogate in UTF-8", b"\0\x01\x04info\x05Sa\xed\xa0\x80"), ("a UTF-8 overlong form", b"\0\x01\x04info\x05Sav\xc0\xaf")):
        malformed(f"flash: {name}", flash, raw(HAS_FLASH, rest), "§ 5.3")
    malformed("flash: a count of 1 and nothing more", empty, raw(HAS_FLASH, b"\0\x01"), "§ 5.3")

    padded = opens("padding: the marker alone", raw(HAS_PAD, b"\0\x80"), spec="§ 5.6")
    zeros = opens("padding: the marker and zeros", raw(HAS_PAD, b"\0\x80" + bytes(9)), spec="§ 5.6")
    opens("padding after a dictionary", body(ISSUED, payload=DATA, pad=20), spec="§ 5.6")
    opens("padding after a typed payload that ends in 0x80 0x00", body(ISSUED, schema=1, payload=b"\x80\0", pad=2), spec="§ 5.6", typed=True)
    malformed("padding: nothing at all", padded, raw(HAS_PAD, b"\0"), "§ 5.6")
    malformed("padding: zeros without a marker", zeros, raw(HAS_PAD, b"\0" + bytes(10)), "§ 5.6")
    malformed("padding: another marker", zeros, raw(HAS_PAD, b"\0\x81" + bytes(9)), "§ 5.6")
    malformed("padding: a byte that is not zero at the end", zeros, raw(HAS_PAD, b"\0\x80" + bytes(8) + b"\1"), "§ 5.6")
    malformed("padding: a byte that is not zero after the marker", zeros, raw(HAS_PAD, b"\0\x80\1" + bytes(8)), "§ 5.6")
    with_dictionary = opens("padding: the marker after a dictionary", body(ISSUED, payload=DATA, pad=0), spec="§ 5.6")
    malformed("padding: a dictionary without a marker", with_dictionary, raw(HAS_PAD, b"\0" + DATA), "§ 5.6")
    sid_pad = opens("padding after a sid that ends in 0x80 0x00", body(ISSUED, sid=SID[:6] + b"\x80\0", pad=0), spec="§ 5.6")
    malformed("padding: a sid's own end is no marker", sid_pad, raw(HAS_SID | HAS_PAD, b"\0" + SID[:6] + b"\x80\0"), "§ 5.6")
    o.fails("padding without its flag is payload", "§ 5.6", "Payload", with_dictionary, XAES, token(XAES, raw(0, b"\0" + DATA + b"\x80")))

    opens("every field, a dictionary", body(ISSUED, age=600, ttl=7200, sid=SID, flash=[["info", "Saved"]], payload=DATA, pad=3, persistent=True))
    opens("every field, a typed payload", body(ISSUED, age=600, ttl=7200, sid=SID, schema=2, flash=[["info", "Saved"]], payload=b"\1\2\3", pad=3, persistent=True), typed=True)
    dictionary_body = opens("a body without schema is a dictionary", body(ISSUED))
    o.fails("a body with a schema where a dictionary is expected", "§ 7.9", "Payload", dictionary_body, XAES, token(XAES, body(ISSUED, schema=1)))


def open_payloads(o):
    """Step 9, a dictionary expected."""
    def opens(name, payload):
        return o.passes(f"dictionary: {name}", "§ 5.4", XAES, token(XAES, body(ISSUED, payload=payload)))

    def refused(name, twin, payload):
        o.fails(f"dictionary refused: {name}", "§ 5.4", "Payload", twin, XAES, token(XAES, body(ISSUED, payload=payload)))

    def nested(levels, innermost=b"\x90"):
        return b"\x81\xa1a" + b"\x91" * (levels - 1 - (innermost == b"\x90")) + innermost

    empty = opens("empty is no bytes", b"")
    refused("the empty map, 0x80", empty, b"\x80")
    two = opens("two keys", pack({"a": 1, "b": 2}))
    refused("unsorted", two, pack({"b": 2, "a": 1}))
    refused("repeated key, same value", two, b"\x82\xa1a\1\xa1a\1")
    refused("repeated key, other value", two, b"\x82\xa1a\1\xa1a\2")
    refused("a byte left over", two, pack({"a": 1, "b": 2}) + b"\0")
    refused("a second map after it", two, pack({"a": 1, "b": 2}) + pack({"c": 3}))
    for cut in (1, 2, 3, 6):
        refused(f"cut after {cut} of 7 bytes", two, pack({"a": 1, "b": 2})[:cut])
    refused("a count too great by one", two, b"\x83" + pack({"a": 1, "b": 2})[1:])
    refused("a count too small by one", two, b"\x81" + pack({"a": 1, "b": 2})[1:])
    refused("map header of two bytes for 2 keys", two, b"\xde\0\2" + pack({"a": 1, "b": 2})[1:])
    refused("map header of four bytes for 2 keys", two, b"\xdf\0\0\0\2" + pack({"a": 1, "b": 2})[1:])
    refused("map header for 0 keys in two bytes", empty, b"\xde\0\0")
    refused("an array", two, pack(["a", 1, "b", 2]))
    refused("nil", empty, b"\xc0")
    refused("an integer", empty, b"\1")
    refused("a string", empty, pack("a"))
    refused("a map header of 2^32-1 keys", two, b"\xdf\xff\xff\xff\xff" + pack({"a": 1, "b": 2})[1:])
    for n in (15, 16):
        opens(f"{n} keys", pack({f"k{i:02}": i for i in range(n)}))
    sixteen = pack({f"k{i:02}": i for i in range(16)})
    refused("map header of four bytes for 16 keys", "dictionary: 16 keys", b"\xdf\0\0" + sixteen[1:])
    refused("16 keys, the last two exchanged", "dictionary: 16 keys", sixteen[:-10] + sixteen[-5:] + sixteen[-10:-5])

    order = opens("keys ascend by bytes, upper case first, the shorter prefix first", pack({"": 0, "B": 1, "a": 2, "aa": 3, "b": 4, "é": 5}))
    refused("upper case after lower case", order, pack({"": 0, "a": 2, "B": 1, "aa": 3, "b": 4, "é": 5}))
    refused("the longer key before its prefix", order, pack({"": 0, "B": 1, "aa": 3, "a": 2, "b": 4, "é": 5}))
    refused("a key beyond ASCII before ASCII", order, pack({"é": 5, "": 0, "B": 1, "a": 2, "aa": 3, "b": 4}))
    refused("the empty key last", order, pack({"B": 1, "a": 2, "aa": 3, "b": 4, "é": 5, "": 0}))
    opens("by bytes a long key may come before a short one", pack({"aa": 1, "b": 2}))
    refused("by length instead of bytes", "dictionary: by bytes a long key may come before a short one", pack({"b": 2, "aa": 1}))

    key = opens("one key", pack({"a": 1}))
    for name, head in (("in one byte of length", b"\xd9\1"), ("in two bytes of length", b"\xda\0\1"), ("in four bytes of length", b"\xdb\0\0\0\1")):
        refused(f"key of one byte, {name}", key, b"\x81" + head + b"a\1")
    for name, bad in (("an integer", b"\1"), ("bytes", b"\xc4\1a"), ("nil", b"\xc0"), ("a truth value", b"\xc3"), ("an array", b"\x91\xa1a"), ("a float", pack(1.5))):
        refused(f"the key is {name}", key, b"\x81" + bad + b"\1")
    refused("bad UTF-8 in the key", key, b"\x81\xa1\xff\1")
    text_value = opens("a text value", pack({"a": "é"}))
    refused("bad UTF-8 in a value", text_value, b"\x81\xa1a\xa2\xc3\x28")
    refused("a surrogate in a value", text_value, b"\x81\xa1a\xa3\xed\xa0\x80")
    refused("bad UTF-8 deep in a value", text_value, b"\x81\xa1a\x91\xa1\xff")
    for n in (31, 32, 255, 256):
        long_key = opens(f"a key of {n} bytes", pack({"k" * n: n}))
        if n in (31, 255):
            wide = (b"\xd9\x1f" if n == 31 else b"\xda\0\xff") + b"k" * n
            refused(f"key of {n} bytes, with a byte of length too many", long_key, b"\x81" + wide + pack(n))

    values = opens("every kind of value", pack({
        "array": [1, "two", [3.5, None]], "false": False, "float": 0.1, "map": {"x": 1, "y": {"z": []}}, "nil": None, "text": "尺寸 🍪", "true": True}))
    opens("integers at the borders of their sizes", pack({f"{i:02}": n for i, n in enumerate(
        (0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63, 2**64 - 1, -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63))}))
    opens("a float of 32 bits", b"\x81\xa1a\xca\x3f\xc0\0\0")
    opens("a byte string, in data the array of its bytes", pack({"a": b"\0\x7f\xff"}))
    opens("an integer value in a longer form", b"\x81\xa1a\xcd\0\1")
    opens("a text value in a longer form", b"\x81\xa1a\xd9\1b")
    opens("a map within a value, its header in a longer form", b"\x81\xa1a\xde\0\1\xa1b\1")
    opens("a map within a value need not be sorted", pack({"a": {"y": 1, "x": 2}}))
    refused("the outer map unsorted, with inner ones", values, pack({"map": {"x": 1}, "array": []}))
    for name, ext in (("fixext 1", b"\xd4\1\0"), ("fixext 2", b"\xd5\1" + bytes(2)), ("fixext 4, a timestamp", b"\xd6\xff" + bytes(4)), ("fixext 8", b"\xd7\xff" + bytes(8)),
                      ("fixext 16", b"\xd8\1" + bytes(16)), ("ext 8", b"\xc7\1\1\0"), ("ext 16", b"\xc8\0\1\1\0"), ("ext 32", b"\xc9\0\0\0\1\1\0"), ("an extension of no bytes", b"\xc7\0\1")):
        refused(f"extension type, {name}", key, b"\x81\xa1a" + ext)
    refused("extension type within an array", key, b"\x81\xa1a\x91\xd4\1\0")
    refused("0xC1", key, b"\x81\xa1a\xc1")
    for name, cut in (("an integer", b"\xcd\1"), ("a float", b"\xcb\0\0\0"), ("a string", b"\xa3ab"), ("an array", b"\x92\1"), ("a map", b"\x81\xa1x"), ("bytes", b"\xc4\2\0"),
                      ("an array of 2^32-1", b"\xdd\xff\xff\xff\xff\1"), ("a string of 2^32-1", b"\xdb\xff\xff\xff\xffa"), ("bytes of 2^32-1", b"\xc6\xff\xff\xff\xffa"), ("a map of 2^32-1", b"\xdf\xff\xff\xff\xff\xa1x\1")):
        refused(f"unfinished value: {name}", key, b"\x81\xa1a" + cut)
    deep = opens("64 levels deep", nested(64))
    refused("65 levels deep", deep, nested(65))
    deep = opens("64 levels deep, a number in the innermost", nested(64, b"\1"))
    refused("65 levels deep, a number in the innermost", deep, nested(65, b"\1"))
    deep = opens("64 levels of maps", b"\x81\xa1a" * 64 + b"\1")
    refused("65 levels of maps", deep, b"\x81\xa1a" * 65 + b"\1")
    refused("10,000 levels deep", deep, nested(10_000))


def open_times(o):
    """Steps 7 and 8, and § 8. Each pair is the second before and the second of the border."""
    def pair(name, reason, alive, content, spec="§ 7.7", key=XAES, dead=None, **setup):
        value = token(key, content)
        twin = o.passes(f"{name}: alive", spec, key, value, now=alive, **setup)
        o.fails(f"{name}: {reason.lower()}", spec, reason, twin, key, value, now=alive + 1 if dead is None else dead, **setup)

    I = ISSUED
    idle = dict(policy={"idle": 300})
    long = dict(policy={"idle": None, "absolute": 86_400})
    pair("idle timeout from issued", "Idle", I + 299, body(I), **idle)
    pair("idle timeout from the last activity", "Idle", I + 1299, body(I, age=1000), **idle)
    pair("absolute timeout", "Expired", I + 43_199, body(I), policy={"idle": None})
    pair("absolute timeout, whatever the last activity", "Expired", I + 43_199, body(I, age=43_000))
    pair("expired comes before idle", "Expired", I + 599, body(I), policy={"idle": 600, "absolute": 600})
    pair("a ttl shorter than the absolute timeout", "Expired", I + 899, body(I, ttl=900))
    pair("a ttl longer than the absolute timeout", "Expired", I + 86_399, body(I, ttl=900_000), **long)
    pair("a ttl equal to the absolute timeout", "Expired", I + 86_399, body(I, ttl=86_400), **long)
    pair("a ttl does not lift the idle timeout", "Idle", I + 299, body(I, ttl=900_000), **idle)
    pair("a ttl of 1 second", "Expired", I, body(I, ttl=1))
    o.fails("a ttl of 0 is over at once", "§ 7.7", "Expired", "a ttl of 1 second: alive", XAES, token(XAES, body(I, ttl=0)), now=I)
    remember = dict(policy={"remember_up_to": 2_592_000})
    pair("persistent: a ttl within remember_up_to outlives the absolute timeout", "Expired", I + 999_999, body(I, ttl=1_000_000, persistent=True), spec="§ 8", **remember)
    pair("persistent: remember_up_to caps the ttl", "Expired", I + 2_591_999, body(I, ttl=9_000_000, persistent=True), spec="§ 8", **remember)
    pair("persistent: remember_up_to below the absolute timeout caps too", "Expired", I + 599, body(I, ttl=9_000_000, persistent=True), spec="§ 8", policy={"remember_up_to": 600})
    pair("persistent: without remember_up_to the absolute timeout caps", "Expired", I + 43_199, body(I, age=43_000, ttl=9_000_000, persistent=True), spec="§ 8")
    pair("persistent: a ttl below the absolute timeout, without remember_up_to", "Expired", I + 899, body(I, ttl=900, persistent=True), spec="§ 8")
    forgiving = dict(policy={"idle": 300, "absolute": 1_000_000, "remember_up_to": 2_592_000})
    o.passes("persistent: no idle timeout", "§ 8", XAES, token(XAES, body(I, ttl=1_000_000, persistent=True)), now=I + 500_000, **forgiving)
    o.fails("the same session, not persistent, is idle", "§ 8", "Idle", "persistent: no idle timeout", XAES, token(XAES, body(I, ttl=1_000_000)), now=I + 500_000, **forgiving)
    pair("persistent: without remember_up_to the idle timeout applies", "Idle", I + 299, body(I, ttl=9_000_000, persistent=True), spec="§ 8", **idle)
    o.passes("remember_up_to does not lengthen a session that is not persistent: the second before", "§ 8", XAES, token(XAES, body(I, ttl=1_000_000)), now=I + 43_199, policy={"idle": None, "remember_up_to": 2_592_000})
    o.fails("remember_up_to does not lengthen a session that is not persistent", "§ 8", "Expired", "remember_up_to does not lengthen a session that is not persistent: the second before",
            XAES, token(XAES, body(I, ttl=1_000_000)), now=I + 43_200, policy={"idle": None, "remember_up_to": 2_592_000})
    for skew in (0, 60, 300):
        pair(f"issued ahead of the clock, skew {skew}", "NotYetValid", I - skew, body(I), dead=I - skew - 1, policy={"skew": skew})
    pair("the last activity ahead of the clock", "NotYetValid", I + 940, body(I, age=1000), dead=I + 939)
    pair("not yet valid comes before expired", "NotYetValid", I + 840, body(I, age=900), dead=I + 839, policy={"absolute": 841})
    o.passes("ahead of the clock within the skew: age is kept", "§ 7.7", XAES, token(XAES, body(I, age=650)))

    value = token(XAES, body(I, payload=DATA))
    at = lambda seconds: f"{line(XAES)}\nnot_before={time_text(seconds)}"
    twin = o.passes("not_before of the ring at issued", "§ 7.8", XAES, value, ring=at(I))
    o.fails("not_before of the ring a second after issued", "§ 7.8", "Revoked", twin, XAES, value, ring=at(I + 1))
    twin = o.passes("not_before of the policy at issued", "§ 7.8", XAES, value, policy={"not_before": I})
    o.fails("not_before of the policy a second after issued", "§ 7.8", "Revoked", twin, XAES, value, policy={"not_before": I + 1})
    twin = o.passes("both not_before at issued", "§ 7.8", XAES, value, ring=at(I), policy={"not_before": I})
    o.fails("the ring's not_before is the later one", "§ 7.8", "Revoked", twin, XAES, value, ring=at(I + 1), policy={"not_before": I})
    o.fails("the policy's not_before is the later one", "§ 7.8", "Revoked", twin, XAES, value, ring=at(I), policy={"not_before": I + 1})
    o.fails("not_before looks at issued, not at the last activity", "§ 7.8", "Revoked", twin, XAES, token(XAES, body(I - 1, age=600, payload=DATA)), ring=at(I), policy={"not_before": I})
    o.fails("not_before after now", "§ 7.8", "Revoked", twin, XAES, value, ring=at(NOW + 1000), policy={"not_before": I})
    later = o.passes("issued at not_before, within the lifetime", "§ 7.8", XAES, token(XAES, body(I)), now=I + 10, ring=at(I), policy={"idle": None, "absolute": 11})
    o.fails("expired comes before revoked", "§ 7.8", "Expired", later, XAES, token(XAES, body(I - 1)), now=I + 10, ring=at(I), policy={"idle": None, "absolute": 11})
    later = o.passes("issued at not_before, within the idle timeout", "§ 7.8", XAES, token(XAES, body(I)), now=I + 10, ring=at(I), policy={"idle": 11})
    o.fails("idle comes before revoked", "§ 7.8", "Idle", later, XAES, token(XAES, body(I - 1)), now=I + 10, ring=at(I), policy={"idle": 11})
    o.fails("revoked comes before a payload that cannot be read", "§ 7.9", "Revoked", twin, XAES, token(XAES, body(I - 1, payload=DATA + b"\0")), ring=at(I), policy={"not_before": I})

    twin = o.passes("an ordinary session at an ordinary time", "§ 7.7", XAES, value)
    for name, now, reason in (("0", 0, "NotYetValid"), ("the second before the epoch", EPOCH - 1, "NotYetValid"), ("2^32-1", U32_MAX, "Expired"),
                              ("ten seconds past the last that can be sealed", EPOCH + U32_MAX + 10, "Expired"), ("the end of year 9999", 253402300799, "Expired"), ("2^63-1", 2**63 - 1, "Expired")):
        o.fails(f"now is {name}", "§ 7.7", reason, twin, XAES, value, now=now)
    o.passes("issued at the epoch, opened at the epoch", "§ 7.7", XAES, token(XAES, body(EPOCH)), now=EPOCH)
    o.passes("issued at the epoch, opened before it within the skew", "§ 7.7", XAES, token(XAES, body(EPOCH)), now=EPOCH - 60)
    last = EPOCH + U32_MAX
    twin = o.passes("issued at the last second, opened ten seconds later", "§ 7.7", XAES, token(XAES, body(last)), now=last + 10)
    o.fails("issued at the last second with the greatest age, ahead of the clock", "§ 7.7", "NotYetValid", twin, XAES, token(XAES, body(last, age=U32_MAX)), now=last + 10)
    pair("the greatest issued, ttl and age do not overflow", "Expired", last + 34_559_999, body(last, age=34_559_999, ttl=U32_MAX), policy={"absolute": 34_560_000})


def open_keys(o):
    """Step 4 and § 3.4: which key it was, and where it stands in the order."""
    one, two, three = (KEYS["xaes", n] for n in ("one", "two", "three"))
    day = 86_400
    ring = f"{line(one, None, NOW + 10)}\n{line(two, NOW)}\n{line(three, NOW + day)}"
    for key, place in ((one, "earlier"), (two, "sealing"), (three, "later")):
        o.passes(f"under a key {place} in the order", "§ 3.4", key, token(key, USUAL_BODY), ring=ring)
    o.passes("a second before, the earlier key is the sealing one", "§ 3.4", one, token(one, USUAL_BODY), ring=ring, now=NOW - 1)
    o.passes("a second before, the sealing key is a later one", "§ 3.4", two, token(two, USUAL_BODY), ring=ring, now=NOW - 1)
    twin = o.passes("of three keys the first in its last second", "§ 7.4", one, token(one, USUAL_BODY), ring=ring, now=NOW + 9)
    o.fails("of three keys the first has retired", "§ 7.4", "RetiredKey", twin, one, token(one, USUAL_BODY), ring=ring, now=NOW + 10)
    tie = f"{line(two)}\n{line(one)}"
    o.passes("without seal_from, the first listed seals", "§ 3.4", two, token(two, USUAL_BODY), ring=tie)
    o.passes("without seal_from, the second listed is an earlier one", "§ 3.4", one, token(one, USUAL_BODY), ring=tie)
    future = f"{line(two, NOW + 2 * day)}\n{line(one, NOW + day)}"
    o.passes("before any seal_from, the first of the order is the sealing key", "§ 3.4", one, token(one, USUAL_BODY), ring=future)
    o.passes("before any seal_from, the second of the order is a later one", "§ 3.4", two, token(two, USUAL_BODY), ring=future)
    mixed = f"{line(XCHA, None, NOW + day)}\n{line(one, ISSUED)}"
    o.passes("an xcha token in a ring that seals with xaes", "§ 3.4", XCHA, token(XCHA, USUAL_BODY), ring=mixed)
    twin = o.passes("an xaes token in a ring with xcha", "§ 3.4", one, token(one, USUAL_BODY), ring=mixed)
    o.fails("an xaes token under the format byte of the ring's other suite", "§ 7.4", "UnknownKey", twin, one, flipped(token(one, USUAL_BODY), 0), ring=mixed)
    s_one, s_two = KEYS["sign", "one"], KEYS["sign", "two"]
    o.passes("signed: under an earlier key", "§ 3.4", s_one, token(s_one, USUAL_BODY), ring=f"{line(s_one)}\n{line(s_two, ISSUED)}")
    o.passes("signed: under a later key", "§ 3.4", s_two, token(s_two, USUAL_BODY), ring=f"{line(s_one)}\n{line(s_two, NOW + 1)}")


def open_several(o):
    """Step 0: the name occurs several times."""
    def made(purpose, issued=ISSUED, **fields):
        return token(XAES, body(issued, **fields), purpose)

    spec = "§ 7.0"
    good = made(COOKIE, sid=SID)
    broken = [flipped(good, at) for at in (-1, -2, -3, -4)]
    first_of_two = o.passes("of two values the second opens", spec, XAES, [broken[0], good])
    o.passes("of two values the first opens", spec, XAES, [good, broken[0]])
    o.passes("an empty value beside a good one", spec, XAES, ["", good])
    o.passes("an expired value beside a good one", spec, XAES, [made(COOKIE, ISSUED - 50_000), good])
    o.passes("a value of the other mode beside a good one", spec, XAES, [token(SIGN, USUAL_BODY), good])
    fourth = o.passes("of four values the fourth opens", spec, XAES, broken[:3] + [good])
    o.fails("a fifth value is not tried", spec, "Auth", fourth, XAES, broken + [good])
    o.fails("none opens: the reason of the first, Auth", spec, "Auth", first_of_two, XAES, [broken[0], made(COOKIE, ISSUED - 50_000)])
    o.fails("none opens: the reason of the first, Expired", spec, "Expired", "an expired value beside a good one", XAES, [made(COOKIE, ISSUED - 50_000), broken[0]])
    o.fails("none opens: the reason of the first, TooShort without a key id", spec, "TooShort", "an empty value beside a good one", XAES, ["", broken[0]])
    o.fails("none opens: the reason of the first, WrongMode without a key id", spec, "WrongMode", "a value of the other mode beside a good one", XAES, [token(SIGN, USUAL_BODY), broken[0]])

    for prefix, purpose, sids in (("__Host-", COOKIE, (SID, OTHER_SID)), ("the same sid", PLAIN, (SID, SID))):
        a, b = made(purpose, sid=sids[0]), made(purpose, ISSUED + 1, sid=sids[1])
        active, idle = made(purpose, sid=sids[0], age=20), made(purpose, sid=sids[1], age=10)
        stale = made(purpose, ISSUED, sid=sids[0], age=500)
        for order, values in (("first", (b, a)), ("second", (a, b))):
            o.passes(f"{prefix}: the greatest issued, {order} of two", spec, XAES, values, purpose=purpose)
        for order, values in (("first", (active, idle)), ("second", (idle, active))):
            o.passes(f"{prefix}: equal issued, the greatest last activity, {order} of two", spec, XAES, values, purpose=purpose)
        o.passes(f"{prefix}: issued counts before the last activity", spec, XAES, (stale, b), purpose=purpose)
        o.passes(f"{prefix}: of four the third", spec, XAES, (a, active, b, idle), purpose=purpose)
        o.passes(f"{prefix}: the greatest of those that open", spec, XAES, (a, flipped(b, -1), active), purpose=purpose)
    for purpose in (COOKIE, PLAIN):
        twins = [made(purpose, sid=SID, payload=pack({"n": n})) for n in (1, 2)]
        for order in (1, -1):
            o.passes(f"{purpose['name']}: equal issued and last activity, the first in order, {'lower' if order == 1 else 'higher'} payload first", spec, XAES, twins[::order], purpose=purpose)
    o.passes("__Host-: without any sid", spec, XAES, (made(COOKIE), made(COOKIE, ISSUED + 1)))
    same = "the same sid: the greatest issued, second of two"
    a, b = made(PLAIN, sid=SID), made(PLAIN, ISSUED + 1, sid=OTHER_SID)
    o.fails("plain name, two sids", spec, "Duplicate", same, XAES, (a, b), purpose=PLAIN)
    o.fails("plain name, two sids, the other order", spec, "Duplicate", "the same sid: the greatest issued, first of two", XAES, (b, a), purpose=PLAIN)
    o.fails("plain name, no sid in either", spec, "Duplicate", same, XAES, (made(PLAIN), made(PLAIN, ISSUED + 1)), purpose=PLAIN)
    o.fails("plain name, a sid in the first only", spec, "Duplicate", same, XAES, (a, made(PLAIN, ISSUED + 1)), purpose=PLAIN)
    o.fails("plain name, a sid in the second only", spec, "Duplicate", same, XAES, (made(PLAIN), made(PLAIN, ISSUED + 1, sid=SID)), purpose=PLAIN)
    three = o.passes("plain name, three of one sid", spec, XAES, (a, made(PLAIN, ISSUED + 1, sid=SID), made(PLAIN, ISSUED + 2, sid=SID)), purpose=PLAIN)
    o.fails("plain name, the third has another sid", spec, "Duplicate", three, XAES, (a, made(PLAIN, ISSUED + 1, sid=SID), made(PLAIN, ISSUED + 2, sid=OTHER_SID)), purpose=PLAIN)
    o.passes("plain name, the one of the other sid has expired", spec, XAES, (a, made(PLAIN, ISSUED - 50_000, sid=OTHER_SID)), purpose=PLAIN)
    filled = o.passes("plain name, a fifth value of another sid is not tried", spec, XAES, (a, *(flipped(a, -i) for i in (1, 2, 3)), b), purpose=PLAIN)
    o.fails("plain name, a fourth value of another sid is tried", spec, "Duplicate", filled, XAES, (a, *(flipped(a, -i) for i in (1, 2)), b), purpose=PLAIN)
    for name in ("__Secure-session", "X__Host-session", "session__Host-"):
        purpose = {"kind": "cookie", "name": name}
        twin = o.passes(f"{name}: one sid", spec, XAES, (made(purpose, sid=SID), made(purpose, ISSUED + 1, sid=SID)), purpose=purpose)
        o.fails(f"{name} is not __Host-: two sids", spec, "Duplicate", twin, XAES, (made(purpose, sid=SID), made(purpose, ISSUED + 1, sid=OTHER_SID)), purpose=purpose)
    signed = lambda issued, sid: token(SIGN, body(issued, sid=sid), PLAIN)
    twin = o.passes("signed: the same sid, the greatest issued", spec, SIGN, (signed(ISSUED, SID), signed(ISSUED + 1, SID)), purpose=PLAIN)
    o.fails("signed: two sids", spec, "Duplicate", twin, SIGN, (signed(ISSUED, SID), signed(ISSUED + 1, OTHER_SID)), purpose=PLAIN)


def open_order(o):
    """Two rules broken at once: the earlier step gives the reason. The twin breaks neither."""
    other = KEYS["xaes", "two"]
    usual, retired = token(XAES, USUAL_BODY), f"{line(XAES, None, NOW)}\n{line(other, ISSUED)}"
    head = lambda key: base64url(decode_base64url(token(key, USUAL_BODY))[:5])
    good, alive = "xaes: a dictionary opens", "xaes: the second before its key retires"
    stale = dict(policy={"idle": None, "absolute": 600})
    o.fails("order: an unknown format byte, and too short for a key id's tag", "§ 7.3", "UnknownFormat", good, XAES, base64url(bytes(5)))
    o.fails("order: the other mode, and too short", "§ 7.3", "WrongMode", good, XAES, head(SIGN))
    o.fails("order: four bytes, and an unknown format byte", "§ 7.3", "TooShort", good, XAES, base64url(bytes(4)))
    o.fails("order: an unknown key, and too short", "§ 7.4", "UnknownKey", good, XAES, head(other))
    o.fails("order: a retired key, and too short", "§ 7.4", "RetiredKey", alive, XAES, head(XAES), ring=retired)
    o.fails("order: a retired key, and a wrong tag", "§ 7.4", "RetiredKey", alive, XAES, flipped(usual, -1), ring=retired)
    o.fails("order: a wrong tag, and a body with a reserved flag", "§ 7.5", "Auth", good, XAES, flipped(token(XAES, raw(0x80, b"\0")), -1))
    o.fails("order: signed, a wrong tag, and a body with a reserved flag", "§ 7.5", "Auth", "sign: a dictionary opens", SIGN, flipped(token(SIGN, USUAL_BODY), 5, 0x80))
    o.fails("order: a wrong tag, and expired", "§ 7.5", "Auth", "xaes: the last second of the absolute timeout", XAES, flipped(usual, -1), **stale)
    o.fails("order: a malformed body, and expired", "§ 7.6", "Malformed", "xaes: the last second of the absolute timeout", XAES, token(XAES, raw(0x80, b"\0")), **stale)
    o.fails("order: expired, and a payload that cannot be read", "§ 7.9", "Expired", "xaes: the last second of the absolute timeout", XAES, token(XAES, USUAL_BODY + b"\0"), **stale)
    o.fails("order: not yet valid, and revoked", "§ 7.8", "NotYetValid", "issued ahead of the clock, skew 60: alive", XAES, token(XAES, body(ISSUED)), now=ISSUED - 61, policy={"not_before": ISSUED + 1})


def in_parts(value, *lengths):
    """The value of the name, and the parts: cut after so many characters each."""
    pieces = []
    for length in lengths:
        pieces.append(value[:length])
        value = value[length:]
    pieces.append(value)
    return f"{len(pieces)}.{pieces[0]}", tuple(enumerate(pieces))[1:]


def open_chunks(o):
    """Step 1: a value in several cookies."""
    spec = "§ 9.2"
    usual, other = (token(XAES, body(ISSUED, sid=sid, payload=pack({"n": 1}))) for sid in (SID, OTHER_SID))
    assert len(usual) % 4 == 0, "there are no unused bits, wherever the last piece ends up"
    for count in range(2, 9):
        value, parts = in_parts(usual, *[10] * (count - 1))
        o.passes(f"in {count} parts", spec, XAES, value, parts=parts)
    two, (second,) = in_parts(usual, 40)
    three, (b, c) = in_parts(usual, 40, 40)
    halves = o.passes("two parts of different length", spec, XAES, two, parts=[second])
    thirds = o.passes("three parts, the last before the middle one", spec, XAES, three, parts=[c, b])
    o.passes("three parts, in their order", spec, XAES, three, parts=[b, c])
    o.passes("an empty first part", spec, XAES, "2.", parts=[(1, usual)])
    o.passes("an empty second part", spec, XAES, f"2.{usual}", parts=[(1, "")])
    o.passes("a part that came twice with one value", spec, XAES, two, parts=[second, second])
    o.passes("a part that is not used", spec, XAES, two, parts=[second, (2, "stale")])
    o.passes("a part that is not used came with two values", spec, XAES, two, parts=[second, (2, "stale"), (2, "older")])
    o.passes("parts beside a whole token are ignored", spec, XAES, usual, parts=[(1, "stale"), (7, "older")])
    o.passes("signed: in two parts", spec, SIGN, in_parts(token(SIGN, USUAL_BODY), 20)[0], parts=in_parts(token(SIGN, USUAL_BODY), 20)[1])
    o.passes("a chunked value that is broken, beside a whole one", spec, XAES, ["3.stale", usual], parts=[(1, "x")])
    o.passes("two chunked values with one set of parts", spec, XAES, ["2.older", two], parts=[second])

    refuse = lambda name, reason, twin, value, parts: o.fails(name, spec, reason, twin, XAES, value, parts=parts)
    for count in ("", "0", "1", "9", "02", "2 ", " 2", "+2", "a", "10", "\u0662"):
        refuse(f"a count of {count!r}", "Incomplete", halves, f"{count}.{two[2:]}", [second])
    refuse("a full stop in the middle of a whole token", "Incomplete", halves, usual[:40] + "." + usual[40:], [second])
    refuse("a count of more than there are", "Incomplete", halves, "3" + two[1:], [second])
    refuse("a count of fewer than there are", "Auth", thirds, "2" + three[1:], [c, b])
    refuse("no part came", "Incomplete", halves, two, ())
    refuse("the last part is missing", "Incomplete", thirds, three, [b])
    refuse("the middle part is missing", "Incomplete", thirds, three, [c])
    refuse("the parts are exchanged", "Auth", thirds, three, [(1, c[1]), (2, b[1])])
    refuse("a part is cut", "Auth", halves, two, [(1, second[1][:-4])])
    refuse("a part is longer", "Encoding", halves, two, [(1, second[1] + "=")])
    refuse("a part is of another token", "Auth", halves, two, [in_parts(other, 40)[1][0]])
    refuse("a part came with two values, the right one first", "Duplicate", halves, two, [second, (1, "stale")])
    refuse("a part came with two values, the right one last", "Duplicate", halves, two, [(1, "stale"), second])
    refuse("the first part that fails decides: two values before a missing one", "Duplicate", thirds, three, [b, (1, "stale")])
    refuse("the first part that fails decides: a missing one before two values", "Incomplete", thirds, three, [c, (2, "stale")])
    refuse("a full stop in the first part", "Encoding", halves, two[:20] + "." + two[21:], [second])
    refuse("a full stop in the second part", "Encoding", halves, two, [(1, "." + second[1][1:])])
    refuse("parts of parts", "Encoding", halves, "2." + two, [second])
    refuse("none of two chunked values opens: the reason of the first", "Incomplete", "two chunked values with one set of parts", ["3.older", "2." + usual[1:41]], [second])
    longest = token(XAES, body(ISSUED, pad=MAX_BLOB - 45 - 7))
    cut = [4096] * 7
    full = o.passes("the longest value, in 8 parts of 4,096 characters", spec, XAES, in_parts(longest, *cut)[0], parts=in_parts(longest, *cut)[1])
    o.fails("8 parts, a character longer than the longest value", spec, "TooLong", full, XAES, in_parts(longest, *cut)[0],
            parts=in_parts(longest + "A", *cut)[1])
    o.fails("order: a value too long in itself, and without its parts", "§ 7.1", "TooLong", full, XAES, "8." + longest)


def openings():
    o = Opening()
    for key in (XAES, XCHA, SIGN):
        open_steps(o, key)
    for part in (open_encoding, open_bodies, open_payloads, open_times, open_keys, open_several, open_order, open_chunks):
        part(o)
    return o.vectors


# ---------------------------------------------------------------- cookies.json, csrf.json

def cookies():
    out = []

    def find(name, lines, *values, cookie="session", spec="§ 9"):
        lines = [lines] if isinstance(lines, str) else lines
        assert find_values(lines, cookie) == list(values), (name, find_values(lines, cookie))
        out.append({"name": f"find: {name}", "spec": spec, "kind": "find", "lines": lines, "cookie": cookie, "values": list(values)})

    find("alone", "session=abc", "abc")
    find("among others", "a=1; session=abc; b=2", "abc")
    find("without white space between pairs", "a=1;session=abc;b=2", "abc")
    find("tabs and spaces before the name", "a=1; \t session=abc", "abc")
    find("white space around the value", "session= \tabc \t; b=2", "abc")
    find("in the second line", ["a=1", "session=abc"], "abc")
    find("one pair of quotation marks is syntax", 'session="abc"', "abc")
    find("only one pair of quotation marks", 'session=""abc""', '"abc"')
    find("white space inside the quotation marks stays", 'session=" abc "', " abc ")
    find("a quotation mark at the start only", 'session="abc', '"abc')
    find("a quotation mark at the end only", 'session=abc"', 'abc"')
    find("a quotation mark alone", 'session="', '"')
    find("an empty quoted value", 'session=""', "")
    find("quotation marks do not protect a semicolon", 'session="a;b"', '"a')
    find("an equals sign in the value", "session=a=b==", "a=b==")
    find("an empty value is a value", "session=", "")
    find("two values in their order", "session=b; session=a", "b", "a")
    find("two values on two lines", ["x=1; session=b", "session=a; y=2"], "b", "a")
    find("the same value twice is one", "session=a; session=b; session=a", "a", "b")
    find("the same value quoted and not is one", 'session=a; session="a"', "a")
    find("four distinct values, a fifth is ignored", "session=1; session=2; session=3; session=4; session=5", "1", "2", "3", "4")
    find("repetitions do not count among the four", "session=1; session=1; session=1; session=1; session=2", "1", "2")
    find("a __Host- name", "session=x; __Host-session=abc", "abc", cookie="__Host-session")
    find("bytes beyond ASCII in another cookie", "lang=\u00e9\u00ff; session=abc", "abc")
    find("a byte beyond ASCII in the value", "session=ab\u00e9", "ab\u00e9")
    find("a no-break space after the value belongs to it", "session=abc\u00a0", "abc\u00a0")
    find("a pair without an equals sign beside it", "foo; session=abc; bar", "abc")
    find("empty pairs", ";; ; session=abc;;", "abc")
    for name, lines in (("no line", []), ("an empty line", ""), ("another case", "Session=abc"), ("upper case", "SESSION=abc"), ("a longer name", "session2=abc"), ("a shorter name", "sessio=abc"),
                        ("a name that ends in it", "my-session=abc"), ("with its __Host- prefix", "__Host-session=abc"), ("a space before the equals sign", "session =abc"),
                        ("a tab before the equals sign", "session\t=abc"), ("no equals sign", "session"), ("in another cookie's value", "a=session=abc"),
                        ("in another cookie's quoted value", 'a="session=abc"'), ("after a comma", "a=1, session=abc"), ("a quoted name", '"session"=abc'), ("a byte beyond ASCII before the name", "\u00e9session=abc"),
                        ("a no-break space before the name", "\u00a0session=abc")):
        find(f"not found: {name}", lines)

    base = {"path": "/", "domain": None, "secure": True, "same_site": "Lax", "partitioned": False}
    host = {"name": "__Host-session"} | base
    shapes = (("the default attributes", host), ("without Secure", host | {"name": "session", "secure": False}), ("SameSite=Strict", host | {"same_site": "Strict"}),
              ("SameSite=None, partitioned", host | {"same_site": "None", "partitioned": True}), ("no SameSite", host | {"same_site": None}),
              ("a domain and a path", host | {"name": "__Secure-session", "domain": "example.com", "path": "/app"}),
              ("everything", {"name": "id", "path": "/a/b", "domain": "www.example.com", "secure": True, "same_site": "None", "partitioned": True}))
    for title, shape in shapes:
        for age in (None, 0, 3600, 34_560_000) if shape is host else (None, 3600):
            v = {"cookie": shape["name"], "value": "abc"} | {k: shape[k] for k in base} | {"max_age": age}
            out.append({"name": f"set: {title}, " + (f"Max-Age={age}" if age is not None else "for the browser session"), "spec": "§ 9", "kind": "set"} | v
                       | {"line": set_line(v | {"name": v["cookie"]})})
        v = {"cookie": shape["name"]} | {k: shape[k] for k in base}
        out.append({"name": f"expire: {title}", "spec": "§ 9", "kind": "expire"} | v | {"line": expire_line(v | {"name": v["cookie"]})})
        for mode, limit in (("encrypted", 3072), ("encrypted", 4096), ("signed", 3072), ("signed", 4096)):
            v = {"cookie": shape["name"]} | {k: shape[k] for k in base} | {"mode": mode, "limit": limit}
            out.append({"name": f"room: {title}, {mode}, {limit:,} characters", "spec": "§ 9", "kind": "room"} | v | {"payload": payload_room(v | {"name": v["cookie"]})})
            for extra in ({"parts": 2}, {"parts": 3}, {"parts": 4}, {"padding": "padme"}, {"parts": 4, "padding": "padme"}):
                if shape is host and ("parts" not in extra or limit == 4096):
                    w = v | extra
                    title_of = ", ".join(["room: " + title, mode, f"{limit:,} characters"] + [f"{k} {x}" for k, x in extra.items()])
                    out.append({"name": title_of, "spec": "§ 9"} | {"kind": "room"} | w | {"payload": payload_room(w | {"name": w["cookie"]})})
    rooms = {(v["limit"], v.get("parts")): v["payload"] for v in out if v["name"].startswith("room: the default attributes, encrypted") and "padding" not in v}
    assert rooms == {(3072, None): 2176, (4096, None): 2944, (4096, 2): 5958, (4096, 3): 8974, (4096, 4): 11990}

    def whole(name, lines, cookie="session"):
        lines = [lines] if isinstance(lines, str) else lines
        parts = carried_parts(lines, cookie)
        results = []
        for value in find_values(lines, cookie):
            try:
                results.append({"token": assemble(value, parts), "cookies": int(value[0]) if "." in value else 1})
            except Refused as refused:
                results.append({"rejected": refused.reason})
        out.append({"name": f"whole: {name}", "spec": "§ 9.2", "kind": "whole", "lines": lines, "cookie": cookie,
                    "carried": sorted({n for n, _ in parts}), "whole": results})

    whole("no parts", "session=abc")
    whole("two parts", "session=2.ab; session.1=cd")
    whole("parts among other cookies, in another order, on two lines", ["session.2=ef; a=1; session=3.ab", "b=2; session.1=cd"])
    whole("a quoted part, with white space", 'session="2.ab"; session.1= "cd" ')
    whole("parts of another cookie", "session=2.ab; session2.1=cd; my-session.1=ef; Session.1=gh")
    whole("numbers in another spelling", "session=2.ab; session.01=cd; session.+1=ef; session.1.1=gh; session..1=ij; session. 1=kl")
    whole("numbers out of range", "session=2.ab; session.0=cd; session.8=ef; session.9=gh; session.10=ij")
    whole("white space before the equals sign of a part", "session=2.ab; session.1 =cd")
    whole("parts alone", "session.1=ab; session.7=cd")
    whole("a part without an equals sign", "session=2.ab; session.1")
    whole("two values of the name and one part", "session=2.ab; session.1=cd; session=2.ef")
    whole("eight parts", "session=8.a; " + "; ".join(f"session.{n}={n}" for n in range(7, 0, -1)))

    for title, shape in shapes:
        for age in (None, 3600) if shape is host else (None,):
            for length in (4_100, 8_000, 12_000, 15_000):
                v = {"cookie": shape["name"], "value": base64url(test_bytes(f"split {length}", length))[:length]} | {k: shape[k] for k in base} | {"max_age": age, "limit": 4096}
                fields = split_lines(v)
                assert all(len(field) <= 4096 for field in fields)
                if shape is host or length == 8_000:
                    out.append({"name": f"split: {title}, {length:,} characters" + (f", Max-Age={age}" if age else ""), "spec": "§ 9.2", "kind": "split"} | v | {"fields": fields})
        carried = {"carried": [1, 3, 7]}
        v = {"cookie": shape["name"]} | {k: shape[k] for k in base}
        fields = [expire_line(v | {"name": v["cookie"] + suffix}) for suffix in ("", ".1", ".3", ".7")]
        out.append({"name": f"expire: {title}, and three parts", "spec": "§ 9.4", "kind": "expire"} | v | carried | {"fields": fields})
    return out


def csrf():
    out = []

    def add(name, key=XAES, purpose=COOKIE, context=(), sid=SID, issued=ISSUED, mask=test_bytes("mask", 16)):
        out.append({"name": name, "spec": "§ 13", "key": key.text, "purpose": purpose, "context": list(context), "sid": sid.hex(), "issued": issued,
                    "mask": mask.hex(), "token": csrf_token(key, purpose, context, sid, issued, mask)})

    for key in (XAES, XCHA, SIGN):
        add(f"{key.type}: a session's token", key)
    add("another mask: another token of the same secret", mask=test_bytes("other mask", 16))
    add("a mask of zeros: the secret after it", mask=bytes(16))
    add("another sid", sid=OTHER_SID)
    add("issued a second later", issued=ISSUED + 1)
    add("issued at the epoch", issued=EPOCH)
    add("issued at the last second", issued=EPOCH + U32_MAX)
    add("another key", KEYS["xaes", "two"])
    add("for another cookie", purpose=PLAIN)
    add("for a header", purpose=HEADER)
    add("for a bare token", purpose=BARE)
    add("with caller context", context=CONTEXT)
    add("with caller context in another order", context=CONTEXT[::-1])
    return out


# ================================================================ Files

FILES = {
    "primitives": (primitives, "The algorithms of § 1 and § 2, with the published vectors of each."),
    "derivation": (derivation, "From the text of a key and a purpose to the keys that are derived for it."),
    "keys": (keys, "Texts of keys, with the suite and kid of those that are read and the error of those that are refused."),
    "rings": (rings, "Texts of key rings: order, sealing key and accepted keys at given times, fingerprint; or the error."),
    "seal": (seal, "From key, purpose, context, body and the 24 random bytes to the token."),
    "open": (openings, "From cookie values, ring, policy and time to what opens, or to the Reason."),
    "cookies": (cookies, "Cookie fields to values, Set-Cookie and expiry texts, room for the payload."),
    "csrf": (csrf, "From key, purpose, session and mask to the CSRF token."),
}


def written(about, vectors):
    """JSON with one field a line and each vector in its own braces."""
    assert len({v["name"] for v in vectors}) == len(vectors), "two vectors with one name"
    fields = lambda v: ",\n".join(f"      {json.dumps(f)}: {json.dumps(value)}" for f, value in v.items())
    listed = ",\n".join("    {\n" + fields(v) + "\n    }" for v in vectors)
    return f'{{\n  "about": {json.dumps(about)},\n  "vectors": [\n{listed}\n  ]\n}}\n'


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    stale = []
    for name, (vectors, about) in FILES.items():
        path, text = Path(__file__).with_name(f"{name}.json"), written(about, vectors())
        json.loads(text)
        if arguments and (not path.exists() or path.read_bytes() != text.encode()):
            stale.append(path.name)
        elif not arguments:
            path.write_bytes(text.encode())
    if stale:
        sys.exit("these files differ from what generate.py makes: " + ", ".join(stale))


if __name__ == "__main__":
    main(sys.argv[1:])
