"""``action_answer``: the questions of a message to replies."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue import heard, home, reply_to, slots, utter
from ask_resc.context import Context
from ask_resc.facts.live import facts as live_facts


class ActionAnswer(Action):
    """Answers, corrects, declines or makes small talk, as ``ask_resc.answers`` decides."""

    def name(self) -> str:
        """As in ``domain.yml``."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Reply, and remember what it was about."""
        facts = live_facts().current()
        context = Context.from_slots(tracker.slots, facts)
        replies, context = reply_to(heard(tracker), context, facts, home(tracker))
        utter(dispatcher, replies, facts)
        return slots(context)
