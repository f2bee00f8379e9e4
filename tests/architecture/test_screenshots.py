"""The pictures of the docs: every page has a scene, and each picture can live in the repository."""

from __future__ import annotations

import importlib.util
import io
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def screenshots() -> ModuleType:
    """The script, which is no part of any package."""
    spec = importlib.util.spec_from_file_location("screenshots", ROOT / "docs" / "screenshots.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules["screenshots"] = module
    spec.loader.exec_module(module)
    return module


def test_each_scene_is_taken_wide_and_narrow_in_light_and_dark(screenshots: ModuleType) -> None:
    assert screenshots.names(["zoom"]) == [
        "zoom-wide-light",
        "zoom-wide-dark",
        "zoom-phone-light",
        "zoom-phone-dark",
    ]
    assert set(screenshots.OVERLAYS) <= set(screenshots.SCENES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", name) for name in screenshots.SCENES)


def test_every_kind_of_page_has_a_scene(screenshots: ModuleType) -> None:
    kinds = {path.stem.replace("_", "-") for path in (ROOT / "templates/pages").glob("*.html")}
    scenes = {name.partition("-")[0] for name in screenshots.SCENES} | set(screenshots.SCENES)
    # A message is an answer to a fault, and a fragment is no page.
    assert kinds - scenes - {"message", "counter-closed-fragment"} == set()


def test_a_picture_is_made_small_enough_to_commit(screenshots: ModuleType) -> None:
    noise = Image.effect_noise((500, 500), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    assert len(out.getvalue()) > screenshots.LARGEST_BYTES
    assert len(screenshots.shrunk(out.getvalue())) <= screenshots.LARGEST_BYTES
