"""Training data: enough examples, every aspect in its place, and no name that the facts file holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set, Tuple

import pytest
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML

from ask_resc.context import FOLLOW_UPS
from ask_resc.facts.live import facts as live_facts
from ask_resc.facts.model import names_of
from ask_resc.nlu.subjects import SubjectRecognizer
from ask_resc.settings import PROJECT
from tests.unit.nlu.featurizer_checks import created, tokenized

FACTS = live_facts().current()
FILES = sorted((PROJECT / "data" / "nlu").glob("*.yml"))
ENOUGH = 60
"""Examples of an intent that say different things."""


def read(path: Path) -> Dict[str, Any]:
    content: Dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return content


DOMAIN = read(PROJECT / "domain.yml")
INTENTS: Set[str] = {name for entry in DOMAIN["intents"] for name in entry}
UNTAUGHT = {"nlu_fallback"}
"""Not said by anybody: what is not surely understood."""
TALK = INTENTS - set(FACTS.aspects) - set(FOLLOW_UPS) - UNTAUGHT - {"out_of_scope"}


def file_of(intent: str) -> Path:
    return PROJECT / "data" / "nlu" / f"{intent}.yml"


def examples(path: Path) -> Iterator[str]:
    """The examples of a file, as they are written."""
    for block in read(path)["nlu"]:
        for line in block["examples"].splitlines():
            if line.strip():
                yield line.strip().removeprefix("- ")


# What may stand around a question and asks nothing.
POLITENESS = "|".join([
    r"hi|hey|hello|heya|yo|greetings|good (?:morning|afternoon|evening|day)",
    r"dear (?:bot|sir|madam|sir or madam|all)",
    r"please|pls|plz|kindly|if you please|sorry|excuse me|pardon(?: me)?",
    r"thanks?(?: you)?(?: (?:so|very) much| a lot| in advance)?|thx|ty|cheers",
    r"um+|uh+|hm+|oh|ooh|ok(?:ay)?|so|well|now|and|but|also|then|lol|omg|haha|just|there|quick question",
    r"can|could|would|will|may|you|u|tell me|i(?:'d| would) like to know|do you know",
])  # fmt: skip
AROUND = re.compile(rf"^(?:(?:{POLITENESS})\b\s*)+|(?:\s*\b(?:{POLITENESS}))+$")


def bare(example: str) -> str:
    """What an example says: in small letters, without placeholders, punctuation, greetings and politeness."""
    text = re.sub(r"\{\w+\}", " ", example.casefold()).replace("’", "'")
    text = " ".join(re.findall(r"[\w']+", text))
    return AROUND.sub("", text).strip()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who leads {center}?", "hi, who leads {person} please"),
        ("who leads {center}", "WHO LEADS {agency}!!"),
        ("Hello, could you tell me who leads {center}? Thank you!", "who leads it".removesuffix(" it")),
        ("so um who leads", "Good morning, who leads?"),
    ],
)
def test_training_data_the_same_said_politely_counts_once(one: str, other: str) -> None:
    assert bare(one) == bare(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [("who leads {center}", "who runs {center}"), ("where is {center}", "where was {center}")],
)
def test_training_data_what_differs_in_a_word_counts_twice(one: str, other: str) -> None:
    assert bare(one) != bare(other)


@pytest.mark.parametrize("intent", sorted(INTENTS - UNTAUGHT - TALK))
def test_training_data_has_enough_different_examples_of(intent: str) -> None:
    said = {bare(example) for example in examples(file_of(intent))}
    assert len(said - {""}) >= ENOUGH


@pytest.mark.parametrize("intent", sorted(TALK))
def test_training_data_has_enough_different_examples_of_small_talk(intent: str) -> None:
    # Here greetings and politeness are what is said.
    said = {" ".join(re.findall(r"\w+", e.casefold())) for e in examples(file_of(intent))}
    assert len(said - {""}) >= ENOUGH


def test_training_data_no_example_stands_under_two_intents() -> None:
    owners: Dict[str, Set[str]] = {}
    for path in FILES:
        for example in examples(path):
            key = " ".join(re.findall(r"[\w'{}]+", example.casefold()))
            owners.setdefault(key, set()).add(path.stem)
    assert {text: stems for text, stems in owners.items() if len(stems) > 1} == {}


# Every aspect in its place


def steps(key: str) -> Iterator[Tuple[str, List[str]]]:
    """Each intent in the rules or stories of ``data``, with the actions of its rule or story."""
    for entry in read(PROJECT / "data" / f"{key}.yml")[key]:
        actions = [step["action"] for step in entry["steps"] if "action" in step]
        yield from ((step["intent"], actions) for step in entry["steps"] if "intent" in step)


RULES, STORIES = dict(steps("rules")), dict(steps("stories"))


@pytest.mark.parametrize("aspect", FACTS.aspects)
def test_training_data_aspect_has_intent_file_and_rule(aspect: str) -> None:
    places = {
        f"intents of domain.yml: {aspect}": aspect in INTENTS,
        f"data/nlu/{aspect}.yml": file_of(aspect) in FILES,
        f"data/rules.yml: intent {aspect}": aspect in RULES,
    }
    assert [place for place, is_there in places.items() if not is_there] == []


def test_training_data_file_teaches_the_intent_of_its_name_and_every_intent_has_one() -> None:
    taught = {path.stem: {block["intent"] for block in read(path)["nlu"]} for path in FILES}
    assert taught == {intent: {intent} for intent in INTENTS - UNTAUGHT}


@pytest.mark.parametrize("intent", FOLLOW_UPS)
def test_training_data_follow_up_has_a_story_and_no_rule(intent: str) -> None:
    assert intent in INTENTS and intent in STORIES
    assert intent not in RULES


def test_training_data_everything_else_has_a_rule() -> None:
    assert set(RULES) == INTENTS - set(FOLLOW_UPS)


def test_training_data_what_is_not_surely_understood_is_asked_back_and_all_else_answered() -> None:
    asked_back = {intent for intent, actions in RULES.items() if actions == ["action_ask_back"]}
    answered = {intent for intent, actions in RULES.items() if actions == ["action_answer"]}
    assert asked_back == {"nlu_fallback"}
    assert answered == set(RULES) - asked_back


@pytest.mark.parametrize("intent", sorted(TALK))
def test_training_data_small_talk_has_its_sentence(intent: str) -> None:
    assert f"utter_{intent}" in DOMAIN["responses"]


# No name


STRANGE = ("other_body", "out_of_scope")
"""Intents about others, whose names may hold ours: "the Paris Accord"."""


def names() -> Set[str]:
    """Every way the facts write a name, and the parts of persons' names."""
    found: Set[str] = set()
    for subject in FACTS.subjects.values():
        found.update(names_of(subject))
        notices = [subject.notice, *(getattr(answer, "notice", None) for answer in subject.answers.values())]
        people = [notice.person.name for notice in notices if notice and notice.person]
        if subject.leads:
            people.extend(names_of(subject))
        parts = (part for person in people for part in (person, *person.split()))
        found.update(part for part in parts if len(part.strip(".")) > 1)
    return {name.removeprefix("the ") for name in found}


