"""Seals results with an implementation that is not this crate's, and writes `sealed.jsonl`.

    python3 -m venv target/tools/python
    target/tools/python/bin/pip install cryptography==50.0.2
    target/tools/python/bin/python crates/sealed/tests/data/make.py

Keys and nonces are fixed, so that equal versions of `cryptography` and zlib write equal files. A line
has a name, keys, the sealed result or a body in base64 with its coding, and what becomes of it: the
result in base64, or the name of the error.
"""

import gzip
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARKER = bytes([0x9E, 0x85, 0xDC, 0xED])
KEY = bytes(range(32))
OLD = bytes(range(32, 64))
NONCE = bytes(range(64, 76))

SMALL = b'{"event_id":"e1"}'
EVENT = json.dumps({
    "event_id": "1764360000000.aBcDeF",
    "timestamp": 1764360000000,
    "identification": {"visitor_id": "Zr0nRsu0uYpTqBHnKZ7z", "confidence": {"score": 0.98}},
    "browser_details": {"user_agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/145.0"},
    "ip_info": {"v4": {"address": "192.0.2.7", "geolocation": {"city": {"name": "Kraków ☂ 𝄞"}}}},
    "raw": [[index, f"{index * 2654435761 % 2**32:08x}"] for index in range(100)],
}, ensure_ascii=False).encode()


def deflate(text, level=6, window=-15):
    state = zlib.compressobj(level, zlib.DEFLATED, window)
    return state.compress(text) + state.flush()


def seal_stream(stream, key=KEY, marker=MARKER, nonce=NONCE, data=None):
    return marker + nonce + AESGCM(key).encrypt(nonce, stream, data)


def seal(text, level=6, **how):
    return seal_stream(deflate(text, level), **how)


def text(data):
    return b64encode(data).decode()


LINES = []


def line(name, sealed, *, keys=(KEY,), result=None, error=None, **more):
    keys = [key if isinstance(key, str) else text(key) for key in keys]
    outcome = {"result": text(result)} if error is None else {"error": error}
    sealed = sealed if isinstance(sealed, str) else text(sealed)
    LINES.append({"name": name, "keys": keys, "sealed": sealed, **more, **outcome})


def body_line(name, body, coding="", *, keys=(KEY,), result=SMALL, error=None):
    line(f"body: {name}", body, keys=keys, result=result, error=error, coding=coding)


def results():
    line("documentation", seal(SMALL), result=SMALL)
    for level in (0, 1, 6, 9):
        line(f"an event, level {level}", seal(EVENT, level), result=EVENT)
    fixed = zlib.compressobj(6, zlib.DEFLATED, -15, 9, zlib.Z_FIXED)
    stream = fixed.compress(EVENT) + fixed.flush()
    line("fixed codes", seal_stream(stream), result=EVENT)
    parts = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = b"".join(parts.compress(EVENT[at:at + 100]) + parts.flush(zlib.Z_SYNC_FLUSH)
                      for at in range(0, len(EVENT), 100)) + parts.flush()
    line("flushed many times", seal_stream(stream), result=EVENT)
    for value in (b"null", b"[]", b'"x"', b" {} \n"):
        line(f"the JSON {value.decode().strip()}", seal(value), result=value)
    line("another nonce", seal(SMALL, nonce=bytes(12)), result=SMALL)


def rotation():
    sealed = seal(SMALL, key=OLD)
    line("the second key", sealed, keys=(KEY, OLD), result=SMALL)
    line("the first of two", sealed, keys=(OLD, KEY), result=SMALL)
    line("behind keys of wrong lengths", sealed, keys=(KEY[:31], b"", KEY + KEY, OLD), result=SMALL)
    line("none of three", sealed, keys=(KEY, KEY[:16], bytes(32)),
         error="NoKeyFits([DoesNotFit, WrongLength, DoesNotFit])")
    line("no key at all", sealed, keys=(), error="NoKeyFits([])")


def base64_forms():
    # Its last digit has two bits that no byte has; the canonical one is 8.
    lenient = text(KEY)[:-2] + "9="
    line("a key with unused bits set", seal(SMALL), keys=(lenient,), result=SMALL)
    # A result of a length that leaves such bits; its last digit gets the next value.
    padded = next(SMALL + b" " * more for more in range(9) if len(seal(SMALL + b" " * more, 0)) % 3 == 2)
    sealed = text(seal(padded, 0))
    digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    line("a result with unused bits set", sealed[:-2] + digits[digits.index(sealed[-2]) + 1] + "=",
         result=padded)
    line("in the URL-safe alphabet", urlsafe_b64encode(seal(EVENT)).decode(), result=EVENT)
    line("without padding", text(seal(SMALL)).rstrip("="), result=SMALL)
    line("between white space", f"\r\n\t {text(seal(SMALL))} \n", result=SMALL)
    line("a key in the URL-safe alphabet", seal(SMALL, key=b"\xff" * 32),
         keys=(urlsafe_b64encode(b"\xff" * 32).decode(),), result=SMALL)
    line("a key without padding", seal(SMALL), keys=(text(KEY).rstrip("="),), result=SMALL)
    line("white space inside", text(seal(SMALL))[:8] + "\n" + text(seal(SMALL))[8:], error="BadBase64")
    line("no base64", "noXc7*", error="BadBase64")


