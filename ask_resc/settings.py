"""Every environment variable, with its default: one function each, read when it is called."""

from __future__ import annotations

import os
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Slack:
    """What connects the bot with Slack; all None where Slack is off."""

    bot_token: Optional[str]
    """``SLACK_BOT_TOKEN``: ``xoxb-…``, with which the bot posts."""
    signing_secret: Optional[str]
    """``SLACK_SIGNING_SECRET``: by which requests are known to come from Slack; opens the HTTP address."""
    app_token: Optional[str]
    """``SLACK_APP_TOKEN``: ``xapp-…``, which opens Socket Mode."""
    api_url: str
    """``SLACK_API_URL``: Slack's Web API. Default: ``https://slack.com/api/``."""


def slack() -> Slack:
    """The settings for Slack; no default but that of the address."""
    return Slack(
        bot_token=os.environ.get("SLACK_BOT_TOKEN", "").strip() or None,
        signing_secret=os.environ.get("SLACK_SIGNING_SECRET", "").strip() or None,
        app_token=os.environ.get("SLACK_APP_TOKEN", "").strip() or None,
        api_url=os.environ.get("SLACK_API_URL", "").strip() or "https://slack.com/api/",
    )
