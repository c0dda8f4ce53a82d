"""From a question to its reply: the one place that decides what is said.

Plain functions on the facts; no Rasa, no channel, no network. Every sentence about the world comes
from the facts file, every other sentence from ``domain.yml`` by the name of the reply's kind.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

from ask_resc.facts.model import PLACEHOLDER, Answer, Facts, Notice

MAX_SUGGESTIONS = 3
GRAINS = ("decade", "year", "month", "day", "weekday")  # from coarse to fine


class Kind(str, Enum):
    """What a reply is. Channels, metrics and reports count by it; ``utter_<kind>`` says it."""

    ANSWERED = "answered"
    CORRECTED = "corrected"
    ASKED_BACK = "asked_back"
    NO_FACT = "no_fact"
    OUT_OF_SCOPE = "out_of_scope"
    SMALL_TALK = "small_talk"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True)
class Question:
    """What is asked about whom, with nothing left to resolve."""

    aspect: str
    subjects: Tuple[str, ...] = ()
    named: Dict[str, str] = field(default_factory=dict)
    """Subject to the name the asker used; a subject known from the talk so far is absent."""
    claimed_leader: Optional[str] = None
    """A person the asker takes for the leader of the first subject."""
    grain: Optional[str] = None
    """How fine a date is wanted, if one is (a value of ``GRAINS``)."""


@dataclass(frozen=True)
class Reply:
    """One reply, complete: what is said, where it comes from, what to ask next."""

    kind: Kind
    response: str
    """The sentence in ``domain.yml`` that says it."""
    answer: str = ""
    topic: str = ""
    subject: str = ""
    notices: Tuple[Notice, ...] = ()
    sources: Tuple[str, ...] = ()
    """Keys of ``facts.sources``."""
    suggestions: Tuple[str, ...] = ()
    contact: str = ""
    id: str = field(default_factory=lambda: uuid.uuid4().hex)


def answer(question: Question, facts: Facts) -> List[Reply]:
    """Replies to one question: one where all its subjects have an answer, else one a subject."""
    if question.claimed_leader is not None:
        return [_judge_claim(question, facts)]
    if not question.subjects:
        return [_no_fact(question, None, facts)]
    found = [_is_answered(question, subject, facts) for subject in question.subjects]
    if all(found):
        return [_state(Kind.ANSWERED, question.aspect, question.subjects, facts)]
    if not any(found):
        return [_no_fact(question, question.subjects[0], facts)]
    return [
        _state(Kind.ANSWERED, question.aspect, (subject,), facts) if ok else _no_fact(question, subject, facts)
        for subject, ok in zip(question.subjects, found, strict=False)
    ]


def without_notices(text: str, notices: Sequence[Mapping[str, Any]]) -> str:
    """What is said, for who shows the notices apart; a reply's ``text`` ends with theirs."""
    said = text
    for notice in reversed(notices):
        said = said.removesuffix(notice["text"]).rstrip()
    return said or text


def without_repeats(replies: Sequence[Reply]) -> List[Reply]:
    """The replies without those that say again what another says: "Who pays? Is it for profit?" has one answer."""
    said: Dict[Tuple[str, str, str], Reply] = {}
    for reply in replies:
        said.setdefault((reply.response, reply.answer, reply.topic), reply)
    return list(said.values())


def _is_answered(question: Question, subject: str, facts: Facts) -> bool:
    found = facts.answer(subject, question.aspect)
    if found is None:
        return False
    grain = found[1].grain
    return not (question.grain and grain) or GRAINS.index(grain) >= GRAINS.index(question.grain)


def _judge_claim(question: Question, facts: Facts) -> Reply:
    """Confirm or correct who leads what, and say what the person does lead.

    A person named in a notice is judged by the fact the notice stands at.
    """
    led = question.subjects[0]
    assert question.claimed_leader is not None
    if facts.leader_of(led) == question.claimed_leader:
        return _state(Kind.ANSWERED, question.aspect, (led,), facts)
    return _state(Kind.CORRECTED, question.aspect, (led, question.claimed_leader), facts)


def _state(kind: Kind, aspect: str, subjects: Sequence[str], facts: Facts) -> Reply:
    """The answers of filled cells, as one reply."""
    sentences: List[str] = []
    notices: List[Notice] = []
    sources: List[str] = []
    for subject in subjects:
        found = facts.answer(subject, aspect)
        if found is None:
            continue
        holder, cell = found
        people = people_in(holder, cell, facts)
        _add(sentences, [say(holder, cell, facts)])
        _add(notices, [cell.notice, facts.subjects[holder].notice, *(facts.subjects[p].notice for p in people)])
        # A person may have been learned from a source of their own.
        holders = people or (holder,)
        _add(sources, [cell.source] if cell.source else [facts.subjects[h].source or facts.source for h in holders])
    _add(sources, [notice.source for notice in notices])
    return Reply(
        kind=kind,
        response=f"utter_{kind.value}",
        answer=" ".join(sentences),
        notices=tuple(notices),
        sources=tuple(sources),
        suggestions=suggest(subjects[0], facts, besides=aspect),
    )


