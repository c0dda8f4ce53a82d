"""A visit, against the real bot: ask, follow up, pick, rate, lose the bot and find it again."""

from __future__ import annotations

import http.client
import json
import re
import sqlite3
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Callable, Iterator, List, Tuple

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.bots import WebBot
from tests.browser.chat import Chat
from tests.browser.conftest import Site, free_port
from tests.browser.states import MESSAGES

Visit = Callable[..., Chat]


@pytest.fixture
def visit(page: Page, site: Site, web_bot: WebBot) -> Visit:
    """Go to a page with the chat, with attributes on its tag."""

    def visit(attributes: str = "", path: str = "") -> Chat:
        script = f'<script async src="{web_bot.address}/widget/ask-resc.js" {attributes}></script>'
        page.goto(site.add(f"/visit{path}{uuid.uuid4().hex}", f"{script}<p><a href=#x>A link</a></p>"))
        return Chat(page)

    return visit


def votes(bot: WebBot) -> List[Tuple[Any, ...]]:
    with sqlite3.connect(bot.database) as database:
        if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'votes'").fetchall():
            return []  # nobody has voted
        return database.execute("SELECT answer_id, kind, channel, helpful FROM votes").fetchall()


def questions(bot: WebBot, text: str) -> int:
    """How often the bot was asked it."""
    with sqlite3.connect(bot.database) as database:
        rows = database.execute("SELECT data FROM events WHERE type_name = 'user'").fetchall()
    return sum(f'"{text}"' in data for (data,) in rows)


def test_visit_answers_with_source_and_notice_and_takes_a_follow_up(visit: Visit) -> None:
    chat = visit().open()
    expect(chat.greeting).to_contain_text("automated assistant")
    reply = chat.ask("who leads CREC?")
    expect(reply).to_contain_text("Executive Director of CREC")
    source = reply.get_by_role("link", name="About Us, RESC Alliance")
    expect(source).to_have_attribute("href", "https://www.rescalliance.org/about")
    expect(source).to_have_attribute("rel", "noopener noreferrer")
    expect(reply.locator(".notice")).to_contain_text("CREC's own site names")
    expect(reply.locator("time")).to_have_text(re.compile(r"^\d+:\d\d\s[AP]M$"))
    expect(chat.ask("and ACES?")).to_contain_text("Executive Director of ACES")


def test_visit_a_suggestion_is_asked_by_a_click(visit: Visit) -> None:
    chat = visit().open()
    text = chat.suggestions.first.text_content()
    chat.suggestions.first.click()
    expect(chat.answered(text)).to_have_class(re.compile("answered"))
    assert chat.focused() == "textarea"


def test_visit_a_vote_is_kept_and_can_be_changed(visit: Visit, web_bot: WebBot, page: Page) -> None:
    before = votes(web_bot)
    chat = visit().open()
    reply = chat.ask("who leads ACES?")
    number = reply.get_attribute("data-id")
    yes, no = (reply.get_by_role("button", name=name) for name in ("Yes", "No"))
    yes.click()
    expect(yes).to_have_attribute("aria-pressed", "true")
    assert set(votes(web_bot)) - set(before) == {(number, "answered", "web", 1)}
    no.click()
    expect(no).to_have_attribute("aria-pressed", "true")
    expect(yes).to_have_attribute("aria-pressed", "false")
    assert set(votes(web_bot)) - set(before) == {(number, "answered", "web", 0)}
    page.reload()
    expect(chat.replies.last.get_by_role("button", name="No")).to_have_attribute("aria-pressed", "true")


def test_visit_goes_on_after_a_reload_and_on_another_page(visit: Visit, page: Page) -> None:
    chat = visit().open()
    chat.ask("who leads CREC?")
    page.reload()
    expect(chat.panel).to_be_visible()
    expect(chat.replies).to_have_count(2)
    assert page.evaluate("document.activeElement === document.body"), "it takes no focus by itself"
    chat = visit(path="another")
    expect(chat.questions.locator(".said")).to_have_text(["who leads CREC?"])
    expect(chat.ask("and ACES?")).to_contain_text("Executive Director of ACES")


def test_visit_start_over_forgets(visit: Visit, page: Page) -> None:
    chat = visit().open()
    chat.ask("who leads CREC?")
    session = stored(page)["session"]
    chat.option("Start over")
    expect(chat.questions).to_have_count(0)
    chat.ready()
    assert stored(page)["session"] != session
    expect(chat.ask("and the others?")).to_have_class(re.compile("asked_back"))


def stored(page: Page) -> Any:
    return page.evaluate("JSON.parse(Object.values(sessionStorage)[0])")


