"""The vectors of docs/spec/writer.md: writes.json, policies.json; and caches.json (§ 9.8)."""

from answers import *
from material import *

USUAL_POLICY = POLICY | {"refresh_after": 450}
HOUR, DAY = 3_600, 86_400


class Writes:
    """Collects vectors of one request. `name` of a vector is that of its cookie, if `purpose` is one."""

    def __init__(self, kind=None):
        self.vectors, self.kind = [], {"kind": kind} if kind else {}

    def add(self, name, spec, result, arrives, *actions, policy={}, now=NOW, key=XAES, ring=None, request=None, purpose=COOKIE, **more):
        """`arrives`: a body, the text of a value, or None; `request`: the fields of the request instead."""
        v = {"name": name, "spec": spec} | self.kind | {"ring": ring or line(key), "mode": key.mode, "purpose": purpose} | {"context": []} | more
        v |= {"now": now, "policy": policy_of(policy)}
        value = token(key, arrives, purpose_of(v), pairs_of(v) or ()) if isinstance(arrives, bytes) else arrives
        v["request"] = request if request is not None else ([] if value is None else [["cookie", f"{purpose['name']}={value}"] if purpose["kind"] == "cookie" else [purpose["name"], value]])
        v["actions"] = [list(a) if isinstance(a, tuple) else [a] for a in actions]
        v |= answer_writes(v)
        self.check(name, result, v["expect"])
        self.vectors.append(v)
        return v

    def check(self, name, result, found):
        """`result` is a word, or some fields of what is stored."""
        words = {"nothing": found.get("change") == "keep", "expired": found.get("change") == "drop", "stored": "stored" in found,
                 "refused": "errors" in found or "failed" in found}
        if isinstance(result, str):
            assert words[result], (name, result, found)
            return
        for field, value in result.items():
            given = max_age_of(found) if field == "max_age" else found["stored"].get(field, found.get(field))
            assert given == value, (name, field, value, found)


def policy_of(policy):
    """The usual policy with these values; there is no `refresh_after` beside `revalidate_after`, nor where it is None: its default counts."""
    made = USUAL_POLICY | policy
    return made if "revalidate_after" not in made and made["refresh_after"] is not None else {name: value for name, value in made.items() if name != "refresh_after"}


def max_age_of(found):
    lines = [value for name, value in found["fields"] if name == "set-cookie" and "=*" in value]
    match = re.search("; Max-Age=([0-9]+)", lines[0])
    return match and int(match[1])


def writes():
    out = Writes()
    add, I, day = out.add, ISSUED, DAY
    basic_writes(add, I, day)
    typed_writes(add, I)
    saved_writes(add, I)
    padded_writes(add, I)
    header_writes(add, I)
    sized_writes(add, I, day)
    border_writes(add, I, day)
    quiet_writes(add, I)
    begun_again_writes(add, I)
    several_writes(add, I)
    return out.vectors


