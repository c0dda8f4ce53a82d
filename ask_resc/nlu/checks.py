"""What probability does not see: checks on the words of a question.

Each is a small function from a question as judged so far to an intent that is surer than the
classifier's, or None. ``config.yml`` can leave one out (``without``), to see what it is worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Callable, Dict, FrozenSet, List, Mapping, Optional, Tuple

from ask_resc.context import ABOUT_LEADING, OUT_OF_SCOPE, UNSURE, points
from ask_resc.facts.model import Facts
from ask_resc.nlu.outcomes import TALK


@dataclass(frozen=True)
class Judged:
    """A question with the intent it has so far."""

    text: str
    intent: str
    certainty: float
    subjects: Tuple[str, ...] = ()
    strangers: Tuple[str, ...] = ()
    kinds: FrozenSet[str] = frozenset()
    chances: Mapping[str, float] = field(default_factory=dict)


Check = Callable[[Judged, Facts], Optional[Judged]]

_EXACT = re.compile(r"\b(?:exact|exactly|precise|precisely|specific|specifically)\b", re.I)
_DAY = re.compile(
    r"\b(?:which|what|wat) day\b|\bday of\b|\bthe day\b|\bday in\b"
    r"|\bon an? (?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.I,
)
_WEEKDAY = re.compile(r"\bdays? of (?:the )?week\b|\bweek ?day\b|\bmonday\W+(?:or )?\w+day\b", re.I)
_MONTH = re.compile(r"\b(?:which|what) month\b", re.I)
_DATE_ONLY = re.compile(r"\b(?:day|date|dates|month|year)\b", re.I)
_NOT_DATES = (OUT_OF_SCOPE, UNSURE, "wording", "history", "events")
_A_MEETING = re.compile(r"\b(?:next|meet\w*|meeting\w*|event\w*|conference\w*|workshop\w*|deadline\w*)\b", re.I)
_AMOUNT = re.compile(r"\bhow (?:much|many)\b|\b(?:last|this|next|per|each|every|a) (?:year|month|day)\b", re.I)
_SHORT = 10
_WHICH_HAS = re.compile(
    r"\b(?:which|who)\b(?: one)?(?: of \w+)?(?: \w+)?\s+(?:has|have|got|gets|runs|is at|is with)\s+\S+\W*$",
    re.I,
)
_NOT_LEADING = ("difference", "members", "leads", "membership", OUT_OF_SCOPE, UNSURE)
_TITLE_IN_NAME = re.compile(
    r"\b(?:dr|doctor(?:ate|ates|s)?|phd)\b.{0,25}\b(?:in front|before|name|names|title)\b"
    r"|\b(?:which|who|whos)\b.{0,40}\b(?:title of )?(?:dr|doctor(?:ate|s)?)\b(?!\.?\s+\w)"
    r"|\b(?:is|are)\s+(?:he|she|they)\s+(?:a |an |also )*(?:dr|doctor)\b",
    re.I,
)
_STUDIED = re.compile(r"\b(?:universit\w*|college|degree|stud\w+|took|take|earn\w*|get|got)\b", re.I)
_IS_IT = re.compile(
    r"^(?!.*\b(?:what|who|whose|why|how|which|wht|wat)\b)"
    r".*\b(?:is|are|was|isn't|isnt)\s+(?:it|that|this|they|those)(?: place| one)?\b",
    re.I,
)
_SAID_TO_ANYBODY = frozenset("greet goodbye thank praise how_are_you affirm deny".split())
_A_WORD_OR_TWO = 3
_COUNTED = re.compile(
    r"\b(?:there|exist|in all|altogether|total|them|they|these|those|it|ones|state|connecticut|ct|number|count)\b",
    re.I,
)
CLAIM_BELOW = 0.8
"""A person and a center in one question are about who leads it, unless something else is surer."""


def grain(text: str) -> Optional[str]:
    """How fine a date the question insists on (see ``answers.GRAINS``); None where any date will do."""
    if _WEEKDAY.search(text):
        return "weekday"
    if _DAY.search(text):
        return "day"
    if _MONTH.search(text):
        return "month"
    if _EXACT.search(text):
        return "year" if re.search(r"\byear\b", text, re.I) else "day"
    return None


def date_alone(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which day exactly?", "month and year only": about the date of what was talked about."""
    if judged.intent not in _NOT_DATES or judged.subjects or len(judged.text.split()) > _SHORT:
        return None
    other = _WEEKDAY.search(judged.text) or _AMOUNT.search(judged.text) or _A_MEETING.search(judged.text)
    if _DATE_ONLY.search(judged.text) and not other:
        return _as(judged, "founding")
    return None


