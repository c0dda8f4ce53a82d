"""Each delivery is handled once: two processes, a killed one, a database that is down."""

from __future__ import annotations

import asyncio
import time
from typing import Any, List

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ask_resc.storage import deliveries
from ask_resc.storage.database import Database
from ask_resc.storage.deliveries import DELIVERIES, THREADS, Deliveries


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "SECONDS_BETWEEN_LOOKS", 0.05)
    monkeypatch.setattr(deliveries, "SECONDS_CLAIMED", 1.0)


def process(place: str) -> Deliveries:
    """What another process of the bot would have: connections and memory of its own."""
    database = Database(place)
    return Deliveries(lambda: database)


async def taken(by: Deliveries, *keys: str) -> bool:
    async with by.claim(*keys) as is_new:
        return is_new


async def test_claim_is_given_once(place: str) -> None:
    one, other = process(place), process(place)
    assert [await taken(p, "event 1", "message 1") for p in (one, one, other, process(place))] == [True, *[False] * 3]


@pytest.mark.parametrize("keys", [("event 1", "message 2"), ("event 2", "message 1"), ("event 1",)])
async def test_claim_is_refused_where_one_key_is_known(place: str, keys: Any) -> None:
    assert await taken(process(place), "event 1", "message 1")
    other = process(place)
    assert not await taken(other, *keys)
    # What was refused has claimed nothing.
    assert await taken(other, *(key for key in ("event 3", "message 3"))) and await taken(other, "event 2", "message 2")


async def test_claim_at_the_same_time_goes_to_one(place: str) -> None:
    processes = [process(place) for _ in range(4)]
    handled: List[str] = []

    async def handle(by: Deliveries, key: str) -> None:
        async with by.claim(f"event {key}", f"message {key}") as is_new:
            if is_new:
                await asyncio.sleep(0.02)
                handled.append(key)

    await asyncio.gather(*(handle(by, str(key)) for key in range(10) for by in processes for _ in range(2)))
    assert sorted(handled) == sorted(map(str, range(10)))


async def test_claim_of_another_is_waited_for(place: str) -> None:
    one, other = process(place), process(place)
    async with one.claim("event 1") as is_new:
        assert is_new
        waiting = asyncio.ensure_future(taken(other, "event 1"))
        await asyncio.sleep(0.2)
        assert not waiting.done()
    assert not await waiting


async def test_claim_of_a_killed_process_is_taken_over(place: str) -> None:
    killed, other = process(place), process(place)
    claim = killed.claim("event 1", "message 1")
    assert await claim.__aenter__()
    began = time.monotonic()
    assert await taken(other, "event 2", "message 1")  # the same message, under another event id
    assert 0.7 < time.monotonic() - began < 4
    assert not await taken(process(place), "event 3", "message 1")


async def test_claim_is_renewed_while_it_is_at_work(place: str) -> None:
    one, other = process(place), process(place)
    renewing = asyncio.ensure_future(one.renew())
    async with one.claim("event 1"):
        waiting = asyncio.ensure_future(taken(other, "event 1"))
        await asyncio.sleep(2.5)
        assert not waiting.done()
    assert not await waiting
    renewing.cancel()


async def test_claim_is_given_back_where_handling_fails(place: str) -> None:
    one, other = process(place), process(place)
    with pytest.raises(RuntimeError):
        async with one.claim("event 1"):
            raise RuntimeError
    assert await taken(other, "event 1")
    assert not await taken(one, "event 1")


async def test_claim_without_a_database_is_remembered_by_the_process() -> None:
    def down() -> Database:
        raise SQLAlchemyError("down")

    one = Deliveries(down)
    assert await taken(one, "event 1") and not await taken(one, "event 1")
    await one.remember_thread("slack-C1-1")
    assert await one.is_thread("slack-C1-1") and not await one.is_thread("slack-C1-2")


async def test_memory_is_limited(monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setattr(deliveries, "MOST_IN_MEMORY", 5)
    one = process(place)
    for number in range(20):
        assert await taken(one, f"event {number}")
    assert len(one._recent) == 5 and not one._open
    assert not await taken(one, "event 0")  # the database knows


async def test_threads_are_known_to_every_process(place: str) -> None:
    one, other = process(place), process(place)
    assert not await other.is_thread("slack-C1-1")
    await one.remember_thread("slack-C1-1")
    await one.remember_thread("slack-C1-1")
    assert await other.is_thread("slack-C1-1") and not await other.is_thread("slack-C1-2")


async def test_what_is_old_is_forgotten(place: str) -> None:
    one = process(place)
    assert await taken(one, "event new")
    await one.remember_thread("slack-C1-new")
    old = time.time() - 100
    database = Database(place)

    def insert(connection: Any) -> None:
        connection.execute(DELIVERIES.insert(), {"key": "event old", "owner": "x", "until": old, "done": True})
        connection.execute(THREADS.insert(), {"conversation": "slack-C1-old", "until": old})

    await database.run(insert)
    assert await taken(process(place), "event other")
    keys = await database.run(lambda c: set(c.execute(sa.select(DELIVERIES.c.key)).scalars()))
    threads = await database.run(lambda c: set(c.execute(sa.select(THREADS.c.conversation)).scalars()))
    assert keys == {"event new", "event other"} and threads == {"slack-C1-new"}
