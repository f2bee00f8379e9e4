"""Rendering pages to files: Frozen-Flask, one page a freeze, into a staging folder.

Frozen-Flask writes in place, stops at the first error and deletes what it did not
visit. So it never sees the published folder, and each page has a freeze of its own,
which tells a failure from its neighbours (about half a millisecond a page).
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from traceback import format_exc
from urllib.parse import unquote

import flask_frozen
from flask import Flask
from werkzeug.exceptions import HTTPException

from app.errors import StoreUnavailable
from app.services import Services
from app.settings import Settings
from app.web.factory import AssetMap, Shop, create_app
from app.web.reads import Reads, recording
from sitegen.in_hand import PicturesInHand, PoolsInHand, reading_through
from sitegen.pages import PageRef
from sitegen.snapshot import Snapshot

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
    is_absent: bool = False
    """Whether the shop itself says that there is no such page: its document is gone, or has moved."""


class PageFreezer:
    """Renders page refs with the shop's own app."""

    def __init__(self, settings: Settings, services: Services, assets: AssetMap | None = None) -> None:
        """Build an app that raises instead of answering with an error page."""
        self.snapshot = Snapshot(services.catalogue.store)
        self._pools = PoolsInHand(services.inventory.store)
        self.pictures = PicturesInHand(services.media)
        services = reading_through(services, self.snapshot, self._pools, self.pictures)
        self.app: Flask = create_app(settings, services, assets, serves=False)
        self.app.config.update(
            PROPAGATE_EXCEPTIONS=True,
            # "Not found" and "moved" are raised as well, and never become the content of a page.
            TRAP_HTTP_EXCEPTIONS=True,
            FREEZER_REDIRECT_POLICY="error",
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
        """Read anew what every page shows."""
        self.snapshot.refresh()
        self.pictures.refresh()
        self._pools.look_ahead(())

    @contextmanager
    def set_aside(self) -> Iterator[None]:
        """Look at everything anew inside the block; what is remembered outside stays."""
        with self.snapshot.set_aside(), self.pictures.set_aside():
            yield

    def look_ahead(self, refs: Iterable[PageRef]) -> None:
        """Read in one go what the next pages show of their products and of the stock."""
        slugs = [str(ref.route_values["slug"]) for ref in refs if ref.endpoint == "storefront.product"]
        products = self.snapshot.look_ahead(list(dict.fromkeys(slugs)))
        self._pools.look_ahead({variant.stock_id for product in products for variant in product.variants})

    def url(self, ref: PageRef) -> str:
        """Return the URL of a page."""
        return self._urls.build(ref.endpoint, ref.route_values)

    def path(self, ref: PageRef) -> str:
        """Return where a page's file lies below the published folder."""
        return str(self._freezer.urlpath_to_filepath(unquote(self.url(ref))))

    def freeze(self, ref: PageRef, staging: Path) -> Frozen | RenderFailed:
        """Render one page into the staging folder, or say why it cannot be rendered.

        Raises:
            StoreUnavailable: the database is away, which is no fault of the page.
        """
        url = self.url(ref)
        self.app.config["FREEZER_DESTINATION"] = str(staging.absolute())
        self._ref = ref
        with recording() as reads, warnings.catch_warnings():
            # Every other endpoint is missing from a freeze of one page, on purpose.
            warnings.simplefilter("ignore", flask_frozen.MissingURLGeneratorWarning)
            try:
                if ".." in PurePosixPath(self.path(ref)).parts:
                    raise ValueError(f"{url} leads out of the published folder")
                pages = list(self._freezer.freeze_yield())
            except StoreUnavailable:
                raise
            except HTTPException as error:
                return self._failed(ref, reads, error, is_absent=error.code in (None, 404, 410))
            except Exception as error:
                # Whatever a view or a template raises concerns this page alone.
                log.exception("page failed to render", extra={"url": url})
                return self._failed(ref, reads, error)
        path = str(pages[0].path)
        return Frozen(url, ref, path, (staging / path).read_bytes(), dict(reads))

    def _failed(
        self, ref: PageRef, reads: Reads, error: Exception, *, is_absent: bool = False
    ) -> RenderFailed:
        reason = f"{type(error).__name__}: {error}"
        return RenderFailed(self.url(ref), ref, dict(reads), format_exc(), reason, is_absent)

    def _generate(self) -> Iterator[tuple[str, dict[str, str | int]]]:
        if self._ref is not None:
            yield self._ref.endpoint, self._ref.route_values
