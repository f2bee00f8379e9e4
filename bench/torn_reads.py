"""Hunts for torn answers: replaces a page thousands of times while readers ask the front for it.

    python bench/torn_reads.py [--replacements 2000] [--readers 3] [--announce-length]

Every version of the page says its number in every line, and its length depends on it. An answer
is right if it is one whole version that was published at some moment between question and answer;
a 304 is right if the version of the ETag that was sent was. With `--announce-length` the Caddyfile
is used without the line that takes `Content-Length` away, to see what that line is good for.
"""

from __future__ import annotations

import argparse
import gzip
import http.client
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

import brotli

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.embedded import ports, servers  # noqa: E402 - the line above makes it importable from anywhere
from app.embedded.process import Child  # noqa: E402

SUFFIX = {"gzip": ".gz", "br": ".br", "identity": ""}
DECODE = {"gzip": gzip.decompress, "br": brotli.decompress, "identity": bytes}
PATH = "/products/lamp/"
TORN = -1


@dataclass(frozen=True)
class Published:
    """One version in one encoding: its ETag, and when it took its place at the earliest and the latest."""

    etag: str
    earliest: float
    latest: float


@dataclass(frozen=True)
class Answer:
    """What a reader saw; `version` is TORN for anything that is not one whole version."""

    encoding: str
    asked_at: float
    answered_at: float
    status: int
    etag_sent: str
    etag: str
    version: int


def version_text(number: int) -> bytes:
    """Return the page's text: short and long versions in turn, which do not compress away."""
    lines = 1_500 if number % 2 else 150
    return b"".join(b"%d %x\n" % (number, hash((number, line)) & 0xFFFFFFFF) for line in range(lines))


def publish(folder: Path, number: int, published: dict[str, list[Published]]) -> None:
    """Replace the siblings, then the page, and note each one's ETag and moment."""
    text = version_text(number)
    content = {"gzip": gzip.compress(text, 1), "br": brotli.compress(text, quality=1), "identity": text}
    for encoding, body in content.items():
        page = folder / f"index.html{SUFFIX[encoding]}"
        temporary = folder / f".{page.name}.new"
        temporary.write_bytes(body)
        stat = temporary.stat()
        earliest = time.monotonic()
        temporary.replace(page)
        etag = f'"{base36(stat.st_mtime_ns)}-{base36(stat.st_size)}"'
        published[encoding].append(Published(etag, earliest, time.monotonic()))


