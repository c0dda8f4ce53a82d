"""``make chat`` and ``make run`` as a person uses them, with the real bot."""

from __future__ import annotations

import functools
import http.client
import json
import signal
import subprocess
from typing import Any, Callable, Dict, List

import pexpect
import psutil
import pytest

from ask_resc import errors, terminal
from ask_resc.serving import Bot
from ask_resc.settings import PROJECT

pytestmark = pytest.mark.usefixtures("model")
SECONDS = 60


def start_chat(started: Any) -> pexpect.spawn:
    """``make chat`` in a terminal, with the greeting and the prompt on the screen."""
    chat = pexpect.spawn(
        "make",
        ["chat"],
        cwd=PROJECT,
        env=started.environment,
        encoding="utf-8",
        timeout=SECONDS,
        dimensions=(40, 100),
        # A test run in the background of a shell ignores Ctrl-C, and so would all it starts.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    chat.expect(terminal.PROMPT)
    return chat


def pipe(started: Any, questions: bytes) -> subprocess.CompletedProcess[bytes]:
    """``make chat`` with questions piped in."""
    return subprocess.run(
        ["make", "chat"],
        cwd=PROJECT,
        env=started.environment,
        input=questions,
        capture_output=True,
        timeout=SECONDS,
    )


def test_chat_greets_and_answers_a_suggestion_by_its_number(started: Any) -> None:
    chat = start_chat(started)
    greeting = chat.before
    assert "Ask RESC" in greeting
    suggestion = next(line.split(maxsplit=1)[1] for line in greeting.splitlines() if line.startswith("  3 "))
    chat.sendline("3")
    chat.expect_exact(suggestion.strip())
    chat.expect(r"Source: .*https://")
    chat.expect(terminal.PROMPT)
    chat.sendline("/quit")
    chat.expect(pexpect.EOF)
    chat.close()
    assert chat.exitstatus == 0
    assert started.all_end()


def test_chat_shows_nothing_but_the_conversation(started: Any) -> None:
    chat = start_chat(started)
    lines = [line.strip() for line in chat.before.splitlines()]
    assert lines[0] == terminal.STARTING
    assert lines[1] == terminal.WELCOME
    assert not [line for line in lines if "INFO" in line or "WARNING" in line or "/site-packages/" in line]
    chat.sendeof()
    chat.expect(pexpect.EOF)


def close_terminal(chat: pexpect.spawn, _: Any) -> None:
    """As the window would be closed; what runs in it has a moment to end."""
    chat.ptyproc.delayafterclose = 3
    chat.close(force=False)


def send(number: int) -> Callable[[pexpect.spawn, Any], None]:
    """End the chat itself, not ``make``, by a signal."""

    def end(_: pexpect.spawn, started: Any) -> None:
        started.find("ask-resc", "chat").send_signal(number)

    return end


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(lambda chat, _: chat.sendeof(), id="ctrl-d"),
        pytest.param(lambda chat, _: chat.sendintr(), id="ctrl-c"),
        pytest.param(close_terminal, id="terminal closed"),
        pytest.param(send(signal.SIGTERM), id="terminated"),
        pytest.param(send(signal.SIGKILL), id="killed"),
    ],
)
def test_chat_leaves_nothing_running(end: Callable[[pexpect.spawn, Any], None], started: Any) -> None:
    chat = start_chat(started)
    end(chat, started)
    assert started.all_end()


def test_chat_answers_piped_questions_and_ends(started: Any) -> None:
    done = pipe(started, b"who leads CREC?\nand ACES?\n")
    assert (done.returncode, done.stderr) == (0, b"")
    first, second = done.stdout.decode().split("> and ACES?\n")
    assert first.startswith("> who leads CREC?\n")
    assert "CREC" in first.splitlines()[1]
    assert "ACES" in second.splitlines()[0]
    assert "Source: " in first
    assert "Source: " in second
    assert "\x1b" not in first + second
    assert started.all_end()


def test_chat_with_an_empty_pipe_says_nothing(started: Any) -> None:
    done = pipe(started, b"")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_chat_survives_junk_and_very_long_lines(started: Any) -> None:
    done = pipe(started, bytes(range(256)) + b"\n" + b"why " * 25_000 + b"\nwho leads CREC?\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"Source: " in done.stdout.split(b"> who leads CREC?\n")[1]


def start_run(started: Any, port: int) -> subprocess.Popen[str]:
    """``make run``, ready."""
    run = subprocess.Popen(
        ["make", "run", f"PORT={port}"],
        cwd=PROJECT,
        env=started.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    assert f"http://127.0.0.1:{port}/" in run.stdout.readline()
    assert run.stdout.readline().endswith(f" http://127.0.0.1:{port}/demo\n")
    return run


def test_run_serves_two_ports_on_loopback_and_ends_on_sigterm(started: Any, free_ports: List[int]) -> None:
    ports = free_ports[:2]
    runs = [start_run(started, port) for port in ports]
    for port in ports:
        assert ask(port, "who leads CREC?")[0]["custom"]["kind"] == "answered"
        assert get(port, "/demo") == 200
    for run, port in zip(runs, ports, strict=False):
        server = started.find("run", "--port", str(port))
        listening = [c.laddr for c in server.net_connections() if c.status == psutil.CONN_LISTEN]
        assert listening == [("127.0.0.1", port)]
        server.terminate()
        assert run.wait(SECONDS) == 0  # make's, which is the server's
    assert started.all_end()


def test_run_says_that_a_port_is_taken(bot: Bot) -> None:
    command = [str(PROJECT / ".venv/bin/ask-resc"), "run", "--port", str(bot.port)]
    taken = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert taken.returncode == 1
    assert taken.stderr == errors.port_unusable(bot.port, "Address already in use") + "\n"


def test_run_ends_with_make(started: Any, free_ports: List[int]) -> None:
    run = start_run(started, free_ports[0])
    run.terminate()
    run.wait(SECONDS)
    assert started.all_end()


def ask(port: int, text: str) -> List[Dict[str, Any]]:
    """What the bot on ``port`` answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("POST", "/webhooks/rest/webhook", json.dumps({"sender": "test", "message": text}))
    answer: List[Dict[str, Any]] = json.loads(connection.getresponse().read())
    return answer


def get(port: int, path: str) -> int:
    """The status of the answer to a request for a page."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    connection.request("GET", path)
    return connection.getresponse().status


def test_bot_of_the_tests_answers(bot: Bot) -> None:
    assert bot.ask("who leads CREC?", "test-make")[0]["custom"]["kind"] == "answered"
