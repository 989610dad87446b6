"""The two endpoints of crates/device/docs/devices.md (§ 16.6)."""

import json

import devices
import hardtack
import writer
from devices import Refused, open_device, seal_device, tag, young


class Answer:
    """A response, with the word for logs."""

    def __init__(self, status, word, fields=(), body=None):
        self.status, self.word, self.body = status, word, body
        self.fields = [("cache-control", "no-store")] + ([("content-type", "application/json")] if body is not None else []) + list(fields)


def answer(setup, method, path, host, request, now, random):
    """The answer to a request, or None: it is the application's (§ 16.6.6). `random` gives the bytes R of each seal."""
    path = path.partition("?")[0]
    endpoint = {f"{setup.devices.path}/register": register, f"{setup.devices.path}/refresh": refresh}.get(path)
    if method != "POST" or endpoint is None:
        return None
    if setup.context is None:
        return Answer(503, "no-context")
    try:
        return endpoint(setup, url_of(setup, host, path), request, now, random)
    except Refused as refused:  # Nothing could be sealed.
        return Answer(503, refused.reason)


def url_of(setup, host, path):
    origin = setup.devices.origin or host and "https://" + host.lower().removesuffix(":443")
    return origin and origin + path


def field(request, name):
    return devices.unquoted(next((value for found, value in request if found.lower() == name), ""))


def session_of(setup, request, now):
    """The session of § 7.0 to § 7.8: its body with its value, or the Reason; or None without any."""
    values, parts = writer.values_of(setup, request)
    if not values:
        return None, None, None
    try:
        index, body = writer.choose(setup, values, parts, now)
    except Refused as refused:
        return None, None, refused.reason
    return body, (values[index], parts), None


def alive(setup, c, now):
    """§ 16.6.5"""
    try:
        hardtack.check_revoked(setup.ring, setup.policy, c)
    except Refused:
        return False
    return now < c["issued"] + max(setup.policy["absolute"], setup.policy["remember_up_to"] or 0)


def register(setup, url, request, now, random):
    """§ 16.6.2"""
    try:
        proof = devices.read(field(request, "secure-session-response"))
        offer = checked(setup, "registration", proof, now)
        if not young(setup, offer, setup.devices.offer_for, now):
            raise Refused("late")
        if devices.has_mark(setup, request, offer["sid"]):
            raise Refused("left")
        if not alive(setup, offer, now):
            raise Refused("ended")
        body, value, reason = session_of(setup, request, now)
        if body and (body["device"] is not None or body["sid"] != offer["sid"]) or reason == "Revoked":
            raise Refused("session")
        key = devices.verify(proof, None, url)
    except Refused as refused:
        return Answer(400, refused.reason)
    device = devices.device_of(key, offer["sid"])
    bound = seal_device(setup, "bound", now, offer["sid"], device, now, random("bound"))
    identifier = seal_device(setup, "identifier", offer["issued"], offer["sid"], key, now, random("identifier"))
    lines = [("set-cookie", devices.set_bound(setup, device, bound))]
    if body:
        lines += session_fields(setup, body, value, device, request, now, random)
    return Answer(200, "registered", lines, instructions(setup, identifier, device))


def checked(setup, word, proof, now):
    try:
        return open_device(setup, word, proof.challenge, now)
    except Refused:
        raise Refused("challenge") from None


def session_fields(setup, body, value, device, request, now, random):
    """The session that came along, with its device: as a re-seal of one that became bound (§ 8.9)."""
    s, s.arrived = (made := writer.Session(setup, now)), None
    for name in writer.METADATA:
        if name != "age":
            setattr(s, name, body[name])
    s.age, s.device, s.payload, s.flash, s.key = body["last_active"] - body["issued"], device, body["payload"], body["flash"], body["key"]
    cookies = int(value[0][0]) if "." in value[0] else 1
    s.arrived, s.became_bound = writer.Arrived(made, body["body"], len(hardtack.assemble(*value)), cookies), True
    sealed = writer.same(s)
    if not writer.may_send(s, body=sealed) or not writer.is_writable(now):
        return []
    blob = hardtack.seal_blob(setup.ring.sealing(now), setup.purpose, setup.context, sealed, random("session"))
    return writer.fields(s, request, "store", hardtack.base64url(blob), sealed)


def instructions(setup, identifier, device):
    """§ 16.5.3"""
    d = setup.devices
    return {
        "session_identifier": identifier, "refresh_url": f"{d.path}/refresh",
        "scope": {"include_site": False, "scope_specification": [{"type": "exclude", "domain": "*", "path": path} for path in d.excluded]},
        "credentials": [{"type": "cookie", "name": devices.bound_name(setup, device), "attributes": hardtack.attributes(setup.cookie).removeprefix("; ")}],
        "allowed_refresh_initiators": ["*"] if d.initiators == "any" else []}


def refresh(setup, url, request, now, random):
    """§ 16.6.3"""
    text = field(request, "sec-secure-session-id")
    try:
        i = open_device(setup, "identifier", text, now)
        key = i["payload"]
        devices.ec.EllipticCurvePublicKey.from_encoded_point(devices.ec.SECP256R1(), key)
    except Refused as refused:
        if refused.reason == "UnknownKey":
            return Answer(503, "unknown-key")
        return end(text, []) if refused.reason == "RetiredKey" else Answer(404, "identifier")
    except ValueError:
        return Answer(404, "identifier")
    device = devices.device_of(key, i["sid"])
    marks = [x for x in (device, i["sid"]) if devices.has_mark(setup, request, x)]
    body, _, reason = session_of(setup, request, now)
    other = body and (body["device"] is not None and body["device"] != device or body["device"] is None and body["sid"] != i["sid"])
    unproven = not body or body["device"] is None
    if marks or other or reason == "Revoked" or unproven and not alive(setup, i, now):
        lines = [devices.expire_bound(setup, device)] + [devices.expire_mark(setup, x) for x in marks]
        return end(text, [("set-cookie", line) for line in lines])
    try:
        proof = devices.read(field(request, "secure-session-response"))
        challenge = checked(setup, "challenge", proof, now)
        if challenge["sid"] != i["sid"]:
            raise Refused("challenge")
        if not young(setup, challenge, setup.devices.challenge_for, now):
            raise Refused("late")
        devices.verify(proof, key, url)
    except Refused as refused:
        new = seal_device(setup, "challenge", now, i["sid"], b"", now, random("challenge"))
        return Answer(403, refused.reason, [("secure-session-challenge", f'"{new}";id="{text}"')])
    bound = seal_device(setup, "bound", now, i["sid"], device, now, random("bound"))
    return Answer(200, "refreshed", [("set-cookie", devices.set_bound(setup, device, bound))])


def end(text, lines):
    """§ 16.6.4"""
    return Answer(200, "ended", lines, {"session_identifier": text, "continue": False})
