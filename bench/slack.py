"""``python -m bench.slack``: how long Slack waits for an acknowledgement while the bot is under load.

The real bot, by HTTP, with the fake Slack of the tests beside it on the same machine. First events come at a
steady rate for a while, then many at once. Every answer is waited for.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import List

from ask_resc import training
from ask_resc.serving import Bot
from bench.questions import OURS
from tests.live.slack import fake
from tests.live.slack.conftest import Workspace, environment
from tests.live.slack.fake import FakeSlack


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.slack", description="Time to acknowledgement, under load.")
    parser.add_argument("--rate", type=int, default=20, help="events a second; default: 20")
    parser.add_argument("--seconds", type=int, default=30, help="how long; default: 30")
    parser.add_argument("--at-once", type=int, default=200, help="events at once, after that; default: 200")
    arguments = parser.parse_args()
    training.ensure_model(lambda: print(training.WAIT))
    slack = FakeSlack().start()
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(Path(folder) / "bot.log", environment(slack, Path(folder) / "conversations.db"))
        bot.start()
        try:
            workspace = Workspace(slack, bot)
            workspace.settle()
            steady = arguments.rate * arguments.seconds
            _tell(f"{arguments.rate} events a second", _deliver(workspace, steady, 1 / arguments.rate))
            _tell(f"{arguments.at_once} events at once", _deliver(workspace, arguments.at_once, 0))
        finally:
            bot.stop()
            slack.stop()


def _deliver(workspace: Workspace, number: int, pause: float) -> List[float]:
    """Deliver so many questions, in threads of their own; the seconds to each acknowledgement."""
    events = [fake.mention(fake.new_channel(), OURS[n % len(OURS)]) for n in range(number)]
    sent = []
    began = time.monotonic()
    for n, event in enumerate(events):
        time.sleep(max(0.0, began + n * pause - time.monotonic()))
        sent.append(workspace.deliver_later(event))
    seconds = [posted.result(60).seconds for posted in sent]
    for event in events:
        fake.wait_for(lambda event=event: workspace.slack.posted(event["event"]["channel"]), "an answer", 120)
    print(f"{number} answers after {time.monotonic() - began:.1f} s")
    return seconds


def _tell(load: str, seconds: List[float]) -> None:
    hundredths = statistics.quantiles(seconds, n=100)
    figures = {"p50": hundredths[49], "p99": hundredths[98], "most": max(seconds)}
    print(f"{load}: acknowledged after", ", ".join(f"{name} {1000 * s:.1f} ms" for name, s in figures.items()))


if __name__ == "__main__":
    main()
