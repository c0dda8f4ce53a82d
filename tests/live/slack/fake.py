"""A Slack of our own on a loopback port: Web API, Socket Mode server and response URLs, recording all it gets.

It sends what Slack sends (signed requests, envelopes) and answers as Slack answers, failures included.
What it sends is written after https://docs.slack.dev/reference; what it gets is held against the limits there.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import threading
import time
from collections import defaultdict
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Optional, Tuple
from urllib.parse import urlencode

import aiohttp
from aiohttp import web

SECRET = "8f742231b10e8888abcd990001185a5f"
BOT_TOKEN, APP_TOKEN = "xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcHrzqqgy", "xapp-1-A123ABC456-1234-abcdef"
BOT_USER, BOT_ID, TEAM, APP = "U0BOT0RESC", "B0BOT0RESC", "T061EG9R6", "A123ABC456"
ANN, BOB = "U061F7AUR", "U214X7QR2"
SCOPES = "app_mentions:read,channels:history,groups:history,im:history,chat:write,commands,assistant:write"
SECONDS = 20.0
"""How long to wait for what should come, on a machine that has other things to do."""

MOST_CONNECTIONS = 60
"""With more than a server has room to accept, the system holds some back for a second, and out of order."""

numbers = itertools.count(1)


@dataclass
class Call:
    """One request that reached us."""

    method: str
    arguments: Dict[str, Any]
    headers: Dict[str, str]
    at: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Response:
    """What the bot answered to a request, and after how many seconds."""

    status: int
    body: str
    seconds: float


class FakeSlack:
    """Runs in a thread of its own between ``start`` and ``stop``."""

    def __init__(self) -> None:
        self.calls: List[Call] = []
        self.private: List[Tuple[str, Dict[str, Any]]] = []
        """What came to response URLs, with the last part of each."""
        self.acknowledged: List[str] = []
        """Ids of envelopes."""
        self.sockets: List[web.WebSocketResponse] = []
        self.scopes = SCOPES
        self.wrong_tokens: Dict[str, str] = {}
        self.troubles: Dict[str, List[Callable[[], Awaitable[web.Response]]]] = defaultdict(list)
        self.refused_blocks: Tuple[str, ...] = ()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.url = ""

    # Between start and stop

    def start(self) -> FakeSlack:
        self._thread.start()
        self.run(self._serve())
        return self

    def stop(self) -> None:
        self.run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def run(self, work: Any) -> Any:
        return self.later(work).result(SECONDS * 3)

    def later(self, work: Any) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    async def _serve(self) -> None:
        app = web.Application()
        app.router.add_post("/api/{method}", self._web_api)
        app.router.add_post("/response/{key}", self._response_url)
        app.router.add_get("/socket", self._socket)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"
        self._client = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS))

    async def _end(self) -> None:
        await self._client.close()
        await self._runner.cleanup()

    # The Web API

    async def _web_api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        if request.content_type == "application/json":
            arguments = json.loads(await request.text() or "{}")
        else:
            arguments = {k: _decoded(v) for k, v in (await request.post()).items()}
        self.calls.append(Call(method, arguments, dict(request.headers)))
        if self.troubles[method]:
            return await self.troubles[method].pop(0)()
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token", "")
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != wanted:
            return web.json_response({"ok": False, "error": self.wrong_tokens.get(token, "invalid_auth")})
        answer: Dict[str, Any] = getattr(self, "_" + method.replace(".", "_"), lambda _: {})(arguments)
        return web.json_response({"ok": True, **answer}, headers={"x-oauth-scopes": self.scopes})

    def _auth_test(self, _: Dict[str, Any]) -> Dict[str, Any]:
        whose = {"team": "Example District", "user": "ask-resc", "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT_ID}
        return {"url": "https://example.slack.com/", **whose, "is_enterprise_install": False}

    def _apps_connections_open(self, _: Dict[str, Any]) -> Dict[str, Any]:
        return {"url": self.url.replace("http", "ws") + "/socket"}

    def _chat_postMessage(self, arguments: Dict[str, Any]) -> Dict[str, Any]:  # noqa: N802  as Slack writes it
        wrong = problem(arguments, self.refused_blocks)
        if wrong:
            return {"ok": False, "error": wrong}
        ts = new_ts()
        return {"channel": arguments["channel"], "ts": ts, "message": {**arguments, "ts": ts, "bot_id": BOT_ID}}

    async def _response_url(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.private.append((request.match_info["key"], body))
        wrong = problem(body, self.refused_blocks)
        return web.Response(status=400 if wrong else 200, text=wrong or "ok")

    def trouble(
        self,
        method: str,
        times: int,
        status: int,
        after: float = 0,
        error: Optional[str] = None,
        headers: Optional[Dict[str, str]] = None,
    ) -> None:
        """Let the next calls of a method fail, or answer late."""

        async def answer() -> web.Response:
            await asyncio.sleep(after)
            body = json.dumps({"ok": status == 200 and not error, "error": error}) if status < 500 else "<html>"
            kind = "application/json" if status < 500 else "text/html"
            return web.Response(status=status, text=body, headers=headers, content_type=kind)

        self.troubles[method] += [answer] * times

    # Socket Mode

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        info = {"app_id": APP}
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": info})
        self.sockets.append(socket)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self.acknowledged.append(json.loads(message.data)["envelope_id"])
        return socket

    def send(self, kind: str, payload: Mapping[str, Any]) -> str:
        """Send an envelope through the newest connection; returns its id."""
        envelope_id = f"dbdd0ef3-1543-4f94-bfb4-133d0e6c{next(numbers):04x}"
        envelope = {"envelope_id": envelope_id, "type": kind, "payload": payload, "accepts_response_payload": False}
        if kind == "events_api":
            envelope |= {"retry_attempt": 0, "retry_reason": ""}
        self.run(self.sockets[-1].send_json(envelope))
        return envelope_id

    def disconnect(self) -> None:
        """Tell the bot to come again, as Slack does every few hours, and hang up."""

        async def hang_up() -> None:
            await self.sockets[-1].send_json({"type": "disconnect", "reason": "refresh_requested"})
            await self.sockets[-1].close()

        self.run(hang_up())

    # HTTP requests, signed

    def post(self, address: str, body: str | bytes, kind: str = "application/json", **how: Any) -> Future[Response]:
        """Send a request as Slack does.

        Args:
            address: The bot's.
            body: As it is signed.
            kind: Its content type.
            how: ``secret``, ``age`` in seconds, ``signature``, ``timestamp``, ``headers`` where not Slack's.
        """
        timestamp = how.get("timestamp", str(int(time.time() - how.get("age", 0))))
        signature = (
            how.get("signature") if "signature" in how else sign(str(body), timestamp, how.get("secret", SECRET))
        )
        headers = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            **how.get("headers", {}),
        }
        return self.later(self._post(address, body.encode() if isinstance(body, str) else body, headers))

    async def _post(self, address: str, body: bytes, headers: Dict[str, str]) -> Response:
        began = time.monotonic()
        async with self._client.post(address, data=body, headers=headers) as answer:
            return Response(answer.status, await answer.text(), time.monotonic() - began)

    # What came

    def posted(self, channel: str) -> List[Dict[str, Any]]:
        """What was posted into a channel, in order; what was refused is left out."""
        posts = [call for call in self.calls if call.method == "chat.postMessage"]
        return [call.arguments for call in posts if call.arguments["channel"] == channel]

    def of(self, method: str, channel: str) -> List[Dict[str, Any]]:
        """Arguments of the calls of another method about a channel."""
        return [c.arguments for c in self.calls if c.method == method and c.arguments.get("channel_id") == channel]

    def answers(self, channel: str, number: int = 1) -> List[Dict[str, Any]]:
        """The first posts into a channel; waits until so many are there."""
        wait_for(lambda: len(self.posted(channel)) >= number, f"{number} posts, not {self.posted(channel)}")
        return self.posted(channel)

    def told(self, key: str, number: int = 1) -> List[Dict[str, Any]]:
        """What came to a response URL; waits until so much is there."""
        wait_for(lambda: sum(k == key for k, _ in self.private) >= number, f"{number} at the response URL {key}")
        return [body for k, body in self.private if k == key]


def wait_for(holds: Callable[[], Any], what: str, seconds: float = SECONDS) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"did not come: {what}"
        time.sleep(0.02)


def sign(body: str, timestamp: str, secret: str) -> str:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack"""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


