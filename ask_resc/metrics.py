"""Every metric, in one list: counted since the start of the process."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Counts:
    """Plain numbers that whoever counts adds to."""

    not_stored: int = 0
    """Turns of conversations that could not be stored."""


COUNTS = Counts()
