#!/usr/bin/env python3
"""Breaks the second implementation in one place at a time: some vector has to notice.

    python3 mutations.py

Each line of `MUTATIONS` names the rule that is broken, a text of hardtack.py, and what stands there instead.
"""

import json
import sys
import types
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.joinpath("hardtack.py").read_text()

MUTATIONS = [
    # keys and rings
    ("3.1.2", 'u8(len(what)) + what.encode() + u8(self.fmt)', 'u8(len(what)) + what.encode()'),
    ("3.2.1", '"header:" + name.lower()', '"header:" + name'),
    ("3.3.1", 'Key.parse_exact(text.strip(" \\t\\n\\f\\r"))', 'Key.parse_exact(text.strip())'),
    ("3.3.2", 'len(rest.encode()) != 48', 'len(rest) != 48'),
    ("3.3.2", 'len(set(key.secret)) < 8', 'len(set(key.secret)) < 7'),
    ("3.4.2", 'sorted(reversed(listed)', 'sorted(listed'),
    ("3.4.3", 'if (e[1] or 0) <= now]', 'if (e[1] or 0) < now]'),
    ("3.4.4", 'accept_until is not None and now >= accept_until', 'accept_until is not None and now > accept_until'),
    ("3.4.6", 'if key.mode != mode:', 'if False:'),
    ("3.4.7", 'if self.entries[-1][2] is not None:', 'if listed[-1][2] is not None:'),
    ("3.4.7", 'until <= (next_from or 0)', 'until < (next_from or 0)'),
    ("3.5.1", 'not line.lstrip(" \\t").startswith("#") for line in lines', 'True for line in lines'),
    ("3.5.2", '                raise Refused("blank")', '                continue'),
    ("3.5.4", 'if name in times:', 'if False:'),
    ("3.5.5", '< EPOCH:\n        raise Refused("time")', '< 0:\n        raise Refused("time")'),
    ("3.5.7", 'max(moments, default=None)', '(moments or [None])[-1]'),
    ("3.5.7", 'max(moments, default=None)', '(moments or [None])[0]'),
    ("3.5.7", 'listed += keys', 'listed[:0] = keys'),
    ("3.6.1", 'for key, seal_from, until in self.entries]', 'for key, seal_from, until in sorted(self.entries, key=lambda e: e[0].kid)]'),
    ("3.6.1", '+ u64(self.not_before or 0)', ''),
    ("14.3", '            if attributes:\n                raise Refused("attribute")\n            moment', '            if attributes or not_before is not None:\n                raise Refused("attribute")\n            moment'),
    # context
    ("4.2.1", 'reserved + ([["hardtack.type", label]] if label else [])', '([["hardtack.type", label]] if label else []) + reserved'),
    ("4.2.1", 'reserved + ([["hardtack.type", label]] if label else []) + list(map(list, pairs))', 'list(map(list, pairs)) + reserved + ([["hardtack.type", label]] if label else [])'),
    ("4.2.2", 'len(l.encode()) > 255', 'len(l) > 255'),
    ("4.2.3", 'if application is not None else []', 'if False else []'),
    ("4.2.4", 'if label else []', 'if label is not None else []'),
    ("4.2.5", 'l.startswith("hardtack.")', 'l in ("hardtack.type", "hardtack.application")'),
    ("4.3", 'return u32(len(pairs)) + pairs', 'return pairs'),
    # body
    ("5.1.5", 'if flags & 0x88:', 'if flags & 0x80:'),
    ("5.1.5", 'if out["schema"] == 0 or count == 0:', 'if count == 0:'),
    ("5.1.1", '    out["limit"] = r.varint() if flags & HAS_LIMIT else None\n    out["remembered"] = r.varint() if flags & HAS_REMEMBERED else None\n',
              '    out["remembered"] = r.varint() if flags & HAS_REMEMBERED else None\n    out["limit"] = r.varint() if flags & HAS_LIMIT else None\n'),
    ("5.1.4", 'if flags & 0x88:', 'if flags & 0x88 or flags & 0x41 == 0x40:'),
    ("5.2.2", '(byte == 0 and position > 0) or value > U32_MAX', 'value > U32_MAX'),
    ("5.2.2", '(byte == 0 and position > 0) or value > U32_MAX', 'byte == 0 and position > 0'),
    ("5.3.1", 'out["flash"] = [[r.utf8(r.varint()), r.utf8(r.varint())]', 'out["flash"] = [[r.utf8(r.varint()), r.utf8(r.varint()).lstrip("\\ufeff")]'),
    ("5.3.2", 'if out["schema"] == 0 or count == 0:', 'if out["schema"] == 0:'),
    ("5.3.2", '.decode("utf-8")', '.decode("utf-8", "surrogatepass")'),
    ("5.4.1", 'key.encode() <= previous', 'key.encode("utf-16-be") <= previous.decode().encode("utf-16-be")'),
    ("5.4.1", 'key.encode() <= previous', 'key.encode() < previous'),
    ("5.4.1", 'if count == 0 or not payload', 'if not payload'),
    ("5.4.5", 'or not rest.startswith(pack(key))', ''),
    ("5.4.5", '        out[key] = unpack(r, 2)\n    if r.data:', '        out[key] = unpack(r, 2)\n    if False:'),
    ("5.4.5", 'if depth > MAX_DEPTH:', 'if depth > MAX_DEPTH + 1:'),
    ("5.4.5", 'if depth > MAX_DEPTH:', 'if depth >= MAX_DEPTH:'),
    ("5.4.5", ' or raw in seen:', ':'),
    ("5.4.5", 'is_simple and raw != pack(key) or ', ''),
    ("5.4.5", '0xC4 <= raw[0] <= 0xC6 and raw != pack(bytes(key)) or ', ''),
    ("5.4.6", 'is_simple = raw[0]', 'is_simple = raw[0] & 0xF0 == 0x90 or raw[0]'),
    ("5.4.7", '.decode("utf-8")', '.decode("utf-8-sig")'),
    ("5.4.7", 'sorted(self.data.items(), key=lambda entry: entry[0].encode())', 'sorted(self.data.items(), key=lambda entry: entry[0].encode("utf-16-be"))'),
    ("5.5.2", '    if r.data:\n        r.fail()\n    return out\n\n\ndef postcard_varint', '    return out\n\n\ndef postcard_varint'),
    ("5.5.3", 'if schema is None and not payload:', 'if False:'),
    ("5.5.3", 'if schema != expects["schema"]:', 'if schema is None:'),
    ("5.5.4", '        if schema is not None:\n            raise Refused("Payload")\n', ''),
    ("5.5.4", '        if schema is not None:\n', '        if schema is not None and payload:\n'),
    ("5.6.1", 'if not marker or zeros.strip(b"\\0"):', 'if not marker:'),
    # opening
    ("7.0", 'purpose["name"].lower().startswith("__host-")', 'purpose["name"].startswith("__Host-")'),
    ("7.0", '(len(sids) > 1 or None in sids)', 'len(sids) > 1'),
    ("7.0", 'pair[1]["issued"], pair[1]["last_active"]', 'pair[1]["last_active"], pair[1]["issued"]'),
    ("7.1", '    if len(value.encode()) > MAX_CHARACTERS:\n        raise Refused("TooLong")\n    if purpose', '    if purpose'),
    ("7.2", ' or len(text) % 4 == 1', ' or len(text) % 4 == 1 and len(text) > 1'),
    ("7.2", '    if base64url(data) != text:\n        raise Refused("Encoding")\n', ''),
    ("7.3", 'if MODE[TYPE[blob[0]]] != mode:', 'if False:'),
    ("7.4", 'key is None or key.fmt != blob[0]', 'key is None'),
    ("7.5", '    if len(blob) < FLOOR[mode]:\n        raise Refused("TooShort")\n', '    if len(blob) < 21:\n        raise Refused("TooShort")\n'),
    ("7.7", 'if seen > now + policy["skew"]', 'if seen >= now + policy["skew"]'),
    ("7.7", 'if now >= issued + lifetime', 'if now > issued + lifetime'),
    ("7.7", 'now >= seen + policy["idle"]', 'now > seen + policy["idle"]'),
    ("7.8", 'max(ring.not_before or 0, policy["not_before"] or 0)', '(ring.not_before or policy["not_before"] or 0)'),
    ("7.8", 'if issued < max(', 'if seen < max('),
    ("7.11", '    kid = blob[1:5]\n', '    kid = None\n'),
    ("8.1", 'for s in (cap, session["limit"], session["remembered"])', 'for s in (cap, session["remembered"] or session["limit"])'),
    ("8.1", 'for s in (cap, session["limit"], session["remembered"])', 'for s in (cap, session["limit"])'),
    ("8.1", 'for s in (cap, session["limit"], session["remembered"])', 'for s in (cap, session["remembered"])'),
    ("8.2", 'not is_remembered(opened, policy) and now >= seen', 'opened["remembered"] is None and now >= seen'),
    # cookies
    ("9.1.2", 'name.lower().startswith("__host-"), name.lower()', 'name.startswith("__Host-"), name'),
    ("9.1.3", 'pair.lstrip(" \\t").partition("=")\n        value = value.strip(" \\t")', 'pair.strip(" \\t").partition("=")\n        found, value = found.rstrip(" \\t"), value.strip(" \\t")'),
    ("9.1.3", 'value = value.strip(" \\t")\n        if len', 'value = value.strip()\n        if len'),
    ("9.1.3", 'if len(value) >= 2 and value[0]', 'while len(value) >= 2 and value[0]'),
    ("9.1.4", '[:MAX_CANDIDATES]', '[:MAX_CANDIDATES + 1]'),
    ("9.2.2", 'count not in list("2345678")', 'not count.isdigit() or not 2 <= int(count) <= 8'),
    ("9.2.3", '        if len(values) > 1:\n            raise Refused("Duplicate")\n', ''),
    ("9.2.6", '- len(f"{v[\'cookie\']}={attributes(v)}{age}") - 2', '- len(f"{v[\'cookie\']}={attributes(v)}{age}") - 3'),
    ("9.2.6", '- len(f"{v[\'cookie\']}={attributes(v)}{age}") - 2', '- len(f"{v[\'cookie\']}={attributes(v)}") - 2'),
    ("9.2.6", 'return [first] +', 'return [first.replace(f"{len(pieces)}.", "", 1)] +'),
    ("9.2.7", 'if n >= v["cookies"]]', 'if n > v["cookies"]]'),
    ("9.3.2", 'min(v[\'max_age\'], LONGEST_MAX_AGE)', 'v[\'max_age\']'),
    ("9.6.1", 'LONGEST_HEAD = 1 + 4 + 5 + 5 + 5 + 8 + 5', 'LONGEST_HEAD = 1 + 4 + 5 + 5 + 8 + 5'),
    ("9.6.4", 'characters = n * v["limit"]', 'characters = v["limit"]'),
    # header fields
    ("9.7.2", 'value[:7].lower() == "bearer "', 'value[:7] == "Bearer "'),
    ("9.7.2", 'field.lower() == "authorization" and ', ''),
    ("9.7.2", 'value = value.strip(" \\t\\n\\f\\r")\n        if field', 'value = value.strip()\n        if field'),
    ("9.7.2", 'value = value[7:]', 'value = value[7:].strip()'),
    ("9.7.4", '    if len(tokens) > 1:\n        return {"rejected": "Duplicate", "key_id": None}\n', ''),
    ("9.7.4", 'for value in lines:\n        value', 'for value in ",".join(lines).split(","):\n        value'),
    ("9.7.4", '        if value not in tokens:\n', '        if True:\n'),
    ("9.7.1", 'tokens[0], ())', 'tokens[0].rpartition(".")[2], ())'),
    # CSRF
    ("13.1", 'context_bytes(context) + sid + u32(issued - EPOCH)', 'context_bytes(context) + sid'),
    ("13.2", 'for key in ring.accepted(v["now"])]', 'for key in [ring.sealing(v["now"])]]'),
    ("13.2", 'for key in ring.accepted(v["now"])]', 'for key in [entry[0] for entry in ring.entries]]'),
    ("13.3", 'len(v["token"]) != 43 or ', 'len(raw) < 32 or '),
    ("13.3", '        raw = decode_base64url(v["token"])', '        raw = base64.urlsafe_b64decode(v["token"] + "=" * (-len(v["token"]) % 4))'),
    # what is written
    ("6.4", 'return EPOCH <= now', 'return EPOCH - 1 <= now'),
    ("6.4", 'now <= EPOCH + U32_MAX', 'True'),
    ("8.6", 'max(self.age, self.now - self.issued, 0)', 'max(self.now - self.issued, 0)'),
    ("8.7", 'self.age if rule == "never" else self.active_age()', 'self.active_age()'),
    ("8.7", 'min(U32_MAX, max(0, self.now + span - self.issued))', 'max(0, self.now + span - self.issued)'),
    ("8.7", 'self.issued, self.age, self.sid = self.now, 0, "new"', 'self.age, self.sid = 0, "new"'),
    ("8.7", 'self.remembered = moved(self.issued + self.remembered)', 'pass'),
    ("8.7", 'moved = lambda end: min(U32_MAX,', 'moved = lambda end: max(0,'),
    ("8.7.1", 'self.limit = moved(min(self.limits)) if self.limits else None', 'self.limit = None'),
    ("8.7.1", 'self.limit = moved(min(self.limits)) if self.limits else None', 'self.limit = self.limit and moved(self.issued + self.limit)'),
    ("8.7.2", '            self.remembered = None\n        elif action == "clear"', '            self.remembered = self.limit = None\n        elif action == "clear"'),
    ("8.7.2", 'U32_MAX if self.limit is None else self.limit)', 'U32_MAX)'),
    ("8.7.3", '                raise Refused("not-remembering")', '                return'),
    ("8.7.3", 'self.remembered = self.from_now(arguments[0])', 'self.remembered = min(self.remembered or U32_MAX, self.from_now(arguments[0]))'),
    ("8.7.5", 'if self.is_unreadable and action != "read":', 'if False:'),
    ("8.8", 'self.now >= self.issued + self.age + span', 'self.now > self.issued + self.age + span'),
    ("8.8", 'if self.arrived and not is_remembered(vars(self), self.policy):', 'if self.arrived:'),
    ("8.9", 'self.ring.standing(self.key, self.now) == "earlier"', 'self.ring.standing(self.key, self.now) != "sealing"'),
    ("8.9", '            return self.written(self.age)\n        return', '            return self.written(self.active_age())\n        return'),
    ("8.10", 'end - self.now) if remembered else None', 'end - self.now) if self.remembered is not None else None'),
    ("8.10", 'min(LONGEST_MAX_AGE, end - self.now)', 'end - self.now'),
    ("8.12", 'return session.settle() if v["actions"] else {"nothing": True}', 'return session.settle()'),
    ("8.12", 'if has_ended or has_changed and is_over:', 'if has_ended:'),
    ("8.13", 'else not is_empty or self.remembered is not None', 'else True'),
]


