"""Style sheet and scripts of the version before, after the next one was published over it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from app.web.assets import STATIC, AssetMap
from tests.fakes import FakeClock
from tests.sitegen.shop import SmallShop, open_shop

CSS, JS = "site.css", "shop.js"


def next_version(
    shop: SmallShop, static: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> SmallShop:
    """Return the shop as its next version opens it: another style sheet, another script."""
    shutil.copytree(STATIC, static)
    with (static / "css/components/hero.css").open("a") as sheet:
        sheet.write("@layer components { .hero { letter-spacing: 0.01em; } }\n")
    with (static / "js/shop.js").open("a") as script:
        script.write("/* of the next version */\n")
    assets = AssetMap.load(static)
    monkeypatch.setattr(AssetMap, "load", lambda: assets)
    new = open_shop(shop.database, shop.settings.data)
    new.generator = replace(new.generator, services=replace(new.services, clock=clock))
    return new


def test_assets_of_an_earlier_build_stay_for_seven_days_with_their_compressed_siblings(
    shop: SmallShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.close()
    old = [shop.generator.assets.url(name).lstrip("/") for name in (CSS, JS)]
    kept = {name: content for name, content in shop.folder().items() if name.startswith(tuple(old))}
    assert len(kept) == 2 * 3
    shop.generator.close()

    clock = FakeClock(datetime.now().astimezone())
    new = next_version(shop, tmp_path / "static", clock, monkeypatch)
    new.generator.repair("the new version started")

    # Every page names the new ones, and the old ones are there to the byte.
    fresh = [new.generator.assets.url(name) for name in (CSS, JS)]
    assert not {f"/{name}" for name in old} & set(fresh)
    text = new.text("products/lamp")
    assert [name in text for name in fresh] == [True, True]
    assert [f"/{name}" in text for name in old] == [False, False]
    assert {name: new.folder().get(name) for name in kept} == kept
    assert new.wrong() == {}

    clock.turn(days=6, hours=23)
    assert new.generator.prune() == []
    new.generator.repair("started again", compares_everything=True)
    assert {name: new.folder().get(name) for name in kept} == kept

    clock.turn(hours=2)
    assert sorted(new.generator.prune()) == sorted(old)
    assert not kept.keys() & new.folder().keys()
    assert {name.lstrip("/") for name in fresh} <= new.folder().keys()
