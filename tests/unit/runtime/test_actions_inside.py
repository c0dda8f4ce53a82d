from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import OutputChannel
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from ask_resc.runtime.actions_inside import ActionsInside

pytestmark = pytest.mark.asyncio

PACKAGE = "actions_to_try"
ACTIONS = """
import time
from rasa_sdk import Action
from rasa_sdk.events import SlotSet
from rasa_sdk.interfaces import ActionExecutionRejection

class Answer(Action):
    def name(self):
        return "action_answer"

    async def run(self, dispatcher, tracker, domain):
        seen = [tracker.latest_message["text"], list(tracker.get_slot("subjects")), sorted(domain), (1, 2)]
        tracker.slots["subjects"].append("changed")
        tracker.latest_message["text"] = "changed"
        tracker.events.clear()
        dispatcher.utter_message(text="hi", kind="answered", seen=seen)
        return [SlotSet("subjects", ("crec", "aces"))]

class Sleep(Action):
    def name(self):
        return "action_sleep"

    def run(self, dispatcher, tracker, domain):
        time.sleep(0.3)
        dispatcher.utter_message(text="slept")
        return []

class Block(Action):
    def name(self):
        return "action_block"

    async def run(self, dispatcher, tracker, domain):
        time.sleep(0.3)
        dispatcher.utter_message(text="slept")
        return []

class Reject(Action):
    def name(self):
        return "action_reject"

    def run(self, dispatcher, tracker, domain):
        raise ActionExecutionRejection("action_reject", "not now")

class Fail(Action):
    def name(self):
        return "action_fail"

    async def run(self, dispatcher, tracker, domain):
        raise ValueError("broken")

class NoJson(Action):
    def name(self):
        return "action_no_json"

    async def run(self, dispatcher, tracker, domain):
        return [SlotSet("subjects", {1, 2})]

class Nothing(Action):
    def name(self):
        return "action_nothing"

    async def run(self, dispatcher, tracker, domain):
        return None
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("package")
    (folder / f"{PACKAGE}.py").write_text(ACTIONS)
    sys.path.append(str(folder))
    yield folder
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def server(package: Path) -> Iterator[EndpointConfig]:
    """The real action server with the same actions."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "rasa_sdk", "--actions", PACKAGE, "--port", str(port)],
        cwd=package,
        env={**os.environ, "SANIC_HOST": "127.0.0.1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health")
            break
        except OSError:
            time.sleep(0.1)
    yield EndpointConfig(f"http://127.0.0.1:{port}/webhook")
    process.terminate()
    process.wait()


@pytest.fixture(params=["inside", "server"])
def endpoint(request: pytest.FixtureRequest, package: Path) -> EndpointConfig:
    """Both ways to run an action: what holds for the action server holds inside."""
    return ActionsInside(PACKAGE) if request.param == "inside" else request.getfixturevalue("server")


def tracker() -> DialogueStateTracker:
    events = [UserUttered("who leads it"), SlotSet("subjects", ["crec"])]
    return DialogueStateTracker.from_events("a", events, [AnySlot("subjects", [])])


async def run(name: str, endpoint: EndpointConfig, talk: DialogueStateTracker | None = None) -> list[Any]:
    channel, nlg = OutputChannel(), TemplatedNaturalLanguageGenerator({})
    events = await RemoteAction(name, endpoint).run(channel, nlg, talk or tracker(), Domain.empty())
    return [event.as_dict() for event in events]


# The contract of the action server.


async def test_an_action_answers_and_sets_slots(endpoint: EndpointConfig):
    said, slot = await run("action_answer", endpoint)
    assert (said["text"], said["metadata"]["kind"]) == ("hi", "answered")
    seen_domain = sorted(Domain.empty().as_dict())
    assert said["metadata"]["seen"] == ["who leads it", ["crec"], seen_domain, [1, 2]]
    assert slot["value"] == ["crec", "aces"]


