"""``python -m bench.same_examples``: Rasa's DIET in the place of our classifier, on our own examples.

Everything else is ours on both sides: clauses, names replaced by the stand-in of their kind, thresholds,
checks, context and answers. So the table tells what the classifier is worth, and nothing else.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Dict, Iterator, List

from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message

from ask_resc.facts.live import facts as live_facts
from ask_resc.nlu.encoder import spoken
from ask_resc.nlu.intent import CHANCES
from ask_resc.settings import PROJECT
from bench import environments
from bench.nlu import Labelled, Task, run
from tests.evaluation.inside import Answered, Inside
from tests.evaluation.scoring import FACT_STATED, load

RESULTS = Path(__file__).with_name("SAME_EXAMPLES.md")
DIET = Path(__file__).with_name("rasa-default.yml")
HALVES = ("dev", "final")


def examples() -> Labelled:
    """Ours, with the stand-in of its kind for each ``{kind}``: what our own encoder is taught."""
    stand_ins = {f"{{{key}}}": kind.stand_in for key, kind in live_facts().current().kinds.items()}
    found = []
    for message in load_data(str(PROJECT / "data" / "nlu")).intent_examples:
        text = message.get(TEXT)
        for placeholder, stand_in in stand_ins.items():
            text = text.replace(placeholder, stand_in)
        found.append((text, message.get("intent")))
    return found


def messages(inside: Inside) -> Iterator[Message]:
    """Every message of both halves and its clauses, as they come to the classifier."""
    for half in HALVES:
        for turns in load(half):
            for turn in turns:
                yield from inside.read(turn.say)


def heard(message: Message) -> str:
    """What the classifier is asked about."""
    return spoken(message.get(TEXT) or "", message.get(TOKENS_NAMES[TEXT]) or [])


def table(columns: Dict[str, Dict[str, List[Answered]]]) -> str:
    """Per cent right by kind, and wrong facts stated."""
    names = [f"{half}, {side}" for half in HALVES for side in columns]
    lines = ["| | " + " | ".join(names) + " |", "| - |" + " -: |" * len(names)]
    answered = [columns[side][half] for half in HALVES for side in columns]
    for kind in sorted({a.turn.kind for a in answered[0]}):
        of_kind = [[a.outcome == "right" for a in column if a.turn.kind == kind] for column in answered]
        lines.append(f"| {kind}, % | " + " | ".join(f"{100 * sum(r) / len(r):.1f}" for r in of_kind) + " |")
    counts = [Counter(a.outcome for a in column) for column in answered]
    lines.append("| wrong facts | " + " | ".join(str(sum(c[o] for o in FACT_STATED)) for c in counts) + " |")
    asked = [sum(n for outcome, n in c.items() if outcome.startswith("asked back")) for c in counts]
    lines.append("| asked back | " + " | ".join(map(str, asked)) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=100, help="DIET's; a hundred take some hours on two cores")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(PROJECT)}")
    arguments = parser.parse_args()
    inside = Inside()
    columns = {"ours": {half: inside.evaluate(half) for half in HALVES}}
    asked = list(dict.fromkeys(filter(None, map(heard, messages(inside)))))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yml"
        settings = f"epochs: {arguments.epochs}\n    ranking_length: 0"
        config.write_text(DIET.read_text(encoding="utf-8").replace("epochs: 100", settings, 1), encoding="utf-8")
        python = str(environments.stock().environment / "bin" / "python")
        print(f"DIET learns {len(examples())} examples and is asked {len(asked)} questions …", file=sys.stderr)
        result = run(python, config, Task("our own examples", examples(), [(text, "") for text in asked]))
    chances = {text: answer["ranking"] for text, answer in zip(asked, result["answers"], strict=True)}
    for message in messages(inside):
        if heard(message):
            message.set(CHANCES, chances[heard(message)])
    columns["DIET"] = {half: inside.evaluate(half) for half in HALVES}
    told = table(columns)
    print(told, f"\nDIET: {arguments.epochs} epochs, {result['training']:.0f} s of training")
    if arguments.write:
        report = REPORT.format(table=told, epochs=arguments.epochs, seconds=result["training"])
        RESULTS.write_text(report, encoding="utf-8")


REPORT = """# Rasa's DIET on our own examples

Written by `python -m bench.same_examples --write`. DIET ({epochs} epochs, {seconds:.0f} s of training) in the place of
`MeaningAndSpellingClassifier`; clauses, names, thresholds, checks, context and answers are the same on both sides.

{table}
"""

if __name__ == "__main__":
    main()