def test_visit_two_visitors_at_once_have_their_own_conversations(browser: Browser, site: Site, web_bot: WebBot) -> None:
    script = f'<script async src="{web_bot.address}/widget/ask-resc.js"></script>'
    address = site.add("/two", script)
    contexts = [browser.new_context() for _ in range(2)]
    chats = []
    for context in contexts:
        page = context.new_page()
        page.goto(address)
        chats.append(Chat(page).open())
    for chat, center in zip(chats, ("CREC", "ACES"), strict=True):
        chat.input.fill(f"who leads {center}?")
        chat.input.press("Enter")
    for chat, center in zip(chats, ("CREC", "ACES"), strict=True):
        expect(chat.answered()).to_contain_text(f"Executive Director of {center}")
        expect(chat.ask("what is it?")).to_contain_text(center)
    for context in contexts:
        context.close()


def test_visit_a_lost_connection_is_retried_without_asking_twice(visit: Visit, web_bot: WebBot, page: Page) -> None:
    chat = visit().open()
    text = f"who leads CREC {uuid.uuid4().hex[:6]}"
    lost: List[Route] = []

    def lose_the_first_answer(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route)
            route.fetch()  # the bot has heard it, and its answer is lost
            route.abort()

    page.route(MESSAGES, lose_the_first_answer)
    chat.ask(text)
    expect(chat.questions).to_have_count(1)
    expect(chat.replies).to_have_count(2)
    assert questions(web_bot, text) == 1


def test_visit_a_page_that_goes_away_takes_no_answer_along(visit: Visit, web_bot: WebBot, page: Page) -> None:
    chat = visit().open()
    text = f"who leads LEARN {uuid.uuid4().hex[:6]}"
    page.route(MESSAGES, lambda route: (route.fetch(), None)[1])
    chat.input.fill(text)
    with page.expect_request(MESSAGES):
        chat.input.press("Enter")
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(chat.replies).to_have_count(2)
    expect(chat.questions).to_have_count(1)
    assert questions(web_bot, text) == 1


@pytest.fixture
def mortal(model: str, site: Site, tmp_path: Path) -> Iterator[WebBot]:
    """A bot for one test."""
    bot = WebBot(tmp_path, free_port(), [site.allowed])
    bot.start()
    yield bot
    bot.kill()


def test_visit_bot_is_killed_and_started_again_and_the_talk_goes_on(mortal: WebBot, page: Page, site: Site) -> None:
    page.goto(site.add("/mortal", f'<script async src="{mortal.address}/widget/ask-resc.js"></script>'))
    chat = Chat(page).open()
    chat.ask("who leads CREC?")
    mortal.kill()
    chat.input.fill("and ACES?")
    chat.input.press("Enter")
    expect(chat.trouble).to_contain_text("cannot be reached")
    mortal.start()
    chat.trouble.get_by_role("button", name="Try again").click()
    expect(chat.answered("and ACES?")).to_contain_text("Executive Director of ACES")
    expect(chat.trouble).to_have_count(0)
    expect(chat.questions).to_have_count(2)
    assert chat.focused() == "textarea"

    def hear_and_die(route: Route) -> None:
        if mortal.is_running:
            route.fetch()
            mortal.kill()
        route.abort()

    page.route(MESSAGES, hear_and_die)
    chat.input.fill("and LEARN?")
    chat.input.press("Enter")
    expect(chat.trouble).to_contain_text("cannot be reached")
    page.unroute(MESSAGES)
    mortal.start()
    chat.trouble.get_by_role("button", name="Try again").click()
    expect(chat.answered("and LEARN?")).to_contain_text("Executive Director of LEARN")
    assert questions(mortal, "and LEARN?") == 1, "it had been heard, and is not asked again"


def test_visit_everything_by_keyboard_alone(visit: Visit, page: Page) -> None:
    chat = visit()
    expect(chat.launcher).to_be_visible()
    page.keyboard.press("Tab")  # the page's link
    page.keyboard.press("Tab")
    assert chat.focused() == "Ask a question"
    page.keyboard.press("Enter")
    chat.ready()
    assert chat.focused() == "textarea"
    page.keyboard.type("who leads ACES?")
    page.keyboard.press("Enter")
    chat.answered("who leads ACES?")
    assert chat.focused() == "textarea"
    back = [chat.focused() for _ in range(3) if page.keyboard.press("Shift+Tab") is None]
    assert back == ["What is ACES?", "No", "Yes"]
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    chat.answered("What is ACES?")
    assert chat.focused() == "textarea"
    page.keyboard.press("Tab")
    assert chat.focused() == "Send"
    page.keyboard.press("Tab")
    assert chat.focused() is None, "the focus is not trapped"
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Escape")
    expect(chat.panel).to_be_hidden()
    assert chat.focused() == "Ask a question"
    page.keyboard.press("Space")
    expect(chat.panel).to_be_visible()
    assert chat.focused() == "textarea"


