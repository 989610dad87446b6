"""Sessions bound to a device: crates/device/docs/devices.md, but for its endpoints, which are in endpoints.py."""

import hashlib
import json
import math
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import hardtack
from hardtack import Refused, base64url, decode_base64url

PATH = "/[A-Za-z0-9._~/-]*"
ORIGIN = r"https://[a-z0-9._:\[\]-]+"
DEFAULTS = {"bound_for": 600, "challenge_for": 120, "required_after": None, "initiators": "any",
            "excluded": [], "origin": None, "offers": True}
PAYLOAD = {"bound": 16, "identifier": 33, "registration": 0, "challenge": 0}
OUT_FOR = 86_400
MOST_FOUND, MOST_OPENED, LONGEST_BOUND, LONGEST_PROOF = 32, 4, 256, 2048


class Devices:
    """§ 16.1: the settings."""

    def __init__(self, v):
        self.__dict__ |= settings_of(v)
        self.offer_for = min(120, math.inf if self.required_after is None else self.required_after)


def settings_of(v):
    """The settings of a vector; one that is left out has its default."""
    return DEFAULTS | v


def is_good(d, cookie):
    """§ 16.1.1, § 16.1.2: whether settings are accepted, beside the name and the attributes of the session's cookie. None: the session is in a header field."""
    if cookie is None:
        return False
    paths = all(re.fullmatch(PATH, path) for path in [d["path"], *d["excluded"]]) and not d["path"].endswith("/")
    paths = paths and not d["path"].startswith("//") and not {".", ".."} & set(d["path"].split("/"))
    spans = 180 <= d["bound_for"] <= 86_400 and 10 <= d["challenge_for"] <= 3_600 and (d["required_after"] is None or d["required_after"] >= 10)
    origin = d["origin"] is None or re.fullmatch(ORIGIN, d["origin"])
    fits = cookie["secure"] and not cookie["partitioned"] and (cookie["same_site"] != "Strict" or d["initiators"] == "same-site")
    return bool(paths and spans and origin and fits and not re.search(r"\.(b|out)-[A-Za-z0-9_-]{8}\Z", cookie["cookie"]))


# ---------------------------------------------------------------- § 16.2 What is sealed

def device_of(key, sid):
    return hashlib.sha256(key + sid).digest()[:16]


def tag(name):
    return base64url(hashlib.sha256(name).digest()[:6])


def purpose_of(setup, word):
    return setup.purpose | {"kind": "cookie", "name": f"device:{word}:{setup.name}"}


def seal_device(setup, word, issued, sid, payload, now, random):
    """§ 16.2.1"""
    if not hardtack.is_writable(now):
        raise Refused("clock")
    body = hardtack.body(issued, sid=sid, payload=payload)
    return base64url(hardtack.seal_blob(setup.ring.sealing(now), purpose_of(setup, word), setup.context, body, random))


def open_device(setup, word, token, now):
    """§ 16.2.2"""
    if len(token) > hardtack.MAX_CHARACTERS:
        raise Refused("TooLong")
    key, content = hardtack.unseal(setup.ring, setup.mode, purpose_of(setup, word), setup.context, now, token)
    try:
        c = hardtack.parse_body(content)
    except Refused:
        raise Refused("Malformed", key.kid) from None
    if c["flags"] != hardtack.HAS_SID or len(c["payload"]) != PAYLOAD[word]:
        raise Refused("Malformed", key.kid)
    return c | {"key": key}


def young(setup, c, span, now):
    return c["issued"] <= now + setup.policy["skew"] and now < c["issued"] + span


# ---------------------------------------------------------------- § 16.3 Which session opens

def bound_cookies(setup, request):
    """§ 16.3.1: pairs of tag and value."""
    found = []
    for name, value in pairs_of(request):
        match = re.fullmatch(re.escape(setup.name) + r"\.b-([A-Za-z0-9_-]{8})", name)
        if match and len(value) <= LONGEST_BOUND:
            found.append((match[1], value))
    return found[:MOST_FOUND]


def pairs_of(request):
    """All cookies of a request, as § 9.1.3 finds them."""
    for line in (value for name, value in request if name.lower() == "cookie"):
        for pair in line.split(";"):
            name, equals, value = pair.lstrip(" \t").partition("=")
            value = value.strip(" \t")
            if equals:
                yield name, value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value


def judge(setup, m, request, now):
    """§ 16.3.2: "stale"; or the device, whether the session became bound, and until when it is admitted."""
    d, found = setup.devices, bound_cookies(setup, request)
    if m["device"] is not None:
        for value in [value for t, value in found if t == tag(m["device"])][:MOST_OPENED]:
            c = opened(setup, value, now)
            if c and c["payload"] == m["device"] and young(setup, c, d.bound_for, now):
                return m["device"], False, c["issued"] + d.bound_for
        return "stale"
    for _, value in found[::-1][:MOST_OPENED]:
        c = opened(setup, value, now)
        if c and m["sid"] is not None and m["sid"] == c["sid"] and young(setup, c, d.bound_for, now):
            return c["payload"], True, c["issued"] + d.bound_for
    if d.required_after is None:
        return None, False, None
    end = m["issued"] + d.required_after
    return "stale" if now >= end else (None, False, end)


def opened(setup, value, now):
    try:
        return open_device(setup, "bound", value, now)
    except Refused:
        return None


