"""The model is retrained when what it is made from changes, and only then."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, List

import pytest

from ask_resc import rasa_process, training

FILES = {
    "config.yml": "pipeline: []",
    "domain.yml": "intents: []",
    "data/nlu/leader.yml": "nlu: []",
    "data/rules.yml": "rules: []",
    "data/stories.yml": "stories: []",
    "ask_resc/nlu/subjects.py": "",
    "encoder/minilm.onnx": "weights",
    "encoder/tokenizer.json": "{}",
    "requirements.lock": "rasa==3.6.21",
}
"""One file for each of the sources."""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with every source, and ``training`` pointed at it."""
    for name, content in {**FILES, "data/facts.yml": "subjects: {}"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    monkeypatch.setattr(training, "PROJECT", tmp_path)
    monkeypatch.setattr(training, "MODEL", tmp_path / "models" / "ask-resc.tar.gz")
    monkeypatch.setattr(training, "STAMP", tmp_path / "models" / "ask-resc.made-from")
    monkeypatch.setattr(training, "LOG", tmp_path / "train.log")
    return tmp_path


@pytest.fixture
def trainings(project: Path, monkeypatch: pytest.MonkeyPatch) -> List[List[str]]:
    """Rasa's arguments, training by training; each gives a model at once."""
    started: List[List[str]] = []

    def start(arguments: List[str], *_: Any) -> subprocess.Popen[bytes]:
        started.append(arguments)
        folder = arguments[arguments.index("--out") + 1]
        script = "import sys; open(sys.argv[1] + '/ask-resc.tar.gz', 'w').write(sys.argv[2])"
        return subprocess.Popen([sys.executable, "-c", script, folder, str(len(started))], stdin=subprocess.PIPE)

    monkeypatch.setattr(rasa_process, "start", start)
    return started


def test_training_happens_once_for_the_same_sources(trainings: List[List[str]]) -> None:
    first = training.ensure_model()
    assert training.ensure_model() == first
    assert first.read_text() == "1"
    assert len(trainings) == 1


@pytest.mark.parametrize("name", FILES)
def test_training_is_due_when_a_source_changes(name: str, project: Path, trainings: List[List[str]]) -> None:
    training.ensure_model()
    (project / name).write_text("changed")
    assert training.is_stale()


@pytest.mark.parametrize("source", training.SOURCES)
def test_training_watches_every_source_in_this_test(source: str) -> None:
    assert any(name == source or name.startswith(f"{source}/") for name in FILES)


def test_training_is_due_when_a_file_joins_leaves_or_is_renamed(project: Path, trainings: List[List[str]]) -> None:
    training.ensure_model()
    leader = project / "data/nlu/leader.yml"
    new = leader.with_name("phone.yml")
    shutil.copy(leader, new)
    assert training.is_stale()
    new.unlink()
    assert not training.is_stale()
    leader.rename(new)
    assert training.is_stale()


def test_training_is_not_due_when_the_facts_change(project: Path, trainings: List[List[str]]) -> None:
    training.ensure_model()
    (project / "data/facts.yml").write_text("changed")
    (project / "ask_resc/nlu/__pycache__").mkdir()
    (project / "ask_resc/nlu/__pycache__/subjects.pyc").write_text("compiled")
    assert not training.is_stale()


def test_training_is_due_without_model_or_stamp(trainings: List[List[str]]) -> None:
    for missing in (training.MODEL, training.STAMP):
        training.ensure_model()
        missing.unlink()
        assert training.is_stale()


def test_training_announces_itself_only_when_it_happens(trainings: List[List[str]]) -> None:
    announced: List[str] = []
    training.ensure_model(lambda: announced.append("training"))
    training.ensure_model(lambda: announced.append("again"))
    assert announced == ["training"]


def test_training_that_fails_leaves_the_old_model(
    project: Path, trainings: List[List[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    training.ensure_model()
    (project / "domain.yml").write_text("broken")

    def fail(_: List[str], log: Path, *__: Any) -> subprocess.Popen[bytes]:
        log.write_text("domain.yml is broken\n")
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(1)"], stdin=subprocess.PIPE)

    monkeypatch.setattr(rasa_process, "start", fail)
    with pytest.raises(rasa_process.RasaFailed, match="domain.yml is broken\n.*train.log"):
        training.ensure_model()
    assert training.MODEL.read_text() == "1"
    assert training.is_stale()
    assert not list(training.MODEL.parent.glob(".training-*"))
