"""The chat on a page, as a visitor uses it. Every wait is for something that can be seen."""

from __future__ import annotations

import re
from typing import Any, Optional, Union

from playwright.sync_api import Frame, Locator, Page, expect

SECONDS = 20
expect.set_options(timeout=SECONDS * 1000)


class Chat:
    """The chat on ``page``, or in a frame of it."""

    def __init__(self, page: Union[Page, Frame]) -> None:
        self.page = page
        self.element = page.locator("ask-resc")
        self.launcher = self.element.locator(".launcher")
        self.panel = self.element.locator(".panel")
        self.log = self.element.get_by_role("log")
        self.status = self.element.get_by_role("status")
        self.input = self.element.locator("textarea")
        self.send = self.element.locator(".send")
        self.replies = self.element.locator(".message.bot")
        self.questions = self.element.locator(".message.you")
        self.suggestions = self.element.locator(".suggestions button")
        self.trouble = self.element.locator(".trouble")
        self.greeting = self.element.locator(".message.greeting")

    def open(self) -> Chat:
        self.launcher.click()
        return self.ready()

    def ready(self) -> Chat:
        """Wait for the greeting."""
        expect(self.greeting).to_be_visible()
        expect(self.send).not_to_have_attribute("aria-disabled", "true")
        return self

    def ask(self, text: str) -> Locator:
        """Ask, and give the last reply."""
        self.input.fill(text)
        self.input.press("Enter")
        return self.answered(text)

    def answered(self, text: Optional[str] = None) -> Locator:
        """The last reply to the last question, once it is there."""
        if text is not None:
            expect(self.questions.last.locator(".said")).to_have_text(text)
        expect(self.element.locator(".message").last).to_have_class(re.compile(r"\bbot\b"))
        expect(self.status).to_have_text("")
        return self.replies.last

    def option(self, name: str) -> None:
        self.element.get_by_role("button", name="Options").click()
        self.element.get_by_role("button", name=name).click()

    def focused(self) -> Any:
        """What has the focus inside of the chat: its name or text; None where it is elsewhere."""
        return self.element.evaluate(
            "e => { const a = e.shadowRoot.activeElement;"
            " return a && (a.getAttribute('aria-label') || a.textContent || a.localName); }"
        )
