"""Starts a bot, asks it questions and measures it, with every process it consists of."""

from __future__ import annotations

import ctypes
import http.client
import json
import math
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import psutil

from ask_resc.settings import PROJECT
from bench.environments import FOLDER, Bot, variables

HOST = "127.0.0.1"
SECONDS_TO_START = 300
SECONDS_TO_ANSWER = 60
SECONDS_TO_END = 10
PR_SET_PDEATHSIG = 1


class BotFailed(Exception):
    """A bot did not start or did not answer; there is nothing to measure."""


@dataclass(frozen=True)
class Amount:
    """How much is asked of a bot in one round."""

    warm_up: int = 20
    questions: int = 200
    turns: int = 20
    """Of a long conversation; there are as many of these as make up ``questions``."""
    at_once: int = 32
    turns_at_once: int = 20


@dataclass
class Round:
    """What one round gave."""

    values: Dict[str, float] = field(default_factory=dict)
    silent: int = 0
    """Messages that were answered with nothing."""
    others: float = 0.0
    """The share of the machine's processors that other processes took meanwhile."""


def measure(bot: Bot, amount: Amount) -> Round:
    """One round with a bot of its own, started here and stopped at the end."""
    result = Round()
    with tempfile.TemporaryDirectory() as data:
        started = time.monotonic()
        with _running(bot, Path(data)) as (process, port), _counted(result, process):
            _wait_until_ready(process, port, bot.questions[0])
            result.values["start"] = time.monotonic() - started
            asker = _Asker(port, bot.questions)
            asker.one_by_one(amount.warm_up)

            cpu = _cpu(process)
            single = asker.one_by_one(amount.questions)
            long = asker.one_by_one(amount.questions, turns=amount.turns)
            result.values["cpu"] = 1000 * (_cpu(process) - cpu) / (len(single) + len(long))
            result.values.update(p50=_rank(single, 0.5), p99=_rank(single, 0.99))
            result.values.update(p50_long=_rank(long, 0.5), p99_long=_rank(long, 0.99))

            result.values["throughput"] = asker.at_once(amount.at_once, amount.turns_at_once)
            result.values["memory"] = sum(p.memory_full_info().pss for p in _tree(process)) / 2**20
            result.silent = asker.silent
    return result


class _Asker:
    """Asks a bot's questions in turn, and keeps count of what it is not answered."""

    def __init__(self, port: int, questions: Sequence[str]) -> None:
        self._port, self._questions = port, questions
        self.silent = 0

    def one_by_one(self, number: int, turns: int = 1) -> List[float]:
        """The milliseconds that each of ``number`` answers took, with a new conversation every ``turns``."""
        took = []
        with closing(_connection(self._port)) as connection:
            for message in range(number):
                if message % turns == 0:
                    sender = uuid.uuid4().hex
                question = self._questions[message % len(self._questions)]
                started = time.perf_counter()
                self._ask(connection, question, sender)
                took.append(1000 * (time.perf_counter() - started))
        return took

    def at_once(self, conversations: int, turns: int) -> float:
        """The answers a second, with so many conversations at the same time."""
        start = threading.Barrier(conversations + 1)
        failures: List[BaseException] = []

        def converse(number: int) -> None:
            try:
                with closing(_connection(self._port)) as connection:
                    start.wait()
                    for turn in range(turns):
                        question = self._questions[(7 * number + turn) % len(self._questions)]
                        self._ask(connection, question, f"at-once-{number}")
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=converse, args=(number,)) for number in range(conversations)]
        for thread in threads:
            thread.start()
        start.wait()
        started = time.perf_counter()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
        if failures:
            raise failures[0]
        return conversations * turns / seconds

    def _ask(self, connection: http.client.HTTPConnection, question: str, sender: str) -> None:
        messages = _post(connection, question, sender)
        if not messages:
            self.silent += 1
        # Ours always answers, and says so where it could not.
        kinds = {message.get("custom", {}).get("kind") for message in messages if isinstance(message, dict)}
        if kinds & {"failed", "refused"}:
            raise BotFailed(f"The bot did not answer {question!r}.")


def _connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(HOST, port, timeout=SECONDS_TO_ANSWER)


def _post(connection: http.client.HTTPConnection, question: str, sender: str) -> List[Any]:
    body = json.dumps({"sender": sender, "message": question})
    connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise BotFailed(f"The bot answered {question!r} with the status {response.status}.")
    messages: List[Any] = json.loads(content)
    return messages


@contextmanager
def _running(bot: Bot, data: Path) -> Iterator[Tuple[psutil.Popen, int]]:
    """The bot on a free port; its conversations go into ``data``, its output into a log."""
    with socket.socket() as any_port:
        any_port.bind((HOST, 0))
        port = any_port.getsockname()[1]
    log = FOLDER / f"{bot.name}.log"
    with log.open("wb") as output:
        process = psutil.Popen(
            [*bot.command, str(port)],
            cwd=bot.folder,
            # Stock Rasa keeps conversations in memory.
            env={**variables(), "ASK_RESC_DATABASE": str(data / "conversations.db")},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=_end_with_us,
        )
    try:
        yield process, port
    except (BotFailed, OSError, http.client.HTTPException, ValueError) as error:
        last = log.read_text(errors="replace").splitlines()[-15:]
        raise BotFailed("\n".join([*last, f"{error} Its output: {log.relative_to(PROJECT)}"])) from error
    finally:
        _stop(process)


def _end_with_us() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _stop(process: psutil.Popen) -> None:
    processes = _tree(process)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for each in processes:
            with suppress(psutil.NoSuchProcess):
                each.send_signal(number)
        _, processes = psutil.wait_procs(processes, timeout=SECONDS_TO_END)
    process.wait()


def _wait_until_ready(process: psutil.Popen, port: int, question: str) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end:
        if process.poll() is not None:
            raise BotFailed("The bot ended.")
        try:
            with closing(_connection(port)) as connection:
                if _post(connection, question, "ready"):
                    return
        except ConnectionRefusedError:
            pass  # the port opens when the model is loaded
        time.sleep(0.02)
    raise BotFailed("The bot did not get ready.")


def _tree(process: psutil.Popen) -> List[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _cpu(process: psutil.Popen) -> float:
    """Seconds of processor time of the process and all below it, ended ones too."""
    return float(sum(sum(each.cpu_times()[:4]) for each in _tree(process)))


@contextmanager
def _counted(result: Round, process: psutil.Popen) -> Iterator[None]:
    """Note in ``result`` how busy other processes kept the machine meanwhile."""
    me = psutil.Process(os.getpid())

    def others() -> float:
        return _busy() - _cpu(process) - float(sum(me.cpu_times()[:2]))

    started, before = time.monotonic(), others()
    yield
    available = (time.monotonic() - started) * (os.cpu_count() or 1)
    result.others = max(0.0, (others() - before) / available)


def _busy() -> float:
    """Seconds of processor time that all processors together have worked since the machine started."""
    times = psutil.cpu_times()
    # Guests are counted as users already.
    return float(times.user + times.nice + times.system + times.irq + times.softirq + times.steal)


def _rank(values: Sequence[float], share: float) -> float:
    """The value that ``share`` of all values do not exceed."""
    return sorted(values)[math.ceil(share * len(values)) - 1]
