"""What probability does not see: checks on the words of a question.

Each is a small function from a question as judged so far to an intent that is surer than the
classifier's, or None. ``config.yml`` can leave one out (``without``), to see what it is worth.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass, field, replace
from typing import Callable, Dict, FrozenSet, List, Mapping, Optional, Tuple

from rapidfuzz.distance import OSA

from ask_resc.context import (
    ABOUT_LEADING,
    FOLLOW_UPS,
    ONE_OF_OURS,
    OUT_OF_SCOPE,
    PERSON_WORDS,
    UNSURE,
    WHO_LEADS,
    points,
)
from ask_resc.facts.model import Facts
from ask_resc.nlu.outcomes import TALK
from ask_resc.nlu.words import written_out


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
    named: Tuple[str, ...] = ()
    """Names as the asker wrote them."""


Check = Callable[[Judged, Facts], Optional[Judged]]


_EXACT = re.compile(r"\b(?:exact|exactly|precise|precisely|specific|specifically)\b", re.I)
_DAY = re.compile(
    r"\b(?:which|what|wat) day\b|\bday of\b|\bthe day\b|\bday in\b"
    r"|\bon an? (?:mon|tues|wednes|thurs|fri|satur|sun)day\b",
    re.I,
)
_WEEKDAY = re.compile(r"\bdays? of (?:the )?week\b|\bweek ?day\b|\bmonday\W+(?:or )?\w+day\b", re.I)
_MONTH = re.compile(r"\b(?:which|what) month\b", re.I)
# "When exactly was the Accord made?" insists on nothing; "when exactly was it?" does, after the date was told.
_JUST_WHEN = re.compile(
    r"^(?!.*\b(?:date|day|year|month)\b).*\bwhen,? (?:\w+ly,? )?(?:was|were|is|are|did|do|does)\b"
    r"(?! (?:it|that|this|they)\b)",
    re.I,
)


def grain(text: str) -> Optional[str]:
    """How fine a date the question insists on (see ``answers.GRAINS``); None where any date will do."""
    if _WEEKDAY.search(text):
        return "weekday"
    if _DAY.search(text):
        return "day"
    if _MONTH.search(text):
        return "month"
    if _EXACT.search(text) and not _JUST_WHEN.search(text):
        return "year" if re.search(r"\byear\b", text, re.I) else "day"
    return None


_DATE_ONLY = re.compile(
    r"\b(?:date|dates|month|year)\b|\b(?:which|what|exact|the|that|a) day\b|^\W*day\b|\bday\W*$", re.I
)
_SINCE_WHEN = re.compile(r"^\W*(?:and |but |ok )?(?:effective|since|as of|dated?|from) when\W*$", re.I)
_BARE_DATE = re.compile(r"^\W*(?:and |ok )?(?:the |what |which )?(?:month|year|date)\W*$", re.I)
_NOT_DATES = (OUT_OF_SCOPE, UNSURE, "wording", "history", "events", "legislation")
_A_MEETING = re.compile(r"\b(?:next|meet\w*|meeting\w*|event\w*|conference\w*|workshop\w*|deadline\w*)\b", re.I)
_AMOUNT = re.compile(
    r"\bhow (?:much|many)\b|\bby (?:year|month|date)\b|\b(?:last|this|next|per|each|every|a) (?:year|month|day)\b", re.I
)
_SHORT = 10


def date_alone(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which day exactly?", "month and year only": about the date of what was talked about."""
    if _SINCE_WHEN.search(judged.text) or _BARE_DATE.search(judged.text):
        return _as(judged, "founding")
    if judged.intent not in _NOT_DATES or judged.subjects or len(judged.text.split()) > _SHORT:
        return None
    other = _WEEKDAY.search(judged.text) or _AMOUNT.search(judged.text) or _A_MEETING.search(judged.text)
    if _DATE_ONLY.search(judged.text) and not other:
        return _as(judged, "founding")
    return None