def basic_writes(add, I, day):
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    remember = {"remember_up_to": 30 * day}
    set_a, A = ("insert", "a", 1), pack({"a": 1}).hex()
    # a new session
    add("a new session", "§ 8.7", {"issued": NOW, "age": 0, "limit": None, "remembered": None, "sid": None, "payload": A, "max_age": None}, None, set_a)
    add("a new session that needs an id", "§ 8.7", {"sid": "new", "payload": ""}, None, "id")
    add("a new session that is only read", "§ 8.13", "nothing", None, "read")
    add("a new session with nothing in it after all", "§ 8.13", "nothing", None, set_a, ("remove", "a"))
    add("a new session with a limit alone", "§ 8.13", "nothing", None, ("limit", 300))
    add("a new session with nothing in it, remembered", "§ 8.13", {"remembered": day, "max_age": day}, None, ("remember", day), policy=remember)
    add("a new session with flash", "§ 8.7", {"flash": [["info", "Saved"]], "payload": ""}, None, ("flash", "info", "Saved"))
    add("a new session after one that did not open", "§ 8.7, § 7.10", {"issued": NOW, "sid": None}, "junk", set_a)
    add("one that did not open is not replaced by reading it", "§ 7.10", "nothing", "junk", "read")
    add("one that did not open, and nothing is left of what was put in", "§ 7.10", "nothing", "junk", set_a, ("remove", "a"))
    strange = body(I, sid=SID, schema=1, payload=VISIT)
    add("a payload that cannot be read is not replaced by reading it", "§ 7.9", "nothing", strange, "read")
    for action in (set_a, ("flash", "info", "Saved"), "id", "new-id", ("limit", 300), "clear"):
        add(f"a payload that cannot be read: {action if isinstance(action, str) else action[0]}", "§ 7.9, § 8.7.5", "refused", strange, action)
    add("a payload that cannot be read: renewed", "§ 7.9, § 8.7.5", {"issued": NOW, "age": 0, "sid": "new", "payload": ""}, strange, "renew")
    add("a payload that cannot be read: renewed, and content", "§ 7.9, § 8.7.5", {"issued": NOW, "sid": "new", "payload": A}, strange, "renew", set_a)
    add("a payload that cannot be read: invalidated", "§ 7.9, § 8.7.5", "expired", strange, "invalidate")
    add("a payload that cannot be read: invalidated, and content", "§ 7.9, § 8.7.5", {"issued": NOW, "sid": None, "payload": A}, strange, "invalidate", set_a)
    add("one that did not open, and a new session limited to 0 seconds", "§ 8.12", "expired", "junk", set_a, ("limit", 0))
    # keys are sorted
    add("keys are written in the order of their bytes", "§ 5.4.1", {"payload": pack({"A": 1, "a": 2, "\uff5e": 3, "\U0001f36a": 4}).hex()}, None,
        ("insert", "\U0001f36a", 4), ("insert", "a", 2), ("insert", "\uff5e", 3), ("insert", "A", 1))
    add("a text that begins with U+FEFF is written so", "§ 5.4.7", {"payload": pack({"a": "\ufeffAda"}).hex()}, None, ("insert", "a", "\ufeffAda"))
    for n in (0, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63, 2**64 - 1, -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63):
        add(f"the number {n}", "§ 5.4.3", {"payload": pack({"a": n}).hex()}, None, ("insert", "a", n))
    for n in (31, 32, 255, 256):
        add(f"a text of {n} bytes, and a key", "§ 5.4.3", {"payload": pack({"k" * n: "v" * n}).hex()}, None, ("insert", "k" * n, "v" * n))
    for n in (15, 16):
        add(f"a list of {n} values", "§ 5.4.3", {"payload": pack({"a": [[]] * n}).hex()}, None, ("insert", "a", [[]] * n))
    fifteen = {f"k{i:02}": i for i in range(15)}
    add("a sixteenth entry", "§ 5.4.2", {"payload": pack(fifteen | {"k15": 15}).hex()}, made(payload=pack(fifteen)), ("insert", "k15", 15))
    add("the sixteenth entry is taken out", "§ 5.4.2", {"payload": pack(fifteen).hex()}, made(payload=pack(fifteen | {"k15": 15})), ("remove", "k15"))
    longer = b"\xa1a\xcd\0\5\xa1b\xdc\0\1\xd9\1x"
    add("other values keep their bytes when one is put in", "§ 5.4.9", {"payload": (b"\x83" + longer + pack("c") + b"\1").hex()}, made(payload=b"\x82" + longer), ("insert", "c", 1))
    add("other values keep their bytes when one is taken out", "§ 5.4.9", {"payload": (b"\x82" + longer).hex()}, made(payload=b"\x83" + longer + pack("c") + b"\1"), ("remove", "c"))
    add("a value in a longer form is put in again: it differs", "§ 5.4.3, § 8.11", {"payload": pack({"a": 5}).hex()}, made(payload=b"\x81\xa1a\xcd\0\5"), ("insert", "a", 5), now=I + 101)
    add("a message comes after the earlier ones", "§ 5.3.1", {"flash": [["info", "b"], ["error", "c"], ["info", "a"]]}, made(flash=[["info", "b"], ["error", "c"]]), ("flash", "info", "a"))
    nested = lambda levels: [] if levels == 1 else [nested(levels - 1)]
    add("a value 63 levels deep, 64 with the outer map", "§ 5.4.4, § 5.4.8", {"issued": NOW}, None, ("insert", "a", nested(63)))
    add("a value 64 levels deep", "§ 5.4.4, § 5.4.8", "refused", None, ("insert", "a", nested(64)))
    # content
    for rule in (450, "on-change", "always"):
        add(f"content changed, refresh_after {rule}", "§ 8.6, § 8.7", {"issued": I, "age": 600, "sid": "kept"}, made(), set_a, policy={"refresh_after": rule})
    add("a message is put in: activity", "§ 8.7", {"age": 600, "flash": [["info", "Saved"]]}, made(), ("flash", "info", "Saved"))
    for name, action, fields in (("a message", ("flash", "info", "Saved"), {}), ("an entry is taken out", ("remove", "visits"), {}), ("an id is needed", "id", {"sid": None}), ("a new id", "new-id", {}), ("a limit", ("limit", 300), {}),
                                 ("remembered", ("remember", day), {}), ("forgotten", "forget", {"remembered": 9000}), ("cleared, and content again", "clear", {})):
        add(f"refresh_after never: {name}", "§ 8.7", {"age": 100}, made(**fields), *((action, set_a) if action == "clear" else (action,)), policy=remember | {"refresh_after": "never"})
    add("content changed, refresh_after never", "§ 8.7", {"issued": I, "age": 100, "sid": "kept"}, made(), set_a, policy={"refresh_after": "never"})
    add("content changed, limit and remembered stay", "§ 8.7, § 8.7.2", {"limit": 5000, "remembered": 9000, "max_age": 4400}, made(limit=5000, remembered=9000), set_a, policy=remember)
    add("the same value put in again", "§ 8.11", "nothing", made(), ("insert", "name", "Ada"), now=I + 101)
    add("put in and taken out again", "§ 8.11", "nothing", made(), set_a, ("remove", "a"), now=I + 101)
    add("the activity of a clock that was set back", "§ 8.6", {"issued": I, "age": 100}, made(), set_a, now=I + 90)
    add("the activity of a clock before issued", "§ 8.6", {"issued": I, "age": 0}, made(age=0), set_a, now=I - 30)
    add("the second before the epoch", "§ 6.4", "refused", None, set_a, now=EPOCH - 1)
    add("the second before the epoch, one that arrived is changed", "§ 6.4", "refused", body(EPOCH, sid=SID), set_a, now=EPOCH - 1)
    add("the second before the epoch, a refresh that is left out", "§ 8.12", "nothing", body(EPOCH, sid=SID), "read", now=EPOCH - 1, policy={"refresh_after": "always"})
    add("the epoch", "§ 6.4", {"issued": EPOCH}, None, set_a, now=EPOCH)
    add("the last second", "§ 6.4", {"issued": EPOCH + U32_MAX}, None, set_a, now=EPOCH + U32_MAX)
    add("a second later than the last", "§ 6.4", "refused", None, set_a, now=EPOCH + U32_MAX + 1)
    add("an age ahead of the clock stays", "§ 8.6", {"age": 1300}, body(EPOCH, age=1300, sid=SID), set_a, now=EPOCH + 1000, policy={"idle": None, "skew": 300, "absolute": U32_MAX, "refresh_after": "on-change"})
    add("an id is made", "§ 8.7", {"issued": I, "age": 600, "sid": "new"}, made(sid=None), "id")
    add("an id that is there is kept", "§ 8.7", "nothing", made(), "id", now=I + 101)
    # refresh
    add("not due: the second before", "§ 8.5, § 8.8", "nothing", made(), "read", now=I + 549)
    add("refreshed from the second it is due", "§ 8.5, § 8.8", {"issued": I, "age": 550, "sid": "kept", "payload": DATA.hex()}, made(), "read", now=I + 550)
    add("not touched: nothing, though a refresh is due", "§ 8.12", "nothing", made())
    add("always: refreshed a second later", "§ 8.8", {"age": 101}, made(), "read", now=I + 101, policy={"refresh_after": "always"})
    add("always: refreshed in the same second", "§ 8.8", {"age": 100}, made(), "read", now=I + 100, policy={"refresh_after": "always"})
    for rule in ("never", "on-change"):
        add(f"{rule}: not refreshed", "§ 8.8", "nothing", made(), "read", now=I + 1800, policy={"refresh_after": rule})
    add("a span with idle off is due too", "§ 8.8", {"age": 5100}, made(), "read", now=I + 5100, policy={"idle": None, "refresh_after": 5000})
    add("a remembered session is not refreshed", "§ 8.3, § 8.8", "nothing", made(remembered=9 * day), "read", now=I + day, policy=remember | {"refresh_after": "always"})
    add("a remembered session is refreshed while remembering is off", "§ 8.2", {"age": 600, "remembered": 9 * day, "max_age": None}, made(remembered=9 * day), "read")
    add("a refresh keeps the limit", "§ 8.7", {"age": 600, "limit": 900}, made(limit=900), "read")
    # keys
    one, two, three = (KEYS["xaes", n] for n in ("one", "two", "three"))
    ring = f"{line(one, None, NOW + day)}\n{line(two, I)}\n{line(three, NOW + day)}"
    add("under an earlier key: sealed again, the age stays", "§ 8.9", {"key_id": two.kid.hex(), "age": 300}, made(age=300), "read", key=one, ring=ring)
    add("under an earlier key and a refresh is due: one new token", "§ 8.9", {"key_id": two.kid.hex(), "age": 600}, made(), "read", key=one, ring=ring)
    add("under an earlier key, remembered: sealed again", "§ 8.9", {"key_id": two.kid.hex(), "age": 100, "remembered": day, "max_age": day - 600}, made(remembered=day), "read", key=one, ring=ring, policy=remember)
    for rule in ("never", "on-change"):
        add(f"under an earlier key, refresh_after {rule}: sealed again", "§ 8.8, § 8.9", {"key_id": two.kid.hex(), "age": 100}, made(), "read", key=one, ring=ring, policy={"refresh_after": rule})
    add("under an earlier key, invalidated, and content again: the sealing key", "§ 6.3", {"key_id": two.kid.hex(), "issued": NOW}, made(), "invalidate", set_a, key=one, ring=ring)
    add("under an earlier key, a payload that cannot be read: not sealed again", "§ 7.9, § 8.9", "nothing", body(I, sid=SID, schema=1, payload=VISIT), "read", key=one, ring=ring)
    add("under an earlier key, the second before the epoch: not sealed again", "§ 6.4, § 8.12", "nothing", body(EPOCH, sid=SID), "read", now=EPOCH - 1, key=one, ring=f"{line(two)}\n{line(one)}")
    add("under an earlier key, not touched", "§ 8.12", "nothing", made(age=300), key=one, ring=ring)
    add("under the sealing key: left", "§ 8.9", "nothing", made(age=300), "read", key=two, ring=ring)
    add("under a later key: left", "§ 8.9", "nothing", made(age=300), "read", key=three, ring=ring)
    add("under a later key, changed: the sealing key", "§ 6.3", {"key_id": two.kid.hex()}, made(age=300), set_a, key=three, ring=ring)
    # sign-in
    add("renewed", "§ 8.7", {"issued": NOW, "age": 0, "limit": None, "remembered": None, "sid": "new", "payload": DATA.hex()}, made(), "renew")
    add("renewed: flash stays", "§ 8.7", {"flash": [["info", "Saved"]]}, made(flash=[["info", "Saved"]]), "renew")
    add("renewed: the remembered deadline stays", "§ 8.7", {"issued": NOW, "remembered": 8400, "max_age": 8400}, made(remembered=9000), "renew", policy=remember)
    add("renewed: a limit that arrived ends", "§ 8.7.1", {"limit": None}, made(limit=5000), "renew")
    add("renewed: a limit that arrived ends, the remembered deadline stays", "§ 8.7.1", {"limit": None, "remembered": 8400}, made(limit=5000, remembered=9000), "renew", policy=remember)
    add("renewed, then limited", "§ 8.7.1", {"limit": 300}, made(), "renew", ("limit", 300))
    add("limited, then renewed", "§ 8.7.1", {"limit": 300}, made(), ("limit", 300), "renew")
    add("limited, renewed, and limited to more", "§ 8.7.1", {"limit": 300}, made(), ("limit", 300), "renew", ("limit", 900))
    add("limited, renewed, and limited to less", "§ 8.7.1", {"limit": 100}, made(), ("limit", 300), "renew", ("limit", 100))
    add("a limit that arrived, limited to more, then renewed: only the new one holds", "§ 8.7.1", {"limit": 300}, made(limit=700), ("limit", 300), "renew")
    add("limited twice, then renewed: the earlier holds", "§ 8.7.1", {"limit": 300}, made(), ("limit", 900), ("limit", 300), "renew")
    add("limited to less and then to more, then renewed: the earlier holds", "§ 8.7.1", {"limit": 300}, made(), ("limit", 300), ("limit", 900), "renew")
    add("limited, renewed, and renewed again: the limit holds", "§ 8.7.1", {"limit": 300}, made(), ("limit", 300), "renew", "renew")
    add("limited, invalidated, renewed: the limit is gone", "§ 8.7.1, § 8.7.4", {"limit": None}, made(), ("limit", 300), "invalidate", "renew")
    add("a limit that arrived, limited to less, then renewed", "§ 8.7.1", {"limit": 300}, made(limit=5000), ("limit", 300), "renew")
    add("remembered, then renewed", "§ 8.7", {"remembered": day, "max_age": day}, made(), ("remember", day), "renew", policy=remember)
    add("renewed, then remembered", "§ 8.7", {"remembered": day, "max_age": day}, made(), "renew", ("remember", day), policy=remember)
    add("renewed with a clock before issued: the remembered deadline stays", "§ 8.7", {"issued": I - 30, "remembered": 9030}, made(age=0, remembered=9000), "renew", now=I - 30, policy=remember)
    add("renewed with a clock before issued: no more than the greatest number", "§ 8.7", {"issued": I - 30, "remembered": U32_MAX}, made(age=0, remembered=U32_MAX), "renew", now=I - 30, policy=remember)
    add("a new session, renewed", "§ 8.7", {"issued": NOW, "age": 0, "sid": "new"}, None, "renew")
    add("renewed, refresh_after never", "§ 8.7", {"issued": NOW, "age": 0}, made(), "renew", policy={"refresh_after": "never"})
    add("a new id", "§ 8.7", {"issued": I, "age": 600, "sid": "new", "limit": 5000}, made(limit=5000), "new-id")
    # limits
    add("limited", "§ 8.7", {"issued": I, "age": 600, "limit": 900, "sid": "kept", "max_age": None}, made(), ("limit", 300))
    add("limited to more than there is", "§ 8.7, § 8.7.2", "nothing", made(limit=700), ("limit", 300), now=I + 410)
    add("limited to more than there is, with other changes", "§ 8.7, § 8.7.2", {"limit": 700}, made(limit=700), ("limit", 300), set_a)
    add("limited to less than there is", "§ 8.7", {"limit": 900}, made(limit=5000), ("limit", 300))
    add("limited to more than 2^32 - 1 seconds", "§ 8.7", {"limit": U32_MAX}, made(), ("limit", 2**33))
    add("limited with a clock before issued", "§ 8.7", {"limit": 70}, made(age=0), ("limit", 100), now=I - 30)
    add("limited to less than a clock is behind", "§ 8.7", {"limit": 0}, made(age=0), ("limit", 20), now=I - 30)
    add("remembered for 0 seconds: over at once", "§ 8.12", "expired", made(), ("remember", 0), policy=remember)
    add("limited to 0 seconds: over at once", "§ 8.12", "expired", made(), ("limit", 0))
    add("a new session limited to 0 seconds", "§ 8.12", "nothing", None, set_a, ("limit", 0))
    add("limited, then remembered: the limit holds", "§ 8.7.2", {"limit": 900, "remembered": 600 + day, "max_age": 300}, made(), ("limit", 300), ("remember", day), policy=remember)
    add("remembered, then limited: the limit holds", "§ 8.7.2", {"limit": 900, "remembered": 600 + day, "max_age": 300}, made(), ("remember", day), ("limit", 300), policy=remember)
    add("a remembered session is limited", "§ 8.7", {"limit": 900, "remembered": 9000, "max_age": 300}, made(remembered=9000), ("limit", 300), policy=remember)
    # remembering
    add("remembered", "§ 8.7, § 8.10", {"issued": I, "age": 600, "remembered": 600 + day, "max_age": day}, made(), ("remember", day), policy=remember)
    add("remembered for longer than before", "§ 8.7.3", {"remembered": 600 + day}, made(remembered=9000), ("remember", day), policy=remember)
    add("remembered for more than 2^32 - 1 seconds", "§ 8.7", {"remembered": U32_MAX}, made(), ("remember", 2**33), policy=remember)
    add("remembered for less than before", "§ 8.7.3", {"remembered": 660}, made(remembered=9000), ("remember", 60), policy=remember)
    add("remembered for longer than remember_up_to: Max-Age says what holds", "§ 8.10", {"remembered": 600 + 90 * day, "max_age": 30 * day - 600}, made(), ("remember", 90 * day), policy=remember)
    add("Max-Age is at most 400 days", "§ 8.10, § 9.3.2", {"remembered": 600 + 900 * day, "max_age": 400 * day}, made(), ("remember", 900 * day), policy={"remember_up_to": 1000 * day})
    add("remembering is off", "§ 8.7.3", "refused", made(), ("remember", day))
    add("a remembered session while remembering is off has no Max-Age", "§ 8.10", {"remembered": 9000, "max_age": None}, made(remembered=9000), set_a)
    add("a session with a limit has no Max-Age", "§ 8.10", {"limit": 9000, "max_age": None}, made(limit=9000), set_a, policy=remember)
    add("forgotten", "§ 8.7", {"remembered": None, "max_age": None}, made(remembered=9000), "forget", policy=remember)
    add("forgotten: the limit stays", "§ 8.7.2", {"limit": 5000, "remembered": None}, made(limit=5000, remembered=9000), "forget", policy=remember)
    add("limited, then forgotten: the limit stays", "§ 8.7.2", {"limit": 900, "remembered": None}, made(remembered=9000), ("limit", 300), "forget", policy=remember)
    add("forgotten while remembering is off", "§ 8.7", {"remembered": None}, made(remembered=9000), "forget")
    add("forgotten where nothing was remembered", "§ 8.11", "nothing", made(), "forget", now=I + 101)
    # ends
    add("cleared", "§ 8.12", "expired", made(), "clear")
    add("cleared, and content again: dates, limit and remembered stay", "§ 8.7", {"issued": I, "age": 600, "limit": 5000, "remembered": 9000, "sid": None, "payload": A}, made(limit=5000, remembered=9000), "clear", set_a, policy=remember)
    add("cleared while it is remembered", "§ 8.12", "expired", made(remembered=9000), "clear", policy=remember)
    some = dict(flash=[["info", "Saved"]])
    add("cleared: its messages too", "§ 8.7, § 8.12", "expired", made(**some), "clear")
    add("cleared, and content again: the messages are gone", "§ 8.7", {"flash": [], "payload": A}, made(**some), "clear", set_a)
    add("invalidated: its messages too", "§ 8.7, § 8.12", "expired", made(**some), "invalidate")
    add("invalidated, and content again: the messages are gone", "§ 8.7", {"flash": [], "payload": A}, made(**some), "invalidate", set_a)
    add("cleared, then remembered: it has ended", "§ 8.12", "expired", made(), "clear", ("remember", day), policy=remember)
    add("cleared, and an id is needed", "§ 8.12", {"issued": I, "sid": "new", "payload": ""}, made(), "clear", "id")
    add("cleared, and none opened", "§ 8.12", "expired", "junk", "clear")
    add("cleared, invalidated, then remembered: it is a new session", "§ 8.12", {"issued": NOW, "remembered": day, "payload": ""}, made(), "clear", "invalidate", ("remember", day), policy=remember)
    add("invalidated, remembered, then cleared: it is a new session", "§ 8.12", {"issued": NOW, "remembered": day, "payload": ""}, made(), "invalidate", ("remember", day), "clear", policy=remember)
    add("invalidated, remembered, then forgotten: it has ended", "§ 8.12", "expired", made(), "invalidate", ("remember", day), "forget", policy=remember)
    add("cleared, and none arrived", "§ 8.12", "nothing", None, set_a, "clear")
    add("one with nothing in it is limited", "§ 8.12", "expired", body(I), ("limit", 300))
    add("one with nothing in it: a key that is not there is taken out", "§ 8.11, § 8.12", "nothing", body(I), ("remove", "a"), now=I + 1)
    add("one with nothing in it is changed, and changed back", "§ 8.11, § 8.12", "nothing", body(I), set_a, ("remove", "a"), now=I + 1)
    add("one with nothing in it, remembered, is forgotten", "§ 8.12", "expired", body(I, remembered=9000), "forget", policy=remember)
    add("one with nothing in it is remembered", "§ 8.12", {"remembered": 600 + day, "payload": ""}, body(I), ("remember", day), policy=remember)
    add("one with nothing in it gets content", "§ 8.12", {"issued": I, "age": 600, "payload": A}, body(I), set_a)
    add("a key that is not there is taken out", "§ 8.11", "nothing", made(), ("remove", "a"), now=I + 101)
    add("one with nothing in it is read", "§ 8.12", "nothing", body(I), "read", now=I + 1)
    add("one with nothing in it is refreshed", "§ 8.12", {"age": 600, "payload": ""}, body(I), "read")
    add("invalidated, then remembered", "§ 8.12", {"issued": NOW, "remembered": day, "payload": ""}, made(), "invalidate", ("remember", day), policy=remember)
    add("invalidated", "§ 8.12", "expired", made(), "invalidate")
    add("invalidated, and content again: a new session", "§ 8.7, § 8.7.4", {"issued": NOW, "age": 0, "limit": None, "remembered": None, "sid": None, "payload": A}, made(limit=5000, remembered=9000), "invalidate", set_a, policy=remember)
    add("invalidated after a limit: it is gone", "§ 8.7, § 8.7.4", {"limit": None}, made(), ("limit", 300), "invalidate", set_a)
    add("invalidated, one that did not open", "§ 8.12", "expired", "junk", "invalidate")
    add("invalidated, and none arrived", "§ 8.12", "nothing", None, "invalidate")
    add("the last of its content is taken out", "§ 8.12", "expired", body(I, payload=A and pack({"a": 1})), ("remove", "a"))
    add("the last entry is taken out, the id stays", "§ 8.12", {"sid": "kept", "payload": ""}, body(I, sid=SID, payload=pack({"a": 1})), ("remove", "a"))
    add("the last of a remembered session's content is taken out", "§ 8.12", {"remembered": 9000, "payload": ""}, body(I, remembered=9000, payload=pack({"a": 1})), ("remove", "a"), policy=remember)
    # room
    fill = lambda n: pack({"a": "x" * (n - 6)})
    assert len(fill(2171)) == 2171
    add("content that fills the room", "§ 9.6.3", {"payload": fill(2171).hex()}, None, ("insert", "a", "x" * 2165))
    add("content that is a byte more than the room", "§ 9.6.3", "refused", None, ("insert", "a", "x" * 2166))
    add("a message that is a byte more than the room", "§ 9.6.3", "refused", None, ("flash", "", "x" * 2168))
    add("content that fills the room may be renewed, limited and remembered", "§ 9.6.3", {"issued": NOW, "sid": "new"}, made(sid=None, payload=fill(2171)), "renew", ("limit", 2**32), ("remember", 2**32), policy=remember)
    signed_room = 2195
    add("signed: content that fills the room", "§ 9.6.3", {"sid": None}, None, ("insert", "a", "x" * (signed_room - 6)), key=SIGN)
    add("signed: content that is a byte more than the room", "§ 9.6.3", "refused", None, ("insert", "a", "x" * (signed_room - 5)), key=SIGN)
    large = lambda **fields: made(**({"payload": fill(2400)} | fields))
    large_b = pack({"a": "x" * 2400, "b": 1})
    same_size = ("insert", "a", "y" * 2394)
    exact = fill(2187)  # With a sid and a short age the limit has room for it.
    add("more than the room, within the limit as it stands: it may be refreshed", "§ 9.5.3", {"age": 600}, made(age=100, payload=exact), "read")
    add("more than the room, beyond the limit: a longer age is left out", "§ 9.5.3", "nothing", large(), "read")
    add("more than the room, beyond the limit: an age of the same length is written", "§ 9.5.3", {"age": 600}, large(age=140), "read")
    add("more than the room, under an earlier key: sealed again with its age", "§ 9.5.3", {"key_id": two.kid.hex(), "age": 100}, large(), "read", key=one, ring=ring)
    add("more than the room, changed: a longer age is held back", "§ 9.5.3", {"age": 100}, large(), same_size)
    add("more than the room, changed: an age of the same length is written", "§ 9.5.3", {"age": 600}, large(age=140), same_size)
    add("more than the room, and less: a longer age is written", "§ 9.5.3", {"age": 600}, made(payload=large_b), ("remove", "b"))
    add("more than the room, and more", "§ 9.5.3", "refused", large(), ("insert", "b", 1))
    add("more than the room, and more than it is, though no longer than it came", "§ 9.5.3", "refused", made(payload=large_b), ("remove", "b"), ("insert", "b", 1))
    add("more than the room, renewed", "§ 9.5.3", {"issued": NOW, "age": 0, "sid": "new"}, large(), "renew")
    add("more than the room, and an id is needed", "§ 9.5.3", "refused", large(sid=None), "id")
    add("more than the room, limited", "§ 9.5.3", "refused", large(), ("limit", 300))
    add("more than the room, remembered", "§ 9.5.3", "refused", large(), ("remember", day), policy=remember)
    add("more than the room, remembered before", "§ 9.5.3", {"age": 100, "remembered": 600 + day, "max_age": day}, large(remembered=2 * day), ("remember", day), policy=remember)
    add("more than the room, forgotten, and an id is needed: what Max-Age took is free", "§ 9.5.3", {"remembered": None, "sid": "new", "max_age": None}, large(sid=None, remembered=9000), "forget", "id", policy=remember)
    # binding
    add("signed: written in its mode", "§ 8.14", {"key_id": SIGN.kid.hex()}, made(), set_a, key=SIGN)
    add("written in the context in which it arrived", "§ 8.14", {"sid": "kept"}, made(), set_a, context=CONTEXT)
    add("written for the application", "§ 8.14", {"sid": "kept"}, made(), set_a, application="shop")


