"""The chat on a web page: conversations under ``/webhooks/web/``, pages and the widget's file beside them.

A page on another site asks with requests that need no preflight (``text/plain``, no header of our own):
Rasa's server answers every preflight itself. So the origin is judged here, on every request.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from typing import Any, Awaitable, Callable, Coroutine, Dict, List, Optional, Tuple

from rasa.core.channels.channel import InputChannel
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_yaml_file
from sanic import Blueprint
from sanic.exceptions import PayloadTooLarge
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from ask_resc import errors
from ask_resc.channels.intake import Handler, Intake, Reply, prepare
from ask_resc.channels.web import sessions
from ask_resc.channels.web.guards import Limit, Origins, Proxies
from ask_resc.channels.web.output import Refusal, refused, rendered, said, welcome
from ask_resc.channels.web.pages import add_pages
from ask_resc.facts.live import facts
from ask_resc.facts.model import Facts, names_of
from ask_resc.settings import PROJECT
from ask_resc.storage.votes import VoteNotKept, Votes

MAX_BODY = 16 * 1024
"""Bytes of a request; the longest message, each character escaped, has 12,000."""
A_MINUTE_PER_SESSION = 20
A_MINUTE_PER_ADDRESS = 600
"""Requests. Wide, for a whole school comes from one address."""
MOST_REMEMBERED = 10_000
"""Messages whose replies are at hand for who lost the connection and asks again."""

_METHODS = ["GET", "POST", "PUT", "DELETE", "PATCH"]
_MESSAGE_ID = re.compile(r"[0-9a-f]{16,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

logger = logging.getLogger(__name__)

Body = Dict[str, Any]
Answer = Callable[[Request, Body], Awaitable[Dict[str, Any]]]


class WebChannel(InputChannel):
    """The web channel, opened in ``credentials.yml`` by the path of this class.

    Args:
        origins: Sites that may show the chat.
        proxies: Addresses of proxies in front of the bot.
    """

    def __init__(self, origins: Optional[List[Any]] = None, proxies: Optional[List[Any]] = None) -> None:
        self._proxies = Proxies(proxies or ())
        self._origins = Origins(origins or (), self._proxies)

    @classmethod
    def name(cls) -> str:
        """As conversations and votes name it."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> WebChannel:
        """Open it with what stands in ``credentials.yml``.

        Raises:
            RasaException: A key or a value there cannot be understood.
        """
        given = credentials or {}
        wrong = [key for key in given if key not in ("origins", "proxies")]
        wrong += [key for key, value in given.items() if not isinstance(value, (list, type(None)))]
        if wrong:
            raise RasaException(errors.web_keys_unknown(dict.fromkeys(wrong)))
        return cls(**given)

    def url_prefix(self) -> str:
        """The root: the widget's file and the pages do not stand under ``/webhooks``."""
        return "/"

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes. Without a secret there are none, and the log says so."""
        blueprint = prepare(Blueprint("web"))
        secret = sessions.secret()
        if secret is None:
            logger.warning(errors.WEB_WITHOUT_SECRET)
            return blueprint
        if len(secret) < sessions.SHORTEST:
            raise RasaException(errors.web_secret_too_short(sessions.SHORTEST))
        greeting = read_yaml_file(PROJECT / "domain.yml")["responses"]["utter_greet"][0]["text"]
        conversations = Conversations(Intake(on_new_message, self.name()), sessions.Sessions(secret), greeting)
        guard = _Guard(self._origins, self._proxies)
        add_pages(blueprint, self._origins)

        @blueprint.exception(PayloadTooLarge)
        async def too_large(request: Request, error: PayloadTooLarge) -> HTTPResponse:
            return refused(_too_large())

        for path, answer in conversations.answers().items():
            blueprint.add_route(guard.guarded(answer), f"/webhooks/web/{path}", _METHODS, name=path)

        # The empty path is among those it takes, before a route of its own would.
        @blueprint.route("/webhooks/web/<path:path>", _METHODS)
        async def other(request: Request, path: str) -> HTTPResponse:
            if not path:
                return json_response({"status": "ok"})
            return refused(Refusal(404, "not_found", errors.WEB_NOTHING_HERE))

        return blueprint


class _Guard:
    """What a request must get past before it is answered."""

    def __init__(self, origins: Origins, proxies: Proxies) -> None:
        self._origins, self._proxies = origins, proxies
        self._per_address = Limit(A_MINUTE_PER_ADDRESS)

    def guarded(self, answer: Answer) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
        async def handle(request: Request) -> HTTPResponse:
            try:
                return said(request, await answer(request, self._body(request)))
            except Refusal as refusal:
                return refused(refusal)

        return handle

    def _body(self, request: Request) -> Body:
        if request.method != "POST":
            raise Refusal(405, "method_not_allowed", errors.WEB_NOT_POSTED)
        if not self._origins.allow(request):
            origin = _CONTROL.sub("", request.headers["origin"])[:200]
            raise Refusal(403, "origin_not_allowed", errors.web_origin_not_allowed(origin))
        count(self._per_address, self._proxies.visitor(request))
        if len(request.body) > MAX_BODY:
            raise _too_large()
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            body = None
        if not isinstance(body, dict):
            raise Refusal(400, "malformed", errors.WEB_NOT_JSON)
        return body


def _too_large() -> Refusal:
    return Refusal(413, "too_large", errors.web_too_large(MAX_BODY))


def count(limit: Limit, key: str) -> None:
    """Count one request.

    Raises:
        Refusal: There were too many.
    """
    seconds = limit.wait(key)
    if seconds is not None:
        raise Refusal(429, "too_many", errors.WEB_TOO_MANY, seconds)


class Conversations:
    """What can be asked for: a session, the replies to a message, a vote to be kept.

    Args:
        intake: The way to the bot.
        tokens: Whose conversation it is.
        greeting: The sentence a conversation begins with.
    """

    def __init__(self, intake: Intake, tokens: sessions.Sessions, greeting: str) -> None:
        self._intake, self._tokens, self._greeting = intake, tokens, greeting
        self._per_session = Limit(A_MINUTE_PER_SESSION)
        self._asked: Dict[Tuple[str, str], asyncio.Task[List[Reply]]] = {}

    def answers(self) -> Dict[str, Answer]:
        """Each by the last part of its address."""
        return {"session": self.begin, "message": self.ask, "vote": self.vote}

    async def begin(self, request: Request, body: Body) -> Dict[str, Any]:
        """``{subject?}``: a new session, or with ``{session}`` the one there is, and what it begins with."""
        current = facts().current()
        subject = _subject(body, current)
        token = body.get("session")
        if self._tokens.conversation(token) is None:
            token = self._tokens.new()
        unknown = bool(body.get("subject")) and subject is None
        return {"session": token, "subject_unknown": unknown, **welcome(self._greeting, subject, current)}

    async def ask(self, request: Request, body: Body) -> Dict[str, Any]:
        """``{session, id, text, subject?, again?}``: the replies. The same ``id`` again is not asked again.

        ``again`` says that the bot may have heard it before, perhaps another process of it.
        """
        conversation = self._conversation(body)
        number = body.get("id")
        if not isinstance(number, str) or not _MESSAGE_ID.fullmatch(number):
            raise Refusal(400, "malformed", errors.WEB_NO_MESSAGE_ID)
        asked = self._asked.get((conversation, number))
        if asked is None:
            count(self._per_session, conversation)
            subject = _subject(body, facts().current())
            if body.get("again") is True:
                before = await _replies_before(request.app.ctx.agent.tracker_store, conversation, number)
                if before:
                    return {"replies": [rendered(reply) for reply in before]}
            metadata = {"message": number, **({"subject": subject} if subject else {})}
            asked = asyncio.ensure_future(self._intake.ask(body.get("text"), conversation, metadata))
            self._asked[conversation, number] = asked
            if len(self._asked) > MOST_REMEMBERED:
                del self._asked[next(iter(self._asked))]
        # A visitor who goes away meanwhile does not take the answer along: they may come back for it.
        return {"replies": [rendered(reply) for reply in await asyncio.shield(asked)]}

    async def vote(self, request: Request, body: Body) -> Dict[str, Any]:
        """``{session, answer, helpful}``: whether an answer helped, to be kept."""
        conversation = self._conversation(body)
        answer, helpful = body.get("answer"), body.get("helpful")
        if not isinstance(answer, str) or not isinstance(helpful, bool):
            raise Refusal(400, "malformed", errors.WEB_NO_VOTE)
        count(self._per_session, conversation)
        votes = Votes.beside(request.app.ctx.agent.tracker_store)
        try:
            kept = await votes.cast(
                answer, helpful, conversation=conversation, visitor=conversation, channel=WebChannel.name()
            )
        except VoteNotKept as error:
            raise Refusal(503, "not_kept", errors.WEB_VOTE_NOT_KEPT) from error
        if not kept:
            raise Refusal(404, "answer_unknown", errors.WEB_ANSWER_UNKNOWN)
        return {"helpful": helpful}

    def _conversation(self, body: Body) -> str:
        conversation = self._tokens.conversation(body.get("session"))
        if conversation is None:
            raise Refusal(401, "session_unknown", errors.WEB_SESSION_UNKNOWN)
        return conversation


async def _replies_before(store: TrackerStore, conversation: str, number: str) -> List[Reply]:
    """The replies to a message of this number, where the conversation has it; none where it is new."""
    tracker = await store.retrieve(conversation)
    replies: List[Reply] = []
    is_it = False
    for event in tracker.events if tracker else ():
        if isinstance(event, UserUttered):
            is_it = event.metadata.get("message") == number
        elif is_it and isinstance(event, BotUttered) and "reply" in event.metadata:
            replies.append({**event.metadata["reply"], "text": event.text, "buttons": event.data.get("buttons") or []})
    return replies


def _subject(body: Body, facts: Facts) -> Optional[str]:
    """The key of the subject that the page is about, by its key or any of its names."""
    wanted = body.get("subject")
    if not isinstance(wanted, str) or not wanted.strip():
        return None
    folded = " ".join(wanted.casefold().split())
    for key, subject in facts.subjects.items():
        if folded == key or folded in (" ".join(name.casefold().split()) for name in names_of(subject)):
            return key
    return None
