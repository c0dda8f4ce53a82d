from __future__ import annotations

import textwrap
from typing import Any, Callable

import pytest
import rasa.core.actions.action
from jsonschema import ValidationError
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction

from ask_resc.runtime import reply_schema

EVENT = {"event": "slot", "timestamp": None, "name": "subject", "value": "crec"}
REPLIES = {
    "empty": {"events": [], "responses": []},
    "usual": {"events": [EVENT], "responses": [{"text": "hi", "kind": "answered"}]},
    "nothing of both": {},
    "more than both": {"events": [], "extra": 1},
    "none": None,
    "a list": [],
    "events no list": {"events": {}},
    "event no object": {"events": ["slot"]},
    "event of no known kind": {"events": [{"event": "nonsense"}]},
    "slot without name": {"events": [{"event": "slot", "value": 1}]},
    "second event wrong": {"events": [EVENT, {"event": "slot", "name": 5}]},
    "response no object": {"responses": ["hi"]},
    "both wrong": {"events": 1, "responses": 1},
}


@pytest.fixture
def rasas(rasa_source: Callable[[str, str], str]) -> Callable[[RemoteAction, Any], bool]:
    """Rasa's own check, also after ours took its place."""
    source = rasa_source("rasa.core.actions.action", "RemoteAction._validate_action_result")
    names = dict(vars(rasa.core.actions.action))
    exec(textwrap.dedent(source), names)
    return names["_validate_action_result"]


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES)
def test_it_accepts_and_rejects_as_rasa_does(reply: Any, rasas: Callable[[RemoteAction, Any], bool]):
    action = RemoteAction("action_answer", None)

    def outcome(check: Callable[[RemoteAction, Any], bool]) -> Any:
        try:
            return check(action, reply)
        except ValidationError as error:
            return str(error), error.message, list(error.path)

    assert outcome(reply_schema.validate_action_result) == outcome(rasas)


def test_it_does_not_check_the_schema_again(monkeypatch: pytest.MonkeyPatch):
    def refuse(schema: Any) -> None:
        raise AssertionError("checked")

    monkeypatch.setattr(validator_for(reply_schema.SCHEMA), "check_schema", refuse)
    assert reply_schema.validate_action_result(RemoteAction("a", None), REPLIES["usual"])


# Rasa still needs it.


def test_rasa_still_checks_the_schema_with_every_reply(
    monkeypatch: pytest.MonkeyPatch, rasas: Callable[[RemoteAction, Any], bool]
):
    checks: list[Any] = []
    monkeypatch.setattr(validator_for(reply_schema.SCHEMA), "check_schema", checks.append)
    for _ in range(2):
        rasas(RemoteAction("a", None), REPLIES["usual"])
    assert len(checks) == 2


def test_the_code_replaced_is_the_code_known(fingerprint: Callable[..., str]):
    method = "RemoteAction._validate_action_result"
    assert fingerprint("rasa.core.actions.action", method) == "7714afb4250b7f8b"
    assert fingerprint("jsonschema.validators", "validate") == "201b79950110912c"
