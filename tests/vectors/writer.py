"""The writer of sessions: the functions of docs/spec/writer.md, under their names."""

import copy
import math
import re
from dataclasses import dataclass

import devices
import hardtack
from hardtack import EPOCH, LONGEST_MAX_AGE, U32_MAX, Refused, dictionary, entries, flash_field, idle_of, is_remembered, is_writable, lifetime, pack, pack_head, padme, varint

METADATA = ("issued", "age", "limit", "remembered", "sid", "device", "schema")
SUBRESOURCES = ("image", "script", "style", "font", "audio", "video", "track", "worker")


class Setup:
    """The configuration of a vector (§ 8)."""

    def __init__(self, v):
        self.ring, self.mode = hardtack.Ring(v["ring"], v["mode"]), v["mode"]
        self.purpose, self.context = hardtack.purpose_of(v), hardtack.pairs_of(v)
        self.devices = devices.Devices(v["devices"]) if "devices" in v else None
        self.policy = v["policy"] | {"devices": self.devices is not None}
        if self.policy.get("revalidate_after") is not None:
            self.policy["refresh_after"] = "on-validation"
        self.name, self.is_cookie = v["purpose"]["name"], v["purpose"]["kind"] == "cookie"
        self.cookie = {"cookie": self.name} | hardtack.attributes_of(v.get("attributes", {}))
        self.earlier = [{"cookie": self.name} | attributes for attributes in v.get("earlier", [])]
        self.answers_in = v.get("answers_in", "session-token")
        self.padding, self.expects = v.get("padding"), v.get("expects", "dictionary")
        self.save_on_server_error, self.may_share = v.get("save_on_server_error", False), v.get("may_share", False)
        self.keep_unknown_keys = v.get("keep_unknown_keys", False)
        self.refresh_navigations_only = v.get("refresh_navigations_only", False)
        profile = v.get("profile", "anywhere")
        self.parts = profile if isinstance(profile, int) else 1
        self.field = 3072 if profile == "anywhere" else 4096
        if self.is_cookie:
            self.profile = Allowed(self.parts, self.field, min(self.parts * self.field, hardtack.kept(self.cookie)))
        else:
            self.profile = Allowed(1, self.parts * self.field, self.parts * self.field)
        frame = self.cookie if self.is_cookie else {}
        self.room = hardtack.payload_room(frame | {"mode": v["mode"], "limit": self.field, "parts": self.parts, "padding": self.padding, "devices": self.devices})


@dataclass
class Allowed:
    """§ 9.5.3"""
    cookies: int
    field: int
    total: int


@dataclass
class Arrived:
    """The session as it opened, the length of its token and the number of its cookies."""
    session: "Session"
    body: bytes
    token_length: int
    cookies: int


class Session:
    """§ 8.6.1: what `new` makes."""

    def __init__(self, setup, now):
        self.setup, self.now = setup, now
        self.begin()
        self.arrived = self.key = self.withheld = self.ended = self.limited_until = None
        self.before = self.told = self.unread = self.refused = None
        self.has_token = self.touched = self.renewed = self.became_bound = self.head_is_sent = self.taken_over = False
        self.unvalidated, self.validated, self.question_failed = None, False, False
        self.save = "auto"
        self.until = None
        self.sids = 0

    def begin(self):
        self.issued, self.age, self.limit, self.remembered, self.sid, self.device = self.now, 0, None, None, None, None
        self.empty()

    def new_sid(self):
        """One that no other action gets. A real one is random."""
        self.sids += 1
        self.sid = b"sid" + self.sids.to_bytes(5)

    def empty(self):
        is_typed = self.setup.expects != "dictionary"
        self.payload, self.schema = (EMPTY_VISIT, self.setup.expects["schema"]) if is_typed else (b"", None)
        self.flash = []

    def metadata(self):
        return {field: getattr(self, field) for field in METADATA}

    def content_bytes(self):
        """What `changed` compares (§ 8.11): all but the age."""
        return self.issued, self.limit, self.remembered, self.sid, self.device, self.schema, self.payload, self.flash


