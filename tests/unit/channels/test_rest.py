"""Rasa's REST channel as documented, behind the intake; served for real on a loopback port."""

from __future__ import annotations

import itertools
import json
import socket
from types import SimpleNamespace
from typing import Any, AsyncIterator, Dict, List, Tuple

import aiohttp
import pytest
import pytest_asyncio
from rasa.core.channels.channel import UserMessage, register
from rasa.core.channels.rest import RestInput
from rasa.core.run import create_http_input_channels
from ruamel.yaml import YAML
from sanic import Sanic

from ask_resc.channels.rest import RestChannel
from ask_resc.runtime.actions_inside import ActionsInside
from ask_resc.settings import PROJECT

numbers = itertools.count()
PARTS = {
    "id": "1",
    "kind": "answered",
    "answer": "A.",
    "notices": [{"text": "N."}],
    "sources": [{"title": "S"}],
}
BUTTONS = [{"title": "Who?", "payload": "Who?"}]


class Agent(SimpleNamespace):
    """In the place of Rasa's agent: notes each message and gives a reply with all its parts."""

    def __init__(self) -> None:
        super().__init__(action_endpoint=None, processor=None)
        self.messages: List[UserMessage] = []

    async def handle_message(self, message: UserMessage) -> None:
        self.messages.append(message)
        said = {"text": "A.\n\nNote: N.", "buttons": BUTTONS, "reply": PARTS}
        await message.output_channel.send_response(message.sender_id, said)


class Served:
    """The channel at an address."""

    def __init__(self, address: str, app: Sanic, agent: Agent) -> None:
        self.address, self.app, self.agent = address, app, agent

    async def post(self, body: Any) -> Tuple[int, Any]:
        """Status and JSON of the answer to ``body``: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        address = f"{self.address}/webhook"
        async with aiohttp.ClientSession() as session, session.post(address, data=data) as answer:
            assert answer.content_type == "application/json"
            return answer.status, await answer.json()


@pytest_asyncio.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    monkeypatch.setattr(Sanic, "test_mode", True)  # else it starts one app a process
    app = Sanic(f"test_rest_{next(numbers)}")
    app.ctx.agent = agent = Agent()
    register([RestChannel()], app, route="/webhooks/")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server: Any = await app.create_server(sock=free, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.before_start()
        await server.after_start()
        await server.start_serving()
        yield Served(f"http://127.0.0.1:{free.getsockname()[1]}/webhooks/rest", app, agent)
        server.close()
        await server.wait_closed()


async def test_rest_says_that_it_is_there(served: Served):
    async with aiohttp.ClientSession() as session, session.get(f"{served.address}/") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "ok"})


async def test_rest_answers_as_rasa_documents_with_the_parts_under_custom(served: Served):
    status, messages = await served.post({"sender": "me", "message": "who leads CREC?"})
    text = "A.\n\nNote: N."
    assert (status, messages) == (
        200,
        [{"recipient_id": "me", "text": text, "buttons": BUTTONS, "custom": PARTS}],
    )


async def test_rest_hands_on_conversation_text_and_metadata(served: Served):
    await served.post({"sender": "me", "message": "who leads CREC?", "metadata": {"page": "/about"}})
    [message] = served.agent.messages
    assert (message.sender_id, message.text, message.input_channel) == ("me", "who leads CREC?", "rest")
    assert message.metadata == {"page": "/about"}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[1, 2", b"nonsense", b"sender=me&message=hi", b"\xff\xfe\x00", b'{"message": "\xff"}',
        b"\x00" * 100, b"[" * 20_000, [], ["message"], "message", 5, None, True,
    ],
    ids=lambda body: ascii(body)[:20],
)  # fmt: skip
async def test_rest_refuses_what_is_no_json_object_in_json(served: Served, body: Any):
    status, answer = await served.post(body)
    assert (status, list(answer)) == (400, ["error"])
    assert isinstance(answer["error"], str)
    assert served.agent.messages == []


@pytest.mark.parametrize(
    "message",
    [None, "", "  ", 5, [], {}, "/restart", "\u200b/restart", "x" * 1001, "x" * 60_000],
    ids=lambda m: ascii(m)[:20],
)
async def test_rest_refuses_what_is_no_question_in_words(served: Served, message: Any):
    status, [answer] = await served.post({"sender": "me", "message": message})
    assert (status, answer["custom"]["kind"], answer["recipient_id"]) == (200, "refused", "me")
    assert answer["text"] and set(answer["custom"]) == set(PARTS) and "buttons" not in answer
    assert served.agent.messages == []


async def test_rest_message_without_a_text_is_refused(served: Served):
    status, [answer] = await served.post({"sender": "me"})
    assert (status, answer["custom"]["kind"]) == (200, "refused")


@pytest.mark.parametrize("body", [{}, {"sender": None}, {"sender": ""}, {"sender": 0}, {"sender": []}], ids=str)
async def test_rest_each_message_without_a_sender_gets_a_conversation_of_its_own(served: Served, body: Dict[str, Any]):
    answers = [(await served.post({**body, "message": "hi"}))[1][0] for _ in range(3)]
    senders = {message.sender_id for message in served.agent.messages}
    assert len(senders) == 3
    assert senders == {answer["recipient_id"] for answer in answers}
    assert not senders & {"default", "None", ""}


@pytest.mark.parametrize(
    "sender",
    [7, ["a"], {"a": 1}, "x" * 10_000, "' OR 1=1 --", "\u0000é\U0001f914"],
    ids=lambda s: ascii(s)[:20],
)
async def test_rest_takes_any_sender_and_keeps_it_short(served: Served, sender: Any):
    for _ in range(2):
        status, _answer = await served.post({"sender": sender, "message": "hi"})
        assert status == 200
    first, second = (message.sender_id for message in served.agent.messages)
    assert first == second
    assert 0 < len(first) <= 255


@pytest.mark.parametrize("metadata", [5, "x", [1], None])
async def test_rest_metadata_that_is_no_object_is_left_out(served: Served, metadata: Any):
    await served.post({"sender": "me", "message": "hi", "metadata": metadata})
    assert not served.agent.messages[0].metadata


async def test_rest_has_the_bot_run_its_actions_itself(served: Served):
    assert isinstance(served.agent.action_endpoint, ActionsInside)


def credentials() -> Dict[str, Any]:
    return YAML(typ="safe").load((PROJECT / "credentials.yml").read_text(encoding="utf-8"))


def test_rest_takes_the_name_and_the_place_of_rasas_channel():
    assert RestChannel.name() == RestChannel().name() == "rest"
    assert RestChannel().url_prefix() == RestInput().url_prefix()


def test_rest_no_key_of_credentials_opens_a_channel_past_the_intake():
    assert not {"rest", "slack", "callback", "socketio", "cmdline"} & set(credentials())
    assert all(key.startswith("ask_resc.channels.") for key in credentials())


def test_rest_is_the_channel_that_credentials_open():
    channels = create_http_input_channels(None, str(PROJECT / "credentials.yml"))
    assert [type(channel) for channel in channels if channel.name() == "rest"] == [RestChannel]