def typed_writes(add, I):
    """A type instead of a dictionary (§ 5.5, § 8.7.7)."""
    typed = {"expects": {"schema": 2}, "type_label": "visit"}
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "schema": 2, "payload": VISIT} | fields))
    ada, empty = {"visits": 7, "name": "Ada"}, {"visits": 0, "name": ""}
    add("typed: a new session", "§ 8.7.7", {"schema": 2, "payload": VISIT.hex(), "sid": None}, None, ("set", ada), **typed)
    add("typed: a new session is only read", "§ 8.13", "nothing", None, "read", **typed)
    add("typed: a new session is set to the empty value", "§ 8.11, § 8.13", "nothing", None, ("set", empty), **typed)
    add("typed: a new session needs an id: the empty value is written with its schema", "§ 8.7.7", {"schema": 2, "payload": "0000", "sid": "new"}, None, "id", **typed)
    add("typed: the same value again", "§ 8.11", "nothing", made(), ("set", ada), now=I + 101, **typed)
    add("typed: another value", "§ 8.7", {"schema": 2, "age": 600, "payload": "0803416461"}, made(), ("set", ada | {"visits": 8}), **typed)
    add("typed: the empty value, and an id", "§ 8.12", {"payload": "0000", "sid": "kept"}, made(), ("set", empty), **typed)
    add("typed: the empty value, and no id: it has ended", "§ 8.12", "expired", made(sid=None), ("set", empty), **typed)
    add("typed: the empty value arrives without an id, and is limited", "§ 8.12", "expired", made(sid=None, payload=b"\0\0"), ("limit", 300), **typed)
    add("typed: an empty dictionary arrives, and is read", "§ 5.5.3, § 8.9", {"schema": None, "payload": "", "age": 600}, body(I, sid=SID), "read", **typed)
    add("typed: an empty dictionary arrives, and its value is set", "§ 8.7.7", {"schema": 2, "payload": VISIT.hex()}, body(I, sid=SID), ("set", ada), **typed)
    add("typed: an empty dictionary arrives, and its empty value is set: the schema differs", "§ 8.7.7, § 8.11", {"schema": 2, "payload": "0000"}, body(I, sid=SID), ("set", empty), now=I + 1, **typed)
    add("typed: an empty dictionary without an id is not empty as the type is", "§ 8.7.7, § 8.11", {"schema": None, "limit": 900}, body(I), ("limit", 300), **typed)
    add("typed: a message, and the value keeps its bytes", "§ 8.7", {"schema": 2, "payload": VISIT.hex(), "flash": [["info", "Saved"]]}, made(), ("flash", "info", "Saved"), **typed)
    add("typed: cleared", "§ 8.12", "expired", made(), "clear", **typed)
    add("typed: cleared, and an id is needed: the empty value under the schema", "§ 8.7", {"schema": 2, "payload": "0000", "sid": "new"}, made(), "clear", "id", **typed)
    add("typed: invalidated, and set again", "§ 8.7.4", {"issued": NOW, "schema": 2, "payload": VISIT.hex()}, made(), "invalidate", ("set", ada), **typed)
    add("typed: renewed", "§ 8.7", {"issued": NOW, "schema": 2, "payload": VISIT.hex(), "sid": "new"}, made(), "renew", **typed)
    add("typed: another schema cannot be read, and is not changed", "§ 5.5.3, § 8.7.5", "refused", made(schema=1), ("set", ada), **typed)
    add("typed: another schema, renewed: it begins empty", "§ 8.7.5", {"issued": NOW, "schema": 2, "payload": "0000", "sid": "new"}, made(schema=1), "renew", **typed)


