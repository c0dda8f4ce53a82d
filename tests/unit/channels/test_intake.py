"""What is let through to the bot, and that a reply comes back whatever happens behind."""

from __future__ import annotations

import asyncio
import logging
import time
from pathlib import Path
from typing import Any, List, Optional, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage
from ruamel.yaml import YAML

from ask_resc.channels import intake
from ask_resc.channels.intake import MAX_LENGTH, Handler, Intake, Reply, clean
from ask_resc.settings import PROJECT

RESPONSES = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["responses"]
REFUSED, FAILED = (RESPONSES[f"utter_{kind}"][0]["text"] for kind in ("refused", "failed"))
MOST_SECONDS = 5.0
"""What a visitor may wait."""
SOON = 0.3
"""A time-out for tests that are about what happens then."""
SLASHED = ["/restart", '/greet{"subject": "crec"}', "/", "//", "/ restart"]
IN_FRONT = [
    "",
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u00a0",
    "\u3000",
    "\u200b",
    "\ufeff",
    "\u2060\u200d",
    "\u00ad",
    "\x00",
    "\x1b",
]


# What is let through


@pytest.mark.parametrize(
    "text",
    [
        None, 5, 1.5, True, [], ["who leads CREC?"], {}, {"text": "hi"}, b"who leads CREC?", object(),
        "", " ", "\n\t\r\n", "\u200b\u200d\ufeff", "\x00\x01\x02", "\ud800\udfff", "\ue000\uf8ff",
        "".join(map(chr, range(32))), "\x7fELF\x02\x01\x01" + "\x00" * 9, "\ufffd" * 20, "x\x00y\x01z\x02",
        "x" * (MAX_LENGTH + 1), "why " * MAX_LENGTH, "\n" * 10_000_000,
    ],
    ids=lambda text: ascii(text)[:30],
)  # fmt: skip
def test_intake_refuses(text: Any):
    assert clean(text) is None


@pytest.mark.parametrize("unit", ["x", "\n", " ", "\u200b", "\x00", "/"], ids=ascii)
def test_intake_refuses_a_huge_text_at_once(unit: str):
    text = unit * 20_000_000
    began = time.perf_counter()
    assert clean(text) is None
    assert time.perf_counter() - began < 0.1


@pytest.mark.parametrize("command", SLASHED)
@pytest.mark.parametrize("in_front", IN_FRONT, ids=ascii)
def test_intake_refuses_commands_whatever_stands_in_front(in_front: str, command: str):
    assert clean(in_front + command) is None
    assert clean(in_front * 3 + command) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("who leads CREC?", "who leads CREC?"),
        ("  who leads CREC? \n", "who leads CREC?"),
        ("who leads CREC/ACES?", "who leads CREC/ACES?"),
        ("what is 10-66a", "what is 10-66a"),
        ("who\u200b leads CR\u00adEC", "who leads CREC"),
        ("who\tleads\u00a0CREC\u3000?", "who leads CREC ?"),
        ("one\r\ntwo\rthree\nfour\u2028five", "one\ntwo\nthree\nfour\nfive"),
        ("what\u2019s \u201cCREC\u201d?", 'what\'s "CREC"?'),
        ("who leads CREC \U0001f914?", "who leads CREC \U0001f914?"),
        ("¿quién dirige CREC?", "¿quién dirige CREC?"),
        ("谁领导CREC？", "谁领导CREC？"),
        ("who leads CREC\x00?", "who leads CREC?"),
        ("x" * MAX_LENGTH, "x" * MAX_LENGTH),
        (" " * MAX_LENGTH + "x", "x"),
        ("?", "?"),
        ("5", "5"),
    ],
    ids=lambda text: ascii(text)[:30],
)
def test_intake_lets_through(text: str, kept: str):
    assert clean(text) == kept


any_text = st.text(st.characters(), max_size=2 * MAX_LENGTH)
hostile = st.builds(
    "".join,
    st.tuples(st.sampled_from(IN_FRONT), st.sampled_from(IN_FRONT), st.sampled_from([*SLASHED, "", "x"]), any_text),
)


@given(any_text | hostile)
def test_intake_any_text_is_refused_or_printable_short_and_no_command(text: str):
    kept = clean(text)
    if kept is not None:
        assert 0 < len(kept) <= MAX_LENGTH
        assert all(c.isprintable() or c == "\n" for c in kept)
        assert kept == kept.strip()
        assert not kept.startswith("/")
        assert clean(kept) == kept


