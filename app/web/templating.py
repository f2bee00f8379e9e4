"""What a template may use: the filters, the texts, the assets, and nothing of the visitor."""

from __future__ import annotations

from flask import Flask

from app.texts import configure_environment
from app.web import filters
from app.web.assets import AssetMap
from app.web.reads import Key, record

OF_THE_VISITOR = ("request", "session", "g", "config")
"""Globals of Flask that an imported macro could read, and so freeze one visitor into a page."""


def configure_templates(app: Flask, assets: AssetMap) -> None:
    """Prepare the templates of an app; call it before the first template is loaded."""
    environment = app.jinja_env
    for name in OF_THE_VISITOR:
        environment.globals.pop(name, None)
    configure_environment(environment)
    filters.register(environment)

    def static_url(name: str) -> str:
        """Return the path of an asset, and record that the page depends on it."""
        asset = assets[name]
        record(Key("asset", name, ""), asset.published_name)
        return asset.url

    environment.globals["static_url"] = static_url
