"""What all tests share: a trained model, a bot that runs, and no test left out unseen."""

from __future__ import annotations

from typing import Any, Generator, Iterator, List

import pluggy
import pytest

from ask_resc import training
from ask_resc.serving import Bot

ACCEPTED_SKIPS: List[str] = []
"""Reasons for which a test may be left out; any other skipped test fails the run."""

BOT_LOG = pytest.StashKey[str]()


@pytest.fixture(scope="session")
def model() -> str:
    """The path of the model, trained at most once a run and only if it is stale."""
    return str(training.ensure_model())


@pytest.fixture(scope="session")
def bot(model: str, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A bot on a free port with a database of its own: ``bot.ask("who leads CREC?", "a-sender")``.

    Give each test a sender of its own, for the conversation goes on with it.
    """
    folder = tmp_path_factory.mktemp("bot")
    bot = Bot(folder / "bot.log", {"ASK_RESC_DATABASE": str(folder / "conversations.db")})
    pytestconfig.stash[BOT_LOG] = str(bot.log)
    bot.start()
    yield bot
    bot.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pluggy.Result[pytest.TestReport], None]:
    """Show what the bot printed under a failed test that asked it."""
    report = (yield).get_result()
    log = item.config.stash.get(BOT_LOG, None)
    if report.failed and log is not None and "bot" in getattr(item, "fixturenames", ()):
        with open(log, errors="replace") as lines:
            report.sections.append(("the bot's output so far", lines.read()[-10_000:]))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that left out a test, however well the others went."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if _unaccepted(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were left out."""
    skipped = _unaccepted(terminalreporter)
    if skipped:
        terminalreporter.section("skipped tests fail the run (see ACCEPTED_SKIPS in tests/conftest.py)")
        for report in skipped:
            terminalreporter.line(f"{report.nodeid}: {_reason(report)}")


def _unaccepted(reporter: pytest.TerminalReporter) -> List[pytest.TestReport]:
    """Reports of tests skipped for a reason that is not accepted."""
    return [
        report
        for report in reporter.stats.get("skipped", [])
        if not any(reason in _reason(report) for reason in ACCEPTED_SKIPS)
    ]


def _reason(report: pytest.TestReport) -> str:
    """Why a test was skipped; pytest keeps it as file, line and reason."""
    assert isinstance(report.longrepr, tuple)
    return report.longrepr[2]
