#!/usr/bin/env python3
"""Writes nist.json from NIST's files in the package cryptography-vectors 50.0.2: one line for each case.

    pip download --no-deps cryptography-vectors==50.0.2 && python3 -m zipfile -e cryptography_vectors-*.whl package
    python3 nist.py package           writes nist.json
    python3 nist.py package --check   exits with 1 if it differs
"""

import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
ABOUT = [
    "Cases of the Cryptographic Algorithm Validation Program of NIST, a work of the United States that is not subject to copyright, as nist.py takes them over.",
    "AES-256-GCM: of nonces of 96 bits and tags of 128, the first valid and the first invalid case of each length. P-256: all keys, and all signatures with SHA-256.",
]


def cases(file: Path):
    """The lines in brackets before a case, as one text, and its fields."""
    group = ""
    for paragraph in re.split(r"\n\s*\n", file.read_text().replace("\r", "")):
        heads = re.findall(r"^\[(.*)\]$", paragraph, re.MULTILINE)
        group = ", ".join(heads) if heads else group
        fields = dict(re.findall(r"^(\w+) = ?(.*?) *$", paragraph, re.MULTILINE))
        if fields:
            yield group, fields | {"FAIL": "\nFAIL" in paragraph}


def aes_256_gcm(folder: Path):
    seen = set()
    for group, case in cases(folder / "ciphers/AES/GCM/gcmDecrypt256.rsp"):
        is_ours = "IVlen = 96" in group and "Taglen = 128" in group
        if is_ours and (group, case["FAIL"]) not in seen:
            seen.add((group, case["FAIL"]))
            names = {"key": "Key", "nonce": "IV", "aad": "AAD", "ciphertext": "CT", "tag": "Tag"}
            taken = {name: case[theirs] for name, theirs in names.items()}
            yield taken | {"plaintext": None if case["FAIL"] else case["PT"]}


def whole_bytes(digits: str) -> str:
    """A number that is too large has an odd number of digits."""
    return digits.zfill(len(digits) + len(digits) % 2)


def p256(file: Path, group: str, *fields: str):
    """A case is valid if its result is P, or if it has none, since then a signer wrote it."""
    for found, case in cases(file):
        if found == group:
            result = case.get("Result", "P (signed)")
            yield {field.lower(): whole_bytes(case[field]) for field in fields} | {"is_valid": result[0] == "P", "name": result}


def text(package: Path) -> str:
    folder = package / "cryptography_vectors"
    ecdsa = folder / "asymmetric/ECDSA/FIPS_186-3"
    signed = ("P-256,SHA-256", "Qx", "Qy", "Msg", "R", "S")
    lists = {
        "about": ABOUT,
        "aes_256_gcm": list(aes_256_gcm(folder)),
        "keys": list(p256(ecdsa / "PKV.rsp", "P-256", "Qx", "Qy")),
        "signatures": [*p256(ecdsa / "SigVer.rsp", *signed), *p256(ecdsa / "SigGen.rsp", *signed)],
    }
    line = lambda case: f"    {json.dumps(case)}"
    rooms = [f'  "{name}": [\n' + ",\n".join(map(line, of)) + "\n  ]" for name, of in lists.items()]
    return "{\n" + ",\n".join(rooms) + "\n}\n"


package, target = Path(sys.argv[1]), HERE / "nist.json"
if "--check" in sys.argv:
    sys.exit(target.read_text() != text(package))
target.write_text(text(package))
