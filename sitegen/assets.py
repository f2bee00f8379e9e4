"""Publishing the assets; those of earlier builds stay as long as somebody may ask for them."""

from __future__ import annotations

from datetime import datetime

from app.web.factory import AssetMap
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
    """Note which published assets no page needs any more, so that each stays for a week from now on."""
    needed = set(assets.artifacts()) | _named(manifest)
    stray = {path for path in publisher.files(FOLDER) if path not in needed}
    with manifest.transaction():
        manifest.superseded.note(sorted(stray), now)


def kept_assets(publisher: LocalPublisher, manifest: Manifest, now: datetime) -> set[str]:
    """Return the published assets, of whatever build, that a page may ask for, or one that is still open."""
    due = manifest.superseded.due(now)
    # A page that fails to render stands as it was, however long that takes.
    return {path for path in publisher.files(FOLDER) if path not in due} | _named(manifest)


def _named(manifest: Manifest) -> set[str]:
    return {f"{FOLDER}{name}" for name in manifest.values_of("asset") if name}
