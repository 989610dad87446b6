"""More vectors of writes.json: requests of no context, what comes after the head, conversions, and edges of size and time."""

from answers import *
from material import *
from write_vectors import DAY, HOST, HOUR, PADDED_ROOM, USUAL_POLICY, Writes, fill, nested, parts

I = ISSUED
SET_A, A = ("insert", "a", 1), pack({"a": 1}).hex()
REMEMBER = {"remember_up_to": 30 * DAY}
EVERY_CHANGE = (SET_A, ("remove", "visits"), ("flash", "q", "m"), "new-id", "renew", ("limit", 300), ("remember", DAY), "forget", "clear", "invalidate", "save", "discard")
EVERY_READING = ("read", ("take", "none"), "id")


def made(**fields):
    return body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))


STRANGE = body(I, age=100, sid=SID, schema=1, payload=VISIT)  # No dictionary.


def writes():
    out = Writes()
    closed_writes(out.add)
    byte_writes(out.add)
    converted_writes(out.add)
    renewed_writes(out.add)
    shared_writes(out.add)
    sized_writes(out.add)
    timed_writes(out.add)
    named_writes(out.add)
    return out.vectors


def closed_writes(add):
    """Requests of no context (§ 15.9), and actions after the head of the response (§ 14.5)."""
    nowhere = {"context": None}
    listed = lambda actions: [list(a) if isinstance(a, tuple) else [a] for a in actions]
    late = lambda *actions: {"late": listed(actions)}

    def refused(found, word, count):
        assert [error for _, error in found] == [word] * count, found

    add("of no context: read, though a session of an empty context came and a refresh is due", "§ 8.6.2, § 15.9", "nothing", made(), "read", **nowhere)
    add("of no context: not touched", "§ 8.6.2, § 15.9", "nothing", made(), **nowhere)
    v = add("of no context: every change is refused", "§ 14.5, § 15.9", "nothing", made(), *EVERY_CHANGE, "id", policy=REMEMBER, **nowhere)
    refused(v["expect"]["errors"], "no-context", len(EVERY_CHANGE) + 1)
    add("of no context: messages of a queue that has none", "§ 8.7.5, § 15.9", "nothing", made(flash=[["q", "m"]]), ("take", "q"), **nowhere)
    add("of no context: a value that does not open is not dropped", "§ 14.5, § 15.9", "nothing", "junk", "clear", **nowhere)
    add("of no context, under an earlier key", "§ 8.6.2, § 15.9", "nothing", made(), "read", key=KEYS["xaes", "one"], ring=f"{line(KEYS['xaes', 'one'], None, NOW + DAY)}\n{line(KEYS['xaes', 'two'], I)}", **nowhere)
    add("of no context, in a header field", "§ 8.6.2, § 15.9", "nothing", made(), "read", SET_A, purpose=HEADER, **nowhere)

    v = add("after the head: every change is refused", "§ 14.5", {"payload": A}, None, SET_A, policy=REMEMBER, **late(*EVERY_CHANGE, "id"))
    refused(v["expect"]["late"], "after-head", len(EVERY_CHANGE) + 1)
    v = add("after the head: reading", "§ 8.7.5, § 14.5", {"age": 600}, made(), "read", **late(*EVERY_READING))
    refused(v["expect"].get("late", []), "", 0)
    v = add("after the head: messages of a queue that has some", "§ 8.7.5, § 14.5", {"age": 600}, made(flash=[["q", "m"]]), "read", **late(("take", "q")))
    refused(v["expect"]["late"], "after-head", 1)
    v = add("after the head: a session that was not touched before", "§ 14.5", "nothing", made(), **late(SET_A))
    refused(v["expect"]["late"], "after-head", 1)
    v = add("after the head: the same value, and a key that is not there", "§ 14.5", "nothing", made(), **late(("insert", "name", "Ada"), ("remove", "a")))
    refused(v["expect"]["late"], "after-head", 2)
    for name, came, word, action in (("a payload that cannot be read", STRANGE, "after-head", SET_A), ("remembering is off", made(), "after-head", ("remember", DAY)),
                                     ("a value that is refused", made(), "after-head", ("insert", "a", nested(64))), ("a byte more than the room", made(), "after-head", ("insert", "a", "x" * 3_000))):
        v = add(f"order: after the head, and {name}", "§ 14.5", "nothing", came, "read", now=I + 101, **late(action))
        refused(v["expect"]["late"], word, 1)
    v = add("order: after the head, and of no context", "§ 14.5", "nothing", None, "read", **nowhere, **late(SET_A))
    refused(v["expect"]["late"], "after-head", 1)
    for name, action in (("remembering is off", ("remember", DAY)), ("a value that is refused", ("insert", "a", nested(64))), ("a byte more than the room", ("insert", "a", "x" * 3_000))):
        v = add(f"order: of no context, and {name}", "§ 14.5", "nothing", None, action, **nowhere)
        refused(v["expect"]["errors"], "no-context", 1)
    large = made(payload=pack({"a": "x" * 2_394}))
    for name, came, word, action in (("a payload that cannot be read, and a value that is refused", STRANGE, "unreadable", ("insert", "a", nested(64))),
                                     ("a payload that cannot be read, and a byte more than the room", STRANGE, "unreadable", ("flash", "", "x" * 3_000)),
                                     ("remembering is off, and more than the room", large, "not-remembering", ("remember", DAY)),
                                     ("a value that is refused, and more than the room", made(), "value", ("insert", "x" * 3_000, nested(64)))):
        v = add(f"order: {name}", "§ 14.5", "refused", came, action)
        refused(v["expect"]["errors"], word, 1)


