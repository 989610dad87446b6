#!/usr/bin/env python3
"""Breaks the second implementation in one place at a time: some vector has to notice.

    python3 mutations.py

Each line of `MUTATIONS` names the rule that is broken, a text that stands in one of its files, and what stands there
instead.
"""

import json
import sys
import types
from pathlib import Path

HERE = Path(__file__).parent
MODULES = ("hardtack", "devices", "writer", "endpoints", "answers")
SOURCES = {name: HERE.joinpath(f"{name}.py").read_text() for name in MODULES}

MUTATIONS = [
    # keys and rings
    ("3.1.2", 'u8(len(what)) + what.encode() + u8(self.fmt)', 'u8(len(what)) + what.encode()'),
    ("3.1.2", 'u8(len(a)) + a + u8(len(t)) + t', 'a + t'),
    ("3.1.2", 'u8(len(a)) + a + u8(len(t)) + t', 'u8(len(t)) + t + u8(len(a)) + a'),
    ("3.1.2", 'u8(len(a)) + a + u8(len(t)) + t', 'u16(len(a)) + a + u16(len(t)) + t'),
    ("3.1.2", 'u8(len(a)) + a + u8(len(t)) + t', '(u8(len(a)) + a + u8(len(t)) + t if a or t else b"")'),
    ("3.2.1", '"header:" + name.lower()', '"header:" + name'),
    ("3.2.3", '1 <= len(application.encode()) <= 255', '1 <= len(application) <= 255'),
    ("3.2.3", '1 <= len(application.encode()) <= 255', 'len(application.encode()) <= 255'),
    ("3.2.3", 'purpose.get("application", "").encode()', 'b""'),
    ("3.2.4", 'len(label.encode()) > 255', 'len(label) > 255'),
    ("3.2.4", 'purpose.get("type", "").encode()', 'b""'),
    ("3.2.5", 'names_of(purpose))\n    return hmac_sha256(k, context', 'names_of({"kind": purpose["kind"], "name": purpose["name"]}))\n    return hmac_sha256(k, context'),
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
    ("3.5.1", 'not line.lstrip(" \\t").startswith("#") for line in lines', 'not line.startswith("#") for line in lines'),
    ("3.5.2", 're.split("[ \\t]+", item)', 're.split("[ \\t\\n\\f\\r]+", item)'),
    ("3.5.2", '        item = item.strip(" \\t")', '        item = item.strip()'),
    ("3.5.2", '                raise Refused("blank")', '                continue'),
    ("3.5.4", 'if name in times:', 'if False:'),
    ("3.5.5", 'datetime.strptime(text[:-1], "%Y', 'datetime.strptime(text[:-1].replace("2100-02-29", "2100-02-28"), "%Y'),
    ("3.5.5", '< EPOCH:\n        raise Refused("time")', '< 0:\n        raise Refused("time")'),
    ("3.5.7", 'max(moments, default=None)', '(moments or [None])[-1]'),
    ("3.5.7", 'max(moments, default=None)', '(moments or [None])[0]'),
    ("3.5.7", 'listed += keys', 'listed[:0] = keys'),
    ("3.6.1", 'for key, seal_from, until in self.entries]', 'for key, seal_from, until in sorted(self.entries, key=lambda e: e[0].kid)]'),
    ("3.6.1", '+ u64(self.not_before or 0)', ''),
    ("14.3", '            if attributes:\n                raise Refused("attribute")\n            moment', '            if attributes or not_before is not None:\n                raise Refused("attribute")\n            moment'),
    # context
    ("4.2.2", 'len(l.encode()) > 255', 'len(l) > 255'),
    ("4.2.2", 'len(value.encode()) > 65_535', 'len(value) > 65_535'),
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
    ("5.3.2", 'r.utf8(r.varint()), r.utf8(r.varint())', 'r.utf8(r.varint()), r.utf8(r.varint() & 0xFFFF)'),
    ("5.3.2", '.decode("utf-8")', '.decode("utf-8", "surrogatepass")'),
    ("5.4.1", 'key.encode() <= previous', 'key.encode("utf-16-be") <= previous.decode().encode("utf-16-be")'),
    ("5.4.1", 'key.encode() <= previous', 'key.encode() < previous'),
    ("5.4.1", 'if count == 0 or not payload', 'if not payload'),
    ("5.4.2", 'not payload.startswith(pack_head(count', 'head != 0xDE and not payload.startswith(pack_head(count'),
    ("5.4.3", 'if -32 <= value <= 127:', 'if -33 <= value <= 127:'),
    ("5.4.3", 'pack_head(len(data), 0xA0, 32,', 'pack_head(len(data), 0xA0, 33,'),
    ("5.4.3", 'pack_head(len(value), 0x90, 16,', 'pack_head(len(value), 0x90, 17,'),
    ("5.4.3", 'pack_head(len(listed), 0x80, 16,', 'pack_head(len(listed), 0x80, 17,'),
    ("5.4.5", '    if depth > MAX_DEPTH:\n        r.fail()\n    length =', '    if depth > MAX_DEPTH and head != 0x80:\n        r.fail()\n    length ='),
    ("5.4.5", '0xC4 <= raw[0] <= 0xC6 and raw != pack(bytes(key))', '0xC4 <= raw[0] <= 0xC5 and raw != pack(bytes(key))'),
    ("5.4.5", '0xCC <= raw[0] <= 0xD3 or', '0xCC <= raw[0] <= 0xCE or 0xD0 <= raw[0] <= 0xD3 or'),
    ("5.4.5", '0xCC <= raw[0] <= 0xD3 or', '0xCC <= raw[0] <= 0xD2 or'),
    ("5.4.6", 'out[key if isinstance(key, str) else NotText(raw)] = unpack(r, depth + 1)', 'value = unpack(r, depth + 1)\n        out[key] = r.fail() if value == 5 else value'),
    ("5.4.9", '"data": entries(found["payload"])}', '"data": {k: pack(x) for k, x in dictionary(found["payload"]).items()}}'),
    ("5.5.1", 'math.ceil(bits / 7)', '5'),
    ("5.5.1", 'math.ceil(bits / 7)', '10'),
    ("5.5.1", 'value if value < 2**bits else r.fail()', 'value % 2**bits'),
    ("5.4.5", 'or not rest.startswith(pack(key))', ''),
    ("5.4.5", '        out[key] = rest[:len(rest) - len(r.data)]\n    if r.data:', '        out[key] = rest[:len(rest) - len(r.data)]\n    if False:'),
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
    ("7.0", 'sids = {found["sid"] for', 'sids = {found["sid"] and found["sid"][:7] for'),
    ("7.0", 'if len(opened) > 1 and not host', 'if len(candidates) > 1 and not host'),
    ("7.0", '            opened.append((index, open_value(ring, mode, purpose, context, now, policy, value, parts)))\n',
            '            found = open_value(ring, mode, purpose, context, now, policy, value, parts)\n            found["schema"] is None and dictionary(found["payload"])\n            opened.append((index, found))\n'),
    ("7.0", 'pair[1]["issued"], pair[1]["last_active"]', 'pair[1]["last_active"], pair[1]["issued"]'),
    ("7.1", '    if len(value.encode()) > MAX_CHARACTERS:\n        raise Refused("TooLong")\n    if purpose', '    if purpose'),
    ("7.1", '    if len(value.encode()) > MAX_CHARACTERS:\n        raise Refused("TooLong")\n    blob = decode_base64url(value)', '    blob = decode_base64url(value)\n    if len(value) > MAX_CHARACTERS:\n        raise Refused("TooLong")'),
    ("7.1", '    if len(value.encode()) > MAX_CHARACTERS:\n        raise Refused("TooLong")\n', '    if purpose["kind"] == "cookie" and len(value.encode()) > MAX_CHARACTERS:\n        raise Refused("TooLong")\n'),
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
    ("9.1.2", '/[!-+\\--:<-~]{0,1023}', '/[!-~]{0,1023}'),
    ("9.1.2", '/[!-+\\--:<-~]{0,1023}', '[!-+\\--:<-~]{0,1024}'),
    ("9.1.2", ' or re.fullmatch("[0-9.]*", domain)', ''),
    ("9.1.2", 'if domain is not None and (', 'if domain and ('),
    ("9.1.3", 'value = value.strip(" \\t")\n        if len', 'value = value.strip(" \\t\\n\\f\\r")\n        if len'),
    ("9.1.4", '        value = value[:CUT]\n        if equals', '        if equals'),
    ("9.1.4", '        value = value[:CUT]\n        if value not', '        if value not'),
    ("9.1.4", '[:MAX_CANDIDATES]', '[:MAX_CANDIDATES + 1]'),
    ("9.2.2", 'count not in list("2345678")', 'not count.isdigit() or not 2 <= int(count) <= 8'),
    ("9.2.7", '"carried": sorted({n for n, _ in parts})', '"carried": sorted({n for n, part in parts if part})'),
    ("9.2.7", 'for n in sorted(v["carried"]) if n', 'for n in v["carried"] if n'),
    ("9.4.1", '[expire_line(v, f".{n}") for n in sorted(v["carried"])]', '[expire_line(v, f".{n}") for n in v["carried"]]'),
    ("9.2.3", '        if len(values) > 1:\n            raise Refused("Duplicate")\n', ''),
    ("9.2.6", '- len(f"{v[\'cookie\']}={attributes(v)}{age}") - 2', '- len(f"{v[\'cookie\']}={attributes(v)}{age}") - 3'),
    ("9.2.6", '- len(f"{v[\'cookie\']}={attributes(v)}{age}") - 2', '- len(f"{v[\'cookie\']}={attributes(v)}") - 2'),
    ("9.2.6", 'return [first] +', 'return [first.replace(f"{len(pieces)}.", "", 1)] +'),
    ("9.2.7", 'if n >= v["cookies"]]', 'if n > v["cookies"]]'),
    ("9.3.2", 'min(v[\'max_age\'], LONGEST_MAX_AGE)', 'v[\'max_age\']'),
    ("9.6.1", 'LONGEST_HEAD = 1 + 4 + 5 + 5 + 5 + 8 + 5', 'LONGEST_HEAD = 1 + 4 + 5 + 5 + 8 + 5'),
    ("9.5.3", 'or self.size(age) <= max(3072, self.allowed)', ''),
    ("9.5.3", 'max(3072, self.allowed)', '3072'),
    ("9.5.3", 'max(3072, self.allowed)', 'self.allowed'),
    ("9.5.3", 'max(3072, self.allowed)', 'max(4096, self.allowed)'),
    ("9.5.3", 'if self.content() > before or not', 'if not'),
    ("9.5.3", 'age if self.fits(age) else self.age', 'age'),
    ("9.5.3", 'if is_due and self.fits(self.active_age()):', 'if is_due:'),
    ("9.5.3", '(19 if self.remembered is not None else 0)', '0'),
    ("9.6.3", 'if self.content() <= self.room:', 'if self.content() <= self.room + 1:'),
    ("9.6.3", 'if self.content() <= self.room:', 'if self.content() < self.room:'),
    ("9.6.3", 'self.content() <= self.room or', 'False or'),
    ("9.6.4", 'characters = n * v["limit"]', 'characters = v["limit"]'),
    # header fields
    ("9.7.2", 'value[:7].lower() == "bearer "', 'value[:7] == "Bearer "'),
    ("9.7.2", 'field.lower() == "authorization" and ', ''),
    ("9.7.2", 'value = value.strip(" \\t\\n\\f\\r")\n        if field', 'value = value.strip()\n        if field'),
    ("9.7.2", 'value = value[7:]', 'value = value[7:].strip()'),
    ("9.7.4", '    if len(tokens) > 1:\n        return {"rejected": "Duplicate", "key_id": None}\n', ''),
    ("9.7.4", 'for value in lines:\n        value', 'for value in lines[:4]:\n        value'),
    ("9.7.4", 'for value in lines:\n        value', 'for value in ",".join(lines).split(","):\n        value'),
    ("9.7.4", '        if value not in tokens:\n', '        if True:\n'),
    ("9.7.1", 'tokens[0], ())', 'tokens[0].rpartition(".")[2], ())'),
    # CSRF
    ("13.1", 'context_bytes(context) + sid + u32(issued - EPOCH)', 'context_bytes(context) + sid'),
    ("13.2", 'for key in ring.accepted(v["now"])]', 'for key in [ring.sealing(v["now"])]]'),
    ("13.2", 'for key in ring.accepted(v["now"])]', 'for key in [entry[0] for entry in ring.entries]]'),
    ("13.2", 'hmac.compare_digest(given, secret)', 'hmac.compare_digest(given[:15], secret[:15])'),
    ("13.4", '        read_payload(session["schema"], session["payload"], "dictionary")\n        raw', '        raw'),
    ("13.3", 'len(v["token"]) != 43 or ', 'len(raw) < 32 or '),
    ("13.3", '        raw = decode_base64url(v["token"])', '        raw = base64.urlsafe_b64decode(v["token"] + "=" * (-len(v["token"]) % 4))'),
    # what is written
    ("6.4", 'return EPOCH <= now', 'return EPOCH - 1 <= now'),
    ("6.4", 'now <= EPOCH + U32_MAX', 'True'),
    ("8.6", 'max(self.age, self.now - self.issued, 0)', 'max(self.now - self.issued, 0)'),
    ("8.7", 'self.age if self.policy["refresh_after"] == "never" else self.active_age()', 'self.active_age()'),
    ("8.7", 'min(U32_MAX, max(0, self.now + span - self.issued))', 'max(0, self.now + span - self.issued)'),
    ("8.7", 'self.issued, self.age, self.sid = self.now, 0, "new"', 'self.age, self.sid = 0, "new"'),
    ("8.7", 'self.remembered = moved(self.issued + self.remembered)', 'pass'),
    ("8.7", 'moved = lambda end: min(U32_MAX,', 'moved = lambda end: max(0,'),
    ("8.7.1", 'self.limit = moved(min(self.limits)) if self.limits else None', 'self.limit = None'),
    ("8.7.1", 'self.limit = moved(min(self.limits)) if self.limits else None', 'self.limit = self.limit and moved(self.issued + self.limit)'),
    ("5.3.1", 'self.flash.append(list(arguments))', 'self.flash.insert(0, list(arguments))'),
    ("8.7.1", 'moved(min(self.limits)) if', 'moved(self.limits[-1]) if'),
    ("8.7.1", '        self.issued, self.age, self.sid = self.now, 0, "new"', '        self.limits = []\n        self.issued, self.age, self.sid = self.now, 0, "new"'),
    ("8.7.1", '"invalidated", []', '"invalidated", self.limits'),
    ("8.7", 'self.flash, self.data, self.sid, self.ending = [], {}, None', 'self.data, self.sid, self.ending = {}, None'),
    ("8.7", '        self.flash, self.data = [], {}\n', '        self.flash, self.data = getattr(self, "flash", []), {}\n'),
    ("8.7.2", '            self.remembered = None\n        elif action == "clear"', '            self.remembered = self.limit = None\n        elif action == "clear"'),
    ("8.7.2", 'U32_MAX if self.limit is None else self.limit)', 'U32_MAX)'),
    ("8.7.3", '                raise Refused("not-remembering")', '                return'),
    ("8.7.3", 'self.remembered = self.from_now(arguments[0])', 'self.remembered = min(self.remembered or U32_MAX, self.from_now(arguments[0]))'),
    ("8.7.5", 'if self.is_unreadable and action != "read":', 'if False:'),
    ("8.8", 'self.now >= self.issued + self.age + span', 'self.now > self.issued + self.age + span'),
    ("8.8", 'if self.arrived and not is_remembered(vars(self), self.policy):', 'if self.arrived:'),
    ("8.9", 'self.ring.standing(self.key, self.now) == "earlier"', 'self.ring.standing(self.key, self.now) != "sealing"'),
    ("8.9", '            return self.written(self.age)\n        return', '            return self.written(self.active_age())\n        return'),
    ("8.9", '        if self.arrived and self.ring.standing', '        if self.arrived and rule != "never" and self.ring.standing'),
    ("6.3", '"key_id": self.ring.sealing(self.now).kid.hex()', '"key_id": (self.key or self.ring.sealing(self.now)).kid.hex()'),
    ("8.10", 'end - self.now) if remembered else None', 'end - self.now) if self.remembered is not None else None'),
    ("8.10", 'min(LONGEST_MAX_AGE, end - self.now)', 'end - self.now'),
    ("8.12", 'return session.settle() if v["actions"] else {"nothing": True}', 'return session.settle()'),
    ("8.12", 'if has_ended or has_changed and is_over:', 'if has_ended:'),
    ("8.12", 'self.ending == "cleared" or', 'self.ending == "cleared" and self.remembered is None or'),
    ("8.12", 'self.ending == "invalidated" and self.remembered is None', 'self.ending == "invalidated"'),
    ("8.12", '"invalidated" and self.remembered is None or emptied', '"invalidated" and self.remembered is None or self.arrived and self.remembered is None and (has_changed or self.v["actions"] != [["read"]])'),
    ("8.12", 'self.ending or "cleared"', '"cleared"'),
    ("8.12", 'lifetime(vars(self), self.policy)\n        if has', '(self.policy["absolute"] if self.limit is None else self.limit)\n        if has'),
    ("8.12", 'if self.v["arrives"] is not None else {"nothing": True}', 'if self.arrived or self.ending else {"nothing": True}'),
    ("8.13", 'else not is_empty or self.remembered is not None', 'else True'),
]


