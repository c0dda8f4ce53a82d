"""One message of a conversation at a time, in the order written; conversations do not wait for each other."""

from __future__ import annotations

import asyncio
import time
from typing import List

from ask_resc.channels.slack.turns import Turns


async def test_take_goes_by_the_time_of_writing() -> None:
    turns, done = Turns(), []  # type: ignore[var-annotated]
    at_work, release = asyncio.Event(), asyncio.Event()

    async def work(ts: str) -> None:
        async with turns.take("c", ts):
            at_work.set()
            await release.wait()
            done.append(ts)

    # What comes in at nearly the same time, and what comes in while one is at work.
    tasks = [asyncio.ensure_future(work(ts)) for ts in ("1.2", "1.1", "1.3")]
    await at_work.wait()
    tasks += [asyncio.ensure_future(work(ts)) for ts in ("1.6", "1.4", "1.7", "1.5")]
    await asyncio.sleep(0)
    assert done == []
    release.set()
    await asyncio.gather(*tasks)
    assert done == ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"] and turns._lines == {}


async def test_take_waits_for_an_earlier_message_while_the_process_is_busy_reading() -> None:
    turns, done = Turns(), []  # type: ignore[var-annotated]

    async def work(ts: str) -> None:
        async with turns.take("c", ts):
            done.append(ts)

    tasks = [asyncio.ensure_future(work("1.2"))]
    for _ in range(10):  # longer than a quiet conversation waits
        await asyncio.sleep(0)
        time.sleep(0.02)
    tasks.append(asyncio.ensure_future(work("1.1")))
    await asyncio.gather(*tasks)
    assert done == ["1.1", "1.2"]


async def test_take_of_another_conversation_does_not_wait() -> None:
    turns = Turns()
    async with turns.take("one", "1"), turns.take("other", "1"):
        pass


async def test_take_goes_on_after_a_failure_and_a_cancelled_wait() -> None:
    turns, done = Turns(), []  # type: ignore[var-annotated]
    at_work, release = asyncio.Event(), asyncio.Event()

    async def fail() -> None:
        async with turns.take("c", "1"):
            at_work.set()
            await release.wait()
            raise RuntimeError

    async def work(ts: str, into: List[str]) -> None:
        async with turns.take("c", ts):
            into.append(ts)

    failing = asyncio.ensure_future(fail())
    await at_work.wait()
    waiting = [asyncio.ensure_future(work(ts, done)) for ts in ("2", "3", "4")]
    await asyncio.sleep(0)
    waiting[0].cancel()
    release.set()
    await asyncio.gather(failing, *waiting, return_exceptions=True)
    assert done == ["3", "4"] and turns._lines == {}


async def test_take_hands_on_when_cancelled_just_as_it_was_its_turn() -> None:
    turns, done = Turns(), []  # type: ignore[var-annotated]

    async def work(ts: str) -> None:
        async with turns.take("c", ts):
            done.append(ts)

    async with turns.take("c", "1"):
        second, third = asyncio.ensure_future(work("2")), asyncio.ensure_future(work("3"))
        await asyncio.sleep(0)
    second.cancel()  # its turn has come, and it has not run yet
    await asyncio.wait_for(third, 1)
    assert done == ["3"] and turns._lines == {}


async def test_stand_in_line_holds_the_place_while_it_is_not_known_whether_it_is_wanted() -> None:
    turns, done = Turns(), []  # type: ignore[var-annotated]

    async def work(ts: str, seconds: float, wanted: bool = True) -> None:
        async with turns.stand_in_line("c", ts) as turn:
            await asyncio.sleep(seconds)  # what the database takes
            if wanted:
                await turn()
                done.append(ts)

    await asyncio.gather(work("1.1", 0.4), work("1.2", 0), work("1.3", 0.3, wanted=False), work("1.4", 0.1))
    assert done == ["1.1", "1.2", "1.4"] and turns._lines == {}


async def test_stand_in_line_does_not_hold_up_the_others_for_ever() -> None:
    turns, done = Turns(), []  # type: ignore[var-annotated]
    decided = asyncio.Event()

    async def slow() -> None:
        async with turns.stand_in_line("c", "1") as turn:
            await decided.wait()
            await turn()
            done.append("1")

    waiting = asyncio.ensure_future(slow())
    await asyncio.sleep(0)
    async with turns.take("c", "2"):
        done.append("2")
    decided.set()
    await waiting
    assert done == ["2", "1"] and turns._lines == {}
