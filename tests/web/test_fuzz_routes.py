"""Rubbish at every route, in every method and field, by everybody: nothing breaks, and no is no.

The real database lies behind it, because a fake takes what a database would not. The payment
stand-in has routes of its own and is left out. A failure names its seed; with that in FUZZ_SEED
the same requests are made again.
"""

from __future__ import annotations

import hashlib
import os
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode, urlsplit

import bson
import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

import app.bootstrap as bootstrap
from app.adapters.argon2_hasher import Argon2Hasher
from app.adapters.mongo.connection import Database
from app.catalogue.model import Collection, ContentPage
from app.services import Services
from app.settings import load_settings
from app.staff.model import Role
from app.web.factory import create_app
from sitegen.search import SearchWriter
from tests import builders
from tests.fakes.gateway import FakeQueue

from .compiled import share_templates
from .editor_shop import ORIGIN, PASSWORD
from .fuzzing import (
    HEADERS,
    MARKUP,
    METHODS,
    NAMES,
    NEVER,
    TYPES,
    Form,
    Request,
    encoded,
    forms_of,
    odd_path,
    spoiled,
)
from .routes import methods_of, rules
from .shop import GERMANY, SignedGateway, signed

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")
ROLES = (None, Role.VIEWER, Role.EDITOR, Role.OWNER)


class DeafQueue(FakeQueue):
    """A queue that is there when it is asked."""

    def ping(self) -> None:
        """Answer."""


COUNTED = {"staff_attempts": None, "staff_sessions": ("seen_at", "expires_at")}
"""What a refusal may leave: that it was tried, and that somebody was there."""
HARVEST_EVERY = 150
TYPED = {"email": "owner@shop.example", "password": "not the harbour", "current": PASSWORD, "sku": "LAMP-OAK"}
"""What somebody types into a field that the page leaves empty, so that a form comes past its first check."""


@dataclass
class Target:
    """A shop on a real database, with an order, and somebody of each role at the desk."""

    app: Flask
    services: Services
    database: Database
    folder: Path
    order: str = ""
    number: str = ""
    cart: str = ""
    tokens: dict[Role, str] = field(default_factory=dict)

    def digest(self) -> dict[str, str]:
        """Return a digest of each collection, and of the names of all files that were taken in."""
        found = {}
        for name in sorted(self.database.driver.list_collection_names()):
            if (left_out := COUNTED.get(name, ())) is None:
                continue
            whole = hashlib.sha256()
            for document in self.database.driver[name].find().sort("_id"):
                whole.update(bson.encode({k: v for k, v in document.items() if k not in left_out}))
            found[name] = whole.hexdigest()
        files = sorted(str(path) for path in (self.folder / "media").rglob("*"))
        return found | {"files": "\n".join(files)}

    def sign_in(self) -> bool:
        """Open a session for whoever has none any more: rubbish at the desk ends sessions too."""
        has_opened = False
        for role in ROLES:
            if role and self.services.staff.session(self.tokens.get(role, "")) is None:
                self.database.driver["staff"].delete_many({"email": f"{role}@shop.example"})
                self.database.driver["staff_attempts"].delete_many({})
                self.services.staff.create_with_password(f"{role}@shop.example", PASSWORD, role)
                opened = self.services.staff.sign_in(f"{role}@shop.example", PASSWORD, address="127.0.0.1")
                self.tokens[role] = opened.token
                has_opened = True
        return has_opened

    def send(self, request: Request) -> TestResponse:
        """Hand a request to the app as a server would."""
        path = unquote_to_bytes(request.path).decode("latin1")
        raw = {"PATH_INFO": path, "QUERY_STRING": request.query.decode("latin1")}
        browser = self.app.test_client(use_cookies=False)
        return browser.open(
            method=request.method,
            headers=dict(request.headers),
            data=request.body,
            content_type=request.content_type or None,
            environ_overrides=raw,
        )

    def value_of(self, place: str) -> str:
        """Return a value that leads somewhere."""
        known = {
            **{"market": "de", "slug": "lamp", "collection": "all", "number": self.number, "sku": "LAMP-OAK"},
            **{"product_id": "prd_lamp", "collection_id": "col_all", "token": self.order, "sort": "newest"},
        }
        return known.get(place, "none")


