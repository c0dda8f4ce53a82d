"""The chat on pages of others: strict, hostile, refused, framed, small."""

from __future__ import annotations

import re
from typing import Any, List

import pytest
from playwright.sync_api import Browser, Page, expect

from ask_resc.channels.web import releases
from ask_resc.facts.live import facts
from tests.browser.bots import WebBot
from tests.browser.chat import Chat
from tests.browser.conftest import Site
from tests.browser.test_states import settled, violations
from widget.build import install

# Nothing but what the guide for webmasters names.
STRICT = (
    "default-src 'none'; script-src {bot}; connect-src {bot}; base-uri 'none'; form-action 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
HOSTILE = """<style>
* { all: unset !important; display: none !important; color: lime !important; font-size: 3px !important }
*, *::before, *::after { position: static !important; visibility: hidden; text-transform: uppercase !important;
  letter-spacing: 1em !important; line-height: 0 !important; direction: rtl !important; white-space: nowrap !important }
html { font-size: 62.5% !important } body, html, main, ask-resc { display: block !important }
button, textarea, dialog { width: 1px !important; height: 1px !important }
</style>"""


def tag(bot: WebBot, attributes: str = "") -> str:
    return f'<script async src="{bot.address}/widget/ask-resc.js" {attributes}></script>'


def talks(chat: Chat) -> None:
    expect(chat.ask("who leads ACES?")).to_contain_text("Executive Director of ACES")


def test_embed_a_strict_policy_refuses_nothing(page: Page, site: Site, web_bot: WebBot) -> None:
    said: List[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.add("/strict", tag(web_bot), Content_Security_Policy=STRICT.format(bot=web_bot.address)))
    chat = Chat(page).open()
    talks(chat)
    chat.option("Print the conversation")
    assert said == []


def test_embed_hostile_styles_do_not_get_in(page: Page, site: Site, web_bot: WebBot) -> None:
    page.goto(site.add("/plain", tag(web_bot)))
    plain = looks(Chat(page).open())
    page.goto(site.add("/hostile", tag(web_bot), head=HOSTILE))
    page.evaluate("sessionStorage.clear()")
    page.reload()
    chat = Chat(page).open()
    assert looks(chat) == plain
    talks(chat)
    box = chat.panel.bounding_box()
    assert box and box["width"] == 400 and box["y"] > 0
    expect(chat.replies.last.locator(".said")).to_be_in_viewport()


def looks(chat: Chat) -> Any:
    """How what a visitor reads and presses is drawn."""
    return chat.element.evaluate(
        """e => [...e.shadowRoot.querySelectorAll('.said, textarea, .send, .suggestions button, h2')].map((part) => {
          const s = getComputedStyle(part);
          return [part.localName, s.display, s.visibility, s.fontSize, s.lineHeight, s.letterSpacing, s.color,
                  s.textTransform, s.direction, s.whiteSpace, Math.round(part.getBoundingClientRect().height)];
        })"""
    )


def test_embed_an_origin_that_is_not_allowed_is_told_which_setting_to_change(
    page: Page, site: Site, web_bot: WebBot
) -> None:
    said: List[str] = []
    page.on("console", lambda message: said.append(message.text))
    site.add("/refused", tag(web_bot))
    page.goto(f"{site.refused}/refused")
    chat = Chat(page)
    chat.launcher.click()
    expect(chat.trouble).to_have_text("The assistant is not set up for this site yet.")
    [told] = [text for text in said if text.startswith("ask-resc: ")]
    assert site.refused in told and "“origins”" in told and "credentials.yml" in told


def test_embed_leaves_no_traces_on_the_page(page: Page, site: Site, web_bot: WebBot) -> None:
    hosts = set()
    page.on("request", lambda request: hosts.add("/".join(request.url.split("/")[:3])))
    page.goto(site.add("/without", "nothing"))
    before = set(page.evaluate("Object.getOwnPropertyNames(window)"))
    page.goto(site.add("/traces", tag(web_bot)))
    chat = Chat(page).open()
    talks(chat)
    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) <= before
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length") == 0
    assert hosts == {site.allowed, web_bot.address}
    assert page.evaluate("document.querySelector('ask-resc').shadowRoot.mode") == "open"


def test_embed_nothing_is_asked_before_it_is_opened(page: Page, site: Site, web_bot: WebBot) -> None:
    asked: List[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.add("/quiet", tag(web_bot)))
    expect(Chat(page).launcher).to_be_visible()
    assert [url for url in asked if url.startswith(web_bot.address)] == [f"{web_bot.address}/widget/ask-resc.js"]


def test_embed_an_element_in_the_page_is_the_chat(page: Page, site: Site, web_bot: WebBot) -> None:
    body = '<ask-resc data-mode="inline" data-title="Ask us" data-greeting="Welcome."></ask-resc>'
    page.goto(site.add("/inline", body + tag(web_bot) + tag(web_bot)))
    chat = Chat(page).ready()
    expect(chat.element).to_have_count(1)
    expect(chat.launcher).to_have_count(0)
    expect(chat.panel).to_have_attribute("aria-label", "Ask us")
    expect(chat.greeting).to_contain_text("Welcome.")
    talks(chat)


