"""Logs: one JSON object a line, with the ids that tie a request, an order and an event together."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

SECRETS = ("sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_")


def configure_logging(level: str, process: str) -> None:
    """Send everything that is logged to standard error, as JSON.

    Args:
        level: the least severe level that is written.
        process: the name of this process, part of every line.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _name_process(process),
        # A plain traceback: the structured one would write local variables, secrets among them.
        structlog.processors.format_exc_info,
        redact,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for chatty in ("stripe", "urllib3", "pymongo", "rq", "_granian"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def bind(**ids: str) -> None:
    """Add ids to every line that this request or job logs from now on."""
    structlog.contextvars.bind_contextvars(**ids)


def unbind_all() -> None:
    """Forget the ids of the request or job that has ended."""
    structlog.contextvars.clear_contextvars()


def redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what looks like a key, wherever it stands in a line."""
    for name, value in event.items():
        # Whatever it is, this is how it would be written.
        if any(secret in str(value) for secret in SECRETS):
            event[name] = "[hidden: a line that held a secret]"
    return event


def _name_process(process: str) -> structlog.types.Processor:
    def name(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return name
