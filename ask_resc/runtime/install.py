"""Puts what departs from Rasa in its place: ``install`` before a model is loaded, ``attach`` after."""

from __future__ import annotations

import rasa.core.processor
from rasa.core.actions.action import RemoteAction
from sanic import Sanic
from threadpoolctl import threadpool_limits

from ask_resc import settings
from ask_resc.runtime.actions_inside import ActionsInside
from ask_resc.runtime.graph import SerialGraphRunner
from ask_resc.runtime.reply_schema import validate_action_result


def install() -> None:
    """Change Rasa for serving. Our channels call it when Rasa imports them, ahead of the model."""
    rasa.core.processor.DaskGraphRunner = SerialGraphRunner
    # A message needs products of small matrices: handing them to other threads costs more than they do.
    threadpool_limits(1, user_api="blas")
    RemoteAction._validate_action_result = validate_action_result


def attach(app: Sanic) -> None:
    """Let the bot that ``app`` serves run its actions itself, unless a setting says otherwise.

    To be called once the model is loaded, and cheap enough to be called with every message: a model
    that is loaded later may come with the endpoint of ``endpoints.yml`` again.
    """
    agent = app.ctx.agent
    if settings.actions_on_server() or isinstance(agent.action_endpoint, ActionsInside):
        return
    configured = agent.action_endpoint
    agent.action_endpoint = ActionsInside(**configured.kwargs if configured else {})
    if agent.processor:
        agent.processor.action_endpoint = agent.action_endpoint
