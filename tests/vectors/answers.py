"""The answer to a vector of each file, by the second implementation. README.md has the fields."""

import copy
import itertools

import devices
import endpoints
import writer
from hardtack import *

def sealing(v):
    """R for the seals of a vector: any bytes, since no vector holds what is sealed here."""
    return lambda what: hashlib.sha256(repr((v["name"], what)).encode()).digest()[:24]


# ---------------------------------------------------------------- primitives

def answer_primitives(v):
    if v["kind"] == "hkdf-sha256":
        extracted = hmac_sha256(bytes.fromhex(v["salt"]) or bytes(32), bytes.fromhex(v["ikm"]))
        return {"prk": extracted.hex(), "okm": hkdf_expand(extracted, bytes.fromhex(v["info"]), v["length"]).hex()}
    if v["kind"] == "xaes-256-gcm-accumulated":
        return {"digest": accumulated(v["iterations"])}
    key, nonce, aad, plaintext = (bytes.fromhex(v[field]) for field in ("key", "nonce", "aad", "plaintext"))
    construction, inner = AEAD["xaes" if v["kind"] == "xaes-256-gcm" else "xcha"](key, nonce)
    return {"sealed": construction.encrypt(inner, plaintext, aad).hex()}


def accumulated(iterations):
    stream, position = hashlib.shake_128().digest(140 * iterations + 2 * 256 * iterations), 0
    digest = hashlib.shake_128()

    def read(length):
        nonlocal position
        position += length
        return stream[position - length:position]

    for _ in range(iterations):
        construction, inner = xaes(read(32), read(24))
        plaintext, aad = read(read(1)[0]), read(read(1)[0])
        digest.update(construction.encrypt(inner, plaintext, aad))
    return digest.hexdigest(32)


# ---------------------------------------------------------------- keys and tokens

def answer_derivation(v):
    try:
        key, names = Key.parse(v["key"]), names_of(purpose_of(v))
    except Refused as refused:
        return {"error": refused.reason}
    return {"kid": key.kid.hex(), "key_bytes": key.derive("key", names).hex(),
            "nonce_key": None if key.mode == "signed" else key.derive("nonce", names).hex(), "csrf_key": key.derive("csrf", names).hex()}


def answer_keys(v):
    try:
        key = Key.parse(v["text"])
    except Refused as refused:
        return {"error": refused.reason}
    return {"expect": {"suite": key.type, "kid": key.kid.hex()}}


def answer_rings(v, nows=None, early=False):
    """`early`: it is told which keys retire too early, as it is in vectors that have it."""
    try:
        texts = [v["ring"], *v.get("joined", [])] if "ring" in v else []
        r = Ring(texts, v["mode"], [(Key.parse(key), *times) for key, *times in v.get("keys", [])], v.get("not_before"))
    except Refused as refused:
        return {"error": refused.reason}
    nows = nows or [moment["now"] for moment in v.get("expect", {"at": []})["at"]]
    ends = [[key.kid.hex(), needed] for key, needed in r.early(v["longest"])] if "longest" in v else []
    overlap = {"cut_short": bool(ends)} if "longest" in v else {}
    overlap |= {"early": ends} if early or "early" in v.get("expect", {}) else {}
    return {"expect": {
        "fingerprint": r.fingerprint().hex(), "order": [e[0].kid.hex() for e in r.entries], "not_before": r.not_before,
        "at": [{"now": now, "seals": r.sealing(now).kid.hex(), "accepts": [k.kid.hex() for k in r.accepted(now)]} for now in nows]} | overlap}


def answer_settings(v):
    text = settings_text(v)
    return {"text": text, "fingerprint": settings_fingerprint(text).hex()}


def answer_contexts(v):
    try:
        return {"ctx": context_bytes(pairs_of(v))[4:].hex()}
    except Refused as refused:
        return {"error": refused.reason}


def answer_seal(v):
    try:
        return {"token": seal(Key.parse(v["key"]), purpose_of(v), pairs_of(v), bytes.fromhex(v["body"]), bytes.fromhex(v["random"]))}
    except Refused as refused:
        return {"error": refused.reason}


