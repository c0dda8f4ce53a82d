from __future__ import annotations

import ast
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable

import pytest

from ask_resc.runtime import stand_ins
from ask_resc.runtime.install_pth import install_pth

stand_ins.install()

TINY_BOT = {
    "config.yml": """
recipe: default.v1
assistant_id: tiny
language: en
pipeline:
- name: WhitespaceTokenizer
- name: CountVectorsFeaturizer
- name: LogisticRegressionClassifier
policies:
- name: RulePolicy
- name: MemoizationPolicy
""",
    "domain.yml": """
intents: [greet, ask]
responses: {utter_hi: [{text: hi}]}
actions: [action_answer]
""",
    "data/nlu.yml": """
nlu:
- intent: greet
  examples: |
    - hi
    - hello there
- intent: ask
  examples: |
    - who leads it
    - when was it founded
""",
    "data/rules.yml": """
rules:
- rule: greet
  steps: [{intent: greet}, {action: utter_hi}]
stories:
- story: ask
  steps: [{intent: ask}, {action: action_answer}]
""",
}


@pytest.fixture(scope="session")
def run_rasa(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """The ``rasa`` command as in an environment with our ``.pth``; gives what it printed."""
    site_packages = tmp_path_factory.mktemp("site-packages")
    install_pth(site_packages)
    code = f"import site; site.addsitedir({str(site_packages)!r}); from rasa.__main__ import main; main()"

    def run(folder: Path, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, *arguments],
            cwd=folder,
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return f"{done.stdout}\nexit code {done.returncode}"

    return run


@pytest.fixture(scope="session")
def tiny_bot(tmp_path_factory: pytest.TempPathFactory, run_rasa: Callable[..., str]) -> Path:
    """The folder of a trained bot with one rule and one story."""
    folder = tmp_path_factory.mktemp("tiny")
    for name, text in TINY_BOT.items():
        file = folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text('version: "3.1"\n' * (name != "config.yml") + text)
    printed = run_rasa(folder, "train")
    assert printed.endswith("exit code 0"), printed
    return folder


def _source(module: str, name: str) -> str:
    """The code that a module's file has under a name (``Class.method``).

    It reads the file, as at run time ours may already stand in its place.
    """
    spec = importlib.util.find_spec(module)
    assert spec and spec.origin
    source = Path(spec.origin).read_text()
    node: ast.AST = ast.parse(source)
    for part in name.split("."):
        node = next(n for n in ast.iter_child_nodes(node) if getattr(n, "name", None) == part)
    return ast.get_source_segment(source, node, padded=True) or ""


@pytest.fixture
def rasa_source() -> Callable[[str, str], str]:
    """Gives the code of a function or class of Rasa."""
    return _source


@pytest.fixture
def fingerprint() -> Callable[..., str]:
    """Gives a hash of the code of some functions or classes of one module of Rasa."""

    def of(module: str, *names: str) -> str:
        code = "\n".join(_source(module, name) for name in names)
        return hashlib.sha256(code.encode()).hexdigest()[:16]

    return of
