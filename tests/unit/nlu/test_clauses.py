"""A message and the questions in it: where it is cut, and which parts ask."""

from __future__ import annotations

import time
from typing import List

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from ask_resc.nlu.clauses import (
    CLAUSE_OF,
    HALF,
    MAX_CLAUSES,
    ClauseSplitter,
    asking,
    halves,
    is_list,
    marks_written,
    split,
)


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        (
            "who leads CREC and when was the Alliance formed?",
            ["who leads CREC", "when was the Alliance formed?"],
        ),
        ("who leads CREC? and ACES?", ["who leads CREC?", "and ACES?"]),
        ("who leads CREC, what is ACES", ["who leads CREC", "what is ACES"]),
        ("what is CREC; who leads it", ["what is CREC", "who leads it"]),
        ("what is CREC\nwho leads it", ["what is CREC", "who leads it"]),
        ("what is CREC\n\n\nwho leads it\n", ["what is CREC", "who leads it"]),
        ("what is CREC - who leads it", ["what is CREC", "who leads it"]),
        ("what is CREC... who leads it", ["what is CREC", "who leads it"]),
        ("what is the Alliance, and who formed it", ["what is the Alliance", "who formed it"]),
        ("what is CREC and in which year was it formed", ["what is CREC", "in which year was it formed"]),
        ("I work at a school. Who leads CREC?", ["I work at a school.", "Who leads CREC?"]),
        ("It began in 1972. Which law was that?", ["It began in 1972.", "Which law was that?"]),
        ("What is CREC?Who leads it?", ["What is CREC?", "Who leads it?"]),
        ("who leads CES + what town is it in", ["who leads CES", "what town is it in"]),
        ("who leads CES, and would you have the number", ["who leads CES", "would you have the number"]),
        ("what is CREC, and until what year", ["what is CREC", "until what year"]),
        ("ok! thanks! who leads CREC", ["ok!", "thanks!", "who leads CREC"]),
        ("who runs CES, doing place cards", ["who runs CES", "doing place cards"]),
        ("who runs CES, it's for a letter", ["who runs CES", "it's for a letter"]),
        ("lol perfect ok and the mission", ["lol perfect", "ok and the mission"]),
        ("what is CES adn who leads it", ["what is CES", "who leads it"]),
        ("why did they form it and when", ["why did they form it", "when"]),
        ("is CES in it, and if so who leads it", ["is CES in it", "who leads it"]),
        ("head of CES + a phone number", ["head of CES", "a phone number"]),
        ("need by 2: what it is, month/yr", ["need by 2", "what it is", "month/yr"]),
        ("memo. pls: the mission; which offices", ["memo.", "pls", "the mission", "which offices"]),
        ("who leads CREC, and whether it is a RESC", ["who leads CREC", "whether it is a RESC"]),
    ],
)
def test_clauses_are_cut_apart(text: str, clauses: List[str]):
    assert split(text) == clauses


@pytest.mark.parametrize(
    "text",
    [
        "who leads CREC?", "who leads CREC and ACES?", "who leads CREC, ACES and LEARN",
        "who is Greg J. Florio?",
        "who is Dr. Florio?", "is Mr. Protulis in charge?", "what is C.R.E.C. about",
        "a fee-for-service agency",
        "what does Connecticut General Statute 10-66a say", "who leads CREC/ACES", "CREC",
        "the Alliance & the Accord",
        "do they work with schools and towns?",
        "who leads each, including CREC", "when, exactly, was the Accord made", "what, pray, is this Accord",
    ],
)  # fmt: skip
def test_clauses_one_question_stays_whole(text: str):
    assert split(text) == [text]


@pytest.mark.parametrize("text", ["", " ", "?", "?!...", " - ; \n", "🙂"])
def test_clauses_without_a_word_are_none(text: str):
    assert split(text) == []


@pytest.mark.parametrize("text", ["is CREC a school or what?", "who leads CREC, who?", "is it one or not, who"])
def test_clauses_a_bare_question_word_is_none_of_its_own(text: str):
    assert len(split(text)) == 1


def test_clauses_are_not_too_many_and_the_last_ones():
    text = " ".join(f"what is number {n}?" for n in range(20))
    assert split(text) == [f"what is number {n}?" for n in range(20 - MAX_CLAUSES, 20)]


pieces = st.sampled_from(
    ["who leads CREC", "and", ", ", "? ", ". ", "\n", " - ", "...", "what is it", "1972.", "Dr.", " "]
)


@given(st.text(max_size=200) | st.lists(pieces, max_size=30).map("".join))
def test_clauses_stand_in_the_text_in_order(text: str):
    clauses = split(text)
    at = 0
    for clause in clauses:
        assert clause
        at = text.index(clause, at) + len(clause)
    assert len(clauses) <= MAX_CLAUSES