def byte_writes(add):
    """What a reader would refuse (§ 5.4.8), as bytes."""
    half = "\ud83c".encode("utf-8", "surrogatepass").hex()
    string = lambda text: f"{0xA0 | len(text) // 2:02x}" + text
    for name, action in (("a value with half of a surrogate pair", ("insert-bytes", "61", string(half))), ("a list with such a text in it", ("insert-bytes", "61", "92a162" + string(half))),
                         ("a key with half of a surrogate pair", ("insert-bytes", half, "01")), ("a map with such a key in it", ("insert-bytes", "61", "81" + string(half) + "01")),
                         ("a queue with half of a surrogate pair", ("flash-bytes", half, "6d")), ("a message with half of a surrogate pair", ("flash-bytes", "71", half)),
                         ("a map with a key twice", ("insert-bytes", "61", "8201a1620102")), ("a map with a list twice as its key", ("insert-bytes", "61", "82910101910102"))):
        v = add(f"put in: {name}", "§ 5.4.8, § 14.5", "refused", None, action)
        assert v["expect"]["errors"] == [[0, "value"]], name
    add("put in: a map with two keys, a number and a text", "§ 5.4.8", {"payload": "81a1618201a162a13102"}, None, ("insert-bytes", "61", "8201a162a13102"))
    for name, action, value in (("a UUID", "insert-uuid", "67e55044-10b1-426f-9247-bb680e5fe0c8"), ("an IPv4 address", "insert-address", "192.0.2.7"),
                                ("an IPv6 address", "insert-address", "2001:db8::7")):
        add(f"put in: {name} is its text", "§ 5.4.10", {"payload": pack({"a": value}).hex()}, None, (action, "a", value))
    add("put in: U+FFFF, U+10FFFF and U+0000", "§ 5.4.8", {"payload": "81a161a8efbfbff48fbfbf00"}, None, ("insert-bytes", "61", "a8efbfbff48fbfbf00"))
    v = add("put in: an empty key and an empty text", "§ 5.4.2", {"payload": "81a0a0"}, None, ("insert", "", ""))
    assert "errors" not in v["expect"]


