"""`vitrine doctor --live`: the list, point by point, as a person or a program reads it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

from app.cli.context import CommandContext
from app.cli.live.inquiry import open_inquiry
from app.cli.live.points import POINTS, examined
from app.cli.live.verdict import Verdict

TRUTH = {Verdict.OK: True, Verdict.WRONG: False, Verdict.UNKNOWN: None}
WIDTH = max(len(verdict) for verdict in Verdict)


def go_live(
    context: CommandContext, dkim_selector: str, broken_promises: Callable[[], Sequence[str]]
) -> None:
    """Check every point and say how it stands; something wrong ends the command with exit code 1."""
    inquiry = open_inquiry(context.settings, context.services, broken_promises, dkim_selector)
    with closing(inquiry):
        found = list(examined(inquiry))
    checks, lines = [], []
    for number, (point, finding) in enumerate(found, 1):
        told = {"number": number, "name": point.name, "ok": TRUTH[finding.verdict], "detail": finding.detail}
        checks.append({**told, "todo": finding.todo})
        lines.append(f"{finding.verdict:<{WIDTH}}  {number:>2}. {point.name}: {finding.detail}")
        if finding.todo:
            lines.append(f"{'':<{WIDTH}}      -> {finding.todo}")
    bad = sum(finding.verdict is Verdict.WRONG for _, finding in found)
    lines.append(
        f"{len(POINTS) - bad} of {len(POINTS)} points are not wrong; docs/going-live.md explains each."
    )
    data = {"ok": not bad, "checks": checks}
    if bad:
        context.refuse("\n".join(lines), data)
    context.answer(data, "\n".join(lines))
