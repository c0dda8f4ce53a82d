"""Says in plain words what is wrong with tokens, scopes and secret, by asking Slack."""

from __future__ import annotations

import re
from typing import Iterator, List, Tuple

from rasa.shared.utils.io import read_yaml_file
from slack_sdk.errors import SlackApiError
from slack_sdk.web import WebClient

from ask_resc import errors, settings

MANIFEST = settings.PROJECT / "deploy" / "slack-manifest.yml"
SECONDS_FOR_SLACK = 10

Finding = Tuple[bool, str]
"""Whether it is in order, and the sentence that says so."""


def check(slack: settings.Slack) -> Iterator[Finding]:
    """What is in order and what is not, one finding after the other as they come in."""
    if not (slack.bot_token or slack.signing_secret or slack.app_token):
        yield False, errors.SLACK_CHECK_OFF
        return
    client = WebClient(base_url=slack.api_url, timeout=SECONDS_FOR_SLACK)
    if not slack.bot_token:
        yield False, errors.SLACK_NO_BOT_TOKEN
    elif not slack.bot_token.startswith("xoxb-"):
        yield False, errors.slack_token_of_another_kind("SLACK_BOT_TOKEN", "xoxb-")
    else:
        yield from _bot_token(client, slack.bot_token)
    if slack.app_token:
        yield from _app_token(client, slack.app_token)
    if slack.signing_secret:
        is_plausible = re.fullmatch("[0-9a-f]{32}", slack.signing_secret)
        malformed = errors.slack_secret_malformed(len(slack.signing_secret))
        yield (True, errors.SLACK_SECRET_PLAUSIBLE) if is_plausible else (False, malformed)
    if slack.bot_token and not (slack.app_token or slack.signing_secret):
        yield False, errors.SLACK_NO_WAY_IN


def scopes() -> List[str]:
    """The scopes that the manifest asks for."""
    asked_for: List[str] = read_yaml_file(MANIFEST)["oauth_config"]["scopes"]["bot"]
    return asked_for


def _bot_token(client: WebClient, token: str) -> Iterator[Finding]:
    try:
        answer = client.auth_test(token=token)
    except SlackApiError as error:
        yield False, errors.slack_token_refused("SLACK_BOT_TOKEN", str(error.response.get("error")))
        return
    except (OSError, ValueError) as error:
        yield False, errors.slack_not_reached(client.base_url, str(error))
        return
    yield True, errors.slack_signed_in(answer["user"], answer["team"])
    names = {name.lower(): value for name, value in answer.headers.items()}
    granted = {scope.strip() for scope in str(names.get("x-oauth-scopes", "")).split(",")}
    missing = [scope for scope in scopes() if scope not in granted]
    yield (False, errors.slack_scopes_missing(missing)) if missing else (True, errors.SLACK_SCOPES_IN_ORDER)


def _app_token(client: WebClient, token: str) -> Iterator[Finding]:
    if not token.startswith("xapp-"):
        yield False, errors.slack_token_of_another_kind("SLACK_APP_TOKEN", "xapp-")
        return
    try:
        client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        yield False, errors.slack_token_refused("SLACK_APP_TOKEN", str(error.response.get("error")))
    except (OSError, ValueError) as error:
        yield False, errors.slack_not_reached(client.base_url, str(error))
    else:
        yield True, errors.SLACK_SOCKET_IN_ORDER
