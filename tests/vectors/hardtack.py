"""A second implementation of the hardtack token format: SPEC.md and docs/spec/carriers.md, whose rules it names (§).

It shares no code with the crate: it was written from the specification alone. writer.py and devices.py are the documents
of these names in docs/spec and crates/device/docs. answers.py gives the answer to a vector of each file, and generate.py tries and adds vectors with it.
"""

import base64
import hashlib
import hmac
import math
import re
import struct
from datetime import datetime, timezone

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

# ---------------------------------------------------------------- § 1 Notation and constants

LABEL = b"hardtack/v1"
KEY_PREFIX = "hardtack_key_v1_"
EPOCH = 1767225600
U32_MAX = 2**32 - 1
MAX_CHARACTERS, MAX_BLOB = 32_768, 24_576
MAX_CANDIDATES, MAX_DEPTH, CUT = 4, 64, MAX_CHARACTERS + 1
LONGEST_MAX_AGE = 34_560_000
# The default configuration of § 8.
POLICY = {"idle": 1800, "absolute": 43_200, "remember_up_to": None, "skew": 60, "not_before": None}
# Those of § 9.3.1.
ATTRIBUTES = {"path": "/", "domain": None, "secure": True, "same_site": "Lax", "partitioned": False}

u8, u16, u32, u64 = (struct.Struct(f).pack for f in (">B", ">H", ">I", ">Q"))


class Refused(Exception):
    """A refusal, by its name in the vectors, with the key id where one is known."""

    def __init__(self, reason, key_id=None):
        super().__init__(reason)
        self.reason, self.key_id, self.lacks_key = reason, key_id, False


def refusal(function, *arguments):
    """The reason `function` refuses these arguments for; None when it does not."""
    try:
        function(*arguments)
    except Refused as refused:
        return refused.reason


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

def purpose_of(v):
    """What keys are derived for (§ 3.2): the purpose of a vector, with its labels."""
    if not v["purpose"]["name"] or len(names_of(v["purpose"])[0]) > 65_535:
        raise Refused("purpose")
    application, label = v.get("application"), v.get("type_label") or ""
    if application is not None and not 1 <= len(application.encode()) <= 255:
        raise Refused("application")
    if len(label.encode()) > 255:
        raise Refused("type")
    return v["purpose"] | {"application": application or "", "type": label}


def names_of(purpose):
    """The bytes of purpose, application label and type label."""
    kind, name = purpose["kind"], purpose["name"]
    p = {"cookie": name, "header": "header:" + name.lower(), "token": "token:" + name}[kind]
    return p.encode(), purpose.get("application", "").encode(), purpose.get("type", "").encode()


class Key:
    def __init__(self, type_, secret):
        assert len(secret) == 32
        self.type, self.secret = type_, secret
        self.fmt, self.mode = FMT[type_], MODE[type_]
        self.prk = hmac_sha256(LABEL, secret)
        self.kid = self.derive("kid", (b"", b"", b""), 4)

    def derive(self, what, names, length=32):
        p, a, t = names
        info = u8(len(LABEL)) + LABEL + u8(len(what)) + what.encode() + u8(self.fmt)
        info += u16(len(p)) + p + u8(len(a)) + a + u8(len(t)) + t
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
        if len(rest.encode()) != 48:
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


def read_ring_text(text, mode):
    """The listed keys with their times, and the `not_before` (§ 3.5, errors in the order of § 14.3)."""
    listed, not_before = [], None
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
            if attributes:
                raise Refused("attribute")
            moment = parse_time(first.removeprefix("not_before="))
            if not_before is not None:
                raise Refused("attribute")
            not_before = moment
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
            if name not in ("seal_from", "accept_until") or not equals:
                raise Refused("attribute")
            moment = parse_time(value)
            if name in times:
                raise Refused("attribute")
            times[name] = moment
        listed.append((key, times.get("seal_from"), times.get("accept_until")))
    return listed, not_before


