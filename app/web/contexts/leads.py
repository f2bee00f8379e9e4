"""How content pages open: their first words stand on other pages too, and lead to the rest.

The texts of a shop are kept in one place. What the shop says about itself on its front
page is how `about` opens, and what stands beside the button of every product is how
`shipping` and `returns` open. Where there is no such page, nothing is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flask import url_for
from markdown_it import MarkdownIt
from markupsafe import Markup

from app.catalogue.model import Market
from app.catalogue.store import CatalogueStore
from app.web.contexts import projections
from app.web.contexts.views import LeadView
from app.web.reads import record

MARKDOWN = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).enable("table")

STORY = "about"
PROMISES = ("shipping", "returns")


@lru_cache(maxsize=64)
def opening(body: str, paragraphs: int) -> Markup:
    """Return the first paragraphs of a Markdown text, as far as its first heading, list or table."""
    tokens = MARKDOWN.parse(projections.opening_of(body))
    end = 0
    while paragraphs and end < len(tokens) and tokens[end].type == "paragraph_open":
        end += 3
        paragraphs -= 1
    return Markup(MARKDOWN.renderer.render(tokens[:end], MARKDOWN.options, {}))  # noqa: S704 - HTML is escaped


@dataclass(frozen=True)
class Leads:
    """Makes the openings of content pages."""

    catalogue: CatalogueStore

    def story(self, market: Market) -> LeadView | None:
        """Return what the front page tells of the shop."""
        return next(iter(self._leads((STORY,), market, paragraphs=2)), None)

    def promises(self, market: Market) -> tuple[LeadView, ...]:
        """Return what is promised beside the button: delivery, then returns."""
        return self._leads(PROMISES, market, paragraphs=1)

    def _leads(self, slugs: Sequence[str], market: Market, paragraphs: int) -> tuple[LeadView, ...]:
        leads = []
        for slug in slugs:
            page = self.catalogue.page_by_slug(slug)
            record(projections.lead_key(slug), projections.lead_value(page))
            text = opening(page.body, paragraphs) if page else Markup()
            if page and text:
                url = url_for("storefront.content", market=market.prefix, slug=slug)
                leads.append(LeadView(slug, page.title, url, text))
        return tuple(leads)
