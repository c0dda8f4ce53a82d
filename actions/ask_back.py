"""``action_ask_back``: "did you mean", with the nearest questions as buttons."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue import heard, slots, utter
from ask_resc import answers
from ask_resc.context import Context, options
from ask_resc.facts.live import facts as live_facts


class ActionAskBack(Action):
    """Asks back instead of guessing."""

    def name(self) -> str:
        """As in ``domain.yml``."""
        return "action_ask_back"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Offer what the last message was nearest to; the context stays."""
        facts = live_facts().current()
        context = Context.from_slots(tracker.slots, facts)
        nearest = [option for question in heard(tracker) for option in options(question, context, facts)]
        utter(dispatcher, [answers.ask_back(nearest, facts)], facts)
        return slots(context)
