"""What a reply would come down to: what would be answered alike is one outcome."""

from __future__ import annotations

from typing import Tuple

import pytest
from ruamel.yaml import YAML

from ask_resc import context
from ask_resc.facts.live import facts as live_facts
from ask_resc.facts.model import Facts
from ask_resc.nlu import outcomes
from ask_resc.nlu.outcomes import DECLINE, FOLLOW_UPS, TALK, Outcomes
from ask_resc.settings import PROJECT

FACTS = live_facts().current()
OUTCOMES = Outcomes(FACTS)


def domain_intents() -> "set[str]":
    domain = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    return {name for entry in domain["intents"] for name in entry}


def test_outcomes_lists_of_intents_are_those_of_the_domain():
    assert set(FOLLOW_UPS) == set(context.FOLLOW_UPS)
    assert domain_intents() == {*FACTS.aspects, *TALK, *FOLLOW_UPS, "out_of_scope", "nlu_fallback"}


@pytest.mark.parametrize("subject", FACTS.subjects)
def test_outcomes_empty_cells_are_one_decline(subject: str):
    empty = [aspect for aspect in FACTS.aspects if FACTS.answer(subject, aspect) is None]
    assert empty
    assert {OUTCOMES.of(aspect, (subject,)) for aspect in empty} == {DECLINE}


@pytest.mark.parametrize("subject", FACTS.subjects)
def test_outcomes_filled_cells_are_told_apart_by_what_is_said(subject: str):
    said = {aspect: FACTS.answer(subject, aspect) for aspect in FACTS.aspects_of(subject)}
    for one in said:
        for other in said:
            alike = OUTCOMES.of(one, (subject,)) == OUTCOMES.of(other, (subject,))
            assert alike == (said[one] == said[other]), (one, other)


@pytest.mark.parametrize("aspect", FACTS.aspects)
def test_outcomes_without_a_subject_are_declined_where_nobody_has_an_answer(aspect: str):
    is_known = any(FACTS.answer(subject, aspect) for subject in FACTS.subjects)
    assert OUTCOMES.of(aspect, ()) == (aspect if is_known else DECLINE)


@pytest.mark.parametrize(
    ("subjects", "aspect", "is_declined"),
    [
        (("crec", "aces"), "leader", False),
        (("crec", "alliance"), "founding", False),
        (("crec", "aces"), "phone", True),
    ],
)
def test_outcomes_of_several_are_declined_where_none_has_an_answer(
    subjects: Tuple[str, ...], aspect: str, is_declined: bool
):
    assert (OUTCOMES.of(aspect, subjects) == DECLINE) == is_declined


def test_outcomes_small_talk_is_one_and_no_decline():
    assert len({OUTCOMES.of(intent, ()) for intent in TALK}) == 1
    assert OUTCOMES.of("greet", ()) not in (DECLINE, OUTCOMES.of("leader", ("crec",)))


def test_outcomes_another_name_is_one_and_other_follow_ups_are_their_own():
    assert OUTCOMES.of("ellipsis", ("crec",)) == OUTCOMES.of("correction", ("crec",))
    apart = {OUTCOMES.of(intent, ("crec",)) for intent in FOLLOW_UPS}
    assert len(apart) == len(FOLLOW_UPS) - 1
    assert DECLINE not in apart


@pytest.mark.parametrize("intent", ["out_of_scope", "nlu_fallback", "no such intent"])
def test_outcomes_of_what_is_no_aspect_is_a_decline(intent: str):
    assert OUTCOMES.of(intent, ("crec",)) == DECLINE


def test_outcomes_follow_the_facts():
    raw = YAML(typ="safe").load((PROJECT / "data" / "facts.yml").read_text(encoding="utf-8"))
    raw["subjects"]["crec"]["answers"] = {"phone": "CREC's number is 555 0100."}
    del raw["subjects"]["danehy"]
    edited = Outcomes(Facts.parse_obj(raw))
    assert edited.of("phone", ("crec",)) != DECLINE
    assert edited.of("leader", ("aces",)) == DECLINE


def test_outcomes_of_many_different_questions_are_not_kept_for_ever():
    table = Outcomes(FACTS)
    for i in range(outcomes._MOST_CACHED + 10):
        assert table.of("phone", ("crec",) * (i + 1)) == DECLINE
    assert len(table._tables) <= outcomes._MOST_CACHED
