"""The real bot over REST: what it knows, what it follows up, what it declines, and what it keeps."""

from __future__ import annotations

import http.client
import json
import sqlite3
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from ask_resc.answers import in_words
from ask_resc.facts.live import facts as live_facts
from ask_resc.serving import Bot
from ask_resc.settings import PROJECT
from tests.live.talk import FACTS, Talk, recites, stated

CENTERS = {key: FACTS.subjects[key].name for key in FACTS.of_kind("center")}
LEADERS = {key: FACTS.leader_of(key) for key in CENTERS}


@pytest.fixture
def talk(bot: Bot) -> Talk:
    return Talk(bot)


# What it knows


def cells() -> Iterator[Tuple[str, str]]:
    """Subject and aspect of every cell that the facts have a question for."""
    return ((s, a) for s in FACTS.subjects for a in FACTS.aspects if in_words(a, s, FACTS))


@pytest.mark.parametrize(("subject", "aspect"), [cell for cell in cells() if FACTS.answer(*cell)])
def test_answers_live_filled_cell_is_answered_in_the_words_of_its_button(talk: Talk, subject: str, aspect: str):
    [reply] = talk.ask(in_words(aspect, subject, FACTS) or "")
    assert reply["custom"]["kind"] == "answered"
    assert [reply["custom"]["answer"]] == stated(aspect, subject)
    assert reply["custom"]["sources"]
    assert reply["text"].startswith(reply["custom"]["answer"])


@pytest.mark.parametrize(("subject", "aspect"), [cell for cell in cells() if not FACTS.answer(*cell)])
def test_answers_live_empty_cell_is_declined_in_the_words_of_its_button(talk: Talk, subject: str, aspect: str):
    [reply] = talk.ask(in_words(aspect, subject, FACTS) or "")
    assert reply["custom"]["kind"] == "no_fact"
    assert FACTS.aspects[aspect].name in reply["text"]


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("question", ["who leads {}?", "Who is the director of {}", "{}'s boss?", "who runs {} now"])
def test_answers_live_leader_is_known_from_the_center(talk: Talk, center: str, question: str):
    leader = FACTS.subjects[LEADERS[center] or ""]
    [reply] = talk.ask(question.format(CENTERS[center]))
    said = reply["custom"]["answer"]
    assert leader.full_name in said and leader.title and leader.title in said and CENTERS[center] in said
    notices = [leader.notice.text] if leader.notice else []
    assert [notice["text"] for notice in reply["custom"]["notices"]] == notices


@pytest.mark.parametrize("center", CENTERS)
@pytest.mark.parametrize("question", ["who is {}?", "which center does {} lead?", "what is {}'s title?", "{}"])
def test_answers_live_center_is_known_from_the_leader(talk: Talk, center: str, question: str):
    leader = FACTS.subjects[LEADERS[center] or ""]
    [reply] = talk.ask(question.format(leader.name))
    assert leader.full_name in reply["custom"]["answer"] and CENTERS[center] in reply["custom"]["answer"]


# What it follows up


@pytest.mark.parametrize(
    "turns",
    [
        [
            ("who leads CREC?", "leader", "crec"),
            ("and ACES?", "leader", "aces"),
            ("what about LEARN", "leader", "learn"),
        ],
        [("what is the Accord?", "definition", "accord"), ("when was that?", "founding", "accord")],
        [("who is Kate Ericson?", "person", "ericson"), ("which one does she run?", "leads", "ericson")],
        [("who leads CREC?", "leader", "crec"), ("no, I meant CES", "leader", "ces")],
        [("who leads CREC?", "leader", "crec"), ("say that again", "leader", "crec")],
        [
            ("who leads CREC?", "leader", "crec"),
            ("no, I meant CES", "leader", "ces"),
            ("say that again", "leader", "ces"),
            ("and EASTCONN?", "leader", "eastconn"),
        ],
        [("what is the Alliance?", "definition", "alliance"), ("who formed it?", "founder", "alliance")],
        [
            ("when was the Alliance formed?", "founding", "alliance"),
            ("and the Accord?", "founding", "accord"),
        ],
        [("what is CREC?", "definition", "crec"), ("who leads it?", "leader", "crec")],
        [("who leads CREC?", "leader", "crec"), ("and the others?", "leader", "resc")],
        [("who leads CREC?", "leader", "crec"), ("thank you", None, None), ("and ACES?", "leader", "aces")],
    ],
    ids=lambda turns: " / ".join(text for text, *_ in turns),
)
def test_answers_live_follow_up(talk: Talk, turns: List[Tuple[str, Any, Any]]):
    for text, aspect, subject in turns:
        said = talk.answers(text)
        assert aspect is None or said == stated(aspect, subject), text


