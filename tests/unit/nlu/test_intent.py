"""What is asked, learned from a few sentences: the real steps before it, a tiny data set, a real training."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import numpy as np
import pytest
from rasa.engine.storage.resource import Resource
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from rasa.shared.nlu.constants import INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ask_resc.nlu.encoder import SentenceEncoder
from ask_resc.nlu.intent import CHANCES, FILE, NEARNESS, MeaningAndSpellingClassifier
from ask_resc.settings import PROJECT
from tests.unit.nlu.featurizer_checks import created, loaded, no_tokens_no_features, output, tokenized

EXAMPLES = {
    "leader": [
        "who leads it",
        "who is the boss",
        "name of the director",
        "who runs the place",
        "who heads it",
    ],
    "founding": [
        "when was it founded",
        "in which year did it start",
        "when did it begin",
        "date of its creation",
    ],
    "phone": ["what is the phone number", "how do I call them", "their telephone please", "number to ring"],
}
ASKED = [
    "who leads the center?",
    "when did that begin?",
    "a phone number please",
    "lunch",
    "who when phone",
    "🙂",
]
SPELLING = {"analyzer": "char_wb", "min_ngram": 2, "max_ngram": 4}


class Trained:
    """The classifier and the steps before it, trained on ``EXAMPLES``."""

    def __init__(self, folder: Path) -> None:
        (folder / "spelling").mkdir()
        (folder / "intents").mkdir()
        self.encoder = created(SentenceEncoder, folder)[0]
        self.spelling = created(CountVectorsFeaturizer, folder / "spelling", **SPELLING)[0]
        self.classifier, self.storage = created(MeaningAndSpellingClassifier, folder / "intents")
        self.data = TrainingData(
            [tokenized(text, intent=intent) for intent, texts in EXAMPLES.items() for text in texts]
        )
        self.spelling.train(self.data)
        self.encoder.process_training_data(self.data)
        self.spelling.process_training_data(self.data)
        self.resource: Resource = self.classifier.train(self.data)

    def message(self, text: str) -> Message:
        """A message with its features."""
        message = tokenized(text)
        self.spelling.process(self.encoder.process([message]))
        return message

    def ask(self, text: str) -> Message:
        """A message with its intent."""
        message = self.message(text)
        self.classifier.process([message])
        return message


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return Trained(tmp_path_factory.mktemp("model"))


def test_intent_knows_what_it_was_taught(trained: Trained):
    for intent, texts in EXAMPLES.items():
        assert [trained.ask(text).get(INTENT)["name"] for text in texts] == [intent] * len(texts)


def test_intent_understands_other_words(trained: Trained):
    assert [trained.ask(text).get(INTENT)["name"] for text in ASKED[:3]] == ["leader", "founding", "phone"]


def test_intent_labels_are_the_intents_of_the_examples(trained: Trained):
    assert set(trained.ask("who leads it").get(CHANCES)) == set(EXAMPLES)


@pytest.mark.parametrize("text", ASKED)
def test_intent_chances_are_probabilities_and_the_ranking_is_their_order(trained: Trained, text: str):
    message = trained.ask(text)
    chances: Dict[str, float] = message.get(CHANCES)
    assert sum(chances.values()) == pytest.approx(1, abs=1e-4)
    assert all(0 <= chance <= 1 for chance in chances.values())
    ranking: List[Dict[str, Any]] = message.get(INTENT_RANKING_KEY)
    assert [entry["name"] for entry in ranking] == sorted(chances, key=lambda name: -chances[name])
    assert message.get(INTENT) == ranking[0]


def test_intent_confidence_is_less_for_what_is_near_to_no_example(trained: Trained):
    taught, foreign = trained.ask("who leads it"), trained.ask("xylophone marmalade zeppelin")
    assert taught.get(NEARNESS) > foreign.get(NEARNESS)
    for message in (taught, foreign):
        best = max(message.get(CHANCES).values())
        assert message.get(INTENT)["confidence"] == pytest.approx(best**0.5 * message.get(NEARNESS), abs=1e-4)


def test_intent_keeps_so_many_examples_of_an_intent_as_the_config_says(tmp_path: Path):
    classifier, *_ = created(MeaningAndSpellingClassifier, tmp_path, kept=2)
    assert classifier._kept(["a", "b", "a", "a", "a", "a", "b"]) == [0, 4, 1, 6]


def test_intent_ranking_is_as_long_as_the_config_says(tmp_path: Path, trained: Trained):
    short = loaded(MeaningAndSpellingClassifier, trained.storage, ranking_length=2)
    message = trained.message("who leads it")
    short.process([message])
    assert len(message.get(INTENT_RANKING_KEY)) == 2
    assert set(message.get(CHANCES)) == set(EXAMPLES)


def test_intent_without_tokens_there_is_none(trained: Trained):
    no_tokens_no_features(trained.classifier)
    message = Message({TEXT: "words without features"})
    trained.classifier.process([message])
    assert (message.get(INTENT), message.get(INTENT_RANKING_KEY)) == ({"name": None, "confidence": 0.0}, [])


def test_intent_features_are_read_and_left_alone(trained: Trained):
    message = trained.message("who leads it")
    before = list(message.features)
    trained.classifier.process([message])
    assert message.features == before


@pytest.mark.parametrize("text", ASKED)
def test_intent_is_the_same_after_save_and_load(trained: Trained, text: str):
    before = output(trained.classifier, trained.message(text))
    after = output(loaded(MeaningAndSpellingClassifier, trained.storage), trained.message(text))
    assert before == after
    assert before[INTENT_RANKING_KEY]


def test_intent_is_the_same_alone_and_among_others(trained: Trained):
    together = [trained.message(text) for text in ASKED]
    trained.classifier.process(together)
    assert [m.get(CHANCES) for m in together] == [trained.ask(text).get(CHANCES) for text in ASKED]


def test_intent_is_the_same_when_trained_again(trained: Trained, tmp_path: Path):
    again = Trained(tmp_path)
    for text in ASKED:
        one, other = trained.ask(text).get(CHANCES), again.ask(text).get(CHANCES)
        assert list(one.values()) == pytest.approx(list(other.values()), abs=1e-6)


def test_intent_model_is_plain_arrays(trained: Trained):
    with trained.storage.read_from(trained.resource) as folder:
        assert [path.name for path in folder.iterdir()] == [FILE]
        with np.load(folder / FILE, allow_pickle=False) as arrays:
            assert set(arrays["labels"]) == set(EXAMPLES)


LOADING = """
import json, sys
from pathlib import Path
from ask_resc.runtime import stand_ins
stand_ins.install()
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from ask_resc.nlu.intent import MeaningAndSpellingClassifier as Classifier
storage = LocalModelStorage(Path(sys.argv[1]))
component = Classifier.load(Classifier.get_default_config(), storage, Resource("component"), None)
print(json.dumps([sorted(component._arrays), sorted(sys.modules)]))
"""


def test_intent_loads_without_skops_and_what_learns_in_scikit_learn(trained: Trained):
    folder = trained.storage._storage_path
    command = [sys.executable, "-W", "ignore", "-c", LOADING, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT)
    assert done.returncode == 0, done.stderr
    arrays, modules = json.loads(done.stdout.splitlines()[-1])
    assert "labels" in arrays
    # Rasa itself imports a part of scikit-learn for its own count vectors; skops would walk all of it.
    assert not {"skops", "sklearn.linear_model"} & set(modules)
