"""The bot: run it in this process, or start one beside it and ask it questions."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Mapping, Optional

from ask_resc import errors, rasa_process, training
from ask_resc.channels.web import sessions
from ask_resc.settings import PROJECT

HOST = "127.0.0.1"
REST = "/webhooks/rest/"
SECONDS_TO_START = 120
SECONDS_TO_ANSWER = 30
NO_SLACK = dict.fromkeys(("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"), "")
"""For a bot beside the one that serves: it is no second one in Slack."""


class NoAnswer(Exception):
    """The bot runs and did not answer, or not with what it should."""


class BotStopped(Exception):
    """The bot's process has ended."""


class Bot:
    """A bot of our own: another process on a free loopback port, stopped with this one.

    Whoever starts it stops it. After ``BotStopped`` it can be started again.
    """

    def __init__(self, log: Path, variables: Optional[Mapping[str, str]] = None) -> None:
        """Start nothing yet.

        Args:
            log: Gets all that the bot prints, at the end.
            variables: Environment variables for it.
        """
        self.log = log
        self.port = 0
        self._variables = {**NO_SLACK, **(variables or {})}
        self._process: Optional[Any] = None

    def start(self) -> None:
        """Start it with the model as it is and wait until it answers.

        Raises:
            RasaFailed: It ended, or did not answer in time.
        """
        self.stop()
        self.port = _free_port()
        self._process = rasa_process.start(_arguments(self.port), self.log, self._variables)
        if not _wait_until_ready(self.port, lambda: self.is_running):
            self.stop()
            raise rasa_process.RasaFailed(errors.NOT_STARTED, self.log)

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    def ask(self, text: str, sender: str) -> List[Dict[str, Any]]:
        """What it answers, one message after the other.

        Args:
            text: What the visitor typed.
            sender: The conversation it belongs to.

        Raises:
            BotStopped: It is gone.
            NoAnswer: It is there and did not answer.
        """
        try:
            return _post(self.port, {"sender": sender, "message": text})
        except (OSError, http.client.HTTPException, ValueError) as error:
            time.sleep(0.2)  # a connection breaks a moment before the process is gone
            if self.is_running:
                raise NoAnswer(str(error)) from error
            raise BotStopped from error

    def stop(self) -> None:
        """End it, if it runs."""
        if self._process is not None:
            rasa_process.stop(self._process)
            self._process = None


def run(port: int) -> int:
    """The bot in this process, until a signal ends it. Prints its address when it answers.

    Args:
        port: Where to listen on the loopback interface.

    Returns:
        The exit code.

    Raises:
        RasaFailed: The model could not be trained.
    """
    problem = _problem_with(port)
    if problem is not None:
        print(errors.port_unusable(port, problem), file=sys.stderr)
        return 1
    _on_end(lambda *_: sys.exit(0))
    training.ensure_model(lambda: print(training.WAIT, file=sys.stderr, flush=True))
    sessions.ensure_secret()
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    # The server takes the signals over when it serves. While it loads, it would answer the exception
    # of an orderly end with a page of its own state, and there is nothing to put in order yet.
    _on_end(lambda *_: os._exit(0))
    rasa_process.run(_arguments(port))
    return 0


def _on_end(handler: Callable[..., Any]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handler)


def _arguments(port: int) -> List[str]:
    return [
        *("run", "-i", HOST, "-p", str(port)),
        *("--credentials", "credentials.yml", "--endpoints", "endpoints.yml"),
        *("--model", str(training.MODEL.relative_to(PROJECT))),
    ]


def _announce(port: int) -> None:
    if _wait_until_ready(port, lambda: True):
        print(f"Ask RESC answers on http://{HOST}:{port}{REST}webhook (Ctrl-C ends it)", flush=True)
        print(f"The chat on a page: http://{HOST}:{port}/demo", flush=True)


def _wait_until_ready(port: int, is_running: Callable[[], bool]) -> bool:
    """Whether the bot on ``port`` answered while ``is_running``."""
    end = time.monotonic() + SECONDS_TO_START
    while is_running() and time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS_TO_ANSWER)
            connection.request("GET", REST)
            if connection.getresponse().status == 200:
                return True
        except (OSError, http.client.HTTPException):
            pass  # the port opens when the model is loaded
        time.sleep(0.05)
    return False


def _post(port: int, message: Mapping[str, str]) -> List[Dict[str, Any]]:
    # Not urllib: a proxy named in the environment would get the question.
    connection = http.client.HTTPConnection(HOST, port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("POST", f"{REST}webhook", json.dumps(message), {"Content-Type": "application/json"})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise ValueError(f"status {response.status}")
    messages = json.loads(body)
    if not isinstance(messages, list):
        raise ValueError("not a list of messages")
    return messages


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind((HOST, 0))
        return int(any_port.getsockname()[1])


def _problem_with(port: int) -> Optional[str]:
    """Why nothing can listen on ``port``, if so."""
    with socket.socket() as probe:
        # As the server does: a port whose last connections are still winding down is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            return error.strerror
        except OverflowError as error:
            return str(error)
    return None
