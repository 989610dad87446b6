"""More vectors of keys, rings, tokens and cookies: what a reader in another language may get from its libraries."""

from answers import *
from corner_vectors import opens, refused, vector
from material import *

# Characters that some libraries take for white space, or for the end of a line.
NO_SPACE = ("\0", "\x1c", "\x1f", "\x85", "\u2028")
TWO = KEYS["xaes", "two"]
SMALL, USUAL = "xaes: the smallest body opens", "xaes: a dictionary opens"


def derivation():
    return [vector("derivation", "xaes: refused: a field whose purpose is a byte too long", "§ 3.2.1", {"error": "purpose"}, key=XAES.text, purpose={"kind": "header", "name": "x" * 65_529}),
            vector("derivation", "xaes: a field with every letter in upper case", "§ 3.2.1", {}, key=XAES.text, purpose={"kind": "header", "name": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"})]


def code(character):
    return f"U+{ord(character):04X}"


def keys():
    refused = lambda name, error, text: vector("keys", f"refused: {name}, which is no white space", "§ 3.3.1", {"error": error}, text=text)
    out = []
    for character in NO_SPACE[1:3]:
        out += [refused(f"{code(character)} after it", "length", XAES.text + character), refused(f"{code(character)} before it", "prefix", character + XAES.text)]
    # 48 characters are 36 bytes: the secret, and the checksum.
    secret = decode_base64url("hardtack_key_QwErTyUiOpAsDfGhJkLzXcVbNm0122SDzmU")[:32]
    out.append(vector("keys", "the secret begins as the text of a key does", "§ 3.3.2", {}, text=Key("xaes", secret).text))
    return out


def built():
    """Rings without a text (§ 3.4.1, § 14.3)."""
    def ring(name, error, *keys, spec="§ 3.4.1, § 14.3", key=XAES, **more):
        mode = key.mode
        v = {"mode": mode, "keys": [[key.text, *times] for key, *times in keys]} | more
        made = vector("rings", f"without a text: {name}", spec, {}, lambda v: answer_rings(v, [ISSUED, NOW]), **v)
        assert made.get("error") == error, made
        return made

    early = EPOCH - 1
    return [ring("one key", None, (XAES, None, None), spec="§ 3.4.2, § 3.6"), ring("a signing key", None, (SIGN, None, None), key=SIGN, spec="§ 3.4.2, § 3.6"),
            ring("times", None, (XAES, None, NOW + 60), (TWO, NOW, None), spec="§ 3.4.2, § 3.4.3"),
            ring("the first listed of two is the latest", None, (XAES, None, None), (TWO, None, None), spec="§ 3.4.2"),
            ring("seal_from at EPOCH", None, (XAES, EPOCH, None)), ring("seal_from before EPOCH", "time", (XAES, early, None)),
            ring("accept_until before EPOCH", "time", (TWO, None, None), (XAES, None, early)),
            ring("not_before", None, (XAES, None, None), not_before=NOW), ring("not_before at EPOCH", None, (XAES, None, None), not_before=EPOCH),
            ring("not_before before EPOCH is absent", None, (XAES, None, None), not_before=early),
            ring("no key", "empty"), ring("a key twice", "duplicate", (XAES, None, None), (XAES, NOW, None)),
            ring("a key twice, with a time before EPOCH", "time", (XAES, None, None), (XAES, early, None)),
            ring("the last key retires", "last-retires", (XAES, None, NOW)), ring("a key retires too early", "retires-too-early", (XAES, None, NOW), (TWO, NOW, None))]


def rings():
    refused = lambda name, spec, error, ring: vector("rings", name, spec, {"error": error}, mode="encrypted", ring=ring)
    one, two = line(XAES), line(TWO)
    out = [refused("refused as an attribute: another character in place of =", "§ 14.3", "attribute", f"{one} accept_until:2027-03-01T06:00:00Z"),
           refused("refused as an attribute: accept_until alone", "§ 14.3", "attribute", f"{one} accept_until"),
           refused("the comma form, refused as blank: a comment before the first item", "§ 3.5.2, § 14.3", "blank", f"# keys\n{one},{two}"),
           refused("the comma form, refused as a key: a comment behind a line end", "§ 3.5.2, § 14.3", "key", f"{one},\n# keys\n{two}"),
           refused("the comma form, refused as a key: an item of one line end", "§ 3.5.2, § 14.3", "key", f"{one},\n,{two}"),
           refused("order: a not_before that is no time, and then no key", "§ 14.3", "time", "not_before=2027\nhardtack_key_v2"),
           refused("refused as a time: the month 0", "§ 3.5.5", "time", f"{one} seal_from=2027-00-10T06:00:00Z"),
           refused("refused as a key: a line of a form feed", "§ 3.5.2", "key", f"{one}\n\f\n{two}")]
    kept = vector("rings", "a key that never retires cuts nothing short", "§ 3.4.8", {}, lambda v: answer_rings(v, [NOW]), mode="encrypted", ring=f"{one}\n{line(TWO, ISSUED)}", longest=3_600)
    assert kept["expect"]["cut_short"] is False
    out.append(kept)
    for character in NO_SPACE:
        for where, ring in (("after", one + character), ("before", character + one)):
            out.append(refused(f"refused as a key: {code(character)} {where} it", "§ 3.5.1", "key", ring))
    for character in NO_SPACE[:3]:
        out.append(refused(f"the comma form, refused as a key: {code(character)} after an item", "§ 3.5.1, § 3.5.2", "key", f"{one}{character},{two}"))
    for character in NO_SPACE[1:2] + NO_SPACE[3:]:
        out.append(vector("rings", f"{code(character)} in a comment ends no line", "§ 3.5.1", {}, lambda v: answer_rings(v, [NOW]), mode="encrypted", ring=f"# a{character}b\n{one}"))
    return out + built()


def openings(o):
    """Adds to the vectors of `o`."""
    varints(o)
    values(o)
    keys_of_maps(o)
    texts(o)
    typed(o)
    several(o)
    lengths(o)
    steps(o)
    return o.vectors


def varints(o):
    """§ 5.2.2: more bytes than any number needs, of which a reader may lose those beyond 64 bits."""
    for name, age in (("9 continuation bytes, and 01", "80" * 9 + "01"), ("10 continuation bytes, and 01", "80" * 10 + "01"), ("9 bytes ff, and 01", "ff" * 9 + "01"),
                      ("10 bytes, of which 64 bits are 5", "85" + "80" * 8 + "02")):
        o.fails(f"a varint of {name}", "§ 5.2.2", "Malformed", SMALL, XAES, token(XAES, raw(0, bytes.fromhex(age))))


def values(o):
    opens(o, "a map within a value: 2^63 and 2^64 - 1 are two keys", bytes.fromhex("81a16182cf800000000000000001cfffffffffffffffff02"), "§ 5.4.5")
    opens(o, "a list of 15 values, and a text of 31 bytes", pack({"a": [1] * 15, "b": "x" * 31}), "§ 5.4.3")
    opens(o, "the greatest numbers of each signed form", bytes.fromhex("84a161d07fa162d17fffa163d27fffffffa164d37fffffffffffffff"), "§ 5.4.6")
    opens(o, "an empty text within 64 levels", b"\x81\xa1a" + b"\x91" * 63 + b"\xa0", "§ 5.4.5")
    opens(o, "keys that look like numbers, in the order of their bytes", pack({"1": 1, "10": 2, "9": 3}), "§ 5.4.1")
    opens(o, "keys that are names of what each object has in JavaScript", pack({"__proto__": 1, "constructor": 2, "length": 3, "toString": 4}), "§ 5.4")
    opens(o, "a letter with a mark, and the two as one character, are two keys", pack({"e\u0301": 1, "\u00e9": 2}), "§ 1.5, § 5.4.1")
    o.passes("flash: 300 messages", "§ 5.3.1", XAES, token(XAES, body(ISSUED, flash=[["", ""]] * 300)))
    queues = [["__proto__", "a"], ["constructor", "b"], ["__proto__", "c"]]
    o.passes("flash: queues that are names of what each object has in JavaScript", "§ 5.3.1", XAES, token(XAES, body(ISSUED, flash=queues)))


def keys_of_maps(o):
    for name, key in (("a negative number", b"\xff"), ("a list with two bytes of length", b"\xdc\0\0"), ("a map with two bytes of length", b"\xde\0\0"),
                      ("a list of 15 values", pack([1] * 15))):
        refused(o, f"an outer key that is {name}", USUAL, b"\x81" + key + b"\1")
    good = opens(o, "the key of a map within a value is a map", bytes.fromhex("81a1618181010203"), "§ 5.4.5")
    refused(o, "the key of a map within a value is a map whose key is in a longer form", good, bytes.fromhex("81a1618181cc010203"))


def texts(o):
    for name, text in (("a character of 3 bytes that needs fewer", "e080af"), ("a character of 4 bytes that needs fewer", "f08080af"), ("a character of 5 bytes", "f888808080")):
        refused(o, f"a text with {name}", USUAL, b"\x81\xa1a" + u8(0xA0 | len(text) // 2) + bytes.fromhex(text), "§ 5.3.2, § 5.4.5")


def typed(o):
    for number in (127, 16_383):
        o.passes(f"typed: the number {number:,}", "§ 5.5.1", XAES, token(XAES, body(ISSUED, schema=1, payload=varint(number) + b"\x03Ada")), expects=TYPED)


def several(o):
    """§ 7.0: of equal ones the first."""
    first, second = body(ISSUED, sid=SID), body(ISSUED + 100, age=5, sid=SID)
    other = body(ISSUED + 100, age=5, sid=SID, payload=DATA)
    o.passes("__Host-: the second and the third of three are the latest", "§ 7.0", XAES, [token(XAES, content) for content in (first, second, other)])
    o.passes("__Host-: two of one second, the first without a sid", "§ 7.0", XAES, [token(XAES, content) for content in (body(ISSUED), body(ISSUED, sid=SID))])


def lengths(o):
    """§ 1.5: bytes are counted, not characters."""
    long = "é" * (MAX_CHARACTERS // 2 + 1)
    o.fails("too long in bytes, not in characters", "§ 1.5, § 7.1", "TooLong", USUAL, XAES, long)
    o.fails("a bare token that is too long in bytes, not in characters", "§ 1.5, § 7.1", "TooLong", "xaes: opens for its token", XAES, long, purpose=BARE)
    o.fails("order: a value too long in bytes, not in characters, and without its part", "§ 1.5, § 7.1", "TooLong", USUAL, XAES, "2." + long[1:])
    o.fails("order: wrongly encoded, and without its part", "§ 7.1", "Incomplete", USUAL, XAES, "2.ab!c")
    o.fails("order: too long with a part, and without another", "§ 7.1", "Incomplete", USUAL, XAES, "3." + "A" * 32_000, parts=[(1, "A" * 800)])


def steps(o):
    retired = f"{line(XAES, None, NOW)}\n{line(TWO, ISSUED)}"
    content = body(ISSUED, sid=SID)
    o.fails("order: another type, and the key of this kid has retired", "§ 7.4", "UnknownKey", USUAL, XAES, flipped(token(XAES, content), 0), ring=retired)
    ring = f"{line(XAES)}\nnot_before={time_text(ISSUED)}"
    one = o.passes("revocation: not_before refuses nothing, and the application refuses none", "§ 7.8", XAES, token(XAES, content), ring=ring, policy={"revoked": []})
    o.fails("revocation: not_before refuses nothing, and the application refuses this session", "§ 7.8", "Revoked", one, XAES, token(XAES, content), ring=ring, policy={"revoked": [SID.hex()]})


def headers():
    refused = lambda name, spec, reason, *lines: vector("headers", name, spec, {"expect": {"rejected": reason, "key_id": None}}, kind="open", ring=line(XAES), mode="encrypted", field="x-session", now=NOW, lines=list(lines))
    value = token(XAES, USUAL_BODY, HEADER)
    return [refused("two tokens that are one number", "§ 9.7.4", "Duplicate", "10", "1e1")] + [
        refused(f"the byte {ord(character):02x} behind it is no white space", "§ 9.7.2", "Encoding", value + character) for character in NO_SPACE[:4]]


BASE = {"path": "/", "domain": None, "secure": True, "same_site": "Lax", "partitioned": False}


def formerly(config):
    """§ 9.4.2: § 9.1.2 holds for earlier attributes."""
    def add(accepted, name, cookie="session", secure=True, **earlier):
        return config(accepted, f"earlier: {name}", cookie=cookie, secure=secure, earlier=[BASE | {"secure": secure} | earlier])

    host = "__Host-session"
    return [add(True, "another path", path="/app"), add(True, "a domain", domain="example.com"), add(True, "partitioned", partitioned=True),
            add(False, "another path of a name with __Host-", cookie=host, path="/app"), add(False, "a domain of a name with __Host-", cookie=host, domain="example.com"),
            add(False, "a path that does not begin with a slash", path="app"), add(False, "a domain that is an address", domain="192.0.2.1"),
            add(False, "partitioned without Secure", secure=False, partitioned=True)]


def cookies():
    add = lambda name, spec, kind, expected, **v: vector("cookies", f"{kind}: {name}", spec, expected, kind=kind, **{"cookie": "session"} | v)
    config = lambda accepted, name, **v: add(name, "§ 9.1.1, § 9.1.2", "config", {"accepted": accepted}, **{"cookie": "session"} | BASE | v)
    find = lambda name, values, line, spec="§ 9.1.3", cookie="session": add(name, spec, "find", {"values": values}, lines=[line], cookie=cookie)
    whole = lambda name, spec, reason, line: add(name, spec, "whole", {"whole": [{"rejected": reason}]}, lines=[line])
    out = [config(True, f"{prefix} without its second hyphen, without Secure", cookie=f"{prefix}session", secure=False) for prefix in ("__Secure", "__Http")]
    out += [config(False, "a name that ends in LF", cookie="session\n"), config(False, "a path that ends in LF", path="/app\n"), config(False, "a domain that ends in LF", domain="example.com\n")]
    character = "é".encode().decode("latin-1")
    out += [find("nothing is percent-decoded", ["a%2Eb%20+"], "session=a%2Eb%20+"),
            find("values that are one number are several", ["10", "1e1", "010", "10.0"], "session=10; session=1e1; session=010; session=10.0", "§ 9.1.4"),
            find("a value that is cut within a character", [(character * CUT)[:CUT]], "session=" + character * (CUT // 2 + 1), "§ 1.5, § 9.1.4"),
            find("single quotes are part of a value", ["'abc'"], "session='abc'"),
            find("a low line is no dot", ["b"], "my_session=a; my.session=b", cookie="my.session"),
            find("a name is not percent-decoded", ["b"], "sess%69on=a; session=b"),
            find("a name that begins with a dollar sign", ["abc"], "$session=abc", cookie="$session"),
            whole("a count and LF", "§ 9.2.2", "Incomplete", "session=2\n.abc; session.1=def"),
            whole("a part five times, the last with another value", "§ 9.2.3", "Duplicate", "session=2.abc; " + "session.1=d; " * 4 + "session.1=e")]
    for character in NO_SPACE[:4]:
        out += [find(f"the byte {ord(character):02x} around the value belongs to it", [f"{character}abc{character}"], f"session={character}abc{character}"),
                find(f"not found: the byte {ord(character):02x} before the name", [], f"{character}session=abc")]
    for count in (2, 3):
        out.append(split(count, add))
    return out + formerly(config)


def split(count, add):
    """A character more than so many parts hold, where a rounded division would give as many parts."""
    length = 487
    frame = len(f"{COOKIE['name']}={attributes(BASE)}") + 2
    v = add(f"a character more than {count} cookies hold", "§ 9.2.6", "split", {}, **BASE | {"cookie": COOKIE["name"]}, value=long_token(length), max_age=None, limit=(length - 1) // count + frame)
    assert len(v["fields"]) == count + 1
    return v
