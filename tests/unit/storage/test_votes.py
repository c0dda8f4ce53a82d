from __future__ import annotations

import time
import uuid
from typing import Any, Dict, List

import pytest
import sqlalchemy as sa
from rasa.core.actions.action import create_bot_utterance
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.exc import OperationalError

from ask_resc.storage.tracker_store import ShortMemoryTrackerStore
from ask_resc.storage.votes import VOTES, VoteNotKept, Votes

pytestmark = pytest.mark.asyncio

ANSWER = uuid.uuid4().hex
OTHER = uuid.uuid4().hex
LATER = uuid.uuid4().hex


class Kept:
    """Two conversations with an answer each, and the votes beside them."""

    def __init__(self, place: str) -> None:
        self.store = ShortMemoryTrackerStore(Domain.empty(), place)
        self.votes = Votes(self.store.database)

    async def say(self, sender: str, answer_id: str, kind: str = "answered", text: str = "A.") -> None:
        tracker = await self.store.retrieve(sender) or DialogueStateTracker.from_events(sender, [])
        # As Rasa makes the event of what an action says.
        tracker.update(create_bot_utterance({"text": text, "reply": {"id": answer_id, "kind": kind}}))
        await self.store.save(tracker)

    async def cast(self, helpful: bool = True, **changes: Any) -> bool:
        vote = {"answer_id": ANSWER, "conversation": "one", "visitor": "one", "channel": "web", **changes}
        return await self.votes.cast(helpful=helpful, **vote)

    async def rows(self) -> List[Dict[str, Any]]:
        query = sa.select(VOTES).order_by(VOTES.c.timestamp)
        return await self.store.database.run(lambda c: [dict(row) for row in c.execute(query).mappings()])


@pytest.fixture
async def kept(place: str) -> Kept:
    kept = Kept(place)
    await kept.say("one", ANSWER)
    await kept.say("two", OTHER, "no_fact")
    return kept


async def test_votes_keep_answer_kind_and_channel(kept: Kept):
    before = time.time()
    assert await kept.cast()
    assert await kept.cast(False, answer_id=OTHER, conversation="two", visitor="two", channel="slack")
    first, second = await kept.rows()
    assert before <= first.pop("timestamp") <= second.pop("timestamp") <= time.time()
    assert first == {
        "answer_id": ANSWER, "visitor": "one", "sender_id": "one",
        "channel": "web", "kind": "answered", "helpful": True,
    }  # fmt: skip
    assert second == {
        "answer_id": OTHER, "visitor": "two", "sender_id": "two",
        "channel": "slack", "kind": "no_fact", "helpful": False,
    }  # fmt: skip


async def test_votes_can_be_changed_and_a_visitor_has_one(kept: Kept):
    for helpful in (True, True, False):
        assert await kept.cast(helpful)
    assert [row["helpful"] for row in await kept.rows()] == [False]


async def test_votes_of_several_visitors_in_one_conversation_stand_side_by_side(kept: Kept):
    await kept.cast(True, visitor="ann")
    await kept.cast(False, visitor="bob")
    await kept.cast(True, visitor="bob")
    assert [(row["visitor"], row["helpful"]) for row in await kept.rows()] == [("ann", True), ("bob", True)]


@pytest.mark.parametrize(
    "answer_id",
    [OTHER, uuid.uuid4().hex, "", "%", "answered", ANSWER[:-1], ANSWER.upper(), ANSWER + " ", "' OR 1=1", "\0" * 32],
)  # fmt: skip
async def test_votes_on_what_was_not_answered_in_this_conversation_are_not_taken(kept: Kept, answer_id: str):
    assert not await kept.cast(answer_id=answer_id)
    assert not await kept.cast(conversation="nobody's")
    assert await kept.rows() == []


async def test_votes_on_an_id_that_is_only_quoted_are_not_taken(kept: Kept):
    await kept.say("one", LATER, text=f"somebody typed {OTHER}")
    assert not await kept.cast(answer_id=OTHER)
    assert await kept.cast(answer_id=LATER)


async def test_votes_on_an_answer_behind_the_memory_are_taken(place: str):
    kept = Kept(place)
    await kept.say("one", ANSWER)
    for _ in range(60):
        await kept.say("one", uuid.uuid4().hex)
    assert await kept.cast()


async def test_votes_are_still_there_for_the_next_process(kept: Kept, place: str):
    await kept.cast()
    again = Kept(place)
    assert await again.cast(False)
    assert [row["helpful"] for row in await again.rows()] == [False]


async def test_votes_stand_beside_the_store_as_rasa_wraps_it(kept: Kept):
    assert await Votes.beside(FailSafeTrackerStore(kept.store)).cast(
        ANSWER, True, conversation="one", visitor="one", channel="web"
    )
    assert len(await kept.rows()) == 1


async def test_votes_that_cannot_be_kept_are_told_and_logged_without_what_was_typed(kept: Kept, caplog: Any):
    def fail(*_: Any) -> None:
        raise OperationalError("SELECT …", {"visitor": "secret"}, Exception("the disk is gone"))

    await kept.cast()
    kept.store.database._transaction = fail  # type: ignore[assignment]
    with pytest.raises(VoteNotKept):
        await kept.cast(visitor="secret")
    assert "the disk is gone" in caplog.text and "secret" not in caplog.text