def which_of_them(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which of them has CREC?": who leads what is named last."""
    if judged.intent in _NOT_LEADING and judged.subjects and facts.leader_of(judged.subjects[-1]):
        if _WHICH_HAS.search(judged.text):
            return _as(judged, "leader")
    return None


def title_in_name(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which of them is a Dr?" asks for a title that stands in the answer about who leads."""
    if judged.intent in ("leader", "person", "leads") or _STUDIED.search(judged.text):
        return None
    return _as(judged, "title") if _TITLE_IN_NAME.search(judged.text) else None


def stranger(judged: Judged, facts: Facts) -> Optional[Judged]:
    """A name that is nobody's here: whatever is asked, it is asked about somebody else."""
    remark = judged.intent in TALK and (judged.intent in _SAID_TO_ANYBODY or len(judged.strangers) < 2)
    if judged.strangers and not judged.subjects and not remark:
        other = judged.chances.get("other_body", 0.0) >= judged.chances.get(OUT_OF_SCOPE, 0.0)
        return _as(judged, "other_body" if other else OUT_OF_SCOPE)
    return None


def is_it_one(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Is it a RESC?" is about "it", and RESC is what it is asked to be."""
    if judged.intent not in ("membership", "definition", UNSURE) or not judged.subjects:
        return None
    if _IS_IT.search(judged.text) and all(facts.answer(subject, "members") for subject in judged.subjects):
        return replace(judged, intent="membership", subjects=())
    return None


def count_of_what(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "How many for a quorum?": a number of something else than what the facts count."""
    if judged.intent != "count" or judged.subjects or judged.kinds or len(judged.text.split()) <= _A_WORD_OR_TWO:
        return None
    return None if _COUNTED.search(judged.text) else _as(judged, OUT_OF_SCOPE)


def claim(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Putting down Danehy = CES director, that good?": a person and a center in one breath."""
    people = [facts.subjects[subject].leads is not None for subject in judged.subjects]
    if judged.intent in ABOUT_LEADING or judged.certainty >= CLAIM_BELOW or sorted(people) != [False, True]:
        return None
    if sum(judged.chances.get(intent, 0.0) for intent in ABOUT_LEADING) < 0.1:
        return None
    return _as(judged, "leader")


def nameless(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "What is the mill rate?": what something is, where nothing we know is named or pointed at."""
    intent = judged.intent
    if intent == UNSURE and judged.chances:
        intent = max(judged.chances, key=lambda i: judged.chances[i])
    if intent not in ("definition", "person", "membership") or judged.subjects or judged.kinds:
        return None
    if points(judged.text) or len(judged.text.split()) < 3:
        return None
    return _as(judged, OUT_OF_SCOPE)


def _as(judged: Judged, intent: str) -> Judged:
    return replace(judged, intent=intent)


CHECKS: Dict[str, Check] = {
    check.__name__: check
    for check in (
        date_alone,
        which_of_them,
        title_in_name,
        stranger,
        is_it_one,
        count_of_what,
        claim,
        nameless,
    )
}


def apply(judged: Judged, facts: Facts, without: List[str]) -> Judged:
    """``judged`` after every check, in order, but those named in ``without``."""
    for name, check in CHECKS.items():
        changed = check(judged, facts) if name not in without else None
        # Another agency's facts may lack an aspect that a check is about.
        if changed and (changed.intent in facts.aspects or changed.intent == OUT_OF_SCOPE):
            judged = changed
    return judged
