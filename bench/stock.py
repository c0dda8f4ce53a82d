"""``python -m bench.stock``: our bot beside the one that ``rasa init`` makes, in one run.

Both are started, asked and stopped in turn, a few rounds long; what is told is the median of the rounds.
Linux alone, for the memory and processor time of a process are read from ``/proc``.
"""

from __future__ import annotations

import argparse
import datetime
import fcntl
import os
import platform
import signal
import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, Iterator, List, Mapping, Optional, Sequence

from ask_resc import training
from ask_resc.rasa_process import RasaFailed
from ask_resc.settings import PROJECT
from bench import environments
from bench.environments import Bot, SetupFailed
from bench.measure import Amount, BotFailed, Round, measure

RESULTS = Path(__file__).with_name("RESULTS.md")
QUICK = Amount(warm_up=5, questions=40, at_once=32, turns_at_once=3)
PACKAGES = ("rasa", "sanic", "tensorflow", "scikit-learn", "spacy", "onnxruntime", "numpy")


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    key: str
    title: str
    decimals: int
    goal: Optional[float] = None
    """The ratio of ours to stock that we want to reach."""
    more_is_better: bool = False

    def is_reached(self, ratio: float) -> bool:
        """Whether ``ratio`` is as good as the goal."""
        assert self.goal is not None
        return ratio >= self.goal if self.more_is_better else ratio <= self.goal


ROWS = (
    Row("start", "time to ready, s", 2, 0.12),
    Row("memory", "resident memory, MB", 0, 0.33),
    Row("size", "installed size, MB", 0, 0.45),
    Row("p50", "answer, new conversation, p50, ms", 1, 0.3),
    Row("p99", "answer, new conversation, p99, ms", 1, 0.4),
    Row("p50_long", "answer, {turns} turns, p50, ms", 1, 0.3),
    Row("p99_long", "answer, {turns} turns, p99, ms", 1, 0.4),
    Row("cpu", "processor time a message, ms", 1),
    Row("throughput", "messages/s, {at_once} at once", 0, 4.5, more_is_better=True),
)

REPORT = """\
# Beside stock Rasa

Written by `make bench ARGS=--write`. Ours is what `make run` starts; stock is what `rasa init` makes, trained
as it comes. 1 MB is 1,048,576 bytes.

{table}

- {date}; {processor}, {cores} cores; Python {python}.
{versions}
- Medians; rounds: {rounds}. In each, both bots run one after the other on the loopback interface, with every
  process counted: {warm_up} questions to warm up, {questions} one by one in new conversations, as many in
  conversations of {turns} turns, then {at_once} conversations of {turns_at_once} turns at once.
  `questions.py` has the questions; each is asked several times.
- Memory is the proportional set size after all that. Ours keeps conversations in SQLite, stock in memory.
- Not in the installed size: Python, our encoder ({encoder:.0f} MB in the repository), the models.
- Messages without a reply: {silent_ours} of ours, {silent_stock} of stock.
- Other processes took {others_ours:.0%} of the processors while ours ran, {others_stock:.0%} while stock ran.
"""


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Measure, print the table and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.stock", description="Measure the bot beside a stock Rasa bot."
    )
    parser.add_argument("--rounds", type=int, help="default: 3, or 1 with --quick")
    parser.add_argument("--quick", action="store_true", help="few questions: to see that it runs")
    parser.add_argument("--write", action="store_true", help=f"also write {RESULTS.relative_to(PROJECT)}")
    arguments = parser.parse_args(argv)
    amount = QUICK if arguments.quick else Amount()
    rounds = max(1, arguments.rounds or (1 if arguments.quick else 3))

    if not sys.platform.startswith("linux"):
        print("The benchmark reads /proc, which Linux alone has.", file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # what was started is stopped
    environments.FOLDER.mkdir(parents=True, exist_ok=True)
    with (environments.FOLDER / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            print("Another benchmark is running in this folder.", file=sys.stderr)
            return 1
        try:
            bots = (environments.ours(), environments.stock())
            measured = _measure(bots, rounds, amount)
        except (SetupFailed, BotFailed, RasaFailed) as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 128 + signal.SIGINT

    report = _report(bots, measured, amount)
    print(report, end="")
    if arguments.write:
        RESULTS.write_text(report, encoding="utf-8")
    return 0


def _measure(bots: Sequence[Bot], rounds: int, amount: Amount) -> Dict[str, List[Round]]:
    measured: Dict[str, List[Round]] = {bot.name: [] for bot in bots}
    for number in range(rounds):
        # Each is first in every other round, so that neither always finds the machine as the other left it.
        for bot in bots if number % 2 == 0 else reversed(bots):
            # Here and not before: an edit meanwhile would have our bot train while it is timed.
            training.ensure_model(lambda: print(training.WAIT, file=sys.stderr, flush=True))
            print(f"Round {number + 1} of {rounds}: {bot.name} …", file=sys.stderr, flush=True)
            result = measure(bot, amount)
            result.values["size"] = environments.size(bot.environment)
            measured[bot.name].append(result)
    return measured


def _report(bots: Sequence[Bot], measured: Mapping[str, List[Round]], amount: Amount) -> str:
    ours, stock = (measured[bot.name] for bot in bots)
    return REPORT.format(
        table="\n".join(_table(measured, amount)),
        date=f"{datetime.date.today():%B %-d, %Y}",
        processor=_processor(),
        cores=os.cpu_count(),
        python=platform.python_version(),
        versions="\n".join(f"- {bot.name}: {_versions(bot)}." for bot in bots),
        rounds=len(ours),
        encoder=(PROJECT / "encoder" / "minilm.onnx").stat().st_size / 2**20,
        silent_ours=sum(r.silent for r in ours),
        silent_stock=sum(r.silent for r in stock),
        others_ours=statistics.median(r.others for r in ours),
        others_stock=statistics.median(r.others for r in stock),
        **vars(amount),
    )


def _table(measured: Mapping[str, List[Round]], amount: Amount) -> Iterator[str]:
    lines = [["", "ours", "stock", "ratio", "to reach", ""]]
    for row in ROWS:
        ours, stock = (_median(measured[name], row.key) for name in ("ours", "stock"))
        ratio = ours / stock
        title = row.title.format(**vars(amount))
        line = [title, *(f"{value:,.{row.decimals}f}" for value in (ours, stock)), f"{ratio:.3f}", "", ""]
        if row.goal is not None:
            line[4] = f"{'≥' if row.more_is_better else '≤'} {row.goal}"
            line[5] = "reached" if row.is_reached(ratio) else "**missed**"
        lines.append(line)
    lines.insert(1, ["-", *["-:"] * 4, "-"])
    widths = [max(len(line[column]) for line in lines) for column in range(6)]
    for line in lines:
        # Words to the left, numbers to the right; a rule is as long as its column.
        cells = (
            f"{cell:{'-' if cell in ('-', '-:') else ' '}{'<' if column in (0, 5) else '>'}{width}}"
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        yield f"| {' | '.join(cells)} |"


def _median(rounds: Sequence[Round], key: str) -> float:
    return statistics.median(r.values[key] for r in rounds)


def _versions(bot: Bot) -> str:
    versions = {package: environments.version(bot.name, package) for package in PACKAGES}
    return ", ".join(f"{package} {version}" for package, version in versions.items() if version)


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return " ".join(line.split(":", 1)[1].split())
    return platform.machine()


if __name__ == "__main__":
    sys.exit(main())
