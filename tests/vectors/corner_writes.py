"""More vectors of writes.json and caches.json: two rules in one request, and what a writer may forget."""

from answers import *
from material import *
from write_vectors import DAY, HOST, Writes, parts

I = ISSUED
SET_A, A = ("insert", "a", 1), pack({"a": 1})
REMEMBER = {"remember_up_to": 30 * DAY}


def made(**fields):
    return body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))


def large(n, **fields):
    """A session whose payload has n bytes, the entry `b` among them."""
    payload = next(p for length in range(n - 12, n) if len(p := pack({"a": "x" * length, "b": 1})) == n)
    return made(**({"payload": payload} | fields))


def writes():
    out = Writes()
    spelled(out.add)
    asked(out.add)
    unsent(out.add)
    sized(out.add)
    refused(out.add)
    arriving(out.add)
    typed(out.add)
    taken(out)
    return out.vectors


def spelled(add):
    """The bytes of what is written."""
    for age in (126, 127, 128, 129):
        add(f"content changed {age} seconds after the sign-in", "§ 5.2.1, § 5.2.2, § 8.6.3", {"age": age, "lengths": [len(token(XAES, made(age=age, payload=A)))]},
            made(payload=b""), SET_A, now=I + age)
    add("PADMÉ of 7 bytes: an empty session is saved", "§ 5.6.2", {"lengths": [70]}, body(I), "save", now=I + 1, padding="padme")
    message = ("flash", "info", "Saved")
    add("the same message twice: both are kept", "§ 5.3.1, § 8.7", {"flash": [["info", "Saved"]] * 2}, None, message, message)
    add("a message that is there already: both are kept", "§ 5.3.1, § 8.7", {"flash": [["info", "Saved"]] * 2}, made(flash=[["info", "Saved"]]), message)


def asked(add):
    """What stays asked for (§ 8.7.4)."""
    strange = body(I, age=100, sid=SID, schema=1, payload=VISIT)
    add("discard, and cleared: it is left", "§ 8.7.4, § 8.12", "nothing", made(), "discard", "clear")
    add("saved, cleared, and content, at status 500", "§ 8.7.4, § 8.12", {"payload": A.hex()}, made(), "save", "clear", SET_A, response={"status": 500, "fields": []})
    add("a payload that cannot be read: discard, renewed, and content", "§ 8.7.4, § 8.7.5", "nothing", strange, "discard", "renew", SET_A)
    add("invalidated in the second of its sign-in, and the same content put in", "§ 8.7.4, § 8.11", {"issued": I, "payload": A.hex()}, body(I, payload=A), "invalidate", SET_A, now=I)
    add("a key in another case is taken out: there is none", "§ 5.4.1, § 8.7", "nothing", body(I, payload=A), ("remove", "A"), now=I + 1)


def unsent(add):
    """What is no change, and what is no refresh."""
    add("one that did not open, and a limit alone", "§ 8.11, § 8.13", "nothing", "junk", ("limit", 300))
    for name, came in (("nothing came", None), ("one that did not open", "junk")):
        add(f"always: {name}, only read", "§ 8.8", "nothing", came, "read", policy={"refresh_after": "always"})
    add("remembered, used after idle, and forgotten", "§ 8.12", {"age": 5_000, "remembered": None}, made(remembered=DAY), "forget", now=I + 5_000, policy=REMEMBER)
    value = token(XAES, made())
    add("Sec-Fetch-Dest embed: a refresh that is due", "§ 8.12", {"age": 600}, None, "read", request=[["cookie", f"{HOST}={value}"], ["sec-fetch-dest", "embed"]])