class Ring:
    """Entries (key, seal_from, accept_until) in the order of § 3.4.2: the last one that has begun seals."""

    def __init__(self, texts, mode, listed=(), not_before=None):
        """`listed` and `not_before`: those of a ring without a text (§ 3.4.1)."""
        listed, moments = list(listed), [] if (not_before or 0) < EPOCH else [not_before]
        for key, *times in listed:
            if key.mode != mode:
                raise Refused("mixed")
            if any(time is not None and time < EPOCH for time in times):
                raise Refused("time")
        for text in [texts] if isinstance(texts, str) else texts:
            keys, not_before = read_ring_text(text, mode)
            listed += keys
            moments += [not_before] if not_before is not None else []
        self.not_before = max(moments, default=None)
        self.entries = sorted(reversed(listed), key=lambda entry: entry[1] or 0)
        self.by_kid = {entry[0].kid: entry for entry in self.entries}
        if not listed:
            raise Refused("empty")
        if len(self.by_kid) < len(listed):
            raise Refused("duplicate")
        if self.entries[-1][2] is not None:
            raise Refused("last-retires")
        for (_, _, until), (_, next_from, _) in zip(self.entries, self.entries[1:]):
            if until is not None and until < (next_from or 0):
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

    def early(self, longest):
        """§ 3.4.8: the keys that retire while they are needed, each with the moment of that. `longest`: the skew and the token span."""
        pairs = [(key, until, next_from) for (key, _, until), (_, next_from, _) in zip(self.entries, self.entries[1:])]
        return [(key, next_from + longest) for key, until, next_from in pairs if until is not None and next_from is not None and until < next_from + longest]

    def fingerprint(self):
        parts = [key.kid + u64(seal_from or 0) + u64(until or 0) for key, seal_from, until in self.entries]
        return hashlib.sha256(b"".join(parts) + u64(self.not_before or 0)).digest()[:8]


# ---------------------------------------------------------------- § 3.7 Settings in common

def settings_text(v):
    """§ 3.7.1"""
    kind, name = v["purpose"]["kind"], v["purpose"]["name"]
    policy, labels = {"idle": POLICY["idle"]} | v["policy"], purpose_of(v)
    idle = policy["idle"]
    cookies, size = {"anywhere": (1, 3072), "browser": (1, 4096)}.get(v.get("profile", "anywhere")) or (v["profile"], 4096)
    pairs = {
        kind: percent(name.lower() if kind == "header" else name),
        "mode": {"encrypted": "encrypted", "signed": "unencrypted-but-signed"}[v["mode"]],
        "application": percent(labels["application"]), "type": percent(labels["type"]), "schema": v.get("schema", 0),
        "context": ",".join(percent(label) + ":" + percent(value) for label, value in v["context"]),
        "idle_timeout": None if idle is None else min(idle, policy["absolute"]), "absolute_timeout": policy["absolute"],
        "remember_up_to": policy["remember_up_to"], "remembered_idle_timeout": policy.get("remembered_idle"),
        "revalidate_after": policy.get("revalidate_after"), "clock_skew": policy["skew"],
        "size": f"{cookies}x{v.get('most_characters', size)}", "padding": v.get("padding", "none"),
    }
    if kind == "cookie":
        flag = lambda is_set: "true" if is_set else "false"
        attributes = attributes_of(v.get("attributes", {}))
        pairs |= {
            "path": percent(attributes["path"]), "domain": percent((attributes["domain"] or "").lower()),
            "same_site": (attributes["same_site"] or "omit").lower(), "secure": flag(attributes["secure"]),
            "partitioned": flag(attributes["partitioned"]), "persistent": flag(policy.get("persistent")),
            "device_bound": flag(v.get("device_bound")),
        }
    return " ".join(f"{name}={'off' if value is None else value}" for name, value in pairs.items())


def percent(text):
    """§ 3.7.2"""
    return re.sub(rb"[^A-Za-z0-9._~-]", lambda byte: b"%%%02X" % byte[0][0], text.encode()).decode()


def settings_fingerprint(text):
    """§ 3.7.3"""
    return hashlib.sha256(b"hardtack settings v1\0" + text.encode()).digest()[:8]


