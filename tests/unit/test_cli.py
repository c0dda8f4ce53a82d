"""The ``ask-resc`` command: what it prints and how it ends."""

from __future__ import annotations

from pathlib import Path
from typing import List

import pytest

from ask_resc import settings
from ask_resc.channels.web import releases
from ask_resc.cli import main

SHIPPED = settings.PROJECT / "data" / "facts.yml"


def test_cli_facts_check_counts_what_the_shipped_file_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.delenv("ASK_RESC_FACTS", raising=False)
    monkeypatch.chdir(settings.PROJECT)
    assert main(["facts", "check"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("data/facts.yml: ")
    assert said.endswith(" answers, no mistakes\n")


def test_cli_facts_check_lists_every_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "facts.yml"
    text = SHIPPED.read_text(encoding="utf-8")
    file.write_text(text.replace("leads: crec", "leads: crce") + "  more: nothing\n", encoding="utf-8")
    assert main(["facts", "check", str(file)]) == 1
    first, second = capsys.readouterr().out.splitlines()
    line = text[: text.index("leads: crec")].count("\n") + 1
    assert first == f"{file}:{line}: There is no subject “crce”. Did you mean “crec”?"
    assert second.startswith(f"{file}:{len(text.splitlines()) + 1}: “more” must be a block")


def test_cli_facts_check_takes_the_file_that_the_bot_answers_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("ASK_RESC_FACTS", str(tmp_path / "other.yml"))
    monkeypatch.chdir(tmp_path)
    assert main(["facts", "check"]) == 1
    assert capsys.readouterr().out == "other.yml:1: There is no such file.\n"


def test_cli_widget_tag_prints_one_tag_for_this_version(capsys: pytest.CaptureFixture[str]):
    assert main(["widget", "tag", "https://bot.example/"]) == 0
    name = releases.name_of(releases.WIDGET.read_bytes())
    said = capsys.readouterr().out
    assert said.startswith(f'<script async src="https://bot.example/widget/{name}/ask-resc.js" integrity="sha384-')
    assert said.count("\n") == 1


def test_cli_widget_keep_says_what_to_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(releases, "RELEASES", tmp_path / "releases")
    monkeypatch.chdir(tmp_path)
    assert main(["widget", "keep"]) == 0
    [kept] = (tmp_path / "releases").iterdir()
    assert kept.read_bytes() == releases.WIDGET.read_bytes()
    assert capsys.readouterr().out.startswith(f"releases/{kept.name} ")


@pytest.mark.parametrize("command", [[], ["facts"], ["facts", "check"], ["widget"], ["widget", "tag"]])
def test_cli_every_command_has_help(command: List[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])
    assert ended.value.code == 0
    assert " ".join(["usage: ask-resc", *command]) in capsys.readouterr().out


@pytest.mark.parametrize("command", [[], ["facts"], ["fact", "check"]])
def test_cli_incomplete_or_unknown_command_is_refused(command: List[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        main(command)
    assert ended.value.code == 2
    assert "usage: ask-resc" in capsys.readouterr().err
