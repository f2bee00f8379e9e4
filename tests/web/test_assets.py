"""Assets: names that carry fingerprints, the order of layers, and files from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from app.errors import NotFound
from app.web.assets import STATIC, AssetError, AssetMap

SHEETS = sorted(path for path in STATIC.glob("css/**/*.css") if path.name != "sandbox.css")
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|hwb|lab|lch|oklab|oklch)\(|:[^;{]*\b(white|black|red)\b"
)
COMPONENT_LINES = 120


def folder(tmp_path: Path, **files: str) -> Path:
    """A small folder of assets; in names `__` stands for a slash."""
    sheets = {f"css__{name}": f"/* {name} */" for name in ("layers", "reset", "tokens", "base", "layout")}
    written = {
        **{f"{name}.css": text for name, text in sheets.items()},
        "css__utilities.css": "/* utilities */",
    }
    for name, text in {**written, **files}.items():
        path = tmp_path / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def test_sheets_are_joined_in_the_order_of_their_layers(tmp_path: Path) -> None:
    static = folder(
        tmp_path,
        **{
            "css__components__price.css": "/* price */",
            "css__components__band.css": "/* band */",
            "css__editor__desk.css": "/* desk */",
            "css__sandbox.css": "/* sandbox */",
        },
    )
    assets = AssetMap.load(static)
    joined = assets["site.css"].content.decode()
    assert re.findall(r"\w+", joined) == (
        ["layers", "reset", "tokens", "base", "layout", "band", "price", "utilities"]
    )
    desk = re.findall(r"\w+", assets["editor.css"].content.decode())
    assert desk == ["layers", "reset", "tokens", "base", "desk", "utilities"]
    assert set(assets.assets) == {"site.css", "editor.css"}


def test_a_name_carries_the_fingerprint_of_the_bytes(tmp_path: Path) -> None:
    static = folder(tmp_path, **{"js__shop.js": "one", "img__prints__sun.svg": "<svg/>"})
    before = AssetMap.load(static)
    digest = hashlib.sha256(b"one").hexdigest()
    assert before.url("shop.js") == f"/assets/shop.{digest[:8]}.js"
    assert before.artifacts()[f"assets/shop.{digest[:8]}.js"] == b"one"
    assert before.url("prints/sun.svg").startswith("/assets/prints/sun.")

    (static / "js/shop.js").write_text("two", "utf-8")
    after = AssetMap.load(static)
    assert after.url("shop.js") != before.url("shop.js")
    assert after.url("prints/sun.svg") == before.url("prints/sun.svg")
    assert after.digest != before.digest
    assert AssetMap.load(static).digest == after.digest


def test_a_name_that_no_file_has_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no asset 'shop.css'"):
        AssetMap.load(folder(tmp_path)).url("shop.css")


def test_a_sheet_outside_the_layers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="cards.css belongs to no layer"):
        AssetMap.load(folder(tmp_path, css__cards__css="", **{"css__cards.css": ""}))


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="Two assets are called logo.svg"):
        AssetMap.load(folder(tmp_path, **{"js__logo.svg": "a", "img__logo.svg": "b"}))


def test_what_comes_from_elsewhere_is_what_was_checked() -> None:
    lock = json.loads((STATIC / "vendor.lock").read_text("utf-8"))
    assert set(lock) == {"js/htmx-4.0.1.min.js"}
    for name, entry in lock.items():
        digest = hashlib.sha384((STATIC / name).read_bytes()).digest()
        assert entry["sha384"] == f"sha384-{base64.b64encode(digest).decode()}"
        assert entry["version"] in name
        assert entry["licence"]
        assert entry["npm_integrity"].startswith("sha512-")


def test_every_script_is_ours_or_in_the_lock() -> None:
    lock = json.loads((STATIC / "vendor.lock").read_text("utf-8"))
    vendored = {path.relative_to(STATIC).as_posix() for path in STATIC.glob("js/**/*.min.js")}
    assert vendored == set(lock)


def bare(sheet: Path) -> str:
    """Return a sheet without its comments."""
    return re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL).strip()


def layers_of(sheet: Path) -> tuple[str, ...]:
    """Return the layers that a sheet's rules may belong to; the desk lays itself out."""
    if sheet.parent.name == "css":
        return (sheet.stem,)
    return ("layout", "components") if sheet.parent.name == "editor" else ("components",)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_rule_is_in_its_layer(sheet: Path) -> None:
    text = bare(sheet)
    if sheet.name == "layers.css":
        assert text == "@layer reset, tokens, base, layout, components, utilities;"
        return
    depth, start, blocks = 0, 0, []
    for position, char in enumerate(text):
        depth += (char == "{") - (char == "}")
        if depth == 0 and char in "};":
            blocks.append(text[start : position + 1].strip())
            start = position + 1
    assert depth == 0
    assert text[start:].strip() == ""
    allowed = tuple(f"@layer {layer} {{" for layer in layers_of(sheet))
    assert [block[:40] for block in blocks if not block.startswith(allowed)] == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_colours_are_roles_and_only_utilities_insist(sheet: Path) -> None:
    text = bare(sheet)
    # The tones are colours of pictures: no role of the design is meant.
    if sheet.name not in ("tokens.css", "tone.css"):
        assert not COLOUR.search(text)
    if sheet.name != "utilities.css":
        assert "!important" not in text
    assert "gradient" not in text
    assert not re.search(r"(^|[\s,>+~}])#[a-zA-Z][\w-]*[^;]*{", text)
    assert "url(" not in text


def test_every_variable_that_a_sheet_uses_is_bound() -> None:
    bound = {name for sheet in SHEETS for name in re.findall(r"(--[\w-]+)\s*:", bare(sheet))}
    used = {name for sheet in SHEETS for name in re.findall(r"var\((--[\w-]+)", bare(sheet))}
    assert used <= bound


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("css/components/*.css")), ids=lambda path: path.stem)
def test_a_component_stays_short_and_styles_its_own_block(sheet: Path) -> None:
    lines = sheet.read_text("utf-8").splitlines()
    assert len(lines) <= COMPONENT_LINES
    block = sheet.stem.replace("_", "-")
    assert f".{block}" in "\n".join(lines)