def errors():
    sealed = seal(SMALL)
    line("nothing", "", error="TooShort")
    line("shorter than all parts", sealed[:31], error="TooShort")
    line("another marker", seal(SMALL, marker=MARKER[::-1]), error="WrongMarker")
    line("cut", sealed[:-1], error="NoKeyFits([DoesNotFit])")
    line("with a byte more", sealed + b"\0", error="NoKeyFits([DoesNotFit])")
    line("with associated data", seal(SMALL, data=b"x"), error="NoKeyFits([DoesNotFit])")
    stream = deflate(SMALL)
    line("an empty stream", seal_stream(b""), error="CorruptStream")
    line("a stream that is cut", seal_stream(stream[:-1]), error="CorruptStream")
    line("bytes behind the stream", seal_stream(stream + b"\0"), error="CorruptStream")
    line("a stream of zlib's", seal_stream(zlib.compress(SMALL)), error="CorruptStream")
    line("no stream", seal_stream(SMALL), error="CorruptStream")
    line("a byte larger", seal(b'"' + b"x" * (2**20 - 1) + b'"', 9), error="TooLarge { limit: 1048576 }")
    line("a bomb of 1:1000", seal(bytes(2**23), 9), error="TooLarge { limit: 1048576 }")
    for value in (b"", b"x", b'{"a":1', b"{}{}", b'"\xff"', b"\xef\xbb\xbf{}"):
        line(f"no JSON: {value!r}", seal(value), error="NotJson")


def bodies():
    sealed = text(seal(SMALL))
    v3 = json.dumps({"requestId": "r1", "visitorFound": True, "sealedResult": sealed}).encode()
    v4 = json.dumps({"event_id": "e1", "sealed_result": sealed}).encode()
    body_line("v3", v3)
    body_line("v4", v4, "identity")
    body_line("gzip", gzip.compress(v3, mtime=0), "gzip")
    body_line("gzip with a name", gzip_with_name(v4), "GZIP")
    body_line("gzip in two members", gzip.compress(v4[:9], mtime=0) + gzip.compress(v4[9:], mtime=0), "x-gzip")
    body_line("zlib", zlib.compress(v4), "deflate")
    body_line("zlib, not compressed", zlib.compress(v4, 0), "deflate")
    body_line("raw DEFLATE", deflate(v3), "deflate")
    body_line("another key", v4, keys=(OLD,), error="NoKeyFits([DoesNotFit])")
    for coding, coded in (("gzip", gzip.compress(v4, mtime=0)), ("deflate", zlib.compress(v4)),
                          ("deflate", deflate(v4))):
        body_line(f"{coding}, cut", coded[:-1], coding, error="BodyCorrupt")
        body_line(f"{coding}, bytes behind it", coded + b"\0", coding, error="BodyCorrupt")
        body_line(f"{coding}, empty", b"", coding, error="BodyCorrupt")
    broken = zlib.compress(v4)[:-1] + b"\0"
    body_line("zlib, another checksum", broken, "deflate", error="BodyCorrupt")
    body_line("gzip, but not coded", v4, "gzip", error="BodyCorrupt")
    body_line("coded, but not said so", gzip.compress(v4, mtime=0), error="BodyNotJson")
    body_line("no JSON", b"<html>", error="BodyNotJson")
    body_line("no member", b'{"requestId":"r1"}', error="SealedResultMissing")
    body_line("both members", v3[:-1] + b"," + v4[1:], error="SealedResultMissing")
    for coding, bomb in (("gzip", gzip.compress(bytes(2**23), mtime=0)), ("deflate", zlib.compress(bytes(2**23))),
                         ("deflate", deflate(bytes(2**23)))):
        body_line(f"{coding}, a bomb of 1:1000", bomb, coding, error="BodyTooLarge { limit: 1048576 }")


def gzip_with_name(data):
    coded = gzip.compress(data, mtime=0)
    return coded[:3] + b"\x08" + coded[4:10] + b"body.json\0" + coded[10:]


for part in (results, rotation, base64_forms, errors, bodies):
    part()
path = Path(__file__).with_name("sealed.jsonl")
path.write_text("".join(json.dumps(entry) + "\n" for entry in LINES))
print(f"{len(LINES)} lines, {path.stat().st_size} bytes")
