"""Every environment variable, with its default: one function each, read when it is called."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Optional

PROJECT = Path(__file__).resolve().parent.parent


def facts_path() -> Path:
    """``ASK_RESC_FACTS``: the facts file. Default: ``data/facts.yml`` of the project."""
    return Path(os.environ.get("ASK_RESC_FACTS") or PROJECT / "data" / "facts.yml")


def actions_on_server() -> bool:
    """``ASK_RESC_ACTIONS``: with ``server``, the action server of ``endpoints.yml`` runs the actions.

    Default: the bot runs them itself.
    """
    return os.environ.get("ASK_RESC_ACTIONS") == "server"


def database() -> Optional[str]:
    """``ASK_RESC_DATABASE``: where conversations are kept, a ``postgresql://`` URL or the path of an SQLite file.

    Default: what ``endpoints.yml`` says.
    """
    return os.environ.get("ASK_RESC_DATABASE") or None


def secret() -> Optional[str]:
    """``ASK_RESC_SECRET``: signs the conversations of web pages; at least 32 characters, the same for all processes.

    Default: the file ``.state/secret``, which ``make run`` makes.
    """
    return os.environ.get("ASK_RESC_SECRET") or None