EMPTY_VISIT = b"\0\0"


# ---------------------------------------------------------------- § 8.6 The session of a request

def open(setup, request, now):
    """§ 8.6.2: the session, and the outcome. `request` are the fields of the request, as pairs of name and value."""
    setup.prefetches = prefetches(request)
    s = Session(setup, now)
    values, parts = values_of(setup, request)
    s.has_token = bool(values or parts)
    if setup.context is None or not values:
        return s, {"absent": True}
    try:
        index, body = choose(setup, values, parts, now)
    except Refused as refused:
        if refused.lacks_key and setup.keep_unknown_keys:
            s.withheld, s.unread = "unreadable", values[0]
        return s, rejected(refused.reason, refused.key_id)
    metadata = {field: body[field] for field in METADATA if field != "age"} | {"age": body["last_active"] - body["issued"]}
    if setup.devices:
        verdict = devices.judge(setup, body, request, now)
        if verdict == "stale":
            s.withheld, s.before = "stale", metadata
            return s, rejected("Stale", body["key"].kid)
        metadata["device"], s.became_bound, s.until = verdict
    s.before, s.told = metadata, metadata["sid"]
    try:
        hardtack.read_payload(body["schema"], body["payload"], setup.expects)
    except Refused as refused:
        s.withheld, s.unread = "unreadable", values[0]
        return s, rejected(refused.reason, body["key"].kid)
    for field, value in metadata.items():
        setattr(s, field, value)
    s.payload, s.flash, s.key = body["payload"], body["flash"], body["key"]
    token = hardtack.assemble(values[index], parts) if setup.is_cookie else values[index]
    cookies = int(values[index][0]) if "." in values[index] else 1
    s.arrived = Arrived(copy.copy(s), body["body"], len(token), cookies)
    if validation_due(s):
        return waiting(s), rejected("Unvalidated", s.key.kid)
    return s, {"opened": True, "key_id": s.key.kid.hex()}


def values_of(setup, request):
    """The distinct values, and the parts of a cookie."""
    lines = [value for name, value in request if name.lower() == ("cookie" if setup.is_cookie else setup.name.lower())]
    if not setup.is_cookie:
        return hardtack.header_tokens(setup.name, lines), []
    return hardtack.find_values(lines, setup.name), hardtack.carried_parts(lines, setup.name)


def choose(setup, values, parts, now):
    """§ 7.0"""
    if not setup.is_cookie and len(values) > 1:
        raise Refused("Duplicate")
    return hardtack.open_candidates(setup.ring, setup.mode, setup.purpose, setup.context, now, setup.policy, values, parts)


def rejected(reason, key_id):
    return {"rejected": reason, "key_id": key_id and key_id.hex()}


def activity(s):
    """§ 8.6.3"""
    return max(s.age, s.now - s.issued, 0)


# ---------------------------------------------------------------- § 8.7 Actions