async def test_an_action_cannot_change_rasas_tracker(endpoint: EndpointConfig):
    talk = tracker()
    await run("action_answer", endpoint, talk)
    assert talk.get_slot("subjects") == ["crec"]
    assert talk.latest_message and talk.latest_message.as_dict()["text"] == "who leads it"
    assert len(talk.events) == 2


async def test_an_action_may_return_nothing(endpoint: EndpointConfig):
    assert await run("action_nothing", endpoint) == []


async def test_a_synchronous_action_runs(endpoint: EndpointConfig):
    assert [event["text"] for event in await run("action_sleep", endpoint)] == ["slept"]


async def test_a_rejection_reaches_rasa_as_one(endpoint: EndpointConfig):
    with pytest.raises(ActionExecutionRejection, match="not now") as raised:
        await run("action_reject", endpoint)
    assert raised.value.action_name == "action_reject"


@pytest.mark.parametrize(
    "name, status, reason, error",
    [
        ("action_reject", 400, "Bad Request", "not now"),
        ("action_unknown", 404, "Not Found", "No registered action found for name 'action_unknown'."),
        ("action_fail", 500, "Internal Server Error", "broken"),
        ("action_no_json", 500, "Internal Server Error", None),
    ],
)
async def test_failures_have_the_status_of_the_action_server(
    endpoint: EndpointConfig, name: str, status: int, reason: str, error: str | None
):
    with pytest.raises(ClientResponseError) as raised:
        await endpoint.request(json=RemoteAction(name, endpoint)._action_call_format(tracker(), Domain.empty()))
    assert (raised.value.status, raised.value.message) == (status, reason)
    if error:
        assert json.loads(raised.value.text)["error"] == error


@pytest.mark.parametrize("name", ["action_unknown", "action_fail", "action_no_json"])
async def test_failures_are_failures_for_rasa(endpoint: EndpointConfig, name: str):
    with pytest.raises(RasaException, match=f"Failed to execute custom action '{name}'"):
        await run(name, endpoint)


# What is different inside.


async def test_the_options_of_the_endpoint_are_kept(package: Path):
    endpoint = ActionsInside(PACKAGE, enable_selective_domain=True)
    said, _ = await run("action_answer", endpoint)
    assert said["metadata"]["seen"][2] == []


@pytest.mark.parametrize("action", ["action_sleep", "action_block"])
async def test_an_action_that_blocks_does_not_stop_the_loop(package: Path, action: str):
    endpoint = ActionsInside(PACKAGE)
    began = time.monotonic()
    sleeping = [asyncio.create_task(run("action_sleep", endpoint)) for _ in range(5)]
    await run("action_answer", endpoint)
    assert not any(task.done() for task in sleeping)
    await asyncio.gather(*sleeping)
    assert time.monotonic() - began < 5 * 0.3


async def test_an_action_that_takes_too_long_is_given_up(package: Path):
    call = {"next_action": "action_sleep", "tracker": {"sender_id": "a"}}
    with pytest.raises(asyncio.TimeoutError):
        await ActionsInside(PACKAGE).request(json=call, timeout=0.05)


async def test_a_package_that_cannot_be_imported_is_named(package: Path):
    with pytest.raises(RasaException, match="cannot be imported from “no_such_package”"):
        ActionsInside("no_such_package")


# The contract is still the one known.


async def test_the_code_replaced_is_the_code_known(fingerprint: Callable[..., str]):
    assert fingerprint("rasa.utils.endpoints", "EndpointConfig.request", "ClientResponseError") == "34f8e9b0fdde2399"
    assert fingerprint("rasa.core.actions.action", "RemoteAction.run") == "3ba8c67f78cdce96"
    assert fingerprint("rasa_sdk.endpoint", "create_app") == "7ff66bf2cad09639"
    assert fingerprint("rasa_sdk.executor", "ActionExecutor") == "42740280874c2e36"
