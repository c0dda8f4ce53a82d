"""The model: is it what its sources would give, and train it if not."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Callable, Iterator

from ask_resc import errors, rasa_process
from ask_resc.settings import PROJECT

MODEL = PROJECT / "models" / "ask-resc.tar.gz"
STAMP = MODEL.with_name("ask-resc.made-from")
UNFINISHED = ".training-"
LOG = rasa_process.LOGS / "train.log"

WAIT = "Training the model, about a minute …"
"""For whoever waits for it."""

SOURCES = (
    "config.yml",
    "domain.yml",
    "data/nlu",
    "data/rules.yml",
    "data/stories.yml",
    "ask_resc/nlu",
    "encoder/minilm.onnx",
    "encoder/tokenizer.json",
    "requirements.lock",
)
"""What a model is made from. The facts are not: they are read when a question is asked."""


def checksum() -> str:
    """One checksum over the names and contents of ``SOURCES``."""
    total = hashlib.sha256()
    for source in SOURCES:
        for file in _files(PROJECT / source):
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            total.update(f"{file.relative_to(PROJECT)} {content}\n".encode())
    return total.hexdigest()


def is_stale() -> bool:
    """Whether the model is missing, or not made from the sources as they are."""
    return not (MODEL.exists() and STAMP.exists() and STAMP.read_text().strip() == checksum())


def ensure_model(announce: Callable[[], None] = lambda: None) -> Path:
    """The model, trained first where it is stale.

    Args:
        announce: Called once if there is a training to wait for.

    Raises:
        RasaFailed: Rasa could not train.
    """
    if is_stale():
        announce()
        MODEL.parent.mkdir(exist_ok=True)
        with (MODEL.parent / ".train.lock").open("w") as lock:
            # Whoever came second finds the model trained when it is their turn.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if is_stale():
                _train()
    return MODEL


def _train() -> None:
    made_from = checksum()  # before the training, so that an edit during it is not missed
    LOG.unlink(missing_ok=True)
    for left in MODEL.parent.glob(f"{UNFINISHED}*"):  # by a training that was killed
        shutil.rmtree(left)
    # Beside the model, to be moved over it in one go: a bot that loads meanwhile gets old or new.
    with tempfile.TemporaryDirectory(dir=MODEL.parent, prefix=UNFINISHED) as folder:
        arguments = ["train", "--skip-validation", "--out", folder, "--fixed-model-name", "ask-resc"]
        # Rasa's cache knows a component by its class and misses what stands around it, such as the
        # encoder's file, so what is stale for us might be current for the cache.
        process = rasa_process.start(arguments, LOG, {"RASA_MAX_CACHE_SIZE": "0", "LOG_LEVEL": "INFO"})
        try:
            failed = process.wait() != 0
        finally:
            rasa_process.stop(process)
        trained = Path(folder, MODEL.name)
        if failed or not trained.exists():
            raise rasa_process.RasaFailed(errors.NOT_TRAINED, LOG)
        STAMP.unlink(missing_ok=True)
        os.replace(trained, MODEL)
    STAMP.write_text(made_from + "\n")


def _files(path: Path) -> Iterator[Path]:
    """``path`` itself, or the files below it, without what Python writes there by itself."""
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts and not file.name.startswith("."):
            yield file