def converted_writes(add):
    """A type, and an application that converts an earlier version of it (§ 5.5.3, § 8.7.7)."""
    typed = {"expects": {"schema": 2, "converts": [1]}, "type_label": "visit"}
    old = lambda **fields: made(**({"schema": 1, "payload": VISIT} | fields))
    ada, empty = {"visits": 7, "name": "Ada"}, {"visits": 0, "name": ""}
    add("converted: read", "§ 5.5.3", "nothing", old(), "read", now=I + 101, **typed)
    add("converted: refreshed with the bytes that it had", "§ 8.7.7", {"schema": 1, "payload": VISIT.hex(), "age": 600}, old(), "read", **typed)
    add("converted: a message, and the value keeps its bytes and its schema", "§ 8.7.7", {"schema": 1, "payload": VISIT.hex(), "flash": [["q", "m"]]}, old(), ("flash", "q", "m"), **typed)
    add("converted: the same value is set, which has the same bytes: the schema differs", "§ 8.7.7, § 8.11", {"schema": 2, "payload": VISIT.hex()}, old(), ("set", ada), now=I + 101, **typed)
    add("converted: the same value is set twice", "§ 8.7.7, § 8.11", {"schema": 2, "payload": VISIT.hex()}, old(), ("set", ada), ("set", ada), now=I + 101, **typed)
    add("converted: another value", "§ 8.7.7", {"schema": 2, "payload": "0803416461"}, old(), ("set", ada | {"visits": 8}), **typed)
    add("converted: renewed, and it keeps its bytes", "§ 8.7.7", {"issued": NOW, "schema": 1, "sid": "new"}, old(), "renew", **typed)
    add("converted: the empty value under the earlier schema is not empty as the type is", "§ 8.11", {"schema": 1, "payload": "0000", "limit": 900}, old(sid=None, payload=b"\0\0"), ("limit", 300), **typed)
    add("converted: the empty value is set, without an id: it has ended", "§ 8.11, § 8.12", "expired", old(sid=None, payload=b"\0\0"), ("set", empty), **typed)
    add("converted: cleared", "§ 8.7.7, § 8.12", "expired", old(), "clear", **typed)
    add("converted: the empty value under the earlier schema, cleared, and an id is needed", "§ 8.7.7", {"schema": 2, "payload": "0000", "sid": "new"}, old(payload=b"\0\0"), "clear", "id", **typed)
    add("converted: another schema, which is not converted", "§ 5.5.3, § 8.7.5", "refused", old(schema=3), ("set", ada), **typed)
    add("converted: the bytes of an earlier schema that do not decode", "§ 5.5.3, § 8.7.5", "refused", old(payload=VISIT + b"\0"), ("set", ada), **typed)


def renewed_writes(add):
    """What differs from a session that arrived (§ 8.11)."""
    one = lambda **fields: body(I, **({"payload": pack({"a": 1})} | fields))
    add("renewed, cleared, and the same content put in: issued differs", "§ 8.11", {"issued": NOW, "sid": None, "payload": A}, one(), "renew", "clear", SET_A)
    add("renewed, cleared, and the same content put in, in the second of its sign-in: nothing differs", "§ 8.11", "nothing", one(), "renew", "clear", SET_A, now=I)
    add("renewed, cleared, and the same content put in, in the second of its sign-in: the age alone differs", "§ 8.11", "nothing", one(age=50), "renew", "clear", SET_A, now=I)
    add("a message is taken out, and another put in", "§ 8.11", {"age": 101, "flash": [["q", "b"]]}, made(flash=[["q", "a"]]), ("take", "q"), ("flash", "q", "b"), now=I + 101)
    two = [["q", "a"], ["r", "a"]]
    add("messages change places", "§ 5.3.1, § 8.11", {"flash": two[::-1]}, made(flash=two), ("take", "q"), ("flash", "q", "a"), now=I + 101)
    v = add("a payload that cannot be read: invalidated twice, the second time no id is told", "§ 8.7.4", "expired", STRANGE, "invalidate", "invalidate")
    assert v["expect"]["told"] == [[0, SID.hex()], [1, None]]
    v = add("a payload that cannot be read: renewed and invalidated, and its id is told", "§ 8.7.4", "expired", STRANGE, "renew", "invalidate")
    assert v["expect"]["told"] == [[1, SID.hex()]]
    add("saved, and invalidated, and nothing more", "§ 8.12", "expired", one(), "save", "invalidate")
    add("saved, invalidated, and content", "§ 8.7.4, § 8.12", {"issued": NOW, "payload": A}, one(), "save", "invalidate", SET_A)
    add("saved: a new one with an id", "§ 8.12", {"sid": "new"}, None, "id", "save")
    add("saved: nothing opened, remembered", "§ 8.12", {"remembered": DAY}, "junk", ("remember", DAY), "save", policy=REMEMBER)


