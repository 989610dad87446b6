#!/usr/bin/env python3
"""Every case of the rules that depend on finitely many facts, by the second implementation.

    python3 domains.py --check             compares with domains.json, for minutes
    python3 domains.py --write             writes domains.json
    python3 domains.py SLICE [FILE]        prints the cases of a slice; with a file that Rust or JavaScript wrote, the first that differs
"""

import copy
import hashlib
import itertools
import json
import multiprocessing
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "vectors"))

import hardtack
import material
import writer

NOW = 1_800_000_000
FILE = HERE / "domains.json"
DAY = 86_400


# ---------------------------------------------------------------- the facts

POLICY = {"idle": 1800, "absolute": 43_200, "remember_up_to": 30 * DAY, "skew": 60, "not_before": None}
SEALING, EARLIER, ABSENT = (material.KEYS["sign", n] for n in ("one", "two", "three"))
SCENE = {"ring": "\n".join((material.line(EARLIER), material.line(SEALING, NOW - 10 * DAY))), "mode": "signed",
         "purpose": material.COOKIE, "context": [], "now": NOW, "request": [], "policy": POLICY}

POLICIES = {
    "usual": {},
    "never, not remembering": {"policy": {"refresh_after": "never", "remember_up_to": None}},
    "on change": {"policy": {"refresh_after": "on-change"}},
    "900 seconds": {"policy": {"refresh_after": 900}},
    "always, padded, browser": {"policy": {"refresh_after": "always", "remembered_idle": 4 * DAY}, "padding": "padme", "profile": "browser"},
    "every request": {"policy": {"refresh_after": "every-request"}},
    "every request, shared": {"policy": {"refresh_after": "every-request"}, "may_share": True},
    "saved on errors, unknown keys kept": {"policy": {"remembered_idle": 8000}, "save_on_server_error": True, "keep_unknown_keys": True},
    "never, persistent, only remembered ones idle, shared": {"policy": {"refresh_after": "never", "persistent": True, "idle": None, "remembered_idle": 4 * DAY}, "may_share": True},
    "asking": {"policy": {"revalidate_after": 300, "unvalidated_up_to": 900}},
}

DATA, SID = hardtack.pack({"a": 1}), material.SID


def body(since, used, **fields):
    """Seconds since it was issued, and since it was used."""
    return hardtack.body(NOW - since, since - used, **({"payload": DATA} | fields))


def came(key, content, **more):
    """What a request brings: a token, the answer of the application if it is asked, and `how` the session differs from the one in the token."""
    return {"token": material.token(key, content), "answer": "goes-on", "how": None} | more


ARRIVALS = {
    "nothing": {"token": None, "answer": "goes-on", "how": None},
    "fresh": came(SEALING, body(0, 0)),
    "not due": came(SEALING, body(449, 449)),
    "due": came(SEALING, body(450, 450, sid=SID)),
    "used before": came(SEALING, body(43_199, 899, sid=SID)),
    "used long before": came(SEALING, body(2000, 900, limit=2001)),
    "nearly idle": came(SEALING, body(1799, 1799, flash=[["q", "m"]], payload=b"")),
    "ahead": came(SEALING, body(10, -60)),
    "remembered": came(SEALING, body(50_000, 3000, remembered=2 * DAY, sid=SID)),
    "remembered lately": came(SEALING, body(1800, 1800, remembered=1801, payload=b"")),
    "remembered just now": came(SEALING, body(100, 100, remembered=2 * DAY)),
    "too large": came(SEALING, body(1000, 1000, payload=hardtack.pack({"a": "x" * 2200}))),
    "unreadable": came(SEALING, body(100, 100, payload=b"\xc1", sid=SID)),
    "of another key": came(ABSENT, body(100, 100)),
    "stale": came(SEALING, body(100, 100, sid=SID), how="stale"),
    "became bound": came(SEALING, body(100, 100, sid=SID), how="bound"),
    "taken over": came(SEALING, body(500, 500, sid=SID), how="taken over"),
    "taken over, no answer": came(SEALING, body(500, 500, sid=SID), how="taken over", answer="error"),
    "ended": came(SEALING, body(450, 450, sid=SID), answer="ended"),
    "no answer": came(SEALING, body(450, 450, sid=SID), answer="error"),
    "no answer for long": came(SEALING, body(1200, 1200, sid=SID), answer="error"),
    "not asked": came(SEALING, body(450, 450, sid=SID), answer=None),
}

DEEP = "nothing", "fresh", "taken over"

