"""Rasa without TensorFlow: stand-ins for the eight modules of Rasa that import it.

Rasa imports TensorFlow whatever the pipeline is (``core/agent.py`` → ``policies/policy.py`` → … →
``utils/train_utils.py``): 1.9 GB to install and seconds at every start, for components that
``config.yml`` does not use. ``install`` puts a finder in front of Python's own that gives Rasa an
empty module in place of each of the eight. Nothing named ``tensorflow`` is faked, and where
TensorFlow is installed Rasa gets its own modules.

A ``.pth`` file (``install_pth.py``) calls ``install`` whenever Python starts, so this module
imports nothing that such a Python would not have loaded anyway.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in typing, which is too slow to import at every start
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, NoReturn, Sequence

COMPONENTS = {
    "rasa.nlu.classifiers.diet_classifier": "DIETClassifier",
    "rasa.nlu.selectors.response_selector": "ResponseSelector",
    "rasa.nlu.featurizers.dense_featurizer.convert_featurizer": "ConveRTFeaturizer",
    "rasa.nlu.featurizers.dense_featurizer.lm_featurizer": "LanguageModelFeaturizer",
    "rasa.core.policies.ted_policy": "TEDPolicy",
    "rasa.core.policies.unexpected_intent_policy": "UnexpecTEDIntentPolicy",
}
HELPERS = {
    "rasa.utils.tensorflow.callback": ("RasaTrainingLogger", "RasaModelCheckpoint"),
    "rasa.utils.tensorflow.data_generator": ("RasaBatchDataGenerator",),
}
"""What the rest of Rasa imports from each module: the components of a recipe, and their helpers."""


class LeftOut(type):
    """The type of a stand-in: a class with a name to import and compare, and nothing to use."""

    def __call__(cls, *args: Any, **kwargs: Any) -> NoReturn:
        """Say what is missing."""
        from rasa.shared.exceptions import InvalidConfigException

        from ask_resc import errors

        raise InvalidConfigException(errors.needs_tensorflow(cls.__name__))

    def __getattr__(cls, name: str) -> Any:
        # Python asks for special names on its own; anything else is Rasa about to use the class.
        if name.startswith("__"):
            raise AttributeError(name)
        cls()


class StandIns:
    """Finder and loader of the empty modules."""

    @staticmethod
    def find_spec(
        fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec of an empty module where Rasa's own would need a missing TensorFlow."""
        if fullname not in COMPONENTS and fullname not in HELPERS:
            return None
        from importlib.machinery import ModuleSpec
        from importlib.util import find_spec

        return None if find_spec("tensorflow") else ModuleSpec(fullname, StandIns)  # type: ignore[arg-type]

    @staticmethod
    def create_module(spec: ModuleSpec) -> None:
        """Leave making the module to Python."""

    @staticmethod
    def exec_module(module: ModuleType) -> None:
        """Fill the module with its classes."""
        component = COMPONENTS.get(module.__name__)
        for name in (component,) if component else HELPERS[module.__name__]:
            setattr(module, name, LeftOut(name, (), {"__module__": module.__name__}))
        if component:
            from rasa.engine.recipes.default_recipe import DefaultV1Recipe

            # Rasa reads the entry's attributes to place the component, so a config that names it
            # is told what is missing.
            DefaultV1Recipe._registered_components[component] = getattr(module, component)


def install() -> None:
    """Give Rasa the stand-ins from now on."""
    if StandIns not in sys.meta_path:
        sys.meta_path.insert(0, StandIns)
