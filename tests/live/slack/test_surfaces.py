"""Each place in Slack where people ask, as the fake Slack receives the answers."""

from __future__ import annotations

import sqlite3
from typing import Any, List, Mapping

import pytest

from ask_resc.facts.live import facts
from tests.live.slack import fake
from tests.live.slack.conftest import Workspace
from tests.live.talk import stated


def rows(workspace: Workspace, like: str) -> List[Any]:
    """What the conversation store has of conversations with such a name."""
    with sqlite3.connect(workspace.bot._variables["ASK_RESC_DATABASE"]) as database:
        return database.execute("SELECT data FROM events WHERE sender_id LIKE ?", (like,)).fetchall()


def section(post: Mapping[str, Any]) -> str:
    return next(block["text"]["text"] for block in post["blocks"] if block["type"] == "section")


# Channels and threads


def test_slack_mention_is_answered_in_a_thread(workspace: Workspace) -> None:
    asked = workspace.mention("who leads ACES?")
    [post] = workspace.slack.answers(asked["channel"])
    assert post["thread_ts"] == asked["ts"]
    assert stated("leader", "aces")[0] in post["text"] and section(post) == stated("leader", "aces")[0]


def test_slack_answer_has_source_notice_suggestions_and_feedback(workspace: Workspace) -> None:
    asked = workspace.mention("who leads CREC?")
    [post] = workspace.slack.answers(asked["channel"])
    assert [block["type"] for block in post["blocks"]] == ["section", "context", "actions", "context_actions"]
    context = " ".join(element["text"] for element in post["blocks"][1]["elements"])
    source = facts().current().sources["about_us"]
    assert f"<{source.address}|{source.title}>" in context
    assert "Note (February 1, 2026): " in context and "Desi Nesmith" in context
    assert "Desi Nesmith" not in section(post)
    # The text is complete without any block.
    assert stated("leader", "crec")[0] in post["text"]
    assert "Desi Nesmith" in post["text"] and source.address in post["text"]
    assert fake.buttons(post, "ask") and len(fake.buttons(post, "vote")) == 2
    assert (post["unfurl_links"], post["unfurl_media"]) == (False, False)


def test_slack_thread_is_one_conversation_whoever_writes(workspace: Workspace) -> None:
    asked = workspace.mention("who leads CREC?")
    channel, thread = asked["channel"], asked["ts"]
    workspace.slack.answers(channel)
    workspace.write(channel, "and ACES?", user=fake.BOB, thread=thread)
    posts = workspace.slack.answers(channel, 2)
    assert section(posts[1]) == stated("leader", "aces")[0] and posts[1]["thread_ts"] == thread
    workspace.write(channel, "is he a Dr?", user=fake.ANN, thread=thread)
    assert "Danehy" in workspace.slack.answers(channel, 3)[2]["text"]


def test_slack_mention_within_a_thread_opens_it(workspace: Workspace) -> None:
    root = workspace.write(channel := fake.new_channel(), "shall we meet at noon?")
    workspace.write(channel, "who leads CREC?", thread=root["ts"])
    workspace.mention("who leads LEARN?", channel, thread=root["ts"])
    workspace.slack.answers(channel)
    workspace.write(channel, "and CES?", thread=root["ts"])
    posts = workspace.slack.answers(channel, 2)
    assert [section(post) for post in posts] == [stated("leader", "learn")[0], stated("leader", "ces")[0]]


@pytest.mark.parametrize(
    "text",
    [
        "who leads ACES, <@U0OTHER00>?",
        "<@U214X7QR2> what is CREC?",
        "<!here> what is CREC?",
        "<!subteam^SAZ94GDB8> what is CREC?",
        "thanks!",
        "hello",
        "shall we order pizza for lunch tomorrow?",
        "lol",
        ":tada: :tada:",
        "word " * 300,
    ],
)
def test_slack_thread_message_that_is_not_for_the_bot_gets_no_reply(workspace: Workspace, text: str) -> None:
    asked = workspace.mention("who leads CREC?")
    channel, thread = asked["channel"], asked["ts"]
    workspace.slack.answers(channel)
    before = rows(workspace, f"slack-{channel}-%")
    workspace.write(channel, text, user=fake.BOB, thread=thread)
    workspace.settle()
    assert len(workspace.slack.posted(channel)) == 1
    assert rows(workspace, f"slack-{channel}-%") == before
    # The talk goes on from where it was.
    workspace.write(channel, "and ACES?", user=fake.BOB, thread=thread)
    assert section(workspace.slack.answers(channel, 2)[1]) == stated("leader", "aces")[0]