def saved_writes(add, I):
    """save, discard, take, errors and what the application is told."""
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    set_a, remember = ("insert", "a", 1), {"remember_up_to": 30 * DAY}
    failed = {"response": {"status": 500, "fields": []}}
    add("saved: not changed, it is written with its activity", "§ 8.7, § 8.12", {"age": 600, "sid": "kept", "touch": "written"}, made(), "save")
    add("saved, refresh_after never: the age stays", "§ 8.7, § 8.12", {"age": 100}, made(), "save", policy={"refresh_after": "never"})
    add("saved: a new one with nothing in it", "§ 8.13", "nothing", None, "save")
    add("saved: a new one with nothing in it, remembered", "§ 8.13", {"remembered": DAY, "max_age": DAY}, None, ("remember", DAY), "save", policy=remember)
    add("saved: one with nothing in it that arrived", "§ 8.12, § 8.13", {"payload": "", "age": 1}, body(I), "save", now=I + 1)
    add("saved after one that did not open: nothing in it", "§ 8.13", "nothing", "junk", "save")
    add("saved, then its last entry is taken out: it has ended", "§ 8.12", "expired", body(I, payload=pack({"a": 1})), "save", ("remove", "a"))
    add("saved, and over already", "§ 8.12", "expired", made(), ("limit", 0), "save")
    add("saved: a payload that cannot be read", "§ 8.7.5", "refused", body(I, sid=SID, schema=1, payload=VISIT), "save")
    add("discarded: changed, and nothing is written", "§ 8.12", "nothing", made(), set_a, "discard")
    add("discarded first, changed then", "§ 8.12", "nothing", made(), "discard", set_a)
    add("discarded, then saved: the last wish counts", "§ 8.12", {"age": 600}, made(), set_a, "discard", "save")
    add("saved, then discarded", "§ 8.12", "nothing", made(), set_a, "save", "discard")
    add("discarded: a refresh that is due", "§ 8.12", "nothing", made(), "discard")
    add("discarded, and invalidated: it ends all the same", "§ 8.12", "expired", made(), "discard", "invalidate")
    add("discarded, invalidated, and content: it ends all the same", "§ 8.12", "expired", made(), "invalidate", set_a, "discard")
    add("discarded, and cleared: it stays", "§ 8.12", "nothing", made(), "clear", "discard")
    add("discarded, and its last entry is taken out: it stays", "§ 8.12", "nothing", body(I, payload=pack({"a": 1})), ("remove", "a"), "discard")
    add("discarded: a payload that cannot be read", "§ 8.7.5", "nothing", body(I, sid=SID, schema=1, payload=VISIT), "discard")
    add("status 500: changed, and nothing is written", "§ 8.12", "nothing", made(), set_a, **failed)
    add("status 499: changed, and written", "§ 8.12", {"age": 600}, made(), set_a, response={"status": 499, "fields": []})
    add("status 599: changed, and nothing is written", "§ 8.12", "nothing", made(), set_a, response={"status": 599, "fields": []})
    add("status 500: saved", "§ 8.12", {"age": 600}, made(), set_a, "save", **failed)
    add("status 500: content is saved by configuration", "§ 8.12", {"age": 600}, made(), set_a, save_on_server_error=True, **failed)
    add("status 500: invalidated, and content: it ends", "§ 8.12", "expired", made(), "invalidate", set_a, **failed)
    add("status 500: invalidated, and content, saved by configuration", "§ 8.12", {"issued": NOW}, made(), "invalidate", set_a, save_on_server_error=True, **failed)
    add("status 500: invalidated, remembered: it ends", "§ 8.12", "expired", made(), "invalidate", ("remember", DAY), policy=remember, **failed)
    add("status 500: cleared, and content: it ends", "§ 8.12", "expired", made(), "clear", set_a, **failed)
    add("status 500: cleared and saved, with content", "§ 8.12", {"issued": I, "sid": None}, made(), "clear", set_a, "save", **failed)
    add("status 500: its last entry is taken out: it has ended", "§ 8.12", "expired", body(I, payload=pack({"a": 1})), ("remove", "a"), **failed)
    add("status 500: renewed, and nothing is written", "§ 8.12", "nothing", made(), "renew", **failed)
    # flash
    three = [["info", "a"], ["error", "b"], ["info", "c"]]
    add("messages are taken out of a queue", "§ 8.7, § 8.11", {"age": 600, "flash": [["error", "b"]]}, made(flash=three), ("take", "info"))
    add("messages are taken out of each queue", "§ 8.7, § 8.11", {"flash": []}, made(flash=three), ("take", "info"), ("take", "error"))
    add("messages are taken out of a queue that has none", "§ 8.7.5, § 8.11", "nothing", made(flash=three), ("take", "warning"), now=I + 101)
    add("a message is put in and taken out", "§ 8.11", "nothing", made(), ("flash", "info", "a"), ("take", "info"), now=I + 101)
    add("a message is taken out and the same put in: nothing differs", "§ 8.11", "nothing", made(flash=[["info", "a"]]), ("take", "info"), ("flash", "info", "a"), now=I + 101)
    add("the last message of a session without entries and id", "§ 8.12", "expired", body(I, flash=[["info", "a"]]), ("take", "info"))
    add("the last message, refresh_after never", "§ 8.7", {"age": 100, "flash": []}, made(flash=[["info", "a"]]), ("take", "info"), policy={"refresh_after": "never"})
    add("a payload that cannot be read: messages of a queue that has none, for it is empty", "§ 8.7.5", "nothing", body(I, sid=SID, schema=1, flash=[["info", "a"]], payload=VISIT), ("take", "info"))
    add("a payload that cannot be read: a key that is not there is taken out", "§ 8.7.5", "refused", body(I, sid=SID, schema=1, payload=VISIT), ("remove", "a"))
    add("a payload that cannot be read: remembered where remembering is off", "§ 8.7.5, § 14.5", "refused", body(I, sid=SID, schema=1, payload=VISIT), ("remember", 60))
    add("a payload that cannot be read: invalidated after a change that was refused", "§ 8.7.5, § 8.7.6", "expired", body(I, sid=SID, schema=1, payload=VISIT), set_a, "invalidate")
    add("a payload that cannot be read, without an id: invalidated", "§ 8.7.4", "expired", body(I, schema=1, payload=VISIT), "invalidate")
    add("a payload that cannot be read, past its end by the renewal: a new session", "§ 8.7.5", {"issued": NOW, "limit": None, "remembered": None}, body(I, sid=SID, schema=1, limit=900, remembered=900, payload=VISIT), "renew")
    # errors leave the session as it was
    add("an action that is refused, and one that is not", "§ 8.7.6", {"payload": pack({"b": 2}).hex()}, None, ("insert", "a", "x" * 2_166), ("insert", "b", 2))
    add("an action that is refused touches: a refresh is due", "§ 8.7.6, § 8.12", {"age": 600, "touch": "touched"}, made(), ("remember", 60))
    add("a value that is refused keeps the earlier one", "§ 8.7.6", {"payload": pack({"a": 1}).hex()}, None, set_a, ("insert", "a", nested(64)))
    add("invalidated twice: the second time there is none", "§ 8.7.4", "expired", made(), "invalidate", "invalidate")
    add("a new id, and invalidated: the id that arrived is told", "§ 8.7.4", "expired", made(), "new-id", "invalidate")
    add("invalidated, and the same content and id made again: issued differs", "§ 8.11", {"issued": NOW, "sid": None}, body(I, payload=pack({"a": 1})), "invalidate", set_a)
    # what was missed before
    add("a part alone in the request is expired", "§ 8.12, § 9.2.7", "expired", None, "invalidate", request=[["cookie", "__Host-session.3=x"]])
    add("a part alone in the request: content is put in", "§ 9.2.7", {"issued": NOW}, None, set_a, request=[["cookie", "a=b; __Host-session.1=x; __Host-session.7="]])
    add("an empty value in the request is expired", "§ 8.12", "expired", None, "clear", request=[["cookie", "__Host-session="]])
    add("a limit of 2^63 - 1 seconds", "§ 1.2, § 8.7", {"limit": U32_MAX}, made(), ("limit", 2**63 - 1))
    add("remembered for 2^63 - 1 seconds", "§ 1.2, § 8.7", {"remembered": U32_MAX}, made(), ("remember", 2**63 - 1), policy=remember)
    add("a limit of 2^63 - 1 seconds, then renewed", "§ 1.2, § 8.7.1", {"limit": U32_MAX}, made(), ("limit", 2**63 - 1), "renew")
    add("renewed while remembering is off: the remembered deadline moves too", "§ 8.7", {"remembered": 8_400, "max_age": None}, made(remembered=9_000), "renew")
    add("renewed, limited, and renewed again: the limit holds", "§ 8.7.1", {"limit": 300}, made(), "renew", ("limit", 300), "renew")
    add("renewed, and content: the age is that of the renewal", "§ 8.6.3, § 8.7.0", {"issued": NOW, "age": 0}, made(age=500), "renew", set_a)
    add("renewed with a clock that was set back, and content", "§ 8.6.3, § 8.7", {"issued": I + 90, "age": 0}, made(), "renew", set_a, now=I + 90)
    other = b"\x82\xa1a\xcc\x05\xa1b\x01"
    add("a number in a longer form of 8 bits keeps its bytes", "§ 5.4.9", {"payload": (b"\x83" + other[1:] + b"\xa1c\x01").hex()}, made(payload=other), ("insert", "c", 1))


