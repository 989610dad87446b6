"""Serves a program of the Common Gateway Interface in wasmtime: `serve.py PROGRAM.wasm [PORT]`.

Each request has an instance of its own, with the variables SESSION_KEYS, REQUEST_METHOD, PATH_INFO and HTTP_COOKIE.
"""

import email
import os
import sys
import tempfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from wasmtime import Engine, ExitTrap, Linker, Module, Store, WasiConfig

PROGRAM = sys.argv[1]
PORT = int(sys.argv[2]) if len(sys.argv) > 2 else 0

engine = Engine()
module = Module.from_file(engine, PROGRAM)
linker = Linker(engine)
linker.define_wasi()


def run(variables, body):
    """The output of the program for one request."""
    with tempfile.TemporaryDirectory() as folder:
        stdin, stdout = os.path.join(folder, "in"), os.path.join(folder, "out")
        with open(stdin, "wb") as file:
            file.write(body)
        wasi = WasiConfig()
        wasi.env = list(variables.items())
        wasi.stdin_file, wasi.stdout_file = stdin, stdout
        wasi.inherit_stderr()
        store = Store(engine)
        store.set_wasi(wasi)
        start = linker.instantiate(store, module).exports(store)["_start"]
        try:
            start(store)
        except ExitTrap as exit:
            if exit.code != 0:
                return "Status: 500 Internal Server Error\n\n"
        with open(stdout, encoding="utf-8") as file:
            return file.read()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        variables = {
            "SESSION_KEYS": os.environ.get("SESSION_KEYS", ""),
            "REQUEST_METHOD": self.command,
            "PATH_INFO": self.path,
        }
        if cookies := self.headers.get_all("Cookie"):
            variables["HTTP_COOKIE"] = "; ".join(cookies)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = email.message_from_string(run(variables, body))
        text = answer.get_payload().encode()
        self.send_response(int(answer["Status"].split()[0]))
        for name, value in answer.items():
            if name != "Status":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_POST = do_GET

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
