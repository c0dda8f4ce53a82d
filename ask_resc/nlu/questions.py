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

from ask_resc.context import (
    ABOUT_LEADING,
    FOLLOW_UPS,
    IS_HE,
    IS_ITS_LEADER,
    OURS_ALL,
    OUT_OF_SCOPE,
    PERSON_WORDS,
    THING_WORDS,
    UNSURE,
    points,
    says_which_one,
)
from ask_resc.facts.live import facts
from ask_resc.nlu import checks
from ask_resc.nlu.checks import Judged
from ask_resc.nlu.clauses import CLAUSE_OF, HALF, asking, is_list, is_note
from ask_resc.nlu.intent import CHANCES
from ask_resc.nlu.names import Found
from ask_resc.nlu.outcomes import DECLINE, TALK, Outcomes
from ask_resc.nlu.subjects import FOUND

QUESTIONS = "questions"
LONG = 30
"""Words from which on a message that is out of scope as a whole is a pasted text."""
SHORT = 14
"""Words up to which a message may be no more than "and the others?", "once more" or "go on"."""
_WITHOUT_SUBJECT = ("others", "repeat", "more")
A_FRAGMENT = 2
"""Words up to which a clause may be no more than "how much?"."""
RAMBLING = 15
"""Words from which on the one clause that asks weighs more than the whole."""
_NOT_UNDERSTOOD = frozenset((OUT_OF_SCOPE, UNSURE))
_ELSEWHERE = frozenset((OUT_OF_SCOPE, "other_body"))
_NOT_A_QUESTION = TALK | _NOT_UNDERSTOOD
_LETS_GO = re.compile(r"^\W*(?:(?:ok|okay|ah|oh|well|fine)\W+)*(?:skip|forget|never ?mind|leave|drop|scratch)\b", re.I)
_ASKS_INSIDE = re.compile(
    r"(?<!know )(?<!told me )(?<!remember )(?<!forgot )\b(?:who|who's|whos|what's|whats|what is|what are|"
    r"when did|when was|where is|how many|how much|how long|which|i (?:just |also )?need|i'd like)\b",
    re.I,
)
_WHICH_ONES = re.compile(r"^\W*(?:and )?which (?:ones?|are they)(?:,? (?:please|pls))?\W*$", re.I)
_GOES_ON = re.compile(r"^\W*(?:(?:oh|ok|okay|so|well)\W+)*(?:and|now|also|then|next|plus)\b", re.I)
_NOT_THAT = re.compile(r"\bnot (?:the |an? )?$", re.I)  # "not the Honda, the RESC one"
_SET_ASIDE = re.compile(
    r"\b(?:not|isnt|nt|instead of|rather than|except(?: for)?|(?:every\w+|all|them) but|besides|other than|apart from)"
    r"\s*$|n['’]t\s*(?:mean\s*)?$",
    re.I,
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class QuestionCollector(GraphComponent, IntentClassifier):
    """Folds a message and its clauses into the message, with its questions and one intent for the dialogue."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Thresholds on what would be said (see ``outcomes``), from 0 to 1.

        ``sure``: answer from here on; ``unsure``: ask back from here on, below it decline;
        ``doubt``: chance of a decline from which on no fact is stated;
        ``named``: share of a decline's chance from which on its topic is named;
        ``half``: certainty from which on each half of a clause is a question of its own;
        ``stray``: a second question from which on to be surely about something else is declined.
        ``max_questions``: so many questions of a message are answered; ``without``: checks left out.
        """
        return {
            "sure": 0.5, "unsure": 0.3, "doubt": 0.3, "named": 0.5, "stray": 0.6, "half": 0.8,
            "max_questions": 3, "without": [],
        }  # fmt: skip

    def __init__(self, config: Dict[Text, Any]) -> None:
        self._config = config
        self._outcomes: Optional[Outcomes] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> QuestionCollector:
        """Has nothing to learn."""
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        """``[message, clause, …]`` back to ``[message]``."""
        current = facts().current()
        if self._outcomes is None or self._outcomes.facts is not current:
            self._outcomes = Outcomes(current)
        wholes = [m for m in messages if m.get(CLAUSE_OF) is None]
        for message in wholes:
            clauses = [m for m in messages if m.get(CLAUSE_OF) is message]
            questions = self._questions(message, clauses, self._outcomes)
            message.set(QUESTIONS, questions, add_to_output=True)
            first = next((q for q in questions if q["intent"] not in TALK), questions[0])
            message.set(INTENT, {"name": first["intent"], "confidence": first["confidence"]}, add_to_output=True)
        return wholes

    def _questions(self, message: Message, clauses: List[Message], outcomes: Outcomes) -> List[Dict[Text, Any]]:
        whole = self._judge(message, outcomes)
        if whole["intent"] == OUT_OF_SCOPE and not whole["subjects"] and len(whole["text"].split()) > LONG:
            return [whole]  # some sentence of a long text always looks like a question
        if whole["strangers"] and not whole["subjects"] and whole["intent"] in _ELSEWHERE:
            return [whole]  # "BOCES: when were they founded?"
        parts = _of_strangers([self._judge(clause, outcomes) for clause in clauses])
        if clauses and clauses[0].get(HALF):
            return self._two(parts, outcomes) or [whole]
        asks = asking([part["text"] for part in parts])
        listed = is_list(whole["text"])
        requests = [
            part for part, does in zip(parts, asks, strict=False)
            if part["intent"] not in TALK and (does or self._surely_asks(part, listed, outcomes))
        ]  # fmt: skip
        if requests and all(part["subjects"] for part in requests):
            # "CREC boss, and is EdAdvance one of the six?"
            requests = [part for part in parts if part in requests or self._notes(part, outcomes)]
        if len(whole["text"].split()) > SHORT and whole["intent"] in outcomes.facts.aspects:
            # "You can use any of them, I heard. Is that right?" asks for nothing to be said again
            requests = [part for part in requests if part["intent"] not in _WITHOUT_SUBJECT]
        if not requests:
            # "Thanks. And ACES", "Lovely. And the exact date"
            requests = [
                part for part in parts
                if (part["intent"] in FOLLOW_UPS and part["subjects"])
                or (_GOES_ON.search(part["text"]) and part["intent"] in outcomes.facts.aspects
                    and whole["intent"] in _NOT_A_QUESTION)
            ]  # fmt: skip
        asked = _distinct(_led_in(_not_of_strays(requests), parts))
        if not asked:
            return [whole]
        if len(parts) > 1 and len(asked) == 1 and _LETS_GO.search(parts[0]["text"]) and asked[0] is not parts[0]:
            if len(whole["text"].split()) <= SHORT:
                asked[0]["text"] = whole["text"]  # "Ah, forget it. What about CES?"
            return asked  # "Ok, skip the pay. The director's name?"
        strays = [p for p in requests if p["intent"] == OUT_OF_SCOPE and p["confidence"] >= self._config["stray"]]
        if len(asked) > 1 or (strays and whole["intent"] not in _NOT_UNDERSTOOD):
            chosen = {id(question) for question in (*asked, *strays[:1])}
            return [part for part in parts if id(part) in chosen][-self._config["max_questions"] :]
        bare = len(asked[0]["text"].split()) <= A_FRAGMENT and not asked[0]["subjects"] and not points(asked[0]["text"])
        if bare and self._is_sure(whole, outcomes):
            return [whole]  # "They save money, they say. How much?"
        alone = len(requests) == 1 and len(whole["text"].split()) > RAMBLING
        if alone or whole["intent"] in _NOT_A_QUESTION or asked[0]["confidence"] >= whole["confidence"]:
            if not asked[0]["subjects"] and not OURS_ALL.search(asked[0]["text"]):
                # "I saw a letter from EdAdvance. Who runs it?"
                asked[0].update({key: whole[key] for key in ("subjects", "named", "strangers")})
            if len(whole["text"].split()) <= SHORT:
                asked[0]["text"] = whole["text"]  # "Of those two, which one is a Dr?"
            return asked
        return [whole]

    def _is_sure(self, question: Dict[Text, Any], outcomes: Outcomes) -> bool:
        """Whether it surely asks for something that is an aspect."""
        return question["intent"] in outcomes.facts.aspects and question["confidence"] >= self._config["half"]

    def _notes(self, part: Dict[Text, Any], outcomes: Outcomes) -> bool:
        """ "CREC boss": a few words that surely ask for something of somebody."""
        of_somebody = bool(part["subjects"]) and not _is_name(part)
        return of_somebody and is_note(part["text"]) and self._is_sure(part, outcomes)

    def _surely_asks(self, part: Dict[Text, Any], listed: bool, outcomes: Outcomes) -> bool:
        """ "My kicker is a freshman what's CSDE", "need: CREC director, statute": no beginning like one."""
        return self._is_sure(part, outcomes) and (
            _ASKS_INSIDE.search(part["text"]) is not None
            or _GOES_ON.search(part["text"]) is not None
            or (listed and not _is_name(part))
        )

    def _two(self, halves: List[Dict[Text, Any]], outcomes: Outcomes) -> List[Dict[Text, Any]]:
        """ "The boss of ACES and an email for them": both, if each half is surely a question of its own."""
        first, second = halves
        if not all(self._is_sure(half, outcomes) for half in halves):
            return []
        said = [outcomes.of(h["intent"], tuple(h["subjects"])) for h in halves]
        same = first["intent"] == second["intent"] or said[0] == said[1]
        if same or (second["subjects"] and not first["subjects"]) or _is_name(second):
            return []  # one question with a longer object, or about whom it is stands at the end
        if not second["subjects"]:
            second.update({key: first[key] for key in ("subjects", "named")})
        return halves

    def _judge(self, message: Message, outcomes: Outcomes) -> Dict[Text, Any]:
        text = message.get(TEXT) or ""
        found: Found = message.get(FOUND) or Found((), (), frozenset())
        named: Dict[str, str] = {}
        excluded: List[str] = []
        for mention in found.mentions:
            if mention.subject is not None:
                if says_which_one(text, mention.text, outcomes.facts):
                    continue
                named.setdefault(mention.subject, mention.text)
                if _SET_ASIDE.search(text[: text.find(mention.text)]):
                    excluded.append(mention.subject)
        strangers = tuple(s for s in found.strangers if not _NOT_THAT.search(text[: text.find(s)]))
        chances = message.get(CHANCES) or {OUT_OF_SCOPE: 1.0}
        meant = tuple(subject for subject in named if subject not in excluded)
        intent, certainty = self._decide(chances, meant, len(text.split()), outcomes)
        judged = checks.apply(
            Judged(text, intent, certainty, tuple(named), strangers, found.kinds, chances, tuple(named.values())),
            outcomes.facts,
            self._config["without"],
        )
        return {
            "intent": judged.intent,
            "confidence": judged.certainty,
            "text": text,
            "subjects": list(judged.subjects),
            "named": named,
            "kinds": sorted(found.kinds),
            "strangers": list(strangers),
            "excluded": excluded,
            "grain": checks.grain(text),
            "options": sorted(chances, key=lambda i: -chances[i])[:5],
        }

    def _decide(
        self, chances: Dict[Text, float], subjects: Tuple[Text, ...], words: int, outcomes: Outcomes
    ) -> Tuple[Text, float]:
        """The intent of the likeliest outcome, or ``UNSURE`` or ``OUT_OF_SCOPE``, and its certainty."""
        sums: Dict[Any, float] = defaultdict(float)
        best: Dict[Any, Text] = {}
        for intent, chance in chances.items():
            if words > SHORT and intent in _WITHOUT_SUBJECT and chance < self._config["half"]:
                continue
            outcome = outcomes.of(intent, subjects)
            sums[outcome] += chance
            if outcome not in best or chance > chances[best[outcome]]:
                best[outcome] = intent
        outcome = max(sums, key=lambda o: sums[o])
        intent, likely = best[outcome], sums[outcome]
        if outcome == DECLINE:
            # A topic is named only where it stands out among those without an answer.
            return (intent if chances[intent] >= self._config["named"] * likely else OUT_OF_SCOPE), likely
        if likely < self._config["unsure"]:
            return OUT_OF_SCOPE, 1 - likely
        if outcome == "talk" and likely < self._config["sure"]:
            return OUT_OF_SCOPE, 1 - likely  # "ggghhhjk": asking back would offer nothing
        if likely < self._config["sure"] or (outcome != "talk" and sums[DECLINE] > self._config["doubt"]):
            return UNSURE, likely
        return intent, likely


def _of_strangers(parts: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """ "A Gina Florio signed up. What's her job?": what points at somebody who is nobody here is about that one."""
    for before, part in zip(parts, parts[1:], strict=False):
        nobody = before["strangers"] and not before["subjects"] and not part["strangers"]
        if nobody and part["intent"] in ABOUT_LEADING and PERSON_WORDS.search(part["text"]):
            part.update(intent="other_body", strangers=before["strangers"], subjects=[], named={}, confidence=1.0)
    return parts


def _not_of_strays(requests: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """What was understood, without what points at something that was not: "the mill rate? Why is it so high?"."""
    kept: List[Dict[Text, Any]] = []
    stray = False
    for question in requests:
        if stray and points(question["text"]) and not question["subjects"]:
            continue
        stray = question["intent"] in _ELSEWHERE and bool(question["strangers"] or not question["subjects"])
        if question["intent"] not in _NOT_UNDERSTOOD:
            kept.append(question)
    return kept


def _is_name(question: Dict[Text, Any]) -> bool:
    """Whether nothing but names is said: "the Alliance"."""
    rest = question["text"]
    for name in question["named"].values():
        rest = rest.replace(name, "")
    return not re.search(r"\w", re.sub(r"\b(?:the|an?)\b", "", rest, flags=re.I))


def _led_in(asked: List[Dict[Text, Any]], parts: List[Dict[Text, Any]]) -> List[Dict[Text, Any]]:
    """ "Ok back to CREC, is he a Dr?": what stands before a question may only say what it is about."""
    if all(question["intent"] in FOLLOW_UPS for question in asked):
        of_several = [q for q in asked if q["intent"] == "ellipsis" and q["subjects"]]  # "And CREC? And LEARN?"
        return of_several if len(of_several) == len(asked) else asked[:1]
    # "Do they work with the state? Which offices? Which ones?": the answer to what stands before names them.
    asked = [q for i, q in enumerate(asked) if not (i and q["intent"] == "members" and _WHICH_ONES.search(q["text"]))]
    others = [question for question in asked if question["intent"] == "others"]
    if others and len(asked) == 2 and not asked[1]["subjects"] and THING_WORDS.search(asked[1]["text"]):
        return others  # "And the other centers? Who leads them?"
    for question in asked:
        before = [p for p in parts[: parts.index(question)] if p["subjects"]]
        # "Is CREC a RESC, and is its director Florio?"
        is_its_leader = before and IS_ITS_LEADER.search(question["text"])
        before = before if is_its_leader else [p for p in before if p not in asked[:-1]]
        led = before and (points(question["text"]) or before[-1]["intent"] in FOLLOW_UPS)
        if question["intent"] not in FOLLOW_UPS and not question["subjects"] and led:
            question.update({key: before[-1][key] for key in ("subjects", "named")})
        elif before and (
            is_its_leader
            or IS_HE.search(question["text"])
            or (question["intent"] == "person" and points(question["text"]))
        ):
            # "Kate Ericson, is she at CREC?", "It says Dumais. Would that be somebody at the RESCs?"
            question["subjects"] = list(dict.fromkeys((*before[-1]["subjects"], *question["subjects"])))
            question["named"] = {**before[-1]["named"], **question["named"]}
    used = [set(question["subjects"]) for question in asked if question["intent"] not in FOLLOW_UPS]
    return [
        question for question, following in zip(asked, [*asked[1:], None], strict=True)
        if question["intent"] not in FOLLOW_UPS
        # "And ACES, also how long has he been there?"
        or (question["intent"] == "ellipsis" and following and _GOES_ON.search(following["text"]))
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