def refused(add):
    """`check_size` in each action (§ 8.7): a session that needs more than it came in."""
    add("a session of 3,500 bytes that has no id: a new id", "§ 8.7, § 9.5.3", "refused", large(3_500, sid=None), "new-id")
    # Five cookies, and too much for the four that a writer may use.
    huge = lambda **fields: parts(large(12_300, **fields), count=5)
    for name, action, fields in (("an entry is taken out", ("remove", "b"), {}), ("a message is taken out", ("take", "q"), {"flash": [["q", "m"]]}),
                                 ("forgotten", "forget", {"remembered": DAY}), ("saved", "save", {})):
        v = add(f"in five cookies, too large for four: {name}", "§ 8.7, § 9.2.5, § 9.5.3", "refused", None, action, request=huge(**fields), policy=REMEMBER)
        assert v["expect"]["errors"] == [[0, "size"]], name
    add("in five cookies, too large for four: cleared", "§ 8.7, § 9.2.5", "expired", None, "clear", request=huge())


def sized(add):
    """`may_send` (§ 9.5.3), where one of its numbers decides."""
    add("a refresh whose field would have 3,073 bytes", "§ 9.5.3", "nothing", large(2_211, sid=None), "read")
    add("a refresh whose field has 3,071 bytes", "§ 9.5.3", {"age": 600}, large(2_210, sid=None), "read")
    for mode in (XAES, SIGN):
        add(f"{mode.type}, Split(2): more than the room, in one cookie: the profile comes first", "§ 9.5.3", {"change": "store"}, large(5_960 if mode is XAES else 5_985), "save", now=I + 101, key=mode, profile=2)
    add("remembered while remembering is off, above the room: 18 bytes for a Max-Age count", "§ 9.5.3", "refused", large(2_193, sid=None, remembered=DAY), "id", now=I + 101)
    add("not remembered, of the same length: an id", "§ 9.5.3", {"sid": "new"}, large(2_196, sid=None), "id")
    whole = token(XAES, large(2_500, sid=None))
    add("in two cookies, the second part empty: an id", "§ 9.2.1, § 9.5.3", {"sid": "new"}, None, "id", request=[["cookie", f"{HOST}=2.{whole}; {HOST}.1="]])
    add("in one cookie, of the same length: an id", "§ 9.5.3", "refused", None, "id", request=[["cookie", f"{HOST}={whole}"]])
    add("in a header field, remembered, above the room: no Max-Age counts", "§ 9.5.4", {"sid": "new"}, large(2_240, sid=None, remembered=DAY), "id", purpose=HEADER, policy=REMEMBER)


def arriving(add):
    """§ 9.1.4, § 9.2.3 and § 7.3 for whole requests."""
    newer = token(XAES, body(I + 10, age=90, sid=OTHER_SID, payload=pack({"b": 2})))
    value = token(XAES, made())
    pairs = lambda *values: [["cookie", "; ".join(f"{HOST}={v}" for v in values)]]
    add("one value four times, and then another: both are read", "§ 9.1.4", {"issued": I + 10}, None, SET_A, request=pairs(value, value, value, value, newer))
    add("four values, and a fifth that would open", "§ 9.1.4", {"issued": NOW, "sid": None}, None, SET_A, request=pairs("a", "b", "c", "d", value))
    add("five values, and the first opens", "§ 9.1.4", {"issued": I, "sid": "kept"}, None, SET_A, request=pairs(value, "b", "c", "d", newer))
    whole = made(payload=pack({"a": "x" * 2_000}))
    twice = parts(whole, count=2)[0][1]
    add("a part twice with one value", "§ 9.2.3", {"sid": "kept"}, None, ("insert", "b", 1), request=[["cookie", twice + ";" + twice.partition(";")[2]]])
    add("an empty value: invalidated", "§ 7.3, § 8.12", "expired", "", "invalidate")
    add("an empty value: only read", "§ 7.3, § 7.10", "nothing", "", "read")


