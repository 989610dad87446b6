"""More vectors of writes.json and caches.json: names in another case, spans ahead of the clock, and calls that change nothing."""

from answers import *
from corner_writes import I, made
from material import *
from write_vectors import DAY, HOST, Writes, parts

REMEMBER = {"remember_up_to": 60 * DAY}


def writes():
    out = Writes()
    put_in(out.add)
    refreshed(out.add)
    unchanged(out.add)
    withheld(out.add)
    rendered(out)
    return out.vectors


def put_in(add):
    add("keys are written in the order of their bytes, not of their lengths", "§ 5.4.1", {"payload": "82a2616102a16201"}, None, ("insert", "b", 1), ("insert", "aa", 2))
    add("keys that look like numbers are written in the order of their bytes", "§ 5.4.1", {"payload": "83a13103a2313002a13901"}, None, ("insert", "9", 1), ("insert", "10", 2), ("insert", "1", 3))
    add("put in: a map keeps the order of its keys", "§ 5.4.3", {"payload": "81a16182a16201a16102"}, None, ("insert-bytes", "61", "82a16201a16102"))


def refreshed(add):
    """§ 8.8"""
    ahead = body(I, age=630, sid=SID)
    add("always: the last activity is ahead of the clock", "§ 8.8", {"age": 630}, ahead, "read", policy={"refresh_after": "always"})
    value = token(XAES, made())
    field = lambda name: [[name, f"{HOST}={value}"]]
    add("Cookie in upper case: a refresh that is due", "§ 8.12, § 9.1.3", {"age": 600}, None, "read", request=field("COOKIE"))
    add("Sec-Fetch-Dest in another case: a refresh that is due", "§ 8.12", "nothing", None, "read", request=field("COOKIE") + [["Sec-Fetch-Dest", "image"]])
    add("in a header field, remembered: no refresh", "§ 8.3, § 8.8", "nothing", body(I, sid=SID, remembered=30 * DAY), "read", purpose=HEADER, policy=REMEMBER)


def rendered(out):
    """A CSRF token is rendered (§ 13.1)."""
    add = lambda name, *rest, spec="§ 13.1", **more: out.add(f"a CSRF token, {name}", spec, *rest, **more)
    add("without a session: an id begins one", {"sid": "new", "payload": ""}, None, "csrf")
    add("without an id: it gets one", {"sid": "new", "payload": DATA.hex()}, made(sid=None), "csrf")
    add("twice without an id: it gets one", {"sid": "new"}, made(sid=None), "csrf", "csrf")
    add("with an id: reading", "nothing", made(age=590), "csrf", spec="§ 13.1, § 8.7.5")
    add("with an id, and a refresh is due: reading", {"age": 600, "touch": "touched"}, made(), "csrf", spec="§ 13.1, § 8.7.5")
    add("without an id, of a response of status 500: the id is not saved", "nothing", made(sid=None), "csrf", response={"status": 500, "fields": []}, spec="§ 13.1, § 8.12")
    add("and all is removed: the id is kept", {"sid": "new", "payload": ""}, made(sid=None, payload=pack({"a": 1})), "csrf", ("remove", "a"), spec="§ 13.1, § 8.11")
    add("unreadable: refused", "refused", body(I, age=100, sid=SID, schema=1, payload=VISIT), "csrf", spec="§ 13.4, § 8.7.5")
    add("unvalidated: refused, though it has an id", "refused", made(), "csrf", policy={"revalidate_after": 300}, spec="§ 13.4, § 8.16.3")
    add("a value that does not open: a session begins", {"sid": "new", "payload": ""}, "junk", "csrf", spec="§ 13.1, § 7.10")
    late = out.add("a CSRF token, with an id, after the head: reading", "§ 8.7.5, § 14.5", "nothing", made(age=590), "read", late=[["csrf"]])
    assert "late" not in late["expect"], late
    late = out.add("a CSRF token, without an id, after the head: refused", "§ 8.7.5, § 14.5", "nothing", made(age=590, sid=None), "read", late=[["csrf"]])
    assert late["expect"]["late"] == [[0, "after-head"]], late
    none = out.add("a CSRF token, of no context: refused", "§ 14.5, § 15.9", "nothing", made(), "csrf", context=None)
    assert none["expect"]["errors"] == [[0, "no-context"]], none


