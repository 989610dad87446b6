"""The vectors of device/docs/devices.md: devices.json."""

import json

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import devices as d
from answers import *
from material import *
from write_vectors import DAY, HOUR, Writes, policy_of

I = ISSUED
SETTINGS = {"path": "/.session"} | d.DEFAULTS
HOST, OTHER_HOST = "app.test", "other.test"
SHOP, BLUE = {"application": "shop"}, {"context": CONTEXT}


class Device:
    """A key of a device, by a name."""

    def __init__(self, name):
        self.secret = ec.derive_private_key(int.from_bytes(test_bytes(name, 32)) >> 1, ec.SECP256R1())
        numbers = self.secret.public_key().public_numbers()
        self.x, self.y = numbers.x.to_bytes(32), numbers.y.to_bytes(32)
        self.key = d.compressed(self.x, self.y)
        self.jwk = {"crv": "P-256", "kty": "EC", "x": base64url(self.x), "y": base64url(self.y)}

    def signed(self, header, payload):
        """A proof of these two texts."""
        text = ".".join(base64url(part if isinstance(part, bytes) else part.encode()) for part in (header, payload))
        made = self.secret.sign(text.encode(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
        r, s = utils.decode_dss_signature(made)
        return text + "." + base64url(r.to_bytes(32) + s.to_bytes(32))

    def proof(self, challenge, registers=False, aud=None):
        header = {"alg": "ES256", "typ": "dbsc+jwt"} | ({"jwk": self.jwk} if registers else {})
        return self.signed(json.dumps(header), json.dumps({"jti": challenge} | ({"aud": aud} if aud else {})))

    def of(self, sid=SID):
        return d.device_of(self.key, sid)


ONE, TWO = Device("device key"), Device("another device key")
DEVICE = ONE.of()
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B  # Of the curve P-256.
X_OF_5 = 0xD7325D7646CD60D80A92738CEB345F844CFFAF35841022CAB176F692DE8DE1D7  # A point of it has the y 5.
HEAD, JTI = '{"alg":"ES256","typ":"dbsc+jwt"}', '{"jti":"c"}'


def sealed(word, issued=NOW, sid=SID, payload=None, key=XAES, purpose=COOKIE, context=(), content=None, **labels):
    """One of the four tokens of § 16.2."""
    payload = {"bound": DEVICE, "identifier": ONE.key}.get(word, b"") if payload is None else payload
    setup_purpose = purpose_of({"purpose": purpose} | labels) | {"name": f"device:{word}:{purpose['name']}"}
    return token(key, content or body(issued, sid=sid, payload=payload), setup_purpose, context)


def bound_pair(device=DEVICE, purpose=COOKIE, name=None, **fields):
    """The bound cookie of a device, as a pair."""
    return f"{name or purpose['name']}.b-{d.tag(device)}={sealed('bound', payload=fields.pop('payload', device), purpose=purpose, **fields)}"


def session_pair(key=XAES, purpose=COOKIE, context=(), labels={}, **fields):
    content = body(**({"issued": I, "age": 300, "sid": SID, "payload": DATA} | fields))
    return f"{purpose['name']}={token(key, content, purpose_of({'purpose': purpose} | labels), context)}"


def cookie(*pairs):
    return [["cookie", "; ".join(pair for pair in pairs if pair)]]


def devices():
    out = []
    out += proofs() + configurations() + rooms() + sessions() + writes() + stale_tokens() + registrations() + refreshes()
    return out


# ---------------------------------------------------------------- § 16.1, § 16.2, § 16.6.1

def proofs():
    out = []

    def add(name, spec, **v):
        v = {"name": name, "spec": spec} | v
        out.append(v | answer_devices(v))

    # Sent by Chromium 156, with a key in software that is worth nothing.
    registration = "eyJhbGciOiJFUzI1NiIsImp3ayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImVpaWdFOWtJcXptMzRMMmdQVlNLaV9rWF9JWjJHSWhudHZ0RXZ3OFVEY1kiLCJ5Ijoia3BfeF8wZEZ4RkxZX0w3SFkycHNoaHpmVEdJYXdHTHUtempxQXdCcVU3NCJ9LCJ0eXAiOiJkYnNjK2p3dCJ9.eyJqdGkiOiJnN204cTA5MFlKYll0QTNUY1lZcHpxYVFUTGk2SVFBaHlsY3lqazV0ZmNPN2I2anBQbVNIejk3VG54aXR6dGtlIn0.cucTIzvphmua7cY65t0u_qhNZkuZ8Yza6Gck3irk0mWzgm5La0hHxZzFBGfewN82Hn8dT9bMC2ivOCm2dlZqSw"
    refresh = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImRic2Mrand0In0.eyJqdGkiOiJ2OFBSZEpjdkZCUmJPRmlrYS1sOW9WM0JVbmQwVGtsOGhOTlRlUVg2SlFtY0tHNWRWNVhYa0tlRkl3VFdkNk44In0.QaCTyuda_EpKPrehJNd6Yeh99tEg8sETr-IHxC-d3IbJ62I_OFPrA107H1ofBeugoQzLEkvo6EdaU2PPsrm6Ww"
    captured = d.verify(d.read(registration), None, None).hex()
    add("a registration that a browser sent", "§ 16.6.1", kind="proof", proof=registration)
    add("a refresh that a browser sent", "§ 16.6.1", kind="proof", key=captured, proof=refresh)
    add("a registration at the refresh", "§ 16.6.1", kind="proof", key=captured, proof=registration)
    add("a refresh at the registration", "§ 16.6.1", kind="proof", proof=refresh)
    add("cut by a character", "§ 16.6.1", kind="proof", proof=registration[:-1])
    add("another signature", "§ 16.6.1", kind="proof", proof=registration[:-2] + "Sg")
    add("a fourth part", "§ 16.6.1", kind="proof", proof=registration + ".")
    add("two parts", "§ 16.6.1", kind="proof", proof=registration.rpartition(".")[0])

    key, jwk, head, jti, signed = ONE.key.hex(), ONE.jwk, HEAD, JTI, ONE.signed

    def proves(name, spec, header=head, payload=jti, key=key, **more):
        given = {"key": key} if key else {}
        add(name, spec, kind="proof", **given, proof=signed(header, payload), **more)

    proves("a refresh", "§ 16.6.1")
    proves("members in another order, and more of them", "§ 16.6.1", '{"x":[1,{"y":null}],"typ":"dbsc+jwt","alg":"ES256"}')
    proves("other claims", "§ 16.6.1", payload='{"iat":1,"sub":{"a":-1.5},"jti":"c","n":true}')
    proves("an audience", "§ 16.6.1", payload='{"aud":"https://app.test/refresh","jti":"c"}')
    proves("an audience that is a list", "§ 16.6.1", payload='{"aud":["https://app.test/refresh"],"jti":"c"}')
    for alg in ("none", "RS256", "es256", "ES384"):
        proves(f"the algorithm {alg}", "§ 16.6.1", f'{{"alg":"{alg}","typ":"dbsc+jwt"}}')
    proves("no algorithm", "§ 16.6.1", '{"typ":"dbsc+jwt"}')
    proves("an algorithm that is a list", "§ 16.6.1", '{"alg":["ES256"],"typ":"dbsc+jwt"}')
    proves("another type", "§ 16.6.1", '{"alg":"ES256","typ":"jwt"}')
    proves("the type in other case", "§ 16.6.1", '{"alg":"ES256","typ":"DBSC+JWT"}')
    proves("a key of null in the header", "§ 16.6.1", '{"alg":"ES256","typ":"dbsc+jwt","jwk":null}')
    proves("no type", "§ 16.6.1", '{"alg":"ES256"}')
    proves("something that has to be understood", "§ 16.6.1", '{"alg":"ES256","typ":"dbsc+jwt","crit":["exp"]}')
    proves("the algorithm twice", "§ 16.6.1", '{"alg":"ES256","alg":"ES256","typ":"dbsc+jwt"}')
    proves("a key twice, deep in the header", "§ 16.6.1", '{"alg":"ES256","typ":"dbsc+jwt","x":{"a":1,"a":2}}')
    proves("a header that is a list", "§ 16.6.1", '["alg"]')
    proves("a header with more behind it", "§ 16.6.1", head + " x")
    proves("a challenge that is a number", "§ 16.6.1", payload='{"jti":1}')
    proves("two challenges", "§ 16.6.1", payload='{"jti":"c","jti":"d"}')
    proves("no challenge", "§ 16.6.1", payload="{}")
    proves("a payload that is no object", "§ 16.6.1", payload='"jti"')
    proves("by another key", "§ 16.6.1", key=captured)

    def registers(name, **members):
        given = jwk | members
        given = {member: value for member, value in given.items() if value is not None}
        proves(name, "§ 16.6.1", json.dumps({"alg": "ES256", "jwk": given, "typ": "dbsc+jwt"}), key=None)

    registers("a registration")
    registers("a key of another curve", crv="P-384")
    registers("a key of another kind", kty="RSA")
    registers("a key without y", y=None)
    registers("a coordinate of 31 bytes", x=base64url(ONE.x[1:]))
    registers("a point that is not on the curve", y=base64url(bytes([*ONE.y[:-1], ONE.y[-1] ^ 1])))
    small = next(x for x in range(1, 1_000) if pow((x**3 - 3 * x + B) % d.PRIME, (d.PRIME - 1) // 2, d.PRIME) == 1)
    root = pow((small**3 - 3 * small + B) % d.PRIME, (d.PRIME + 1) // 4, d.PRIME)
    registers("a coordinate that is too great by the prime", x=base64url((small + d.PRIME).to_bytes(32)), y=base64url(root.to_bytes(32)))
    x, y = X_OF_5, 5
    assert (x**3 - 3 * x + B - y**2) % d.PRIME == 0
    registers("the other coordinate is too great by the prime", x=base64url(x.to_bytes(32)), y=base64url((y + d.PRIME).to_bytes(32)))
    of_zero = pow(B, (d.PRIME + 1) // 4, d.PRIME)
    assert of_zero**2 % d.PRIME == B
    registers("a coordinate that is the prime, of the point with the x 0", x=base64url(d.PRIME.to_bytes(32)), y=base64url(of_zero.to_bytes(32)))
    registers("a coordinate with padding", x=jwk["x"] + "=")
    registers("another person's key", x=base64url(bytes.fromhex(captured)[1:]), y="kp_x_0dFxFLY_L7HY2pshhzfTGIawGLu-zjqAwBqU74")
    # the audience is the URL of the endpoint
    URL = "https://app.test/.session/refresh"
    for name, aud in (("the URL", URL), ("another host", "https://other.test/.session/refresh"), ("another endpoint", "https://app.test/.session/register"), ("another scheme", "http://app.test/.session/refresh"),
                      ("the origin alone", "https://app.test"), ("the path alone", "/.session/refresh"), ("a slash more", URL + "/"), ("a query", URL + "?a=b"), ("another case", "https://APP.test/.session/refresh"),
                      ("a host that begins alike", "https://app.test.evil/.session/refresh"), ("a host that ends alike", "https://my-app.test/.session/refresh"), ("a port", "https://app.test:443/.session/refresh"), ("an empty text", "")):
        proves(f"the audience is {name}", "§ 16.6.1", payload=json.dumps({"jti": "c", "aud": aud}), url=URL)
    proves("an audience, and the request has no host", "§ 16.6.1", payload=json.dumps({"jti": "c", "aud": URL}), url=None)
    proves("no audience, and the request has no host", "§ 16.6.1", url=None)
    proves("an audience that is null", "§ 16.6.1", payload='{"jti":"c","aud":null}')
    # length and quotes
    exact = next(made for spaces in range(5) for filler in range(1_380, 1_450) if len(made := signed(head + " " * spaces, json.dumps({"jti": "c", "x": "x" * filler}))) == 2_048)
    longer = next(made for spaces in range(5) for filler in range(1_380, 1_450) if len(made := signed(head + " " * spaces, json.dumps({"jti": "c", "x": "x" * filler}))) == 2_049)
    add("a proof of 2,048 characters", "§ 16.6.1", kind="proof", key=key, proof=exact)
    add("a proof of 2,048 characters, in quotes, which do not count", "§ 16.5.1, § 16.6.1", kind="proof", key=key, proof=f'"{exact}"')
    add("a proof of 2,049 characters", "§ 16.6.1", kind="proof", key=key, proof=longer)
    good = signed(head, jti)
    for name, proof in (("one pair of quotes", f'"{good}"'), ("two pairs of quotes", f'""{good}""'), ("a quote before it", f'"{good}'), ("a quote after it", f'{good}"'), ("a quote alone", '"'), ("quotes and nothing", '""'),
                        ("a space before it", f" {good}"), ("a space after it", f"{good} "), ("a space inside the quotes", f'" {good}"'), ("a parameter after it", f'"{good}";a=b'), ("apostrophes", f"'{good}'"), ("nothing", "")):
        add(f"field value: {name}", "§ 16.5.1", kind="proof", key=key, proof=proof)
    header, payload, signature = good.split(".")
    for name, parts in (("padding in the header", (header + "=", payload, signature)), ("a plus sign in the signature", (header, payload, "+" + signature[1:])), ("a signature of 63 bytes", (header, payload, base64url(decode_base64url(signature)[:-1]))),
                        ("a signature of 65 bytes", (header, payload, base64url(decode_base64url(signature) + b"\0"))), ("a signature of zeros", (header, payload, base64url(bytes(64)))), ("an empty header", ("", payload, signature)),
                        ("unused bits in the signature", (header, payload, signature[:-1] + chr(ord(signature[-1]) + 1)))):
        add(f"parts: {name}", "§ 16.6.1", kind="proof", key=key, proof=".".join(parts))
    s = int.from_bytes(decode_base64url(signature)[32:])
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    add("parts: the other signature of the same r, n - s, which verifies too", "§ 16.6.1", kind="proof", key=key, proof=".".join((header, payload, base64url(decode_base64url(signature)[:32] + (order - s).to_bytes(32)))))
    # JSON
    for name, payload in (("a key twice after unescaping", b'{"jti":"c","\\u006ati":"c"}'), ("bytes that are not UTF-8", b'{"jti":"c","x":"\xff"}'), ("a surrogate in UTF-8", b'{"jti":"c","x":"\xed\xa0\x80"}'), ("an unpaired surrogate", b'{"jti":"c","x":"\\ud800"}'), ("an unpaired low surrogate", b'{"jti":"c","x":"\\udc00"}'),
                          ("32 levels", b'{"jti":"c","x":' + b"[" * 31 + b"]" * 31 + b"}"), ("128 levels", b'{"jti":"c","x":' + b"[" * 127 + b"]" * 127 + b"}"),
                          ("a byte order mark", b'\xef\xbb\xbf{"jti":"c"}'), ("white space around it", b' \t\r\n{"jti":"c"}\n'), ("a form feed before it", b'\f{"jti":"c"}'), ("NaN", b'{"jti":"c","x":NaN}'), ("a number beyond binary64", b'{"jti":"c","x":1e999}'),
                          ("a number with a leading zero", b'{"jti":"c","x":01}'), ("a comma too many", b'{"jti":"c",}'), ("a comment", b'{"jti":"c"/**/}'), ("apostrophes", b"{'jti':'c'}"), ("a control character in a text", b'{"jti":"c\x01"}'), ("20 levels", b'{"jti":"c","x":' + b"[" * 20 + b"]" * 20 + b"}"),
                          ("300 levels", b'{"jti":"c","x":' + b"[" * 300 + b"]" * 300 + b"}"), ("an escaped challenge", b'{"jti":"\\u0063"}'), ("a paired surrogate", b'{"jti":"c","x":"\\ud83c\\udf6a"}'), ("an empty challenge", b'{"jti":""}'), ("a challenge of null", b'{"jti":null}')):
        proves(f"JSON: {name}", "§ 16.6.1", payload=payload)
    proves("order: another algorithm, and claims that are no object", "§ 16.6.1", '{"alg":"none","typ":"dbsc+jwt"}', "[]")
    proves("order: another algorithm and another type", "§ 16.6.1", '{"alg":"none","typ":"jwt"}')
    proves("order: claims that are no object, and a key in the header", "§ 16.6.1", json.dumps({"alg": "ES256", "jwk": jwk, "typ": "dbsc+jwt"}), "[]")
    proves("order: a key in the header, and by another key", "§ 16.6.1", json.dumps({"alg": "ES256", "jwk": jwk, "typ": "dbsc+jwt"}), key=captured)
    proves("order: by another key, and for another URL", "§ 16.6.1", payload=json.dumps({"jti": "c", "aud": "https://other.test/"}), key=captured, url=URL)
    proves("order: a registration without a key, and claims that are no object", "§ 16.6.1", payload="[]", key=None)
    short = next(device for n in range(10_000) if (device := Device(f"device key {n}")).x[0] == 0)
    for how, x in (("with it", short.x), ("without it", short.x[1:])):
        header = {"alg": "ES256", "jwk": short.jwk | {"x": base64url(x)}, "typ": "dbsc+jwt"}
        add(f"a coordinate that begins with a zero byte, {how}", "§ 16.6.1", kind="proof", proof=short.signed(json.dumps(header), jti))
    registers("a coordinate of 33 bytes", x=base64url(b"\0" + ONE.x))
    registers("a coordinate that is a number", x=1)
    registers("a private part beside the key", d=base64url(bytes(32)))
    registers("a curve in another case", crv="p-256")
    proves("a registration whose key is a list", "§ 16.6.1", json.dumps({"alg": "ES256", "jwk": [jwk], "typ": "dbsc+jwt"}), key=None)
    for sid in ("a0a1a2a3a4a5a6a7", "0000000000000000", SID.hex()):
        add(f"the device and the tags of {sid}", "§ 16.2", kind="device", key=key, sid=sid)
    add("another key", "§ 16.2", kind="device", key=captured, sid="a0a1a2a3a4a5a6a7")
    return out


def configurations():
    out = []

    def add(accepted, name, spec="§ 16.1.1", cookie="__Host-session", attributes={}, **settings):
        v = {"name": f"config: {name}", "spec": spec, "kind": "config", "cookie": cookie} | writer.DEFAULT_ATTRIBUTES | attributes | {"devices": SETTINGS | settings}
        v |= answer_devices(v)
        assert v["accepted"] == accepted, name
        out.append(v)

    add(True, "the defaults")
    for path, accepted in (("/", False), ("", False), ("a", False), ("/a", True), ("/a/", False), ("/A-z_0.9~/b", True), ("/a b", False), ('/a"b', False), ("/a;b", False), ("/a\\b", False), ("/é", False), ("/a?b", False), ("/a%20b", False)):
        add(accepted, f"the path {path!r}", path=path)
    for path, accepted in (("/", True), ("/static/", True), ("static", False), ("", False), ("/a b", False), ("/a*", False)):
        add(accepted, f"the excluded path {path!r}", excluded=["/x", path])
    for name, spans in (("bound_for", ((179, False), (180, True), (86_400, True), (86_401, False))), ("challenge_for", ((9, False), (10, True), (3_600, True), (3_601, False))), ("required_after", ((0, False), (9, False), (10, True), (10**9, True)))):
        for span, accepted in spans:
            add(accepted, f"{name} of {span}", **{name: span})
    for origin, accepted in (("https://app.example", True), ("https://app.example:8443", True), ("https://[::1]:8443", True), ("http://app.example", False), ("https://", False), ("https://app.example/", False), ("https://App.example", False), ("app.example", False), ("https://a b", False)):
        add(accepted, f"the origin {origin!r}", origin=origin)
    add(False, "a cookie without Secure", "§ 16.1.2", "session", {"secure": False})
    add(False, "a cookie with Partitioned", "§ 16.1.2", attributes={"partitioned": True})
    add(False, "SameSite=Strict", "§ 16.1.2", attributes={"same_site": "Strict"})
    add(True, "SameSite=Strict, with initiators of the same site", "§ 16.1.2", attributes={"same_site": "Strict"}, initiators="same-site")
    add(True, "SameSite=None", "§ 16.1.2", attributes={"same_site": "None"})
    add(True, "a domain and a path", "§ 16.1.2", "session", {"domain": "example.com", "path": "/app"})
    for name, accepted in (("session.b-AbCd0123", False), ("session.out-AbCd-_23", False), ("session.b-AbCd012", True), ("session.b-AbCd01234", True), ("session.B-AbCd0123", True), ("session.b-AbCd!123", True), ("b-AbCd0123", True)):
        add(accepted, f"the name {name}", "§ 16.1.2", name)
    return out


def rooms():
    out = []
    for mode in ("encrypted", "signed"):
        for limit, more in ((3072, {}), (4096, {}), (4096, {"parts": 2}), (4096, {"parts": 4}), (3072, {"padding": "padme"})):
            v = {"name": "room: " + ", ".join([mode, f"{limit:,}"] + [f"{k} {x}" for k, x in more.items()]), "spec": "§ 16.1.4, § 9.6.1", "kind": "room", "cookie": "__Host-session"} | writer.DEFAULT_ATTRIBUTES
            v |= {"mode": mode, "limit": limit} | more
            out.append(v | answer_devices(v))
    return out


# ---------------------------------------------------------------- § 16.3

def usual(name, spec, kind, key=XAES, purpose=COOKIE, now=NOW, settings={}, policy={}, ring=None, **more):
    return {"name": name, "spec": spec, "kind": kind, "ring": ring or line(key), "mode": key.mode, "purpose": purpose} | {"context": []} | more | {
        "now": now, "policy": policy_of(policy), "devices": SETTINGS | settings}


def sessions():
    out = []

    def opens(name, spec, result, request, **setup):
        v = usual(f"open: {name}", spec, "open", **setup)
        v["request"] = request
        v |= answer_devices(v)
        found = v["expect"]
        word = found.get("rejected") or ("absent" if "absent" in found else "became" if found["opened"]["became_bound"] else "bound" if found["opened"]["device"] else "unbound")
        assert word == result, (name, found)
        out.append(v)

    s, bound = session_pair(device=DEVICE), bound_pair()
    opens("a bound session with its bound cookie", "§ 16.3.2", "bound", cookie(s, bound))
    opens("a bound session alone", "§ 16.3.2", "Stale", cookie(s))
    opens("a bound cookie alone", "§ 16.3.2", "absent", cookie(bound))
    opens("the bound cookie first", "§ 16.3.1", "bound", cookie(bound, s))
    opens("the bound cookie in another line, and quoted", "§ 16.3.1", "bound", [["cookie", s], ["cookie", "a=b"], ["cookie", bound.replace("=", '="', 1) + '"']])
    for key in (XCHA, SIGN):
        opens(f"{key.type}: a bound session with its bound cookie", "§ 16.2.1", "bound", cookie(session_pair(key=key, device=DEVICE), bound_pair(key=key)), key=key)
        opens(f"{key.type}: a bound session alone", "§ 16.3.2", "Stale", cookie(session_pair(key=key, device=DEVICE)), key=key)
    opens("bound, without an id", "§ 16.2.3", "bound", cookie(session_pair(sid=None, device=DEVICE), bound))
    opens("bound, with another id than that of the registration", "§ 16.3.2, § 16.4.1", "bound", cookie(session_pair(sid=OTHER_SID, device=DEVICE), bound))
    # of another thing
    other = TWO.of()
    opens("the bound cookie of another device", "§ 16.3.2", "Stale", cookie(s, bound_pair(other)))
    opens("the bound cookie of another device, under this one's tag", "§ 16.3.2", "Stale", cookie(s, bound_pair(payload=other)))
    opens("the bound cookie of this device, under another tag", "§ 16.3.2", "Stale", cookie(s, f"__Host-session.b-{d.tag(other)}={bound.partition('=')[2]}"))
    opens("the bound cookies of two devices", "§ 16.3.2", "bound", cookie(s, bound_pair(other), bound))
    opens("the bound cookie of this device with another id", "§ 16.3.2", "bound", cookie(s, bound_pair(sid=OTHER_SID)))
    opens("the bound cookie of another session's cookie", "§ 16.2.1", "Stale", cookie(s, f"__Host-session.b-{d.tag(DEVICE)}={sealed('bound', purpose=PLAIN)}"))
    opens("the name of another session's cookie", "§ 16.3.1", "Stale", cookie(s, f"session.b-{d.tag(DEVICE)}={sealed('bound')}"))
    opens("a name that ends alike", "§ 16.3.1", "Stale", cookie(s, "x" + bound))
    for word in ("identifier", "registration", "challenge"):
        opens(f"the token of {word} as a bound cookie", "§ 16.2.1", "Stale", cookie(s, f"__Host-session.b-{d.tag(DEVICE)}={sealed(word, payload=DEVICE)}"))
    opens("the session's own token as a bound cookie", "§ 16.2.1", "Stale", cookie(s, f"__Host-session.b-{d.tag(DEVICE)}={s.partition('=')[2]}"))
    opens("a bound cookie as the session", "§ 16.2.1", "Auth", cookie(f"__Host-session={sealed('bound')}", bound))
    for name, bind in (("the context", BLUE), ("the application", SHOP), ("the type", {"type_label": "visit"})):
        labels = {k: x for k, x in bind.items() if k != "context"}
        context = bind.get("context", [])
        whole = cookie(session_pair(context=context, labels=labels, device=DEVICE), bound_pair(context=context, **labels))
        opens(f"both of {name}", "§ 16.2.1", "bound", whole, **bind)
        opens(f"the session of {name}, the bound cookie without", "§ 16.2.1", "Stale", cookie(session_pair(context=context, labels=labels, device=DEVICE), bound), **bind)
        opens(f"the session without {name}, the bound cookie of it", "§ 16.2.1", "Stale", cookie(s, bound_pair(context=context, **labels)))
    # flags and length
    for name, content in (("with a limit", body(NOW, limit=900, sid=SID, payload=DEVICE)), ("without an id", body(NOW, payload=DEVICE)), ("with remembered", body(NOW, remembered=900, sid=SID, payload=DEVICE)), ("with a schema", body(NOW, sid=SID, schema=1, payload=DEVICE)),
                          ("with a message", body(NOW, sid=SID, flash=[["a", "b"]], payload=DEVICE)), ("with padding", body(NOW, sid=SID, payload=DEVICE, pad=0)), ("with a device", body(NOW, sid=SID, device=DEVICE, payload=DEVICE)),
                          ("of 15 bytes", body(NOW, sid=SID, payload=DEVICE[:15])), ("of 17 bytes", body(NOW, sid=SID, payload=DEVICE + b"\0")), ("with an age", body(NOW, age=300, sid=SID, payload=DEVICE))):
        opens(f"a bound cookie {name}", "§ 16.2.2", "bound" if name == "with an age" else "Stale", cookie(s, bound_pair(content=content)))
    # time
    for span in (600, 180, 3_600):
        for now, result in ((NOW, "bound"), (NOW + span - 1, "bound"), (NOW + span, "Stale")):
            opens(f"bound_for {span}: {now - NOW} seconds after the bound cookie", "§ 16.2.2, § 16.3.2", result, cookie(s, bound), now=now, settings={"bound_for": span}, policy={"idle": None})
    for now, result in ((NOW - 60, "bound"), (NOW - 61, "Stale")):
        opens(f"a bound cookie from {NOW - now} seconds ahead", "§ 16.2.2", result, cookie(s, bound), now=now)
    opens("a bound cookie from 1 second ahead, without skew", "§ 16.2.2", "Stale", cookie(s, bound), now=NOW - 1, policy={"skew": 0})
    opens("a bound cookie with an age, in its last second", "§ 16.2.2", "bound", cookie(s, bound_pair(content=body(NOW - 599, age=300, sid=SID, payload=DEVICE))))
    opens("a bound cookie with an age, after its last second", "§ 16.2.2", "Stale", cookie(s, bound_pair(content=body(NOW - 600, age=300, sid=SID, payload=DEVICE))))
    opens("a bound cookie with an age, from 60 seconds ahead", "§ 16.2.2", "bound", cookie(s, bound_pair(content=body(NOW + 60, age=300, sid=SID, payload=DEVICE))))
    opens("an old bound cookie and a young one", "§ 16.3.2", "bound", cookie(s, bound_pair(issued=NOW - 900), bound))
    opens("not_before after the bound cookie, which has no sign-in of its own", "§ 16.2.2", "bound", cookie(session_pair(device=DEVICE), bound_pair(issued=NOW - 500)), policy={"not_before": I})
    opens("a revoked session with its bound cookie", "§ 16.3.2", "Revoked", cookie(s, bound), policy={"not_before": I + 1})
    opens("an idle session with its bound cookie", "§ 16.3.2", "Idle", cookie(s, bound_pair(issued=NOW + 3_000)), now=NOW + 3_000)
    opens("a stale session that is idle", "§ 16.3.2", "Idle", cookie(s), now=NOW + 3_000)
    opens("a stale session whose payload cannot be read", "§ 16.3.2", "Stale", cookie(session_pair(device=DEVICE, payload=DATA + b"\0")))
    opens("a bound session whose payload cannot be read", "§ 16.3.2", "Payload", cookie(session_pair(device=DEVICE, payload=DATA + b"\0"), bound))
    # keys
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    rotated = f"{line(one, None, NOW + 10)}\n{line(two, I)}"
    opens("a bound cookie under an earlier key", "§ 16.2.1", "bound", cookie(session_pair(key=two, device=DEVICE), bound_pair(key=one)), ring=rotated)
    opens("a bound cookie under a retired key", "§ 16.2.2", "Stale", cookie(session_pair(key=two, device=DEVICE), bound_pair(key=one)), ring=rotated, now=NOW + 10)
    opens("a bound cookie under an unknown key", "§ 16.2.2", "Stale", cookie(s, bound_pair(key=two)))
    # how many
    junk = lambda n, tag=None: [f"__Host-session.b-{tag or f'{i:08}'}=x{i}" for i in range(n)]
    own = d.tag(DEVICE)
    opens("31 bound cookies before it", "§ 16.3.1", "bound", cookie(s, *junk(31), bound))
    opens("32 bound cookies before it", "§ 16.3.1", "Stale", cookie(s, *junk(32), bound))
    opens("32 equal bound cookies before it", "§ 16.3.1", "Stale", cookie(s, *["__Host-session.b-AAAAAAAA=x"] * 32, bound))
    opens("32 bound cookies of more than 256 characters before it", "§ 16.3.1", "bound", cookie(s, *[pair + "x" * 256 for pair in junk(32)], bound))
    opens("32 names that are no bound cookies before it", "§ 16.3.1", "bound", cookie(s, *[pair.replace(".b-", ".b-x") for pair in junk(32)], bound))
    opens("3 others of its tag before it", "§ 16.3.2", "bound", cookie(s, *junk(3, own), bound))
    opens("4 others of its tag before it", "§ 16.3.2", "Stale", cookie(s, *junk(4, own), bound))
    opens("20 others of other tags before it", "§ 16.3.2", "bound", cookie(s, *junk(20), bound))
    padded = lambda n: base64url(seal_blob(XAES, COOKIE | {"name": "device:bound:__Host-session"}, [], body(NOW, sid=SID, payload=DEVICE), RANDOM)) + "A" * n
    opens("a value of 257 characters does not count among the 4", "§ 16.3.1", "bound", cookie(s, *[f"__Host-session.b-{own}=" + "x" * 257] * 4, bound))
    opens("a value of 256 characters counts among the 4", "§ 16.3.1", "Stale", cookie(s, *[f"__Host-session.b-{own}=" + "x" * 256] * 4, bound))
    # unbound
    u = session_pair()
    opens("an unbound session", "§ 16.3.2", "unbound", cookie(u))
    opens("an unbound session with the bound cookie of its id: it becomes bound", "§ 16.3.2, § 16.3.3", "became", cookie(u, bound))
    opens("an unbound session with a bound cookie of another id", "§ 16.3.2", "unbound", cookie(u, bound_pair(sid=OTHER_SID)))
    opens("an unbound session without an id, and a bound cookie", "§ 16.3.2", "unbound", cookie(session_pair(sid=None), bound))
    opens("an unbound session with an old bound cookie of its id", "§ 16.3.2", "unbound", cookie(u, bound_pair(issued=NOW - 600)))
    opens("an unbound session with a bound cookie of its id, in its last second", "§ 16.3.2", "became", cookie(u, bound_pair(issued=NOW - 599)))
    opens("an unbound session with a bound cookie of its id from 61 seconds ahead", "§ 16.2.2", "unbound", cookie(u, bound), now=NOW - 61)
    opens("an unbound session with a bound cookie of its id under any tag", "§ 16.3.2", "became", cookie(u, f"__Host-session.b-AAAAAAAA={sealed('bound')}"))
    opens("an unbound session with two bound cookies of its id: the last counts", "§ 16.3.2", "became", cookie(u, bound, bound_pair(other)))
    opens("an unbound session with a bound cookie of its id, of another context", "§ 16.2.1", "unbound", cookie(u, bound_pair(context=CONTEXT)))
    opens("3 others after it: the last 4 are opened", "§ 16.3.2", "became", cookie(u, bound, *junk(3)))
    opens("4 others after it: the last 4 are opened", "§ 16.3.2", "unbound", cookie(u, bound, *junk(4)))
    opens("offers are off: it becomes bound all the same", "§ 16.3.2", "became", cookie(u, bound), settings={"offers": False})
    opens("offers are off: a bound one needs its cookie", "§ 16.3.2", "Stale", cookie(s), settings={"offers": False})
    for grace in (10, 300):
        for now, result in ((I + grace - 1, "unbound"), (I + grace, "Stale")):
            opens(f"required_after {grace}: {now - I} seconds after the sign-in", "§ 16.3.2", result, cookie(session_pair(age=0)), now=now, settings={"required_after": grace})
    opens("required_after, and offers are off: 300 seconds after the sign-in", "§ 16.3.2", "Stale", cookie(session_pair(age=0)), now=I + 300, settings={"required_after": 300, "offers": False})
    opens("required_after: an anonymous session without an id", "§ 16.3.2", "Stale", cookie(session_pair(sid=None)), settings={"required_after": 600})
    opens("required_after: one with the bound cookie of its id becomes bound", "§ 16.3.2", "became", cookie(u, bound), settings={"required_after": 300})
    opens("required_after: a bound one is not touched by it", "§ 16.3.2", "bound", cookie(s, bound), settings={"required_after": 300})
    opens("two values of one session, the newer is bound and stale", "§ 7.0, § 16.3.2", "Stale", cookie(session_pair(device=DEVICE, age=400), session_pair()))
    opens("two values of one session, the newer is unbound", "§ 7.0, § 16.3.2", "unbound", cookie(session_pair(device=DEVICE), session_pair(age=400)))
    truncated = u8(0x0A) + u32(I - EPOCH) + b"\0" + SID + DEVICE[:15]
    opens("a body that ends inside the device", "§ 16.2.3", "Malformed", cookie(f"__Host-session={token(XAES, truncated)}", bound))
    # § 8.16
    due = {"policy": {"revalidate_after": 300}}
    for name, spec, word, request in (("a bound session", "§ 8.16.3, § 14.1", "Unvalidated", cookie(s, bound)), ("an unbound session", "§ 8.16.3, § 14.1", "Unvalidated", cookie(session_pair())),
                                      ("a session that would become bound", "§ 8.16.3, § 14.1", "Unvalidated", cookie(session_pair(), bound)), ("a stale session", "§ 8.16.3, § 14.1", "Stale", cookie(s)),
                                      ("a payload that cannot be read", "§ 8.16.3, § 14.1", "Payload", cookie(session_pair(payload=DATA + b"\0")))):
        opens(f"{name}, and a validation is due", spec, word, request, **due)
    opens("a bound session, the second before a validation is due", "§ 8.16.1", "bound", cookie(s, bound), now=NOW - 1, **due)
    opens("a body with the reserved flag too", "§ 5.1.5", "Malformed", cookie(f"__Host-session={token(XAES, u8(0x8A) + truncated[1:] + bytes(1))}", bound))
    return out


# ---------------------------------------------------------------- § 16.4

def writes():
    collected = Writes("write")

    def add(name, spec, result, request, *actions, settings={}, **more):
        v = collected.add(f"write: {name}", spec, result, None, *actions, request=request or [], devices=SETTINGS | settings, **more)
        return [name if name == "secure-session-registration" else "mark" if ".out-" in value else "bound" for name, value in v["expect"]["fields"]
                if name != "set-cookie" or ".out-" in value or ".b-" in value]

    def sends(expected, *arguments, **setup):
        found = add(*arguments, **setup)
        assert found == expected, (arguments[0], found)

    set_a, DAYS = ("insert", "a", 1), {"remember_up_to": 30 * DAY}
    offer, gone, left = ["secure-session-registration"], ["bound", "mark"], ["mark"]
    s, bound, u = session_pair(device=DEVICE), bound_pair(), session_pair()
    young = lambda **fields: session_pair(issued=NOW - 100, age=10, **fields)
    # a sign-in
    sends(offer, "a new session, renewed: an offer", "§ 16.4.2", {"issued": NOW, "sid": "new", "device": None}, None, "renew", set_a)
    sends(offer, "an unbound one, renewed", "§ 16.4.2", {"issued": NOW, "sid": "new", "device": None}, cookie(u), "renew")
    sends(offer, "renewed twice: one offer", "§ 16.4.2", {"sid": "new"}, cookie(u), "renew", "renew")
    sends(offer, "renewed, and a new id: the offer is for that", "§ 16.4.2", {"sid": "new"}, None, "renew", "new-id")
    sends([], "renewed and cleared, with content: no id, no offer", "§ 16.4.2", {"sid": None}, None, "renew", "clear", set_a)
    sends([], "renewed, and invalidated, with content: no offer", "§ 16.4.2", {"sid": None}, None, "renew", "invalidate", set_a)
    sends([], "renewed, invalidated, and an id is needed: no offer", "§ 16.4.2", {"sid": "new"}, None, "renew", "invalidate", "id")
    sends([], "renewed, and offers are off", "§ 16.4.2", {"sid": "new"}, None, "renew", settings={"offers": False})
    sends([], "renewed, and the response is an error", "§ 16.4.2", "nothing", cookie(u), "renew", response={"status": 500, "fields": []})
    sends([], "renewed, and discarded", "§ 16.4.2", "nothing", cookie(u), "renew", "discard")
    sends(offer, "renewed at another path", "§ 16.5.3", {"sid": "new"}, None, "renew", settings={"path": "/a/b-c"})
    sends(offer, "renewed in a context, for an application", "§ 16.2.1", {"sid": "new"}, None, "renew", **BLUE, **SHOP)
    # no sign-in, no offer
    sends([], "content of an unbound one", "§ 16.4.2", {"device": None, "sid": "kept"}, cookie(u), set_a)
    sends([], "a new session with an id", "§ 16.4.2", {"device": None, "sid": "new"}, None, "id")
    sends(left, "an unbound one gets a new id: nothing is offered again, and a mark of the old one", "§ 16.4.1, § 16.4.2", {"device": None, "sid": "new"}, cookie(young()), "new-id")
    sends(left, "an unbound one is cleared, with content: a mark", "§ 16.4.1, § 16.4.2", {"device": None, "sid": None}, cookie(young()), "clear", set_a)
    sends([], "an unbound one gets a new id late: no mark", "§ 16.4.1, § 16.4.2", {"device": None, "sid": "new"}, cookie(u), "new-id")
    sends(left, "an unbound one is over at once", "§ 16.4.2", "expired", cookie(young()), ("limit", 0))
    sends(left, "an unbound one is invalidated, with content: a mark", "§ 16.4.2", {"issued": NOW, "sid": None}, cookie(young()), "invalidate", set_a)
    sends([], "an unbound one gets a new id, and offers are off: no mark", "§ 16.4.2", {"sid": "new"}, cookie(young()), "new-id", settings={"offers": False})
    sends([], "an unbound one gets a new id, and the response is an error: no mark", "§ 16.4.2", "nothing", cookie(young()), "new-id", response={"status": 500, "fields": []})
    sends([], "an unbound one is refreshed", "§ 16.4.2", {"age": 760, "device": None}, cookie(u), "read", now=I + 760)
    # bound
    sends([], "content of a bound one", "§ 16.4.1", {"device": DEVICE.hex(), "sid": "kept"}, cookie(s, bound), set_a)
    sends([], "a bound one gets a new id", "§ 16.4.1", {"device": DEVICE.hex(), "sid": "new"}, cookie(s, bound), "new-id")
    sends([], "a bound one is cleared, with content", "§ 16.4.1", {"device": DEVICE.hex(), "sid": None}, cookie(s, bound), "clear", set_a)
    sends([], "a bound one without an id needs one", "§ 16.4.1", {"device": DEVICE.hex(), "sid": "new"}, cookie(session_pair(sid=None, device=DEVICE), bound), "id")
    sends([], "a bound one is limited", "§ 16.4.1", {"device": DEVICE.hex(), "limit": 900}, cookie(s, bound), ("limit", 300))
    sends([], "a bound one is remembered and forgotten", "§ 16.4.1", {"device": DEVICE.hex(), "remembered": None}, cookie(s, bound), ("remember", DAY), "forget", set_a, policy=DAYS)
    sends([], "a bound one is refreshed", "§ 16.4.1", {"device": DEVICE.hex(), "age": 760}, cookie(s, bound_pair(issued=I + 760)), "read", now=I + 760)
    sends([], "a bound one is only read", "§ 16.4.2", "nothing", cookie(s, bound), "read")
    sends(gone + offer, "a bound one is renewed: it leaves its device", "§ 16.4.2", {"issued": NOW, "device": None}, cookie(s, bound), "renew")
    sends(gone, "a bound one is renewed, and offers are off", "§ 16.4.2", {"device": None}, cookie(s, bound), "renew", settings={"offers": False})
    sends(gone, "a bound one is invalidated", "§ 16.4.2", "expired", cookie(s, bound), "invalidate")
    sends(gone, "a bound one is invalidated, with content", "§ 16.4.2", {"issued": NOW, "device": None}, cookie(s, bound), "invalidate", set_a)
    sends(gone + offer, "a bound one is invalidated, then renewed", "§ 16.4.2", {"issued": NOW, "device": None}, cookie(s, bound), "invalidate", "renew")
    sends(gone, "a bound one is cleared", "§ 16.4.2", "expired", cookie(s, bound), "clear")
    sends(gone, "a bound one is over at once", "§ 16.4.2", "expired", cookie(s, bound), ("limit", 0))
    sends([], "a bound one is invalidated, untouched afterwards by an error: it ends", "§ 16.4.2", "nothing", cookie(s, bound), set_a, response={"status": 500, "fields": []})
    sends(gone, "a bound one is invalidated, and the response is an error", "§ 16.4.2", "expired", cookie(s, bound), "invalidate", response={"status": 500, "fields": []})
    sends(gone, "a bound one gets a new id and is invalidated", "§ 16.4.2", "expired", cookie(s, bound), "new-id", "invalidate")
    again = lambda **fields: cookie(session_pair(sid=None, device=DEVICE, issued=NOW, age=0, payload=pack({"a": 1})), bound)
    sends(gone, "a bound one without an id is renewed, cleared and filled with the same content, in the second of its sign-in: the device differs", "§ 8.11, § 16.4.2", {"issued": NOW, "sid": None, "device": None}, again(), "renew", "clear", set_a)
    sends(gone, "a bound one without an id is invalidated", "§ 16.4.2", "expired", cookie(session_pair(sid=None, device=DEVICE), bound), "invalidate")
    # marks of an unbound one
    for now, expected in ((I + 1, left), (I + 119, left), (I + 120, []), (I + 600, [])):
        sends(expected, f"an unbound one is invalidated {now - I} seconds after its sign-in", "§ 16.1.3, § 16.4.2", "expired", cookie(session_pair(age=0)), "invalidate", now=now)
    for now, expected in ((I + 29, left), (I + 30, [])):
        sends(expected, f"required_after 30: an unbound one is invalidated {now - I} seconds after its sign-in", "§ 16.1.3, § 16.4.2", "expired", cookie(session_pair(age=0)), "invalidate", now=now, settings={"required_after": 30})
    sends(left, "required_after 900: an unbound one is invalidated", "§ 16.1.3, § 16.4.2", "expired", cookie(young()), "invalidate", settings={"required_after": 900})
    sends(left, "an unbound one of the clock ahead is invalidated", "§ 16.4.2", "expired", cookie(session_pair(issued=NOW + 30, age=0)), "invalidate")
    sends([], "an unbound one without an id is invalidated", "§ 16.4.2", "expired", cookie(young(sid=None)), "invalidate")
    sends([], "an unbound one is invalidated, and offers are off", "§ 16.4.2", "expired", cookie(young()), "invalidate", settings={"offers": False})
    sends(left + offer, "an unbound one is renewed soon after its sign-in", "§ 16.4.2", {"issued": NOW}, cookie(young()), "renew")
    sends(left, "an unbound one is cleared soon after its sign-in", "§ 16.4.2", "expired", cookie(young()), "clear")
    sends([], "an unbound one is changed soon after its sign-in", "§ 16.4.2", {"sid": "kept"}, cookie(young()), set_a)
    sends([], "none opened, and it is invalidated", "§ 16.4.2", "expired", cookie("__Host-session=junk", bound), "invalidate")
    sends([], "none arrived, and it is invalidated", "§ 16.4.2", "nothing", cookie(bound), "invalidate")
    # becomes bound
    sends([], "one that became bound is read: sealed again with its device", "§ 8.9, § 16.3.3", {"device": DEVICE.hex(), "age": 300, "touch": "touched"}, cookie(u, bound), "read")
    sends([], "one that became bound, and a refresh is due", "§ 8.9, § 16.3.3", {"device": DEVICE.hex(), "age": 760}, cookie(u, bound_pair(issued=I + 760)), "read", now=I + 760)
    sends([], "one that became bound is changed", "§ 16.3.3", {"device": DEVICE.hex(), "age": 600, "touch": "written"}, cookie(u, bound), set_a)
    sends([], "one that became bound, in a response that is not quiet", "§ 8.12, § 16.3.3", "nothing", cookie(u, bound), "read", response={"status": 404, "fields": []})
    sends([], "one that became bound is not touched", "§ 16.3.3", "nothing", cookie(u, bound))
    sends(gone, "one that became bound is invalidated: the bound cookie goes", "§ 16.4.2", "expired", cookie(u, bound), "invalidate")
    sends(gone + offer, "one that became bound is renewed", "§ 16.4.2", {"device": None}, cookie(u, bound), "renew")
    sends([], "one that became bound, with nothing in it: no change of content", "§ 8.11, § 16.3.3", {"device": DEVICE.hex()}, cookie(session_pair(payload=b""), bound), "read")
    sends([], "one that became bound, and padding is configured", "§ 8.9, § 16.3.3", {"device": DEVICE.hex()}, cookie(u, bound), "read", padding="padme")
    # stale
    for action in (set_a, ("remove", "a"), ("flash", "a", "b"), "id", "new-id", ("limit", 300), "forget", "clear", "save"):
        sends([], f"a stale one: {action if isinstance(action, str) else action[0]} is an error", "§ 8.7.5, § 16.3.4", "refused", cookie(s), action)
    sends([], "a stale one is remembered: an error", "§ 8.7.5, § 16.3.4", "refused", cookie(s), ("remember", DAY), policy=DAYS)
    sends([], "a stale one is read: nothing is written, though a refresh is due", "§ 16.3.4", "nothing", cookie(s), "read")
    sends([], "a stale one is discarded", "§ 16.3.4", "nothing", cookie(s), "discard")
    sends(gone + offer, "a stale one is renewed: a new session", "§ 16.3.4, § 16.4.2", {"issued": NOW, "payload": "", "device": None}, cookie(s), "renew")
    sends(gone + offer, "a stale one is renewed after an error, with content", "§ 16.3.4, § 16.4.2", {"issued": NOW, "payload": pack({"a": 1}).hex()}, cookie(s), set_a, "renew", set_a)
    sends(gone, "a stale one is invalidated: no id is told", "§ 8.7.4, § 16.3.4", "expired", cookie(s), "invalidate")
    sends(gone, "a stale one is renewed and invalidated: no id is told", "§ 8.7.4, § 16.3.4", "expired", cookie(s), "renew", "invalidate")
    sends(gone, "a stale one is invalidated, with content", "§ 16.3.4", {"issued": NOW, "device": None}, cookie(s), "invalidate", set_a)
    sends([], "required_after: a stale unbound one is invalidated late", "§ 16.4.2", "expired", cookie(u), "invalidate", settings={"required_after": 300})
    sends([], "required_after 10: a stale unbound one is invalidated", "§ 16.4.2", "expired", cookie(session_pair(issued=NOW - 10, age=0)), "invalidate", settings={"required_after": 10})
    sends([], "a bound one whose payload cannot be read: an error", "§ 8.7.5", "refused", cookie(session_pair(device=DEVICE, payload=DATA + b"\0"), bound), set_a)
    sends(gone, "a bound one whose payload cannot be read is invalidated: its id is told", "§ 8.7.4, § 16.4.2", "expired", cookie(session_pair(device=DEVICE, payload=DATA + b"\0"), bound), "invalidate")
    # § 8.16
    goes_on, ended, error = (("validate", answer) for answer in ("goes-on", "ended", "error"))
    due = {"policy": {"revalidate_after": 300}}
    sends([], "validation: a stale one is not asked", "§ 8.16.2, § 16.3.4", "nothing", cookie(s), goes_on, **due)
    sends([], "validation: a stale one stays stale", "§ 8.16.2, § 16.3.4", "refused", cookie(s), goes_on, set_a, **due)
    sends([], "validation: a bound one goes on", "§ 8.16.2", {"age": 600, "device": DEVICE.hex()}, cookie(s, bound), goes_on, **due)
    sends([], "validation: became bound, not due: its device is sealed, and the age stays", "§ 8.16.4, § 16.3.3", {"age": 301, "device": DEVICE.hex()}, cookie(session_pair(age=301), bound), "read", **due)
    sends([], "validation: became bound, and goes on: its device and the answer are sealed", "§ 8.16.2, § 16.3.3", {"age": 600, "device": DEVICE.hex()}, cookie(u, bound), goes_on, **due)
    sends([], "validation: became bound, and nothing was answered", "§ 8.16.3, § 16.3.3", "nothing", cookie(u, bound), "read", **due)
    sends([], "validation: became bound, and an error: its device is sealed, and the age stays", "§ 8.16.2, § 16.3.3", {"age": 300, "device": DEVICE.hex()}, cookie(u, bound), error, policy={"revalidate_after": 300, "unvalidated_up_to": 600})
    sends([], "validation: became bound, ended, and content: nothing of it is left", "§ 8.16.2, § 16.4.2", {"issued": NOW, "sid": None, "device": None}, cookie(u, bound), ended, set_a, **due)
    sends(gone, "validation: a bound one has ended, and is invalidated", "§ 8.7.4, § 16.4.2", "expired", cookie(s, bound), ended, "invalidate", **due)
    sends(gone, "validation: became bound, and is invalidated before an answer", "§ 8.7.4, § 16.4.2", "expired", cookie(u, bound), "invalidate", **due)
    sends(gone + offer, "validation: a bound one is renewed before an answer", "§ 8.7.5, § 16.4.2", {"issued": NOW, "sid": "new", "device": None}, cookie(s, bound), "renew", **due)
    sends(left, "validation: a young one has ended, and content", "§ 16.4.2", {"sid": None}, cookie(young()), ended, set_a, policy={"revalidate_after": 60})
    # attributes, names, order
    wide = {"attributes": {"path": "/app", "domain": "example.com", "secure": True, "same_site": "Lax", "partitioned": False}}
    plain = lambda **fields: session_pair(purpose=PLAIN, **fields)
    sends(gone, "the fields of another cookie with a domain and a path", "§ 16.5.2", "expired", cookie(plain(device=DEVICE), bound_pair(purpose=PLAIN)), "invalidate", purpose=PLAIN, **wide)
    sends(left, "the mark of another cookie with a domain and a path", "§ 16.5.2", "expired", cookie(plain(issued=NOW - 100, age=10)), "invalidate", purpose=PLAIN, **wide)
    sends(gone, "SameSite=Strict, and the mark has None", "§ 16.5.2", "expired", cookie(s, bound), "invalidate", attributes=writer.DEFAULT_ATTRIBUTES | {"same_site": "Strict"}, settings={"initiators": "same-site"})
    sends(gone, "no SameSite, and the mark has None", "§ 16.5.2", "expired", cookie(s, bound), "invalidate", attributes=writer.DEFAULT_ATTRIBUTES | {"same_site": None})
    sends(gone, "after the parts that are expired and the earlier attributes", "§ 9.3.3, § 16.4.2", "expired", cookie(s, "__Host-session.2=x", bound), "invalidate", earlier=[writer.DEFAULT_ATTRIBUTES | {"partitioned": True}])
    sends([], "a new session that is not renewed, over two bound cookies of others", "§ 16.4.2", {"sid": None}, cookie(bound, bound_pair(TWO.of())), set_a)
    # size
    room = payload_room({"cookie": "__Host-session", "mode": "encrypted", "limit": 3072, "devices": True} | writer.DEFAULT_ATTRIBUTES)
    sends([], "content that fills the room", "§ 16.1.4", "stored", None, ("insert", "a", "x" * (room - 6)))
    sends([], "content that is a byte more than the room", "§ 16.1.4", "refused", None, ("insert", "a", "x" * (room - 5)))
    sends([], "offers are off: content that fills the room", "§ 16.1.4", "stored", None, ("insert", "a", "x" * (room - 6)), settings={"offers": False})
    sends([], "offers are off: content that is a byte more than the room", "§ 16.1.4", "refused", None, ("insert", "a", "x" * (room - 5)), settings={"offers": False})
    full = pack({"a": "x" * (room - 6)})
    sends([], "content that fills the room becomes bound", "§ 16.1.4, § 16.3.3", {"device": DEVICE.hex()}, cookie(session_pair(payload=full, limit=U32_MAX, remembered=U32_MAX), bound), "read", policy=DAYS)
    more = pack({"a": "x" * (room + 60)})
    sends([], "more than the room becomes bound: there is no place for the device", "§ 9.5.3, § 16.3.3", "nothing", cookie(session_pair(payload=more, age=200), bound), "read")
    sends([], "more than the room became bound, and is changed: there is no place for the device", "§ 9.5.3, § 16.3.3", "refused", cookie(session_pair(payload=more, age=200), bound), ("insert", "a", "y" * (room + 60)))
    return collected.vectors


# ---------------------------------------------------------------- § 16.3.5

def stale_tokens():
    out, mask = [], test_bytes("mask", 16)
    inverted = lambda sid: bytes(byte ^ 0xFF for byte in sid)
    of = lambda sid, issued=I, purpose=COOKIE, context=(): csrf_token(XAES, purpose, context, sid, issued, mask)

    def add(name, passes, given, request, spec="§ 16.3.5", **setup):
        v = usual(f"csrf: {name}", spec, "csrf", **setup)
        v |= {"request": request, "token": given}
        v |= answer_devices(v)
        assert v["passes"] == passes, name
        out.append(v)

    s, bound, u = session_pair(device=DEVICE), bound_pair(), session_pair()
    add("stale: the token of the inverted sid", True, of(inverted(SID)), cookie(s))
    add("stale: the token of the session", False, of(SID), cookie(s))
    add("bound: the token of the session", True, of(SID), cookie(s, bound))
    add("bound: the token of the inverted sid", False, of(inverted(SID)), cookie(s, bound))
    add("unbound: the token of the session", True, of(SID), cookie(u))
    add("unbound: the token of the inverted sid", False, of(inverted(SID)), cookie(u))
    add("became bound: the token of the session", True, of(SID), cookie(u, bound))
    add("stale by required_after: the token of the inverted sid", True, of(inverted(SID)), cookie(u), settings={"required_after": 300})
    add("stale by required_after: the token of the session", False, of(SID), cookie(u), settings={"required_after": 300})
    add("stale without an id: the token of an empty sid", False, of(b""), cookie(session_pair(sid=None, device=DEVICE)))
    add("stale without an id: the token of a sid of ones", False, of(b"\xff" * 8), cookie(session_pair(sid=None, device=DEVICE)))
    add("bound without an id: the token of a sid of zeros", False, of(bytes(8)), cookie(session_pair(sid=None, device=DEVICE), bound))
    add("stale: the token of another issued", False, of(inverted(SID), I + 1), cookie(s))
    due = {"spec": "§ 13.4", "policy": {"revalidate_after": 300}}
    add("a validation is due: the token of the session that waits", True, of(SID), cookie(s, bound), **due)
    add("a validation is due: the token of the inverted sid", False, of(inverted(SID)), cookie(s, bound), **due)
    add("a validation is due: the token of another issued", False, of(SID, NOW), cookie(s, bound), **due)
    add("a validation is due, and it is stale: the token of the inverted sid", True, of(inverted(SID)), cookie(s), **due)
    add("stale: the token of another context", False, of(inverted(SID), context=CONTEXT), cookie(s))
    return out


# ---------------------------------------------------------------- § 16.6

def endpoint(out, name, spec, status, word, path, request, settings={}, method="POST", host=HOST, **setup):
    v = usual(name, spec, "endpoint", settings=settings, **setup)
    v |= {"method": method, "host": host, "path": path, "request": request}
    v |= answer_devices(v)
    found = v["expect"]
    assert (found and (found["status"], found["word"])) == (status and (status, word)), (name, found)
    out.append(v)
    return v


def registrations():
    out = []

    def add(name, status, word, proof, *pairs, spec="§ 16.6.2", path="/.session/register", quoted=True, **setup):
        fields = [["secure-session-response", f'"{proof}"' if quoted else proof]] if proof is not None else []
        return endpoint(out, f"register: {name}", spec, status, word, path, fields + (cookie(*pairs) if pairs else []), **setup)

    registers = lambda offer, device=ONE, **claims: device.proof(offer, True, **claims)
    offer = sealed("registration", NOW - 5)
    good, u = registers(offer), session_pair(issued=NOW - 5, age=0)
    ok = (200, "registered")
    add("alone", *ok, good)
    add("without quotes", *ok, good, quoted=False, spec="§ 16.5.1")
    v = add("with its session: it becomes bound in this response", *ok, good, u)
    assert v["expect"]["sealed"]["session"]["device"] == DEVICE.hex()
    for key in (XCHA, SIGN):
        add(f"{key.type}: with its session", *ok, registers(sealed("registration", NOW - 5, key=key)), session_pair(key=key, issued=NOW - 5, age=0), key=key)
    add("another device", *ok, registers(offer, TWO), u)
    add("by GET", None, None, good, method="GET", spec="§ 16.6.6")
    add("by PUT", None, None, good, method="PUT", spec="§ 16.6.6")
    add("at another path", None, None, good, path="/.session/registers", spec="§ 16.6.6")
    add("at the path with a slash more", None, None, good, path="/.session/register/", spec="§ 16.6.6")
    add("at the path in another case", None, None, good, path="/.session/Register", spec="§ 16.6.6")
    add("at the path of the settings alone", None, None, good, path="/.session", spec="§ 16.6.6")
    add("with a query", *ok, good, path="/.session/register?a=b")
    add("at another configured path", *ok, good, path="/a/b/register", settings={"path": "/a/b"})
    add("in a request of no context", 503, "no-context", good, context=None, spec="§ 16.6.6")
    for which, lines in (("the proof first, and another text", (good, "junk")), ("another text first, and the proof", ("junk", good)), ("an empty one first, and the proof", ("", good))):
        fields = [["secure-session-response", line] for line in lines]
        endpoint(out, f"register: two lines of the proof: {which}", "§ 16.5.1", *(ok if lines[0] == good else (400, "malformed")), "/.session/register", fields)
    # 1 to 3: proof and offer
    add("no proof", 400, "malformed", None)
    add("an empty proof", 400, "malformed", "", quoted=False)
    add("another algorithm", 400, "algorithm", ONE.signed('{"alg":"none","typ":"dbsc+jwt"}', json.dumps({"jti": offer})))
    add("no challenge of ours", 400, "challenge", registers("abc"))
    for word in ("bound", "identifier", "challenge"):
        add(f"the token of {word} as the offer", 400, "challenge", registers(sealed(word, NOW - 5, payload=b"")))
    add("an offer with a payload", 400, "challenge", registers(sealed("registration", NOW - 5, payload=b"x")))
    add("an offer with another flag", 400, "challenge", registers(sealed("registration", content=body(NOW - 5, limit=900, sid=SID))))
    add("an offer without an id", 400, "challenge", registers(sealed("registration", content=body(NOW - 5))))
    add("an offer of another cookie", 400, "challenge", registers(sealed("registration", NOW - 5, purpose=PLAIN)))
    add("an offer of another context", 400, "challenge", registers(sealed("registration", NOW - 5, context=CONTEXT)))
    add("an offer of another application", 400, "challenge", registers(sealed("registration", NOW - 5, **SHOP)))
    add("an offer in this context, for this application", *ok, registers(sealed("registration", NOW - 5, context=CONTEXT, **SHOP)), session_pair(context=CONTEXT, labels=SHOP, issued=NOW - 5, age=0), **BLUE, **SHOP)
    for age, answer in ((0, ok), (119, ok), (120, (400, "late")), (300, (400, "late"))):
        add(f"an offer of {age} seconds ago", *answer, registers(sealed("registration", NOW - age)), spec="§ 16.1.3, § 16.6.2")
    for age, answer in ((29, ok), (30, (400, "late"))):
        add(f"required_after 30: an offer of {age} seconds ago", *answer, registers(sealed("registration", NOW - age)), settings={"required_after": 30}, spec="§ 16.1.3, § 16.6.2")
    add("an offer of 60 seconds ahead", *ok, registers(sealed("registration", NOW + 60)))
    add("an offer of 61 seconds ahead", 400, "late", registers(sealed("registration", NOW + 61)))
    add("challenge_for plays no part", *ok, registers(sealed("registration", NOW - 100)), settings={"challenge_for": 10})
    # 4: marks
    name = "__Host-session.out-"
    add("the mark of its session", 400, "left", good, f"{name}{d.tag(SID)}=1")
    add("the mark of its session with another value", 400, "left", good, f"{name}{d.tag(SID)}=")
    add("the mark of another session", *ok, good, f"{name}{d.tag(OTHER_SID)}=1")
    add("the mark of its device", *ok, good, f"{name}{d.tag(DEVICE)}=1")
    add("the mark of its session for another cookie", *ok, good, f"session.out-{d.tag(SID)}=1")
    # 5: alive
    add("not_before after its sign-in", 400, "ended", good, policy={"not_before": NOW - 4}, spec="§ 16.6.5")
    add("not_before at its sign-in", *ok, good, policy={"not_before": NOW - 5}, spec="§ 16.6.5")
    add("the application refuses its id", 400, "ended", good, policy={"revoked": [SID.hex()]}, spec="§ 16.6.5")
    add("the application refuses another id", *ok, good, policy={"revoked": [OTHER_SID.hex()]}, spec="§ 16.6.5")
    add("the application gives no answer", 400, "ended", good, policy={"revoked": "fails"}, spec="§ 16.6.5")
    add("the longest lifetime is over", 400, "ended", registers(sealed("registration", NOW - 60)), policy={"absolute": 60, "idle": None}, spec="§ 16.6.5")
    add("the last second of the longest lifetime", *ok, registers(sealed("registration", NOW - 59)), policy={"absolute": 60, "idle": None}, spec="§ 16.6.5")
    add("absolute is over, and remembered sessions live longer", *ok, registers(sealed("registration", NOW - 60)), policy={"absolute": 60, "idle": None, "remember_up_to": 61}, spec="§ 16.6.5")
    # 6: the session that comes along
    along = lambda **fields: session_pair(**({"issued": NOW - 5, "age": 0} | fields))
    add("with another session", 400, "session", good, along(sid=OTHER_SID))
    add("with a session without an id", 400, "session", good, along(sid=None))
    add("with its session, bound to this device already", 400, "session", good, along(device=DEVICE))
    add("with its session, bound to another device, and the bound cookie of it", 400, "session", good, along(device=TWO.of()), bound_pair(TWO.of()))
    add("with a session that the application refuses", 400, "session", good, along(sid=OTHER_SID), policy={"revoked": [OTHER_SID.hex()]})
    add("with a session that does not open", *ok, good, "__Host-session=junk")
    add("with a session of another context", *ok, good, along(context=CONTEXT))
    for state, others in (("is not yet valid", dict(issued=NOW + 61)), ("has expired by its limit", dict(limit=1)), ("is malformed", dict(schema=0))):
        add(f"with a session of another id that {state}: it does not open", *ok, good, along(sid=OTHER_SID, **others))
    add("with an idle session of another id", *ok, good, session_pair(sid=OTHER_SID, issued=NOW - 4_000, age=0))
    add("with two values, the newer its session", *ok, good, along(sid=OTHER_SID, issued=NOW - 50), along())
    add("with its session, whose payload cannot be read: it is bound all the same", *ok, good, along(payload=DATA + b"\0"), spec="§ 16.6.2")
    add("with its session, remembered", *ok, good, along(remembered=9_000), policy={"remember_up_to": 30 * DAY})
    add("with its session, limited, with messages", *ok, good, along(limit=9_000, flash=[["info", "a"]]))
    add("with its session in two cookies", *ok, good, *(f"__Host-session{n}={part}" for n, part in zip(("", ".1"), (lambda t: ("2." + t[:50], t[50:]))(along().partition("=")[2]))), "__Host-session.4=x")
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    rotated = f"{line(one, None, NOW + DAY)}\n{line(two, I)}"
    v = add("under an earlier key: all is sealed under the sealing key", *ok, registers(sealed("registration", NOW - 5, key=one)), session_pair(key=one, issued=NOW - 5, age=0), ring=rotated)
    assert v["expect"]["sealed"]["session"]["key_id"] == two.kid.hex()
    large = pack({"a": "x" * 2_230})
    v = add("with its session, which has no place for the device: the bound cookie alone", *ok, good, along(payload=large))
    assert "session" not in v["expect"]["sealed"]
    add("with its session, and earlier attributes", *ok, good, along(), earlier=[writer.DEFAULT_ATTRIBUTES | {"partitioned": True}])
    add("with its session, and padding is configured", *ok, good, along(), padding="padme")
    # 7: key, signature, audience
    add("a proof of a refresh", 400, "key", ONE.proof(offer))
    add("another signature", 400, "signature", good[:-2] + ("AA" if good[-2:] != "AA" else "BA"))
    add("the key of another in the header", 400, "signature", ONE.signed(json.dumps({"alg": "ES256", "typ": "dbsc+jwt", "jwk": TWO.jwk}), json.dumps({"jti": offer})))
    url = "https://app.test/.session/register"
    add("the audience", *ok, registers(offer, aud=url))
    for what, aud in (("the refresh", "https://app.test/.session/refresh"), ("another host", "https://other.test/.session/register"), ("the origin", "https://app.test"), ("a longer path", url + "/x"), ("another scheme", "http://app.test/.session/register"), ("another case", url.replace("app", "APP"))):
        add(f"the audience is {what}", 400, "audience", registers(offer, aud=aud))
    add("the audience, and a query", *ok, registers(offer, aud=url), path="/.session/register?a=b")
    add("the audience with a query", 400, "audience", registers(offer, aud=url + "?a=b"), path="/.session/register?a=b")
    add("the audience of another host, which the request has too", *ok, registers(offer, aud="https://other.test/.session/register"), host=OTHER_HOST)
    add("the audience of a host with a port", *ok, registers(offer, aud="https://app.test:8443/.session/register"), host="app.test:8443")
    add("the audience of a host with the default port", *ok, registers(offer, aud=url), host="app.test:443")
    add("the audience of a host in another case", *ok, registers(offer, aud=url), host="App.Test")
    add("an audience, and no host", 400, "audience", registers(offer, aud=url), host=None)
    add("an audience without a host, and no host", 400, "audience", registers(offer, aud="https:///.session/register"), host=None)
    add("an audience without an origin, and no host", 400, "audience", registers(offer, aud="/.session/register"), host=None)
    add("no audience, and no host", *ok, good, host=None)
    add("the audience of the configured origin", *ok, registers(offer, aud="https://visible.test/.session/register"), settings={"origin": "https://visible.test"})
    add("the audience of the host, and another origin is configured", 400, "audience", registers(offer, aud=url), settings={"origin": "https://visible.test"})
    add("the audience of the configured origin, and no host", *ok, registers(offer, aud="https://visible.test/.session/register"), settings={"origin": "https://visible.test"}, host=None)
    # the order
    add("order: late, and a mark", 400, "late", registers(sealed("registration", NOW - 120)), f"{name}{d.tag(SID)}=1")
    add("order: a mark, and revoked", 400, "left", good, f"{name}{d.tag(SID)}=1", policy={"not_before": NOW})
    add("order: revoked, and another session", 400, "ended", good, along(sid=OTHER_SID), policy={"revoked": [SID.hex()]})
    add("order: another session, and another signature", 400, "session", good[:-2] + ("AA" if good[-2:] != "AA" else "BA"), along(sid=OTHER_SID))
    add("order: another signature, and another audience", 400, "signature", TWO.signed(json.dumps({"alg": "ES256", "typ": "dbsc+jwt", "jwk": ONE.jwk}), json.dumps({"jti": offer, "aud": "x"})))
    # the answer
    for bound_for in (180, 86_400):
        add(f"bound_for {bound_for}", *ok, good, settings={"bound_for": bound_for}, spec="§ 16.5.2")
    add("initiators of the same site", *ok, good, settings={"initiators": "same-site"}, spec="§ 16.5.3")
    add("two excluded paths", *ok, good, settings={"excluded": ["/static/", "/a"]}, spec="§ 16.5.3")
    wide = {"attributes": {"path": "/app", "domain": "example.com", "secure": True, "same_site": None, "partitioned": False}}
    add("another cookie with a domain, a path and no SameSite", *ok, registers(sealed("registration", NOW - 5, purpose=PLAIN)), session_pair(purpose=PLAIN, issued=NOW - 5, age=0), purpose=PLAIN, spec="§ 16.5.2, § 16.5.3", **wide)
    add("offers are off: one that is on its way is answered", *ok, good, settings={"offers": False})
    return out


def refreshes():
    out = []

    def add(name, status, word, *pairs, identifier=None, proof=None, spec="§ 16.6.3", path="/.session/refresh", quotes=('"', '"'), **setup):
        identifier = sealed("identifier", I) if identifier is None else identifier
        fields = [["sec-secure-session-id", quotes[0] + identifier + quotes[1]]] if identifier is not False else []
        fields += [["secure-session-response", f'"{proof}"']] if proof is not None else []
        return endpoint(out, f"refresh: {name}", spec, status, word, path, fields + (cookie(*pairs) if pairs else []), **setup)

    challenge, ok, ended = sealed("challenge", NOW - 5), (200, "refreshed"), (200, "ended")
    good, s, u = ONE.proof(challenge), session_pair(device=DEVICE), session_pair()
    add("a proof, alone", *ok, proof=good)
    add("a proof, with its session, which is stale by now", *ok, s, proof=good)
    add("a proof, with its session, unbound", *ok, u, proof=good)
    add("without a proof: a challenge", 403, "malformed")
    add("the identifier without quotes", 403, "malformed", quotes=("", ""), spec="§ 16.5.1")
    for key in (XCHA, SIGN):
        add(f"{key.type}: a proof", *ok, key=key, identifier=sealed("identifier", I, key=key), proof=ONE.proof(sealed("challenge", NOW - 5, key=key)))
    add("by GET", None, None, proof=good, method="GET", spec="§ 16.6.6")
    add("at another path", None, None, proof=good, path="/refresh", spec="§ 16.6.6")
    add("in a request of no context", 503, "no-context", proof=good, context=None, spec="§ 16.6.6")
    # the identifier
    two = KEYS["xaes", "two"]
    add("no identifier", 404, "identifier", identifier=False, proof=good)
    add("an empty identifier", 404, "identifier", identifier="", proof=good)
    add("an identifier that is none", 404, "identifier", identifier="junk", proof=good)
    for which, lines in (("the identifier first", (sealed("identifier", I), "junk")), ("another text first", ("junk", sealed("identifier", I)))):
        fields = [["sec-secure-session-id", line] for line in lines] + [["secure-session-response", good]]
        endpoint(out, f"refresh: two lines of the identifier: {which}", "§ 16.5.1", *(ok if lines[1] == "junk" else (404, "identifier")), "/.session/refresh", fields)
    add("an identifier with one quote", 404, "identifier", quotes=('"', ""), proof=good)
    add("an identifier with a wrong tag", 404, "identifier", identifier=flipped(sealed("identifier", I), -1), proof=good)
    add("an identifier under an unknown key: the browser keeps its key", 503, "unknown-key", identifier=sealed("identifier", I, key=two), proof=good)
    retired = f"{line(XAES, None, NOW)}\n{line(two, I)}"
    add("an identifier under a retired key: end, and no cookie is known", *ended, identifier=sealed("identifier", I), ring=retired, proof=good, spec="§ 16.6.3, § 16.6.4")
    add("an identifier under an earlier key", *ok, ring=f"{line(XAES, None, NOW + 1)}\n{line(two, I)}", proof=good)
    for word in ("bound", "registration", "challenge"):
        add(f"the token of {word} as the identifier", 404, "identifier", identifier=sealed(word, I, payload=ONE.key), proof=good)
    add("an identifier of 32 bytes", 404, "identifier", identifier=sealed("identifier", I, payload=ONE.key[:32]), proof=good)
    add("an identifier that is no point of the curve", 404, "identifier", identifier=sealed("identifier", I, payload=b"\2" + b"\xff" * 32), proof=good)
    add("an identifier whose x is the prime", 404, "identifier", identifier=sealed("identifier", I, payload=b"\2" + d.PRIME.to_bytes(32)), proof=good)
    for first in (0, 1, 4, 5, 6, 7):
        add(f"an identifier whose first byte is {first}", 404, "identifier", identifier=sealed("identifier", I, payload=u8(first) + ONE.x), proof=good)
    for reason, text in (("UnknownFormat", base64url(b"\x7a" + bytes(60))), ("WrongMode", sealed("identifier", I, key=SIGN)), ("Encoding", sealed("identifier", I)[:-1] + "="), ("TooLong", "e" * 32_769), ("TooShort", base64url(decode_base64url(sealed("identifier", I))[:50]))):
        add(f"an identifier whose Reason is {reason}", 404, "identifier", identifier=text, proof=good)
    add("an identifier with another flag", 404, "identifier", identifier=sealed("identifier", content=body(I, limit=900, sid=SID, payload=ONE.key)), proof=good)
    add("an identifier of another context", 404, "identifier", identifier=sealed("identifier", I, context=CONTEXT), proof=good)
    add("an identifier of another application", 404, "identifier", identifier=sealed("identifier", I, **SHOP), proof=good)
    add("an identifier of another cookie", 404, "identifier", identifier=sealed("identifier", I, purpose=PLAIN), proof=good)
    add("all in this context, for this application", *ok, identifier=sealed("identifier", I, context=CONTEXT, **SHOP), proof=ONE.proof(sealed("challenge", NOW - 5, context=CONTEXT, **SHOP)), **BLUE, **SHOP)
    # marks
    name = "__Host-session.out-"
    add("the mark of its device", *ended, f"{name}{d.tag(DEVICE)}=1", proof=good, spec="§ 16.6.3, § 16.6.4")
    add("the mark of its id", *ended, f"{name}{d.tag(SID)}=1", proof=good, spec="§ 16.6.3, § 16.6.4")
    add("both marks, and its session", *ended, f"{name}{d.tag(SID)}=1", f"{name}{d.tag(DEVICE)}=1", s, proof=good, spec="§ 16.6.3, § 16.6.4")
    add("the marks of another session", *ok, f"{name}{d.tag(OTHER_SID)}=1", f"{name}{d.tag(TWO.of())}=1", proof=good)
    add("the marks of another cookie", *ok, f"session.out-{d.tag(SID)}=1", proof=good)
    # the session
    add("a session of another device", *ended, session_pair(device=TWO.of()), proof=good)
    add("an unbound session of another id", *ended, session_pair(sid=OTHER_SID), proof=good)
    add("an unbound session without an id", *ended, session_pair(sid=None), proof=good)
    add("its session under another id", *ok, session_pair(sid=OTHER_SID, device=DEVICE), proof=good)
    add("its session without an id", *ok, session_pair(sid=None, device=DEVICE), proof=good)
    add("its session is revoked", *ended, s, proof=good, policy={"not_before": I + 1})
    add("the application refuses the session that comes along", *ended, session_pair(sid=OTHER_SID, device=DEVICE), proof=good, policy={"revoked": [OTHER_SID.hex()]})
    add("the application refuses the id of the sign-in, and its session comes along under another", *ok, session_pair(sid=OTHER_SID, device=DEVICE), proof=good, policy={"revoked": [SID.hex()]}, spec="§ 16.6.3, § 16.7.5")
    add("the application refuses the id of the sign-in, and its session comes along unbound", *ended, u, proof=good, policy={"revoked": [SID.hex()]})
    add("a session that does not open", *ok, "__Host-session=junk", proof=good)
    add("a session that is idle: it cannot be told from none", *ok, session_pair(device=TWO.of(), age=0, issued=I - 4_000), proof=good)
    for state, others in (("is not yet valid", dict(issued=NOW + 61, age=0)), ("has expired by its limit", dict(limit=599)), ("is malformed", dict(schema=0)), ("is of another context", dict(context=CONTEXT))):
        add(f"a session of another device that {state}: it does not open", *ok, session_pair(device=TWO.of(), **others), proof=good)
    add("two values of two sessions", *ok, f"session={token(XAES, body(I, sid=SID), PLAIN)}", f"session={token(XAES, body(I, sid=OTHER_SID), PLAIN)}", purpose=PLAIN, identifier=sealed("identifier", I, purpose=PLAIN), proof=ONE.proof(sealed("challenge", NOW - 5, purpose=PLAIN)))
    # alive
    add("not_before after its sign-in", *ended, proof=good, policy={"not_before": I + 1}, spec="§ 16.6.5")
    add("not_before at its sign-in", *ok, proof=good, policy={"not_before": I}, spec="§ 16.6.5")
    add("the application refuses its id", *ended, proof=good, policy={"revoked": [SID.hex()]}, spec="§ 16.6.5")
    add("the application gives no answer", *ended, proof=good, policy={"revoked": "fails"}, spec="§ 16.6.5")
    for now, answer in ((I + 43_199, ok), (I + 43_200, ended)):
        add(f"{now - I:,} seconds after its sign-in", *answer, now=now, proof=ONE.proof(sealed("challenge", now - 5)), spec="§ 16.6.5")
        add(f"{now - I:,} seconds after its sign-in, with its session, remembered", *ok, session_pair(device=DEVICE, remembered=DAY), now=now, proof=ONE.proof(sealed("challenge", now - 5)), policy={"remember_up_to": 30 * DAY}, spec="§ 16.6.5")
    add("an unbound session of its id, and not_before after the sign-in of the identifier", *ended, u, identifier=sealed("identifier", I - 100), proof=good, policy={"not_before": I}, spec="§ 16.6.5")
    add("remembered sessions live shorter than others", *ok, proof=good, policy={"remember_up_to": 300}, spec="§ 16.6.5")
    for now, answer in ((I + 2 * DAY - 1, ok), (I + 2 * DAY, ended)):
        add(f"{now - I:,} seconds after its sign-in, where sessions are remembered for 2 days", *answer, now=now, proof=ONE.proof(sealed("challenge", now - 5)), policy={"remember_up_to": 2 * DAY}, spec="§ 16.6.5")
    add("an identifier from ahead", *ok, identifier=sealed("identifier", NOW + 900), proof=good, spec="§ 16.2.2, § 16.6.5")
    # the proof
    for age, answer in ((0, ok), (119, ok), (120, (403, "late")), (3_000, (403, "late"))):
        add(f"a challenge of {age} seconds ago", *answer, proof=ONE.proof(sealed("challenge", NOW - age)))
    for age, answer in ((9, ok), (10, (403, "late"))):
        add(f"challenge_for 10: a challenge of {age} seconds ago", *answer, proof=ONE.proof(sealed("challenge", NOW - age)), settings={"challenge_for": 10})
    add("a challenge of 60 seconds ahead", *ok, proof=ONE.proof(sealed("challenge", NOW + 60)))
    add("a challenge of 61 seconds ahead", 403, "late", proof=ONE.proof(sealed("challenge", NOW + 61)))
    add("a challenge of another id", 403, "challenge", proof=ONE.proof(sealed("challenge", NOW - 5, OTHER_SID)))
    add("a challenge of another context", 403, "challenge", proof=ONE.proof(sealed("challenge", NOW - 5, context=CONTEXT)))
    add("a challenge of another application", 403, "challenge", proof=ONE.proof(sealed("challenge", NOW - 5, **SHOP)))
    add("a challenge of another cookie", 403, "challenge", proof=ONE.proof(sealed("challenge", NOW - 5, purpose=PLAIN)))
    for word in ("registration", "bound", "identifier"):
        add(f"the token of {word} as the challenge", 403, "challenge", proof=ONE.proof(sealed(word, NOW - 5, payload=b"")))
    add("no challenge of ours", 403, "challenge", proof=ONE.proof("abc"))
    add("a proof that is none", 403, "malformed", proof="a.b.c")
    add("a proof by another algorithm", 403, "algorithm", proof=ONE.signed('{"alg":"none","typ":"dbsc+jwt"}', json.dumps({"jti": challenge})))
    add("a proof with a key in it", 403, "key", proof=ONE.proof(challenge, True))
    add("a proof by another key", 403, "signature", proof=TWO.proof(challenge))
    url = "https://app.test/.session/refresh"
    add("the audience", *ok, proof=ONE.proof(challenge, aud=url))
    add("the audience is the registration", 403, "audience", proof=ONE.proof(challenge, aud="https://app.test/.session/register"))
    add("the audience is another host", 403, "audience", proof=ONE.proof(challenge, aud="https://other.test/.session/refresh"))
    add("the audience of the configured origin", *ok, proof=ONE.proof(challenge, aud="https://visible.test/.session/refresh"), settings={"origin": "https://visible.test"})
    # the order
    add("order: late, and another id", 403, "challenge", proof=ONE.proof(sealed("challenge", NOW - 900, OTHER_SID)))
    add("order: late, and by another key", 403, "late", proof=TWO.proof(sealed("challenge", NOW - 900)))
    add("order: a mark, and no proof", *ended, f"{name}{d.tag(SID)}=1")
    add("order: revoked, and no proof", *ended, policy={"not_before": I + 1})
    add("order: an unknown key, and a mark", 503, "unknown-key", f"{name}{d.tag(SID)}=1", identifier=sealed("identifier", I, key=two))
    # the answer
    wide = {"attributes": {"path": "/app", "domain": "example.com", "secure": True, "same_site": "Lax", "partitioned": False}}
    plain = dict(purpose=PLAIN, identifier=sealed("identifier", I, purpose=PLAIN), **wide)
    add("another cookie with a domain and a path", *ok, proof=ONE.proof(sealed("challenge", NOW - 5, purpose=PLAIN)), spec="§ 16.5.2", **plain)
    add("another cookie with a domain and a path: end", *ended, f"session.out-{d.tag(DEVICE)}=1", f"session.out-{d.tag(SID)}=1", spec="§ 16.5.2, § 16.6.4", **plain)
    add("bound_for 180", *ok, proof=good, settings={"bound_for": 180}, spec="§ 16.5.2")
    return out
