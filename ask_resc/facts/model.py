"""The shape of the facts file: what an editor may write, and what the rest of the code may rely on.

Pure data and its cross-checks; reading a file is ``loader.py``, keeping it fresh ``live.py``.
A *cell* is one subject under one aspect. It holds an answer, a link to another cell, or nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Collection, Dict, Iterator, List, Literal, Optional, Tuple, Union

from pydantic import BaseModel, Extra, Field, constr, validator

from ask_resc import errors

if TYPE_CHECKING:
    Text = str
    Address = str
else:
    Text = constr(strip_whitespace=True, min_length=1)
    Address = constr(regex=r"^https?://\S+$")
Grain = Literal["day", "month", "year", "decade"]
Path = Tuple[Union[str, int], ...]
"""Where something stands in the file: keys, and places in a list, from the outside in."""

KEY = re.compile(r"[a-z][a-z0-9_]*")
MAX_LINKS = 5
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
LIST_PLACEHOLDERS = ("list", "leaders", "count")
PLAIN_PLACEHOLDERS = ("subject", "leader", "title", "leads")


class Strict(BaseModel):
    """A block of the file: unknown keys are mistakes, values never change after loading."""

    class Config:
        """pydantic's settings."""

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
    source: Text
    date: Text
    person: Optional[Named] = None


class Answer(Strict):
    """A filled cell. ``grain`` is how fine a date is, so that no finer one is promised."""

    text: Text
    source: Optional[Text] = None
    notice: Optional[Notice] = None
    grain: Optional[Grain] = None


class Link(Strict):
    """A cell that gives the answer of another one: ``subject.aspect``, or an ``aspect`` of the same subject."""

    see: Text

    def target(self, subject: str) -> Tuple[str, str]:
        """Subject and aspect of the cell that is meant when the link stands at ``subject``."""
        first, dot, second = self.see.partition(".")
        return (first, second) if dot else (subject, first)


Cell = Union[Answer, Link]


class Answers(Strict):
    """Mixin: a block with answers, in which a bare sentence is short for ``text: …``."""

    answers: Dict[str, Cell] = Field(default_factory=dict)

    @validator("answers", pre=True, each_item=True)
    def _answer_or_link(cls, value: object) -> object:
        # ``see`` decides, so that a mistake is held against the one that was meant, not against both.
        if isinstance(value, dict):
            return Link.parse_obj(value) if "see" in value else Answer.parse_obj(value)
        return value if isinstance(value, (Answer, Link)) else Answer.parse_obj({"text": value})


class KindOfSubject(Answers):
    """A kind of subject: what stands in for a name while a question is understood, and what holds for all."""

    stand_in: Text
    words: Tuple[Text, ...] = ()


class Aspect(Strict):
    """Something people ask. ``question`` says it in words for a kind of subject; a button asks it."""

    name: Text
    finer: Optional[Text] = None
    """What it is called when it is asked more finely than any answer is."""
    about: Optional[Text] = None
    """The subject that is meant where a question names none."""
    question: Dict[str, Text] = Field(default_factory=dict)


class Contact(Strict):
    """Whom to ask when the bot does not know."""

    name: Text
    address: Optional[Address] = None
    phone: Optional[Text] = None


class Subject(Answers):
    """About whom or what is asked. A person has a ``title`` and ``leads`` another subject."""

    kind: Text
    name: Text
    aliases: Tuple[Text, ...] = ()
    prefix: Optional[Text] = None
    title: Optional[Text] = None
    leads: Optional[Text] = None
    source: Optional[Text] = None
    notice: Optional[Notice] = None
    contact: Optional[Contact] = None

    @property
    def full_name(self) -> str:
        """The name with its title in front: "Dr. …"."""
        return f"{self.prefix} {self.name}" if self.prefix else self.name