_WHICH_HAS = re.compile(
    r"\b(?:which|who)\b(?: one)?(?: of \w+)?(?: \w+)?"
    r"(?:\s+(?:has|have|got|gets|runs|is at|is with)|(?:'s|s|'ve) got)\s+(?:the )?\S+(?: \S+)?"
    r"(?: (?:job|post|seat|one))?\W*$|\bwhich(?: one)? of \w+ is (?:the )?.{2,20} one\b",
    re.I,
)
_NOT_LEADING = ("difference", "members", "leads", "membership", "jobs", "partners", OUT_OF_SCOPE, UNSURE)


def which_of_them(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which of them has CREC?": who leads what is named last."""
    if judged.intent in _NOT_LEADING and judged.subjects and facts.leader_of(judged.subjects[-1]):
        if _WHICH_HAS.search(judged.text):
            return _as(judged, "leader")
    return None


_TITLE_IN_NAME = re.compile(
    r"\b(?:dr|doctor(?:ate|ates|s)?|phd)\b.{0,25}\b(?:in front|before|name|names|title)\b"
    r"|\b(?:which|who|whos)\b.{0,40}\b(?:title of )?(?:dr|doctor(?:ate|s)?)\b(?!\.?\s+\w)"
    r"|\b(?:is|are)\s+(?:he|she|they)\s+(?:a |an |also )*(?:dr|doctor)\b",
    re.I,
)
_STUDIED = re.compile(r"\b(?:universit\w*|college|degree|stud\w+|took|take|earn\w*|get|got)\b", re.I)


def title_in_name(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which of them is a Dr?" asks for a title that stands in the answer about who leads."""
    if judged.intent in ("leader", "person", "leads") or _STUDIED.search(judged.text):
        return None
    return _as(judged, "title") if _TITLE_IN_NAME.search(judged.text) else None


_SAID_TO_ANYBODY = frozenset("greet goodbye thank praise how_are_you affirm deny".split())


def stranger(judged: Judged, facts: Facts) -> Optional[Judged]:
    """A name that is nobody's here: whatever is asked, it is asked about somebody else."""
    remark = judged.intent in TALK and (judged.intent in _SAID_TO_ANYBODY or len(judged.strangers) < 2)
    known = [s for s in judged.subjects if facts.leader_of(s) or facts.subjects[s].leads]
    named = any(re.search(rf"\b(?:is|are|isn't|isnt) (?:the )?{re.escape(s)}\b", judged.text) for s in judged.strangers)
    of_them = judged.intent in ABOUT_LEADING and (named or PERSON_WORDS.search(judged.text)) and not known
    if judged.strangers and (not judged.subjects or of_them) and not remark:
        other = judged.chances.get("other_body", 0.0) >= judged.chances.get(OUT_OF_SCOPE, 0.0)
        return _as(judged, "other_body" if other else OUT_OF_SCOPE)
    return None


_IS_IT = re.compile(
    r"^(?!.*\b(?:what|who|whose|why|how|which|wht|wat)\b)"
    r".*\b(?:(?:is|are|was|isn't|isnt)\s+(?:it|that|this|they|those|(?:his|her|their) \w+)(?: place| one)?\b"
    r"|\bthey'?re (?:one of|an?|part of)\b"
    r"|whether (?:it|they|(?:that|the|this) \w+) (?:is|are|was)\b"
    r"|(?:it'?s|that'?s) (?:one of|an?|part of|also|a real)\b)",
    re.I,
)


def is_it_one(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Is it a RESC?" is about "it", and RESC is what it is asked to be."""
    if judged.intent not in ("membership", "definition", UNSURE) or not judged.subjects:
        return None
    bodies = all(facts.answer(s, "members") and facts.subjects[s].leads is None for s in judged.subjects)
    if _IS_IT.search(judged.text) and bodies:
        return replace(judged, intent="membership", subjects=())
    return None


_A_WORD_OR_TWO = 2
_COUNTED = re.compile(
    r"\b(?:there|exist|in all|altogether|total|them|em|they|these|those|it|ones|state|connecticut|ct|number|count"
    r"|roster|list)\b|(?:\b(?:do|have|you|we|got)\b\W*){2,}",
    re.I,
)


def count_of_what(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "How many for a quorum?": a number of something else than what the facts count."""
    if judged.intent != "count" or judged.subjects or judged.kinds or len(judged.text.split()) <= _A_WORD_OR_TWO:
        return None
    return None if _COUNTED.search(judged.text) else _as(judged, OUT_OF_SCOPE)


_NOT_ONE_LETTER = (
    "mission",
    "reason",
    "ellipsis",
    "title",
    "person",
    "private_life",
    "pronunciation",
    OUT_OF_SCOPE,
    UNSURE,
)
_NOT_LETTERS = ("difference", "spelling", "other_body", "history", "definition", "wording", OUT_OF_SCOPE, UNSURE)
_LETTERS = re.compile(
    r"\b(?:initial|initials|initialisms?|acronyms?|abbreviat\w*|stands? for|short for|letters)\b"
    r"|\bspell(?:ed|s|ing)? (?:\w+ ){0,3}out\b",
    re.I,
)
_ONE_LETTER = re.compile(r"\b(?:the|that|this|is|initial) ['\"]?[B-HJ-Z]['\"]?(?![.\w])")  # "the J in …"


def letters(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Disambiguate both initialisms": what letters stand for."""
    if judged.intent in _NOT_LETTERS and _LETTERS.search(judged.text) and not judged.strangers:
        return _as(judged, "expansion")
    if judged.intent in _NOT_ONE_LETTER and _ONE_LETTER.search(judged.text) and len(judged.text.split()) <= _SHORT:
        return _as(judged, "expansion")
    return None


_PART_OF_A_SUM = re.compile(
    r"\bper \w+\b|\bapiece\b|\bof (?:that|it|those|this)\b|\bhow many (?:millions?|dollars)\b|\bexact\w*|\bprecise\w*"
    r"|\bbreak\w* ?down\b|\bannual\w*|\b(?:a|each|every|last|this|one|single|fiscal) (?:year|yr)\b|\bright here\b"
    r"|\bhere in\b|\b(?:for|in|by|to) (?:our|my|each|every|one) (?:own )?"
    r"(?:town|district|school|region|kid|child|student|pupil|center)\b",
    re.I,
)


_BY_YEAR = re.compile(r"\bbr[eo]ak\w* (?:\w+ )?(?:down|up)\b|\bby (?:the )?year\b|\byear by year\b", re.I)


def part_of_a_sum(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "How much of that was for our town?": a number finer than the one we have."""
    is_about_a_sum = _likeliest(judged) == "savings" and _PART_OF_A_SUM.search(judged.text)
    is_by_year = judged.intent == "founding" and _BY_YEAR.search(judged.text)
    return _as(judged, "statistics") if is_about_a_sum or is_by_year else None


_OF_NOW = re.compile(
    r"\b(?:this|last|next|current|past|coming) (?:year|session|term|month|spring|fall)\b"
    r"|\b(?:recent\w*|lately|newest|latest|pending|already|passed|bills?|sponsor\w*|amend\w*)\b",
    re.I,
)
_AMENDED = re.compile(r"\b(?:amend|repeal|recodif|renumber)\w*\b", re.I)
_STATUTE = re.compile(r"\b\d+-\d+\w*\b")


def law_of_now(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which law did they get passed this year?", "What is 10-76d?": another law than the one we have."""
    if judged.intent == "founding":
        return _as(judged, "legislation") if _AMENDED.search(judged.text) else None
    if judged.intent in ("affirm", "correction") and _STATUTE.search(judged.text):
        return _as(judged, "law")  # "10-76a you mean?"
    if judged.intent not in ("law", "definition", "ellipsis", UNSURE, OUT_OF_SCOPE):
        return None
    laws = [found[1].text for s in facts.subjects for found in [facts.answer(s, "law")] if found]
    another = any(not any(number in law for law in laws) for number in _STATUTE.findall(judged.text))
    return _as(judged, "legislation") if another or (judged.intent == "law" and _OF_NOW.search(judged.text)) else None


_YEAR = re.compile(r"\b(?:19|20)\d\d(?:s|'s)?\b")


_AND_A_YEAR = re.compile(r"^\W*(?:and|what about|how about)\b\W*(?:in |the )?(?:19|20)\d\d(?:s|'s)?\W*$", re.I)


def other_year(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Who led CREC in 2010?", "How many were there in 1972?": what the page says is said of no year."""
    years = [int(year[:4]) for year in _YEAR.findall(judged.text)]
    if years and not judged.subjects and _AND_A_YEAR.search(judged.text):
        return number_quoted(_as(judged, "history"), facts) or _as(judged, "history")  # "And in 1985?"
    if not years or (judged.intent not in WHO_LEADS and judged.intent not in ("count", "members")):
        return None
    if judged.intent not in WHO_LEADS:
        return _as(judged, "history")
    this = datetime.date.today().year
    return None if this in years else _as(judged, "predecessor" if min(years) < this else "successor")


_STATES = (
    "alabama|alaska|arizona|arkansas|california|colorado|delaware|florida|georgia|hawaii|idaho|illinois|indiana|iowa|"
    "kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|nebraska|"
    "nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon|pennsylvania|"
    "rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|west virginia|wisconsin|wyoming"
)
_IN_ANOTHER_STATE = re.compile(rf"\b(?:in|of|for|across) (?:the state of )?(?:{_STATES}|mass)\W*$", re.I)


def another_state(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "How many RESCs are in Massachusetts?": those of another state."""
    asks = judged.intent in facts.aspects or judged.intent == UNSURE
    return _as(judged, "other_body") if asks and _IN_ANOTHER_STATE.search(judged.text) else None


_ONE_ABOVE = re.compile(
    r"\b(?:one|single) (?:boss|head|leader|person|chief|director|honcho)\b.{0,20}\b(?:above|over|on top of)\b"
    r"|\b(?:above|over|on top of) all (?:of (?:them|those|these)|the others)\b"
    r"|\b(?:boss|head|leader|chief|director) of (?:the )?(?:whole|entire)\b",
    re.I,
)


def one_above(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Is there one boss above all of them?": nobody that the page names."""
    above = judged.intent in ("leader", "leads", "governance", UNSURE) and _ONE_ABOVE.search(judged.text)
    return _as(judged, "other_official") if above else None


_DEGREE = re.compile(
    r"\b(?:dr|doctor|doctorate|phd|degree)\b.{0,12}\b(?:(?:in|of) what|in which|from where|of (?:medicine|education))\b"
    r"|\b(?:medical|real) (?:doctor|dr)\b|\bm\.?d\b|\bwhat (?:kind|sort|type) of (?:a )?(?:dr|doctor)\b",
    re.I,
)


def degree(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Is she a doctor of medicine?": more than the "Dr." before a name tells."""
    return _as(judged, "private_life") if judged.intent == "title" and _DEGREE.search(judged.text) else None


_MEN_AND_WOMEN = re.compile(r"\b(?:which|only|how many|any)\b.{0,30}\b(?:wom[ae]n|females?|males?)\b", re.I)


def men_and_women(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which of them is the woman?": the page tells of nobody."""
    asks = _MEN_AND_WOMEN.search(judged.text) and not judged.named
    of_leaders = judged.intent in (*WHO_LEADS, "count", "ellipsis", "other_official", UNSURE)
    return _as(judged, "private_life") if asks and of_leaders else None


_WHEN_SIGNED = re.compile(r"\bwhen\b|\b(?:what|which) (?:year|date|month|day)\b|\b(?:19|20)\d\d\b", re.I)


def when_signed(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "When was it signed?": its date, rather than those who signed."""
    return _as(judged, "founding") if judged.intent == "signatures" and _WHEN_SIGNED.search(judged.text) else None


_NOT_AS_IS = re.compile(
    r"\bif (?!you\b|i\b|we\b).{0,40}\b(?:would|closed|merged|left|quit|were)\b|\bused to (?:be|have)\b|\bbe left\b"
    r"|\b(?:was|were) there\b.{0,20}\bonce\b",
    re.I,
)


def not_as_is(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "If CREC closed, how many would be left?": what is not so, or is no more."""
    told_as_is = judged.intent in ("count", "members", "leader", "leads")
    return _as(judged, "history") if told_as_is and _NOT_AS_IS.search(judged.text) else None


_IN_CHARGE = re.compile(r"\b(?:run|runs|govern\w*|in charge|control\w*|overs\w+|owns?|owned|report to|under)\b", re.I)


def in_charge_of_us(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Does the state department run CREC?": who governs it."""
    of_us = tuple(s for s in judged.subjects if facts.answer(s, "governance"))
    partners = [s for s in judged.subjects if s not in of_us and facts.answer(s, "partners")]
    if not of_us or not partners or judged.intent not in ("membership", "partners", "leader", "governance", UNSURE):
        return None
    return replace(judged, intent="governance", subjects=of_us) if _IN_CHARGE.search(judged.text) else None


_JOINED = re.compile(r"\bjoin\w*\b", re.I)


def joined(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "When did EASTCONN join the Alliance?": who formed it."""
    several = len(judged.subjects) > 1 and any(facts.answer(s, "founder") for s in judged.subjects)
    return _as(judged, "founder") if judged.intent == "founding" and several and _JOINED.search(judged.text) else None


_OURS = re.compile(r"\b(?:what|whats|what's|describe|explain|define)\b.{0,30}\b(?:ours|yours|urs|your own)\b", re.I)
_NOT_OURS = (
    "closest",
    "difference",
    "help",
    "other_body",
    "bot_challenge",
    "members",
    "ellipsis",
    OUT_OF_SCOPE,
    UNSURE,
)


def ours(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Ok, so what is yours?", after another's: what ours is."""
    asks = judged.intent in _NOT_OURS and _OURS.search(judged.text) and len(judged.text.split()) <= _SHORT
    return _as(judged, "definition") if asks and not judged.strangers else None


_NUMBER = re.compile(r"\b\d[\w-]{3,}\b")


def number_quoted(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "10-66a", "What happened in July 2021?": a year or a number that is in an answer."""
    if judged.intent not in (OUT_OF_SCOPE, UNSURE, "news", "history", "events"):
        return None
    if judged.subjects or judged.strangers:
        return None
    for number in _NUMBER.findall(judged.text):
        aspect = "law" if "-" in number else "founding"
        for subject in facts.subjects:
            found = facts.answer(subject, aspect)
            if found and found[0] == subject and number in found[1].text:
                return replace(judged, intent=aspect, subjects=(subject,))
    return None


_OTHER_ROLE = re.compile(
    r"\b(?:asst|assistant|deputy|vice|second in command|number two|cfo|coo|cio|treasurer|chair(?:man|woman|person)?"
    r"|chief (?:financial|operating|academic|information|of staff)|secretary|business manager|superintendent of)\b",
    re.I,
)


def other_role(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "And his deputy?": a role beside or below the leader's."""
    if judged.intent in ("leader", "person", "title", "leads", UNSURE) and _OTHER_ROLE.search(judged.text):
        return _as(judged, "other_official")
    return None


_NOT_A_NAME = ("private_life", "history", "predecessor", "email", "wording", OUT_OF_SCOPE, UNSURE)
_PART_OF_A_NAME = re.compile(r"\b(?:first|last|full|given|family|sur) ?names?\b", re.I)


def name_asked(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "What first name?": a person's name stands in the answer about that person."""
    if judged.intent in _NOT_A_NAME and _PART_OF_A_NAME.search(judged.text):
        return _as(judged, "person")
    return None


_FREE = re.compile(r"\bfree\b", re.I)
_ONE_THING = re.compile(
    r"\b(?:work ?shop|class|course|summer|program|training|lunch|event|ticket|camp|admission|book|session|preschool"
    r"|parking)\w*",
    re.I,
)


def free_or_not(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Is it free for schools, or do they pay?": how they are funded, rather than what one thing costs."""
    if judged.intent == "price" and _FREE.search(judged.text) and not _ONE_THING.search(judged.text):
        return _as(judged, "funding")
    return None


_NOT_FOR_US = re.compile(
    r"\bwrong (?:chat|window|person|number|tab|thread|text|app|box|place|screen)\b|\bnot (?:meant )?for you\b"
    r"|\bdisregard\b|\bignore (?:that|this|it)\b",
    re.I,
)


def not_for_us(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Haha, wrong chat, sorry": nothing to correct."""
    alone = judged.intent in (*FOLLOW_UPS, UNSURE, OUT_OF_SCOPE) and not judged.subjects and not judged.strangers
    return _as(judged, "deny") if alone and _NOT_FOR_US.search(judged.text) else None


_ONLY_LEADING = frozenset(
    "a about again also am an and any anybody anyone are at be big boss calls center ceo charge chief counterpart "
    "currently d day days did director directors do does ed exec executive fellow find for gal gentleman get give "
    "got guy had has have head heads hello helm her here hey hi him his hold holds honcho i in is it its itself "
    "just kindly know lady lead leader leads led lol looking m main man manager me mom mr mrs ms my name named "
    "names need not now number of oh ok okay on one only opposite or out over person place please pls present re "
    "reins right run runs s same seat shots sit sits so steering tell thank thanks that the their them then there "
    "these they things this those to today too top uh um up us want we well what whats wheel who whom whos whose with "
    "woman would yes you your".split()
)
_LEADS = re.compile(
    r"\b(?:main (?:one|man|person)|boss|chief|heads?|director|leader|leads?|runs?|charge|helm|top|counterpart"
    r"|opposite number|honcho|ceo|ed|reins|shots)\b",
    re.I,
)
_MISTYPED = ("head", "chief", "director", "executive", "leader", "person", "gentleman", "charge", "again")
_SOMEBODY = re.compile(r"\b(?:who\w*|person|man|woman|lady|gentleman|fellow|guy|gal)\b", re.I)
_NOT_THE_TOP = ("other_official", "successor", "predecessor", "tenure", "correction", OUT_OF_SCOPE, UNSURE)
_NOT_BELOW = re.compile(rf"\bnot (?:the |an? |his |her )?{_OTHER_ROLE.pattern}(?: director)?", re.I)
_WAS_AGAIN = re.compile(
    r"^(?!.*\b(?:before|previous\w*|former\w*|prior|earlier|used to|last|past|old)\b).*\b(?:again|agian)\b", re.I
)
_TOLD_BEFORE = re.compile(r"\bwho was (?=(?:the|that)\s+one\b)", re.I)  # "who was the CES one again"
_HAS_GOT = re.compile(r"\bwho(?:'s|s|se|'ve| has| have)? (?:all )?(?:got|has|have)\b", re.I)  # "whose got LEARN"


_OF_EACH = re.compile(
    r"^\W*(?:and|n|so|ok|now)?\W*who(?:'?s|se)?\b(?:\s+\w+){0,3}\s+each(?: one| of (?:them|those|these))?\W*$", re.I
)


def of_each(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Who's over each?": who leads them."""
    asks = judged.intent in ("governance", "members", *_NOT_THE_TOP) and _OF_EACH.search(judged.text)
    return _as(judged, "leader") if asks and not judged.strangers else None


def was_again(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "Which one was Kitching again?": no earlier leader, but what was told before."""
    if judged.intent != "predecessor" or not judged.subjects or not _WAS_AGAIN.search(judged.text):
        return None
    return _as(judged, "leads" if any(facts.subjects[s].leads for s in judged.subjects) else "leader")


def at_the_top(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "And the gentleman at ACES?": nothing is said but whose leader is meant; other officials have a role."""
    if judged.kinds or judged.strangers or not all(map(facts.leader_of, judged.subjects)):
        return None
    if judged.intent not in _NOT_THE_TOP and not (judged.subjects and _HAS_GOT.search(judged.text)):
        return None
    text = _TOLD_BEFORE.sub("who is ", _NOT_BELOW.sub(" ", _nameless_text(judged)))
    meant = [_as_meant(word) for word in _WORD.findall(text.casefold())]
    said = " ".join(meant)
    names_one = _LEADS.search(said) or (judged.subjects and _SOMEBODY.search(said))
    # That nothing else is said is sure, however it was taken.
    return replace(judged, intent="leader", certainty=1.0) if _ONLY_LEADING.issuperset(meant) and names_one else None


_TO_DESCRIBE = frozenset(
    "tldr gist summary summarize rundown basics skinny explain explained define nutshell overview".split()
)
_BESIDE_A_NAME = frozenset(
    "a about again almost also an and any anything are as at but can do does for forget forgot from good got great "
    "had haha hey how i in is it just lol many me my n nearly next no not now of oh ok okay on one only or please "
    "pls plus question same so sorry tell thanks that the then there thing this thx to too uh um us wait want was "
    "well what whats with y yes you".split()
)


def bare_name(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "ACES y/n": nothing is said but a name, so the question is that before."""
    if not judged.subjects or judged.intent in TALK:
        return None
    rest = _words(_nameless_text(judged))
    if rest & _TO_DESCRIBE and rest <= _BESIDE_A_NAME | _TO_DESCRIBE:
        return _as(judged, "definition")
    known = judged.intent in facts.aspects and any(facts.answer(s, judged.intent) for s in judged.subjects)
    if known or judged.intent in FOLLOW_UPS or not rest <= _BESIDE_A_NAME:
        return None
    return _as(judged, "ellipsis")


def _as_meant(word: str) -> str:
    """ "gentelman" and "agian" as they were meant."""
    if word in _ONLY_LEADING:
        return word
    near = (
        w for w in _MISTYPED if OSA.distance(word, w, score_cutoff=1) <= 1 and (len(w) > 4 or sorted(w) == sorted(word))
    )
    return next(near, word)


_WORD = re.compile(r"[^\W\d_]+")


def _nameless_text(judged: Judged) -> str:
    """What is said, without shorthand and names."""
    text = written_out(judged.text)
    for name in judged.named:
        text = text.replace(name, " ")
    return text


def _words(text: str) -> FrozenSet[str]:
    """The words of ``text``, in small letters."""
    return frozenset(_WORD.findall(text.casefold()))


def nameless(judged: Judged, facts: Facts) -> Optional[Judged]:
    """ "What is the mill rate?": what something is, where nothing we know is named or pointed at."""
    if _likeliest(judged) not in ("definition", "person", "membership") or judged.subjects or judged.kinds:
        return None
    if points(judged.text) or ONE_OF_OURS.search(judged.text) or len(judged.text.split()) < 3:
        return None
    return _as(judged, OUT_OF_SCOPE)


def _likeliest(judged: Judged) -> str:
    """Its intent, or the likeliest one where none is sure."""
    if judged.intent == UNSURE and judged.chances:
        return max(judged.chances, key=lambda i: judged.chances[i])
    return judged.intent


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
        letters,
        part_of_a_sum,
        law_of_now,
        other_year,
        another_state,
        one_above,
        men_and_women,
        when_signed,
        not_as_is,
        in_charge_of_us,
        joined,
        degree,
        ours,
        number_quoted,
        other_role,
        name_asked,
        free_or_not,
        not_for_us,
        of_each,
        was_again,
        at_the_top,
        bare_name,
        nameless,
    )
}


def apply(judged: Judged, facts: Facts, without: List[str]) -> Judged:
    """``judged`` after every check, in order, but those named in ``without``."""
    for name, check in CHECKS.items():
        changed = check(judged, facts) if name not in without else None
        # Another agency's facts may lack an aspect that a check is about.
        if changed and (changed.intent in facts.aspects or changed.intent in (OUT_OF_SCOPE, "deny", *FOLLOW_UPS)):
            judged = changed
    return judged