def written(name: str) -> "re.Pattern[str]":
    """``name`` in a text: in any case, but as it is where it is also a word ("learn")."""
    is_word = name.casefold() == "learn"
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", 0 if is_word else re.IGNORECASE)


@pytest.mark.parametrize("name", sorted(names()))
def test_training_data_does_not_name(name: str) -> None:
    pattern = written(name)
    found = [
        f"{path.name}:{number}: {line.strip()}"
        for path in [*FILES, PROJECT / "data" / "rules.yml", PROJECT / "data" / "stories.yml"]
        if path.stem not in STRANGE
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", sorted(s.name.split()[-1] for s in FACTS.subjects.values() if s.leads))
def test_training_data_about_others_does_not_name_a_leader(name: str) -> None:
    said = [example for intent in STRANGE for example in examples(file_of(intent))]
    assert [example for example in said if written(name).search(example)] == []


def test_training_data_every_placeholder_is_a_kind_of_subject() -> None:
    used = {path.name: set(re.findall(r"\{([^}]*)\}", path.read_text(encoding="utf-8"))) for path in FILES}
    assert {name: kinds - set(FACTS.kinds) for name, kinds in used.items() if kinds - set(FACTS.kinds)} == {}


def test_training_data_holds_no_word_that_is_taken_for_a_name(tmp_path: Path):
    # Names are looked for in messages and not in examples, so a name here would be learned as a plain word.
    recognizer: SubjectRecognizer = created(SubjectRecognizer, tmp_path)[0]
    messages = [tokenized(text, intent=path.stem) for path in FILES for text in examples(path)]
    recognizer.train(TrainingData(messages))
    matcher = recognizer.matcher()
    taken = [
        (message.get(TEXT), mention.text)
        for message in messages
        for mention in matcher.find([token.text for token in message.get(TOKENS_NAMES[TEXT])]).mentions
        if mention.subject is not None
    ]
    assert taken == []
