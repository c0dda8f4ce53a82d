from __future__ import annotations

from typing import Any

import pytest
from rasa_sdk import Tracker

from actions.dialogue import home, reply_to
from ask_resc.context import Context, Heard
from ask_resc.facts.live import facts as live_facts

FACTS = live_facts().current()


def tracker(latest: Any) -> Tracker:
    return Tracker("me", {}, latest, [], False, None, {}, None)


@pytest.mark.parametrize(
    ("latest", "subject"),
    [
        ({"metadata": {"subject": "crec"}}, "crec"),
        ({"metadata": {}}, None),
        ({"metadata": None}, None),
        ({"metadata": {"subject": ["crec"]}}, None),
        ({"metadata": "crec"}, None),
        ({}, None),
        (None, None),
    ],
)
def test_dialogue_home_is_what_the_channel_says(latest: Any, subject: Any):
    assert home(tracker(latest)) == subject


def test_dialogue_home_is_forgotten_by_small_talk():
    about_aces = Context("leader", ("aces",), (), "leader")
    _, context = reply_to([Heard("how_are_you", "how are you")], about_aces, FACTS, "crec")
    assert context == about_aces


def test_dialogue_home_answers_our_director_in_a_talk_about_another():
    about_aces = Context("leader", ("aces",), (), "leader")
    [reply], context = reply_to([Heard("leader", "who is our director")], about_aces, FACTS, "crec")
    assert "CREC" in reply.answer
    assert context.subjects == ("crec",)
