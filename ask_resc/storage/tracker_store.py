"""Keeps conversations, and reads back only as much of one as the next reply needs.

Rasa's SQL store reads and replays the whole session for every message, which therefore takes longer
and longer, and it stores what lies behind the number of events that the database has. This one reads
the last events and notes on the tracker how many of its events are stored already. The table is
Rasa's own, so Rasa's tools can read it.
"""

from __future__ import annotations

import itertools
import json
import logging
from functools import lru_cache
from typing import Any, Container, Dict, Iterable, List, Optional, Sequence

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.shared.nlu.constants import INTENT_NAME_KEY
from sqlalchemy.engine import Row
from sqlalchemy.exc import SQLAlchemyError

from ask_resc import errors
from ask_resc.metrics import COUNTS
from ask_resc.storage.database import Database, SeldomLog, reason

logger = logging.getLogger(__name__)

EVENTS = SQLTrackerStore.SQLEvent.__table__.to_metadata(sa.MetaData())
# PostgreSQL would sort all events of a conversation, or search those of all others, for the last few.
sa.Index("ix_events_sender_id_id", EVENTS.c.sender_id, EVENTS.c.id)

_OF_CONVERSATION = sa.select(EVENTS.c.type_name, EVENTS.c.action_name, EVENTS.c.data).where(
    EVENTS.c.sender_id == sa.bindparam("sender_id")
)
_FIRST_TO_LAST = _OF_CONVERSATION.order_by(EVENTS.c.id)
_LAST_TO_FIRST = _OF_CONVERSATION.order_by(EVENTS.c.id.desc())

# Rasa goes through all classes of events, and asks each whether it is abstract, for every event.
_class_of = lru_cache(maxsize=None)(Event.resolve_by_type)

_STORED = "_events_stored"  # attribute of a tracker: how many of its events the database has


class ShortMemoryTrackerStore(TrackerStore):
    """A tracker store for ``endpoints.yml``, by the path of this class.

    Args:
        domain: The assistant's domain.
        host: What stands there as ``url``: a ``postgresql://`` or ``sqlite:///`` URL.
        event_broker: Where new events are published, if anywhere.
        db: The path of an SQLite file, instead of a URL.
        memory_events: How many of the last events of a conversation a reply can build on.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: Optional[str] = None,
        event_broker: Optional[EventBroker] = None,
        *,
        db: Optional[str] = None,
        memory_events: int = 40,
    ) -> None:
        super().__init__(domain, event_broker)
        if not isinstance(memory_events, int) or memory_events < 2:
            raise RasaException(errors.memory_too_short(memory_events))
        self._memory_events = memory_events
        self.database = Database(host or db, table=EVENTS)
        """Where the conversations are; other tables about them may stand beside."""
        self._log = SeldomLog(logger)
        self._unknown_slots: set[str] = set()

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append what is new. What cannot be stored is counted; the visitor has the reply already."""
        await self.stream_events(tracker)
        try:
            rows = [_row(tracker.sender_id, event) for event in await self._new_events(tracker)]
            if rows:
                await self.database.run(lambda connection: connection.execute(EVENTS.insert(), rows))
            setattr(tracker, _STORED, len(tracker.events))
        except Exception as error:
            COUNTS.not_stored += 1
            self._log.error(errors.not_stored(COUNTS.not_stored, reason(error)))

    async def stream_events(self, tracker: DialogueStateTracker) -> None:
        """Publish what is new, if there is an event broker."""
        if self.event_broker:
            await self._stream_new_events(self.event_broker, await self._new_events(tracker), tracker.sender_id)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        """Load the last events of the conversation's latest session; None if there are none."""
        try:
            rows = await self._latest(sender_id)
        except SQLAlchemyError as error:
            self._log.error(errors.not_read(reason(error)))
            return None
        slots = {slot.name for slot in self.domain.slots}
        return self._tracker(sender_id, [event for event in _events(reversed(rows)) if self._is_known(event, slots)])

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        """Load all events of all sessions of the conversation; None if there are none."""
        rows = await self._rows(_FIRST_TO_LAST, conversation_id)
        return self._tracker(conversation_id, _events(rows))

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations."""
        return await self.database.run(
            lambda connection: connection.execute(sa.select(EVENTS.c.sender_id).distinct()).scalars().all()
        )

    async def _new_events(self, tracker: DialogueStateTracker) -> List[Event]:
        """The tracker's events that the database does not have."""
        stored = getattr(tracker, _STORED, None)
        if stored is None and tracker.events:
            # Neither read nor saved here before. As in Rasa's store, it begins where the session does.
            stored = len(_session(await self._rows(_LAST_TO_FIRST, tracker.sender_id)))
        return list(itertools.islice(tracker.events, stored or 0, None))

    async def _latest(self, sender_id: str) -> Sequence[Row]:
        """The rows to remember, last to first. They begin with a session or between two turns."""
        rows = await self._rows(_LAST_TO_FIRST.limit(self._memory_events), sender_id)
        session = _session(rows)
        if len(session) < self._memory_events:
            return session
        for index in range(len(rows) - 1, 0, -1):
            if rows[index].action_name == ACTION_LISTEN_NAME:
                return rows[: index + 1]
        return _session(await self._rows(_LAST_TO_FIRST, sender_id))  # a turn of that many events

    async def _rows(self, query: sa.sql.Select, sender_id: str) -> Sequence[Row]:
        return await self.database.run(lambda connection: connection.execute(query, {"sender_id": sender_id}).all())

    def _tracker(self, sender_id: str, events: List[Event]) -> Optional[DialogueStateTracker]:
        if not events:
            return None
        tracker = DialogueStateTracker.from_events(sender_id, events, self.domain.slots)
        setattr(tracker, _STORED, len(tracker.events))
        return tracker

    def _is_known(self, event: Event, slots: Container[str]) -> bool:
        """Whether it is no slot that the domain lost since, of which Rasa would log an error each time."""
        if not isinstance(event, SlotSet) or event.key in slots:
            return True
        if event.key not in self._unknown_slots:
            self._unknown_slots.add(event.key)
            logger.warning(errors.slot_unknown(event.key))
        return False


def _session(rows: Sequence[Row]) -> Sequence[Row]:
    """The rows, last to first, of the latest session, as far as they are there."""
    for index, row in enumerate(rows):
        if row.type_name == SessionStarted.type_name:
            return rows[: index + 1]
    return rows


def _events(rows: Iterable[Row]) -> List[Event]:
    """The events of rows, as Rasa's ``deserialise_events`` makes them."""
    kept = (json.loads(row.data) for row in rows)
    return [_class_of(event["event"])._from_parameters(event) for event in kept]


def _row(sender_id: str, event: Event) -> Dict[str, Any]:
    """The row of an event, filled in as Rasa's SQL store does."""
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get(INTENT_NAME_KEY),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def database_of(tracker_store: TrackerStore) -> Database:
    """The database of a bot that runs with our tracker store (``agent.tracker_store``)."""
    # Rasa wraps every store into one that hides its failures.
    database: Database = getattr(tracker_store, "_tracker_store", tracker_store).database
    return database
