"""What stands behind the example proxy, and between a front and the proxy.

`Recorder` is an upstream that writes down what it is asked. `Relay` hands on bytes, writes down each
request's first line, and breaks a connection when it is told to.
"""
import http.client
import http.server
import itertools
import re
import socket
import struct
import threading
from dataclasses import dataclass

PATIENCE = 20
SCRIPT = b"export const answer = 42;\n" * 200
COOKIES = ["_iidt=a; Path=/; Secure; HttpOnly", "other=b; Path=/; Secure"]
LONG = [(f"x-answer-{number}", "v" * 16_000) for number in range(3)]
# What the answer for a path has beside the usual fields.
ANSWERED = {
    "/cookies": [("set-cookie", cookie) for cookie in COOKIES],
    "/long": LONG,
    "/script": [("content-type", "text/javascript")],
}
# Python reads at most a hundred fields unless it is told otherwise.
http.client._MAXHEADERS = 1000


@dataclass
class Asked:
    """A request as it came."""

    line: str
    fields: list
    body: bytes = b""

    @property
    def target(self):
        return self.line.split(" ")[1]

    def values(self, name):
        return [value for field, value in self.fields if field.lower() == name]


def reset(connection):
    """Closes so that the other side is told of an error."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    # Another thread that reads here keeps the connection open until it is woken.
    connection.shutdown(socket.SHUT_RD)
    connection.close()


class Recorder(http.server.ThreadingHTTPServer):
    """An HTTP/1.1 server on a free port of loopback."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.asked = []
        self.body_began = threading.Event()
        self.may_go_on = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def forget(self):
        self.asked.clear()
        self.body_began.clear()
        self.may_go_on.clear()

    def only(self):
        """The one request that was made."""
        assert len(self.asked) == 1, f"{len(self.asked)} requests came: {[a.line for a in self.asked]}"
        return self.asked[0]


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection to a recorder, which it writes to."""

    protocol_version = "HTTP/1.1"
    timeout = PATIENCE

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except OSError:
            self.close_connection = True

    def do_POST(self):
        asked = Asked(self.requestline, self.headers.items())
        self.server.asked.append(asked)
        asked.body = b"".join(self.pieces())
        self.answer(asked.target.partition("?")[0])

    do_GET = do_HEAD = do_POST

    def pieces(self):
        """The body, piece by piece."""
        for size in self.sizes():
            piece = self.rfile.read(size)
            if piece:
                self.server.body_began.set()
            yield piece

    def sizes(self):
        if self.headers.get("transfer-encoding") != "chunked":
            yield int(self.headers.get("content-length") or 0)
            return
        while size := int(self.rfile.readline(), 16):
            yield size
            self.rfile.readline()
        self.rfile.readline()

    def answer(self, path):
        if path == "/hangup":
            return self.cut()
        self.send_response(int(path.removeprefix("/status-")) if path.startswith("/status-") else 200)
        for name, value in ANSWERED.get(path, []):
            self.send_header(name, value)
        if path.startswith("/broken-"):
            self.break_off(path.removeprefix("/broken-"))
        elif path == "/halves":
            self.in_halves()
        else:
            self.whole(SCRIPT if path == "/script" else b"{}")

    def whole(self, body):
        self.begin("content-length", str(len(body)), body)

    def break_off(self, framing):
        """Promises more than it sends."""
        if framing == "length":
            self.begin("content-length", "1000", b"x" * 100)
        else:
            self.begin("transfer-encoding", "chunked", b"64\r\n" + b"x" * 100 + b"\r\n")
        self.server.may_go_on.wait(PATIENCE)
        self.cut()

    def in_halves(self):
        """Sends the second half when it is told to."""
        self.begin("content-length", "10", b"first")
        if self.server.may_go_on.wait(PATIENCE):
            self.wfile.write(b"other")
        else:
            self.cut()

    def begin(self, name, value, body):
        """Ends the head with the field that frames the body, and sends some of that."""
        self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def cut(self):
        self.close_connection = True
        reset(self.connection)


class Relay:
    """A port of loopback that leads to another."""

    REQUEST = re.compile(rb"([A-Z]+ \S+ HTTP/1\.[01])\r\n")

    def __init__(self, port):
        self.to = port
        self.lines = []
        self.ever = set()
        self.breaks_posts = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def forget(self):
        self.lines.clear()
        self.breaks_posts = False

    def posts(self):
        """Of each POST: its connection's number, its version."""
        return [(n, line.rpartition(" ")[2]) for n, line in self.lines if line.startswith("POST ")]

    def accept(self):
        for number in itertools.count():
            front = self.listener.accept()[0]
            proxy = socket.create_connection(("127.0.0.1", self.to))
            for side in (front, proxy):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.requests, args=(number, front, proxy), daemon=True).start()
            threading.Thread(target=self.hand_on, args=(proxy, front), daemon=True).start()

    def requests(self, number, front, proxy):
        """Towards the proxy. A front sends no request before the last one is answered, so each begins
        what is received."""

        def may_pass(data):
            if found := self.REQUEST.match(data):
                self.lines.append((number, found[1].decode("latin-1")))
                self.ever.add(self.lines[-1][1])
            return not (self.breaks_posts and data.startswith(b"POST "))

        self.hand_on(front, proxy, may_pass)

    @staticmethod
    def hand_on(source, target, may_pass=lambda _: True):
        try:
            while data := source.recv(65536):
                if not may_pass(data):
                    reset(source)
                    reset(target)
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            for side in (source, target):
                try:
                    reset(side)
                except OSError:
                    pass
