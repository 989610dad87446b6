"""More vectors of devices.json: JSON and signatures at their edges, defaults, clocks, and two rules in one request."""

import json

import devices as d
from answers import *
from device_vectors import DEVICE, HEAD, JTI, ONE, SETTINGS, TWO, Device, bound_pair, cookie, endpoint, sealed, session_pair, usual
from material import *
from write_vectors import DAY, Writes

I = ISSUED
LAST = EPOCH + U32_MAX
BARE_SETTINGS = {"path": "/.session"}
NAME = "__Host-session"


def devices():
    return texts() + signatures() + configurations() + sessions() + writes() + registrations() + refreshes() + clocks() + defaults()


def proof(name, text, error=None, key=ONE.key, spec="§ 16.6.1"):
    v = {"name": name, "spec": spec, "kind": "proof"} | ({"key": key.hex()} if key else {}) | {"proof": text}
    v |= answer_devices(v)
    assert v.get("error") == error, (name, v)
    return v


# ---------------------------------------------------------------- § 16.6.1

def texts():
    """JSON of a header, in its member `x` or as a whole."""
    out = []

    def given(name, header, error=None):
        out.append(proof(f"JSON: {name}", ONE.signed(header, JTI), error))

    refused = lambda name, x: given(name, HEAD[:-1] + f',"x":{x}}}', "malformed")
    accepted = lambda name, x: given(name, HEAD[:-1] + f',"x":{x}}}')
    given("a key without its first quote", HEAD.replace('"typ"', 'typ"'), "malformed")
    given("a member without a colon", HEAD.replace('"typ":', '"typ" '), "malformed")
    given("a semicolon between members", HEAD.replace(",", ";"), "malformed")
    for name, x in (("a list with a comma too many", "[1,]"), ("a number with a plus sign", "+1"), ("a number that ends in a point", "1."), ("a number that begins with a point", ".5"),
                    ("a number without its exponent", "1e"), ("an exponent of a sign alone", "1e+"), ("a minus sign alone", "-"), ("an unknown escape", '"\\x41"'), ("an escape of three digits", '"\\u041"'),
                    ("a word that is none", "nul"), ("objects, 128 levels deep", '{"x":' * 127 + "1" + "}" * 127)):
        refused(name, x)
    for name, x in (("numbers in all their forms", "[0,-0,1.5,-1e5,1E+5,1e-05]"), ("every escape", '"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000"'), ("objects, 32 levels deep", '{"x":' * 31 + "1" + "}" * 31)):
        accepted(name, x)
    for escapes in (r"\ud83c\u0041", r"\ud800\udbff", r"\ud800\ue000", r"\udfff", r"\udbff", r"\ud83c\n", r"\udc00\ud800"):
        refused(f"surrogates: {escapes}", f'"{escapes}"')
    for escapes in (r"\ud7ff", r"\ue000", r"\ud800\udc00", r"\udbff\udfff"):
        accepted(f"surrogates: {escapes}", f'"{escapes}"')
    refused("a pair of surrogates and its character as two keys", '{"\\ud83c\\udf6a":1,"🍪":2}')
    accepted("a pair of surrogates and another character as two keys", '{"\\ud83c\\udf6a":1,"🍩":2}')
    given("a crit of null", HEAD[:-1] + ',"crit":null}', "malformed")
    short = ONE.signed('{"alg":"none","typ":"dbsc+jwt"}', JTI).rpartition(".")[0] + "." + base64url(bytes(63))
    out.append(proof("order: another algorithm, and a signature of 63 bytes", short, "malformed"))
    return out


def signatures():
    """§ 16.6.1, ES256: numbers that another encoding writes with a byte more, or with one less."""
    out = []
    made = lambda n: ONE.signed(HEAD, f'{{"jti":"c{n}"}}')
    parts = lambda text: decode_base64url(text.rpartition(".")[2])
    for name, at, byte in (("r begins with a zero byte", 0, 0), ("s begins with a zero byte", 32, 0), ("r begins with the byte 80", 0, 0x80), ("s begins with the byte 80", 32, 0x80)):
        out.append(proof(f"a signature whose {name}", next(text for n in range(100_000) if parts(text := made(n))[at] == byte)))
    return out


