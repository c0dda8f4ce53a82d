"""Meaning: a sentence as 384 numbers, near each other where sentences mean the same.

all-MiniLM-L6-v2 (see ``encoder/README.md``), run by onnxruntime on one thread: a sentence is short,
and the bot's other work wants the other cores.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, List, Text, Tuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from tokenizers import Tokenizer as WordPieces

from ask_resc.nlu.subjects import STAND_IN
from ask_resc.nlu.words import written_out

FOLDER = Path(__file__).resolve().parents[2] / "encoder"
MAX_PIECES = 128


@lru_cache(maxsize=1)
def _loaded() -> Tuple[WordPieces, onnxruntime.InferenceSession]:
    pieces = WordPieces.from_file(str(FOLDER / "tokenizer.json"))
    pieces.no_padding()
    pieces.enable_truncation(MAX_PIECES)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # Without an arena the process holds what a sentence needs, not what the longest ever needed.
    options.enable_cpu_mem_arena = False
    model = str(FOLDER / "minilm.onnx")
    return pieces, onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def encode(text: str) -> NDArray[Any]:
    """``text`` as a vector of shape (384,), float32, of length one."""
    pieces, session = _loaded()
    encoded = pieces.encode(text)
    ids = np.array([encoded.ids], dtype=np.int64)
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return session.run(None, inputs)[0][0]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class SentenceEncoder(DenseFeaturizer, GraphComponent):
    """Adds one dense sentence feature of shape (1, 384)."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Needs words, since names among them are replaced."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """No options but the name features carry in Rasa."""
        return {"alias": "SentenceEncoder"}

    def __init__(self, config: Dict[Text, Any], name: Text) -> None:
        super().__init__(name, config)

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> SentenceEncoder:
        """The encoder; its weights are loaded here, so that the first visitor does not wait for them."""
        _loaded()
        return cls(config, execution_context.node_name)

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Nothing to check."""

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Add the feature to each example; on all cores, each sentence for itself, so that it is as in a message."""
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda example: self.process([example]), training_data.training_examples))
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the feature to each message that has words."""
        for message in messages:
            tokens = message.get(TOKENS_NAMES[TEXT])
            if tokens:
                vector = encode(spoken(message.get(TEXT), tokens))
                message.add_features(
                    Features(vector.reshape(1, -1), FEATURE_TYPE_SENTENCE, TEXT, self._config["alias"])
                )
        return messages


def spoken(text: str, tokens: List[Any]) -> str:
    """``text`` with each name replaced by the stand-in of its kind, and shorthand written out."""
    pieces: List[str] = []
    at = 0
    for token in tokens:
        stand_in = token.get(STAND_IN)
        if stand_in:
            pieces += [written_out(text[at : token.start]), stand_in]
            at = token.end
    return "".join([*pieces, written_out(text[at:])])