CALLS = [
    ["read"], ["insert", "a", 1], ["insert", "a", 2], ["remove", "a"], ["insert", "b", "x" * 3000], ["flash", "q", "m"], ["take", "q"],
    ["id"], ["new-id"], ["renew"], ["limit", 0], ["limit", 600], ["remember", 0], ["remember", DAY], ["forget"], ["clear"],
    ["invalidate"], ["sign-in"], ["save"], ["discard"], ["validate", "goes-on"], ["validate", "ended"], ["validate", "error"],
]
BUT_VALIDATE = len(CALLS) - 3

REQUESTS = {
    "page": [],
    "image": [["sec-fetch-dest", "image"]],
    "preload": [["sec-purpose", "prefetch"], ["sec-fetch-dest", "empty"]],
    "form of another site": [["sec-fetch-site", "cross-site"], ["sec-fetch-mode", "navigate"], ["sec-fetch-dest", "document"], ["origin", "https://other.example"]],
}
# The statuses and what a response says already: all of them under these policies, and under the others one of each kind.
THOROUGH = "usual", "every request", "saved on errors, unknown keys kept"
STATUSES = [200, 400, 500], [200, 399, 400, 408, 499, 500]
TELLING = 403, 413, 503  # Each tells an error of a session, if there was one.
SENT = ["nothing", "other"], ["nothing", "same", "other"]
STANDINGS = {"sealing": SEALING, "earlier": EARLIER, "absent": ABSENT}
SHAREABLE = [("cache-control", "public")]


# ---------------------------------------------------------------- the end of a request

def scenes():
    """The configurations, as a vector has them."""
    return {name: SCENE | more | {"policy": POLICY | more.get("policy", {})} for name, more in POLICIES.items()}


def arrive(setup, arrival, request):
    """The session of a request, after the application was asked."""
    came = ARRIVALS[arrival]
    cookie = [["cookie", f"{setup.name}={came['token']}"]] if came["token"] else []
    s, _ = writer.open(setup, request + cookie, NOW)
    s.has_refused = False
    opened = s.unvalidated or (s.arrived and s)
    if came["how"] == "stale" and opened:
        before, s = s.before, writer.Session(setup, NOW)
        s.has_token, s.withheld, s.before, s.has_refused = True, "stale", before, False
    elif came["how"] == "bound" and opened:
        opened.device = opened.arrived.session.device = bytes(16)
        opened.became_bound = True
    elif came["how"] == "taken over" and opened:
        opened.taken_over, opened.key = True, None
        s = writer.waiting(opened) if writer.validation_due(opened) else opened
        s.has_refused = False
    if came["answer"]:
        act(s, ["validate", came["answer"]])
    return s


def replay(setup, arrival, calls, request):
    """The session after the calls, and what they told."""
    s = arrive(setup, arrival, request)
    return s, [act(s, CALLS[index]) for index in calls]


def act(s, call):
    """What the application is told."""
    try:
        told = writer.validate(s, call[1]) if call[0] == "validate" else writer.act(s, *call)
        if call[0] in ("invalidate", "sign-in"):
            return "id" if told else "none"
        return str(len(told)) if call[0] == "take" else ""
    except hardtack.Refused as refused:
        s.has_refused = True
        if refused.reason in writer.STATUSES:
            s.refused = refused.reason
        return refused.reason


def draft(s, told):
    """The session as the calls left it."""
    sid = "none" if s.sid is None else "came" if s.sid == SID else "new"
    return f"{','.join(told)} {s.issued - NOW} {s.age} {s.limit} {s.remembered} {sid} {len(s.payload)} {len(s.flash)}"


def end(s, request, status, shareable, sent):
    """A case as text: the change, the touch, what is written, what is counted and what operators are told."""
    response = {"status": 500 if writer.STATUSES.get(s.refused) == status else status, "fields": shareable}
    s.already_sent = [] if sent == "nothing" else [sent]
    decided = writer.decide(s, request, response)
    change, touch, stored = writer.after(s, decided, lambda: sent == "same")
    text = f"{change} {touch}"
    if change == "store":
        age = hardtack.parse_body(stored, True)["last_active"] - s.issued
        text += f" {len(stored)} {age} {writer.max_age(s, stored)}"
    return text + counted(s, change, touch) + lost(s, decided, change, response)


def counted(s, change, touch):
    """The names of docs/metrics.md."""
    if change == "keep":
        return ""
    if change == "drop":
        return " Ended"
    if touch == "touched":
        is_refreshed = writer.refresh_due(s) and writer.may_send(s, age=writer.activity(s))
        return " Refreshed" if is_refreshed else " Resealed"
    if s.renewed:
        return " SignedIn"
    if s.ended == "invalidated" and s.before:
        return " Ended Began"
    return " Changed" if s.arrived else " Began"


