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
from ask_resc.settings import PROJECT
from tests.evaluation import report
from tests.evaluation.inside import Answered, Inside, ablation
from tests.evaluation.overlap import is_known
from tests.evaluation.scoring import FACT_STATED, HERE, OUTCOMES, Turn, judge, load

RECORD = HERE / "record.json"
Table = Dict[str, "Counter[str]"]


class Result(NamedTuple):
    """How the bot did on one half: counts by kind of question, and each failure with its replies."""

    table: Table
    known: "Counter[str]"
    """Outcomes of the turns that the training data holds almost word for word; they are in ``table`` too."""
    failures: List[Tuple[Turn, str, List[str]]]


def evaluate(bot: Bot, half: str, show: bool = False) -> Result:
    """Ask every conversation of ``half``; turns that the training data holds almost word for word count apart."""
    table: Table = defaultdict(Counter)
    known: "Counter[str]" = Counter()
    failures = []
    for turns in track(load(half), description=half, disable=not show):
        sender = uuid.uuid4().hex
        for turn in turns:
            messages = bot.ask(turn.say, sender)
            texts = [message["text"] for message in messages]
            outcome = judge(turn, texts, [b["title"] for m in messages for b in m.get("buttons", [])])
            table[turn.kind][outcome] += 1
            known[outcome] += is_known(turn.say)
            if outcome != "right":
                failures.append((turn, outcome, texts))
    return Result(dict(sorted(table.items())), known, failures)


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
    return sum(counts[outcome] for counts in table.values() for outcome in FACT_STATED)


def _table(half: str, result: Result) -> str:
    lines = [f"{half}: {sum(sum(c.values()) for c in result.table.values())} turns"]
    for kind, counts in result.table.items():
        lines.append(_row(kind, counts))
    lines.append(_row("(known wording)", result.known))
    asked_back = sum(c["asked back"] + c["asked back: offered"] for c in result.table.values())
    lines.append(f"  asked back: {asked_back}, wrong facts stated: {wrong_facts(result.table)}")
    return "\n".join(lines)


def _row(kind: str, counts: "Counter[str]") -> str:
    total = sum(counts.values())
    low, high = interval(counts["right"], total)
    rest = ", ".join(f"{counts[o]} {o}" for o in OUTCOMES if counts[o] and o != "right")
    return f"  {kind:22} {counts['right']:3} of {total:3} right  {low:5.1f}–{high:5.1f} %  {rest}"


def _counts(answered: List[Answered]) -> Table:
    table: Table = defaultdict(Counter)
    for one in answered:
        table[one.turn.kind][one.outcome] += 1
    return dict(sorted(table.items()))


def _print_ablation(inside: Inside, half: str) -> None:
    print(f"\n{half}, per cent right with a part left out, and wrong facts stated")
    for name, answered in ablation(inside, half):
        table = _counts(answered)
        cells = ", ".join(f"{kind} {share}" for kind, share in shares(table).items())
        print(f"  {name:36} {cells}; wrong facts {wrong_facts(table)}", flush=True)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures on record")
    parser.add_argument("--ablate", action="store_true", help="count with each part left out, instead")
    arguments = parser.parse_args()
    training.ensure_model()
    inside = Inside()
    if arguments.ablate:
        for half in ("dev", "final"):
            _print_ablation(inside, half)
        return
    with tempfile.TemporaryDirectory() as folder:
        bot = Bot(Path(folder) / "bot.log", {"ASK_RESC_DATABASE": str(Path(folder) / "conversations.db")})
        bot.start()
        try:
            results = {half: evaluate(bot, half, show=True) for half in ("dev", "final", "panel")}
        finally:
            bot.stop()
    for turn, outcome, texts in results["dev"].failures:
        print(f"[{turn.kind}: {outcome}] {turn.voice}: {turn.say!r} wants {turn.expect}, got {' // '.join(texts)!r}")
    answered = inside.evaluate("dev")
    print("\nConfusions of dev: wanted, taken for")
    for wanted, taken, count in report.confusions(answered):
        print(f"  {count} {wanted:24} {taken}")
    tables = {half: _table(half, result) for half, result in results.items()}
    for table in tables.values():
        print(f"\n{table}")
    print(f"\nPictures: {report.write(tables, answered, inside).relative_to(PROJECT)}")
    if arguments.write:
        record = {h: {"right": shares(r.table), "wrong facts": wrong_facts(r.table)} for h, r in results.items()}
        RECORD.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
