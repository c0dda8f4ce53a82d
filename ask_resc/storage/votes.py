"""Keeps what visitors say of the answers they got: helpful or not, in the database of the conversations.

A vote is taken only for an answer that stands in the visitor's own conversation, so that nobody can
vote on what they were not told. Its kind is read from there, too.
"""

from __future__ import annotations

import json
import logging
import re
import time
from typing import Optional

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import BotUttered
from sqlalchemy.engine import Connection

from ask_resc import errors
from ask_resc.storage.database import Database, SeldomLog, reason, upsert
from ask_resc.storage.tracker_store import EVENTS, database_of

logger = logging.getLogger(__name__)

VOTES = sa.Table(
    "votes",
    sa.MetaData(),
    sa.Column("answer_id", sa.String(32), primary_key=True),
    sa.Column("visitor", sa.String(255), primary_key=True),
    sa.Column("sender_id", sa.String(255), nullable=False, index=True),  # the conversation, as in `events`
    sa.Column("channel", sa.String(255), nullable=False),
    sa.Column("kind", sa.String(255), nullable=False),
    sa.Column("helpful", sa.Boolean, nullable=False),
    sa.Column("timestamp", sa.Float, nullable=False),
)
"""One row a visitor and answer; ``timestamp`` is of the last change, in seconds as in ``events``."""

ANSWER_ID = re.compile(r"[0-9a-f]{32}")


class VoteNotKept(Exception):
    """The database could not be asked or written to; the log says why."""


class Votes:
    """The votes beside the conversations.

    Args:
        database: That of the tracker store (``ShortMemoryTrackerStore.database``).
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._log = SeldomLog(logger)

    @classmethod
    def beside(cls, tracker_store: TrackerStore) -> Votes:
        """The votes of a bot that runs with our tracker store (``agent.tracker_store``)."""
        return cls(database_of(tracker_store))

    async def cast(self, answer_id: str, helpful: bool, *, conversation: str, visitor: str, channel: str) -> bool:
        """Keep a vote, in place of an earlier one by the same visitor on the same answer.

        Args:
            answer_id: The ``id`` of the reply.
            helpful: Whether it was.
            conversation: The conversation (``sender``) in which the reply was given.
            visitor: Who votes. One visitor has one vote; where a conversation is one visitor's, its id.
            channel: Name of the channel the vote came by.

        Returns:
            False where the conversation holds no such answer.

        Raises:
            VoteNotKept: The database is down.
        """
        if not ANSWER_ID.fullmatch(answer_id):
            return False

        def keep(connection: Connection) -> bool:
            kind = _kind(connection, answer_id, conversation)
            if kind is None:
                return False
            values = {"sender_id": conversation, "channel": channel, "kind": kind, "helpful": helpful}
            values["timestamp"] = time.time()
            row = upsert(connection, VOTES).values(answer_id=answer_id, visitor=visitor, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["answer_id", "visitor"], set_=values))
            return True

        try:
            await self._database.create(VOTES)
            return await self._database.run(keep)
        except Exception as error:
            self._log.error(errors.vote_not_kept(reason(error)))
            raise VoteNotKept from error


def _kind(connection: Connection, answer_id: str, conversation: str) -> Optional[str]:
    """The kind of a reply by its id, or None where the conversation has no such reply."""
    # The id is somewhere in the event's JSON: the database narrows it down, JSON decides.
    replies = sa.select(EVENTS.c.data).where(
        EVENTS.c.sender_id == conversation,
        EVENTS.c.type_name == BotUttered.type_name,
        EVENTS.c.data.contains(answer_id),
    )
    for data in connection.execute(replies).scalars():
        reply = (json.loads(data).get("metadata") or {}).get("reply") or {}
        if reply.get("id") == answer_id:
            return str(reply.get("kind"))
    return None
