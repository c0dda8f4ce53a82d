"""The messages of one conversation, one after the other, in the order in which they were written."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from contextlib import asynccontextmanager
from typing import AsyncIterator, Dict, List, Set, Tuple

_Waiting = Tuple[str, int, "asyncio.Future[None]"]


SECONDS_TO_GATHER = 0.05
"""How long a conversation that was quiet waits for what was written earlier and comes in later."""
SECONDS_OF_PAUSE, MOST_PAUSES = 0.003, 50
"""The process is taken for busy while a pause lasts twice as long; so many pauses are waited at most."""


async def until_quiet() -> None:
    """Wait while the process is busy with what comes in."""
    for _ in range(MOST_PAUSES):
        began = time.monotonic()
        await asyncio.sleep(SECONDS_OF_PAUSE)
        if time.monotonic() - began < 2 * SECONDS_OF_PAUSE:  # nobody else has much to do
            return


class Turns:
    """Who waits goes by when it was written, as Slack has it, not by when it came in.

    The lock store has one at a time as well; this one holds on until the answer is posted.
    """

    def __init__(self) -> None:
        self._waiting: Dict[str, List[_Waiting]] = {}  # of each conversation that is not quiet
        self._numbers = itertools.count()
        self._gathering: Set[asyncio.Future[None]] = set()

    @asynccontextmanager
    async def take(self, conversation: str, ts: str) -> AsyncIterator[None]:
        """Wait for one's turn, and have it until this ends.

        Args:
            conversation: Its name.
            ts: When the message was written, as Slack has it: seconds since 1970, with a point.
        """
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        if conversation not in self._waiting:
            self._waiting[conversation] = []
            gathering = asyncio.ensure_future(self._gather(conversation))
            self._gathering.add(gathering)
            gathering.add_done_callback(self._gathering.discard)
        heapq.heappush(self._waiting[conversation], (ts, next(self._numbers), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next(conversation)
            raise
        try:
            yield
        finally:
            self._next(conversation)

    async def _gather(self, conversation: str) -> None:
        await asyncio.sleep(SECONDS_TO_GATHER)
        await until_quiet()  # of many messages at once, an earlier one may be among those not read yet
        self._next(conversation)

    def _next(self, conversation: str) -> None:
        queue = self._waiting[conversation]
        while queue:
            turn = heapq.heappop(queue)[2]
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[conversation]
