"""Between Rasa's tracker and our questions and replies; shared by the actions, decides nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import CollectingDispatcher

from ask_resc import answers
from ask_resc.answers import Question, Reply
from ask_resc.context import (
    FOLLOW_UPS,
    OUT_OF_SCOPE,
    UNSURE,
    Context,
    Heard,
    at_home,
    named,
    options,
    remember,
    resolve_all,
)
from ask_resc.facts.model import Facts


def heard(tracker: Tracker) -> List[Heard]:
    """The questions in the last message; without our own pipeline (a test story), one of its intent."""
    latest: Mapping[str, Any] = tracker.latest_message or {}
    questions = latest.get("questions")
    if not questions:
        intent = (latest.get("intent") or {}).get("name") or OUT_OF_SCOPE
        subjects = [e["value"] for e in latest.get("entities") or () if e.get("entity") == "subject"]
        return [Heard(intent, latest.get("text") or "", tuple(subjects))]
    return [
        Heard(
            intent=q["intent"],
            text=q["text"],
            subjects=tuple(q["subjects"]),
            named=q["named"],
            kinds=frozenset(q["kinds"]),
            strangers=tuple(q["strangers"]),
            excluded=tuple(q["excluded"]),
            grain=q["grain"],
            options=tuple(q["options"]),
        )
        for q in questions
    ]


def home(tracker: Tracker) -> Optional[str]:
    """The subject of the site that the last message came from, if it is one's own; a channel's metadata says it."""
    metadata = (tracker.latest_message or {}).get("metadata")
    subject = metadata.get("subject") if isinstance(metadata, dict) else None
    return subject if isinstance(subject, str) else None


def reply_to(
    questions: Sequence[Heard], context: Context, facts: Facts, home: Optional[str] = None
) -> Tuple[List[Reply], Context]:
    """Replies to the questions in the order asked, each understood beside what was said before it."""
    replies: List[Reply] = []
    asked: List[Question] = []
    for question in questions:
        there = at_home(question, context, home, facts)
        of_strangers = question.of_strangers and question.intent not in FOLLOW_UPS
        if question.intent in (OUT_OF_SCOPE, UNSURE) or of_strangers:
            # No answer, but it said whom it was about: "it" in the next question is that.
            context = named(question, context, facts)
        if question.intent == OUT_OF_SCOPE:
            replies.append(answers.out_of_scope(facts))
        elif question.intent in facts.aspects or question.intent in FOLLOW_UPS:
            resolved = resolve_all(question, there, facts)
            if not resolved:
                replies.append(answers.ask_back(options(question, there, facts), facts))
            elif not of_strangers:
                context = remember(resolved, context, facts)
            asked += resolved
            replies += [reply for one in resolved for reply in answers.answer(one, facts)]
        elif question.intent == UNSURE:
            replies.append(answers.ask_back(options(question, there, facts), facts))
        else:
            replies.append(answers.small_talk(question.intent, facts))
    if asked:
        several = asked if len(asked) > 1 else ()
        context = replace(context, asked=tuple((question.aspect, question.subjects) for question in several))
    return answers.without_repeats(replies), context


def utter(dispatcher: CollectingDispatcher, replies: Sequence[Reply], facts: Facts) -> None:
    """Say the replies in order; buttons stand under the last alone."""
    for number, reply in enumerate(replies, 1):
        suggestions = reply.suggestions if number == len(replies) else ()
        dispatcher.utter_message(
            response=reply.response,
            buttons=[{"title": question, "payload": question} for question in suggestions],
            # For the channel, which shows either the text or these parts:
            reply=_parts(reply, facts),
            **filling(reply, facts),
        )


def filling(reply: Reply, facts: Facts) -> Dict[str, str]:
    """What stands in the gaps of the sentence ``reply.response`` in ``domain.yml``."""
    source = facts.sources[facts.source]
    return {
        "answer": reply.answer,
        "notice": "".join(f" {notice.text}" for notice in reply.notices),
        "topic": reply.topic,
        "subject": reply.subject,
        "about": facts.about,
        "contact": f" {reply.contact}" if reply.contact else "",
        "title": source.title,
        "publisher": source.publisher,
        "address": source.address,
        "date": source.date,
    }


def _parts(reply: Reply, facts: Facts) -> Dict[str, Any]:
    return {
        "id": reply.id,
        "kind": reply.kind.value,
        "answer": reply.answer,
        "notices": [{"text": n.text, "date": n.date, "source": facts.sources[n.source].dict()} for n in reply.notices],
        "sources": [facts.sources[key].dict() for key in reply.sources],
    }


def slots(context: Context) -> List[Dict[str, Any]]:
    """Set every slot anew, so that the last turn alone tells the context."""
    return [
        SlotSet("aspect", context.aspect),
        SlotSet("subjects", list(context.subjects) or None),
        SlotSet("listed", list(context.listed) or None),
        SlotSet("answered", context.answered),
        SlotSet("mistaken", context.mistaken),
        SlotSet("asked", [[aspect, list(subjects)] for aspect, subjects in context.asked] or None),
    ]