def lost(s, decided, change, response):
    """Why a change is not written, as docs/metrics.md and the log tell it."""
    if decided[0] != "keep":
        return " LeftOut" if change == "keep" and decided[1] == "written" else ""
    if not s.touched or response["status"] == 408 or s.save == "discard":
        return ""
    fails, lapsed = writer.fails(s, response), writer.lapsed(s)
    if writer.gone(s, fails or lapsed):
        return ""
    if fails:
        return " Failed" if s.arrived and writer.changed(s) and not s.has_refused else ""
    return " Lapsed" if lapsed and (writer.changed(s) or s.save == "force") else ""


def name_of(arrival, calls):
    return ", ".join([arrival, *(" ".join(map(str, CALLS[index]))[:20] for index in calls)])


def ends_of(arrival, calls):
    """The cases of a state, each with its facts."""
    for policy, scene in scenes().items():
        setup, is_thorough = writer.Setup(scene), policy in THOROUGH
        for request, fields in REQUESTS.items():
            s, told = replay(setup, arrival, calls, fields)
            yield (policy, request), draft(s, told)
            touched, key = s.touched, s.key
            for standing, under in STANDINGS.items():
                if key is None and standing != "sealing":
                    continue
                s.key = key and under
                statuses = [*STATUSES[is_thorough], *(TELLING if s.has_refused else ())]
                for status, shareable, sent in itertools.product(statuses, (False, True), SENT[is_thorough]):
                    s.touched = touched
                    facts = policy, request, standing, status, shareable, sent
                    yield facts, end(s, fields, status, SHAREABLE if shareable else [], sent)


# ---------------------------------------------------------------- other rules: products of axes

def field(name, *values):
    """No field of this name, or one of these."""
    return [[]] + [[[name, value]] for value in values]


def csrf_token(wrong):
    """A token of the session `due`, or of another."""
    name = hardtack.csrf_name(SID, NOW - 450 + wrong)
    return hardtack.csrf_render(writer.Setup(SCENE).ring, material.COOKIE, [], NOW, name, bytes(range(16)))


AXES = {
    "quiet": [
        field("sec-fetch-dest", "document", "empty", "iframe", " image\t", *writer.SUBRESOURCES),
        field("sec-fetch-mode", "navigate", "cors", "no-cors") + [[["sec-fetch-mode", "cors"], ["sec-fetch-mode", "navigate"]]],
        field("sec-fetch-site", "cross-site", "same-site", "same-origin"),
        field("sec-purpose", "prefetch;prerender", " preview ", "other") + [
            [["x-sec-purpose", "preview"]], [["purpose", "prefetch"]], [["x-purpose", "preview"]], [["x-moz", "prefetch"]], [["hx-preloaded", "true"]]],
        field("origin", "https://shop.example", "http://shop.example", "https://other.example"),
        field("sec-secure-session-id", "a") + [[["secure-session-response", "a"]]],
        [False, True],  # `refresh_navigations_only`
        [False, True],  # a token came
    ],
    "caches": [
        field("cache-control", "private", "no-store", "public", "max-age=60", "no-store, must-understand", 'private="x"', 'private, x="', 'x="a, private, b"', 'x="a,private", No-Store', "")
        + [[["cache-control", "public"], ["cache-control", " PRIVATE\t"]]],
        field("expires", "0", "Wed, 31 Dec 2025 23:59:59 GMT", "Thu, 01 Jan 2026 00:00:00 GMT", "Thursday, 01-jan-26 00:00:00 GMT"),
        field("cdn-cache-control", "no-store", "private") + [[["surrogate-control", "no-store, must-understand"]], [["edge-control", "no-store"], ["edge-control", "max-age=1"]]],
        field("x-accel-expires", "0", " 00\t", "1", "@0", ""),
        field("vary", "*", "accept", "accept, COOKIE") + [[["vary", "accept"], ["vary", "cookies"]]],
        ["untouched", "touched", "written"],
        [False, True],  # `may_share`
    ],
    "guard": [
        ["GET", "HEAD", "POST", "DELETE", "CONNECT"],
        field("sec-fetch-site", "same-origin", "none", "same-site", "cross-site"),
        field("origin", "https://shop.example", "http://shop.example", "https://other.example", "null", "https://app.example")
        + [[["origin", "https://shop.example"], ["origin", "https://other.example"]]],
        [[], *([["sec-fetch-mode", mode], ["sec-fetch-dest", destination]] for mode, destination in (("navigate", "document"), ("navigate", "empty"), ("cors", "empty")))],
        field("upgrade", "h2c, WebSocket"),
        field("content-type", "application/x-www-form-urlencoded; charset=utf-8", "application/json"),
        ["header", "form", "nothing"],  # where the guard looks for a token
        [False, True],  # it trusts https://app.example, and forms of https://other.example
        field("x-csrf-token", csrf_token(0), csrf_token(1)),
    ],
    # The times of three keys, of which the first is listed first: from when a key seals, and until when it opens.
    "roles": [[None, -1, 0, 1]] * 6,
}


