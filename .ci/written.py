"""What the programs share that write files from tables: `settings` and `facts`."""

import pathlib, re, sys, tomllib

ROOT = pathlib.Path(__file__).parent.parent
PROGRAM = ".ci/" + pathlib.Path(sys.argv[0]).name
changed = []


def read(path):
    return tomllib.loads((ROOT / path).read_text())


def head(table):
    return f"// Written by {PROGRAM} from {table}: change that.\n\n"


def write(path, text):
    file = ROOT / path
    if not file.exists() or file.read_text() != text:
        changed.append(str(path))
        file.write_text(text)


def fill(path, *blocks):
    """Writes each block after a line that names this program, until a blank line, a brace or the end."""
    left = iter(blocks)
    block = lambda found: found[1] + next(left)
    after = rf"(.*{re.escape(PROGRAM)}.*\n)[\s\S]*?(?=^ *\}}?\n|\Z)"
    write(path, re.sub(after, block, (ROOT / path).read_text(), flags=re.M))


def camel(name):
    return re.sub("_(.)", lambda found: found[1].upper(), name)


def end():
    """With `--check`, fails if a file has changed."""
    if changed and "--check" in sys.argv:
        sys.exit(f"a table has changed, or what is written from it: run {PROGRAM}, and commit {', '.join(changed)}")