def test_embed_attributes_say_how_it_looks(page: Page, site: Site, web_bot: WebBot) -> None:
    attributes = 'data-open data-position="left" data-color="#fc0" data-lang="es" data-theme="dark"'
    page.goto(site.add("/attributes", tag(web_bot, attributes)))
    chat = Chat(page).ready()
    box = chat.panel.bounding_box()
    assert box and box["x"] < 100
    header = chat.element.locator("header")
    expect(header).to_have_css("background-color", "rgb(255, 204, 0)")
    expect(header).to_have_css("color", "rgb(0, 0, 0)")
    expect(chat.send).to_have_accessible_name("Enviar")
    page.evaluate("document.querySelector('ask-resc').dataset.color = '#036'")
    expect(header).to_have_css("background-color", "rgb(0, 51, 102)")
    expect(header).to_have_css("color", "rgb(255, 255, 255)")
    page.evaluate("delete document.querySelector('ask-resc').dataset.open")
    expect(chat.panel).to_be_hidden()


def test_embed_colours_that_cannot_be_read_are_mended_and_told(page: Page, site: Site, web_bot: WebBot) -> None:
    said: List[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(site.add("/unreadable", '<ask-resc style="--ask-resc-text: #ccc"></ask-resc>' + tag(web_bot)))
    expect(Chat(page).launcher).to_be_visible()
    assert any("the colour for text cannot be read" in text for text in said)
    page.evaluate("document.querySelector('ask-resc').style.setProperty('--ask-resc-accent', 'rgb(0 51 102)')")
    expect(Chat(page).launcher).to_have_css("background-color", "rgb(0, 51, 102)")


def test_embed_wide_text_spacing_cuts_nothing_off(page: Page, site: Site, web_bot: WebBot) -> None:
    page.goto(site.add("/spacing", tag(web_bot)))
    chat = Chat(page).open()
    chat.ask("who leads CREC?")
    chat.element.evaluate(
        """e => {
          const sheet = new CSSStyleSheet();
          sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: .12em !important;
            word-spacing: .16em !important } p { margin-bottom: 2em !important }`);
          e.shadowRoot.adoptedStyleSheets.push(sheet);
        }"""
    )
    cut = "parts => parts.filter((e) => e.scrollWidth > e.clientWidth + 1).map((e) => e.className)"
    assert chat.element.locator(".panel, header, .message, .vote, button:visible, form").evaluate_all(cut) == []
    for button in chat.element.get_by_role("button").all():
        button.scroll_into_view_if_needed()
        expect(button).to_be_in_viewport()


def test_embed_escape_shows_what_the_chat_covers_without_moving_the_focus(
    page: Page, site: Site, web_bot: WebBot
) -> None:
    page.goto(site.add("/covered", tag(web_bot, "data-open") + "<a href=#x>A link</a>"))
    chat = Chat(page).ready()
    page.get_by_role("link", name="A link").focus()
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    expect(page.get_by_role("link", name="A link")).to_be_focused()


def test_embed_takes_the_fonts_and_the_colour_of_the_page(page: Page, site: Site, web_bot: WebBot) -> None:
    head = '<meta name="theme-color" content="#1d4d3f"><style>body { font-family: Georgia, serif }</style>'
    page.goto(site.add("/home", tag(web_bot), head=head))
    chat = Chat(page)
    expect(chat.launcher).to_have_css("background-color", "rgb(29, 77, 63)")
    expect(chat.launcher).to_have_css("font-family", "Georgia, serif")


def test_embed_by_the_tag_that_the_command_prints(page: Page, site: Site, web_bot: WebBot) -> None:
    printed = releases.tag(web_bot.address)
    assert 'integrity="sha384-' in printed
    page.goto(site.add("/pinned", printed))
    talks(Chat(page).open())
    changed = re.sub("sha384-.{10}", "sha384-" + "A" * 10, printed)
    page.goto(site.add("/changed", changed))
    page.wait_for_load_state("networkidle")
    expect(page.locator("ask-resc")).to_have_count(0)


def test_embed_the_frame_is_the_chat(page: Page, site: Site, web_bot: WebBot) -> None:
    address = f"{web_bot.address}/widget/frame?subject=CREC&title=Ask+%3Cus%3E"
    frame = f'<iframe src="{address}" title="Ask us" width="400" height="600"></iframe>'
    page.goto(site.add("/framed", frame))
    chat = Chat(page.frames[1]).ready()
    expect(chat.panel).to_have_attribute("aria-label", "Ask <us>")
    box = chat.panel.evaluate("e => JSON.parse(JSON.stringify(e.getBoundingClientRect()))")
    assert [box[side] for side in ("x", "y", "width", "height")] == [0, 0, 400, 600]
    expect(chat.ask("who is our director?")).to_contain_text("Executive Director of CREC")


def test_embed_the_frame_is_not_shown_by_others(page: Page, site: Site, web_bot: WebBot) -> None:
    site.add("/framed", f'<iframe src="{web_bot.address}/widget/frame" title="Ask us"></iframe>')
    page.goto(f"{site.refused}/framed")
    page.wait_for_load_state("networkidle")
    assert page.frames[1].locator("ask-resc").count() == 0


def test_embed_demo_shows_it_copies_the_tag_and_changes_how_it_looks(page: Page, web_bot: WebBot) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{web_bot.address}/demo")
    chat = Chat(page)
    expect(chat.launcher).to_be_visible()
    page.get_by_role("button", name="Copy the tag").click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f'<script async src="{web_bot.address}/widget/ask-resc.js"></script>'
    page.get_by_label("Theme").select_option("dark")
    page.get_by_label("Language").select_option("es")
    expect(page.locator("#tag")).to_contain_text('data-theme="dark" data-lang="es"></script>')
    chat.open()
    expect(chat.send).to_have_accessible_name("Enviar")


def test_embed_demo_has_a_page_for_each_center(page: Page, web_bot: WebBot) -> None:
    current = facts().current()
    centers = [key for key in current.subjects if current.leader_of(key)]
    assert len(centers) == 6
    page.goto(f"{web_bot.address}/demo")
    expect(page.locator(".sites a")).to_have_count(1 + len(centers))
    page.get_by_role("link", name="EASTCONN").click()
    expect(page.get_by_role("banner").locator(".name")).to_have_text("EASTCONN")
    expect(Chat(page).open().ask("who leads you?")).to_contain_text("Executive Director of EASTCONN")


def test_embed_demo_is_accessible_too(page: Page, web_bot: WebBot) -> None:
    axe = (install() / "axe-core" / "axe.min.js").read_text(encoding="utf-8")
    for path in ("/demo", "/privacy", "/widget/frame"):
        page.goto(web_bot.address + path)
        session = page.context.new_cdp_session(page)
        session.send("Page.setBypassCSP", {"enabled": True})
        page.reload()
        if path == "/demo":
            expect(Chat(page).launcher).to_be_visible()
        if path == "/widget/frame":
            Chat(page).ready()
        if path != "/privacy":
            page.evaluate(settled)  # what is fading in has too little contrast yet
        assert violations(page, axe) == [], path


@pytest.fixture
def phone(browser: Browser, site: Site, web_bot: WebBot) -> Any:
    context = browser.new_context(
        viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True, device_scale_factor=3, locale="en-US"
    )
    page = context.new_page()
    page.goto(site.add("/phone", tag(web_bot) + "<p>A page.</p>" * 60))
    yield page
    context.close()


def test_embed_a_phone_has_the_whole_screen_and_the_keyboard_covers_nothing(phone: Page) -> None:
    chat = Chat(phone)
    chat.launcher.tap()
    chat.ready()
    box = chat.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 664}
    assert float(chat.input.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 16, "or the page zooms in"
    # The keyboard leaves the upper half: the browser tells by its visual viewport alone.
    phone.evaluate(
        """() => {
          for (const [name, value] of [['height', 330], ['offsetTop', 12]]) {
            Object.defineProperty(visualViewport, name, {value, configurable: true});
          }
          visualViewport.dispatchEvent(new Event('resize'));
        }"""
    )
    field, panel = chat.input.bounding_box(), chat.panel.bounding_box()
    assert field and panel
    assert panel["y"] == 12 and field["y"] + field["height"] <= 12 + 330
    expect(chat.log).to_be_in_viewport()


def test_embed_a_phone_keeps_the_page_behind_out_of_reach_until_it_is_closed(phone: Page) -> None:
    chat = Chat(phone)
    chat.launcher.tap()
    chat.ready()
    assert chat.panel.evaluate("e => e.matches(':modal')")
    chat.suggestions.first.tap()
    chat.answered()
    assert chat.focused() == "Conversation", "no keyboard comes up over the answer"
    phone.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused() == "Ask a question"


def test_embed_turning_the_phone_loses_neither_focus_nor_talk(phone: Page) -> None:
    chat = Chat(phone)
    chat.launcher.tap()
    chat.ready()
    chat.ask("who leads ACES?")
    chat.input.focus()
    phone.set_viewport_size({"width": 1024, "height": 700})
    expect(chat.panel).not_to_have_class(re.compile("whole"))
    assert not chat.panel.evaluate("e => e.matches(':modal')")
    assert chat.focused() == "textarea"
    phone.set_viewport_size({"width": 390, "height": 664})
    expect(chat.panel).to_have_class(re.compile("whole"))
    assert chat.focused() == "textarea"
    expect(chat.replies).to_have_count(2)
