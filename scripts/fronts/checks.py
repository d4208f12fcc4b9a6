"""What holds behind every front. The first line of each function's text is what is printed.

A check gets the scene: the front, the relay behind it, the upstream behind the proxy, and the site.
"""
import http.client
import ssl
from dataclasses import dataclass

from fronts.browser import SITE, Browser
from fronts.recorder import COOKIES, LONG, PATIENCE, SCRIPT, Recorder, Relay
from fronts.servers import HAS_IPV6, MOUNT, SECRET, Front

FORGED = [
    ("x-forwarded-for", "203.0.113.7"),
    ("x-forwarded-host", "forged.example"),
    ("forwarded", "for=203.0.113.7;host=forged.example"),
    ("fpjs-proxy-client-ip", "203.0.113.7"),
    ("fpjs-proxy-forwarded-host", "forged.example"),
    ("fpjs-proxy-secret", "forged"),
]


@dataclass
class Scene:
    front: Front
    relay: Relay
    upstream: Recorder
    site: Recorder

    def forget(self):
        for part in (self.relay, self.upstream, self.site):
            part.forget()

    def browser(self, source="127.0.0.2"):
        return Browser(self.front, source)


def equal(found, expected):
    assert found == expected, f"{found!r:.200} is not {expected!r:.200}"


def told(asked):
    """What upstream learns of the visitor."""
    names = ("fpjs-proxy-client-ip", "fpjs-proxy-forwarded-host", "fpjs-proxy-secret", "host")
    return [asked.values(name) for name in names]


def expected_of(address):
    return [[address], [SITE], [SECRET], ["api.fpjs.io"]]


def visitor(scene):
    """upstream is told the visitor's address and the site's host"""
    with scene.browser() as browser:
        equal(browser.ask("POST", f"{MOUNT}/").status, 200)
    equal(told(scene.upstream.only()), expected_of("127.0.0.2"))


def visitor_by_ipv6(scene):
    """the same for a visitor with an IPv6 address"""
    if not HAS_IPV6:
        return "no IPv6 on this machine"
    with scene.browser("::1") as browser:
        equal(browser.ask("POST", f"{MOUNT}/").status, 200)
    equal(told(scene.upstream.only()), expected_of("::1"))


def visitor_by_http2(scene):
    """the same over HTTP/2, if the server speaks it"""
    status, output = scene.browser().curl(f"{MOUNT}/", "--data-raw", "{}")
    version = b"1.1" if scene.front.name == "haproxy" else b"2"
    equal((status, output), (0, b"{}\n" + version + b" 200"))
    equal(told(scene.upstream.only()), expected_of("127.0.0.2"))


def forged(scene):
    """what a browser forges does not win"""
    with scene.browser() as browser:
        equal(browser.ask("POST", f"{MOUNT}/", FORGED).status, 200)
        equal(told(scene.upstream.only()), expected_of("127.0.0.2"))
        scene.forget()
        # Two fields, the second of which looks like one that a front has written.
        twice = FORGED[:1] + [("X-Forwarded-For", "203.0.113.8, 127.0.0.1")]
        equal(browser.ask("POST", f"{MOUNT}/", twice).status, 200)
    equal(told(scene.upstream.only()), expected_of("127.0.0.2"))


def target(scene):
    """path and query arrive byte for byte"""
    with scene.browser() as browser:
        for text in TARGETS:
            scene.forget()
            equal(browser.ask("GET", MOUNT + text).status, 200)
            equal(scene.upstream.only().target, text)


TARGETS = [
    "/",
    "/a%2Fb%2fc",
    "/%3a:%41A%7e~",
    "/a//b///",
    "/a;b=1,c/+d/$&'()*!@=",
    "/?a=1&a=2&&b&=c&",
    "/?a+b%20c%2B=%26region%3Deu;d=e",
    "/?%zz&%",
    "/?[a]{b}|c^`'",
    "/a?b?c/../d//e%2F",
]


def malformed_path(scene):
    """a path with a malformed escape arrives byte for byte"""
    with scene.browser() as browser:
        status = browser.ask("GET", f"{MOUNT}/a%zz%").status
    if status == 400:
        return "refused by the front"
    equal((status, scene.upstream.only().target), (200, "/a%zz%"))


