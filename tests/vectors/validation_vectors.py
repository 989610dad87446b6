"""Vectors of writes.json for § 8.16: the application is asked again whether a session goes on."""

from answers import *
from edge_vectors import A, I, REMEMBER, SET_A, STRANGE, made
from material import *
from write_vectors import DAY, Writes, nested

SPAN = {"revalidate_after": 300}  # Sessions have the age 100: due from the second 400 on.
UP_TO = SPAN | {"unvalidated_up_to": 600}
GOES_ON, ENDED, ERROR = (("validate", answer) for answer in ("goes-on", "ended", "error"))
KEPT_OUT = (SET_A, ("remove", "visits"), ("flash", "q", "m"), "id", "new-id", ("limit", 300), ("remember", DAY), "forget", "clear", "save")
FAILED = {"response": {"status": 500, "fields": []}}
ONE, TWO = KEYS["xaes", "one"], KEYS["xaes", "two"]
ROTATED = {"key": ONE, "ring": f"{line(ONE, None, NOW + DAY)}\n{line(TWO, I)}"}


class Asked(Writes):
    """Vectors of a configuration that asks. `errors` are the places of the actions that are refused with `unvalidated`."""

    def add(self, name, spec, result, arrives, *actions, touch=None, errors=(), told=None, ids=None, policy={}, **more):
        v = super().add(f"validation: {name}", spec, result, arrives, *actions, policy=SPAN | policy, **more)
        found = v["expect"]
        touch = touch or ("written" if result == "expired" else "touched" if result == "nothing" else found["touch"])
        assert found["touch"] == touch, (name, found)
        assert found.get("errors", []) == [[index, "unvalidated"] for index in errors], (name, found)
        assert told is None or [sid for _, sid in found["told"]] == told, (name, found)
        assert ids is None or [number for _, number in found["ids"]] == ids, (name, found)


def writes():
    out = Asked()
    due(out.add)
    kept_ages(out.add)
    goes_on(out.add)
    ended(out.add)
    unvalidated(out.add)
    failing(out.add)
    unasked(out.add)
    sent(out.add)
    return out.vectors


def due(add):
    """§ 8.16.1: from which second on."""
    add("the second before it is due: nothing is asked", "§ 8.16.1", {"sid": "kept", "age": 100}, made(), ENDED, SET_A, now=I + 399)
    add("from the second it is due", "§ 8.16.1", {"issued": I + 400, "sid": None}, made(), ENDED, SET_A, now=I + 400)
    add("the second before it is due: no answer is sealed, and nothing is touched", "§ 8.16.1, § 8.16.2", "nothing", made(), GOES_ON, touch="untouched", now=I + 399)
    add("it goes on, in the second it is due", "§ 8.16.1, § 8.8", {"issued": I, "age": 400, "sid": "kept", "payload": DATA.hex(), "touch": "touched"}, made(), GOES_ON, now=I + 400)
    add("a new session", "§ 8.16.2", "nothing", None, GOES_ON, touch="untouched")
    add("a clock behind the last answer", "§ 8.16.1", "nothing", made(), GOES_ON, "read", now=I + 50, policy={"revalidate_after": 30})
    add("two values of one session, one answered since: that is taken, and nothing is due", "§ 7.0, § 8.16.1", {"age": 500}, None, ENDED, SET_A,
        request=[["cookie", "; ".join(f"__Host-session={token(XAES, made(age=age))}" for age in (100, 500))]])


def kept_ages(add):
    """Writes that keep the age, since nothing was answered (§ 8.6.3, § 8.8)."""
    for name, action, fields in (("a message", ("flash", "q", "m"), {}), ("an id is needed", "id", {"sid": None}), ("a new id", "new-id", {}), ("a limit", ("limit", 300), {}), ("remembered", ("remember", DAY), {}),
                                 ("forgotten", "forget", {"remembered": 9_000}), ("saved", "save", {})):
        add(f"not due, {name}: the age stays", "§ 8.8, § 8.16.4", {"age": 100, "touch": "written"}, made(**fields), action, now=I + 399, policy=REMEMBER)
    add("not due, cleared, and content: the age stays", "§ 8.8, § 8.16.4", {"age": 100, "sid": None}, made(), "clear", SET_A, now=I + 399)
    add("what such a write sealed a second ago: due", "§ 8.16.1, § 8.16.4", "nothing", made(payload=pack({"a": 1})), ("insert", "b", 2), now=I + 400, errors=[0])
    add("not due, renewed: that is an answer", "§ 8.16, § 8.16.4", {"issued": I + 399, "age": 0, "sid": "new"}, made(), "renew", now=I + 399)
    add("not due, invalidated, and content: a new session", "§ 8.16, § 8.16.4", {"issued": I + 399, "age": 0}, made(), "invalidate", SET_A, now=I + 399)
    add("not due, under an earlier key: sealed again with its age", "§ 8.9, § 8.16.4", {"key_id": TWO.kid.hex(), "age": 301, "touch": "touched"}, made(age=301), "read", **ROTATED)


