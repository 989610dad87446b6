"""Vectors of sessions that last: an idle timeout of those that are remembered, Max-Age for all of them, and keys that are needed longer."""

import device_vectors
from answers import *
from corner_devices import register, registers
from corner_vectors import vector
from edge_vectors import A, I, SET_A, STRANGE, made
from material import *
from validation_vectors import ENDED, ERROR, GOES_ON, ROTATED, SPAN, TWO, UP_TO
from write_vectors import DAY, HOST, HOUR, USUAL_POLICY, Writes, fill, parts

REMEMBER = {"remember_up_to": 30 * DAY}
IDLE = 8 * HOUR
LASTING = REMEMBER | {"remembered_idle": IDLE}
DEFAULT = {"refresh_after": None}  # Left out: a quarter of the idle timeout of the session.
ON_CHANGE, NEVER, ALWAYS, EVERY = ({"refresh_after": rule} for rule in ("on-change", "never", "always", "every-request"))
PERSISTENT = {"persistent": True}
IMAGE = ["sec-fetch-dest", "image"]
PUBLIC = {"response": {"status": 200, "fields": [["cache-control", "public, max-age=60"]]}}


class Lasting(Writes):
    """Vectors whose names begin alike. `touch`: what the response owes to its session."""

    def __init__(self, title, policy):
        super().__init__()
        self.title, self.policy = title, policy

    def add(self, name, spec, result, arrives, *actions, touch=None, policy={}, **more):
        policy = {value: given for value, given in (self.policy | policy).items() if value != "remembered_idle" or given is not None}
        v = super().add(f"{self.title}: {name}", spec, result, arrives, *actions, policy=policy, **more)
        touch = touch or ("touched" if result == "nothing" else None)
        assert touch in (None, v["expect"]["touch"]), (name, v["expect"])
        return v


def writes():
    out = []
    for title, policy, collect in (("remembered_idle", LASTING, (refreshed, counted, remembering, validated)), ("persistent", PERSISTENT, (kept, ends, sized)), ("every request", EVERY, (untouched, written))):
        collected = Lasting(title, policy)
        for part in collect:
            part(collected.add)
        out += collected.vectors
    return out


def held(**fields):
    """A remembered session."""
    return made(**({"remembered": 9 * DAY} | fields))


# ---------------------------------------------------------------- § 8.2, § 8.3, § 8.8: remembered_idle

