"""A conversation with the real bot, and what it should say by the facts."""

from __future__ import annotations

import re
import uuid
from typing import Any, Dict, List, Optional

from ask_resc import answers
from ask_resc.answers import Question
from ask_resc.facts.live import facts as live_facts
from ask_resc.serving import Bot

FACTS = live_facts().current()
LEADERS = {s.name.split()[-1] for s in FACTS.subjects.values() if s.leads}
A_FACT = re.compile(r"\b(?:1[89]|20)\d\d\b|10-66a")


class Talk:
    """One conversation of its own."""

    def __init__(self, bot: Bot) -> None:
        self._bot, self.sender = bot, f"test-{uuid.uuid4().hex}"

    def ask(self, text: str) -> List[Dict[str, Any]]:
        """What the bot answers, message by message."""
        return self._bot.ask(text, self.sender)

    def answers(self, text: str) -> List[str]:
        """The parts of the replies that state facts."""
        return [reply["custom"]["answer"] for reply in self.ask(text)]

    def kinds(self, text: str) -> List[str]:
        """The kinds of the replies."""
        return [reply["custom"]["kind"] for reply in self.ask(text)]


def stated(aspect: str, *subjects: str, claimed_leader: Optional[str] = None) -> List[str]:
    """The answers that the facts give to a question."""
    return [r.answer for r in answers.answer(Question(aspect, subjects, claimed_leader=claimed_leader), FACTS)]


def recites(text: str, message: str) -> List[str]:
    """Facts in ``text`` that are not from ``message`` itself: leaders' names, years, the law's number."""
    names = [name for name in LEADERS if name in text and name.casefold() not in message.casefold()]
    return [*names, *(found for found in A_FACT.findall(text) if found not in message)]