def unchanged(add):
    """§ 8.7.6: where no byte changes, the size is not asked for."""
    def told(name, spec, count, came, *actions, **more):
        v = add(name, spec, "refused", None, *actions, ("limit", 60), request=parts(came, count=5), **more)
        assert v["expect"]["errors"] == [[count, "size"]], (name, v["expect"])

    text = "x" * 12_300
    told("in five cookies, too large for four: an entry with its value, and a key that is not there", "§ 8.7.6, § 9.5.3", 2, made(payload=pack({"a": text})), ("insert", "a", text), ("remove", "b"))
    typed = {"expects": {"schema": 2}}
    value = varint(7) + varint(len(text)) + text.encode()
    told("in five cookies, too large for four: a type is set to its value", "§ 8.7.6, § 9.5.3", 1, made(schema=2, payload=value), ("set", {"visits": 7, "name": text}), **typed)


def withheld(add):
    v = add("converted: bytes of the present schema that do not decode", "§ 5.5.2, § 5.5.3", "refused", made(schema=2, payload=b"\x07\x05Ada"), ("set", {"visits": 7, "name": "Ada"}), expects={"schema": 2, "converts": [1]}, type_label="visit")
    assert v["expect"]["errors"] == [[0, "unreadable"]]
    add("waiting for a validation, remembered: renewed", "§ 8.7.5, § 8.16.2", {"issued": NOW, "remembered": None, "sid": "new", "max_age": None}, body(I, sid=SID, remembered=30 * DAY), "renew", policy=REMEMBER | {"revalidate_after": 60})


# ---------------------------------------------------------------- caches.json

def caches():
    out = []

    def add(name, shareable, touch, *fields, brought_in="cookie", spec="§ 9.8.1", sent=None, **more):
        """`sent`: the fields of the answer but Vary."""
        v = {"name": name, "spec": spec, "fields": [list(field) for field in fields], "touch": touch, "brought_in": brought_in} | more
        v |= answer_caches(v)
        assert v["expect"]["shareable"] == shareable, name
        assert sent in (None, [pair for pair in v["expect"]["fields"] if pair[0] != "vary"]), (name, v["expect"])
        out.append(v)

    private, later = ("cache-control", "private"), "Thu, 01 Dec 2044 16:00:00 GMT"
    control = lambda value: ("cache-control", value)
    add("names of fields in another case: written", True, "written", ("CACHE-Control", "Public"), ("cdn-CACHE-control", "max-age=60"), ("Expires", later), ("VARY", "COOKIE"), spec="§ 9.8.1, § 9.8.3",
        sent=[["cache-control", "no-store"], ["cdn-cache-control", "no-store"], ["expires", "0"]])
    add("X-Accel-Expires: 01", True, "touched", private, ("x-accel-expires", "01"))
    for name, field in (("Expires", ("expires", later)), ("CDN-Cache-Control", ("cdn-cache-control", "max-age=60"))):
        add(f"caches may share, by {name}: touched", True, "touched", field, spec="§ 9.8.4, § 9.8.5", may_share=True, sent=[list(field)])
    add("HTAB behind the last directive", False, "written", control("max-age=60, no-store\t"), sent=[list(control("max-age=60, no-store\t"))])
    add("no-store and public: written", False, "written", control("public, no-store"), spec="§ 9.8.1, § 9.8.3", sent=[list(control("public, no-store"))])
    add("no-store and must-understand with a value: written", False, "written", control("no-store, must-understand=x"))
    add("max-age=0: written", True, "written", control("max-age=0"))
    add("a field whose name ends in Cache-Control without a hyphen", False, "touched", private, ("xcache-control", "public"))
    add("Vary has an asterisk in a list", False, "touched", private, ("vary", "accept, *"), spec="§ 9.8.2")
    add("Vary has the name, and a space behind it", False, "touched", private, ("vary", "cookie , accept"), spec="§ 9.8.2")
    add("brought in by a field in another case", False, "touched", private, ("vary", "x-session"), brought_in="X-Session", spec="§ 9.8.2")
    add("private on the first of two lines", False, "touched", private, control("max-age=60"))
    add("Expires with a month that is written out", True, "touched", ("expires", "1 December 2044 16:00:00 GMT"))
    add("Expires in seconds is no date", False, "touched", ("expires", "2364825600"))
    add("Surrogate-Control with no-store in a quoted string", True, "touched", ("surrogate-control", 'max-age=60, content="no-store"'))
    add("other fields stay: written", True, "written", ("age", "10"), control("max-age=60"), ("etag", '"a"'), ("last-modified", "Thu, 01 Jan 2026 00:00:00 GMT"), ("pragma", "public"), spec="§ 9.8.3")
    return out
