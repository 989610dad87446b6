#!/usr/bin/env python3
"""Writes the test vectors, with the second implementation in hardtack.py.

    pip install cryptography      (Python 3.10 or later)
    python3 generate.py            rewrites the JSON files; the same bytes every time
    python3 generate.py --check    writes nothing, exits with 1 if a file differs

Either exits with 1 if a published vector has changed (published.py).

Before a vector is written it is tried: a passing one has to open, a failing one has to be refused with exactly its
reason. write_vectors.py, edge_vectors.py and validation_vectors.py have those of writer.md, device_vectors.py those of
devices.md, encode_vectors.py those of typed values, host_vectors.py those of hosts, lasting_vectors.py those of what
lasts longer, those whose names begin with corner_ and rare_ what came later, material.py what all are made of.
"""

import json
import sys
from pathlib import Path

import corner_devices
import corner_vectors
import corner_writes
import device_vectors
import edge_vectors
import encode_vectors
import host_vectors
import lasting_vectors
import published
import rare_devices
import rare_vectors
import rare_writes
import validation_vectors
import write_vectors
from answers import *
from material import *
from write_vectors import DAY, HOUR


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
        return {"name": name, "spec": "§ 3.1.2", "kind": "hkdf-sha256", "ikm": ikm.hex(), "salt": salt.hex(),
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
        aead("xaes-256-gcm", "C2SP XAES-256-GCM, the subkey's top bit is clear", "§ 2.4", b"\1" * 32, nonce, b"", plain,
             "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        aead("xaes-256-gcm", "C2SP XAES-256-GCM, the subkey's top bit is set, with associated data", "§ 2.4", b"\3" * 32,
             nonce, b"c2sp.org/XAES-256-GCM", plain, "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
        {"name": "C2SP XAES-256-GCM, accumulated", "spec": "§ 2.4", "kind": "xaes-256-gcm-accumulated",
         "iterations": 10_000, "digest": digest},
        aead("xchacha20-poly1305", "draft-irtf-cfrg-xchacha-03 A.3.1", "§ 2.5", bytes(range(0x80, 0xA0)),
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

    def add(name, spec, key, purpose=COOKIE, error=None, **labels):
        v = {"name": f"{key.type}: {name}", "spec": spec, "key": key.text, "purpose": purpose} | labels
        answer = answer_derivation(v)
        assert answer.get("error") == error, (name, answer)
        out.append(v | answer)

    for key in (XAES, XCHA, SIGN):
        for purpose in (COOKIE, HEADER, BARE, {"kind": "cookie", "name": "invitation"}):
            add(f"for the {purpose['kind']} {purpose['name']}", "§ 3.1.2, § 3.1.3, § 3.2.1, § 3.2.2", key, purpose)
        add("for an application", "§ 3.2.3", key, application="shop")
        add("for a type", "§ 3.2.4", key, type_label="visit")
        add("for an application and a type", "§ 3.2.5", key, application="shop", type_label="visit")
    upper = {"kind": "header", "name": "X-Session"}
    add("a header's name is taken in lower case", "§ 3.2.1", XAES, upper)
    add("the border of application and type moved", "§ 3.1.2", XAES, application="shopv", type_label="isit")
    add("the border of purpose and application moved", "§ 3.1.2", XAES, {"kind": "cookie", "name": "__Host-sessionshop"}, type_label="visit")
    add("the text of an application as the type", "§ 3.1.2", XAES, type_label="shop")
    add("one text as application and type", "§ 3.1.2", XAES, application="shop", type_label="shop")
    add("an empty type label is that of a dictionary", "§ 3.2.4", XAES, type_label="")
    add("labels beyond ASCII", "§ 3.2.3, § 3.2.4", XAES, application="größe", type_label="尺寸")
    add("labels of 1 byte", "§ 3.2.3, § 3.2.4", XAES, application="s", type_label="v")
    add("labels of 255 bytes", "§ 3.2.3, § 3.2.4", XAES, application="s" * 255, type_label="v" * 255)
    add("a header, an application and a type", "§ 3.2.5", XAES, HEADER, application="shop", type_label="visit")
    add("a bare token, an application and a type", "§ 3.2.5", XAES, BARE, application="shop", type_label="visit")
    refused = lambda name, spec, error, **labels: add(f"refused: {name}", spec, XAES, error=error, **labels)
    add("refused: a bare token without a name", "§ 3.2.1", XAES, {"kind": "token", "name": ""}, "purpose")
    add("refused: a purpose of 65,536 bytes", "§ 3.2.1", XAES, {"kind": "token", "name": "n" * 65_530}, "purpose")
    add("a purpose of 65,535 bytes", "§ 3.2.1", XAES, {"kind": "token", "name": "n" * 65_529})
    add("refused: a purpose and an application: the purpose", "§ 14.4", XAES, {"kind": "token", "name": ""}, "purpose", application="")
    refused("an empty application", "§ 3.2.3", "application", application="")
    refused("an application of 256 bytes", "§ 3.2.3", "application", application="s" * 256)
    refused("an application of 255 characters and 256 bytes", "§ 3.2.3", "application", application="s" * 254 + "é")
    refused("a type of 256 bytes", "§ 3.2.4", "type", type_label="v" * 256)
    refused("a type of 255 characters and 256 bytes", "§ 3.2.4", "type", type_label="v" * 254 + "é")
    refused("an application and a type that are too long: the application", "§ 14.4", "application", application="s" * 256, type_label="v" * 256)
    return out


def keys():
    out = []

    def check(name, text, error=None):
        assert refusal(Key.parse, text) == error, (name, error, refusal(Key.parse, text))
        expected = {"error": error} if error else {
            "expect": {"suite": Key.parse(text).type, "kid": Key.parse(text).kid.hex()}}
        out.append({"name": name, "spec": "§ 3.3.1" if "white" in name else "§ 3.1.1, § 3.3.2" if "password" in name else "§ 3.3.2", "text": text} | expected)

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
    for name, bad in (("empty text", ""), ("white space only", " \t\n"), ("the prefix in upper case", good.upper()), ("a password", "correct horse battery staple"), ("32 bytes in hex without a prefix", raw[:32].hex()),
                      ("one letter of the prefix in upper case", "H" + good[1:]), ("another version", good.replace("_v1_", "_v2_")),
                      ("without the prefix", good[len(KEY_PREFIX):]), ("only the 48 characters", rest),
                      ("half the prefix", KEY_PREFIX[:8]), ("quotes around it", f'"{good}"'),
                      ("a no-break space before it", "\u00a0" + good), ("a vertical tab before it", "\v" + good), ("a byte order mark before it", "\ufeff" + good)):
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
                         ("a space inserted", rest[:20] + " " + rest[20:]), ("48 characters and 49 bytes", rest[:47] + "\u00e9"), ("in hex", raw.hex())):
        check(f"refused: {name}", head + chosen, "length")
    for name, character in (("a space", " "), ("a tab", "\t"), ("a line end", "\n"), ("padding", "="), ("a plus sign", "+"),
                            ("a slash", "/"), ("a full stop", "."), ("a comma", ",")):
        check(f"refused: {name} inside", head + rest[:20] + character + rest[21:], "encoding")
    check("refused: 47 characters and 48 bytes", head + rest[:46] + "\u00e9", "encoding")
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

    RULE = {"blank": "§ 3.5.2", "key": "§ 3.5.3", "attribute": "§ 3.5.4", "time": "§ 3.5.5", "mixed": "§ 3.4.6"} \
        | dict.fromkeys(("empty", "duplicate", "last-retires", "retires-too-early"), "§ 3.4.7")

    def passes(name, ring, *nows, mode="encrypted", spec="§ 3.4.1, § 3.4.2, § 3.4.3, § 3.5.6", joined=(), **longest):
        v = {"name": name, "spec": spec, "mode": mode, "ring": ring} | ({"joined": list(joined)} if joined else {}) | longest
        v |= answer_rings(v, nows or (NOW,))
        assert "expect" in v, v
        out.append(v)

    def fails(name, ring, error, mode="encrypted", spec=None, joined=()):
        v = {"name": name, "spec": spec or RULE[error], "mode": mode, "ring": ring} | ({"joined": list(joined)} if joined else {})
        v |= answer_rings(v)
        assert v.get("error") == error, v
        out.append(v)

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
    passes("a seal_from at the epoch comes after none, in the other listing", f"{line(two)}\n{line(one, EPOCH)}", EPOCH - 1, EPOCH)
    passes("an accept_until one second after the next seal_from", f"{line(one, None, t2 + 1)}\n{line(two, t2)}", t2, t2 + 1)
    passes("an accept_until beside a key without seal_from", f"{line(two)}\n{line(one, None, t1)}", t1 - 1, t1)
    passes("an accept_until counts against the next key, not the last", f"{line(one, None, t2 + 1)}\n{line(two, t2)}\n{line(three, t3)}", t2, t2 + 1, t3)
    passes("xaes and xcha share a ring", f"{line(XCHA, None, t3)}\n{line(one, t2)}", t2 - 1, t2, t3)
    passes("a not_before", f"{line(one)}\nnot_before={time_text(t1)}")
    passes("a not_before may come first", f"not_before={time_text(t1)}\n{line(one)}", spec="§ 3.5.1")
    passes("a not_before at the epoch", f"{line(one)}\nnot_before={time_text(EPOCH)}")
    passes("two keys without times: the fingerprint covers the order", f"{line(two)}\n{line(one)}", spec="§ 3.6.1, § 3.6.2")
    passes("equal seal_from: another listing, another fingerprint", f"{line(two, t2)}\n{line(three, t2)}\n{line(one)}", t2, spec="§ 3.6.1")
    passes("three keys whose order is not that of their ids", "\n".join(line(k) for k in sorted((one, two, three), key=lambda k: k.kid)), spec="§ 3.6.1")
    passes("the fingerprint does not depend on the listed order of different times", f"not_before={time_text(t1)}\n{line(two, t2)}\n{line(one)}", spec="§ 3.6.1")
    passes("the same ring in another order has the same fingerprint", f"{line(one)}\n{line(two, t2)}\nnot_before={time_text(t1)}", spec="§ 3.6.1")
    text = f"# keys of 2026\n\n  {line(one, None, t3)}\t\n\t# next\n{line(two, t2)}\n\n"
    passes("comments, blank lines and white space around lines", text, t2, spec="§ 3.5.1")
    passes("line ends CR LF", text.replace("\n", "\r\n"), t2, spec="§ 3.5.1")
    passes("several spaces and tabs between attributes", f"{one.text} \t accept_until={time_text(t3)}\n{two.text}\t\tseal_from={time_text(t2)}", t2, spec="§ 3.5.1")
    passes("attributes in either order", f"{line(one)}\n{two.text} accept_until={time_text(t3)} seal_from={time_text(t1)}\n{line(three, t2)}", t1, t2, t3, spec="§ 3.5.1")
    passes("commas stand for line ends", f"{line(one, None, t3)},{line(two, t2)},not_before={time_text(t1)}", t2, spec="§ 3.5.1")
    passes("a line end after the comma form", f"{line(one, None, t3)},{line(two, t2)}\n", t2, spec="§ 3.5.1")
    passes("white space around the whole text", f"\r\n\t\f {line(one)} \f\r", t2, spec="§ 3.5.1")
    passes("a comment with a comma is a comment", f" # old, new\n{line(one)}", t2, spec="§ 3.5.1")
    passes("a comment with a comma, indented, is a comment", f"{line(one)}\n \t# old, new", t2, spec="§ 3.5.1")
    passes("white space around commas", f" {line(one, None, t3)} ,\t{line(two, t2)} ", t2, spec="§ 3.5.1")
    for title, until, longest in (("as long as", t2 + HOUR, HOUR), ("a second shorter than", t2 + HOUR - 1, HOUR)):
        passes(f"two keys overlap, {title} a session may live", f"{line(one, None, until)}\n{line(two, t2)}", spec="§ 3.4.8", longest=longest)
    passes("an overlap beside a key without seal_from is not compared", f"{line(two)}\n{line(one, None, t1)}", spec="§ 3.4.8", longest=3_000_000_000)
    passes("the second overlap of two is too short", f"{line(one, None, t2 + DAY)}\n{line(two, t2, t3 + 10)}\n{line(three, t3)}", spec="§ 3.4.8", longest=HOUR)
    passes("a leap day of the year 2400", f"{line(one)}\nnot_before=2400-02-29T00:00:00Z", spec="§ 3.5.5")
    passes("a leap day", f"{line(one)}\nnot_before=2028-02-29T00:00:00Z", spec="§ 3.5.1")
    passes("the last second of year 9999", line(one).strip() + " seal_from=9999-12-31T23:59:59Z", spec="§ 3.5.1")

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
                       ("a carriage return too many", f"{good}\r\r\n{two.text}"), ("a byte order mark before the text", f"\ufeff{good}"), ("a byte order mark before the second key", f"{good}\n\ufeff{two.text}"),
                       ("a line end after a comma", f"{good},\n{two.text}")):
        fails(f"refused as a key: {name}", ring, "key")
    at = time_text(t2)
    for name, ring in (("an unknown one", f"{good} valid_from={at}"), ("in upper case", f"{good} SEAL_FROM={at}"),
                       ("seal_from twice", f"{good} seal_from={at} seal_from={at}"),
                       ("accept_until twice", f"{good} accept_until={at} accept_until={at}\n{line(two, t1)}"),
                       ("without a value", f"{good} seal_from"), ("a space before the equals sign", f"{good} seal_from ={at}"),
                       ("a comment after a key", f"{good} # current"), ("not_before on a key's line", f"{good} not_before={at}"),
                       ("not_before twice", f"{good}\nnot_before={at}\nnot_before={at}"), ("two keys on a line", f"{good} {two.text}"),
                       ("not_before with another attribute", f"{good}\nnot_before={at} seal_from={at}"),
                       ("a comment after not_before", f"{good}\nnot_before={at} # incident")):
        fails(f"refused as an attribute: {name}", ring, "attribute")
    for name, when in (("empty", ""), ("a date alone", "2026-12-01"), ("an offset", "2026-12-01T00:00:00+00:00"), ("no Z", "2026-12-01T00:00:00"),
                       ("a lower-case z", "2026-12-01T00:00:00z"), ("a lower-case t", "2026-12-01t00:00:00Z"), ("fractions", "2026-12-01T00:00:00.0Z"),
                       ("no seconds", "2026-12-01T00:00Z"), ("one digit", "2026-12-1T00:00:00Z"), ("hour 24", "2026-12-01T24:00:00Z"),
                       ("minute 60", "2026-12-01T00:60:00Z"), ("a leap second", "2026-12-31T23:59:60Z"), ("month 13", "2026-13-01T00:00:00Z"),
                       ("day 0", "2026-12-00T00:00:00Z"), ("February 29 in 2027", "2027-02-29T00:00:00Z"), ("February 29 in 2100", "2100-02-29T00:00:00Z"), ("Unix seconds", "1796083200"),
                       ("five digits of a year", "12026-12-01T00:00:00Z"), ("a sign", "+2026-12-01T00:00:00Z"), ("quotes", '"2026-12-01T00:00:00Z"'),
                       ("the second before the epoch", time_text(EPOCH - 1)), ("year 0", "0000-01-01T00:00:00Z")):
        fails(f"refused as a time: {name}", f"{good} seal_from={when}", "time")
    fails("refused as a time: not_before the second before the epoch", f"{good}\nnot_before={time_text(EPOCH - 1)}", "time")
    fails("refused as a time: accept_until without Z", f"{good} accept_until={at[:-1]}\n{line(two, t1)}", "time")
    for name, end in (("a line feed", "\n"), ("a carriage return", "\r"), ("a form feed", "\f"), ("a line end and a word", "\nsoon")):
        fails(f"refused as a time: not_before in the comma form, {name} after it", f"not_before={time_text(t1)}{end},{line(one)}", "time", spec="§ 3.5.2, § 14.3")
    fails("refused as an attribute: not_before in the comma form, a tab and a word after it", f"not_before={time_text(t1)}\tsoon,{line(one)}", "attribute", spec="§ 3.5.2, § 14.3")
    fails("refused as a time: seal_from in the comma form, a line feed after it", f"{good} seal_from={at}\n,{two.text}", "time", spec="§ 3.5.2, § 14.3")
    fails("refused: a signing key in an encrypting ring", line(s_one), "mixed")
    fails("refused: a signing key after an encrypting one", f"{line(one)}\n{line(s_one)}", "mixed")
    fails("refused: an encrypting key in a signing ring", line(one), "mixed", mode="signed")
    fails("refused: an xcha key after a signing one", f"{line(s_one)}\n{line(XCHA)}", "mixed", mode="signed")
    for name, ring in (("a comma at the end", f"{good},{two.text},"), ("a comma at the start", f",{good}"), ("two commas", f"{good},,{two.text}"),
                       ("white space between commas", f"{good}, \t,{two.text}"), ("a comma alone", ","), ("a comment between commas", f"{good},# next,{two.text}"),
                       ("one key and a comma", f"{good},")):
        fails(f"refused as blank: {name}", ring, "blank")
    fails("refused as a time: a second not_before that is no time", f"{good}\nnot_before={at}\nnot_before=soon", "time", spec="§ 14.3")
    fails("refused as an attribute: not_before twice on one line", f"{good}\nnot_before=soon not_before={at}", "attribute", spec="§ 14.3")
    fails("refused as a time: accept_until twice, the second no time", f"{good} accept_until={at} accept_until=soon\n{line(two, t1)}", "time", spec="§ 14.3")
    fails("refused as a time: seal_from twice, the second no time", f"{good} seal_from={at} seal_from=soon", "time", spec="§ 14.3")
    fails("refused as a time: before an unknown attribute", f"{good} seal_from=soon valid_from={at}", "time", spec="§ 14.3")
    fails("refused as an attribute: before a time that is none", f"{good} valid_from={at} seal_from=soon", "attribute", spec="§ 14.3")
    fails("refused: of two bad items the first counts, a time", f"{good} seal_from=soon\nno key", "time", spec="§ 14.3")
    fails("refused: of two bad items the first counts, a key", f"no key\n{good} seal_from=soon", "key", spec="§ 14.3")
    fails("refused: a signing key that is no key is no key first", line(s_one)[:-1], "key", spec="§ 14.3")
    fails("refused: a key of the other mode comes before its attributes", f"{line(s_one)} valid_from={at}", "mixed", spec="§ 14.3")
    fails("refused: an item that is wrong comes before the ring as a whole", f"{good}\n{good}\nno key", "key", spec="§ 14.3")
    fails("refused: a key twice comes before a last one that retires", f"{line(one, None, t3)}\n{line(one, None, t3)}", "duplicate", spec="§ 14.3")
    fails("refused: a last one that retires comes before one that retires too early", f"{line(one, None, t1)}\n{line(two, t2, t3)}", "last-retires", spec="§ 14.3")

    joint = "§ 3.5.7"
    passes("two texts", line(one), spec=joint, joined=[line(two)])
    passes("two texts the other way round", line(two), spec=joint, joined=[line(one)])
    passes("two texts with times", line(one, None, t3), t2 - 1, t2, t3, spec=joint, joined=[line(two, t2)])
    passes("a later text lists a key that comes first in the order", line(two, t2), t2 - 1, t2, spec=joint, joined=[line(one, None, t3)])
    passes("three texts in different forms", f"# files\n{line(one)}\n", t1, t2, spec=joint, joined=[f"{line(two, t1)},{line(three, t2)}", f"not_before={at}"])
    passes("a text without a key", "# none\n", spec=joint, joined=[line(one)])
    passes("of two not_before the later one, given first", f"{line(one)}\nnot_before={time_text(t2)}", spec=joint, joined=[f"{line(two)}\nnot_before={time_text(t1)}"])
    passes("of two not_before the later one, given last", f"{line(one)}\nnot_before={time_text(t1)}", spec=joint, joined=[f"{line(two)}\nnot_before={time_text(t2)}"])
    passes("an accept_until that only the next text allows", line(one, None, t3), t2, spec=joint, joined=["", line(two, t2)])
    fails("refused: no text has a key", "# none", "empty", spec=joint, joined=["", f"not_before={at}"])
    fails("refused: a key in two texts", line(one), "duplicate", spec=joint, joined=[line(one)])
    fails("refused: the last of all retires", line(one), "last-retires", spec=joint, joined=[line(two, t2, t3)])
    fails("refused: retires as a key of another text begins", line(one, None, t2), "retires-too-early", spec=joint, joined=[line(two, t2)])
    fails("refused: the second text is wrong", line(one), "key", spec=joint, joined=["no key"])
    fails("refused: a comma ends the first text", f"{line(one)},", "blank", spec=joint, joined=[line(two)])
    return out


# ---------------------------------------------------------------- seal.json

def seal():
    out = []

    def add(name, key, content, purpose=COOKIE, random=RANDOM, spec="§ 2.6, § 4.4, § 4.5.1, § 6.2", **bound):
        v = {"name": f"{key.type}: {name}", "spec": spec, "key": key.text, "purpose": purpose} | {"context": []} | bound
        v |= {"random": random.hex(), "body": content.hex()}
        out.append(v | answer_seal(v))

    payload = pack({"count": 3, "name": "Ada"})
    full = body(ISSUED, age=300, limit=86_400, remembered=2_592_000, sid=SID, flash=[["info", "Saved"]], payload=payload, pad=5)
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
        add("with an application label", key, full, application="shop", spec="§ 3.2.3")
        add("with a type label", key, body(ISSUED, sid=SID, schema=1, payload=VISIT), type_label="visit", spec="§ 3.2.4")
        add("with both labels and caller context", key, body(ISSUED, sid=SID, schema=1, payload=VISIT), application="shop", type_label="visit", context=CONTEXT, spec="§ 3.2.5")
        add("for another cookie", key, full, purpose=PLAIN)
        add("for a header", key, full, purpose=HEADER)
        add("for a bare token", key, full, purpose=BARE)
        longest = MAX_BLOB - OVERHEAD[key.mode]
        add("the longest body", key, body(ISSUED, pad=longest - 7), spec="§ 6.5")
        add("refused: a body that is a byte too long", key, body(ISSUED, pad=longest - 6), spec="§ 6.5")
        assert out[-1]["error"] == "size"
    out = [v for v in out if len(v["body"]) < 40_000 or v["key"] == XAES.text]
    for key in (XAES, XCHA):
        nonces = [v["token"][7:38] for v in out if v["key"] == key.text and "token" in v]
        assert len(set(nonces)) == len(nonces)
    return out


# ---------------------------------------------------------------- open.json

class Opening:
    """Collects open.json. A vector's setup is the usual one but for what is given."""

    USUAL = {"purpose": COOKIE, "context": [], "now": NOW}

    def __init__(self):
        self.vectors, self.by_name = [], {}

    def add(self, name, spec, key, tokens, reason=None, twin=None, expects="dictionary", policy={}, parts=(), **setup):
        """`also`: the twin differs in this much more, since two fields belong together."""
        also = set(setup.pop("also", ()))
        setup = self.USUAL | {"mode": key.mode, "ring": line(key)} | setup
        v = {"name": name, "spec": spec} | {f: setup[f] for f in ("ring", "mode", "purpose", "context", "application", "type_label") if f in setup}
        v |= {"expects": expects, "now": setup["now"], "policy": POLICY | policy, "candidates": [tokens] if isinstance(tokens, str) else list(tokens)}
        if parts:
            v["parts"] = [list(part) for part in parts]
        expect = answer_open(v)["expect"]
        assert expect.get("rejected") == reason, f"{name}: {expect} instead of {reason}"
        assert name not in self.by_name, f"two vectors: {name}"
        if reason:
            assert "opened" in self.by_name[twin]["expect"], f"{twin} does not pass"
            twin_of = self.by_name[twin]
            differing = {f for f in v.keys() | twin_of.keys() if v.get(f) != twin_of.get(f)} - {"name", "spec", "twin", "expect"} - also
            assert len(differing) <= 1 and differing | also or differing == {"mode", "ring"} or name.startswith("order:"), (name, differing)
            v["twin"] = twin
        v["expect"] = expect
        self.by_name[name] = v
        self.vectors.append(v)

    def passes(self, name, spec, key, tokens, **setup):
        self.add(name, spec, key, tokens, **setup)
        return name

    def fails(self, name, spec, reason, twin, key, tokens, **setup):
        self.add(name, spec, key, tokens, reason=reason, twin=twin, **setup)


def open_steps(o, key):
    """Steps 2 to 5, for each suite."""
    t, other = key.type, KEYS[key.type, "two"]
    small, usual = token(key, body(ISSUED)), token(key, USUAL_BODY)
    blob, floor = decode_base64url(usual), FLOOR[key.mode]
    smallest = o.passes(f"{t}: the smallest body opens", "§ 5.1.1, § 5.1.2, § 5.2.2, § 5.4.1", key, small)
    for name, length in (("one byte below the floor", floor - 1), ("half", floor // 2), ("the head alone", 5)):
        o.fails(f"{t}: too short: {name}", "§ 7.5", "TooShort", smallest, key, base64url(decode_base64url(small)[:length]))
    for name, length in (("4 bytes", 4), ("1 byte", 1), ("an empty value", 0)):
        o.fails(f"{t}: too short for a head: {name}", "§ 7.3", "TooShort", smallest, key, base64url(decode_base64url(small)[:length]))
    good = o.passes(f"{t}: a dictionary opens", "§ 7", key, usual)
    for fmt in (0x00, 0x7A, 0x7B, 0xB1, 0xB2, 0xB3, 0xFF, key.fmt ^ 0x80):
        if fmt not in TYPE:
            o.fails(f"{t}: unknown format byte 0x{fmt:02X}", "§ 7.3, § 2.3, § 10.2", "UnknownFormat", good, key, base64url(u8(fmt) + blob[1:]))
    for fmt in (f for f, name in TYPE.items() if MODE[name] != key.mode):
        o.fails(f"{t}: the format byte of the other mode, 0x{fmt:02X}", "§ 7.3, § 2.1", "WrongMode", good, key, base64url(u8(fmt) + blob[1:]))
    for name, at, bit in (("first bit of the key id", 1, 0x80), ("last bit of the key id", 4, 1)):
        o.fails(f"{t}: flipped: {name}", "§ 7.4", "UnknownKey", good, key, flipped(usual, at, bit))
    o.fails(f"{t}: the ring holds another key", "§ 7.4, § 10.4, § 15.8", "UnknownKey", good, key, usual, ring=line(other))
    if key.mode == "encrypted":
        sibling = FMT["xcha" if t == "xaes" else "xaes"]
        o.fails(f"{t}: the key has another type than the format byte says", "§ 7.4, § 2.1", "UnknownKey", good, key, base64url(u8(sibling) + blob[1:]))
        flips = (("first bit of the nonce", 5, 0x80), ("bit in the nonce's second half", 20, 1), ("last bit of the nonce", 28, 1),
                 ("first bit of the ciphertext", 29, 0x80), ("last bit of the ciphertext", -17, 1))
    else:
        flips = (("flag in the readable body", 5, HAS_LIMIT), ("bit of issued", 9, 1), ("last bit of the body", -17, 1))
    for name, at, bit in flips + (("first bit of the tag", -16, 0x80), ("last bit of the tag", -1, 1)):
        o.fails(f"{t}: flipped: {name}", "§ 7.5", "Auth", good, key, flipped(usual, at, bit))
    o.fails(f"{t}: the last byte is missing", "§ 7.5", "Auth", good, key, base64url(blob[:-1]))
    o.fails(f"{t}: a byte more", "§ 7.5", "Auth", good, key, base64url(blob + b"\0"))
    o.fails(f"{t}: the tag is zero", "§ 7.5", "Auth", good, key, base64url(blob[:-16] + bytes(16)))
    o.fails(f"{t}: the tag of another token", "§ 7.5", "Auth", good, key, base64url(blob[:-16] + decode_base64url(small)[-16:]))
    both = f"{line(other)}\n{line(key)}"
    o.fails(f"{t}: sealed by another key of the ring under this one's key id", "§ 7.5", "Auth",
            o.passes(f"{t}: opens under the second key listed, an earlier one", "§ 3.4, § 7.4", key, usual, ring=both), key,
            base64url(blob[:1] + key.kid + decode_base64url(token(other, USUAL_BODY))[5:]), ring=both)

    for purpose, others in ((COOKIE, (PLAIN, {"kind": "cookie", "name": "__Host-sessioN"}, {"kind": "token", "name": "__Host-session"}, {"kind": "header", "name": "__host-session"})),
                            (HEADER, ({"kind": "header", "name": "x-other"}, {"kind": "cookie", "name": "x-session"}, {"kind": "token", "name": "x-session"})),
                            (BARE, ({"kind": "token", "name": "reset"}, {"kind": "cookie", "name": "invitation"}, {"kind": "header", "name": "invitation"}))):
        made = token(key, USUAL_BODY, purpose)
        twin = good if purpose == COOKIE else o.passes(f"{t}: opens for its {purpose['kind']}", "§ 3.2.1", key, made, purpose=purpose)
        for p in others:
            o.fails(f"{t}: sealed for the {purpose['kind']} {purpose['name']}, opened for the {p['kind']} {p['name']}", "§ 3.2.1", "Auth", twin, key, made, purpose=p)
    o.passes(f"{t}: a header's name is taken in lower case", "§ 3.2.1", key, token(key, USUAL_BODY, HEADER), purpose={"kind": "header", "name": "X-Session"})
    made = token(key, USUAL_BODY, context=CONTEXT)
    twin = o.passes(f"{t}: opens under its caller context", "§ 4.2.1", key, made, context=CONTEXT)
    for name, context in (("no context", []), ("another value", [["tenant", "red"], ["region", "eu"]]), ("another label", [["tenants", "blue"], ["region", "eu"]]),
                          ("another order", CONTEXT[::-1]), ("the first pair only", CONTEXT[:1]), ("one pair more", CONTEXT + [["", ""]]),
                          ("the border of label and value moved", [["tenantb", "lue"], ["region", "eu"]])):
        o.fails(f"{t}: caller context: {name}", "§ 4.2.1", "Auth", twin, key, made, context=context)
    o.fails(f"{t}: caller context where none was sealed", "§ 4.2.1", "Auth", good, key, usual, context=[["", ""]])

    retiring = f"{line(key, None, NOW)}\n{line(other, ISSUED)}"
    twin = o.passes(f"{t}: the second before its key retires", "§ 7.4", key, usual, ring=retiring, now=NOW - 1)
    o.fails(f"{t}: the second its key retires", "§ 7.4, § 3.4.4", "RetiredKey", twin, key, usual, ring=retiring)
    mode, foreign = ("signed", SIGN) if key.mode == "encrypted" else ("encrypted", XAES)
    o.fails(f"{t}: a token of this mode where the other is configured", "§ 7.3, § 10.4", "WrongMode", good, key, usual, mode=mode, ring=line(foreign))
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
    twin = "xaes: opens for its token"
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
    long_bare = token(XAES, body(ISSUED, pad=MAX_BLOB - 45 - 7), BARE)
    twin_bare = o.passes("the longest bare token", "§ 7.1", XAES, long_bare, purpose=BARE)
    o.fails("a character more than the longest bare token is too long before it is wrongly encoded", "§ 7.1", "TooLong", twin_bare, XAES, long_bare + "=", purpose=BARE)
    o.fails("a byte more than the longest value, properly sealed", "§ 7.1", "TooLong", twin, XAES, token(XAES, body(ISSUED, pad=MAX_BLOB - 45 - 6)))


def open_bodies(o):
    """Step 6. Bodies under a good tag; `raw` writes flags and issued, then the rest as it stands."""
    wide = dict(policy={"idle": None, "absolute": 34_560_000})

    def opens(name, content, **setup):
        return o.passes(name, setup.pop("spec", "§ 5.1.1"), XAES, token(XAES, content), **setup)

    def malformed(name, twin, content, spec="§ 5.1.5", **setup):
        o.fails(name, spec, "Malformed", twin, XAES, token(XAES, content), **setup)

    plain = zero = "xaes: the smallest body opens"
    for flag in (0x08, 0x80):
        malformed(f"the reserved flag 0x{flag:02X}", plain, raw(flag, b"\0"), "§ 5.1.5, § 10.2")
    malformed("all reserved flags", plain, raw(0x88, b"\0"))

    limited = opens("a limit", body(ISSUED, limit=3600))
    malformed("a limit flag without a limit", limited, raw(HAS_LIMIT, b"\0"))
    malformed("an unfinished age", limited, raw(HAS_LIMIT, b"\x80\x80"), "§ 5.2.2")
    malformed("an unfinished limit", limited, raw(HAS_LIMIT, b"\0\x90"), "§ 5.2.2")
    remembered = opens("remembered, without a limit", body(ISSUED, remembered=3600))
    malformed("a remembered flag without its field", remembered, raw(HAS_REMEMBERED, b"\0"))
    malformed("an unfinished remembered", remembered, raw(HAS_REMEMBERED, b"\0\x90"), "§ 5.2.2")
    malformed("a remembered in two bytes where one is enough", remembered, raw(HAS_REMEMBERED, b"\0\x81\x00"), "§ 5.2.2")
    both = opens("the limit stands before remembered", body(ISSUED, limit=3600, remembered=7200))
    malformed("both flags and one field", both, raw(HAS_LIMIT | HAS_REMEMBERED, b"\0" + varint(3600)))
    small = opens("a varint of one byte", raw(HAS_LIMIT, b"\0\x7f"), spec="§ 5.2.1, § 5.2.2", now=ISSUED, **wide)
    malformed("a varint in two bytes where one is enough", small, raw(HAS_LIMIT, b"\0\xff\x00"), "§ 5.2.2", now=ISSUED, **wide)
    malformed("a zero in two bytes", zero, raw(0, b"\x80\x00"), "§ 5.2.2")
    one = opens("a varint of 1", raw(0, b"\x01"), spec="§ 5.2.2")
    malformed("0x81 0x00 for 1", one, raw(0, b"\x81\x00"), "§ 5.2.2")
    malformed("0x81 0x80 0x80 0x80 0x00 for 1", one, raw(0, b"\x81\x80\x80\x80\x00"), "§ 5.2.2")
    opens("the smallest varint of two bytes", raw(HAS_LIMIT, b"\0\x80\x01"), spec="§ 5.2.1, § 5.2.2", now=ISSUED, **wide)
    greatest = opens("the greatest varint, 2^32-1", raw(HAS_LIMIT, b"\0\xff\xff\xff\xff\x0f"), spec="§ 5.2.2", **wide)
    malformed("a varint of 2^32", greatest, raw(HAS_LIMIT, b"\0\x80\x80\x80\x80\x10"), "§ 5.2.2", **wide)
    malformed("a varint with a bit above the 32nd", greatest, raw(HAS_LIMIT, b"\0\xff\xff\xff\xff\x1f"), "§ 5.2.2", **wide)
    malformed("a varint of six bytes", greatest, raw(HAS_LIMIT, b"\0\xff\xff\xff\xff\x8f\x00"), "§ 5.2.2", **wide)
    malformed("a varint whose fifth byte goes on", greatest, raw(HAS_LIMIT, b"\0\xff\xff\xff\xff\xff\x01"), "§ 5.2.2", **wide)

    with_sid = opens("a sid", body(ISSUED, sid=SID))
    malformed("a sid of 7 bytes", with_sid, raw(HAS_SID, b"\0" + SID[:7]))
    malformed("a sid flag without a sid", with_sid, raw(HAS_SID, b"\0"))

    schema = opens("a schema", raw(HAS_SCHEMA, b"\0\x01" + VISIT), spec="§ 5.5.2", expects=TYPED)
    opens("the greatest schema", raw(HAS_SCHEMA, b"\0\xff\xff\xff\xff\x0f" + VISIT), spec="§ 5.5.2", expects={"schema": U32_MAX})
    malformed("schema 0", schema, raw(HAS_SCHEMA, b"\0\x00" + VISIT), "§ 5.5.2", expects=TYPED)
    malformed("a schema flag without a schema", schema, raw(HAS_SCHEMA, b"\0"), "§ 5.5.2", expects=TYPED)
    malformed("a schema in two bytes where one is enough", schema, raw(HAS_SCHEMA, b"\0\x81\x00" + VISIT), "§ 5.5.2", expects=TYPED)

    flash = opens("a flash message", body(ISSUED, flash=[["info", "Saved"]]), spec="§ 5.3.1")
    opens("a flash message that begins with U+FEFF", body(ISSUED, flash=[["\ufeffinfo", "\ufeffSaved"]]), spec="§ 5.3.1")
    opens("three flash messages keep their order", body(ISSUED, flash=[["info", "b"], ["error", "Größe 尺寸 🍪"], ["info", "a"]], payload=DATA), spec="§ 5.3.1")
    opens("a flash message twice", body(ISSUED, flash=[["info", "a"], ["info", "a"]]), spec="§ 5.3.1")
    empty = opens("an empty queue and an empty message", body(ISSUED, flash=[["", ""]]), spec="§ 5.3.1")
    opens("a flash message of 200 bytes", body(ISSUED, flash=[["info", "x" * 200]]), spec="§ 5.3.1")
    info = b"\x04info\x05Saved"
    for name, rest in (("a count of 0", b"\0\x00" + info), ("no count", b"\0"), ("a count of 2 and one message", b"\0\x02" + info), ("the last byte missing", b"\0\x01" + info[:-1]),
                       ("the message missing", b"\0\x01" + info[:5]), ("a length beyond the body", b"\0\x01\x04info\x06Saved"),
                       ("a length of 2^32-1", b"\0\x01\x04info\xff\xff\xff\xff\x0fSaved"), ("a count of 2^32-1", b"\0\xff\xff\xff\xff\x0f" + info),
                       ("a length of 65,541, which is 5 in 16 bits", b"\0\x01\x04info" + varint(65_541) + b"Saved"),
                       ("a length in two bytes where one is enough", b"\0\x01\x84\x00" + info[1:]), ("a count in two bytes where one is enough", b"\0\x81\x00" + info),
                       ("bad UTF-8 in the message", b"\0\x01\x04info\x05Sav\xffd"), ("bad UTF-8 in the queue", b"\0\x01\x04inf\xc3\x05Saved"),
                       ("a surrogate in UTF-8", b"\0\x01\x04info\x05Sa\xed\xa0\x80"), ("a UTF-8 overlong form", b"\0\x01\x04info\x05Sav\xc0\xaf")):
        malformed(f"flash: {name}", flash, raw(HAS_FLASH, rest), "§ 5.3.2")
    malformed("flash: a count of 1 and nothing more", empty, raw(HAS_FLASH, b"\0\x01"), "§ 5.3.2")

    padded = opens("padding: the marker alone", raw(HAS_PAD, b"\0\x80"), spec="§ 5.6.1")
    zeros = opens("padding: the marker and zeros", raw(HAS_PAD, b"\0\x80" + bytes(9)), spec="§ 5.6.3")
    opens("padding after a dictionary", body(ISSUED, payload=DATA, pad=20), spec="§ 5.6.1")
    opens("padding after a typed payload that ends in 0x80 0x00", body(ISSUED, schema=1, payload=b"\x07\x03\xc3\x80\0", pad=2), spec="§ 5.6.1", expects=TYPED)
    opens("padding after a sid: the marker alone", body(ISSUED, sid=SID[:7] + b"\x80", pad=0), spec="§ 5.6.1")
    malformed("padding: the last byte of a sid is no marker", opens("padding after a sid, and zeros", body(ISSUED, sid=SID, pad=4), spec="§ 5.6.1"), raw(HAS_SID | HAS_PAD, b"\0" + SID[:7] + b"\x80"), "§ 5.6.1")
    malformed("padding: nothing at all", padded, raw(HAS_PAD, b"\0"), "§ 5.6.1")
    malformed("padding: zeros without a marker", zeros, raw(HAS_PAD, b"\0" + bytes(10)), "§ 5.6.1")
    malformed("padding: another marker", zeros, raw(HAS_PAD, b"\0\x81" + bytes(9)), "§ 5.6.1")
    malformed("padding: a byte that is not zero at the end", zeros, raw(HAS_PAD, b"\0\x80" + bytes(8) + b"\1"), "§ 5.6.1")
    malformed("padding: a byte that is not zero after the marker", zeros, raw(HAS_PAD, b"\0\x80\1" + bytes(8)), "§ 5.6.1")
    with_dictionary = opens("padding: the marker after a dictionary", body(ISSUED, payload=DATA, pad=0), spec="§ 5.6.1")
    malformed("padding: a dictionary without a marker", with_dictionary, raw(HAS_PAD, b"\0" + DATA), "§ 5.6.1")
    sid_pad = opens("padding after a sid that ends in 0x80 0x00", body(ISSUED, sid=SID[:6] + b"\x80\0", pad=0), spec="§ 5.6.1")
    malformed("padding: a sid's own end is no marker", sid_pad, raw(HAS_SID | HAS_PAD, b"\0" + SID[:6] + b"\x80\0"), "§ 5.6.1")
    o.fails("padding without its flag is payload", "§ 5.6.1", "Payload", with_dictionary, XAES, token(XAES, raw(0, b"\0" + DATA + b"\x80")))

    opens("every field, a dictionary", body(ISSUED, age=600, limit=7200, remembered=9000, sid=SID, flash=[["info", "Saved"]], payload=DATA, pad=3))
    opens("every field, a typed payload", body(ISSUED, age=600, limit=7200, remembered=9000, sid=SID, schema=2, flash=[["info", "Saved"]], payload=VISIT, pad=3), expects={"schema": 2})


def open_typed(o):
    """Step 9, a type expected: the structure of the number `visits`, a u32, and the text `name`."""
    def made(payload, schema=1, **bound):
        return token(XAES, body(ISSUED, schema=schema, payload=payload), **bound)

    spec = "§ 5.5.2"
    good = "a schema"
    o.passes("typed: empty and zero", spec, XAES, made(b"\0\0"), expects=TYPED)
    o.passes("typed: the greatest number", spec, XAES, made(b"\xff\xff\xff\xff\x0f\x03Ada"), expects=TYPED)
    o.passes("typed: a varint inside the payload need not be in its shortest form", "§ 5.5.1", XAES, made(b"\x87\0\x03Ada"), expects=TYPED)
    o.passes("typed: the varint of a length has up to 10 bytes", "§ 5.5.1", XAES, made(b"\x07\x83" + b"\x80" * 8 + b"\0Ada"), expects=TYPED)
    o.passes("typed: a number of 32 bits has up to 5 bytes", "§ 5.5.1", XAES, made(b"\x87\x80\x80\x80\0\x03Ada"), expects=TYPED)
    for name, payload in (("a number of 2^32", b"\x80\x80\x80\x80\x10\x03Ada"), ("a number with a bit above the 32nd", b"\xff\xff\xff\xff\x1f\x03Ada"), ("a number in 6 bytes", b"\x87\x80\x80\x80\x80\0\x03Ada"),
                          ("a length in 11 bytes", b"\x07\x83" + b"\x80" * 9 + b"\0Ada"), ("a length of 2^64", b"\x07" + b"\x80" * 9 + b"\x02"), ("a length of 2^32 + 3", b"\x07" + b"\x83\x80\x80\x80\x10Ada")):
        o.fails(f"typed: {name}", "§ 5.5.1, § 5.5.2", "Payload", good, XAES, made(payload), expects=TYPED)
    o.passes("typed: a U+FEFF at the start of a text is kept", "§ 5.4.7", XAES, made(b"\x07\x06\xef\xbb\xbfAda"), expects=TYPED)
    for name, payload in (("no byte", b""), ("a byte more", VISIT + b"\0"), ("two values", VISIT * 2), ("the last byte missing", VISIT[:-1]), ("bytes that are not UTF-8", b"\x07\x03A\xffa")):
        o.fails(f"typed: {name}", spec, "Payload", good, XAES, made(payload), expects=TYPED)
    o.fails("typed: an older schema, and no conversion", "§ 5.5.3", "Payload", o.passes("typed: schema 2", spec, XAES, made(VISIT, 2), expects={"schema": 2}), XAES, made(VISIT), expects={"schema": 2})
    o.fails("typed: a newer schema, and no conversion", "§ 5.5.3", "Payload", good, XAES, made(VISIT, 2), expects=TYPED)
    o.fails("typed: a dictionary, and no conversion", "§ 5.5.3", "Payload", good, XAES, token(XAES, body(ISSUED, payload=DATA)), expects=TYPED)
    o.passes("typed: the empty dictionary is the empty value", "§ 5.5.3", XAES, token(XAES, body(ISSUED)), expects=TYPED)
    o.passes("typed: an empty dictionary with a sid and flash too", "§ 5.5.3", XAES, token(XAES, body(ISSUED, sid=SID, flash=[["info", "Saved"]])), expects=TYPED)
    plain = o.passes("a dictionary where a dictionary is expected", "§ 5.5.4", XAES, token(XAES, body(ISSUED, payload=DATA)))
    o.fails("a typed payload where a dictionary is expected", "§ 5.5.4", "Payload", plain, XAES, made(VISIT))
    o.fails("a schema and no payload where a dictionary is expected", "§ 5.5.4", "Payload", plain, XAES, made(b""))
    o.fails("a schema and the bytes of a dictionary where a dictionary is expected", "§ 5.5.4", "Payload", plain, XAES, made(DATA))

    label, shop = {"type": "visit"}, {"application": "shop"}
    labelled = lambda labels, key=XAES, context=(): token(key, body(ISSUED, schema=1, payload=VISIT), COOKIE | labels, context)
    named = o.passes("type label: opens under it", "§ 3.2.4", XAES, labelled(label), expects=TYPED, type_label="visit")
    for name, other in (("another label", "cart"), ("another case", "Visit"), ("a longer label", "visits")):
        o.fails(f"type label: {name}", "§ 3.2.4, § 3.2.6, § 15.9", "Auth", named, XAES, labelled(label), expects=TYPED, type_label=other)
    o.fails("type label: sealed under none", "§ 3.2.4", "Auth", named, XAES, made(VISIT), expects=TYPED, type_label="visit")
    o.fails("type label: a dictionary's token", "§ 5.5.5", "Auth", named, XAES, token(XAES, body(ISSUED)), expects=TYPED, type_label="visit")
    o.fails("type label: a reader of dictionaries has none", "§ 5.5.5", "Auth", named, XAES, labelled(label), also=["expects", "type_label"])
    o.passes("type label: an empty one is that of a dictionary", "§ 3.2.4, § 5.5.3", XAES, token(XAES, body(ISSUED)), expects=TYPED, type_label="")
    for key in (XAES, SIGN):
        t, made_in = key.type, token(key, USUAL_BODY, COOKIE | shop)
        twin = o.passes(f"{t}: application label: opens under it", "§ 3.2.3", key, made_in, application="shop")
        o.fails(f"{t}: application label: another", "§ 3.2.3, § 15.9", "Auth", twin, key, made_in, application="blog")
        o.fails(f"{t}: application label: none", "§ 3.2.3", "Auth", twin, key, made_in, also=["application"])
        o.fails(f"{t}: application label: sealed under none", "§ 3.2.3", "Auth", twin, key, token(key, USUAL_BODY), application="shop")
        o.fails(f"{t}: application label: sealed with it as the type", "§ 3.2.3", "Auth", twin, key, token(key, USUAL_BODY, COOKIE | {"type": "shop"}), application="shop")
        o.fails(f"{t}: application label: sealed with it in the context", "§ 3.2.5", "Auth", twin, key, token(key, USUAL_BODY, context=[["application", "shop"]]), application="shop")
    all_of = dict(expects=TYPED, application="shop", type_label="visit", context=CONTEXT)
    twin = o.passes("application, type and the caller's pairs", "§ 3.2.5", XAES, labelled(shop | label, context=CONTEXT), **all_of)
    for name, labels in (("application and type exchanged", {"application": "visit", "type": "shop"}), ("the border of application and type moved", {"application": "shopv", "type": "isit"}),
                         ("the application alone", shop), ("the type alone", label)):
        o.fails(f"sealed with {name}", "§ 3.2.5", "Auth", twin, XAES, labelled(labels, context=CONTEXT), **all_of)


def open_payloads(o):
    """Step 9, a dictionary expected."""
    def opens(name, payload, spec="§ 5.4.3"):
        return o.passes(f"dictionary: {name}", spec, XAES, token(XAES, body(ISSUED, payload=payload)))

    def refused(name, twin, payload):
        o.fails(f"dictionary refused: {name}", "§ 5.4.5", "Payload", twin, XAES, token(XAES, body(ISSUED, payload=payload)))

    def nested(levels, innermost=b"\x90"):
        return b"\x81\xa1a" + b"\x91" * (levels - 1 - (innermost in (b"\x90", b"\x80"))) + innermost

    empty = "xaes: the smallest body opens"
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
    refused("map header of two bytes for 15 keys", "dictionary: 15 keys", b"\xde\0\x0f" + pack({f"k{i:02}": i for i in range(15)})[1:])
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
    for head, length in (("d9", 1), ("da", 2), ("db", 4)):
        form = bytes.fromhex(head) + (1).to_bytes(length)
        good = opens(f"a text of the form {head} in a value", b"\x81\xa1a" + form + b"c", "§ 5.4.6")
        refused(f"bad UTF-8 in a text of the form {head} in a value", good, b"\x81\xa1a" + form + b"\xff")
        refused(f"a surrogate in a text of the form {head} in a value", good, b"\x81\xa1a" + bytes.fromhex(head) + (3).to_bytes(length) + b"\xed\xa0\x80")
        refused(f"bad UTF-8 in a text of the form {head} deep in a value", good, b"\x81\xa1a\x91\x81\1" + form + b"\xc3")
    for n, form in ((32, b"\xd9\x20"), (256, b"\xda\1\0"), (65_536, b"\xdb\0\1\0\0")):
        good = opens(f"a key of a map within a value, of {n:,} bytes", b"\x81\xa1a\x81" + form + b"k" * n + b"\1" if n < 20_000 else b"\x81\xa1a\x81\xa1k\1")
        refused(f"bad UTF-8 in a key of a map within a value, of {n:,} bytes", good, b"\x81\xa1a\x81" + form + b"k" * (min(n, 15_000) - 1) + b"\xff" + b"\1")
        if n < 20_000:
            good = opens(f"a key of {n:,} bytes, at the border of its form", b"\x81" + form + b"k" * n + b"\1")
            refused(f"bad UTF-8 in a key of {n:,} bytes", good, b"\x81" + form + b"k" * (n - 1) + b"\xff\1")
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
    nest = opens("a map within a value: keys of any kind", b"\x81\xa1a\x88\x01\1\xe0\2\xcc\x80\3\xa1b\4\xc4\1b\5\xc0\6\xc3\7\x91\1\x08")
    refused("a map within a value, the same integer twice", nest, b"\x81\xa1a\x82\1\1\1\2")
    refused("a map within a value, the same text twice", nest, b"\x81\xa1a\x82\xa1b\1\xa1b\2")
    refused("a map within a value, the same text twice with the same value", nest, b"\x81\xa1a\x82\xa1b\1\xa1b\1")
    refused("a map within a value, the same text twice, not side by side", nest, b"\x81\xa1a\x83\xa1b\1\xa1c\1\xa1b\2")
    refused("a map within a value, the same byte string twice", nest, b"\x81\xa1a\x82\xc4\1b\1\xc4\1b\2")
    refused("a map within a value, nil twice", nest, b"\x81\xa1a\x82\xc0\1\xc0\2")
    refused("a map within a value, the same array twice", nest, b"\x81\xa1a\x82\x91\1\1\x91\1\2")
    refused("a map within an array within a value, the same text twice", nest, b"\x81\xa1a\x91\x82\xa1b\1\xa1b\2")
    refused("a map that is a key, a text that is no UTF-8", nest, b"\x81\xa1a\x81\x81\xa1\xff\1\1")
    refused("a list that is a key, a text that is no UTF-8", nest, b"\x81\xa1a\x81\x91\xa1\xff\1")
    refused("the key of a map within a value: 2^63 - 1 in the signed form of 64 bits", nest, b"\x81\xa1a\x81\xd3\x7f" + b"\xff" * 7 + b"\1")
    opens("the key of a map within a value: 2^32 in its form", b"\x81\xa1a\x81\xcf\0\0\0\1\0\0\0\0\1", "§ 5.4.5")
    opens("the key of a map within a value: -2^31 - 1 in its form", b"\x81\xa1a\x81\xd3\xff\xff\xff\xff\x7f\xff\xff\xff\1", "§ 5.4.5")
    # Depth inside of a key: the outer map is 1, the map in its value 2, a list that is its key 3.
    for what, unit, last in (("lists", b"\x91", b"\x90"), ("maps", b"\x81", b"\x80")):
        inside = lambda levels: b"\x81\xa1a\x81" + (unit * (levels - 3) if unit == b"\x91" else unit * (levels - 3)) + last + (b"\1" * (levels - 3) if unit == b"\x81" else b"") + b"\1"
        good = opens(f"{what} inside a key, 64 levels deep", inside(64), "§ 5.4.5")
        refused(f"{what} inside a key, 65 levels deep", good, inside(65))
    good = opens("a list behind a key with lists in it: the depth of the key does not count on", b"\x81\xa1a\x81" + b"\x91" * 61 + b"\x90" + b"\x91" * 61 + b"\x90", "§ 5.4.5")
    refused("a list behind a key with lists in it, 65 levels deep", good, b"\x81\xa1a\x81" + b"\x91" * 61 + b"\x90" + b"\x91" * 62 + b"\x90")
    refused("a map that is a key, the same text twice", nest, b"\x81\xa1a\x81\x82\xa1b\1\xa1b\2\1")
    for name, bad in (("the integer 5 as 8 bits", b"\xcc\5"), ("the integer 200 as 16 bits", b"\xcd\0\xc8"), ("the integer 5 as signed 8 bits", b"\xd0\5"),
                      ("the integer 200 as signed 16 bits", b"\xd1\0\xc8"), ("the integer 300 as signed 16 bits, which is as short", b"\xd1\x01\x2c"), ("the integer -1 as 8 bits", b"\xd0\xff"), ("the integer -200 as 32 bits", b"\xd2\xff\xff\xff\x38"),
                      ("a text with a byte of length", b"\xd9\1b"), ("a text with two bytes of length", b"\xda\0\1b"), ("a byte string with two bytes of length", b"\xc5\0\1b")):
        refused(f"the key of a map within a value: {name}", nest, b"\x81\xa1a\x81" + bad + b"\1")
    borders = (127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1)
    opens("a map within a value: integers at the borders of their sizes as keys", b"\x81\xa1a\xde\0\x10" + b"".join(pack(n) + b"\1" for n in borders))
    for bad in ("cc7f", "cd00ff", "ce0000ffff", "cf00000000ffffffff", "d0e0", "d1ff80", "d2ffff8000", "d3ffffffff80000000", "d200000005", "d3000000000000007f", "d30000000100000000"):
        refused(f"the key of a map within a value: the integer {bad}", nest, b"\x81\xa1a\x81" + bytes.fromhex(bad) + b"\1")
    for n in (255, 256):
        opens(f"the keys of a map within a value: a text and a byte string of {n} bytes", b"\x81\xa1a\x82" + pack("k" * n) + b"\1" + pack(b"k" * n) + b"\2")
    for name, bad in (("a text of 255 bytes with two bytes of length", b"\xda\0\xff" + b"k" * 255), ("a text of 256 bytes with four bytes of length", b"\xdb\0\0\1\0" + b"k" * 256),
                      ("a byte string of 255 bytes with two bytes of length", b"\xc5\0\xff" + b"k" * 255), ("a byte string of 256 bytes with four bytes of length", b"\xc6\0\0\1\0" + b"k" * 256)):
        refused(f"the key of a map within a value: {name}", nest, b"\x81\xa1a\x81" + bad + b"\1")
    opens("a map within a value: its own value in a longer form", b"\x81\xa1a\x81\xa1b\xcd\0\5", "§ 5.4.6")
    opens("a map within a value: an array with a longer integer as key", b"\x81\xa1a\x82\x91\1\1\x91\xcc\1\2")
    opens("a map within a value: floats of 0.0 and -0.0 and the integer 0 are three keys", b"\x81\xa1a\x83\xcb" + bytes(8) + b"\1\xcb\x80" + bytes(7) + b"\2\0\3")
    opens("two maps within values may have the same key", b"\x82\xa1a\x81\xa1c\1\xa1b\x81\xa1c\2")
    opens("a U+FEFF at the start of a text is kept", pack({"a": "\ufeffAda"}), "§ 5.4.7")
    opens("a U+FEFF at the start of a key is kept", pack({"\ufeffa": 1}), "§ 5.4.7")
    opens("a text that is not normalised stays so", pack({"a": "e\u0301"}), "§ 5.4.7")
    by_bytes = opens("keys by bytes: U+FF5E comes before U+1F36A, in UTF-16 it does not", pack({"\uff5e": 1, "\U0001f36a": 2}), "§ 5.4.1, § 5.4.7")
    refused("keys in the order of UTF-16", by_bytes, pack({"\U0001f36a": 2, "\uff5e": 1}))
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
    for form in (b"\xdc\0\1", b"\xdd\0\0\0\1"):
        good = opens(f"a list in the form {form[:1].hex()}, 64 levels deep", b"\x81\xa1a" + form * 62 + b"\x90")
        refused(f"a list in the form {form[:1].hex()}, 65 levels deep", good, b"\x81\xa1a" + form * 63 + b"\x90")
    for form in (b"\xde\0\1\xa1a", b"\xdf\0\0\0\1\xa1a"):
        good = opens(f"a map in the form {form[:1].hex()}, 64 levels deep", b"\x81\xa1a" + form * 62 + b"\x80")
        refused(f"a map in the form {form[:1].hex()}, 65 levels deep", good, b"\x81\xa1a" + form * 63 + b"\x80")
    deep = opens("64 levels deep, the innermost an empty map", nested(64, b"\x80"))
    refused("65 levels deep, the innermost an empty map", deep, nested(65, b"\x80"))
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
    long, eight = dict(policy={"idle": None, "absolute": 86_400}), "§ 7.7, § 8.1"
    pair("idle timeout from issued", "Idle", I + 299, body(I), **idle)
    pair("idle timeout from the last activity", "Idle", I + 1299, body(I, age=1000), **idle)
    pair("absolute timeout", "Expired", I + 43_199, body(I), policy={"idle": None})
    pair("absolute timeout, whatever the last activity", "Expired", I + 43_199, body(I, age=43_000))
    pair("expired comes before idle", "Expired", I + 599, body(I), policy={"idle": 600, "absolute": 600})
    pair("a limit shorter than the absolute timeout", "Expired", I + 899, body(I, limit=900), spec=eight)
    pair("a limit longer than the absolute timeout", "Expired", I + 86_399, body(I, limit=900_000), spec=eight, **long)
    pair("a limit equal to the absolute timeout", "Expired", I + 86_399, body(I, limit=86_400), spec=eight, **long)
    pair("a limit does not lift the idle timeout", "Idle", I + 299, body(I, limit=900_000), spec="§ 8.2", **idle)
    pair("a limit of 1 second", "Expired", I, body(I, limit=1), spec=eight)
    o.fails("a limit of 0 is over at once", "§ 5.1.4", "Expired", "a limit of 1 second: alive", XAES, token(XAES, body(I, limit=0)), now=I)
    remember = dict(policy={"remember_up_to": 2_592_000})
    pair("remembered outlives the absolute timeout", "Expired", I + 999_999, body(I, remembered=1_000_000), spec=eight, **remember)
    pair("remembered for 1 second", "Expired", I, body(I, remembered=1), spec=eight, **remember)
    o.fails("remembered for 0 seconds is over at once", "§ 5.1.4", "Expired", "remembered for 1 second: alive", XAES, token(XAES, body(I, remembered=0)), now=I, **remember)
    pair("remember_up_to caps remembered", "Expired", I + 2_591_999, body(I, remembered=9_000_000), spec=eight, **remember)
    pair("remember_up_to below the absolute timeout caps too", "Expired", I + 599, body(I, remembered=9_000_000), spec=eight, policy={"remember_up_to": 600})
    pair("remembered below the absolute timeout", "Expired", I + 899, body(I, remembered=900), spec=eight, **remember)
    pair("the limit of a remembered session comes first", "Expired", I + 99_999, body(I, limit=100_000, remembered=1_000_000), spec=eight, **remember)
    pair("a limit later than remembered changes nothing", "Expired", I + 99_999, body(I, limit=1_000_000, remembered=100_000), spec=eight, **remember)
    pair("without remember_up_to the absolute timeout caps remembered", "Expired", I + 43_199, body(I, age=43_000, remembered=9_000_000), spec=eight)
    pair("without remember_up_to remembered still ends the session", "Expired", I + 899, body(I, remembered=900), spec=eight)
    pair("without remember_up_to the limit still ends the session", "Expired", I + 899, body(I, limit=900, remembered=9_000_000), spec=eight)
    forgiving = dict(policy={"idle": 300, "absolute": 1_000_000, "remember_up_to": 2_592_000})
    o.passes("remembered: no idle timeout", "§ 8.2", XAES, token(XAES, body(I, remembered=1_000_000)), now=I + 500_000, **forgiving)
    o.fails("the same session, not remembered, is idle", "§ 8.2", "Idle", "remembered: no idle timeout", XAES, token(XAES, body(I)), now=I + 500_000, **forgiving)
    o.fails("the same session with a limit instead is idle", "§ 8.2", "Idle", "remembered: no idle timeout", XAES, token(XAES, body(I, limit=1_000_000)), now=I + 500_000, **forgiving)
    pair("without remember_up_to the idle timeout applies to a remembered session", "Idle", I + 299, body(I, remembered=9_000_000), spec="§ 8.2", **idle)
    pair("remember_up_to does not lengthen a session that is not remembered", "Expired", I + 43_199, body(I, limit=1_000_000), spec=eight, policy={"idle": None, "remember_up_to": 2_592_000})
    for skew in (0, 60, 300):
        pair(f"issued ahead of the clock, skew {skew}", "NotYetValid", I - skew, body(I), dead=I - skew - 1, policy={"skew": skew})
    pair("a clock that is behind lets no session live longer by skew", "Expired", I + 899, body(I, limit=900), spec="§ 8.4", policy={"skew": 300})
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

    twin = "a dictionary where a dictionary is expected"
    for name, now, reason in (("0", 0, "NotYetValid"), ("the second before the epoch", EPOCH - 1, "NotYetValid"), ("2^32-1", U32_MAX, "Expired"),
                              ("ten seconds past the last that can be sealed", EPOCH + U32_MAX + 10, "Expired"), ("the end of year 9999", 253402300799, "Expired"), ("2^63-1", 2**63 - 1, "Expired")):
        o.fails(f"now is {name}", "§ 7.7", reason, twin, XAES, value, now=now)
    o.passes("issued at the epoch, opened at the epoch", "§ 7.7", XAES, token(XAES, body(EPOCH)), now=EPOCH)
    o.passes("issued at the epoch, opened before it within the skew", "§ 7.7", XAES, token(XAES, body(EPOCH)), now=EPOCH - 60)
    last = EPOCH + U32_MAX
    twin = o.passes("issued at the last second, opened ten seconds later", "§ 7.7", XAES, token(XAES, body(last)), now=last + 10)
    o.fails("issued at the last second with the greatest age, ahead of the clock", "§ 7.7", "NotYetValid", twin, XAES, token(XAES, body(last, age=U32_MAX)), now=last + 10)
    pair("the greatest issued, limit and age do not overflow", "Expired", last + 34_559_999, body(last, age=34_559_999, limit=U32_MAX, remembered=U32_MAX), spec="§ 1.2", policy={"absolute": 34_560_000})


def open_keys(o):
    """Step 4 and § 3.4: which key it was, and where it stands in the order."""
    one, two, three = (KEYS["xaes", n] for n in ("one", "two", "three"))
    day = 86_400
    ring = f"{line(one, None, NOW + 10)}\n{line(two, NOW)}\n{line(three, NOW + day)}"
    for key, place in ((one, "earlier"), (two, "sealing"), (three, "later")):
        o.passes(f"under a key {place} in the order", "§ 3.4.5", key, token(key, USUAL_BODY), ring=ring)
    o.passes("a second before, the earlier key is the sealing one", "§ 3.4.5", one, token(one, USUAL_BODY), ring=ring, now=NOW - 1)
    o.passes("a second before, the sealing key is a later one", "§ 3.4.5", two, token(two, USUAL_BODY), ring=ring, now=NOW - 1)
    twin = o.passes("of three keys the first in its last second", "§ 7.4", one, token(one, USUAL_BODY), ring=ring, now=NOW + 9)
    o.fails("of three keys the first has retired", "§ 7.4", "RetiredKey", twin, one, token(one, USUAL_BODY), ring=ring, now=NOW + 10)
    tie = f"{line(two)}\n{line(one)}"
    o.passes("without seal_from, the first listed seals", "§ 3.4.5", two, token(two, USUAL_BODY), ring=tie)
    future = f"{line(two, NOW + 2 * day)}\n{line(one, NOW + day)}"
    o.passes("before any seal_from, the first of the order is the sealing key", "§ 3.4.5", one, token(one, USUAL_BODY), ring=future)
    o.passes("before any seal_from, the second of the order is a later one", "§ 3.4.5", two, token(two, USUAL_BODY), ring=future)
    mixed = f"{line(XCHA, None, NOW + day)}\n{line(one, ISSUED)}"
    o.passes("an xcha token in a ring that seals with xaes", "§ 3.4.5", XCHA, token(XCHA, USUAL_BODY), ring=mixed)
    twin = o.passes("an xaes token in a ring with xcha", "§ 3.4.5", one, token(one, USUAL_BODY), ring=mixed)
    o.fails("an xaes token under the format byte of the ring's other suite", "§ 7.4", "UnknownKey", twin, one, flipped(token(one, USUAL_BODY), 0), ring=mixed)
    s_one, s_two = KEYS["sign", "one"], KEYS["sign", "two"]
    o.passes("signed: under an earlier key", "§ 3.4.5", s_one, token(s_one, USUAL_BODY), ring=f"{line(s_one)}\n{line(s_two, ISSUED)}")
    o.passes("signed: under a later key", "§ 3.4.5", s_two, token(s_two, USUAL_BODY), ring=f"{line(s_one)}\n{line(s_two, NOW + 1)}")


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
    o.fails("__Host-: the payload of the one chosen cannot be read", "§ 7.0, § 7.9", "Payload", "__Host-: the greatest issued, second of two", XAES,
            (made(COOKIE, sid=SID), made(COOKIE, ISSUED + 1, sid=OTHER_SID, payload=DATA + b"\0")), purpose=COOKIE)
    o.passes("__Host-: without any sid", spec, XAES, (made(COOKIE), made(COOKIE, ISSUED + 1)))
    same = "the same sid: the greatest issued, second of two"
    a, b = made(PLAIN, sid=SID), made(PLAIN, ISSUED + 1, sid=OTHER_SID)
    o.fails("plain name, two sids", spec, "Duplicate", same, XAES, (a, b), purpose=PLAIN)
    o.fails("plain name, two sids, the other order", spec, "Duplicate", "the same sid: the greatest issued, first of two", XAES, (b, a), purpose=PLAIN)
    o.fails("plain name, no sid in either", spec, "Duplicate", same, XAES, (made(PLAIN), made(PLAIN, ISSUED + 1)), purpose=PLAIN)
    o.fails("plain name, a sid in the first only", spec, "Duplicate", same, XAES, (a, made(PLAIN, ISSUED + 1)), purpose=PLAIN)
    o.fails("plain name, a sid in the second only", spec, "Duplicate", same, XAES, (made(PLAIN), made(PLAIN, ISSUED + 1, sid=SID)), purpose=PLAIN)
    for name, at in (("first", 0), ("last", 7)):
        o.fails(f"plain name, two sids that differ in their {name} byte", spec, "Duplicate", same, XAES, (a, made(PLAIN, ISSUED + 1, sid=SID[:at] + u8(SID[at] ^ 1) + SID[at + 1:])), purpose=PLAIN)
    o.passes("plain name, one of two opens, and has no sid", spec, XAES, (flipped(a, -1), made(PLAIN)), purpose=PLAIN)
    three = o.passes("plain name, three of one sid", spec, XAES, (a, made(PLAIN, ISSUED + 1, sid=SID), made(PLAIN, ISSUED + 2, sid=SID)), purpose=PLAIN)
    o.fails("plain name, the third has another sid", spec, "Duplicate", three, XAES, (a, made(PLAIN, ISSUED + 1, sid=SID), made(PLAIN, ISSUED + 2, sid=OTHER_SID)), purpose=PLAIN)
    for name, others in (("second", (OTHER_SID, SID)), ("first", (SID, SID))):
        first = a if name == "second" else made(PLAIN, sid=OTHER_SID)
        rest = (made(PLAIN, ISSUED + at, sid=sid) for at, sid in enumerate(others, 1))
        o.fails(f"plain name, the {name} has another sid", spec, "Duplicate", three, XAES, (first, *rest), purpose=PLAIN)
    o.passes("plain name, the one of the other sid has expired", spec, XAES, (a, made(PLAIN, ISSUED - 50_000, sid=OTHER_SID)), purpose=PLAIN)
    filled = o.passes("plain name, a fifth value of another sid is not tried", spec, XAES, (a, *(flipped(a, -i) for i in (1, 2, 3)), b), purpose=PLAIN)
    o.fails("plain name, a fourth value of another sid is tried", spec, "Duplicate", filled, XAES, (a, *(flipped(a, -i) for i in (1, 2)), b), purpose=PLAIN)
    for name in ("__host-session", "__HOST-session", "__hOST-session"):
        purpose = {"kind": "cookie", "name": name}
        o.passes(f"{name} is host-only in any case: two sids", "§ 7.0, § 9.1.2", XAES, (made(purpose, sid=SID), made(purpose, ISSUED + 1, sid=OTHER_SID)), purpose=purpose)
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
    ahead = dict(policy={"absolute": 600, "idle": None})
    o.fails("order: not yet valid, and expired", "§ 7.7", "NotYetValid", "xaes: the last second of the absolute timeout", XAES, token(XAES, body(ISSUED, age=661)), **ahead)
    o.fails("order: not yet valid, and limited to an end that has come", "§ 7.7", "NotYetValid", good, XAES, token(XAES, body(ISSUED, age=700, limit=600)))
    o.fails("order: expired, and idle", "§ 7.7", "Expired", "xaes: the last second of the absolute timeout", XAES, token(XAES, USUAL_BODY), policy={"absolute": 600, "idle": 600})
    o.fails("order: idle, and revoked", "§ 7.8", "Idle", good, XAES, usual, policy={"idle": 600, "not_before": ISSUED + 1})
    o.fails("order: expired, and revoked", "§ 7.8", "Expired", "xaes: the last second of the absolute timeout", XAES, usual, policy={"idle": None, "absolute": 600, "not_before": ISSUED + 1})
    o.fails("order: revoked by the application, and a payload that cannot be read", "§ 7.9", "Revoked", good, XAES, token(XAES, USUAL_BODY + b"\0"), policy={"revoked": [SID.hex()]})
    o.fails("order: a value that is too long, and chunked", "§ 7.1", "TooLong", good, XAES, "9." + "A" * 32_768)
    o.fails("order: wrongly encoded, and too short", "§ 7.2", "Encoding", good, XAES, "AAA=")
    o.fails("order: a malformed body, and not yet valid", "§ 7.6", "Malformed", good, XAES, token(XAES, raw(0x80, b"\0", NOW + 1_000)))
    o.fails("order: not yet valid, and a payload that cannot be read", "§ 7.9", "NotYetValid", good, XAES, token(XAES, body(NOW + 61, payload=b"\x80")))
    o.fails("revoked by the application", "§ 7.8", "Revoked", good, XAES, usual, policy={"revoked": [OTHER_SID.hex(), SID.hex()]})
    o.fails("the application does not say whether it is revoked", "§ 7.8", "Revoked", good, XAES, usual, policy={"revoked": "fails"})
    o.passes("the application has revoked another session", "§ 7.8", XAES, usual, policy={"revoked": [OTHER_SID.hex()]})
    o.passes("the application has revoked ids, and the session has none", "§ 7.8", XAES, token(XAES, body(ISSUED, payload=DATA)), policy={"revoked": [SID.hex(), "00" * 8]})
    o.fails("the flag of a device, without settings for devices", "§ 5.1.5, § 16", "Malformed", good, XAES, token(XAES, body(ISSUED, sid=SID, device=bytes(16), payload=DATA)))
    o.fails("the flag of a device with a device, without settings for devices", "§ 5.1.5, § 16", "Malformed", good, XAES, token(XAES, body(ISSUED, sid=SID, device=test_bytes("device", 16), payload=DATA)))
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
    spec = "§ 9.2.2, § 9.2.3"
    usual, other = (token(XAES, body(ISSUED, sid=sid, payload=pack({"n": 1}))) for sid in (SID, OTHER_SID))
    assert len(usual) % 4 == 0, "there are no unused bits, wherever the last piece ends up"
    for count in range(2, 9):
        value, parts = in_parts(usual, *[10] * (count - 1))
        o.passes(f"in {count} parts", "§ 9.2.0, § 9.2.1", XAES, value, parts=parts)
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
    for length in (4_100, 8_000, 12_000, 15_000):
        fields = split_lines({"cookie": "__Host-session", "path": "/", "domain": None, "secure": True, "same_site": "Lax", "partitioned": False, "value": long_token(length), "max_age": None, "limit": 4096})
        first, *rest = (field.split(";")[0].partition("=")[2] for field in fields)
        long = o.passes(f"a token of {length:,} characters, as a writer cuts it", "§ 9.2.1", XAES, first, parts=list(enumerate(rest, 1)), expects=TYPED)
        o.fails(f"a token of {length:,} characters, the last part cut", "§ 9.2.4", "Auth", long, XAES, first, parts=list(enumerate(rest[:-1] + [rest[-1][:-4]], 1)), expects=TYPED)
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
    for part in (open_encoding, open_bodies, open_typed, open_payloads, open_times, open_keys, open_several, open_order, open_chunks):
        part(o)
    corner_vectors.openings(o)
    rare_vectors.openings(o)
    return lasting_vectors.openings(o)


# ---------------------------------------------------------------- cookies.json, csrf.json

def cookies():
    out = []

    def find(name, lines, *values, cookie="session", spec="§ 9.1.3"):
        lines = [lines] if isinstance(lines, str) else lines
        assert find_values(lines, cookie) == list(values), (name, find_values(lines, cookie))
        out.append({"name": f"find: {name}", "spec": spec, "kind": "find", "lines": lines, "cookie": cookie, "values": list(values)})

    find("alone", "session=abc", "abc")
    for name, space in (("a line feed", "\n"), ("a form feed", "\f"), ("a carriage return", "\r"), ("a vertical tab", "\v")):
        find(f"{name} around the value belongs to it", f"session={space}abc{space}; b=2", f"{space}abc{space}")
    long = "x" * CUT
    find("quotes are removed before a value is cut", f'session="{"x" * CUT}"; session="{"x" * (CUT - 1)}"', long, long[:-1], spec="§ 9.1.4")
    find("a value that is cut to one with a quote at its end keeps it", f'session="{"x" * (CUT - 1)}"a', '"' + "x" * (CUT - 1), spec="§ 9.1.4")
    find("values that agree in their first 32,769 bytes are one", f"session={long}a; session={long}b; session={long[:-1]}; session=1; session=2; session=3", long, long[:-1], "1", "2", spec="§ 9.1.4")
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
    find("four distinct values, a fifth is ignored", "session=1; session=2; session=3; session=4; session=5", "1", "2", "3", "4", spec="§ 9.1.4")
    find("repetitions do not count among the four", "session=1; session=1; session=1; session=1; session=2", "1", "2", spec="§ 9.1.4")
    find("a __Host- name", "session=x; __Host-session=abc", "abc", cookie="__Host-session")
    find("bytes beyond ASCII in another cookie", "lang=\u00e9\u00ff; session=abc", "abc")
    find("a byte beyond ASCII in the value", "session=ab\u00e9", "ab\u00e9")
    find("a no-break space after the value belongs to it", "session=abc\u00a0", "abc\u00a0")
    find("a pair without an equals sign beside it", "foo; session=abc; bar", "abc")
    find("empty pairs", ";; ; session=abc;;", "abc")
    for name, lines in (("no line", []), ("an empty line", ""), ("another case", "Session=abc"), ("upper case", "SESSION=abc"), ("a longer name", "session2=abc"), ("a shorter name", "sessio=abc"),
                        ("a name that ends in it", "my-session=abc"), ("with its __Host- prefix", "__Host-session=abc"), ("a space before the equals sign", "session =abc"),
                        ("a tab before the equals sign", "session\t=abc"), ("no equals sign", "session"), ("in another cookie's value", "a=session=abc"),
                        ("in another cookie's quoted value", 'a="session=abc"'), ("after a comma", "a=1, session=abc"), ("a quoted name", '"session"=abc'), ("a line feed before the name", "\nsession=abc"), ("a carriage return before the name", "a=1; \rsession=abc"), ("a form feed before the name", "\fsession=abc"), ("a vertical tab before the name", "\vsession=abc"), ("a byte beyond ASCII before the name", "\u00e9session=abc"),
                        ("a no-break space before the name", "\u00a0session=abc")):
        find(f"not found: {name}", lines)

    base = {"path": "/", "domain": None, "secure": True, "same_site": "Lax", "partitioned": False}
    host = {"cookie": "__Host-session"} | base
    shapes = (("the default attributes", host), ("without Secure", host | {"cookie": "session", "secure": False}), ("SameSite=Strict", host | {"same_site": "Strict"}),
              ("SameSite=None, partitioned", host | {"same_site": "None", "partitioned": True}), ("no SameSite", host | {"same_site": None}),
              ("a domain and a path", host | {"cookie": "__Secure-session", "domain": "example.com", "path": "/app"}),
              ("everything", {"cookie": "id", "path": "/a/b", "domain": "www.example.com", "secure": True, "same_site": "None", "partitioned": True}))

    def add(name, kind, spec, **v):
        v = {"name": f"{kind}: {name}", "spec": spec, "kind": kind} | v
        out.append(v | answer_cookies(v))

    def config(accepted, name, spec="§ 9.1.2", **v):
        v = {"cookie": "session"} | base | v
        assert is_good_cookie(v) == accepted, v
        add(name, "config", spec, **v)

    for prefix in ("__Host-", "__host-", "__HOST-", "__hOsT-", "__Host-Http-", "__host-http-"):
        name = {"cookie": prefix + "id"}
        config(True, f"{prefix} as it has to be", **name)
        config(False, f"{prefix} without Secure", **name, secure=False)
        config(False, f"{prefix} with a domain", **name, domain="example.com")
        config(False, f"{prefix} with a path", **name, path="/app")
    for prefix in ("__Secure-", "__secure-", "__SECURE-", "__Http-", "__HTTP-"):
        config(True, f"{prefix} with a domain and a path", cookie=prefix + "id", domain="example.com", path="/app")
        config(False, f"{prefix} without Secure", cookie=prefix + "id", secure=False)
    for name in ("Host-id", "_Host-id", "__Hostid", "id__Host-", "__Hosts-id"):
        config(True, f"{name} has no prefix", cookie=name, secure=False, path="/app", domain="example.com")
    config(False, "SameSite=None without Secure", same_site="None", secure=False)
    config(True, "SameSite=None with Secure", same_site="None")
    for path in ("/app", "/a%20b", "/!", "/~", "/" + "a" * 1_023):
        config(True, f"the path {path if len(path) < 20 else 'of 1,024 bytes'}", path=path)
    for path in ("", "app", "/a;b", "/a,b", "/a b", "/a\tb", "/a\r\nb", "/a\x7f", "/\u00e9", "/" + "a" * 1_024):
        config(False, f"the path {path!r}" if len(path) < 20 else "the path of 1,025 bytes", path=path)
    for domain in ("example.com", "localhost", "a-b.1.example", "EXAMPLE.com", "l" * 63 + ".example"):
        config(True, f"the domain {domain}", domain=domain)
    for domain in ("", ".example.com", "example.com.", "example..com", "example.com:8080", "example.com; Path=/", "ex ample.com", "-a.example", "a-.example", "a_b.example", "192.0.2.1", "[::1]", "\u00e9.example", "example.com\r\n",
                   "l" * 64 + ".example", "aaa." * 63 + "aa"):
        config(False, f"the domain {domain!r}", domain=domain)
    config(True, "the domain of 253 bytes", domain="aaa." * 63 + "a")
    config(False, "Partitioned without Secure", partitioned=True, secure=False)
    config(True, "Partitioned with Secure", partitioned=True)
    for name in ("session.1", "session.7", "session.8", "session.10", "session.01", "a.b.2", ".1", "s\u00e9ssion", "ses sion", "ses=sion", "ses;sion", "ses:sion", '"session"', "", "session\t"):
        config(False, f"the name {name!r}", "§ 9.1.1", cookie=name)
    for name in ("session", "session.", "session.a", "session.1a", "session1", "1", "a.1.b", "!#$%&'*+-.^_`|~"):
        config(True, f"the name {name!r}", "§ 9.1.1", cookie=name)

    for title, shape in shapes:
        for age in (None, 0, 3600, 34_559_999, 34_560_000, 34_560_001, 99_999_999_999) if shape is host else (None, 3600):
            add(f"{title}, " + (f"Max-Age={age}" if age is not None else "for the browser session"), "set", "§ 9.3.2" if age and age > 3600 else "§ 9.3.1", value="abc", **shape, max_age=age)
        add(title, "expire", "§ 9.4.1", **shape)
        if shape is host:
            add("three parts, not in their order", "expire", "§ 9.4.1", **shape, carried=[7, 1, 3])
            add("three parts, not in their order", "unused", "§ 9.2.7", **shape, cookies=2, carried=[7, 1, 2])
        add(f"{title}, and three parts", "expire", "§ 9.4.1", **shape, carried=[1, 3, 7])
        for mode, limit in (("encrypted", 3072), ("encrypted", 4096), ("signed", 3072), ("signed", 4096)):
            add(f"{title}, {mode}, {limit:,} characters", "room", "§ 9.6.1", **shape, mode=mode, limit=limit)
            for extra in ({"parts": 2}, {"parts": 3}, {"parts": 4}, {"padding": "padme"}, {"parts": 4, "padding": "padme"}):
                if shape is host and ("parts" not in extra or limit == 4096):
                    add(", ".join([title, mode, f"{limit:,} characters"] + [f"{k} {x}" for k, x in extra.items()]), "room", "§ 9.6.1", **shape, mode=mode, limit=limit, **extra)
        for age in (None, 3600) if shape is host else (None,):
            capacity = 4096 - len(set_line(shape | {"value": "", "max_age": age})) - 2
            borders = ((capacity + 3 + ((capacity + 3) % 4 == 1), "the next longer than one full cookie"), (2 * capacity, "two full parts"), (2 * capacity + 2, "two full parts and two characters"), (4 * capacity - 1, "four parts, the last a character short"), (4 * capacity, "four full parts"))
            lengths = [(n, f"{n:,} characters") for n in (4_100, 8_000, 12_000, 15_000)] + [(n, t) for n, t in borders if n % 4 != 1]
            for length, how in lengths if shape is host and age is None else lengths[1:2] + (lengths[-1:] if age else []):
                v = {"value": long_token(length)} | shape | {"max_age": age, "limit": 4096}
                fields = split_lines(v)
                assert 2 <= len(fields) <= 4 and all(len(field) <= 4096 for field in fields), (title, length)
                assert all(len(field) == 4096 for field in fields[:-1])
                joined = "; ".join(field.split(";")[0] for field in fields)
                assert assemble(find_values([joined], v["cookie"])[0], carried_parts([joined], v["cookie"])) == v["value"]
                add(f"{title}, {how}" + (f", Max-Age={age}" if age else ""), "split", "§ 9.2.1, § 9.2.5, § 9.2.6", **v)
        for cookies, carried in ((1, [1]), (1, [1, 2, 3]), (2, [1]), (2, [1, 2, 7]), (4, [3, 4]), (3, [])) if shape is host else ((1, [1, 2]),):
            add(f"{title}, {cookies} cookies are sent and parts {carried} came", "unused", "§ 9.2.7", **shape, cookies=cookies, carried=carried)
    rooms = {(v["limit"], v.get("parts"), v["mode"]): v["payload"] for v in out if v["name"].startswith("room: the default attributes") and "padding" not in v}
    assert rooms == {(3072, None, "encrypted"): 2171, (4096, None, "encrypted"): 2939, (4096, 2, "encrypted"): 5953, (4096, 3, "encrypted"): 8969, (4096, 4, "encrypted"): 11985,
                     (3072, None, "signed"): 2195, (4096, None, "signed"): 2963, (4096, 2, "signed"): 5977, (4096, 3, "signed"): 8993, (4096, 4, "signed"): 12009}

    for title, v in (("more attributes than a field may have", {"path": "/" + "p" * 1_000, "domain": "aaa." * 63 + "a", "cookie": "n" * 128, "limit": 3072, "secure": True}),):
        shape = {"path": v["path"], "domain": v["domain"], "secure": True, "same_site": "Lax", "partitioned": False, "cookie": v["cookie"]}
        for limit in (1_400, 1_500, 1_600, 3_072):
            add(f"{title}, {limit:,} characters", "room", "§ 9.6.1", **shape, mode="encrypted", limit=limit)
    for limit in (150, 177, 178, 179):
        add(f"room of nearly nothing, {limit} characters", "room", "§ 9.6.1", **host, mode="encrypted", limit=limit)
        add(f"room of nearly nothing, {limit} characters, padded", "room", "§ 9.6.1", **host, mode="encrypted", limit=limit, padding="padme")
    for name in ("__Host-sessions", "__Host-session12"):
        shape = host | {"cookie": name, "max_age": None, "limit": 4096}
        exact = 4096 - len(set_line(shape | {"value": ""}))
        for length, cookies, how in ((exact, 1, "fills one cookie"), (exact - 1, 1, "a character less"), (exact - 2, 1, "as much as a part"), (exact + 1, 2, "a character more")):
            if length % 4 != 1:
                add(f"a token that fits exactly, {name}: {how}", "split", "§ 9.2.5", **shape | {"value": long_token(length)})
                assert len(out[-1]["fields"]) == cookies
    old = base | {"path": "/old"}
    wide = base | {"domain": "example.com", "partitioned": True}
    for change in ("store", "drop"):
        for title, more in (("one", {"earlier": [old], "lines": ["session=junk"]}), ("two, in their order", {"earlier": [wide, old], "lines": ["session=junk"]}), ("with parts that came", {"earlier": [old], "lines": ["session=junk; session.7=x; session.2=y"]}),
                            ("and a part that came alone", {"earlier": [old], "lines": ["session.5=x"]}), ("and nothing came", {"earlier": [old], "lines": []}), ("under Split(4)", {"earlier": [old], "lines": ["session=junk"], "parts": 4}),
                            ("under Split(2), with parts that came", {"earlier": [old, wide], "lines": ["session=junk; session.1=x; session.6=y"], "parts": 2}), ("none", {"earlier": [], "lines": ["session=junk; session.3=x"]})):
            add(f"{change}, {title}", "earlier", "§ 9.3.3, § 9.4.2", cookie="session", **base, **more, change=change)

    def whole(name, lines, cookie="session", spec="§ 9.2.3"):
        add(name, "whole", spec, lines=[lines] if isinstance(lines, str) else lines, cookie=cookie)

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
    whole("a count of 9, and eight parts", "session=9.a; " + "; ".join(f"session.{n}={n}" for n in range(1, 9)), spec="§ 9.2.2")
    whole("parts beside a whole token: an empty one, one without a value, one with two", "session=abc; session.1=; session.2; session.3=a; session.3=b", spec="§ 9.2.7")
    whole("eight parts", "session=8.a; " + "; ".join(f"session.{n}={n}" for n in range(7, 0, -1)))

    return out


def csrf():
    out = []

    def add(name, key=XAES, purpose=COOKIE, sid=SID, issued=ISSUED, mask=test_bytes("mask", 16), spec="§ 13.1", ring=None, now=NOW, **bound):
        v = {"name": name, "spec": spec, "kind": "render", "ring": ring or line(key), "mode": key.mode, "purpose": purpose} | {"context": []} | bound
        v |= {"now": now, "sid": sid.hex(), "issued": issued, "mask": mask.hex()}
        out.append(v | answer_csrf(v))
        return out[-1]["token"]

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
    add("with an application label", application="shop")
    add("with a type label", type_label="visit")
    add("with both labels and caller context", application="shop", type_label="visit", context=CONTEXT)

    mask, one, two = test_bytes("mask", 16), *(KEYS["xaes", n] for n in ("one", "two"))
    cookie = lambda key, context=(), purpose=COOKIE, **fields: token(key, body(ISSUED, **({"sid": SID} | fields)), purpose, context)
    right = lambda key=XAES, context=(), sid=SID, issued=ISSUED, mask=mask, purpose=COOKIE: csrf_token(key, purpose, context, sid, issued, mask)

    def check(name, passes, given, spec="§ 13.2", key=XAES, session=None, **setup):
        v = {"name": f"check: {name}", "spec": spec, "kind": "check"} | {"ring": line(key), "mode": key.mode, "purpose": COOKIE, "context": [], "now": NOW} | setup
        v |= {"session": session or cookie(key), "token": given}
        assert answer_csrf(v)["passes"] == passes, name
        out.append(v | answer_csrf(v))

    by_time = f"{line(one, None, NOW + DAY)}\n{line(two, NOW)}\n{line(KEYS['xaes', 'three'], NOW + HOUR)}"
    for now, how in ((NOW - 1, "the first"), (NOW, "the second"), (NOW + HOUR, "the third")):
        add(f"in a ring of three keys: {how} seals", spec="§ 13.2", ring=by_time, now=now)
    add("in a ring of two keys without times: the first listed seals", spec="§ 13.2", ring=f"{line(two)}\n{line(one)}")
    add("in a ring of two suites", spec="§ 13.2", ring=f"{line(one, None, NOW + DAY)}\n{line(XCHA, ISSUED)}")
    for key in (XAES, XCHA, SIGN):
        check(f"{key.type}: the token of the session passes", True, right(key), key=key)
    check("another mask passes", True, right(mask=bytes(16)))
    check("a token of the sid alone, without issued", False, base64url(mask + xor(mask, hmac_sha256(XAES.derive("csrf", names_of(COOKIE)), u32(0) + SID)[:16])), "§ 13.1")
    check("a token with issued as 8 bytes", False, base64url(mask + xor(mask, hmac_sha256(XAES.derive("csrf", names_of(COOKIE)), u32(0) + SID + u64(ISSUED - EPOCH))[:16])), "§ 13.1")
    check("a token with issued in Unix seconds", False, base64url(mask + xor(mask, hmac_sha256(XAES.derive("csrf", names_of(COOKIE)), u32(0) + SID + u32(ISSUED))[:16])), "§ 13.1")
    check("a token of the same sid, issued a second earlier", False, right(issued=ISSUED - 1), "§ 13.4")
    check("a token of another sid, issued at the same second", False, right(sid=OTHER_SID), "§ 13.4")
    check("the last activity takes no part", True, right(), "§ 13.4", session=cookie(XAES, age=500))
    check("a session without a sid, the token of a sid of zeros", False, right(sid=bytes(8)), "§ 13.4", session=cookie(XAES, sid=None))
    check("a session without a sid, the token of an empty sid", False, right(sid=b""), "§ 13.4", session=cookie(XAES, sid=None))
    check("a session that does not open, the token of a new one without a sid", False, right(sid=b"", issued=NOW), "§ 13.4", session="junk")
    check("a session that does not open, the token of a new one with a sid of zeros", False, right(sid=bytes(8), issued=NOW), "§ 13.4", session="junk")
    check("a session whose payload cannot be read", False, right(), "§ 13.4", session=cookie(XAES, payload=DATA + b"\0"))
    check("a session that does not open", False, right(), "§ 13.4", now=NOW + 50_000)
    check("a token of another key", False, right(two))
    check("a token for another cookie", False, csrf_token(XAES, PLAIN, (), SID, ISSUED, mask))
    check("a token of the type of another key", False, right(Key("xcha", XAES.secret)))
    rotated = f"{line(one, None, NOW + 10)}\n{line(two, NOW - 10)}"
    check("rendered before a rotation", True, right(one), ring=rotated, session=cookie(two))
    check("rendered after a rotation, the session not sealed again", True, right(two), ring=rotated, session=cookie(one))
    check("rendered under a key that seals later", True, right(two), ring=f"{line(one)}\n{line(two, NOW + 10)}", session=cookie(one))
    check("the last second of the key it was rendered under", True, right(one), ring=rotated, session=cookie(two), now=NOW + 9)
    check("its key has retired", False, right(one), ring=rotated, session=cookie(two), now=NOW + 10)
    good = right()
    for name, given in (("empty", ""), ("a character too few", good[:-1]), ("a character too many", good + "A"), ("a padding character", good + "="), ("a space before it", " " + good),
                        ("a space after it", good + " "), ("a line end after it", good + "\n"), ("the mask alone", good[:22]), ("twice", good * 2),
                        ("a space for a character", good[:20] + " " + good[21:]), ("padding for a character", good[:42] + "=")):
        check(f"form: {name}", False, given, "§ 13.3")
    standard = next(m for m in (test_bytes(f"mask {n}", 16) for n in range(1000)) if {"-", "_"} <= set(right(mask=m)))
    check("form: a token with - and _", True, right(mask=standard), "§ 13.3")
    check("form: the standard alphabet", False, right(mask=standard).replace("-", "+").replace("_", "/"), "§ 13.3")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for bit in range(2):
        check(f"form: unused bit {bit} of the last character is set", False, good[:-1] + alphabet[alphabet.index(good[-1]) | 1 << bit], "§ 13.3")
    for at in (0, 21, 22, 41):
        check(f"character {at + 1} is another", False, good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1:])
    check("character 43 is another, its unused bits zero", False, good[:-1] + alphabet[(alphabet.index(good[-1]) + 4) % 64])
    check("of the context", True, right(context=CONTEXT), "§ 13.1", session=cookie(XAES, CONTEXT), context=CONTEXT)
    check("without the context", False, right(), "§ 13.1", session=cookie(XAES, CONTEXT), context=CONTEXT)
    shop = COOKIE | {"application": "shop"}
    check("of the application", True, right(purpose=shop), "§ 3.2.5", session=cookie(XAES, purpose=shop), application="shop")
    check("of no application", False, right(), "§ 3.2.5", session=cookie(XAES, purpose=shop), application="shop")
    return out


# ---------------------------------------------------------------- contexts.json, headers.json, writes.json

def contexts():
    out = []

    def add(name, pairs=(), spec="§ 4.2.1", error=None):
        v = {"name": name, "spec": spec, "context": list(map(list, pairs))}
        answer = answer_contexts(v)
        assert answer.get("error") == error, (name, answer)
        out.append(v | answer)

    add("nothing")
    add("a pair", [("tenant", "blue")])
    add("two pairs", CONTEXT)
    add("two pairs in another order", CONTEXT[::-1])
    add("one label twice", [("a", "1"), ("a", "2")])
    add("an empty label and value", [("", "")])
    add("text beyond ASCII", [("größe", "尺寸")])
    add("a label of 255 bytes", [("l" * 255, "")], "§ 4.2.2")
    add("a value of 65,535 bytes", [("", "v" * 65_535)], "§ 4.2.2")
    add("labels that are as good as any", [("application", "1"), ("hardtack.type", "2"), ("hardtack.", "3")])
    add("refused: a label of 256 bytes", [("l" * 256, "")], "§ 4.2.2", "label")
    add("refused: a label of 255 characters and 256 bytes", [("l" * 254 + "é", "")], "§ 4.2.2", "label")
    add("refused: a value of 65,536 bytes", [("", "v" * 65_536)], "§ 4.2.2", "value")
    add("refused: a value of 65,535 characters and 65,536 bytes", [("", "v" * 65_534 + "é")], "§ 4.2.2", "value")
    add("refused: a label and a value that are too long: the label", [("l" * 256, "v" * 65_536)], "§ 14.4", "label")
    return out


def headers():
    out = []

    def opens(name, field, lines, outcome, key=XAES, spec="§ 9.7.2"):
        lines = [lines] if isinstance(lines, str) else lines
        v = {"name": name, "spec": spec, "kind": "open", "ring": line(key), "mode": key.mode, "field": field, "now": NOW, "lines": lines}
        v |= answer_headers(v)
        found = v["expect"]
        assert found.get("rejected", next(iter(found))) == outcome, (name, found)
        out.append(v)

    auth, custom = ({"kind": "header", "name": n} for n in ("authorization", "x-session"))
    good, other = token(XAES, USUAL_BODY, auth), token(XAES, body(ISSUED + 1, sid=SID), auth)
    plain, other_plain = token(XAES, USUAL_BODY, custom), token(XAES, body(ISSUED + 1, sid=SID), custom)
    for scheme in ("Bearer", "bearer", "BEARER", "bEARER"):
        opens(f"Authorization: {scheme}", "authorization", f"{scheme} {good}", "opened")
    opens("Authorization: the name in another case", "Authorization", f"Bearer {good}", "opened")
    opens("Authorization: without a scheme", "authorization", good, "opened", spec="§ 9.7.3")
    opens("Authorization: signed", "authorization", f"Bearer {token(SIGN, USUAL_BODY, auth)}", "opened", SIGN)
    opens("another field", "x-session", plain, "opened")
    # The defaults of § 8, to the second.
    def by_default(name, outcome, content, now):
        v = {"name": f"the default of {name}", "spec": "§ 8.0, § 8.5", "kind": "open", "ring": line(XAES), "mode": "encrypted", "field": "x-session", "now": now, "lines": [token(XAES, content, custom)]}
        v |= answer_headers(v)
        assert v["expect"].get("rejected", next(iter(v["expect"]))) == outcome, name
        out.append(v)

    late = body(ISSUED, age=43_000, sid=SID)
    by_default("absolute: its last second", "opened", late, ISSUED + 43_199)
    by_default("absolute: it is over", "Expired", late, ISSUED + 43_200)
    by_default("idle: its last second", "opened", USUAL_BODY, ISSUED + 1_799)
    by_default("idle: it is over", "Idle", USUAL_BODY, ISSUED + 1_800)
    by_default("skew: as far ahead as may be", "opened", USUAL_BODY, ISSUED - 60)
    by_default("skew: a second more", "NotYetValid", USUAL_BODY, ISSUED - 61)
    by_default("remember_up_to: off", "Expired", body(ISSUED, age=43_000, remembered=50_000, sid=SID), ISSUED + 43_200)
    for field in ("proxy-authorization", "x-authorization"):
        own = token(XAES, USUAL_BODY, {"kind": "header", "name": field})
        opens(f"{field}, which is not Authorization", field, own, "opened")
        opens(f"refused: Bearer in {field}", field, f"Bearer {own}", "Encoding", spec="§ 9.7.2, § 9.7.3")
    opens("another field, its name in another case", "X-Session", plain, "opened")
    for name, space in (("spaces", "  "), ("tabs", "\t\t"), ("a line feed", "\n"), ("a form feed", "\f"), ("a carriage return", "\r")):
        opens(f"{name} around the value", "authorization", f"{space}Bearer {good}{space}", "opened")
    opens("white space around the value of another field", "x-session", f" \t{plain}\t ", "opened")
    for name, value in (("two spaces after Bearer", f"Bearer  {good}"), ("a tab after Bearer", f"Bearer\t{good}"), ("Bearer twice", f"Bearer Bearer {good}"), ("Bearer without a space", f"Bearer{good}"),
                        ("Bearer and a colon", f"Bearer: {good}"), ("Bearer and nothing", "Bearer "), ("Bearer alone", "Bearer"), ("Basic", f"Basic {good}"), ("Token", f"Token {good}"),
                        ("a scheme that begins alike", f"Bearers {good}"), ("quotation marks", f'Bearer "{good}"'), ("quotation marks around all", f'"Bearer {good}"'),
                        ("a parameter after it", f"Bearer {good}; a=b"), ("a no-break space before it", f"\u00a0Bearer {good}"), ("a vertical tab before it", f"\vBearer {good}")):
        opens(f"refused: {name}", "authorization", value, "Encoding", spec="§ 9.7.3" if "B" in value[:2] else "§ 9.7.2")
    opens("refused: Bearer in another field", "x-session", f"Bearer {plain}", "Encoding", spec="§ 9.7.3")
    opens("refused: quotation marks in another field", "x-session", f'"{plain}"', "Encoding")
    opens("no field", "x-session", [], "absent", spec="§ 9.7.4")
    opens("an empty field", "x-session", "", "TooShort", spec="§ 9.7.3")
    opens("a field of white space", "authorization", " \t ", "TooShort", spec="§ 9.7.3")
    opens("the same token twice", "x-session", [plain, plain], "opened", spec="§ 9.7.4")
    opens("the same token with Bearer in two cases, and without", "authorization", [f"Bearer {good}", f"bearer {good}", good], "opened", spec="§ 9.7.4")
    opens("the same token with white space", "x-session", [plain, f" {plain} "], "opened", spec="§ 9.7.4")
    opens("two tokens of one session", "x-session", [plain, other_plain], "Duplicate", spec="§ 7.0, § 9.7.4")
    opens("two tokens with Bearer", "authorization", [f"Bearer {good}", f"Bearer {other}"], "Duplicate", spec="§ 7.0, § 9.7.4")
    opens("a fifth value is another token", "x-session", [plain] * 4 + [other_plain], "Duplicate", spec="§ 9.7.4")
    longest = token(XAES, body(ISSUED, pad=MAX_BLOB - 45 - 7), auth)
    opens("the longest token, with Bearer and white space", "authorization", f"  Bearer {longest} ", "opened", spec="§ 7.1, § 9.7.2")
    opens("a character more than the longest token", "authorization", f"Bearer {longest}A", "TooLong", spec="§ 7.1, § 9.7.2")
    opens("a character more than the longest token, and wrongly encoded", "authorization", f"{longest[:-1]}.=", "TooLong", spec="§ 7.1")
    opens("two values that agree in their first 32,769 bytes are one", "authorization", [f"{longest}Aa", f"Bearer {longest}Ab"], "TooLong", spec="§ 9.1.4, § 9.7.4")
    opens("a token and what is none", "x-session", [plain, "x"], "Duplicate", spec="§ 9.7.4")
    opens("two that are none", "x-session", ["x", "y"], "Duplicate", spec="§ 9.7.4")
    opens("a token and an empty value", "x-session", [plain, ""], "Duplicate", spec="§ 9.7.4")
    opens("a token and Basic", "authorization", [f"Bearer {good}", "Basic QTpi"], "Duplicate", spec="§ 9.7.4")
    opens("five tokens", "x-session", [plain, "a", "b", "c", "d"], "Duplicate", spec="§ 9.7.4")
    for name, joint in (("a comma and a space", ", "), ("a comma", ","), ("a semicolon", "; "), ("a line end", "\n")):
        opens(f"the same token twice, joined with {name}", "x-session", plain + joint + plain, "Encoding", spec="§ 9.7.4")
    opens("two tokens with Bearer, joined with a comma", "authorization", f"Bearer {good}, Bearer {other}", "Encoding", spec="§ 9.7.4")
    opens("a chunked value is no token", "x-session", "2." + plain, "Encoding", spec="§ 9.7.1")
    opens("a full stop inside a token", "x-session", plain[:30] + "." + plain[30:], "Encoding", spec="§ 9.7.1")
    opens("a token for another field", "x-other", plain, "Auth", spec="§ 9.7.1, § 3.2.1")
    opens("a token for the cookie of the same name", "x-session", token(XAES, USUAL_BODY, {"kind": "cookie", "name": "x-session"}), "Auth", spec="§ 9.7.1, § 3.2.1")
    for mode in ("encrypted", "signed"):
        for limit, parts in ((3072, 1), (4096, 1), (4096, 2), (4096, 3), (4096, 4)):
            for padding in (None, "padme"):
                v = {"mode": mode, "limit": limit} | ({"parts": parts} if parts > 1 else {}) | ({"padding": padding} if padding else {})
                title = ", ".join([mode, f"{limit:,} characters"] + ([f"Split({parts})"] if parts > 1 else []) + ([padding] if padding else []))
                v = {"name": f"room of a token alone: {title}", "spec": "§ 9.6.4", "kind": "room"} | v
                out.append(v | answer_headers(v))
    for mode in ("encrypted", "signed"):
        for padding in (None, "padme"):
            for expects in (None, {"schema": 2}):
                # An empty session is a dictionary of no bytes, or a value of two.
                v = {"kind": "room", "mode": mode} | ({"padding": padding} if padding else {}) | ({"expects": expects} if expects else {})
                least = next(n for n in range(60, 200) if answer_headers(v | {"limit": n})["payload"] is not None)
                for limit in (least - 1, least):
                    v["limit"] = limit
                    title = ", ".join([mode, f"{limit:,} characters"] + ([padding] if padding else []) + (["a type"] if expects else []))
                    named = {"name": f"room for an empty session: {title}", "spec": "§ 9.6.1, § 9.6.4"} | v
                    out.append(named | answer_headers(named))
    return out


# ================================================================ Files

FILES = {
    "primitives": (primitives, "The algorithms of § 1 and § 2, with the published vectors of each."),
    "derivation": (lambda: derivation() + corner_vectors.derivation() + rare_vectors.derivation(), "From the text of a key, a purpose, an application and a type to the keys that are derived for them; or the error."),
    "keys": (lambda: keys() + corner_vectors.keys() + rare_vectors.keys(), "Texts of keys, with the suite and kid of those that are read and the error of those that are refused."),
    "rings": (lambda: rings() + corner_vectors.rings() + rare_vectors.rings() + lasting_vectors.rings(), "Texts of key rings: order, sealing key and accepted keys at given times, fingerprint; or the error."),
    "contexts": (contexts, "From the caller's pairs to ctx, or to the error."),
    "seal": (seal, "From key, purpose, context, body and the 24 random bytes to the token."),
    "open": (openings, "From cookie values, ring, policy and time to what opens, or to the Reason."),
    "encode": (encode_vectors.encodings, "From a typed value to its bytes in a dictionary, or to the error."),
    "hosts": (host_vectors.hosts, "From the address and the Host fields of a request to its host."),
    "csrf": (csrf, "From key, purpose, session and mask to the CSRF token; and tokens that pass or do not pass for a session."),
    "cookies": (lambda: cookies() + corner_vectors.cookies() + rare_vectors.cookies(), "Cookie fields to values, names and attributes, Set-Cookie and expiry texts, parts, room for the payload."),
    "headers": (lambda: headers() + rare_vectors.headers(), "Values of a header field to what opens, or to the Reason; room for the payload."),
    "caches": (lambda: write_vectors.caches() + corner_writes.caches() + rare_writes.caches(), "From the fields of a response and what it owes to its session to the fields for caches."),
    "policies": (lambda: write_vectors.policies() + corner_vectors.policies() + lasting_vectors.policies(), "Values of § 8, accepted and refused, with the span of refresh_after that follows."),
    "writes": (lambda: write_vectors.writes() + edge_vectors.writes() + validation_vectors.writes() + corner_writes.writes() + rare_writes.writes() + lasting_vectors.writes() + write_vectors.prefetched(), "From a request, what the application does with its session and the policy to what is written."),
    "devices": (lambda: device_vectors.devices() + corner_devices.devices() + rare_devices.devices() + lasting_vectors.devices(), "Bound sessions, what is written of them, proofs, and the answers of the endpoints (experimental)."),
}
LABELS = {"name", "spec", "twin"}
VERSION = 1  # Of the format.


def made(name):
    """The vectors of a file, each tried: its answer follows from its input, which no other vector has."""
    vectors, answer, known = FILES[name][0](), ANSWERS.get(name), {}
    assert len({v["name"] for v in vectors}) == len(vectors), "two vectors with one name"
    for v in vectors if answer else ():
        found = answer(v)
        assert all(v[field] == value for field, value in found.items()), v["name"]
        given = json.dumps({field: value for field, value in v.items() if field not in LABELS | found.keys()}, sort_keys=True)
        assert given not in known, f"two vectors with one input: {known[given]} and {v['name']}"
        known[given] = v["name"]
    return vectors


def written(about, vectors):
    """The text of a file: a line for each vector, in ASCII but for the sign of a section."""
    flat = lambda value: json.dumps(value).replace("\\u00a7", "§")
    lines = ",\n".join(f"    {flat(v)}" for v in vectors)
    return f'{{\n  "about": {flat(about)},\n  "version": {VERSION},\n  "vectors": [\n{lines}\n  ]\n}}\n'


def main(arguments):
    if arguments not in ([], ["--check"]):
        sys.exit(__doc__)
    stale = []
    for name, (_, about) in FILES.items():
        path, text = Path(__file__).with_name(f"{name}.json"), written(about, made(name))
        if arguments and (not path.exists() or path.read_bytes() != text.encode()):
            stale.append(path.name)
        elif not arguments:
            path.write_bytes(text.encode())
    if stale:
        sys.exit("these files differ from what generate.py makes: " + ", ".join(stale))
    published.main([])


if __name__ == "__main__":
    main(sys.argv[1:])
