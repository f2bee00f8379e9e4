"""Where granian finds the app: it calls `create` once in each of its workers."""

from __future__ import annotations

from flask import Flask

from app.bootstrap import build_services
from app.logs import configure_logging
from app.settings import load_settings
from app.web.factory import create_app


def create() -> Flask:
    """Build the app from the environment."""
    settings = load_settings()
    configure_logging(settings.log_level, "web")
    return create_app(settings, build_services(settings))
