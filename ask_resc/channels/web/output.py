"""What the widget gets: replies, refusals and a greeting. Text and data, never markup."""

from __future__ import annotations

from typing import Any, Dict, List, Optional

from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from ask_resc import answers
from ask_resc.channels.intake import MAX_LENGTH, Reply
from ask_resc.facts.model import Facts


class Refusal(Exception):
    """A request that is not answered: a status, a stable code, and a sentence for who set the chat up."""

    def __init__(self, status: int, code: str, message: str, retry_after: Optional[int] = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.retry_after = status, code, message, retry_after


def refused(refusal: Refusal) -> HTTPResponse:
    """The refusal as JSON. Any site may read it, so that the widget can say what to set."""
    body: Dict[str, Any] = {"error": refusal.code, "message": refusal.message}
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
    if refusal.retry_after is not None:
        body["retry_after"] = refusal.retry_after
        headers["Retry-After"] = str(refusal.retry_after)
    return response.json(body, status=refusal.status, headers=headers)


def said(request: Request, body: Dict[str, Any]) -> HTTPResponse:
    """What the conversation's own site may read."""
    headers = {"Cache-Control": "no-store", "Vary": "Origin"}
    if "origin" in request.headers:
        headers["Access-Control-Allow-Origin"] = request.headers["origin"]
    return response.json(body, headers=headers)


def rendered(reply: Reply) -> Dict[str, Any]:
    """One reply: what is said in ``text``, without the ``notices`` and ``sources``, which stand apart."""
    parts = {key: reply[key] for key in ("id", "kind", "notices", "sources")}
    text = answers.without_notices(reply["text"] or "", reply["notices"])
    return {**parts, "text": text, "suggestions": [button["payload"] for button in reply["buttons"]]}


def welcome(sentence: str, subject: Optional[str], facts: Facts) -> Dict[str, Any]:
    """What a conversation begins with: greeting, questions to start from, whom else to ask."""
    own: List[str] = list(answers.suggest(subject, facts)) if subject else []
    contact = facts.subjects[subject].contact if subject else None
    return {
        "greeting": sentence.format(about=facts.about),
        "suggestions": [*own, *(q for q in facts.starters if q not in own)][: answers.MAX_SUGGESTIONS],
        "contact": contact.dict() if contact else None,
        "max_length": MAX_LENGTH,
    }
