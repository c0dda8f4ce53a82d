"""The chat's requests, served for real on a loopback port."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.run import create_http_input_channels
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sanic import Sanic

from ask_resc import errors
from ask_resc.channels.web import input as web
from ask_resc.channels.web import sessions
from ask_resc.channels.web.input import WebChannel
from ask_resc.facts.live import facts
from ask_resc.settings import PROJECT
from ask_resc.storage.tracker_store import ShortMemoryTrackerStore
from tests.unit.channels.web.conftest import BUTTONS, NOTICE, PARTS, SITE, Serve, Served, message


def test_input_is_opened_by_the_shipped_credentials(monkeypatch: pytest.MonkeyPatch):
    for file, names in (("credentials.yml", {"rest", "web", "slack"}), ("deploy/credentials.yml", {"web", "slack"})):
        channels = create_http_input_channels(None, str(PROJECT / file))
        assert {channel.name() for channel in channels} == names
        [channel] = [c for c in channels if isinstance(c, WebChannel)]
        assert channel._origins.allowed == ()


@pytest.mark.parametrize(
    "credentials",
    [{"origin": []}, {"origins": "https://a.example"}, {"origins": ["a.example"]}, {"origins": ["https://a.example/x"]},
     {"origins": ["*"]}, {"origins": [5]}, {"proxies": ["nobody"]}, {"proxies": 5}],
    ids=str,
)  # fmt: skip
def test_input_says_what_it_does_not_understand_in_credentials(credentials: Any):
    with pytest.raises(RasaException, match="credentials.yml"):
        WebChannel.from_credentials(credentials)


def test_input_without_a_secret_is_off_and_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, caplog: Any):
    monkeypatch.delenv("ASK_RESC_SECRET", raising=False)
    monkeypatch.setattr(sessions, "FILE", tmp_path / "secret")
    blueprint = WebChannel().blueprint(lambda _: None)  # type: ignore[arg-type, return-value]
    assert not blueprint._future_routes
    assert [record.message for record in caplog.records if record.levelno == logging.WARNING] == [
        errors.WEB_WITHOUT_SECRET
    ]


def test_input_refuses_a_secret_that_can_be_guessed(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ASK_RESC_SECRET", "short")
    with pytest.raises(RasaException, match="32"):
        WebChannel().blueprint(lambda _: None)  # type: ignore[arg-type, return-value]


async def test_input_begins_with_greeting_and_questions(served: Served):
    status, begun = await served.post("session", {})
    current = facts().current()
    assert status == 200
    assert begun["suggestions"] == list(current.starters[:3])
    assert "automated assistant" in begun["greeting"] and current.about in begun["greeting"]
    assert (begun["contact"], begun["subject_unknown"], begun["max_length"]) == (None, False, 1000)


@pytest.mark.parametrize("subject", ["CREC", "crec", " Crec "])
async def test_input_begins_with_questions_about_the_site(served: Served, subject: str):
    _, begun = await served.post("session", {"subject": subject})
    assert begun["suggestions"][0] == "What is CREC?"
    assert not begun["subject_unknown"]


@pytest.mark.parametrize("subject", ["nobody", "x" * 5000])
async def test_input_says_that_a_site_is_unknown(served: Served, subject: str):
    status, begun = await served.post("session", {"subject": subject})
    assert (status, begun["subject_unknown"]) == (200, True)


@pytest.mark.parametrize("subject", [5, None, [], {}, ""])
async def test_input_takes_no_subject_for_none(served: Served, subject: Any):
    status, begun = await served.post("session", {"subject": subject})
    assert status == 200 and begun["suggestions"]


async def test_input_a_session_goes_on(served: Served):
    token = await served.begin()
    assert await served.begin(session=token) == token
    assert await served.begin(session=token + "x") != token


async def test_input_asks_the_bot_and_renders_text_and_data(served: Served):
    token = await served.begin()
    status, answer = await served.post("message", message(token, subject="CREC"))
    assert (status, answer) == (
        200,
        {
            "replies": [
                {
                    "id": "a" * 32, "kind": "answered", "text": "Not quite. A.", "notices": [NOTICE],
                    "sources": [{"title": "S"}], "suggestions": ["Who?"],
                }
            ]
        },
    )  # fmt: skip
    [asked] = served.agent.messages
    assert (asked.text, asked.input_channel) == ("who leads CREC?", "web")
    assert asked.metadata == {"message": "0" * 16, "subject": "crec"}
    assert asked.sender_id == sessions.Sessions("of no use elsewhere, and long enough").conversation(token)


@pytest.mark.parametrize("text", [None, "", 5, [], "/restart", "x" * 1001])
async def test_input_refuses_in_words_what_is_no_question(served: Served, text: Any):
    status, answer = await served.post("message", message(await served.begin(), text=text))
    assert (status, answer["replies"][0]["kind"]) == (200, "refused")
    assert served.agent.messages == []


async def test_input_the_same_message_again_is_not_asked_again(served: Served):
    token = await served.begin()
    answers = [await served.post("message", message(token)) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    await served.post("message", message(token, id="1" * 16))
    await served.post("message", message(await served.begin()))
    assert len(served.agent.messages) == 3


async def test_input_an_answer_waits_for_who_lost_the_connection(served: Served):
    token, go_on = await served.begin(), asyncio.Event()
    served.agent.before = go_on.wait
    with pytest.raises(asyncio.TimeoutError):
        await asyncio.wait_for(served.post("message", message(token)), 0.3)
    go_on.set()
    status, answer = await served.post("message", message(token))
    assert (status, answer["replies"][0]["text"]) == (200, "Not quite. A.")
    assert len(served.agent.messages) == 1


async def test_input_what_another_process_answered_is_not_asked_again(serve: Serve, tmp_path: Any):
    store = ShortMemoryTrackerStore(Domain.empty(), f"sqlite:///{tmp_path}/conversations.db")
    first, second = await serve(), await serve()
    first.agent.tracker_store = second.agent.tracker_store = store
    token = await first.begin()
    _, answer = await first.post("message", message(token))
    [asked] = first.agent.messages
    said = {"reply": PARTS}
    turns = [
        UserUttered(asked.text, metadata=asked.metadata),
        BotUttered("Not quite. A. It changed.", {"buttons": BUTTONS}, said),
        UserUttered("and then?", metadata={"message": "1" * 16}),
        BotUttered("B.", metadata={"reply": {**PARTS, "id": "b" * 32}}),
    ]
    await store.save(DialogueStateTracker.from_events(asked.sender_id, turns))
    assert await second.post("message", message(token, again=True)) == (200, answer)
    assert second.agent.messages == []
    await second.post("message", message(token, id="2" * 16, again=True))
    assert len(second.agent.messages) == 1, "what nobody has answered is asked"


async def test_input_remembers_so_many_and_no_more(served: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "MOST_REMEMBERED", 2)
    token = await served.begin()
    for number in "012":
        await served.post("message", message(token, id=number * 16))
    await served.post("message", message(token, id="2" * 16))
    assert len(served.agent.messages) == 3
    await served.post("message", message(token, id="0" * 16))
    assert len(served.agent.messages) == 4


@pytest.mark.parametrize(
    "token",
    [None, "", 5, [], "x", "x.y", ".", "é.é", "x" * 5000,
     sessions.Sessions("the secret of another bot, of its own").new()],
    ids=lambda t: ascii(t)[:20],
)  # fmt: skip
@pytest.mark.parametrize("what", ["message", "vote"])
async def test_input_nobody_reads_or_writes_anothers_conversation(served: Served, what: str, token: Any):
    own = await served.begin()
    body = {**message(token), "answer": "a" * 32, "helpful": True}
    status, answer = await served.post(what, body)
    assert (status, answer["error"]) == (401, "session_unknown")
    mixed = f"{(await served.begin()).split('.')[0]}.{own.split('.')[1]}"
    assert (await served.post(what, {**body, "session": mixed}))[0] == 401
    assert served.agent.messages == []


async def test_input_tokens_are_not_alike(served: Served):
    assert len({await served.begin() for _ in range(20)}) == 20


async def test_input_a_restart_keeps_the_conversation(serve: Serve, served: Served):
    token = await served.begin()
    again = await serve()
    assert (await again.post("message", message(token)))[0] == 200
    await served.post("message", message(token))
    assert again.agent.messages[0].sender_id == served.agent.messages[0].sender_id


@pytest.mark.parametrize("number", [None, 5, "", "x", "0" * 15, "0" * 65, "G" * 16, "' OR 1=1 --"])
async def test_input_refuses_a_message_without_a_proper_id(served: Served, number: Any):
    status, answer = await served.post("message", message(await served.begin(), id=number))
    assert (status, answer["error"]) == (400, "malformed")


@pytest.mark.parametrize("what", ["session", "message", "vote"])
@pytest.mark.parametrize(
    "body", [b"", b"{", b"nonsense", b"\xff\xfe", b"[" * 9000, [], "text", 5, None], ids=lambda b: ascii(b)[:20]
)
async def test_input_refuses_what_is_no_json_object_in_json(served: Served, what: str, body: Any):
    status, answer = await served.post(what, body)
    assert (status, answer["error"]) == (400, "malformed")
    assert answer["message"] == errors.WEB_NOT_JSON


@pytest.mark.parametrize("size", [web.MAX_BODY + 1, 60_000, 200_000_0])
async def test_input_refuses_too_large_a_body_in_json(served: Served, size: int):
    served.app.config.REQUEST_MAX_SIZE = 65536
    status, answer = await served.post("message", b"x" * size)
    assert (status, answer["error"]) == (413, "too_large")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_input_refuses_other_methods_in_json(served: Served, method: str):
    status, _, body = await served.request(method, "/webhooks/web/message")
    assert (status, json.loads(body)["error"]) == (405, "method_not_allowed")


async def test_input_says_that_it_is_there_and_what_is_not(served: Served):
    assert (await served.request("GET", "/webhooks/web/"))[::2] == (200, b'{"status":"ok"}')
    status, answer = await served.post("tracker", {})
    assert (status, answer["error"]) == (404, "not_found")


# Origins


@pytest.mark.parametrize("what", ["session", "message", "vote"])
async def test_input_a_site_that_is_allowed_can_read_the_answer(served: Served, what: str):
    origin = {"Origin": SITE}
    token = await served.begin()
    status, headers, _ = await served.request(
        "POST", f"/webhooks/web/{what}", data=json.dumps(message(token)), headers=origin
    )
    assert headers["Access-Control-Allow-Origin"] in (SITE, "*")
    assert status in (200, 400)
    if status == 200:
        assert headers["Access-Control-Allow-Origin"] == SITE
        assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "http://www.district.example", "https://www.district.example:444", "null",
     "https://www.district.example.evil.example", "https://district.example", ""],
)  # fmt: skip
async def test_input_any_site_can_read_that_it_is_refused(served: Served, origin: str):
    status, headers, body = await served.request("POST", "/webhooks/web/session", data="{}", headers={"Origin": origin})
    answer = json.loads(body)
    assert (status, answer["error"]) == (403, "origin_not_allowed")
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert "“origins”" in answer["message"]


@pytest.mark.parametrize("origin", [SITE, SITE.upper(), f"{SITE}:443"])
async def test_input_an_origin_is_known_in_each_way_to_write_it(served: Served, origin: str):
    assert (await served.post("session", {}, origin))[0] == 200


async def test_input_its_own_pages_may_converse_and_no_others_by_default(serve: Serve):
    served = await serve()
    assert (await served.post("session", {}, served.address))[0] == 200
    assert (await served.post("session", {}, served.address.replace("http", "https")))[0] == 200
    assert (await served.post("session", {}, SITE))[0] == 403
    assert (await served.post("session", {}, "https://bot.example", Host="bot.example"))[0] == 200


async def test_input_the_name_before_a_proxy_counts_only_from_the_proxy(serve: Serve):
    named = {"X_Forwarded_Host": "bot.example"}
    assert (await (await serve()).post("session", {}, "https://bot.example", **named))[0] == 403
    behind = await serve(proxies=["127.0.0.1"])
    assert (await behind.post("session", {}, "https://bot.example", **named))[0] == 200


# Limits


async def test_input_holds_off_who_asks_too_often(served: Served, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "A_MINUTE_PER_SESSION", 20)
    token = await served.begin()
    for _ in range(web.A_MINUTE_PER_SESSION):
        assert (await served.post("message", message(token, id=uuid.uuid4().hex)))[0] == 200
    status, answer = await served.post("message", message(token, id=uuid.uuid4().hex))
    assert (status, answer["error"]) == (429, "too_many")
    assert 0 < answer["retry_after"] <= 60
    assert (await served.post("message", message(await served.begin())))[0] == 200, "others are not held off"


async def test_input_holds_off_an_address_widely(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "A_MINUTE_PER_ADDRESS", 5)
    served = await serve(proxies=["127.0.0.1"])
    for visitor, statuses in (("192.0.2.1", [200] * 5 + [429]), ("192.0.2.2", [200])):
        found = [(await served.post("session", {}, X_Forwarded_For=visitor))[0] for _ in statuses]
        assert found == statuses


async def test_input_who_is_no_proxy_cannot_pretend_to_be_many(serve: Serve, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(web, "A_MINUTE_PER_ADDRESS", 2)
    served = await serve()
    found = [(await served.post("session", {}, X_Forwarded_For=f"192.0.2.{n}"))[0] for n in range(3)]
    assert found == [200, 200, 429]


# Votes


@pytest.fixture
async def voting(served: Served, tmp_path: Any) -> Served:
    served.agent.tracker_store = ShortMemoryTrackerStore(Domain.empty(), f"sqlite:///{tmp_path}/conversations.db")

    async def keep() -> None:
        asked: UserMessage = served.agent.messages[-1]
        reply = BotUttered("A.", metadata={"reply": {"id": "a" * 32, "kind": "answered"}})
        await served.agent.tracker_store.save(DialogueStateTracker.from_events(asked.sender_id, [reply]))

    served.agent.before = keep
    return served


async def test_input_keeps_a_vote_on_an_answer_of_the_conversation(voting: Served):
    token = await voting.begin()
    await voting.post("message", message(token))
    vote = {"session": token, "answer": "a" * 32, "helpful": False}
    assert await voting.post("vote", vote) == (200, {"helpful": False})
    status, answer = await voting.post("vote", {**vote, "session": await voting.begin()})
    assert (status, answer["error"]) == (404, "answer_unknown")


@pytest.mark.parametrize(
    "change", [{"answer": 5}, {"answer": None}, {"helpful": 1}, {"helpful": "yes"}, {"helpful": None}]
)
async def test_input_refuses_what_is_no_vote(voting: Served, change: Any):
    vote = {"session": await voting.begin(), "answer": "a" * 32, "helpful": True, **change}
    status, answer = await voting.post("vote", vote)
    assert (status, answer["error"]) == (400, "malformed")


async def test_input_says_that_a_vote_was_not_kept(voting: Served):
    def fail(*_: Any) -> None:
        raise OSError("the disk is full")

    voting.agent.tracker_store.database._transaction = fail
    vote = {"session": await voting.begin(), "answer": "a" * 32, "helpful": True}
    status, answer = await voting.post("vote", vote)
    assert (status, answer["error"]) == (503, "not_kept")


def test_input_a_prefix_of_the_root_is_what_rasa_joins_to_the_root(monkeypatch: pytest.MonkeyPatch):
    """The seam by which the pages do not stand under ``/webhooks/web``."""
    from rasa.core.channels.channel import register

    monkeypatch.setenv("ASK_RESC_SECRET", "x" * 32)
    monkeypatch.setattr(Sanic, "test_mode", True)
    app = Sanic("test_web_prefix")
    app.ctx = SimpleNamespace()
    register([WebChannel()], app, route="/webhooks/")
    paths = {f"/{route.path}" for route in app.router.routes}
    assert {"/widget/ask-resc.js", "/widget/frame", "/demo", "/privacy", "/webhooks/web/message"} <= paths
