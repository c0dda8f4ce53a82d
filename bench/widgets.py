"""``python -m bench.widgets``: our widget beside two others: bytes as transferred, and what axe finds.

Each is opened on an empty page in Chromium and answers one question from a server on this machine that says
the same to all. What a page loads is counted as a server sends it, each file compressed with gzip.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import hashlib
import json
import subprocess
import tarfile
import tempfile
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, List, Tuple

from playwright.sync_api import Page, TimeoutError, sync_playwright

from ask_resc.settings import PROJECT
from tests.browser.conftest import chromium_path
from widget.build import BUILT, NODE, NPM, install

FOLDER = PROJECT / ".state" / "bench" / "widgets"
RESULTS = Path(__file__).with_name("WIDGETS.md")
QUESTION = "who leads ACES?"
SECONDS_TO_SPEAK = 5
ANSWER = "Dr. Thomas Danehy is the Executive Director of ACES."


@dataclass(frozen=True)
class Peer:
    """A package of npm: the one file of it that a site loads, and how a page shows it."""

    package: str
    integrity: str
    file: str
    body: str


DEEP_CHAT = Peer(
    "deep-chat@2.4.2",
    "sha512-wQNd6Z6HDoH7OMeoQKpmxDm9XdWrRjMkBJ2yl5tsYND9Dz2UCv/BdGVM8vK2V0mhO1u+OniHYPWDGvjlNxjCeQ==",
    "package/dist/deepChat.bundle.js",
    '<deep-chat connect=\'{"url": "/deep-chat"}\'></deep-chat><script type="module" src="/peer.js"></script>',
)
WEB_CHAT = Peer(
    "botframework-webchat@4.18.1",
    "sha512-7jpEUJ7olT62Xm+8eh7BhhIcXVfU2xD4pZDaeBt8K4XcNy6K/83UGIxE9BFkXmHMZ4hDEVOzs5cre07GWuaXzg==",
    "package/dist/webchat.js",
    '<div id="chat" style="height: 500px"></div><script src="/peer.js"></script><script src="/start.js"></script>',
)
# In the place of Microsoft's service: a connection that answers as it would.
START = """
const from = (role) => ({ id: role, role, name: role });
let say;
const activity$ = { subscribe(observer) {
  say = (a) => (observer.next ? observer.next(a) : observer(a));
  return { unsubscribe() {} };
} };
const once = (value) => ({ subscribe(observer) {
  (observer.next ? observer.next.bind(observer) : observer)(value); observer.complete && observer.complete();
  return { unsubscribe() {} }; } });
const share = (o) => Object.assign(o, { [Symbol.observable || '@@observable']() { return this; } });
let n = 0;
const directLine = {
  activity$: share(activity$), connectionStatus$: share(once(2)), end() {}, getSessionId: () => share(once('s')),
  postActivity(a) {
    const id = String(++n);
    if (a.type === 'message') setTimeout(async () => {
      say({ ...a, id, from: from('user'), timestamp: new Date().toISOString() });
      const text = (await (await fetch('/web-chat', { method: 'POST' })).json()).text;
      const timestamp = new Date().toISOString();
      say({ type: 'message', id: id + 'r', from: from('bot'), text, timestamp, replyToId: id });
    });
    return share(once(id));
  },
};
window.WebChat.renderWebChat({ directLine, userID: 'user' }, document.getElementById('chat'));
"""


def file_of(peer: Peer) -> bytes:
    """The file of a package, which is fetched once and held against its hash."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    archive = FOLDER / f"{peer.package.replace('@', '-')}.tgz"
    if not archive.exists():
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            subprocess.run([NODE, NPM, "pack", peer.package, "--silent"], cwd=folder, check=True)
            next(Path(folder).iterdir()).rename(archive)
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != peer.integrity:
        raise SystemExit(f"{archive} is not what it should be.")
    with tarfile.open(archive) as files:
        found = files.extractfile(peer.file)
        assert found is not None
        return found.read()


