"""Each bot's environment below ``.state/bench/``: made once, and again when its lock file changes."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Optional, Tuple

from ask_resc.settings import PROJECT
from bench.questions import OURS, STOCK

FOLDER = PROJECT / ".state" / "bench"
LOCKS = {"ours": PROJECT / "requirements.lock", "stock": PROJECT / "bench" / "stock-requirements.lock"}
LOG = FOLDER / "setup.log"


class SetupFailed(Exception):
    """A bot could not be set up; the message says where to look."""


@dataclass(frozen=True)
class Bot:
    """A bot that can be started."""

    name: str
    command: Tuple[str, ...]
    """Starts it; the port is to be appended."""
    folder: Path
    """Where it is started."""
    environment: Path
    """What is installed for it."""
    questions: Tuple[str, ...]


def ours() -> Bot:
    """Our bot as ``make run`` starts it, with what ``requirements.lock`` names and nothing for tests."""
    folder = FOLDER / "ours"
    environment = folder / "environment"
    if not _is_current(folder):
        _say("Setting up our bot in an environment of its own …")
        python = _install("ours", environment)
        # As scripts/setup.sh does.
        _run(
            *(_uv(), "pip", "install", "--python", python),
            *("--no-deps", "--no-build-isolation", "--editable", "."),
        )
        _run(python, "-m", "ask_resc.runtime.install_pth")
        _note(folder)
    command = (str(environment / "bin" / "ask-resc"), "run", "--port")
    return Bot("ours", command, PROJECT, environment, OURS)


def stock() -> Bot:
    """The bot that ``rasa init`` makes, with all that ``pip install rasa`` brings."""
    folder = FOLDER / "stock"
    environment, project = folder / "environment", folder / "project"
    python = str(environment / "bin" / "python")
    if not _is_current(folder):
        _say("Setting up stock Rasa, with TensorFlow, in an environment of its own (a few minutes, once) …")
        _install("stock", environment)
        _say("Making and training a bot with `rasa init` (a few minutes, once) …")
        shutil.rmtree(project, ignore_errors=True)
        project.mkdir()
        _run(python, "-m", "rasa", "init", "--no-prompt", "--init-dir", str(project), folder=folder)
        if not any(project.glob("models/*.tar.gz")):
            raise SetupFailed(f"`rasa init` left no model; see {LOG.relative_to(PROJECT)}.")
        _note(folder)
    command = (python, "-m", "rasa", "run", "--interface", "127.0.0.1", "--port")
    return Bot("stock", command, project, environment, STOCK)


def variables() -> Dict[str, str]:
    """The environment variables of both bots: as here, without what would change how one of them runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ASK_RESC_"))}
    return {**kept, "RASA_TELEMETRY_ENABLED": "false"}


def size(folder: Path) -> float:
    """What lies below ``folder`` takes so many MB on disk."""
    blocks: Dict[Tuple[int, int], int] = {}
    for path, _, names in os.walk(folder):
        for entry in (path, *(os.path.join(path, name) for name in names)):
            status = os.lstat(entry)  # a link to the interpreter counts as a link
            blocks[status.st_dev, status.st_ino] = status.st_blocks
    return sum(blocks.values()) * 512 / 2**20


def _install(name: str, environment: Path) -> str:
    """A new environment with what the lock file names, compiled; returns its Python."""
    shutil.rmtree(environment, ignore_errors=True)
    environment.parent.mkdir(parents=True, exist_ok=True)
    lock, python = str(LOCKS[name]), str(environment / "bin" / "python")
    version = (PROJECT / ".python-version").read_text().strip()
    _run(_uv(), "venv", "--no-project", "--python", version, str(environment))
    # Files shared with other environments would be shared memory as well, and count less.
    _run(
        *(_uv(), "pip", "sync", "--python", python, "--link-mode", "copy", "--compile-bytecode"),
        *("--require-hashes", "--build-constraints", lock, lock),
    )
    return python


def _uv() -> str:
    own = PROJECT / ".state" / "uv" / "bin" / "uv"  # by scripts/setup.sh, where the machine has none
    return str(own) if own.exists() else "uv"


def _run(*command: str, folder: Path = PROJECT) -> None:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    with LOG.open("ab") as log:
        log.write(f"\n$ {' '.join(command)}\n".encode())
        log.flush()
        result = subprocess.run(
            command,
            cwd=folder,
            env=variables(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=False,
        )
    if result.returncode != 0:
        raise SetupFailed(f"The set-up failed; see {LOG.relative_to(PROJECT)}.")


def _is_current(folder: Path) -> bool:
    noted = folder / "made-from"
    return noted.exists() and noted.read_text() == _made_from(folder)


def _note(folder: Path) -> None:
    (folder / "made-from").write_text(_made_from(folder))


def _made_from(folder: Path) -> str:
    # The folder belongs to it: commands in an environment name the interpreter by its whole path.
    lock = hashlib.sha256(LOCKS[folder.name].read_bytes()).hexdigest()
    return f"{folder}\n{lock}\n"


def version(name: str, package: str) -> Optional[str]:
    """The version of ``package`` that the bot ``name`` runs with."""
    for line in LOCKS[name].read_text().splitlines():
        if line.startswith(f"{package}=="):
            return line.split("==")[1].split()[0]
    return None


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