# ---------------------------------------------------------------- § 5 Body

HAS_LIMIT, HAS_SID, HAS_PAD, HAS_DEVICE, HAS_FLASH, HAS_SCHEMA, HAS_REMEMBERED = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40


def varint(value):
    out = b""
    while value > 0x7F:
        out, value = out + u8(value & 0x7F | 0x80), value >> 7
    return out + u8(value)


def text(value):
    return varint(len(value.encode())) + value.encode()


def body(issued, age=0, limit=None, remembered=None, sid=None, schema=None, flash=(), payload=b"", pad=None, device=None):
    """A body; `pad` is the number of zeros after the marker."""
    flags, out = 0, u32(issued - EPOCH) + varint(age)
    if limit is not None:
        flags, out = flags | HAS_LIMIT, out + varint(limit)
    if remembered is not None:
        flags, out = flags | HAS_REMEMBERED, out + varint(remembered)
    if sid is not None:
        flags, out = flags | HAS_SID, out + sid
    if device is not None:
        flags, out = flags | HAS_DEVICE, out + device
    if schema is not None:
        flags, out = flags | HAS_SCHEMA, out + varint(schema)
    if flash:
        flags, out = flags | HAS_FLASH, out + flash_field(flash)
    out += payload
    if pad is not None:
        flags, out = flags | HAS_PAD, out + b"\x80" + bytes(pad)
    return u8(flags) + out


def flash_field(flash):
    """§ 5.3; no bytes without messages."""
    return varint(len(flash)) + b"".join(text(q) + text(m) for q, m in flash) if flash else b""


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


def parse_body(data, devices=False):
    """A body; `devices`: the reader is configured for crates/device/docs/devices.md."""
    r = Reader(data, "Malformed")
    flags = r.number(1)
    if flags & (0x80 if devices else 0x88):
        r.fail()
    issued = EPOCH + r.number(4)
    out = {"issued": issued, "last_active": issued + r.varint()}
    out["limit"] = r.varint() if flags & HAS_LIMIT else None
    out["remembered"] = r.varint() if flags & HAS_REMEMBERED else None
    out["sid"] = r.take(8) if flags & HAS_SID else None
    out["device"] = r.take(16) if flags & HAS_DEVICE else None
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
    return out | {"flags": flags, "body": data}


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


def encoded(value):
    """The bytes of a typed value (§ 5.4.3): a type and its content, as in `encode.json`. Refused if a reader would refuse them (§ 5.4.8)."""
    data = encode(value)
    r = Reader(data, "value")
    unpack(r, 2)
    return data


def encode(value):
    """§ 5.4.3"""
    (kind, content), = value.items()
    if kind in ("text", "bytes") and isinstance(content, list):
        content = "".join(piece * count for piece, count in content)
    if kind in INTEGERS:
        number, bits = int(content), int(kind[1:])
        return pack(number.to_bytes(16, signed=kind[0] == "i") if bits == 128 else number)
    if kind in ("f32", "f64"):
        return u8(0xCA if kind == "f32" else 0xCB) + bytes.fromhex(content)
    if kind in ("some", "wrapper"):
        return encode(content)
    if kind == "nested":
        levels, level, inner = content
        wrap = {"wrapper": lambda v: v, "list": lambda v: [v], "struct": lambda v: [["a", v]], "variant": lambda v: ["A", v]}[level]
        return encode(inner if levels == 0 else {level: wrap({"nested": [levels - 1, level, inner]})})
    if kind in ("list", "tuple"):
        return pack_head(len(content), 0x90, 16, (None, 0xDC, 0xDD)) + b"".join(map(encode, content))
    if kind == "struct":
        return encode_map([({"text": name}, field) for name, field in content])
    if kind == "map":
        return encode_map(content)
    if kind == "variant":
        name, *data = content
        return encode_map([({"text": name}, data[0])]) if data else pack(name)
    return pack({"none": None, "empty": []}[kind] if content is None else bytes.fromhex(content) if kind == "bytes" else content)


