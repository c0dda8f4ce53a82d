"""From what Slack sends to what is asked: who asks, where, and in plain words."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import Any, Mapping, Optional

from ask_resc.channels.intake import MAX_LENGTH

NOTHING_ASKED = "help"
"""What a bare mention, wave or ``/resc`` asks."""

MOST_CHARACTERS = 4 * MAX_LENGTH

_BY_PEOPLE = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes of messages that people write; the others are edits, deletions, joins and the like."""

_TOKEN = re.compile(r"<([^<>]*)>")
_OTHERS = re.compile(r"<(?:@(?P<user>[A-Z0-9]+)|!(?:subteam\^|here\b|channel\b|everyone\b))")
# Not within a word or number: 10:30:00 is a time.
_EMOJI = re.compile(r"(?<!\w):[a-z0-9_+'\-]+:(?::skin-tone-[2-6]:)?(?!\w)")
_QUOTED = re.compile(r"^(?:>|&gt;)+ ?", re.MULTILINE)
_FORMATTED = re.compile(r"(?<!\w)(```|[*_~`])(?=\S)(.+?)(?<=\S)\1(?!\w)", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """A message that somebody wrote where the bot can see it."""

    markup: str
    """As Slack has it."""
    channel: str
    ts: str
    """Slack's id of the message within its channel, and its time."""
    thread: str
    """The ``ts`` of the thread that it is in, or that a reply begins."""
    is_direct: bool
    mentions_bot: bool
    mentions_others: bool
    begins_thread: bool

    @property
    def text(self) -> str:
        """In plain words, for the intake."""
        return plain(self.markup) or NOTHING_ASKED

    @property
    def conversation(self) -> str:
        """The conversation it belongs to: a thread is one, whoever writes; so is all of a direct message."""
        return conversation(self.channel, self.thread)


def conversation(channel: str, thread: str) -> str:
    """The name of the conversation in a thread, or in all of a direct message."""
    return f"slack-{channel}" if is_direct(channel) else f"slack-{channel}-{thread}"


def command_conversation(channel: str, user: str) -> str:
    """The name of the conversation that somebody has by slash command, seen by nobody else."""
    return f"slack-command-{channel}-{user}"


def is_direct(channel: str) -> bool:
    """Whether a channel is the direct message of one person and the bot."""
    return channel.startswith("D")


def read(event: Mapping[str, Any], bot_user: str) -> Optional[Asked]:
    """What an event ``message`` or ``app_mention`` asks; None for bots, edits, deletions and notices.

    Args:
        event: As in https://docs.slack.dev/reference/events/message and ``…/app_mention``.
        bot_user: The user id of the bot.
    """
    user, channel, ts = event.get("user"), event.get("channel"), event.get("ts")
    is_by_person = user not in (None, "", bot_user, "USLACKBOT") and not event.get("bot_id")
    if not is_by_person or event.get("subtype") not in _BY_PEOPLE or event.get("edited") or not channel or not ts:
        return None
    text = str(event.get("text") or "")
    mentioned = [match["user"] for match in _OTHERS.finditer(text)]
    return Asked(
        markup=text,
        channel=channel,
        ts=ts,
        thread=event.get("thread_ts") or ts,
        is_direct=is_direct(channel),
        mentions_bot=event.get("type") == "app_mention" or bot_user in mentioned,
        mentions_others=any(user != bot_user for user in mentioned),
        begins_thread=not event.get("thread_ts"),
    )


def plain(text: str) -> str:
    """Slack's markup as a person would have typed it: no mentions, labels for links, no emoji codes.

    See https://docs.slack.dev/messaging/formatting-message-text. Smart quotes are the intake's. What the
    intake refuses for its length stays as it is: it could be made to take long.
    """
    if len(text) > MOST_CHARACTERS:
        return text
    text = _EMOJI.sub(" ", _TOKEN.sub(_unwrapped, text))
    text = _QUOTED.sub("", text)
    while (unformatted := _FORMATTED.sub(r"\2", text)) != text:
        text = unformatted
    # Last, so that an escaped "<" is never taken for markup; and once, for "&amp;lt;" means "&lt;".
    return re.sub(r"[ \t]+", " ", html.unescape(text) if "&" in text else text).strip(" \t\n,")


def _unwrapped(token: re.Match[str]) -> str:
    target, _, label = token[1].partition("|")
    if target.startswith("@") or target.startswith(("!here", "!channel", "!everyone", "!subteam")):
        return " "
    if target.startswith("#"):
        return f"#{label}" if label else " "
    if target.startswith("!"):
        return label
    return label or re.sub(r"^(?:mailto|tel):", "", target)
