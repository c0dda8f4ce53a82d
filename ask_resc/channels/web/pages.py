"""What a browser loads from the bot: the widget's one file, the frame, the page on privacy, the demo.

All of it is made ready once. The bot compresses it itself: what runs beneath compresses nothing.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import re
from functools import lru_cache
from string import Template
from typing import Dict, List, Mapping, Optional

from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from ask_resc import errors
from ask_resc.channels.web import releases
from ask_resc.channels.web.guards import Origins
from ask_resc.channels.web.output import Refusal, refused
from ask_resc.facts.live import facts
from ask_resc.settings import PROJECT

PAGES = PROJECT / "widget" / "pages"

FRAME_ATTRIBUTES = ("title", "greeting", "subject", "lang", "theme", "color", "privacy", "contact")
"""What the frame's address can say, as the tag does: ``/widget/frame?subject=CREC``."""
LONGEST_ATTRIBUTE = 500

_DAY = 24 * 60 * 60
_READ = ["GET", "HEAD"]


class Asset:
    """A file as it is sent.

    Args:
        content: Its bytes.
        kind: Its media type.
        cache: ``Cache-Control``.
        headers: More headers.
    """

    def __init__(self, content: bytes, kind: str, cache: str, headers: Optional[Mapping[str, str]] = None) -> None:
        self.content = content
        self.compressed = gzip.compress(content, 9, mtime=0)
        digest = hashlib.sha256(content).hexdigest()[:16]
        self._kind, self._digest = kind, digest
        self._headers = {
            "Cache-Control": cache,
            "Vary": "Accept-Encoding",
            "X-Content-Type-Options": "nosniff",
            **(headers or {}),
        }

    def sent(self, request: Request) -> HTTPResponse:
        """The answer to a request for it: compressed, plain, or that nothing has changed."""
        takes_gzip = _takes_gzip(request.headers.get("accept-encoding", ""))
        etag = f'"{self._digest}{"-gzip" if takes_gzip else ""}"'
        headers = {**self._headers, "ETag": etag}
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if etag in known or "*" in known:
            return response.empty(status=304, headers=headers)
        if takes_gzip:
            headers["Content-Encoding"] = "gzip"
        body = self.compressed if takes_gzip else self.content
        return response.raw(body, headers=headers, content_type=self._kind)


def _takes_gzip(accepted: str) -> bool:
    for coding in accepted.lower().split(","):
        name, _, quality = coding.partition(";")
        if name.strip() in ("gzip", "*"):
            return not re.fullmatch(r"\s*q\s*=\s*0(?:\.0*)?\s*", quality)
    return False


def add_pages(blueprint: Blueprint, origins: Origins) -> None:
    """Add the routes of all that a browser loads."""
    anywhere = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
    script = "text/javascript; charset=utf-8"
    versions = releases.all_versions()
    immutable = f"public, max-age={365 * _DAY}, immutable"
    by_name = {name: Asset(content, script, immutable, anywhere) for name, content in versions.items()}
    stable = Asset(releases.WIDGET.read_bytes(), script, "public, max-age=300", anywhere)
    shown_by = " ".join(["'self'", *origins.allowed])
    own_page = _headers("'self'")
    privacy = _page((PAGES / "privacy.html").read_text(encoding="utf-8"), own_page)
    style = Asset((PAGES / "demo.css").read_bytes(), "text/css; charset=utf-8", "no-cache")
    controls = Asset((PAGES / "demo.js").read_bytes(), script, "no-cache")

    @blueprint.route("/widget/ask-resc.js", _READ)
    async def newest(request: Request) -> HTTPResponse:
        return stable.sent(request)

    @blueprint.route("/widget/<name>/ask-resc.js", _READ)
    async def version(request: Request, name: str) -> HTTPResponse:
        if name not in by_name:
            return refused(Refusal(404, "not_found", errors.WEB_NOTHING_HERE))
        return by_name[name].sent(request)

    @blueprint.route("/widget/frame", _READ)
    async def frame(request: Request) -> HTTPResponse:
        # Not kept ready: its address says what is in it.
        return _page(_frame(request), _headers(shown_by)).sent(request)

    @blueprint.route("/privacy", _READ)
    async def what_is_kept(request: Request) -> HTTPResponse:
        return privacy.sent(request)

    @blueprint.route("/demo", _READ)
    async def demo(request: Request) -> HTTPResponse:
        return _page(_demo(request, None), own_page).sent(request)

    # Before the pages of subjects, whose keys hold no dot.
    @blueprint.route("/demo/demo.css", _READ)
    async def demo_style(request: Request) -> HTTPResponse:
        return style.sent(request)

    @blueprint.route("/demo/demo.js", _READ)
    async def demo_controls(request: Request) -> HTTPResponse:
        return controls.sent(request)

    @blueprint.route("/demo/<subject>", _READ)
    async def demo_of(request: Request, subject: str) -> HTTPResponse:
        if subject not in _with_a_site():
            return refused(Refusal(404, "not_found", errors.WEB_NOTHING_HERE))
        return _page(_demo(request, subject), own_page).sent(request)


def _headers(shown_by: str) -> Dict[str, str]:
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        f"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {shown_by}; "
        "require-trusted-types-for 'script'"
    )
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}


def _page(text: str, headers: Mapping[str, str]) -> Asset:
    return Asset(text.encode(), "text/html; charset=utf-8", "no-cache", headers)


@lru_cache(maxsize=None)
def _template(name: str) -> Template:
    return Template((PAGES / name).read_text(encoding="utf-8"))


def _frame(request: Request) -> str:
    asked = {name: request.args.get(name, "")[:LONGEST_ATTRIBUTE] for name in FRAME_ATTRIBUTES}
    attributes = "".join(f' data-{name}="{html.escape(value)}"' for name, value in asked.items() if value)
    language = "es" if asked["lang"].lower().startswith("es") else "en"
    title = html.escape(asked["title"] or "Ask RESC")
    return _template("frame.html").substitute(lang=language, title=title, attributes=attributes)


def _with_a_site() -> List[str]:
    """Subjects that may have a site of their own: those that somebody leads."""
    current = facts().current()
    return [key for key in current.subjects if current.leader_of(key)]


def _demo(request: Request, subject: Optional[str]) -> str:
    subjects = facts().current().subjects
    name = html.escape(subjects[subject].name) if subject else ""
    links = [("/demo", "A district", subject is None)]
    links += [(f"/demo/{key}", subjects[key].name, key == subject) for key in _with_a_site()]
    return _template("demo.html").substitute(
        site=name or "Nutmeg Hills Public Schools",
        attribute=f' data-subject="{name}"' if name else "",
        server=html.escape(f"{request.scheme}://{request.host}"),
        links="".join(
            f'<li><a href="{address}"{" aria-current=page" if here else ""}>{html.escape(text)}</a></li>'
            for address, text, here in links
        ),
    )