def act(s, action, *arguments):
    """§ 8.7: changes `s`, or raises the error and leaves it as it was. Gives what the application is told."""
    # Values of such types are their texts (§ 5.4.10).
    action = {"insert-uuid": "insert", "insert-address": "insert"}.get(action, action)
    s.touched = True
    if action in ("read", "ask-id", "ask-room", "ask-outcome"):
        return None
    if action == "take" and s.setup.prefetches:
        return []
    taken = [message for queue, message in s.flash if queue == arguments[0]] if action == "take" else None
    if taken == []:
        return taken
    if action == "csrf":
        # A stale session has tokens of its own (§ 16.3.5), and so has an unreadable one (§ 13.4).
        if s.withheld == "unreadable" or s.withheld == "stale" and s.before["sid"]:
            return None
        action = "id"
    if action == "id" and s.sid is not None:
        return None
    if s.head_is_sent:
        raise Refused("after-head")
    if s.setup.context is None:
        raise Refused("no-context")
    if s.withheld and action not in ("renew", "invalidate", "sign-in", "discard"):
        raise Refused(s.withheld)
    if action == "remember" and s.setup.policy["remember_up_to"] is None:
        raise Refused("not-remembering")
    if action == "sign-in":
        ended = "signed in" if s.ended in (None, "signed in") else "invalidated"
        told, _ = act(s, "invalidate"), act(s, "renew")
        s.ended = ended
        return told
    t = copy.copy(s)
    t.flash = list(s.flash)
    if action.endswith("-bytes"):
        action = action.removesuffix("-bytes")
        arguments = decoded(action, *map(bytes.fromhex, arguments))
    change(t, action, *arguments)
    if action == "insert" and hardtack.refusal(dictionary, t.payload):
        raise Refused("value")
    if action in ("insert", "remove", "set", "take") and t.content_bytes() == s.content_bytes():
        return None
    if action not in ("discard", "invalidate"):
        check_size(s, t)
    told = s.told if action == "invalidate" else taken
    s.__dict__ |= t.__dict__
    if action == "limit":
        s.limited_until = min(end for end in (s.limited_until, s.now + arguments[0]) if end is not None)
    elif action == "renew":
        s.withheld, s.renewed = None, True
        s.unvalidated = None
    elif action == "clear":
        s.ended = s.ended or "cleared"
    elif action == "invalidate":
        s.withheld = s.arrived = s.key = s.limited_until = s.told = None
        s.unvalidated = None
        s.ended, s.renewed, s.became_bound = "invalidated", False, False
    elif action in ("save", "discard"):
        s.save = {"save": "force", "discard": "discard"}[action]
    return told


def change(s, action, *arguments):
    """The table of § 8.7."""
    from_now = lambda span: min(U32_MAX, max(0, s.now + span - s.issued))
    moved = lambda end: min(U32_MAX, max(0, end - s.now))
    if action in ("insert", "remove"):
        data = entries(s.payload)
        data.pop(arguments[0], None)
        packed = lambda value: value if isinstance(value, bytes) else pack(value)
        s.payload = map_of(data | ({arguments[0]: packed(arguments[1])} if action == "insert" else {}))
    elif action == "set":
        s.payload, s.schema = visit_of(arguments[0]), s.setup.expects["schema"]
    elif action == "flash":
        s.flash.append(list(arguments))
    elif action == "take":
        s.flash = [message for message in s.flash if message[0] != arguments[0]]
    elif action in ("id", "new-id"):
        s.new_sid()
    elif action == "renew":
        s.remembered = None if s.remembered is None else moved(s.issued + s.remembered)
        s.limit = None if s.limited_until is None else moved(s.limited_until)
        s.issued, s.age, s.device = s.now, 0, None
        s.new_sid()
    elif action == "limit":
        s.limit = from_now(arguments[0]) if s.limit is None else min(s.limit, from_now(arguments[0]))
    elif action == "remember":
        s.remembered = from_now(arguments[0])
    elif action == "forget":
        s.remembered = None
    elif action == "clear":
        s.empty()
        s.sid = None
    elif action == "invalidate":
        s.begin()
    else:
        assert action in ("save", "discard"), action


def decoded(action, name, content):
    """A key and the bytes of its value, or a queue and a message, from their bytes."""
    try:
        return name.decode(), content.decode() if action == "flash" else content
    except UnicodeDecodeError:
        raise Refused("value") from None


def map_of(data):
    """A dictionary payload of these entries (§ 5.4.1)."""
    listed = sorted(data.items(), key=lambda entry: entry[0].encode())
    return (pack_head(len(listed), 0x80, 16, (None, 0xDE, 0xDF)) if listed else b"") + b"".join(pack(key) + value for key, value in listed)


def visit_of(value):
    """The typed payload of the vectors, in postcard."""
    if value["visits"] > U32_MAX:
        raise Refused("value")
    return varint(value["visits"]) + hardtack.text(value["name"])


