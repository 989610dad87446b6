#!/usr/bin/env python3
"""Writes msgpack.json from the npm package msgpack-test-suite 1.0.0 (kawanet, MIT): one line for each value.

    npm pack msgpack-test-suite@1.0.0 && tar -xzf msgpack-test-suite-1.0.0.tgz
    python3 msgpack.py package           writes msgpack.json
    python3 msgpack.py package --check   exits with 1 if it differs
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
ABOUT = [
    "Each value of kawanet/msgpack-test-suite 1.0.0 with all of its forms in MessagePack, as msgpack.py takes them over.",
    "Copyright (c) 2017-2018 Yusuke Kawasaki; its license is in LICENSE-msgpack-test-suite.",
]


def vector(case: dict) -> dict:
    # Some numbers stand there as text, too, which no reader of JSON rounds.
    kind = "bignum" if "bignum" in case else next(key for key in case if key != "msgpack")
    value = case[kind]
    if kind == "binary":
        value = value.replace("-", "")
    return {"type": kind, "value": value, "forms": [form.replace("-", "") for form in case["msgpack"]]}


def text(package: Path) -> str:
    groups = json.loads((package / "dist/msgpack-test-suite.json").read_text())
    lines = [json.dumps(vector(case), ensure_ascii=False) for cases in groups.values() for case in cases]
    about = json.dumps(ABOUT)
    return f'{{\n  "about": {about},\n  "vectors": [\n    ' + ",\n    ".join(lines) + "\n  ]\n}\n"


package, target = Path(sys.argv[1]), HERE / "msgpack.json"
if "--check" in sys.argv:
    sys.exit(target.read_text() != text(package))
target.write_text(text(package))