def shared_writes(add):
    """`quiet` (§ 8.12): what caches may share, and where the request comes from."""
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    rotated = {"key": one, "ring": f"{line(one, None, NOW + DAY)}\n{line(two, I)}"}
    public = {"response": {"status": 200, "fields": [["cache-control", "public, max-age=60"]]}}
    add("a shareable response that caches may share: a refresh that is due", "§ 8.12, § 9.8.5", {"age": 600}, made(), "read", may_share=True, **public)
    add("a shareable response that caches may share: under an earlier key", "§ 8.12, § 9.8.5", {"key_id": two.kid.hex(), "age": 300}, made(age=300), "read", may_share=True, **public, **rotated)
    add("a shareable response that caches may share: content is written", "§ 8.12, § 9.8.5", {"age": 600, "touch": "written"}, made(), SET_A, may_share=True, **public)
    add("a shareable response that caches may share: status 404", "§ 8.12, § 9.8.5", "nothing", made(), "read", may_share=True, response=public["response"] | {"status": 404})
    add("a shareable response that caches may share, in a header field", "§ 8.12, § 9.8.5", {"age": 600}, made(), "read", may_share=True, purpose=HEADER, **public)
    add("a shareable response, in a header field", "§ 8.12, § 9.8.1", "nothing", made(), "read", purpose=HEADER, **public)
    value = token(XAES, made())
    for destination, result in ((" image", "nothing"), ("image\t ", "nothing"), ("im age", "stored"), ("image, document", "stored"), ("", "stored")):
        add(f"Sec-Fetch-Dest {destination!r}: a refresh that is due", "§ 8.12", result, None, "read", request=[["cookie", f"{HOST}={value}"], ["sec-fetch-dest", destination]])
    add("Sec-Fetch-Dest on two lines, an empty one first: a refresh that is due", "§ 8.12", "stored", None, "read", request=[["cookie", f"{HOST}={value}"], ["sec-fetch-dest", ""], ["sec-fetch-dest", "image"]])
    add("Sec-Fetch-Dest image, in a header field: a refresh that is due", "§ 8.12", "nothing", None, "read", purpose=HEADER, request=[["x-session", token(XAES, made(), HEADER)], ["sec-fetch-dest", "image"]])
    for status in (101, 103):
        add(f"status {status}: a refresh that is due", "§ 8.12", {"age": 600}, made(), "read", response={"status": status, "fields": []})
    for status in (600, 999):
        add(f"status {status}: changed, and nothing is written", "§ 8.12", "nothing", made(), SET_A, response={"status": status, "fields": []})


def sized_writes(add):
    """§ 9.5.3, where one or another number of cookies is the question."""
    def arrives(count, n):
        return parts(body(I, age=140, sid=SID, payload=pack({"a": "x" * n})), count=count)

    def answer(count, n):
        v = {"name": "search", "ring": line(XAES), "mode": "encrypted", "context": [], "policy": USUAL_POLICY | REMEMBER, "purpose": COOKIE, "now": NOW}
        setup = writer.Setup(v)
        s, _ = writer.open(setup, arrives(count, n), NOW)
        t = copy.copy(s)
        t.remembered = 600 + DAY
        return writer.token_length(setup, len(writer.encode(t, 600)))

    def reaching(count, lengths, low):
        """The content with which the session is one of these lengths, once it is remembered."""
        return next(n for n in range(low, low + 100) if answer(count, n) in lengths)

    # `name=` and the attributes are 55 bytes; 73 with Max-Age, and 75 in each of several cookies.
    once = reaching(2, (4_022, 4_023), 2_920)
    add("in two cookies, remembered: one takes it, in which `N.` would have no place", "§ 9.5.3", {"lengths": [answer(2, once)]}, None, ("remember", DAY), request=arrives(2, once), policy=REMEMBER)
    over = reaching(2, (4_024, 4_026), 2_920)
    add("in two cookies, remembered: too long for one, and Max-Age has no place in two", "§ 9.5.3", "refused", None, ("remember", DAY), request=arrives(2, over), policy=REMEMBER)
    twice = reaching(3, (8_042, 8_040), 5_930)
    add("in three cookies, remembered: two take it", "§ 9.5.3", "stored", None, ("remember", DAY), request=arrives(3, twice), policy=REMEMBER)
    thrice = reaching(3, (8_043, 8_044, 8_046), 5_930)
    add("in three cookies, remembered: too long for two, and Max-Age has no place in three", "§ 9.5.3", "refused", None, ("remember", DAY), request=arrives(3, thrice), policy=REMEMBER)
    # In longer cookies than 4,096 bytes, cut at the same places again.
    for count, title in ((2, "two"), (3, "three"), (4, "four")):
        low = count * 4_400 * 3 // 4
        even = next(n for n in range(low, low + 40) if len(token(XAES, body(I, age=140, sid=SID, payload=pack({"a": "x" * n})))) % count == 0)
        length = len(token(XAES, body(I, age=140, sid=SID, payload=pack({"a": "x" * even})))) // count
        add(f"in {title} long cookies of one length: the same length again", "§ 9.2.6, § 9.5.3", {"lengths": [length] * count}, None, ("insert", "a", "y" * even), request=arrives(count, even))
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    rotated = {"key": one, "ring": f"{line(one, None, NOW + DAY)}\n{line(two, I)}"}
    full = pack({"a": "x" * fill(2_171)})
    add("content that fills the room, and padding beyond it, under an earlier key: left", "§ 9.5.3", "nothing", made(age=300, payload=full, pad=3_000), "read", **rotated)
    more = pack({"a": "x" * (fill(2_171) + 1)})
    add("content of a byte more than the room, and padding beyond it, under an earlier key: it goes as it came", "§ 9.5.3", {"key_id": two.kid.hex(), "age": 300}, made(age=300, payload=more, pad=3_000), "read", **rotated)


