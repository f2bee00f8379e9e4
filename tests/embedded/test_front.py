"""What `deploy/Caddyfile` answers: files first, the app behind them, a lit window without it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.embedded import probes, servers
from app.web.headers import PICTURE_POLICY

from .front import SECURITY, Answer, Front
from .running import eventually


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    front = Front(tmp_path_factory.mktemp("front"))
    front.caddy.start()
    assert front.spec.ready
    eventually(front.spec.ready, bool)
    yield front
    front.caddy.kill()


@pytest.fixture(scope="module")
def lit(front: Front) -> Iterator[Front]:
    """The front while the app runs."""
    front.app.start()
    eventually(lambda: probes.answers_http("127.0.0.1", front.app_port, "/"), bool)
    yield front
    front.app.kill()


@pytest.fixture
def dark(front: Front) -> Front:
    """The front while the app is down; runs after the tests that need the app."""
    front.app.kill()
    return front


@pytest.mark.parametrize("encoding", ["br", "gzip", "identity"])
@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("/", "index.html"),
        ("/products/lamp/", "products/lamp/index.html"),
        ("/de/products/lampe/", "de/products/lampe/index.html"),
        ("/robots.txt", "robots.txt"),
        ("/sitemap.xml", "sitemap.xml"),
    ],
)
def test_a_page_is_sent_whole_with_an_etag_and_no_length_or_date(
    lit: Front, path: str, file: str, encoding: str
) -> None:
    status, headers, text = lit.ask(path, Accept_Encoding=encoding)
    assert (status, text) == (200, f"this is {file}\n" * 200)
    assert headers.get("content-encoding", "identity") == encoding
    assert headers["cache-control"] == "no-cache"
    assert headers["vary"] == "Accept-Encoding"
    assert headers.items() >= SECURITY.items()
    assert not headers.keys() & {"last-modified", "accept-ranges", "set-cookie", "strict-transport-security"}
    assert "content-length" not in headers or int(headers["content-length"]) < 2048
    again = lit.ask(path, Accept_Encoding=encoding, If_None_Match=headers["etag"])
    assert (again[0], again[2]) == (304, "")
    assert again[1]["cache-control"] == "no-cache"


def test_encodings_have_etags_of_their_own(lit: Front) -> None:
    etags = {lit.ask("/", Accept_Encoding=encoding)[1]["etag"] for encoding in ("br", "gzip", "identity")}
    assert len(etags) == 3


def test_dates_and_ranges_of_pages_are_not_believed(lit: Front) -> None:
    status, _, text = lit.ask("/", If_Modified_Since="Fri, 31 Dec 2100 00:00:00 GMT", Range="bytes=0-3")
    assert (status, text) == (200, "this is index.html\n" * 200)


def test_assets_are_kept_for_a_year(lit: Front) -> None:
    status, headers, text = lit.ask("/assets/site.3fa9c1e2.css", Accept_Encoding="br")
    assert (status, text) == (200, "this is assets/site.3fa9c1e2.css\n" * 200)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers.items() >= SECURITY.items()


def test_pictures_are_kept_for_a_year_and_those_not_here_yet_are_the_apps(lit: Front) -> None:
    status, headers, text = lit.ask("/media/0123456789abcdef-320.avif")
    assert (status, text) == (200, "this is media/0123456789abcdef-320.avif\n" * 200)
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert headers["content-type"] == "image/avif"
    assert headers.items() >= (SECURITY | {"content-security-policy": PICTURE_POLICY}).items()
    assert lit.ask("/media/fedcba9876543210-320.avif")[::2] == (
        200,
        "GET /media/fedcba9876543210-320.avif for 127.0.0.1",
    )


def test_a_missing_asset_is_not_kept(lit: Front) -> None:
    status, headers, text = lit.ask("/assets/old.css")
    assert (status, headers["cache-control"], text) == (404, "no-cache", "this is 404.html\n" * 200)


def test_a_folder_without_its_slash_is_led_to_it(lit: Front) -> None:
    status, headers, _ = lit.ask("/products/lamp?from=mail")
    assert (status, headers["location"]) == (308, "/products/lamp/?from=mail")
    assert headers.items() >= SECURITY.items()
    assert lit.ask("//products//lamp")[1]["location"] == "/products/lamp/"


@pytest.mark.parametrize(
    "path",
    [
        *("/cart", "/cart/lines", "/de/cart", "/en-gb/cart", "/checkout", "/de/checkout", "/search?q=a"),
        *("/_fragments/cart-badge", "/de/_fragments/x", "/orders/tok", "/webhooks/stripe", "/editor"),
        *("/editor/products/1", "/healthz", "/collections/all/filter?size=m", "/de/collections/all/filter"),
        *(
            "/products/renamed/",
            "/products/renamed",
            "/collections/x/products/y",
            "/pages/old/",
            "/de/pages/old",
        ),
    ],
)
def test_what_is_personal_or_may_have_moved_asks_the_app(lit: Front, path: str) -> None:
    status, headers, text = lit.ask(path, X_Forwarded_For="6.6.6.6")
    assert (status, text) == (200, f"GET {path} for 127.0.0.1")
    assert headers["referrer-policy"] == "no-referrer"
    assert "content-security-policy" not in headers


def test_the_apps_own_refusals_pass_as_they_are(lit: Front) -> None:
    assert lit.ask("/products/gone/")[::2] == (410, "GET /products/gone/ for 127.0.0.1")
    assert lit.ask("/cart/lines", "POST")[::2] == (200, "POST /cart/lines for 127.0.0.1")


@pytest.mark.parametrize(
    ("path", "page"),
    [
        *(("/nowhere", "404.html"), ("/de/nowhere", "de/404.html"), ("/fr/nowhere", "404.html")),
        *(("/empty/", "404.html"), ("/assets/", "404.html"), ("/feeds/none.xml", "404.html")),
        *(("/metrics", "404.html"), ("//metrics", "404.html"), ("/%6Detrics", "404.html")),
        *(("/cart/..%2fmetrics", "404.html"), ("/readyz", "404.html"), ("/READYZ", "404.html")),
        *(("/.env", "404.html"), ("/%2eenv", "404.html"), ("/.well/", "404.html"), ("/.env.br", "404.html")),
        *(("/robots.txt.br", "404.html"), ("/index.html.gz", "404.html"), ("/robots.tx*", "404.html")),
        *(
            ("/../secret.txt", "404.html"),
            ("/%2e%2e/secret.txt", "404.html"),
            ("/..%2fsecret.txt", "404.html"),
        ),
        *(
            ("/assets/..%2f..%2fsecret.txt", "404.html"),
            ("/..%5csecret.txt", "404.html"),
            ("/%00", "404.html"),
        ),
    ],
)
def test_what_is_not_there_or_not_public_is_the_designed_404(lit: Front, path: str, page: str) -> None:
    status, headers, text = lit.ask(path, Accept_Encoding="br", If_None_Match="*")
    assert (status, text) == (404, f"this is {page}\n" * 200)
    assert headers["cache-control"] == "no-cache"
    assert "etag" not in headers
    assert headers.items() >= SECURITY.items()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_files_can_only_be_read(lit: Front, method: str) -> None:
    status, headers, _ = lit.ask("/products/lamp/", method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


CLOSED = "this is counter-closed.html\n" * 200
SILENT = "The shop's app does not answer. Please try again in a moment."
WITHOUT_THE_APP = {
    ("GET", "/", ""): (200, "this is index.html\n" * 200),
    ("GET", "/products/renamed/", ""): (404, "this is 404.html\n" * 200),
    ("GET", "/de/products/renamed/", ""): (404, "this is de/404.html\n" * 200),
    ("GET", "/media/fedcba9876543210-320.avif", ""): (404, "this is 404.html\n" * 200),
    ("GET", "/de/cart", ""): (503, CLOSED),
    ("POST", "/cart/lines", ""): (503, CLOSED),
    ("GET", "/collections/all/filter", ""): (503, CLOSED),
    ("POST", "/cart/lines", "true"): (503, "this is counter-closed-fragment.html\n" * 200),
    ("GET", "/editor", ""): (503, SILENT),
    ("POST", "/webhooks/stripe", ""): (503, SILENT),
    ("GET", "/healthz", ""): (503, SILENT),
}


def test_without_the_app_the_window_is_lit_and_the_counter_closed(dark: Front) -> None:
    def ask(method: str, path: str, htmx: str) -> Answer:
        headers = {"HX_Request": htmx} if htmx else {}
        # A page that the browser knows already must not turn a refusal into "not modified".
        return dark.ask(path, method, Accept_Encoding="gzip", If_None_Match='"known"', **headers)

    # Each one waits two seconds for an app that may be restarting: all at the same time.
    with ThreadPoolExecutor(len(WITHOUT_THE_APP)) as pool:
        answers = list(pool.map(lambda request: ask(*request), WITHOUT_THE_APP))

    for answer, expected in zip(answers, WITHOUT_THE_APP.values(), strict=True):
        status, headers, text = answer
        assert (status, text) == expected
        assert headers.items() >= SECURITY.items()
        assert headers.get("retry-after") == ("5" if status == 503 else None)
        assert headers["cache-control"] == ("no-store" if status == 503 else "no-cache")


def test_a_restarting_app_is_waited_for(dark: Front) -> None:
    waiting = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import http.client as h; c = h.HTTPConnection('127.0.0.1', {dark.port}); "
            "c.request('GET', '/cart'); print(c.getresponse().status)",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    dark.app.start()
    assert waiting.communicate(timeout=20)[0] == "200\n"


def test_with_https_the_browser_is_told_to_stay_with_it() -> None:
    env = {**os.environ, "VITRINE_SITE": "shop.example"}
    argv = [servers.caddy_program(), "adapt", "--adapter", "caddyfile", "--config", str(servers.CADDYFILE)]
    adapted = subprocess.run(argv, env=env, capture_output=True, text=True, check=True).stdout
    assert '"Strict-Transport-Security":["max-age=31536000; includeSubDomains"]' in adapted
    assert '"protocol":"https"' in adapted
    assert "form-action 'self' https://checkout.stripe.com;" in adapted
    assert '"disabled":true' in adapted
