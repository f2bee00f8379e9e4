"""Pictures come in from a folder, an archive or the web, and stay."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.adapters.mongo.connection import Database
from app.adapters.pictures_by_url import FetchedPictures
from app.media.model import picture_id
from tests.adapters.picture_site import PictureSite, running_site
from tests.adapters.pictures import halves, saved
from tests.import_desk import lamp, table

from .conftest import Run

Told = Callable[..., dict[str, Any]]
OAK = saved(halves(90, 120))


@pytest.fixture
def site() -> Iterator[PictureSite]:
    """A host that has one picture."""
    with running_site(**{"/oak%20lamp.jpg": OAK}) as site:
        yield site


@pytest.fixture
def file(tmp_path: Path, site: PictureSite) -> Path:
    """A catalogue that names two pictures of that host."""
    path = tmp_path / "shop.csv"
    rows = [
        lamp(**{"Image Src": site.url("/oak%20lamp.jpg"), "Image Alt Text": "Oak"}),
        lamp(**{"Handle": "desk", "Variant SKU": "DESK", "Image Src": site.url("/lost.jpg")}),
    ]
    path.write_text(table(rows), "utf-8")
    return path


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command ask the test's own host."""
    monkeypatch.setattr("app.cli.pictures.FetchedPictures", partial(FetchedPictures, trusts_loopback=True))


def image(database: Database, slug: str = "lamp") -> dict[str, Any]:
    """Return a product's one image, as it is stored."""
    product = database.driver.products.find_one({"slug": slug})
    assert product is not None
    [found] = product["images"]
    return dict(found)


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_pictures_are_hung_by_file_name(
    told: Told, run: Run, file: Path, tmp_path: Path, database: Database, site: PictureSite, kind: str
) -> None:
    place = tmp_path / "pictures"
    if kind == "folder":
        place.mkdir()
        (place / "Oak Lamp.JPG").write_bytes(OAK)
    else:
        with zipfile.ZipFile(place, "w") as archive:
            archive.writestr("some/where/Oak Lamp.JPG", OAK)

    said = told("import", file, "--images", place)

    assert said["pictures"] == {"found": 1, "missing": ["lost.jpg"], "refused": []}
    assert image(database) == {
        "picture": picture_id(OAK),
        "alt": "Oak",
        "width": 90,
        "height": 120,
        "source_url": site.url("/oak%20lamp.jpg"),
    }
    assert image(database, "desk")["picture"] == ""
    before = list(database.driver.products.find())
    again = run("import", file, "--images", place)
    assert "No picture has the name lost.jpg.\n0 created, 0 updated, 2 unchanged" in again.stdout
    assert told("import", file)["unchanged"] == 2
    assert list(database.driver.products.find()) == before
    assert site.asked == []


def test_a_place_without_pictures_is_refused(run: Run, file: Path) -> None:
    said = run("import", file, "--images", file)

    assert said.exit_code == 1
    assert "but must be a folder or a ZIP archive" in said.stderr


@pytest.mark.usefixtures("trusting")
def test_pictures_are_fetched_from_where_the_file_says(
    told: Told, run: Run, file: Path, database: Database, site: PictureSite
) -> None:
    told("import", file)
    assert told("fetch-pictures", "--dry-run") == {
        "waiting": 2,
        "hosts": {"127.0.0.1": 2},
        "fetched": 0,
        "products": 0,
        "failed": [],
        "change_set": None,
        "dry_run": True,
    }
    assert site.asked == []

    said = run("fetch-pictures", "--json")

    assert said.exit_code == 1
    data = json.loads(said.stdout)
    assert (data["fetched"], data["products"]) == (1, 1)
    lost = {"product": "desk", "url": site.url("/lost.jpg")}
    assert data["failed"] == [lost | {"reason": f"127.0.0.1:{site.server_port} answered 404"}]
    assert image(database)["picture"] == picture_id(OAK)
    assert database.driver.revisions.count_documents({"change_set": data["change_set"]}) == 1
    assert told("import", file)["unchanged"] == 2
    plain = run("fetch-pictures")
    assert plain.exit_code == 1
    assert "0 pictures fetched, 1 failed, 0 products changed." in plain.stderr
    assert told("revert", data["change_set"])["reverted"] == 1
    assert image(database)["picture"] == ""


def test_the_command_asks_no_private_address(
    told: Told, run: Run, file: Path, database: Database, site: PictureSite
) -> None:
    told("import", file)

    said = run("fetch-pictures", "--limit", "1")

    assert said.exit_code == 1
    assert "none of the web's, which are 80 and 443" in said.stderr
    assert site.asked == []
    assert image(database)["picture"] == ""
