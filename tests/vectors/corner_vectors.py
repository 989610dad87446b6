"""More vectors of keys, rings, tokens and configurations: the far side of a bound, and two rules in one place."""

from answers import *
from material import *


def vector(file, name, spec, expected, answer=None, **given):
    """A vector of a file. Its answer has at least what is expected."""
    v = {"name": name, "spec": spec} | given
    found = (answer or ANSWERS[file])(v)
    assert expected.items() <= found.items(), (name, found)
    return v | found


def derivation():
    long = {"kind": "token", "name": "n" * 65_530}
    return [vector("derivation", "xaes: refused: a purpose of 65,536 bytes and an empty application: the purpose", "§ 14.4", {"error": "purpose"},
                   key=XAES.text, purpose=long, application="")]


def keys():
    return [vector("keys", "refused: a NUL after it, which is no white space", "§ 3.3.1", {"error": "length"}, text=XAES.text + "\0")]


def rings():
    refused = lambda name, spec, error, ring: vector("rings", name, spec, {"error": error}, mode="encrypted", ring=ring)
    passes = lambda name, spec, ring: vector("rings", name, spec, {}, lambda v: answer_rings(v, [NOW]), mode="encrypted", ring=ring)
    two = f"{line(XAES, None, NOW + 1)},{line(KEYS['xaes', 'two'], ISSUED)}"
    out = [passes("one secret under both encrypted types: two keys", "§ 3.1.3, § 3.4.7", f"{line(XAES)}\n{line(Key('xcha', XAES.secret))}"),
           refused("refused as a key: a vertical tab before it", "§ 3.5.1", "key", "\v" + line(XAES)),
           refused("refused as a key: a vertical tab after it", "§ 3.5.1", "key", line(XAES) + "\v"),
           passes("a space, a line end and a space around the comma form", "§ 3.5.1", f" \n {two} \n ")]
    assert all("expect" in v or "error" in v for v in out)
    return out


def openings(o):
    """Adds to the vectors of `o`."""
    characters(o)
    nested_keys(o)
    long_forms(o)
    steps(o)
    not_a_number(o)
    return o.vectors


def opens(o, name, payload, spec):
    return o.passes(f"dictionary: {name}", spec, XAES, token(XAES, body(ISSUED, payload=payload)))


def refused(o, name, twin, payload, spec="§ 5.4.5"):
    o.fails(f"dictionary refused: {name}", spec, "Payload", twin, XAES, token(XAES, body(ISSUED, payload=payload)))


def characters(o):
    last, beyond = b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80"
    good = opens(o, "U+10FFFF, the last code point, in a value and as a key", b"\x81\xa4" + last + b"\xa4" + last, "§ 5.3.2, § 5.4.5")
    refused(o, "a code point beyond U+10FFFF in a value", good, b"\x81\xa4" + last + b"\xa4" + beyond, "§ 5.3.2, § 5.4.5")
    refused(o, "a code point beyond U+10FFFF in an outer key", good, b"\x81\xa4" + beyond + b"\xa4" + last, "§ 5.3.2, § 5.4.5")
    flash = lambda text: raw(HAS_FLASH, b"\0\x01\x01q\x04" + text)
    good = o.passes("flash: U+10FFFF, the last code point", "§ 5.3.2", XAES, token(XAES, flash(last)))
    o.fails("flash: a code point beyond U+10FFFF", "§ 5.3.2", "Malformed", good, XAES, token(XAES, flash(beyond)))


def not_a_number(o):
    """§ 5.4.6: a reader checks no value of a number."""
    for name, value in (("NaN of 64 bits", "cb7ff8000000000000"), ("NaN of 32 bits", "ca7fc00000"), ("NaN with another payload", "cbfff0000000000001"), ("infinity", "cb7ff0000000000000"), ("minus infinity of 32 bits", "caff800000")):
        opens(o, f"a value: {name}", b"\x81\xa1a" + bytes.fromhex(value), "§ 5.4.6")
    nan, other = bytes.fromhex("cb7ff8000000000000"), bytes.fromhex("cb7ff8000000000001")
    good = opens(o, "a map within a value: two NaNs of different bytes are two keys", b"\x81\xa1a\x82" + nan + b"\1" + other + b"\2", "§ 5.4.5")
    refused(o, "a map within a value, the same NaN twice", good, b"\x81\xa1a\x82" + nan + b"\1" + nan + b"\2")


