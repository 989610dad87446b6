"""Keys, bytes and moments of the vectors, and what makes tokens of them.

Keys and random bytes are SHA-256 of fixed strings (long ones SHAKE-256): never use them for anything else.
"""

import hashlib
import json
from datetime import datetime, timezone

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import devices
from hardtack import *


def test_bytes(what, length=32):
    digest = hashlib.sha256 if length <= 32 else hashlib.shake_256
    made = digest(f"hardtack test vectors, never use: {what}".encode())
    return made.digest()[:length] if length <= 32 else made.digest(length)


KEYS = {(t, n): Key(t, test_bytes(f"key {t} {n}")) for t in FMT for n in ("one", "two", "three")}
XAES, XCHA, SIGN = (KEYS[t, "one"] for t in FMT)
COOKIE = {"kind": "cookie", "name": "__Host-session"}
PLAIN = {"kind": "cookie", "name": "session"}
HEADER = {"kind": "header", "name": "x-session"}
BARE = {"kind": "token", "name": "invitation"}
RANDOM = test_bytes("random", 24)
SID, OTHER_SID = test_bytes("sid one", 8), test_bytes("sid two", 8)
TYPED = {"schema": 1}
CONTEXT = [["tenant", "blue"], ["region", "eu"]]
VISIT = b"\x07\x03Ada"
ISSUED = 1780000000
NOW = ISSUED + 600


def time_text(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def line(key, seal_from=None, accept_until=None):
    return key.text + (f" seal_from={time_text(seal_from)}" if seal_from else "") \
        + (f" accept_until={time_text(accept_until)}" if accept_until else "")


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


def long_token(characters):
    """A token of so many characters, of the type of the vectors, that opens."""
    content = body(ISSUED, sid=SID, schema=1)
    length = characters * 3 // 4 - 45 - len(content) - 3
    text = base64url(test_bytes(f"name of {length}", length))[:length].encode()
    made_token = token(XAES, content + b"\x07" + varint(length) + text)
    assert len(made_token) == characters, (len(made_token), characters)
    return made_token


class Device:
    """A key of a device, by a name."""

    def __init__(self, name):
        self.secret = ec.derive_private_key(int.from_bytes(test_bytes(name, 32)) >> 1, ec.SECP256R1())
        numbers = self.secret.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        self.key = devices.compressed(x, y)
        self.jwk = {"crv": "P-256", "kty": "EC", "x": base64url(x), "y": base64url(y)}

    def proof(self, challenge, registers=False, **claims):
        header = {"alg": "ES256", "typ": "dbsc+jwt"} | ({"jwk": self.jwk} if registers else {})
        return self.signed(json.dumps(header), json.dumps({"jti": challenge} | claims))

    def signed(self, header, payload):
        """A proof of these two texts."""
        text = ".".join(base64url(part.encode()) for part in (header, payload))
        made = self.secret.sign(text.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(made)
        return text + "." + base64url(r.to_bytes(32) + s.to_bytes(32))


ONE, TWO = Device("device key"), Device("another device key")


def sealed(word, issued=NOW, sid=SID, key=XAES, purpose=COOKIE, context=()):
    """One of the four tokens of § 16.2."""
    payload = {"bound": devices.device_of(ONE.key, sid), "identifier": ONE.key}.get(word, b"")
    return token(key, body(issued, sid=sid, payload=payload), purpose | {"name": f"device:{word}:{purpose['name']}"}, context)
