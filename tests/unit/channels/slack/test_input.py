"""From Slack's markup to plain words, and which messages are people's."""

from __future__ import annotations

import string
import time
from typing import Any, Dict, Optional

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask_resc.channels.slack.input import MOST_CHARACTERS, NOTHING_ASKED, command_conversation, plain, read

BOT, ANN, BOB = "U0BOT", "U0ANN", "U0BOB"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("who leads CREC?", "who leads CREC?"),
        (f"<@{BOT}> who leads CREC?", "who leads CREC?"),
        (f"<@{BOT}>, who leads CREC?", "who leads CREC?"),
        (f"who leads CREC <@{BOT}|ask-resc>", "who leads CREC"),
        ("<!here> <!channel> <!everyone> <!subteam^S012|@staff> who?", "who?"),
        ("see <https://www.crec.org|CREC> now", "see CREC now"),
        ("see <https://www.crec.org/a?b=1&amp;c=2> now", "see https://www.crec.org/a?b=1&c=2 now"),
        ("<mailto:a@b.org|a@b.org> <mailto:a@b.org> <tel:8605550100|860-555-0100>", "a@b.org a@b.org 860-555-0100"),
        ("in <#C012|general> or <#C012>", "in #general or"),
        ("on <!date^1392734382^{date_short}|Feb 18, 2014>", "on Feb 18, 2014"),
        (":wave: hi :wave::skin-tone-3: there:+1:", "hi there:+1:"),
        (":thumbsup::tada:", ""),
        ("at 10:30:00 or 1:100:2", "at 10:30:00 or 1:100:2"),
        ("*bold* _it_ ~no~ `code` ```block```", "bold it no code block"),
        ("*_both_*", "both"),
        ("snake_case_name 2*3*4 a~b", "snake_case_name 2*3*4 a~b"),
        ("&gt; quoted\n&gt; again", "quoted\nagain"),
        ("&gt;&gt;&gt; quoted", "quoted"),
        ("R&amp;D &lt;@U1&gt; 1 &lt; 2", "R&D <@U1> 1 < 2"),
        ("&amp;lt; and &amp;copy;", "&lt; and &copy;"),
        ("line\nbreaks  and   blanks ", "line\nbreaks and blanks"),
        ("<", "<"),
        ("<>", ""),
        ("", ""),
    ],
)
def test_plain_is_what_a_person_would_have_typed(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text(alphabet=string.ascii_letters + string.digits + "<>@#!|:&;*_~`^ \n-'?", max_size=200))
def test_plain_takes_anything(text: str) -> None:
    assert len(plain(text)) <= len(text)


@given(st.text(alphabet=string.ascii_letters + string.digits + " ?.,'-", max_size=100))
def test_plain_leaves_plain_words_alone(text: str) -> None:
    assert plain(text).split() == text.strip(" ,").split()


@pytest.mark.parametrize("part", ["*", "*a", "*a ", "<", ":a", "`a `", "*a _b ", "*_~", "_ ", "&", "<@", "```"])
def test_plain_is_quick_on_what_is_made_to_be_slow(part: str) -> None:
    for length in (MOST_CHARACTERS, 40_000):
        began = time.process_time()
        plain((part * length)[:length])
        assert time.process_time() - began < 1


def event(text: str = "hi", kind: str = "message", **more: Any) -> Dict[str, Any]:
    return {"type": kind, "channel": "C1", "user": ANN, "text": text, "ts": "1.5", **more}


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"user": BOT},
        {"user": "USLACKBOT"},
        {"user": None},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "channel_join"},
        {"edited": {"user": ANN, "ts": "1.6"}},
        {"channel": None},
        {"ts": None},
    ],
    ids=str,
)
def test_read_passes_over_what_no_person_says(more: Dict[str, Any]) -> None:
    assert read(event(**more), BOT) is None


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
def test_read_takes_what_people_send_with_a_subtype(subtype: str) -> None:
    assert read(event(subtype=subtype), BOT) is not None


@pytest.mark.parametrize(
    "text, kind, bot, others",
    [
        ("hi", "message", False, False),
        ("hi", "app_mention", True, False),
        (f"<@{BOT}> hi", "message", True, False),
        (f"<@{BOB}> hi", "message", False, True),
        (f"<@{BOB}> <@{BOT}|resc> hi", "app_mention", True, True),
        ("<!here> hi", "message", False, True),
        ("<!subteam^S1> hi", "message", False, True),
        ("&lt;@U0BOT&gt; hi", "message", False, False),
        ("<#C1|general> <!date^1^x|y>", "message", False, False),
    ],
)
def test_read_knows_who_is_mentioned(text: str, kind: str, bot: bool, others: bool) -> None:
    asked = read(event(text, kind), BOT)
    assert asked and (asked.mentions_bot, asked.mentions_others) == (bot, others)


@pytest.mark.parametrize(
    "channel, thread, conversation, reply_in",
    [
        ("C1", None, "slack-C1-1.5", "1.5"),
        ("C1", "1.1", "slack-C1-1.1", "1.1"),
        ("D1", None, "slack-D1", "1.5"),
        ("D1", "1.1", "slack-D1", "1.1"),
    ],
)
def test_read_knows_the_conversation(channel: str, thread: Optional[str], conversation: str, reply_in: str) -> None:
    asked = read(event(channel=channel, **({"thread_ts": thread} if thread else {})), BOT)
    assert asked and (asked.conversation, asked.thread) == (conversation, reply_in)
    assert asked.begins_thread == (thread is None) and asked.is_direct == (channel == "D1")


@pytest.mark.parametrize("text", ["", f"<@{BOT}>", ":wave:", None])
def test_read_of_a_bare_mention_asks_what_can_be_asked(text: Optional[str]) -> None:
    asked = read(event(text), BOT)  # type: ignore[arg-type]
    assert asked and asked.text == NOTHING_ASKED


def test_command_conversation_is_of_one_person() -> None:
    assert len({command_conversation(c, u) for c in ("C1", "C2") for u in (ANN, BOB)}) == 4
