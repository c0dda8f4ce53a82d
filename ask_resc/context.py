"""From what was heard to a full question: what "it", "and ACES?" and "the others" refer to.

A small set of named rules over five things remembered from the last reply. Each rule has a test of
its name in ``tests/unit/test_context.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Dict, FrozenSet, Iterable, List, Mapping, Optional, Sequence, Tuple

from ask_resc.answers import Question, say
from ask_resc.facts.model import Facts, names_of

FOLLOW_UPS = ("ellipsis", "correction", "others", "back_to", "repeat", "more")
OUT_OF_SCOPE = "out_of_scope"
UNSURE = "nlu_fallback"
WHO_LEADS = ("leader", "leads", "person", "title")
ABOUT_LEADING = ("leader", "leads", "person", "title", "membership", "definition")
"""Aspects under which a person and a center in one question are about who leads it."""

PERSON_WORDS = re.compile(
    r"\b(he|she|him|her|his|hers|himself|herself|hes|shes|"
    r"(?:that|the|this) (?:guy|man|woman|lady|person|fella|fellow))\b",
    re.I,
)
THING_WORDS = re.compile(
    r"\b(it|its|it's|that|thats|that's|this|there|that one|this one|they|them|their|theirs|these|those|"
    r"the (?:place|thing|first|second|latter|former|same))\b",
    re.I,
)


def says_which_one(text: str, name: str, facts: Facts) -> bool:
    """ "Haha, no. The RESC one, what is it?": of two accords the RESCs' is meant, and no RESC.

    Args:
        text: The question.
        name: A name in it, as the asker wrote it.
        facts: Where a longer name begins with it.
    """
    said = name.casefold().removeprefix("the ")
    if not re.search(rf"\b{re.escape(said)}(?:'s?)? (?:one|own)\b", text, re.I):
        return False
    names = (full.casefold() for subject in facts.subjects.values() for full in names_of(subject))
    return any(full.startswith((f"{said} ", f"{said.removesuffix('s')} ")) for full in names)


def points(text: str) -> bool:
    """Whether it points at somebody or something said before: "he", "that one"."""
    return bool(PERSON_WORDS.search(text) or THING_WORDS.search(text))


ALL_OF_THEM = re.compile(
    r"\b(?:all|every|each|everyone|everybody|whole list|full list|entire|whole (?:bunch|lot)|(?:the|of|all) six)\b",
    re.I,
)
SEVERAL_LEADERS = re.compile(
    r"\b(?:directors|leaders|bosses|chiefs)\b"
    r"|(?<!who )(?<!that )(?<!which )(?<!he )\bheads\b(?! (?:it|that|this|up|there)\b)",  # not "who heads it"
    re.I,
)
PLACE = re.compile(r"\b(?:that|this|the) (?:place|outfit|organi[sz]ation|group|agency|office|one)\b", re.I)
WHO = re.compile(
    r"\b(?:who|whos|who's|the (?:man|woman|person|guy|lady|gentleman|one in charge) (?:at|of|for|over|from))\b", re.I
)
SEVERAL = re.compile(r"\b(?:both|those|these|them|they|either|the (?:two|three|four))\b", re.I)
PAIR_POINTED_AT = re.compile(r"\b(?:those|these|the|them|this) two\b|\bboth of (?:them|those|these)\b", re.I)
EACH = re.compile(r"\beach\b", re.I)
WHERE_THEN = re.compile(r"^\W*(?:so |ok |okay |and |oh |ah |well )*where(?:'?s| is)?(?: he| she)?(?: then)?\W*$", re.I)
PAIR = re.compile(r"\b(?:both|two|either)\b", re.I)
ORDINAL = re.compile(
    r"\b(?:the|this|that) (?:(former|latter)\b|(first|second|third|fourth|fifth|sixth|last|1st|2nd|3rd|4th|5th|6th)"
    r"(?=\W*$|'s\b|,| (?:one|center|place|agency|office|department|acronym|initialism|abbreviation|of|is|does|has|"
    r"stands?|means?|that)\b))",
    re.I,
)
WHICH_ONE = {
    "first": 0, "1st": 0, "former": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2,
    "fourth": 3, "4th": 3, "fifth": 4, "5th": 4, "sixth": 5, "6th": 5,
}  # fmt: skip
"""Position in what was told; any other word is the last."""
PART = re.compile(r"\b(first|1st|second|2nd|third|3rd|last) (?:part|half|bit|question|thing|one|answer)\b", re.I)
THOSE = re.compile(r"\b(?:those|these|the (?:two|initials|acronyms|abbreviations)|both|them)\b", re.I)
OF_THESE = re.compile(r"^(?!.*\b(?:sits?|on it|on that|serves?)\b).*\b(?:of (?:these|those|them)|are there)\b", re.I)
PAID = re.compile(r"\b(?:paid|pay|stipends?|salar\w+|compensat\w+|wages?)\b", re.I)
IS_IT = re.compile(
    r"\b(?:is|was|does|did|has|can|will) it\b(?! (?:we|you|that|they|i|true|right|so)\b)"
    r"|\b(?:governs?|funds?|pays for|owns?) it\b",
    re.I,
)
BARE_WHY = re.compile(r"^\W*(?:and |but |ok |so )?(?:why|how come|what for|to what end)\W*$", re.I)
EARLIER = re.compile(
    r"\b(?:(?:came|was|is|were|which|who|what|made|formed|created) first|older|oldest|newer|newest|younger"
    r"|before or after|years? (?:between|apart)|earlier|predates?)\b",
    re.I,
)
ASKED_OF_THE_FORMER = ("successor", "predecessor", "tenure")
SINCE = re.compile(
    r"\b(?:new|newest|now|no longer|any ?more|still|retired?|left|stepped down|replaced?|succeeded|took over|came after"
    r"|since when|when did)\b",
    re.I,
)
OF_A_NAME = ("spelling", "pronunciation")
OF_A_BOARD = ("governance", "board_details")
ONE_PLACE = re.compile(
    r"\b(?:it|its|there|that (?:place|one|center|group|office|department|agency)|of that)\b(?! (?:true|right|so)\b)",
    re.I,
)
OF_IT = re.compile(r"\b(?:there|it|that place|over there|the place)\b", re.I)
ONE_OF_OURS = re.compile(r"\b\w+ one\b|\b(?:ours?|yours?|own)\b", re.I)
OURS_ALL = re.compile(r"\b(?:ours|yours|urs)\b", re.I)
THESE_BODIES = re.compile(
    r"\b(?:these|those) (?:\w+ )?(?:outfits|places|organi[sz]ations|groups|bodies|agencies|entities|institutions)\b",
    re.I,
)
THE_OTHER = re.compile(r"\bthe other\b(?! (?:ones|centers|five|four|three|two|agencies|\w+s)\b)", re.I)
ONE_TOO = re.compile(r"\b(?:is|that'?s|it'?s|its)\b.{0,12}\bone (?:too|also|as well|of (?:them|the|those))\b", re.I)
WHEN = re.compile(r"\bwhen\b(?! (?:you|i|we)\b)|\bwhat (?:was |is )?(?:the |that )?(?:year|date|month)\b", re.I)
DENIES = re.compile(
    r"\b(?:it'?s|it is|that'?s|ain'?t|isn'?t|isnt|is it not|not|thought (?:it|that) was|same (?:place|one|center))\b",
    re.I,
)
MEANS = re.compile(r"\b(?:mean|means|meant|sorry|oops|rather|instead|asked|asking)\b", re.I)
LEADER_WORDS = re.compile(r"\b(?:boss|director|directors|head|chief|leader|leaders|in charge)\b", re.I)
THEIR_PLACE = re.compile(
    r"\b(?:his|her|hers|their) (?:shop|place|outfit|center|org\w*|agency|group|one|office)\b"
    r"|\b(?:place|center|one|outfit) (?:that |where )?(?:he|she) (?:works|runs|leads|heads|is at)\b",
    re.I,
)
TOLD_OF_AN_EVENT = ("reaffirmed", "contents")
"""Aspects under which something is told of a subject that another one, with a date of its own, holds."""
OF_AN_EVENT = ("founding", "founder")
OR_WAS_IT = re.compile(r"\b(?:was|is|were) (?:it|that)\b|\bwho did\b", re.I)
MADE_IT = re.compile(
    r"\b(?:form|found|creat|start|issu|made|mak|writ|wrote|sign|launch|establish|adopt|draft)\w* (?:it|that|this)\b"
    r"|\bwho did (?:it|that|this)\b"
    r"|\b(?:set|put|drew|dreamed|came) (?:it|that) up\b",
    re.I,
)
IS_HE = re.compile(r"\b(?:is|isn't|isnt|does|was|wasn't|thought) (?:he|she)\b", re.I)
IS_ITS_LEADER = re.compile(r"\b(?:is|isn't|isnt|was) (?:its|it's|their) (?:director|boss|head|leader|chief)\b", re.I)
# After a decline, these leave the question that had no answer and go back to the one that had.
CONCEDES = re.compile(
    r"\b(fine|whatever|never ?mind|forget (?:it|that)|anyways?|oh well|very well|too bad|no worries|np|shame|i see|"
    r"moving on|no problem|skip (?:it|that)|now do|then|fair|figures|al+ ?right|bummer|darn|oh ok|gotcha)\b"
    r"|^\W*(?:ok|okay|k|jk|lol|haha\w*)\b",
    re.I,
)

# On a center's own site, "our director", "who leads you": not "can you tell me" or "give us".
OURS = re.compile(
    r"\b(?:our|ours|your|yours|we|"
    r"(?:lead|leads|led|run|runs|head|heads|of|for|at|with|about|do|are|is|were) (?:you|us))\b"
    r"(?! (?:know|tell|say|think|mean|give|help|explain|answer|please)\b)",
    re.I,
)


@dataclass(frozen=True)
class Heard:
    """One question as understood, before the talk so far is brought in."""

    intent: str
    text: str = ""
    subjects: Tuple[str, ...] = ()
    named: Dict[str, str] = field(default_factory=dict)
    """Subject to the words the asker used for it."""
    kinds: FrozenSet[str] = frozenset()
    """Kinds of subject meant by a plain word: "the center"."""
    strangers: Tuple[str, ...] = ()
    """Names that are nobody's here."""
    excluded: Tuple[str, ...] = ()
    """Subjects named only to be set aside: "not CREC, CES"."""
    grain: Optional[str] = None
    options: Tuple[str, ...] = ()
    """The nearest intents, for asking back."""

    @property
    def of_strangers(self) -> bool:
        """Whether it names somebody, and nobody of ours."""
        return bool(self.strangers) and not self.subjects


