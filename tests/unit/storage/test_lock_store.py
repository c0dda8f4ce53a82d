from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.lock_store import InMemoryLockStore, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from ask_resc.storage import lock_store
from ask_resc.storage.lock_store import WaitingLockStore

pytestmark = pytest.mark.asyncio

PATH = "ask_resc.storage.lock_store.WaitingLockStore"


@pytest.fixture
def locks(place: str) -> WaitingLockStore:
    return WaitingLockStore(EndpointConfig(place))


async def until(condition: Any) -> None:
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("did not come about")


class Visit:
    """Someone who waits for a conversation's lock, holds it until told to leave, and says how it went."""

    def __init__(self, locks: LockStore, conversation: str = "a", lifetime: float = 10):
        self.holds = False
        self._may_leave = asyncio.Event()
        self.task = asyncio.create_task(self._visit(locks, conversation, lifetime))

    async def _visit(self, locks: LockStore, conversation: str, lifetime: float) -> None:
        async with locks.lock(conversation, lifetime):
            self.holds = True
            await self._may_leave.wait()
        self.holds = False

    async def leave(self) -> None:
        self._may_leave.set()
        await self.task


async def test_first_come_first_served(locks: WaitingLockStore):
    served: list[int] = []
    inside: list[int] = []

    async def message(number: int) -> None:
        async with locks.lock("a"):
            inside.append(number)
            assert len(inside) == 1
            await asyncio.sleep(0.001)
            served.append(inside.pop())

    await asyncio.gather(*map(message, range(30)))
    assert served == list(range(30))


async def test_the_next_does_not_wait_for_a_clock_to_tick(locks: WaitingLockStore):
    began = time.monotonic()
    await asyncio.gather(*(Visit(locks).leave() for _ in range(10)))
    assert time.monotonic() - began < 0.5


async def test_other_conversations_do_not_wait(locks: WaitingLockStore):
    first, other = Visit(locks, "a"), Visit(locks, "b")
    await until(lambda: first.holds and other.holds)
    await first.leave()
    await other.leave()


async def test_an_error_in_a_message_frees_the_lock(locks: WaitingLockStore):
    with pytest.raises(ZeroDivisionError):
        async with locks.lock("a"):
            raise ZeroDivisionError
    await Visit(locks).leave()


async def test_who_is_cancelled_while_holding_frees_the_lock(locks: WaitingLockStore):
    first, second = Visit(locks), Visit(locks)
    await until(lambda: first.holds)
    first.task.cancel()
    await until(lambda: second.holds)
    await second.leave()


async def test_who_is_cancelled_while_waiting_lets_nobody_in(locks: WaitingLockStore):
    first, second, third = Visit(locks), Visit(locks), Visit(locks)
    await until(lambda: first.holds)
    second.task.cancel()
    await asyncio.sleep(0.1)
    assert first.holds and not third.holds
    await first.leave()
    await until(lambda: third.holds)
    await third.leave()


async def test_who_is_cancelled_at_the_moment_of_its_turn_passes_it_on(locks: WaitingLockStore):
    first, second, third = Visit(locks), Visit(locks), Visit(locks)
    await until(lambda: first.holds)
    leaving = asyncio.create_task(first.leave())
    while len(locks._queues.get("a", ())) == 3:
        await asyncio.sleep(0)
    second.task.cancel()
    await until(lambda: third.holds)
    await leaving
    await third.leave()


async def test_who_waits_longer_than_the_lifetime_is_told(locks: WaitingLockStore):
    first = Visit(locks)
    await until(lambda: first.holds)
    with pytest.raises(LockError, match="Could not acquire lock for conversation_id 'a'"):
        async with locks.lock("a", 0.1):
            pass
    third = Visit(locks)
    await first.leave()
    await until(lambda: third.holds)
    await third.leave()


async def test_who_holds_longer_than_the_lifetime_loses_the_lock_to_the_next(locks: WaitingLockStore):
    first = Visit(locks, lifetime=0.2)
    await until(lambda: first.holds)
    second, third = Visit(locks), Visit(locks)
    await until(lambda: second.holds)
    await first.leave()
    await asyncio.sleep(0.1)
    assert not third.holds
    await second.leave()
    await until(lambda: third.holds)
    await third.leave()


async def test_nothing_is_left_of_many_conversations(locks: WaitingLockStore):
    conversations = 1000 if locks._other_processes else 10_000

    async def message(number: int) -> None:
        async with locks.lock(str(number)):
            await asyncio.sleep(0)

    for start in range(0, conversations, 500):
        await asyncio.gather(*(message(number) for number in range(start, start + 500)))
    assert not locks._queues
    if locks._other_processes:
        await until(lambda: not locks._other_processes._held)