def _decoded(value: Any) -> Any:
    """Form fields carry lists and objects as JSON."""
    try:
        return json.loads(value) if value[:1] in ("[", "{") else value
    except ValueError:
        return value


# What Slack refuses

LIMITS = {"section": 3000, "context": 3000}
KNOWN = {"section", "context", "actions", "context_actions"}


def problem(body: Mapping[str, Any], refused: Tuple[str, ...] = ()) -> Optional[str]:
    """Slack's error for a message that breaks a limit of https://docs.slack.dev/reference/block-kit."""
    if not body.get("text"):
        return "no_text"
    blocks = body.get("blocks") or []
    ids: List[str] = [element.get("action_id", "") for b in blocks for element in b.get("elements", [])]
    broken = len(blocks) > 50
    for block in blocks:
        broken |= block["type"] not in KNOWN or block["type"] in refused
        texts = [block["text"]] if block["type"] == "section" else block.get("elements", [])
        broken |= not 1 <= len(texts) <= (25 if block["type"] == "actions" else 10)
        for one in texts:
            broken |= not _is_right(one, LIMITS.get(block["type"], 75))
    broken |= any(len(i) > 255 for i in ids)
    return "invalid_blocks" if broken else None


def _is_right(element: Mapping[str, Any], most: int) -> bool:
    if element["type"] == "mrkdwn":
        return 0 < len(element["text"]) <= most
    if element["type"] == "feedback_buttons":
        return all(_is_button(element[side]) for side in ("positive_button", "negative_button"))
    return element["type"] == "button" and _is_button(element)