class Facts(Strict):
    """The whole file."""

    about: Text
    """What the bot can answer, as the greeting says it."""
    starters: Tuple[Text, ...]
    """Questions suggested where no subject is known."""
    sources: Dict[str, Source]
    source: Text
    kinds: Dict[str, KindOfSubject]
    aspects: Dict[str, Aspect]
    subjects: Dict[str, Subject]

    def of_kind(self, kind: str) -> Tuple[str, ...]:
        """Keys of all subjects of a kind, in the order of the file."""
        return tuple(key for key, subject in self.subjects.items() if subject.kind == kind)

    def leader_of(self, key: str) -> Optional[str]:
        """Key of the person who leads ``key``, if the file knows one."""
        return next((p for p, subject in self.subjects.items() if subject.leads == key), None)

    def cell(self, subject: str, aspect: str) -> Optional[Cell]:
        """What stands in a cell: the subject's own answer or link, else what holds for its kind."""
        entry = self.subjects.get(subject)
        if entry is None:
            return None
        kind = self.kinds.get(entry.kind)
        return entry.answers.get(aspect) or (kind.answers.get(aspect) if kind else None)

    def answer(self, subject: str, aspect: str) -> Optional[Tuple[str, Answer]]:
        """The answer to an aspect of a subject, and the subject it stands at once links are followed.

        None where the cell is empty, and where nothing fills one of the sentence's placeholders:
        a center whose leader has left the file has no answer to who leads it.
        """
        holder, cell = self._follow(subject, aspect)
        return (holder, cell) if isinstance(cell, Answer) and self._can_say(holder, cell.text) else None

    def aspects_of(self, subject: str) -> Tuple[str, ...]:
        """Aspects with an answer for ``subject``, in the order of the file."""
        return tuple(aspect for aspect in self.aspects if self.answer(subject, aspect) is not None)

    def _follow(self, subject: str, aspect: str) -> Tuple[str, Optional[Cell]]:
        """The subject and cell where links end. It is still a link if they lead in a circle."""
        cell = self.cell(subject, aspect)
        for _ in range(MAX_LINKS):
            if not isinstance(cell, Link):
                break
            subject, aspect = cell.target(subject)
            cell = self.cell(subject, aspect)
        return subject, cell

    def _can_say(self, subject: str, sentence: str) -> bool:
        entry = self.subjects[subject]
        for placeholder in PLACEHOLDER.findall(sentence):
            verb, _, kind = placeholder.partition(":")
            if verb in ("leader", "title") and entry.title is None and self.leader_of(subject) is None:
                return False
            if verb == "leads" and entry.leads is None:
                return False
            if verb == "list" and not self.of_kind(kind):
                return False
            if verb == "leaders" and not any(self.leader_of(led) for led in self.of_kind(kind)):
                return False
        return True


@dataclass(frozen=True)
class Problem:
    """A mistake that no single block shows: where it stands, and a plain sentence."""

    path: Path
    message: str
    needs: Tuple[Path, ...] = ()
    """Places that the sentence says are missing. It is void if one is there, but itself malformed."""


def problems(facts: Facts) -> List[Problem]:
    """Every mistake that no single block shows: dangling references, doubled names, bad placeholders."""
    return [*_keys(facts), *_references(facts), *_links(facts), *_names(facts), *_sentences(facts)]


def _keys(facts: Facts) -> Iterator[Problem]:
    for block in ("sources", "kinds", "aspects", "subjects"):
        for key in getattr(facts, block):
            if not KEY.fullmatch(key):
                yield Problem((block, key), errors.malformed_key(key))


def _references(facts: Facts) -> Iterator[Problem]:
    def known(path: Path, key: Optional[str], block: str, what: str) -> Iterator[Problem]:
        entries: Collection[str] = getattr(facts, block)
        if key is not None and key not in entries:
            yield Problem(path, errors.unknown_reference(what, key, entries), needs=((block, key),))

    yield from known(("source",), facts.source, "sources", "source")
    leaders: Dict[str, str] = {}
    for key, subject in facts.subjects.items():
        path = ("subjects", key)
        yield from known((*path, "kind"), subject.kind, "kinds", "kind of subject")
        yield from known((*path, "source"), subject.source, "sources", "source")
        yield from known((*path, "leads"), subject.leads, "subjects", "subject")
        if subject.leads is not None:
            if subject.title is None:
                yield Problem(path, errors.leader_without_title(key), needs=((*path, "title"),))
            if subject.leads in leaders:
                yield Problem((*path, "leads"), errors.second_leader(subject.leads, leaders[subject.leads]))
            leaders.setdefault(subject.leads, key)
    for cell_path, aspect, cell in _cells(facts):
        yield from known(cell_path, aspect, "aspects", "aspect")
        if isinstance(cell, Answer):
            yield from known((*cell_path, "source"), cell.source, "sources", "source")
    for notice_path, notice in _notices(facts):
        yield from known((*notice_path, "source"), notice.source, "sources", "source")
    for key, asked in facts.aspects.items():
        yield from known(("aspects", key, "about"), asked.about, "subjects", "subject")
        for kind in asked.question:
            yield from known(("aspects", key, "question", kind), kind, "kinds", "kind of subject")