def nested(levels):
    return [] if levels == 1 else [nested(levels - 1)]


def padded_writes(add, I):
    """§ 5.6, § 8.9"""
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    set_a, padding = ("insert", "a", 1), {"padding": "padme"}
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    rotated = {"key": one, "ring": f"{line(one, None, NOW + DAY)}\n{line(two, I)}"}
    add("padded: a new session", "§ 5.6.2", "stored", None, set_a, **padding)
    for n in (1, 2, 7, 8, 9, 30):
        add(f"padded: a text of {n} bytes", "§ 5.6.2", "stored", None, ("insert", "a", "x" * n), **padding)
    add("padded: a refresh is padded too", "§ 5.6.2", {"age": 600}, made(pad=0), "read", **padding)
    add("padded, under an earlier key: the body goes as it came", "§ 8.9", {"key_id": two.kid.hex(), "age": 300}, made(age=300, pad=5), "read", **rotated)
    add("padded, under an earlier key, and padding is configured: the body goes as it came", "§ 8.9", {"age": 300}, made(age=300, pad=9), "read", **rotated, **padding)
    add("not padded, under an earlier key, and padding is configured: the body goes as it came", "§ 8.9", {"age": 300}, made(age=300), "read", **rotated, **padding)
    add("padded with more than there is room for, under an earlier key: left", "§ 8.9, § 9.5.2", "nothing", made(age=300, pad=3_000), "read", **rotated)
    add("padded, and padding is off: a refresh is not padded", "§ 8.9", {"age": 600}, made(pad=9), "read")
    add("padded: content that fills the room", "§ 9.6.3", "stored", None, ("insert", "a", "x" * (PADDED_ROOM - 6)), **padding)
    add("padded: content that is a byte more than the room", "§ 9.6.3", "refused", None, ("insert", "a", "x" * (PADDED_ROOM - 5)), **padding)
    full = pack({"a": "x" * (PADDED_ROOM - 6)})
    add("padded: content that fills the room is limited, remembered and renewed", "§ 9.6.3", {"sid": "new"}, made(payload=full), "renew", ("limit", 2**33), ("remember", 2**33), policy={"remember_up_to": 30 * DAY}, **padding)
    large = pack({"a": "x" * (PADDED_ROOM + 40)})
    add("padded: with more content than the room the padding is left out", "§ 5.6.4, § 9.5.3", {"age": 600}, made(age=140, payload=large), ("insert", "a", "y" * (PADDED_ROOM + 40)), **padding)


PADDED_ROOM = payload_room({"cookie": "__Host-session", "mode": "encrypted", "limit": 3072, "padding": "padme"} | writer.DEFAULT_ATTRIBUTES)


def header_writes(add, I):
    """Tokens in header fields (§ 9.7.5, § 9.5.4)."""
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    set_a, auth = ("insert", "a", 1), {"kind": "header", "name": "Authorization"}
    bearer = lambda content, key=XAES: [["authorization", f"Bearer {token(key, content, auth)}"]]
    add("header: a new session", "§ 9.7.5", {"issued": NOW}, None, set_a, purpose=HEADER)
    add("header: another field of the response", "§ 9.7.5", {"issued": NOW}, None, set_a, purpose=HEADER, answers_in="x-session")
    add("header: one that came in Authorization is sealed for it", "§ 8.14, § 9.7.5", {"age": 600, "sid": "kept"}, None, set_a, purpose=auth, request=bearer(made()))
    add("header: a new session is sealed for the field of the request", "§ 8.14, § 9.7.5", {"issued": NOW}, None, set_a, purpose=auth)
    add("header: renewed", "§ 8.14, § 9.7.5", {"issued": NOW, "sid": "new"}, None, "renew", purpose=auth, request=bearer(made()))
    add("header: invalidated", "§ 9.7.5", "expired", made(), "invalidate", purpose=HEADER)
    add("header: cleared, and the request had none", "§ 9.7.5", "nothing", None, "clear", purpose=HEADER)
    add("header: cleared, and the request had an empty field", "§ 9.7.5", "expired", None, "clear", purpose=HEADER, request=[["x-session", ""]])
    add("header: invalidated, and the request had two tokens", "§ 9.7.4, § 9.7.5", "expired", None, "invalidate", purpose=HEADER, request=[["x-session", "a"], ["X-Session", "b"]])
    add("header: content, and the request had a cookie of that name", "§ 9.7.1", {"issued": NOW}, None, set_a, purpose=HEADER, request=[["cookie", "x-session=abc"]])
    add("header: only read", "§ 8.12", "nothing", made(), "read", purpose=HEADER, now=I + 101)
    add("header: refreshed", "§ 8.8", {"age": 600}, made(), "read", purpose=HEADER)
    add("header: remembered", "§ 8.10", {"remembered": 600 + DAY}, made(), ("remember", DAY), purpose=HEADER, policy={"remember_up_to": 30 * DAY})
    for profile, allowed in (("anywhere", 3_072), ("browser", 4_096), (2, 8_192), (4, 16_384)):
        room = payload_room({"mode": "encrypted", "limit": allowed})
        add(f"header: content that fills the room of {allowed:,} characters", "§ 9.5.4, § 9.6.4", "stored", None, ("insert", "a", "x" * fill(room)), purpose=HEADER, profile=profile)
        add(f"header: content that is a byte more than the room of {allowed:,} characters", "§ 9.5.4, § 9.6.4", "refused", None, ("insert", "a", "x" * (fill(room) + 1)), purpose=HEADER, profile=profile)
    add("header: Split(2): more than 3,072 and 4,096 characters, changed: activity", "§ 9.5.4", {"age": 600}, made(payload=pack({"a": "x" * 4_500})), ("insert", "a", "y" * 4_500), purpose=HEADER, profile=2)
    add("header: Split(2): more than 3,072 and 4,096 characters, refreshed", "§ 9.5.4", {"age": 600}, made(payload=pack({"a": "x" * 4_500})), "read", purpose=HEADER, profile=2)
    over = payload_room({"mode": "encrypted", "limit": 3_072}) + 8
    add("header: more than the room, and as it stands within 3,072 characters: limited", "§ 9.5.4", {"limit": 900}, made(sid=None, payload=pack({"a": "x" * fill(over)})), ("limit", 300), purpose=HEADER)
    large = made(age=140, payload=pack({"a": "x" * 4_000}))
    add("header: more than the room goes back as it came", "§ 9.5.4", {"age": 600}, large, ("insert", "a", "y" * 4_000), purpose=HEADER)
    add("header: more than the room, and more", "§ 9.5.4", "refused", large, ("insert", "b", 1), purpose=HEADER)
    add("header: more than the room, and a longer limit field", "§ 9.5.4", "refused", large, ("limit", 300), purpose=HEADER)


def fill(room):
    """The length of a text under the key `a` that fills the room."""
    return next(n for n in range(room, 0, -1) if len(pack({"a": "x" * n})) <= room)


HOST = "__Host-session"


def parts(content, lengths=None, count=None, key=XAES, extra=""):
    """The Cookie field of a token in parts: of these lengths, or in `count` of about one length."""
    value = token(key, content)
    count = count or len(lengths) + 1
    size = math.ceil(len(value) / count)
    at = [sum((lengths or [size] * (count - 1))[:i]) for i in range(count)] + [len(value)]
    pieces = [value[a:b] for a, b in zip(at, at[1:])]
    pairs = [f"{HOST}={count}.{pieces[0]}"] + [f"{HOST}.{i}={piece}" for i, piece in enumerate(pieces) if i]
    return [["cookie", "; ".join(pairs) + extra]]