INTEGERS = [f"{sign}{bits}" for sign in "ui" for bits in (8, 16, 32, 64, 128)]


def encode_map(entries):
    return pack_head(len(entries), 0x80, 16, (None, 0xDE, 0xDF)) + b"".join(encode(key) + encode(value) for key, value in entries)


def pack_head(length, small, limit, codes):
    if length < limit:
        return u8(small | length)
    for code, width in zip(codes, (1, 2, 4)):
        if code is not None and length < 256**width:
            return u8(code) + length.to_bytes(width, "big")


def dictionary(payload):
    """Reads a dictionary payload (§ 5.4)."""
    return {key: unpack(Reader(value, "Payload"), 2) for key, value in entries(payload).items()}


def entries(payload):
    """The entries of a dictionary payload, the bytes of each value by its key."""
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
        rest = r.data
        unpack(r, 2)
        out[key] = rest[:len(rest) - len(r.data)]
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
        return unpack_map(r, depth, length)
    return [unpack(r, depth + 1) for _ in range(length)]


def unpack_map(r, depth, length):
    """A map inside a value: its keys are distinct, and the simple ones in their shortest form (§ 5.4.5 h)."""
    out, seen = {}, set()
    for _ in range(length):
        before = r.data
        key = unpack(r, depth + 1)
        raw = before[:len(before) - len(r.data)]
        is_simple = raw[0] <= 0x7F or raw[0] >= 0xE0 or 0xCC <= raw[0] <= 0xD3 or 0xA0 <= raw[0] <= 0xBF or 0xD9 <= raw[0] <= 0xDB
        if is_simple and raw != pack(key) or 0xC4 <= raw[0] <= 0xC6 and raw != pack(bytes(key)) or raw in seen:
            r.fail()
        seen.add(raw)
        out[key if isinstance(key, str) else NotText(raw)] = unpack(r, depth + 1)
    return out


class NotText(bytes):
    """A key that JSON has no form for."""


def is_json(value):
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, dict):
        return not any(isinstance(key, NotText) for key in value) and all(map(is_json, value.values()))
    return not isinstance(value, list) or all(map(is_json, value))


def visit(payload):
    """The typed payload of the vectors: the number `visits`, a u32, and the text `name` (§ 5.5.1)."""
    r = Reader(payload, "Payload")
    out = {"visits": postcard_varint(r, 32), "name": r.utf8(postcard_varint(r, 64))}
    if r.data:
        r.fail()
    return out


def postcard_varint(r, bits):
    """Postcard's own: longer forms than the shortest are taken, up to what a type of so many bits needs (§ 5.5.1)."""
    value = 0
    for position in range(math.ceil(bits / 7)):
        byte = r.number(1)
        value |= (byte & 0x7F) << 7 * position
        if byte < 0x80:
            return value if value < 2**bits else r.fail()
    r.fail()


def read_payload(schema, payload, expects):
    """Step 9: what the application gets that expects a dictionary, or a type of one schema and converts the others that are listed."""
    if expects == "dictionary":
        if schema is not None:
            raise Refused("Payload")
        return dictionary(payload)
    if schema is None and not payload:
        return {"visits": 0, "name": ""}
    if schema != expects["schema"] and schema not in expects.get("converts", ()):
        raise Refused("Payload")
    return visit(payload)


# ---------------------------------------------------------------- § 4 Token, § 6 Sealing

def pairs_of(v):
    """The pairs of a vector's context (§ 4.2); None where the request is of none (§ 15.9)."""
    if v["context"] is None:
        return None
    for l, value in v["context"]:
        if len(l.encode()) > 255:
            raise Refused("label")
        if len(value.encode()) > 65_535:
            raise Refused("value")
    return v["context"]


def context_bytes(context):
    pairs = b"".join(u8(len(l.encode())) + l.encode() + u16(len(v.encode())) + v.encode() for l, v in context)
    return u32(len(pairs)) + pairs


def is_writable(moment):
    """§ 6.4"""
    return EPOCH <= moment <= EPOCH + U32_MAX


