"""Rasa in a process of its own that does not outlive whoever started it.

``start`` holds the other end of the new process's standard input. When the starter ends, however it
ends (closed terminal, ``kill -9``), the input closes and Rasa stops. This works on Linux and macOS
alike; ``python -m ask_resc.rasa_process`` is the other half.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path
from typing import Any, Dict, Mapping, NoReturn, Optional, Sequence, Type

from ask_resc import errors
from ask_resc.settings import PROJECT

LOGS = PROJECT / ".state" / "logs"

ENVIRONMENT = {
    "RASA_TELEMETRY_ENABLED": "false",
    # Warns of SQLAlchemy 2 on every start; Rasa 3.6 pins 1.4.
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "LOG_LEVEL": "WARNING",
    # `rasa run actions` listens on every interface unless told.
    "SANIC_HOST": "127.0.0.1",
    # A question is a few hundred bytes, but Slack hands on messages of 40,000 characters, twice each and escaped,
    # and would try again and again with what it cannot deliver.
    "SANIC_REQUEST_MAX_SIZE": "1048576",
}
"""For every Rasa we run; a value that is already set wins."""

SECONDS_TO_END = 5
LAST_LINES = 15


class RasaFailed(Exception):
    """Rasa ended, or did not get ready, and the message says what that means and where to look."""

    def __init__(self, what: str, log: Path) -> None:
        """Say it.

        Args:
            what: The sentence for the operator.
            log: Where Rasa's output went; its end is part of the message.
        """
        last = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else []
        super().__init__("\n".join([*last, f"{what} {errors.see_log(log)}"]))


def environment(**more: str) -> Dict[str, str]:
    """This process's environment with ``ENVIRONMENT`` below it and ``more`` above."""
    return {**ENVIRONMENT, **os.environ, **more}


def run(arguments: Sequence[str]) -> None:
    """``rasa`` with ``arguments`` in this process, so that signals reach it directly.

    Args:
        arguments: What stands after ``rasa`` on the command line.
    """
    os.environ.update(environment())
    os.chdir(PROJECT)  # Rasa looks for data/, actions/ and endpoints.yml where it runs
    sys.argv = ["rasa", *arguments]
    warnings.showwarning = _show_warning
    from rasa.__main__ import main as rasa  # seconds of imports, with the environment set

    rasa()


def start(
    arguments: Sequence[str], log: Path, variables: Optional[Mapping[str, str]] = None
) -> subprocess.Popen[bytes]:
    """Start ``rasa`` with ``arguments``.

    Args:
        arguments: What stands after ``rasa`` on the command line.
        log: Gets all it prints, at the end.
        variables: For its environment, on top of ours.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "ask_resc.rasa_process", *arguments],
            cwd=PROJECT,
            env=environment(**(variables or {})),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            # Ctrl-C at the terminal is for the starter, which then stops this one in order.
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End what ``start`` started, and wait until it is gone."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        # It kills itself after SECONDS_TO_END.
        process.wait(SECONDS_TO_END + 2)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_show_any_warning = warnings.showwarning


def _show_warning(message: Any, category: Type[Warning], *where: Any, **more: Any) -> None:
    """All but deprecations: Rasa's dependencies deprecate each other, and nobody who runs it can act on it.

    Not a filter: Sanic and Rasa add some of their own that go first.
    """
    if not issubclass(category, DeprecationWarning):
        _show_any_warning(message, category, *where, **more)


def _end_with_starter() -> NoReturn:
    """Wait until the starter is gone, then end this process and its children."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGTERM)
    time.sleep(SECONDS_TO_END)
    os.killpg(os.getpgrp(), signal.SIGKILL)
    raise AssertionError("unreachable: this process was just killed")


if __name__ == "__main__":
    threading.Thread(target=_end_with_starter, daemon=True).start()
    run(sys.argv[1:])
