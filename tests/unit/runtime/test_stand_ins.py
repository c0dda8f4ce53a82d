from __future__ import annotations

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Callable, Iterator

import pytest
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.shared.exceptions import InvalidConfigException

from ask_resc.runtime import stand_ins
from ask_resc.runtime.install_pth import LINES, install_pth

PROJECT = Path(stand_ins.__file__).parents[2]
POLICIES = [name for name in stand_ins.COMPONENTS.values() if name.endswith("Policy")]
PIPELINE = [name for name in stand_ins.COMPONENTS.values() if name not in POLICIES]
NAMES = {
    **{module: {name} for module, name in stand_ins.COMPONENTS.items()},
    **{module: set(names) for module, names in stand_ins.HELPERS.items()},
}
RASA = Path(next(iter(importlib.util.find_spec("rasa").submodule_search_locations)))  # type: ignore


def python(*code: str) -> subprocess.CompletedProcess[str]:
    """A fresh Python without the stand-ins, even where the environment's ``.pth`` installs them."""
    without = "import sys; sys.meta_path = [f for f in sys.meta_path if f.__module__[:8] != 'ask_resc']"
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "\n".join((without, *code))],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )


def modules_of_rasa() -> Iterator[tuple[str, ast.Module]]:
    for file in RASA.rglob("*.py"):
        name = ".".join(("rasa", *file.relative_to(RASA).with_suffix("").parts))
        yield name, ast.parse(file.read_text())


# It does its job.


def test_rasa_is_imported_without_tensorflow():
    done = python(
        "from ask_resc.runtime import stand_ins; stand_ins.install()",
        "import rasa.__main__, rasa.core.agent, rasa.core.train, rasa.nlu.test, rasa.core.test",
        "import rasa.engine.recipes.default_components",
        "assert not [m for m in sys.modules if m.split('.')[0].startswith('tensorflow')]",
    )
    assert done.returncode == 0, done.stderr


def test_rasa_trains_and_validates(tiny_bot: Path, run_rasa: Callable[..., str]):
    assert list(tiny_bot.glob("models/*.tar.gz"))
    assert run_rasa(tiny_bot, "data", "validate").endswith("exit code 0")


@pytest.mark.parametrize(
    "config",
    [{"pipeline": [{"name": name}]} for name in PIPELINE] + [{"policies": [{"name": name}]} for name in POLICIES],
    ids=PIPELINE + POLICIES,
)
def test_a_config_that_names_a_component_is_told_that_it_is_left_out(config: dict):
    with pytest.raises(InvalidConfigException, match="needs TensorFlow, which this installation"):
        DefaultV1Recipe().graph_config_for_recipe(config, {})


def test_a_helper_is_told_that_it_is_left_out():
    from rasa.utils.train_utils import create_data_generators

    with pytest.raises(InvalidConfigException, match="RasaBatchDataGenerator needs TensorFlow"):
        create_data_generators(None, 1, 1)


def test_it_steps_aside_where_tensorflow_is_installed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: name == "tensorflow")
    assert all(stand_ins.StandIns.find_spec(module) is None for module in NAMES)


def test_it_leaves_other_modules_alone():
    assert stand_ins.StandIns.find_spec("rasa.core.agent") is None
    assert stand_ins.StandIns.find_spec("tensorflow") is None


def test_installing_twice_is_installing_once():
    stand_ins.install()
    stand_ins.install()
    assert sys.meta_path.count(stand_ins.StandIns) == 1


def test_the_pth_file_loads_this_module_and_nothing_else(tmp_path: Path):
    install_pth(tmp_path)
    done = python(
        "import site; before = set(sys.modules)",
        f"site.addsitedir({str(tmp_path)!r})",
        "print(sorted(set(sys.modules) - before), sys.meta_path[0].__name__)",
    )
    assert done.stdout.split("] ")[1] == "StandIns\n"
    # Where the environment's own .pth file came first, there is nothing left to load.
    loaded = ast.literal_eval(done.stdout.split("] ")[0] + "]")
    ours = {"ask_resc", "ask_resc.runtime", "ask_resc.runtime.stand_ins", "__future__"}
    assert set(loaded) <= ours


def test_the_pth_file_turns_telemetry_off_unless_it_is_asked_for(tmp_path: Path):
    install_pth(tmp_path)
    show = ("import os, site", f"site.addsitedir({str(tmp_path)!r})", "print(os.environ['RASA_TELEMETRY_ENABLED'])")
    assert python("import os; os.environ.pop('RASA_TELEMETRY_ENABLED', None)", *show).stdout == "false\n"
    assert python("import os; os.environ['RASA_TELEMETRY_ENABLED'] = 'true'", *show).stdout == "true\n"


def test_the_pth_file_of_a_folder_that_has_moved_is_skipped(tmp_path: Path):
    (tmp_path / "moved.pth").write_text(LINES.format(project=tmp_path / "gone"))
    done = python("sys.path.remove('')", "import site", f"site.addsitedir({str(tmp_path)!r})")
    assert (done.returncode, done.stderr) == (0, "")


# Rasa still needs it, and nothing beside it.


@pytest.mark.parametrize("module", NAMES)
def test_the_module_still_imports_tensorflow(module: str):
    done = python(f"import {module}")
    assert "No module named 'tensorflow" in done.stderr


def test_the_names_are_those_that_rasa_imports():
    imported: dict[str, set[str]] = {module: set() for module in NAMES}
    for name, tree in modules_of_rasa():
        if name in NAMES or name.startswith("rasa.utils.tensorflow."):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in NAMES:
                imported[node.module] |= {alias.name for alias in node.names}
            if isinstance(node, ast.Import):
                assert not {alias.name for alias in node.names} & set(NAMES), name
    assert imported == NAMES