def answer_open(v):
    ring, purpose, context = Ring(v["ring"], v["mode"]), purpose_of(v), pairs_of(v)
    rejected = lambda refused: {"expect": {"rejected": refused.reason, "key_id": refused.key_id and refused.key_id.hex()}}
    try:
        index, o = open_candidates(ring, v["mode"], purpose, context, *(v[f] for f in ("now", "policy", "candidates")), v.get("parts", ()))
    except Refused as refused:
        return rejected(refused)
    try:
        data = read_payload(o["schema"], o["payload"], v["expects"])
    except Refused as refused:
        return rejected(Refused(refused.reason, o["key"].kid))
    return {"expect": {"opened": {
        "index": index, "key_id": o["key"].kid.hex(), "under": ring.standing(o["key"], v["now"]),
        "issued": o["issued"], "last_active": o["last_active"], "limit": o["limit"], "remembered": o["remembered"],
        "sid": o["sid"] and o["sid"].hex(), "schema": o["schema"], "flash": o["flash"], "payload": o["payload"].hex(),
        "data": data if is_json(data) else None}}}


def answer_hosts(v):
    return {"host": host_of(v["scheme"], v["authority"], v["fields"])}


def answer_encode(v):
    try:
        data = encoded(v["value"])
    except Refused:
        return {"error": "value"}
    return {"bytes": data.hex() if len(data) < 1_000 else runs(data)}


def runs(data):
    """The bytes of what is long: each byte, and how often it stands there."""
    return [[u8(byte).hex(), len(list(run))] for byte, run in itertools.groupby(data)]


# ---------------------------------------------------------------- carriers

def answer_cookies(v):
    kind = v["kind"]
    if kind == "find":
        return {"values": find_values(v["lines"], v["cookie"])}
    if kind == "config":
        earlier = [{name: e[name] for name in ("path", "domain", "partitioned")} for e in v.get("earlier", [])]
        return {"accepted": all(is_good_cookie(v | other) for other in [{}] + earlier)}
    if kind == "set":
        return {"line": set_line(v)}
    if kind == "split":
        return {"fields": split_lines(v)}
    if kind == "unused":
        return {"fields": [expire_line(v, f".{n}", goes_on=True) for n in sorted(v["carried"]) if n >= v["cookies"]]}
    if kind == "expire":
        return {"fields": [expire_line(v)] + [expire_line(v, f".{n}") for n in sorted(v["carried"])]} if "carried" in v else {"line": expire_line(v)}
    if kind == "room":
        room = payload_room(v)
        return {"payload": room if room >= 0 else None}
    if kind == "earlier":
        return {"fields": earlier_fields(v)}
    parts, results = carried_parts(v["lines"], v["cookie"]), []
    for value in find_values(v["lines"], v["cookie"]):
        try:
            results.append({"token": assemble(value, parts), "cookies": int(value[0]) if "." in value else 1})
        except Refused as refused:
            results.append({"rejected": refused.reason})
    return {"carried": sorted({n for n, _ in parts}), "whole": results}


def earlier_fields(v):
    """§ 9.3.3, for a small new session or for one that is invalidated."""
    key = Key("xaes", hashlib.sha256(b"any").digest())
    setup = writer.Setup({"ring": key.text, "mode": "encrypted", "purpose": {"kind": "cookie", "name": v["cookie"]}, "context": [],
                          "policy": POLICY | {"refresh_after": 450}, "attributes": attributes_of(v), "earlier": v["earlier"],
                          "profile": v.get("parts", "anywhere")})
    request = [("cookie", line) for line in v["lines"]]
    _, fields = write(setup, request, EPOCH + 1, [["insert", "a", 1]] if v["change"] == "store" else [["invalidate"]])
    return [star(name, value) for name, value in fields]


