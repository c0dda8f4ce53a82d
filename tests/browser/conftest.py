"""A real Chromium, a bot with its web channel, and a district's site on a server of its own."""

from __future__ import annotations

import os
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, Iterator, Tuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.bots import WebBot

NO_BROWSER = (
    "The tests of the widget need Chromium: `apt-get install chromium` on Debian, "
    "`.venv/bin/playwright install chromium` elsewhere."
)


def chromium_path(bundled: str) -> str:
    """Debian's Chromium where there is one, else the one that Playwright installs.

    Raises:
        RuntimeError: There is none. A test without a browser fails; it is not left out.
    """
    path = shutil.which("chromium") or bundled
    if not os.path.exists(path):
        raise RuntimeError(NO_BROWSER)
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one module: while it runs, asyncio's own loops cannot."""
    with sync_playwright() as playwright:
        path = chromium_path(playwright.chromium.executable_path)
        # In a container, the user may be root and shared memory small.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A visitor's browser: nothing in it is another's."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="America/New_York"
    )
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which an error of ours fails the test."""
    page = context.new_page()
    errors: list[Any] = []
    page.on("pageerror", lambda error: errors.append(error))
    yield page
    assert errors == []


class Site:
    """A web site in the place of a district's: pages by their path, with headers."""

    def __init__(self) -> None:
        self.pages: Dict[str, Tuple[str, Dict[str, str]]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def allowed(self) -> str:
        """Its origin that the bot allows."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def refused(self) -> str:
        """Its other name, which the bot does not allow."""
        return f"http://localhost:{self.port}"

    def add(self, path: str, body: str, head: str = "", **headers: str) -> str:
        """Add a page; gives its address on the allowed origin."""
        language = "<html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        text = f"<!DOCTYPE html>{language}<title>A district</title>{head}<main><h1>A district</h1>{body}</main></html>"
        self.pages[path] = (text, {name.replace("_", "-"): value for name, value in headers.items()})
        return self.allowed + path

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> Callable[..., BaseHTTPRequestHandler]:
        pages = self.pages

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text, headers = pages.get(self.path, ("", {}))
                self.send_response(200 if text else 404)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    site = Site()
    yield site
    site.close()


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


@pytest.fixture(scope="session")
def web_bot(model: str, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebBot]:
    """A bot whose chat the site may show."""
    bot = WebBot(tmp_path_factory.mktemp("web"), free_port(), [site.allowed])
    bot.start()
    yield bot
    bot.kill()
