from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Type

import dask
import pytest
import rasa.core.processor
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
from rasa.engine.exceptions import GraphComponentException, GraphRunError
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from ask_resc.runtime.graph import SerialGraphRunner


class Node(GraphComponent):
    """Lists what it is given; its config says what goes wrong."""

    def __init__(self, config: dict):
        self.config = config

    @classmethod
    def create(cls, config: dict, **_: Any) -> "Node":
        return cls(config)

    def run(self, **inputs: Any) -> Any:
        if "raises" in self.config:
            raise self.config["raises"]
        self.config.get("runs", []).append(1)
        return sorted(inputs.items())


def node(**needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Node, constructor_name="create", fn="run", config={}, eager=True)


DIAMOND = {
    "last": node(x="left", y="right"),
    "right": node(x="first"),
    "left": node(x="first"),
    "first": node(given="__given__"),
    "apart": node(x="absent"),
}


@pytest.fixture(params=[SerialGraphRunner, DaskGraphRunner])
def make(request: pytest.FixtureRequest) -> Callable[[dict], DaskGraphRunner]:
    """Both runners: what holds for Rasa's holds for ours."""

    def runner(nodes: dict) -> DaskGraphRunner:
        schema = GraphSchema(nodes)
        return request.param.create(schema, None, ExecutionContext(schema))

    return runner


def test_nodes_get_what_they_need(make: Callable):
    first = [("given", 1)]
    expected = [("x", [("x", first)]), ("y", [("x", first)])]
    assert make(DIAMOND).run({"__given__": 1}, ["last"]) == {"last": expected}


def test_several_targets_and_again_with_other_inputs(make: Callable):
    runner = make(DIAMOND)
    assert runner.run({"__given__": 1}, ["first", "left"])["first"] == [("given", 1)]
    assert runner.run({"__given__": 2}, ["first", "left"])["left"] == [("x", [("given", 2)])]
    assert runner.run({"__given__": 3}, ["first"]) == {"first": [("given", 3)]}


def test_without_targets_the_schemas_own_are_run(make: Callable):
    marked = SchemaNode({"given": "__given__"}, Node, "create", "run", {}, eager=True, is_target=True)
    assert make({**DIAMOND, "marked": marked}).run({"__given__": 1}) == {"marked": [("given", 1)]}


def test_an_input_takes_the_place_of_a_node(make: Callable):
    assert make(DIAMOND).run({"first": 5}, ["left"]) == {"left": [("x", 5)]}


def test_an_input_may_be_the_target(make: Callable):
    assert make(DIAMOND).run({"__given__": None}, ["__given__"]) == {"__given__": None}


def test_a_node_runs_once(make: Callable):
    runs: list[int] = []
    counted = SchemaNode({"given": "__given__"}, Node, "create", "run", {"runs": runs}, eager=True)
    make({**DIAMOND, "first": counted}).run({"__given__": 1}, ["last"])
    assert runs == [1]


@pytest.mark.parametrize(
    "inputs, target, message",
    [
        ({}, "left", "Missing input to run node 'first'. Expected input '__given__'"),
        ({}, "apart", "Missing input to run node 'apart'. Expected input 'absent'"),
        ({"__given__": "first"}, "left", "Input value 'first' clashes with a node name"),
    ],
)
def test_errors_are_those_of_rasa(make: Callable, inputs: dict, target: str, message: str):
    with pytest.raises(GraphRunError, match=message):
        make(DIAMOND).run(inputs, [target])


@pytest.mark.parametrize("wrong", [ValueError("x"), RuntimeError("x")])
def test_an_error_in_a_node(make: Callable, wrong: Exception):
    bad = SchemaNode({}, Node, "create", "run", {"raises": wrong}, eager=True)
    with pytest.raises(GraphComponentException, match="component for node bad") as raised:
        make({"bad": bad}).run({}, ["bad"])
    assert raised.value.__cause__ is wrong


def test_a_trained_bot_understands_and_predicts_as_with_rasas_runner(tiny_bot: Path, monkeypatch: pytest.MonkeyPatch):
    def outcome(runner_class: Type[DaskGraphRunner]) -> Any:
        monkeypatch.setattr(rasa.core.processor, "DaskGraphRunner", runner_class)
        _, metadata, runner = MessageProcessor._load_model(tiny_bot / "models")
        assert type(runner) is runner_class
        tracker = DialogueStateTracker("a", metadata.domain.slots)
        found = []
        for text in ("hi", "who leads it", "something else"):
            inputs = {PLACEHOLDER_MESSAGE: [UserMessage(text)], PLACEHOLDER_TRACKER: tracker}
            parsed = runner.run(inputs, [metadata.nlu_target])[metadata.nlu_target][0].as_dict(True)
            tracker.update(ActionExecuted("action_listen"))
            tracker.update(UserUttered(text, parsed["intent"], parse_data=parsed))
            predicted = runner.run({PLACEHOLDER_TRACKER: tracker}, [metadata.core_target])
            found.append((parsed, predicted[metadata.core_target].probabilities))
        return found

    assert outcome(SerialGraphRunner) == outcome(DaskGraphRunner)


# Rasa still needs it.


def test_rasa_still_builds_and_schedules_the_graph_for_every_run(monkeypatch: pytest.MonkeyPatch):
    built: list[Any] = []
    scheduled: list[Any] = []
    minimal, get = GraphSchema.minimal_graph_schema, dask.get
    monkeypatch.setattr(GraphSchema, "minimal_graph_schema", lambda *given: built.append(given) or minimal(*given))
    monkeypatch.setattr(dask, "get", lambda *given: scheduled.append(given) or get(*given))
    schema = GraphSchema(DIAMOND)
    runner = DaskGraphRunner.create(schema, None, ExecutionContext(schema))
    for _ in range(2):
        runner.run({"__given__": 1}, ["last"])
    assert (len(built), len(scheduled)) == (2, 2)


def test_the_code_replaced_is_the_code_known(fingerprint: Callable[..., str]):
    assert fingerprint("rasa.engine.runner.dask", "DaskGraphRunner") == "baadaf6063fe4d22"
    assert fingerprint("rasa.core.processor", "MessageProcessor._load_model") == "32a24f761c2739ba"
    assert fingerprint("rasa.engine.graph", "GraphNode.__call__") == "94e7083d05ca96e5"