def sized_writes(add, I, day):
    """§ 9.5.3: sessions in parts, and larger ones than there is room for."""
    remember = {"remember_up_to": 30 * day}
    made = lambda n, **fields: body(I, **({"age": 140, "sid": SID, "payload": pack({"a": "x" * n})} | fields))
    cookie = HOST
    same = lambda n: ("insert", "a", "y" * n)

    split = lambda n: dict(profile=n)
    # new ones
    for n in (2, 3, 4):
        room = payload_room({"cookie": cookie, "mode": "encrypted", "limit": 4096, "parts": n} | writer.DEFAULT_ATTRIBUTES)
        add(f"Split({n}): content that fills the room", "§ 9.5.1, § 9.5.2, § 9.2.5", "stored", None, ("insert", "a", "x" * fill(room)), **split(n))
        add(f"Split({n}): content that is a byte more than the room", "§ 9.5.1, § 9.5.2, § 9.2.5", "refused", None, ("insert", "a", "x" * (fill(room) + 1)), **split(n))
        add(f"Split({n}): content that fills the room, with every field at its longest", "§ 9.6.3", {"limit": U32_MAX, "remembered": U32_MAX}, None,
            "renew", ("limit", 2**33), ("remember", 2**33), ("insert", "a", "x" * fill(room)), policy=remember, **split(n))
    full = {"purpose": {"kind": "cookie", "name": "__Host-sessions"}, "profile": 2}  # One cookie takes 4,040 characters.
    fits = next(n for n in range(4_000, 0, -1) if writer.token_length(writer.Setup({"ring": line(XAES), "mode": "encrypted", "context": [], "policy": USUAL_POLICY} | full), len(body(NOW, payload=pack({"a": "x" * n})))) == 4_040)
    add("Split(2): a token that fits one cookie exactly", "§ 9.2.5", {"lengths": [4_040]}, None, ("insert", "a", "x" * fits), **full)
    add("Split(2): the next longer token goes in two", "§ 9.2.5", {"lengths": [4_038, 4]}, None, ("insert", "a", "x" * (fits + 1)), **full)
    add("Split(2): a short token goes in one cookie", "§ 9.2.5", "stored", None, ("insert", "a", "x" * 10), **split(2))
    # arrived in parts
    add("in two cookies, and little is left: one cookie, and the part is expired", "§ 9.2.7", {"payload": pack({"a": 1}).hex()}, None, ("insert", "a", 1), request=parts(made(4_000), count=2), **split(2))
    add("in four cookies, now two: the others are expired", "§ 9.2.7", {"age": 600}, None, ("insert", "a", "x" * 5_000), request=parts(made(11_000), count=4), **split(4))
    add("in two cookies, invalidated: all parts that came are expired", "§ 9.4.1", "expired", None, "invalidate", request=parts(made(4_000), count=2, extra=f"; {cookie}.5=x"), **split(2))
    add("a whole token with parts beside it", "§ 9.2.7", {"age": 600}, None, ("insert", "a", 1), request=[["cookie", f"{cookie}={token(XAES, made(10))}; {cookie}.2=x; {cookie}.1=y"]])
    add("in two cookies of different lengths: cut anew", "§ 9.2.6", {"age": 600}, None, same(4_000), request=parts(made(4_000), lengths=[100]), **split(2))
    # more than the room: the exception
    for profile in ("anywhere", "browser"):
        add(f"in two cookies, {profile}: as many cookies as it came in", "§ 9.5.3, § 9.2.5", {"age": 600}, None, same(5_000), request=parts(made(5_000), count=2), profile=profile)
        add(f"in two cookies, {profile}: read and refreshed", "§ 9.5.3", {"age": 600}, None, "read", request=parts(made(5_000), count=2), profile=profile)
        add(f"in two cookies, {profile}: less content, still more than the room: one cookie of 4,096 takes it", "§ 9.5.3, § 9.2.5", "stored", None, same(2_945), request=parts(made(5_000), count=2), profile=profile)
        add(f"in two cookies, {profile}: more content", "§ 9.5.3", "refused", None, same(5_001), request=parts(made(5_000), count=2), profile=profile)
    add("in three cookies, Split(2): three again", "§ 9.5.3", {"age": 600}, None, same(8_000), request=parts(made(8_000), count=3), **split(2))
    add("in four cookies, anywhere: two take less content", "§ 9.5.3", {"age": 600}, None, same(5_900), request=parts(made(11_000), count=4))
    add("in four short cookies, anywhere: fewer take it", "§ 9.5.3, § 9.2.6", {"age": 600}, None, same(2_400), request=parts(made(2_400), count=4))
    add("in two cookies, anywhere: a limit makes it longer than it came", "§ 9.5.3", "refused", None, ("limit", 300), request=parts(made(5_000), count=2))
    add("in two cookies, anywhere: a limit takes the place of a message", "§ 9.5.3", {"limit": 900, "flash": []}, None, ("take", "q"), ("limit", 300), request=parts(made(5_000, flash=[["q", "some text"]]), count=2))
    add("in two long cookies: each as long as it came", "§ 9.5.3", {"age": 600}, None, same(8_000), request=parts(made(8_000), count=2))
    add("in two long cookies, signed", "§ 9.5.3", {"age": 600}, None, same(8_000), key=SIGN, request=parts(made(8_000), count=2, key=SIGN))
    for count in (5, 8):
        add(f"in {count} cookies, and four take it", "§ 9.5.3", {"age": 600}, None, same(8_000), request=parts(made(8_000), count=count))
        add(f"in {count} cookies, and four do not take it: content of the same size", "§ 9.5.3", "refused", None, same(13_000), request=parts(made(13_000), count=count))
        add(f"in {count} cookies, and four do not take it: read", "§ 9.5.3", "nothing", None, "read", request=parts(made(13_000), count=count))
        add(f"in {count} cookies, and four do not take it: the same value again", "§ 8.7.6, § 9.5.3", "nothing", None, ("insert", "a", "x" * 13_000), request=parts(made(13_000), count=count))
        add(f"in {count} cookies, and four do not take it: little is left", "§ 9.5.3", {"age": 600}, None, ("insert", "a", 1), request=parts(made(13_000), count=count))
        add(f"in {count} cookies, and four do not take it: saved", "§ 9.5.3", "refused", None, "save", request=parts(made(13_000), count=count))
    # the attributes are those of now
    long_path = {"attributes": writer.DEFAULT_ATTRIBUTES | {"path": "/" + "p" * 200}}
    plain = PLAIN
    wide = lambda content, key=XAES: [["cookie", f"session={token(key, content, plain)}"]]
    add("longer attributes than it came with: the same content goes back", "§ 9.5.3", {"age": 600}, None, same(2_100), purpose=plain, request=wide(made(2_100)), **long_path)
    add("longer attributes than it came with: the same content with a limit", "§ 9.5.3", "refused", None, ("limit", 300), purpose=plain, request=wide(made(2_100)), **long_path)
    add("longer attributes: remembered before, so Max-Age counts on both sides", "§ 9.5.3, § 8.10", {"remembered": 600 + day, "max_age": day}, None, ("remember", day), purpose=plain, request=wide(made(2_100, remembered=2 * day)), policy=remember, **long_path)
    add("more than the room, with remembered while remembering is off: Max-Age counts on both sides", "§ 9.5.3", {"remembered": 9_000, "max_age": None}, made(2_400, sid=None, remembered=9_000), same(2_400))
    add("more than the room, forgotten while remembering is off, and an id is needed: what Max-Age took is free", "§ 9.5.3", {"remembered": None, "sid": "new"}, made(2_400, sid=None, remembered=9_000), "forget", "id")
    add("more than the room, an id is needed before it is forgotten", "§ 9.5.3, § 8.7.6", {"remembered": None, "sid": None}, made(2_400, sid=None, remembered=9_000), "id", "forget", policy=remember)
    # the age
    add("in two cookies: a longer age is left out of a refresh", "§ 9.5.3", "nothing", None, "read", request=parts(made(5_000, age=100), count=2))
    add("in two cookies, changed: a longer age is held back", "§ 9.5.3", {"age": 100}, None, same(5_000), request=parts(made(5_000, age=100), count=2))
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    add("in two cookies, under an earlier key: sealed again with its age", "§ 9.5.3, § 8.9", {"key_id": two.kid.hex(), "age": 100}, None, "read",
        request=parts(made(5_000, age=100), count=2, key=one), ring=f"{line(one, None, NOW + day)}\n{line(two, I)}")


def border_writes(add, I, day):
    """§ 9.5.3, to the character: the longest token that goes, and the next longer one."""
    remember = {"remember_up_to": 30 * day}

    def border(name, profile, remainders, actions, names=None, kind="cookie", parts=1, **more):
        """Tries names until the longest token leaves one of these remainders by 4: then the next one is a character longer."""
        for purpose in [{"kind": kind, "name": name} for name in names or [f"__Host-session{'n' * i}" for i in range(4)]]:
            def arrives(n):
                value = token(XAES, body(I, age=100, payload=pack({"a": "x" * n})), purpose)
                return [["cookie", f"{purpose['name']}={value}"]] if kind == "cookie" else [[purpose["name"], value]]

            def answer(n):
                v = {"name": name, "ring": line(XAES), "mode": "encrypted", "context": [], "policy": USUAL_POLICY | more.get("policy", {}), "purpose": purpose, "profile": profile, "now": NOW}
                return answer_writes(v | {"request": arrives(n), "actions": [list(a) if isinstance(a, tuple) else [a] for a in actions(n)]})["expect"]

            low, high = 2_000, 17_000
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if "errors" not in answer(middle) else (low, middle)
            longest = sum(answer(low)["stored"]["lengths"])
            if longest % 4 in remainders:
                add(f"{name}: the longest", "§ 9.5.3", "stored", None, *actions(low), purpose=purpose, profile=profile, request=arrives(low), **more)
                add(f"{name}: the next longer", "§ 9.5.3", "refused", None, *actions(high), purpose=purpose, profile=profile, request=arrives(high), **more)
                return
        raise AssertionError(name)

    limited = lambda n: [("limit", 300)]
    # It came in one field of its own length, and is longer now: the profile alone decides.
    for profile, title in (("anywhere", "anywhere"), ("browser", "browser"), (2, "Split(2)"), (3, "Split(3)")):
        border(f"{title}: limited", profile, (2, 3), limited)
    border("Split(4): limited", 4, (0,), limited)
    border("header, anywhere: limited", "anywhere", (0,), limited, names=["x-session"], kind="header")
    border("header, browser: limited", "browser", (0,), limited, names=["x-session"], kind="header")
    border("header, Split(2): limited", 2, (0,), limited, names=["x-session"], kind="header")
    # What was cut off makes room for Max-Age: 18 characters.
    wide = next(b for n in range(2_500, 2_504) if len(token(XAES, b := body(I, age=140, sid=SID, payload=pack({"a": "x" * n})))) % 4 == 0)
    cut = lambda n: [("insert", "a", "y" * n), ("remember", day)]
    shortest = [n for n in range(2_450, 2_500) if "errors" not in answer_writes({"name": "cut", "ring": line(XAES), "mode": "encrypted", "context": [], "policy": USUAL_POLICY | remember, "purpose": COOKIE, "now": NOW,
                "request": [["cookie", f"__Host-session={token(XAES, wide)}"]], "actions": [list(a) for a in cut(n)]})["expect"]]
    add("remembered: Max-Age takes 18 characters, which are free", "§ 9.5.3", {"max_age": day}, wide, *cut(max(shortest)), policy=remember)
    add("remembered: Max-Age takes 18 characters, of which one is missing", "§ 9.5.3", "refused", wide, *cut(max(shortest) + 1), policy=remember)
    for count in (5, 8):
        content = body(I, age=140, sid=SID, payload=pack({"a": "x" * 11_000}))
        add(f"in {count} cookies, which had attributes of {count}, and now four have Max-Age", "§ 9.5.3", "refused" if count == 5 else "stored", None, ("remember", day), request=parts(content, count=count), policy=remember)


