"""Prints session cookies that Pyramid, Beaker, Flask and Starlette write, as JSON, if the advice of crates/migrate/docs/python.md
about pickles keeps visitors signed in. `.ci/run` installs what the first line names:

    pip install pyramid beaker cryptography pycryptodome flask starlette
    python3 crates/migrate/tests/python.py > crates/migrate/tests/python.json
"""

import asyncio
import json
import pathlib
import pickle
import re
import time
import zlib
from unittest import mock

import flask as flask_library
from beaker.session import CookieSession
from pyramid.interfaces import IRequest
from pyramid.session import PickleSerializer, SignedCookieSessionFactory
from pyramid.testing import DummyRequest
from starlette.middleware.sessions import SessionMiddleware
from webob import Response

SECRET = "a secret of the old site"
CONTENT = {"user": "ada", "count": 2, "nested": {"list": [1, -2, 3.5, None, True, "ä"]}}
LARGE = {"number": 2**64}


def earlier():
    """A session that begins here is ten minutes old when it is used."""
    return mock.patch("time.time", return_value=time.time() - 600)


def pyramid(secret=SECRET, more={}, **settings):
    class Request(DummyRequest):
        def add_response_callback(self, callback):
            self.callback = callback

    request = Request()
    request.cookies = {}
    with earlier():
        session = SignedCookieSessionFactory(secret, **settings)(request)
    session.update(CONTENT, **more)
    session.flash("for the next page")
    session.get_csrf_token()
    response = Response()
    request.callback(request, response)
    return response.headers["Set-Cookie"]


def beaker(more={}, **settings):
    request = {}
    session = CookieSession(request, validate_key="a key that validates", **settings)
    with earlier():
        session.save()
    session.update(CONTENT, **more)
    # As pyramid_beaker stores them.
    session.update({"_f_": ["for the next page"], "_f_warn": ["and another"], "_csrft_": "a token"})
    session.save()
    return request["cookie_out"].strip()


def flask(**more):
    app = flask_library.Flask("old site")
    app.secret_key = SECRET

    @app.get("/")
    def page():
        flask_library.session.update(CONTENT, **more)
        return ""

    return app.test_client().get("/").headers["Set-Cookie"]


def starlette(**more):
    async def page(scope, receive, send):
        scope["session"].update(CONTENT, **more)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def send(message):
        sent.append(message)

    sent = []
    asyncio.run(SessionMiddleware(page, secret_key=SECRET)({"type": "http", "headers": []}, None, send))
    return dict(sent[0]["headers"])[b"set-cookie"].decode()


def beaker_visits(*serializers):
    """The visits that the last one counts, of a visitor of a program that has one serializer after another."""
    visits, cookie = 0, ""
    for serializer in serializers:
        request = {"cookie": cookie}
        session = CookieSession(request, validate_key="v", data_serializer=serializer, invalidate_corrupt=True)
        visits = session["visits"] = session.get("visits", 0) + 1
        session.save()
        cookie = request["cookie_out"].strip().split(";")[0]
    return visits


page = pathlib.Path(__file__).parents[3].joinpath("crates/migrate/docs/python.md").read_text()
exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1])
both = JsonOrPickle()  # noqa: F821
assert beaker_visits("pickle", "pickle", "json") == 1
assert beaker_visits("pickle", "pickle", both, both, "json") == 5

FIELDS = {
    "pyramid": pyramid(),
    "pyramid salted": pyramid(salt="another.salt", cookie_name="other"),
    "pyramid latin-1": pyramid(SECRET + "ä", salt="sälz"),
    "pyramid utf-8": pyramid(SECRET + "ä", salt="€"),
    "pyramid bytes": pyramid(SECRET.encode() + bytes(range(200, 232)), salt="sälz"),
    "pyramid large": pyramid(more=LARGE),
    "pyramid pickle": pyramid(serializer=PickleSerializer()),
    "beaker encrypted": beaker(encrypt_key="a key that encrypts", data_serializer="json"),
    "beaker ctr": beaker(encrypt_key="a key that encrypts", data_serializer="json", crypto_type="pycrypto"),
    "beaker signed": beaker(data_serializer="json"),
    "beaker large": beaker(LARGE, encrypt_key="a key that encrypts", data_serializer="json"),
    "beaker pickle": beaker(encrypt_key="a key that encrypts"),
    "beaker signed pickle": beaker(),
    "flask": flask(),
    "flask compressed": flask(note="x" * 1000),
    "flask tags": flask(pair=(1, 2)),
    "flask large": flask(**LARGE),
    "starlette": starlette(),
    "starlette large": starlette(**LARGE),
}

cookies = []
for form, field in FIELDS.items():
    name, value = field.split(";")[0].split("=", 1)
    cookies.append({"format": form, "name": name, "value": value, "made_at": int(time.time())})
print(json.dumps(cookies, indent=2))
