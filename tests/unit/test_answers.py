"""From a question to its reply: kinds, facts, notices, sources, suggestions."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, Dict, Iterator, Tuple

import pytest
from ruamel.yaml import YAML

from ask_resc.answers import GRAINS, Kind, Question, answer, ask_back, out_of_scope, small_talk, without_repeats
from ask_resc.facts.live import facts as live_facts
from ask_resc.facts.model import Answer, Facts
from ask_resc.settings import PROJECT

FACTS = live_facts().current()
RESPONSES = YAML(typ="safe").load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["responses"]


def test_answers_every_kind_has_its_sentence():
    missing = [kind for kind in Kind if f"utter_{kind.value}" not in RESPONSES and kind is not Kind.SMALL_TALK]
    assert missing == []


def sentences(path: Path) -> Iterator[str]:
    """What the program could say: string constants of a module without its docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    notes = {n.value for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    yield from (
        n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and n not in notes
    )


def test_answers_no_fact_stands_in_code_domain_or_training_data():
    names = [p for s in FACTS.subjects.values() if s.leads for p in s.name.split() if len(p) > 2]
    centers = [FACTS.subjects[c].name for c in FACTS.of_kind("center") if FACTS.subjects[c].name != "LEARN"]
    pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, [*names, *centers]))}|1972|10-66a|July 2021|1990s)\b")
    data = [PROJECT / "domain.yml", *(p for p in PROJECT.glob("data/**/*.yml") if p.name != "facts.yml")]
    code = [*PROJECT.glob("ask_resc/**/*.py"), *PROJECT.glob("actions/*.py")]
    said = {p.name: p.read_text(encoding="utf-8").splitlines() for p in data}
    said.update({p.name: list(sentences(p)) for p in code})
    found = [(name, text) for name, texts in said.items() for text in texts if pattern.search(text)]
    assert found == []


def filled() -> Iterator[Tuple[str, str]]:
    return ((s, a) for s in FACTS.subjects for a in FACTS.aspects_of(s))


@pytest.mark.parametrize(("subject", "aspect"), filled())
def test_answers_a_filled_cell_is_answered_with_its_source(subject: str, aspect: str):
    [reply] = answer(Question(aspect, (subject,)), FACTS)
    assert reply.kind is Kind.ANSWERED and reply.answer and reply.sources
    assert set(reply.sources) <= set(FACTS.sources)
    assert not re.search(r"[{}]", reply.answer)
    assert len(reply.suggestions) <= 3


def empty() -> Iterator[Tuple[str, str]]:
    return ((s, a) for s in FACTS.subjects for a in FACTS.aspects if FACTS.answer(s, a) is None)


@pytest.mark.parametrize(("subject", "aspect"), empty())
def test_answers_an_empty_cell_is_declined_without_a_fact(subject: str, aspect: str):
    [reply] = answer(Question(aspect, (subject,)), FACTS)
    assert reply.kind is Kind.NO_FACT and reply.topic == FACTS.aspects[aspect].name
    assert reply.answer == "" and reply.notices == () and reply.sources == ()
    said = f"{reply.topic} {reply.subject}"
    assert not any(s.name.split()[-1] in said for s in FACTS.subjects.values() if s.leads)
    assert not re.search(r"\d{4}", said)


def test_answers_a_decline_calls_the_subject_as_the_asker_did():
    [reply] = answer(Question("phone", ("crec",), {"crec": "the c.r.e.c."}), FACTS)
    assert reply.subject == "the c.r.e.c."
    assert "Who leads CREC?" in reply.suggestions


def changed(change: Dict[str, Any]) -> Facts:
    """The shipped facts with some values replaced; keys are paths with dots."""
    raw = YAML(typ="safe").load((PROJECT / "data" / "facts.yml").read_text(encoding="utf-8"))
    for path, value in change.items():
        *parents, last = path.split(".")
        block = raw
        for key in parents:
            block = block[key]
        block[last] = value
    return Facts.parse_obj(raw)


def facts_to_change() -> Iterator[str]:
    raw = YAML(typ="safe").load((PROJECT / "data" / "facts.yml").read_text(encoding="utf-8"))
    for block in ("kinds", "subjects"):
        for key, entry in raw[block].items():
            for aspect, cell in (entry.get("answers") or {}).items():
                if not isinstance(cell, dict):
                    yield f"{block}.{key}.answers.{aspect}"
                elif "text" in cell:
                    yield f"{block}.{key}.answers.{aspect}.text"
            for attribute in ("name", "title"):
                if block == "subjects" and attribute in entry:
                    yield f"{block}.{key}.{attribute}"
            if "notice" in entry:
                yield f"{block}.{key}.notice.text"


