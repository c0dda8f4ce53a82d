from __future__ import annotations

from typing import Any

import pytest

from ask_resc.channels.web.output import rendered, welcome
from ask_resc.facts.live import facts
from ask_resc.facts.model import Contact

FACTS = facts().current()


def with_contact(subject: str) -> Any:
    """The facts, with somebody to ask about a subject."""
    contact = Contact(name="The office", address="https://www.crec.example/office", phone="860 555 0100")
    return FACTS.copy(
        update={"subjects": {**FACTS.subjects, subject: FACTS.subjects[subject].copy(update={"contact": contact})}}
    )


def test_output_names_whom_to_ask_about_the_site():
    changed = with_contact("crec")
    assert welcome("{about}", "crec", changed)["contact"] == {
        "name": "The office", "address": "https://www.crec.example/office", "phone": "860 555 0100",
    }  # fmt: skip
    assert welcome("{about}", "aces", changed)["contact"] is None
    assert welcome("{about}", None, changed)["contact"] is None


@pytest.mark.parametrize("subject", [None, "crec", "resc"])
def test_output_begins_with_three_questions_and_none_twice(subject: Any):
    questions = welcome("{about}", subject, FACTS)["suggestions"]
    assert len(questions) == len(set(questions)) == 3


@pytest.mark.parametrize(
    ("text", "notices", "shown"),
    [
        ("Not quite. A. N.", ["N."], "Not quite. A."),
        ("A. N. M.", ["N.", "M."], "A."),
        ("A.", [], "A."),
        ("N.", ["N."], "N."),
        (None, [], ""),
    ],
)
def test_output_says_a_notice_once(text: Any, notices: Any, shown: str):
    reply = {"id": "1", "kind": "answered", "text": text, "answer": "A.", "sources": [], "buttons": []}
    assert rendered({**reply, "notices": [{"text": notice} for notice in notices]})["text"] == shown
