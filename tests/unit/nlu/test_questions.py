"""From chances to questions: sure enough or not, one question or several, and what is handed on.

Names are found for real; the chances of each text are given, so that no training decides these tests.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any, Dict, List

import pytest
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa_sdk import Tracker

from actions.dialogue import heard
from ask_resc.context import Heard
from ask_resc.facts.live import LiveFacts
from ask_resc.nlu import questions
from ask_resc.nlu.checks import CHECKS, OUT_OF_SCOPE, UNSURE
from ask_resc.nlu.clauses import CLAUSE_OF, HALF
from ask_resc.nlu.intent import CHANCES
from ask_resc.nlu.questions import QUESTIONS, QuestionCollector
from ask_resc.nlu.subjects import SubjectRecognizer
from ask_resc.settings import PROJECT
from tests.unit.nlu.featurizer_checks import created, tokenized

Chances = Dict[str, float]
THRESHOLDS = {"sure": 0.4, "unsure": 0.2, "doubt": 0.3, "named": 0.5, "stray": 0.6, "half": 0.8, "max_questions": 3}
LEADER = {"leader": 0.9, "phone": 0.05, "greet": 0.05}
PHONE = {"phone": 0.95, "leader": 0.05}
FOUNDING = {"founding": 0.9, "phone": 0.1}
ELSEWHERE = {OUT_OF_SCOPE: 0.95, "leader": 0.05}
GREET = {"greet": 0.95, "leader": 0.05}


@pytest.fixture
def names(tmp_path: Path) -> SubjectRecognizer:
    component: SubjectRecognizer = created(SubjectRecognizer, tmp_path)[0]
    return component


class Asker:
    """Says something with given chances; each clause, too, where there are several."""

    def __init__(self, names: SubjectRecognizer, **options: Any) -> None:
        config = {**QuestionCollector.get_default_config(), **THRESHOLDS, **options}
        self._collector = QuestionCollector.create(config, None, None, None)
        self._names = names

    def __call__(self, text: str, chances: Chances, *clauses: Any, half: bool = False) -> Message:
        whole = self._message(text, chances)
        parts = [self._message(part, its) for part, its in clauses]
        for part in parts:
            part.set(CLAUSE_OF, whole)
            part.set(HALF, half)
        [message] = self._collector.process([whole, *parts])
        return message

    def _message(self, text: str, chances: Chances) -> Message:
        message = tokenized(text)
        self._names.process([message])
        message.set(CHANCES, chances)
        return message


@pytest.fixture
def ask(names: SubjectRecognizer) -> Asker:
    return Asker(names)


@pytest.fixture
def plain(names: SubjectRecognizer) -> Asker:
    """Without the checks on words, which may see what chances do not."""
    return Asker(names, without=list(CHECKS))


def intents(message: Message) -> List[str]:
    return [question["intent"] for question in message.get(QUESTIONS)]


# Sure enough?


def test_questions_surely_understood_is_handed_on_with_its_certainty(ask: Asker):
    message = ask("who leads CREC?", LEADER)
    assert intents(message) == ["leader"]
    assert message.get(INTENT) == {"name": "leader", "confidence": pytest.approx(0.9)}


def test_questions_that_share_an_answer_add_up(ask: Asker):
    # Under no one's name but all the same answer: who leads CREC.
    alike = {"leader": 0.3, "leads": 0.25, "person": 0.25, "title": 0.1, "phone": 0.1}
    [question] = ask("Florio of CREC then", alike).get(QUESTIONS)
    assert question["intent"] in alike and question["intent"] != "phone"
    assert question["confidence"] > max(alike.values())


def test_questions_without_an_answer_add_up_to_a_decline(ask: Asker):
    spread = {"phone": 0.2, "email": 0.2, "address": 0.2, "leader": 0.4}
    assert intents(ask("reach CREC", spread)) == [OUT_OF_SCOPE]


def test_questions_without_an_answer_are_declined_by_their_topic_where_it_stands_out(ask: Asker):
    assert intents(ask("number of CREC", {"phone": 0.55, "email": 0.05, "leader": 0.4})) == ["phone"]


def test_questions_likely_enough_to_ask_back_are(ask: Asker):
    assert intents(ask("CREC hm", {"leader": 0.3, "definition": 0.25, "mission": 0.25, "phone": 0.2})) == [UNSURE]


def test_questions_with_no_likely_meaning_are_declined(ask: Asker):
    aspects = [
        "leader",
        "definition",
        "mission",
        "law",
        "funding",
        "savings",
        "partners",
        "audience",
        "access",
        "count",
    ]
    message = ask("CREC hm", dict.fromkeys(aspects, 0.1))
    assert intents(message) == [OUT_OF_SCOPE]


def test_questions_state_no_fact_where_a_decline_is_likely(plain: Asker):
    assert intents(plain("who leads CREC?", {"leader": 0.6, "salary": 0.4})) == [UNSURE]


def test_questions_small_talk_is_no_matter_of_doubt(ask: Asker):
    assert intents(ask("hello there", {"greet": 0.6, "phone": 0.4})) == ["greet"]


def test_questions_thresholds_come_from_the_config(names: SubjectRecognizer):
    chances = {"leader": 0.6, "definition": 0.4}
    plain = partial(Asker, names, without=list(CHECKS))
    assert intents(plain(sure=0.5)("CREC", chances)) == ["leader"]
    assert intents(plain(sure=0.7)("CREC", chances)) == [UNSURE]
    assert intents(plain(sure=0.9, unsure=0.7)("CREC", chances)) == [OUT_OF_SCOPE]


def test_questions_message_without_chances_is_out_of_scope(ask: Asker):
    message = Message({TEXT: "?"})
    ask._collector.process([message])
    assert intents(message) == [OUT_OF_SCOPE]
    assert message.get(INTENT)["name"] == OUT_OF_SCOPE


@pytest.mark.parametrize("intent", ["repeat", "more", "others"])
def test_questions_long_message_is_no_mere_follow_up(ask: Asker, intent: str):
    short, chances = "and again please", {intent: 0.7, OUT_OF_SCOPE: 0.3}
    assert intents(ask(short, chances)) == [intent]
    assert intents(ask(" ".join(["my"] * 40), chances)) == [OUT_OF_SCOPE]
    surely = {intent: 0.9, OUT_OF_SCOPE: 0.1}
    assert intents(ask(" ".join(["my"] * 20), surely)) == [intent]


def test_questions_checks_have_a_say(names: SubjectRecognizer):
    said = ("which of them is a Dr?", {OUT_OF_SCOPE: 1.0})
    assert intents(Asker(names)(*said)) == ["title"]
    assert intents(Asker(names, without=["title_in_name"])(*said)) == [OUT_OF_SCOPE]


# One question or several?


def test_questions_two_in_a_message_are_both_asked_in_order(ask: Asker):
    message = ask(
        "who leads CREC and when was the Alliance formed?", LEADER,
        ("who leads CREC", LEADER), ("when was the Alliance formed?", FOUNDING),
    )  # fmt: skip
    assert [(q["intent"], q["subjects"]) for q in message.get(QUESTIONS)] == [
        ("leader", ["crec"]),
        ("founding", ["alliance"]),
    ]


def test_questions_asked_twice_are_answered_once(ask: Asker):
    message = ask("who leads CREC? who runs CREC?", LEADER, ("who leads CREC?", LEADER), ("who runs CREC?", LEADER))
    assert intents(message) == ["leader"]


def test_questions_of_a_message_are_not_too_many_and_the_last_ones(names: SubjectRecognizer):
    centers = ["CREC", "ACES", "CES", "LEARN", "EASTCONN"]
    clauses = [(f"who leads {center}?", LEADER) for center in centers]
    message = Asker(names, max_questions=2)(" ".join(text for text, _ in clauses), LEADER, *clauses)
    assert [q["subjects"] for q in message.get(QUESTIONS)] == [["learn"], ["eastconn"]]


def test_questions_greeting_before_a_question_is_not_answered(ask: Asker):
    message = ask("Hello! who leads CREC?", LEADER, ("Hello!", GREET), ("who leads CREC?", LEADER))
    assert intents(message) == ["leader"]
    assert message.get(INTENT)["name"] == "leader"


def test_questions_greeting_alone_is(ask: Asker):
    assert intents(ask("Hello! Hi!", GREET, ("Hello!", GREET), ("Hi!", GREET))) == ["greet"]


def test_questions_remark_before_a_question_is_not_answered(ask: Asker):
    remark = ("I work at a school.", {"jobs": 0.9, "leader": 0.1})
    message = ask(
        "I work at a school. who leads CREC?",
        {"leader": 0.5, "jobs": 0.5},
        remark,
        ("who leads CREC?", LEADER),
    )
    assert [(q["intent"], q["subjects"]) for q in message.get(QUESTIONS)] == [("leader", ["crec"])]


def test_questions_name_in_a_remark_is_what_the_question_is_about(ask: Asker):
    remark = ("I saw a letter from EdAdvance.", {OUT_OF_SCOPE: 0.9, "leader": 0.1})
    message = ask(
        "I saw a letter from EdAdvance. who runs it?",
        {"leader": 0.6, OUT_OF_SCOPE: 0.4},
        remark,
        ("who runs it?", LEADER),
    )
    assert [(q["intent"], q["subjects"]) for q in message.get(QUESTIONS)] == [("leader", ["edadvance"])]


def test_questions_person_in_a_remark_is_paired_with_the_center_of_the_question(ask: Asker):
    whole = "Kate Ericson, is she at CREC?"
    message = ask(whole, {"leads": 0.9}, ("Kate Ericson", {"person": 0.9}), ("is she at CREC?", {"leads": 0.9}))
    assert [q["subjects"] for q in message.get(QUESTIONS)] == [["ericson", "crec"]]


def test_questions_follow_up_before_a_question_only_says_what_it_is_about(ask: Asker):
    back, phone = {"back_to": 0.95, "leader": 0.05}, {"phone": 0.95, "leader": 0.05}
    clauses = [("back to CREC.", back), ("what's the phone?", phone)]
    message = ask("back to CREC. what's the phone?", {"back_to": 0.7, "phone": 0.3}, *clauses)
    assert [(q["intent"], q["subjects"]) for q in message.get(QUESTIONS)] == [("phone", ["crec"])]


def test_questions_second_that_is_surely_about_something_else_is_declined(ask: Asker):
    message = ask(
        "who leads CREC and what's for lunch?",
        LEADER,
        ("who leads CREC", LEADER),
        ("what's for lunch?", ELSEWHERE),
    )
    assert intents(message) == ["leader", OUT_OF_SCOPE]
    assert message.get(INTENT)["name"] == "leader"


def test_questions_halves_that_are_surely_two_are_both_asked(ask: Asker):
    message = ask(
        "the boss of CREC and an email for them",
        PHONE,
        ("the boss of CREC", LEADER),
        ("an email for them", PHONE),
        half=True,
    )
    assert [(q["intent"], q["subjects"]) for q in message.get(QUESTIONS)] == [("leader", ["crec"]), ("phone", ["crec"])]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("the boss of CREC", LEADER), ("an email", {"phone": 0.7, "leader": 0.3})),  # not surely
        (("the boss of CREC", LEADER), ("the head of it", LEADER)),  # the same
        (("the boss of CREC", LEADER), ("the Alliance", FOUNDING)),  # a name
        (("the boss", LEADER), ("the phone of CREC", PHONE)),  # whose comes last
        (("the boss of CREC", LEADER), ("the weather", ELSEWHERE)),
        (("the boss of CREC", LEADER), ("a good day", GREET)),
    ],
)
def test_questions_halves_that_are_not_two_are_one(ask: Asker, first: Any, second: Any):
    text = f"{first[0]} and {second[0]}"
    message = ask(text, LEADER, first, second, half=True)
    assert [(q["intent"], q["text"]) for q in message.get(QUESTIONS)] == [("leader", text)]


def test_questions_about_a_stranger_are_all_about_the_stranger(ask: Asker):
    text = "New York's BOCES: when were they founded? And who leads them?"
    clauses = [("when were they founded?", FOUNDING), ("And who leads them?", LEADER)]
    message = ask(text, {"founding": 0.9, OUT_OF_SCOPE: 0.1}, *clauses)
    assert [q["intent"] for q in message.get(QUESTIONS)] == [OUT_OF_SCOPE]


def test_questions_that_point_at_something_else_are_about_that(ask: Asker):
    text = "what is the mill rate and why is it so high"
    message = ask(text, FOUNDING, ("what is the mill rate", ELSEWHERE), ("why is it so high", {"reason": 0.95}))
    assert "reason" not in [q["intent"] for q in message.get(QUESTIONS)]


def test_questions_talk_that_is_not_sure_is_out_of_scope(ask: Asker):
    message = ask("ggghhhjk", {"greet": 0.39, OUT_OF_SCOPE: 0.3, "leader": 0.31})
    assert [q["intent"] for q in message.get(QUESTIONS)] == [OUT_OF_SCOPE]


def test_questions_of_a_short_message_keep_all_its_words(ask: Asker):
    text = "Of those two, which one is a Dr?"
    message = ask(text, GREET, ("Of those two", GREET), ("which one is a Dr?", {"title": 0.95}))
    assert [(q["intent"], q["text"]) for q in message.get(QUESTIONS)] == [("title", text)]


def test_questions_name_after_thanks_is_asked_about(ask: Asker):
    message = ask("Thanks. and ACES", {"thank": 0.95}, ("Thanks.", {"thank": 0.95}), ("and ACES", {"ellipsis": 0.95}))
    assert [(q["intent"], q["subjects"]) for q in message.get(QUESTIONS)] == [("ellipsis", ["aces"])]


def test_questions_what_goes_on_after_thanks_is_asked(ask: Asker):
    message = ask("Thank you. And the exact date", GREET, ("Thank you.", GREET), ("And the exact date", FOUNDING))
    assert intents(message) == ["founding"]
    message = ask("Thank you. You led me well", GREET, ("Thank you.", GREET), ("You led me well", LEADER))
    assert intents(message) == ["greet"]


def test_questions_a_question_behind_a_remark_is_asked_beside_another(ask: Asker):
    first, second = "my kicker is a freshman who leads CREC", "what is its phone number"
    assert intents(ask(f"{first} and {second}", PHONE, (first, LEADER), (second, PHONE))) == ["leader", "phone"]
    known = "you did tell me already and I know who leads CREC"
    assert intents(ask(f"{known}, {second}", PHONE, (known, LEADER), (second, PHONE))) == ["phone"]


def test_questions_what_is_let_go_is_not_asked(ask: Asker):
    first, second = "ok skip the pay.", "Who leads ACES?"
    assert intents(ask(f"{first} {second}", {"salary": 1.0}, (first, {"salary": 1.0}), (second, LEADER))) == ["leader"]


def test_questions_a_claim_at_length_is_not_said_again(ask: Asker):
    first = "Our principal told me that with one of them you can use what all of the others in CREC have."
    again = {"repeat": 0.95, "phone": 0.05}
    assert intents(ask(f"{first} Did I hear right?", LEADER, (first, LEADER), ("Did I hear right?", again))) == [
        "leader"
    ]


def test_questions_about_somebody_of_a_like_name_are_about_nobody_here(ask: Asker):
    first, second = "A Gina Florio signed up.", "What's her job at the RESCs?"
    message = ask(f"{first} {second}", {"title": 0.9}, (first, {"greet": 0.9}), (second, {"title": 0.9}))
    assert [(q["intent"], q["strangers"]) for q in message.get(QUESTIONS)] == [("other_body", ["Gina Florio"])]


def test_questions_a_name_that_says_which_one_is_no_subject(ask: Asker):
    [question] = ask("the RESC one, what is it", {"definition": 1.0}).get(QUESTIONS)
    assert question["subjects"] == []


def test_questions_its_director_is_that_of_the_question_before(ask: Asker):
    first, second = "Is EASTCONN a RESC,", "is its director Kate Ericson?"
    member = {"membership": 0.95, "phone": 0.05}
    message = ask(f"{first} and {second}", member, (first, member), (second, LEADER))
    assert [q["subjects"] for q in message.get(QUESTIONS)] == [["eastconn", "resc"], ["eastconn", "resc", "ericson"]]


def test_questions_notes_are_asked_beside_each_other(ask: Asker):
    law = {"law": 0.95, "phone": 0.05}
    message = ask("need: year founded, statute number", law, ("year founded", FOUNDING), ("statute number", law))
    assert [q["intent"] for q in message.get(QUESTIONS)] == ["founding", "law"]


def test_questions_another_that_is_set_aside_is_not_meant(ask: Asker):
    [question] = ask("not the Honda, the RESC one. date?", FOUNDING).get(QUESTIONS)
    assert (question["intent"], question["strangers"]) == ("founding", [])


def test_questions_which_ones_belongs_to_the_question_before_it(ask: Asker):
    message = ask(
        "do they work with the state? which ones please", FOUNDING,
        ("do they work with the state?", {"partners": 0.95, "phone": 0.05}),
        ("which ones please", {"members": 0.95, "phone": 0.05}),
    )  # fmt: skip
    assert [question["intent"] for question in message.get(QUESTIONS)] == ["partners"]


def test_questions_others_and_who_leads_them_are_one(ask: Asker):
    text = "And the others? Who leads them?"
    message = ask(text, LEADER, ("And the others?", {"others": 0.95}), ("Who leads them?", LEADER))
    assert [q["intent"] for q in message.get(QUESTIONS)] == ["others"]


def test_questions_pasted_text_is_out_of_scope_whatever_a_sentence_looks_like(ask: Asker):
    text = "Dear all, " + "the boiler in the old hall is broken again and we wait for parts " * 4 + "who leads it?"
    message = ask(text, ELSEWHERE, ("the boiler is broken", ELSEWHERE), ("who leads it?", LEADER))
    assert intents(message) == [OUT_OF_SCOPE]


def test_questions_message_comes_back_without_its_clauses(ask: Asker):
    message = ask("who leads CREC? thanks!", LEADER, ("who leads CREC?", LEADER), ("thanks!", {"thank": 1.0}))
    assert message.get(CLAUSE_OF) is None
    assert intents(message) == ["leader"]


# What is handed on


@pytest.mark.parametrize(
    "text",
    [
        "not CREC, CES",
        "I don't mean CREC, CES",
        "CES instead of CREC",
        "CES rather than CREC",
        "it isn't CREC, CES",
    ],
)
def test_questions_names_set_aside_are_told(ask: Asker, text: str):
    [question] = ask(text, {"correction": 0.9, "leader": 0.1}).get(QUESTIONS)
    assert set(question["subjects"]) == {"crec", "ces"}
    assert question["excluded"] == ["crec"]


@pytest.mark.parametrize("text", ["CREC or CES", "CREC not only CES as well", "do not forget: CREC and CES"])
def test_questions_names_that_are_meant_are_not_set_aside(ask: Asker, text: str):
    [question] = ask(text, LEADER).get(QUESTIONS)
    assert "crec" not in question["excluded"]


def test_questions_arrive_at_the_actions_as_they_were_understood(ask: Asker):
    message = ask("which day was the Accord of the center and of Mary Florio made, exactly", FOUNDING)
    sent = json.loads(json.dumps(message.as_dict(only_output_properties=True)))
    [question] = heard(Tracker("a", {}, sent, [], False, None, {}, ""))
    assert question == Heard(
        intent="founding",
        text="which day was the Accord of the center and of Mary Florio made, exactly",
        subjects=("accord",),
        named={"accord": "the Accord"},
        kinds=frozenset({"center"}),
        strangers=("Mary Florio",),
        grain="day",
        options=("founding", "phone"),
    )


def test_questions_of_a_test_story_arrive_as_one_of_its_intent():
    latest = {
        "text": "who leads CREC?",
        "intent": {"name": "leader"},
        "entities": [{"entity": "subject", "value": "crec"}],
    }
    [question] = heard(Tracker("a", {}, latest, [], False, None, {}, ""))
    assert (question.intent, question.text, question.subjects) == ("leader", "who leads CREC?", ("crec",))


def test_questions_are_judged_by_the_facts_as_they_are_now(ask: Asker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "facts.yml"
    text = (PROJECT / "data" / "facts.yml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    live = LiveFacts(file)
    monkeypatch.setattr(questions, "facts", lambda: live)
    chances = {"phone": 0.4, "leader": 0.6}
    assert intents(ask("phone or leader of CREC", chances)) == [UNSURE]  # the phone would be declined
    center = "  crec:\n    kind: center\n"
    assert text.count(center) == 1
    file.write_text(text.replace(center, f"{center}    answers: {{phone: Ring 555 0100.}}\n"), encoding="utf-8")
    assert intents(ask("phone or leader of CREC", chances)) == ["leader"]
