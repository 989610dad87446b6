#!/usr/bin/env python3
"""Lists each numbered rule of the specification that no vector and no test names.

    python3 rules.py               exits with 1 if there is one
    python3 rules.py --all         lists every rule with what names it

A vector names its rules in the field `spec`. A test in Rust is named in `tests.txt`, in a line `rule function`.
A rule that nothing can test is named there as well, with the reason: `rule - reason`. A name that stands for nothing is an
error too: a rule that does not exist, a test that was renamed, a reason for a rule that has a vector.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
DOCUMENTS = ("SPEC.md", "docs/spec/carriers.md", "docs/spec/writer.md", "crates/device/docs/devices.md")
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
    """What names a rule, by its number: vectors and tests; and the reasons why a rule has none."""
    named, reasons = defaultdict(list), {}
    code = [path.read_text() for folder in ("src", "tests") for path in ROOT.joinpath(folder).rglob("*.rs")]
    tests = {name for text in code for name in re.findall(r"#\[(?:tokio::)?test\b[^{}]*?\bfn (\w+)", text)}
    for path in sorted(HERE.glob("*.json")):
        for vector in json.loads(path.read_text())["vectors"]:
            for number in re.findall(rf"§ ({NUMBER})", vector["spec"]):
                named[number].append(f"{path.name}: {vector['name']}")
    for line in HERE.joinpath("tests.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        if reason := re.fullmatch(rf"({NUMBER}) - (.+)", line):
            reasons[reason[1]] = reason[2]
            continue
        number, test = re.fullmatch(rf"({NUMBER}) (\w+)", line).groups()
        if test not in tests:
            sys.exit(f"tests.txt: there is no test {test}")
        named[number].append(test)
    return named, reasons


def main(arguments):
    (found, sections), (named, reasons) = rules(), names()
    by_number = lambda number: [int(part) for part in number.split(".")]
    if arguments == ["--all"]:
        for number in sorted(found, key=by_number):
            print(f"§ {number}: {len(named[number])}, such as {named[number][0] if named[number] else reasons.get(number, 'none')}")
    wrong = [f"§ {number} is named and is no rule: {named[number][0]}" for number in named if named[number] and number not in found and number not in sections]
    wrong += [f"§ {number} has a reason and is no rule" for number in reasons if number not in found]
    wrong += [f"§ {number} has a reason, and something names it: {named[number][0]}" for number in reasons if named[number]]
    wrong += [f"nothing names § {number}: {' '.join(found[number].split())[:100]}" for number in sorted(found, key=by_number) if not named[number] and number not in reasons]
    if wrong:
        sys.exit("\n".join(wrong))
    print(f"{len(found)} rules: {len(found) - len(reasons)} named by a vector or a test, {len(reasons)} that nothing can test")


if __name__ == "__main__":
    main(sys.argv[1:])
