"""Rendering pages to files: Frozen-Flask, one page a freeze, into a staging folder.

Frozen-Flask writes in place, stops at the first error and deletes what it did not
visit. So it never sees the published folder, and each page has a freeze of its own,
which tells a failure from its neighbours (about half a millisecond a page).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from traceback import format_exc
from urllib.parse import unquote

import flask_frozen
from flask import Flask

from app.services import Services
from app.settings import Settings
from app.web.factory import AssetMap, Shop, create_app
from app.web.reads import Reads, recording
from sitegen.pages import PageRef
from sitegen.snapshot import Snapshot, reading_through

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Frozen:
    """A page in the staging folder, with what it read."""

    url: str
    ref: PageRef
    path: str
    """Below the staging and the published folder alike."""
    content: bytes
    reads: Reads


@dataclass(frozen=True)
class RenderFailed:
    """A page that raised while it was rendered, with what it had read by then."""

    url: str
    ref: PageRef
    reads: Reads
    traceback: str
    reason: str


class PageFreezer:
    """Renders page refs with the shop's own app."""

    def __init__(self, settings: Settings, services: Services, assets: AssetMap | None = None) -> None:
        """Build an app that raises instead of answering with an error page."""
        self._snapshot = Snapshot(services.catalogue.store)
        services = reading_through(services, self._snapshot)
        self.app: Flask = create_app(settings, services, assets, serves=False)
        self.app.config.update(
            PROPAGATE_EXCEPTIONS=True,
            FREEZER_REMOVE_EXTRA_FILES=False,
            # The endings are the project's own; Python's table calls .xml text/xml.
            FREEZER_IGNORE_MIMETYPE_WARNINGS=True,
        )
        self.shop: Shop = self.app.extensions["vitrine"]
        self._ref: PageRef | None = None
        self._freezer = flask_frozen.Freezer(
            self.app, with_static_files=False, with_no_argument_rules=False, log_url_for=False
        )
        self._freezer.register_generator(self._generate)
        self._urls = self.app.url_map.bind("localhost")

    def refresh(self) -> None:
        """Read anew what every page shows; call it before a batch."""
        self._snapshot.refresh()

    def url(self, ref: PageRef) -> str:
        """Return the URL of a page."""
        return self._urls.build(ref.endpoint, ref.route_values)

    def path(self, ref: PageRef) -> str:
        """Return where a page's file lies below the published folder."""
        return str(self._freezer.urlpath_to_filepath(unquote(self.url(ref))))

    def freeze(self, ref: PageRef, staging: Path) -> Frozen | RenderFailed:
        """Render one page into the staging folder, or say why it cannot be rendered."""
        url = self.url(ref)
        self.app.config["FREEZER_DESTINATION"] = str(staging.absolute())
        self._ref = ref
        with recording() as reads, warnings.catch_warnings():
            # Every other endpoint is missing from a freeze of one page, on purpose.
            warnings.simplefilter("ignore", flask_frozen.MissingURLGeneratorWarning)
            try:
                pages = list(self._freezer.freeze_yield())
            except Exception as error:
                # Whatever a view or a template raises concerns this page alone.
                log.exception("page failed to render", extra={"url": url})
                return RenderFailed(url, ref, dict(reads), format_exc(), f"{type(error).__name__}: {error}")
        path = str(pages[0].path)
        return Frozen(url, ref, path, (staging / path).read_bytes(), dict(reads))

    def _generate(self) -> Iterator[tuple[str, dict[str, str | int]]]:
        if self._ref is not None:
            yield self._ref.endpoint, self._ref.route_values
