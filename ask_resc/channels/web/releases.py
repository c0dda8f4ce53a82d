"""The versions of the widget's file: the present one, and those that were kept because sites name them."""

from __future__ import annotations

import base64
import hashlib
import html
from pathlib import Path
from typing import Dict

from ask_resc import errors
from ask_resc.settings import PROJECT

WIDGET = PROJECT / "widget" / "ask-resc.js"
RELEASES = PROJECT / "widget" / "releases"


def name_of(content: bytes) -> str:
    """The part of a file's immutable address that changes with each of its versions."""
    return hashlib.sha256(content).hexdigest()[:16]


def all_versions() -> Dict[str, bytes]:
    """Every version of the widget's file that has an immutable address, the present one included."""
    current = WIDGET.read_bytes()
    kept = {path.stem: path.read_bytes() for path in sorted(RELEASES.glob("*.js"))}
    wrong = [name for name, content in kept.items() if name != name_of(content)]
    if wrong:
        raise ValueError(errors.widget_release_changed(wrong))
    return {**kept, name_of(current): current}


def tag(server: str) -> str:
    """The tag that loads the present version for good, with what a browser checks it by.

    Args:
        server: Address of the bot, such as ``https://bot.example``.
    """
    content = WIDGET.read_bytes()
    checksum = base64.b64encode(hashlib.sha384(content).digest()).decode()
    address = html.escape(f"{server.rstrip('/')}/widget/{name_of(content)}/ask-resc.js")
    return f'<script async src="{address}" integrity="sha384-{checksum}" crossorigin="anonymous"></script>'


def keep() -> Path:
    """Keep a copy of the present version, so that its immutable address works after the next; return where."""
    content = WIDGET.read_bytes()
    copy = RELEASES / f"{name_of(content)}.js"
    copy.parent.mkdir(exist_ok=True)
    copy.write_bytes(content)
    return copy
