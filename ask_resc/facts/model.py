"""The shape of the facts file: what an editor may write, and what the rest of the code may rely on.

Pure data and its cross-checks; reading a file is ``loader.py``, keeping it fresh ``live.py``.
A *cell* is one subject under one aspect. It holds an answer or it is empty.
"""

from __future__ import annotations

import re
from typing import Dict, Iterator, List, Literal, Optional, Tuple, Union

from pydantic import BaseModel, Extra, Field, constr, validator

Text = constr(strip_whitespace=True, min_length=1)
Key = constr(regex=r"^[a-z][a-z0-9_]*$")
Address = constr(regex=r"^https?://\S+$")
See = constr(regex=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")
Grain = Literal["day", "month", "year", "decade"]

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LIST_PLACEHOLDERS = ("list", "leaders", "count")
PLAIN_PLACEHOLDERS = ("subject", "leader", "title", "leads")


class Strict(BaseModel):
    """A block of the file: unknown keys are mistakes, values never change after loading."""

    class Config:
        extra = Extra.forbid
        frozen = True
        smart_union = True


class Source(Strict):
    """Where facts come from, as it is shown under an answer."""

    title: Text
    publisher: Text
    address: Address
    date: Text


class Named(Strict):
    """A person the file names without being one of its subjects."""

    name: Text
    prefix: Optional[Text] = None
    aliases: Tuple[Text, ...] = ()


class Notice(Strict):
    """What is said beside a fact, such as that another source disagrees."""

    text: Text
    source: Key
    date: Text
    person: Optional[Named] = None


class Answer(Strict):
    """A filled cell. ``grain`` is how fine a date is, so that no finer one is promised."""

    text: Text
    source: Optional[Key] = None
    notice: Optional[Notice] = None
    grain: Optional[Grain] = None


class Link(Strict):
    """A cell that gives the answer of another one."""

    see: See


Cell = Union[Answer, Link]


class Answers(Strict):
    """Mixin: a block with answers, in which a bare sentence is short for ``text: …``."""

    answers: Dict[Key, Cell] = Field(default_factory=dict)

    @validator("answers", pre=True)
    def _sentence_is_short_for_text(cls, value: object) -> object:
        if not isinstance(value, dict):
            return value
        return {k: {"text": v} if isinstance(v, str) or v is None else v for k, v in value.items()}


class KindOfSubject(Answers):
    """A kind of subject: the word that stands in for a name, and what holds for each of its subjects."""

    noun: Text
    words: Tuple[Text, ...] = ()


class Aspect(Strict):
    """Something people ask. ``question`` says it in words for a kind of subject; a button asks it."""

    name: Text
    question: Dict[Key, Text] = Field(default_factory=dict)


class Contact(Strict):
    """Whom to ask when the bot does not know."""

    name: Text
    address: Optional[Address] = None
    phone: Optional[Text] = None


class Subject(Answers):
    """About whom or what is asked. A person has a ``title`` and ``leads`` another subject."""

    kind: Key
    name: Text
    aliases: Tuple[Text, ...] = ()
    prefix: Optional[Text] = None
    title: Optional[Text] = None
    leads: Optional[Key] = None
    source: Optional[Key] = None
    notice: Optional[Notice] = None
    contact: Optional[Contact] = None

    @property
    def full_name(self) -> str:
        return f"{self.prefix} {self.name}" if self.prefix else str(self.name)


class Facts(Strict):
    """The whole file."""

    sources: Dict[Key, Source]
    source: Key
    kinds: Dict[Key, KindOfSubject]
    aspects: Dict[Key, Aspect]
    subjects: Dict[Key, Subject]

    def of_kind(self, kind: str) -> Tuple[str, ...]:
        """Keys of all subjects of a kind, in the order of the file."""
        return tuple(key for key, subject in self.subjects.items() if subject.kind == kind)

    def leader_of(self, key: str) -> Optional[str]:
        """Key of the person who leads ``key``, if the file knows one."""
        return next((p for p, subject in self.subjects.items() if subject.leads == key), None)

    def cell(self, subject: str, aspect: str) -> Optional[Cell]:
        """What stands in a cell: the subject's own answer, else what holds for its kind."""
        entry = self.subjects[subject]
        own = entry.answers.get(aspect)
        return own if own is not None else self.kinds[entry.kind].answers.get(aspect)

    def aspects_of(self, subject: str) -> Tuple[str, ...]:
        """Aspects with an answer for ``subject``, in the order of the file."""
        return tuple(aspect for aspect in self.aspects if self.cell(subject, aspect) is not None)


class Problem(Exception):
    """A mistake in an otherwise well-shaped file: where it is, and a plain sentence."""

    def __init__(self, path: Tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.path, self.message = path, message


def problems(facts: Facts) -> List[Problem]:
    """Every mistake that no single block shows: dangling references, doubled names, bad placeholders."""
    return [*_references(facts), *_names(facts), *_sentences(facts)]


def _references(facts: Facts) -> Iterator[Problem]:
    def known(path: Tuple[str, ...], key: Optional[str], where: Dict[str, object], what: str) -> Iterator[Problem]:
        if key is not None and key not in where:
            yield Problem(path, f"there is no {what} “{key}” (known: {', '.join(where)})")

    sources: Dict[str, object] = dict(facts.sources)
    subjects: Dict[str, object] = dict(facts.subjects)
    yield from known(("source",), facts.source, sources, "source")
    led: Dict[str, str] = {}
    for key, subject in facts.subjects.items():
        path = ("subjects", key)
        yield from known((*path, "kind"), subject.kind, dict(facts.kinds), "kind of subject")
        yield from known((*path, "source"), subject.source, sources, "source")
        yield from known((*path, "leads"), subject.leads, subjects, "subject")
        if subject.leads is not None:
            if subject.title is None:
                yield Problem((*path, "leads"), f"“{subject.name}” leads something and needs a title")
            if subject.leads in led:
                yield Problem((*path, "leads"), f"“{subject.leads}” is already led by “{led[subject.leads]}”")
            led.setdefault(subject.leads, key)
        if subject.notice:
            yield from known((*path, "notice", "source"), subject.notice.source, sources, "source")
    for path, aspect, cell in _cells(facts):
        yield from known(path, aspect, dict(facts.aspects), "aspect")
        if isinstance(cell, Answer):
            yield from known((*path, "source"), cell.source, sources, "source")
            if cell.notice:
                yield from known((*path, "notice", "source"), cell.notice.source, sources, "source")
        else:
            subject_key, aspect_key = cell.see.split(".")
            target = facts.subjects.get(subject_key)
            if target is None or target.kind not in facts.kinds:
                yield Problem((*path, "see"), f"there is no subject “{subject_key}”")
            elif not isinstance(facts.cell(subject_key, aspect_key), Answer):
                yield Problem((*path, "see"), f"“{cell.see}” holds no answer of its own")
    for key, aspect_ in facts.aspects.items():
        for kind in aspect_.question:
            yield from known(("aspects", key, "question", kind), kind, dict(facts.kinds), "kind of subject")


def _cells(facts: Facts) -> Iterator[Tuple[Tuple[str, ...], str, Cell]]:
    for block, entries in (("kinds", facts.kinds), ("subjects", facts.subjects)):
        for key, entry in entries.items():
            for aspect, cell in entry.answers.items():
                yield (block, key, "answers", aspect), aspect, cell


def names_of(subject: Subject) -> Tuple[str, ...]:
    """Every way the file itself writes a subject's name."""
    return (subject.name, *subject.aliases)


def _names(facts: Facts) -> Iterator[Problem]:
    seen: Dict[str, str] = {}
    for key, subject in facts.subjects.items():
        for index, name in enumerate(names_of(subject)):
            path = ("subjects", key, "name") if index == 0 else ("subjects", key, "aliases", str(index - 1))
            folded = " ".join(name.casefold().split())
            owner = seen.setdefault(folded, key)
            if owner != key:
                yield Problem(path, f"“{name}” is already a name of “{owner}”")
            elif folded in (n.casefold() for n in names_of(subject)[:index]) and index:
                yield Problem(path, f"“{name}” stands twice")


def _sentences(facts: Facts) -> Iterator[Problem]:
    for path, _, cell in _cells(facts):
        if not isinstance(cell, Answer):
            continue
        for placeholder in PLACEHOLDER.findall(cell.text):
            verb, _, kind = placeholder.partition(":")
            if verb in PLAIN_PLACEHOLDERS and not kind:
                continue
            if verb in LIST_PLACEHOLDERS and kind in facts.kinds:
                continue
            yield Problem(path, f"“{{{placeholder}}}” is not something a sentence can hold")
