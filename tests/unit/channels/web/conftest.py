from __future__ import annotations

import itertools
import json
import socket
from types import SimpleNamespace
from typing import Any, AsyncIterator, Awaitable, Callable, Dict, List, Optional, Tuple

import aiohttp
import pytest
import pytest_asyncio
from rasa.core.channels.channel import UserMessage, register
from sanic import Sanic

from ask_resc.channels.web.input import WebChannel

numbers = itertools.count()
SECRET = "of no use elsewhere, and long enough"
SITE = "https://www.district.example"
NOTICE = {"text": "It changed.", "date": "today", "source": {"title": "S"}}
PARTS = {"id": "a" * 32, "kind": "answered", "answer": "A.", "notices": [NOTICE], "sources": [{"title": "S"}]}
BUTTONS = [{"title": "Who?", "payload": "Who?"}]


class Agent(SimpleNamespace):
    """In the place of Rasa's agent: notes each message and gives a reply with all its parts."""

    def __init__(self) -> None:
        super().__init__(action_endpoint=None, processor=None, tracker_store=None)
        self.messages: List[UserMessage] = []
        self.before: Optional[Callable[[], Awaitable[Any]]] = None

    async def handle_message(self, message: UserMessage) -> None:
        self.messages.append(message)
        if self.before:
            await self.before()
        said = {"text": "Not quite. A. It changed.", "buttons": BUTTONS, "reply": PARTS}
        await message.output_channel.send_response(message.sender_id, said)


class Served:
    """The channel at an address."""

    def __init__(self, address: str, app: Sanic, agent: Agent) -> None:
        self.address, self.app, self.agent = address, app, agent

    async def request(self, method: str, path: str, **options: Any) -> Tuple[int, Any, bytes]:
        """Status, headers and body."""
        plain = aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"])
        async with plain as session, session.request(method, self.address + path, **options) as answer:
            return answer.status, answer.headers, await answer.read()

    async def post(self, what: str, body: Any, origin: Optional[str] = None, **headers: str) -> Tuple[int, Any]:
        """Status and JSON of the answer to ``body``: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if origin:
            headers["Origin"] = origin
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, answer = await self.request("POST", f"/webhooks/web/{what}", data=data, headers=headers)
        return status, json.loads(answer)

    async def begin(self, **body: Any) -> str:
        """The token of a new session."""
        return str((await self.post("session", body))[1]["session"])


Serve = Callable[..., Awaitable[Served]]


@pytest_asyncio.fixture
async def serve(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Serve]:
    monkeypatch.setenv("ASK_RESC_SECRET", SECRET)
    monkeypatch.setattr(Sanic, "test_mode", True)  # else it starts one app a process
    servers: List[Any] = []

    async def serve(**credentials: Any) -> Served:
        app = Sanic(f"test_web_{next(numbers)}")
        app.ctx.agent = agent = Agent()
        register([WebChannel.from_credentials(credentials)], app, route="/webhooks/")
        free = socket.socket()
        free.bind(("127.0.0.1", 0))
        server: Any = await app.create_server(sock=free, return_asyncio_server=True, access_log=False)
        for step in (server.startup, server.before_start, server.after_start, server.start_serving):
            await step()
        servers.append(server)
        return Served(f"http://127.0.0.1:{free.getsockname()[1]}", app, agent)

    yield serve
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest_asyncio.fixture
async def served(serve: Serve) -> Served:
    return await serve(origins=[SITE])


def message(session: str, **more: Any) -> Dict[str, Any]:
    return {"session": session, "id": "0" * 16, "text": "who leads CREC?", **more}