def of_axes(domain, first):
    """The cases of a slice: of one value of the first axis."""
    axes = AXES[domain]
    for values in itertools.product([axes[0][first]], *axes[1:]):
        yield values, ANSWERS[domain](*values)


SETUPS = [writer.Setup(SCENE | {"refresh_navigations_only": navigations_only}) for navigations_only in (False, True)]


def answer_quiet(*values):
    *fields, navigations_only, has_token = values
    fields = [["host", "shop.example"]] + sum(fields, [])
    s = writer.Session(SETUPS[navigations_only], NOW)
    s.has_token = has_token
    found = not writer.quiet(s, fields, {"status": 200, "fields": []}), writer.preloads(fields), writer.prefetches(fields), writer.hidden(s, fields)
    return "".join(str(int(bool(is_so))) for is_so in found)


def answer_caches(*values):
    *fields, touch, may_share = values
    fields = sum(fields, [])
    found = writer.cache(fields, touch, "cookie", may_share)
    vary = ", ".join(value for name, value in found if name == "vary").lower()
    others = sorted(f"{name}: {value}" for name, value in found if name != "vary")
    return f"{int(writer.shareable(fields))} {' | '.join(others)} | {vary}"


def answer_roles(*times):
    keys = [material.KEYS["sign", n] for n in ("one", "two", "three")]
    at = [None if time is None else NOW + time for time in times]
    try:
        ring = hardtack.Ring([], "signed", [(key, *at[2 * i:2 * i + 2]) for i, key in enumerate(keys)])
    except hardtack.Refused:
        return "refused"
    names = {"sealing": "sealing", "earlier": "accepted", "later": "planned"}
    return " ".join(names[ring.standing(key, NOW)] if key in ring.accepted(NOW) else "retired" for key in keys)


def answer_guard(method, site, origin, navigation, upgrade, kind, asks, trusts, token):
    """The checks of a guard, as SECURITY.md and the page of `CsrfGuard` have them, of a request for shop.example without a body."""
    values = lambda fields: [value for _, value in fields]
    site, origins, kind, token = values(site), values(origin), values(kind), values(token)
    origin = None if not origins else origins[0] if len(set(origins)) == 1 else "?"
    navigates_to = dict(map(tuple, navigation)).get("sec-fetch-dest") if ["sec-fetch-mode", "navigate"] in navigation else None
    is_upgrade = method == "CONNECT" or method == "GET" and bool(upgrade)
    is_safe = method in ("GET", "HEAD") and not is_upgrade
    is_form = kind == ["application/x-www-form-urlencoded; charset=utf-8"]
    is_form_post = trusts and method == "POST" and is_form and origin == "https://other.example"
    if not is_safe and not is_form_post:
        refused = of_another_site(site, origin, navigates_to, trusts)
        if not refused and asks == "nothing" and navigates_to == "empty":
            refused = "service-worker"
        if refused:
            return refused
    if asks == "nothing" or is_safe or is_upgrade or is_form_post:
        return "passes"
    if token:
        return "passes" if token == [csrf_token(0)] else "wrong-token"
    return "no-token"


def of_another_site(site, origin, navigates_to, trusts):
    if trusts and origin == "https://app.example":
        return None
    is_own = origin == "https://shop.example"
    if site:
        opens_window = site == ["cross-site"] and navigates_to == "document" and is_own
        return None if site[0] in ("same-origin", "none") or opens_window else "cross-site"
    if origin is None or is_own:
        return None
    return "plain-http" if origin == "http://shop.example" else "cross-site"


ANSWERS = {"quiet": answer_quiet, "caches": answer_caches, "roles": answer_roles, "guard": answer_guard}


# ---------------------------------------------------------------- which states there are

