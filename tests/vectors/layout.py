#!/usr/bin/env python3
"""The layout of JSON that people read the differences of: as many members on a line as fit.

    python3 layout.py FILE...      lays files out anew
"""

import json
import sys
from pathlib import Path

WIDTH = 140  # Of a line. Only brackets, and texts that are no shorter on a line of their own, stand beyond it.


def flat(value):
    """On one line, in ASCII but for the sign of a section."""
    return json.dumps(value).replace("\\u00a7", "§")


def parts(value):
    """The brackets of an object or a list; its members, each with what stands before it."""
    if isinstance(value, dict):
        return "{}", [(f"{flat(key)}: ", member) for key, member in value.items()]
    return "[]", [("", member) for member in value]


def is_whole(value):
    """Whether it stays on one line however long: a text, a number, or a pair of texts, such as a field and its value."""
    return not isinstance(value, (dict, list)) or isinstance(value, list) and [type(member) for member in value] == [str, str]


def filled(value, column, indent):
    """On one line if it fits behind `column`, and else on several, of which all but the first begin at `indent`."""
    if is_whole(value) or not value or column + len(flat(value)) < WIDTH:
        return flat(value)
    (text, closing), members = parts(value)
    room = WIDTH - column - 1
    for number, (before, member) in enumerate(members):
        piece = f"{before}{flat(member)}, "
        if number and len(piece) > room:
            text, room = f"{text[:-1]}\n{' ' * indent}", WIDTH - indent
        if len(piece) > room:
            piece = f"{before}{filled(member, WIDTH - room + len(before), indent + 2)}, "
        text += piece
        # What follows several lines begins one.
        room = 0 if "\n" in piece else room - len(piece)
    return text[:-2] + closing


def written(file):
    """A file: an object with one member a line. A list that does not fit there has a line or more for each of its members."""
    lines = []
    for before, member in parts(file)[1]:
        if isinstance(member, list) and len(before + flat(member)) > WIDTH:
            each = ",\n".join(f"    {filled(one, 4, 6)}" for one in member)
            lines.append(f"  {before}[\n{each}\n  ]")
        else:
            lines.append(f"  {before}{filled(member, 2 + len(before), 4)}")
    text = "{\n" + ",\n".join(lines) + "\n}\n"
    assert json.dumps(json.loads(text)) == json.dumps(file)
    return text


if __name__ == "__main__":
    for path in map(Path, sys.argv[1:]):
        path.write_text(written(json.loads(path.read_text())))