def typed(add):
    """A typed value that cannot be encoded (§ 14.5): a number beyond 32 bits."""
    typed = {"expects": {"schema": 2}, "type_label": "visit"}
    value = lambda visits, name="Ada": ("set", {"visits": visits, "name": name})

    def refused(name, came, word, action):
        v = add(name, "§ 8.7, § 14.5", "refused", came, action, now=I + 101, **typed)
        assert v["expect"]["errors"] == [[0, word]], v["expect"]

    came = made(schema=2, payload=VISIT)
    add("a type: its greatest number", "§ 5.5.1", {"payload": "ffffffff0f03416461"}, came, value(U32_MAX), **typed)
    refused("a type: a number that cannot be encoded", came, "value", value(U32_MAX + 1))
    refused("a type: a number that cannot be encoded, in a new session", None, "value", value(U32_MAX + 1))
    refused("order: a payload that cannot be read, and a value that cannot be encoded", made(schema=2, payload=VISIT + b"\0"), "unreadable", value(U32_MAX + 1))
    refused("order: a value that cannot be encoded, and more than the room", came, "value", value(U32_MAX + 1, "x" * 3_000))


def taken(out):
    """What `take` gives: the messages of the queue, in their order."""
    def add(name, expected, came, *actions, spec="§ 5.3.1, § 8.7", result=None, **more):
        v = out.add(name, spec, result or {}, came, *actions, **({"now": I + 101} | more))
        v |= answer_writes(v, taken=True)
        found = v["expect"].get("taken", [])
        assert [messages for _, messages in found] == expected, (name, found)

    four = [["info", "b"], ["error", "c"], ["info", "a"], ["info", "b"]]
    take, put = ("take", "info"), ("flash", "info", "d")
    add("taken: the messages of one queue, in their order, each as often as it is there", [["b", "a", "b"]], made(flash=four), take, result="stored")
    add("taken: one queue after the other", [["c"], ["b", "a", "b"]], made(flash=four), ("take", "error"), take, result="stored")
    add("taken: a queue twice", [["b", "a", "b"], []], made(flash=four), take, take, result="stored")
    add("taken: a queue that has none", [[]], made(flash=four), ("take", "warning"), result="nothing")
    add("taken: the name of a queue in another case", [[]], made(flash=four), ("take", "INFO"), result="nothing")
    add("taken: an empty message of a queue without a name", [[""]], made(flash=[["", ""], ["info", "a"]]), ("take", ""), result="stored")
    add("taken: U+FEFF stays at the start of a message", [["\ufeffa"]], made(flash=[["info", "\ufeffa"]]), take, result="stored")
    add("taken: a message of this request, behind an earlier one", [["a", "d"]], made(flash=[["info", "a"]]), put, take, result="stored")
    add("taken: a message of this request alone", [["d"]], made(), put, take, result="nothing")
    add("taken: renewed before", [["b", "a", "b"]], made(flash=four), "renew", take, result="stored")
    add("taken: cleared before", [[]], made(flash=four), "clear", take, result="expired")
    add("taken: invalidated before", [[]], made(flash=four), "invalidate", take, result="expired")
    add("taken: a payload that cannot be read", [[]], body(I, sid=SID, schema=1, payload=VISIT, flash=four), take, spec="§ 8.7.5", result="nothing")
    huge = parts(large(12_300, flash=four), count=5)
    add("taken: refused, and once more", [], None, take, take, spec="§ 8.7, § 9.5.3", result="refused", request=huge)


def caches():
    out = []

    def add(name, shareable, *fields):
        v = {"name": name, "spec": "§ 9.8.1", "fields": [list(field) for field in fields], "touch": "touched", "brought_in": "cookie"}
        v |= answer_caches(v)
        assert v["expect"]["shareable"] == shareable, name
        out.append(v)

    past, future = "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"
    add("Expires in the future and in the past", True, ("expires", future), ("expires", past))
    for month in "Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split():
        add(f"Expires in {month} 2100", True, ("expires", f"Fri, 01 {month} 2100 00:00:00 GMT"))
    add("private, and a quoted string that ends in a backslash", True, ("cache-control", 'private, x="a\\'))
    add("no-store, and a quoted string that ends in a backslash", True, ("cache-control", 'no-store, x="a\\'))
    return out
