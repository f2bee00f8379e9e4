"""Every step there is, in order. A new one is added at the end, and `DATA_VERSION` with it."""

from __future__ import annotations

from app.adapters.mongo.steps import arrivals, picture_ids
from app.adapters.mongo.steps.walking import Step

STEPS: tuple[Step, ...] = (picture_ids.STEP, arrivals.STEP)
