"""More vectors of devices.json: claims as JSON, tags, marks, and requests that are nearly those of an endpoint."""

from answers import *
from corner_devices import I, NAME, proof, register, registers
from device_vectors import DEVICE, HEAD, JTI, ONE, SETTINGS, bound_pair, cookie, d, endpoint, sealed, session_pair, usual
from material import *
from write_vectors import DAY, HOUR, Writes

URL = "https://app.test/.session/refresh"


def devices():
    return claims() + proofs() + configurations() + sessions() + writes() + registrations() + others()


# ---------------------------------------------------------------- § 16.6.1

def claims():
    """JSON of the claims, in their member `x`."""
    out = []
    given = lambda name, text, error=None: out.append(proof(f"claims: {name}", ONE.signed(HEAD, text), error))
    member = lambda name, x, error=None: given(name, JTI[:-1] + f',"x":{x}}}', error)
    member("lists, 127 levels deep", "[" * 126 + "]" * 126)
    member("objects, 127 levels deep", '{"x":' * 126 + "1" + "}" * 126)
    member("an empty object, an empty list, false, and a text with a space", '[{},[],false,"a b"]')
    member("a text with U+007F", '"\x7f"')
    member("a text with U+001F", '"\x1f"', "malformed")
    member("an unknown escape", '"\\x0041"', "malformed")
    member("two low surrogates", r'"\udc00\udc00"', "malformed")
    member("half of a surrogate pair, and what looks like the other half", r'"\ud83c__df6a"', "malformed")
    member("a word in another case", "True", "malformed")
    member("a number that is 0 in binary64, and an integer beyond 2^53", "[1e-400,12345678901234567890]")
    member("keys that differ in case", '{"a":1,"A":2}')
    given("an equals sign in place of a colon", '{"jti"="c"}', "malformed")
    given("a time that is a text", JTI[:-1] + ',"iat":"now"}')
    given("a challenge with every escape", r'{"jti":"\" \\ \/ \b \f \n \r \t \u0041"}')
    return out


def proofs():
    out = [proof("the type with application/ before it", ONE.signed(HEAD.replace("dbsc", "application/dbsc"), JTI), "malformed")]
    jwk = lambda **members: HEAD[:-1] + ',"jwk":' + json_of(ONE.jwk | members) + "}"
    out.append(proof("a registration whose key has a use and another algorithm", ONE.signed(jwk(use="enc", alg="ECDH-ES"), JTI), key=None))
    v = proof("the audience has escaped slashes", ONE.signed(HEAD, JTI[:-1] + ',"aud":"' + URL.replace("/", "\\/") + '"}')) | {"url": URL}
    out.append(v | answer_devices(v))
    good = ONE.signed(HEAD, JTI)
    out.append(proof("a quoted proof with a backslash, which escapes nothing", f'"{good[:5]}\\{good[5:]}"', "malformed", spec="§ 16.5.1, § 16.6.1"))
    return out


def json_of(members):
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in members.items()) + "}"


# ---------------------------------------------------------------- § 16.1, § 16.3, § 16.4

def configurations():
    out = []

    def add(accepted, name, **settings):
        v = {"name": f"config: {name}", "spec": "§ 16.1.1", "kind": "config", "cookie": NAME} | writer.DEFAULT_ATTRIBUTES | {"devices": SETTINGS | settings}
        v |= answer_devices(v)
        assert v["accepted"] == accepted, name
        out.append(v)

    add(False, "a path that ends in LF", path="/.session\n")
    add(False, "an origin that ends in LF", origin="https://app.test\n")
    add(False, "a path with a letter before it", path="x/.session")
    add(False, "an origin with a letter before it", origin="xhttps://app.test")
    add(True, "an origin with a hyphen", origin="https://my-app.test")
    return out


def sessions():
    out = []

    def opens(name, spec, result, *pairs, **setup):
        v = usual(f"open: {name}", spec, "open", **setup) | {"request": cookie(*pairs)}
        v |= answer_devices(v)
        found = v["expect"].get("opened")
        assert (v["expect"].get("rejected") if found is None else found["until"]) == result, (name, v["expect"])
        out.append(v)

    opens("a bound session alone, and one without a device would be admitted", "§ 16.3.2", "Stale", session_pair(device=DEVICE), settings={"required_after": 3_600})
    for name, character in (("a hyphen", "-"), ("a low line", "_")):
        device = next(found for n in range(1_000) if character in d.tag(found := test_bytes(f"device {n}")[:16]))
        opens(f"a tag with {name}", "§ 16.3.1", I + 1_100, session_pair(device=device), bound_pair(device, issued=I + 500))
    marks = [f"{NAME}.out-{d.tag(x)}=1" for x in (DEVICE, SID)]
    opens("a bound session with its bound cookie, and marks", "§ 16.3.2", I + 1_100, session_pair(device=DEVICE), bound_pair(issued=I + 500), *marks)
    opens("it becomes bound, though there are marks", "§ 16.3.2", I + 1_100, session_pair(), bound_pair(issued=I + 500), *marks)
    return out


