"""``action_answer``: the questions of a message to replies."""

from __future__ import annotations

from typing import Any, Dict, List

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.dialogue import heard, slots, utter
from ask_resc import answers
from ask_resc.context import FOLLOW_UPS, Context, remember, resolve
from ask_resc.facts.live import facts as live_facts


class ActionAnswer(Action):
    """Answers, corrects, declines or makes small talk, as ``ask_resc.answers`` decides."""

    def name(self) -> str:
        """As in ``domain.yml``."""
        return "action_answer"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[str, Any]
    ) -> List[Dict[str, Any]]:
        """Reply to each question in the order asked; a later one may refer to an earlier."""
        facts = live_facts().current()
        context = Context.from_slots(tracker.slots, facts)
        replies: List[answers.Reply] = []
        for question in heard(tracker):
            if question.intent == "out_of_scope":
                replies.append(answers.out_of_scope(facts))
            elif question.intent not in facts.aspects and question.intent not in FOLLOW_UPS:
                replies.append(answers.small_talk(question.intent, facts))
            else:
                resolved = resolve(question, context, facts)
                if resolved is None:
                    replies.append(answers.ask_back([], facts))
                    continue
                replies.extend(answers.answer(resolved, facts))
                context = remember([resolved], context, facts)
        utter(dispatcher, replies, facts)
        return slots(context)
