"""Collects vectors of one request: writes.json, and such of devices.json."""

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