def everything_said(facts: Facts) -> str:
    replies = [
        r
        for s in facts.subjects
        for a in facts.aspects
        for r in answer(Question(a, (s,), {s: facts.subjects[s].name}), facts)
    ]
    return "\n".join(f"{r.answer} {r.topic} {r.subject} {[n.text for n in r.notices]}" for r in replies)


@pytest.mark.parametrize("path", facts_to_change())
def test_answers_every_fact_said_comes_from_the_facts_file(path: str):
    assert "Quixotic nonsense" in everything_said(changed({path: "Quixotic nonsense"}))


def test_answers_a_wrong_claim_is_corrected_from_both_sides():
    [reply] = answer(Question("leader", ("crec",), claimed_leader="kitching"), FACTS)
    assert reply.kind is Kind.CORRECTED
    assert "Florio" in reply.answer and "Kitching is the Executive Director of EdAdvance" in reply.answer
    assert len(reply.notices) == 2


def test_answers_a_right_claim_is_confirmed():
    [reply] = answer(Question("leader", ("crec",), claimed_leader="florio"), FACTS)
    assert reply.kind is Kind.ANSWERED and "Florio" in reply.answer


def test_answers_two_subjects_with_an_answer_are_one_reply():
    [reply] = answer(Question("leader", ("crec", "aces")), FACTS)
    assert "Florio" in reply.answer and "Danehy" in reply.answer


def test_answers_one_answer_and_one_decline_are_two_replies_in_order():
    first, second = answer(Question("founding", ("crec", "alliance"), {"crec": "CREC"}), FACTS)
    assert (first.kind, second.kind) == (Kind.NO_FACT, Kind.ANSWERED)


def test_answers_the_list_of_leaders_carries_both_notices_and_all_sources():
    [reply] = answer(Question("leader", ("resc",)), FACTS)
    assert [n.source for n in reply.notices] == ["edadvance_news", "crec_leadership"]
    assert set(reply.sources) == set(FACTS.sources)


@pytest.mark.parametrize(
    ("subject", "grain", "kind"),
    [
        ("accord", "day", Kind.NO_FACT),
        ("accord", "month", Kind.ANSWERED),
        ("alliance", "year", Kind.NO_FACT),
        ("resc", "day", Kind.ANSWERED),
    ],
)
def test_answers_a_date_is_not_given_finer_than_it_is_known(subject: str, grain: str, kind: Kind):
    assert grain in GRAINS
    [reply] = answer(Question("founding", (subject,), grain=grain), FACTS)
    assert reply.kind is kind
    if kind is Kind.NO_FACT:
        assert reply.topic == FACTS.aspects["founding"].finer


def test_answers_contact_of_a_subject_is_given_with_a_decline():
    facts = changed({"subjects.crec.contact": {"name": "CREC's office", "phone": "555 0100"}})
    [reply] = answer(Question("address", ("crec",), {"crec": "CREC"}), facts)
    assert reply.contact == "CREC's office 555 0100"


def test_answers_asking_back_offers_two_or_three_questions():
    assert 2 <= len(ask_back([], FACTS).suggestions) <= 3
    options = [Question(a, ("crec",)) for a in ("leader", "definition", "phone")]
    assert ask_back(options, FACTS).suggestions[:2] == ("Who leads CREC?", "What is CREC?")


def test_answers_small_talk_and_out_of_scope_state_no_fact():
    for reply in (out_of_scope(FACTS), small_talk("greet", FACTS)):
        assert reply.answer == "" and reply.sources == () and reply.suggestions
    assert all(f"utter_{intent}" in RESPONSES for intent in ("greet", "goodbye", "thank", "help", "source"))


def test_answers_each_reply_has_an_id_of_its_own():
    assert out_of_scope(FACTS).id != out_of_scope(FACTS).id


def test_answers_a_cell_that_an_editor_fills_is_answered():
    facts = changed({"subjects.crec.answers": {"phone": "CREC's number is 555 0100."}})
    assert isinstance(facts.cell("crec", "phone"), Answer)
    [reply] = answer(Question("phone", ("crec",)), facts)
    assert reply.answer == "CREC's number is 555 0100."


def test_answers_two_questions_with_one_answer_are_told_once():
    twice = [*answer(Question("leader", ("crec",)), FACTS), *answer(Question("person", ("crec",)), FACTS)]
    other = answer(Question("leader", ("aces",)), FACTS)
    assert [r.answer for r in without_repeats([*twice, *other])] == [twice[0].answer, other[0].answer]
