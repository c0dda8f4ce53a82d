"""Every state of the chat, in one list: for axe, the accessibility tree and the screenshots.

A kind of reply that is in no state fails `test_states_every_kind_of_reply_has_one`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Optional, Tuple

from playwright.sync_api import Page, Route, expect

from ask_resc.answers import Kind
from tests.browser.chat import Chat

Do = Callable[[Chat, Page], Any]
MESSAGES = re.compile(r"/webhooks/web/message$")


@dataclass(frozen=True)
class State:
    """One state and the way into it."""

    name: str
    do: Do = lambda chat, page: None
    opened: bool = True
    size: Tuple[int, int] = (1280, 800)
    media: Dict[str, Any] = field(default_factory=dict)
    attributes: str = ""
    kind: Optional[Kind] = None


def ask(text: str) -> Do:
    return lambda chat, page: chat.ask(text)


def reply_of_kind(kind: Kind, text: str) -> Callable[[Route], None]:
    """The reply as the intake makes it where the bot says nothing."""
    reply: Dict[str, Any] = {
        "id": "0" * 32,
        "kind": kind.value,
        "text": text,
        "notices": [],
        "sources": [],
        "suggestions": [],
    }
    headers = {"Access-Control-Allow-Origin": "*"}
    return lambda route: route.fulfill(body=json.dumps({"replies": [reply]}), headers=headers)


def fail(chat: Chat, page: Page) -> None:
    page.route(MESSAGES, reply_of_kind(Kind.FAILED, "Sorry, something went wrong on my side."))
    chat.ask("who leads CREC?")


def never(_: Route) -> None:
    """No answer, as long as the page is there."""


def wait(chat: Chat, page: Page) -> None:
    page.route(MESSAGES, never)
    chat.input.fill("who leads CREC?")
    chat.send.click()
    expect(chat.status).to_contain_text("Looking")


def unreachable(chat: Chat, page: Page) -> None:
    page.route(MESSAGES, lambda route: route.abort())
    chat.input.fill("who leads CREC?")
    chat.send.click()
    expect(chat.trouble).to_contain_text("cannot be reached")


def refuse(code: str, shown: str, status: int = 429) -> Do:
    def do(chat: Chat, page: Page) -> None:
        body = json.dumps({"error": code, "message": "A sentence for the console.", "retry_after": 20})
        headers = {"Access-Control-Allow-Origin": "*"}
        page.route(MESSAGES, lambda route: route.fulfill(status=status, body=body, headers=headers))
        chat.input.fill("who leads CREC?")
        chat.send.click()
        expect(chat.trouble).to_contain_text(shown)

    return do


def vote(chat: Chat, page: Page) -> None:
    chat.ask("who leads CREC?").get_by_role("button", name="Yes").click()
    expect(chat.status).to_contain_text("noted")


def show_options(chat: Chat, page: Page) -> None:
    chat.element.get_by_role("button", name="Options").click()
    expect(chat.element.locator(".options")).to_be_visible()


def ask_two(chat: Chat, page: Page) -> None:
    chat.ask("who leads CREC? what is CREC's phone number?")
    expect(chat.replies).to_have_count(3)


def ask_long(chat: Chat, page: Page) -> None:
    chat.ask("Donaudampfschifffahrtsgesellschaft" * 6)


def ask_from_right_to_left(chat: Chat, page: Page) -> None:
    chat.ask("من يقود CREC؟")


NOTICE = "who leads CREC?"
DARK: Dict[str, Any] = {"color_scheme": "dark"}
FORCED: Dict[str, Any] = {"forced_colors": "active"}
PHONE = (390, 664)
EDGE = (320, 640)
AT_200, AT_400 = (640, 400), (320, 256)
"""1280 × 800 and 1280 × 1024 pixels at that zoom."""

STATES = [
    State("closed", opened=False),
    State("open"),
    State("options", show_options),
    State("waiting", wait),
    State("answered", ask("what are RESCs?"), kind=Kind.ANSWERED),
    State("corrected", ask("is Kitching the head of LEARN?"), kind=Kind.CORRECTED),
    State("asked back", ask("and the others?"), kind=Kind.ASKED_BACK),
    State("no fact", ask("what is CREC's phone number?"), kind=Kind.NO_FACT),
    State("out of scope", ask("weather tomorrow?"), kind=Kind.OUT_OF_SCOPE),
    State("small talk", ask("thank you"), kind=Kind.SMALL_TALK),
    State("refused", ask("/restart"), kind=Kind.REFUSED),
    State("failed", fail, kind=Kind.FAILED),
    State("notice", ask(NOTICE)),
    State("two replies", ask_two),
    State("contact", ask("weather tomorrow?"), attributes='data-contact="mailto:office@district.example"'),
    State("voted", vote),
    State("offline", unreachable),
    State("busy", refuse("too_many", "very many questions")),
    State("not set up", refuse("origin_not_allowed", "not set up", 403)),
    State("long words", ask_long),
    State("right to left", ask_from_right_to_left),
    State("in the page", ask(NOTICE), opened=False, attributes='data-mode="inline"'),
    State("Spanish", ask(NOTICE), attributes='data-lang="es"'),
    State("own colours", ask(NOTICE), attributes='data-color="#f4c430" style="--ask-resc-background: #102a43"'),
    State("unreadable colours", ask(NOTICE),
          attributes='data-color="#cccccc" style="--ask-resc-text: #bbb; --ask-resc-background: #ddd"'),
    State("dark closed", opened=False, media=DARK),
    State("dark", ask(NOTICE), media=DARK),
    State("dark voted", vote, media=DARK),
    State("dark offline", unreachable, media=DARK),
    State("forced colours closed", opened=False, media=FORCED),
    State("forced colours", ask(NOTICE), media=FORCED),
    State("forced colours voted", vote, media=FORCED),
    State("reduced motion", wait, media={"reduced_motion": "reduce"}),
    State("phone", ask(NOTICE), size=PHONE),
    State("320 px closed", opened=False, size=EDGE),
    State("320 px", ask(NOTICE), size=EDGE),
    State("320 px dark", ask(NOTICE), size=EDGE, media=DARK),
    State("200 %", ask(NOTICE), size=AT_200),
    State("400 %", ask(NOTICE), size=AT_400),
    State("400 % options", show_options, size=AT_400),
]  # fmt: skip

NO_MEDIA: Dict[str, Any] = {"color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference"}


def enter(state: State, page: Page, address: str) -> Chat:
    """Bring the page at an address, which has the chat, into a state."""
    page.set_viewport_size({"width": state.size[0], "height": state.size[1]})
    page.emulate_media(**{**NO_MEDIA, **state.media})
    page.goto(address)
    chat = Chat(page)
    if state.opened:
        chat.open()
    elif "inline" in state.attributes:
        chat.ready()
    else:
        expect(chat.launcher).to_be_visible()
    state.do(chat, page)
    return chat