def _add(items: List, new: Iterable) -> None:  # type: ignore[type-arg]
    items.extend(item for item in dict.fromkeys(new) if item is not None and item not in items)


def people_in(subject: str, cell: Answer, facts: Facts) -> Tuple[str, ...]:
    """Keys of the persons that the sentence of ``cell`` names through a placeholder."""
    people: List[Optional[str]] = []
    for placeholder in PLACEHOLDER.findall(cell.text):
        verb, _, kind = placeholder.partition(":")
        if verb in ("leader", "title"):
            people.append(facts.leader_of(subject))
        elif verb == "leaders":
            people.extend(facts.leader_of(led) for led in facts.of_kind(kind))
    return tuple(dict.fromkeys(person for person in people if person is not None))


def say(subject: str, cell: Answer, facts: Facts) -> str:
    """The sentence of ``cell``, its placeholders filled for ``subject``."""
    return PLACEHOLDER.sub(lambda match: _fill(match.group(1), subject, facts), cell.text)


def _fill(placeholder: str, subject: str, facts: Facts) -> str:
    verb, _, kind = placeholder.partition(":")
    entry = facts.subjects[subject]
    if verb == "subject":
        return entry.full_name
    if verb == "list":
        return _join([facts.subjects[key].full_name for key in facts.of_kind(kind)])
    if verb == "count":
        return _in_words(len(facts.of_kind(kind)))
    if verb == "leaders":
        led = [(key, facts.leader_of(key)) for key in facts.of_kind(kind)]
        return _join([f"{facts.subjects[p].full_name} ({facts.subjects[key].name})" for key, p in led if p])
    if verb == "leads":
        return facts.subjects[entry.leads].full_name if entry.leads else ""
    leader = subject if entry.title else facts.leader_of(subject)
    if leader is None:
        return ""
    return facts.subjects[leader].full_name if verb == "leader" else facts.subjects[leader].title or ""


def _join(items: Sequence[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else "".join(items)


def _in_words(number: int) -> str:
    words = "no one two three four five six seven eight nine ten eleven twelve".split()
    return words[number] if number < len(words) else str(number)


def _no_fact(question: Question, subject: Optional[str], facts: Facts) -> Reply:
    """An honest decline that names what was asked, and recites nothing else."""
    aspect = facts.aspects[question.aspect]
    named = question.named.get(subject, "") if subject else ""
    if subject and not named and facts.subjects[subject].leads is None:
        # Known from the talk so far; a person's name is a fact that a decline does not recite.
        named = facts.subjects[subject].full_name
    has_coarser = subject is not None and facts.answer(subject, question.aspect) is not None
    contact = facts.subjects[subject].contact if subject else None
    return Reply(
        kind=Kind.NO_FACT,
        response="utter_no_fact" if named else "utter_no_fact_unnamed",
        topic=aspect.finer if has_coarser and aspect.finer else aspect.name,
        subject=named,
        suggestions=suggest(subject, facts) if subject else facts.starters[:MAX_SUGGESTIONS],
        contact=" ".join(filter(None, (contact.name, contact.phone, contact.address))) if contact else "",
    )


def out_of_scope(facts: Facts) -> Reply:
    """The reply to a question that no aspect covers."""
    return Reply(
        Kind.OUT_OF_SCOPE,
        "utter_out_of_scope",
        topic=facts.about,
        suggestions=facts.starters[:MAX_SUGGESTIONS],
    )


def small_talk(intent: str, facts: Facts) -> Reply:
    """The reply to a greeting, thanks and their kin: ``utter_<intent>``."""
    return Reply(Kind.SMALL_TALK, f"utter_{intent}", topic=facts.about, suggestions=facts.starters[:MAX_SUGGESTIONS])


def ask_back(options: Sequence[Question], facts: Facts) -> Reply:
    """ "Did you mean …": the nearest questions that have words, as buttons."""
    questions = [in_words(o.aspect, o.subjects[0] if o.subjects else None, facts) for o in options]
    chosen = list(dict.fromkeys(q for q in questions if q))[:MAX_SUGGESTIONS]
    _add(chosen, facts.starters[: max(0, 2 - len(chosen))])
    return Reply(Kind.ASKED_BACK, "utter_asked_back", suggestions=tuple(chosen))


def suggest(subject: str, facts: Facts, besides: Optional[str] = None) -> Tuple[str, ...]:
    """Up to three questions about ``subject`` in words, each with an answer of its own."""
    told = {facts.answer(subject, besides)} if besides else set()
    chosen: List[str] = []
    for aspect in facts.aspects_of(subject):
        question, found = in_words(aspect, subject, facts), facts.answer(subject, aspect)
        if question and found not in told:
            told.add(found)
            chosen.append(question)
    return tuple(chosen[:MAX_SUGGESTIONS])


def in_words(aspect: str, subject: Optional[str], facts: Facts) -> Optional[str]:
    """The question that a button asks, or None where the facts file has no words for it."""
    if subject is None:
        return None
    entry = facts.subjects[subject]
    question = facts.aspects[aspect].question.get(entry.kind)
    return question.replace("{subject}", entry.name) if question else None
