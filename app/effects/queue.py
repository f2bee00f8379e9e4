"""Wake-ups: a job is never more than a hint that a row in the database is due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Queue(Protocol):
    """Hands ids to workers."""

    def enqueue(self, job: str, identifier: str) -> bool:
        """Ask a worker to run the job, by its dotted name, with one id.

        Says no, and logs it, where the queue cannot be reached: the row is the
        truth, and the sweep finds it.
        """
        ...


HANDLE_EVENT = "jobs.payments.handle_event"
CARRY_OUT_EFFECT = "jobs.mail.carry_out_effect"
DERIVE_PICTURE = "jobs.media.derive"

QUEUE_OF: Mapping[str, str] = {
    HANDLE_EVENT: "payments",
    CARRY_OUT_EFFECT: "mail",
    DERIVE_PICTURE: "media",
}
"""Which queue a job waits in, one worker a queue: a slow mail server must not delay a payment."""
QUEUES = tuple(QUEUE_OF.values())
