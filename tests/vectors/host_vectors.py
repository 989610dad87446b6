"""The vectors of hosts.json: the host of a request (§ 15.9)."""

from answers import *


def hosts():
    out = []

    def add(name, host, *fields, authority=None, scheme=None):
        """`fields`: the values of `Host`."""
        v = {"name": name, "spec": "§ 15.9", "scheme": scheme, "authority": authority, "fields": list(fields)}
        v |= answer_hosts(v)
        assert v["host"] == host, v
        out.append(v)

    add("one field", "a.test", "a.test")
    add("no field and no address", None)
    add("two fields, though they are equal", None, "a.test", "a.test")
    add("two fields beside an address", None, "a.test", "a.test", authority="a.test", scheme="https")
    add("an address alone", "a.test", authority="a.test", scheme="https")
    add("an address without a scheme", "a.test:8080", authority="a.test:8080")
    add("a field and an address that are equal", "a.test", "a.test", authority="a.test", scheme="https")
    add("a field and an address of two names", None, "b.test", authority="a.test", scheme="https")
    add("upper case is lower case", "a.test", "A.TEST")
    add("a field and an address in two cases", "a.test", "A.test", authority="a.TEST", scheme="https")
    for port, others in (("80", ("http", None)), ("443", ("https", None)), ("8443", ())):
        for scheme in ("http", "https"):
            with_port = "a.test" if scheme in others else f"a.test:{port}"
            add(f"the port {port} of an address with {scheme}", with_port, authority=f"a.test:{port}", scheme=scheme)
            add(f"{scheme}: a field with the port {port}, and an address without one", with_port if scheme in others else None, f"a.test:{port}", authority="a.test", scheme=scheme)
        add(f"a field with the port {port}, without a scheme", "a.test" if None in others else f"a.test:{port}", f"a.test:{port}")
    add("without a scheme the ports 80 and 443 are the same", "a.test", "a.test:80", authority="a.test:443")
    add("a field and an address of two ports", None, "a.test:8080", authority="a.test:8081", scheme="https")
    add("a port with a zero before it", "a.test", "a.test:0443")
    add("the port 65,535", "a.test:65535", "a.test:65535")
    add("the port 65,536", None, "a.test:65536")
    add("a colon without a port", None, "a.test:")
    add("a port with a sign", None, "a.test:+80")
    add("a port that is no number", None, "a.test:8o")
    add("an empty field", None, "")
    add("an empty field beside an address", None, "", authority="a.test", scheme="https")
    add("a field with white space in it", None, "a .test")
    add("a field with a user", None, "me@a.test")
    add("a field with a comma", None, "a.test,b.test")
    add("a field that is no ASCII", None, "ä.test")
    add("the characters of a name", "a-b_c~d.e1", "a-b_c~d.e1")
    add("an address of version 4", "192.0.2.1:8080", "192.0.2.1:8080")
    add("an address of version 6", "[2001:db8::1]", "[2001:DB8::1]")
    add("an address of version 6 and a port", "[::1]:8080", "[::1]:8080")
    add("an address of version 6 and the port 443", "[::1]", "[::1]:443")
    add("an address of version 6 without brackets", None, "2001:db8::1")
    add("a bracket that does not end", None, "[::1")
    add("brackets around nothing", None, "[]")
    add("a port behind nothing", None, ":80")
    return out
