"""Publishing the assets; what no page names any more stays as long as somebody may ask for it."""

from __future__ import annotations

from datetime import datetime

from app.web.factory import AssetMap
from sitegen import pictures
from sitegen.manifest import Manifest
from sitegen.publisher import LocalPublisher

FOLDER = "assets/"


def publish_assets(assets: AssetMap, publisher: LocalPublisher) -> list[str]:
    """Publish what is missing or damaged, before any page that links to it; return the paths."""
    published = []
    for path, content in sorted(assets.artifacts().items()):
        if publisher.faults(path, content):
            publisher.publish(path, content)
            published.append(path)
    publisher.sync()
    return published


def note_superseded(assets: AssetMap, publisher: LocalPublisher, manifest: Manifest, now: datetime) -> None:
    """Note which assets and pictures no page needs any more, so that each stays for a week from now on."""
    needed = set(assets.artifacts()) | _named(manifest)
    stray = lasting_files(publisher) - needed
    with manifest.transaction():
        manifest.superseded.note(sorted(stray), now)


def due_files(manifest: Manifest, now: datetime) -> set[str]:
    """Return the assets and pictures that no page names, and none did that may still be open."""
    # A page that fails to render stands as it was, however long that takes.
    return manifest.superseded.due(now) - _named(manifest)


def lasting_files(publisher: LocalPublisher) -> set[str]:
    """Return the published assets and pictures, of whatever build: a page that is open may name each."""
    return {path for folder in (FOLDER, pictures.FOLDER) for path in publisher.files(folder)}


def _named(manifest: Manifest) -> set[str]:
    """Return what pages name, each as it was last published."""
    assets = {f"{FOLDER}{name}" for name in manifest.values_of("asset") if name}
    return assets | pictures.names_in(manifest.values_of("picture", "set"))