SHORT = next(device for n in range(100_000) if (device := Device(f"device key {n}")).y[0] == 0)
ROOTLESS = next(x for x in range(1, 100) if pow((x**3 - 3 * x + 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B) % d.PRIME, (d.PRIME - 1) // 2, d.PRIME) != 1)


# ---------------------------------------------------------------- § 16.1

def configurations():
    out = []

    def add(accepted, name, spec="§ 16.1.1", devices=None, carrier={"cookie": NAME} | writer.DEFAULT_ATTRIBUTES, **settings):
        v = {"name": f"config: {name}", "spec": spec, "kind": "config"} | carrier | {"devices": devices or SETTINGS | settings}
        v |= answer_devices(v)
        assert v["accepted"] == accepted, name
        out.append(v)

    add(False, "an excluded path with a percent sign", excluded=["/a%20b"])
    add(True, "an excluded path with a tilde", excluded=["/~a"])
    add(True, "an origin with a low line", origin="https://a_b.test")
    add(True, "an origin with the port 443", origin="https://app.test:443")
    add(True, "a path, and nothing more", "§ 16.1", BARE_SETTINGS)
    add(False, "sessions in a header field", "§ 16.1.2", BARE_SETTINGS, {"field": "x-session"})
    add(False, "sessions in the field Authorization", "§ 16.1.2", BARE_SETTINGS, {"field": "authorization"})
    return out


# ---------------------------------------------------------------- § 16.3, § 16.4

def sessions():
    out = []

    def opens(name, spec, result, request, **setup):
        v = usual(f"open: {name}", spec, "open", **setup) | {"request": request}
        v |= answer_devices(v)
        found = v["expect"].get("opened")
        assert (v["expect"].get("rejected") if found is None else found["until"]) == result, (name, v["expect"])
        out.append(v)

    s, u, bound = session_pair(device=DEVICE), session_pair(), bound_pair()
    own = f"{NAME}.b-{d.tag(DEVICE)}"
    opens("a bound cookie with a space before the equals sign", "§ 16.3.1", "Stale", cookie(s, bound.replace("=", " =", 1)))
    opens("a bound cookie whose name is in another case", "§ 16.3.1", "Stale", cookie(s, bound.replace(NAME, "__host-session", 1)))
    opens("a bound cookie whose tag is in another case", "§ 16.3.1", "Stale", cookie(s, bound.replace(own, NAME + ".B-" + own[-8:], 1)))
    opens("became bound, and a session without a device would be admitted for longer", "§ 16.3.2", I + 700, cookie(u, bound_pair(issued=I + 100)), settings={"required_after": 3_000})
    opens("became bound, and a session without a device would be admitted for less", "§ 16.3.2", I + 1_150, cookie(u, bound_pair(issued=I + 550)), settings={"required_after": 700})
    opens("an empty value of the session", "§ 7.3, § 16.3.2", "TooShort", cookie(f"{NAME}=", bound))
    return out


def writes():
    collected = Writes("write")

    def add(name, spec, result, request, fields, *actions, settings=None, **more):
        v = collected.add(f"write: {name}", spec, result, None, *actions, request=request or [], devices=SETTINGS if settings is None else settings, **more)
        sent = ["mark" if ".out-" in value else "bound" if ".b-" in value else name for name, value in v["expect"]["fields"] if name != "set-cookie" or ".out-" in value or ".b-" in value]
        assert sent == fields, (name, sent)

    older = lambda ago, age, **fields: session_pair(issued=NOW - ago, age=age, **fields)
    add("a sign-in of 130 seconds ago, used 60 seconds later: a new id leaves no mark", "§ 16.4.2", {"sid": "new"}, cookie(older(130, 60)), [], "new-id")
    add("a sign-in of 119 seconds ago, used 60 seconds later: a new id leaves a mark", "§ 16.4.2", {"sid": "new"}, cookie(older(119, 60)), ["mark"], "new-id")
    add("a bound session is left 20 seconds after its sign-in: the marks of its device alone", "§ 16.4.2", "expired", cookie(older(20, 5, device=DEVICE), bound_pair()), ["bound", "mark"], "invalidate")
    # the defaults
    add("by default: an offer", "§ 16.1", {"sid": "new"}, cookie(session_pair()), ["secure-session-registration"], "renew", settings=BARE_SETTINGS)
    for ago, marks in ((119, ["mark"]), (120, [])):
        add(f"by default: a session is left {ago} seconds after its sign-in", "§ 16.1, § 16.1.3", "expired", cookie(older(ago, 0)), marks, "invalidate", settings=BARE_SETTINGS)
    return collected.vectors


# ---------------------------------------------------------------- § 16.6

def registers(offer, device=ONE, **claims):
    return device.proof(offer, True, **claims)


def register(out, name, status, word, text, *pairs, spec="§ 16.6.2", **setup):
    fields = [["secure-session-response", text]] + (cookie(*pairs) if pairs else [])
    return endpoint(out, f"register: {name}", spec, status, word, "/.session/register", fields, **setup)


def refresh(out, name, status, word, identifier, text=None, *pairs, spec="§ 16.6.3", **setup):
    fields = [["sec-secure-session-id", identifier]] + ([["secure-session-response", text]] if text else []) + (cookie(*pairs) if pairs else [])
    return endpoint(out, f"refresh: {name}", spec, status, word, "/.session/refresh", fields, **setup)


def registrations():
    out = []
    offer = sealed("registration", NOW - 5)
    ok, good, url = (200, "registered"), registers(offer), "/.session/register"
    v = register(out, "with a session whose age is 3", *ok, good, session_pair(issued=NOW - 5, age=3))
    assert v["expect"]["sealed"]["session"]["age"] == 3
    typed = {"expects": {"schema": 2}}
    v = register(out, "with a session of a type", *ok, good, session_pair(issued=NOW - 5, age=0, schema=2, payload=VISIT), **typed)
    assert v["expect"]["sealed"]["session"]["schema"] == 2
    v = register(out, "with a session of an earlier version of its type", *ok, good, session_pair(issued=NOW - 5, age=0, schema=1, payload=VISIT), **typed)
    assert v["expect"]["sealed"]["session"]["schema"] == 1
    register(out, "order: another session that is revoked, and no key", 400, "session", ONE.proof(offer), session_pair(issued=NOW - 5, age=0, sid=OTHER_SID), policy={"revoked": [OTHER_SID.hex()]})
    register(out, "order: no key, and another audience", 400, "key", ONE.proof(offer, aud="https://other.test/"))
    for host, audience, answer in (("app.test:80", "https://app.test", (400, "audience")), ("app.test:80", "https://app.test:80", ok), ("App.Test:8443", "https://app.test:8443", ok),
                                   ("app.test:443", "https://app.test", ok), ("app.test:443", "https://app.test:443", (400, "audience"))):
        register(out, f"the host {host}, and an audience at {audience}", *answer, registers(offer, aud=audience + url), host=host, spec="§ 16.6.1")
    configured = {"origin": "https://app.test:443"}
    register(out, "an origin with the port 443, and an audience without", 400, "audience", registers(offer, aud="https://app.test" + url), settings=configured, spec="§ 16.6.1")
    register(out, "an origin with the port 443, and an audience with it", *ok, registers(offer, aud="https://app.test:443" + url), settings=configured, spec="§ 16.6.1")
    aged(out, lambda: register(out, "the age of what it gives", *ok, registers(sealed("registration", NOW - 60)), spec="§ 16.2.1"))
    register(out, "a key whose y begins with a zero byte", *ok, registers(offer, SHORT))
    return out


def refreshes():
    out = []
    identifier, challenge = sealed("identifier", I), sealed("challenge", NOW - 5)
    ok, ended, url = (200, "refreshed"), (200, "ended"), "/.session/refresh"
    good = ONE.proof(challenge)
    refresh(out, "a key whose y begins with a zero byte", *ok, sealed("identifier", I, payload=SHORT.key), SHORT.proof(challenge))
    for first in (2, 3):
        refresh(out, f"an identifier whose x has no point, its first byte {first}", 404, "identifier", sealed("identifier", I, payload=u8(first) + ROOTLESS.to_bytes(32)), good)
    unreadable = session_pair(device=TWO.of(), payload=DATA + b"\0")
    refresh(out, "a session of another device whose payload cannot be read", *ended, identifier, good, unreadable)
    refresh(out, "its session, whose payload cannot be read", *ok, identifier, good, session_pair(device=DEVICE, payload=DATA + b"\0"))
    unknown = sealed("identifier", I, key=KEYS["xaes", "two"])
    refresh(out, "a quote, an identifier under an unknown key, and a character", 404, "identifier", f'"{unknown}x', good, spec="§ 16.5.1")
    refresh(out, "an identifier under an unknown key, and a quote", 404, "identifier", f'{unknown}"', good, spec="§ 16.5.1")
    for host, audience, answer in (("app.test:80", "https://app.test", (403, "audience")), ("app.test:80", "https://app.test:80", ok)):
        refresh(out, f"the host {host}, and an audience at {audience}", *answer, identifier, ONE.proof(challenge, aud=audience + url), host=host, spec="§ 16.6.1")
    aged(out, lambda: refresh(out, "the age of the bound cookie", *ok, identifier, ONE.proof(sealed("challenge", NOW - 60)), spec="§ 16.2.1"))
    aged(out, lambda: refresh(out, "the age of a challenge", 403, "late", identifier, ONE.proof(sealed("challenge", NOW - 900)), spec="§ 16.2.1"))
    return out


def aged(out, add):
    """The last vector of `out`, with the ages of what was sealed (§ 16.2.1)."""
    add()
    out[-1] |= answer_endpoint(out[-1], ages=True)
    assert all(held["age"] == 0 for held in out[-1]["expect"]["sealed"].values())


def clocks():
    """§ 6.4, § 16.6.6: an answer that cannot be sealed."""
    out, failed = [], (503, "clock")
    for moment, now, name, answer in ((EPOCH, EPOCH - 30, "before the first second", failed), (EPOCH, EPOCH, "the first second", None),
                                      (LAST, LAST, "the last second", None), (LAST, LAST + 1, "after the last second", failed)):
        policy = {"idle": None, "absolute": DAY}
        offer, identifier, challenge = (sealed(word, moment) for word in ("registration", "identifier", "challenge"))
        setup = {"now": now, "policy": policy, "spec": "§ 6.4, § 16.6.6"}
        register(out, f"{name} of the format", *(answer or (200, "registered")), registers(offer), **setup)
        refresh(out, f"{name} of the format", *(answer or (200, "refreshed")), identifier, ONE.proof(challenge), **setup)
        refresh(out, f"{name} of the format: a challenge", *(answer or (403, "malformed")), identifier, **setup)
    setup = {"now": EPOCH - 30, "spec": "§ 6.4, § 16.6.6"}
    register(out, "before the first second of the format: a proof that is none", 400, "malformed", "a.b.c", **setup)
    refresh(out, "before the first second of the format: an end, which seals nothing", 200, "ended", sealed("identifier", EPOCH), None, f"{NAME}.out-{d.tag(SID)}=1", **setup)
    return out


def defaults():
    """§ 16.1: settings that are left out."""
    out, spec = [], "§ 16.1"
    bare = lambda v: v | {"devices": BARE_SETTINGS}

    def add(make, *arguments, **setup):
        made = []
        make(made, *arguments, spec=spec, **setup)
        v = bare(made[0])
        out.append(v | answer_devices(v))
        assert out[-1]["expect"] == made[0]["expect"], v["name"]

    identifier = sealed("identifier", I)
    add(register, "by default: registered", 200, "registered", registers(sealed("registration", NOW - 119), aud="https://app.test/.session/register"))
    add(register, "by default: an offer of 120 seconds ago", 400, "late", registers(sealed("registration", NOW - 120)))
    add(refresh, "by default: a challenge of 119 seconds ago", 200, "refreshed", identifier, ONE.proof(sealed("challenge", NOW - 119)))
    add(refresh, "by default: a challenge of 120 seconds ago", 403, "late", identifier, ONE.proof(sealed("challenge", NOW - 120)))
    for name, request, until in (("a bound cookie of 599 seconds ago", cookie(session_pair(device=DEVICE), bound_pair(issued=NOW - 599)), NOW + 1),
                                 ("a bound cookie of 600 seconds ago", cookie(session_pair(device=DEVICE), bound_pair(issued=NOW - 600)), "Stale"),
                                 ("a session without a device", cookie(session_pair()), None)):
        v = bare(usual(f"open: by default: {name}", spec, "open") | {"request": request})
        v |= answer_devices(v)
        assert (v["expect"]["opened"]["until"] if "opened" in v["expect"] else v["expect"]["rejected"]) == until, name
        out.append(v)
    return out
