"""``make evaluate``: asks the real bot every question of the evaluation set and counts how it did.

Single failures are shown for *dev* alone; *final* is there to be counted, never looked at. With
``--write`` the figures go on record, and the tests fail where *dev* falls below them.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import uuid
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, List, NamedTuple, Tuple

from rich.progress import track

from ask_resc import training
from ask_resc.serving import Bot
from tests.evaluation.scoring import HERE, OUTCOMES, Turn, judge, load

RECORD = HERE / "record.json"
Table = Dict[str, "Counter[str]"]


class Result(NamedTuple):
    """How the bot did on one half: counts by kind of question, and each failure with its replies."""

    table: Table
    failures: List[Tuple[Turn, str, List[str]]]


def evaluate(bot: Bot, half: str, show: bool = False) -> Result:
    """Ask every conversation of ``half``."""
    table: Table = defaultdict(Counter)
    failures = []
    for turns in track(load(half), description=half, disable=not show):
        sender = uuid.uuid4().hex
        for turn in turns:
            messages = bot.ask(turn.say, sender)
            texts = [message["text"] for message in messages]
            outcome = judge(turn, texts, [b["title"] for m in messages for b in m.get("buttons", [])])
            table[turn.kind][outcome] += 1
            if outcome != "right":
                failures.append((turn, outcome, texts))
    return Result(dict(sorted(table.items())), failures)


def interval(right: int, total: int) -> Tuple[float, float]:
    """The 95 % interval of a share, by Wilson's formula, in per cent."""
    z, share = 1.96, right / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / (1 + z * z / total)
    return 100 * (middle - half), 100 * (middle + half)


def shares(table: Table) -> Dict[str, float]:
    """Per cent right by kind of question, to one decimal."""
    return {kind: round(100 * counts["right"] / sum(counts.values()), 1) for kind, counts in table.items()}


def wrong_facts(table: Table) -> int:
    """Turns in which a fact was stated that is wrong, or where none is right."""
    return sum(counts["wrong fact"] + counts["should have declined"] for counts in table.values())


def _print(half: str, result: Result) -> None:
    print(f"\n{half}: {sum(sum(c.values()) for c in result.table.values())} turns")
    for kind, counts in result.table.items():
        total = sum(counts.values())
        low, high = interval(counts["right"], total)
        rest = ", ".join(f"{counts[o]} {o}" for o in OUTCOMES if counts[o] and o != "right")
        print(f"  {kind:22} {counts['right']:3} of {total:3} right  {low:5.1f}–{high:5.1f} %  {rest}")
    print(f"  wrong facts stated: {wrong_facts(result.table)}")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures on record")
    arguments = parser.parse_args()
    training.ensure_model()
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(Path(folder) / "bot.log", {"ASK_RESC_DATABASE": str(Path(folder) / "conversations.db")})
        bot.start()
        try:
            results = {half: evaluate(bot, half, show=True) for half in ("dev", "final", "panel")}
        finally:
            bot.stop()
    for turn, outcome, texts in results["dev"].failures:
        print(f"[{turn.kind}: {outcome}] {turn.voice}: {turn.say!r} wants {turn.expect}, got {' // '.join(texts)!r}")
    for half, result in results.items():
        _print(half, result)
    if arguments.write:
        record = {h: {"right": shares(r.table), "wrong facts": wrong_facts(r.table)} for h, r in results.items()}
        RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
