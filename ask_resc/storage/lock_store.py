"""Lets the messages of a conversation be handled one after the other, each as soon as it is its turn.

Rasa's lock stores look once a second whether it is a message's turn; this one wakes it. Where
conversations are kept in PostgreSQL, several processes may serve them, and it also holds back what
reaches the others.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, nullcontext
from typing import AsyncIterator, Deque, Dict, Optional

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from ask_resc import errors
from ask_resc.storage.database import Database, SeldomLog, is_postgres, reason

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_TRIES = 0.05

Turn = asyncio.Future  # done when its message may be handled


class WaitingLockStore(LockStore):
    """A lock store for ``endpoints.yml``, by the path of this class.

    Args:
        endpoint_config: Its ``url`` is that of the tracker store; ``ASK_RESC_DATABASE`` wins.
    """

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None) -> None:
        self._queues: Dict[str, Deque[Turn[None]]] = {}
        place = endpoint_config.url if endpoint_config else None
        self._other_processes = AdvisoryLocks(place) if is_postgres(place) else None

    @asynccontextmanager
    async def lock(
        self, conversation_id: str, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[TicketLock]:
        """Wait for the conversation's lock and hold it; first come, first served.

        As with Rasa's, the lifetime begins with the waiting. Who waits longer gets a ``LockError``;
        who holds the lock longer loses it to the next.
        """
        loop = asyncio.get_running_loop()
        turn: Turn[None] = loop.create_future()
        expiry = loop.call_later(lock_lifetime, self._expire, conversation_id, turn)
        queue = self._queues.setdefault(conversation_id, deque())
        queue.append(turn)
        self._wake_first(queue)
        try:
            await turn
            wait = expiry.when() - loop.time()
            async with self._other_processes.hold(conversation_id, wait) if self._other_processes else nullcontext():
                yield self.create_lock(conversation_id)
        finally:
            expiry.cancel()
            self._leave(conversation_id, turn)

    def _expire(self, conversation_id: str, turn: Turn[None]) -> None:
        self._leave(conversation_id, turn)
        if not turn.done():
            turn.set_exception(_not_acquired(conversation_id))

    def _leave(self, conversation_id: str, turn: Turn[None]) -> None:
        queue = self._queues.get(conversation_id)
        if queue and turn in queue:
            queue.remove(turn)
            self._wake_first(queue)
            if not queue:
                del self._queues[conversation_id]

    @staticmethod
    def _wake_first(queue: Deque[Turn[None]]) -> None:
        if queue and not queue[0].done():
            queue[0].set_result(None)


class AdvisoryLocks:
    """Locks in PostgreSQL, held on one connection: where it is lost, or the process dies, they are free.

    A class of its own, for it is all there is to several processes. It asks again and again rather
    than let PostgreSQL wait: a lock that waits needs a connection and a thread of its own, and two
    processes that wait for each other's releases could run out of them. To wait is rare: a visitor
    would have sent two messages at once, to two processes.
    """

    def __init__(self, place: Optional[str]) -> None:
        self._database = Database(place, most_connections=1)
        self._connection: Optional[Connection] = None
        self._held: Counter[int] = Counter()
        # All that touches the connection happens here, in order.
        self._thread = ThreadPoolExecutor(1, "locks")
        self._log = SeldomLog(logger)

    @asynccontextmanager
    async def hold(self, conversation_id: str, seconds: float) -> AsyncIterator[None]:
        """Wait at most some seconds for the conversation's lock and hold it.

        While the database is down there is none: an answer is worth more than its order.
        """
        loop = asyncio.get_running_loop()
        gives_up = loop.time() + seconds
        number = int.from_bytes(hashlib.sha256(f"ask-resc {conversation_id}".encode()).digest()[:8], "big", signed=True)
        try:
            while not await loop.run_in_executor(self._thread, self._try, number):
                if loop.time() > gives_up:
                    raise _not_acquired(conversation_id)
                await asyncio.sleep(SECONDS_BETWEEN_TRIES)
            yield
        finally:
            # Not awaited, so that it happens even to a message that is cancelled, after its last try.
            self._thread.submit(self._release, number)

    def _try(self, number: int) -> bool:
        try:
            if self._connection is None:
                self._connection = self._database.connect().execution_options(isolation_level="AUTOCOMMIT")
            if not self._connection.exec_driver_sql("SELECT pg_try_advisory_lock(%s)", (number,)).scalar():
                return False
            self._held[number] += 1
        except SQLAlchemyError as error:
            self._log.error(errors.not_locked(reason(error)))
            self._disconnect()
        return True

    def _release(self, number: int) -> None:
        if self._connection is None or number not in self._held:
            return
        self._held -= Counter({number: 1})
        try:
            self._connection.exec_driver_sql("SELECT pg_advisory_unlock(%s)", (number,))
        except SQLAlchemyError:
            self._disconnect()

    def _disconnect(self) -> None:
        self._held.clear()
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None


def _not_acquired(conversation_id: str) -> LockError:
    return LockError(f"Could not acquire lock for conversation_id '{conversation_id}'.")
