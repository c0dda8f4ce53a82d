"""The recogniser in Rasa's pipeline: finds names, and puts a stand-in for each before features are made.

So an intent is learned as "who leads {center}", never as "who leads CREC": nothing learns a name, and
a center that joins tomorrow is understood without training. ``token.lemma`` is what Rasa's
``CountVectorsFeaturizer`` reads; ``stand_in`` is what our sentence encoder reads.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from typing import Any, Callable, Dict, FrozenSet, List, Optional, Sequence, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ask_resc.facts.live import facts
from ask_resc.facts.model import Facts
from ask_resc.nlu.names import Found, NameMatcher

FOUND = "found_names"
STAND_IN = "stand_in"
WORDS_FILE = "words.json"
OFTEN = 4
"""Uses in the examples from which on a word is ordinary language rather than a name mistyped."""


# Registered as a featurizer too, because Rasa applies nothing but tokenizers and featurizers to examples.
@DefaultV1Recipe.register(
    [DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR],
    is_trainable=True,
)
class SubjectRecognizer(GraphComponent):
    """Adds an entity ``subject`` for each name in a message, whose value is its key in the facts file."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Needs words."""
        from rasa.nlu.tokenizers.tokenizer import Tokenizer

        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Options and their defaults.

        ``strange_intents``: examples of these intents are about other things, so their words are not
        taken for ordinary language ("the Paris Accord"); ``strange_share``: a word with at least this
        share of its uses there stands for something else altogether ("BOCES").
        """
        return {"strange_intents": ["out_of_scope", "other_body"], "strange_share": 0.8}

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._words: FrozenSet[str] = frozenset()
        self._common: FrozenSet[str] = frozenset()
        self._strange: FrozenSet[str] = frozenset()
        self._known: FrozenSet[str] = frozenset()
        self._matcher: Optional[NameMatcher] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SubjectRecognizer:
        """A recogniser that knows no ordinary words yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> SubjectRecognizer:
        """The recogniser with the ordinary words of its training."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            learned = json.loads((folder / WORDS_FILE).read_text(encoding="utf-8"))
        component._words, component._common, component._strange, component._known = (
            frozenset(learned[key]) for key in ("words", "common", "strange", "known")
        )
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn which words are ordinary language; of the examples alone, never of the facts."""
        elsewhere = set(self._config["strange_intents"])
        here: Counter[str] = Counter()
        there: Counter[str] = Counter()
        for message in training_data.intent_examples:
            words = {t.text.casefold() for t in message.get(TOKENS_NAMES[TEXT], []) if re.fullmatch(r"[\w'’]+", t.text)}
            (there if message.get(INTENT) in elsewhere else here).update(words)
        self._words = frozenset(here)
        self._known = frozenset((*here, *there))
        self._common = frozenset(word for word, count in here.items() if count >= OFTEN)
        self._strange = frozenset(
            word for word, count in there.items()
            if count >= 2 and len(word) > 2 and count >= self._config["strange_share"] * (count + here[word])
        )  # fmt: skip
        with self._storage.write_to(self._resource) as folder:
            learned = {
                "words": sorted(self._words), "common": sorted(self._common), "strange": sorted(self._strange),
                "known": sorted(self._known),
            }  # fmt: skip
            (folder / WORDS_FILE).write_text(json.dumps(learned), encoding="utf-8")
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Replace ``{kind}`` in the examples. Names are not looked for: what is learned depends on none."""
        matcher = self.matcher()
        self._replace(training_data.training_examples, matcher.placeholders, matcher.facts)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add entities, and merge each name into one token with a stand-in."""
        matcher = self.matcher()  # one version of the facts for all steps of a message
        self._replace(messages, matcher.find, matcher.facts)
        return messages

    @staticmethod
    def _replace(messages: List[Message], find: Callable[[Sequence[Text]], Found], known: Facts) -> None:
        for message in messages:
            tokens: Sequence[Token] = message.get(TOKENS_NAMES[TEXT]) or []
            if not tokens:
                continue
            found = _as_written(find([t.text for t in tokens]), tokens, message.get(TEXT))
            message.set(FOUND, found)
            message.set(TOKENS_NAMES[TEXT], _merge(tokens, found, message.get(TEXT), known))
            entities = [
                {
                    "entity": "subject",
                    "start": tokens[m.start].start,
                    "end": tokens[m.end - 1].end,
                    "value": m.subject,
                    "extractor": "SubjectRecognizer",
                }
                for m in found.mentions
                if m.subject is not None
            ]
            message.set(ENTITIES, [*message.get(ENTITIES, []), *entities], add_to_output=True)

    def matcher(self) -> NameMatcher:
        """The matcher of the facts as they are now."""
        current = facts().current()
        if self._matcher is None or self._matcher.facts is not current:
            self._matcher = NameMatcher(current, self._words, self._strange, self._common, self._known)
        return self._matcher


def _as_written(found: Found, tokens: Sequence[Token], text: str) -> Found:
    """``found`` with each name as it stands in the message: "R-E-S-C", not "R - E - S - C"."""
    written = [text[tokens[m.start].start : tokens[m.end - 1].end] for m in found.mentions]
    same = [w.replace(" ", "") == m.text.replace(" ", "") for w, m in zip(written, found.mentions, strict=True)]
    mentions = (replace(m, text=w) if s else m for m, w, s in zip(found.mentions, written, same, strict=True))
    return replace(found, mentions=tuple(mentions))


def _merge(tokens: Sequence[Token], found: Found, text: str, known: Facts) -> List[Token]:
    merged: List[Token] = []
    at = 0
    for mention in found.mentions:
        merged.extend(tokens[at : mention.start])
        start, end = tokens[mention.start].start, tokens[mention.end - 1].end
        merged.append(
            Token(
                text[start:end],
                start,
                end,
                data={STAND_IN: known.kinds[mention.kind].stand_in},
                lemma=f"_{mention.kind}_",
            )
        )
        at = mention.end
    merged.extend(tokens[at:])
    return merged