def mount_only(scene):
    """the mount is the proxy's, the rest is the site's"""
    with scene.browser() as browser:
        for path in (MOUNT, f"{MOUNT}?a=b", f"{MOUNT}/", f"{MOUNT}/web/v4/k"):
            scene.forget()
            equal(browser.ask("GET", path).status, 200)
            equal((len(scene.upstream.asked), len(scene.site.asked)), (1, 0))
        for path in ("/", "/login", "/x" + MOUNT, "/?p=" + MOUNT):
            scene.forget()
            equal(browser.ask("POST", path).status, 200)
            equal((len(scene.upstream.asked), len(scene.site.asked)), (0, 1))


def head(scene):
    """a request's head of 60 KB in 90 fields arrives"""
    fields = [(f"x-field-{number}", "v" * 375) for number in range(86)]
    fields += [("cookie", "_iidt=kept; other=" + "c" * 16_000), ("referer", f"https://{SITE}/" + "r" * 8_000)]
    with scene.browser() as browser:
        equal(browser.ask("POST", f"{MOUNT}/?q=" + "q" * 600, fields).status, 200)
    asked = scene.upstream.only()
    found = [pair for pair in asked.fields if pair[0].startswith("x-field-")]
    # The order of different fields says nothing (RFC 9110 §5.3).
    equal(sorted(found), sorted(fields[:86]))
    equal(asked.values("cookie"), ["_iidt=kept"])


def answered_head(scene):
    """an answer's head of 48 KB arrives"""
    with scene.browser() as browser:
        response = browser.ask("POST", f"{MOUNT}/long")
    fields = sorted((name.lower(), value) for name, value in response.getheaders())
    equal([pair for pair in fields if pair[0].startswith("x-answer-")], LONG)


def long_target(scene):
    """a target of 30 KB arrives"""
    text = "/?q=" + "q" * 30_000
    with scene.browser() as browser:
        equal(browser.ask("GET", MOUNT + text).status, 200)
    equal(scene.upstream.only().target, text)


def cookies(scene):
    """only _iidt goes to upstream, and none without identification"""
    sent = [("cookie", "session=secret; _iidt=a=b; theme=dark")]
    with scene.browser() as browser:
        browser.ask("POST", f"{MOUNT}/", sent)
        equal(scene.upstream.only().values("cookie"), ["_iidt=a=b"])
        scene.forget()
        browser.ask("GET", f"{MOUNT}/", sent)
        equal(scene.upstream.only().values("cookie"), [])


def set_cookies(scene):
    """two Set-Cookie fields stay two"""
    with scene.browser() as browser:
        response = browser.ask("POST", f"{MOUNT}/cookies")
    equal(response.headers.get_all("set-cookie"), COOKIES)


def not_compressed(scene):
    """the front neither compresses nor unpacks an answer"""
    with scene.browser() as browser:
        for accepted in ([("accept-encoding", "gzip, br, zstd")], []):
            scene.forget()
            response = browser.ask("GET", f"{MOUNT}/script", accepted)
            equal((response.getheader("content-encoding"), response.content), (None, SCRIPT))
            equal(scene.upstream.only().values("accept-encoding"), [value for _, value in accepted])


def not_cached(scene):
    """the second request for the same goes to upstream, too"""
    with scene.browser() as browser:
        for _ in range(2):
            equal(browser.ask("GET", f"{MOUNT}/script").status, 200)
            equal(browser.ask("POST", f"{MOUNT}/").status, 200)
    equal(len(scene.upstream.asked), 4)


def upload(scene):
    """a body of 5 MB arrives whole, and its beginning before its end is sent"""
    pieces = [bytes([number]) * 65_536 for number in range(80)]
    with scene.browser() as browser:
        browser.begin("POST", f"{MOUNT}/", [("transfer-encoding", "chunked")])
        connection = browser.connection
        connection.endheaders()
        for piece in pieces[:40]:
            connection.send(b"10000\r\n" + piece + b"\r\n")
        is_streamed = scene.upstream.body_began.wait(PATIENCE)
        for piece in pieces[40:]:
            connection.send(b"10000\r\n" + piece + b"\r\n")
        connection.send(b"0\r\n\r\n")
        equal(browser.response().status, 200)
    assert is_streamed, "upstream saw nothing of the first half"
    assert scene.upstream.only().body == b"".join(pieces), "the body is another one"


def streamed_answer(scene):
    """the beginning of an answer arrives before its end is sent"""
    with scene.browser() as browser:
        browser.begin("GET", f"{MOUNT}/halves")
        browser.connection.endheaders()
        response = browser.connection.getresponse()
        equal(response.read(5), b"first")
        scene.upstream.may_go_on.set()
        equal(response.read(), b"other")