def test_visit_nothing_too_long_and_no_second_question_while_waiting_is_lost(visit: Visit, page: Page) -> None:
    chat = visit().open()
    chat.input.fill("why " * 300)
    chat.input.press("Enter")
    expect(chat.status).to_have_text("Please shorten your question by 199 characters.")
    expect(chat.input).to_have_value("why " * 300)
    held: List[Route] = []
    page.route(MESSAGES, lambda route: held.append(route))
    chat.input.fill("who leads CREC?")
    chat.input.press("Enter")
    expect(chat.send).to_have_attribute("aria-disabled", "true")
    chat.input.fill("and ACES?")
    chat.input.press("Enter")
    expect(chat.input).to_have_value("and ACES?")
    held[0].continue_()
    page.unroute_all(behavior="ignoreErrors")
    chat.answered("who leads CREC?")
    chat.input.press("Enter")
    expect(chat.answered("and ACES?")).to_contain_text("ACES")


def test_visit_copies_and_prints_the_conversation(visit: Visit, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.context.add_init_script("window.print = () => { top.printed = document.body.innerText; }")
    chat = visit().open()
    chat.ask("who leads CREC?")
    chat.option("Copy the conversation")
    expect(chat.status).to_have_text("The conversation is copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    for part in ("You asked: who leads CREC? (", "Executive Director of CREC", "Note (February 1, 2026): CREC's",
                 "Source: About Us, RESC Alliance, https://www.rescalliance.org/about"):  # fmt: skip
        assert part in copied
    chat.element.get_by_role("button", name="Print the conversation").click()
    printed = page.evaluate("window.printed")
    assert "Ask RESC" in printed and "Executive Director of CREC" in printed and "A district" not in printed
    page.emulate_media(media="print")
    expect(chat.panel).to_be_hidden()


def test_visit_whom_to_ask_and_what_is_kept_are_linked(visit: Visit, web_bot: WebBot, page: Page) -> None:
    chat = visit('data-contact="tel:+1-860-555-0100" data-privacy="https://district.example/privacy"').open()
    expect(chat.greeting.get_by_role("link")).to_have_attribute("href", "https://district.example/privacy")
    expect(chat.ask("weather tomorrow?").get_by_role("link")).to_have_attribute("href", "tel:+1-860-555-0100")
    chat = visit('data-contact="javascript:alert(1)" data-subject="LEARN"').open()
    expect(chat.greeting.get_by_role("link")).to_have_attribute("href", f"{web_bot.address}/privacy")
    expect(chat.ask("weather tomorrow?").get_by_role("link")).to_have_count(0)
    page.goto(f"{web_bot.address}/privacy")
    expect(page.get_by_role("heading", level=1)).to_have_text("What Ask RESC keeps")


def test_visit_the_contact_of_the_facts_is_linked(visit: Visit, page: Page) -> None:
    contact = {"name": "The office", "address": "https://district.example/office", "phone": "860 555 0100"}

    def with_contact(route: Route) -> None:
        route.fulfill(json={**route.fetch().json(), "contact": contact}, headers={"Access-Control-Allow-Origin": "*"})

    page.route(re.compile("/webhooks/web/session$"), with_contact)
    links = visit().open().ask("weather tomorrow?").get_by_role("link")
    assert links.evaluate_all("all => all.map((a) => a.href)") == [contact["address"], "tel:8605550100"]


def test_visit_our_director_is_the_directors_of_the_site(visit: Visit) -> None:
    for center in ("CREC", "ACES"):
        chat = visit(f'data-subject="{center}"').open()
        expect(chat.ask("who is our director?")).to_contain_text(f"Executive Director of {center}")
        expect(chat.ask("and LEARN?")).to_contain_text("Executive Director of LEARN")
        expect(chat.ask("what is your phone number?")).to_contain_text(f"phone number for {center}")


def test_visit_no_reply_is_ever_markup(visit: Visit, page: Page) -> None:
    hostile = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>'
    source = {"title": hostile, "publisher": hostile, "address": "javascript:window.hit=1", "date": hostile}
    reply = {
        "id": "0" * 32, "kind": hostile, "text": hostile, "sources": [source],
        "notices": [{"text": hostile, "date": hostile, "source": source}], "suggestions": [hostile],
    }  # fmt: skip
    headers = {"Access-Control-Allow-Origin": "*"}
    page.route(MESSAGES, lambda route: route.fulfill(json={"replies": [reply]}, headers=headers))
    chat = visit().open()
    expect(chat.ask(hostile).locator(".said")).to_have_text(hostile)
    expect(chat.log.locator("img, script")).to_have_count(0)
    expect(chat.replies.last.get_by_role("link")).to_have_count(0)
    assert page.evaluate("window.hit") is None


def test_visit_a_school_asks_at_once(web_bot: WebBot) -> None:
    """Thirty from one address, none of whom is held off."""

    def post(path: str, body: Any) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", web_bot.port, timeout=60)
        connection.request("POST", f"/webhooks/web/{path}", json.dumps(body))
        response = connection.getresponse()
        return response.status, json.loads(response.read())

    def one(number: int) -> str:
        _, begun = post("session", {})
        status, answer = post(
            "message", {"session": begun["session"], "id": uuid.uuid4().hex, "text": "who leads ACES?"}
        )
        assert status == 200
        return str(answer["replies"][0]["kind"])

    with ThreadPoolExecutor(10) as pupils:
        assert set(pupils.map(one, range(30))) == {"answered"}
