"""The conversation in a terminal, with a bot that is a table of answers."""

from __future__ import annotations

import io
import random
import signal
from typing import Any, Dict, Iterator, List, Optional

import pytest

from ask_resc import terminal, training
from ask_resc.serving import BotStopped, NoAnswer

ABOUT = {
    "title": "About Us",
    "publisher": "RESC Alliance",
    "address": "https://a.example/about",
    "date": "2023",
}
BIO = {"title": "Biography", "publisher": "CREC", "address": "https://c.example/bio", "date": "May 1, 2026"}


def message(text: str, *suggestions: str, **custom: Any) -> Dict[str, Any]:
    """One message as the REST channel gives it."""
    return {
        "recipient_id": "visitor",
        "text": text,
        "buttons": [{"title": question, "payload": question} for question in suggestions],
        "custom": {"id": "1", "kind": "answered", "answer": text, "notices": [], "sources": [], **custom},
    }


ANSWERS = {
    "hello": [message("Hello!", "What are RESCs?", "Who leads CREC?")],
    "who leads CREC?": [message("Greg leads CREC.", "What is CREC?", sources=[ABOUT])],
    "What is CREC?": [message("CREC is a RESC.")],
    "both": [message("One.", "A?", "B?"), message("Two.", "B?", "C?")],
    "nothing": [],
    "news": [
        message(
            "Greg leads CREC.",
            sources=[ABOUT, BIO],
            notices=[{"text": "A later page names Desi.", "date": "May 1, 2026", "source": BIO}],
        )
    ],
}


class FakeBot:
    """Answers from ``ANSWERS``, anything else by its length; stops or hangs when told."""

    def __init__(self, *_: Any) -> None:
        self.asked: List[str] = []
        self.starts = 0
        self.running = False

    def start(self) -> None:
        self.starts += 1
        self.running = True

    def stop(self) -> None:
        self.running = False

    def ask(self, text: str, sender: str) -> List[Dict[str, Any]]:
        assert self.running
        self.asked.append(text)
        if text == "stop" and self.starts == 1:
            raise BotStopped
        if text == "hang":
            raise NoAnswer
        return ANSWERS.get(text, [message(f"{len(text)} characters")])


@pytest.fixture
def bot(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBot]:
    """The bot that ``chat`` will start, with its model there; signal handlers are put back."""
    fake = FakeBot()
    monkeypatch.setattr(terminal, "Bot", lambda *_: fake)
    monkeypatch.setattr(training, "ensure_model", lambda *_: None)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield fake
    for number, handler in before.items():
        signal.signal(number, handler)