@pytest.fixture
def target(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    gateway, queue = SignedGateway(), DeafQueue()
    monkeypatch.setattr(bootstrap, "Database", lambda _uri: database)
    monkeypatch.setattr(bootstrap, "_gateway", lambda _settings: gateway)
    monkeypatch.setattr(bootstrap, "RqQueue", lambda _url: queue)
    monkeypatch.setattr(bootstrap, "Argon2Hasher", partial(Argon2Hasher, rounds=1, memory_kib=64))
    settings = load_settings(tmp_path, shop_url=ORIGIN).model_copy(update={"redis_url": "memory://"})
    services = bootstrap.build_services(settings)
    fill(services)
    writer = SearchWriter(settings.search_index, services.catalogue.store, services.inventory.store)
    writer.repair()
    writer.close()
    built = share_templates(create_app(settings, services))
    shop = Target(built, services, database, tmp_path)
    buyer = built.test_client()
    assert buyer.post("/cart/lines", data={"sku": "LAMP-OAK"}, headers={"Origin": ORIGIN}).status_code == 303
    cookie = buyer.get_cookie("cart")
    assert cookie is not None
    shop.cart = cookie.value
    assert buyer.post("/checkout", headers={"Origin": ORIGIN}).status_code == 303
    (order,) = database.driver["orders"].find()
    shop.order, shop.number = order["token"], order["number"]
    shop.sign_in()
    return shop


def fill(services: Services) -> None:
    """Put goods, a collection, a market and a page into the shop."""
    catalogue = services.catalogue
    catalogue.store.put_market(builders.US)
    catalogue.store.put_market(GERMANY)
    for pool in ("LAMP-OAK", "LAMP-ASH", "POSTER"):
        services.inventory.open_pool(builders.StockPool(pool, on_hand=1000), by="ada")
    for product in (builders.lamp(), builders.poster()):
        catalogue.create_product(product, who="ada")
    catalogue.store.put_collection(
        Collection("col_all", "all", "All", product_ids=("prd_lamp", "prd_poster"))
    )
    catalogue.store.put_page(ContentPage("pag_1", "shipping", "Shipping", "We pack *flat*."))


class Thrower:
    """Makes one request after another, and covers every route and method before any chance comes to it."""

    def __init__(self, target: Target, dice: random.Random) -> None:
        self.target, self.dice = target, dice
        self.forms: dict[str, list[Form]] = defaultdict(list)
        self.plan: list[tuple[Rule, str]] = []
        self.first = [(rule, method) for rule in rules(target.app) for method in methods_of(rule)]

    def harvest(self) -> None:
        """Read the forms of every page that there is, as the owner sees them and as a stranger does."""
        self.target.sign_in()
        self.forms.clear()
        adapter = self.target.app.url_map.bind("127.0.0.1:8000")
        for rule in rules(self.target.app):
            for role in (Role.OWNER, None) if "GET" in (rule.methods or ()) else ():
                asked = Request("GET", self.path(rule, good=True), headers=self.who(role))
                answer = self.target.send(asked)
                for form in forms_of(answer.text) if answer.mimetype == "text/html" else ():
                    action = urlsplit(form.action).path or "/"
                    if adapter.test(action, form.method):
                        endpoint, _ = adapter.match(action, form.method)
                        fields = tuple((name, value or TYPED.get(name, "")) for name, value in form.fields)
                        self.forms[str(endpoint)].append(replace(form, fields=fields))

    def path(self, rule: Rule, *, good: bool) -> bytes:
        """Return a path of the route, with what leads somewhere or with rubbish in its places."""
        pieces = []
        for is_place, text in rule._trace:
            if not is_place:
                pieces.append(text.lstrip("|").encode())
            elif good or self.dice.random() < 0.6:
                pieces.append(str((rule.defaults or {}).get(text) or self.target.value_of(text)).encode())
            else:
                pieces.append(odd_path(self.dice))
        return b"".join(pieces)

    def who(self, role: Role | None) -> dict[str, str]:
        """Return the headers of somebody: a shopper with a cart, or one of the desk."""
        cookie = f"cart={self.target.cart}"
        if role:
            cookie += f"; staff={self.target.tokens.get(role, '')}"
        return {"Cookie": cookie, "Origin": ORIGIN}

    def next(self) -> tuple[Request, Role | None]:
        """Return the next request, and who makes it."""
        dice = self.dice
        if self.first:
            return self.all_at_once(*self.first.pop()), Role.OWNER
        if not self.plan:
            every = [(rule, method) for rule in rules(self.target.app) for method in methods_of(rule) * 3]
            every += [(rule, dice.choice(METHODS)) for rule in rules(self.target.app)]
            dice.shuffle(every)
            self.plan = every
        rule, method = self.plan.pop()
        # Somebody whom the route lets in is what makes the request reach its view.
        role = dice.choice((*ROLES, Role.OWNER, Role.OWNER, Role.OWNER))
        known = dice.choice(self.forms[rule.endpoint]) if self.forms.get(rule.endpoint) else None
        headers = self.who(role)
        for extra in dice.sample(HEADERS, dice.choice((0, 0, 0, 1, 2))):
            headers |= extra
        if known and dice.random() < 0.7:
            path = (urlsplit(known.action).path or "/").encode("utf-8", "replace")
        else:
            path = self.path(rule, good=dice.random() < 0.5)
        fields = spoiled(dice, known.fields if known else ())
        if method in ("GET", "HEAD"):
            query = urlencode(fields).encode() if dice.random() < 0.8 else odd_path(dice)
            return Request(method, path, query, headers), role
        body, kind = encoded(dice, fields)
        if rule.endpoint == "webhooks.stripe" and dice.random() < 0.5:
            headers["Stripe-Signature"] = signed_if_text(body)
        return Request(method, path, b"", headers, body, kind), role

    def all_at_once(self, rule: Rule, method: str) -> Request:
        """Return a request of the owner's whose every field is markup: what comes out, comes out now."""
        known = self.forms.get(rule.endpoint)
        names = (name for name, _ in self.dice.choice(known).fields) if known else NAMES
        fields = urlencode([(name, MARKUP) for name in names]).encode()
        path, headers = self.path(rule, good=True), self.who(Role.OWNER)
        if method == "GET":
            return Request(method, path, fields, headers)
        return Request(method, path, b"", headers, fields, TYPES[0])


def signed_if_text(body: bytes) -> str:
    """Return a right signature, so that what is behind it is reached too."""
    try:
        return signed(body)
    except UnicodeDecodeError:
        return "t=1,v1=0"


@pytest.mark.parametrize("rounds", [pytest.param(450), pytest.param(10_000, marks=pytest.mark.long)])
@pytest.mark.timeout(7200)
# A multipart body that breaks off in a large part leaves its temporary file to the collector: Werkzeug
# has no place where it could be closed.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_rubbish_at_every_route_breaks_nothing_and_a_refusal_leaves_no_trace(
    target: Target, rounds: int
) -> None:
    seed = int(os.environ.get("FUZZ_SEED") or random.SystemRandom().randrange(10**9))
    thrower = Thrower(target, random.Random(seed))  # noqa: S311 - not for secrets
    statuses: Counter[int] = Counter()
    reached: set[str] = set()
    before: dict[str, Any] = {}
    number = -1
    # Dice that were refused at the door mostly, which shows nothing of what is behind it, are thrown on.
    while (number := number + 1) < rounds or (number < 10 * rounds and not is_enough(statuses, reached)):
        if number % HARVEST_EVERY == 0:
            thrower.harvest()
            before = target.digest()
        if target.sign_in():
            before = target.digest()
        request, role = thrower.next()
        said = f"FUZZ_SEED={seed}, round {number}, {role}: {request}"
        with target.app.app_context():
            answer = target.send(request)
        after = target.digest()
        statuses[answer.status_code] += 1
        assert answer.status_code < 500, said
        assert NEVER not in answer.text, said
        assert not re.search(r"(?im)^(set-cookie: x=1|x:)", str(answer.headers)), said
        assert not re.match(r"(?i)(?:\w+:)?[/\\]{2}(?!127\.0\.0\.1)", location(answer)), said
        if answer.status_code >= 400 or request.method in SAFE:
            assert after == before, f"{said}: {changed(before, after)}"
        elif after != before:
            reached.add(changed(before, after))
        before = after
        answer.close()
    assert is_enough(statuses, reached), (seed, statuses, reached)


def is_enough(statuses: Counter[int], reached: set[str]) -> bool:
    """Say whether much was refused, something was done, and three kinds of documents were changed."""
    least = statuses.total() / 50
    refused = statuses[400] + statuses[422] + statuses[409]
    return refused > least and statuses[303] > least and len(reached) >= 3


def location(answer: TestResponse) -> str:
    """Return where an answer leads, unless it leads to the payment page."""
    leads = answer.headers.get("Location", "") or answer.headers.get("HX-Redirect", "")
    return "" if leads.startswith(("https://checkout.stripe.com/", "https://pay.example")) else leads


def changed(before: dict[str, Any], after: dict[str, Any]) -> str:
    """Name the collections that differ."""
    return ", ".join(sorted(name for name in before | after if before.get(name) != after.get(name)))
