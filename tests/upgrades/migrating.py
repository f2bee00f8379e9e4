"""A process that migrates slowly: what the tests kill, stop, and start twice.

`python -m tests.upgrades.migrating URI MARKS SECONDS_A_BATCH LEASE_SECONDS`. Each batch
that is written leaves a line in the file MARKS.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.adapters.mongo.connection import Database
from app.adapters.mongo.documents import BATCH
from app.adapters.mongo.migration_lease import MigrationLease
from app.adapters.mongo.migrations import migrate
from app.adapters.mongo.steps.walking import Part, Step
from app.errors import VitrineError

DOCUMENTS = 4 * BATCH


def steps(marks: Path, seconds_a_batch: float) -> list[Step]:
    """Return a quick step and a slow one, each of which counts how often it has come by a document."""

    def quickly(_: Database, documents: Sequence[Any]) -> dict[Any, Any]:
        return {one["_id"]: {"quick": one.get("quick", 0) + 1} for one in documents}

    def slowly(_: Database, documents: Sequence[Any]) -> dict[Any, Any]:
        with marks.open("a") as file:
            file.write(f"{os.getpid()}\n")
        time.sleep(seconds_a_batch)
        return {one["_id"]: {"slow": one.get("slow", 0) + 1} for one in documents}

    return [
        Step(2, "Quick.", (Part("redirects", {"quick": None}, ("quick",), quickly),), stop_first=False),
        Step(3, "Slow.", (Part("redirects", {"slow": None}, ("slow",), slowly),), stop_first=False),
    ]


def main() -> None:
    """Migrate, and print the report or the reason."""
    uri, marks, seconds_a_batch, lease_seconds = sys.argv[1:]
    database = Database(uri)
    lease = MigrationLease(database, seconds=float(lease_seconds))
    try:
        report = migrate(database, steps=steps(Path(marks), float(seconds_a_batch)), lease=lease)
    except VitrineError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    sys.stdout.write(json.dumps(asdict(report)))


if __name__ == "__main__":
    main()