def base36(number: int) -> str:
    """Write a number in base 36, as Caddy does in an ETag: nanoseconds and size of the file it sends."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits or "0"


def read(port: int, stop: Event, report: Path) -> None:
    """Ask in each encoding, with and without the last ETag, until told to stop."""
    answers: list[Answer] = []
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    etags = dict.fromkeys(SUFFIX, "")
    while not stop.is_set():
        for encoding in SUFFIX:
            for is_conditional in (False, True):
                sent = etags[encoding] if is_conditional else ""
                headers = {"Accept-Encoding": encoding} | ({"If-None-Match": sent} if sent else {})
                asked_at = time.monotonic()
                try:
                    connection.request("GET", PATH, headers=headers)
                    response = connection.getresponse()
                    body, status = response.read(), response.status
                    etag = response.getheader("ETag", "")
                    version = whole_version(body, response.getheader("Content-Encoding", "identity"))
                except (OSError, http.client.HTTPException):
                    connection.close()
                    status, etag, version = 0, "", TORN
                answered_at = time.monotonic()
                answers.append(Answer(encoding, asked_at, answered_at, status, sent, etag, version))
                etags[encoding] = etag or etags[encoding]
    report.write_text(json.dumps([list(vars(answer).values()) for answer in answers]), "utf-8")


def whole_version(body: bytes, encoding: str) -> int:
    """Return the number of the version that `body` is, or TORN."""
    try:
        text = DECODE[encoding](body)
        number = int(text[:12].split()[0])
    except (OSError, EOFError, ValueError, IndexError, brotli.error):
        return TORN
    return number if text == version_text(number) else TORN


def judge(answers: list[Answer], published: dict[str, list[Published]]) -> Counter[str]:
    """Count what was seen, right and wrong."""
    counts: Counter[str] = Counter()
    versions = {
        encoding: {each.etag: number for number, each in enumerate(history)}
        for encoding, history in published.items()
    }
    counts["ETags that two versions share"] = sum(
        len(published[encoding]) - len(versions[encoding]) for encoding in SUFFIX
    )
    for answer in answers:
        counts[f"{answer.encoding} {answer.status}"] += 1
        history, known = published[answer.encoding], versions[answer.encoding]
        if answer.status == 304:
            is_right = was_published(known.get(answer.etag_sent, TORN), answer, history)
            counts["wrong 304"] += not is_right
            continue
        counts["torn or mixed"] += answer.version == TORN
        if answer.version != TORN:
            counts["whole, but not published then"] += not was_published(answer.version, answer, history)
            labelled = known.get(answer.etag, TORN)
            counts["newer than its ETag (harmless)"] += labelled < answer.version
            counts["older than its ETag"] += labelled > answer.version
    return counts


def was_published(number: int, answer: Answer, history: list[Published]) -> bool:
    """Whether a version was the published one at some moment between question and answer."""
    if not 0 <= number < len(history):
        return False
    ends = history[number + 1].latest if number + 1 < len(history) else float("inf")
    return history[number].earliest <= answer.answered_at and ends >= answer.asked_at


def hunt(folder: Path, replacements: int, readers: int, *, announce_length: bool) -> Counter[str]:
    """Run the front, the readers and the writer; return what was seen."""
    folders = servers.Folders(folder)
    folders.create()
    page = folders.public / PATH.strip("/")
    page.mkdir(parents=True)
    published: dict[str, list[Published]] = {encoding: [] for encoding in SUFFIX}
    publish(page, 0, published)
    port = ports.assign(folders.run / "ports.json", ("front", "app"), never=0)["front"]
    spec = servers.caddy(folders, "127.0.0.1", port, 1, "https://checkout.stripe.com")
    if announce_length:
        caddyfile = folder / "Caddyfile"
        text = servers.CADDYFILE.read_text("utf-8").replace("-Content-Length", "-X-Nothing")
        caddyfile.write_text(text, "utf-8")
        spec.argv[spec.argv.index(str(servers.CADDYFILE))] = str(caddyfile)
    front = Child(spec)
    front.start()
    try:
        while not spec.ready():
            time.sleep(0.02)
        stop = multiprocessing.Event()
        reports = [folder / f"reader-{number}.json" for number in range(readers)]
        crew = [multiprocessing.Process(target=read, args=(port, stop, report)) for report in reports]
        for reader in crew:
            reader.start()
        for number in range(1, replacements + 1):
            publish(page, number, published)
        stop.set()
        for reader in crew:
            reader.join()
    finally:
        front.kill()
    answers = [Answer(*row) for report in reports for row in json.loads(report.read_text("utf-8"))]
    return judge(answers, published)


def main() -> None:
    """Read the command line, hunt, print the counts; exit 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--replacements", type=int, default=2_000)
    parser.add_argument("--readers", type=int, default=3)
    parser.add_argument("--announce-length", action="store_true")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        counts = hunt(
            Path(folder), options.replacements, options.readers, announce_length=options.announce_length
        )
    print(f"{options.replacements} replacements in {time.monotonic() - started:.1f} s")
    for what, count in sorted(counts.items()):
        print(f"{count:8} {what}")
    wrong = ("torn or mixed", "wrong 304", "whole, but not published then", "older than its ETag")
    raise SystemExit(any(counts[what] for what in wrong))


if __name__ == "__main__":
    main()
