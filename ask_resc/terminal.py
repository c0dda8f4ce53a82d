"""The conversation in a terminal: ``ask-resc chat``.

At a terminal it greets, prompts and numbers its suggestions. Where questions are piped in, it prints
each with its answer and ends.
"""

from __future__ import annotations

import io
import re
import shutil
import signal
import sys
import uuid
from contextlib import contextmanager
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, TextIO

from rich.console import Console, ConsoleDimensions
from rich.padding import Padding
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ask_resc import rasa_process, training
from ask_resc.answers import without_notices
from ask_resc.serving import Bot, BotStopped, NoAnswer

LOG = rasa_process.LOGS / "chat.log"
BOT = {"ASK_RESC_DATABASE": ":memory:"}
"""What was said is gone with the conversation, and nothing of it is on the disk."""

WELCOME = "Type a question, or the number of a suggestion. /quit or Ctrl-D ends the conversation."
STARTING = "Waking the assistant …"
NO_ANSWER = "Sorry, there was no answer to that. Please try again."
NO_SUGGESTION = "There is no suggestion {number} above."
STOPPED = "The assistant has stopped unexpectedly; what it said last is in {log}."
RESTART = "Start it again? [Y/n] "
GREETING = "hello"
"""Sent unseen at the start; the bot's greeting comes back."""

PROMPT = "> "
QUIT = "/quit"
MAX_CHARACTERS = 10_000
"""A longer line is cut: far above what the intake takes, so it is still refused, and below what the
server reads, so it is refused in words."""
MAX_ECHO = 300
"""How much of a piped question is shown above its answer."""

Message = Mapping[str, Any]
"""One message of the bot as the REST channel gives it."""


class Suggestions:
    """The numbered questions that a visitor can ask by number: always the last ones shown."""

    def __init__(self) -> None:
        self._questions: List[str] = []

    def show(self, messages: Sequence[Message]) -> List[str]:
        """Take over the suggestions of ``messages`` if there are any, and return those to show."""
        shown: Dict[str, None] = {}  # a set that keeps the order
        for message in messages:
            for button in message.get("buttons") or ():
                shown[button["payload"]] = None
        if shown:
            self._questions = list(shown)
        return list(shown)

    def resolve(self, line: str) -> Optional[str]:
        """The question that ``line`` asks; ``None`` if it is a number without a suggestion."""
        number = re.fullmatch(r"#?(\d{1,3})[.)]?", line)
        if not number or not self._questions:
            return line
        index = int(number.group(1)) - 1
        return self._questions[index] if 0 <= index < len(self._questions) else None


class Page:
    """Where the conversation is printed."""

    def __init__(self, output: TextIO, *, plain: bool) -> None:
        """Print to ``output``.

        Args:
            output: Where to.
            plain: For programs: no colours, no lines broken to fit a width.
        """
        self._plain = plain
        self._console = Console(
            file=output,
            highlight=False,
            emoji=False,
            markup=False,
            soft_wrap=plain,
            color_system=None if plain else "auto",
            force_terminal=False if plain else None,
        )
        if self._console.is_dumb_terminal:
            # Rich takes such a terminal for 80 columns wide.
            self._console.size = ConsoleDimensions(*shutil.get_terminal_size())

    def say(self, text: str, style: str = "") -> None:
        """A paragraph."""
        self._print(text, style)

    def gap(self) -> None:
        """An empty line."""
        self._console.print()

    def message(self, message: Message) -> None:
        """One message of the bot: the answer, what changed since, where it comes from."""
        custom = message.get("custom") or {}
        notices = custom.get("notices") or ()
        self._print(without_notices(message.get("text") or "", notices) or custom.get("answer") or NO_ANSWER)
        sources = custom.get("sources") or ()
        # A notice brings its own source, which the reply lists among all its sources.
        own = [source for source in sources if source not in [notice["source"] for notice in notices]]
        for source in own or sources:
            self._print(_source_line(source), "dim")
        for notice in notices:
            self.gap()
            self._print(f"Note ({notice['date']}): {notice['text']}", "yellow", indent=2)
            self._print(_source_line(notice["source"]), "dim", indent=2)

    def suggestions(self, questions: Sequence[str]) -> None:
        """Questions with their numbers."""
        if not questions:
            return
        self.gap()
        if self._plain:
            for number, question in enumerate(questions, 1):
                self._print(f"{number}. {question}", indent=2)
            return
        table = Table.grid(padding=(0, 1))
        for number, question in enumerate(questions, 1):
            table.add_row(Text(f"  {number}", style="bold cyan"), Text(printable(question), style="cyan"))
        self._console.print(table)

    def _print(self, text: str, style: str = "", indent: int = 0) -> None:
        words = Text(printable(text), style=style)
        if self._plain:
            self._console.print(" " * indent + words.plain)
        else:
            self._console.print(Padding(words, (0, 0, 0, indent)) if indent else words)