def answer_headers(v):
    if v["kind"] == "room":
        room, needed = payload_room(v), 0 if v.get("expects", "dictionary") == "dictionary" else len(writer.EMPTY_VISIT)
        return {"payload": room if room >= needed else None}
    setup = writer.Setup(v | {"purpose": {"kind": "header", "name": v["field"]}, "context": [], "policy": POLICY})
    session, outcome = writer.open(setup, [(v["field"], line) for line in v["lines"]], v["now"])
    return {"expect": {"opened": {"key_id": session.key.kid.hex(), "issued": session.issued}} if "opened" in outcome else outcome}


def answer_caches(v):
    fields = writer.cache(v["fields"], v["touch"], v["brought_in"], v.get("may_share", False))
    by_name = sorted(((name.lower(), value) for name, value in fields), key=lambda pair: pair[0])
    return {"expect": {"shareable": writer.shareable(v["fields"]), "fields": [list(pair) for pair in by_name]}}


def answer_csrf(v):
    ring, purpose, context = Ring(v["ring"], v["mode"]), purpose_of(v), pairs_of(v)
    if v["kind"] == "render":
        return {"token": csrf_render(ring, purpose, context, v["now"], csrf_name(bytes.fromhex(v["sid"]), v["issued"]), bytes.fromhex(v["mask"]))}
    setup = writer.Setup(v | {"policy": POLICY})
    session, _ = writer.open(setup, [("cookie", f"{setup.name}={v['session']}")], v["now"])
    return {"passes": csrf_passes(ring, purpose, context, v["now"], devices.csrf_name(session), v["token"])}


# ---------------------------------------------------------------- writes.json

def answer_writes(v, taken=False):
    """`taken`: the messages that are taken out are told, as they are in vectors that have them."""
    setup = writer.Setup(v)
    expect, fields = write(setup, v["request"], v["now"], v["actions"], v.get("response"), sealing(v), v.get("late", ()))
    if not taken and "taken" not in v.get("expect", {}):
        expect.pop("taken", None)
    return {"expect": expect | {"fields": starred(fields)}}


def write(setup, request, now, actions, response=None, random=lambda _: bytes(24), late=()):
    """One request: what the actions give, the change, and the fields of the response."""
    s, _ = writer.open(setup, request, now)
    expect, fields = end(s, perform(s, actions), request, now, response, random)
    s.head_is_sent = True
    errors = perform(s, late).get("errors")
    return expect | ({"late": errors} if errors else {}), fields


def perform(s, actions):
    """The errors of actions, and what the application is told. Ids are numbered in the order in which they are told."""
    errors, told, ids, taken, known = [], [], [], [], {}
    for index, action in enumerate(actions):
        try:
            found = writer.validate(s, action[1]) if action[0] == "validate" else writer.act(s, *action)
            told += [[index, found and found.hex()]] if action[0] == "invalidate" else []
            taken += [[index, found]] if action[0] == "take" else []
            ids += [[index, s.sid and known.setdefault(s.sid, len(known))]] if action[0] == "ask-id" else []
        except Refused as refused:
            errors.append([index, refused.reason])
            s.refused = refused.reason if refused.reason in writer.STATUSES else s.refused
    return {name: found for name, found in (("errors", errors), ("told", told), ("ids", ids), ("taken", taken)) if found}


def end(s, expect, request, now, response, random):
    """The end of a request."""
    setup = s.setup
    try:
        change, touch, body = writer.finish(s, request, response or {"status": 200, "fields": []})
    except Refused as refused:
        return expect | {"failed": refused.reason}, []
    token = body and seal(setup.ring.sealing(now), setup.purpose, setup.context, body, random("session"))
    fields = writer.fields(s, request, change, token, body)
    offer = lambda sid: devices.seal_device(setup, "registration", now, sid, b"", now, random("offer"))
    device_fields = devices.device_fields(s, change, offer)
    expect |= {"change": change, "touch": touch} | ({"left": writer.left(s, response["fields"], fields)} if s.already_sent else {})
    if body:
        expect["stored"] = stored(body, s.before, fields)
    if any(name == "secure-session-registration" for name, _ in device_fields):
        expect["offer"] = {"key_id": setup.ring.sealing(now).kid.hex(), "issued": now}
    return expect, fields + device_fields