# What reaches the bot


class Recorder:
    """A bot that notes what it gets and replies to it."""

    def __init__(self) -> None:
        self.messages: List[UserMessage] = []

    async def __call__(self, message: UserMessage) -> None:
        self.messages.append(message)
        await say(message, "heard")


async def say(message: UserMessage, text: str, **more: Any) -> None:
    """Reply as Rasa does."""
    await message.output_channel.send_response(message.sender_id, {"text": text, **more})


def ask(handler: Handler, text: Any = "who leads CREC?", sender: str = "a", **more: Any) -> List[Reply]:
    """What a channel gets from the intake for one message."""
    return asyncio.run(Intake(handler, "test").ask(text, sender, **more))


@given(any_text | hostile)
def test_intake_nothing_reaches_the_bot_that_rasa_takes_for_a_command(text: str):
    bot = Recorder()
    [reply] = ask(bot, text)
    assert reply["text"] == ("heard" if bot.messages else REFUSED)
    assert not any((message.text or "").startswith("/") for message in bot.messages)


def test_intake_masks_before_the_bot_sees_it():
    bot = Recorder()
    ask(bot, "I am jane.doe@example.org, call 860 555 0100 about 10-66a and 1972")
    assert bot.messages[0].text == "I am [email], call [phone] about 10-66a and 1972"


def test_intake_masks_what_zero_width_characters_hide():
    bot = Recorder()
    ask(bot, "write to jane\u200b@exam\u00adple.org")
    assert bot.messages[0].text == "write to [email]"


def test_intake_hands_on_conversation_channel_and_metadata():
    bot = Recorder()
    ask(bot, sender="somebody", metadata={"page": "/about"})
    [message] = bot.messages
    assert (message.sender_id, message.input_channel, message.metadata) == (
        "somebody",
        "test",
        {"page": "/about"},
    )


def test_intake_refused_message_does_not_reach_the_bot():
    bot = Recorder()
    [reply] = ask(bot, "/restart")
    assert bot.messages == []
    assert (reply["kind"], reply["text"]) == ("refused", REFUSED)


# What comes back


def test_intake_reply_is_whole_with_its_parts():
    parts = {
        "id": "1",
        "kind": "answered",
        "answer": "A.",
        "notices": [{"text": "N."}],
        "sources": [{"title": "S"}],
    }
    buttons = [{"title": "Who?", "payload": "Who?"}]

    async def bot(message: UserMessage) -> None:
        await say(message, "A.\n\nNote: N.", reply=parts, buttons=buttons)

    assert ask(bot) == [{**parts, "text": "A.\n\nNote: N.", "buttons": buttons}]


def test_intake_replies_come_in_order():
    async def bot(message: UserMessage) -> None:
        for text in ("one", "two", "three"):
            await say(message, text)

    replies = ask(bot)
    assert [reply["text"] for reply in replies] == ["one", "two", "three"]
    assert len({reply["id"] for reply in replies}) == 3


def test_intake_sentences_without_the_bot_come_from_the_domain(tmp_path: Path):
    domain = tmp_path / "domain.yml"
    domain.write_text('version: "3.1"\nresponses:\n  utter_refused: [{text: Nope.}]\n  utter_failed: [{text: Ouch.}]\n')

    async def bot(message: UserMessage) -> None:
        pass

    own = Intake(bot, "test", domain)
    assert [asyncio.run(own.ask(text, "a"))[0]["text"] for text in ("/x", "x")] == ["Nope.", "Ouch."]


# A reply is owed


async def raises(message: UserMessage) -> None:
    raise RuntimeError("no such luck")


async def raises_what_nobody_expects(message: UserMessage) -> None:
    raise type("Oddity", (Exception,), {"__str__": lambda self: "\n\n"})()


async def says_nothing(message: UserMessage) -> None:
    pass


async def is_cancelled(message: UserMessage) -> None:
    raise asyncio.CancelledError


async def cancels_what_it_waits_for(message: UserMessage) -> None:
    waiting = asyncio.ensure_future(asyncio.sleep(60))
    waiting.cancel()
    await waiting


async def times_out_itself(message: UserMessage) -> None:
    await asyncio.wait_for(asyncio.sleep(60), 0.01)