def seal(key, purpose, context, content, random):
    """§ 6.5"""
    if OVERHEAD[key.mode] + len(content) > MAX_BLOB:
        raise Refused("size")
    return base64url(seal_blob(key, purpose, context, content, random))


def seal_blob(key, purpose, context, content, random):
    head, names = u8(key.fmt) + key.kid, names_of(purpose)
    aad, k = head + context_bytes(context), key.derive("key", names)
    if key.mode == "signed":
        return head + content + hmac_sha256(k, aad + content)[:16]
    nonce = hmac_sha256(key.derive("nonce", names), random + aad + content)[:24]
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
    if len(value.encode()) > MAX_CHARACTERS:
        raise Refused("TooLong")
    if purpose["kind"] == "cookie":
        value = assemble(value, parts)
    key, content = unseal(ring, mode, purpose, context, now, value)
    try:
        opened = parse_body(content, policy.get("devices", False)) | {"key": key}
        check(ring, now, policy, opened)
    except Refused as refused:
        raise Refused(refused.reason, key.kid) from None
    return opened


def unseal(ring, mode, purpose, context, now, value):
    """Steps 1 (c) to 5 of one token: its key and its body."""
    if len(value.encode()) > MAX_CHARACTERS:
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
        return unseal_known(ring, mode, purpose, context, now, blob)
    except Refused as refused:
        raise Refused(refused.reason, kid) from None


def unseal_known(ring, mode, purpose, context, now, blob):
    key, _, accept_until = ring.by_kid.get(blob[1:5], (None, None, None))
    if key is None or key.fmt != blob[0]:
        raise Refused("UnknownKey")
    if accept_until is not None and now >= accept_until:
        raise Refused("RetiredKey")
    if len(blob) < FLOOR[mode]:
        raise Refused("TooShort")
    aad, k = blob[:5] + context_bytes(context), key.derive("key", names_of(purpose))
    if mode == "signed":
        content, tag = blob[5:-16], blob[-16:]
        if not hmac.compare_digest(hmac_sha256(k, aad + content)[:16], tag):
            raise Refused("Auth")
        return key, content
    aead, nonce = AEAD[key.type](k, blob[5:29])
    try:
        return key, aead.decrypt(nonce, blob[29:], aad)
    except InvalidTag:
        raise Refused("Auth") from None


def check(ring, now, policy, opened):
    """Steps 7 and 8."""
    issued, seen = opened["issued"], opened["last_active"]
    if seen > now + policy["skew"]:
        raise Refused("NotYetValid")
    if now >= issued + lifetime(opened, policy):
        raise Refused("Expired")
    idle = idle_of(opened, policy)
    if idle is not None and now >= seen + idle:
        raise Refused("Idle")
    check_revoked(ring, policy, opened)


def check_revoked(ring, policy, opened):
    """§ 7.8. `revoked` are the sids that the application refuses; where it is "fails", it gives no answer."""
    if opened["issued"] < max(ring.not_before or 0, policy["not_before"] or 0):
        raise Refused("Revoked")
    revoked, sid = policy.get("revoked", []), opened["sid"]
    if revoked == "fails" or sid is not None and sid.hex() in revoked:
        raise Refused("Revoked")


def is_remembered(session, policy):
    return session["remembered"] is not None and policy["remember_up_to"] is not None


def idle_of(session, policy):
    """§ 8.2: its idle timeout; None where it has none."""
    return policy.get("remembered_idle") if is_remembered(session, policy) else policy["idle"]


def lifetime(session, policy):
    """§ 8.1"""
    cap = policy["remember_up_to"] if is_remembered(session, policy) else policy["absolute"]
    return min(s for s in (cap, session["limit"], session["remembered"]) if s is not None)


