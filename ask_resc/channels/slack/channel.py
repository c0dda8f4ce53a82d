"""The Slack channel: on, off, or half set up."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from rasa.core.channels.channel import InputChannel
from rasa.shared.exceptions import RasaException
from sanic import Blueprint, Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from ask_resc import errors, settings
from ask_resc.channels.intake import Handler, Intake, prepare

logger = logging.getLogger(__name__)


class SlackChannel(InputChannel):
    """Mentions, threads, direct messages, the agent surface and ``/resc``; off where no token is set.

    Raises:
        RasaException: Some settings are there and others are missing.
    """

    def __init__(self) -> None:
        self._settings = settings.slack()
        slack = self._settings
        ways_in = slack.signing_secret or slack.app_token
        if not slack.bot_token and ways_in:
            raise RasaException(errors.SLACK_NO_BOT_TOKEN)
        if slack.bot_token and not ways_in:
            raise RasaException(errors.SLACK_NO_WAY_IN)

    @classmethod
    def name(cls) -> str:
        """As in the address ``/webhooks/slack/…``."""
        return "slack"

    @classmethod
    def from_credentials(cls, credentials: Any) -> SlackChannel:
        """Made from the environment; ``credentials.yml`` names it alone, for secrets do not belong there."""
        return cls()

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes under ``/webhooks/slack``: none without a signing secret."""
        blueprint = prepare(Blueprint("slack"))
        if self._settings.bot_token is None:
            logger.warning(errors.SLACK_OFF)
            return blueprint
        from ask_resc.channels.slack.connection import Connection  # who has no Slack need not wait for Bolt

        connection = Connection(self._settings, Intake(on_new_message, self.name()))

        @blueprint.listener("after_server_start")
        async def start(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            await connection.start(app)

        @blueprint.listener("before_server_stop")
        async def stop(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
            await connection.stop()

        if self._settings.signing_secret:

            @blueprint.post("/webhook")
            async def receive(request: Request) -> HTTPResponse:
                return await connection.receive(request)

        return blueprint
