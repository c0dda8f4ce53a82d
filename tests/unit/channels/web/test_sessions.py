from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ask_resc.channels.web import sessions
from ask_resc.channels.web.sessions import Sessions, ensure_secret, secret


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.delenv("ASK_RESC_SECRET", raising=False)
    monkeypatch.setattr(sessions, "FILE", tmp_path / ".state" / "secret")
    return sessions.FILE


def test_sessions_a_secret_is_made_once_and_nobody_else_can_read_it(file: Path):
    assert secret() is None
    ensure_secret()
    made = secret()
    assert made is not None and len(made) >= sessions.SHORTEST
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret"]
    ensure_secret()
    assert secret() == made


def test_sessions_the_environments_secret_wins_and_no_file_is_made(file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASK_RESC_SECRET", "e" * 32)
    ensure_secret()
    assert secret() == "e" * 32
    assert not file.exists()


def test_sessions_two_that_start_at_once_have_one_secret(file: Path, monkeypatch: pytest.MonkeyPatch):
    ensure_secret()
    made = secret()
    monkeypatch.setattr(sessions, "secret", lambda: None)  # the other looked a moment before
    ensure_secret()
    assert secret() == made


def test_sessions_a_token_stands_for_one_conversation_wherever_the_secret_is():
    token = Sessions("s" * 32).new()
    conversation = Sessions("s" * 32).conversation(token)
    assert conversation is not None and conversation.startswith("web-")
    assert token.split(".")[0] in conversation and token.split(".")[1] not in conversation
    assert Sessions("t" * 32).conversation(token) is None


def test_sessions_a_changed_token_stands_for_nothing():
    tokens = Sessions("s" * 32)
    token = tokens.new()
    for place in range(len(token)):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert tokens.conversation(changed) is None