def csrf_name(s):
    """§ 13.4, § 16.3.5: the name of a session in its CSRF tokens."""
    before = s.before or {"sid": None, "issued": None}
    if s.withheld == "stale":
        return hardtack.csrf_name(before["sid"] and bytes(byte ^ 0xFF for byte in before["sid"]), before["issued"])
    if s.withheld == "unreadable":
        return hardtack.csrf_name(before["sid"], before["issued"]) or hardtack.csrf_name_of_value(s.unread)
    if s.withheld == "unvalidated":
        return hardtack.csrf_name(before["sid"], before["issued"])
    return hardtack.csrf_name(s.sid, s.issued)


# ---------------------------------------------------------------- § 16.4 The response of a session

def device_fields(s, change, offer):
    """§ 16.4.2. `offer` seals an offer for a sid."""
    d, before, out = s.setup.devices, s.before, []
    if not d or change == "keep":
        return out
    if before and before["device"] is not None:
        if change == "drop" or s.renewed or s.ended == "invalidated":
            out += [("set-cookie", expire_bound(s.setup, before["device"])), ("set-cookie", mark(s.setup, before["device"], OUT_FOR))]
    elif before and before["sid"] is not None and d.offers and s.now < before["issued"] + d.offer_for:
        if change == "drop" or s.sid != before["sid"]:
            out.append(("set-cookie", mark(s.setup, before["sid"], before["issued"] + d.offer_for - s.now)))
    if change == "store" and s.renewed and s.sid is not None and d.offers:
        out.append(("secure-session-registration", f'(ES256);path="{d.path}/register";challenge="{offer(s.sid)}"'))
    return out


# ---------------------------------------------------------------- § 16.5 Fields and cookies

def unquoted(value):
    """§ 16.5.1"""
    return value[1:-1] if len(value) >= 2 and value[0] == value[-1] == '"' else value


def bound_name(setup, device):
    return f"{setup.name}.b-{tag(device)}"


def set_bound(setup, device, token):
    v = setup.cookie | {"cookie": bound_name(setup, device), "value": token, "max_age": setup.devices.bound_for}
    return hardtack.set_line(v)


def expire_bound(setup, device):
    return hardtack.expire_line(setup.cookie | {"cookie": bound_name(setup, device)})


def mark_cookie(setup, x):
    return setup.cookie | {"cookie": f"{setup.name}.out-{tag(x)}", "same_site": "None"}


def mark(setup, x, span):
    return hardtack.set_line(mark_cookie(setup, x) | {"value": "1", "max_age": span})


def has_mark(setup, request, x):
    return mark_cookie(setup, x)["cookie"] in [name for name, _ in pairs_of(request)]


def expire_mark(setup, x):
    return hardtack.expire_line(mark_cookie(setup, x))


# ---------------------------------------------------------------- § 16.6.1 Proofs

def read_object(data):
    """A JSON object in which no key stands twice, at any depth."""

    def once(pairs):
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    def finite(number):
        if math.isinf(float(number)):
            raise ValueError
        return float(number)

    def no_constant(_):
        raise ValueError

    try:
        found = json.loads(data.decode(), object_pairs_hook=once, parse_float=finite, parse_int=finite, parse_constant=no_constant)
        json.dumps(found, ensure_ascii=False).encode()  # No surrogate stands alone.
    except (ValueError, RecursionError, OverflowError):
        raise Refused("malformed") from None
    if not isinstance(found, dict) or depth_of(found) > 127:
        raise Refused("malformed")
    return found


def depth_of(value):
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth_of, inner), default=0)


def compressed(x, y):
    return bytes([2 + (y[-1] & 1)]) + x


class Proof:
    """What `read` gives: nothing is verified."""

    def __init__(self, text):
        parts = text.split(".")
        if len(text) > LONGEST_PROOF or len(parts) != 3:
            raise Refused("malformed")
        try:
            header, payload, self.signature = map(decode_base64url, parts)
        except Refused:
            raise Refused("malformed") from None
        self.signed, self.header = ".".join(parts[:2]).encode(), read_object(header)
        if len(self.signature) != 64:
            raise Refused("malformed")
        if self.header.get("alg") != "ES256":
            raise Refused("algorithm")
        if self.header.get("typ") != "dbsc+jwt" or "crit" in self.header:
            raise Refused("malformed")
        claims = read_object(payload)
        self.challenge, self.audience = claims.get("jti"), claims.get("aud")
        if not isinstance(self.challenge, str) or not isinstance(claims.get("aud", ""), str):
            raise Refused("malformed")


def read(text):
    return Proof(text)


PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1  # Of the curve P-256.


def public_key(jwk):
    """The compressed point of a JSON Web Key."""
    try:
        if jwk["kty"] != "EC" or jwk["crv"] != "P-256":
            raise Refused("key")
        x, y = decode_base64url(jwk["x"]), decode_base64url(jwk["y"])
        if len(x) != 32 or len(y) != 32 or max(x, y) >= PRIME.to_bytes(32):
            raise Refused("key")
        ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), ec.SECP256R1()).public_key()
    except (KeyError, TypeError, ValueError, Refused):
        raise Refused("key") from None
    return compressed(x, y)


def verify(proof, key, url):
    """The key, compressed; without one it is a registration. Without `url` every audience is refused."""
    if key is None:
        key = public_key(proof.header.get("jwk"))
    elif "jwk" in proof.header:
        raise Refused("key")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key)
    r, s = int.from_bytes(proof.signature[:32]), int.from_bytes(proof.signature[32:])
    try:
        public.verify(utils.encode_dss_signature(r, s), proof.signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise Refused("signature") from None
    if proof.audience is not None and proof.audience != url:
        raise Refused("audience")
    return key