async def test_rasa_makes_it_from_endpoints(place: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASK_RESC_DATABASE", place)
    locks = LockStore.create(EndpointConfig(type=PATH))
    assert type(locks) is WaitingLockStore
    assert bool(locks._other_processes) == place.startswith("postgresql")
    await Visit(locks).leave()


# Several processes, with PostgreSQL.


@pytest.fixture
def others(postgres: str) -> list[WaitingLockStore]:
    """Two lock stores with nothing in common but the database, as of two processes."""
    return [WaitingLockStore(EndpointConfig(postgres)) for _ in range(2)]


async def test_another_process_waits(others: list[WaitingLockStore]):
    first = Visit(others[0])
    await until(lambda: first.holds)
    second, elsewhere = Visit(others[1]), Visit(others[1], "b")
    await until(lambda: elsewhere.holds)
    await asyncio.sleep(0.2)
    assert not second.holds
    await first.leave()
    await until(lambda: second.holds)
    await second.leave()
    await elsewhere.leave()


async def test_another_process_is_told_when_it_waits_too_long(others: list[WaitingLockStore]):
    first = Visit(others[0])
    await until(lambda: first.holds)
    with pytest.raises(LockError, match="conversation_id 'a'"):
        async with others[1].lock("a", 0.2):
            pass
    await first.leave()
    await Visit(others[1]).leave()


async def test_who_is_cancelled_while_waiting_for_another_process_takes_no_lock(others: list[WaitingLockStore]):
    first = Visit(others[0])
    await until(lambda: first.holds)
    second = Visit(others[1])
    await asyncio.sleep(0.1)
    second.task.cancel()
    await first.leave()
    third = Visit(others[0])
    await until(lambda: third.holds)
    await third.leave()
    assert not others[1]._other_processes._held


async def test_a_process_that_dies_frees_its_locks(postgres: str):
    code = f"""
import asyncio
from ask_resc.runtime import stand_ins; stand_ins.install()
from rasa.utils.endpoints import EndpointConfig
from ask_resc.storage.lock_store import WaitingLockStore
async def hold():
    async with WaitingLockStore(EndpointConfig({postgres!r})).lock("a"):
        print("holds", flush=True)
        await asyncio.sleep(60)
asyncio.run(hold())
"""
    project = Path(lock_store.__file__).parents[2]
    command = [sys.executable, "-W", "ignore", "-c", code]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout and process.stdout.readline() == "holds\n"
        waiting = Visit(WaitingLockStore(EndpointConfig(postgres)))
        await asyncio.sleep(0.2)
        assert not waiting.holds
        process.kill()
    await until(lambda: waiting.holds)
    await waiting.leave()


async def test_without_the_database_messages_are_handled_all_the_same(postgres: str, caplog: Any):
    locks = WaitingLockStore(EndpointConfig(postgres))
    await Visit(locks).leave()
    with sa.create_engine(postgres).connect() as connection:
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        connection.exec_driver_sql(f"{others} AND pid <> pg_backend_pid()")
    with caplog.at_level(logging.ERROR):
        await Visit(locks).leave()
    assert "not locked against other processes" in caplog.text
    # Once it is back, they are locked again.
    holder = Visit(locks)
    await until(lambda: holder.holds)
    other = Visit(WaitingLockStore(EndpointConfig(postgres)))
    await asyncio.sleep(0.1)
    assert not other.holds
    await holder.leave()
    await other.leave()


# Rasa still needs it.


async def test_rasas_lock_store_still_looks_once_a_second():
    locks = InMemoryLockStore()
    first = Visit(locks)
    await until(lambda: first.holds)
    second = Visit(locks)
    await asyncio.sleep(0.01)
    await first.leave()
    await asyncio.sleep(0.5)
    assert not second.holds
    await second.leave()


async def test_rasa_still_locks_with_nothing_but_lock():
    """What Rasa asks of a lock store, in the files that have one."""
    import rasa.core.agent
    import rasa.core.processor
    import rasa.server

    for module in (rasa.core.agent, rasa.core.processor, rasa.server):
        source = Path(str(module.__file__)).read_text()
        assert "lock_store.lock(" in source
        for method in ("issue_ticket", "get_lock", "is_someone_waiting", "cleanup", "update_lock"):
            assert f"lock_store.{method}" not in source