def begun_again_writes(add, I):
    """What one action leaves of those before it (§ 8.7)."""
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    set_a, failed = ("insert", "a", 1), {"status": 500, "fields": []}
    add("invalidated, renewed and discarded: it has ended", "§ 8.7, § 8.12", "expired", made(), "invalidate", "renew", "discard")
    add("invalidated and renewed, and the status is 500: it has ended", "§ 8.7, § 8.12", "expired", made(), "invalidate", "renew", response=failed)
    add("cleared and renewed, and the status is 500: it has ended", "§ 8.7, § 8.12", "expired", made(), "clear", "renew", response=failed)
    add("saved, invalidated and begun again, and the status is 500: it is saved", "§ 8.7.4", {"issued": NOW, "sid": None}, made(), "save", "invalidate", set_a, response=failed)
    add("discarded, invalidated and begun again: it has ended", "§ 8.7.4", "expired", made(), "discard", "invalidate", set_a)
    add("limited to 0 seconds and renewed", "§ 8.7.1", "expired", made(), ("limit", 0), "renew")
    add("a payload that cannot be read: renewed and invalidated, and the id is told", "§ 8.7.4", "expired", body(I, sid=SID, schema=1, payload=VISIT), "renew", "invalidate")
    add("renewed and invalidated: the id that arrived is told", "§ 8.7.4", "expired", made(), "renew", "invalidate")
    add("typed: an empty dictionary with an id is cleared", "§ 8.7, § 8.11", "expired", body(I, sid=SID), "clear", expects={"schema": 2}, type_label="visit")
    add("in eight cookies, and four do not take it: discarded", "§ 8.7, § 9.5.3", "nothing", None, "discard",
        request=parts(made(payload=pack({"a": "x" * 13_000})), count=8))


def quiet_writes(add, I):
    """Refreshing and re-sealing only where the response is quiet (§ 8.12)."""
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    value = token(XAES, made())
    one, two = KEYS["xaes", "one"], KEYS["xaes", "two"]
    rotated = {"ring": f"{line(one, None, NOW + DAY)}\n{line(two, I)}"}
    answer = lambda status=200, *fields: {"status": status, "fields": [list(field) for field in fields]}
    for status, result in ((200, "stored"), (304, "stored"), (399, "stored"), (400, "nothing"), (404, "nothing"), (500, "nothing")):
        add(f"status {status}: a refresh that is due", "§ 8.12", result, made(), "read", response=answer(status))
        add(f"status {status}: under an earlier key", "§ 8.12", result, made(age=300), "read", response=answer(status), **rotated)
    for destination in writer.SUBRESOURCES + ("document", "empty", "iframe", "object", "Image", "sharedworker", "serviceworker", "manifest"):
        result = "nothing" if destination in writer.SUBRESOURCES else "stored"
        add(f"Sec-Fetch-Dest {destination}: a refresh that is due", "§ 8.12", result, None, "read", request=[["cookie", f"__Host-session={value}"], ["sec-fetch-dest", destination]])
    add("Sec-Fetch-Dest image: content is written", "§ 8.12", {"age": 600}, None, ("insert", "a", 1), request=[["cookie", f"__Host-session={value}"], ["sec-fetch-dest", "image"]])
    for lines, result in ((("image", "document"), "nothing"), (("document", "image"), "stored")):
        add(f"Sec-Fetch-Dest on two lines, {lines[0]} first: a refresh that is due", "§ 8.12", result, None, "read", request=[["cookie", f"__Host-session={value}"]] + [["sec-fetch-dest", x] for x in lines])
    public = ("cache-control", "public, max-age=60")
    add("a shareable response: a refresh that is due", "§ 8.12, § 9.8.1", "nothing", made(), "read", response=answer(200, public))
    add("a shareable response: under an earlier key", "§ 8.12, § 9.8.1", "nothing", made(age=300), "read", response=answer(200, public), **rotated)
    add("a shareable response: content is written", "§ 8.12, § 9.8.1", {"age": 600}, made(), ("insert", "a", 1), response=answer(200, public))
    add("a response for its visitor alone: a refresh that is due", "§ 8.12, § 9.8.1", {"age": 600}, made(), "read", response=answer(200, ("cache-control", "private")))


