"""Rasa's REST channel, through the intake: for the terminal chat and for programs on this machine.

Anybody who reaches it can take any ``sender``, so it is opened on the loopback interface alone.
"""

from __future__ import annotations

import uuid
from typing import Any

from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from ask_resc.channels.intake import Handler, Intake, Reply, prepare


class RestChannel(RestInput):
    """``POST /webhooks/rest/webhook`` with ``{"sender": …, "message": …}``, as Rasa documents it.

    Each message in the answer has ``text`` and ``buttons``, and under ``custom`` the parts of the reply:
    ``id``, ``kind``, ``answer``, ``notices``, ``sources``.
    """

    def blueprint(self, on_new_message: Handler) -> Blueprint:
        """The routes under ``/webhooks/rest``."""
        blueprint = prepare(Blueprint("rest"))
        intake = Intake(on_new_message, self.name())

        @blueprint.get("/")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @blueprint.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            try:
                body = request.json
            except Exception:  # Sanic's own error page would name its internals
                body = None
            if not isinstance(body, dict):
                return response.json({"error": "The body must be a JSON object."}, status=400)
            sender = body.get("sender")
            # Without a sender, Rasa would put everybody into one conversation.
            sender = str(sender)[:255] if sender else uuid.uuid4().hex
            replies = await intake.ask(body.get("message"), sender, _metadata(body))
            return response.json([_message(sender, reply) for reply in replies])

        return blueprint


def _metadata(body: Any) -> Any:
    metadata = body.get("metadata")
    return metadata if isinstance(metadata, dict) else None


def _message(sender: str, reply: Reply) -> Reply:
    message = {"recipient_id": sender, "text": reply["text"]}
    if reply["buttons"]:
        message["buttons"] = reply["buttons"]
    message["custom"] = {k: reply[k] for k in ("id", "kind", "answer", "notices", "sources")}
    return message
