"""What the rest of the code may ask of the facts."""

from __future__ import annotations

from typing import Any, Dict

import pytest
from pydantic import ValidationError

from ask_resc.facts.model import Answer, Facts, names_of, problems


def make(**blocks: Dict[str, Any]) -> Facts:
    """Two centers, one of them led; ``blocks`` adds to or replaces entries of its blocks."""
    content: Dict[str, Any] = {
        "about": "centers",
        "starters": ["Who leads North?"],
        "sources": {"site": {"title": "T", "publisher": "P", "address": "https://example.org", "date": "2024"}},
        "source": "site",
        "kinds": {
            "center": {"stand_in": "center", "answers": {"leader": "{leader} is the {title} of {subject}."}},
            "person": {
                "stand_in": "person",
                "answers": {"leads": "{subject} leads {leads}.", "leader": {"see": "leads"}},
            },
        },
        "aspects": {key: {"name": key} for key in ("leader", "leads", "founding", "history", "members")},
        "subjects": {
            "north": {"kind": "center", "name": "North", "aliases": ["the North"]},
            "south": {"kind": "center", "name": "South"},
            "ada": {"kind": "person", "name": "Ada", "prefix": "Dr.", "title": "Director", "leads": "north"},
        },
    }
    for block, entries in blocks.items():
        content[block].update(entries)
    return Facts.parse_obj(content)


def center(**answers: Any) -> Dict[str, Any]:
    return {"kind": "center", "name": "North", "answers": answers}


def test_model_answer_is_the_subjects_own():
    facts = make(subjects={"north": center(founding="North was founded in 1970.")})
    assert facts.answer("north", "founding") == ("north", Answer(text="North was founded in 1970."))


def test_model_answer_falls_back_to_the_kind():
    assert make().answer("north", "leader") == ("north", Answer(text="{leader} is the {title} of {subject}."))


def test_model_own_answer_goes_before_that_of_the_kind():
    facts = make(subjects={"north": center(leader="Nobody leads North.")})
    assert facts.answer("north", "leader") == ("north", Answer(text="Nobody leads North."))


@pytest.mark.parametrize("aspect, subject", [("history", "north"), ("founding", "nowhere"), ("nothing", "north")])
def test_model_empty_cell_has_no_answer(subject: str, aspect: str):
    assert make().answer(subject, aspect) is None


def test_model_link_to_another_subject_answers_from_there():
    facts = make(
        subjects={
            "north": center(founding="In 1970."),
            "south": {"kind": "center", "name": "South", "answers": {"history": {"see": "north.founding"}}},
        }
    )
    assert facts.answer("south", "history") == ("north", Answer(text="In 1970."))


def test_model_link_without_subject_stays_with_the_subject():
    assert make().answer("ada", "leader") == ("ada", Answer(text="{subject} leads {leads}."))


def test_model_links_are_followed_one_after_the_other():
    facts = make(
        subjects={"north": center(history={"see": "founding"}, founding={"see": "members"}, members="North has ten.")}
    )
    assert facts.answer("north", "history") == ("north", Answer(text="North has ten."))


def test_model_link_in_a_circle_is_a_problem_and_no_answer():
    facts = make(subjects={"north": center(history={"see": "founding"}, founding={"see": "north.history"})})
    assert facts.answer("north", "history") is None
    assert [problem.path[-2] for problem in problems(facts)] == ["history", "founding"]


def test_model_link_of_a_kind_must_lead_somewhere_for_each_of_its_subjects():
    kinds = {"center": {"stand_in": "center", "answers": {"history": {"see": "founding"}}}}
    north = {"north": center(founding="In 1970.")}
    (problem,) = problems(make(kinds=kinds, subjects=north))
    assert problem.path == ("kinds", "center", "answers", "history", "see")
    assert "“founding” of “south”" in problem.message

    south = {"south": {"kind": "center", "name": "South", "answers": {"history": "Of South."}}}
    assert problems(make(kinds=kinds, subjects={**north, **south})) == []


def test_model_center_without_leader_has_no_answer_to_who_leads_it():
    facts = make()
    assert facts.answer("north", "leader") is not None
    assert facts.answer("south", "leader") is None
    assert problems(facts) == []


def test_model_person_without_a_center_has_no_answer_to_what_they_lead():
    facts = make(subjects={"bob": {"kind": "person", "name": "Bob"}})
    assert facts.answer("bob", "leads") is None
    assert facts.answer("bob", "leader") is None


@pytest.mark.parametrize(
    "sentence, has_answer",
    [
        ("{list:center}", True),
        ("{list:club}", False),
        ("{count:club}", True),  # none is a number, too
        ("{leaders:center}", True),
        ("{leaders:club}", False),
    ],
)
def test_model_lists_without_entries_are_no_answer(sentence: str, has_answer: bool):
    facts = make(kinds={"club": {"stand_in": "club"}}, subjects={"north": center(members=sentence)})
    assert (facts.answer("north", "members") is not None) is has_answer


def test_model_aspects_of_lists_answered_ones_in_the_order_of_the_file():
    facts = make(subjects={"north": center(history="Long.", founding="In 1970.")})
    assert facts.aspects_of("north") == ("leader", "founding", "history")
    assert facts.aspects_of("south") == ()


def test_model_of_kind_and_leader_of():
    facts = make()
    assert facts.of_kind("center") == ("north", "south")
    assert facts.leader_of("north") == "ada"
    assert facts.leader_of("south") is None


def test_model_names():
    facts = make()
    assert facts.subjects["ada"].full_name == "Dr. Ada"
    assert facts.subjects["north"].full_name == "North"
    assert names_of(facts.subjects["north"]) == ("North", "the North")


def test_model_values_never_change():
    with pytest.raises(TypeError):
        make().subjects["north"].name = "West"  # type: ignore[misc]


def test_model_cell_with_a_mistake_is_judged_as_the_one_that_was_meant():
    with pytest.raises(ValidationError) as caught:
        make(subjects={"north": center(founding={"text": "In 1970.", "grian": "year"})})
    assert [error["loc"][-1] for error in caught.value.errors()] == ["grian"]
