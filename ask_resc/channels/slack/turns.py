"""The messages of one conversation, one after the other, in the order in which they were written."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import asynccontextmanager
from typing import AsyncIterator, Dict, List, Tuple

_Waiting = Tuple[str, int, "asyncio.Future[None]"]


SECONDS_TO_GATHER = 0.05
"""How long a conversation that was quiet waits for what was written earlier and comes in later."""


class Turns:
    """Who waits goes by when it was written, as Slack has it, not by when it came in.

    The lock store has one at a time as well; this one holds on until the answer is posted.
    """

    def __init__(self) -> None:
        self._waiting: Dict[str, List[_Waiting]] = {}  # of each conversation that is not quiet
        self._numbers = itertools.count()

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
            loop.call_later(SECONDS_TO_GATHER, self._next, conversation)
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

    def _next(self, conversation: str) -> None:
        queue = self._waiting[conversation]
        while queue:
            turn = heapq.heappop(queue)[2]
            if not turn.done():
                turn.set_result(None)
                return
        del self._waiting[conversation]