def broken(old="", new=""):
    """The answers of the second implementation with one text replaced, wherever it stands."""
    assert any(old in source for source in SOURCES.values()), f"no file has {old!r}"
    for name in MODULES:
        sys.modules.pop(name, None)
    made = {name: types.ModuleType(name) for name in MODULES}
    made["writer"].__dict__["devices"] = made["devices"]
    for name in MODULES:
        sys.modules[name] = made[name]
    for name, source in SOURCES.items():
        exec(compiled(name, source.replace(old, new) if old and old in source else source), made[name].__dict__)
    return made["answers"].ANSWERS


COMPILED = {}


def compiled(name, source):
    if (name, source) not in COMPILED:
        COMPILED[name, source] = compile(source, f"{name}.py", "exec")
    return COMPILED[name, source]


def notices(answers, vectors):
    """The first vector with another answer than the one in its file."""
    for name, file in vectors.items():
        for v in file:
            try:
                found = answers[name](v)
            except Exception:  # a broken reader may do anything
                return v["name"]
            if any(v.get(field) != value for field, value in found.items()):
                return v["name"]


def main():
    files = ("derivation", "keys", "rings", "contexts", "seal", "csrf", "cookies", "headers", "caches", "policies", "writes", "devices", "open")
    vectors = {name: json.loads(HERE.joinpath(f"{name}.json").read_text())["vectors"] for name in files}
    found = notices(broken(), vectors)
    assert found is None, f"unbroken, it does not agree with the vectors: {found}"
    missed = []
    for rule, old, new in MUTATIONS:
        if not notices(broken(old, new), vectors):
            missed.append(f"§ {rule}: {new!r} instead of {old!r}")
    if missed:
        sys.exit("no vector notices:\n" + "\n".join(missed))
    print(f"{len(MUTATIONS)} mutations, each noticed by a vector")


if __name__ == "__main__":
    main()
