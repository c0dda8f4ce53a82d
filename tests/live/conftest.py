"""Commands as a person runs them, and a look at what they leave behind."""

from __future__ import annotations

import os
import socket
import time
import uuid
from typing import Dict, Iterator, List

import psutil
import pytest

MARK = "ASK_RESC_STARTED_BY_TEST"
SECONDS_TO_END = 10


class Started:
    """Every process a test has started, however deep: they inherit a mark in their environment."""

    def __init__(self) -> None:
        self._mark = uuid.uuid4().hex

    @property
    def environment(self) -> Dict[str, str]:
        """What to start commands with: our environment with the mark, in a plain terminal."""
        ours = {**os.environ, MARK: self._mark, "TERM": "dumb", "COLUMNS": "100"}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
            ours.pop(name, None)  # a make inside `make test` would say so
        return ours

    def running(self) -> List[psutil.Process]:
        """Those that are there now."""
        return [process for process in psutil.process_iter() if self._is_marked(process)]

    def find(self, *arguments: str) -> psutil.Process:
        """The one whose command line ends so, the first by its end: ``find("ask-resc", "chat")``."""
        first, *others = arguments
        for process in self.running():
            command = process.cmdline()[-len(arguments) :]
            if command and command[0].endswith(first) and command[1:] == others and "make" not in process.name():
                return process
        raise AssertionError(f"{' '.join(arguments)} does not run")

    def all_end(self) -> bool:
        """Whether none is left within ``SECONDS_TO_END``."""
        end = time.monotonic() + SECONDS_TO_END
        while self.running():
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def _is_marked(self, process: psutil.Process) -> bool:
        try:
            return process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == self._mark
        except psutil.Error:  # gone meanwhile, or not ours to look at
            return False


@pytest.fixture
def started() -> Iterator[Started]:
    """For the commands of one test; ends what it leaves running."""
    processes = Started()
    yield processes
    for process in processes.running():
        process.kill()


@pytest.fixture
def free_ports() -> List[int]:
    """Three ports that nobody listens on."""
    sockets = [socket.socket() for _ in range(3)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