def break_in_body(scene):
    """the browser notices that an answer broke off"""
    for framing in ("length", "chunked"):
        with scene.browser() as browser:
            browser.begin("GET", f"{MOUNT}/broken-{framing}")
            browser.connection.endheaders()
            response = browser.connection.getresponse()
            equal((response.status, response.read(100)), (200, b"x" * 100))
            scene.upstream.may_go_on.set()
            equal(broken(response), True)
        scene.forget()
        with scene.browser().started_curl(f"{MOUNT}/broken-{framing}") as curl:
            # Upstream waits for the first bytes to arrive, for a front that has not sent the head yet would
            # answer with an error of its own.
            equal(curl.stdout.read(100), b"x" * 100)
            scene.upstream.may_go_on.set()
            rest = curl.stdout.read()
        # curl names a short body, a reset and a broken stream.
        assert curl.returncode in (18, 56, 92), (curl.returncode, rest)
        scene.forget()


def broken(response):
    try:
        return bool(response.read()) and False
    except (http.client.IncompleteRead, ConnectionError, ssl.SSLError):
        return True


def errors(scene):
    """errors pass as they are, from the proxy and from upstream"""
    with scene.browser() as browser:
        refused = browser.ask("POST", f"{MOUNT}/status")
        equal((refused.status, refused.getheader("allow")), (405, "GET, HEAD"))
        equal((refused.getheader("content-type"), refused.content[:10]), ("application/json", b'{"error":"'))
    # The proxy refuses without reading the body, and then a server may close the browser's connection.
    with scene.browser() as browser:
        for status in (400, 403, 404, 429, 500, 503):
            answer = browser.ask("GET", f"{MOUNT}/status-{status}")
            equal((answer.status, answer.content), (status, b"{}"))


def sent_once(scene):
    """an identification request is sent once, though upstream breaks the connection"""
    with scene.browser() as browser:
        browser.ask("POST", f"{MOUNT}/")
        scene.forget()
        response = browser.ask("POST", f"{MOUNT}/hangup")
    equal((response.status, b"IntegrationFailed" in response.content), (500, True))
    scene.upstream.only()
    equal(len(scene.relay.posts()), 1)


def sent_once_by_front(scene):
    """and once, though the proxy does"""
    note = None
    for is_kept in (True, False):
        with scene.browser() as browser:
            if is_kept:
                browser.ask("POST", f"{MOUNT}/")
            scene.forget()
            scene.relay.breaks_posts = True
            try:
                equal(browser.ask("POST", f"{MOUNT}/").status, 502)
            except http.client.RemoteDisconnected:
                note = "the front closes without an answer"
        equal((len(scene.relay.posts()), len(scene.upstream.asked)), (1, 0))
        scene.relay.breaks_posts = False
        with scene.browser() as browser:
            equal(browser.ask("POST", f"{MOUNT}/").status, 200)
    return note


def kept_alive(scene):
    """connections to the proxy are kept, with HTTP/1.1"""
    with scene.browser() as browser:
        for _ in range(10):
            equal(browser.ask("POST", f"{MOUNT}/").status, 200)
    connections, versions = zip(*scene.relay.posts())
    equal(versions, ("HTTP/1.1",) * 10)
    # A front may have several of them.
    assert len(set(connections)) < 5, f"ten requests needed the connections {connections}"


def health(scene):
    """the health check is answered, with HTTP/1.0 and without a host, too"""
    if scene.front.name == "haproxy":
        # It has begun with its own.
        assert f"GET {MOUNT}/status HTTP/1.0" in scene.relay.ever, scene.relay.ever
    connection = http.client.HTTPConnection("127.0.0.1", scene.relay.to, timeout=PATIENCE)
    connection._http_vsn, connection._http_vsn_str = 10, "HTTP/1.0"
    connection.putrequest("GET", f"{MOUNT}/status", skip_host=True, skip_accept_encoding=True)
    connection.endheaders()
    equal(connection.getresponse().status, 200)
    connection.close()
    with scene.browser() as browser:
        response = browser.ask("GET", f"{MOUNT}/status")
    equal((response.status, response.getheader("cache-control")), (200, "no-store"))
    equal(scene.upstream.asked, [])


CHECKS = [
    visitor, visitor_by_ipv6, visitor_by_http2, forged, target, malformed_path, mount_only, head,
    answered_head, long_target, cookies, set_cookies, not_compressed, not_cached, upload, streamed_answer,
    break_in_body, errors, sent_once, sent_once_by_front, kept_alive, health,
]