@dataclass(frozen=True)
class Context:
    """What the last reply was about."""

    aspect: Optional[str] = None
    subjects: Tuple[str, ...] = ()
    listed: Tuple[str, ...] = ()
    """The subjects of one kind that were talked about in a row, for "which of those two"."""
    answered: Optional[str] = None
    """The last aspect that had an answer, for "fine. EASTCONN then" after a decline."""
    mistaken: Optional[str] = None
    """The person who was put at the wrong center, for "oh. Which one is his, then?"."""
    asked: Tuple[Tuple[str, Tuple[str, ...]], ...] = ()
    """Aspect and subjects of each question of the last message, if it held several: "the first part again"."""

    @classmethod
    def from_slots(cls, slots: Mapping[str, Any], facts: Facts) -> Context:
        """The context in a tracker's slots; what the facts file no longer knows is forgotten."""
        known = [s for s in slots.get("subjects") or () if s in facts.subjects]
        listed = [s for s in slots.get("listed") or () if s in facts.subjects]
        aspect, answered = (a if a in facts.aspects else None for a in (slots.get("aspect"), slots.get("answered")))
        mistaken = slots.get("mistaken")
        mistaken = mistaken if mistaken in facts.subjects else None
        asked = tuple(
            (aspect, tuple(subjects))
            for aspect, subjects in slots.get("asked") or ()
            if aspect in facts.aspects and all(s in facts.subjects for s in subjects)
        )
        return cls(aspect, tuple(known), tuple(listed), answered, mistaken, asked)


