"""Requests that no browser would make, thrown by dice: what they are made of, and how."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import quote, quote_from_bytes, urlencode

MARKUP = "\"'><svg onload=alert(1)>"
NEVER = "<svg onload"
"""What stands in no answer: markup that a request, or somebody at the desk, has tried to bring in."""

ODD: Sequence[str] = (
    *("", " ", "\t\r\n", "0", "-0", "-1", "1", "1.5", "1e9", "1e400", "NaN", "Infinity", "0x10", "٣", "½"),
    *("9" * 19, "9223372036854775808", "-9223372036854775809", "2147483648", "9" * 400, "0" * 5000 + "1"),
    *("\x00", "a\x00b", "a\r\nSet-Cookie: x=1", "\ufffe\U0010ffff", "ﬁ\u202e\u200d\u2028", "e\u0301" * 200),
    *(MARKUP, f"javascript:alert(1)//{MARKUP}", "{{7*7}}", "{% raw %}", "${7*7}", "%s%s%n", "{0.__class__}"),
    *("$gt", "$where", '{"$ne": null}', '{"$gt": ""}', "a.$b", "__proto__", "_id", "$[]", "' OR '1'='1"),
    *("../../etc/passwd", "..\\..\\windows", "..%2f..%2f", "%00", "//evil.example/", "\\\\evil.example", "."),
    *(
        "=cmd|' /C calc'!A0",
        "+1",
        "@SUM(1)",
        "ann@shop.example\nBcc: all@shop.example",
        "a" * 255,
        "b" * 70_000,
    ),
    *(
        "true",
        "null",
        "[]",
        "{}",
        "on",
        "draft",
        "active",
        "set",
        "add",
        "remove",
        "all",
        "one",
        "USD",
        "JPY",
    ),
    *("LAMP-OAK", "lamp", "prd_lamp", "A/B//Ü %2F?#.REMOVE", "col_all", "1001"),
)
RAW_PATHS: Sequence[bytes] = (
    *(b"%FF%FE", b"%00", b"%C3%28", b"%ED%A0%80", b"..%2f..%2fetc%2fpasswd", b"%2e%2e/%2e%2e/", b"..;/"),
    *(b"%c0%ae%c0%ae/", b"%252e%252e%252f", b"%5c..%5c", b"%0d%0aX:1", b"%u002e", b"a" * 6000, b"//", b"/./"),
)
NAMES: Sequence[str] = (
    *("sku", "quantity", "product", "option1", "option2", "option3", "view", "next", "version", "do", "q"),
    *("page", "sort", "status", "state", "market", "notice", "session_id", "currency", "copy", "retired"),
    *("amount", "count", "mode", "reason", "email", "password", "current", "known", "restock", "units"),
    *("scope", "url", "revision", "title", "slug", "order", "products", "shows", "alt-pic_1", "_method"),
    *("price-min", "price-max", "availability", "vendor", "tag", "__class__", "$where", "a[$gt]", "a.b"),
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "BREW")
TYPES = (
    *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data"),
    *("multipart/form-data; boundary=" + "b" * 3000, "application/json", "text/plain", "application/xml"),
    *("application/x-www-form-urlencoded; charset=utf-7", "application/x-www-form-urlencoded; charset=\xff"),
    *("multipart/mixed; boundary=x", "", "\xff/\xfe", "text/html; " + MARKUP),
)
HEADERS: Sequence[Mapping[str, str]] = (
    *({"Origin": "null"}, {"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}),
    *({"Host": "evil.example"}, {"Host": MARKUP}, {"Host": "a" * 300}, {"Host": "ü.example:99999"}),
    *({"X-Forwarded-For": MARKUP}, {"X-Forwarded-For": "1, 2, 3"}, {"Forwarded": "for=evil.example"}),
    *({"X-Forwarded-Host": "evil.example"}, {"X-Forwarded-Proto": "gopher"}, {"X-Original-URL": "/editor/"}),
    *({"HX-Request": "true"}, {"HX-Request": MARKUP}, {"HX-Target": MARKUP}, {"HX-Current-URL": MARKUP}),
    *({"User-Agent": MARKUP}, {"Accept-Language": MARKUP}, {"Accept": "\xff"}, {"Referer": MARKUP}),
    *({"Cookie": "cart=\xff\xfe; cart=; ;=; staff=" + "s" * 9000}, {"Cookie": f"staff={MARKUP}"}),
    *({"Content-Length": "-5"}, {"Content-Length": "zero"}, {"Transfer-Encoding": "chunked, identity"}),
    *(
        {"Range": "bytes=0-1"},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "yesterday"},
        {"Expect": "200-ok"},
    ),
    *(
        {"Stripe-Signature": "t=x,v1=ü"},
        {"Stripe-Signature": "t=" + "9" * 400 + ",v1="},
        {"Authorization": "\xff"},
    ),
    *({"X-HTTP-Method-Override": "DELETE"}, {"Content-Encoding": "gzip"}, {"Upgrade": "websocket"}),
)


@dataclass(frozen=True)
class Form:
    """A form of a page: where it goes and what it holds."""

    method: str
    action: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """One request, as the bytes that a server would hand on."""

    method: str
    path: bytes
    query: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_type: str = ""

    def __str__(self) -> str:
        shown = {name: value[:80] for name, value in self.headers.items()}
        return (
            f"{self.method} {self.path[:200]!r}?{self.query[:200]!r} {shown} "
            f"{self.content_type[:60]!r} {self.body[:600]!r}"
        )


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._open: list[tuple[str, str]] | None = None
        self._buttons: list[tuple[str, str]] = []
        self._method, self._action, self._area, self._text = "", "", "", ""
        self._select, self._options = "", list[tuple[str, bool]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open, self._buttons = [], []
            self._method = known.get("method", "get").upper()
            self._action = known.get("action", "")
        name, value = known.get("name", ""), known.get("value", "")
        if tag == "option":
            self._options.append((value, "selected" in known))
        if self._open is None or not name:
            return
        if tag == "input" and (known.get("type") not in ("checkbox", "radio") or "checked" in known):
            self._open.append((name, value))
        elif tag == "button":
            self._buttons.append((name, value))
        elif tag == "select":
            self._select, self._options = name, []
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open is None:
            return
        if tag == "textarea" and self._area:
            self._open.append((self._area, self._text))
            self._area = ""
        elif tag == "select" and self._select:
            chosen = [value for value, is_chosen in self._options if is_chosen]
            self._open += [(self._select, (chosen or [value for value, _ in self._options] or [""])[0])]
            self._select = ""
        elif tag == "form":
            # Whoever sends a form has pressed one button, or the enter key.
            for button in ([button] for button in self._buttons) if self._buttons else ([],):
                self.found.append(Form(self._method, self._action, (*self._open, *button)))
            self._open = None


def forms_of(page: str) -> list[Form]:
    """Return the forms of a page with the fields that they hold."""
    reader = _Forms()
    reader.feed(page)
    return reader.found


def odd(dice: random.Random) -> str:
    """Return a value that nobody types; markup comes most often, for it can come out anywhere."""
    return MARKUP if dice.random() < 0.2 else dice.choice(ODD)


def spoiled(dice: random.Random, fields: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the fields of a form with one or two of them wrong, doubled, missing or under another name."""
    made = list(fields) or [(dice.choice(NAMES), odd(dice)) for _ in range(dice.randrange(5))]
    for _ in range(dice.choice((0, 0, 1, 1, 1, 2, 3))):
        if not made:
            break
        place = dice.randrange(len(made))
        name, value = made[place]
        match dice.randrange(6):
            case 0 | 1 | 2:
                made[place] = (name, odd(dice))
            case 3:
                made.append((name, odd(dice)))
            case 4:
                made[place] = (dice.choice((f"{name}[$ne]", f"{name}.$gt", f"${name}", f"{name}[]")), value)
            case _:
                del made[place]
    if dice.random() < 0.15:
        made.append((dice.choice(NAMES), odd(dice)))
    return made