def test_answers_live_nothing_to_repeat_is_asked_back(talk: Talk):
    [reply] = talk.ask("say that again")
    assert reply["custom"]["kind"] == "asked_back"
    assert 2 <= len(reply["buttons"]) <= 3


def test_answers_live_wrong_claim_is_corrected(talk: Talk):
    [reply] = talk.ask("is Kitching the head of CREC?")
    assert reply["custom"]["kind"] == "corrected"
    assert [reply["custom"]["answer"]] == stated("leader", "crec", claimed_leader="kitching")


def test_answers_live_right_claim_is_confirmed(talk: Talk):
    [reply] = talk.ask("is Florio the head of CREC?")
    assert (reply["custom"]["kind"], [reply["custom"]["answer"]]) == ("answered", stated("leader", "crec"))


@pytest.mark.parametrize(
    ("question", "leader"),
    [("is Desi Nesmith the head of CREC?", "florio"), ("who is Jonathan Costa?", "kitching")],
)
def test_answers_live_person_of_a_notice_gets_the_pages_fact_and_the_notice(talk: Talk, question: str, leader: str):
    subject = FACTS.subjects[leader]
    assert subject.notice is not None
    [reply] = talk.ask(question)
    assert reply["custom"]["kind"] in ("answered", "corrected")
    assert subject.full_name in reply["custom"]["answer"]
    assert [notice["text"] for notice in reply["custom"]["notices"]] == [subject.notice.text]
    assert reply["custom"]["notices"][0]["source"]["address"] == FACTS.sources[subject.notice.source].address
    assert subject.notice.text in reply["text"]


def test_answers_live_two_names_in_one_question_are_one_reply(talk: Talk):
    assert talk.answers("who leads CREC and ACES?") == stated("leader", "crec", "aces")


def test_answers_live_two_questions_are_two_replies_with_ids_of_their_own_and_buttons_under_the_last(
    talk: Talk,
):
    first, second = talk.ask("who leads CREC and when was the Alliance formed?")
    assert [first["custom"]["answer"]] == stated("leader", "crec")
    assert [second["custom"]["answer"]] == stated("founding", "alliance")
    assert first["custom"]["id"] != second["custom"]["id"]
    assert not first.get("buttons")
    assert second["buttons"]


def test_answers_live_button_is_answered_like_typed(talk: Talk, bot: Bot):
    [reply] = talk.ask("what is the Alliance?")
    for button in reply["buttons"]:
        assert button["payload"] == button["title"]
        [answer] = Talk(bot).ask(button["payload"])
        assert answer["custom"]["kind"] == "answered"


# What it declines

UNANSWERABLE = [
    # Somebody or something it knows, and a topic it does not
    "What is CREC's address?",
    "What's the phone number of LEARN?",
    "When was ACES founded?",
    "How much does the director of CES earn?",
    "Who led EASTCONN before Eric Protulis?",
    "Who will succeed Kate Ericson?",
    "How old is Dr. Florio?",
    "Is Thomas Danehy married?",
    "Where did Charles Dumais go to college?",
    "Who signed the Accord?",
    "On which day in July was the Accord made?",
    "In which year exactly was the Alliance formed?",
    "Can you read me the full text of the Accord?",
    "What are EdAdvance's opening hours?",
    "How many people work at CREC?",
    "Which towns does LEARN serve?",
    "How do I enroll my child at a CREC school?",
    "Are there any job openings at ACES?",
    "What is the annual budget of EASTCONN?",
    "How do you pronounce Protulis?",
    "What's the website of the Alliance?",
    "How much does ACES charge for a workshop?",
    "Which RESC is closest to Bridgeport?",
    "Which center is better, CREC or CES?",
    "Who chairs the board of CREC?",
    "When is the next meeting of the Alliance?",
    "What does Kate Ericson do on weekends?",
    "How long has Jeffrey Kitching been in office?",
    # Others
    "Who is the governor of Connecticut?",
    "Who leads BOCES?",
    "What is the Paris Accord?",
    "Who is Mary Florio?",
    "Who is Dr. Smith?",
    # Something else
    "What's the weather in Hartford tomorrow?",
    "Who won the World Cup in 2022?",
    "Can you write me a poem about spring?",
    "What is 17 times 23?",
    "How do I bake sourdough bread?",
    "What's the capital of France?",
    "Where can I get my car repaired?",
]


