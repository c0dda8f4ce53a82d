"""On, off, or half set up: what the channel makes of its settings."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest
from rasa.shared.exceptions import RasaException

from ask_resc import errors
from ask_resc.channels.slack.channel import SlackChannel

TOKEN, SECRET, APP = "SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"


async def answer(message: Any) -> None:
    """In the place of the bot."""


def channel(monkeypatch: pytest.MonkeyPatch, *names: str, **more: str) -> SlackChannel:
    values: Dict[str, str] = {**dict.fromkeys((TOKEN, SECRET, APP), ""), **dict.fromkeys(names, "set"), **more}
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return SlackChannel.from_credentials(None)


@pytest.mark.parametrize(
    "names, sentence",
    [
        ([TOKEN], errors.SLACK_NO_WAY_IN),
        ([SECRET], errors.SLACK_NO_BOT_TOKEN),
        ([APP], errors.SLACK_NO_BOT_TOKEN),
        ([SECRET, APP], errors.SLACK_NO_BOT_TOKEN),
    ],
    ids=str,
)
def test_channel_half_set_up_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, names: List[str], sentence: str
) -> None:
    with pytest.raises(RasaException) as caught:
        channel(monkeypatch, *names)
    assert str(caught.value) == sentence
    assert not any(name in sentence.partition("missing")[0] for name in names if name != TOKEN)


def test_channel_takes_blanks_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RasaException, match="SLACK_SIGNING_SECRET"):
        channel(monkeypatch, TOKEN, SLACK_SIGNING_SECRET=" ")


@pytest.mark.parametrize(
    "names, has_address", [([], False), ([TOKEN, APP], False), ([TOKEN, SECRET], True), ([TOKEN, SECRET, APP], True)]
)
async def test_channel_has_an_address_with_a_secret_alone(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, names: List[str], has_address: bool
) -> None:
    # The Slack settings of whoever runs the tests are out of the way; "SLACK_API_URL" decides nothing.
    monkeypatch.setenv("SLACK_API_URL", "http://127.0.0.1:9/api/")
    blueprint = channel(monkeypatch, *names).blueprint(answer)
    assert [route.uri for route in blueprint._future_routes] == (["/webhook"] if has_address else [])
    assert (errors.SLACK_OFF in caplog.messages) == (not names)
