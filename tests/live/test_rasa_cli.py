"""Rasa's own commands on this project, as its documentation has them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, List

import pexpect
import psutil

from ask_resc import settings
from ask_resc.facts.loader import load
from ask_resc.settings import PROJECT

RASA = str(PROJECT / ".venv/bin/rasa")
SECONDS = 300


def rasa(started: Any, *arguments: str) -> str:
    """What ``rasa`` prints; it must succeed."""
    done = subprocess.run(
        [RASA, *arguments],
        cwd=PROJECT,
        env=started.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    return done.stdout


def test_rasa_data_validate_finds_no_fault(started: Any) -> None:
    assert "No story structure conflicts found" in rasa(started, "data", "validate", "--fail-on-warnings")


def test_rasa_test_predicts_every_conversation(started: Any, model: str, tmp_path: Path) -> None:
    assert list((PROJECT / "tests/conversations").glob("test_*.yml"))
    rasa(
        *(
            started,
            "test",
            "--fail-on-prediction-errors",
            "--no-plot",
            "--model",
            model,
            "--out",
            str(tmp_path),
        ),
        # By default Rasa takes every story below the project, its own in .venv too.
        *("--stories", "tests/conversations"),
        # How well questions are understood is judged elsewhere; one file shows that it can be.
        *("--nlu", "data/nlu/leader.yml"),
    )


def test_rasa_train_makes_a_model(started: Any, tmp_path: Path) -> None:
    # Some of the questions: all of them are what the fixture `model` trains on, with the same command.
    asked = [f"data/nlu/{aspect}.yml" for aspect in ("leader", "founding", "out_of_scope")]
    rasa(started, "train", "--out", str(tmp_path), "--data", *asked, "data/rules.yml", "data/stories.yml")
    assert len(list(tmp_path.glob("*.tar.gz"))) == 1


def test_rasa_shell_answers_beside_an_action_server(
    started: Any, model: str, tmp_path: Path, free_ports: List[int]
) -> None:
    actions_port, shell_port, _ = free_ports
    endpoints = tmp_path / "endpoints.yml"
    text = (PROJECT / "endpoints.yml").read_text()
    assert text.count(":5055/") == 1
    endpoints.write_text(text.replace(":5055/", f":{actions_port}/"))
    variables = {
        **started.environment,
        "SANIC_HOST": "127.0.0.1",
        "ASK_RESC_DATABASE": str(tmp_path / "talk.db"),
    }
    with (tmp_path / "actions.log").open("w") as log:
        server = subprocess.Popen(
            [RASA, "run", "actions", "-p", str(actions_port)],
            cwd=PROJECT,
            env=variables,
            stdout=log,
            stderr=log,
        )
    shell = pexpect.spawn(
        RASA,
        ["shell", "-p", str(shell_port), "--model", model, "--endpoints", str(endpoints)],
        cwd=PROJECT,
        env=variables,
        encoding="utf-8",
        timeout=60,
        dimensions=(40, 200),
    )
    shell.expect("Your input")
    listening = [c.laddr for c in psutil.Process(server.pid).net_connections() if c.status == psutil.CONN_LISTEN]
    assert listening == [("127.0.0.1", actions_port)], (tmp_path / "actions.log").read_text()
    shell.sendline("who leads CREC?")
    facts = load(settings.facts_path())
    leader = facts.leader_of("crec")
    assert leader is not None
    shell.expect_exact(facts.subjects[leader].full_name)
    shell.close(force=True)  # it shows the suggestions as a menu, and waits
    server.terminate()
    server.wait(30)
    assert started.all_end()
