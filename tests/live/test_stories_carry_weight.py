"""Follow-ups are answered because of ``data/stories.yml``, and after whatever was said in between."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.agent import Agent
from rasa.core.exceptions import AgentNotReady
from rasa.core.test import WrongPredictionException
from rasa.core.test import test as predict
from rasa.model_training import train_core
from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from ruamel.yaml import YAML

from ask_resc.answers import in_words
from ask_resc.context import FOLLOW_UPS
from ask_resc.serving import Bot
from ask_resc.settings import PROJECT
from tests.live.talk import FACTS, Talk, stated

DATA = PROJECT / "data"
CONVERSATIONS = PROJECT / "tests" / "conversations"


def load_domain() -> Domain:
    """The project's own."""
    return Domain.load(str(PROJECT / "domain.yml"))


# What the stories are worth


def train_dialogue(folder: Path, *files: Path) -> Agent:
    """The dialogue alone, from these files."""
    data = folder / "data"
    data.mkdir()
    for file in files:
        (data / file.name).symlink_to(file)
    model = train_core(str(PROJECT / "domain.yml"), str(PROJECT / "config.yml"), str(data), str(folder))
    agent = Agent.load(model)
    if not agent.is_ready():
        raise AgentNotReady(str(model))
    return agent


@pytest.fixture(scope="module")
def with_stories(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    return train_dialogue(tmp_path_factory.mktemp("with"), DATA / "rules.yml", DATA / "stories.yml")


@pytest.fixture(scope="module")
def without_stories(tmp_path_factory: pytest.TempPathFactory) -> Agent:
    return train_dialogue(tmp_path_factory.mktemp("without"), DATA / "rules.yml")


def stories() -> List[Dict[str, Any]]:
    files = sorted(CONVERSATIONS.glob("test_*.yml"))
    return [story for file in files for story in YAML(typ="safe").load(file.read_text(encoding="utf-8"))["stories"]]


def follows_up(story: Dict[str, Any]) -> bool:
    """Whether anything in it is answered from what was said before; a follow-up of nothing is asked back."""
    steps = story["steps"]
    return any(
        step.get("intent") in FOLLOW_UPS and then.get("action") == "action_answer"
        for step, then in zip(steps, steps[1:], strict=False)
    )


async def goes_as_written(story: Dict[str, Any], agent: Agent, folder: Path) -> bool:
    file = folder / "test_story.yml"
    with file.open("w", encoding="utf-8") as text:
        YAML().dump({"version": "3.1", "stories": [story]}, text)
    try:
        await predict(str(file), agent, fail_on_prediction_errors=True, disable_plotting=True)
    except WrongPredictionException:
        return False
    return True


def named(which: List[Dict[str, Any]]) -> Iterator[Any]:
    return (pytest.param(story, id=story["story"]) for story in which)


def test_stories_carry_weight_in_enough_conversations():
    assert len([story for story in stories() if follows_up(story)]) >= 10


@pytest.mark.parametrize("story", named(stories()))
async def test_stories_carry_every_conversation(story: Dict[str, Any], with_stories: Agent, tmp_path: Path):
    assert await goes_as_written(story, with_stories, tmp_path)


@pytest.mark.parametrize("story", named([story for story in stories() if follows_up(story)]))
async def test_stories_carry_weight_where_something_is_followed_up(
    story: Dict[str, Any], without_stories: Agent, tmp_path: Path
):
    assert not await goes_as_written(story, without_stories, tmp_path)


@pytest.mark.parametrize("story", named([story for story in stories() if not follows_up(story)]))
async def test_stories_are_not_needed_elsewhere(story: Dict[str, Any], without_stories: Agent, tmp_path: Path):
    assert await goes_as_written(story, without_stories, tmp_path)


# One message, one action

INTENTS = sorted({*load_domain().intents} - {*DEFAULT_INTENTS})
"""Every one that a message can be taken for."""


def is_something_to_follow_up(set_: bool) -> SlotSet:
    return SlotSet("aspect", "leader" if set_ else None)


@pytest.mark.parametrize("after", [True, False], ids=["answered", "unanswered"])
@pytest.mark.parametrize("before", [True, False], ids=["after_an_answer", "with_nothing_before"])
@pytest.mark.parametrize("intent", INTENTS)
async def test_stories_have_one_action_for_every_message_and_then_wait(
    intent: str, before: bool, after: bool, with_stories: Agent
):
    """Whatever the action found: a follow-up with nothing before it may name all that is needed."""
    domain = load_domain()
    tracker = DialogueStateTracker.from_events("one", [], domain.slots)
    message = UserUttered("…", {"name": intent, "confidence": 1.0})
    for event in (ActionExecuted("action_listen"), is_something_to_follow_up(before), message):
        tracker.update(event, domain)
    assert with_stories.processor is not None
    action, _ = with_stories.processor.predict_next_with_tracker_if_should(tracker)
    assert action.name() in ("action_answer", "action_ask_back")
    for event in (ActionExecuted(action.name()), is_something_to_follow_up(after)):
        tracker.update(event, domain)
    action, _ = with_stories.processor.predict_next_with_tracker_if_should(tracker)
    assert action.name() == "action_listen"


# Whatever was said in between

BESIDE = [
    "hello", "thank you", "are you a bot?", "how are you?", "great answer", "what can you do?",
    "can I talk to a human?",
    "what's the weather like today?", "how do I bake a chocolate cake?", "can you fix my car?",
]  # fmt: skip
"""Leaves everything as it was."""
UNKNOWN = ["what is the phone number of {}?", "what's the address of {}?", "what are the opening hours of {}?"]
"""Is declined, and leaves the subject as it was."""


def about(subject: str) -> List[str]:
    """Other questions about it, with and without an answer."""
    name = FACTS.subjects[subject].name
    known = [in_words(aspect, subject, FACTS) or "" for aspect in FACTS.aspects_of(subject)]
    by_name = [question for question in known if name.split()[-1] in question]
    return [*by_name, *(question.format(name) for question in UNKNOWN)]


SAME_QUESTION = [
    ("who leads CREC?", "and ACES?", stated("leader", "aces")),
    ("who leads CREC?", "what about LEARN", stated("leader", "learn")),
    ("who leads CREC?", "no, I meant CES", stated("leader", "ces")),
    ("who leads CREC?", "say that again", stated("leader", "crec")),
    ("who leads CREC?", "and the others?", stated("leader", "resc")),
]
SAME_SUBJECT = [
    ("crec", "what is CREC?", "who leads it?", stated("leader", "crec")),
    ("accord", "what is the Accord?", "when was it made?", stated("founding", "accord")),
    ("alliance", "what is the Alliance?", "who formed it?", stated("founder", "alliance")),
    ("ericson", "who is Kate Ericson?", "which center does she lead?", stated("leads", "ericson")),
]
few = settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def between(choices: List[str]) -> "st.SearchStrategy[List[str]]":
    return st.lists(st.sampled_from(choices), min_size=1, max_size=20)


@few
@given(data=st.data())
@pytest.mark.parametrize(("question", "follow_up", "said"), SAME_QUESTION)
def test_stories_hold_after_any_turns_that_leave_the_question(
    bot: Bot, question: str, follow_up: str, said: List[str], data: st.DataObject
):
    talk = Talk(bot)
    talk.ask(question)
    for text in data.draw(between(BESIDE)):
        assert talk.answers(text) == [""], text
    assert talk.answers(follow_up) == said


@few
@given(data=st.data())
@pytest.mark.parametrize(("subject", "question", "follow_up", "said"), SAME_SUBJECT)
def test_stories_hold_after_any_turns_that_leave_the_subject(
    bot: Bot, subject: str, question: str, follow_up: str, said: List[str], data: st.DataObject
):
    talk = Talk(bot)
    talk.ask(question)
    for text in data.draw(between([*BESIDE, *about(subject)])):
        assert talk.ask(text)
    assert talk.answers(follow_up) == said
