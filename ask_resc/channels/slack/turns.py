"""The messages of one conversation, one after the other, in the order in which they were written."""

from __future__ import annotations

import asyncio
import heapq
import itertools
from contextlib import asynccontextmanager
from typing import AsyncIterator, Dict, List, Tuple

_Waiting = Tuple[str, int, "asyncio.Future[None]"]


class Turns:
    """Who waits longest goes next, by what Slack says of the time, not by when it came in.

    The lock store has one at a time as well; this one holds on until the answer is posted.
    """

    def __init__(self) -> None:
        self._waiting: Dict[str, List[_Waiting]] = {}  # of each conversation with somebody at work
        self._numbers = itertools.count()

    @asynccontextmanager
    async def take(self, conversation: str, ts: str) -> AsyncIterator[None]:
        """Wait for one's turn, and have it until this ends.

        Args:
            conversation: Its name.
            ts: When the message was written, as Slack has it: seconds since 1970, with a point.
        """
        if conversation in self._waiting:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heapq.heappush(self._waiting[conversation], (ts, next(self._numbers), turn))
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next(conversation)
                raise
        else:
            self._waiting[conversation] = []
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