def _is_button(button: Mapping[str, Any]) -> bool:
    text = button["text"]
    return text["type"] == "plain_text" and 0 < len(text["text"]) <= 75 and 0 < len(button["value"]) <= 2000


# What Slack sends


def new_ts() -> str:
    return f"{int(time.time())}.{next(numbers):06d}"


def new_channel(kind: str = "C") -> str:
    return f"{kind}{next(numbers):06d}TEST"


def event(inner: Mapping[str, Any], event_id: Optional[str] = None) -> Dict[str, Any]:
    """https://docs.slack.dev/apis/events-api: the outer part of every event"""
    return {
        "token": "XXYYZZ",
        "team_id": TEAM,
        "api_app_id": APP,
        "event": dict(inner),
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(numbers):09d}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": f"4-{next(numbers)}",
    }


def message(channel: str, text: str, user: str = ANN, thread: Optional[str] = None, **more: Any) -> Dict[str, Any]:
    """https://docs.slack.dev/reference/events/message.channels, message.groups and message.im"""
    ts = more.pop("ts", None) or new_ts()
    inner = {
        "type": "message",
        "channel": channel,
        "user": user,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "team": TEAM,
        "channel_type": {"D": "im", "G": "group"}.get(channel[0], "channel"),
        "client_msg_id": f"0d6e1e5b-{next(numbers)}",
        **({"thread_ts": thread, "parent_user_id": ANN} if thread else {}),
        **more,
    }
    return event(inner)


def mention(channel: str, text: str, user: str = ANN, thread: Optional[str] = None, **more: Any) -> Dict[str, Any]:
    """https://docs.slack.dev/reference/events/app_mention"""
    ts = more.pop("ts", None) or new_ts()
    inner = {"type": "app_mention", "user": user, "text": f"<@{BOT_USER}> {text}", "ts": ts, "channel": channel}
    return event({**inner, "event_ts": ts, "team": TEAM, **({"thread_ts": thread} if thread else {}), **more})


def home_opened(channel: str, tab: str = "messages") -> Dict[str, Any]:
    """https://docs.slack.dev/reference/events/app_home_opened"""
    context = {"entities": [{"type": "slack#/types/channel_id", "value": "C123", "team_id": TEAM}]}
    inner = {"type": "app_home_opened", "user": ANN, "channel": channel, "event_ts": new_ts(), "tab": tab}
    return event({**inner, "context": context})


def command(text: str, channel: str, response_url: str, user: str = ANN) -> Dict[str, str]:
    """https://docs.slack.dev/interactivity/implementing-slash-commands"""
    return {
        "token": "gIkuvaNzQIHg97ATvDxqgjtO",
        "team_id": TEAM,
        "team_domain": "example",
        "channel_id": channel,
        "channel_name": "test",
        "user_id": user,
        "user_name": "ann",
        "command": "/resc",
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": f"13345224609.{next(numbers)}",
    }


def click(action: Mapping[str, Any], post: Mapping[str, Any], channel: str, response_url: str, **more: Any) -> Any:
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload"""
    ts = post.get("ts") or new_ts()
    thread = {"thread_ts": post["thread_ts"]} if post.get("thread_ts") else {}
    private = more.pop("private", False)
    action = {k: v for k, v in action.items() if k in ("type", "action_id", "value", "text")}
    return {
        "type": "block_actions",
        "user": {"id": more.pop("user", ANN), "username": "ann", "name": "ann", "team_id": TEAM},
        "api_app_id": APP,
        "token": "9s8d9as89d8as9d8as989",
        "container": {
            "type": "message",
            "message_ts": ts,
            "channel_id": channel,
            "is_ephemeral": private,
            **({} if private else thread),
        },
        "trigger_id": f"12321423423.{next(numbers)}",
        "team": {"id": TEAM, "domain": "example"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel, "name": "test"},
        **({} if private else {"message": {"type": "message", "bot_id": BOT_ID, "text": "…", "ts": ts, **thread}}),
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [{**action, "block_id": "=qXel", "action_ts": new_ts()}],
    }


def buttons(post: Mapping[str, Any], prefix: str) -> List[Dict[str, Any]]:
    """The buttons of a post whose action id begins so; of feedback buttons, what Slack sends for each of the two."""
    found: List[Dict[str, Any]] = []
    for block in post["blocks"]:
        for element in block.get("elements", []):
            if not element.get("action_id", "").startswith(prefix):
                continue
            if element["type"] == "feedback_buttons":
                for side in ("positive_button", "negative_button"):
                    found.append({**element[side], "type": "feedback_buttons", "action_id": element["action_id"]})
            else:
                found.append(element)
    return found


def form(fields: Mapping[str, str]) -> str:
    return urlencode(fields)
