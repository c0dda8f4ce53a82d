"""Each state of the chat, held against WCAG by axe and by the browser's own accessibility tree."""

from __future__ import annotations

from typing import Any, Dict, Iterator, List

import pytest
from playwright.sync_api import Browser, Page, expect

from ask_resc.answers import Kind
from ask_resc.settings import PROJECT
from tests.browser.bots import WebBot
from tests.browser.conftest import Site
from tests.browser.states import STATES, State, enter
from widget.build import install

SCREENSHOTS = PROJECT / "results" / "screenshots"
NEEDS_A_NAME = {
    "button", "link", "textbox", "group", "dialog", "log", "region", "complementary", "image",
}  # fmt: skip
LEAST_TARGET = 24


def test_states_every_kind_of_reply_has_one() -> None:
    assert {state.kind for state in STATES} - {None} == set(Kind)
    assert len({state.name for state in STATES}) == len(STATES)


@pytest.fixture(scope="module")
def axe() -> str:
    return (install() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def stage(browser: Browser) -> Iterator[Page]:
    """A page for one state and a visitor of its own, into which axe can be put."""
    context = browser.new_context(locale="en-US", bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("state", STATES, ids=lambda s: s.name)
def test_states_are_accessible(state: State, stage: Page, site: Site, web_bot: WebBot, axe: str) -> None:
    script = f'<script async src="{web_bot.address}/widget/ask-resc.js"></script>'
    address = site.add(f"/{STATES.index(state)}", f"{script}<ask-resc {state.attributes}></ask-resc>")
    chat = enter(state, stage, address)
    if state.kind:
        expect(chat.replies.last).to_have_class(f"message bot {state.kind.value}")
    stage.evaluate(settled)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    stage.screenshot(path=SCREENSHOTS / f"{state.name}.png")
    assert violations(stage, axe) == []
    assert nameless(stage) == []
    assert too_small(chat) == []
    assert stage.evaluate(overflowing) == []


# What moves has come to rest; what goes on for ever never does.
settled = """async () => {
  const root = document.querySelector('ask-resc').shadowRoot;
  const ending = root.getAnimations().filter((a) => a.effect.getComputedTiming().iterations !== Infinity);
  await Promise.all(ending.map((a) => a.finished.catch(() => null)));
}"""

# What would make the page, or the chat, scroll sideways.
overflowing = """() => {
  const root = document.querySelector('ask-resc').shadowRoot;
  const wide = [...root.querySelectorAll('.panel, .log, .message, form, header')].filter(
    (e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1);
  const page = document.scrollingElement;
  return [...wide.map((e) => e.className || e.localName), ...(page.scrollWidth > page.clientWidth ? ['page'] : [])];
}"""


def violations(page: Page, axe: str) -> List[str]:
    """What axe finds, with every rule that it has by default, and that of the size of targets."""
    page.evaluate(f"typeof axe === 'undefined' && (() => {{ {axe} }})()")
    options = {"rules": {"target-size": {"enabled": True}}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)
    assert found["passes"]
    return [
        f"{rule['id']}: {node['target']} {node.get('failureSummary', '')}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


def tree(page: Page) -> List[Dict[str, Any]]:
    """The nodes of Chromium's accessibility tree that are there for screen readers."""
    session = page.context.new_cdp_session(page)
    nodes: List[Dict[str, Any]] = session.send("Accessibility.getFullAXTree")["nodes"]
    session.detach()
    return [node for node in nodes if not node.get("ignored")]


def nameless(page: Page) -> List[str]:
    """Roles of what a screen reader meets without a name."""
    found = [(n.get("role", {}).get("value"), n.get("name", {}).get("value")) for n in tree(page)]
    assert any(role == "button" for role, _ in found)
    return [role for role, name in found if role in NEEDS_A_NAME and not (name or "").strip()]


def too_small(chat: Any) -> List[str]:
    """Buttons and fields below the size that a finger or a shaking hand needs."""
    return [
        (target.text_content() or "").strip()
        for target in chat.element.locator("button:visible, textarea:visible").all()
        if min((target.bounding_box() or {"width": 0, "height": 0})[side] for side in ("width", "height"))
        < LEAST_TARGET
    ]


def test_states_roles_are_those_of_a_conversation(page: Page, site: Site, web_bot: WebBot) -> None:
    script = f'<script async src="{web_bot.address}/widget/ask-resc.js"></script>'
    notice = next(state for state in STATES if state.name == "notice")
    chat = enter(notice, page, site.add("/roles", script))
    expect(chat.status).to_have_text("")
    found = {(n.get("role", {}).get("value"), n.get("name", {}).get("value")) for n in tree(page)}
    assert {
        ("dialog", "Ask RESC"),
        ("heading", "Ask RESC"),
        ("log", "Conversation"),
        ("textbox", "Your question"),
        ("button", "Send"),
        ("button", "Options"),
        ("button", "Close the chat"),
        ("group", "Was this helpful?"),
        ("group", "Suggested questions:"),
    } <= found
    [log] = [n for n in tree(page) if n.get("role", {}).get("value") == "log"]
    live = {p["name"]: p["value"].get("value") for p in log["properties"]}
    assert live["live"] == "polite"
    assert not live.get("atomic")
    [status] = [n for n in tree(page) if n.get("role", {}).get("value") == "status"]
    assert {p["name"]: p["value"].get("value") for p in status["properties"]}["live"] == "polite"
