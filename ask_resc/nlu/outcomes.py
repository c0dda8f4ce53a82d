"""What a reply would come down to: intents that would be answered alike are one outcome.

Ten topics without an answer at five per cent each are one decline at fifty, and two aspects that share
an answer are one answer. So certainty is about what would be said, not about what it is called.
"""

from __future__ import annotations

from typing import Any, Dict, Tuple

from ask_resc.context import FOLLOW_UPS
from ask_resc.facts.model import Facts

DECLINE = "decline"
TALK = frozenset("greet goodbye thank bot_challenge help how_are_you praise insult human source affirm deny".split())
_SUBJECT_INSTEAD = ("ellipsis", "correction")
_MOST_CACHED = 500


class Outcomes:
    """The outcomes of one version of the facts, before the talk so far is known."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._tables: Dict[Tuple[str, ...], Dict[str, Any]] = {}

    def of(self, intent: str, subjects: Tuple[str, ...]) -> Any:
        """A hashable outcome: ``DECLINE``, an answer's text, or a kind of talk."""
        if subjects not in self._tables:
            if len(self._tables) >= _MOST_CACHED:
                self._tables.clear()
            self._tables[subjects] = {aspect: self._cell(aspect, subjects) for aspect in self.facts.aspects}
        if intent in TALK:
            return "talk"
        if intent in FOLLOW_UPS:
            return _SUBJECT_INSTEAD if intent in _SUBJECT_INSTEAD else intent
        return self._tables[subjects].get(intent, DECLINE)

    def _cell(self, aspect: str, subjects: Tuple[str, ...]) -> Any:
        found = [self.facts.answer(subject, aspect) for subject in subjects or self.facts.subjects]
        filled = [(holder, answer.text) for holder, answer in filter(None, found)]
        if not filled:
            return DECLINE
        return filled[-1] if subjects else aspect