def encoded(dice: random.Random, fields: Sequence[tuple[str, str]]) -> tuple[bytes, str]:
    """Return fields as a body and its type: mostly as browsers write them, else in some wrong way."""
    way = dice.random()
    if way < 0.5:
        return urlencode(fields).encode(), TYPES[0]
    if way < 0.7:
        return multipart(dice, fields), TYPES[1]
    if way < 0.78:
        return json.dumps({name: {"$ne": value} for name, value in fields}).encode(), "application/json"
    if way < 0.84:
        # Each value once in an encoding that is not the one that is spoken.
        latin = "&".join(
            f"{quote(name)}={quote_from_bytes(value.encode('utf-16-le')[:400])}" for name, value in fields
        )
        return latin.encode(), TYPES[0]
    if way < 0.9:
        return urlencode(fields).encode()[: dice.randrange(1, 400)], dice.choice(TYPES)
    broken = (
        *(b"\xff\xfe\x00", b"{", b"[1]", b"sku=%ff&quantity=%00", b"&&==&", b"%", b"a=%zz"),
        *(b"--x\r\n\r\n", b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n1\r\n--x--", b"--x--"),
        *(b"a=1&" * 900, b"x" * 300_000, b"--x\r\n" + b"A: b\r\n" * 500),
    )
    return dice.choice(broken), dice.choice(TYPES)


def multipart(dice: random.Random, fields: Sequence[tuple[str, str]]) -> bytes:
    """Return fields as parts, now and then a file among them, or no end."""
    parts = []
    for name, value in fields:
        quoted = name.replace('"', "%22").replace("\r", "").replace("\n", "")
        parts.append(f'--x\r\nContent-Disposition: form-data; name="{quoted}"\r\n\r\n{value}\r\n'.encode())
    if dice.random() < 0.5:
        file = dice.choice(
            ("../../a.jpg", "a.svg", MARKUP.replace('"', "%22"), "", "a.jpg\x00.html", "n" * 300)
        )
        content = dice.choice(
            (
                b"",
                b"<svg onload=alert(1)>",
                b"\x89PNG\r\n\x1a\n",
                b"\xff\xd8\xff\xe0",
                b"GIF89a" + b"\xff" * 50,
            )
        )
        head = f'--x\r\nContent-Disposition: form-data; name="pictures"; filename="{file}"\r\n'
        parts.append(head.encode() + b"Content-Type: image/png\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + (b"" if dice.random() < 0.1 else b"--x--\r\n")


def odd_path(dice: random.Random) -> bytes:
    """Return rubbish for one place of a path, quoted or raw."""
    if dice.random() < 0.4:
        return dice.choice(RAW_PATHS)
    return quote(odd(dice)[:3000], safe=dice.choice(("", "/"))).encode()
