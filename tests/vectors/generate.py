#!/usr/bin/env python3
"""Tries every vector with the second implementation, and adds new ones.

    python3 generate.py --check    writes nothing
    python3 generate.py open       adds vectors to open.json: those of its input, a JSON object a line, with their answers

Each exits with 1 if a vector has another answer than the second implementation, or the input of another one, if a file is
written in another way than here, or if a published vector has changed (published.py). material.py helps to make the input of
new vectors.
"""

import json
import sys
from pathlib import Path

import published
from answers import ANSWERS

HERE = Path(__file__).parent
LABELS = {"name", "spec", "twin"}
VERSION = 1  # Of the format.


def tried(name, vectors):
    """The vectors of a file: the answer of each follows from its input, which no other one has."""
    known = {}
    assert len({v["name"] for v in vectors}) == len(vectors), f"{name}: two vectors with one name"
    for v in vectors:
        found = ANSWERS[name](v)
        assert all(v[field] == value for field, value in found.items()), (name, v["name"], found)
        given = json.dumps({field: value for field, value in v.items() if field not in LABELS | found.keys()}, sort_keys=True)
        assert given not in known, f"{name}: two vectors with one input: {known[given]} and {v['name']}"
        known[given] = v["name"]
    return vectors


def written(file):
    """The text of a file: a line for each vector, in ASCII but for the sign of a section."""
    flat = lambda value: json.dumps(value).replace("\\u00a7", "§")
    lines = ",\n".join(f"    {flat(v)}" for v in file["vectors"])
    return f'{{\n  "about": {flat(file["about"])},\n  "version": {VERSION},\n  "vectors": [\n{lines}\n  ]\n}}\n'


def main(arguments):
    adds = arguments[0] if arguments and arguments[0] in ANSWERS else None
    if arguments not in (["--check"], [adds]):
        sys.exit(__doc__)
    for name in ANSWERS:
        path = HERE / f"{name}.json"
        text = path.read_text()
        file = json.loads(text)
        if name == adds:
            file["vectors"] += [v | ANSWERS[name](v) for v in map(json.loads, sys.stdin)]
        tried(name, file["vectors"])
        if name == adds:
            path.write_text(written(file))
        elif written(file) != text:
            sys.exit(f"{path.name} is written in another way than by generate.py")
    published.main([])


if __name__ == "__main__":
    main(sys.argv[1:])
