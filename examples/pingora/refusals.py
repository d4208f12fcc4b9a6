"""Looks at what the program refuses: variables that are not UTF-8, and beside a site targets of the gateway's that
no URI holds, which the site may not get, an upload that drips in, and a browser that asks and takes no answer.

    refusals.py PROGRAM PORT"""

import os
import socket
import subprocess
import sys
import time

PROGRAM, PORT = sys.argv[1], int(sys.argv[2])
SETTINGS = os.environ | {
    "FPJS_ROUTE_PREFIX": "ore54guier",
    "NOBODY_ASKS_FOR": b"\xff",
    "FIRSTPARTY_LISTEN": f"127.0.0.1:{PORT}",
    "FIRSTPARTY_SITE": f"127.0.0.1:{PORT + 1}",
}
# The ten seconds of R16.4, and what a busy machine adds.
LIMIT = 13


def ends_with_name(variable):
    settings = SETTINGS | {variable: b"s3cret\xff"}
    ended = subprocess.run([PROGRAM], env=settings, stderr=subprocess.PIPE, timeout=10)
    assert ended.returncode == 1, ended.returncode
    # A setting of the gateway is named as in its contract, in lower case.
    assert ended.stderr.lower().endswith(f": {variable.lower()}: expected utf-8\n".encode()), ended.stderr
    assert b"s3cret" not in ended.stderr, ended.stderr


def connect():
    for _ in range(100):
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=10)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise SystemExit("the program does not listen")


def ask(line, fields=b""):
    browser = connect()
    browser.sendall(line + b" HTTP/1.1\r\nhost: www.shop.example\r\n" + fields + b"\r\n")
    return browser


def first_line(peer):
    return peer.recv(4096).split(b"\r\n")[0]


def seconds_until_cut(browser, piece):
    """How long the program endures a browser that sends more and more."""
    browser.settimeout(0.5)
    start = time.monotonic()
    while time.monotonic() < start + LIMIT:
        try:
            browser.send(piece)
            time.sleep(0.01)
        except TimeoutError:
            pass
        except ConnectionError:
            break
    seconds = time.monotonic() - start
    assert seconds < LIMIT, "the browser holds the connection"
    return seconds


for variable in "FPJS_PRE_SHARED_SECRET", "fpjs_region", "FIRSTPARTY_CONFIG", "FIRSTPARTY_LISTEN":
    ends_with_name(variable)
print("a variable that is not UTF-8 ends the program, which names it")

site = socket.create_server(("127.0.0.1", PORT + 1))
site.settimeout(10)
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
program = subprocess.Popen([PROGRAM], env=SETTINGS, **quiet)
try:
    assert first_line(ask(b"POST /ore54guier/?\xff")) == b"HTTP/1.1 400 Bad Request"
    # Pingora reads its path, which is short enough for a URI.
    target = b"http://www.shop.example/ore54guier/?".ljust(65_540, b"a")
    browser = ask(b"POST " + target, b"content-length: 1000\r\n")
    assert first_line(browser) == b"HTTP/1.1 400 Bad Request"
    seconds = seconds_until_cut(browser, b".")
    print(f"an upload that drips in is cut {seconds:.0f} s after its refusal")
    ask(b"GET /its-own")
    assert first_line(site.accept()[0]) == b"GET /its-own HTTP/1.1", "the site got a request of the gateway's"
    print("a target that no URI holds is answered 400, and does not reach the site")
    question = b"GET /ore54guier/status HTTP/1.1\r\nhost: www.shop.example\r\n\r\n"
    seconds = seconds_until_cut(connect(), question * 1000)
    print(f"a browser that takes no answer is cut after {seconds:.0f} s")
finally:
    program.kill()
    program.wait(10)