def _links(facts: Facts) -> Iterator[Problem]:
    for path, aspect, cell in _cells(facts):
        if not isinstance(cell, Link):
            continue
        block, key = str(path[0]), str(path[1])
        # A link of a kind stands at each of its subjects that has nothing of its own there.
        stands_at = facts.of_kind(key) if block == "kinds" else (key,)
        for subject in stands_at:
            if facts.cell(subject, aspect) is not cell:
                continue
            problem = _link_problem((*path, "see"), subject, cell, facts)
            if problem:
                yield problem
                break


def _link_problem(path: Path, subject: str, link: Link, facts: Facts) -> Optional[Problem]:
    to_subject, to_aspect = link.target(subject)
    target = facts.subjects.get(to_subject)
    if target is None:
        message = errors.unknown_reference("subject", to_subject, facts.subjects)
        return Problem(path, message, needs=(("subjects", to_subject),))
    if facts.cell(to_subject, to_aspect) is None:
        # The cell would be the subject's own or one of its kind, if its kind were known.
        blocks: Tuple[Path, ...] = (("subjects", to_subject), ("kinds", target.kind))
        needs = tuple((*block, "answers", to_aspect) for block in blocks)
        message = errors.link_to_nothing(to_subject, to_aspect)
        return Problem(path, message, needs=(*needs, ("subjects", to_subject, "kind")))
    if isinstance(facts._follow(to_subject, to_aspect)[1], Link):
        return Problem(path, errors.link_in_a_circle(link.see))
    return None


def _cells(facts: Facts) -> Iterator[Tuple[Path, str, Cell]]:
    for block in ("kinds", "subjects"):
        entries: Dict[str, Answers] = getattr(facts, block)
        for key, entry in entries.items():
            for aspect, cell in entry.answers.items():
                yield (block, key, "answers", aspect), aspect, cell


def _notices(facts: Facts) -> Iterator[Tuple[Path, Notice]]:
    for key, subject in facts.subjects.items():
        if subject.notice:
            yield ("subjects", key, "notice"), subject.notice
    for path, _, cell in _cells(facts):
        if isinstance(cell, Answer) and cell.notice:
            yield (*path, "notice"), cell.notice


def names_of(subject: Subject) -> Tuple[str, ...]:
    """Every way the file itself writes a subject's name."""
    return (subject.name, *subject.aliases)


def _names(facts: Facts) -> Iterator[Problem]:
    owners: Dict[str, str] = {}
    for key, subject in facts.subjects.items():
        for index, name in enumerate(names_of(subject)):
            path: Path = ("subjects", key, "aliases", index - 1) if index else ("subjects", key, "name")
            folded = " ".join(name.casefold().split())
            if folded in owners:
                yield Problem(path, errors.doubled_name(name, owners[folded]))
            owners.setdefault(folded, key)


def _sentences(facts: Facts) -> Iterator[Problem]:
    fillable = [
        *PLAIN_PLACEHOLDERS,
        *(f"{verb}:{kind}" for kind in facts.kinds for verb in LIST_PLACEHOLDERS),
    ]
    for path, _, cell in _cells(facts):
        if isinstance(cell, Answer):
            yield from _placeholders((*path, "text"), cell.text, fillable)
    for path, notice in _notices(facts):
        yield from _placeholders((*path, "text"), notice.text, ())
    for key, aspect in facts.aspects.items():
        for kind, question in aspect.question.items():
            yield from _placeholders(("aspects", key, "question", kind), question, ("subject",))
    yield from _placeholders(("about",), facts.about, ())
    for index, starter in enumerate(facts.starters):
        yield from _placeholders(("starters", index), starter, ())


def _placeholders(path: Path, sentence: str, allowed: Collection[str]) -> Iterator[Problem]:
    for placeholder in PLACEHOLDER.findall(sentence):
        if placeholder not in allowed:
            # A kind that is there but malformed is no reason to complain of {list:kind}.
            needs = (("kinds", placeholder.partition(":")[2]),)
            yield Problem(path, errors.bad_placeholder(placeholder, allowed), needs=needs)
    if set("{}") & set(PLACEHOLDER.sub("", sentence)):
        yield Problem(path, errors.STRAY_BRACE)