def timed_writes(add):
    """The last second of a session, in which it is written as in any other (§ 8.12)."""
    add("refreshed in the last second before its limit", "§ 8.8, § 8.12", {"age": 600, "limit": 601}, made(limit=601), "read")
    add("refreshed in the last second of its lifetime", "§ 8.8, § 8.12", {"age": 43_199}, made(), "read", now=I + 43_199, policy={"idle": None, "refresh_after": 450})
    add("a span of 0: refreshed in the same second", "§ 8.8", {"age": 100}, made(), "read", now=I + 100, policy={"refresh_after": 0})
    add("a span of 0: not refreshed before its last activity", "§ 8.8", "nothing", made(), "read", now=I + 99, policy={"refresh_after": 0})
    add("changed in the last second before its limit", "§ 8.12", {"limit": 601}, made(limit=601), SET_A)
    earlier = {"earlier": [writer.DEFAULT_ATTRIBUTES | {"partitioned": True}]}
    for profile in ("browser", 2, 4):
        add(f"earlier attributes, profile {profile}: each part that there may be is expired", "§ 9.3.3, § 9.4.2", "stored", None, SET_A, profile=profile, **earlier)
        add(f"earlier attributes, profile {profile}: invalidated", "§ 9.3.3, § 9.4.2", "expired", made(), "invalidate", profile=profile, **earlier)
    add("changed in the last second of its remembered deadline: Max-Age is 1", "§ 8.10, § 8.12", {"remembered": 601, "max_age": 1}, made(remembered=601), SET_A, policy=REMEMBER)


def named_writes(add):
    """Which ids are the same (§ 8.7)."""
    def told(name, numbers, came, *actions, result="stored", **more):
        v = add(name, "§ 8.7", result, came, *actions, **more)
        assert [number for _, number in v["expect"]["ids"]] == numbers, (name, v["expect"]["ids"])

    ask = "ask-id"
    told("ids: one is needed twice", [None, 0, 0], None, ask, "id", ask, "id", ask)
    told("ids: a new one of a new session, and another when it is renewed", [0, 1], None, "id", ask, "renew", ask)
    told("ids: renewed twice", [0, 1, 2], made(), ask, "renew", ask, "renew", ask)
    told("ids: a new one twice", [0, 1, 2], made(), ask, "new-id", ask, "new-id", ask)
    told("ids: a new one of a new session, twice", [0, 1], None, "new-id", ask, "new-id", ask)
    told("ids: nothing else changes it", [0] * 9, made(), *(x for action in (SET_A, ("remove", "visits"), ("flash", "q", "m"), ("take", "q"), ("limit", 300), ("remember", DAY), "forget", "save", "discard") for x in (action, ask)), policy=REMEMBER, result="nothing")
    told("ids: cleared, and one is needed", [0, None, 1], made(), ask, "clear", ask, "id", ask)
    told("ids: invalidated, and one is needed", [0, None, 1], made(), ask, "invalidate", ask, "id", ask)
    told("ids: a payload that cannot be read has none, until it is renewed", [None, 0], STRANGE, ask, "renew", ask)
    told("ids: one that is refused for its size", [None], made(sid=None, payload=pack({"a": "x" * 2_394})), "id", ask, result="refused")
    told("ids: a renewal that is refused for its size", [None], made(sid=None, payload=pack({"a": "x" * 2_394})), "renew", ask, result="refused")
    told("ids: asked for after a change that was refused", [0, 0], made(), ask, ("remember", DAY), ask, result="refused")
    told("ids: of no context", [None], made(), ask, result="nothing", context=None)
