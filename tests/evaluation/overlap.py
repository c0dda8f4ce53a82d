"""How near an evaluation turn comes to a training example, after names are replaced by their kind.

Short plain questions honestly stand in both ("who leads CREC?") and are removed from neither; they are
counted apart. A longer one that agrees in many words was copied, one way or the other.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Dict, FrozenSet, List

from rasa.shared.nlu.training_data.loading import load_data
from spacy.lang.en.stop_words import STOP_WORDS

from ask_resc.facts.live import facts as live_facts
from ask_resc.nlu.names import NameMatcher
from ask_resc.nlu.words import language
from ask_resc.settings import PROJECT

COPIED = 6
"""Content words in common from which on one was copied from the other."""
KNOWN = 5 / 6
"""Share of content words in common from which on the training data holds a turn almost word for word."""
_WORD = re.compile(r"[^\W_]")
# Around a question rather than in it.
_FILLER = frozenset("hi hello hey please pls thanks thank ok okay sorry tell know want need like just".split())


def content_words(text: str) -> FrozenSet[str]:
    """The words of ``text`` that carry its meaning; a name is the name of its kind in braces."""
    tokens = [token.text for token in language()(text)]
    mentions = _matcher().find(tokens).mentions
    inside = {i for mention in mentions for i in range(mention.start, mention.end)}
    words = {t.casefold() for i, t in enumerate(tokens) if i not in inside and _WORD.search(t)}
    kinds = {f"{{{mention.kind}}}" for mention in mentions}
    return frozenset((words - STOP_WORDS - _FILLER) | kinds)


@lru_cache(maxsize=1)
def _matcher() -> NameMatcher:
    return NameMatcher(live_facts().current())


@lru_cache(maxsize=1)
def examples() -> List[FrozenSet[str]]:
    """The content words of every training example."""
    found = {content_words(m.get("text")) for m in load_data(str(PROJECT / "data" / "nlu")).intent_examples}
    return sorted((words for words in found if words), key=sorted)


@lru_cache(maxsize=1)
def _index() -> Dict[str, List[int]]:
    """Each word with the numbers of the examples that have it."""
    index: Dict[str, List[int]] = defaultdict(list)
    for number, words in enumerate(examples()):
        for word in words:
            index[word].append(number)
    return index


def _in_common(words: FrozenSet[str]) -> Counter[int]:
    """Examples by number, with how many of ``words`` each has."""
    return Counter(number for word in words for number in _index().get(word, ()))


def is_known(text: str) -> bool:
    """Whether an example says the same in almost the same words: five content words of six agree."""
    words = content_words(text)
    return any(
        common / (len(words) + len(examples()[number]) - common) >= KNOWN
        for number, common in _in_common(words).items()
    )


def is_copied(text: str) -> bool:
    """Whether an example has six or more content words in common with ``text``."""
    return bool(copies(text))


def copies(text: str) -> List[FrozenSet[str]]:
    """The content words of the examples that ``text`` or they were copied from."""
    return [examples()[n] for n, common in _in_common(content_words(text)).items() if common >= COPIED]