def goes_on(add):
    """The answer that the session goes on."""
    add("it goes on, and content", "§ 8.6.3, § 8.16.2", {"age": 600, "sid": "kept", "touch": "written"}, made(), GOES_ON, SET_A)
    add("it goes on, and content is put in and taken out again", "§ 8.11, § 8.16.2", {"age": 600, "touch": "touched"}, made(), GOES_ON, SET_A, ("remove", "a"))
    add("it goes on with its limit", "§ 8.7.2, § 8.16.2", {"age": 600, "limit": 900, "touch": "touched"}, made(limit=900), GOES_ON)
    add("it goes on, and is renewed", "§ 8.16.2", {"issued": NOW, "age": 0, "sid": "new", "payload": DATA.hex()}, made(), GOES_ON, "renew")
    add("it goes on, and is invalidated", "§ 8.7.4, § 8.16.2", "expired", made(), GOES_ON, "invalidate", told=[SID.hex()])
    add("it goes on, and its id is asked for", "§ 8.16.2", {"age": 600}, made(), "ask-id", GOES_ON, "ask-id", ids=[None, 0])
    add("it goes on, and is discarded", "§ 8.12, § 8.16.4", "nothing", made(), GOES_ON, "discard")
    add("discarded, then it goes on: it stays discarded", "§ 8.12, § 8.16.2", "nothing", made(), "discard", GOES_ON, SET_A)
    add("discarded, then it goes on, and is saved", "§ 8.16.2", {"age": 600}, made(), "discard", GOES_ON, "save")
    add("changed before it goes on: refused", "§ 8.7.5, § 8.16.2", {"age": 600, "payload": DATA.hex(), "touch": "touched"}, made(), SET_A, GOES_ON, errors=[0])
    add("it goes on, and is asked about again: the first answer holds", "§ 8.16.2", {"age": 600, "sid": "kept"}, made(), GOES_ON, ENDED, SET_A)
    remembered = {"policy": REMEMBER}
    add("remembered: it goes on", "§ 8.3, § 8.8, § 8.10", {"age": 600, "remembered": 9 * DAY, "max_age": 9 * DAY - 600, "touch": "touched"}, made(remembered=9 * DAY), GOES_ON, **remembered)
    add("remembered, after days: it goes on", "§ 8.3, § 8.8", {"age": 5 * DAY, "max_age": 4 * DAY}, made(remembered=9 * DAY), GOES_ON, now=I + 5 * DAY, **remembered)
    add("remembered, and not due: not refreshed", "§ 8.3, § 8.8", "nothing", made(remembered=9 * DAY), "read", now=I + 399, **remembered)
    add("remembered while remembering is off: it goes on", "§ 8.2, § 8.8", {"age": 600, "remembered": 9 * DAY, "max_age": None}, made(remembered=9 * DAY), GOES_ON)


def ended(add):
    """The answer that it is over."""
    add("ended: nothing is dropped", "§ 8.16.2, § 7.10", "nothing", made(limit=900, flash=[["q", "m"]]), ENDED)
    add("ended: it is read, and has no id and no message", "§ 8.16.2, § 7.10", "nothing", made(flash=[["q", "m"]]), ENDED, "ask-id", ("take", "q"), ids=[None])
    add("ended, and content", "§ 8.16.2, § 7.10", {"issued": NOW, "age": 0, "sid": None, "payload": A, "touch": "written"}, made(limit=900), ENDED, SET_A)
    add("ended, and an id is needed", "§ 8.16.2", {"issued": NOW, "sid": "new", "payload": ""}, made(), ENDED, "id")
    add("ended, and renewed", "§ 8.16.2", {"issued": NOW, "sid": "new", "payload": ""}, made(), ENDED, "renew")
    add("ended, and cleared", "§ 8.13, § 8.16.2", "expired", made(), ENDED, "clear")
    add("ended, and saved", "§ 8.13, § 8.16.2", "nothing", made(), ENDED, "save")
    add("ended, and invalidated: the id is told", "§ 8.7.4", "expired", made(), ENDED, "invalidate", "invalidate", told=[SID.hex(), None])
    add("ended, renewed, and invalidated: the id that arrived is told", "§ 8.7.4", "expired", made(), ENDED, "renew", "invalidate", told=[SID.hex()])
    add("discarded, then ended, and content: it stays discarded", "§ 8.12, § 8.16.2", "nothing", made(), "discard", ENDED, SET_A)
    add("ended, and asked about again: the first answer holds", "§ 8.16.2", "nothing", made(), ENDED, GOES_ON, ("take", "q"))
    add("ended, under an earlier key: not sealed again", "§ 8.9, § 8.16.2", "nothing", made(), ENDED, "read", **ROTATED)
    add("ended, and content, and the response is an error", "§ 8.12, § 8.16.2", "nothing", made(), ENDED, SET_A, **FAILED)


