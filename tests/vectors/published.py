#!/usr/bin/env python3
"""Looks after the vectors that are published, which never change. published.txt has a line for each file.

    python3 published.py             exits with 1 if one of them differs
    python3 published.py --release   publishes all vectors that there are

A line has the name of a file, how many of its vectors are published, from the first one on, and the SHA-256 of these, one a line.
devices.json has none: devices are experimental.
"""

import hashlib
import sys
from pathlib import Path

HERE = Path(__file__).parent
LIST = HERE / "published.txt"
HEAD = "# The vectors that never change: file, how many of it, SHA-256 of these, one a line (published.py writes this).\n"
EXPERIMENTAL = {"devices"}
ADVICE = "a published vector has changed, or another stands before it. Leave it as it was; add a new one at the end of its file"


def vectors_of(text):
    """Each vector, which is a line, without its braces."""
    return [line.rstrip(",")[len("    {"):-len("}")] for line in text.splitlines() if line.startswith("    {")]


def digest(vectors):
    return hashlib.sha256("\n".join(vectors).encode()).hexdigest()


def listed():
    lines = LIST.read_text().splitlines() if LIST.exists() else []
    return {name: (int(count), known) for name, count, known in (line.split(" ") for line in lines if not line.startswith("#"))}


def changed():
    """The files in which a published vector differs."""
    read = lambda name: vectors_of(HERE.joinpath(f"{name}.json").read_text())
    return [f"{name}.json" for name, (count, known) in listed().items() if len(read(name)) < count or digest(read(name)[:count]) != known]


def main(arguments):
    if arguments not in ([], ["--release"]):
        sys.exit(__doc__)
    if found := changed():
        sys.exit(f"{', '.join(found)}: {ADVICE}")
    if arguments:
        files = {path.stem: vectors_of(path.read_text()) for path in sorted(HERE.glob("*.json")) if path.stem not in EXPERIMENTAL}
        LIST.write_text(HEAD + "".join(f"{name} {len(vectors)} {digest(vectors)}\n" for name, vectors in files.items()))


if __name__ == "__main__":
    main(sys.argv[1:])
