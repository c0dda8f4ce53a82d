"""Words, by spaCy's English rules.

Rasa's own ``SpacyTokenizer`` needs a trained pipeline and lower-cases; a blank one is all we need.
"""

from __future__ import annotations

from typing import Any, Dict, List

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from ask_resc.nlu.words import language


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class WordTokenizer(Tokenizer):
    """Splits a message into words and punctuation."""

    @staticmethod
    def get_default_config() -> Dict[str, Any]:
        """Rasa's options of every tokenizer; we change none."""
        return {"intent_tokenization_flag": False, "intent_split_symbol": "_", "token_pattern": None}

    def tokenize(self, message: Message, attribute: str) -> List[Token]:
        """Tokens of ``attribute`` with their character offsets."""
        doc = language().tokenizer(message.get(attribute))
        return [Token(t.text, t.idx) for t in doc if not t.is_space]