def unvalidated(add):
    """A session that waits for an answer (§ 8.7.5)."""
    add("nothing was answered: not touched", "§ 8.12, § 8.16.3", "nothing", made(), touch="untouched")
    add("nothing was answered: it is read, and has no id and no message", "§ 8.7.5, § 8.16.3", "nothing", made(flash=[["q", "m"]]), "ask-id", ("take", "q"), ids=[None])
    add("nothing was answered: changes are refused", "§ 8.7.5, § 14.5", "nothing", made(), *KEPT_OUT, policy=REMEMBER, errors=range(len(KEPT_OUT)))
    add("nothing was answered: before any other check", "§ 14.5", "nothing", made(), ("remember", DAY), ("insert", "a", nested(64)), ("insert", "a", "x" * 3_000), errors=range(3))
    add("nothing was answered: under an earlier key, it is left", "§ 8.9, § 8.16.3", "nothing", made(), "read", **ROTATED)
    add("nothing was answered: renewed, and content", "§ 8.7.5", {"issued": NOW, "age": 0, "limit": None, "sid": "new", "payload": A}, made(limit=900), "renew", SET_A)
    add("nothing was answered: renewed, and then it goes on: nothing is asked", "§ 8.7, § 8.16.2", {"issued": NOW, "sid": "new", "payload": ""}, made(), "renew", GOES_ON)
    add("nothing was answered: invalidated", "§ 8.7.4, § 8.7.5", "expired", made(), "invalidate", "invalidate", told=[SID.hex(), None])
    add("nothing was answered: invalidated, and then it goes on: nothing is asked", "§ 8.7, § 8.16.2", {"issued": NOW, "sid": None, "payload": A}, made(), "invalidate", GOES_ON, SET_A)
    add("nothing was answered: discarded", "§ 8.7.5", "nothing", made(), "discard")
    add("nothing was answered: after the head", "§ 14.5", "nothing", made(), "read", late=[list(SET_A)])


def failing(add):
    """The question fails."""
    add("an error: nothing is written", "§ 8.16.2", "nothing", made(), ERROR, errors=[0])
    add("an error: changes are refused", "§ 8.7.5, § 8.16.2", "nothing", made(), ERROR, *KEPT_OUT, policy=REMEMBER, errors=range(len(KEPT_OUT) + 1))
    add("an error: renewed", "§ 8.7.5, § 8.16.2", {"issued": NOW, "sid": "new", "payload": ""}, made(), ERROR, "renew", errors=[0])
    add("an error: invalidated", "§ 8.7.4, § 8.16.2", "expired", made(), ERROR, "invalidate", errors=[0], told=[SID.hex()])
    add("an error: it is not asked again", "§ 8.16.2", "nothing", made(), ERROR, GOES_ON, ENDED, SET_A, errors=range(4))
    add("an error, up to the second before", "§ 8.16.2", {"sid": "kept", "age": 100, "touch": "written"}, made(), ERROR, SET_A, now=I + 699, policy=UP_TO)
    add("an error, from the second on", "§ 8.16.2", "nothing", made(), ERROR, SET_A, now=I + 700, policy=UP_TO, errors=[0, 1])
    add("an error, and it goes on for now: not refreshed", "§ 8.8, § 8.16.2", "nothing", made(), ERROR, "read", policy=UP_TO)
    add("an error, and it goes on for now: it is not asked again", "§ 8.16.2", "nothing", made(), ERROR, GOES_ON, "ask-id", policy=UP_TO, ids=[0])
    add("an error, and it goes on for now: under an earlier key, sealed again with its age", "§ 8.9, § 8.16.4", {"key_id": TWO.kid.hex(), "age": 100, "touch": "touched"}, made(), ERROR, policy=UP_TO, **ROTATED)
    add("discarded, and an error, and it goes on for now: it stays discarded", "§ 8.12, § 8.16.2", "nothing", made(), "discard", ERROR, SET_A, policy=UP_TO)
    add("nothing was answered while it may go on for now", "§ 8.16.3", "nothing", made(), SET_A, policy=UP_TO, errors=[0])