def test_slack_thread_message_that_mentions_the_bot_and_another_is_answered(workspace: Workspace) -> None:
    asked = workspace.mention("who leads CREC?")
    channel, thread = asked["channel"], asked["ts"]
    workspace.slack.answers(channel)
    workspace.mention(f"thanks! <@{fake.BOB}> see above", channel, thread=thread)
    assert workspace.slack.answers(channel, 2)


def test_slack_channel_message_without_mention_is_dropped_and_never_stored(workspace: Workspace) -> None:
    channel = fake.new_channel()
    root = workspace.write(channel, "who leads CREC, the SECRETWORD?")
    workspace.write(channel, "what is ACES, the SECRETWORD?", thread=root["ts"], user=fake.BOB)
    workspace.write(fake.new_channel("G"), "who leads CREC, the SECRETWORD?")
    workspace.settle()
    assert workspace.slack.posted(channel) == []
    with sqlite3.connect(workspace.bot._variables["ASK_RESC_DATABASE"]) as database:
        dump = "\n".join(database.iterdump())
    assert channel not in dump and "SECRETWORD" not in dump
    assert "SECRETWORD" not in workspace.bot.log.read_text()


def test_slack_mention_in_a_private_channel_and_by_message_event(workspace: Workspace) -> None:
    channel = fake.new_channel("G")
    workspace.write(channel, f"<@{fake.BOT_USER}> who leads CES?")
    assert section(workspace.slack.answers(channel)[0]) == stated("leader", "ces")[0]


def test_slack_mention_that_arrives_twice_under_two_ids_is_answered_once(workspace: Workspace) -> None:
    channel, ts = fake.new_channel(), fake.new_ts()
    workspace.mention("who leads CES?", channel, ts=ts)
    workspace.write(channel, f"<@{fake.BOT_USER}> who leads CES?", ts=ts)
    workspace.settle()
    assert len(workspace.slack.answers(channel)) == 1


# Direct messages and the agent surface


def test_slack_direct_messages_are_always_answered(workspace: Workspace) -> None:
    channel = fake.new_channel("D")
    texts = ["who leads EASTCONN?", "and ACES?", "thanks", "pizza?", f"what is CREC, <@{fake.BOB}>?", "/restart", "?!"]
    asked = []
    for number, text in enumerate(texts, 1):
        asked.append(workspace.write(channel, text))
        workspace.slack.answers(channel, number)
    posts = workspace.slack.answers(channel, len(texts))
    assert [post["thread_ts"] for post in posts] == [message["ts"] for message in asked]
    assert section(posts[0]) == stated("leader", "eastconn")[0]
    assert section(posts[1]) == stated("leader", "aces")[0]  # a direct message is one conversation
    assert stated("definition", "crec")[0] in posts[4]["text"]
    assert "can't read that" in posts[5]["text"]


def test_slack_direct_message_with_a_file_alone_is_answered(workspace: Workspace) -> None:
    channel = fake.new_channel("D")
    workspace.write(channel, "", subtype="file_share", files=[{"id": "F1", "name": "a.pdf"}])
    assert workspace.slack.answers(channel)


def test_slack_longest_direct_message_is_answered(workspace: Workspace) -> None:
    channel, text = fake.new_channel("D"), "\N{WAVING HAND SIGN} who?" * 5714
    element = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    workspace.write(channel, text, blocks=[{"type": "rich_text", "elements": [element]}])
    assert "can't read that" in workspace.slack.answers(channel)[0]["text"]