def check_size(s, t):
    if content(t) <= s.setup.room:
        return
    if content(t) > content(s) or not may_send(t, age=age_to_write(t)):
        raise Refused("size")


def age_to_write(s):
    """§ 8.7.0"""
    if not moves(s) or not may_send(s, age=activity(s)):
        return s.age
    return activity(s)


# ---------------------------------------------------------------- § 8.8 to § 8.12 Rules of finish

def refresh_after(s):
    """§ 8.8: the rule of the configuration, or its default, which is about the session's own idle timeout."""
    idle = idle_of(vars(s), s.setup.policy)
    return s.setup.policy.get("refresh_after", "on-change" if idle is None else idle // 4)


def moves(s):
    """§ 8.8"""
    rule = refresh_after(s)
    if rule == "never":
        timeout = idle_of(vars(s), s.setup.policy)
        return timeout is not None and s.now >= s.issued + s.age + timeout
    return rule != "on-validation" or s.validated


def refresh_due(s):
    """§ 8.8"""
    rule = refresh_after(s)
    if rule == "on-validation":
        return bool(s.arrived) and s.validated
    if not s.arrived or is_remembered(vars(s), s.setup.policy) and idle_of(vars(s), s.setup.policy) is None:
        return False
    return rule in ("always", "every-request") or isinstance(rule, int) and s.now >= s.issued + s.age + rule


def reseal_due(s):
    """§ 8.9"""
    return s.arrived and (s.key and s.setup.ring.standing(s.key, s.now) == "earlier" or s.became_bound)


def same(s):
    """§ 8.9"""
    return encode(s, s.age) if s.became_bound else s.arrived.body


def encode(s, age):
    fields = dict(limit=s.limit, remembered=s.remembered, sid=s.sid, device=s.device, schema=s.schema, flash=s.flash, payload=s.payload)
    issued = s.issued if is_writable(s.issued) else EPOCH  # Such a session is measured, and never sealed.
    plain = hardtack.body(issued, age, **fields)
    if s.setup.padding != "padme" or content(s) > s.setup.room:
        return plain
    return hardtack.body(issued, age, **fields, pad=padme(len(plain) + 1) - len(plain) - 1)


def content(s):
    """§ 8.11"""
    return len(s.payload) + len(flash_field(s.flash))


def is_empty(s):
    fresh = Session(s.setup, s.now)
    return (s.payload, s.schema) == (fresh.payload, fresh.schema) and not s.flash and s.sid is None


def changed(s):
    if not s.arrived:
        return not is_empty(s) or s.remembered is not None
    return s.taken_over or s.content_bytes() != s.arrived.session.content_bytes()


def finish(s, request, response):
    """§ 8.12, § 8.12.2: the change, the touch, and the body to store."""
    s.already_sent = writes(s.setup, response["fields"])
    if STATUSES.get(s.refused) == response["status"]:
        response = response | {"status": 500}
    return after(s, decide(s, request, response), lambda: all(refreshes(s, write) for write in s.already_sent))


def after(s, decided, are_refreshes):
    """§ 8.12.2"""
    if not s.already_sent or decided[1] == "untouched":
        return decided
    if decided[1] == "written" and (s.renewed or s.ended or are_refreshes()):
        return decided
    return "keep", "written", None


STATUSES = {"size": 413, "stale": 403, "unreadable": 503, "unvalidated": 503}


def decide(s, request, response):
    """§ 8.12"""
    if refresh_after(s) == "every-request" and s.arrived and quiet(s, request, response) and not shareable(response["fields"]):
        s.touched = True
    if not s.touched:
        return "keep", "untouched", None
    if response["status"] == 408:
        return "keep", "touched", None
    silenced = lapsed(s) or fails(s, response)
    if gone(s, silenced):
        return drop(s)
    if s.save == "discard" or silenced:
        return "keep", "touched", None
    if changed(s) or s.save == "force" and s.arrived:
        if hidden(s, request) and not s.renewed:
            return drop(s) if s.ended else ("keep", "touched", None)
        if s.now >= s.issued + lifetime(vars(s), s.setup.policy):
            return drop(s)
        return "store", "written", sealable(s, encode(s, age_to_write(s)))
    if quiet(s, request, response) and preloads(request):
        return "keep", "written" if refresh_due(s) else "touched", None
    if quiet(s, request, response) and is_writable(s.now):
        if refresh_due(s) and may_send(s, age=activity(s)):
            return "store", "touched", encode(s, activity(s))
        if reseal_due(s) and may_send(s, body=same(s)):
            return "store", "touched", same(s)
    return "keep", "touched", None


def fails(s, response):
    """The response is of an error of the server, and saves nothing."""
    return response["status"] >= 500 and not s.setup.save_on_server_error and s.save != "force"


def gone(s, silenced):
    discard = s.save == "discard"
    if s.ended == "signed in" and s.taken_over and silenced and not discard:
        return False
    if s.ended in ("invalidated", "signed in"):
        return discard or silenced or is_empty(s) and s.remembered is None
    if s.ended == "cleared":
        return not discard and (silenced or is_empty(s))
    return not discard and not silenced and is_empty(s) and s.remembered is None and changed(s)


def lapsed(s):
    """§ 8.14.1"""
    if not s.arrived:
        return False
    setup = s.setup
    is_accepted = s.taken_over or s.key.kid in [key.kid for key in setup.ring.accepted(s.now)]
    return not is_accepted or s.arrived.session.issued < max(setup.ring.not_before or 0, setup.policy.get("not_before") or 0)


def drop(s):
    return ("drop", "written", None) if s.has_token or s.already_sent else ("keep", "touched", None)


def quiet(s, request, response):
    destination = [value.strip(" \t") for name, value in request if name.lower() == "sec-fetch-dest"]
    is_shared = shareable(response["fields"]) and not s.setup.may_share
    modes = [value.strip(" \t") for name, value in request if name.lower() == "sec-fetch-mode"]
    if s.setup.refresh_navigations_only and modes and modes[0] != "navigate":
        return False
    sites = [value.strip(" \t") for name, value in request if name.lower() == "sec-fetch-site"]
    if prefetches(request) and sites and sites[0] == "cross-site":
        return False
    return response["status"] < 400 and not is_shared and not (destination and destination[0] in SUBRESOURCES)


def prefetches(request):
    first = {}
    for name, value in request:
        first.setdefault(name.lower(), value.split(";")[0].strip(" \t"))
    return any(first.get(name) in ("prefetch", "preview", "true") for name in PURPOSES)


def preloads(request):
    destinations = [value.strip(" \t") for name, value in request if name.lower() == "sec-fetch-dest"]
    by_browser = [(name, value) for name, value in request if name.lower() == "sec-purpose"]
    return prefetches(by_browser) and bool(destinations) and destinations[0] != "document"


PURPOSES = ("sec-purpose", "x-sec-purpose", "purpose", "x-purpose", "x-moz", "hx-preloaded")


def hidden(s, request):
    """§ 8.12.1"""
    first = lambda wanted: next((value.strip(" \t") for name, value in request if name.lower() == wanted), None)
    is_navigation = first("sec-fetch-mode") == "navigate"
    is_page, is_passed_on = (is_navigation and first("sec-fetch-dest") == destination for destination in ("document", "empty"))
    is_form = first("origin") is not None
    is_opened = (is_page or is_passed_on) and not is_form
    is_limited = s.setup.is_cookie and s.setup.cookie["same_site"] != "None"
    is_of_own_page = is_page and is_form and first("origin") == f"https://{first('host') or ''}"
    is_crossing = first("sec-fetch-site") == "cross-site" and not is_opened and not is_of_own_page or is_passed_on and is_form
    is_of_device = any(first(name) is not None for name in ("sec-secure-session-id", "secure-session-response"))
    return is_limited and not s.has_token and (is_crossing or is_of_device)


# ---------------------------------------------------------------- § 8.12.2 What a response says already

def read_cookie(line):
    """The cookie that a line of Set-Cookie sets, as a browser reads it; None without a name."""
    (pair, *attributes), trim = line.split(";"), lambda text: text.strip(" \t")
    name, equals, value = pair.partition("=")
    read = {"name": trim(name), "value": trim(value), "path": None, "domain": "", "partitioned": False}
    is_expired = False
    for attribute in attributes:
        word, _, argument = attribute.partition("=")
        word, argument = trim(word).lower(), trim(argument)
        if word == "path":
            read["path"] = argument if argument.startswith("/") else None
        elif word == "domain":
            read["domain"] = argument.removeprefix(".").lower()
        elif word == "partitioned":
            read["partitioned"] = True
        elif word == "max-age" and re.fullmatch("-?[0-9]+", argument):
            is_expired = int(argument) <= 0
    if is_expired:
        read["value"] = ""
    return read if equals else None


def are_beside(a, b):
    is_there = a["path"] == b["path"] or None in (a["path"], b["path"])
    return is_there and all(a[key] == b[key] for key in ("domain", "partitioned"))


def part_of(setup, line):
    """The number of the part that a line sets, 0 for the cookie itself; None for another cookie."""
    own, read = read_cookie(hardtack.expire_line(setup.cookie)), read_cookie(line)
    if read is None or not are_beside(own, read):
        return None
    rest = read["name"].removeprefix(own["name"]) if read["name"].startswith(own["name"]) else None
    return 0 if rest == "" else int(rest[1]) if rest and re.fullmatch(r"\.[1-7]", rest) else None


def writes(setup, response_fields):
    """The lines that say the session, those of each write by their places in the response."""
    wanted = "set-cookie" if setup.is_cookie else setup.answers_in.lower()
    found = []
    for place, line in [(place, value) for place, (name, value) in enumerate(response_fields) if name.lower() == wanted]:
        number = part_of(setup, line) if setup.is_cookie else 0
        if number == 0 or number is not None and not found:
            found.append({})
        if number is not None:
            found[-1][place] = line
    return found


def refreshes(s, write):
    """The write is the session that arrived, refreshed or sealed again."""
    if not s.arrived:
        return False
    setup, came = s.setup, s.arrived.session
    pairs = [f"{read['name']}={read['value']}" for read in map(read_cookie, write.values()) if read["value"]] if setup.is_cookie else []
    values = hardtack.find_values(pairs, setup.name) if setup.is_cookie else [value.strip(" \t") for value in write.values()]
    parts = hardtack.carried_parts(pairs, setup.name) if setup.is_cookie else []
    try:
        _, body = choose(setup, values, parts, s.now)
    except (Refused, IndexError):  # an IndexError: there is no value
        return False
    same = all(body[field] == getattr(came, field) for field in METADATA if field != "age")
    return same and (body["payload"], body["flash"]) == (came.payload, came.flash)


def left(s, response_fields, sent):
    """The lines that stay, beside those that are sent."""
    if not s.setup.is_cookie:
        return [] if sent else list(kept(s).values())
    own = [read_cookie(value) for name, value in sent]
    stays = {} if sent else kept(s)
    lines = [(place, value) for place, (name, value) in enumerate(response_fields) if name.lower() == "set-cookie"]
    is_other = lambda line: part_of(s.setup, line) is None
    is_replaced = lambda read: read and any(one["name"] == read["name"] and are_beside(one, read) for one in own)
    is_left = lambda line: is_other(line) and not (s.already_sent and is_replaced(read_cookie(line)))
    return [line for place, line in lines if place in stays or is_left(line)]


def kept(s):
    """The write that stays: the last that is not just a refresh."""
    news = [write for write in s.already_sent if not refreshes(s, write)]
    return (news or s.already_sent)[-1] if s.already_sent else None


def sealable(s, body):
    if not is_writable(s.now):
        raise Refused("clock")
    return body


# ---------------------------------------------------------------- § 8.16 Validation

def validation_due(s):
    """§ 8.16.1"""
    span = s.setup.policy.get("revalidate_after")
    return span is not None and (s.taken_over or s.now >= s.issued + s.age + span)


def waiting(s):
    """§ 8.16.1"""
    w = Session(s.setup, s.now)
    w.has_token, w.before, w.told, w.taken_over = s.has_token, s.before, s.told, s.taken_over
    w.withheld, w.unvalidated = "unvalidated", s
    return w


def validate(s, answer):
    """§ 8.16.2: `answer` is that of the application, `goes-on`, `ended` or `error`."""
    if s.withheld != "unvalidated":
        return
    s.touched = True
    u, up_to = s.unvalidated, s.setup.policy.get("unvalidated_up_to")
    if s.question_failed:
        raise Refused("unvalidated")
    if answer == "ended":
        s.withheld = s.unvalidated = None
    elif answer == "goes-on":
        s.__dict__ |= vars(u) | {"touched": s.touched, "save": s.save, "validated": True}
    elif up_to is not None and not u.taken_over and s.now < u.issued + u.age + up_to:
        s.__dict__ |= vars(u) | {"touched": s.touched, "save": s.save}
    else:
        s.question_failed = True
        raise Refused("unvalidated")


# ---------------------------------------------------------------- § 9.5 Size

def token_length(setup, body_length):
    return math.ceil((hardtack.OVERHEAD[setup.mode] + body_length) * 4 / 3)


def fixed(setup, remembered, n):
    if not setup.is_cookie:
        return 0
    frame, is_kept = len(f"{setup.name}={hardtack.attributes(setup.cookie)}"), remembered is not None or setup.policy.get("persistent", False)
    return frame + (len("; Max-Age=34560000") if is_kept else 0) + (2 if n > 1 else 0)


def arrived_in(s):
    k, length = s.arrived.cookies, s.arrived.token_length
    frame = fixed(s.setup, s.arrived.session.remembered, k)
    total = min(length + k * frame, hardtack.kept(s.setup.cookie))
    if k <= 4:
        return Allowed(k, max(4096, math.ceil(length / k) + frame), total)
    return Allowed(4, 4096, total)


def cookies(allowed, s, t):
    if t + fixed(s.setup, s.remembered, 1) <= allowed.field:
        return 1
    return math.ceil(t / (allowed.field - fixed(s.setup, s.remembered, 2)))


def fits(allowed, s, t):
    n = cookies(allowed, s, t)
    return n <= allowed.cookies and t + n * fixed(s.setup, s.remembered, n) <= allowed.total


def may_send(s, age=None, body=None):
    """§ 9.5.3: the rule by which the token of `s` with this age, or of this body, may be sent; None if it may not."""
    t = token_length(s.setup, len(encode(s, age) if body is None else body))
    if fits(s.setup.profile, s, t):
        return s.setup.profile
    if s.arrived and content(s) > s.setup.room and fits(arrived_in(s), s, t):
        return arrived_in(s)
    return None


# ---------------------------------------------------------------- § 9.3.3 Fields of the response

def fields(s, request, change, token=None, body=None):
    """The fields of § 9.3.3 or § 9.7.5, as pairs of name and value."""
    setup = s.setup
    if not setup.is_cookie:
        return {"keep": [], "drop": [(setup.answers_in, "")], "store": [(setup.answers_in, token)]}[change]
    if change == "keep":
        return []
    carried = sorted({n for n, _ in values_of(setup, request)[1]})
    goes_on = change == "store" and not s.renewed and s.ended is None

    def expire(attributes, numbers):
        return [hardtack.expire_line(attributes, f".{n}" if n else "", goes_on) for n in numbers]

    earlier = [line for attributes in setup.earlier for line in expire(attributes, sorted({0, *carried, *range(1, setup.parts)}))]
    if change == "drop":
        return set_cookies(earlier + expire(setup.cookie, [0, *carried]))
    sent = send(s, token, body)
    return set_cookies(earlier + sent + expire(setup.cookie, [n for n in carried if n >= len(sent)]))


def send(s, token, body):
    """The fields that set a token (§ 9.2.6)."""
    v = s.setup.cookie | {"value": token, "max_age": max_age(s, body), "limit": may_send(s, body=body).field}
    return [hardtack.set_line(v)] if may_send(s, body=body).cookies == 1 else hardtack.split_lines(v)


def max_age(s, body):
    """§ 8.10. The age that is written is that of the body."""
    policy = s.setup.policy
    if not is_remembered(vars(s), policy) and not policy.get("persistent", False):
        return None
    end, idle = s.issued + lifetime(vars(s), policy), idle_of(vars(s), policy)
    if idle is not None:
        end = min(end, hardtack.parse_body(body, True)["last_active"] + idle)
    return min(LONGEST_MAX_AGE, max(0, end - s.now))


def set_cookies(lines):
    return [("set-cookie", line) for line in lines]


# ---------------------------------------------------------------- § 9.8 Caches

def directives(lines):
    """The directives of all lines of a field; none, if a quoted string does not end (§ 9.8.1)."""
    found = [split_unquoted(line) for line in lines]
    if None in found:
        return []
    return [directive.strip(" \t").lower() for directives in found for directive in directives]


def split_unquoted(line):
    """The text between commas outside of quoted strings; None, if one does not end."""
    found, quoted, escaped = [""], False, False
    for character in line:
        if character == "," and not quoted:
            found.append("")
            continue
        escaped, was_escaped = quoted and not escaped and character == "\\", escaped
        if character == '"' and not was_escaped:
            quoted = not quoted
        found[-1] += character
    return None if quoted else found


def no_store(lines):
    return "no-store" in directives(lines) and "must-understand" not in directives(lines)


def is_targeted(name):
    return name.endswith("-cache-control") or name in ("surrogate-control", "edge-control")


def shareable(fields):
    by_name = {}
    for name, value in fields:
        by_name.setdefault(name.lower(), []).append(value)
    control = by_name.get("cache-control")
    if control is not None and "private" not in directives(control) and not no_store(control):
        return True
    if control is None and any(is_later(value) for value in by_name.get("expires", [])):
        return True
    if any(is_targeted(name) and not no_store(lines) for name, lines in by_name.items()):
        return True
    zero = lambda value: value.strip(" \t") != "" and value.strip(" \t").strip("0") == ""
    return "x-accel-expires" in by_name and not all(map(zero, by_name["x-accel-expires"]))


def is_later(date):
    """§ 9.8.1 (b)"""
    is_date = re.search("[0-9]", date) and re.search("Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec", date, re.I)
    years = [number for number in re.findall("[0-9]+", date) if len(number) == 4]
    return bool(is_date) and not (years and max(years) < "2026")


def cache(response_fields, touch, field, may_share=False):
    """§ 9.8.2 to § 9.8.5: the fields of the response for caches. `field` brought the session."""
    out = list(response_fields)
    if touch == "untouched":
        return out
    values = lambda name: [value for found, value in out if found.lower() == name]
    named = [word.strip(" \t").lower() for line in values("vary") for word in line.split(",")]
    if "*" not in named and field.lower() not in named:
        out.append(("vary", field))
    is_shareable = shareable(response_fields)
    if is_shareable and may_share:
        return out
    if touch == "written" and (is_shareable or not no_store(values("cache-control"))):
        forbidden = {name: "no-store" for name, _ in ((n.lower(), v) for n, v in out) if is_targeted(name)}
        forbidden |= {name: "0" for name in ("x-accel-expires", "expires") if values(name)} | {"cache-control": "no-store"}
        out = [pair for pair in out if pair[0].lower() not in forbidden] + list(forbidden.items())
    elif touch == "touched" and not values("cache-control"):
        out.append(("cache-control", "private"))
    return out
