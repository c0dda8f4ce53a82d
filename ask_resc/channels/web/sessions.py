"""Whose conversation it is: a visitor holds a signed token, and nobody can guess or make another's."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from typing import Any, Optional

from ask_resc import settings

FILE = settings.PROJECT / ".state" / "secret"
SHORTEST = 32
"""Characters of a secret; a shorter one could be found by trying."""


def secret() -> Optional[str]:
    """The secret that signs tokens: ``ASK_RESC_SECRET``, else that of the file; None where there is neither."""
    given = settings.secret()
    if given is None and FILE.exists():
        given = FILE.read_text(encoding="ascii").strip()
    return given or None


def ensure_secret() -> None:
    """Make a secret, once, in a file that nobody else can read; unless there is one."""
    if secret() is not None:
        return
    FILE.parent.mkdir(mode=0o700, exist_ok=True)
    # Under a name of its own first: two that start at once both end up with the same whole file.
    new = FILE.with_name(f"{FILE.name}.{os.getpid()}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(32) + "\n")
    try:
        os.link(new, FILE)
    except FileExistsError:
        pass
    finally:
        new.unlink()


class Sessions:
    """Tokens and the conversations they stand for. A restart changes nothing: the secret stays."""

    def __init__(self, key: str) -> None:
        """Sign with a secret."""
        self._key = key.encode()

    def new(self) -> str:
        """The token of a new conversation."""
        name = secrets.token_urlsafe(18)
        return f"{name}.{self._signature(name)}"

    def conversation(self, token: Any) -> Optional[str]:
        """The ``sender`` of the conversation, or None for a token that we did not give."""
        if not isinstance(token, str) or not token.isascii():
            return None
        name, _, signature = token.partition(".")
        return f"web-{name}" if hmac.compare_digest(signature, self._signature(name)) else None

    def _signature(self, name: str) -> str:
        digest = hmac.new(self._key, f"web session {name}".encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")
