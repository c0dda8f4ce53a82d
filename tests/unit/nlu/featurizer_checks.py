"""What holds for every component that makes features or reads them; each component's tests call it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ask_resc.nlu.tokenizer import WordTokenizer


def context() -> ExecutionContext:
    """Where a component thinks it runs."""
    return ExecutionContext(GraphSchema({}), node_name="component")


def tokenized(text: str, **data: Any) -> Message:
    """A message with its words."""
    message = Message({TEXT: text, **data})
    WordTokenizer(WordTokenizer.get_default_config()).process([message])
    return message


def created(component: Type[GraphComponent], folder: Path, **options: Any) -> Tuple[Any, LocalModelStorage]:
    """The component with its defaults and ``options``, and the storage it is given."""
    storage = LocalModelStorage.create(folder)
    config = {**component.get_default_config(), **options}
    return component.create(config, storage, Resource("component"), context()), storage


def loaded(component: Type[GraphComponent], storage: LocalModelStorage, **options: Any) -> Any:
    """The component as it comes back from the storage."""
    config = {**component.get_default_config(), **options}
    return component.load(config, storage, Resource("component"), context())


def features_of(message: Message) -> List[Any]:
    """The values of all features of a message, in order."""
    return [np.asarray(f.features.todense() if f.is_sparse() else f.features) for f in message.features]


def no_tokens_no_features(component: Any) -> None:
    """A message without words gets nothing and breaks nothing."""
    for message in (Message({TEXT: ""}), Message({}), Message({TEXT: "words, but not cut into tokens"})):
        component.process([message])
        assert message.features == []


def adds_never_replaces(component: Any) -> None:
    """Features of a message that are there stay, and come first."""
    earlier = Features(np.array([[1.0, 2.0]]), FEATURE_TYPE_SENTENCE, TEXT, "somebody else")
    message = tokenized("who leads it?")
    message.add_features(earlier)
    component.process([message])
    assert message.features[0] is earlier
    assert len(message.features) == 2


def same_for_messages_and_examples(component: Any) -> None:
    """What is learned from is made like what is asked."""
    asked, example = tokenized("who leads it?"), tokenized("who leads it?", intent="leader")
    component.process([asked])
    component.process_training_data(TrainingData([example]))
    for one, other in zip(features_of(asked), features_of(example), strict=True):
        np.testing.assert_array_equal(one, other)


def same_alone_and_among_others(component: Any, texts: Sequence[str]) -> None:
    """A message is understood alike whatever else is asked at the time."""
    alone = [tokenized(text) for text in texts]
    for message in alone:
        component.process([message])
    together = [tokenized(text) for text in texts]
    component.process(together)
    for one, other in zip(alone, together, strict=True):
        for a, b in zip(features_of(one), features_of(other), strict=True):
            np.testing.assert_array_equal(a, b)


def output(component: Any, message: Message) -> Dict[str, Any]:
    """What a component makes of a message for those outside."""
    component.process([message])
    return dict(message.as_dict(only_output_properties=True))