def stored(body, before, fields):
    """The body of a token, and the characters of the token in each cookie."""
    b = parse_body(body, True)
    sid = None if b["sid"] is None else "kept" if before and b["sid"] == before["sid"] else "new"
    return {"key_id": kid_of(fields), "issued": b["issued"], "age": b["last_active"] - b["issued"], "limit": b["limit"],
            "remembered": b["remembered"], "sid": sid, "device": b["device"] and b["device"].hex(), "schema": b["schema"],
            "flash": b["flash"], "payload": b["payload"].hex(), "lengths": lengths(fields)}


def kid_of(fields):
    """The kid of the token in these fields."""
    return decode_base64url("".join(pieces_of(fields)))[1:5].hex()


def lengths(fields):
    return [len(piece) for piece in pieces_of(fields)]


def pieces_of(fields):
    """The token in these fields, in its parts."""
    values = [value.partition("=")[2].partition(";")[0] if name == "set-cookie" else value for name, value in fields]
    pieces = [re.fullmatch(r"(?:[2-8]\.)?([A-Za-z0-9_-]*)", value)[1] for value in values]
    return [piece for piece in pieces if piece]


def starred(fields):
    """`*` for what differs at each seal: the tokens."""
    return [[name, star(name, value)] for name, value in fields]


def star(name, value):
    if name == "secure-session-registration":
        return re.sub('challenge="[^"]*"', 'challenge="*"', value)
    if name == "secure-session-challenge":
        return re.sub('^"[^"]*"', '"*"', value)
    if name != "set-cookie":
        return "*" if value else ""
    cookie, _, rest = value.partition("=")
    if re.search(r"\.out-[A-Za-z0-9_-]{8}\Z", cookie):
        return value
    return cookie + "=" + re.sub(r"^([2-8]\.)?[A-Za-z0-9_-]+", lambda match: (match[1] or "") + "*", rest)


# ---------------------------------------------------------------- policies.json

