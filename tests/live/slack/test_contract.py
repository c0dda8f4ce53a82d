"""Slack's contract: who is believed, when it is acknowledged, and that each message is answered once, in order."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any, Callable, List, Tuple

import pytest

from ask_resc import errors, rasa_process
from ask_resc.rasa_process import RasaFailed
from ask_resc.serving import Bot
from ask_resc.storage import deliveries
from tests.live.slack import fake
from tests.live.slack.conftest import Start, Workspace, environment
from tests.live.slack.fake import FakeSlack
from tests.live.talk import stated

SECONDS_TO_ACKNOWLEDGE = 3.0

# Who is believed


@pytest.mark.parametrize(
    "how",
    [
        {"signature": "v0=" + "0" * 64},
        {"signature": ""},
        {"signature": "v0=\u00e9"},
        {"secret": ""},
        {"secret": "no address"},
        {"age": 301},
        {"age": -301},
        {"timestamp": "yesterday"},
        {"timestamp": ""},
        {"timestamp": "9" * 400},
    ],
    ids=lambda how: str(how)[:40],
)
def test_slack_request_that_slack_has_not_signed_is_refused(workspace: Workspace, how: Any) -> None:
    event = fake.mention(fake.new_channel(), "who leads CREC?")
    assert workspace.deliver(event, **how).status == 401
    workspace.settle()
    assert workspace.slack.posted(event["event"]["channel"]) == []


ODD_BODIES = [b"", b"{", b"[]", b"null", b'"text"', b"payload=%7B", b"\xff\xfe", b"{" * 60_000]


@pytest.mark.parametrize("body", ODD_BODIES, ids=lambda b: str(b[:12]))
def test_slack_odd_bodies_break_nothing(workspace: Workspace, body: bytes) -> None:
    assert workspace.slack.post(workspace.address, body, signature="v0=0").result(fake.SECONDS).status == 401
    workspace.settle()


def test_slack_url_verification_is_answered(workspace: Workspace) -> None:
    asked = {"token": "Jhj5dZrVaK7ZwHHjRyZWjbDl", "challenge": "3eZbrw1aBm2rZgRNFdxV2595", "type": "url_verification"}
    answer = workspace.deliver(asked)
    assert answer.status == 200 and asked["challenge"] in answer.body


# What is passed over


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B19LU7CSY"},
        {"subtype": "bot_message", "bot_id": "B19LU7CSY"},
        {"user": fake.BOT_USER},
        {"user": "USLACKBOT"},
        {"subtype": "message_changed", "message": {"text": "who leads CREC?", "user": fake.ANN}},
        {"subtype": "message_deleted", "deleted_ts": "1.1"},
        {"subtype": "channel_join"},
        {"edited": {"user": fake.ANN, "ts": "1.2"}},
    ],
    ids=lambda how: str(how)[:40],
)
def test_slack_bots_edits_and_deletions_are_ignored(workspace: Workspace, more: Any) -> None:
    direct, channel = fake.new_channel("D"), fake.new_channel()
    workspace.write(direct, "who leads CREC?", **more)
    workspace.mention("who leads CREC?", channel, **more)
    workspace.settle()
    assert workspace.slack.posted(direct) == workspace.slack.posted(channel) == []


def test_slack_events_that_nobody_listens_for_are_acknowledged_and_not_logged(workspace: Workspace) -> None:
    inner = {"type": "reaction_added", "user": fake.ANN, "reaction": "SECRETWORD", "item": {"type": "message"}}
    assert workspace.deliver(fake.event(inner)).status == 200
    workspace.settle()
    assert "SECRETWORD" not in workspace.bot.log.read_text()


# Once


def test_slack_event_three_times_at_once_is_answered_once(workspace: Workspace) -> None:
    event = fake.mention(fake.new_channel(), "who leads CREC?")
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    sent = [workspace.deliver_later(event, headers=h) for h in ({}, retry, retry)]
    assert [posted.result(fake.SECONDS).status for posted in sent] == [200] * 3
    assert workspace.deliver(event, headers=retry).status == 200
    workspace.settle()
    assert len(workspace.slack.answers(event["event"]["channel"])) == 1


def test_slack_same_event_by_http_and_by_socket_is_answered_once(workspace: Workspace) -> None:
    event = fake.mention(fake.new_channel(), "who leads CREC?")
    envelope = workspace.slack.send("events_api", event)
    assert workspace.deliver(event).status == 200
    fake.wait_for(lambda: envelope in workspace.slack.acknowledged, "an acknowledgement")
    workspace.settle()
    assert len(workspace.slack.answers(event["event"]["channel"])) == 1


def test_slack_command_and_click_delivered_twice_are_answered_once(workspace: Workspace) -> None:
    fields = fake.command("who leads CREC", channel := fake.new_channel(), f"{workspace.slack.url}/response/twice")
    for _ in range(2):
        workspace.slack.post(workspace.address, fake.form(fields), "application/x-www-form-urlencoded").result(9)
    workspace.settle()
    assert len(workspace.slack.told("twice")) == 1 and workspace.slack.posted(channel) == []


def test_slack_event_delivered_again_after_a_restart_is_answered_once(start: Start) -> None:
    event = fake.mention(fake.new_channel(), "who leads CREC?")
    channel = event["event"]["channel"]
    with start() as workspace:
        assert workspace.deliver(event).status == 200
        workspace.slack.answers(channel)
        workspace.settle()
        workspace.bot.stop()
        workspace.bot.start()
        assert workspace.deliver(event).status == 200
        again = fake.event(event["event"])  # under another id
        assert workspace.deliver(again).status == 200
        # The thread is remembered, and so is what was said.
        workspace.write(channel, "and ACES?", thread=event["event"]["ts"])
        posts = workspace.slack.answers(channel, 2)
        workspace.settle()
        assert len(workspace.slack.posted(channel)) == 2 and stated("leader", "aces")[0] in posts[1]["text"]


def test_slack_claim_of_a_killed_process_is_taken_over(start: Start) -> None:
    event = fake.mention(fake.new_channel(), "who leads CREC?")
    channel = event["event"]["channel"]
    with start() as workspace:
        workspace.settle()
        workspace.slack.trouble("chat.postMessage", 1, 200, after=30)
        workspace.deliver(event)
        fake.wait_for(lambda: workspace.slack.posted(channel), "an attempt to answer")
        workspace.bot._process.send_signal(signal.SIGKILL)
        workspace.bot._process.wait()
        workspace.slack.calls.clear()
        workspace.bot.start()
        began = time.monotonic()
        assert workspace.deliver(event).seconds < SECONDS_TO_ACKNOWLEDGE
        [post] = workspace.slack.answers(channel)
        assert time.monotonic() - began < deliveries.SECONDS_CLAIMED + 5
        assert stated("leader", "crec")[0] in post["text"]


def test_slack_two_processes_answer_once(
    start: Start, slack: FakeSlack, tmp_path: Path, new_postgres: Callable[[], str]
) -> None:
    database = new_postgres()
    with start(slack, ASK_RESC_DATABASE=database) as one:
        other = Bot(tmp_path / "other.log", environment(slack, database))
        other.start()
        try:
            events = [fake.mention(fake.new_channel(), "who leads CREC?") for _ in range(10)]
            both = [one, Workspace(slack, other)]
            sent = [workspace.deliver_later(event) for event in events for workspace in both]
            assert [posted.result(fake.SECONDS).status for posted in sent] == [200] * 20
            channels = [event["event"]["channel"] for event in events]
            for channel in channels:
                slack.answers(channel)
            # The one that was late looks again when the other should be done.
            time.sleep(deliveries.SECONDS_BETWEEN_LOOKS)
            for workspace in both:
                workspace.settle()
            assert [len(slack.posted(channel)) for channel in channels] == [1] * 10
            # Each knows the threads of the other.
            for workspace, event in zip(both, events, strict=False):
                workspace.write(event["event"]["channel"], "and ACES?", thread=event["event"]["ts"])
                assert stated("leader", "aces")[0] in slack.answers(event["event"]["channel"], 2)[1]["text"]
        finally:
            other.stop()


def test_slack_what_is_being_answered_is_finished_when_the_bot_ends(start: Start) -> None:
    with start() as workspace:
        workspace.settle()
        channel = fake.new_channel()
        workspace.slack.trouble("chat.postMessage", 1, 429, headers={"Retry-After": "1"})
        workspace.mention("who leads CREC?", channel)
        fake.wait_for(lambda: workspace.slack.posted(channel), "a first attempt")
        workspace.bot._process.send_signal(signal.SIGTERM)
        workspace.bot._process.wait(10)
        assert len(workspace.slack.posted(channel)) == 2


# When Slack is busy, failing or slow


@pytest.mark.parametrize("status", [500, 502, 503, 429])
def test_slack_busy_or_failing_is_tried_again(workspace: Workspace, status: int) -> None:
    headers = {"Retry-After": "1"} if status == 429 else {}
    workspace.slack.trouble("chat.postMessage", 2, status, headers=headers)
    began = time.monotonic()
    asked = workspace.mention("who leads CREC?")
    posts = workspace.slack.answers(asked["channel"], 3)
    assert status != 429 or time.monotonic() - began >= 2
    assert posts[0] == posts[2]
    workspace.write(asked["channel"], "and ACES?", thread=asked["ts"])
    assert stated("leader", "aces")[0] in workspace.slack.answers(asked["channel"], 4)[3]["text"]


def test_slack_gaps_between_tries_grow(workspace: Workspace) -> None:
    workspace.slack.trouble("chat.postMessage", 3, 503)
    asked = workspace.mention("who leads CREC?")
    workspace.slack.answers(asked["channel"], 4)
    at = [c.at for c in workspace.slack.calls if c.arguments.get("channel") == asked["channel"]]
    gaps = [later - earlier for earlier, later in zip(at, at[1:], strict=False)]
    assert gaps[0] >= 0.4 and gaps[2] > 1.5 > gaps[0]


def test_slack_that_refuses_an_answer_gets_it_with_the_next_delivery(workspace: Workspace) -> None:
    event = fake.mention(fake.new_channel(), "who leads CREC?")
    workspace.slack.trouble("chat.postMessage", 1, 200, error="internal_error")
    workspace.deliver(event)
    workspace.slack.answers(event["event"]["channel"])
    workspace.settle()
    workspace.deliver(event)
    assert len(workspace.slack.answers(event["event"]["channel"], 2)) == 2


def test_slack_without_some_blocks_is_answered_by_simpler_means(start: Start) -> None:
    with start() as workspace:
        workspace.slack.refused_blocks = ("context_actions",)
        asked = workspace.mention("who leads CREC?")
        first, second = workspace.slack.answers(asked["channel"], 2)
        assert first["blocks"][-1]["type"] == "context_actions" and second["blocks"][-1]["type"] == "actions"
        up, _ = fake.buttons(second, "vote")
        workspace.click(up, second, asked["channel"], "plain")
        assert "counted" in workspace.slack.told("plain")[0]["text"]
        # It has learned: the next answer does without at once.
        asked = workspace.mention("who leads ACES?")
        assert len(fake.buttons(workspace.slack.answers(asked["channel"])[0], "vote")) == 2
        workspace.settle()
        assert len(workspace.slack.posted(asked["channel"])) == 1
        workspace.slack.refused_blocks = ("context_actions", "context")
        asked = workspace.mention("who leads CREC?")
        plain = workspace.slack.answers(asked["channel"], 2)[1]
        assert "blocks" not in plain and "Florio" in plain["text"] and "Nesmith" in plain["text"]


def test_slack_that_is_down_holds_up_no_acknowledgement(start: Start) -> None:
    slack = FakeSlack().start()
    try:
        slack.trouble("auth.test", 1, 200, after=5)
        with start(slack) as workspace:
            event = fake.mention(fake.new_channel(), "who leads CREC?")
            assert workspace.deliver(event).seconds < SECONDS_TO_ACKNOWLEDGE
            assert workspace.slack.answers(event["event"]["channel"])
    finally:
        slack.stop()


SLOW = """
import time