def open_candidates(ring, mode, purpose, context, now, policy, candidates, parts):
    """Step 0: the index of the value that counts, and what it opened to."""
    opened, refusals = [], []
    for index, value in enumerate(candidates[:MAX_CANDIDATES]):
        try:
            opened.append((index, open_value(ring, mode, purpose, context, now, policy, value, parts)))
        except Refused as refused:
            refusals.append(refused)
    if not opened:
        refusals[0].lacks_key = any(refused.reason == "UnknownKey" for refused in refusals)
        raise refusals[0]
    sids = {found["sid"] for _, found in opened}
    host = purpose["kind"] == "cookie" and purpose["name"].lower().startswith("__host-")
    if len(opened) > 1 and not host and (len(sids) > 1 or None in sids):
        raise Refused("Duplicate")
    return max(opened, key=lambda pair: (pair[1]["issued"], pair[1]["last_active"]))


# ---------------------------------------------------------------- § 9 Cookie syntax and sizes, § 13 CSRF

def find_values(lines, name):
    return find_all(lines, name)[:MAX_CANDIDATES]


def find_all(lines, name):
    """The distinct values of a name, each cut (§ 9.1.4)."""
    values = []
    for pair in (pair for line in lines for pair in line.split(";")):
        found, equals, value = pair.lstrip(" \t").partition("=")
        value = value.strip(" \t")
        if len(value) >= 2 and value[0] == value[-1] == '"':
            value = value[1:-1]
        value = value[:CUT]
        if equals and found == name and value not in values:
            values.append(value)
    return values


def attributes_of(v):
    """The attributes of a vector; one that is left out has its default."""
    return {name: v.get(name, default) for name, default in ATTRIBUTES.items()}


def attributes(v):
    v = attributes_of(v)
    parts = [f"Path={v['path']}", v["domain"] and f"Domain={v['domain']}", v["secure"] and "Secure", "HttpOnly",
             v["same_site"] and f"SameSite={v['same_site']}", v["partitioned"] and "Partitioned"]
    return "".join("; " + part for part in parts if part)


def carried_parts(lines, name):
    """The parts that came, as pairs of number and value, in the order of the request."""
    found = [(n, find_all(lines, f"{name}.{n}")) for n in range(1, 8)]
    return [(n, value) for n, values in found for value in values]


def split_lines(v):
    """A token in one cookie where it fits, else in as few as possible, each filled before the next is begun (§ 9.2.6)."""
    if len(set_line(v)) <= v["limit"]:
        return [set_line(v)]
    age = max_age(v)
    room = v["limit"] - len(f"{v['cookie']}={attributes(v)}{age}") - 2
    pieces = [v["value"][at:at + room] for at in range(0, len(v["value"]), room)]
    first = f"{v['cookie']}={len(pieces)}.{pieces[0]}{attributes(v)}{age}"
    return [first] + [f"{v['cookie']}.{n}={piece}{attributes(v)}{age}" for n, piece in enumerate(pieces) if n]


def max_age(v):
    return "" if v["max_age"] is None else f"; Max-Age={min(v['max_age'], LONGEST_MAX_AGE)}"


def set_line(v):
    return f"{v['cookie']}={v['value']}{attributes(v)}{max_age(v)}"


def expire_line(v, part="", goes_on=False):
    """§ 9.4.1. `goes_on`: the response stores a session that goes on."""
    v = v if goes_on or not v["secure"] else v | {"same_site": "None"}
    return f"{v['cookie']}{part}={attributes(v)}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"


def is_good_cookie(v):
    """§ 9.1.1, § 9.1.2"""
    name, domain = v["cookie"], v["domain"]
    if not re.fullmatch(r"/[!-+\--:<-~]{0,1023}", v["path"]) or re.search("[?#]", v["path"]):
        return False
    if any(re.sub("%2[eE]", ".", segment) in (".", "..") for segment in v["path"].split("/")):
        return False
    label = "[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?"
    if domain is not None and (not re.fullmatch(rf"{label}(\.{label})*", domain) or len(domain) > 253 or re.fullmatch("[0-9.]*", domain)):
        return False
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", name) or re.search(r"\.[0-9]+\Z", name):
        return False
    host, secure = name.lower().startswith("__host-"), name.lower().startswith(("__host-", "__secure-", "__http-"))
    if (secure or v["partitioned"] or v["same_site"] == "None") and not v["secure"]:
        return False
    return not host or (v["domain"] is None and v["path"] == "/")