def test_answers_live_there_are_forty_unanswerable_questions():
    assert len(set(UNANSWERABLE)) >= 40


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_answers_live_unanswerable_question_is_declined_without_a_fact(talk: Talk, question: str):
    replies = talk.ask(question)
    for reply in replies:
        assert reply["text"].startswith("I don't have "), reply["text"]
        assert reply["custom"]["answer"] == "" and reply["custom"]["sources"] == []
        assert recites(reply["text"], question) == []
    assert len(replies) == 1


def test_answers_live_decline_in_the_middle_is_followed_up_as_asked(talk: Talk):
    talk.ask("who leads CREC?")
    [decline] = talk.ask("what is the phone number of CREC?")
    assert decline["custom"]["kind"] == "no_fact"
    assert talk.kinds("and of ACES?") == ["no_fact"]
    assert talk.answers("who leads it?") == stated("leader", "aces")


# A reply always

ODD = [
    "", " ", "\n", "?", "!!!", "...", "🙂", "a", "ok", "hm", "asdfghjkl", "CREC CREC CREC", "/restart",
    " /restart",
    "\u200b/restart", "x" * 1001, "why " * 200, "\x00\x01", "{center}", "{subject} {leader}", "${PATH}",
    "%s%n", "null",
    "<script>alert(1)</script>", "'; DROP TABLE events; --", "谁领导CREC？", "¿quién dirige CREC?",
    "who\nleads\nCREC",
    "[CREC](subject)", "10-66a", "1972", "he", "it", "and?", "no", "yes", "EXTERNAL: greet", "/greet",
]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text)[:25])
def test_answers_live_odd_message_gets_a_reply(talk: Talk, text: str):
    replies = talk.ask(text)
    assert replies
    assert all(reply["text"].strip() and reply["custom"]["kind"] != "failed" for reply in replies)
    assert not any(set("{}") & set(reply["text"]) for reply in replies)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=300))
def test_answers_live_any_message_gets_a_reply(bot: Bot, text: str):
    replies = Talk(bot).ask(text)
    assert replies
    assert all(reply["text"].strip() and reply["custom"]["kind"] != "failed" for reply in replies)


# What it keeps, and in which order


def stored(bot: Bot, sender: str) -> List[Tuple[str, Any]]:
    """Type and data of every event of a conversation, in order."""
    with sqlite3.connect(f"file:{Path(bot.log).parent / 'conversations.db'}?mode=ro", uri=True) as database:
        rows = database.execute("SELECT type_name, data FROM events WHERE sender_id = ? ORDER BY id", [sender])
        return [(kind, json.loads(data)) for kind, data in rows]


def texts(bot: Bot, sender: str, kind: str) -> List[str]:
    return [data["text"] for type_name, data in stored(bot, sender) if type_name == kind]


def test_answers_live_hundred_turns_of_a_conversation_are_all_kept(talk: Talk, bot: Bot):
    names = list(CENTERS.values())
    asked = [f"number {n}: who leads {names[n % len(names)]}?" for n in range(100)]
    said = [reply["text"] for text in asked for reply in talk.ask(text)]
    assert texts(bot, talk.sender, "user") == asked
    assert texts(bot, talk.sender, "bot") == said
    assert len(said) >= 100


