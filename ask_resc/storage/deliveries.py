"""Remembers what a channel was sent, so that each message is answered once, whoever gets it and how often.

A channel may deliver a message again and again, to two processes, and after a restart. A delivery has
keys; who gets the first of them *claims* it and says later whether it is done. A claim holds for
``SECONDS_CLAIMED`` unless its process renews it: a process that was killed loses it to the next
delivery. Beside that stand the threads in which the bot was mentioned. No text is kept.
"""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections import OrderedDict
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, AsyncIterator, Callable, Iterable, Optional, Sequence, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from ask_resc import errors
from ask_resc.storage.database import Database, SeldomLog, reason, upsert

logger = logging.getLogger(__name__)

SECONDS_CLAIMED = 10.0
"""How long the claim of a process that was killed still counts."""
SECONDS_BETWEEN_LOOKS = 1.0
"""How often a delivery that another process has claimed is looked at."""
SECONDS_DONE = 2 * 24 * 3600.0
"""How long a delivery is remembered; Slack gives up after an hour, or a day where that is set."""
SECONDS_THREAD = 90 * 24 * 3600.0
"""How long after the bot was last mentioned in it a thread is remembered."""
SECONDS_BETWEEN_PURGES = 3600.0
MOST_IN_MEMORY = 10_000

_METADATA = sa.MetaData()
DELIVERIES = sa.Table(
    "deliveries",
    _METADATA,
    sa.Column("key", sa.String(255), primary_key=True),
    sa.Column("owner", sa.String(32), nullable=False),
    sa.Column("until", sa.Float, nullable=False, index=True),  # seconds since 1970; once done, when to forget it
    sa.Column("done", sa.Boolean, nullable=False),
)
THREADS = sa.Table(
    "threads",
    _METADATA,
    sa.Column("conversation", sa.String(255), primary_key=True),
    sa.Column("until", sa.Float, nullable=False, index=True),
)

Result = TypeVar("Result")


class _Taken(Exception):
    """A key is claimed by another process, or done."""

    def __init__(self, done: bool) -> None:
        self.done = done


class Deliveries:
    """What one process knows of deliveries; those of other processes come through the database.

    While the database is down, this process's own memory has to do: an answer is worth more than the
    small chance of a second one.

    Args:
        database: That of the conversations, asked for when it is first needed.
    """

    def __init__(self, database: Callable[[], Database]) -> None:
        self._database = database
        self._owner = uuid.uuid4().hex
        self._open: set[str] = set()
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._next_purge = 0.0
        self._log = SeldomLog(logger)

    @asynccontextmanager
    async def claim(self, *keys: str) -> AsyncIterator[bool]:
        """Whether the delivery with these keys is ours to handle; if so, it is done when this ends in order.

        Where another process has claimed it, this waits until it is done, or the claim has run out and is
        taken over. An exception gives it back: what was not handled may be delivered again.
        """
        if not await self._take(keys):
            yield False
            return
        try:
            yield True
        except BaseException:
            await self._run(partial(_execute, DELIVERIES.delete().where(self._ours(keys))))
            raise
        else:
            self._note(keys)
            done = DELIVERIES.update().where(self._ours(keys)).values(done=True, until=time.time() + SECONDS_DONE)
            await self._run(partial(_execute, done))
        finally:
            self._open.difference_update(keys)

    async def renew(self) -> None:
        """Renew every open claim, until cancelled."""
        ours = sa.and_(DELIVERIES.c.owner == self._owner, sa.not_(DELIVERIES.c.done))
        while True:
            await asyncio.sleep(SECONDS_CLAIMED / 3)
            if self._open:
                renewed = DELIVERIES.update().where(ours).values(until=time.time() + SECONDS_CLAIMED)
                await self._run(partial(_execute, renewed))

    async def remember_thread(self, conversation: str) -> None:
        """From now on, ``is_thread`` of the conversation holds."""
        self._note((conversation,))
        values = {"until": time.time() + SECONDS_THREAD}

        def keep(connection: Connection) -> None:
            row = upsert(connection, THREADS).values(conversation=conversation, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["conversation"], set_=values))

        await self._run(keep)

    async def is_thread(self, conversation: str) -> bool:
        """Whether the bot was mentioned in the thread."""
        if conversation in self._recent:
            return True
        found = sa.select(THREADS.c.until).where(THREADS.c.conversation == conversation)
        return bool(await self._run(lambda connection: connection.execute(found).first()))

    def _ours(self, keys: Iterable[str]) -> Any:
        return sa.and_(DELIVERIES.c.key.in_(list(keys)), DELIVERIES.c.owner == self._owner)

    async def _take(self, keys: Sequence[str]) -> bool:
        if any(key in self._open or key in self._recent for key in keys):
            return False
        self._open.update(keys)
        try:
            while True:
                try:
                    await self._run(lambda connection: self._insert_all(connection, keys))
                    return True
                except _Taken as taken:
                    if taken.done:
                        break
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        except BaseException:
            self._open.difference_update(keys)
            raise
        self._open.difference_update(keys)
        return False

    def _insert_all(self, connection: Connection, keys: Sequence[str]) -> bool:
        """Claim all keys, or raise and so claim none; a claim that has run out is no hindrance."""
        now = time.time()
        values = {"owner": self._owner, "until": now + SECONDS_CLAIMED, "done": False}
        for key in sorted(keys):  # in one order, so that two processes do not wait for each other
            row = upsert(connection, DELIVERIES).values(key=key, **values)
            run_out = sa.and_(sa.not_(DELIVERIES.c.done), DELIVERIES.c.until < now)
            row = row.on_conflict_do_update(index_elements=["key"], set_=values, where=run_out)
            if not connection.execute(row).rowcount:
                done = sa.select(DELIVERIES.c.done).where(DELIVERIES.c.key == key)
                raise _Taken(bool(connection.execute(done).scalar()))
        return True

    async def _run(self, work: Callable[[Connection], Result]) -> Optional[Result]:
        try:
            database = self._database()
            for table in (DELIVERIES, THREADS):
                await database.create(table)
            if time.monotonic() > self._next_purge:
                self._next_purge = time.monotonic() + SECONDS_BETWEEN_PURGES
                await database.run(_purge)
            return await database.run(work)
        except SQLAlchemyError as error:
            self._log.error(errors.delivery_not_kept(reason(error)))
            return None

    def _note(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._recent[key] = None
            self._recent.move_to_end(key)
        while len(self._recent) > MOST_IN_MEMORY:
            self._recent.popitem(last=False)


def _execute(statement: Any, connection: Connection) -> None:
    connection.execute(statement)


def _purge(connection: Connection) -> None:
    """Forget what nobody will deliver again, and threads that have gone quiet."""
    for table in (DELIVERIES, THREADS):
        connection.execute(table.delete().where(table.c.until < time.time() - SECONDS_CLAIMED))
