"""The table of rates: complete, told as it is, and true while Redis dies and comes back."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError
from redis.retry import Retry

from app.web import rates
from app.web.editor import ROUTES
from app.web.rates import BY_ENDPOINT, TABLE, UNLIMITED, CountedIn, OwnMemory, SharedCounts
from tests.servers import running_redis

from .editor_shop import PASSWORD, DeskShop, open_shop
from .shop import AwayStore, WebShop, open_web_shop

DOC = Path(__file__).resolve().parents[2] / "docs" / "rate-limits.md"
CLIENT, OTHER = "203.0.113.7", "203.0.113.8"
WORDS = {
    CountedIn.REDIS: "each process counts in its own memory and lets half through",
    CountedIn.DATABASE: "nothing changes",
}


class Outage:
    """A Redis of one's own that can be killed and started again, empty."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._running = folder, ExitStack()
        self.url = self.start()

    def start(self) -> str:
        url = self._running.enter_context(running_redis(self._folder))
        # The socket is there a moment before somebody listens.
        patient = Retry(ConstantBackoff(0.02), 500)
        with Redis.from_url(url, retry=patient, retry_on_error=[ConnectionError]) as client:
            client.ping()
        return url

    def kill(self) -> None:
        self._running.close()
        (self._folder / "redis.sock").unlink(missing_ok=True)


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outage]:
    """Run a Redis that may be slow on a busy machine, and is asked again at once when it was away."""
    monkeypatch.setattr(rates, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(rates, "ANSWER_SECONDS", 10.0)
    # The path of a socket must be short.
    with tempfile.TemporaryDirectory(prefix="vr") as folder:
        redis = Outage(Path(folder))
        yield redis
        redis.kill()


def ask(shop: WebShop, path: str, method: str = "POST", client: str = CLIENT) -> int:
    """Ask as a client whom the front names; return the status."""
    form = {"sku": "GUIDE-PDF"} if path == "/cart/lines" else None
    headers = {"X_Forwarded_For": client, "Sec_Fetch_Site": "same-origin"}
    return shop.send(path, method, form, **headers).status_code


ROUTES_OF_THE_SHOP = [
    pytest.param("rate_cart", "/cart/lines", "POST", id="cart"),
    pytest.param("rate_checkout", "/checkout", "POST", id="checkout"),
    pytest.param("rate_search", "/search?q=lamp", "GET", id="search"),
]


@pytest.mark.parametrize(("setting", "path", "method"), ROUTES_OF_THE_SHOP)
def test_the_shop_goes_on_without_redis_at_half_the_rate(
    tmp_path: Path, redis: Outage, setting: str, path: str, method: str
) -> None:
    shop = open_web_shop(tmp_path, redis_url=redis.url, **{setting: "4/minute"})
    assert ask(shop, path, method) != 429
    redis.kill()
    assert [ask(shop, path, method) == 429 for _ in range(3)] == [False, True, True]
    assert [ask(shop, path, method, OTHER) == 429 for _ in range(3)] == [False, False, True]
    redis.start()
    # Whoever asked meanwhile has one left of the four, not four anew; whoever did not has them all.
    assert [ask(shop, path, method, OTHER) == 429 for _ in range(2)] == [False, True]
    assert [ask(shop, path, method, "203.0.113.9") == 429 for _ in range(5)] == [False] * 4 + [True]


@pytest.mark.parametrize(("setting", "path", "method"), ROUTES_OF_THE_SHOP)
def test_a_limit_that_was_reached_is_not_reset_by_an_outage(
    tmp_path: Path, redis: Outage, setting: str, path: str, method: str
) -> None:
    shop = open_web_shop(tmp_path, redis_url=redis.url, **{setting: "4/minute"})
    assert [ask(shop, path, method) == 429 for _ in range(5)] == [False] * 4 + [True]
    redis.kill()
    assert ask(shop, path, method) == 429
    redis.start()
    assert ask(shop, path, method) == 429
    assert ask(shop, path, method, OTHER) != 429


def test_a_limit_that_others_have_reached_stays_reached_without_redis(redis: Outage) -> None:
    one, two = SharedCounts(redis.url), SharedCounts(redis.url)
    assert [one.wait("cart/ann", 4, 60) for _ in range(4)] == [0] * 4
    assert two.wait("cart/ann", 4, 60) > 0
    redis.kill()
    assert two.wait("cart/ann", 4, 60) > 0
    assert two.wait("cart/bob", 4, 60) == 0


def test_processes_count_together_while_redis_answers_and_again_when_it_is_back(redis: Outage) -> None:
    one, two = SharedCounts(redis.url), SharedCounts(redis.url)
    both = [counts.wait("cart/ann", 4, 60) > 0 for _ in range(3) for counts in (one, two)]
    assert both == [False] * 4 + [True] * 2
    redis.kill()
    assert (one.wait("cart/bob", 4, 60), two.wait("cart/bob", 4, 60)) == (0, 0)
    redis.start()
    both = [counts.wait("cart/eva", 4, 60) > 0 for _ in range(3) for counts in (one, two)]
    assert both == [False] * 4 + [True] * 2


@pytest.fixture
def desk(tmp_path: Path, redis: Outage) -> Callable[[], DeskShop]:
    """Open the desk at four sign-ins a minute, for whoever comes from elsewhere."""
    return lambda: open_shop(tmp_path, redis_url=redis.url, rate_login="4/minute")


def knock(shop: DeskShop, email: str, client: str = CLIENT) -> int:
    """Try to sign in with a wrong password; return the status."""
    headers = {"X-Forwarded-For": client}
    answer = shop.post("/editor/sign-in", headers, email=email, password="a wrong password")
    if answer.status_code == 429:
        assert answer.headers["Retry-After"] == "60"
    return answer.status_code


def test_the_way_into_the_desk_does_not_notice_an_outage(desk: Callable[[], DeskShop], redis: Outage) -> None:
    shop = desk()
    # Another account each time, so that the count of attempts on one is never what is met.
    assert [knock(shop, f"nr{number}@shop.example") for number in range(3)] == [422] * 3
    redis.kill()
    assert [knock(shop, f"nr{number}@shop.example") for number in (3, 4)] == [422, 429]
    redis.start()
    assert knock(shop, "nr5@shop.example") == 429
    assert knock(shop, "nr6@shop.example", OTHER) == 422
    shop.clock.turn(minutes=1)
    assert knock(shop, "nr7@shop.example") == 422


def test_without_the_database_no_attempt_is_looked_at(desk: Callable[[], DeskShop]) -> None:
    shop, away = desk(), AwayStore()
    for owner in (shop.services.staff, shop.services.catalogue):
        object.__setattr__(owner, "store", away)
    for path in ("/editor/sign-in", "/editor/sign-in/code", "/editor/account/second-factor"):
        headers = {"X-Forwarded-For": CLIENT}
        answer = shop.post(path, headers, email="ann@shop.example", password=PASSWORD)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        assert "The database does not answer just now." in answer.text
        assert "Set-Cookie" not in answer.headers


def test_a_process_that_starts_during_an_outage_knows_who_has_come_too_often(
    desk: Callable[[], DeskShop], redis: Outage
) -> None:
    shop = desk()
    assert [knock(shop, f"nr{number}@shop.example") for number in range(5)] == [422] * 4 + [429]
    redis.kill()
    other = desk()
    other.services.staff.store._attempts.update(shop.services.staff.store._attempts)  # type: ignore[attr-defined]
    assert knock(other, "nr9@shop.example") == 429


def test_redis_is_left_alone_for_a_moment_after_it_has_not_answered(
    redis: Outage, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(rates, "PAUSE_SECONDS", 3600.0)
    counts, asked = SharedCounts(redis.url), []
    incr = counts._shared.incr
    monkeypatch.setattr(counts._shared, "incr", lambda *given: asked.append(given) or incr(*given))
    redis.kill()
    assert [counts.wait("cart/ann", 4, 60) > 0 for _ in range(4)] == [False, False, True, True]
    assert len(asked) == 1
    assert [record.message for record in caplog.records] == ["rates are counted by each process"]


def test_a_window_opens_with_the_first_request_and_closes_after_its_time() -> None:
    now = [1000.0]
    memory = OwnMemory(clock=lambda: now[0])
    assert memory.add("ann", 60) == (1, 60)
    now[0] += 59.5
    assert memory.add("ann", 60) == (2, 1)
    now[0] += 0.5
    assert memory.add("ann", 60) == (1, 60)
    memory.fill("ann", 4, 30)
    assert memory.add("ann", 60) == (6, 60)


def test_memory_ends_and_the_oldest_make_room() -> None:
    now = [0.0]
    memory = OwnMemory(room=10, clock=lambda: now[0])
    for number in range(1000):
        memory.add(f"client {number}", 60)
    assert len(memory._windows) <= 10
    assert memory.add("client 999", 60)[0] == 2
    assert memory.add("client 1", 60)[0] == 1


def test_every_endpoint_of_the_table_exists_and_stands_in_one_row(tmp_path: Path) -> None:
    known = {rule.endpoint for rule in open_web_shop(tmp_path).app.url_map.iter_rules()}
    assert set(BY_ENDPOINT) | set(UNLIMITED) <= known
    assert sum(len(limit.endpoints) for limit in TABLE) == len(BY_ENDPOINT)
    assert not set(BY_ENDPOINT) & set(UNLIMITED)


def test_whatever_changes_something_without_a_session_has_a_rate_or_a_reason(tmp_path: Path) -> None:
    behind_a_session = {f"editor.{route.name}" for route in ROUTES if route.permission is not None}
    rules = open_web_shop(tmp_path).app.url_map.iter_rules()
    writing = {rule.endpoint for rule in rules if (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}}
    assert writing - behind_a_session - set(BY_ENDPOINT) == set(UNLIMITED)
    assert all(UNLIMITED.values())


def test_the_table_is_told_as_it_is(tmp_path: Path) -> None:
    config = open_web_shop(tmp_path).app.extensions["vitrine"].config
    rows = re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$", DOC.read_text("utf-8"), re.M)
    told = [(name, setting, counted, away) for name, _what, setting, counted, away in rows]
    assert told == [
        (limit.name, f"`{limit.setting}`, {limit.rate(config)}", limit.counted_in, WORDS[limit.counted_in])
        for limit in TABLE
    ]
    named = {name: set(re.findall(r"`([\w.]+)`", what)) for name, what, *_ in rows}
    assert named == {limit.name: set(limit.endpoints) for limit in TABLE}
    section = DOC.read_text("utf-8").split("## Not counted")[1].split("\n## ")[0]
    assert re.findall(r"^- `([\w.]+)`: (.+)\.$", section, re.M) == list(UNLIMITED.items())