class Conversation:
    """One visitor and one bot."""

    def __init__(self, bot: Bot, page: Page) -> None:
        """Nothing is said yet.

        Args:
            bot: A bot that runs.
            page: Where its answers go.
        """
        self._bot = bot
        self._page = page
        self._sender = f"terminal-{uuid.uuid4().hex}"
        self._suggestions = Suggestions()

    def resolve(self, line: str) -> Optional[str]:
        """The question to ask for what was typed; ``None`` if it is a number without a suggestion."""
        return self._suggestions.resolve(line)

    def ask(self, question: str) -> None:
        """Ask, and print what comes back.

        Raises:
            BotStopped: Nobody is there to ask.
        """
        try:
            messages = self._bot.ask(question[:MAX_CHARACTERS], self._sender)
        except NoAnswer:
            messages = []
        if not messages:
            self._page.say(NO_ANSWER)
        for number, message in enumerate(messages):
            if number:
                self._page.gap()
            self._page.message(message)
        self._page.suggestions(self._suggestions.show(messages))


def chat(questions: TextIO, output: TextIO) -> int:
    """Hold a conversation until the visitor leaves or the questions end.

    Args:
        questions: What is typed or piped in.
        output: Where the answers go.

    Returns:
        The exit code.

    Raises:
        RasaFailed: The model could not be trained, or the bot did not start.
    """
    piped = not questions.isatty()
    page = Page(output, plain=piped or not output.isatty())
    # A closed terminal or a kill ends it as the visitor would: with everything it started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    # Anything may be piped in, and not every terminal can show every sign.
    for stream in (questions, output):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    bot = Bot(LOG, BOT)
    try:
        return _answer_all(questions, bot, page) if piped else _converse(bot, page)
    except KeyboardInterrupt:
        page.gap()
        return 0
    finally:
        bot.stop()


def _answer_all(questions: TextIO, bot: Bot, page: Page) -> int:
    """Answer what is piped in."""
    conversation: Optional[Conversation] = None
    for line in questions:
        line = " ".join(line.split())
        if line == QUIT:
            break
        if not line:
            continue
        if conversation is None:  # no bot for an empty pipe
            _start(bot)
            conversation = Conversation(bot, page)
        else:
            page.gap()
        question = conversation.resolve(line)
        asked = question or line
        page.say(PROMPT + (asked if len(asked) <= MAX_ECHO else asked[:MAX_ECHO] + "…"))
        if question is None:
            page.say(NO_SUGGESTION.format(number=line))
            continue
        try:
            conversation.ask(question)
        except BotStopped:
            print(STOPPED.format(log=LOG), file=sys.stderr)
            return 1
    return 0


def _converse(bot: Bot, page: Page) -> int:
    """Talk with a visitor at the terminal."""
    import readline  # noqa: F401  line editing and history, for `input`

    _start(bot)
    conversation = Conversation(bot, page)
    page.say(WELCOME, "dim")
    page.gap()
    question: Optional[str] = GREETING
    while True:
        try:
            if question is not None:
                conversation.ask(question)
        except BotStopped:
            page.say(STOPPED.format(log=LOG))
            if _read(RESTART) not in ("", "y", "Y", "yes"):
                return 1
            _start(bot)
            continue  # with the question that got no answer
        page.gap()
        line = _read(PROMPT)
        if line is None or line == QUIT:
            return 0
        question = conversation.resolve(line) if line else None
        if question is None and line:
            page.say(NO_SUGGESTION.format(number=line))
        elif question != line and question:
            page.say(" " * len(PROMPT) + question, "dim")


def _read(prompt: str) -> Optional[str]:
    """A line that the visitor typed, in single spaces; ``None`` when they left."""
    try:
        return " ".join(input(prompt).split())
    except EOFError:
        print()
        return None


def _start(bot: Bot) -> None:
    """Start ``bot``, with a line on the screen while the visitor waits."""
    console = Console(stderr=True)
    with _progress(console) as say:
        training.ensure_model(lambda: say(training.WAIT))
        say(STARTING)
        bot.start()


@contextmanager
def _progress(console: Console) -> Iterator[Callable[[str], None]]:
    """A line that says what is going on: one that moves and goes away again, where the terminal can."""
    if not console.is_terminal:
        yield lambda _: None
    elif console.is_dumb_terminal:
        yield console.print
    else:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        ) as progress:
            task = progress.add_task("")
            yield lambda text: progress.update(task, description=text)


def printable(text: str) -> str:
    """``text`` without what would steer the terminal."""
    spaced = "".join(" " if c.isspace() and c != "\n" else c for c in text)
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in spaced)


def _source_line(source: Mapping[str, str]) -> str:
    return f"Source: {source['title']}, {source['publisher']}, {source['address']} ({source['date']})"
