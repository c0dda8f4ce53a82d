"""The real bot, connected with a Slack of our own."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, ContextManager, Dict, Iterator, List, Mapping, Optional

import pytest

from ask_resc.serving import Bot
from tests.live.slack import fake
from tests.live.slack.fake import FakeSlack, Response
from tests.unit.storage.conftest import new_postgres  # noqa: F401  a fixture


class Workspace:
    """A workspace with the bot in it: what people do there reaches the bot as Slack would send it."""

    def __init__(self, slack: FakeSlack, bot: Bot) -> None:
        self.slack, self.bot = slack, bot

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.bot.port}/webhooks/slack/webhook"

    def deliver(self, event: Mapping[str, Any], **how: Any) -> Response:
        """Deliver an event by HTTP; the acknowledgement."""
        response: Response = self.deliver_later(event, **how).result(fake.SECONDS)
        return response

    def deliver_later(self, event: Mapping[str, Any], **how: Any) -> Any:
        return self.slack.post(self.address, json.dumps(event), **how)

    def mention(self, text: str, channel: Optional[str] = None, **more: Any) -> Mapping[str, Any]:
        """Mention the bot; the inner event."""
        event = fake.mention(channel or fake.new_channel(), text, **more)
        assert self.deliver(event).status == 200
        inner: Mapping[str, Any] = event["event"]
        return inner

    def write(self, channel: str, text: str, **more: Any) -> Mapping[str, Any]:
        """Write a message; the inner event."""
        event = fake.message(channel, text, **more)
        assert self.deliver(event).status == 200
        inner: Mapping[str, Any] = event["event"]
        return inner

    def command(self, text: str, channel: str, key: str, **more: Any) -> Response:
        body = fake.form(fake.command(text, channel, f"{self.slack.url}/response/{key}", **more))
        posted = self.slack.post(self.address, body, "application/x-www-form-urlencoded")
        response: Response = posted.result(fake.SECONDS)
        return response

    def click(
        self, action: Mapping[str, Any], post: Mapping[str, Any], channel: str, key: str = "click", **more: Any
    ) -> Response:
        payload = fake.click(action, post, channel, f"{self.slack.url}/response/{key}", **more)
        body = fake.form({"payload": json.dumps(payload)})
        posted = self.slack.post(self.address, body, "application/x-www-form-urlencoded")
        response: Response = posted.result(fake.SECONDS)
        return response

    def settle(self) -> None:
        """Wait until all that was delivered before is dealt with: a direct message after it is answered."""
        channel = fake.new_channel("D")
        self.write(channel, "who leads CREC?")
        self.slack.answers(channel)


def environment(slack: FakeSlack, database: Path | str, **more: str) -> Dict[str, str]:
    settings = {"SLACK_BOT_TOKEN": fake.BOT_TOKEN, "SLACK_SIGNING_SECRET": fake.SECRET, "SLACK_APP_TOKEN": ""}
    return {**settings, "SLACK_API_URL": slack.api, "ASK_RESC_DATABASE": str(database), **more}


@pytest.fixture(scope="session")
def slack() -> Iterator[FakeSlack]:
    running = FakeSlack().start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def workspace(slack: FakeSlack, model: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A bot that is connected in both ways at once; give each test a channel of its own."""
    folder = tmp_path_factory.mktemp("slack")
    settings = environment(slack, folder / "conversations.db", SLACK_APP_TOKEN=fake.APP_TOKEN)
    bot = Bot(folder / "bot.log", settings)
    bot.start()
    fake.wait_for(lambda: slack.sockets, "a Socket Mode connection")
    yield Workspace(slack, bot)
    bot.stop()


Start = Callable[..., ContextManager[Workspace]]


@pytest.fixture
def start(model: str, tmp_path: Path) -> Iterator[Start]:
    """Start a bot, and a Slack, for one test: ``with start(SLACK_APP_TOKEN="…") as workspace``."""
    started: List[FakeSlack] = []

    @contextmanager
    def starting(slack: Optional[FakeSlack] = None, **more: str) -> Iterator[Workspace]:
        if slack is None:
            started.append(slack := FakeSlack().start())
        bot = Bot(tmp_path / "bot.log", environment(slack, tmp_path / "conversations.db", **more))
        bot.start()
        try:
            yield Workspace(slack, bot)
        finally:
            bot.stop()

    yield starting
    for one in started:
        one.stop()
