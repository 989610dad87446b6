#!/usr/bin/env python3
"""Lists each rule of the specification with a MUST that no vector and no test names.

    python3 rules.py               exits with 1 if there is one
    python3 rules.py --all         lists every such rule with what names it

A vector names its rules in the field `spec`. A test in Rust is named in `tests.txt`, in a line `rule file::function`.
A name that stands for nothing is an error too: a rule that does not exist, a test that was renamed.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DOCUMENTS = ("SPEC.md", "docs/spec/carriers.md", "docs/spec/writer.md")
NUMBER = r"\d+(?:\.\d+)*"


def rules():
    """The text of each rule by its number, and the numbers of the sections."""
    found, sections = {}, set()
    for document in DOCUMENTS:
        text = ROOT.joinpath(document).read_text()
        sections |= set(re.findall(rf"^#+ ({NUMBER}) ", text, re.M))
        for number, rule in re.findall(rf"^- \*\*({NUMBER})\*\* (.*?)(?=^- \*\*\d|^#|\Z)", text, re.M | re.S):
            if number in found:
                sys.exit(f"§ {number} stands twice")
            found[number] = rule
    return found, sections


def names():
    """What names a rule: vectors and tests, by the number of the rule."""
    named = defaultdict(list)
    for path in sorted(HERE.glob("*.json")):
        for vector in json.loads(path.read_text())["vectors"]:
            for number in re.findall(rf"§ ({NUMBER})", vector["spec"]):
                named[number].append(f"{path.name}: {vector['name']}")
    for line in HERE.joinpath("tests.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            number, path, function = re.fullmatch(rf"({NUMBER}) (\S+)::(\w+)", line).groups()
            file = ROOT / path
            if not file.exists() or not re.search(rf"\bfn {function}\b", file.read_text()):
                sys.exit(f"tests.txt: there is no {path}::{function}")
            named[number].append(f"{path}::{function}")
    return named


def main(arguments):
    (found, sections), named = rules(), names()
    unknown = [number for number in named if number not in found and number not in sections]
    by_number = lambda number: [int(part) for part in number.split(".")]
    musts = sorted((number for number, rule in found.items() if re.search(r"\bMUST\b", rule)), key=by_number)
    if arguments == ["--all"]:
        for number in musts:
            print(f"§ {number}: {len(named[number])}, such as {named[number][0] if named[number] else 'none'}")
    for number in unknown:
        print(f"§ {number} is named and is no rule: {named[number][0]}")
    missing = [number for number in musts if not named[number]]
    for number in missing:
        print(f"§ {number} has a MUST, and nothing names it: {' '.join(found[number].split())[:100]}")
    if missing or unknown:
        sys.exit(1)
    print(f"{len(musts)} rules with a MUST, each named by a vector or a test")


if __name__ == "__main__":
    main(sys.argv[1:])
