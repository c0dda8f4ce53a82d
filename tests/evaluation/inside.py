"""The bot's understanding and answers in this process, for what its replies over HTTP do not show.

How sure it was of each question, what it took the question for, and how it would have done with a
threshold elsewhere or a part left out. The figures on record come from the real bot, in ``evaluate.py``.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

from rasa.core.channels.channel import UserMessage
from rasa.engine import loader
from rasa.engine.constants import PLACEHOLDER_MESSAGE
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.utils.io import read_yaml_file
from rasa_sdk import Tracker

from actions.dialogue import filling, heard, reply_to
from ask_resc import training
from ask_resc.answers import Reply
from ask_resc.context import Context
from ask_resc.facts.live import facts as live_facts
from ask_resc.facts.model import Facts
from ask_resc.nlu import clauses
from ask_resc.nlu.checks import CHECKS
from ask_resc.nlu.questions import QuestionCollector
from ask_resc.runtime.graph import SerialGraphRunner
from ask_resc.settings import PROJECT
from tests.evaluation.scoring import Turn, judge, load


@dataclass(frozen=True)
class Answered:
    """One turn as it was understood and judged."""

    turn: Turn
    outcome: str
    intents: Tuple[str, ...]
    certainty: float
    """Of the surest question in it."""


class Inside:
    """A trained model, without a server around it."""

    def __init__(self, model: Path = training.MODEL) -> None:
        self._folder = tempfile.TemporaryDirectory()
        _, runner = loader.load_predict_graph_runner(
            Path(self._folder.name), model, LocalModelStorage, SerialGraphRunner
        )
        self._runner = runner
        self._responses = read_yaml_file(PROJECT / "domain.yml")["responses"]
        nodes: Dict[str, Any] = runner._instantiated_nodes
        last = next(node for node in nodes.values() if isinstance(node._component, QuestionCollector))
        self._collector, self._before = last._component, last._inputs["messages"]
        self._classified: Dict[str, List[Message]] = {}

    def evaluate(self, half: str, carry: bool = True) -> List[Answered]:
        """Every turn of ``half``; without ``carry`` each as if it were the first."""
        facts = live_facts().current()
        answered = []
        for turns in load(half):
            context = Context()
            for turn in turns:
                [parsed] = self._collector.process(self.read(turn.say))
                latest = parsed.as_dict(only_output_properties=True)
                tracker = Tracker("", {}, latest, [], False, None, {}, "")
                replies, context = reply_to(heard(tracker), context if carry else Context(), facts)
                buttons = [question for reply in replies for question in reply.suggestions]
                outcome = judge(turn, [self._text(reply, facts) for reply in replies], buttons)
                questions = latest["questions"]
                surest = max(question["confidence"] for question in questions)
                answered.append(Answered(turn, outcome, tuple(q["intent"] for q in questions), surest))
        return answered

    def read(self, text: str) -> List[Message]:
        """A message and its clauses with their chances: once, for what is tried here comes after."""
        if text not in self._classified:
            inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)]}
            self._classified[text] = self._runner.run(inputs=inputs, targets=[self._before])[self._before]
        return self._classified[text]

    @contextmanager
    def changed(self, **settings: Any) -> Iterator[None]:
        """With other settings of ``QuestionCollector`` than the model was trained with."""
        before = self._collector._config
        self._collector._config = {**before, **settings}
        try:
            yield
        finally:
            self._collector._config = before

    @property
    def settings(self) -> Dict[str, Any]:
        """The settings of ``QuestionCollector``."""
        return dict(self._collector._config)

    def _text(self, reply: Reply, facts: Facts) -> str:
        pattern: str = self._responses[reply.response][0]["text"]
        return pattern.format(**filling(reply, facts))


def ablation(inside: Inside, half: str) -> Iterator[Tuple[str, List[Answered]]]:
    """``half`` with each part left out that can be left out of a trained model."""
    yield "whole", inside.evaluate(half)
    for check in CHECKS:
        with inside.changed(without=[check]):
            yield f"without the check {check}", inside.evaluate(half)
    with inside.changed(without=list(CHECKS)):
        yield "without any check", inside.evaluate(half)
    with inside.changed(sure=0.0, unsure=0.0, doubt=1.0):
        yield "without thresholds", inside.evaluate(half)
    yield "without context", inside.evaluate(half, carry=False)
    split, clauses.split = clauses.split, lambda text: []  # type: ignore[assignment]
    try:
        yield "without clauses", Inside().evaluate(half)
    finally:
        clauses.split = split
