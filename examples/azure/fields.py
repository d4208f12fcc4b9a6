"""Sends the handler one identification request as it comes from Front Door by way of App Service and the
Functions host, and looks at what Fingerprint gets. Before that it asks what the host asks to see whether the
handler is there.

    fields.py ENTRY PORT"""

import http.client
import http.server
import os
import subprocess
import sys
import threading
import time

ENTRY, PORT = sys.argv[1], int(sys.argv[2])
FRONT_DOOR = {
    "via": "2.0 Azure",
    "x-azure-clientip": "203.0.113.9",
    "x-azure-socketip": "203.0.113.7",
    "x-azure-ref": "0zxV+XAAAAABKMMOjBv2NT4TY6SQVjC0z",
    "x-azure-requestchain": "hops=1",
    "x-azure-fdid": "55ce4ed1-4b06-4bf1-b40e-4638452104da",
}
# What App Service sees of the browser is Front Door.
APP_SERVICE = {
    "client-ip": "198.51.100.4:51124",
    "disguised-host": "www.shop.example",
    "max-forwards": "10",
    "was-default-hostname": "shop.azurewebsites.net",
    "x-appservice-proto": "https",
    "x-arr-log-id": "6f0ff3ab-2f5c-4d1b-9f05-7a9a2d6e52a1",
    "x-arr-ssl": "2048|256|CN=an issuer|CN=*.azurewebsites.net",
    "x-client-ip": "198.51.100.4",
    "x-client-port": "51124",
    "x-forwarded-tlsversion": "1.3",
    "x-original-url": "/ore54guier/?region=eu",
    "x-site-deployment-id": "shop",
    "x-waws-unencoded-url": "/ore54guier/?region=eu",
}
# The host asks the handler by its address. It writes the forwarded fields anew, over those of Front Door.
FUNCTIONS_HOST = {
    "host": f"127.0.0.1:{PORT}",
    "x-azure-functions-hostversion": "4.1044.400.0",
    "x-azure-functions-invocationid": "2b9e5d54-4f0a-4c5f-8f3b-d8fd7f2b7a1d",
    "x-forwarded-for": "169.254.130.1",
    "x-forwarded-host": "www.shop.example",
    "x-forwarded-proto": "https",
    "x-ms-invocation-id": "2b9e5d54-4f0a-4c5f-8f3b-d8fd7f2b7a1d",
}
ADDED = FRONT_DOOR | APP_SERVICE | FUNCTIONS_HOST
OURS = {
    "fpjs-proxy-client-ip": "203.0.113.7",
    "fpjs-proxy-forwarded-host": "www.shop.example",
    "fpjs-proxy-secret": "s3cret",
    "host": "eu.api.fpjs.io",
}
PASS = {"host", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}
seen = []


class Upstream(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def ask(method, path, **more):
    browser = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
    browser.request(method, path, **more)
    return browser.getresponse().status


def wait():
    for _ in range(100):
        try:
            return ask("GET", "/")
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit("the handler does not listen")


upstream = http.server.HTTPServer(("127.0.0.1", PORT + 1), Upstream)
threading.Thread(target=upstream.serve_forever, daemon=True).start()
settings = {
    "FUNCTIONS_CUSTOMHANDLER_PORT": str(PORT),
    "FIRSTPARTY_ROUTE_PREFIX": "ore54guier",
    "FIRSTPARTY_SECRET": "s3cret",
    "FIRSTPARTY_QUIET": "true",
    "FIRSTPARTY_CONNECT_TO": f"127.0.0.1:{PORT + 1}",
}
handler = subprocess.Popen([ENTRY], env=os.environ | settings, stdout=subprocess.DEVNULL)
try:
    assert wait() == 404, "the host's question went on to Fingerprint"
    assert ask("POST", "/ore54guier/?region=eu", body="{}", headers=ADDED) == 204
finally:
    handler.terminate()
    handler.wait(10)
[(path, head)] = seen
assert path.startswith("/?region=eu&ii=fingerprint-pro-azure%2F"), path
assert OURS.items() <= head.items(), "the address, the host or the secret is wrong"
assert PASS == ADDED.keys() & head.keys(), ADDED.keys() & head.keys()
print("the fields of Azure become the visitor's address and host, and those of its edge stay there")
