"""Bolt for Python, by HTTP, by Socket Mode, or by both.

Slack gives three seconds for an acknowledgement. Bolt gives it as soon as the signature is checked, and
everything else happens after; see ``handler.py``.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any, Awaitable, Callable, List, Optional, Set

import aiohttp
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json
from slack_bolt.adapter.sanic.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from ask_resc import errors, settings
from ask_resc.channels.intake import Intake
from ask_resc.channels.slack import output
from ask_resc.channels.slack.handler import Handler
from ask_resc.storage.database import SeldomLog
from ask_resc.storage.deliveries import Deliveries
from ask_resc.storage.tracker_store import database_of

COMMAND = "/resc"
SECONDS_FOR_SLACK = 10
"""How long one call to Slack may take."""
SECONDS_FOR_WHAT_MAY_FAIL = 2
SECONDS_TO_STOP = 4
"""How long messages that are being answered hold up the end; the process has five."""
MOST_TRIES_AGAIN = 4

logger = logging.getLogger(__name__)


def _on_one_line(record: logging.LogRecord) -> bool:
    """For what Bolt and the SDK log, again and again while Slack cannot be reached: no page of their calls."""
    record.msg, record.args, record.exc_info = " ".join(record.getMessage().split()), None, None
    return True


_BOLT_LOGGER = logging.getLogger(f"{__name__}.bolt")
_BOLT_LOGGER.setLevel(logging.ERROR)  # its warnings quote what people write
_BOLT_LOGGER.addFilter(_on_one_line)


class Connection:
    """Bolt, and what it runs on, from the start of the server to its end.

    Args:
        slack: With a bot token, and a signing secret or an app token.
        intake: The way to the bot.
    """

    def __init__(self, slack: settings.Slack, intake: Intake) -> None:
        self._settings, self._intake = slack, intake
        self._client = AsyncWebClient(slack.bot_token, slack.api_url, retry_handlers=_tries_again())
        self._hasty = AsyncWebClient(slack.bot_token, slack.api_url, retry_handlers=[])

        async def authorize(enterprise_id: Optional[str], team_id: Optional[str]) -> AuthorizeResult:
            # By itself, Bolt would ask Slack who the bot is before it acknowledges anything.
            return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=slack.bot_token)

        self._bolt = AsyncApp(
            client=self._client,
            signing_secret=slack.signing_secret or "",  # without one there is no address to sign for
            authorize=authorize,
            logger=_BOLT_LOGGER,
        )
        self._verifier = SignatureVerifier(slack.signing_secret) if slack.signing_secret else None
        self._requests = AsyncSlackRequestHandler(self._bolt)
        self._socket: Optional[AsyncSocketModeHandler] = None
        self._background: List[asyncio.Future[Any]] = []
        self._at_work: Set[asyncio.Future[Any]] = set()
        self._log = SeldomLog(logger)

    async def start(self, app: Sanic) -> None:
        """Begin to listen; Slack need not be there yet."""
        timeout = aiohttp.ClientTimeout(total=SECONDS_FOR_SLACK)
        self._client.session = aiohttp.ClientSession(timeout=timeout)
        hasty = aiohttp.ClientTimeout(total=SECONDS_FOR_WHAT_MAY_FAIL)
        self._hasty.session = aiohttp.ClientSession(timeout=hasty)
        deliveries = Deliveries(lambda: database_of(app.ctx.agent.tracker_store))
        handler = Handler(self._intake, self._client, self._hasty, lambda: app.ctx.agent, deliveries)
        self._listen(handler)
        self._background.append(asyncio.ensure_future(deliveries.renew()))
        self._background.append(asyncio.ensure_future(self._sign_in(handler)))
        if self._settings.app_token:
            self._socket = AsyncSocketModeHandler(self._bolt, self._settings.app_token)
            connecting: Awaitable[None] = self._socket.connect_async()  # type: ignore[no-untyped-call]
            self._background.append(asyncio.ensure_future(connecting))

    async def stop(self) -> None:
        """Take nothing more, and finish what is at work."""
        if self._socket is not None:
            await self._socket.close_async()  # type: ignore[no-untyped-call]
        end = time.monotonic() + SECONDS_TO_STOP
        while self._at_work and time.monotonic() < end:
            await asyncio.wait(self._at_work, timeout=end - time.monotonic())
        if self._at_work:
            logger.warning(errors.SLACK_STOPPED_SHORT)
        for task in self._background:
            task.cancel()
        for client in (self._client, self._hasty):
            if client.session is not None:
                await client.session.close()

    async def receive(self, request: Request) -> HTTPResponse:
        """``POST /webhooks/slack/webhook``: events, interactivity and commands, as Slack signs them."""
        if not self._is_signed(request):
            return json({"error": "invalid request"}, status=401)
        return await self._requests.handle(request)

    def _is_signed(self, request: Request) -> bool:
        # Bolt checks it, too, but reads the body first, and trips over a time that is no number.
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if self._verifier is None or not re.fullmatch(r"[0-9]{1,12}", timestamp):
            return False
        try:
            return self._verifier.is_valid(request.body, timestamp, request.headers.get("X-Slack-Signature"))
        except (ValueError, TypeError):  # a body that is no UTF-8, a signature that is no ASCII
            return False

    def _listen(self, handler: Handler) -> None:
        """Who is called for what. Events are acknowledged by Bolt itself, everything else by ``ack``."""
        bolt = self._bolt

        async def message(body: Any, event: Any) -> None:
            await self._work(handler.message(body["event_id"], event))

        async def opened(event: Any) -> None:
            await self._work(handler.opened(event))

        async def command(ack: Callable[[], Awaitable[Any]], body: Any) -> None:
            await ack()
            await self._work(handler.command(body))

        async def click(ack: Callable[[], Awaitable[Any]], body: Any) -> None:
            await ack()
            await self._work(handler.click(body))

        async def vote(ack: Callable[[], Awaitable[Any]], body: Any) -> None:
            await ack()
            await self._work(handler.vote(body))

        async def nothing(ack: Callable[[], Awaitable[Any]]) -> None:
            await ack()

        bolt.event("message")(message)
        bolt.event("app_mention")(message)
        bolt.event("app_home_opened")(opened)
        bolt.command(COMMAND)(command)
        bolt.action(re.compile(f"^{output.ASK}"))(click)
        bolt.action(re.compile(f"^{output.VOTE}"))(vote)
        # What nobody listens for, Bolt would log with all that was said.
        bolt.event(re.compile(""))(nothing)
        bolt.action(re.compile(""))(nothing)
        bolt.command(re.compile(""))(nothing)

    async def _work(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)
        try:
            await task
        except Exception as error:
            self._log.error(errors.slack_not_answered(_reason(error)))

    async def _sign_in(self, handler: Handler) -> None:
        """Know at once who the bot is, or say what is wrong before anybody asks."""
        try:
            await handler.bot_user()
        except Exception as error:
            logger.error(errors.slack_not_signed_in(_reason(error)))


def _reason(error: Exception) -> str:
    """What went wrong, on one line; what Slack says of it, and nothing that people wrote."""
    return " ".join(f"{type(error).__name__}: {error}".split())


class _ServerErrorRetryHandler(AsyncRetryHandler):
    """The SDK's own tries again after 500 and 503 alone."""

    async def _can_retry_async(self, *, response: Any = None, **_: Any) -> bool:
        return response is not None and response.status_code >= 500


def _tries_again() -> List[AsyncRetryHandler]:
    """As long as Slack asks for after a 429, with a back-off that doubles after errors."""
    return [
        AsyncRateLimitErrorRetryHandler(MOST_TRIES_AGAIN),
        _ServerErrorRetryHandler(MOST_TRIES_AGAIN),
        AsyncConnectionErrorRetryHandler(MOST_TRIES_AGAIN),
    ]