async def hangs(message: UserMessage) -> None:
    await asyncio.Event().wait()


async def hangs_and_will_not_be_cancelled(message: UserMessage) -> None:
    until = time.monotonic() + 2
    while time.monotonic() < until:
        try:
            await asyncio.sleep(2)
        except asyncio.CancelledError:
            continue


async def waits_for_a_thread(message: UserMessage) -> None:
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, 2)


def timed(handler: Handler) -> Tuple[List[Reply], float]:
    """The replies and the seconds until they came, whatever the handler does afterwards."""

    async def measured() -> Tuple[List[Reply], float]:
        began = time.monotonic()
        replies = await Intake(handler, "test").ask("who leads CREC?", "a")
        return replies, time.monotonic() - began

    return asyncio.run(measured())


@pytest.mark.parametrize(
    "handler",
    [
        raises, raises_what_nobody_expects, says_nothing, is_cancelled, cancels_what_it_waits_for,
        times_out_itself, hangs, hangs_and_will_not_be_cancelled, waits_for_a_thread,
    ],
)  # fmt: skip
def test_intake_owes_a_reply_to_a_bot_that(
    handler: Handler, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(intake, "TIME_OUT", SOON)
    replies, seconds = timed(handler)
    assert [(reply["kind"], reply["text"]) for reply in replies] == [("failed", FAILED)]
    assert replies[0]["id"] and replies[0]["buttons"] == []
    assert seconds < SOON + 0.5
    [record] = [r for r in caplog.records if r.name == intake.__name__]
    assert record.levelno == logging.ERROR
    assert "CREC" not in record.getMessage()  # nobody's question stands in the log


@pytest.mark.parametrize(("handler", "reason"), [(raises, "RuntimeError"), (says_nothing, "no reply"), (hangs, "time")])
def test_intake_log_says_what_went_wrong(
    handler: Handler, reason: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(intake, "TIME_OUT", SOON)
    timed(handler)
    assert reason in caplog.text


def test_intake_ends_what_it_no_longer_waits_for(monkeypatch: pytest.MonkeyPatch):
    """Else it would keep the conversation to itself, and everybody who hangs would add to the load."""
    ended: List[str] = []

    async def bot(message: UserMessage) -> None:
        try:
            await hangs(message)
        finally:
            ended.append(message.sender_id)

    async def ask_and_look() -> List[str]:
        await Intake(bot, "test").ask("who leads CREC?", "a")
        await asyncio.sleep(0.05)
        return list(ended)

    monkeypatch.setattr(intake, "TIME_OUT", SOON)
    assert asyncio.run(ask_and_look()) == ["a"]


def test_intake_replies_in_time():
    replies, seconds = timed(hangs)
    assert [reply["kind"] for reply in replies] == ["failed"]
    assert seconds < MOST_SECONDS


@pytest.mark.parametrize("trouble", [raises, says_nothing, is_cancelled, hangs])
def test_intake_keeps_what_was_said_before_the_trouble(trouble: Handler, monkeypatch: pytest.MonkeyPatch):
    async def bot(message: UserMessage) -> None:
        await say(message, "Dr. Somebody.")
        await trouble(message)

    monkeypatch.setattr(intake, "TIME_OUT", SOON)
    assert [reply["text"] for reply in timed(bot)[0]] == ["Dr. Somebody."]


def test_intake_a_bot_that_hangs_in_one_conversation_answers_the_others():
    async def bot(message: UserMessage) -> None:
        await (hangs(message) if message.sender_id == "a" else say(message, "heard"))

    async def both() -> Optional[str]:
        own = Intake(bot, "test")
        hanging = asyncio.ensure_future(own.ask("one", "a"))
        await asyncio.sleep(0)
        [reply] = await asyncio.wait_for(own.ask("two", "b"), 1)
        assert not hanging.done()
        hanging.cancel()
        return reply["text"]

    assert asyncio.run(both()) == "heard"


def test_intake_visitor_who_leaves_takes_nobody_along():
    """A closed connection cancels the request: it must end, and not be answered as a failure."""

    async def leave() -> None:
        visit = asyncio.ensure_future(Intake(hangs, "test").ask("one", "a"))
        await asyncio.sleep(0.05)
        visit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(visit, 1)

    asyncio.run(leave())
