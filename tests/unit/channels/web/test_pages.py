from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from ask_resc.channels.web import releases
from tests.unit.channels.web.conftest import SITE, Serve, Served

SCRIPT = "/widget/ask-resc.js"
GZIP = {"Accept-Encoding": "gzip, deflate, br"}


@pytest.mark.parametrize("accepted", ["gzip", "br, gzip;q=0.5", "*", "GZIP"])
async def test_pages_the_file_is_compressed(served: Served, accepted: str):
    status, headers, body = await served.request("GET", SCRIPT, headers={"Accept-Encoding": accepted})
    assert (status, headers["Content-Encoding"]) == (200, "gzip")
    assert gzip.decompress(body) == releases.WIDGET.read_bytes()
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0"])
async def test_pages_the_file_is_plain_for_who_cannot_read_it_compressed(served: Served, accepted: str):
    _, headers, body = await served.request("GET", SCRIPT, headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in headers
    assert body == releases.WIDGET.read_bytes()


async def test_pages_the_file_has_at_most_15_kb_as_transferred(served: Served):
    _, _, body = await served.request("GET", SCRIPT, headers=GZIP)
    assert len(body) <= 15 * 1024


async def test_pages_the_file_is_not_sent_again_as_long_as_it_is_the_same(served: Served):
    _, headers, _ = await served.request("GET", SCRIPT, headers=GZIP)
    for known in (headers["ETag"], f'"other", W/{headers["ETag"]}', "*"):
        status, again, body = await served.request("GET", SCRIPT, headers={**GZIP, "If-None-Match": known})
        assert (status, body, again["ETag"]) == (304, b"", headers["ETag"])
    status, plain, _ = await served.request("GET", SCRIPT, headers={"If-None-Match": headers["ETag"]})
    assert status == 200 and plain["ETag"] != headers["ETag"]


async def test_pages_any_site_may_load_the_file(served: Served):
    for path in (SCRIPT, f"/widget/{releases.name_of(releases.WIDGET.read_bytes())}/ask-resc.js"):
        _, headers, _ = await served.request("GET", path, headers={"Origin": "https://anybody.example"})
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_pages_head_is_answered_without_a_body(served: Served):
    status, headers, body = await served.request("HEAD", SCRIPT)
    assert (status, body) == (200, b"") and headers["ETag"]


async def test_pages_a_version_has_an_address_for_good(served: Served):
    [path] = re.findall(r'src="https://bot.example(/[^"]+)"', releases.tag("https://bot.example/"))
    _, headers, body = await served.request("GET", path)
    assert body == releases.WIDGET.read_bytes()
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (await served.request("GET", "/widget/0123456789abcdef/ask-resc.js"))[0] == 404


async def test_pages_an_earlier_releases_address_goes_on_working(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    first = tmp_path / "ask-resc.js"
    first.write_bytes(b"/* the first release */")
    monkeypatch.setattr(releases, "WIDGET", first)
    monkeypatch.setattr(releases, "RELEASES", tmp_path / "releases")
    [path] = re.findall(r'src="https://bot.example(/[^"]+)"', releases.tag("https://bot.example"))
    assert releases.keep().read_bytes() == first.read_bytes()
    first.write_bytes(b"/* the second release */")
    served = await serve()
    assert (await served.request("GET", path))[2] == b"/* the first release */"
    assert (await served.request("GET", SCRIPT))[2] == b"/* the second release */"


def test_pages_a_release_that_was_changed_is_not_served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(releases, "RELEASES", tmp_path)
    releases.keep().write_bytes(b"changed")
    with pytest.raises(ValueError, match="Restore it"):
        releases.all_versions()


async def test_pages_under_widget_there_is_nothing_but_the_file_and_the_frame(served: Served):
    for path in ("/widget", "/widget/", "/widget/src/main.js", "/widget/package.json", "/widget/../credentials.yml",
                 "/widget/%2e%2e/credentials.yml", "/widget/x/ask-resc.js"):  # fmt: skip
        assert (await served.request("GET", path))[0] == 404, path


async def test_pages_the_frame_is_shown_by_the_allowed_sites(serve: Serve, served: Served):
    _, headers, _ = await served.request("GET", "/widget/frame")
    assert f"frame-ancestors 'self' {SITE};" in headers["Content-Security-Policy"]
    _, headers, _ = await (await serve()).request("GET", "/widget/frame")
    assert "frame-ancestors 'self';" in headers["Content-Security-Policy"]


async def test_pages_what_the_frames_address_says_is_no_markup(served: Served):
    hostile = '"><script>alert(1)</script>'
    _, _, body = await served.request(
        "GET", "/widget/frame", params={"title": hostile, "subject": hostile, "lang": hostile}
    )
    assert b"<script>alert" not in body and b"&lt;script&gt;" in body
    _, _, body = await served.request("GET", "/widget/frame", params={"title": "x" * 3000, "mode": "floating"})
    assert b"x" * 501 not in body and b'data-mode="page"' in body and b"floating" not in body


@pytest.mark.parametrize("path", ["/demo", "/demo/crec", "/privacy"])
async def test_pages_of_the_bot_are_strict(served: Served, path: str):
    status, headers, body = await served.request("GET", path)
    assert status == 200 and b"$" not in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'self';" in policy


async def test_pages_of_the_demo_are_those_of_the_facts(served: Served):
    _, _, body = await served.request("GET", "/demo/crec")
    assert b'data-subject="CREC"' in body
    assert (await served.request("GET", "/demo/florio"))[0] == 404
    assert (await served.request("GET", "/demo/nobody"))[0] == 404


def test_pages_say_what_the_document_on_privacy_says() -> None:
    page: Any = re.sub(r"\s+", " ", (releases.PROJECT / "widget" / "pages" / "privacy.html").read_text())
    for promise in ("phone numbers", "helpful", "IP address", "no cookies", "random number"):
        assert promise in page