def asks_something(intents: Iterable[str], facts: Facts) -> bool:
    """Whether one of the intents of a message is more than small talk and what we know nothing of."""
    return any(i in facts.aspects or i in FOLLOW_UPS or i == UNSURE for i in intents)


def resolve_all(heard: Heard, context: Context, facts: Facts) -> List[Question]:
    """The full questions: one, or none where nothing says what is meant; several where "the same" is several."""
    part = PART.search(heard.text) if heard.intent == "repeat" and len(context.asked) > 1 else None
    if part:
        aspect, subjects = context.asked[min(WHICH_ONE.get(part.group(1).casefold(), -1), len(context.asked) - 1)]
        return [_question(aspect, subjects, heard)]
    of_another = heard.intent in ("ellipsis", "correction") and heard.subjects
    together = _asked_together(context, facts) if of_another else ()
    contexts = [replace(context, aspect=aspect) for aspect in together] or [context]
    each = (resolve(heard, each_context, facts) for each_context in contexts)
    return [question for question in each if question is not None]


def _place(subject: str, facts: Facts) -> str:
    """The center that a leader leads; any other subject itself."""
    return facts.subjects[subject].leads or subject


def _asked_together(context: Context, facts: Facts) -> Tuple[str, ...]:
    """The aspects of the last message, if it asked several things about the same: "the same for EASTCONN"."""
    places = {tuple(_place(s, facts) for s in subjects) for _, subjects in context.asked}
    return tuple(dict.fromkeys(aspect for aspect, _ in context.asked)) if len(places) == 1 else ()


