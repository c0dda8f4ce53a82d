"""The question inside a message: its sentences and clauses are judged beside the whole.

Two small components around the rest of the pipeline. The first hands the clauses of a message on as
messages of their own; all steps between treat them alike; ``questions.py`` folds them back into one.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Sequence, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

CLAUSE_OF = "clause_of"
HALF = "half"
"""Marks the two halves of a message that is one clause: "head of ACES and an email for them"."""
MAX_CLAUSES = 6

_ASKS = (
    r"(?:who|whos|who's|whose|whom|what|whats|what's|when|whens|where|wheres|which|why|how|hows|is|are|was|were|does|do|did|"
    r"can|could|tell me|also|wat|wut|wen|wht)\b"
)
_ASKS_AT = (
    rf"(?:(?:in|at|on|for|from|by|to|of|with|under|about|until|since)\s+(?=wh))?{_ASKS}"
    r"|(?:would|will|may|might|could) (?:you|i|we)\b|whether\b"
)
_OPENING = (
    r"^(?:\W|and|but|so|ok|okay|also|now|then|well|hi|hey|hello|please|"
    r"pls|plz|wait|um|uh|hm+|yo|just|or|oh|dear|sir|i ask)*"
)
_IMPERATIVE = (
    r"(?:can|could|would|will) you|tell|give|show|list|name|explain|describe|confirm|verify|advise|clarify|provide|"
    r"send|remind|find|look up|settle|read|run|help|kindly|please|let me know|define|identify|state|specify"
)
# A question or a request, rather than a remark around one.
_WHAT = r"(?:who|whos|who's|whose|whom|what|whats|what's|when|where|which|how|wat|wht|wen)"
_ASKS_PLAINLY = re.compile(
    rf"^(?!\W*like\b).*\?|^\W*(?:\w+\W+){{0,2}}why (?:is|are|did|do|does|was|were|would)\b"
    rf"|{_OPENING}(?:you|u|ya|y'all) (?:got|have)\b"
    rf"|{_OPENING}(?:(?:in|at|on|for|from|by|to|of|with|under)\s+)?(?:{_ASKS}|(?:{_IMPERATIVE})\b)"
    rf"|^\W*(?:[\w']+\W+){{1,3}}?{_WHAT}\b",
    re.I,
)
_ASKS_SOMEHOW = re.compile(
    r"\b(?:need|want|would like|like to know|wonder|wondering|curious|looking for|trying to|question|tell|know|"
    r"find out|who|whos|who's|whom|whose|what|whats|what's|when|where|which|why|how|wat|wht|wen)\b",
    re.I,
)
# After a full stop that ends no initial or title, after ? ! ; and line breaks; between "and" or a
# comma and a question word.
_BOUNDARY = re.compile(
    rf"(?<=[^\W\d_]{{3}}[.])\s+(?=\S)|(?<=\d[.])\s+(?=[A-Z])|(?<=[?!;])\s*(?=\S)|\s*\n+\s*|\s+[-–—]+\s+|\.{{2,}}\s*"
    rf"|,?\s+(?:and|adn|nad|n|plus|but|&|\+|or)\s+(?:also\s+|if so,?\s+)?(?=(?:{_ASKS_AT}))|\s+\+\s+"
    # but not in "when, exactly, was it"
    rf"|(?<!ly)(?<!pray)(?<!please)[,:]\s*(?=(?:and\s+)?(?:{_ASKS_AT}))"
    # What somebody is doing, or needs it for: "who runs CREC, walking into a meeting", "…, it's for a letter".
    r"|,\s+(?=(?!(?:includ|exclud|regard|concern|start|beginn|count|us)ing\b)\w{2,}ing\b)"
    r"|,\s+(?=(?:i|i'm|im|it's|its|it is|we|we're|my|our|so i|so we|so that|the \w+ wants)\s+\w)"
    # A remark before what comes next: "lol perfect ok and the mission".
    r"|\s+(?=(?:ok|okay|alright|now)\s+(?:and|then|so|now|what|who|how|when|where)\b)",
    re.IGNORECASE,
)


_BARE = re.compile(rf"^\W*(?!when\b|why\b)(?:{_ASKS}|not|what about it)\W*$", re.I)  # "… or what?", not "… and when"


# Marks that a telephone took down as words; "for what period" is a question.
_SPOKEN = (
    (re.compile(r"\s+question mark\b", re.I), "?"),
    (re.compile(r"\s+exclamation (?:point|mark)\b", re.I), "!"),
    (re.compile(r"\s+comma\b(?! (?:separated|delimited))", re.I), ","),
    (
        re.compile(
            r"(?<!\ba)(?<!\b(?:the))(?<!what)(?<!which)(?<!that)(?<!this)\s+(?:period|full stop)"
            r"(?=\W*$|\s+(?:and|also|next|who|what|when|where|which|how|is|are|please|thanks?|thank you)\b)",
            re.I,
        ),
        ".",
    ),
)


def marks_written(text: str) -> str:
    """``text`` with marks for those that were dictated: "name of the director question mark"."""
    for spoken, mark in _SPOKEN:
        text = spoken.sub(mark, text)
    return text


# "Need by noon: what the Accord is, month and year", with items for clauses.
_LIST = re.compile(
    r"\b(?:need|needs|pls|please|plz|want|following|things?|qs?|questions?|verify|confirm)\b[^:?.;,]{0,20}:", re.I
)
_ITEM = re.compile(r"(?<=\w):\s+|\s*,\s+")


_NOTE = re.compile(r"\W*(?:[^\s?]+\s*){1,5}")
_SENTENCE = re.compile(
    r"\b(?:i|i'm|im|we|my|our|you|he|she|it|they|is|are|was|were|have|has|had|do|did|can|will|with|from|not)\b", re.I
)


def is_note(text: str) -> bool:
    """Whether ``text`` is a few words without a verb: "CREC boss"."""
    return _NOTE.fullmatch(text) is not None and not _SENTENCE.search(text)


def is_list(text: str) -> bool:
    """Whether ``text`` lists what is wanted: "need by noon: the statute, month/yr", "head of CES + phone"."""
    return _LIST.search(text) is not None or " + " in text


def split(text: str) -> List[str]:
    """Sentences and clauses of ``text``; at most ``MAX_CLAUSES``, the last ones, where the point mostly is."""
    parts = [part.strip(" ,;–—-") for part in _BOUNDARY.split(text)]
    if _LIST.search(text):
        parts = [item.strip(" ,;–—-") for part in parts for item in _ITEM.split(part)]
    return [part for part in parts if re.search(r"\w", part) and not _BARE.match(part)][-MAX_CLAUSES:]


_HALVES = re.compile(
    r"\s*,?\s+(?:and|plus|&|\+|n|as well as)\s+(?:also\s+)?(?=(?:an?|the|its|it's|their|his|her|your)\s)", re.I
)


def halves(text: str) -> List[str]:
    """The two things that a single clause may ask for, "the boss and the address"; empty where it cannot."""
    parts = [part.strip(" ,;–—-") for part in _HALVES.split(text)]
    return parts if len(parts) == 2 and all(re.search(r"\w", part) for part in parts) else []


def asking(texts: Sequence[str]) -> List[bool]:
    """Which of a message's clauses ask for something, rather than being remarks around a question.

    "Which towns? I want a list": a wish counts only where nothing is asked plainly.
    """
    plainly = [_ASKS_PLAINLY.search(text) is not None for text in texts]
    return plainly if any(plainly) else [_ASKS_SOMEHOW.search(text) is not None for text in texts]


# As an entity extractor it runs on messages and never on training examples.
@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class ClauseSplitter(GraphComponent):
    """Adds the clauses of a message behind it."""

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ClauseSplitter:
        """Stateless."""
        return cls()

    def process(self, messages: List[Message]) -> List[Message]:
        """``[message]`` to ``[message, clause, clause, …]``, or to ``[message, half, half]``, or alone."""
        result: List[Message] = []
        for message in messages:
            result.append(message)
            text = marks_written(message.get(TEXT) or "")
            if text != message.get(TEXT):
                message.set(TEXT, text, add_to_output=True)
            clauses = split(text)
            if len(clauses) > 1:
                result.extend(Message({TEXT: clause, CLAUSE_OF: message}) for clause in clauses)
            else:
                result.extend(Message({TEXT: half, CLAUSE_OF: message, HALF: True}) for half in halves(text))
        return result