def writes():
    collected = Writes("write")
    add = lambda name, result, request, *actions: collected.add(f"write: {name}", "§ 16.4.2", result, None, *actions, request=request, devices=SETTINGS)
    v = add("bound, renewed, and discarded: nothing", "nothing", cookie(session_pair(device=DEVICE), bound_pair(issued=I + 500)), "renew", "discard")
    assert v["expect"]["fields"] == []
    add("a CSRF token of a stale one: reading", "nothing", cookie(session_pair(device=DEVICE)), "csrf")
    add("a CSRF token of a stale one without an id: refused", "refused", cookie(session_pair(device=DEVICE, sid=None)), "csrf")
    return collected.vectors


# ---------------------------------------------------------------- § 16.6

def registrations():
    out, offer = [], sealed("registration", NOW - 5)
    good, ok, ended = registers(offer), (200, "registered"), (400, "ended")
    young = session_pair(issued=NOW - 5, age=0)
    v = register(out, "with a session that waits for a validation", *ok, good, young, policy={"revalidate_after": 1}, spec="§ 16.6.2, § 16.6.5")
    assert "session" in v["expect"]["sealed"]
    register(out, "with its session, and both are revoked", *ended, good, young, policy={"revoked": [SID.hex()]})
    register(out, "an offer from before not_before", *ended, good, ring=f"{line(XAES)}\nnot_before={time_text(NOW - 4)}", spec="§ 16.6.5")
    register(out, "at the port 4430", *ok, registers(offer, aud="https://app.test:4430/.session/register"), host="app.test:4430", spec="§ 16.6.1")
    attributes = writer.DEFAULT_ATTRIBUTES | {"domain": "example.com"}
    register(out, "a path is excluded, and the cookie has a domain", *ok, registers(sealed("registration", NOW - 5, purpose=PLAIN)), purpose=PLAIN, attributes=attributes, settings={"excluded": ["/static"]}, spec="§ 16.5.3")
    padded = session_pair(issued=NOW - 5, age=0, payload=pack({"a": "x" * 2_200}), pad=60)
    v = register(out, "with a session of more content than the room, and more padding than a device", *ok, good, padded, spec="§ 9.5.3, § 16.6.2")
    assert "session" in v["expect"]["sealed"]
    return out


def others():
    """Requests that are the application's (§ 16.6.6)."""
    out, path = [], "/.session/register"
    fields = [["secure-session-response", registers(sealed("registration", NOW - 5))]]
    theirs = lambda name, path=path, spec="§ 16.6.2, § 16.6.6", **setup: endpoint(out, f"register: {name}", spec, None, None, path, fields, **setup)
    theirs("at the path with a letter in percent-encoding", "/.session/%72egister")
    theirs("by post, in lower case", method="post")
    theirs("of no context, at another path", "/login", spec="§ 16.6.6", context=None)
    theirs("of no context, by GET", spec="§ 16.6.6", method="GET", context=None)
    return out


# ---------------------------------------------------------------- sessions that last

REMEMBER = {"remember_up_to": 30 * DAY}
IDLE = 8 * HOUR
LASTING = REMEMBER | {"remembered_idle": IDLE}
EVERY = {"refresh_after": "every-request"}
PERSISTENT = {"persistent": True}


def lasting():
    out, collected = [], Writes("write")
    session, bound, settings = session_pair, bound_pair(), SETTINGS
    device = DEVICE

    def sends(name, spec, result, pairs, *actions, policy, touch="touched"):
        v = collected.add(f"write: {name}", spec, result, None, *actions, request=cookie(*pairs), devices=settings, policy=policy)
        assert v["expect"]["touch"] == touch, v["expect"]

    sends("every request: a stale one, untouched", "§ 8.12, § 16.3.4", "nothing", [session(device=device)], policy=EVERY, touch="untouched")
    sends("every request: a bound one, untouched: refreshed", "§ 8.12", {"age": 600, "device": device.hex()}, [session(device=device), bound], policy=EVERY)
    sends("every request: remembered, and became bound, untouched: its device is sealed, and the age stays", "§ 8.12, § 16.3.3", {"device": device.hex(), "remembered": 9 * DAY},
          [session(remembered=9 * DAY), bound], policy=EVERY | REMEMBER)
    sends("persistent: became bound: Max-Age goes by the old age", "§ 8.9, § 8.10, § 16.3.3", {"device": device.hex()}, [session(age=300), bound], "read", policy=PERSISTENT)
    offer = sealed("registration", NOW - 5)
    for name, policy, fields in (("persistent", PERSISTENT, {}), ("remembered, with remembered_idle", LASTING, {"remembered": 9 * DAY})):
        v = register(out, f"with its session, {name}: Max-Age goes by its age", 200, "registered", registers(offer), session(issued=NOW - 5, age=0, **fields), policy=policy, spec="§ 8.10, § 16.6.2")
        assert f"Max-Age={1_795 if policy is PERSISTENT else IDLE - 5}" in v["expect"]["fields"][-1][1], v["expect"]["fields"]
    return collected.vectors + out