def answer_policies(v):
    """§ 8.0, § 8.8, § 8.15, § 8.16.6"""
    p = v["policy"]
    idles = [p[name] for name in ("idle", "remembered_idle") if p.get(name) is not None]
    spans = [p["absolute"], *idles] + ([p["remember_up_to"]] if p["remember_up_to"] is not None else [])
    default = p["idle"] // 4 if p["idle"] is not None else "on-change"
    ask, up_to = p.get("revalidate_after"), p.get("unvalidated_up_to")
    if ask is not None:
        default = "on-validation"
    rule = p.get("refresh_after", default)
    good = all(span > 0 for span in spans) and p["skew"] <= 300 and (p["idle"] is None or p["idle"] <= p["absolute"])
    good = good and not ("remembered_idle" in p and (p["remember_up_to"] is None or p["remembered_idle"] > p["remember_up_to"]))
    good = good and not (isinstance(p.get("refresh_after"), int) and any(rule > idle // 2 for idle in idles))
    good = good and not (ask is not None and (ask < 1 or "refresh_after" in p or any(ask > idle // 2 for idle in idles)))
    good = good and not (up_to is not None and (ask is None or up_to <= ask))
    return {"accepted": good, "refresh_after": rule if good else None}


# ---------------------------------------------------------------- devices.json

def answer_devices(v):
    return DEVICES[v["kind"]](v)


def answer_device(v):
    key, sid = bytes.fromhex(v["key"]), bytes.fromhex(v["sid"])
    device = devices.device_of(key, sid)
    return {"device": device.hex(), "tag": devices.tag(device), "sid_tag": devices.tag(sid)}


def answer_proof(v):
    try:
        proof = devices.read(devices.unquoted(v["proof"]))
        key = devices.verify(proof, bytes.fromhex(v["key"]) if v.get("key") else None, v.get("url", proof.audience))
    except Refused as refused:
        return {"error": refused.reason}
    return {"expect": {"key": key.hex(), "challenge": proof.challenge, "audience": proof.audience}}


def answer_device_config(v):
    return {"accepted": devices.is_good(devices.settings_of(v["devices"]), v if "cookie" in v else None)}


def answer_device_open(v):
    setup = writer.Setup(v)
    s, outcome = writer.open(setup, v["request"], v["now"])
    if "opened" not in outcome:
        return {"expect": outcome}
    return {"expect": {"opened": {
        "key_id": outcome["key_id"], "issued": s.issued, "sid": s.sid and s.sid.hex(), "device": s.device and s.device.hex(),
        "became_bound": s.became_bound, "until": s.until, "payload": s.payload.hex()}}}


def answer_device_csrf(v):
    setup = writer.Setup(v)
    s, _ = writer.open(setup, v["request"], v["now"])
    return {"passes": csrf_passes(setup.ring, setup.purpose, setup.context, v["now"], devices.csrf_name(s), v["token"])}


def answer_endpoint(v, ages=False):
    """`ages`: those of the tokens of devices are told, as they are in vectors that have them."""
    ages = ages or any("age" in held for word, held in ((v.get("expect") or {}).get("sealed", {})).items() if word != "session")
    setup = writer.Setup(v)
    random = sealing(v)
    a = endpoints.answer(setup, v["method"], v["path"], v["host"], v["request"], v["now"], random)
    if a is None:
        return {"expect": None}
    expect = {"status": a.status, "word": a.word, "fields": starred_answer(a.fields)}
    body = copy.deepcopy(a.body)
    if body and "continue" not in body:
        body["session_identifier"] = "*"
    expect["body"] = body
    sealed = sealed_in(setup, v["now"], a, v["request"], ages)
    return {"expect": expect | ({"sealed": sealed} if sealed else {})}


def starred_answer(fields):
    return [[name, value if name in ("cache-control", "content-type") else star(name, value)] for name, value in fields]


def sealed_in(setup, now, a, request, ages):
    """What the tokens of an answer hold."""
    out, cookies = {}, [value for name, value in a.fields if name == "set-cookie" and "=;" not in value]
    age = lambda c: {"age": c["last_active"] - c["issued"]} if ages else {}
    known = lambda c: {"key_id": c["key"].kid.hex(), "issued": c["issued"]} | age(c) | {"sid": c["sid"].hex(), "payload": c["payload"].hex()}
    token = lambda line: line.partition("=")[2].partition(";")[0]
    for line in cookies:
        if re.match(re.escape(setup.name) + r"\.b-", line):
            out["bound"] = known(devices.open_device(setup, "bound", token(line), now))
    if a.body and "continue" not in a.body:
        out["identifier"] = known(devices.open_device(setup, "identifier", a.body["session_identifier"], now))
    for name, value in a.fields:
        if name == "secure-session-challenge":
            out["challenge"] = known(devices.open_device(setup, "challenge", value.split('"')[1], now))
    session = [line for line in cookies if re.match(re.escape(setup.name) + r"(\.[1-7])?=", line)]
    if session:
        request = [("cookie", "; ".join(line.partition(";")[0] for line in session))]
        body, value, _ = endpoints.session_of(setup, request, now)
        brought = endpoints.session_of(setup, request, now)[0]
        out["session"] = stored(body["body"], brought, [("set-cookie", line) for line in session])
    return out


def answer_device_write(v):
    return answer_writes(v)


def answer_device_room(v):
    return {"payload": payload_room(v | {"devices": True})}


DEVICES = {"device": answer_device, "proof": answer_proof, "config": answer_device_config, "open": answer_device_open,
           "write": answer_device_write, "csrf": answer_device_csrf, "endpoint": answer_endpoint, "room": answer_device_room}

ANSWERS = {
    "primitives": answer_primitives, "derivation": answer_derivation, "keys": answer_keys, "rings": answer_rings, "contexts": answer_contexts, "settings": answer_settings,
    "seal": answer_seal, "cookies": answer_cookies, "csrf": answer_csrf, "headers": answer_headers, "caches": answer_caches,
    "open": answer_open, "encode": answer_encode, "hosts": answer_hosts, "policies": answer_policies, "writes": answer_writes, "devices": answer_devices,
}