@pytest.mark.parametrize(
    "unit",
    [
        "?",
        " ",
        "\n",
        " \n",
        ". ",
        "a.",
        "-",
        " - ",
        "and ",
        "hm",
        "who ",
        ",",
        ", who ",
        "and who and ",
        "um um ",
        "'",
    ],
)
def test_clauses_of_a_hostile_text_are_cut_at_once(unit: str):
    text = (unit * 1000)[:1000]
    began = time.perf_counter()
    asking(split(text))
    assert time.perf_counter() - began < 0.5


# Which of them ask


@pytest.mark.parametrize(
    ("clauses", "asks"),
    [
        (["I work at a school.", "Who leads CREC?"], [False, True]),
        (["Good morning.", "could you tell me who leads CREC"], [False, True]),
        (["my boss is away", "who leads CREC"], [False, True]),
        (["who leads CREC", "when was the Alliance formed?"], [True, True]),
        (["Please name the leader of CREC.", "It is for a form."], [True, False]),
        (["who leads CREC?", "and ACES?"], [True, True]),
        (["Which towns?", "I want a list"], [True, False]),
        (["ok, and what is the Accord", "thanks so much"], [True, False]),
    ],
)
def test_clauses_that_ask_are_told_from_remarks(clauses: List[str], asks: List[bool]):
    assert asking(clauses) == asks


@pytest.mark.parametrize(
    "clause",
    ["I need the name of the director", "I would like to know the mission", "my question is about it"],
)
def test_clauses_a_wish_asks_where_nothing_is_asked_plainly(clause: str):
    assert asking(["I work at a school", clause]) == [False, True]


@pytest.mark.parametrize("text", ["need: the statute, a date", "Two things: the date and the law", "CES + ACES"])
def test_clauses_of_a_list_are_told(text: str):
    assert is_list(text)


@pytest.mark.parametrize("text", ["I need the date", "what is it: a school?", "C++ courses", "who leads CES; and ACES"])
def test_clauses_of_anything_else_are_no_list(text: str):
    assert not is_list(text)


def test_clauses_of_nothing_ask_nothing():
    assert asking([]) == []


# The component


def splitter() -> ClauseSplitter:
    return ClauseSplitter.create({}, None, None, None)


def test_clauses_follow_their_message_and_point_at_it():
    message = Message({TEXT: "what is CREC? who leads it?"})
    first, *clauses = splitter().process([message])
    assert first is message
    assert [(clause.get(TEXT), clause.get(CLAUSE_OF)) for clause in clauses] == [
        ("what is CREC?", message),
        ("who leads it?", message),
    ]


@pytest.mark.parametrize("data", [{TEXT: "who leads CREC?"}, {TEXT: ""}, {TEXT: None}, {}])
def test_clauses_message_of_one_or_none_stays_alone(data: dict[str, str]):
    message = Message(data)
    assert splitter().process([message]) == [message]


def test_clauses_of_several_messages_stay_with_their_own():
    two = [Message({TEXT: "what is CREC? who leads it?"}), Message({TEXT: "hello"})]
    assert [m.get(CLAUSE_OF) for m in splitter().process(two)] == [None, two[0], two[0], None]


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("head of ACES and an email for that office", ["head of ACES", "an email for that office"]),
        ("the boss of CREC & its address", ["the boss of CREC", "its address"]),
        ("who leads CREC and ACES", []),
        ("the law, and the mission and the number of them", []),
        ("and the others?", []),
        ("", []),
    ],
)
def test_clauses_halves_are_two_things_asked_for_at_once(text: str, both: List[str]):
    assert halves(text) == both


def test_clauses_halves_follow_a_message_of_one_clause_alone():
    splitter = ClauseSplitter()
    one, two = (
        Message({TEXT: "the boss of CREC and its address"}),
        Message({TEXT: "who is he? and the boss and its law"}),
    )
    assert [(m.get(TEXT), m.get(HALF)) for m in splitter.process([one])[1:]] == [
        ("the boss of CREC", True),
        ("its address", True),
    ]
    assert not any(m.get(HALF) for m in splitter.process([two]))


# Dictated


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("name of the director period", "name of the director."),
        ("who leads CREC question mark", "who leads CREC?"),
        ("thanks comma who leads CREC question mark", "thanks, who leads CREC?"),
        ("great exclamation point", "great!"),
        ("who leads CREC period and who leads ACES", "who leads CREC. and who leads ACES"),
        ("over what period", "over what period"),
        ("for the period", "for the period"),
        ("a comma separated list", "a comma separated list"),
        ("the period of the accord", "the period of the accord"),
    ],
)
def test_clauses_marks_that_were_dictated_are_written(text: str, written: str):
    assert marks_written(text) == written


def test_clauses_of_a_dictated_message_are_cut_at_its_marks():
    messages = ClauseSplitter().process([Message({TEXT: "what is CREC question mark who leads it question mark"})])
    assert [message.get(TEXT) for message in messages] == [
        "what is CREC? who leads it?",
        "what is CREC?",
        "who leads it?",
    ]