def unasked(add):
    """What does not open to the application in any case."""
    add("a value that does not open", "§ 8.16.2", "nothing", "junk", GOES_ON, touch="untouched")
    add("of no context", "§ 8.16.2, § 15.9", "nothing", made(), GOES_ON, touch="untouched", context=None)
    add("revoked by the list: not asked", "§ 7.8, § 8.16.2", {"issued": NOW, "sid": None}, made(), ERROR, SET_A, policy={"revoked": [SID.hex()]})
    add("a payload that cannot be read: not asked", "§ 7.9, § 8.16.2", "nothing", STRANGE, ENDED, touch="untouched")


def sent(add):
    """Where the answer is sealed, and where not (§ 8.16.4)."""
    image = [["cookie", f"__Host-session={token(XAES, made())}"], ["sec-fetch-dest", "image"]]
    answer = lambda status=200, *fields: {"response": {"status": status, "fields": [list(field) for field in fields]}}
    public = answer(200, ("cache-control", "public, max-age=60"))
    add("it goes on, for an image: not sealed", "§ 8.12, § 8.16.4", "nothing", None, GOES_ON, request=image)
    add("it goes on, and content, for an image: sealed with it", "§ 8.12, § 8.16.4", {"age": 600}, None, GOES_ON, SET_A, request=image)
    add("it goes on, in a shareable response: not sealed", "§ 8.12, § 8.16.4", "nothing", made(), GOES_ON, **public)
    add("it goes on, in a shareable response that may be shared", "§ 8.12, § 8.16.4", {"age": 600}, made(), GOES_ON, may_share=True, **public)
    for status in (400, 500):
        add(f"it goes on, status {status}: not sealed", "§ 8.12, § 8.16.4", "nothing", made(), GOES_ON, **answer(status))
    add("it goes on, and content, status 500: not sealed", "§ 8.12, § 8.16.4", "nothing", made(), GOES_ON, SET_A, **FAILED)
    add("it goes on, and content, status 500, saved", "§ 8.12, § 8.16.4", {"age": 600}, made(), GOES_ON, SET_A, "save", **FAILED)
    add("it goes on, under an earlier key: one new token", "§ 8.9, § 8.16.4", {"key_id": TWO.kid.hex(), "age": 600, "touch": "touched"}, made(), GOES_ON, **ROTATED)
    large = lambda **fields: made(payload=pack({"a": "x" * 2_394}), **fields)
    add("it goes on, with more than the room: a longer age is left out", "§ 9.5.3, § 8.16.4", "nothing", large(), GOES_ON)
    add("it goes on, with more than the room, under an earlier key: sealed again with its age", "§ 9.5.3, § 8.16.4", {"key_id": TWO.kid.hex(), "age": 100}, large(), GOES_ON, **ROTATED)
    add("it goes on, with more than the room, changed: a longer age is held back", "§ 9.5.3, § 8.16.4", {"age": 100}, large(), GOES_ON, ("insert", "a", "y" * 2_394))
    typed = {"expects": {"schema": 2}, "type_label": "visit"}
    visit, ada = made(schema=2, payload=VISIT), {"visits": 7, "name": "Ada"}
    add("typed: it goes on", "§ 8.16.2", {"age": 600, "schema": 2, "payload": VISIT.hex()}, visit, GOES_ON, **typed)
    add("typed: ended, and set again", "§ 8.16.2", {"issued": NOW, "sid": None, "schema": 2, "payload": VISIT.hex()}, visit, ENDED, ("set", ada), **typed)
    add("header: it goes on", "§ 8.16.2, § 9.7.5", {"age": 600, "sid": "kept"}, made(), GOES_ON, purpose=HEADER)
    add("header: ended, and cleared", "§ 8.16.2, § 9.7.5", "expired", made(), ENDED, "clear", purpose=HEADER)
