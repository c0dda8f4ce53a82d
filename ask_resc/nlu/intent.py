"""What is asked: logistic regression over meaning and spelling.

Rasa's ``LogisticRegressionClassifier`` with three changes, each worth points on questions by people
who wrote no example: n-gram counts are dampened and brought to length one, so that a long question
weighs like a short one; meaning and spelling have weights of their own; and the result is three
arrays in an ``.npz``, so that a start needs neither skops nor scikit-learn's model (3.5 s).
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Tuple

import numpy as np
from numpy.typing import NDArray
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

FILE = "intents.npz"
CHANCES = "chances"
"""Key of a message: every intent with its probability."""
NEARNESS = "nearness"
"""Key of a message: the cosine of its meaning to that of the nearest example kept."""
Row = Tuple[NDArray[Any], NDArray[Any], NDArray[Any]]
"""Dense vector, indices of n-grams, their counts."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class MeaningAndSpellingClassifier(GraphComponent, IntentClassifier):
    """Adds the intent and the ranking of intents."""

    @classmethod
    def required_components(cls) -> List[type]:
        """Needs a dense and a sparse sentence feature."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Options and their defaults.

        ``meaning``, ``spelling``: their weights; ``C``: strength of fit; ``directions``: of spelling, while
        fitting; ``kept``: examples of an intent whose meaning is kept, to see how near a message comes to any.
        """
        return {
            "meaning": 5.0,
            "spelling": 3.0,
            "C": 5.0,
            "max_iter": 100,
            "directions": 400,
            "kept": 20,
            "ranking_length": 5,
        }

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._arrays: Optional[Dict[str, NDArray[Any]]] = None

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MeaningAndSpellingClassifier:
        """A classifier to be trained."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> MeaningAndSpellingClassifier:
        """The trained classifier."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder, np.load(folder / FILE, allow_pickle=False) as arrays:
            component._arrays = dict(arrays)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Fit to the examples."""
        from sklearn.decomposition import TruncatedSVD
        from sklearn.linear_model import LogisticRegression

        examples = [m for m in training_data.intent_examples if m.get(INTENT) and m.get(TEXT)]
        labels = [m.get(INTENT) for m in examples]
        rows = [features(m) for m in examples]
        width = max((int(indices.max()) for _, indices, _ in rows if len(indices)), default=0) + 1
        self._arrays = {"idf": _idf(rows, width)}
        meaning, spelling = self._matrices(rows, width)
        # Fitted on the main directions of spelling and unfolded again: a tenth of the time, the same
        # answers. A tiny training set has fewer directions than that.
        directions = min(self._config["directions"], len(rows) - 1, width - 1)
        svd = TruncatedSVD(directions, random_state=0)
        matrix = np.hstack([meaning, svd.fit_transform(spelling)]).astype(np.float32)
        model = LogisticRegression(C=self._config["C"], max_iter=self._config["max_iter"], class_weight="balanced")
        model.fit(matrix, labels)
        dense = meaning.shape[1]
        self._arrays.update(
            labels=np.array(model.classes_, dtype=np.str_),
            meaning=model.coef_[:, :dense].T.astype(np.float32),
            spelling=(svd.components_.T @ model.coef_[:, dense:].T).astype(np.float32),
            intercept=model.intercept_.astype(np.float32),
            kept=np.stack([rows[i][0] for i in self._kept(labels)]).astype(np.float32),
        )
        # Rows side by side: a message picks some 150 of them.
        self._arrays = {name: np.ascontiguousarray(array) for name, array in self._arrays.items()}
        with self._storage.write_to(self._resource) as folder:
            np.savez(folder / FILE, **self._arrays)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Set the intent of each message; a message without features gets none."""
        for message in messages:
            row = features(message)
            ranking: List[Dict[Text, Any]] = []
            if self._arrays is not None and len(row[0]):
                chances = self._chances(row)
                best = np.argsort(-chances)[: self._config["ranking_length"]]
                names = self._arrays["labels"]
                message.set(CHANCES, dict(zip(map(str, names), map(float, chances), strict=False)))
                # Published score for what is in scope at all: how likely it is, and how near to anything taught.
                nearness = float((self._arrays["kept"] @ row[0]).max())
                message.set(NEARNESS, nearness)
                sure = np.sqrt(chances) * max(nearness, 0.0)
                ranking = [{"name": str(names[i]), "confidence": float(sure[i])} for i in best]
            message.set(INTENT, ranking[0] if ranking else {"name": None, "confidence": 0.0}, add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages

    def _kept(self, labels: List[Text]) -> List[int]:
        """Numbers of the examples whose meaning is kept, as many of each intent, spread over its examples."""
        by_intent: Dict[Text, List[int]] = {}
        for number, label in enumerate(labels):
            by_intent.setdefault(label, []).append(number)
        most = self._config["kept"]
        spread = (numbers[:: max(1, -(-len(numbers) // most))] for numbers in by_intent.values())
        return [number for numbers in spread for number in numbers]

    def _chances(self, row: Row) -> NDArray[Any]:
        assert self._arrays is not None
        dense, indices, values = self._weighted(row)
        scores = dense @ self._arrays["meaning"] + values @ self._arrays["spelling"][indices]
        scores = scores + self._arrays["intercept"]
        chances = np.exp(scores - scores.max())
        return chances / chances.sum()

    def _weighted(self, row: Row) -> Row:
        assert self._arrays is not None
        dense, indices, counts = row
        known = indices < len(self._arrays["idf"])
        indices, counts = indices[known], counts[known]
        values = (1 + np.log(counts)) * self._arrays["idf"][indices]
        length = float(np.linalg.norm(values)) or 1.0
        return (
            dense * self._config["meaning"],
            indices,
            (values * (self._config["spelling"] / length)).astype(np.float32),
        )

    def _matrices(self, rows: List[Row], width: int) -> Tuple[Any, Any]:
        """Weighted features of all rows: meaning, dense, and spelling, sparse."""
        from scipy.sparse import csr_matrix

        weighted = [self._weighted(row) for row in rows]
        pointers = np.cumsum([0, *(len(indices) for _, indices, _ in weighted)])
        indices, values = (np.concatenate([row[i] for row in weighted]) for i in (1, 2))
        spelling = csr_matrix((values, indices, pointers), shape=(len(rows), width))
        return np.stack([dense for dense, *_ in weighted]), spelling


def _idf(rows: List[Row], width: int) -> NDArray[Any]:
    """Rare n-grams say more: inverse document frequency, shape (width,)."""
    counts = np.zeros(width)
    for _, indices, _ in rows:
        counts[indices] += 1
    return (np.log((1 + len(rows)) / (1 + counts)) + 1).astype(np.float32)


def features(message: Message) -> Row:
    """The sentence features of a message; all empty where it has none."""
    sparse, dense = message.get_sparse_features(TEXT)[1], message.get_dense_features(TEXT)[1]
    if sparse is None or dense is None:
        return np.zeros(0, np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32)
    row = sparse.features.tocsr()
    return dense.features[0], row.indices, row.data.astype(np.float32)
