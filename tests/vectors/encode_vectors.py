"""The vectors of encode.json: the form of a typed value in a dictionary (§ 5.4.3)."""

from answers import *

BORDERS = {"u8": (0, 127, 128, 255), "u16": (127, 255, 256, 65_535), "u32": (5, 65_535, 65_536, 2**32 - 1), "u64": (5, 2**32 - 1, 2**32, 2**64 - 1),
           "i8": (127, 0, -1, -32, -33, -128), "i16": (5, 128, 32_767, -33, -128, -129, -32_768), "i32": (5, 32_768, 2**31 - 1, -129, -32_768, -32_769, -2**31),
           "i64": (5, 2**31, 2**63 - 1, -1, -2**31, -2**31 - 1, -2**63), "u128": (0, 1, 2**64 - 1, 2**64, 2**127, 2**128 - 1),
           "i128": (0, 5, -1, 2**64, -2**63 - 1, -2**100, 2**127 - 1, -2**127)}
FLOATS = (("1.5", 1.5), ("1.0, which no integer stands for", 1.0), ("0.1", 0.1), ("0.0", 0.0), ("-0.0", -0.0), ("1e300", 1e300), ("infinity", math.inf), ("minus infinity", -math.inf), ("NaN", math.nan))
number = lambda n: {"u8": str(n)}
text_of = lambda text: {"text": text}
NONE = {"none": None}


def encodings():
    out = []

    def add(name, value, data=None, spec="§ 5.4.3", error=None):
        """`data`: the bytes, where they say more than a name; `error`: it is refused."""
        v = {"name": name, "spec": spec, "value": value}
        v |= answer_encode(v)
        assert v.get("error") == error and data in (None, v.get("bytes")), v
        out.append(v)

    add("no value", NONE, "c0")
    add("false", {"bool": False}, "c2")
    add("true", {"bool": True}, "c3")
    add("an optional value that is there", {"some": number(5)}, "05")
    add("an optional value in an optional value", {"some": {"some": text_of("a")}}, "a161")
    add("a wrapper of one value", {"wrapper": {"bool": True}}, "c3")
    add("a wrapper of a list", {"wrapper": {"list": [number(1)]}}, "9101")
    for kind, numbers in BORDERS.items():
        for n in numbers:
            add(f"{kind}: {n}", {kind: str(n)})
    for name, value in FLOATS:
        for kind, form in (("f32", ">f"), ("f64", ">d")):
            if name != "1e300" or kind == "f64":
                add(f"{kind}: {name}", {kind: struct.pack(form, value).hex()})
    sequences(add)
    structures(add)
    maps(add)
    alternatives(add)
    depths(add)
    return out


def sequences(add):
    """Texts, byte strings and lists."""
    add("an empty text", text_of(""), "a0")
    add("a text beyond ASCII", text_of("é尺🍪"))
    add("a text that begins with U+FEFF", text_of("\ufeffAda"), spec="§ 5.4.3, § 5.4.7")
    for character in "aé🍪\0":
        add(f"the character U+{ord(character):04X}", {"char": character})
    for n in (31, 32, 255, 256, 65_535, 65_536):
        add(f"a text of {n:,} bytes", text_of("x" * n if n < 1_000 else [["x", n]]))
    for n in (0, 1, 31, 32, 255, 256, 65_535, 65_536):
        add(f"a byte string of {n:,} bytes", {"bytes": "ab" * n if n < 1_000 else [["ab", n]]})
    add("a UUID", {"uuid": "67e55044-10b1-426f-9247-bb680e5fe0c8"}, spec="§ 5.4.10")
    add("an IPv4 address", {"address": "192.0.2.7"}, spec="§ 5.4.10")
    add("an IPv6 address", {"address": "2001:db8::7"}, spec="§ 5.4.10")
    for n in (0, 1, 15, 16, 255, 256):
        add(f"a list of {n} values", {"list": [NONE] * n})
    add("a list of bytes is no byte string", {"list": [number(1), number(200)]}, "9201ccc8")
    add("values without names", {"tuple": [number(5), {"bool": True}, text_of("a")]}, "9305c3a161")
    add("16 values without names", {"tuple": [number(n) for n in range(16)]})


def structures(add):
    add("a structure without fields", {"empty": None}, "90")
    add("a structure: its fields are in the order of declaration", {"struct": [["b", number(1)], ["a", NONE]]}, "82a16201a161c0")
    add("a structure in a structure", {"struct": [["outer", {"struct": [["inner", {"list": []}]]}]]})
    for n in (15, 16):
        add(f"a structure of {n} fields", {"struct": [[f"field {i}", number(i)] for i in range(n)]})
    add("a structure whose field has a name of 32 bytes", {"struct": [["n" * 32, number(1)]]})


def maps(add):
    add("an empty map", {"map": []}, "80")
    add("a map whose keys are texts, in their given order", {"map": [[text_of("b"), number(1)], [text_of("a"), number(2)]]}, "82a16201a16102")
    add("a map whose keys are integers", {"map": [[{"u16": "300"}, text_of("a")], [{"i8": "-1"}, text_of("b")]]}, "82cd012ca161ffa162")
    add("a map whose keys are byte strings and integers of 128 bits", {"map": [[{"bytes": "01ff"}, number(1)], [{"u128": "1"}, number(2)]]})
    add("a map whose keys are lists, truth values and no value", {"map": [[{"list": [number(1)]}, number(1)], [{"bool": True}, number(2)], [NONE, number(3)]]}, "83910101c302c003")
    add("a map whose keys are 1 and 1.0", {"map": [[number(1), number(1)], [{"f64": "3ff0000000000000"}, number(2)]]}, "820101cb3ff000000000000002")
    for n in (15, 16, 256):
        add(f"a map of {n} entries", {"map": [[{"u16": str(i)}, NONE] for i in range(n)]})
    refused = lambda name, first, second: add(f"refused: a map with {name} twice as a key", {"map": [[first, number(1)], [second, number(2)]]}, spec="§ 5.4.5, § 5.4.8", error="value")
    refused("a text", text_of("a"), text_of("a"))
    refused("a number of two types", number(1), {"u64": "1"})
    refused("a text and an alternative of its name", text_of("a"), {"variant": ["a"]})
    refused("no value", NONE, NONE)
    refused("a byte string and an integer of 128 bits of its bytes", {"bytes": "00" * 15 + "07"}, {"u128": "7"})


def alternatives(add):
    add("an alternative without data", {"variant": ["Guest"]}, "a54775657374")
    add("an alternative with a value", {"variant": ["User", number(7)]}, "81a45573657207")
    add("an alternative with no value as its data", {"variant": ["User", NONE]}, "81a455736572c0")
    add("an alternative with values without names", {"variant": ["User", {"tuple": [number(7), text_of("Ada")]}]}, "81a4557365729207a3416461")
    add("an alternative with named fields", {"variant": ["User", {"struct": [["name", text_of("Ada")], ["id", number(7)]]}]})
    add("an alternative in an alternative", {"variant": ["Some", {"variant": ["None"]}]}, "81a4536f6d65a44e6f6e65")


def depths(add):
    """§ 5.4.4: 63 levels, and the outer map."""
    nested = lambda levels, level: {"nested": [levels, level, number(1)]}
    spec = "§ 5.4.4, § 5.4.8"
    for what, level in (("lists", "list"), ("structures", "struct"), ("alternatives", "variant")):
        add(f"63 levels of {what}", nested(63, level), spec=spec)
        add(f"refused: 64 levels of {what}", nested(64, level), spec=spec, error="value")
    add("64 levels of wrappers, which are none", nested(64, "wrapper"), "01", spec=spec)
