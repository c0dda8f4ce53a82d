"""What is done with a message, a command, a click and a vote: once each, in order, and answered.

Slack has been answered before any of this begins; see ``connection.py``.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Callable, Dict, List, Mapping, Optional

from rasa.core.agent import Agent
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from ask_resc import context, errors
from ask_resc.channels.intake import Intake, Reply, clean
from ask_resc.channels.slack import input as slack_input
from ask_resc.channels.slack import output
from ask_resc.channels.slack.input import Asked
from ask_resc.channels.slack.turns import Turns, until_quiet
from ask_resc.facts.live import facts
from ask_resc.storage.deliveries import Deliveries
from ask_resc.storage.masking import mask
from ask_resc.storage.votes import VoteNotKept, Votes

MOST_AT_ONCE = 4
"""Questions given to the bot at once: the time-out of each is for the bot, not for waiting."""
MOST_PROMPTS = 4
_BLOCKS_REFUSED = ("invalid_blocks", "invalid_blocks_format")

logger = logging.getLogger(__name__)

Body = Mapping[str, Any]


class Handler:
    """Does what Slack asks for.

    Args:
        intake: The way to the bot.
        client: For what must be said: tries again where Slack is busy or failing.
        hasty: For what may be left out: tries once.
        agent: The bot, once it is loaded.
        deliveries: What was handled already.
    """

    def __init__(
        self,
        intake: Intake,
        client: AsyncWebClient,
        hasty: AsyncWebClient,
        agent: Callable[[], Agent],
        deliveries: Deliveries,
    ) -> None:
        self._intake, self._client, self._hasty = intake, client, hasty
        self._agent, self._deliveries = agent, deliveries
        self._turns = Turns()
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._signing_in: Optional[asyncio.Future[str]] = None
        self._has_feedback = True  # until Slack refuses the block

    async def bot_user(self) -> str:
        """The bot's own user id; Slack is asked once, whoever waits for it."""
        if self._signing_in is None:
            self._signing_in = asyncio.ensure_future(self._sign_in())
        return await asyncio.shield(self._signing_in)

    async def _sign_in(self) -> str:
        try:
            return str((await self._client.auth_test())["user_id"])
        except Exception:
            self._signing_in = None  # the next message tries again
            raise

    async def message(self, event_id: str, event: Body) -> None:
        """Answer a message that is for the bot; every other is dropped unread, or left without a reply."""
        asked = slack_input.read(event, await self.bot_user())
        if asked is None:
            return
        async with self._turns.stand_in_line(asked.conversation, asked.ts) as turn:
            if not await self._is_ours(asked):
                return
            async with self._deliveries.claim(f"event {event_id}", f"message {asked.channel} {asked.ts}") as is_new:
                if is_new:
                    await turn()
                    if await self._is_for_the_bot(asked):
                        await self._answer(asked)

    async def command(self, body: Body) -> None:
        """Answer a slash command, for the asker alone."""
        text = slack_input.plain(body.get("text") or "") or slack_input.NOTHING_ASKED
        async with self._deliveries.claim(f"command {body['trigger_id']}") as is_new:
            if is_new:
                conversation = slack_input.command_conversation(body["channel_id"], body["user_id"])
                await self._answer_privately(text, conversation, body["response_url"])

    async def click(self, body: Body) -> None:
        """Answer a suggestion as if it had been typed where it stands."""
        question = str(body["actions"][0]["value"])
        async with self._deliveries.claim(f"action {body['trigger_id']}") as is_new:
            if not is_new:
                return
            conversation = _conversation(body)
            if _is_private(body):
                await self._answer_privately(question, conversation, body["response_url"], asked=question)
                return
            channel, thread = body["channel"]["id"], _thread(body)
            async with self._turns.take(conversation, str(body["actions"][0].get("action_ts") or "")):
                await self._post(await self._ask(question, conversation), channel, thread, asked=question)

    async def vote(self, body: Body) -> None:
        """Keep a vote, and tell the voter alone."""
        answer_id, helpful = output.vote_of(str(body["actions"][0]["value"]))
        try:
            counts = await Votes.beside(self._agent().tracker_store).cast(
                answer_id,
                helpful,
                conversation=_conversation(body),
                visitor=f"slack-{body['user']['id']}",
                channel="slack",
            )
        except VoteNotKept:
            counts = False
        await self._respond(body["response_url"], {"text": output.THANKS if counts else output.NO_VOTE})

    async def opened(self, event: Body) -> None:
        """Suggest questions to somebody who opens the direct message, where Slack offers that."""
        if event.get("tab") != "messages":
            return
        prompts = [{"title": question, "message": question} for question in facts().current().starters]
        await self._may_fail(
            self._hasty.assistant_threads_setSuggestedPrompts(
                channel_id=event["channel"], prompts=prompts[:MOST_PROMPTS]
            )
        )

    # Whether

    async def _is_ours(self, asked: Asked) -> bool:
        """Whether it was said to the bot, or in a thread where the bot was mentioned."""
        if asked.is_direct:
            return True
        if asked.mentions_bot:
            await self._deliveries.remember_thread(asked.conversation)
            return True
        return not asked.begins_thread and await self._deliveries.is_thread(asked.conversation)

    async def _is_for_the_bot(self, asked: Asked) -> bool:
        """Whether a message is owed a reply. People talk with each other in a thread, too.

        Judged before the conversation is touched: nothing of what they say to each other is kept.
        """
        if asked.is_direct or asked.mentions_bot:
            return True
        question = None if asked.mentions_others else clean(asked.text)
        if question is None:
            return False
        async with self._bots_turn():
            parsed = await self._agent().parse_message(mask(question))
        return context.asks_something([q["intent"] for q in parsed.get("questions") or ()], facts().current())

    # How

    async def _answer(self, asked: Asked) -> None:
        status = asyncio.ensure_future(self._show_status(asked))
        try:
            replies = await self._ask(asked.text, asked.conversation)
            await status  # one that came after the answer would stay
        finally:
            status.cancel()
        await self._post(replies, asked.channel, asked.thread)

    async def _show_status(self, asked: Asked) -> None:
        if asked.is_direct:
            await self._may_fail(
                self._hasty.assistant_threads_setStatus(
                    channel_id=asked.channel, thread_ts=asked.thread, status=output.THINKING
                )
            )

    async def _ask(self, text: str, conversation: str) -> List[Reply]:
        async with self._bots_turn():
            return await self._intake.ask(text, conversation)

    @asynccontextmanager
    async def _bots_turn(self) -> AsyncIterator[None]:
        """Keep the bot busy, and Slack not waiting: it has three seconds for what the bot shares its process with."""
        async with self._at_once:
            await until_quiet()  # acknowledgements go before answers
            yield

    async def _answer_privately(self, text: str, conversation: str, url: str, asked: Optional[str] = None) -> None:
        async with self._turns.take(conversation, ""):
            replies = await self._ask(text, conversation)
            await self._respond(url, output.message(replies, feedback=False, asked=asked))

    async def _post(self, replies: List[Reply], channel: str, thread: str, asked: Optional[str] = None) -> None:
        """Say it in a thread; where Slack refuses a block, by simpler means."""
        ways: List[Dict[str, bool]] = [{"feedback": True}] if self._has_feedback else []
        ways += [{"feedback": False}, {"feedback": False, "blocks": False}]
        for number, way in enumerate(ways, 1):
            try:
                body = output.message(replies, asked=asked, **way)
                await self._client.chat_postMessage(channel=channel, thread_ts=thread, **body)
                return
            except SlackApiError as error:
                if error.response.get("error") not in _BLOCKS_REFUSED or number == len(ways):
                    raise
                self._has_feedback = self._has_feedback and not way["feedback"]

    async def _respond(self, url: str, body: Body) -> None:
        """Say it to whoever asked or clicked, seen by nobody else."""
        webhook = AsyncWebhookClient(url, session=self._client.session, retry_handlers=self._client.retry_handlers)
        answer = await webhook.send_dict({**body, "response_type": "ephemeral", "replace_original": False})
        if answer.status_code != 200:
            raise RuntimeError(errors.slack_response_refused(answer.status_code))

    async def _may_fail(self, call: Any) -> None:
        try:
            await call
        except Exception as error:  # whatever the reason, the answer is what counts
            logger.debug("Slack did without: %s", error)


def _is_private(body: Body) -> bool:
    """Whether a click was on an answer to a slash command."""
    return bool(body["container"].get("is_ephemeral"))


def _thread(body: Body) -> str:
    """The thread of the message that was clicked on."""
    container = body["container"]
    return str(container.get("thread_ts") or body.get("message", {}).get("thread_ts") or container["message_ts"])


def _conversation(body: Body) -> str:
    """The conversation of the message that was clicked on."""
    channel = body["channel"]["id"]
    if _is_private(body):
        return slack_input.command_conversation(channel, body["user"]["id"])
    return slack_input.conversation(channel, _thread(body))
