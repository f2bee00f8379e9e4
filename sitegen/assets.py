"""Publishing the assets; those of earlier builds stay for a week, for pages that are still open."""

from __future__ import annotations

import time

from app.web.factory import AssetMap
from sitegen.publisher import LocalPublisher

KEPT_SECONDS = 7 * 24 * 3600


def publish_assets(assets: AssetMap, publisher: LocalPublisher) -> list[str]:
    """Publish what is missing or damaged, before any page that links to it; return the paths."""
    published = []
    for path, content in sorted(assets.artifacts().items()):
        if publisher.faults(path, content):
            publisher.publish(path, content)
            published.append(path)
    publisher.sync()
    return published


def is_kept_asset(path: str, publisher: LocalPublisher) -> bool:
    """Say whether a file is an asset of an earlier build that an open page may still ask for."""
    stamp = publisher.stamp(path)
    return (
        path.startswith("assets/") and stamp is not None and time.time() - stamp.mtime_ns / 1e9 < KEPT_SECONDS
    )
