"""Measures an import with its pages: 10,000 products in four variants, from the command to the last page.

    python bench/import_pages.py [--products N] [--verified N] [--full]

The catalogue is made from a seed, so every run imports the same file. The whole embedded
stack runs (database synced to disk) in a folder of its own. Printed are the seconds of the
import, the seconds until the watcher says that it has caught up, what a proof of some
pages finds, and the peak memory and the processor's seconds of whoever took part.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.import_speed import ROOT, SEED, start, vitrine, write_catalogue  # noqa: E402 - see the line above

CATCH_UP_SECONDS = 1_200
LOOK_SECONDS = 0.5
TICKS = os.sysconf("SC_CLK_TCK")
MB = 1024 * 1024
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Scales:
    """Weighs processes with all their children, twice a second: what they hold at most, what they work."""

    roots: dict[str, int]
    peaks: dict[str, int] = field(default_factory=dict)
    together: int = 0
    seconds: dict[str, dict[int, float]] = field(default_factory=dict)
    is_over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Weigh until it is over."""
        while not self.is_over.wait(LOOK_SECONDS):
            self.weigh()

    def weigh(self) -> None:
        """Weigh once."""
        parents = dict(_parents())
        now = dict.fromkeys(self.roots, 0)
        for name, root in self.roots.items():
            for pid in _family(root, parents):
                resident, worked = _of_process(pid)
                now[name] += resident
                if worked:
                    self.seconds.setdefault(name, {})[pid] = worked
        for name, weight in now.items():
            self.peaks[name] = max(self.peaks.get(name, 0), weight)
        shop = sum(weight for name, weight in now.items() if name in ("import", "watcher"))
        self.together = max(self.together, shop)

    def worked(self, name: str) -> float:
        """Return the processor's seconds of a process and its children."""
        return sum(self.seconds.get(name, {}).values())


def _parents() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            yield int(entry.name), int(fields[1])


def _family(root: int, parents: dict[int, int]) -> list[int]:
    family = [root]
    for pid in family:
        family += [child for child, parent in parents.items() if parent == pid]
    return family


def _of_process(pid: int) -> tuple[int, float]:
    """Return what a process holds in bytes, without what it shares with others, and its seconds of work."""
    try:
        resident, shared = (Path(f"/proc/{pid}/statm").read_text().split())[1:3]
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, 0.0
    return (int(resident) - int(shared)) * PAGE_BYTES, (int(fields[11]) + int(fields[12])) / TICKS


def import_file(data: Path, file: Path, scales: Scales) -> tuple[dict[str, Any], float]:
    """Import the file in a process of its own; return its answer and its seconds."""
    command = [sys.executable, "-m", "app.cli", "import", str(file), "--json", "--data", str(data)]
    began = time.monotonic()
    run = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    scales.roots["import"] = run.pid
    said, _ = run.communicate()
    if run.returncode:
        raise SystemExit(f"import: {said[-800:]}")
    answer: dict[str, Any] = json.loads(said)
    return answer, time.monotonic() - began


def wait_until_caught_up(data: Path, began: float) -> dict[str, Any]:
    """Wait until the watcher says that nothing is to come; return its status."""
    while True:
        status = vitrine(data, "site", "status")
        if status["behind_ms"] == 0:
            return status
        if time.monotonic() - began > CATCH_UP_SECONDS:
            raise SystemExit(f"the pages have not caught up: {status}")
        time.sleep(1)


def prove(data: Path, wanted: int) -> tuple[int, list[str]]:
    """Render some pages again and compare them with what is published; return how many, and what is wrong."""
    from app.bootstrap import build_services
    from app.settings import load_settings
    from sitegen.generator import Generator

    settings = load_settings(data)
    generator = Generator.assemble(settings, build_services(settings))
    try:
        records = list(generator.manifest.pages())
        dice = random.Random(SEED)  # noqa: S311 - a seeded choice, no secret
        chosen = dice.sample(records, min(wanted, len(records)))
        chosen += [record for record in records if record.ref.endpoint == "storefront.sitemap"]
        return len(chosen), sorted(generator.audit.stale(record.ref for record in chosen).wrong)
    finally:
        generator.manifest.close()


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument(
        "--verified", type=int, default=200, help="pages that are rendered again and compared"
    )
    parser.add_argument("--full", action="store_true", help="have every page made again afterwards")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vitrine-bench-") as folder:
        data, file = Path(folder, "data"), Path(folder, "catalogue.csv")
        write_catalogue(file, wanted.products)
        print(f"{wanted.products} products, {4 * wanted.products} variants, {file.stat().st_size:,} bytes")
        stack = start(data)
        try:
            pids = json.loads((data / "stack.json").read_text())["pids"]
            print(f"watcher is process {pids['watcher']}", flush=True)
            scales = Scales({name: pids[name] for name in ("watcher", "mongo")})
            weighing = threading.Thread(target=scales.run)
            weighing.start()
            began = time.monotonic()
            try:
                answer, seconds = import_file(data, file, scales)
                print(f"import          {seconds:6.1f} s  {answer['created']} created", flush=True)
                status = wait_until_caught_up(data, began)
                total = time.monotonic() - began
            finally:
                scales.is_over.set()
                weighing.join()
            print(f"to last page    {total:6.1f} s  {status['pages']} pages, latency {status['latency_ms']}")
            for name, peak in sorted(scales.peaks.items()):
                print(f"{name:<15} {peak / MB:6.0f} MB at most, {scales.worked(name):.1f} s of a processor")
            print(f"import, watcher {scales.together / MB:6.0f} MB together at most", flush=True)
            checked, wrong = prove(data, wanted.verified)
            print(f"{checked} pages proved, wrong: {wrong[:5] or 'none'}", flush=True)
            if wanted.full:
                began = time.monotonic()
                answer = vitrine(data, "site", "build", "--full")
                print(f"build --full    {time.monotonic() - began:6.1f} s  {answer['rendered']} rendered")
        finally:
            stack.terminate()
            stack.wait(timeout=60)


if __name__ == "__main__":
    main()
