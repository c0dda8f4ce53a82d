"""The manifest against the keys, types and limits of Slack's reference of app manifests.

From https://docs.slack.dev/reference/app-manifest and the types of @slack/web-api 7.19.0. The JSON schema that
Slack publishes does not know ``agent_view``, which new apps must use.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List

import jsonschema
import pytest
from ruamel.yaml import YAML

from ask_resc.channels.slack.connection import COMMAND
from ask_resc.facts.live import facts
from ask_resc.settings import PROJECT

TEXT = (PROJECT / "deploy" / "slack-manifest.yml").read_text(encoding="utf-8")
HTTP = re.sub(r"# (\w*url: \S+)  # HTTP.*", r"\1", TEXT).replace(
    "socket_mode_enabled: true", "socket_mode_enabled: false"
)


def text(most: int, pattern: str = "") -> Dict[str, Any]:
    return {"type": "string", "minLength": 1, "maxLength": most, "pattern": pattern}


def block(required: str = "", **properties: Any) -> Dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required.split(),
        "properties": properties,
    }


def some(items: Dict[str, Any], most: int) -> Dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most, "uniqueItems": True}


YES_OR_NO = {"type": "boolean"}
URL = text(3000, "^https://")
SCOPES = "app_mentions:read assistant:write channels:history chat:write commands groups:history im:history mpim:history"
EVENTS = "app_context_changed app_home_opened app_mention message.channels message.groups message.im message.mpim"
PROMPT = block("title message", title=text(75), message=text(3000))
SCHEMA = block(
    "display_information",
    display_information=block(
        "name",
        name=text(35),
        description=text(140),
        long_description=text(4000),
        background_color=text(7, "^#([0-9a-fA-F]{3}){1,2}$"),
    ),
    features=block(
        bot_user=block("display_name", display_name=text(80, "^[a-z0-9._-]+$"), always_online=YES_OR_NO),
        app_home=block(
            home_tab_enabled=YES_OR_NO, messages_tab_enabled=YES_OR_NO, messages_tab_read_only_enabled=YES_OR_NO
        ),
        agent_view=block("agent_description", agent_description=text(300), suggested_prompts=some(PROMPT, 4)),
        slash_commands=some(
            block(
                "command description",
                command=text(32, "^/"),
                description=text(2000),
                usage_hint=text(1000),
                should_escape=YES_OR_NO,
                url=URL,
            ),
            50,
        ),
    ),
    oauth_config=block(scopes=block(bot=some({"enum": SCOPES.split()}, 255))),
    settings=block(
        event_subscriptions=block(request_url=URL, bot_events=some({"enum": EVENTS.split()}, 100)),
        interactivity=block("is_enabled", is_enabled=YES_OR_NO, request_url=URL),
        org_deploy_enabled=YES_OR_NO,
        socket_mode_enabled=YES_OR_NO,
        token_rotation_enabled=YES_OR_NO,
    ),
)


def manifest(source: str) -> Any:
    return YAML(typ="safe").load(source)


@pytest.mark.parametrize("source", [TEXT, HTTP], ids=["socket", "http"])
def test_manifest_is_as_slack_documents_it(source: str) -> None:
    jsonschema.validate(manifest(source), SCHEMA)


MISTAKES: List[Dict[str, Any]] = [
    {"features": {"assistant_view": {}}},
    {"settings": {"socket_mode": True}},
    {"oauth_config": {"bot": []}},
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_manifest_schema_of_this_test_refuses(mistake: Dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**manifest(TEXT), **mistake}, SCHEMA)


def test_manifest_for_http_has_every_address() -> None:
    addresses = re.findall(r"^\s*(?:request_)?url: (\S+)$", HTTP, re.MULTILINE)
    assert len(addresses) == 3 and {a.partition("/webhooks")[2] for a in addresses} == {"/slack/webhook"}
    assert TEXT.count("HTTP:") == 4 and not manifest(HTTP)["settings"]["socket_mode_enabled"]
    assert manifest(TEXT)["settings"]["socket_mode_enabled"]


def test_manifest_scopes_are_each_explained() -> None:
    lines = re.findall(r"^      - (\S+:\S+|commands) +# \S.*$", TEXT, re.MULTILINE)
    assert lines == manifest(TEXT)["oauth_config"]["scopes"]["bot"]


def test_manifest_events_have_their_scopes_and_scopes_their_use() -> None:
    needed = {
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
    }
    events = manifest(TEXT)["settings"]["event_subscriptions"]["bot_events"]
    scopes = {needed[event] for event in events if event in needed}
    # To answer, to be called by a command, to suggest questions.
    assert scopes | {"chat:write", "commands", "assistant:write"} == set(
        manifest(TEXT)["oauth_config"]["scopes"]["bot"]
    )


def test_manifest_has_what_the_channel_listens_for() -> None:
    features = manifest(TEXT)["features"]
    assert [command["command"] for command in features["slash_commands"]] == [COMMAND]
    assert [p["message"] for p in features["agent_view"]["suggested_prompts"]] == list(facts().current().starters)