def refreshed(add):
    """When a session is refreshed. Its last activity was in the second 100."""
    again = lambda age, **more: {"age": age, "remembered": 9 * DAY, "touch": "touched", "max_age": IDLE} | more
    add("not due, the second before a quarter of it", "§ 8.5, § 8.8", "nothing", held(), "read", now=I + 7_299, policy=DEFAULT)
    add("refreshed after a quarter of it", "§ 8.3, § 8.5, § 8.8", again(7_300), held(), "read", now=I + 7_300, policy=DEFAULT)
    odd = DEFAULT | {"remembered_idle": IDLE + 3}
    add("a quarter of it is rounded down", "§ 8.8", again(7_300, max_age=IDLE + 3), held(), "read", now=I + 7_300, policy=odd)
    add("a quarter of 3 seconds is 0", "§ 8.8", again(101, max_age=3), held(), "read", now=I + 101, policy=DEFAULT | {"remembered_idle": 3})
    add("idle is off: a quarter of it all the same", "§ 8.8", again(7_300), held(), "read", now=I + 7_300, policy=DEFAULT | {"idle": None})
    add("idle is off: a session that is not remembered is not refreshed", "§ 8.8", "nothing", made(), "read", now=I + 7_300, policy=DEFAULT | {"idle": None})
    add("not remembered, the second before a quarter of idle", "§ 8.8", "nothing", made(), "read", now=I + 549, policy=DEFAULT)
    add("not remembered: refreshed after a quarter of idle", "§ 8.8, § 8.10", {"age": 550, "max_age": None}, made(), "read", now=I + 550, policy=DEFAULT)
    add("remembered in this request: the rule is that of a remembered session", "§ 8.7.0, § 8.8", {"age": 200, "max_age": IDLE}, made(), ("remember", DAY), now=I + 200, policy=DEFAULT)
    off = {"remembered_idle": None}
    add("off, and no refresh_after: not refreshed", "§ 8.3, § 8.8", "nothing", held(), "read", now=I + 5 * DAY, policy=DEFAULT | off)
    add("off, every request: not refreshed", "§ 8.3, § 8.8", "nothing", held(), "read", now=I + 5 * DAY, policy=EVERY | off)
    plain = DEFAULT | off | {"remember_up_to": None}
    add("remembering is off, the second before a quarter of idle", "§ 8.2, § 8.8", "nothing", held(), "read", now=I + 549, policy=plain)
    add("remembering is off: refreshed after a quarter of idle", "§ 8.2, § 8.8", again(550, max_age=None), held(), "read", now=I + 550, policy=plain)
    add("a span, the second before it", "§ 8.8", "nothing", held(), "read", now=I + 549)
    add("a span: refreshed after it", "§ 8.3, § 8.8", again(550), held(), "read", now=I + 550)
    add("a span of half of it, the second before", "§ 8.8", "nothing", held(), "read", now=I + 99 + IDLE // 2, policy={"idle": None, "refresh_after": IDLE // 2})
    add("a span of half of it", "§ 8.8", again(100 + IDLE // 2), held(), "read", now=I + 100 + IDLE // 2, policy={"idle": None, "refresh_after": IDLE // 2})
    add("always: refreshed in the same second", "§ 8.3, § 8.8", again(100), held(), "read", now=I + 100, policy=ALWAYS)
    for rule in ("never", "on-change"):
        add(f"{rule}: not refreshed", "§ 8.8", "nothing", held(), "read", now=I + 99 + IDLE, policy={"refresh_after": rule})
    add("refreshed in its last second", "§ 7.7, § 8.8", again(99 + IDLE), held(), "read", now=I + 99 + IDLE)
    add("idle in the next second: a change begins a new session", "§ 7.7, § 7.10", {"issued": I + 100 + IDLE, "sid": None, "remembered": None, "max_age": None}, held(), SET_A, now=I + 100 + IDLE)
    add("after days, with a later activity", "§ 8.3, § 8.8", again(5 * DAY, max_age=IDLE), held(age=5 * DAY - HOUR), "read", now=I + 5 * DAY)
    add("for an image: not refreshed", "§ 8.12", "nothing", None, "read", request=[["cookie", f"{HOST}={token(XAES, held())}"], IMAGE])
    add("in a header field: refreshed", "§ 8.3, § 9.7.5", {"age": 600, "remembered": 9 * DAY, "touch": "touched"}, held(), "read", purpose=HEADER)
    add("in two cookies: each has Max-Age", "§ 8.8, § 9.2.5", again(600), None, "read", request=parts(held(age=140, payload=pack({"a": "x" * 5_000})), count=2), profile=2)


def counted(add):
    """Max-Age (§ 8.10), which is counted from the age that is written."""
    spec = "§ 8.10"
    add("on-change, and a change: its age moves", "§ 8.8, § 8.10", {"age": 20_000, "touch": "written", "max_age": IDLE}, held(), SET_A, now=I + 20_000, policy=ON_CHANGE)
    add("a change, not due for a refresh: its age moves", spec, {"age": 101, "max_age": IDLE}, held(), SET_A, now=I + 101)
    add("never, and a change: its age stays", spec, {"age": 100, "max_age": IDLE - 500}, held(), SET_A, policy=NEVER)
    add("never, and a change in its last second", spec, {"age": 100, "max_age": 1}, held(), SET_A, now=I + 99 + IDLE, policy=NEVER)
    add("the end of remembered is nearer", spec, {"age": 20_000, "max_age": 10_000}, held(remembered=30_000), "read", now=I + 20_000)
    add("the end of remembered is as near", spec, {"age": 20_000, "max_age": IDLE}, held(remembered=20_000 + IDLE), "read", now=I + 20_000)
    add("the end of remembered is a second farther", spec, {"age": 20_000, "max_age": IDLE}, held(remembered=20_001 + IDLE), "read", now=I + 20_000)
    add("the end by remember_up_to is nearer", spec, {"age": 30 * DAY - 60, "max_age": 60}, held(age=30 * DAY - 600, remembered=90 * DAY), "read", now=I + 30 * DAY - 60)
    add("the limit is nearer", spec, {"age": 20_000, "max_age": 5_000}, held(limit=25_000), "read", now=I + 20_000)
    add("under an earlier key: the age stays, and Max-Age goes by it", "§ 8.9, § 8.10", {"key_id": TWO.kid.hex(), "age": 300, "touch": "touched", "max_age": IDLE - 300}, held(age=300), "read", **ROTATED)
    add("under an earlier key, and a refresh is due: one new token", "§ 8.9, § 8.10", {"key_id": TWO.kid.hex(), "age": 600, "max_age": IDLE}, held(), "read", **ROTATED)
    add("under an earlier key, never: Max-Age goes by the old age", "§ 8.9, § 8.10", {"key_id": TWO.kid.hex(), "age": 100, "max_age": IDLE - 19_900}, held(), "read", now=I + 20_000, policy=NEVER, **ROTATED)
    add("under an earlier key, and the end of remembered is nearer", "§ 8.9, § 8.10", {"age": 100, "max_age": 400}, held(remembered=20_400), "read", now=I + 20_000, policy=NEVER, **ROTATED)
    add("400 days at most", "§ 8.10, § 9.3.2", {"max_age": 34_560_000}, held(remembered=U32_MAX), SET_A, policy={"remember_up_to": 2 * 34_560_000, "remembered_idle": 34_560_001})
    add("400 days exactly", "§ 8.10, § 9.3.2", {"max_age": 34_560_000}, held(remembered=U32_MAX), SET_A, policy={"remember_up_to": 2 * 34_560_000, "remembered_idle": 34_560_000})
    add("a clock that was set back: counted from the last activity", "§ 8.6.3, § 8.10", {"age": 100, "max_age": IDLE + 10}, held(), SET_A, now=I + 90)
    large = lambda **fields: held(payload=pack({"a": "x" * 2_394}), **fields)
    add("more than the room, changed: a longer age is held back, and Max-Age goes by it", "§ 8.6.3, § 8.10, § 9.5.3", {"age": 100, "max_age": IDLE - 500}, large(), ("insert", "a", "y" * 2_394))
    add("more than the room, changed: an age of the same length is written", "§ 8.6.3, § 8.10, § 9.5.3", {"age": 600, "max_age": IDLE}, large(age=140), ("insert", "a", "y" * 2_394))


def remembering(add):
    """Actions that move the ends."""
    add("a new session, remembered", "§ 8.7, § 8.10", {"issued": NOW, "age": 0, "remembered": DAY, "max_age": IDLE}, None, ("remember", DAY))
    add("a new session, remembered for less", "§ 8.7, § 8.10", {"remembered": HOUR, "max_age": HOUR}, None, ("remember", HOUR))
    add("remembered", "§ 8.7, § 8.10", {"age": 600, "remembered": 600 + DAY, "max_age": IDLE}, made(), ("remember", DAY))
    add("remembered and limited to less", "§ 8.7.2, § 8.10", {"limit": 900, "max_age": 300}, made(), ("remember", DAY), ("limit", 300))
    add("renewed: the age is that of the renewal", "§ 8.7, § 8.10", {"issued": NOW, "age": 0, "max_age": IDLE}, held(), "renew")
    add("renewed, never", "§ 8.7, § 8.10", {"issued": NOW, "age": 0, "max_age": IDLE}, held(), "renew", policy=NEVER)
    add("forgotten", "§ 8.7, § 8.10", {"age": 600, "remembered": None, "max_age": None}, held(), "forget")
    add("saved: its age moves", "§ 8.7, § 8.10", {"age": 200, "touch": "written", "max_age": IDLE}, held(), "save", now=I + 200)
    short = NEVER | {"remembered_idle": 400}
    add("never, remembered in its last second by the last activity", "§ 8.10", {"age": 100, "remembered": 499 + DAY, "max_age": 1}, made(), ("remember", DAY), now=I + 499, policy=short)
    add("never, remembered, and by the last activity it is idle: Max-Age is not below 0", "§ 8.10", {"age": 100, "remembered": 600 + DAY, "max_age": 0}, made(), ("remember", DAY), policy=short)


def validated(add):
    """§ 8.16: the last activity is the last answer."""
    asked = lambda name, spec, *rest, policy={}, **more: add(f"validation: {name}", f"{spec}, § 8.16", *rest, policy=SPAN | policy, **more)
    asked("it goes on", "§ 8.8, § 8.10", {"age": 600, "touch": "touched", "max_age": IDLE}, held(), GOES_ON)
    asked("after hours: it goes on", "§ 8.8, § 8.10", {"age": 20_000, "touch": "touched", "max_age": IDLE}, held(), GOES_ON, now=I + 20_000)
    asked("in its last second: it goes on", "§ 7.7, § 8.8", {"age": 99 + IDLE, "max_age": IDLE}, held(), GOES_ON, now=I + 99 + IDLE)
    asked("idle in the next second: nothing is asked", "§ 7.7, § 8.16.2", "nothing", held(), GOES_ON, now=I + 100 + IDLE, touch="untouched")
    asked("not due: not refreshed", "§ 8.8", "nothing", held(), "read", now=I + 399)
    asked("not due, and content: the age stays, and Max-Age goes by it", "§ 8.10", {"age": 100, "touch": "written", "max_age": IDLE - 299}, held(), SET_A, now=I + 399)
    asked("not due, and renewed", "§ 8.10", {"issued": I + 399, "age": 0, "max_age": IDLE}, held(), "renew", now=I + 399)
    asked("not due, under an earlier key: Max-Age goes by the old age", "§ 8.9, § 8.10", {"key_id": TWO.kid.hex(), "age": 301, "max_age": IDLE - 299}, held(age=301), "read", **ROTATED)
    asked("an error, and it goes on for now, and content: the age stays", "§ 8.10, § 8.16.2", {"age": 100, "touch": "written", "max_age": IDLE - 500}, held(), ERROR, SET_A, policy=UP_TO)
    asked("ended, and content: a new session has no Max-Age", "§ 8.10, § 8.16.2", {"issued": NOW, "remembered": None, "max_age": None}, held(), ENDED, SET_A)


# ---------------------------------------------------------------- § 8.10: persistent

def kept(add):
    """Max-Age for every session."""
    spec = "§ 8.10"
    add("a new session", spec, {"issued": NOW, "age": 0, "payload": A, "max_age": 1_800}, None, SET_A)
    add("a new session that needs an id", spec, {"sid": "new", "max_age": 1_800}, None, "id")
    add("a new session that is only read", "§ 8.10, § 8.13", "nothing", None, "read")
    add("not due for a refresh: nothing is sent", "§ 8.8, § 8.10", "nothing", made(), "read", now=I + 549)
    add("refreshed", spec, {"age": 600, "touch": "touched", "max_age": 1_800}, made(), "read")
    add("content", spec, {"age": 600, "touch": "written", "max_age": 1_800}, made(), SET_A)
    add("content, never: the age stays, and Max-Age goes by it", spec, {"age": 100, "max_age": 1_300}, made(), SET_A, policy=NEVER)
    add("under an earlier key: the age stays, and Max-Age goes by it", "§ 8.9, § 8.10", {"key_id": TWO.kid.hex(), "age": 300, "touch": "touched", "max_age": 1_500}, made(age=300), "read", **ROTATED)
    add("under an earlier key, and a refresh is due: one new token", "§ 8.9, § 8.10", {"key_id": TWO.kid.hex(), "age": 600, "max_age": 1_800}, made(), "read", **ROTATED)
    add("renewed", "§ 8.7, § 8.10", {"issued": NOW, "age": 0, "sid": "new", "max_age": 1_800}, made(), "renew")
    add("invalidated, and content", "§ 8.7, § 8.10", {"issued": NOW, "age": 0, "max_age": 1_800}, made(), "invalidate", SET_A)
    add("invalidated", "§ 8.12, § 9.4.1", "expired", made(), "invalidate")
    add("a clock that was set back: counted from the last activity", "§ 8.6.3, § 8.10", {"age": 100, "max_age": 1_810}, made(), SET_A, now=I + 90)
    add("in a header field", "§ 8.10, § 9.7.5", {"age": 600, "touch": "touched"}, made(), "read", purpose=HEADER)
    add("in a header field, a new session", "§ 8.10, § 9.7.5", {"issued": NOW}, None, SET_A, purpose=HEADER)
    asked = SPAN | {"idle": 3_600}
    add("validation: it goes on", "§ 8.10, § 8.16", {"age": 600, "touch": "touched", "max_age": 3_600}, made(), GOES_ON, policy=asked)
    add("validation: not due, and content", "§ 8.10, § 8.16", {"age": 100, "max_age": 3_301}, made(), SET_A, now=I + 399, policy=asked)
    add("every request: refreshed, and untouched", "§ 8.8, § 8.10, § 8.12", {"age": 600, "touch": "touched", "max_age": 1_800}, made(), policy=EVERY)


def ends(add):
    """The nearer end."""
    spec = "§ 8.10"
    add("limited to less than idle", spec, {"limit": 300, "max_age": 300}, None, SET_A, ("limit", 300))
    add("a limit that arrived is nearer than idle", spec, {"age": 600, "limit": 900, "max_age": 300}, made(limit=900), "read")
    add("a limit that arrived is farther than idle", spec, {"age": 600, "limit": 9_000, "max_age": 1_800}, made(limit=9_000), "read")
    add("absolute is nearer than idle", spec, {"age": 42_900, "max_age": 300}, made(age=42_000), "read", now=I + 42_900)
    add("absolute as long as idle", spec, {"age": 600, "max_age": 1_200}, made(), "read", policy={"absolute": 1_800})
    add("absolute as long as idle, a new session", spec, {"max_age": 1_800}, None, SET_A, policy={"absolute": 1_800})
    add("idle is off: absolute", spec, {"age": 600, "max_age": 42_600}, made(), SET_A, policy={"idle": None})
    add("idle is off, a new session", spec, {"max_age": 43_200}, None, SET_A, policy={"idle": None})
    add("idle is off, and a limit", spec, {"limit": 9_000, "max_age": 8_400}, made(limit=9_000), SET_A, policy={"idle": None})
    for absolute, max_age in ((34_559_999, 34_559_999), (34_560_000, 34_560_000), (40_000_000, 34_560_000)):
        add(f"idle is off, and absolute of {absolute:,}", "§ 8.10, § 9.3.2", {"max_age": max_age}, None, SET_A, policy={"idle": None, "absolute": absolute})
    add("remembered, without remembered_idle", spec, {"age": 600, "remembered": 9 * DAY, "max_age": 9 * DAY - 600}, held(), SET_A, policy=REMEMBER)
    add("remembered, with remembered_idle", spec, {"age": 600, "remembered": 9 * DAY, "max_age": IDLE}, held(), SET_A, policy=LASTING)
    add("not remembered, with remembered_idle", spec, {"age": 600, "remembered": None, "max_age": 1_800}, made(), SET_A, policy=LASTING)
    add("remembered while remembering is off: as any other", "§ 8.2, § 8.10", {"age": 600, "remembered": 9 * DAY, "max_age": 1_800}, held(), SET_A)
    add("remembered while remembering is off, for less than idle", "§ 8.2, § 8.10", {"age": 600, "remembered": 900, "max_age": 300}, held(remembered=900), SET_A)
    add("remembered", spec, {"age": 600, "remembered": 600 + DAY, "max_age": DAY}, made(), ("remember", DAY), policy=REMEMBER)
    add("forgotten: Max-Age by idle", spec, {"age": 600, "remembered": None, "max_age": 1_800}, held(), "forget", policy=REMEMBER)
    add("forgotten, never: by the last activity", spec, {"age": 100, "remembered": None, "max_age": 1_300}, held(), "forget", policy=REMEMBER | NEVER)
    add("forgotten, never, and by the last activity it is idle: Max-Age is not below 0", spec, {"age": 100, "remembered": None, "max_age": 0}, held(), "forget", now=I + 5_000, policy=REMEMBER | NEVER)


def sized(add):
    """The 18 characters of a Max-Age count for a session without remembered (§ 9.5.3)."""
    spec = "§ 8.10, § 9.5.3"
    id_of = lambda n: dict(arrives=made(sid=None, payload=pack({"a": "x" * n})))
    tried = lambda n: answer_writes({"name": "id", "ring": line(XAES), "mode": "encrypted", "context": [], "policy": USUAL_POLICY | PERSISTENT, "purpose": COOKIE, "now": NOW, "actions": [["id"]],
                                     "request": [["cookie", f"{HOST}={token(XAES, id_of(n)['arrives'])}"]]})["expect"]
    longest = max(n for n in range(2_150, 2_200) if "errors" not in tried(n))
    assert len(pack({"a": "x" * longest})) > 2_171
    add("more than the room, and an id: the longest within the profile", spec, {"sid": "new", "age": 100, "max_age": 1_300}, id_of(longest)["arrives"], "id")
    add("more than the room, and an id: a byte more", spec, "refused", id_of(longest + 1)["arrives"], "id")
    add("content that fills the room", "§ 9.6.1, § 9.6.3", {"max_age": 1_800}, None, ("insert", "a", "x" * fill(2_171)))
    add("content that is a byte more than the room", "§ 9.6.1, § 9.6.3", "refused", None, ("insert", "a", "x" * (fill(2_171) + 1)))
    large = lambda **fields: made(payload=pack({"a": "x" * 2_394}), **fields)
    add("more than the room goes back as it came: Max-Age counts on both sides", spec, {"age": 600, "max_age": 1_800}, large(age=140), ("insert", "a", "y" * 2_394))
    add("more than the room, changed: a longer age is held back, and Max-Age goes by it", "§ 8.6.3, § 8.10, § 9.5.3", {"age": 100, "max_age": 1_300}, large(), ("insert", "a", "y" * 2_394))
    add("more than the room, and a longer limit field", spec, "refused", large(), ("limit", 300))
    add("more than the room, remembered and within its length", spec, {"remembered": 600 + DAY, "max_age": DAY}, large(flash=[["q", "some text"]]), ("take", "q"), ("remember", DAY), policy=REMEMBER)
    add("more than the room, forgotten, and an id is needed: Max-Age is there as before", spec, "refused", large(sid=None, remembered=9_000), "forget", "id", policy=REMEMBER)
    add("in a header field, more than the room: no Max-Age counts", "§ 9.5.4", {"sid": "new"}, made(sid=None, payload=pack({"a": "x" * 2_234})), "id", purpose=HEADER)
    big = lambda n: made(age=140, payload=pack({"a": "x" * n}))
    add("in two cookies: each has Max-Age", "§ 8.10, § 9.2.5", {"age": 600, "max_age": 1_800}, None, "read", request=parts(big(5_000), count=2), profile=2)
    add("in two cookies, anywhere: as it came", spec, {"age": 600, "max_age": 1_800}, None, ("insert", "a", "y" * 5_000), request=parts(big(5_000), count=2))
    add("in five cookies, which had attributes of five", spec, {"age": 600, "max_age": 1_800}, None, ("insert", "a", "y" * 8_000), request=parts(big(8_000), count=5))
    borders(lambda name, n, **expected: add(f"Split(2): a token of {name}", "§ 9.2.5, § 9.2.6", expected, None, ("insert", "a", "x" * n), profile=2))


def borders(add):
    """One cookie has 55 bytes beside the token and its Max-Age, whose length is that of what is sent."""
    length = lambda n: len(token(XAES, body(NOW, payload=pack({"a": "x" * n}))))
    at = lambda most: max(n for n in range(2_900, 3_000) if length(n) <= most)
    one = 4_096 - 55 - len("; Max-Age=1800")
    add("one field with the Max-Age that is sent", at(one), lengths=[length(at(one))], max_age=1_800)
    more = length(at(one) + 1)
    add("more than one field, cut with the Max-Age that is sent", at(one) + 1, lengths=[one - 2, more - one + 2], max_age=1_800)


# ---------------------------------------------------------------- § 8.8, § 8.12: every request

def untouched(add):
    """The application leaves the session alone."""
    spec, value = "§ 8.8, § 8.12", token(XAES, made())
    add("untouched: refreshed", spec, {"age": 600, "sid": "kept", "payload": DATA.hex(), "touch": "touched", "max_age": None}, made())
    add("untouched: refreshed in the same second", spec, {"age": 100, "touch": "touched"}, made(), now=I + 100)
    add("untouched, by a clock before the last activity: the age stays", "§ 8.6.3, § 8.8, § 8.12", {"age": 100, "touch": "touched"}, made(), now=I + 90)
    add("untouched, idle is off: refreshed", spec, {"age": 600, "touch": "touched"}, made(), policy={"idle": None})
    add("untouched, without a token", spec, "nothing", None, touch="untouched")
    add("untouched, another cookie alone", spec, "nothing", None, request=[["cookie", f"session={value}"]], touch="untouched")
    add("untouched, a value that does not open", spec, "nothing", "junk", touch="untouched")
    add("untouched, an empty value", spec, "nothing", "", touch="untouched")
    add("untouched, a part alone", spec, "nothing", None, request=[["cookie", f"{HOST}.1=abc"]], touch="untouched")
    add("untouched, an idle session", spec, "nothing", made(), now=I + 1_900, touch="untouched")
    add("untouched, a payload that cannot be read", "§ 7.9, § 8.12", "nothing", STRANGE, touch="untouched")
    add("untouched, of no context", "§ 8.12, § 15.9", "nothing", made(), context=None, touch="untouched")
    add("untouched, for an image: not refreshed", spec, "nothing", None, request=[["cookie", f"{HOST}={value}"], IMAGE], touch="untouched")
    for status, result, touch in ((399, {"age": 600, "touch": "touched"}, "touched"), (400, "nothing", "untouched"), (500, "nothing", "untouched")):
        add(f"untouched, status {status}", spec, result, made(), response={"status": status, "fields": []}, touch=touch)
    add("untouched, in a shareable response: not refreshed", "§ 8.12, § 9.8.1", "nothing", made(), touch="untouched", **PUBLIC)
    add("untouched, in a shareable response that may be shared: not refreshed", "§ 8.12, § 9.8.5", "nothing", made(), may_share=True, touch="untouched", **PUBLIC)
    add("read, in a shareable response that may be shared", "§ 8.12, § 9.8.5", {"age": 600, "touch": "touched"}, made(), "read", may_share=True, **PUBLIC)
    add("untouched, with a clock before the epoch", "§ 6.4, § 8.12", "nothing", body(EPOCH, sid=SID), now=EPOCH - 1)
    add("untouched, with nothing in it: refreshed", spec, {"age": 600, "payload": "", "touch": "touched"}, body(I))
    add("untouched, remembered without remembered_idle: not refreshed", "§ 8.3, § 8.8", "nothing", held(), policy=REMEMBER)
    add("untouched, remembered with remembered_idle: refreshed", "§ 8.3, § 8.8", {"age": 600, "touch": "touched", "max_age": IDLE}, held(), policy=LASTING)
    add("untouched, remembered while remembering is off: refreshed", "§ 8.2, § 8.8", {"age": 600, "touch": "touched", "max_age": None}, held())
    add("untouched, under an earlier key: one new token", "§ 8.9, § 8.12", {"key_id": TWO.kid.hex(), "age": 600, "touch": "touched"}, made(), **ROTATED)
    add("untouched, remembered without remembered_idle, under an earlier key: sealed again with its age", "§ 8.9, § 8.12", {"key_id": TWO.kid.hex(), "age": 100, "touch": "touched", "max_age": 9 * DAY - 600}, held(), policy=REMEMBER, **ROTATED)
    large = made(payload=pack({"a": "x" * 2_394}))
    add("untouched, with more than the room: a longer age is left out", "§ 8.12, § 9.5.3", "nothing", large)
    add("untouched, with more than the room, under an earlier key: sealed again with its age", "§ 8.9, § 9.5.3", {"key_id": TWO.kid.hex(), "age": 100, "touch": "touched"}, large, **ROTATED)
    add("untouched, in a header field: refreshed", "§ 8.12, § 9.7.5", {"age": 600, "touch": "touched"}, made(), purpose=HEADER)
    add("untouched, without the header field", "§ 8.12, § 9.7.5", "nothing", None, purpose=HEADER, touch="untouched")
    add("untouched, with an empty header field", "§ 8.12, § 9.7.5", "nothing", None, purpose=HEADER, request=[["x-session", ""]], touch="untouched")
    add("always in its place: untouched, nothing", spec, "nothing", made(), policy=ALWAYS, touch="untouched")
    add("untouched, typed: refreshed", spec, {"age": 600, "schema": 2, "touch": "touched"}, made(schema=2, payload=VISIT), expects={"schema": 2}, type_label="visit")


def written(add):
    """The application does something."""
    add("read: refreshed", "§ 8.8", {"age": 101, "touch": "touched"}, made(), "read", now=I + 101)
    add("content", "§ 8.8, § 8.12", {"age": 600, "touch": "written"}, made(), SET_A)
    add("an action that is refused: refreshed", "§ 8.7.6, § 8.12", {"age": 600, "touch": "touched"}, made(), ("remember", 60))
    add("discarded: not refreshed", "§ 8.12", "nothing", made(), "discard")
    add("a new session", "§ 8.7, § 8.12", {"issued": NOW, "age": 0, "touch": "written"}, None, SET_A)
    add("read, without a token", "§ 8.8, § 8.12", "nothing", None, "read")
    add("invalidated", "§ 8.12", "expired", made(), "invalidate")
    add("refreshed, and read after the head", "§ 8.12, § 14.5", {"age": 600, "touch": "touched"}, made(), late=[["read"]])


# ---------------------------------------------------------------- open.json

def openings(o):
    """§ 7.7, § 8.2. Each pair is the second before and the second of the border."""
    lasting = {"remember_up_to": 2_592_000, "remembered_idle": 604_800}

    def pair(name, reason, alive, content, spec="§ 7.7, § 8.2", key=XAES, **policy):
        value, setup = token(key, content), {"policy": lasting | policy}
        twin = o.passes(f"remembered_idle: {name}: alive", spec, key, value, now=alive, **setup)
        o.fails(f"remembered_idle: {name}: {reason.lower()}", spec, reason, twin, key, value, now=alive + 1, **setup)

    pair("from issued", "Idle", I + 604_799, body(I, remembered=2_000_000))
    pair("from the last activity", "Idle", I + 1_604_799, body(I, age=1_000_000, remembered=2_000_000))
    pair("a signed session", "Idle", I + 604_799, body(I, remembered=2_000_000, sid=SID), key=SIGN)
    pair("shorter than idle", "Idle", I + 199, body(I, remembered=2_000_000), idle=300, remembered_idle=200)
    pair("a second longer than idle", "Idle", I + 300, body(I, remembered=2_000_000), idle=300, remembered_idle=301)
    pair("idle is off", "Idle", I + 604_799, body(I, age=0, remembered=2_000_000), idle=None)
    pair("1 second", "Idle", I, body(I, remembered=2_000_000), remembered_idle=1)
    pair("as long as remember_up_to, from the last activity: the deadline comes first", "Expired", I + 2_591_999, body(I, age=9, remembered=9_000_000), "§ 8.1, § 8.2", remembered_idle=2_592_000)
    pair("as near as the deadline: expired comes before idle", "Expired", I + 604_799, body(I, remembered=604_800), "§ 7.7, § 8.1")
    pair("the end of remembered comes first", "Expired", I + 499_999, body(I, remembered=500_000), "§ 8.1, § 8.2")
    pair("remember_up_to comes first", "Expired", I + 2_591_999, body(I, age=2_500_000, remembered=9_000_000), "§ 8.1, § 8.2")
    pair("the limit comes first", "Expired", I + 99_999, body(I, limit=100_000, remembered=2_000_000), "§ 8.1, § 8.2")
    pair("a limit does not lift it", "Idle", I + 604_799, body(I, limit=2_000_000, remembered=2_000_000))
    pair("not remembered: idle", "Idle", I + 1_799, body(I), "§ 8.2")
    pair("not remembered, but limited: idle", "Idle", I + 1_799, body(I, limit=2_000_000), "§ 8.2")
    pair("not remembered, and idle is off: no idle timeout", "Expired", I + 43_199, body(I, sid=SID), "§ 8.2", idle=None)
    pair("not remembered, and idle is off: absolute is longer", "Expired", I + 999_999, body(I), "§ 8.2", idle=None, absolute=1_000_000)
    off = o.passes("remembered_idle is off: a remembered session has no idle timeout", "§ 8.2", XAES, token(XAES, body(I, remembered=2_000_000)), now=I + 604_800, policy={"remember_up_to": 2_592_000})
    o.fails("remembered_idle is on: the same session is idle", "§ 8.2", "Idle", off, XAES, token(XAES, body(I, remembered=2_000_000)), now=I + 604_800, policy={"remember_up_to": 2_592_000, "remembered_idle": 604_000})
    ring = f"{line(XAES)}\nnot_before={time_text(I)}"
    later = o.passes("remembered_idle: begun at not_before, and used within it", "§ 7.8", XAES, token(XAES, body(I, remembered=2_000_000)), now=I + 10, ring=ring, policy=lasting | {"remembered_idle": 11})
    o.fails("remembered_idle: idle comes before revoked", "§ 7.8", "Idle", later, XAES, token(XAES, body(I - 1, remembered=2_000_000)), now=I + 10, ring=ring, policy=lasting | {"remembered_idle": 11})
    o.passes("remembered_idle: the last activity ahead of the clock, within the skew", "§ 7.7", XAES, token(XAES, body(I, age=650, remembered=2_000_000)), policy=lasting)
    return o.vectors


# ---------------------------------------------------------------- policies.json

def policies():
    usual = {"idle": 1_800, "absolute": 43_200, "remember_up_to": 30 * DAY, "skew": 60}
    out = []

    def add(name, spec, accepted, refresh_after=450, **policy):
        given = {"refresh_after": refresh_after} if "refresh_after" in name else {}
        v = vector("policies", name, spec, {"accepted": accepted, "refresh_after": refresh_after if accepted else None}, policy=usual | policy | given)
        out.append(v)

    add("remembered_idle", "§ 8.0, § 8.15", True, remembered_idle=7 * DAY)
    add("remembered_idle of 0", "§ 8.0", False, remembered_idle=0)
    add("remembered_idle of 1", "§ 8.0", True, remembered_idle=1)
    add("remembered_idle without remember_up_to", "§ 8.0", False, remembered_idle=7 * DAY, remember_up_to=None)
    add("remembered_idle as long as remember_up_to", "§ 8.15", True, remembered_idle=30 * DAY)
    add("remembered_idle longer than remember_up_to", "§ 8.15", False, remembered_idle=30 * DAY + 1)
    add("remembered_idle shorter than idle", "§ 8.15", True, remembered_idle=1_000)
    add("remembered_idle while idle is off: the default is that of a session that is not remembered", "§ 8.8", True, "on-change", remembered_idle=7 * DAY, idle=None)
    add("remembered_idle of less than the default of other sessions: each has its own", "§ 8.8", True, remembered_idle=100)
    for span, accepted in ((500, True), (501, False)):
        add(f"refresh_after {span}, and a remembered_idle of 1,000", "§ 8.8", accepted, span, remembered_idle=1_000)
        add(f"refresh_after {span}, a remembered_idle of 1,000, and idle is off", "§ 8.8", accepted, span, remembered_idle=1_000, idle=None)
        add(f"refresh_after {span}, and an odd remembered_idle", "§ 8.8", accepted, span, remembered_idle=1_001)
    add("refresh_after of half of idle, and a longer remembered_idle", "§ 8.8", True, 900, remembered_idle=7 * DAY)
    add("refresh_after of more than half of idle, and a longer remembered_idle", "§ 8.8", False, 901, remembered_idle=7 * DAY)
    for rule in ("never", "on-change", "always"):
        add(f"refresh_after {rule}, and remembered_idle", "§ 8.8", True, rule, remembered_idle=7 * DAY)
    for span, accepted in ((500, True), (501, False)):
        rule = "on-validation"
        add(f"revalidate_after {span}, and a remembered_idle of 1,000", "§ 8.16.6", accepted, rule, remembered_idle=1_000, revalidate_after=span)
        add(f"revalidate_after {span}, a remembered_idle of 1,000, and idle is off", "§ 8.16.6", accepted, rule, remembered_idle=1_000, idle=None, revalidate_after=span)
        add(f"revalidate_after {span}, and an odd remembered_idle", "§ 8.16.6", accepted, rule, remembered_idle=1_001, revalidate_after=span)
    for span, accepted in ((900, True), (901, False)):
        add(f"revalidate_after {span}, and a remembered_idle longer than idle", "§ 8.16.6", accepted, "on-validation", remembered_idle=7 * DAY, revalidate_after=span)
    add("revalidate_after and unvalidated_up_to, which is longer than remembered_idle", "§ 8.16.6", True, "on-validation", remembered_idle=1_000, revalidate_after=300, unvalidated_up_to=2_000)
    add("refresh_after every-request", "§ 8.8", True, "every-request")
    add("refresh_after every-request, and idle is off", "§ 8.8", True, "every-request", idle=None)
    add("refresh_after every-request, and remembered_idle", "§ 8.8", True, "every-request", remembered_idle=7 * DAY)
    add("refresh_after every-request and revalidate_after", "§ 8.16.6", False, "every-request", revalidate_after=300)
    add("persistent", "§ 8.10", True, persistent=True)
    add("persistent, and idle is off", "§ 8.10", True, "on-change", persistent=True, idle=None)
    return out


# ---------------------------------------------------------------- rings.json

def rings():
    """§ 3.4.8: which keys are used for longer than the ring says."""
    one, two, three = (KEYS["xaes", n] for n in ("one", "two", "three"))
    begun, next_one = ISSUED, ISSUED + DAY
    out = []

    def add(name, expected, listed, longest=1_860):
        ring = listed if isinstance(listed, dict) else {"ring": "\n".join(line(*key) for key in listed)}
        made = vector("rings", f"needed: {name}", "§ 3.4.8", {}, lambda v: answer_rings(v, [NOW], kept=True), **{"mode": "encrypted"} | ring, longest=longest)
        found = made["expect"]
        assert found["kept"] == [[key.kid.hex(), needed] for key, needed in expected] and found["cut_short"] == bool(expected), made
        out.append(made)

    old = lambda until: [(one, None, until), (two, begun)]
    add("a key is used for longer", [(one, begun + 1_860)], old(begun + 600))
    add("a key that retires a second too early", [(one, begun + 1_860)], old(begun + 1_859))
    add("a key that retires when it is no longer needed", [], old(begun + 1_860))
    add("a key that retires a second later", [], old(begun + 1_861))
    add("a key that never retires", [], old(None))
    add("the skew alone", [(one, begun + 60)], old(begun + 59), 60)
    add("two keys are used for longer", [(one, begun + 9_000), (two, next_one + 9_000)], [(one, None, begun + 60), (two, begun, next_one + 8_999), (three, next_one)], 9_000)
    add("two keys, listed the other way round", [(one, begun + 9_000), (two, next_one + 9_000)], [(three, next_one), (two, begun, next_one + 8_999), (one, None, begun + 60)], 9_000)
    add("the first of two is used for longer", [(one, begun + 9_000)], [(one, None, begun + 8_999), (two, begun, next_one + 9_000), (three, next_one)], 9_000)
    add("the second of two is used for longer", [(two, next_one + 9_000)], [(one, None, begun + 9_000), (two, begun, next_one + 8_999), (three, next_one)], 9_000)
    add("a key is used for longer than the next one", [(one, begun + 9 * DAY)], [(one, None, begun + HOUR), (two, begun, next_one + 9 * DAY), (three, next_one)], 9 * DAY)
    add("the key after the next plays no part", [], [(one, None, begun + HOUR), (two, begun), (three, next_one)], HOUR)
    add("the next key has no seal_from", [], [(two, None, None), (one, None, begun)])
    add("the next key has no seal_from, the one after it has", [(two, begun + 1_860)], [(two, None, begun + 600), (one, None, begun + 600), (three, begun)])
    end = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=timezone.utc).timestamp())
    add("times of the year 9999", [(one, end - 60 + U32_MAX)], [(one, None, end), (two, end - 60)], U32_MAX)
    add("the next key begins in the second of EPOCH", [(one, EPOCH + 1_860)], [(one, None, EPOCH + 1), (two, EPOCH)])
    s_one, s_two = KEYS["sign", "one"], KEYS["sign", "two"]
    signed = lambda until: {"mode": "signed", "ring": f"{line(s_one, None, until)}\n{line(s_two, begun)}"}
    add("a signing key is used for longer", [(s_one, begun + 1_860)], signed(begun + 1_859))
    add("a signing key that retires when it is no longer needed", [], signed(begun + 1_860))
    built = lambda *keys: {"keys": [[key.text, *times] for key, *times in keys]}
    add("without a text, a key is used for longer", [(one, begun + 43_260)], built((one, None, begun + 43_259), (two, begun, None)), 43_260)
    add("without a text, a key that retires when it is no longer needed", [], built((one, None, begun + 43_260), (two, begun, None)), 43_260)
    add("two texts", [(one, begun + 1_860)], {"ring": line(one, None, begun + 600), "joined": [line(two, begun)]})
    return out


# ---------------------------------------------------------------- devices.json

def devices():
    out, collected = [], Writes("write")
    session, bound, settings = device_vectors.session_pair, device_vectors.bound_pair(), device_vectors.SETTINGS
    device = device_vectors.DEVICE

    def sends(name, spec, result, pairs, *actions, policy, touch="touched"):
        v = collected.add(f"write: {name}", spec, result, None, *actions, request=device_vectors.cookie(*pairs), devices=settings, policy=policy)
        assert v["expect"]["touch"] == touch, v["expect"]

    sends("every request: a stale one, untouched", "§ 8.12, § 16.3.4", "nothing", [session(device=device)], policy=EVERY, touch="untouched")
    sends("every request: a bound one, untouched: refreshed", "§ 8.12", {"age": 600, "device": device.hex()}, [session(device=device), bound], policy=EVERY)
    sends("every request: remembered, and became bound, untouched: its device is sealed, and the age stays", "§ 8.12, § 16.3.3", {"device": device.hex(), "remembered": 9 * DAY},
          [session(remembered=9 * DAY), bound], policy=EVERY | REMEMBER)
    sends("persistent: became bound: Max-Age goes by the old age", "§ 8.9, § 8.10, § 16.3.3", {"device": device.hex()}, [session(age=300), bound], "read", policy=PERSISTENT)
    offer = device_vectors.sealed("registration", NOW - 5)
    for name, policy, fields in (("persistent", PERSISTENT, {}), ("remembered, with remembered_idle", LASTING, {"remembered": 9 * DAY})):
        v = register(out, f"with its session, {name}: Max-Age goes by its age", 200, "registered", registers(offer), session(issued=NOW - 5, age=0, **fields), policy=policy, spec="§ 8.10, § 16.6.2")
        assert f"Max-Age={1_795 if policy is PERSISTENT else IDLE - 5}" in v["expect"]["fields"][-1][1], v["expect"]["fields"]
    return collected.vectors + out
