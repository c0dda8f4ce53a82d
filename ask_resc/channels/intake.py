"""One way in for every channel: what is let through to the bot, and that a reply comes back.

A channel hands over a text and gets a list of replies to render. Whatever a visitor sends, and
whatever fails, hangs or stays silent behind this point, the list is never empty: a reply is owed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import unicodedata
import uuid
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Optional

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_yaml_file
from sanic import Blueprint, Sanic

from ask_resc import errors
from ask_resc.answers import Kind
from ask_resc.facts.live import facts
from ask_resc.facts.loader import FactsError
from ask_resc.runtime.install import attach, install
from ask_resc.settings import PROJECT
from ask_resc.storage.masking import mask

MAX_LENGTH = 1000
"""Characters of a message; a long question has 300."""
TIME_OUT = 4.5
"""Seconds until a visitor is told that something went wrong."""
UNREADABLE_SHARE = 0.3
"""A text with more unreadable characters than this is not a text."""

Handler = Callable[[UserMessage], Awaitable[Any]]
Reply = Dict[str, Any]
"""``text`` is complete in itself; ``answer``, ``notices`` and ``sources`` are its parts, with ``id``,
``kind`` and ``buttons`` (title and payload, a question in words)."""

logger = logging.getLogger(__name__)


class Intake:
    """The way from a channel to the bot and back.

    Args:
        handler: Rasa's, given to a channel's ``blueprint``.
        channel: Name of the channel, for the conversation store.
        domain: Where the two sentences stand that are said without the bot.
    """

    def __init__(self, handler: Handler, channel: str, domain: Path = PROJECT / "domain.yml") -> None:
        self._handler, self._channel = handler, channel
        responses = read_yaml_file(domain)["responses"]
        self._sentences = {kind: responses[f"utter_{kind.value}"][0]["text"] for kind in (Kind.REFUSED, Kind.FAILED)}

    async def ask(self, text: Any, sender: str, metadata: Optional[Dict[str, Any]] = None) -> List[Reply]:
        """Replies to ``text`` in the conversation ``sender``; at least one, within ``TIME_OUT``."""
        question = clean(text)
        if question is None:
            return [self._said(Kind.REFUSED)]
        output = _Replies()
        message = UserMessage(mask(question), output, sender, input_channel=self._channel, metadata=metadata)
        started = time.monotonic()
        trouble = await self._handle(message)
        if output.replies:
            return output.replies
        logger.error("A message went unanswered after %.1f s (%s).", time.monotonic() - started, trouble)
        return [self._said(Kind.FAILED)]

    async def _handle(self, message: UserMessage) -> str:
        """Let the bot handle a message for at most ``TIME_OUT``; says what went wrong if it did not reply.

        In a task of its own: whatever it does, be it cancelling itself or refusing to be cancelled, ends
        there, and this visitor does not wait for it.
        """
        task = asyncio.ensure_future(self._handler(message))
        try:
            await asyncio.wait({task}, timeout=TIME_OUT)
        finally:
            if not task.done():
                task.cancel()
        if not task.done():
            return "no reply in time"
        if task.cancelled():
            return "cancelled"
        error = task.exception()
        return f"{type(error).__name__}: {error}" if error else "no reply"

    def _said(self, kind: Kind) -> Reply:
        text = self._sentences[kind]
        return {
            "text": text, "id": uuid.uuid4().hex, "kind": kind.value, "answer": text,
            "notices": [], "sources": [], "buttons": [],
        }  # fmt: skip


def clean(text: Any) -> Optional[str]:
    """``text`` as it goes to the bot, or None where it is refused.

    Refused are: no text, nothing but blanks or signs, too much of it, a text that is mostly unreadable,
    and ``/…``, which Rasa would take for a command.
    """
    if not isinstance(text, str) or len(text) > 4 * MAX_LENGTH:
        return None
    unreadable = sum(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c == "\ufffd" for c in text)
    unreadable -= sum(text.count(c) for c in "\n\r\t")
    if unreadable > UNREADABLE_SHARE * len(text):
        return None
    kept = "".join(c if c.isprintable() else " " if c.isspace() else "" for c in _line_breaks(text))
    kept = kept.replace(_BREAK, "\n").strip()
    kept = kept.translate(_PLAIN_QUOTES)
    if not kept or len(kept) > MAX_LENGTH or kept.lstrip().startswith("/"):
        return None
    return kept


_BREAK = "\N{SYMBOL FOR NEWLINE}"
_PLAIN_QUOTES = str.maketrans("\u2018\u2019\u201c\u201d\u00a0", "''\"\" ")


def _line_breaks(text: str) -> str:
    return re.sub(r"\r\n?|\n|\u2028|\u2029", _BREAK, text)


class _Replies(CollectingOutputChannel):
    """Collects what the bot says, whole: Rasa's own channels would split it at blank lines."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: List[Reply] = []

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        """Keep one reply; called by Rasa."""
        parts = message.get("reply") or {"id": uuid.uuid4().hex, "kind": None, "answer": message.get("text")}
        self.replies.append(
            {
                "notices": [],
                "sources": [],
                **parts,
                "text": message.get("text"),
                "buttons": message.get("buttons") or [],
            }
        )


def prepare(blueprint: Blueprint) -> Blueprint:
    """Have our runtime in place where a channel of ours is open; each channel's ``blueprint`` calls it.

    Raises:
        RasaException: There are no good facts to answer from, so the bot does not start.
    """
    install()
    try:
        facts().current()
    except FactsError as error:
        raise RasaException(errors.facts_broken_at_start(error.problems)) from error

    @blueprint.listener("after_server_start")
    async def attach_actions(app: Sanic, loop: asyncio.AbstractEventLoop) -> None:
        attach(app)

    return blueprint