def nested_keys(o):
    """§ 5.4.5 (h) at the bounds of each form."""
    inside = lambda key: b"\x81\xa1a\x81" + key + b"\1"
    good = opens(o, "a map within a value: -2^63 as a key", inside(bytes.fromhex("d38000000000000000")), "§ 5.4.5")
    opens(o, "a map within a value: a key of 64 bits whose lower half begins with a 1, -2^32 - 2^31", inside(bytes.fromhex("d3fffffffe80000000")), "§ 5.4.5")
    for form in ("d07f", "d17fff", "d27fffffff", "d30080000000000000"):
        refused(o, f"the key of a map within a value: the integer {form}", good, inside(bytes.fromhex(form)))
    refused(o, "the key of a map within a value: a text of 31 bytes with a byte of length", good, inside(b"\xd9\x1f" + b"k" * 31))
    one = struct.pack(">f", 1.0), struct.pack(">d", 1.0)
    for name, pair in (("1.0 of 32 bits and 1.0 of 64 bits", (b"\xca" + one[0], b"\xcb" + one[1])), ("1 and 1.0", (b"\1", b"\xcb" + one[1])),
                       ("0.0 and -0.0", (b"\xca" + bytes(4), b"\xca\x80" + bytes(3)))):
        opens(o, f"a map within a value: {name} are two keys", b"\x81\xa1a\x82" + pair[0] + b"\1" + pair[1] + b"\2", "§ 5.4.5")


def long_forms(o):
    for name, value in (("a byte string with two bytes of length", "c50001ff"), ("a byte string with four bytes of length", "c600000001ff"),
                        ("-1 in 16 bits", "d1ffff"), ("5 in signed 8 bits", "d005")):
        opens(o, f"a value in a longer form: {name}", b"\x81\xa1a" + bytes.fromhex(value), "§ 5.4.6")
    opens(o, "a map of 15 entries within a value", pack({"a": {f"k{n:02}": n for n in range(15)}}), "§ 5.4.3")
    two = "dictionary: two keys"
    for start in ("de", "de00", "df", "df000000"):
        refused(o, f"the header of the outer map ends early, {start}", two, bytes.fromhex(start))


def steps(o):
    hostile = {"kind": "cookie", "name": "__Hostile"}
    first, second = (token(XAES, body(ISSUED, sid=sid), hostile) for sid in (SID, OTHER_SID))
    one = o.passes("a name that begins as __Host- does, without the hyphen: one session", "§ 7.0", XAES, first, purpose=hostile)
    o.fails("a name that begins as __Host- does, without the hyphen: two sessions", "§ 7.0", "Duplicate", one, XAES, [first, second], purpose=hostile)
    nameless = token(XAES, body(ISSUED, payload=DATA))
    one = o.passes("revocation: a session without a sid, and the application refuses none", "§ 7.8", XAES, nameless, policy={"revoked": []})
    o.fails("revocation: a session without a sid, and the application gives no answer", "§ 7.8", "Revoked", one, XAES, nameless, policy={"revoked": "fails"})
    empty = token(XAES, body(ISSUED, schema=1))
    o.fails("typed: an older schema without a byte is not the empty value", "§ 5.5.3", "Payload", "typed: schema 2", XAES, empty, expects={"schema": 2})


def cookies():
    base = {"path": "/", "domain": None, "secure": True, "same_site": "Lax", "partitioned": False}
    config = lambda accepted, name, **v: vector("cookies", f"config: {name}", "§ 9.1.2", {"accepted": accepted}, kind="config", **{"cookie": "session"} | base | v)
    return [config(False, "a domain whose label begins with a low line", domain="_a.example"),
            config(False, "a domain whose label ends with a low line", domain="a_.example")]


def policies():
    usual = {"idle": None, "absolute": 43_200, "remember_up_to": None, "skew": 60}
    add = lambda name, spec, accepted, **policy: vector("policies", name, spec, {"accepted": accepted}, policy=usual | policy)
    return [add("absolute of 0 while idle is off", "§ 8.0", False, absolute=0), add("absolute of 1 while idle is off", "§ 8.0", True, absolute=1)]
