#!/usr/bin/env python3
"""Sequences of rings that one program follows, with the keys that it reports as returned: ends.json, by a second
implementation, which asks the whole past at each step.

    python3 ends.py --check              writes nothing
    python3 ends.py --write              writes what the sequences of ends.json expect
    python3 ends.py COUNT SEED           prints as many others, of random rings
    python3 ends.py COUNT SEED PROGRAM   the same, of rings that the command line makes: PROGRAM is `hardtack`

What it prints, both languages read in place of ends.json, if `ENDS` is its path:

    ENDS=/tmp/more.json cargo test --all-features --test all watched_ring::ends
    ENDS=/tmp/more.json node --test js/test/ends.test.js
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path

FILE = Path(__file__).with_suffix(".json")
NEVER = float("inf")
START = 1_803_880_800  # 2027-03-01T06:00:00Z


def ring_of(text):
    """The end of each key: `A` has none, `A<60` is accepted until second 60; `A>60` seals from then on."""
    ring = {}
    for word in text.split():
        key, _, end = word.partition("<")
        ring[key.partition(">")[0]] = int(end.partition(">")[0]) if end else NEVER
    return ring


class Past:
    """Rings that a program has had, each with the second at which it came."""

    def __init__(self, taken):
        self.at = [second for second, _ in taken]
        self.rings = [ring_of(text) for _, text in taken]
        self.known = {}

    def once(self, question, *of):
        if (question, *of) not in self.known:
            self.known[question, *of] = question(*of)
        return self.known[question, *of]

    def keys(self):
        return sorted(set().union(*self.rings))

    def left(self, key, i):
        """The rings up to i with which the key left."""
        return [j for j in range(1, i + 1) if key in self.rings[j - 1] and key not in self.rings[j]]

    def settled_by(self, j, i):
        """The first ring after j, up to i, that opens no key for too long."""
        return next((k for k in range(j + 1, i + 1) if not self.once(self.is_wrong, k)), None)

    def is_believed(self, key, j, i):
        """Whether the key has ended as it left with ring j, as ring i shows."""
        if not self.once(self.brings_back, j):
            return True
        # A ring that has the key settles nothing to its disadvantage, so it need not be judged itself.
        k = self.settled_by(j, i - 1 if key in self.rings[i] else i)
        return k is not None and key not in self.rings[k]

    def end(self, key, i):
        """The earliest end that ring i and those before it said, or that a removal was."""
        said = [ring[key] for ring in self.rings[: i + 1] if key in ring]
        return min(said + [self.at[j] for j in self.left(key, i) if self.is_believed(key, j, i)])

    def longer(self, i):
        return [key for key, end in self.rings[i].items() if end > max(self.at[i], self.once(self.end, key, i))]

    def is_wrong(self, i):
        return bool(self.longer(i))

    def brings_back(self, i):
        return any(self.rings[i][key] > self.rings[i - 1].get(key, 0) for key in self.longer(i))

    def is_told(self, key, i, second):
        """Whether the key is a problem at this second, while ring i is in use."""
        end = self.rings[i].get(key, 0)
        if end <= second:
            return False
        if key in self.longer(i):
            return True
        # As long as a key opens for too long, every other key that has left is told, too.
        doubts = [j for j in self.left(key, i) if self.settled_by(j, i) is None and not self.is_believed(key, j, i)]
        return self.once(self.is_wrong, i) and any(end > self.at[j] for j in doubts)

    def is_news(self, key, i):
        return self.is_told(key, i, self.at[i]) and self.rings[i][key] > self.rings[i - 1].get(key, 0)


def judged(steps):
    """Each step with the keys that are a problem then, and those that the log names then. A step without a ring only looks."""
    taken, out = [], []
    for second, ring, *_ in steps:
        taken += [(second, ring)] if ring else []
        past, i = Past(taken), len(taken) - 1
        told = [key for key in past.keys() if i > 0 and past.is_told(key, i, second)]
        news = [key for key in past.keys() if ring and i > 0 and past.is_news(key, i)]
        out.append([second, ring, " ".join(told), " ".join(news)])
    return out


def counted(sequences):
    """How often a key opens longer than an end that the program has seen, and whether it is told."""
    counts = dict.fromkeys(["told: a ring said an earlier end", "told: it had left", "told without either", "not told: it left only with rings that brought a key back"], 0)
    for sequence in sequences:
        taken = []
        for second, ring, told, _ in sequence["steps"]:
            taken += [(second, ring)] if ring else []
            past, i = Past(taken), len(taken) - 1
            for key, end in past.rings[i].items():
                was_said = any(r.get(key, NEVER) < end for r in past.rings[:i])
                had_left = any(past.at[j] < end for j in past.left(key, i))
                if key in told.split():
                    kinds = list(counts)
                    counts[kinds[0] if was_said else kinds[1] if had_left else kinds[2]] += 1
                elif end > second and (was_said or had_left):
                    assert not was_said and not any(past.is_believed(key, j, i) for j in past.left(key, i)), (sequence, key, second)
                    counts[list(counts)[3]] += 1
    return counts


def by_chance(rng):
    """Rings of six keys, and backups of earlier ones."""
    def ring():
        keys = [key for key in "ABCDEF" if rng.random() < 0.5] or ["A"]
        return " ".join([keys[0]] + [key + rng.choice(["", f"<{rng.choice(ENDS)}"]) for key in keys[1:]])

    def moved(text):
        first, *others = text.split()
        return " ".join([first.partition("<")[0]] + [rng.choice([word, word.partition("<")[0] + f"<{rng.choice(ENDS)}"]) for word in others])

    second, steps = 0, [[0, ring()]]
    for _ in range(rng.randint(1, 7)):
        second += 2 + rng.choice([0, 1, 50, 99, 100, 200, 700, 4000])
        rings = [step[1] for step in steps if step[1]]
        dice = rng.random()
        text = rng.choice(rings) if dice < 0.35 else moved(rings[-1]) if dice < 0.55 else ring()
        steps.append([second, "" if text == rings[-1] else text])
        second += rng.choice([0, 500, 3000])
        steps.append([second, ""])
    return steps


ENDS = [100, 300, 1000, 5000]


def shown(second):
    return datetime.fromtimestamp(START + second, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_commands(rng, program):
    """Rings of one file that only commands change. Some of them the program never sees."""
    with tempfile.TemporaryDirectory() as folder:
        file, names = Path(folder, "keys"), {}

        def run(words):
            environment = os.environ | {"HARDTACK_NOW": shown(second)}
            ran = subprocess.run([program, "ring", *words.split()], cwd=folder, env=environment, capture_output=True, text=True)
            return ran.stdout

        def text():
            words = []
            for line in file.read_text().splitlines():
                if line.startswith("hardtack_key"):
                    key, *times = line.split()
                    word = names.setdefault(key, chr(ord("A") + len(names)))
                    for name, at in (time.split("=") for time in times):
                        sign = "<" if name == "accept_until" else ">"
                        word += f"{sign}{int(datetime.fromisoformat(at).timestamp()) - START}"
                    words.append(word)
            return " ".join(words)

        second = 0
        run("add keys --lifetime 10m")
        steps = [[0, text()]]
        for _ in range(rng.randint(4, 16)):
            second += rng.choice([1, 30, 300, 900, 5000])
            key = rng.choice(re.findall("^[* ] ([0-9a-f]{8}) ", run("show keys"), re.M))
            after = rng.choice(["1m", "5m", "15m"])
            run(rng.choice([
                "add keys", f"rotate keys --after {after}", f"promote keys {key}", f"promote keys {key} --at +{after}",
                f"retire keys {key}", f"retire keys {key} --force", f"retire keys {key} --at +{after}", f"retire keys {key} --at +1h",
                f"leaked keys --at +{after}", "leaked keys --now", f"leaked keys --{rng.choice(['now', f'at +{after}'])} --keep {key}",
            ]))
            last = [step[1] for step in steps if step[1]][-1]
            if rng.random() < 0.8:
                steps.append([second, "" if text() == last else text()])
        return steps


def written(sequences):
    lines = ",\n".join(f"  {json.dumps(sequence)}" for sequence in sequences)
    return f"[\n{lines}\n]\n"


def main(arguments):
    if arguments in (["--check"], ["--write"]):
        sequences = [sequence | {"steps": judged(sequence["steps"])} for sequence in json.loads(FILE.read_text())]
        if arguments == ["--write"]:
            FILE.write_text(written(sequences))
        elif FILE.read_text() != written(sequences):
            sys.exit(f"{FILE.name} is not what `python3 ends.py --write` writes")
    elif len(arguments) in (2, 3):
        rng = random.Random(int(arguments[1]))
        make = lambda: by_commands(rng, arguments[2]) if len(arguments) == 3 else by_chance(rng)
        sequences = [{"name": f"{arguments[1]}.{n}", "steps": judged(make())} for n in range(int(arguments[0]))]
        sys.stdout.write(written(sequences))
    else:
        sys.exit(__doc__)
    print(counted(sequences), file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
