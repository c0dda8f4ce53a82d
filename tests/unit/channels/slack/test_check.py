"""What is wrong with tokens, scopes and secret, in plain words; asked of a fake Slack through the real client."""

from __future__ import annotations

from typing import Any, Iterator, List

import pytest

from ask_resc import cli, errors
from ask_resc.channels.slack.check import check, scopes
from ask_resc.settings import Slack
from tests.live.slack import fake
from tests.live.slack.fake import FakeSlack


@pytest.fixture
def slack() -> Iterator[FakeSlack]:
    running = FakeSlack().start()
    yield running
    running.stop()


def found(slack: FakeSlack, **more: Any) -> List[Any]:
    good = {"bot_token": fake.BOT_TOKEN, "signing_secret": fake.SECRET, "app_token": fake.APP_TOKEN}
    return list(check(Slack(**{**good, "api_url": slack.api, **more})))


def wrong(slack: FakeSlack, **more: Any) -> str:
    return "\n".join(sentence for is_right, sentence in found(slack, **more) if not is_right)


def test_check_finds_everything_in_order(slack: FakeSlack) -> None:
    assert found(slack) == [
        (True, errors.slack_signed_in("ask-resc", "Example District")),
        (True, errors.SLACK_SCOPES_IN_ORDER),
        (True, errors.SLACK_SOCKET_IN_ORDER),
        (True, errors.SLACK_SECRET_PLAUSIBLE),
    ]


@pytest.mark.parametrize(
    "more, part",
    [
        ({"bot_token": None}, "SLACK_BOT_TOKEN is missing"),
        ({"bot_token": "xoxp-1"}, "SLACK_BOT_TOKEN must begin with “xoxb-”"),
        ({"bot_token": "xoxb-wrong"}, "does not accept SLACK_BOT_TOKEN (invalid_auth): it is mistyped"),
        ({"bot_token": "xoxb-revoked"}, "SLACK_BOT_TOKEN (token_revoked): it was revoked"),
        ({"bot_token": "xoxb-odd"}, "SLACK_BOT_TOKEN (something_new): copy it anew"),
        ({"app_token": "xoxb-1"}, "SLACK_APP_TOKEN must begin with “xapp-”"),
        ({"app_token": "xapp-scope"}, "SLACK_APP_TOKEN (missing_scope): it lacks the scope connections:write"),
        ({"signing_secret": fake.SECRET + "0"}, "it has 33 characters"),
        ({"signing_secret": "Z" * 32}, "SLACK_SIGNING_SECRET must be 32"),
        ({"signing_secret": None, "app_token": None}, "SLACK_SIGNING_SECRET (for HTTP) or SLACK_APP_TOKEN"),
        ({"signing_secret": None, "app_token": None, "bot_token": None}, "No token is set"),
    ],
    ids=str,
)
def test_check_names_what_is_wrong(slack: FakeSlack, more: Any, part: str) -> None:
    answers = {"xoxb-revoked": "token_revoked", "xapp-scope": "missing_scope", "xoxb-odd": "something_new"}
    slack.wrong_tokens = answers
    sentence = wrong(slack, **more)
    assert part in sentence
    secrets = [value for value in more.values() if value]
    assert not any(secret in sentence for secret in secrets)


def test_check_names_missing_scopes(slack: FakeSlack) -> None:
    slack.scopes = "chat:write,commands"
    missing = [scope for scope in scopes() if scope not in ("chat:write", "commands")]
    assert wrong(slack) == errors.slack_scopes_missing(missing)


def test_check_without_slack_says_so(slack: FakeSlack) -> None:
    sentence = wrong(slack, api_url="http://127.0.0.1:9/api/")
    assert sentence.count("Slack was not reached at http://127.0.0.1:9/api/") == 2


def test_check_by_command(slack: FakeSlack, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("SLACK_API_URL", slack.api)
    monkeypatch.setenv("SLACK_BOT_TOKEN", f" {fake.BOT_TOKEN}\n")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", fake.SECRET)
    monkeypatch.delenv("SLACK_APP_TOKEN", raising=False)
    assert cli.main(["slack", "check"]) == 0
    assert errors.SLACK_CHECK_IN_ORDER in capsys.readouterr().out
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "abc")
    assert cli.main(["slack", "check"]) == 1
    said = capsys.readouterr().out
    assert errors.slack_secret_malformed(3) in said and errors.SLACK_CHECK_IN_ORDER not in said
