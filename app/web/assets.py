"""Style sheets, scripts and pictures under names that carry their fingerprint.

There is no build step: the style sheets are joined in the order of their layers,
everything else is taken as it is. The live app and the generator read the same map.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from app.errors import NotFound, VitrineError

STATIC = Path(__file__).resolve().parents[2] / "static"
ASSET_ROOT = "/assets"
FINGERPRINT_LENGTH = 8

BEFORE_COMPONENTS = ("layers", "reset", "tokens", "base", "layout")
AFTER_COMPONENTS = ("utilities",)
ELSEWHERE = frozenset({"sandbox.css"})
"""Style sheets of other servers: the payment stand-in brings its own."""


class AssetError(VitrineError):
    """The folder of assets holds something that has no place in the map."""


@dataclass(frozen=True)
class Asset:
    """A file to publish: the name that templates use, and its bytes."""

    name: str
    content: bytes

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def published_name(self) -> str:
        """The name with the fingerprint: `site.3fa9c1e2.css`."""
        path = PurePosixPath(self.name)
        return str(path.with_name(f"{path.stem}.{self.fingerprint[:FINGERPRINT_LENGTH]}{path.suffix}"))

    @property
    def url(self) -> str:
        """The path that a browser asks for."""
        return f"{ASSET_ROOT}/{self.published_name}"


@dataclass(frozen=True)
class AssetMap:
    """Every asset of the shop by the name that templates use."""

    assets: Mapping[str, Asset]

    @classmethod
    def load(cls, static: Path = STATIC) -> AssetMap:
        """Read the folder: `css/` joined, `js/` and `img/` as they are.

        Raises:
            AssetError: a style sheet stands outside the layers, or two files would share a name.
        """
        assets: dict[str, Asset] = {}
        for asset in _read(static):
            if asset.name in assets:
                raise AssetError(f"Two assets are called {asset.name}: rename the file in {static}.")
            assets[asset.name] = asset
        return cls(assets)

    def __getitem__(self, name: str) -> Asset:
        try:
            return self.assets[name]
        except KeyError:
            raise NotFound("asset", name) from None

    def url(self, name: str) -> str:
        """Return the path of an asset: `url("site.css")` is `/assets/site.3fa9c1e2.css`.

        Raises:
            NotFound: there is no asset of that name.
        """
        return self[name].url

    def artifacts(self) -> dict[str, bytes]:
        """Return every file to publish by its path below the published folder."""
        return {asset.url.removeprefix("/"): asset.content for asset in self.assets.values()}

    @cached_property
    def digest(self) -> str:
        """Names the whole map: it differs as soon as one byte of one asset does."""
        lines = sorted(f"{asset.name} {asset.fingerprint}" for asset in self.assets.values())
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _read(static: Path) -> Iterator[Asset]:
    css = static / "css"
    if css.is_dir():
        yield Asset("site.css", _joined(_site_sheets(css)))
        yield Asset("editor.css", _joined(_desk_sheets(css)))
    for folder in (static / "js", static / "img"):
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            yield Asset(path.relative_to(folder).as_posix(), path.read_bytes())


def _site_sheets(css: Path) -> list[Path]:
    """Return the shop's style sheets in the order of their layers."""
    known = {f"{name}.css" for name in (*BEFORE_COMPONENTS, *AFTER_COMPONENTS)} | ELSEWHERE
    strays = sorted(path.name for path in css.glob("*.css") if path.name not in known)
    if strays:
        raise AssetError(f"{', '.join(strays)} belongs to no layer: move it to {css / 'components'}.")
    first = [css / f"{name}.css" for name in BEFORE_COMPONENTS]
    last = [css / f"{name}.css" for name in AFTER_COMPONENTS]
    return [*first, *sorted((css / "components").glob("*.css")), *last]


def _desk_sheets(css: Path) -> list[Path]:
    """Return the desk's style sheets: it shares the shop's tokens and basics, and no component."""
    own = sorted((css / "editor").glob("*.css"))
    first = [css / f"{name}.css" for name in ("layers", "reset", "tokens", "base")]
    return [*first, *own, css / "utilities.css"] if own else []


def _joined(sheets: list[Path]) -> bytes:
    return b"\n".join(sheet.read_bytes().strip() for sheet in sheets) + b"\n"
