from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import rasa.core.processor
import rasa.model_training
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.utils.endpoints import EndpointConfig

from ask_resc.runtime.actions_inside import ActionsInside
from ask_resc.runtime.graph import SerialGraphRunner
from ask_resc.runtime.install import attach, install
from ask_resc.runtime.reply_schema import validate_action_result


@pytest.fixture
def app(tiny_bot: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What serves a trained bot with an action server in its ``endpoints.yml``."""
    monkeypatch.delenv("ASK_RESC_ACTIONS", raising=False)
    server = EndpointConfig("http://127.0.0.1:5055/webhook", enable_selective_domain=True)
    agent = Agent.load(tiny_bot / "models", action_endpoint=server)
    return SimpleNamespace(ctx=SimpleNamespace(agent=agent))


def test_it_changes_serving_and_not_training(tiny_bot: Path):
    install()
    install()
    assert isinstance(Agent.load(tiny_bot / "models").processor.graph_runner, SerialGraphRunner)
    assert RemoteAction._validate_action_result is validate_action_result
    assert rasa.model_training.DaskGraphRunner is DaskGraphRunner


def test_actions_run_inside(app: Any):
    attach(app)
    endpoint = app.ctx.agent.processor.action_endpoint
    assert isinstance(endpoint, ActionsInside) and endpoint is app.ctx.agent.action_endpoint
    assert endpoint.kwargs == {"enable_selective_domain": True}


def test_actions_run_on_a_server_if_a_setting_says_so(app: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASK_RESC_ACTIONS", "server")
    attach(app)
    assert app.ctx.agent.processor.action_endpoint.url == "http://127.0.0.1:5055/webhook"


def test_actions_run_inside_after_another_model_is_loaded(app: Any, tiny_bot: Path):
    attach(app)
    app.ctx.agent.load_model(tiny_bot / "models")
    assert isinstance(app.ctx.agent.processor.action_endpoint, ActionsInside)


def test_attaching_again_changes_nothing(app: Any):
    attach(app)
    endpoint = app.ctx.agent.action_endpoint
    attach(app)
    assert app.ctx.agent.action_endpoint is endpoint


def test_a_bot_without_a_model_or_an_endpoint_is_attached(app: Any):
    app.ctx.agent = Agent()
    attach(app)
    assert isinstance(app.ctx.agent.action_endpoint, ActionsInside)
