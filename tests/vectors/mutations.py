#!/usr/bin/env python3
"""Makes the faults of faults.toml in the second implementation, one at a time: some vector has to notice.

    python3 mutations.py
"""

import json
import multiprocessing
import sys
import tomllib
import types
from pathlib import Path

HERE = Path(__file__).parent
MODULES = ("hardtack", "devices", "writer", "endpoints", "answers")
SOURCES = {name: HERE.joinpath(f"{name}.py").read_text() for name in MODULES}


def listed():
    """Each fault: its row of the table, and one of the texts that stand in place of `find`."""
    for row in tomllib.loads(HERE.joinpath("faults.toml").read_text())["fault"]:
        assert row["find"] in SOURCES[row["file"].removesuffix(".py")], f"{row['file']} has no {row['find']!r}"
        yield from ((row, text) for text in ([row["with"]] if isinstance(row["with"], str) else row["with"]))


FAULTS = list(listed())


def broken(row=None, text=""):
    """The answers of the second implementation with one fault, or with none."""
    for name in MODULES:
        sys.modules.pop(name, None)
    made = {name: types.ModuleType(name) for name in MODULES}
    made["writer"].__dict__["devices"] = made["devices"]
    for name in MODULES:
        sys.modules[name] = made[name]
    for name, source in SOURCES.items():
        is_faulty = row and row["file"] == f"{name}.py"
        exec(compiled(name, source.replace(row["find"], text) if is_faulty else source), made[name].__dict__)
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


FILES = ("derivation", "keys", "rings", "contexts", "settings", "seal", "csrf", "cookies", "headers", "caches", "policies", "writes", "devices", "encode", "hosts", "open")
VECTORS = {name: json.loads(HERE.joinpath(f"{name}.json").read_text())["vectors"] for name in FILES}


def is_noticed(fault):
    return notices(broken(*fault), VECTORS) is not None


def main():
    found = notices(broken(), VECTORS)
    assert found is None, f"unbroken, it does not agree with the vectors: {found}"
    with multiprocessing.Pool() as pool:
        noticed = pool.map(is_noticed, FAULTS, chunksize=4)
    if missed := [fault for fault, is_seen in zip(FAULTS, noticed) if not is_seen]:
        sys.exit("no vector notices:\n" + "\n".join(f"§ {row['rule']}: {text!r} instead of {row['find']!r}" for row, text in missed))
    print(f"{len(FAULTS)} faults, each noticed by a vector")


if __name__ == "__main__":
    main()
