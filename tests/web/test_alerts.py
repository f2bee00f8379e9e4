"""The example of alert rules, and what docs/operations.md says of metrics and alerts, against /metrics."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.publishing.model import WatcherState
from tests.web.shop import WebShop
from tests.web.test_health import figures

ROOT = Path(__file__).resolve().parents[2]
METRIC = re.compile(r"vitrine_[a-z_]+")
ALERT = re.compile(r"Vitrine[A-Z][A-Za-z]+")


def rules() -> list[dict[str, Any]]:
    """Return the alert rules."""
    document = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text("utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def table(heading: str) -> str:
    """Return the rows of the table below a heading of docs/operations.md."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return "\n".join(line for line in part.splitlines() if line.startswith("|"))


@pytest.fixture
def exported(shop: WebShop) -> set[str]:
    """Every metric of a shop that has an order and a watcher."""
    shop.order()
    shop.services.publishing.store.beat(WatcherState(shop.parts.clock.now(), tenure=1, holder="quay:42"))
    return {name.partition("{")[0] for name in figures(shop)}


def test_every_metric_that_a_rule_names_is_exported(exported: set[str]) -> None:
    named = {metric for rule in rules() for metric in METRIC.findall(rule["expr"])}
    assert named - exported == set()
    # Held units are no trouble; everything else that is exported is worth a rule.
    assert exported - named == {"vitrine_held_units"}


def test_every_metric_is_explained(exported: set[str]) -> None:
    assert set(METRIC.findall(table("What to watch"))) == exported


def test_every_alert_says_what_to_look_at_and_what_to_do() -> None:
    names = {rule["alert"] for rule in rules()}
    assert set(ALERT.findall(table("What to watch"))) == names
    assert set(ALERT.findall(table("What to do when"))) == names
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket"), rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
