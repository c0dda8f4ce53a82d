"""The messages of one conversation, one after the other, in the order in which they were written."""

from __future__ import annotations

import asyncio
import itertools
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import AsyncIterator, Awaitable, Callable, Dict, List, Set

SECONDS_TO_GATHER = 0.05
"""How long a conversation that was quiet waits for what was written earlier and comes in later."""
SECONDS_OF_PAUSE, MOST_PAUSES = 0.003, 50
"""The process is taken for busy while a pause lasts twice as long; so many pauses are waited at most."""
SECONDS_TO_DECIDE = 1.0
"""How long those behind wait for one who stands in line and does not know yet whether it wants its turn."""


async def until_quiet() -> None:
    """Wait while the process is busy with what comes in."""
    for _ in range(MOST_PAUSES):
        began = time.monotonic()
        await asyncio.sleep(SECONDS_OF_PAUSE)
        if time.monotonic() - began < 2 * SECONDS_OF_PAUSE:  # nobody else has much to do
            return


@dataclass
class _Place:
    ts: str
    number: int
    turn: asyncio.Future[None]
    wants_it: bool = False
    steps_aside: bool = False


@dataclass
class _Line:
    places: List[_Place] = field(default_factory=list)
    is_gathering: bool = True


class Turns:
    """Who waits goes by when it was written, as Slack has it, not by when it came in.

    The lock store has one at a time as well; this one holds on until the answer is posted.
    """

    def __init__(self) -> None:
        self._lines: Dict[str, _Line] = {}  # of each conversation that is not quiet
        self._numbers = itertools.count()
        self._gathering: Set[asyncio.Future[None]] = set()

    @asynccontextmanager
    async def stand_in_line(self, conversation: str, ts: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
        """Stand in line until this ends; what it gives waits for one's turn, for those who want it.

        Whether a message is to be answered at all, the database says, to the one sooner than to the other. So
        each stands in line when it comes in, and those behind wait a little for what it will do.

        Args:
            conversation: Its name.
            ts: When the message was written, as Slack has it: seconds since 1970, with a point.
        """
        loop = asyncio.get_running_loop()
        if conversation not in self._lines:
            self._lines[conversation] = _Line()
            gathering = asyncio.ensure_future(self._gather(conversation))
            self._gathering.add(gathering)
            gathering.add_done_callback(self._gathering.discard)
        places = self._lines[conversation].places
        place = _Place(ts, next(self._numbers), loop.create_future())
        places.append(place)
        places.sort(key=lambda p: (p.ts, p.number))

        def step_aside() -> None:
            place.steps_aside = not place.wants_it
            self._next(conversation)

        async def turn() -> None:
            place.wants_it, place.steps_aside = True, False
            self._next(conversation)
            await place.turn

        undecided = loop.call_later(SECONDS_TO_DECIDE, step_aside)
        try:
            yield turn
        finally:
            undecided.cancel()
            places.remove(place)
            self._next(conversation)

    @asynccontextmanager
    async def take(self, conversation: str, ts: str) -> AsyncIterator[None]:
        """Wait for one's turn, and have it until this ends."""
        async with self.stand_in_line(conversation, ts) as turn:
            await turn()
            yield

    async def _gather(self, conversation: str) -> None:
        await asyncio.sleep(SECONDS_TO_GATHER)
        await until_quiet()  # of many messages at once, an earlier one may be among those not read yet
        self._lines[conversation].is_gathering = False
        self._next(conversation)

    def _next(self, conversation: str) -> None:
        line = self._lines[conversation]
        if line.is_gathering:
            return
        if not line.places:
            del self._lines[conversation]
            return
        if any(place.turn.done() and not place.turn.cancelled() for place in line.places):
            return  # somebody has the turn
        first = next((place for place in line.places if not place.steps_aside), None)
        if first and first.wants_it and not first.turn.cancelled():
            first.turn.set_result(None)