class Terminal(io.StringIO):
    """An output or input that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def pipe(questions: str) -> str:
    """What ``chat`` prints for ``questions`` piped in."""
    output = io.StringIO()
    assert terminal.chat(io.StringIO(questions), output) == 0
    return output.getvalue()


def converse(monkeypatch: pytest.MonkeyPatch, *typed: str, code: int = 0) -> str:
    """What ``chat`` prints for lines typed at a terminal, the last one followed by Ctrl-D."""
    lines = iter(typed)

    def read(prompt: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", read)
    output = Terminal()
    assert terminal.chat(Terminal(), output) == code
    return output.getvalue()


def test_terminal_pipe_prints_question_answer_and_source_only(bot: FakeBot) -> None:
    assert pipe("who leads CREC?\nwhat?\n") == (
        "> who leads CREC?\n"
        "Greg leads CREC.\n"
        "Source: About Us, RESC Alliance, https://a.example/about (2023)\n"
        "\n"
        "  1. What is CREC?\n"
        "\n"
        "> what?\n"
        "5 characters\n"
    )
    assert bot.asked == ["who leads CREC?", "what?"]
    assert not bot.running


@pytest.mark.parametrize("nothing", ["", "\n", " \n\t\n", "/quit\nwho leads CREC?\n"])
def test_terminal_pipe_without_a_question_starts_no_bot(nothing: str, bot: FakeBot) -> None:
    assert pipe(nothing) == ""
    assert bot.starts == 0


def test_terminal_pipe_takes_a_last_line_without_its_end(bot: FakeBot) -> None:
    assert "CREC is a RESC." in pipe("What is CREC?")


def test_terminal_pipe_sends_no_colour_even_when_asked_to(bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output = Terminal()
    terminal.chat(io.StringIO("both\nnews\n"), output)
    assert "\x1b" not in output.getvalue()


def test_terminal_pipe_ends_with_a_sentence_when_the_bot_stops(
    bot: FakeBot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert terminal.chat(io.StringIO("stop\nwho leads CREC?\n"), io.StringIO()) == 1
    assert capsys.readouterr().err == terminal.STOPPED.format(log=terminal.LOG) + "\n"


def test_terminal_survives_binary_junk(bot: FakeBot) -> None:
    junk = random.Random(1).randbytes(20_000)
    output = io.TextIOWrapper(io.BytesIO(), "ascii")
    assert terminal.chat(io.TextIOWrapper(io.BytesIO(junk), "utf-8"), output) == 0
    output.seek(0)
    assert not [c for c in output.read() if not c.isprintable() and c != "\n"]


def test_terminal_cuts_a_very_long_line(bot: FakeBot) -> None:
    assert len(pipe("x" * 100_000)) < 1_000
    assert bot.asked == ["x" * terminal.MAX_CHARACTERS]


@pytest.mark.parametrize("question", ["hang", "nothing"])
def test_terminal_owes_a_sentence_when_the_bot_has_no_answer(question: str, bot: FakeBot) -> None:
    assert terminal.NO_ANSWER in pipe(question)


def test_terminal_says_the_whole_sentence_of_a_correction_and_its_notice_once() -> None:
    # As the bot gives it: the text ends with the notice, and the answer is only a part of the sentence.
    notice: Dict[str, Any] = {"text": "A later page names Desi.", "date": "May 1, 2026", "source": BIO}
    text = f"Not quite. Greg leads CREC. {notice['text']}"
    corrected = message(text, sources=[ABOUT, BIO], notices=[notice], answer="Greg leads CREC.")
    output = io.StringIO()
    terminal.Page(output, plain=True).message(corrected)
    assert output.getvalue().startswith("Not quite. Greg leads CREC.\n")
    assert output.getvalue().count(notice["text"]) == 1


def test_terminal_sets_a_notice_off_with_its_own_source() -> None:
    output = io.StringIO()
    terminal.Page(output, plain=True).message(ANSWERS["news"][0])
    assert output.getvalue() == (
        "Greg leads CREC.\n"
        "Source: About Us, RESC Alliance, https://a.example/about (2023)\n"
        "\n"
        "  Note (May 1, 2026): A later page names Desi.\n"
        "  Source: Biography, CREC, https://c.example/bio (May 1, 2026)\n"
    )


def test_terminal_prints_brackets_and_colons_as_they_are() -> None:
    output = io.StringIO()
    terminal.Page(output, plain=False).message({"text": "[bold]not bold[/bold] :smile: \x1b[31mnot red"})
    assert output.getvalue() == "[bold]not bold[/bold] :smile: �[31mnot red\n"


def test_terminal_greets_and_asks_a_suggestion_by_number(bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    printed = converse(monkeypatch, "2")
    assert printed.index("Hello!") < printed.index("1 What are RESCs?") < printed.index("2 Who leads CREC?")
    assert bot.asked == [terminal.GREETING, "Who leads CREC?"]
    assert not bot.running


@pytest.mark.parametrize("leave", [("/quit", "not asked"), (" /quit ", "not asked"), ()])
def test_terminal_leaves_cleanly(leave: List[str], bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    converse(monkeypatch, *leave)
    assert bot.asked == [terminal.GREETING]
    assert not bot.running


def test_terminal_leaves_cleanly_on_interrupt(bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupt)
    assert terminal.chat(Terminal(), Terminal()) == 0


def test_terminal_starts_a_stopped_bot_again_and_repeats_the_question(
    bot: FakeBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert terminal.STOPPED.format(log=terminal.LOG) in converse(monkeypatch, "stop", "y")
    assert bot.asked == [terminal.GREETING, "stop", "stop"]


def test_terminal_ends_when_a_stopped_bot_is_not_wanted_again(bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    converse(monkeypatch, "stop", "n", code=1)
    assert bot.starts == 1


@pytest.mark.parametrize("width", [20, 40, 200])
def test_terminal_fits_the_width(width: int, bot: FakeBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    for kind in ("dumb", "xterm"):
        monkeypatch.setenv("TERM", kind)
        monkeypatch.setenv("NO_COLOR", "1")
        printed = converse(monkeypatch, "who leads CREC?", "news")
        assert max(map(len, printed.splitlines())) <= width + 20 * (kind == "xterm")  # codes for bold


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("1", "A?"),
        ("3", "C?"),
        ("#2", "B?"),
        ("2.", "B?"),
        ("2)", "B?"),
        ("0", None),
        ("4", None),
        ("two", "two"),
    ],
)
def test_suggestions_are_asked_by_number(typed: str, question: Optional[str]) -> None:
    suggestions = terminal.Suggestions()
    assert suggestions.show(ANSWERS["both"]) == ["A?", "B?", "C?"]
    assert suggestions.resolve(typed) == question


def test_suggestions_stay_until_others_are_shown() -> None:
    suggestions = terminal.Suggestions()
    assert suggestions.resolve("1") == "1"
    suggestions.show(ANSWERS["both"])
    assert suggestions.show(ANSWERS["nothing"]) == []
    assert suggestions.resolve("1") == "A?"
    suggestions.show(ANSWERS["hello"])
    assert suggestions.resolve("1") == "What are RESCs?"