def test_slack_status_is_shown_before_the_answer(workspace: Workspace) -> None:
    asked = workspace.write(fake.new_channel("D"), "who leads CREC?")
    workspace.slack.answers(asked["channel"])
    methods = [
        call.method
        for call in workspace.slack.calls
        if asked["channel"] in (call.arguments.get("channel"), call.arguments.get("channel_id"))
    ]
    assert methods == ["assistant.threads.setStatus", "chat.postMessage"]
    [status] = workspace.slack.of("assistant.threads.setStatus", asked["channel"])
    assert status["thread_ts"] == asked["ts"] and status["status"]


def test_slack_messages_tab_gets_suggested_prompts(workspace: Workspace) -> None:
    channel = fake.new_channel("D")
    assert workspace.deliver(fake.home_opened(channel)).status == 200
    fake.wait_for(lambda: workspace.slack.of("assistant.threads.setSuggestedPrompts", channel), "prompts")
    [prompts] = workspace.slack.of("assistant.threads.setSuggestedPrompts", channel)
    starters = list(facts().current().starters)
    assert [prompt["message"] for prompt in prompts["prompts"]] == starters[:4]


def test_slack_home_tab_gets_nothing(workspace: Workspace) -> None:
    channel = fake.new_channel("D")
    assert workspace.deliver(fake.home_opened(channel, "home")).status == 200
    workspace.settle()
    assert workspace.slack.of("assistant.threads.setSuggestedPrompts", channel) == []


def test_slack_works_without_the_agent_surface(workspace: Workspace) -> None:
    for method in ("assistant.threads.setStatus", "assistant.threads.setSuggestedPrompts"):
        workspace.slack.trouble(method, 1, 200, error="missing_scope")
    channel = fake.new_channel("D")
    workspace.deliver(fake.home_opened(channel))
    workspace.write(channel, "who leads CREC?")
    assert workspace.slack.answers(channel)


# Slash command


def test_slack_command_is_answered_for_the_asker_alone(workspace: Workspace) -> None:
    channel = fake.new_channel()
    acknowledged = workspace.command("who leads CREC", channel, "command-1")
    assert (acknowledged.status, acknowledged.body) == (200, "")
    [told] = workspace.slack.told("command-1")
    assert told["response_type"] == "ephemeral" and not told["replace_original"]
    assert section(told) == stated("leader", "crec")[0] and "Desi Nesmith" in told["text"]
    assert workspace.slack.posted(channel) == []
    # The same person's next command follows up; another's does not.
    workspace.command("and ACES?", channel, "command-2")
    assert section(workspace.slack.told("command-2")[0]) == stated("leader", "aces")[0]
    workspace.command("and ACES?", channel, "command-3", user=fake.BOB)
    assert stated("leader", "aces")[0] not in workspace.slack.told("command-3")[0]["text"]


def test_slack_command_without_a_question_says_what_can_be_asked(workspace: Workspace) -> None:
    workspace.command("", fake.new_channel(), "command-4")
    assert facts().current().about in workspace.slack.told("command-4")[0]["text"]


def test_slack_suggestion_under_a_command_stays_private(workspace: Workspace) -> None:
    channel = fake.new_channel()
    workspace.command("who leads CREC", channel, "private-1")
    [told] = workspace.slack.told("private-1")
    suggestion = fake.buttons(told, "ask")[0]
    workspace.click(suggestion, told, channel, "private-2", private=True)
    [answer] = workspace.slack.told("private-2")
    assert suggestion["value"] in answer["text"] and answer["response_type"] == "ephemeral"
    workspace.click(fake.buttons(told, "vote")[0], told, channel, "private-3", private=True)
    assert "counted" in workspace.slack.told("private-3")[0]["text"]
    assert workspace.slack.posted(channel) == []


# Clicks and votes


def test_slack_suggestion_is_answered_in_its_thread(workspace: Workspace) -> None:
    asked = workspace.mention("who leads CREC?")
    [post] = workspace.slack.answers(asked["channel"])
    suggestion = fake.buttons(post, "ask")[0]
    assert suggestion["value"] == "What is CREC?"
    assert workspace.click(suggestion, post, asked["channel"], user=fake.BOB).status == 200
    answer = workspace.slack.answers(asked["channel"], 2)[1]
    assert answer["thread_ts"] == asked["ts"] and section(answer) == stated("definition", "crec")[0]
    assert answer["text"].startswith("Question: What is CREC?")
    workspace.write(asked["channel"], "and ACES?", thread=asked["ts"])
    assert section(workspace.slack.answers(asked["channel"], 3)[2]) == stated("definition", "aces")[0]


