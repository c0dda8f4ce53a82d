"""What a screen reader says, word for word: each reply, button and state once, and nothing twice.

The reader is `@guidepup/virtual-screen-reader`, in the real page: it follows the focus and the live regions.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable, List

import pytest
from playwright.sync_api import Page, expect

from tests.browser.bots import WebBot
from tests.browser.chat import Chat
from tests.browser.conftest import Site
from tests.browser.states import MESSAGES
from widget.build import install, node

ENTRY = "import { virtual } from '@guidepup/virtual-screen-reader'; globalThis.screenReader = virtual;"
TIME = re.compile(r"\d{1,2}:\d\d [AP]M")

OPENED = ["dialog, Ask RESC", "textbox, Your question, placeholder Your question"]
GREETED = [
    "polite: Looking for the answer …",
    "polite: Answer: Hello! I'm Ask RESC, an automated assistant. I can tell you what the RESCs, the RESC Alliance and "
    "its Accord are, and who leads each center. Please type nothing private. What is kept: privacy (opens in a new "
    "tab) TIME Suggested questions: What are RESCs? Who leads the RESCs? What is the RESC Alliance?",
]
ABOUT_ACES = [
    "polite: You asked: who leads ACES? TIME",
    "polite: Looking for the answer …",
    "polite: Answer: Dr. Thomas Danehy is the Executive Director of ACES. Source: About Us, RESC Alliance (opens in a "
    "new tab) (a copy made between autumn 2022 and October 2024) TIME Was this helpful? Yes No "
    "Suggested questions: What is ACES?",
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The screen reader as one script."""
    entry = install() / ".screen-reader.js"
    entry.write_text(ENTRY)
    bundle = tmp_path_factory.mktemp("reader") / "reader.js"
    node("esbuild/bin/esbuild", entry, "--bundle", "--format=iife", f"--outfile={bundle}", "--log-level=warning")
    return Path(bundle).read_text(encoding="utf-8")


class Reader:
    """The screen reader on a page with the chat."""

    def __init__(self, page: Page, script: str) -> None:
        self._page = page
        page.evaluate(script)
        page.evaluate(
            "() => screenReader.start({container: document.querySelector('ask-resc').shadowRoot.firstElementChild})"
        )
        self._heard = len(self._log())

    def says(self, expected: List[str]) -> None:
        """Since the last time, it has said exactly this; what is cleared away is not said."""
        heard: List[str] = []
        for _ in range(100):
            heard = [self._plain(phrase) for phrase in self._log()[self._heard :]]
            heard = [phrase for phrase in heard if phrase not in ("polite:", "")]
            if len(heard) >= len(expected):
                break
            self._page.wait_for_timeout(50)
        self._page.wait_for_timeout(150)  # and nothing more
        more = [self._plain(phrase) for phrase in self._log()[self._heard :]]
        assert [phrase for phrase in more if phrase not in ("polite:", "")] == expected
        self._heard = len(self._log())

    def _log(self) -> List[str]:
        phrases: List[str] = self._page.evaluate("screenReader.spokenPhraseLog()")
        return phrases

    @staticmethod
    def _plain(phrase: str) -> str:
        return " ".join(TIME.sub("TIME", phrase.replace("\u202f", " ")).split())


@pytest.fixture
def start(page: Page, site: Site, web_bot: WebBot, reader: str) -> Callable[..., Any]:
    script = f'<script async src="{web_bot.address}/widget/ask-resc.js"></script>'

    def start() -> Any:
        page.goto(site.add("/spoken", script))
        chat = Chat(page)
        expect(chat.element).to_be_attached()
        return chat, Reader(page, reader)

    return start


def test_spoken_a_conversation_by_keyboard(start: Any, page: Page) -> None:
    chat, reader = start()
    page.keyboard.press("Tab")
    reader.says(["button, Ask a question, has popup dialog"])
    page.keyboard.press("Enter")
    chat.ready()
    reader.says([*OPENED, *GREETED])
    page.keyboard.type("who leads ACES?")
    page.keyboard.press("Enter")
    chat.answered("who leads ACES?")
    reader.says(ABOUT_ACES)
    chat.element.get_by_role("button", name="Yes").focus()
    page.keyboard.press("Enter")
    # That the button is pressed now is for the screen reader to say, as of any button.
    reader.says(["button, Yes, true, not pressed", "polite: Thank you. Your vote is noted."])
    expect(chat.element.get_by_role("button", name="Yes")).to_have_attribute("aria-pressed", "true")


def test_spoken_what_was_said_is_not_said_again_when_it_opens_again(start: Any, page: Page) -> None:
    chat, reader = start()
    chat.open()
    chat.ask("who leads ACES?")
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    chat, reader = start()
    expect(chat.launcher).to_be_visible()
    reader.says([])
    chat.launcher.focus()
    page.keyboard.press("Enter")
    expect(chat.replies).to_have_count(2)
    reader.says(["button, Ask a question, has popup dialog", *OPENED])


def test_spoken_what_was_said_is_not_said_again_on_the_next_page(start: Any) -> None:
    chat, _ = start()
    chat.open()
    chat.ask("who leads ACES?")
    chat, reader = start()
    expect(chat.replies).to_have_count(2)
    expect(chat.panel).to_be_visible()
    reader.says([])


def test_spoken_that_the_bot_is_down(start: Any, page: Page) -> None:
    chat, reader = start()
    chat.open()
    reader.says(["button, Ask a question, has popup dialog", *OPENED, *GREETED])
    page.route(MESSAGES, lambda route: route.abort())
    chat.input.fill("who leads ACES?")
    chat.input.press("Enter")
    expect(chat.trouble).to_be_visible()
    reader.says(
        [
            "polite: You asked: who leads ACES? TIME",
            "polite: Looking for the answer …",
            "polite: The connection was lost. Trying again …",
            "polite: The assistant cannot be reached right now. Your question is not lost. Try again",
        ]
    )