def facts(s, setups):
    """What `finish` reads of a session, in any configuration."""
    own = s.setup
    read = [s.touched, s.withheld, s.save, s.ended, s.renewed, s.has_token, s.taken_over, bool(s.arrived), writer.is_empty(s), s.remembered is not None,
            writer.changed(s), s.refused, s.has_refused, s.became_bound, s.key is None, bool(s.before), bool(s.unvalidated)]
    for setup in setups if s.touched else ():
        s.setup = setup
        read.append((NOW >= s.issued + hardtack.lifetime(vars(s), setup.policy), writer.refresh_due(s), writer.age_to_write(s) > s.age,
                     bool(writer.may_send(s, age=writer.activity(s)))))
    s.setup = own
    return repr(read)


def whole(s):
    """All that a session is."""
    fields = {name: value for name, value in vars(s).items() if name not in ("setup", "arrived", "key", "sids", "sid", "unvalidated")}
    return repr([sorted(fields.items(), key=lambda pair: pair[0]), bool(s.arrived), s.sid and s.sid == SID, s.key is None, bool(s.unvalidated)])


def states():
    """The states that up to four calls reach, or three, each with the first calls that lead there. Two states differ in what `finish` reads."""
    setups = [writer.Setup(scene) for scene in scenes().values()]
    known, found = set(), []
    for arrival, came in ARRIVALS.items():
        is_of_asking = came["answer"] != "goes-on"
        setup = setups[-1 if is_of_asking else 0]
        seen, layer = set(), [([], arrive(setup, arrival, []))]
        depth = 4 if arrival in DEEP else 3
        for length in range(depth + 1):
            following = []
            for calls, s in layer:
                is_short = len(calls) <= 2  # A refusal is a fact of its own.
                if (not s.has_refused or is_short) and (read := facts(s, setups)) not in known:
                    known.add(read)
                    found.append([arrival, calls])
                for index in range(len(CALLS) if arrival == "not asked" else BUT_VALIDATE) if length < depth else ():
                    t = copy.copy(s)
                    t.flash = list(s.flash)
                    act(t, CALLS[index])
                    if (all_of_it := whole(t)) not in seen:
                        seen.add(all_of_it)
                        following.append((calls + [index], t))
            layer = following
    return found


# ---------------------------------------------------------------- digests

def digest(lines):
    hashed = hashlib.sha256()
    for _, line in lines:
        hashed.update(line.encode() + b"\n")
    return hashed.hexdigest()[:12]


def cases(slice_name):
    """The cases of a slice: a domain, and the number of a state or of a value of the first axis."""
    domain, number = slice_name.split()
    if domain == "ends":
        return ends_of(*json.loads(FILE.read_text())["ends"][int(number)][:2])
    return of_axes(domain, int(number))


def digest_of_state(state):
    return digest(ends_of(*state[:2]))


def domains(ends):
    with multiprocessing.Pool() as pool:
        ends = [[*state[:2], found] for state, found in zip(ends, pool.map(digest_of_state, ends, chunksize=8))]
    return {
        "about": "The facts of the domains, and a digest for each slice. Written by domains.py.",
        "now": NOW, "scenes": [[name, name in THOROUGH, scene] for name, scene in scenes().items()], "arrivals": list(ARRIVALS.items()), "calls": CALLS, "requests": list(REQUESTS.items()),
        "axes": [[name, axes, [digest(of_axes(name, first)) for first in range(len(axes[0]))]] for name, axes in AXES.items()],
        "keys": [key.text for key in STANDINGS.values()],
        "standings": [key.kid.hex() for key in STANDINGS.values()], "statuses": STATUSES, "telling": TELLING, "sent": SENT, "ends": ends,
    }


def written(domains):
    """A line for each entry of a list."""
    flat = lambda value: json.dumps(value, ensure_ascii=False)
    lines = lambda value: "[\n" + ",\n".join("    " + flat(entry) for entry in value) + "\n  ]" if isinstance(value, list) else flat(value)
    return "{\n" + ",\n".join(f"  {flat(name)}: {lines(value)}" for name, value in domains.items()) + "\n}\n"


def differ(slice_name, path):
    """Prints the first case in which a file of lines differs."""
    others = Path(path).read_text().splitlines()
    for number, ((facts, line), other) in enumerate(itertools.zip_longest(cases(slice_name), others, fillvalue=((), None))):
        if line != other:
            sys.exit(f"case {number}, {facts}\n  here:  {line}\n  there: {other}")


def main(arguments):
    if arguments == ["--write"]:
        FILE.write_text(written(domains(states())))
    elif arguments == ["--check"]:
        text = FILE.read_text()
        if written(domains(states())) != text:
            sys.exit("domains.json is not what domains.py writes")
    elif len(arguments) == 1 and not arguments[0].startswith("-"):
        for facts, line in cases(arguments[0]):
            print(line, *facts, sep="\t")
    elif len(arguments) == 2:
        differ(*arguments)
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