@pytest.mark.parametrize("kind, text", [("C", "who leads CREC?"), ("D", "what's the address of CREC?")])
def test_slack_votes_are_kept_with_answer_kind_and_channel(workspace: Workspace, kind: str, text: str) -> None:
    channel = fake.new_channel(kind)
    asked = workspace.write(channel, f"<@{fake.BOT_USER}> {text}")
    [post] = workspace.slack.answers(channel)
    helpful, unhelpful = fake.buttons(post, "vote")
    for user, button in ((fake.ANN, helpful), (fake.BOB, unhelpful), (fake.ANN, unhelpful)):
        key = f"vote-{channel}-{user}"
        before = len([k for k, _ in workspace.slack.private if k == key])
        assert workspace.click(button, post, channel, key, user=user).status == 200
        told = workspace.slack.told(key, before + 1)[-1]
        assert told["response_type"] == "ephemeral" and not told["replace_original"] and "counted" in told["text"]
    with sqlite3.connect(workspace.bot._variables["ASK_RESC_DATABASE"]) as database:
        votes = database.execute(
            "SELECT answer_id, visitor, channel, kind, helpful FROM votes WHERE sender_id LIKE ? ORDER BY visitor",
            (f"slack-{channel}%",),
        ).fetchall()
    answer_id = helpful["value"].split()[1]
    answered = "answered" if kind == "C" else "no_fact"
    people = sorted(f"slack-{user}" for user in (fake.ANN, fake.BOB))
    assert votes == [(answer_id, visitor, "slack", answered, 0) for visitor in people]
    assert asked["ts"]


def test_slack_vote_on_what_was_not_said_does_not_count(workspace: Workspace) -> None:
    asked = workspace.mention("who leads CREC?")
    [post] = workspace.slack.answers(asked["channel"])
    forged = {**fake.buttons(post, "vote")[0], "value": "helpful " + "0" * 32}
    workspace.click(forged, post, asked["channel"], "forged")
    assert "could not" in workspace.slack.told("forged")[0]["text"]


def test_slack_small_talk_is_not_voted_on(workspace: Workspace) -> None:
    asked = workspace.mention("hello")
    [post] = workspace.slack.answers(asked["channel"])
    assert fake.buttons(post, "vote") == [] and fake.buttons(post, "ask")


# Words


@pytest.mark.parametrize(
    "text",
    [
        "*who* leads <https://www.crec.org|CREC>? :thinking_face:",
        "who\u2019s the _head_ of \u201cCREC\u201d? :wave::skin-tone-3:",
        "&gt; who leads `CREC`?",
        "<#C024BE7LR|general> who leads ~CREC~ *CREC*?",
    ],
)
def test_slack_markup_is_cleaned_before_understanding(workspace: Workspace, text: str) -> None:
    asked = workspace.mention(text)
    assert section(workspace.slack.answers(asked["channel"])[0]) == stated("leader", "crec")[0]


def test_slack_names_of_the_asker_are_escaped_on_the_way_out(workspace: Workspace) -> None:
    asked = workspace.mention("what is the phone number of *crec* &lt;!channel&gt; &amp;co?")
    [post] = workspace.slack.answers(asked["channel"])
    said = post["text"] + str(post["blocks"])
    assert "<!channel>" not in said
    stored = str(rows(workspace, f"slack-{asked['channel']}-%"))
    assert "what is the phone number of crec <!channel> &co?" in stored


def test_slack_users_are_not_named_in_what_is_kept(workspace: Workspace) -> None:
    asked = workspace.mention(f"who leads CREC? asks <@{fake.BOB}>, mail <mailto:bob@example.org|bob@example.org>")
    workspace.slack.answers(asked["channel"])
    stored = str(rows(workspace, f"slack-{asked['channel']}-%"))
    assert stored != "[]"
    assert fake.BOB not in stored and fake.ANN not in stored and "bob@" not in stored and "[email]" in stored
