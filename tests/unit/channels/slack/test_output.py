"""What Slack is given to show: blocks within its limits, and a text that is complete without them."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from ask_resc.answers import Kind
from ask_resc.channels.slack import output
from ask_resc.channels.slack.output import escape, message, mrkdwn, vote_of
from tests.live.slack.fake import problem

SOURCE = {"title": "About <Us>", "publisher": "RESC & Co", "address": "https://a.example/b?c=1&d=2", "date": "2022"}
OTHER = {"title": "News", "publisher": "CREC", "address": "https://c.example", "date": "2026"}
NOTICE = {"text": "CREC says otherwise.", "date": "May 1", "source": OTHER}


def reply(text: str = "A.", kind: str = "answered", **more: Any) -> Dict[str, Any]:
    empty: Dict[str, Any] = {"answer": text, "notices": [], "sources": [], "buttons": []}
    return {"text": text, "id": "0" * 32, "kind": kind, **empty, **more}


def types(body: Dict[str, Any]) -> List[str]:
    return [block["type"] for block in body["blocks"]]


FULL = reply(
    "A. CREC says otherwise.", notices=[NOTICE], sources=[SOURCE, OTHER], buttons=[{"title": "Q?", "payload": "Q?"}]
)


def test_message_has_its_parts_in_order() -> None:
    body = message([FULL], feedback=True)
    assert types(body) == ["section", "context", "actions", "context_actions"]
    section, context, _, _ = body["blocks"]
    assert section["text"]["text"] == "A."
    assert [element["text"] for element in context["elements"]] == [
        "Note (May 1): CREC says otherwise. Source: <https://c.example|News>, CREC",
        "Source: <https://a.example/b?c=1&amp;d=2|About &lt;Us&gt;>, RESC &amp; Co (2022)",
    ]
    assert problem(body) is None


def test_message_text_is_complete() -> None:
    text = message([FULL], feedback=True)["text"]
    for part in ("A. CREC says otherwise.", "About &lt;Us&gt;, RESC &amp; Co", "https://a.example", "- Q?"):
        assert part in text
    assert message([FULL], feedback=True, blocks=False) == {
        "text": text,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def test_message_of_two_replies_has_all_of_both() -> None:
    body = message([reply("One."), reply("Two.", kind="no_fact")], feedback=True)
    assert types(body) == ["section", "context_actions"] * 2 and body["text"] == "One.\n\nTwo."


@pytest.mark.parametrize("kind", [kind.value for kind in Kind])
def test_message_is_voted_on_where_a_vote_says_something(kind: str) -> None:
    has_vote = "context_actions" in types(message([reply(kind=kind)], feedback=True))
    assert has_vote == (kind not in ("small_talk", "refused", "failed"))


def test_message_votes_carry_the_answer() -> None:
    [element] = message([reply()], feedback=True)["blocks"][-1]["elements"]
    assert element["type"] == "feedback_buttons"
    sides = [vote_of(element[side]["value"]) for side in ("positive_button", "negative_button")]
    plain = message([reply()], feedback=False)["blocks"][-1]
    assert plain["type"] == "actions"
    assert sides == [vote_of(e["value"]) for e in plain["elements"]] == [("0" * 32, True), ("0" * 32, False)]
    assert len({e["action_id"] for e in plain["elements"]}) == 2


def test_message_to_a_click_shows_the_question() -> None:
    body = message([reply()], feedback=True, asked="What is *R&D*?")
    assert types(body)[0] == "context" and body["text"].startswith("Question: What is *R&amp;D*?")


@pytest.mark.parametrize(
    "text",
    ["word " * 3000, "x" * 9000, "& " * 3000, "*" * 4000, "a\n\n" * 3000, "https://a.example/" + "b" * 2900],
    ids=lambda text: text[:8],
)
def test_message_stays_within_slacks_limits(text: str) -> None:
    button = {"title": "T" * 200, "payload": "P" * 3000}
    body = message([reply(text, buttons=[button] * 3, notices=[{**NOTICE, "text": text}] * 12)], feedback=True)
    assert problem(body) is None
    said = "".join(b["text"]["text"] for b in body["blocks"] if b["type"] == "section")
    assert said.count("x") >= text.count("x") and len(said) >= len(text.strip()) // 2


@pytest.mark.parametrize(
    "text, shown",
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!channel> <@U1>", "&lt;!channel&gt; &lt;@U1&gt;"),
        ("see https://a.example/b_c?d=1&e=2.", "see <https://a.example/b_c?d=1&amp;e=2>."),
        ("(http://a.example)", "(<http://a.example>)"),
    ],
)
def test_mrkdwn_escapes_and_links(text: str, shown: str) -> None:
    assert mrkdwn(text) == shown


@pytest.mark.parametrize("sign", "*_~`")
def test_mrkdwn_signs_are_signs(sign: str) -> None:
    shown = mrkdwn(f"{sign}a{sign}")
    assert shown.replace("\u2060", "") == f"{sign}a{sign}"
    # What formats stands beside a word, or at an end; neither is so any more.
    assert shown.startswith("\u2060") and f"{sign}\u2060a\u2060{sign}" in shown


def test_escape_has_slacks_three_signs_alone() -> None:
    assert escape("<a href=\"x\"> & 'b'") == "&lt;a href=\"x\"&gt; &amp; 'b'"


def test_words_of_the_channel_are_there() -> None:
    assert all((output.THINKING, output.HELPFUL, output.NOT_HELPFUL, output.THANKS, output.NO_VOTE, output.ASKED))
