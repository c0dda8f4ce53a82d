"""What a question refers to: one test for each rule, named after it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Tuple

import pytest
from ruamel.yaml import YAML

from actions.dialogue import reply_to
from ask_resc.answers import Question
from ask_resc.context import (
    FOLLOW_UPS,
    Context,
    Heard,
    asks_something,
    at_home,
    named,
    options,
    remember,
    resolve,
    resolve_all,
    says_which_one,
)
from ask_resc.facts.live import facts as live_facts
from ask_resc.facts.model import Facts
from ask_resc.settings import PROJECT

FACTS = live_facts().current()
NOTHING = Context()
ABOUT_CREC = Context("leader", ("crec",), (), "leader")
ABOUT_ALLIANCE = Context("definition", ("alliance",), (), "definition")
ABOUT_ERICSON = Context("person", ("ericson",), (), "person")


def asked(intent: str, text: str = "", *names: str, after: Context = NOTHING, facts: Facts = FACTS, **more: Any) -> Any:
    """Aspect and subjects of what is understood, or None, where ``text`` names the subjects ``names``."""
    named: Dict[str, str] = {name: facts.subjects[name].name for name in names}
    question = resolve(Heard(intent, text, names, named, **more), after, facts)
    return question and (question.aspect, question.subjects)


def without(*keys: str) -> Facts:
    """The facts after these subjects have left the file."""
    raw = YAML(typ="safe").load((PROJECT / "data" / "facts.yml").read_text(encoding="utf-8"))
    for key in keys:
        del raw["subjects"][key]
    return Facts.parse_obj(raw)


# Follow-ups: "and ACES?"


def test_context_ellipsis_asks_the_same_of_another():
    assert asked("ellipsis", "and ACES?", "aces", after=ABOUT_CREC) == ("leader", ("aces",))


def test_context_ellipsis_asks_the_same_of_two_others():
    assert asked("ellipsis", "and ACES and CES?", "aces", "ces", after=ABOUT_CREC) == (
        "leader",
        ("aces", "ces"),
    )


def test_context_ellipsis_asks_what_has_no_answer_anywhere_again():
    assert asked("ellipsis", "and ACES?", "aces", after=Context("phone", ("crec",))) == ("phone", ("aces",))


def test_context_ellipsis_asks_what_one_of_its_kind_could_have():
    after_founding = Context("founding", ("alliance",), (), "founding")
    assert asked("ellipsis", "and CREC?", "crec", after=after_founding) == ("founding", ("crec",))


def test_context_ellipsis_asks_the_same_of_a_person():
    assert asked("ellipsis", "and Danehy?", "danehy", after=ABOUT_CREC) == ("leader", ("danehy",))


def test_context_ellipsis_describes_what_the_last_question_does_not_fit():
    after_law = Context("law", ("resc",), (), "law")
    assert FACTS.answer("accord", "law") is None and FACTS.answer("resc", "law") is not None
    assert asked("ellipsis", "and the Accord?", "accord", after=after_law) == ("definition", ("accord",))


def test_context_ellipsis_with_nothing_before_describes():
    assert asked("ellipsis", "and ACES?", "aces") == ("definition", ("aces",))


@pytest.mark.parametrize("intent", ["ellipsis", "correction", "back_to"])
def test_context_follow_up_that_names_nobody_means_nothing(intent: str):
    assert asked(intent, "and that one?", after=ABOUT_CREC) is None


def test_context_ellipsis_with_a_person_and_a_center_is_a_claim():
    question = resolve(Heard("ellipsis", "and Danehy at CREC?", ("danehy", "crec")), ABOUT_ALLIANCE, FACTS)
    assert question == Question("leader", ("crec",), claimed_leader="danehy")


@pytest.mark.parametrize("text", ["fine. and ACES?", "never mind, ACES", "oh well. ACES then", "whatever, do ACES"])
def test_context_concession_after_a_decline_goes_back_to_what_had_an_answer(text: str):
    declined = Context("phone", ("crec",), (), "leader")
    assert asked("ellipsis", text, "aces", after=declined) == ("leader", ("aces",))


def test_context_without_a_concession_a_declined_question_is_asked_again():
    declined = Context("phone", ("crec",), (), "leader")
    assert asked("ellipsis", "and of ACES?", "aces", after=declined) == ("phone", ("aces",))


def test_context_concession_where_nothing_had_an_answer_changes_nothing():
    declined = Context("phone", ("crec",), (), None)
    assert asked("ellipsis", "fine. and ACES?", "aces", after=declined) == ("phone", ("aces",))


def test_context_concession_after_an_answer_changes_nothing():
    assert asked("ellipsis", "fine. and ACES?", "aces", after=Context("founding", ("resc",), (), "leader")) == (
        "founding",
        ("aces",),
    )


def test_context_correction_asks_the_same_of_the_right_one():
    assert asked("correction", "no, I meant CES", "ces", after=ABOUT_CREC) == ("leader", ("ces",))


def test_context_correction_with_a_name_set_aside_is_about_the_other():
    both = ("crec", "ces")
    assert asked("correction", "not CREC, CES", *both, after=ABOUT_CREC, excluded=("crec",)) == (
        "leader",
        ("ces",),
    )


def test_context_correction_that_sets_all_aside_is_about_them():
    assert asked("correction", "not CREC", "crec", after=ABOUT_CREC, excluded=("crec",)) == (
        "leader",
        ("crec",),
    )


def test_context_others_are_the_list_that_holds_them():
    assert asked("others", "and the others?", after=ABOUT_CREC) == ("leader", ("resc",))


@pytest.mark.parametrize("aspect", ["definition", "membership"])
def test_context_others_of_what_one_is_are_the_members(aspect: str):
    assert asked("others", "and the others?", after=Context(aspect, ("crec",), (), aspect)) == (
        "members",
        ("resc",),
    )


def test_context_others_without_such_a_list_are_asked_one_by_one():
    aspect, subjects = asked("others", "and the others?", after=Context("founding", ("crec", "aces")))
    assert aspect == "founding"
    assert set(subjects) == set(FACTS.of_kind("center")) - {"crec", "aces"}


def test_context_others_with_a_name_is_the_same_question_about_it():
    assert asked("others", "and the other, ACES?", "aces", after=ABOUT_CREC) == ("leader", ("aces",))


@pytest.mark.parametrize("after", [NOTHING, Context("phone"), Context("leader", ("resc",), (), "leader")])
def test_context_others_of_nothing_and_of_everything_mean_nothing(after: Context):
    assert asked("others", "and the others?", after=after) is None


def test_context_others_after_a_decline_are_of_what_had_an_answer():
    declined = Context("phone", ("crec",), (), "leader")
    assert asked("others", "and the others?", after=declined) == ("leader", ("resc",))


def test_context_back_to_describes_whatever_was_asked_last():
    assert asked("back_to", "back to ACES", "aces", after=ABOUT_CREC) == ("definition", ("aces",))


def test_context_repeat_is_the_last_question():
    assert asked("repeat", "say that again", after=ABOUT_CREC) == ("leader", ("crec",))


def test_context_repeat_with_a_name_is_the_last_question_about_it():
    assert asked("repeat", "and again for ACES", "aces", after=ABOUT_CREC) == ("leader", ("aces",))


@pytest.mark.parametrize("intent", ["repeat", "more"])
def test_context_repeat_and_more_with_nothing_before_mean_nothing(intent: str):
    assert asked(intent, "again") is None


def test_context_more_is_something_else_about_the_same():
    aspect, subjects = asked("more", "tell me more", after=ABOUT_ALLIANCE)
    assert subjects == ("alliance",)
    said = FACTS.answer("alliance", "definition")
    assert FACTS.answer("alliance", aspect) not in (None, said)


def test_context_more_and_more_goes_through_what_is_known():
    context, heard = ABOUT_ALLIANCE, []
    for _ in range(4):
        question = resolve(Heard("more", "more"), context, FACTS)
        assert question is not None
        heard.append(question.aspect)
        context = remember([question], context, FACTS)
    assert len(set(heard)) == 4


def test_context_more_after_the_last_thing_known_starts_over():
    last = FACTS.aspects_of("alliance")[-1]
    aspect, subjects = asked("more", "more", after=Context(last, ("alliance",), (), last))
    assert subjects == ("alliance",)
    assert aspect in FACTS.aspects_of("alliance")


def test_context_more_about_nobody_means_nothing():
    assert asked("more", "more", after=Context("phone")) is None


def test_context_more_about_a_name_describes_it():
    assert asked("more", "more about ACES", "aces", after=ABOUT_CREC) == ("definition", ("aces",))


# Words that point: "he", "it", "the center", "all of them"


@pytest.mark.parametrize("text", ["how old is he", "what's her age", "is that guy married", "tell me about himself"])
def test_context_he_and_she_are_the_leader_of_what_was_talked_about(text: str):
    assert asked("private_life", text, after=ABOUT_CREC) == ("private_life", (FACTS.leader_of("crec"),))


def test_context_she_is_the_person_who_was_talked_about():
    assert asked("leads", "which one does she run?", after=ABOUT_ERICSON) == ("leads", ("ericson",))


@pytest.mark.parametrize("text", ["when was it formed", "and when was that", "when did this start"])
def test_context_it_is_what_was_talked_about(text: str):
    assert asked("founding", text, after=ABOUT_ALLIANCE) == ("founding", ("alliance",))


def test_context_it_after_a_person_is_what_the_person_leads():
    assert asked("address", "where is it?", after=ABOUT_ERICSON) == ("address", ("learn",))


def test_context_the_center_after_a_person_is_what_the_person_leads():
    by_word = asked("phone", "number of the center?", after=ABOUT_ERICSON, kinds=frozenset({"center"}))
    assert by_word == ("phone", ("learn",))


def test_context_they_are_all_that_were_named():
    both = Context("leader", ("crec", "aces"), ("crec", "aces"), "leader")
    assert asked("phone", "what are their numbers", after=both) == ("phone", ("crec", "aces"))


@pytest.mark.parametrize("text", ["the number of both", "phone of those two", "either of them, the number"])
def test_context_those_two_are_the_last_two_that_were_talked_about(text: str):
    three_in_a_row = Context("leader", ("aces",), ("ces", "crec", "aces"), "leader")
    assert asked("phone", text, after=three_in_a_row) == ("phone", ("crec", "aces"))


def test_context_them_are_all_that_were_talked_about_in_a_row():
    three_in_a_row = Context("leader", ("aces",), ("ces", "crec", "aces"), "leader")
    assert asked("phone", "the phones of them", after=three_in_a_row) == ("phone", ("ces", "crec", "aces"))


def test_context_that_place_after_a_person_is_what_the_person_leads():
    assert FACTS.answer("ericson", "definition") is not None
    assert asked("definition", "what is that place", after=ABOUT_ERICSON) == ("definition", ("learn",))


def test_context_it_after_several_in_a_row_is_the_last():
    three_in_a_row = Context("leader", ("aces",), ("ces", "crec", "aces"), "leader")
    assert asked("phone", "the phone of it", after=three_in_a_row) == ("phone", ("aces",))


def test_context_they_may_be_a_single_one():
    assert asked("phone", "how do I call them", after=ABOUT_CREC) == ("phone", ("crec",))


def test_context_he_where_nobody_leads_is_what_was_talked_about():
    assert FACTS.leader_of("alliance") is None
    assert asked("private_life", "is he married", after=ABOUT_ALLIANCE) == ("private_life", ("alliance",))


def test_context_a_question_without_an_answer_that_does_not_point_stays_with_the_person():
    assert asked("phone", "and the phone number", after=ABOUT_ERICSON) == ("phone", ("ericson",))


def test_context_the_director_is_the_person_who_was_talked_about():
    by_word = asked("title", "what is the director called", after=ABOUT_ERICSON, kinds=frozenset({"person"}))
    assert by_word == ("title", ("ericson",))


@pytest.mark.parametrize("text", ["who leads them all", "who runs each one", "every director please", "all six"])
def test_context_all_of_them_is_the_list_whatever_was_talked_about(text: str):
    assert asked("leader", text, after=ABOUT_CREC) == ("leader", ("resc",))


def test_context_a_question_that_fits_is_about_what_was_talked_about():
    assert asked("founding", "when was that", after=ABOUT_ALLIANCE) == ("founding", ("alliance",))
    assert asked("leader", "who leads it", after=ABOUT_CREC) == ("leader", ("crec",))


def test_context_a_question_that_fits_need_not_point():
    assert FACTS.aspects["leader"].about == "resc"
    assert asked("leader", "and who is in charge", after=ABOUT_CREC) == ("leader", ("crec",))


@pytest.mark.parametrize(
    ("text", "kinds"), [("who leads it", ()), ("who is he", ()), ("who leads the center", ("center",))]
)
def test_context_a_question_that_points_is_declined_rather_than_answered_for_another(text: str, kinds: Tuple[str, ...]):
    facts = without("florio")
    understood = asked("leader", text, after=ABOUT_CREC, facts=facts, kinds=frozenset(kinds))
    assert understood == ("leader", ("crec",))


def test_context_a_question_that_does_not_point_is_answered_for_what_it_is_always_about():
    assert asked("leader", "who is in charge", after=ABOUT_CREC, facts=without("florio")) == (
        "leader",
        ("resc",),
    )


def test_context_all_of_them_where_there_is_no_list_is_about_what_was_talked_about():
    assert FACTS.aspects["phone"].about is None
    assert asked("phone", "all the numbers", after=ABOUT_CREC) == ("phone", ("crec",))


def test_context_a_question_that_cannot_fit_is_about_what_it_is_always_about():
    assert FACTS.answer("alliance", "contents") is not None and FACTS.answer("crec", "contents") is None
    assert asked("contents", "what does it lay out", after=ABOUT_CREC) == ("contents", ("accord",))


def test_context_a_question_that_names_nobody_is_about_what_it_is_always_about():
    assert asked("count", "how many are there") == ("count", ("resc",))


def test_context_a_question_that_names_nobody_and_is_about_nobody_means_nothing():
    assert FACTS.aspects["founding"].about is None
    assert asked("founding", "when was that") is None


def test_context_what_nobody_has_is_declined_without_a_name():
    assert asked("phone", "the number?") == ("phone", ())


# Several names in one question


def test_context_claim_is_a_person_and_a_center():
    question = resolve(Heard("leader", "is Kitching the head of CREC?", ("kitching", "crec")), NOTHING, FACTS)
    assert question == Question("leader", ("crec",), claimed_leader="kitching")


@pytest.mark.parametrize("intent", ["leader", "leads", "person", "title", "membership", "definition"])
def test_context_claim_stands_under_every_aspect_that_says_who_leads(intent: str):
    question = resolve(Heard(intent, "", ("crec", "kitching")), NOTHING, FACTS)
    assert question is not None and (question.subjects, question.claimed_leader) == (("crec",), "kitching")


def test_context_a_person_and_a_center_under_another_aspect_are_no_claim():
    question = resolve(Heard("phone", "", ("crec", "kitching")), NOTHING, FACTS)
    assert question is not None and question.claimed_leader is None


@pytest.mark.parametrize(
    "names", [("kitching", "danehy", "crec"), ("kitching", "crec", "aces"), ("kitching", "danehy")]
)
def test_context_more_than_one_person_and_one_center_are_no_claim(names: Tuple[str, ...]):
    question = resolve(Heard("leader", "", names), NOTHING, FACTS)
    assert question is not None and question.claimed_leader is None


@pytest.mark.parametrize(
    "text",
    [
        "when were the Alliance and the Accord made",
        "dates of the alliance, the accord",
        "the Alliance & the Accord: when?",
        "the Alliance vs the Accord",
        "the Alliance or the Accord, when was it",
        "when for the Alliance and for the Accord",
    ],
)
def test_context_side_by_side_names_are_both_meant(text: str):
    named = {"alliance": "the Alliance", "accord": "the Accord"}
    question = resolve(Heard("founding", text, ("alliance", "accord"), named), NOTHING, FACTS)
    assert question is not None and question.subjects == ("alliance", "accord")


def test_context_of_names_that_are_not_side_by_side_the_narrower_is_meant():
    text, named = (
        "when did the Alliance make the Accord",
        {"alliance": "the Alliance", "accord": "the Accord"},
    )
    question = resolve(Heard("founding", text, ("alliance", "accord"), named), NOTHING, FACTS)
    assert question is not None and question.subjects == ("accord",)


def test_context_of_names_apart_the_narrower_is_meant():
    text = "Why did the RESCs form the RESC Alliance?"
    assert asked("reason", text, "resc", "alliance") == ("reason", ("alliance",))


def test_context_of_names_apart_the_one_with_an_answer_is_meant():
    assert FACTS.answer("accord", "law") is None
    text = "which law made the RESCs, is it the RESC Alliance Accord?"
    assert asked("law", text, "resc", "accord") == ("law", ("resc",))


def test_context_names_as_asked_travel_with_the_question():
    heard = Heard("phone", "phone of c.r.e.c.", ("crec",), {"crec": "c.r.e.c.", "aces": "unused"}, grain="day")
    assert resolve(heard, NOTHING, FACTS) == Question("phone", ("crec",), {"crec": "c.r.e.c."}, grain="day")


# Strangers


def test_context_stranger_is_never_taken_for_what_was_talked_about():
    assert asked("leader", "who leads BOCES?", after=ABOUT_CREC, strangers=("BOCES",)) == ("leader", ())


def test_context_stranger_in_a_follow_up_is_declined_under_the_last_aspect():
    assert asked("ellipsis", "and BOCES?", after=ABOUT_CREC, strangers=("BOCES",)) == ("leader", ())


def test_context_stranger_in_a_follow_up_with_nothing_before_means_nothing():
    assert asked("ellipsis", "and BOCES?", strangers=("BOCES",)) is None


def test_context_stranger_beside_a_name_of_ours_leaves_it_asked():
    assert asked("leader", "who leads CREC, not BOCES?", "crec", strangers=("BOCES",)) == (
        "leader",
        ("crec",),
    )


# What is remembered, and what expires


def test_context_after_what_was_not_understood_is_about_whom_it_named():
    assert named(Heard("nlu_fallback", "aces?", ("aces",)), ABOUT_CREC, FACTS).subjects == ("aces",)
    assert named(Heard("nlu_fallback", "hm?"), ABOUT_CREC, FACTS) is ABOUT_CREC


def remembered(*questions: Question) -> Context:
    """What is remembered after these were asked one after the other."""
    context = NOTHING
    for question in questions:
        context = remember([question], context, FACTS)
    return context


def test_context_remembers_the_last_question():
    context = remember([Question("leader", ("crec",)), Question("founding", ("alliance",))], NOTHING, FACTS)
    assert (context.aspect, context.subjects, context.answered) == ("founding", ("alliance",), "founding")


def test_context_remembers_the_last_that_had_an_answer_through_a_decline():
    context = remembered(Question("leader", ("crec",)), Question("phone", ("crec",)))
    assert (context.aspect, context.answered) == ("phone", "leader")


def test_context_remembers_whom_it_was_about_through_a_question_about_nobody():
    assert remembered(Question("leader", ("crec",)), Question("phone")).subjects == ("crec",)


def test_context_remembers_a_list():
    assert remembered(Question("leader", ("crec", "aces"))).listed == ("crec", "aces")


def test_context_remembers_what_was_talked_about_in_a_row():
    row = [Question("leader", (center,)) for center in ("crec", "aces", "ces", "aces")]
    assert remembered(*row).listed == ("crec", "ces", "aces")


def test_context_row_ends_where_the_talk_turns_to_another_kind():
    assert remembered(Question("leader", ("crec",)), Question("founding", ("alliance",))).listed == ("alliance",)


CLAIMED = Question("leader", ("learn",), claimed_leader="florio")


def test_context_he_after_a_wrong_pairing_is_the_person_who_was_put_there():
    after = remember([CLAIMED], NOTHING, FACTS)
    assert asked("leads", "my bad. which one is his then", after=after) == ("leads", ("florio",))
    assert asked("leader", "so who leads it", after=after) == ("leader", ("learn",))


def test_context_he_after_a_right_pairing_is_the_leader():
    after = remember([Question("leader", ("crec",), claimed_leader="florio")], NOTHING, FACTS)
    assert after.mistaken is None
    assert asked("title", "what is his title", after=after) == ("title", ("florio",))


def test_context_a_wrong_pairing_is_forgotten_with_the_next_answer():
    assert remembered(CLAIMED, Question("founding", ("alliance",))).mistaken is None


def claim(text: str, *names: str, intent: str = "membership", after: Context = NOTHING) -> Any:
    question = resolve(Heard(intent, text, names, {name: name for name in names}), after, FACTS)
    return question and (question.subjects, question.claimed_leader)


def test_context_is_she_at_a_center_is_a_pairing_of_the_person_talked_about():
    assert claim("is she at CREC?", "crec", after=ABOUT_ERICSON) == (("crec",), "ericson")
    assert claim("so is he at ACES?", "aces", after=ABOUT_CREC) == (("aces",), "florio")


def test_context_is_she_at_a_center_without_anybody_talked_about_is_no_pairing():
    assert claim("is she at CREC?", "crec") == (("crec",), None)
    assert claim("what does CREC do for her?", "crec", after=ABOUT_ERICSON) == (("crec",), None)
    assert claim("is she paid by CREC?", "crec", intent="salary", after=ABOUT_ERICSON) == (("crec",), None)


def test_context_those_two_and_the_rescs_is_about_the_two():
    after = Context("partners", ("csde", "oec"), ("csde", "oec"), "partners")
    text = "what have those two got to do with the RESCs"
    assert asked("membership", text, "resc", after=after) == ("membership", ("csde", "oec"))
    assert asked("membership", "are the RESCs in the Alliance", "resc", after=after) == ("membership", ("resc",))


@pytest.mark.parametrize("intent", ["difference", "activities"])
def test_context_how_those_two_figure_in_is_about_their_part(intent):
    after = Context("expansion", ("oec",), ("csde", "oec"), "expansion")
    text = "how do those two figure in with the RESCs"
    assert asked(intent, text, "resc", after=after) == ("membership", ("csde", "oec"))


@pytest.mark.parametrize(
    ("text", "names", "after", "expected"),
    [
        ("was it the state department that founded it", ("csde",), ABOUT_ALLIANCE, ("alliance",)),
        ("was it the Alliance itself that issued it", ("alliance",), Context("reaffirmed", ("alliance",)), ("accord",)),
        ("who did that, the state or the RESCs", ("resc",), Context("reaffirmed", ("alliance",)), ("accord",)),
        ("who founded the Alliance", ("alliance",), Context("founding", ("accord",)), ("alliance",)),
        ("the state set up the Alliance, did it not", ("alliance",), Context("founding", ("resc",)), ("alliance",)),
    ],
)
def test_context_what_was_made_is_it_whoever_is_named_as_its_maker(text, names, after, expected):
    assert asked("founder", text, *names, after=after) == ("founder", expected)


def test_context_who_leads_it_is_about_it_and_nobody_else():
    after = Context("definition", ("oec",), ("oec",), "definition")
    assert asked("leader", "who's the boss of that", after=after) == ("leader", ("oec",))
    assert asked("leader", "who leads it", after=Context("definition", ("accord",))) == ("leader", ("accord",))


def test_context_the_other_of_a_kind_of_two():
    after = Context("leader", ("oec",), ("oec",), "definition")
    assert asked("expansion", "and the other one, what does it stand for", after=after) == ("expansion", ("csde",))


@pytest.mark.parametrize(("text", "place"), [("the 2nd one, what do the letters mean", 1), ("that 1st one", 0)])
def test_context_ordinal_in_figures(text, place):
    after = Context("partners", ("resc",), ("resc",), "partners")
    assert asked("expansion", text, after=after) == ("expansion", (("csde", "oec")[place],))


@pytest.mark.parametrize("after", [NOTHING, ABOUT_CREC])
def test_context_the_centers_are_all_of_them(after):
    kinds = frozenset({"center"})
    assert asked("founding", "what year did the centers start", after=after, kinds=kinds) == ("founding", ("resc",))
    assert asked("founding", "what year did the center start", after=after, kinds=kinds) != ("founding", ("resc",))


def test_context_the_centers_may_be_the_makers():
    kinds = frozenset({"center"})
    assert asked("founder", "who began it, the state or the centers", after=ABOUT_ALLIANCE, kinds=kinds) == (
        "founder",
        ("alliance",),
    )


def all_asked(text: str, name: str, after: Context) -> List[str]:
    """Aspects of what is understood under a follow-up that names somebody."""
    questions = resolve_all(Heard("ellipsis", text, (name,), {name: FACTS.subjects[name].name}), after, FACTS)
    assert all(question.subjects == (name,) for question in questions)
    return [question.aspect for question in questions]


OF_CES = Context("leader", ("ces",), ("ces",), "leader", asked=(("membership", ("ces",)), ("leader", ("ces",))))


def test_context_the_same_two_questions_for_another():
    assert all_asked("the same two for EASTCONN", "eastconn", OF_CES) == ["membership", "leader"]


def test_context_what_was_asked_of_two_is_not_asked_of_a_third():
    after = replace(OF_CES, asked=(("founding", ("alliance",)), ("leader", ("ces",))))
    assert all_asked("and EASTCONN?", "eastconn", after) == ["leader"]


@pytest.mark.parametrize(
    ("text", "aspect"), [("the first part again", "membership"), ("sorry, the 2nd question?", "leader")]
)
def test_context_a_part_of_what_was_asked_is_said_again(text, aspect):
    assert resolve_all(Heard("repeat", text), OF_CES, FACTS) == [Question(aspect, ("ces",))]


def test_context_dialogue_remembers_what_was_asked_together():
    both = [Heard("membership", "is CES a RESC", ("ces",)), Heard("leader", "who leads it")]
    _, after = reply_to(both, NOTHING, FACTS)
    assert after.asked == OF_CES.asked
    _, after = reply_to([Heard("ellipsis", "and ACES?", ("aces",))], after, FACTS)
    assert after.asked == (("membership", ("aces",)), ("leader", ("aces",)))
    _, after = reply_to([Heard("founding", "when was the Accord made", ("accord",))], after, FACTS)
    assert after.asked == ()


@pytest.mark.parametrize("text", ["no its Danehy", "ain't it Danehy", "not Danehy?", "Danehy, same place?"])
def test_context_another_leader_is_a_claim(text):
    question = resolve(Heard("correction", text, ("danehy",), {"danehy": "Danehy"}), ABOUT_CREC, FACTS)
    assert question == Question("leader", ("crec",), {"danehy": "Danehy"}, claimed_leader="danehy")


@pytest.mark.parametrize("text", ["no, I meant Danehy", "and Danehy?", "sorry, it's Danehy"])
def test_context_another_person_asked_about_is_no_claim(text):
    question = resolve(Heard("correction", text, ("danehy",), {"danehy": "Danehy"}), ABOUT_CREC, FACTS)
    assert question is not None and question.claimed_leader is None


def test_context_spelling_after_who_leads_is_of_the_leader():
    assert asked("spelling", "spell that", after=ABOUT_CREC) == ("spelling", ("florio",))


def test_context_these_outfits_with_nothing_before_are_all_of_them():
    assert asked("founding", "what yr did these outfits start") == ("founding", ("resc",))
    assert asked("founding", "when did these start") is None


def test_context_after_another_s_what_is_ours():
    assert asked("definition", "ok so what is yours") == ("definition", ("resc",))


def test_context_what_two_unlike_are_is_told_where_they_are_compared():
    assert asked("difference", "how do they differ", "alliance", "accord") == ("definition", ("alliance", "accord"))
    assert asked("difference", "how do they differ", "crec", "aces") == ("difference", ("crec", "aces"))


def test_context_who_belongs_to_a_center_is_its_leader():
    assert asked("members", "so who does belong to CES", "ces") == ("leader", ("ces",))


@pytest.mark.parametrize("aspect", ["governance", "board_details"])
def test_context_pay_of_the_board_is_a_detail_of_the_board(aspect):
    after = Context(aspect, ("resc",), (), "governance")
    assert asked("funding", "do they get paid for it", after=after) == ("board_details", ("resc",))
    assert asked("funding", "who pays for them", after=ABOUT_ALLIANCE) == ("funding", ("resc",))


def test_context_how_many_of_these_there_are_is_not_about_the_board():
    after = Context("governance", ("resc",), (), "governance")
    assert asked("count", "how many of these are there", after=after) == ("count", ("resc",))
    assert asked("count", "how many sit on it", after=after) == ("board_details", ("resc",))


def test_context_each_of_two():
    after = Context("membership", ("learn", "eastconn"), ("learn", "eastconn"), "membership")
    assert asked("leader", "who's over each", after=after) == ("leader", ("learn", "eastconn"))


@pytest.mark.parametrize("text", ["who leads all except CREC", "who runs everyone but CREC"])
def test_context_all_but_one(text):
    others = tuple(c for c in CENTERS if c != "crec")
    assert asked("leader", text, "crec", excluded=("crec",)) == ("leader", others)
    assert asked("members", text, "crec", excluded=("crec",)) == ("membership", others)


def test_context_what_is_set_aside_is_not_asked_about():
    assert asked("leader", "not CREC but ACES", "crec", "aces", excluded=("crec",)) == ("leader", ("aces",))


@pytest.mark.parametrize("intent", ["history", "difference", "founding"])
def test_context_which_came_first_is_told_by_dates(intent):
    text = "which came first, the Alliance or the RESCs"
    assert asked(intent, text, "alliance", "resc") == ("founding", ("alliance", "resc"))


def test_context_before_or_after_is_told_by_dates():
    after = Context("founding", ("accord",), ("accord",), "founding")
    text = "was it before or after the Alliance"
    assert asked("founding", text, "alliance", after=after) == ("founding", ("accord", "alliance"))


def test_context_new_leader_is_told_where_a_notice_names_one():
    assert asked("successor", "who is the new director of CREC", "crec") == ("leader", ("crec",))
    assert asked("successor", "who is the new director of ACES", "aces") == ("successor", ("aces",))
    assert asked("successor", "who will follow him one day", after=ABOUT_CREC)[0] == "successor"


@pytest.mark.parametrize("subject", ["alliance", "accord"])
def test_context_board_of_what_has_none_is_not_known(subject):
    after = Context("governance", ("resc",), ("resc",), "governance")
    assert asked("ellipsis", "and that one?", subject, after=after) == ("governance", (subject,))


def test_context_who_heads_it_is_one_and_the_heads_are_several():
    assert asked("leader", "do you know who heads it at least", after=ABOUT_CREC) == ("leader", ("crec",))
    assert asked("leader", "and all the heads", after=ABOUT_CREC) == ("leader", ("resc",))


def test_context_why_alone_is_of_what_was_talked_about():
    after = Context("founding", ("crec",), ("crec",), "leader")
    assert asked("reason", "and why", after=after) == ("reason", ("crec",))
    assert asked("reason", "and why", after=ABOUT_ALLIANCE) == ("reason", ("alliance",))
    assert asked("reason", "why was it formed at all, the Alliance", "alliance", after=after) == (
        "reason",
        ("alliance",),
    )


def test_context_it_is_what_was_talked_about_even_without_an_answer():
    after = Context("definition", ("accord",), ("accord",), "definition")
    assert asked("law", "is it legally binding", after=after) == ("law", ("accord",))
    assert asked("law", "which law", after=after) == ("law", ("resc",))


def test_context_where_then_is_whom_the_claim_was_about():
    after = Context("leader", ("learn",), ("learn",), "leader", "dumais")
    assert asked("address", "where then", after=after) == ("leads", ("dumais",))
    assert asked("address", "where is it", after=after) == ("address", ("learn",))


def test_context_the_first_one_is_said_again():
    after = Context("leader", ("aces",), ("crec", "aces"), "leader")
    assert asked("repeat", "the first one again", after=after) == ("leader", ("crec",))


def test_context_its_director_is_a_claim():
    heard = Heard("leader", "is its director Kate Ericson", ("eastconn", "ericson"))
    question = resolve(heard, NOTHING, FACTS)
    assert question is not None and (question.subjects, question.claimed_leader) == (("eastconn",), "ericson")


def test_context_ours_is_not_asked_what_was_asked_of_another():
    after = Context("other_body", ("eastconn",), ("eastconn",), "membership")
    assert asked("ellipsis", "CREC too?", "crec", after=after) == ("membership", ("crec",))


def test_context_list_of_the_centers_is_of_all_whichever_were_named():
    text = "I know CREC and ACES, now list the centers"
    assert asked("members", text, "crec", "aces", kinds=frozenset({"center"})) == ("members", ("resc",))


def test_context_again_with_a_name_after_a_decline_goes_back_to_what_was_answered():
    after = Context("tenure", ("aces",), ("aces",), "leader")
    assert asked("repeat", "ACES name one more time", "aces", after=after) == ("leader", ("aces",))


def test_context_the_man_at_is_who_leads():
    after = Context("salary", ("crec",), (), "leader")
    assert asked("ellipsis", "and the man at EASTCONN?", "eastconn", after=after) == ("leader", ("eastconn",))


def test_context_others_of_a_person_are_all_who_lead():
    after = Context("person", ("florio",), (), "person")
    assert asked("others", "and the others at his level?", after=after) == ("leader", ("resc",))


def test_context_directors_without_a_name_are_all_of_them():
    assert asked("leader", "can you list the directors", after=ABOUT_CREC) == ("leader", ("resc",))


def test_context_small_talk_leaves_it_as_it_was():
    assert remember([], ABOUT_CREC, FACTS) is ABOUT_CREC


def slots(context: Context) -> Dict[str, Any]:
    """As a tracker has them."""
    return {
        "aspect": context.aspect,
        "subjects": list(context.subjects) or None,
        "listed": list(context.listed) or None,
        "answered": context.answered,
        "mistaken": context.mistaken,
        "asked": [[aspect, list(subjects)] for aspect, subjects in context.asked] or None,
    }


@pytest.mark.parametrize(
    "context",
    [
        NOTHING,
        ABOUT_CREC,
        Context(
            "phone", ("crec", "aces"), ("crec", "aces"), "leader", "florio", (("leader", ("crec",)), ("phone", ()))
        ),
    ],
)
def test_context_survives_the_slots(context: Context):
    assert Context.from_slots(slots(context), FACTS) == context


def test_context_of_a_new_conversation_is_empty():
    assert Context.from_slots({}, FACTS) == NOTHING


def test_context_forgets_a_subject_that_left_the_facts():
    facts = without("danehy", "aces")
    context = Context("leader", ("crec", "aces"), ("aces",), "leader")
    assert Context.from_slots(slots(context), facts) == Context("leader", ("crec",), (), "leader")
    assert resolve(Heard("repeat"), Context.from_slots(slots(context), facts), facts) == Question("leader", ("crec",))


def test_context_forgets_an_aspect_that_left_the_facts():
    gone = {**slots(ABOUT_CREC), "aspect": "horoscope", "answered": "horoscope"}
    assert Context.from_slots(gone, FACTS) == Context(None, ("crec",), (), None)


def test_context_of_yesterday_is_not_carried_over():
    domain = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    assert domain["session_config"]["carry_over_slots_to_new_session"] is False
    assert 0 < domain["session_config"]["session_expiration_time"] <= 24 * 60


# Asking back


def test_context_options_are_the_nearest_with_an_answer():
    heard = Heard("nlu_fallback", "crec?", ("crec",), options=("phone", "leader", "greet", "definition"))
    assert options(heard, NOTHING, FACTS) == [
        Question("leader", ("crec",)),
        Question("definition", ("crec",)),
    ]


def test_context_options_take_up_the_talk_so_far():
    heard = Heard("nlu_fallback", "when?", options=("founding",))
    assert options(heard, ABOUT_ALLIANCE, FACTS) == [Question("founding", ("alliance",))]


@pytest.mark.parametrize("option", ["founding", "phone"])
def test_context_options_about_nobody_are_none(option: str):
    assert options(Heard("nlu_fallback", "hm?", options=(option,)), NOTHING, FACTS) == []


@pytest.mark.parametrize("intent", FOLLOW_UPS)
@pytest.mark.parametrize(
    "after", [NOTHING, ABOUT_CREC, ABOUT_ALLIANCE, Context("phone", ("crec",)), Context(None, ("crec",))]
)
@pytest.mark.parametrize("names", [(), ("aces",), ("kitching", "crec"), ("csde", "resc")])
def test_context_whatever_is_followed_up_is_about_what_the_facts_know(
    intent: str, after: Context, names: Tuple[str, ...]
):
    question = resolve(Heard(intent, "", names), after, FACTS)
    assert question is None or (question.aspect in FACTS.aspects and set(question.subjects) <= set(FACTS.subjects))


# On a site of a subject's own


def on_the_site_of(home: Any, text: str, intent: str = "leader", after: Context = NOTHING) -> Any:
    return asked(intent, text, after=at_home(Heard(intent, text), after, home, FACTS))


@pytest.mark.parametrize(
    "text",
    [
        "who is our director",
        "who leads you",
        "who runs us?",
        "your director?",
        "who is the director",
        "Who's in charge",
    ],
)
def test_context_at_home_our_director_is_the_directors_of_the_site(text: str):
    assert on_the_site_of("crec", text) == ("leader", ("crec",))
    assert on_the_site_of("aces", text) == ("leader", ("aces",))
    assert on_the_site_of(None, text) == ("leader", ("resc",))


@pytest.mark.parametrize("text", ["your phone number", "do you have a phone number", "the phone number", "call us"])
def test_context_at_home_a_decline_is_about_the_site(text: str):
    assert on_the_site_of("crec", text, "phone") == ("phone", ("crec",))


def test_context_at_home_a_talk_about_another_goes_on_unless_it_says_our():
    about_aces = Context("leader", ("aces",), (), "leader")
    assert on_the_site_of("crec", "who is its director", after=about_aces) == ("leader", ("aces",))
    assert on_the_site_of("crec", "can you tell me who leads it", after=about_aces) == ("leader", ("aces",))
    assert on_the_site_of("crec", "could you give us its phone number", "phone", about_aces) == ("phone", ("aces",))
    assert on_the_site_of("crec", "and our director?", after=about_aces) == ("leader", ("crec",))


def test_context_at_home_what_a_center_has_no_answer_to_is_about_what_the_question_is_about():
    assert on_the_site_of("crec", "how many are there", "count") == ("count", ("resc",))
    assert on_the_site_of("crec", "can you tell me how many there are", "count") == ("count", ("resc",))


def test_context_at_home_who_is_named_is_meant():
    heard = Heard("leader", "who leads ACES, our neighbour", ("aces",), {"aces": "ACES"})
    question = resolve(heard, at_home(heard, NOTHING, "crec", FACTS), FACTS)
    assert question is not None and question.subjects == ("aces",)


@pytest.mark.parametrize("home", [None, "", "nobody", "CREC"])
def test_context_at_home_of_nobody_is_the_talk_so_far(home: Any):
    assert at_home(Heard("leader", "our director"), ABOUT_CREC, home, FACTS) == ABOUT_CREC


# Whether a message among people is for the bot


@pytest.mark.parametrize(
    "intents, expected",
    [
        (["leader"], True),
        (["address"], True),  # a decline is an answer
        (["ellipsis"], True),
        (["nlu_fallback"], True),
        (["greet", "leader"], True),
        (["out_of_scope", "leader"], True),
        (["out_of_scope"], False),
        (["greet"], False),
        (["thank", "goodbye"], False),
        ([], False),
    ],
    ids=str,
)
def test_context_asks_something_is_more_than_talk(intents, expected):
    assert asks_something(intents, FACTS) is expected


# What was told in the last answer: "the second one", "those initials"

ABOUT_PARTNERS = Context("partners", ("resc",), (), "partners")
ABOUT_MEMBERS = Context("members", ("resc",), (), "members")
CENTERS = FACTS.of_kind("center")


@pytest.mark.parametrize(
    ("intent", "text", "expected"),
    [
        ("expansion", "what do those initials mean", ("csde", "oec")),
        ("expansion", "spell out the second acronym", ("oec",)),
        ("expansion", "the former, written out", ("csde",)),
        ("expansion", "the early childhood one, written out", ("oec",)),
        ("address", "where is the first one", ("csde",)),
    ],
)
def test_context_what_was_told_is_picked_by_a_word_or_its_place(intent: str, text: str, expected: Tuple[str, ...]):
    assert asked(intent, text, after=ABOUT_PARTNERS) == (intent, expected)


@pytest.mark.parametrize(("which", "place"), [("the first one", 0), ("the third", 2), ("the last one", 5)])
def test_context_of_a_list_one_is_picked_by_its_place(which: str, place: int):
    assert asked("leader", f"who runs {which}", after=ABOUT_MEMBERS) == ("leader", (CENTERS[place],))


@pytest.mark.parametrize(
    "text", ["how are those funded", "how are they funded", "the first year, how were they funded"]
)
def test_context_what_is_asked_of_all_is_not_asked_of_each_that_was_told(text: str):
    assert asked("funding", text, after=ABOUT_MEMBERS) == ("funding", ("resc",))


def test_context_follow_up_picks_from_what_was_told():
    one = remember([Question("expansion", ("oec",))], ABOUT_PARTNERS, FACTS)
    assert asked("ellipsis", "now the first", after=one) == ("expansion", ("csde",))
    assert asked("others", "and the other", after=one) == ("expansion", ("csde",))
    assert asked("address", "where is the other one", after=one) == ("address", ("csde",))


def test_context_the_last_of_a_list_after_its_first():
    first = remember([Question("leader", (CENTERS[0],))], ABOUT_MEMBERS, FACTS)
    assert asked("others", "and the last", after=first) == ("leader", (CENTERS[-1],))


def test_context_a_list_that_was_told_keeps_its_order():
    third = remember([Question("definition", (CENTERS[2],))], ABOUT_MEMBERS, FACTS)
    after = remember([Question("leader", (CENTERS[2],))], third, FACTS)
    assert asked("leader", "and the last one", after=after) == ("leader", (CENTERS[5],))
    assert asked("leader", "the fifth one", after=after) == ("leader", (CENTERS[4],))


@pytest.mark.parametrize("aspect", ["governance", "board_details"])
def test_context_how_many_after_a_board_are_its_members(aspect: str):
    assert asked("count", "how many?", after=Context(aspect, ("resc",))) == ("board_details", ("resc",))


@pytest.mark.parametrize("text", ["who leads it?", "and its director?", "who is in charge there"])
def test_context_who_leads_it_with_nothing_before_is_asked_back(text: str):
    assert asked("leader", text) is None
    assert asked("leader", text, after=ABOUT_CREC) == ("leader", ("crec",))


# A day for what was told of another


@pytest.mark.parametrize("aspect", ["reaffirmed", "contents"])
@pytest.mark.parametrize(("intent", "text"), [("founding", "which month was this?"), ("founder", "who made it?")])
def test_context_the_date_of_what_was_reaffirmed_is_that_of_the_accord(aspect: str, intent: str, text: str):
    after = Context(aspect, ("alliance",), (), aspect)
    assert asked(intent, text, after=after) == (intent, ("accord",))


def test_context_the_date_of_anything_else_is_its_own():
    assert asked("founding", "when was that?", after=ABOUT_ALLIANCE) == ("founding", ("alliance",))


# Persons and their places


@pytest.mark.parametrize("text", ["and is his shop a RESC", "and that's one of the six?"])
def test_context_a_place_that_is_somebodys_is_what_that_person_leads(text: str):
    after = Context("person", ("florio",), (), "person")
    assert asked("membership", text, after=after) == ("membership", ("crec",))


@pytest.mark.parametrize("text", ["Kate Ericson runs it, yeah?", "Kate Ericson is the director there, isn't she?"])
@pytest.mark.parametrize("talked", ["aces", "danehy"])
def test_context_a_person_and_the_place_talked_about_are_a_claim(text: str, talked: str):
    heard = Heard("leader", text, ("ericson",), {"ericson": "Kate Ericson"})
    question = resolve(heard, Context("membership", (talked,), (), "membership"), FACTS)
    assert question and (question.subjects, question.claimed_leader) == (("aces",), "ericson")


def test_context_a_person_without_a_place_is_no_claim():
    assert asked("leader", "Kate Ericson leads what", "ericson", after=ABOUT_CREC) == ("leader", ("ericson",))


# What a follow-up says in passing


@pytest.mark.parametrize("intent", ["ellipsis", "correction"])
def test_context_follow_up_that_says_boss_is_about_who_leads(intent: str):
    after = Context("founding", ("resc",), (), "founding")
    assert asked(intent, "same question about the boss, only for LEARN", "learn", after=after) == ("leader", ("learn",))


def test_context_follow_up_that_says_one_too_is_about_membership():
    after = Context("towns", ("edadvance",), (), "leader")
    assert asked("ellipsis", "and LEARN, that's one too?", "learn", after=after) == ("membership", ("learn",))


@pytest.mark.parametrize("text", ["EASTCONN then?", "fair. EASTCONN", "no problem. and EASTCONN"])
def test_context_then_after_a_decline_goes_back_to_what_had_an_answer(text: str):
    after = Context("tenure", ("ericson",), (), "leader")
    assert asked("ellipsis", text, "eastconn", after=after) == ("leader", ("eastconn",))


def test_context_follow_up_of_two_kinds_is_about_the_narrower():
    text = "the other accord, the one of the RESCs"
    assert asked("correction", text, "accord", "resc", after=Context("definition")) == ("definition", ("accord",))


def test_context_follow_up_about_a_person_leaves_the_rest():
    text = "the other Florio, the one with a RESC"
    assert asked("correction", text, "florio", "resc", after=Context("person")) == ("person", ("florio",))


@pytest.mark.parametrize("text", ["and the directors of all these ones?", "now their bosses"])
def test_context_others_who_lead_are_the_list_of_leaders(text: str):
    assert asked("others", text, after=ABOUT_MEMBERS) == ("leader", ("resc",))


@pytest.mark.parametrize("aspect", ["person", "title", "leads"])
def test_context_others_after_who_somebody_is_are_all_who_lead(aspect: str):
    assert asked("others", "and the others?", after=Context(aspect, ("eastconn",), (), aspect)) == ("leader", ("resc",))


def test_context_repeat_after_a_decline_is_of_what_had_an_answer():
    assert asked("repeat", "say that again", after=Context("wording", ("resc",), (), "law")) == ("law", ("resc",))
    assert asked("repeat", "say that again", after=Context("wording", ("resc",))) == ("wording", ("resc",))


def test_context_repeat_that_says_boss_is_about_who_leads():
    after = Context("jobs", ("edadvance",), (), "definition")
    assert asked("repeat", "can I ask again, the boss there", after=after) == ("leader", ("edadvance",))


def test_context_repeat_that_says_when_is_about_the_date():
    after = Context("reason", ("alliance",), (), "reason")
    assert asked("repeat", "sorry, bad ear, when did you say", after=after) == ("founding", ("alliance",))
    assert asked("repeat", "say that again when you can", after=after) == ("reason", ("alliance",))


def test_context_the_former_after_the_latter_of_two_kinds():
    both = remember([Question("definition", ("alliance", "accord"))], NOTHING, FACTS)
    assert asked("founding", "the latter dates from when?", after=both) == ("founding", ("accord",))
    latter = remember([Question("founding", ("accord",))], both, FACTS)
    assert asked("founding", "and the former, when?", after=latter) == ("founding", ("alliance",))


# Others of a like name


def test_context_after_another_accord_ours_is_the_resc_one():
    after = named(Heard("definition", "what is the Paris Accord", strangers=("the Paris Accord",)), NOTHING, FACTS)
    assert asked("founding", "when was it signed", after=after) is None  # not ours
    assert asked("definition", "the RESC one, what is it", after=after) == ("definition", ("accord",))
    assert asked("correction", "no, the RESC one", after=after) == ("definition", ("accord",))


@pytest.mark.parametrize(
    ("stranger", "ours"), [("the Alliance for Progress", "alliance"), ("Climate Accord", "accord")]
)
def test_context_after_another_s_date_ours_is_asked_for_its_date(stranger, ours):
    heard = Heard("out_of_scope", f"when was {stranger} signed", strangers=(stranger,), options=("news", "founding"))
    after = named(heard, NOTHING, FACTS)
    assert asked("correction", "I meant the RESCs' own", after=after) == ("founding", (ours,))


def test_context_a_question_about_somebody_else_leaves_the_talk_as_it_was():
    assert named(Heard("leader", "who leads BOCES", strangers=("BOCES",)), ABOUT_CREC, FACTS) == ABOUT_CREC


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("the RESC one, what is it", "RESC", True),
        ("not Paris, the RESC one", "the RESC", True),
        ("I meant the RESCs' own", "the RESCs", True),
        ("is a RESC one of those", "RESC", True),
        ("what is a RESC", "RESC", False),
        ("the CREC one", "CREC", False),
    ],
)
def test_context_says_which_one_by_a_name_that_a_longer_one_begins_with(text: str, name: str, expected: bool):
    assert says_which_one(text, name, FACTS) is expected