def prefetched():
    """Requests for pages that nobody has asked for yet (§ 8.7.5, § 8.12)."""
    out = Writes()
    made = lambda **fields: body(ISSUED, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    asking = lambda came, *lines: [["cookie", f"__Host-session={token(XAES, came)}"]] + [list(line) for line in lines]
    purpose = lambda value: ("sec-purpose", value)
    for value in ("prefetch", "prefetch;prerender", "prefetch;anonymous-client-ip", "\tprefetch ;prerender", "Prefetch", "prefetcher", "prerender;prefetch", "", "pre fetch"):
        result = "nothing" if value.split(";")[0].strip() == "prefetch" else "stored"
        out.add(f"Sec-Purpose {value!r}: a refresh that is due", "§ 8.12", result, None, "read", request=asking(made(), purpose(value)))
    for lines, result in ((("prefetch", "x"), "nothing"), (("x", "prefetch"), "stored")):
        out.add(f"Sec-Purpose on two lines, {lines[0]} first: a refresh that is due", "§ 8.12", result, None, "read", request=asking(made(), *map(purpose, lines)))
    messages = made(flash=[["q", "m"], ["p", "n"]])
    image = ("sec-fetch-dest", "image")
    for name, lines, result in (("a page that is prefetched", [purpose("prefetch")], "nothing"), ("a page", [purpose("x")], {"flash": [["p", "n"]]}), ("an image", [image], {"flash": [["p", "n"]]}),
                                ("an image that is prefetched", [image, purpose("prefetch;x")], "nothing")):
        v = out.add(f"messages of {name}", "§ 8.7.5", result, None, ("take", "q"), request=asking(messages, *lines))
        v |= answer_writes(v, taken=True)
        assert v["expect"]["taken"] == [[0, [] if result == "nothing" else ["m"]]], v["expect"]
    v = out.add("messages of a page that is prefetched, and content", "§ 8.7.5", {"age": 600, "flash": [["q", "m"], ["p", "n"]]}, None, ("take", "q"), ("insert", "a", 1), ("take", "p"), request=asking(messages, purpose("prefetch")))
    v |= answer_writes(v, taken=True)
    assert v["expect"]["taken"] == [[0, []], [2, []]], v["expect"]
    return out.vectors


def several_writes(add, I):
    """Two of everything: other cookies, names, contexts and applications."""
    made = lambda **fields: body(I, **({"age": 100, "sid": SID, "payload": DATA} | fields))
    set_a = ("insert", "a", 1)
    newer = body(I + 10, age=90, sid=OTHER_SID, payload=pack({"b": 2}))
    value, other = token(XAES, made()), token(XAES, newer)
    add("two values that open under __Host-: the newer is written", "§ 7.0, § 8.6.2", {"issued": I + 10, "sid": "kept"}, None, set_a, request=[["cookie", f"__Host-session={value}; __Host-session={other}"]])
    plain_value, plain_other = token(XAES, made(), PLAIN), token(XAES, newer, PLAIN)
    add("two values of two sessions without the prefix: a new session", "§ 7.0, § 8.6.2", {"issued": NOW, "sid": None}, None, set_a, purpose=PLAIN, request=[["cookie", f"session={plain_value}; session={plain_other}"]])
    add("the value of another cookie beside it", "§ 8.14", {"sid": "kept"}, None, set_a, purpose=PLAIN, request=[["cookie", f"__Host-session={other}; session={plain_value}"]])
    add("the value of another context", "§ 8.14", {"issued": NOW, "sid": None}, None, set_a, context=CONTEXT, request=[["cookie", f"__Host-session={value}"]])
    add("the value of another application", "§ 8.14", {"issued": NOW, "sid": None}, None, set_a, application="shop", request=[["cookie", f"__Host-session={value}"]])
    add("a moment later than the last request, by another instance", "§ 8.6.3", {"age": 1_500}, made(age=900), set_a, now=I + 1_500)
    domain = {"attributes": {"path": "/app", "domain": "example.com", "secure": True, "same_site": "Strict", "partitioned": True}}
    add("other attributes", "§ 9.3.1", {"sid": "kept"}, None, set_a, purpose=PLAIN, request=[["cookie", f"session={plain_value}"]], **domain)
    add("other attributes: invalidated", "§ 9.4.1", "expired", None, "invalidate", purpose=PLAIN, request=[["cookie", f"session={plain_value}"]], **domain)
    earlier = {"earlier": [writer.DEFAULT_ATTRIBUTES | {"path": "/old"}, writer.DEFAULT_ATTRIBUTES | {"domain": "example.com"}]}
    add("earlier attributes: set", "§ 9.3.3, § 9.4.2", {"sid": "kept"}, None, set_a, purpose=PLAIN, request=[["cookie", f"session={plain_value}; session.6=x"]], **earlier)
    add("earlier attributes, Split(3): invalidated", "§ 9.3.3, § 9.4.2", "expired", None, "invalidate", purpose=PLAIN, request=[["cookie", f"session={plain_value}; session.6=x; session.1=x"]], profile=3, **earlier)
    add("earlier attributes: only read", "§ 9.3.3, § 9.4.2", "nothing", None, "read", now=I + 101, purpose=PLAIN, request=[["cookie", f"session={plain_value}"]], **earlier)


# ---------------------------------------------------------------- policies.json

def policies():
    out = []

    def add(name, spec, accepted, **policy):
        usual = {"idle": 1800, "absolute": 43_200, "remember_up_to": None, "skew": 60}
        v = {"name": name, "spec": spec, "policy": usual | policy}
        v |= answer_policies(v)
        assert v["accepted"] == accepted, name
        out.append(v)

    add("the defaults", "§ 8.8", True)
    add("without idle the default is on-change", "§ 8.8", True, idle=None)
    for idle in (1, 3, 4, 7, 3_599):
        add(f"the default of refresh_after is a quarter of idle, rounded down: {idle}", "§ 8.8", True, idle=idle)
    for name in ("idle", "absolute", "remember_up_to"):
        add(f"{name} of 0", "§ 8.0", False, **{name: 0})
    add("absolute of 1", "§ 8.0", True, absolute=1, idle=1)
    add("remember_up_to of 1", "§ 8.0", True, remember_up_to=1)
    for skew, accepted in ((0, True), (300, True), (301, False)):
        add(f"skew of {skew}", "§ 8.0", accepted, skew=skew)
    add("idle as long as absolute", "§ 8.15", True, idle=43_200)
    add("idle longer than absolute", "§ 8.15", False, idle=43_201)
    for rule in ("never", "on-change", "always", 0, 1, 900):
        add(f"refresh_after {rule}", "§ 8.8", True, refresh_after=rule)
    add("refresh_after of more than half of idle", "§ 8.8", False, refresh_after=901)
    add("refresh_after of half of an odd idle, rounded down", "§ 8.8", True, idle=1_801, refresh_after=900)
    add("refresh_after of more than half of an odd idle", "§ 8.8", False, idle=1_801, refresh_after=901)
    add("refresh_after of any length while idle is off", "§ 8.8", True, idle=None, refresh_after=1_000_000)
    for span, accepted in ((0, False), (1, True), (900, True), (901, False)):
        add(f"revalidate_after {span}", "§ 8.16.6", accepted, revalidate_after=span)
    for span, accepted in ((900, True), (901, False)):
        add(f"revalidate_after {span}, and an odd idle", "§ 8.16.6", accepted, idle=1_801, revalidate_after=span)
    add("revalidate_after of any length while idle is off", "§ 8.16.6", True, idle=None, revalidate_after=1_000_000)
    add("revalidate_after of 0 while idle is off", "§ 8.16.6", False, idle=None, revalidate_after=0)
    for rule in ("never", "on-change", "always", 0, 300):
        add(f"revalidate_after and refresh_after {rule}", "§ 8.16.6", False, revalidate_after=300, refresh_after=rule)
    add("unvalidated_up_to alone", "§ 8.16.6", False, unvalidated_up_to=300)
    for span, accepted in ((299, False), (300, False), (301, True), (1_000_000, True)):
        add(f"revalidate_after 300, and unvalidated_up_to {span}", "§ 8.16.6", accepted, revalidate_after=300, unvalidated_up_to=span)
    return out


# ---------------------------------------------------------------- caches.json

def caches():
    out = []
    PAST, FUTURE = "Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT"

    def add(name, spec, fields, touch="touched", brought_in="cookie", shareable=None, **more):
        v = {"name": name, "spec": spec, "fields": [list(field) for field in fields], "touch": touch, "brought_in": brought_in} | more
        v |= answer_caches(v)
        assert shareable is None or v["expect"]["shareable"] == shareable, (name, v["expect"])
        out.append(v)

    control = lambda *values: [("cache-control", value) for value in values]
    shapes = [  # name, fields, whether others may store it
        ("no field", [], False),
        ("public", control("public"), True), ("max-age", control("max-age=60"), True), ("no-cache", control("no-cache"), True), ("an empty one", control(""), True),
        ("private", control("private"), False), ("PRIVATE", control("PRIVATE"), False), ("no-store", control("no-store"), False), ("No-Store among others", control("max-age=0, No-Store"), False),
        ("private with a field", control('private="set-cookie"'), True), ("private with a value", control("private=1"), True), ("no-store with a value", control("no-store=1"), True),
        ("no-store and must-understand", control("no-store, must-understand"), True), ("private, no-store and must-understand", control("private, no-store, must-understand"), False),
        ("no-store and must-understand on two lines", control("no-store", "must-understand"), True), ("MUST-UNDERSTAND", control("no-store, MUST-UNDERSTAND"), True),
        ("private on the second line", control("max-age=60", "private"), False), ("no-store on the second line", control("max-age=60", "no-store"), False),
        ("white space around no-store", control("max-age=60 ,\tno-store\t, a"), False), ("private inside a quoted string", control('extension="a, private, b"'), True),
        ("no-store inside a quoted string", control('extension="a, no-store, b"'), True), ("no-store after a quoted string with an escaped quote", control('extension="a\\", b", no-store'), False),
        ("no-store behind an escaped quote inside a string", control('extension="a\\", no-store, b"'), True), ("a directive that begins with no-store", control("no-stores"), True), ("two words", control("no-store private"), True),
        ("Expires in the future", [("expires", FUTURE)], True), ("Expires in the past", [("expires", PAST)], False), ("Expires 0", [("expires", "0")], False), ("Expires -1", [("expires", "-1")], False),
        ("Expires soon", [("expires", "soon")], False), ("Expires in the last year before the format", [("expires", "Wed, 31 Dec 2025 23:59:59 GMT")], False), ("Expires in the first year of the format", [("expires", "Thu, 01 Jan 2026 00:00:00 GMT")], True),
        ("Expires with a year of two digits", [("expires", "Sunday, 06-Nov-94 08:49:37 GMT")], True), ("Expires as of asctime, in the past", [("expires", "Sun Nov  6 08:49:37 1994")], False), ("Expires with two numbers of four digits", [("expires", "Fri, 01 Jan 2100 00:00:00 +0000")], True), ("Expires in lower case", [("expires", "fri, 01 jan 2100 00:00:00 gmt")], True),
        ("Expires, a month without a digit", [("expires", "January")], False), ("Expires, a number without a month", [("expires", "2100")], False), ("Expires in the past and in the future", [("expires", PAST), ("expires", FUTURE)], True),
        ("no-store, and a quoted string that does not end", control('no-store, a="b'), True), ("private, and a quoted string that does not end on another line", control("private", 'a="b, c'), True), ("CDN-Cache-Control no-store, and a quoted string that does not end", control("private") + [("cdn-cache-control", 'no-store, a="')], True),
        ("no-store, and a quoted string whose end is escaped", control('no-store, a="b\\"'), True), ("a quote in the middle of a word", control('a"b, no-store, c"d'), True), ("a backslash outside of a quoted string", control('a\\, no-store'), False),
        ("Expires in the future, private", control("private") + [("expires", FUTURE)], False), ("Expires in the future, public", control("public") + [("expires", FUTURE)], True), ("Expires in the past, public", control("public") + [("expires", PAST)], True),
        ("CDN-Cache-Control", control("private") + [("cdn-cache-control", "max-age=60")], True), ("CDN-Cache-Control no-store", control("private") + [("cdn-cache-control", "no-store")], False),
        ("CDN-Cache-Control no-store on the second line", control("private") + [("cdn-cache-control", "max-age=60"), ("cdn-cache-control", "no-store")], False),
        ("CDN-Cache-Control no-store and more", control("private") + [("cdn-cache-control", "no-store, max-age=60")], False), ("NO-STORE before a comma", control("NO-STORE, max-age=60"), False),
        ("Expires with a number of five digits alone", [("expires", "Fri, 01 Jan 01999 00:00:00 GMT")], True),
        ("CDN-Cache-Control private", control("private") + [("cdn-cache-control", "private")], True), ("CDN-Cache-Control no-store, must-understand", control("private") + [("cdn-cache-control", "no-store, must-understand")], True),
        ("another targeted field", [("acme-edge-cache-control", "max-age=1")], True), ("a targeted field in another case", [("Acme-Cache-Control", "max-age=1")], True), ("a field whose name only contains it", [("x-cache-control-info", "max-age=1")], False),
        ("Surrogate-Control", control("no-store") + [("surrogate-control", "max-age=60")], True), ("Surrogate-Control no-store", control("no-store") + [("surrogate-control", "no-store")], False),
        ("Edge-Control", control("no-store") + [("edge-control", "max-age=60")], True), ("Edge-Control no-store", control("no-store") + [("edge-control", "no-store")], False),
        ("X-Accel-Expires 0", [("x-accel-expires", "0")], False), ("X-Accel-Expires 00 with white space", [("x-accel-expires", " 00\t")], False), ("X-Accel-Expires 60", control("private") + [("x-accel-expires", "60")], True),
        ("X-Accel-Expires 0 and 60", control("private") + [("x-accel-expires", "0"), ("x-accel-expires", "60")], True), ("X-Accel-Expires @0", [("x-accel-expires", "@0")], True), ("X-Accel-Expires empty", [("x-accel-expires", "")], True), ("X-Accel-Expires off", [("x-accel-expires", "off")], True),
    ]
    for name, fields, shareable in shapes:
        add(f"{name}: only read", "§ 9.8.1, § 9.8.4", fields, "touched", shareable=shareable)
        add(f"{name}: written", "§ 9.8.1, § 9.8.3", fields, "written", shareable=shareable)
    for touch in ("untouched", "touched", "written"):
        add(f"public, and caches may share: {touch}", "§ 9.8.5", control("public"), touch, may_share=True)
        add(f"private, and caches may share: {touch}", "§ 9.8.5", control("private"), touch, may_share=True)
        add(f"no field, and caches may share: {touch}", "§ 9.8.5", [], touch, may_share=True)
    add("public: untouched", "§ 9.8.4", control("public"), "untouched")
    add("no field: untouched", "§ 9.8.4", [], "untouched")
    add("every field at once: written", "§ 9.8.3", control("public", "max-age=60") + [("expires", FUTURE), ("cdn-cache-control", "max-age=1"), ("surrogate-control", "a"), ("edge-control", "b"), ("x-accel-expires", "60"), ("content-type", "text/html")], "written")
    for name, vary in (("another field", "Accept"), ("Cookie", "Cookie"), ("cookie among others", "Accept, cookie"), ("a star", "*"), ("a longer name", "Cookie2"), ("Cookie on the second line", None)):
        fields = [("vary", "Accept"), ("vary", "Accept-Language, Cookie")] if vary is None else [("vary", vary)]
        add(f"Vary has {name}", "§ 9.8.2", control("private") + fields)
    add("Vary is there, and the session is untouched", "§ 9.8.2", [("vary", "Accept")], "untouched")
    add("the session came in a header field", "§ 9.7.6, § 9.8.2", control("private"), brought_in="x-session")
    add("the session came in a header field, and Vary has Cookie", "§ 9.7.6, § 9.8.2", control("private") + [("vary", "Cookie")], brought_in="authorization")
    return out