from rasa_sdk import Action


class Slow(Action):
    def name(self):
        return "action_answer"

    def run(self, dispatcher, tracker, domain):
        time.sleep(60)


class AskBack(Slow):
    def name(self):
        return "action_ask_back"
"""


def test_slack_slow_bot_is_acknowledged_at_once_and_answers_that_it_failed(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "__init__.py").write_text(SLOW)
    monkeypatch.setattr(rasa_process, "PROJECT", tmp_path)  # where it starts
    with start() as workspace:
        event = fake.message(fake.new_channel("D"), "who leads CREC?")
        assert workspace.deliver(event).seconds < SECONDS_TO_ACKNOWLEDGE
        assert workspace.command("who leads CREC", fake.new_channel(), "slow").seconds < SECONDS_TO_ACKNOWLEDGE
        [post] = workspace.slack.answers(event["event"]["channel"])
        assert "something went wrong" in post["text"] and fake.buttons(post, "vote") == []
        assert "something went wrong" in workspace.slack.told("slow")[0]["text"]


# In order


def test_slack_messages_of_a_thread_are_answered_in_the_order_written(workspace: Workspace) -> None:
    asked = workspace.mention("who leads CREC?")
    channel, thread = asked["channel"], asked["ts"]
    workspace.slack.answers(channel)
    workspace.slack.trouble("chat.postMessage", 1, 503)
    centers = ["aces", "ces", "learn", "eastconn", "edadvance"]
    events = [fake.message(channel, f"who leads {c}?", thread=thread, user=fake.BOB) for c in centers]
    assert workspace.deliver(events[0]).status == 200
    # While the first is tried again, the others come in in another order.
    for event in reversed(events[1:]):
        assert workspace.deliver(event).status == 200
    texts = [post["text"] for post in workspace.slack.answers(channel, 7)[2:]]
    for center, text in zip(centers, texts, strict=True):
        assert stated("leader", center)[0] in text


def test_slack_200_events_at_once_in_20_threads(workspace: Workspace) -> None:
    """Each thread has its own order, nothing is lost, and every acknowledgement is in time."""
    workspace.settle()
    threads: List[Tuple[str, str]] = []
    for _ in range(20):
        asked = workspace.mention("who leads CREC?")
        threads.append((asked["channel"], asked["ts"]))
    for channel, _ in threads:
        workspace.slack.answers(channel)
    centers = ["aces", "ces", "learn", "eastconn", "edadvance"] * 2
    events = [fake.message(channel, f"who leads {c}?", thread=ts) for c in centers for channel, ts in threads]
    assert len(events) == 200
    sent = [workspace.deliver_later(event) for event in events]
    responses = [posted.result(fake.SECONDS * 3) for posted in sent]
    assert {response.status for response in responses} == {200}
    assert max(response.seconds for response in responses) < SECONDS_TO_ACKNOWLEDGE
    fake.wait_for(lambda: all(len(workspace.slack.posted(c)) >= 11 for c, _ in threads), "200 answers", 60)
    workspace.settle()
    for channel, ts in threads:
        posts = workspace.slack.posted(channel)[1:]
        assert {post["thread_ts"] for post in posts} == {ts}
        for center, post in zip(centers, posts, strict=True):
            assert stated("leader", center)[0] in post["text"]


# Socket Mode


def test_slack_socket_mode_has_every_surface(workspace: Workspace) -> None:
    slack, channel, direct = workspace.slack, fake.new_channel(), fake.new_channel("D")
    mention = fake.mention(channel, "who leads CES?")
    command = fake.command("who leads CES", channel, f"{slack.url}/response/socket")
    sent = [
        slack.send("events_api", mention),
        slack.send("events_api", fake.message(direct, "who leads CES?")),
        slack.send("events_api", fake.home_opened(direct)),
        slack.send("slash_commands", command),
    ]
    fake.wait_for(lambda: set(sent) <= set(slack.acknowledged), "acknowledgements")
    [post] = slack.answers(channel)
    for said in (post, slack.answers(direct)[0], slack.told("socket")[0]):
        assert stated("leader", "ces")[0] in said["text"]
    fake.wait_for(lambda: slack.of("assistant.threads.setSuggestedPrompts", direct), "prompts")
    payload = fake.click(fake.buttons(post, "ask")[0], post, channel, f"{slack.url}/response/socket-click")
    clicked = slack.send("interactive", payload)
    assert stated("definition", "ces")[0] in slack.answers(channel, 2)[1]["text"]
    fake.wait_for(lambda: clicked in slack.acknowledged, "an acknowledgement")


def test_slack_socket_mode_comes_back_after_a_disconnect(workspace: Workspace) -> None:
    before = len(workspace.slack.sockets)
    workspace.slack.disconnect()
    fake.wait_for(lambda: len(workspace.slack.sockets) > before, "another connection")
    event = fake.mention(fake.new_channel(), "who leads CES?")
    workspace.slack.send("events_api", event)
    assert workspace.slack.answers(event["event"]["channel"])


def test_slack_socket_mode_alone_has_no_http_address(start: Start) -> None:
    with start(SLACK_SIGNING_SECRET="", SLACK_APP_TOKEN=fake.APP_TOKEN) as workspace:
        fake.wait_for(lambda: workspace.slack.sockets, "a connection")
        event = fake.mention(fake.new_channel(), "who leads CREC?")
        for how in ({"secret": ""}, {}, {"signature": ""}):
            assert workspace.deliver(event, **how).status == 404
        workspace.slack.send("events_api", event)
        assert len(workspace.slack.answers(event["event"]["channel"])) == 1


# On, off, or not at all


def test_slack_half_set_up_keeps_the_bot_from_starting(start: Start) -> None:
    with pytest.raises(RasaFailed, match="SLACK_BOT_TOKEN is missing"), start(SLACK_BOT_TOKEN=""):
        pass


def test_slack_without_settings_is_off_with_one_line(
    slack: FakeSlack, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And a bot beside the one that serves is never connected, whatever the terminal it starts in has set."""
    for name, value in environment(slack, tmp_path / "conversations.db").items():
        monkeypatch.setenv(name, value)
    before = len(slack.calls)
    bot = Bot(tmp_path / "bot.log", {"ASK_RESC_DATABASE": ":memory:"})  # as that of the terminal
    bot.start()
    try:
        for how in ({}, {"secret": ""}):
            assert Workspace(slack, bot).deliver(fake.mention("C1", "who leads CREC?"), **how).status == 404
        assert bot.ask("who leads CREC?", "somebody") and len(slack.calls) == before
        assert bot.log.read_text().count("Slack") == 1 and errors.SLACK_OFF in bot.log.read_text()
    finally:
        bot.stop()


def test_slack_wrong_tokens_are_logged_on_lines_that_say_what_to_do(start: Start) -> None:
    with start(SLACK_BOT_TOKEN="xoxb-wrong", SLACK_APP_TOKEN="xapp-wrong") as workspace:

        def log() -> str:
            return workspace.bot.log.read_text()

        # Before anybody asks, and when somebody does.
        fake.wait_for(lambda: "could not sign in" in log() and "apps.connections.open" in log(), "lines in the log")
        assert workspace.deliver(fake.message(fake.new_channel("D"), "who leads CREC?")).status == 200
        fake.wait_for(lambda: "was not answered" in log(), "a line in the log")
        assert log().count("ask-resc slack check") == 2 and "invalid_auth" in log()
        assert not any(word in log() for word in ("Traceback", "who leads", "xoxb-wrong", "xapp-wrong"))
