"""The last step of understanding: one list of questions out of a message and its clauses.

Decides what was surely understood, what to ask back, and what is about something else; the thresholds
stand in ``config.yml``. The list travels in the parse data, under ``questions``, to ``actions/``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any, Dict, List, Optional, Text, Tuple

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

from ask_resc.facts.live import facts
from ask_resc.nlu.clauses import CLAUSE_OF, asks
from ask_resc.nlu.intent import CHANCES
from ask_resc.nlu.names import Found
from ask_resc.nlu.subjects import FOUND

QUESTIONS = "questions"
UNSURE = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
TALK = frozenset(
    "greet goodbye thank bot_challenge help how_are_you praise insult human source affirm deny".split()
)
FOLLOW_UPS = frozenset("ellipsis correction others back_to repeat more".split())

_EXACT = re.compile(r"\b(exact|exactly|precise|precisely|specific|specifically)\b", re.I)
_DAY = re.compile(r"\b(?:which|what|wat) day\b|\bday of\b|\bthe day\b|\bday in\b|\bwhat day\b|\bon a (?:monday|tuesday|wednesday|thursday|friday)\b", re.I)
_MONTH = re.compile(r"\b(?:which|what) month\b", re.I)
_SET_ASIDE = re.compile(r"\b(?:not|isnt|instead of|rather than|nt)\s*$|n['’]t\s*(?:mean\s*)?$", re.I)


def grain(text: str) -> Optional[str]:
    """How fine a date the question insists on; None where any date will do."""
    if _DAY.search(text):
        return "day"
    if _MONTH.search(text):
        return "month"
    if _EXACT.search(text):
        return "year" if re.search(r"\byear\b", text, re.I) else "day"
    return None


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionCollector(GraphComponent, IntentClassifier):
    """Folds a message and its clauses into the message, with its questions and one intent for the dialogue."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """``sure``: answer from here on; ``unsure``: ask back from here on, below it decline;
        ``doubt``: chance of a decline from which on no fact is stated;
        ``named``: share of a decline's probability from which on its topic is named;
        ``stray``: a second question from which on to be surely about something else is declined;
        ``claim``: a person and a center in one question are about who leads it below this certainty."""
        return {"sure": 0.4, "unsure": 0.3, "doubt": 0.32, "named": 0.5, "stray": 0.6, "claim": 0.8, "max_questions": 3}

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._config = config

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionCollector:
        """Stateless."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """``[message, clause, …]`` back to ``[message]``."""
        wholes = [m for m in messages if m.get(CLAUSE_OF) is None]
        for message in wholes:
            clauses = [m for m in messages if m.get(CLAUSE_OF) is message]
            questions = self._questions(message, clauses)
            message.set(QUESTIONS, questions, add_to_output=True)
            intent = next((q for q in questions if q["intent"] not in TALK), questions[0])
            message.set(
                INTENT, {"name": intent["intent"], "confidence": intent["confidence"]}, add_to_output=True
            )
        return wholes

    def _questions(self, message: Message, clauses: List[Message]) -> List[Dict[Text, Any]]:
        whole = self._judge(message)
        if whole["intent"] == OUT_OF_SCOPE and not whole["subjects"] and len(whole["text"].split()) > LONG:
            return [whole]  # a pasted text; some sentence of it always looks like a question
        parts = [self._judge(clause) for clause in clauses]
        requests = [part for part in parts if asks(part["text"]) and part["intent"] not in TALK]
        asked = _distinct(_led_in([p for p in requests if p["intent"] not in (OUT_OF_SCOPE, UNSURE)], parts))
        if not asked:
            return [whole]
        strays = [p for p in requests if p["intent"] == OUT_OF_SCOPE and p["confidence"] >= self._config["stray"]]
        if len(asked) > 1 or (strays and whole["intent"] not in (OUT_OF_SCOPE, UNSURE)):
            order = [id(part) for part in parts]
            return sorted([*asked, *strays[:1]], key=lambda q: order.index(id(q)))[-self._config["max_questions"] :]
        if whole["intent"] in TALK | {OUT_OF_SCOPE, UNSURE} or asked[0]["confidence"] > whole["confidence"]:
            if not asked[0]["subjects"]:
                # "I saw a letter from EdAdvance. Who runs it?"
                asked[0].update({key: whole[key] for key in ("subjects", "named", "strangers")})
            return asked
        return [whole]

    def _judge(self, message: Message) -> Dict[Text, Any]:
        text = message.get(TEXT) or ""
        found: Found = message.get(FOUND) or Found((), (), frozenset())
        subjects: List[str] = []
        named: Dict[str, str] = {}
        excluded: List[str] = []
        for mention in found.mentions:
            if mention.subject is None:
                continue
            if mention.subject not in subjects:
                subjects.append(mention.subject)
            named.setdefault(mention.subject, mention.text)
            before = text[: text.find(mention.text)]
            if _SET_ASIDE.search(before):
                excluded.append(mention.subject)
        chances = message.get(CHANCES) or {OUT_OF_SCOPE: 1.0}
        name, confidence = self._decide(chances, [s for s in subjects if s not in excluded])
        if TITLE_IN_NAME.search(text) and (name not in LEADING or name == UNSURE):
            name, confidence = "title", max(confidence, self._config["sure"])
        if name in ("expansion", "leads", "title", UNSURE) and LONE_LETTER.search(text):
            name = "private_life"  # "what does the J stand for?" asks for a middle name
        if found.strangers and not subjects and name not in TALK:
            name = "other_body"
        if IS_IT.search(text) and subjects and not any(_is_led(s) for s in subjects) and name in ("membership", "definition", UNSURE):
            name, subjects = "membership", []  # "is it a RESC?" is about "it"
        if _is_pair(subjects) and name not in CLAIMS and confidence < self._config["claim"] and sum(chances.get(i, 0) for i in CLAIMS) > 0.1:
            name = "leader"  # a person and a center in one breath: who leads it?
        return {
            "intent": name,
            "confidence": confidence,
            "text": text,
            "subjects": subjects,
            "named": named,
            "kinds": sorted(found.kinds),
            "strangers": list(found.strangers),
            "excluded": excluded,
            "grain": grain(text),
            "options": sorted(chances, key=lambda i: -chances[i])[:5],
        }

    def _decide(self, chances: Dict[Text, float], subjects: List[Text]) -> Tuple[Text, float]:
        """The likeliest outcome and how likely it is.

        What counts is what would be said: ten topics without an answer at five per cent each are one
        decline at fifty, and two aspects that share an answer are one answer.
        """
        sums: Dict[Any, float] = defaultdict(float)
        best: Dict[Any, Text] = {}
        for intent in sorted(chances, key=lambda i: -chances[i]):
            outcome = _outcome(intent, subjects)
            sums[outcome] += chances[intent]
            best.setdefault(outcome, intent)
        outcome = max(sums, key=lambda o: sums[o])
        intent, likely = best[outcome], sums[outcome]
        if outcome == DECLINE:
            # A topic is named only where it stands out among those without an answer.
            if chances[intent] < self._config["named"] * likely and intent not in TALK:
                intent = OUT_OF_SCOPE
            return intent, likely
        if likely < self._config["unsure"]:
            return OUT_OF_SCOPE, 1 - likely
        if likely < self._config["sure"] or (intent not in TALK and sums[DECLINE] > self._config["doubt"]):
            return UNSURE, likely
        return intent, likely


def _is_led(subject: Text) -> bool:
    known = facts().current()
    return known.leader_of(subject) is not None or known.subjects[subject].leads is not None


def _is_pair(subjects: List[Text]) -> bool:
    known = facts().current()
    return len(subjects) == 2 and {known.subjects[s].leads is None for s in subjects} == {True, False}


DECLINE = "decline"
LONG = 30
"""Words from which on a message is a text."""
CLAIMS = ("leader", "leads", "person", "title", "membership", "definition")
LONE_LETTER = re.compile(r"\b(?:the|letter|initial|middle)\s+['\"]?[b-hj-z]\b['\".]?(?!\w)", re.I)
TITLE_IN_NAME = re.compile(
    r"\b(?:dr|doctor(?:ate|ates|s)?|phd)\b.{0,25}\b(?:in front|before|name|names|title)\b"
    r"|\b(?:which|who|whos)\b.{0,40}\b(?:title of )?(?:dr|doctor(?:ate|s)?)\b"
    r"|\b(?:is|are)\s+(?:he|she|they)\s+(?:a |an |also )*(?:dr|doctor)\b",
    re.I,
)
LEADING = ("leader", "person", "leads")
IS_IT = re.compile(r"\b(?:is|are|was|isn't|isnt)\s+(?:it|that|this|they|those|he|she)\b", re.I)


def _outcome(intent: Text, subjects: List[Text]) -> Any:
    """What a reply to ``intent`` about ``subjects`` would come down to, before the talk so far is known."""
    known = facts().current()
    if intent in TALK:
        return "talk"
    if intent in FOLLOW_UPS:
        return "follow" if intent in ("ellipsis", "correction") else intent
    if intent not in known.aspects:
        return DECLINE
    if subjects:
        cells = [known.answer(subject, intent) for subject in subjects]
        filled = [cell for cell in cells if cell]
        return filled[-1] if filled else DECLINE
    filled_somewhere = any(known.answer(subject, intent) for subject in known.subjects)
    return intent if filled_somewhere else DECLINE


def _led_in(asked: List[Dict[Text, Any]], parts: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """"Ok back to CREC, is he a Dr?": a follow-up beside a question only says what the question is about."""
    if all(question["intent"] in FOLLOW_UPS for question in asked):
        return asked[:1]
    for question in asked:
        before = [p for p in parts[: parts.index(question)] if p["intent"] in FOLLOW_UPS and p["subjects"]]
        if question["intent"] not in FOLLOW_UPS and not question["subjects"] and before:
            question.update({key: before[-1][key] for key in ("subjects", "named")})
    used = [set(question["subjects"]) for question in asked if question["intent"] not in FOLLOW_UPS]
    return [
        question for question in asked
        if question["intent"] not in FOLLOW_UPS
        or (question["subjects"] and not any(set(question["subjects"]) <= subjects for subjects in used))
    ]  # fmt: skip


def _distinct(questions: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    seen: List[Tuple[str, Tuple[str, ...]]] = []
    result = []
    for question in questions:
        key = (question["intent"], tuple(question["subjects"]))
        if key not in seen:
            seen.append(key)
            result.append(question)
    return result