def broken(old, new):
    """hardtack.py with one text replaced."""
    assert SOURCE.count(old) >= 1, f"hardtack.py has no {old!r}"
    module = types.ModuleType("broken")
    exec(compile(SOURCE.replace(old, new) if old else SOURCE, "hardtack.py", "exec"), module.__dict__)
    return module


def notices(module, vectors):
    """The first vector with another answer than the one in its file."""
    for name, file in vectors.items():
        answer = module.ANSWERS[name]
        for v in file:
            try:
                found = answer(v)
            except Exception:  # a broken reader may do anything
                return v["name"]
            if any(v.get(field) != value for field, value in found.items()):
                return v["name"]


def main():
    files = ("keys", "rings", "contexts", "seal", "csrf", "cookies", "headers", "writes", "open")
    vectors = {name: json.loads(HERE.joinpath(f"{name}.json").read_text())["vectors"] for name in files}
    assert notices(broken("", ""), vectors) is None, "unbroken, it does not agree with the vectors"
    missed = [f"§ {rule}: {new!r} instead of {old!r}" for rule, old, new in MUTATIONS if not notices(broken(old, new), vectors)]
    if missed:
        sys.exit("no vector notices:\n" + "\n".join(missed))
    print(f"{len(MUTATIONS)} mutations, each noticed by a vector")


if __name__ == "__main__":
    main()