class Server:
    """Pages by their path; what is posted is answered in the words of each widget."""

    def __init__(self) -> None:
        self.files: Dict[str, Tuple[str, bytes]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = server.files.get(self.path, ("text/plain", b""))
                self._send(200 if content else 404, kind, content)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                reply = {
                    "id": "0" * 32, "kind": "answered", "text": ANSWER,
                    "notices": [], "sources": [], "suggestions": [],
                }  # fmt: skip
                said: Any = {"text": ANSWER, "replies": [reply], "session": "s", "greeting": "Hello!"}
                said |= {"suggestions": ["What are RESCs?"], "contact": None, "max_length": 1000}
                self._send(200, "application/json", json.dumps(said).encode())

            def _send(self, status: int, kind: str, content: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def page(self, body: str, **files: bytes) -> None:
        """Serve this page at the root, and scripts beside it."""
        text = f"<!DOCTYPE html><html lang=en><title>A page</title><body>{body}</body></html>"
        self.files = {"/": ("text/html; charset=utf-8", text.encode())}
        for name, content in files.items():
            self.files[f"/{name.replace('__', '/')}.js"] = ("text/javascript; charset=utf-8", content)


@dataclass(frozen=True)
class Result:
    """What was found of one widget."""

    name: str
    transferred: int
    whole: int
    violations: Dict[str, List[str]]
    """Rules of axe by how serious they are."""
    is_spoken: bool
    """Whether the answer comes into a live region, from which a screen reader takes it."""


IN_LIVE_REGION = """answer => {
  const all = (root) =>
    [...root.querySelectorAll('*')].flatMap((e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const live = '[aria-live]:not([aria-live=off]), [role=log], [role=status], [role=alert]';
  return all(document).some((e) => e.matches(live) && e.textContent.includes(answer));
}"""


def measure(page: Page, name: str, server: Server, scripts: List[bytes], opened: str, field: str) -> Result:
    """Open the page, ask, and look."""
    page.goto(server.address)
    if opened:
        page.locator(opened).click()
    place = page.locator(field)
    place.click()
    place.press_sequentially(QUESTION)
    place.press("Enter")
    try:
        # At any moment: some take it out of the live region again.
        page.wait_for_function(IN_LIVE_REGION, arg=ANSWER, timeout=SECONDS_TO_SPEAK * 1000)
        is_spoken = True
    except TimeoutError:
        is_spoken = False
    page.get_by_text(ANSWER).first.wait_for()
    axe = (install() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    page.evaluate(axe)
    found: Dict[str, List[str]] = {}
    for rule in page.evaluate("axe.run(document)")["violations"]:
        found.setdefault(rule["impact"], []).append(rule["id"])
    transferred = sum(len(gzip.compress(script, 9)) for script in scripts)
    return Result(name, transferred, sum(map(len, scripts)), found, is_spoken)


def run() -> List[Result]:
    """All three, one after the other."""
    server = Server()
    ours, deep, web = BUILT.read_bytes(), file_of(DEEP_CHAT), file_of(WEB_CHAT)
    with sync_playwright() as playwright:
        path = chromium_path(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(60_000)
        main = "<main><h1>A page</h1></main>"
        server.page(f'{main}<script src="/widget/ask-resc.js"></script>', **{"widget__ask-resc": ours})
        results = [measure(page, "Ask RESC", server, [ours], ".launcher", "ask-resc textarea")]
        server.page(f"<main><h1>A page</h1>{DEEP_CHAT.body}</main>", peer=deep)
        results.append(measure(page, DEEP_CHAT.package, server, [deep], "", "deep-chat #text-input"))
        server.page(f"<main><h1>A page</h1>{WEB_CHAT.body}</main>", peer=web, start=START.encode())
        results.append(measure(page, WEB_CHAT.package, server, [web], "", "[data-id=webchat-sendbox-input]"))
        browser.close()
    return results


def table(results: List[Result]) -> str:
    """The results, as they stand in ``bench/WIDGETS.md``."""
    lines = ["| | KB, gzip | KB, plain | axe | spoken |", "| --- | ---: | ---: | --- | --- |"]
    for result in results:
        axe = "; ".join(f"{len(rules)} {impact} ({', '.join(rules)})" for impact, rules in result.violations.items())
        lines.append(
            f"| {result.name} | {result.transferred / 1024:.1f} | {result.whole / 1024:.1f} | {axe or 'none'} | "
            f"{'yes' if result.is_spoken else 'no'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table, or write it down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"into {RESULTS.name}")
    found = table(run())
    print(found)
    if parser.parse_args().write:
        RESULTS.write_text(HEAD + found + "\n", encoding="utf-8")


HEAD = """# Beside other widgets

Written by `.venv/bin/python -m bench.widgets --write`. Each is opened with its defaults on an empty page in Chromium
and answers one question. Bytes are those of the script that a site loads, compressed with gzip and plain
(1 KB is 1,024 bytes). axe-core 4.14.1 runs with all rules it has by default on the whole page; of its findings, the
rules are named by how serious they are. "Spoken": the answer comes into a live
region within five seconds; whether once, only ours is tested (`tests/browser/test_spoken.py`).

"""

if __name__ == "__main__":
    main()
