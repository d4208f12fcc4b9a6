"""A visitor's browser: HTTP/1.1 with every byte in our hands, and curl for HTTP/2."""
import http.client
import socket
import ssl
import subprocess

from fronts.recorder import PATIENCE

SITE = "www.example.com"


class Connection(http.client.HTTPSConnection):
    """A connection to a front, whatever the name of the site resolves to."""

    def __init__(self, front, source):
        context = ssl.create_default_context(cafile=front.certificate)
        super().__init__(SITE, front.port, timeout=PATIENCE, context=context)
        self.front_address = (front.address(source), front.port)
        self.source = (source, 0)
        self.tls = context

    def connect(self):
        plain = socket.create_connection(self.front_address, self.timeout, self.source)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = self.tls.wrap_socket(plain, server_hostname=SITE)


class Browser:
    """Asks a front from an address of loopback."""

    def __init__(self, front, source="127.0.0.2"):
        self.front = front
        self.source = source
        self.connection = Connection(front, source)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def begin(self, method, target, fields=()):
        """Sends the head as it is given."""
        self.connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        self.connection.putheader("host", SITE)
        for name, value in fields:
            self.connection.putheader(name, value)

    def ask(self, method, target, fields=(), body=None):
        """The response, with its body in `content`."""
        self.begin(method, target, fields)
        if body is None and method == "POST":
            body = b"{}"
        if body is not None:
            self.connection.putheader("content-length", str(len(body)))
        self.connection.endheaders(body)
        return self.response()

    def response(self):
        response = self.connection.getresponse()
        response.content = response.read()
        return response

    def curl(self, target, *arguments):
        """The same over HTTP/2, if the server speaks it: exit status, output."""
        started = self.started_curl(target, *arguments)
        output, _ = started.communicate()
        return started.returncode, output

    def started_curl(self, target, *arguments):
        """The process, which writes what arrives as it arrives."""
        front = self.front
        address = front.address(self.source)
        # curl takes an IPv6 address in brackets there.
        address = f"[{address}]" if ":" in address else address
        command = ["curl", "--silent", "--no-buffer", "--http2", "--path-as-is", "--globoff", "--max-time", str(PATIENCE)]
        command += ["--cacert", front.certificate, "--interface", self.source]
        command += ["--connect-to", f"{SITE}:443:{address}:{front.port}"]
        command += ["--write-out", "\n%{http_version} %{http_code}", *arguments]
        return subprocess.Popen([*command, f"https://{SITE}{target}"], stdout=subprocess.PIPE)
