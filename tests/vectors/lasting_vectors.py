"""Vectors of bound sessions that last: in remembered sessions, and with Max-Age for all of them."""

import device_vectors
from answers import *
from corner_devices import register, registers
from material import *
from write_vectors import DAY, HOUR, Writes

REMEMBER = {"remember_up_to": 30 * DAY}
IDLE = 8 * HOUR
LASTING = REMEMBER | {"remembered_idle": IDLE}
EVERY = {"refresh_after": "every-request"}
PERSISTENT = {"persistent": True}


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