def resolve(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """The full question, or None where nothing says what is meant."""
    if heard.intent in FOLLOW_UPS:
        return _follow_up(heard, context, facts)
    heard = _without_excluded(heard, facts)
    for rule in (_all_but, _compared_by_date, _with_notice, _what_each_is, _who_belongs):
        question = rule(heard, context, facts)
        if question is not None:
            return question
    if heard.of_strangers:
        return Question(heard.intent)
    for rule in (_part_of_those_two, _held_by_it):
        question = rule(heard, context, facts)
        if question is not None:
            return question
    subjects = _main_subjects(heard, facts)
    about = facts.aspects[heard.intent].about
    if about and heard.kinds and subjects and not _may_have(heard.intent, subjects, facts):
        if not any(facts.answer(s, heard.intent) for s in subjects):
            return _question(heard.intent, (about,), heard)  # "I know CREC and ACES, now list all the centers"
    if subjects:
        claimed = _claim(heard, facts) or _claim_of_him(heard, context, facts) or _claim_of_place(heard, context, facts)
        return claimed or _question(heard.intent, subjects, heard)
    return _unnamed(heard, context, facts)


def _without_excluded(heard: Heard, facts: Facts) -> Heard:
    """ "Not CREC but ACES, who leads it?" is about ACES; what is alone and set aside is left to the rules."""
    meant = tuple(s for s in heard.subjects if s not in heard.excluded)
    alike = len({facts.subjects[s].kind for s in heard.subjects}) == 1
    return replace(heard, subjects=meant) if meant and heard.excluded and alike else heard


def _all_but(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "Who leads all of them except CREC?": the others of its kind, one by one."""
    if heard.intent not in ("leader", "members") or not heard.excluded or set(heard.subjects) - set(heard.excluded):
        return None
    kind = facts.subjects[heard.excluded[0]].kind
    rest = tuple(s for s in facts.of_kind(kind) if s not in heard.excluded)
    aspect = heard.intent if heard.intent == "leader" else "membership"
    return _question(aspect, rest, heard) if rest and all(facts.answer(s, aspect) for s in rest) else None


def _compared_by_date(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "Which came first, the Alliance or the RESCs?", "Was it before the Alliance?": those whose dates tell."""
    if heard.intent not in ("history", "difference", "definition", "founding", "statistics"):
        return None
    if not EARLIER.search(heard.text):
        return None
    before = context.subjects if len(heard.subjects) == 1 and ONE_PLACE.search(heard.text) else ()
    compared = tuple(dict.fromkeys((*before, *heard.subjects)))
    kinds = {facts.subjects[s].kind for s in compared}
    told = len(kinds) > 1 and all(facts.answer(s, "founding") for s in compared)
    return _question("founding", compared, heard) if told else None


def _with_notice(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "Who is the new director of CREC?", "Since when does Nesmith lead it?": whose leader a notice is about."""
    if heard.intent not in ASKED_OF_THE_FORMER or not SINCE.search(heard.text):
        return None
    subjects = heard.subjects or _referred(heard, context, facts)
    leaders = [facts.subjects[facts.leader_of(s) or s] for s in subjects]
    told = leaders and all(leader.notice for leader in leaders)
    return _question("leader", subjects, heard) if told else None


def _what_each_is(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "What's the Alliance versus a RESC?": no comparison, but what each is."""
    unlike = len({facts.subjects[s].kind for s in heard.subjects}) > 1
    if heard.intent != "difference" or not unlike or not all(facts.answer(s, "definition") for s in heard.subjects):
        return None
    return _question("definition", heard.subjects, heard)


def _who_belongs(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "So who does belong to CES?": its leader."""
    led = heard.subjects and all(facts.leader_of(s) and not facts.answer(s, "members") for s in heard.subjects)
    asks = heard.intent == "members" and WHO.search(heard.text) and led
    return _question("leader", heard.subjects, heard) if asks else None


def _part_of_those_two(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "How do those two figure in with the RESCs?": the part of both, whatever else is named."""
    pair = context.listed[-2:]
    if len(pair) != 2 or not PAIR_POINTED_AT.search(heard.text) or set(heard.subjects) & set(pair):
        return None
    theirs = heard.intent != "membership" and all(facts.answer(s, heard.intent) for s in pair)
    related = heard.subjects or heard.intent == "membership"
    told = related and not theirs and all(facts.answer(s, "membership") for s in pair)
    return _question("membership", pair, heard) if told else None


def _question(aspect: str, subjects: Sequence[str], heard: Heard) -> Question:
    return Question(
        aspect, tuple(subjects), {s: heard.named[s] for s in subjects if s in heard.named}, grain=heard.grain
    )


def _main_subjects(heard: Heard, facts: Facts) -> Tuple[str, ...]:
    """ "Why did the RESCs form the Alliance?" is about the Alliance: kinds later in the file weigh more."""
    if len(heard.subjects) < 2 or _side_by_side(heard):
        return heard.subjects
    order = list(facts.kinds)
    rank = {s: order.index(facts.subjects[s].kind) for s in heard.subjects}
    answered = [s for s in heard.subjects if facts.answer(s, heard.intent)]
    best = max(rank[s] for s in (answered or heard.subjects))
    return tuple(s for s in heard.subjects if rank[s] == best)


def _held_by_it(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "Was it the state that founded it?": about the one talked about, whoever is named as its maker."""
    if heard.intent not in OF_AN_EVENT or not heard.subjects or not MADE_IT.search(heard.text):
        return None
    if any(facts.answer(s, heard.intent) for s in heard.subjects) and not OR_WAS_IT.search(heard.text):
        return None  # "And the accord, who wrote that one?"
    made = _referred(replace(heard, subjects=(), text=""), context, facts)
    is_other = len(made) == 1 and made[0] not in heard.subjects
    return _question(heard.intent, made, heard) if is_other and facts.answer(made[0], heard.intent) else None


def _side_by_side(heard: Heard) -> bool:
    """Whether the subjects are named in one breath: "CREC and ACES", "the Alliance and the Accord"."""
    names = [re.escape(heard.named[s]) for s in heard.subjects if s in heard.named]
    joint = r"\s*(?:,|/|&|\+|and|n|or|plus|vs\.?|versus)+\s*(?:and\s+)?(?:the\s+|of\s+|for\s+|about\s+|at\s+)*"
    return len(names) > 1 and re.search(joint.join(names), heard.text, re.IGNORECASE) is not None


def _claim(heard: Heard, facts: Facts) -> Optional[Question]:
    """ "Is Kitching the head of CREC?": a person and a center, under an aspect that both answer alike."""
    people = [s for s in heard.subjects if facts.subjects[s].leads]
    led = [s for s in heard.subjects if facts.leader_of(s)]
    if len(people) != 1 or len(led) != 1 or heard.intent not in ABOUT_LEADING:
        return None
    return Question("leader", (led[0],), dict(heard.named), claimed_leader=people[0])


def _claim_of_him(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "Is she at CREC?": the person talked about and a center."""
    if not IS_HE.search(heard.text) or heard.intent not in ABOUT_LEADING:
        return None
    people = tuple(s for s in _referred(heard, context, facts) if facts.subjects[s].leads)
    return _claim(replace(heard, subjects=(*people, *heard.subjects)), facts)


def _claim_of_place(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "Kate Ericson runs it, yeah?": a person and the center talked about."""
    if heard.intent != "leader" or not OF_IT.search(heard.text) or len(context.subjects) != 1:
        return None
    led = _place(context.subjects[0], facts)
    return _claim(replace(heard, subjects=(*heard.subjects, led)), facts) if facts.leader_of(led) else None


def _unnamed(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """A question that names nobody: about what the talk is about, else about what the aspect is about."""
    aspect = facts.aspects[heard.intent]
    whole = ALL_OF_THEM.search(heard.text) or (heard.intent == "leader" and SEVERAL_LEADERS.search(heard.text))
    if heard.intent == "leader" and EACH.search(heard.text) and len(context.listed) == 2:
        return _question(heard.intent, context.listed, heard)  # "Who's over each?"
    if heard.intent == "members" and whole and context.aspect in WHO_LEADS and not heard.kinds:
        return _unnamed(replace(heard, intent="leader"), context, facts)  # "Just give me the whole bunch"
    if aspect.about and whole:
        return _question(heard.intent, (aspect.about,), heard)
    if context.mistaken and heard.intent == "address" and WHERE_THEN.search(heard.text):
        return _question("leads", (context.mistaken,), heard)
    all_of_a_kind = _all_of_a_kind(heard, facts)
    of_these = [s for s in context.listed if facts.subjects[s].kind in heard.kinds]
    if all_of_a_kind and not (SEVERAL.search(heard.text) and len(of_these) > 1):
        return _question(heard.intent, all_of_a_kind, heard)
    on_it = (heard.intent == "count" and not OF_THESE.search(heard.text)) or (
        heard.intent in ("funding", "price", "salary") and PAID.search(heard.text)
    )
    if on_it and context.aspect in OF_A_BOARD and "board_details" in facts.aspects:
        return _question("board_details", context.subjects, heard)  # "How many sit on it?", "Do they get paid?"
    subjects = _referred(heard, context, facts)
    picked = ORDINAL.search(heard.text) and subjects and subjects != context.subjects
    if heard.intent in WHO_LEADS and (picked or ONE_PLACE.search(heard.text)):
        # "Who leads it?": not everybody's leaders, whatever "it" is
        return _question(heard.intent, subjects, heard) if subjects else None
    if subjects and all(facts.answer(s, heard.intent) for s in subjects):
        return _question(heard.intent, subjects, heard)
    means_them = bool(subjects) and (points(heard.text) or bool(heard.kinds) or bool(BARE_WHY.search(heard.text)))
    singly = len(subjects) == 1 and not facts.leader_of(subjects[0])
    of_it = (singly and IS_IT.search(heard.text)) or BARE_WHY.search(heard.text)
    if aspect.about and not (means_them and (of_it or _may_have(heard.intent, subjects, facts))):
        return _question(heard.intent, (aspect.about,), heard)
    if subjects:
        return _question(heard.intent, subjects, heard)
    of_ours = OURS_ALL.search(heard.text) or (THESE_BODIES.search(heard.text) and context == Context())
    everybody = _whole(heard.intent, facts) if of_ours else ()
    if everybody:
        return _question(heard.intent, everybody, heard)  # "BOCES?" "Ok, so what are ours?"
    if not any(facts.answer(s, heard.intent) for s in facts.subjects):
        return Question(heard.intent)
    return None


def _all_of_a_kind(heard: Heard, facts: Facts) -> Tuple[str, ...]:
    """ "What year did the centers start?": about what they are all together, which has the answer."""
    whole = _whole(heard.intent, facts)
    # In "who began it, the state or the centers?" they are no more than named.
    if not whole or heard.intent == "founder":
        return ()
    members = facts.answer(whole[0], "members")
    listed = (kind for kind in heard.kinds if members and f"{{list:{kind}}}" in members[1].text)
    several = [word for kind in listed for word in facts.kinds[kind].words if word.endswith("s")]
    found = several and re.search(rf"(?<!\bof the )\b(?:{'|'.join(several)})\b", heard.text, re.I)
    return whole if found else ()


def _whole(aspect: str, facts: Facts) -> Tuple[str, ...]:
    """What all the centers are together, if it has an answer."""
    whole = facts.aspects["members"].about if "members" in facts.aspects else None
    return (whole,) if whole and facts.answer(whole, aspect) else ()


def _may_have(aspect: str, subjects: Sequence[str], facts: Facts) -> bool:
    """Whether a subject of this kind could have an answer, so that having none is worth saying."""
    asked_of = facts.aspects[aspect].question
    return any(facts.subjects[s].kind in asked_of for s in subjects)


def _is_like(stranger: str, subject: str, facts: Facts) -> bool:
    """ "The Paris Accord" is named like the RESC Alliance Accord, "Alliance for Progress" like the RESC Alliance."""
    words = stranger.casefold().split()
    return any(name.casefold().split()[-1] in words for name in names_of(facts.subjects[subject]))


def _of_strangers(heard: Heard, context: Context, facts: Facts) -> Context:
    """The context after a question about somebody else: theirs is no subject, but "no, the RESC one" is ours."""
    alike = tuple(s for s in facts.subjects if any(_is_like(stranger, s, facts) for stranger in heard.strangers))
    if len(alike) != 1:
        return context
    asked = next((o for o in heard.options if o in facts.aspects and facts.answer(alike[0], o)), None)
    return Context(aspect=asked, listed=alike, answered=context.answered)


def _told_of(context: Context, facts: Facts) -> Tuple[str, ...]:
    """Subjects of one kind that the last answer told of: the two departments that the RESCs work with."""
    if context.aspect is None or len(context.subjects) != 1:
        return ()
    found = facts.answer(context.subjects[0], context.aspect)
    if found is None:
        return ()
    said = say(*found, facts)
    found_at = {s: re.search(rf"\b{re.escape(o.name)}(?!\w)", said) for s, o in facts.subjects.items()}
    at = {s: match.start() for s, match in found_at.items() if match}
    told = sorted(at, key=lambda s: at[s])
    groups = (tuple(s for s in told if facts.subjects[s].kind == kind) for kind in facts.kinds)
    return next((group for group in groups if len(group) > 1), ())


def _is_called(text: str, subject: str, facts: Facts) -> bool:
    """Whether the text has a word of the name that no other subject has in its name."""
    others = " ".join(name for key, other in facts.subjects.items() if key != subject for name in names_of(other))
    own = _long_words(facts.subjects[subject].name) - _long_words(others)
    return bool(_long_words(text) & own)


def _long_words(text: str) -> FrozenSet[str]:
    return frozenset(re.findall(r"[a-z]{5,}", text.casefold()))


def _picked(heard: Heard, context: Context, facts: Facts) -> Tuple[str, ...]:
    """ "The second one", "both", "those initials": of what was talked about in a row, or told of last."""
    if ONE_OF_OURS.search(heard.text) and len(context.listed) == 1 and not context.subjects:
        return context.listed  # "The Paris Accord?" "No, the RESC one"
    left = tuple(s for s in context.listed if s not in context.subjects)
    if THE_OTHER.search(heard.text):
        if len(left) == 1:
            return left
        pair = facts.of_kind(facts.subjects[context.subjects[0]].kind) if len(context.subjects) == 1 else ()
        if len(pair) == 2:
            return tuple(s for s in pair if s not in context.subjects)  # "What is the OEC?" "And the other department?"
    told = _told_of(context, facts)
    ordinal = ORDINAL.search(heard.text)
    of = told or context.listed
    by_a_word = [s for s in of if len(of) > 1 and _is_called(heard.text, s, facts)]
    if len(by_a_word) == 1 and not heard.kinds:
        return tuple(by_a_word)  # "the early childhood one"
    if ordinal and len(of) > 1:
        position = WHICH_ONE.get((ordinal.group(1) or ordinal.group(2)).casefold(), len(of) - 1)
        return of[position : position + 1]
    if not THOSE.search(heard.text) or (PAIR_POINTED_AT.search(heard.text) and len(told) != 2):
        return ()
    only_they = heard.intent == "expansion" or not any(facts.answer(s, heard.intent) for s in context.subjects)
    return told if only_they and all(facts.answer(s, heard.intent) for s in told) else ()


def _referred(heard: Heard, context: Context, facts: Facts) -> Tuple[str, ...]:
    """What "he", "it" and "that center" point at, from the last reply."""
    picked = _picked(heard, context, facts)
    if picked:
        return picked
    subjects = context.subjects
    if heard.intent in OF_A_NAME and context.aspect in WHO_LEADS and not heard.kinds:
        return tuple(facts.leader_of(s) or s for s in subjects)  # "Who leads CREC?" "Spell that."
    if heard.intent in OF_AN_EVENT and context.aspect in TOLD_OF_AN_EVENT and len(subjects) == 1:
        # "In July 2021, the Alliance reaffirmed …" "On which day was this?"
        found = facts.answer(subjects[0], context.aspect)
        if found and not facts.leader_of(subjects[0]):
            return (found[0],)
    if SEVERAL.search(heard.text) and len(context.listed) > 1:
        subjects = context.listed[-2:] if PAIR.search(heard.text) else context.listed
    if not subjects:
        return ()
    person = bool(PERSON_WORDS.search(heard.text))
    thing = bool(THING_WORDS.search(heard.text))
    if heard.intent in ("membership", "definition") and (
        THEIR_PLACE.search(heard.text) or (thing and not person and not context.mistaken)
    ):
        return tuple(_place(s, facts) for s in subjects)  # "And is that one of the six?"
    if person and context.mistaken:
        return (context.mistaken,)
    if person:
        return tuple(s if facts.subjects[s].leads else facts.leader_of(s) or s for s in subjects)
    if heard.kinds or PLACE.search(heard.text) or (thing and not any(facts.answer(s, heard.intent) for s in subjects)):
        return tuple(
            s if facts.answer(s, heard.intent) and not PLACE.search(heard.text) else _place(s, facts) for s in subjects
        )
    return subjects


def _follow_up(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    named = tuple(s for s in heard.subjects if s not in heard.excluded) or heard.subjects
    if any(facts.subjects[s].leads for s in named):
        named = tuple(s for s in named if facts.subjects[s].leads or facts.leader_of(s))  # "the Florio with a RESC"
    else:
        named = _main_subjects(replace(heard, subjects=named), facts)  # "the other accord, the one of the RESCs"
    if heard.intent == "repeat" and not named and ORDINAL.search(heard.text):
        named = _picked(heard, context, facts)  # "The first one again?"
    if heard.intent == "repeat" or (heard.intent == "more" and not named):
        if context.aspect is None:
            return None
        if heard.intent == "repeat":
            # What was declined is not what anybody wants to hear again.
            known = all(facts.answer(s, context.aspect) for s in named or context.subjects)
            aspect = context.aspect if known else context.answered or context.aspect
            if LEADER_WORDS.search(heard.text) and aspect not in WHO_LEADS and "leader" in facts.aspects:
                aspect = "leader"  # "Can I ask again, the boss there?"
            elif WHEN.search(heard.text) and "founding" in facts.aspects:
                aspect = "founding"  # "Sorry, when did you say?"
            return _question(aspect, named or context.subjects, heard)
        return _more(context, facts)
    if heard.intent == "others" and not named:
        named = _picked(heard, context, facts)
        if not named:
            return _others(heard, context, facts)
    if not named and not heard.strangers:
        named = _picked(heard, context, facts)
    if not named and LEADER_WORDS.search(heard.text) and context.subjects and not heard.strangers:
        # "What about its director, though?"
        return resolve(replace(heard, intent="leader", subjects=()), context, facts)
    if not named:
        if heard.strangers and context.aspect:
            return Question(context.aspect)
        return None
    if heard.intent == "back_to" or heard.intent == "more" or context.aspect is None:
        return _question("definition", named, heard)
    claimed = (*named, *_denied(heard, named, context, facts))
    claim = _claim(replace(heard, intent="leader", subjects=claimed), facts) if len(claimed) == 2 else None
    if claim:
        return claim
    aspect = context.aspect
    if aspect == "other_body":
        aspect = context.answered or "definition"  # "Is EASTCONN a RESC or the light company?" "CREC too?"
    if context.answered and CONCEDES.search(heard.text) and not any(facts.answer(s, aspect) for s in context.subjects):
        aspect = context.answered
    if LEADER_WORDS.search(heard.text) and aspect not in WHO_LEADS and all(facts.answer(s, "leader") for s in named):
        aspect = "leader"  # "Same question about the boss, only for CES"
    elif ONE_TOO.search(heard.text) and all(facts.answer(s, "membership") for s in named):
        aspect = "membership"
    elif WHO.search(heard.text) and not any(facts.answer(s, aspect) for s in named):
        aspect = "leader"
    if not all(facts.answer(s, aspect) for s in named) and not _may_have(aspect, named, facts):
        if any(facts.answer(s, aspect) for s in facts.subjects) and aspect not in OF_A_BOARD:
            aspect = "definition"
    return _question(aspect, named, heard)


def _denied(heard: Heard, named: Sequence[str], context: Context, facts: Facts) -> Tuple[str, ...]:
    """ "Who leads CREC?" "Ain't it Kitching?": the center talked about, that somebody else is said to lead."""
    person = len(named) == 1 and facts.subjects[named[0]].leads
    if not person or len(context.subjects) != 1 or context.aspect not in WHO_LEADS:
        return ()
    denies = DENIES.search(heard.text) and not MEANS.search(heard.text)
    place = _place(context.subjects[0], facts)
    return (place,) if denies and facts.leader_of(place) else ()


def _others(heard: Heard, context: Context, facts: Facts) -> Optional[Question]:
    """ "And the others?": the list that holds them all, else the rest of the kind one by one."""
    aspect = context.answered or context.aspect
    if aspect is None or not context.subjects:
        return None
    about_who_leads = aspect in ("person", "title", "leads") or SEVERAL_LEADERS.search(heard.text)
    if "leader" in facts.aspects and (about_who_leads or any(facts.subjects[s].leads for s in context.subjects)):
        aspect = "leader"  # "and who are the others at his level?"
    elif aspect in ("definition", "membership") and "members" in facts.aspects:
        aspect = "members"
    whole = facts.aspects[aspect].about
    is_new = aspect != context.aspect or whole not in context.subjects
    if whole and is_new and facts.answer(whole, aspect):
        return Question(aspect, (whole,))
    kind = facts.subjects[context.subjects[0]].kind
    rest = tuple(s for s in facts.of_kind(kind) if s not in context.subjects)
    return Question(aspect, rest) if rest else None


def _more(context: Context, facts: Facts) -> Optional[Question]:
    """ "Tell me more": the next thing known about the same subject."""
    if not context.subjects:
        return None
    subject = context.subjects[0]
    said = facts.answer(subject, context.aspect) if context.aspect else None
    known = [a for a in facts.aspects_of(subject) if facts.answer(subject, a) != said]
    order = list(facts.aspects)
    later = [a for a in known if context.aspect and order.index(a) > order.index(context.aspect)]
    following = later or known
    return Question(following[0], (subject,)) if following else None


def named(heard: Heard, context: Context, facts: Facts) -> Context:
    """The context after a question that was not understood, or is about somebody else: about whom it names, if any."""
    if heard.of_strangers:
        return _of_strangers(heard, context, facts)
    return replace(context, subjects=heard.subjects) if heard.subjects else context


def at_home(heard: Heard, context: Context, home: Optional[str], facts: Facts) -> Context:
    """The context of a question on a site that is about one subject, its ``home``.

    There, "our director" is its director, and so is "the director" as long as the talk has been about nobody.
    """
    if home not in facts.subjects or not (OURS.search(heard.text) or not context.subjects):
        return context
    return replace(context, subjects=(home,), listed=())


def remember(questions: Sequence[Question], context: Context, facts: Facts) -> Context:
    """The context after these questions were replied to; none keep it as it was."""
    if not questions:
        return context
    last = questions[-1]
    subjects = last.subjects or context.subjects
    kinds = {facts.subjects[s].kind for s in (*subjects, *context.listed)}
    told = _told_of(context, facts)
    whole = len(subjects) == 1 and subjects[0] in context.listed and _is_whole_kind(context.listed, facts)
    if len(subjects) == 1 and subjects[0] in told:
        listed = told  # "The first of them." "And the other?"
    elif whole:
        listed = context.listed  # a list that was told keeps its order: "the third one", "who leads it", "the last one"
    elif set(subjects) < set(context.listed) and (len(kinds) > 1 or len(context.listed) == 2):
        listed = context.listed  # "The Alliance and the Accord?" "The latter, when?" "And the former?"
    elif len(subjects) > 1 or len(kinds) > 1:
        listed = subjects
    else:
        listed = tuple(dict.fromkeys((*(s for s in context.listed if s not in subjects), *subjects)))
    answered = any(facts.answer(s, last.aspect) for s in subjects)
    claimed = last.claimed_leader
    mistaken = None if any(facts.leader_of(s) == claimed for s in subjects) else claimed
    return Context(last.aspect, subjects, listed, last.aspect if answered else context.answered, mistaken)


def _is_whole_kind(subjects: Sequence[str], facts: Facts) -> bool:
    return len(subjects) > 2 and set(subjects) == set(facts.of_kind(facts.subjects[subjects[0]].kind))


def options(heard: Heard, context: Context, facts: Facts) -> List[Question]:
    """Questions the asker may have meant, nearest first: those with an answer."""
    resolved = [
        resolve(Heard(o, heard.text, heard.subjects, heard.named, heard.kinds), context, facts)
        for o in heard.options
        if o in facts.aspects
    ]
    return [q for q in resolved if q and q.subjects and facts.answer(q.subjects[0], q.aspect)]
