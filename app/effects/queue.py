"""Wake-ups: a job is never more than a hint that a row in the database is due."""

from __future__ import annotations

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

QUEUES = ("payments", "mail")
"""One worker a queue: a payment never waits behind a mail server that is slow."""
