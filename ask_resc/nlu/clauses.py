"""The question inside a message: its sentences and clauses are judged beside the whole.

Two small components around the rest of the pipeline. The first hands the clauses of a message on as
messages of their own; all steps between treat them alike; ``questions.py`` folds them back into one.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

CLAUSE_OF = "clause_of"
MAX_CLAUSES = 6

_ASKS = (
    r"(?:who|whos|who's|whose|whom|what|whats|what's|when|whens|where|wheres|which|why|how|hows|is|are|was|were|does|do|did|"
    r"can|could|tell me|also|wat|wut|wen|wht)\b"
)
_ASKS_AT = rf"(?:(?:in|at|on|for|from|by|to|of|with|under)\s+(?=wh))?{_ASKS}"
# What makes a clause a question or a request, rather than a remark around one.
_REQUEST = re.compile(
    rf"\?|^(?:\W|and|but|so|ok|okay|also|now|then|well|hi|hey|hello|please|pls|plz|wait|um|uh|hm+)*{_ASKS}"
    r"|\b(?:tell|give|show|list|name|explain|describe|confirm|verify|advise|clarify|provide|send|remind|find out|look up|"
    r"need|want|would like|like to know|wonder|wondering|curious|looking for|trying to|please|question|"
    r"who|whos|who's|whom|whose|what|whats|what's|when|whens|where|wheres|which|why|how|hows|wat|wht|wen|whats)\b",
    re.IGNORECASE,
)
# After a full stop that ends no initial or title, after ? ! ; and line breaks; between "and" or a
# comma and a question word.
_BOUNDARY = re.compile(
    rf"(?<=[^\W\d_]{{3}}[.])\s+(?=\S)|(?<=\d[.])\s+(?=[A-Z])|(?<=[?!;])\s*(?=\S)|\s*\n+\s*|\s+[-–—]+\s+|\.{{2,}}\s*"
    rf"|,?\s+(?:and|n|plus|but|&|or)\s+(?:also\s+)?(?={_ASKS_AT})|,\s*(?=(?:and\s+)?{_ASKS_AT})",
    re.IGNORECASE,
)


def split(text: str) -> List[str]:
    """Sentences and clauses of ``text``; at most ``MAX_CLAUSES``, the last ones, where the point mostly is."""
    parts = [part.strip(" ,;–—-") for part in _BOUNDARY.split(text)]
    return [part for part in parts if re.search(r"\w", part)][-MAX_CLAUSES:]


def asks(text: str) -> bool:
    """Whether a clause asks for something, rather than being a remark around a question."""
    return _REQUEST.search(text) is not None


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
        """``[message]`` to ``[message, clause, clause, …]``; a message of one clause stays alone."""
        result: List[Message] = []
        for message in messages:
            result.append(message)
            clauses = split(message.get(TEXT) or "")
            if len(clauses) > 1:
                result.extend(Message({TEXT: clause, CLAUSE_OF: message}) for clause in clauses)
        return result
