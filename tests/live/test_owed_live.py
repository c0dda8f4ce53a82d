"""Whatever an action does, the visitor gets a sentence in time, and everybody else an answer meanwhile."""

from __future__ import annotations

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest
from ruamel.yaml import YAML

from ask_resc import rasa_process
from ask_resc.serving import Bot
from ask_resc.settings import PROJECT

MOST_SECONDS = 5.0
MEANWHILE = 2.0
"""Seconds for an answer to another, on a machine that has other things to do."""
FAILED = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["responses"]["utter_failed"]

# Does what the message says.
ACTIONS = """
import asyncio
import time

from rasa_sdk import Action


class Troublesome:
    def run(self, dispatcher, tracker, domain):
        text = tracker.latest_message["text"]
        if "RAISE" in text:
            raise RuntimeError("no such luck")
        if "SILENT" in text:
            return []
        if "SLEEP" in text:
            time.sleep(60)
        if "EXIT" in text:
            raise SystemExit(3)
        if "NONSENSE" in text:
            return ["no event", 5]
        return self.later(dispatcher, text)

    async def later(self, dispatcher, text):
        if "AWAIT" in text:
            await asyncio.Event().wait()
        if "BLOCK" in text:
            time.sleep(60)
        if "CANCEL" in text:
            raise asyncio.CancelledError
        dispatcher.utter_message(text="heard")
        return []


class Answer(Troublesome, Action):
    def name(self):
        return "action_answer"


class AskBack(Troublesome, Action):
    def name(self):
        return "action_ask_back"
"""
TROUBLES = ["RAISE", "SILENT", "SLEEP", "NONSENSE", "AWAIT", "BLOCK", "CANCEL"]


@contextmanager
def with_actions_of_this_test(folder: Path) -> Iterator[Bot]:
    """A bot whose actions do what the message says."""
    (folder / "actions").mkdir()
    (folder / "actions" / "__init__.py").write_text(ACTIONS)
    bot = Bot(folder / "bot.log", {"ASK_RESC_DATABASE": str(folder / "conversations.db")})
    with pytest.MonkeyPatch.context() as patched:
        # Where the process starts; the project it then runs in stays the same, but for these actions.
        patched.setattr(rasa_process, "PROJECT", folder)
        bot.start()
    try:
        yield bot
    finally:
        bot.stop()


@pytest.fixture(scope="module")
def troubled(model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    with with_actions_of_this_test(tmp_path_factory.mktemp("troubled")) as bot:
        yield bot


def timed(bot: Bot, text: str, sender: str = "") -> Tuple[List[Dict[str, Any]], float]:
    """The replies and the seconds until they came."""
    began = time.monotonic()
    replies = bot.ask(text, sender or uuid.uuid4().hex)
    return replies, time.monotonic() - began


def our_lines(bot: Bot) -> List[str]:
    """What the intake has logged so far."""
    return [line for line in Path(bot.log).read_text().splitlines() if "ask_resc.channels.intake" in line]


def test_owed_live_actions_are_those_of_this_test(troubled: Bot):
    replies, _ = timed(troubled, "who leads CREC?")
    assert [reply["text"] for reply in replies] == ["heard"]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_owed_live_visitor_gets_a_sentence_in_time_and_the_log_a_line(troubled: Bot, trouble: str):
    before = our_lines(troubled)
    replies, seconds = timed(troubled, f"who leads CREC? {trouble}")
    assert [(reply["custom"]["kind"], reply["text"]) for reply in replies] == [("failed", FAILED[0]["text"])]
    assert seconds < MOST_SECONDS
    [line] = our_lines(troubled)[len(before) :]
    assert "CREC" not in line


@pytest.mark.parametrize("trouble", TROUBLES)
def test_owed_live_same_conversation_is_answered_afterwards(troubled: Bot, trouble: str):
    sender = uuid.uuid4().hex
    timed(troubled, f"who leads CREC? {trouble}", sender)
    replies, seconds = timed(troubled, "who leads CREC?", sender)
    assert [reply["text"] for reply in replies] == ["heard"]
    assert seconds < MEANWHILE


def test_owed_live_others_are_answered_meanwhile(troubled: Bot):
    hanging = ["SLEEP", "AWAIT", "BLOCK"] * 3
    with ThreadPoolExecutor(len(hanging)) as visitors:
        waiting = [visitors.submit(timed, troubled, f"who leads CREC? {trouble}") for trouble in hanging]
        time.sleep(0.5)
        for _ in range(5):
            replies, seconds = timed(troubled, "who leads CREC?")
            assert [reply["text"] for reply in replies] == ["heard"]
            assert seconds < MEANWHILE
        assert not any(visit.done() for visit in waiting)
        for visit in waiting:
            replies, seconds = visit.result()
            assert [reply["custom"]["kind"] for reply in replies] == ["failed"]
            assert seconds < MOST_SECONDS


def test_owed_live_action_that_wants_to_end_the_process_does_not(model: str, tmp_path: Path):
    with with_actions_of_this_test(tmp_path) as bot:
        replies, seconds = timed(bot, "who leads CREC? EXIT")
        assert [reply["custom"]["kind"] for reply in replies] == ["failed"]
        assert seconds < MOST_SECONDS
        assert [reply["text"] for reply in timed(bot, "who leads CREC?")[0]] == ["heard"]