def padme(n):
    """§ 5.6.2"""
    e = n.bit_length() - 1
    s = e.bit_length()
    mask = (1 << e - s) - 1 if e > s else 0
    return (n + mask) & ~mask


LONGEST_METADATA = 1 + 4 + 5 + 5 + 5 + 8 + 5
OVERHEAD = {"encrypted": 45, "signed": 21}


def kept(v):
    """§ 9.5.3: the bytes that browsers keep of all cookies of a session."""
    return 9216 if v.get("partitioned") else 8 * 4096


def payload_room(v):
    """§ 9.6; without the name of a cookie for a header field or a bare token."""
    n = v.get("parts", 1)
    if "cookie" in v:
        fixed = len(f"{v['cookie']}={attributes(v)}; Max-Age=34560000")
        fixed += 2 if n > 1 else 0
        characters = max(min(k * v["limit"], kept(v)) - k * fixed for k in range(1, n + 1))
    else:
        characters = n * v["limit"]
    largest, longest = characters * 3 // 4 - OVERHEAD[v["mode"]], LONGEST_METADATA + (16 if v.get("devices") else 0)
    if v.get("padding") != "padme":
        return largest - longest
    return max((r for r in range(largest) if padme(longest + r + 1) <= largest), default=-1)


def csrf_name(sid, issued):
    """§ 13; None without a sid."""
    return sid and sid + u32(issued - EPOCH)


def csrf_name_of_value(value):
    """§ 13.4"""
    return hashlib.sha256(value.encode("latin-1")).digest()[:12]


def csrf_secret(key, purpose, context, name):
    k = key.derive("csrf", names_of(purpose))
    return hmac_sha256(k, context_bytes(context) + name)[:16]


def csrf_token(key, purpose, context, name, mask):
    return base64url(mask + xor(mask, csrf_secret(key, purpose, context, name)))


def csrf_passes(ring, purpose, context, now, name, token):
    """Whether a token passes for the session of this name (§ 13.2 to § 13.4)."""
    try:
        raw = decode_base64url(token)
    except Refused:
        return False
    if len(token) != 43 or name is None:
        return False
    given = xor(raw[:16], raw[16:])
    secrets = [csrf_secret(key, purpose, context, name) for key in ring.accepted(now)]
    return any([hmac.compare_digest(given, secret) for secret in secrets])


def csrf_render(ring, purpose, context, now, name, mask):
    """§ 13.2"""
    return csrf_token(ring.sealing(now), purpose, context, name, mask)


# ---------------------------------------------------------------- § 9.7 Header fields

def header_tokens(field, lines):
    """The distinct tokens of a header field (§ 9.7.2, § 9.7.4)."""
    tokens = []
    for value in lines:
        value = value.strip(" \t\n\f\r")
        if field.lower() == "authorization" and value[:7].lower() == "bearer ":
            value = value[7:]
        value = value[:CUT]
        if value not in tokens:
            tokens.append(value)
    return tokens


# ---------------------------------------------------------------- § 15.9 Hosts

HOST = re.compile(r"([A-Za-z0-9._~-]+|\[[A-Za-z0-9:.]+\])(?::([0-9]+))?")


def host_of(scheme, authority, fields):
    """The host of a request, in lower case and without a default port, or None."""
    texts = ([] if authority is None else [authority]) + fields
    if len(fields) > 1 or not texts:
        return None
    defaults = {"http": (80,), "https": (443,)}.get(scheme, (80, 443))
    hosts = set()
    for text in texts:
        matched = HOST.fullmatch(text)
        port = int(matched[2]) if matched and matched[2] else None
        if not matched or port is not None and port > 65_535:
            return None
        hosts.add(matched[1].lower() + (f":{port}" if port is not None and port not in defaults else ""))
    return hosts.pop() if len(hosts) == 1 else None
