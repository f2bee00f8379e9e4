"""From a write to the served page: exactly the affected files, by whichever program wrote."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
import requests

from tests.stack import Stack, until

PRODUCT = "/products/low-sun/"
MENTIONING_LOW_SUN = {
    "/",
    PRODUCT,
    "/collections/prints/",
    "/collections/sea-and-sky/",
    "/collections/small-works/",
    "/sitemap.xml",
    "/uk/",
    "/uk/products/low-sun/",
    "/uk/collections/prints/",
    "/uk/collections/sea-and-sky/",
    "/uk/collections/small-works/",
    # A price moves it, and whatever stands between its old place and its new one, in some orders.
    *(
        f"{market}/collections/{slug}/sort/{sort}/{page}"
        for market in ("", "/uk")
        for slug in ("prints", "sea-and-sky", "small-works")
        for sort in ("newest", "title", "price-up", "price-down")
        for page in ("", "page/2/")
    ),
}


def file_of(url: str) -> str:
    """Return where a page lies below the published folder."""
    path = url.lstrip("/")
    return path if path.endswith((".xml", ".html")) else f"{path}index.html"


def with_siblings(urls: set[str]) -> set[str]:
    """Return the files of pages, compressed ones included."""
    return {f"{file_of(url)}{suffix}" for url in urls for suffix in ("", ".br", ".gz")}


def rewritten(stack: Stack, before: dict[str, tuple[int, int]]) -> set[str]:
    """Return the files whose inode or time of change is another than before."""
    after = stack.published()
    assert set(after) == set(before)
    return {path for path, stamp in after.items() if stamp != before[path]}


@pytest.fixture(autouse=True)
def usual_price(stack: Stack) -> None:
    """Begin with the price and the count that the print has in the demo."""
    stack.write_price("LOW-SUN-A4", 3600)
    stack.write_count("LOW-SUN-A4", 2)
    until(lambda: stack.offers("low-sun")["LOW-SUN-A4"]["price"] == "36.00")
    until(lambda: "Only 2 left" in stack.page(PRODUCT))
    until(stack.is_quiet)


def test_a_price_typed_on_the_command_line_is_served_and_nothing_else_is_touched(stack: Stack) -> None:
    before = stack.published()
    said = stack.told("price", "LOW-SUN-A4", "12.50", "USD")
    assert set(said) == {"sku", "pages", "ms"}
    assert said["sku"] == "LOW-SUN-A4"
    assert PRODUCT in said["pages"]
    assert set(said["pages"]) <= MENTIONING_LOW_SUN
    assert isinstance(said["ms"], int)
    # The product comes first, then listings, then the front page.
    pages = [url for url in said["pages"] if not url.startswith("/uk/")]
    assert pages.index(PRODUCT) < pages.index("/collections/prints/")
    assert rewritten(stack, before) == with_siblings(set(said["pages"]))
    offer = stack.offers("low-sun")["LOW-SUN-A4"]
    assert (offer["price"], offer["priceCurrency"]) == ("12.50", "USD")
    assert stack.offers("low-sun", "uk")["LOW-SUN-A4"]["price"] == "28.00"
    assert "$12.50" in requests.get(f"{stack.shop}/collections/prints/", timeout=10).text


def test_the_same_price_again_makes_no_page_live(stack: Stack) -> None:
    stack.told("price", "LOW-SUN-A4", "12.50", "USD")
    before = stack.published()
    said = stack.told("price", "LOW-SUN-A4", "12.50", "USD")
    assert PRODUCT not in said["pages"]
    assert rewritten(stack, before) <= with_siblings({"/sitemap.xml"})


@pytest.mark.parametrize("wrapped", [False, True], ids=["as a 64-bit number", "as a 32-bit number"])
def test_a_price_that_another_program_writes_is_served_and_recorded(stack: Stack, wrapped: bool) -> None:
    from bson.int64 import Int64

    minor = 1250 if wrapped else 1375
    value = minor if wrapped else Int64(minor)
    revisions = stack.db.revisions.count_documents({"who": "external"})
    before = stack.published()
    stack.db.products.update_one({"variants.sku": "LOW-SUN-A4"}, {"$set": {"variants.$.prices.USD": value}})
    until(lambda: stack.offers("low-sun")["LOW-SUN-A4"]["price"] == f"{minor / 100:.2f}")
    until(lambda: stack.db.revisions.count_documents({"who": "external"}) == revisions + 1)
    until(stack.is_quiet)
    assert with_siblings({PRODUCT}) <= rewritten(stack, before) <= with_siblings(MENTIONING_LOW_SUN)


def test_a_count_that_another_program_writes_is_served_and_gets_its_movement(stack: Stack) -> None:
    external = {"pool": "LOW-SUN-A4", "kind": "external"}
    movements = stack.db.stock_movements.count_documents(external)
    stack.db.stock_pools.update_one({"_id": "LOW-SUN-A4"}, {"$set": {"on_hand": 3}})
    until(lambda: "Only 3 left" in stack.page(PRODUCT))
    until(lambda: stack.db.stock_movements.count_documents(external) == movements + 1)
    movement = stack.db.stock_movements.find_one(external, sort=[("at", -1)])
    assert movement
    assert (movement["on_hand"], movement["reserved"], movement["by"]) == (1, 0, "external")
    assert stack.told("doctor")["ok"] is True


def test_a_product_inserted_by_another_program_appears_and_one_taken_away_is_gone(stack: Stack) -> None:
    stack.db.stock_pools.insert_one({"_id": "GUEST-1", "on_hand": 5})
    stack.db.products.insert_one(
        {
            "slug": "guest",
            "title": "Guest",
            "variants": [{"sku": "GUEST-1", "stock_id": "GUEST-1", "prices": {"USD": 900}}],
        }
    )
    url = f"{stack.shop}/products/guest/"
    until(lambda: requests.get(url, timeout=10).headers.get("ETag"))
    assert stack.offers("guest")["GUEST-1"]["price"] == "9.00"
    until(lambda: stack.told("site", "verify")["ok"])

    stack.db.products.delete_one({"slug": "guest"})
    until(lambda: not (stack.public / "products/guest").exists())
    assert requests.get(url, timeout=10).status_code in (404, 410)
    stack.db.stock_pools.delete_one({"_id": "GUEST-1"})
    assert stack.told("site", "verify")["ok"] is True


REFUSED = (
    ("price", "NO-SUCH-SKU", "12.50", "USD"),
    ("price", "LOW-SUN-A4", "12.505", "USD"),
    ("price", "LOW-SUN-A4", "12.50", "DOLLARS"),
    ("stock", "MOONS-SHEET", "=3"),
    ("stock", "LOW-SUN-A4", "-3"),
    ("site", "explain", "/products/nowhere/"),
)
MISUSED = (("price", "LOW-SUN-A4"), ("nonsense",))


def test_a_command_that_cannot_be_carried_out_says_why_and_changes_nothing(stack: Stack) -> None:
    before = stack.published()
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda arguments: stack.vitrine(*arguments), (*REFUSED, *MISUSED)))
    for answer in answers[: len(REFUSED)]:
        assert (answer.code, list(answer.data)) == (1, ["error"])
        assert "Traceback" not in answer.errors
    for answer in answers[len(REFUSED) :]:
        assert (answer.code, answer.out) == (2, "")
        assert "Usage: vitrine" in answer.errors
    assert rewritten(stack, before) == set()


def test_the_site_commands_answer_as_promised(stack: Stack) -> None:
    before = stack.published()
    build = stack.told("site", "build")
    assert set(build) == {"rendered", "published", "unchanged", "failed", "seconds"}
    assert (build["published"], build["failed"]) == (0, 0)
    full = stack.told("site", "build", "--full")
    status = stack.told("site", "status")
    assert {"pages", "failures", "behind_ms", "oldest_unproved_s", "latency_ms"} <= set(status)
    assert (full["rendered"], full["published"], full["unchanged"]) == (status["pages"], 0, status["pages"])
    assert (status["failures"], status["behind_ms"]) == ([], 0)
    assert set(status["latency_ms"]) == {"p50", "p99"}
    one = stack.told("site", "build", PRODUCT)
    assert (one["rendered"], one["published"], one["failed"]) == (1, 0, 0)
    verify = stack.told("site", "verify")
    assert (verify["ok"], verify["wrong"]) == (True, [])
    assert verify["checked"] > status["pages"]
    explain = stack.told("site", "explain", PRODUCT)
    assert {"url", "keys", "built_at", "because"} <= set(explain)
    assert explain["url"] == PRODUCT
    assert {"product prd_low_sun page", "stock LOW-SUN-A4 band", "layout"} <= set(explain["keys"])
    assert datetime.fromisoformat(explain["built_at"]) <= datetime.now(UTC)
    assert stack.told("site", "prune")["removed"] in (None, [])
    assert rewritten(stack, before) == set()


def test_verify_finds_a_file_that_nothing_stands_behind_and_a_prune_removes_it(stack: Stack) -> None:
    stray = stack.public / "products" / "stray.html"
    stray.write_text("<p>Nobody knows me.</p>", "utf-8")
    answer = stack.vitrine("site", "verify")
    assert (answer.code, answer.data["ok"]) == (1, False)
    assert set(answer.data["wrong"]) == {"/products/stray.html"}
    doctor = stack.vitrine("doctor")
    assert doctor.code == 1
    assert [check["name"] for check in doctor.data["checks"] if not check["ok"]] == ["pages"]

    stack.told("site", "prune")
    assert not stray.exists()
    assert stack.told("site", "verify")["ok"] is True


def test_what_somebody_did_to_a_page_is_put_right_by_a_build(stack: Stack) -> None:
    file = stack.public / file_of("/products/saddle/")
    file.write_text("<p>Nothing to see here.</p>", "utf-8")

    # The standing audit may be faster, and has then done the same.
    stack.told("site", "build")

    assert "Saddle" in file.read_text("utf-8")
    assert stack.told("site", "verify")["ok"] is True