def test_answers_live_messages_at_once_are_answered_in_order(talk: Talk, bot: Bot):
    keys = [*CENTERS, *CENTERS][:10]
    # Out of order, the first would have nothing to follow up.
    asked = ["who leads CES?", *(f"and {CENTERS[key]}?" for key in keys[1:])]
    assert keys[0] == "ces"
    began = time.monotonic()
    connections = []
    for text in asked:
        connection = http.client.HTTPConnection("127.0.0.1", bot.port, timeout=30)
        connection.request("POST", "/webhooks/rest/webhook", json.dumps({"sender": talk.sender, "message": text}))
        connections.append(connection)
        time.sleep(0.005)  # sent before any is answered, and arriving one after the other
    replies = [json.loads(connection.getresponse().read()) for connection in connections]
    took = time.monotonic() - began
    for connection in connections:
        connection.close()
    assert texts(bot, talk.sender, "user") == asked
    assert [[r["custom"]["answer"] for r in reply] for reply in replies] == [stated("leader", key) for key in keys]
    assert took < 4


# Conversations in files


def conversations() -> Iterator[Any]:
    for path in sorted((PROJECT / "tests" / "conversations").glob("test_*.yml")):
        for story in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["stories"]:
            if all("user" in step for step in story["steps"] if "intent" in step):
                yield pytest.param(story["steps"], id=f"{path.stem}: {story['story']}")


def plain(text: str) -> str:
    """A text of a test story without the marks around names."""
    start, _, rest = text.partition("[")
    if not rest:
        return text.strip()
    name, _, rest = rest.partition("]")
    return plain(f"{start}{name}{rest.partition('}')[2]}")


@pytest.mark.parametrize("steps", conversations())
def test_answers_live_conversation_in_a_file_sets_the_slots_it_names(talk: Talk, bot: Bot, steps: List[Dict[str, Any]]):
    """Rasa's own test runs no action, so it takes the slots of a test story on trust."""
    slots: Dict[str, Any] = {}
    for step in steps:
        if "user" in step:
            talk.ask(plain(step["user"]))
            events = stored(bot, talk.sender)
            slots = {data["name"]: data["value"] for kind, data in events if kind == "slot"}
        for named in step.get("slot_was_set", ()):
            assert named.items() <= slots.items()
    last = [data["name"] for kind, data in stored(bot, talk.sender) if kind == "action"]
    acts = [step["action"] for step in steps if "action" in step]
    assert [name for name in last if name.startswith("action_a")] == acts


# Edits while it runs


def test_answers_live_edit_of_the_facts_is_answered_from_at_the_next_message(
    model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    facts = tmp_path / "facts.yml"
    text = Path(live_facts().path).read_text(encoding="utf-8")
    facts.write_text(text, encoding="utf-8")
    database = str(tmp_path / "conversations.db")
    bot = Bot(tmp_path / "bot.log", {"ASK_RESC_DATABASE": database, "ASK_RESC_FACTS": str(facts)})
    bot.start()
    try:
        talk = Talk(bot)
        assert talk.answers("who leads ACES?") == stated("leader", "aces")

        leader, alias = "name: Thomas Danehy", "name: ACES\n"
        assert text.count(leader) == text.count(alias) == 1
        edited = text.replace(leader, "name: Ada Quillfeather").replace(
            alias, f"{alias}    aliases: [Quillmont Cooperative]\n"
        )
        facts.write_text(edited, encoding="utf-8")
        assert "Ada Quillfeather" in talk.answers("who leads ACES?")[0]
        assert "Ada Quillfeather" in talk.answers("who leads the Quillmont Cooperative?")[0]
        assert "ACES" in talk.answers("who is Quillfeather?")[0]
        assert "Danehy" not in talk.answers("who is Thomas Danehy?")[0]

        facts.write_text(edited.replace("Ada Quillfeather", "Bob Other").replace("kind: center", "kind: [", 1))
        assert "Ada Quillfeather" in talk.answers("who leads ACES?")[0]
        facts.unlink()
        assert "Ada Quillfeather" in talk.answers("who leads ACES?")[0]
        facts.write_text(text, encoding="utf-8")
        assert talk.answers("who leads ACES?") == stated("leader", "aces")
    finally:
        bot.stop()
