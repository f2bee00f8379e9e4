"""What a new tenure takes over from the one before: what was remembered, and the index that readers have.

Copied, not moved: a holder that was stopped within a transaction keeps its files locked,
and may write to them when it goes on. Nobody reads them any more then.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sitegen.tenures import Tenure, Tenures

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2
"""So long a copy waits for a file that somebody was stopped at opening."""


def inherit(tenures: Tenures, tenure: Tenure, before: Path) -> None:
    """Give a tenure its files if it has none yet; then nothing of the earlier tenures is needed.

    Args:
        tenures: all of them.
        tenure: the one that was begun; the earlier ones have ended.
        before: the data folder, where a shop from before there were tenures has its manifest.
    """
    earlier = tenures.below(tenure)
    if not tenure.manifest.exists():
        for source in (*(other.manifest for other in earlier), before / tenure.manifest.name):
            if source.exists() and _copied(source, tenure.manifest):
                break
    if not tenure.search.exists():
        for source in (*(other.search for other in earlier), before / tenure.search.name):
            if source.exists() and _copied(source, tenure.search):
                break


def forget_earlier(tenures: Tenures, tenure: Tenure, before: Path) -> None:
    """Remove what the earlier tenures have left, once readers are led to the files of this one."""
    for other in tenures.below(tenure):
        other.sweep()
    for suffix in ("", "-wal", "-shm"):
        (before / f"{tenure.manifest.name}{suffix}").unlink(missing_ok=True)


def lead(link: Path, tenure: Tenure) -> None:
    """Let readers find a tenure's search index under its usual name, from one moment to the next."""
    wanted = os.path.relpath(tenure.search, link.parent)
    try:
        if os.readlink(link) == wanted:
            return
    except OSError:
        # It is missing, or a file from before there were tenures.
        for suffix in ("-wal", "-shm"):
            link.with_name(f"{link.name}{suffix}").unlink(missing_ok=True)
    new = tenure.staging / "link"
    new.unlink(missing_ok=True)
    new.symlink_to(wanted)
    new.replace(link)


def _copied(source: Path, target: Path) -> bool:
    """Copy a database as its last finished transaction has left it; say whether that was possible."""
    new = target.with_name(f"{target.name}.new")
    new.unlink(missing_ok=True)
    try:
        with (
            closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=PATIENCE_SECONDS)) as old,
            closing(sqlite3.connect(new)) as copy,
        ):
            old.backup(copy)
    except sqlite3.Error as error:
        # It can all be found out again, which takes as long as a full build.
        new.unlink(missing_ok=True)
        log.warning("nothing inherited", extra={"file": str(source), "reason": str(error)})
        return False
    new.replace(target)
    return True
