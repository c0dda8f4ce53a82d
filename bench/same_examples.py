"""``python -m bench.same_examples``: Rasa's DIET in the place of our classifier, both taught the same examples of ours.

So many examples of each intent, drawn by chance, as DIET takes hours for all of them. Everything else is ours on both
sides: clauses, names replaced by the stand-in of their kind, thresholds, checks, context and answers. So the table
tells what encoder and classifier are worth, and nothing else. Our encoder was tuned on all examples (``encoder/``).
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Dict, Iterator, List

from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.loading import load_data
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from ask_resc import rasa_process
from ask_resc.facts.live import facts as live_facts
from ask_resc.nlu.encoder import spoken
from ask_resc.nlu.intent import CHANCES
from ask_resc.settings import PROJECT
from bench import environments
from bench.nlu import Labelled, Task, run
from tests.evaluation.inside import Answered, Inside
from tests.evaluation.scoring import FACT_STATED, load

RESULTS = Path(__file__).with_name("DIET.md")
DIET = Path(__file__).with_name("rasa-default.yml")
HALVES = ("dev", "final")


def drawn(per_intent: int) -> List[Message]:
    """So many examples of each intent, by a fixed seed."""
    every: Dict[str, List[Message]] = {}
    for message in load_data(str(PROJECT / "data" / "nlu")).intent_examples:
        every.setdefault(message.get(INTENT), []).append(message)
    draw = random.Random(0)
    return [one for of_intent in every.values() for one in draw.sample(of_intent, min(per_intent, len(of_intent)))]


def with_stand_ins(messages: List[Message]) -> Labelled:
    """Text and intent, with the stand-in of its kind for each ``{kind}``, as our own encoder sees them."""
    stand_ins = {f"{{{key}}}": kind.stand_in for key, kind in live_facts().current().kinds.items()}
    found = []
    for message in messages:
        text = message.get(TEXT)
        for placeholder, stand_in in stand_ins.items():
            text = text.replace(placeholder, stand_in)
        found.append((text, message.get(INTENT)))
    return found


def ours(messages: List[Message], folder: Path) -> Inside:
    """Our pipeline trained on ``messages``."""
    data = folder / "nlu.yml"
    data.write_text(TrainingData(messages).nlu_as_yaml(), encoding="utf-8")
    log = folder / "train.log"
    stories = [str(PROJECT / "data" / name) for name in ("rules.yml", "stories.yml")]
    arguments = ["train", "--skip-validation", "--data", str(data), *stories, "--out", str(folder)]
    process = rasa_process.start([*arguments, "--fixed-model-name", "ours"], log, {"RASA_MAX_CACHE_SIZE": "0"})
    if process.wait():
        sys.exit(log.read_text(encoding="utf-8")[-2000:])
    return Inside(folder / "ours.tar.gz")


def asked(inside: Inside) -> Iterator[Message]:
    """Every message of both halves and its clauses, as they come to the classifier."""
    for half in HALVES:
        for turns in load(half):
            for turn in turns:
                yield from (message for message in inside.read(turn.say) if heard(message))


def heard(message: Message) -> str:
    """What the classifier is asked about."""
    return spoken(message.get(TEXT) or "", message.get(TOKENS_NAMES[TEXT]) or [])


def table(columns: Dict[str, Dict[str, List[Answered]]]) -> str:
    """Per cent right by kind, and wrong facts stated."""
    lines = ["| | " + " | ".join(f"{half}, {side}" for half in HALVES for side in columns) + " |"]
    answered = [columns[side][half] for half in HALVES for side in columns]
    lines.append("| - |" + " -: |" * len(answered))
    for kind in sorted({a.turn.kind for a in answered[0]}):
        of_kind = [[a.outcome == "right" for a in column if a.turn.kind == kind] for column in answered]
        lines.append(f"| {kind}, % | " + " | ".join(f"{100 * sum(r) / len(r):.1f}" for r in of_kind) + " |")
    counts = [Counter(a.outcome for a in column) for column in answered]
    lines.append("| wrong facts | " + " | ".join(str(sum(c[o] for o in FACT_STATED)) for c in counts) + " |")
    asked_back = [sum(n for outcome, n in c.items() if outcome.startswith("asked back")) for c in counts]
    lines.append("| asked back | " + " | ".join(map(str, asked_back)) + " |")
    return "\n".join(lines)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=60, help="of each intent")
    parser.add_argument("--epochs", type=int, default=100, help="DIET's")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(PROJECT)}")
    arguments = parser.parse_args()
    taught = drawn(arguments.examples)
    python = str(environments.stock().environment / "bin" / "python")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        inside = ours(taught, folder)
        columns = {"ours": {half: inside.evaluate(half) for half in HALVES}}
        questions = list(dict.fromkeys(map(heard, asked(inside))))
        config = folder / "config.yml"
        settings = f"epochs: {arguments.epochs}\n    ranking_length: 0"
        config.write_text(DIET.read_text(encoding="utf-8").replace("epochs: 100", settings, 1), encoding="utf-8")
        print(f"DIET learns {len(taught)} examples and is asked {len(questions)} questions …", file=sys.stderr)
        result = run(python, config, Task("our own examples", with_stand_ins(taught), [(q, "") for q in questions]))
    chances = {text: answer["ranking"] for text, answer in zip(questions, result["answers"], strict=True)}
    for message in asked(inside):
        message.set(CHANCES, chances[heard(message)])
    columns["DIET"] = {half: inside.evaluate(half) for half in HALVES}
    report = REPORT.format(
        table=table(columns), examples=arguments.examples, taught=len(taught), epochs=arguments.epochs,
        minutes=result["training"] / 60,
    )  # fmt: skip
    print(report)
    if arguments.write:
        RESULTS.write_text(report, encoding="utf-8")


REPORT = """# Rasa's DIET on our own examples

Written by `python -m bench.same_examples --write`. Our `SentenceEncoder` and `MeaningAndSpellingClassifier`, and
Rasa's default pipeline with DIET in their place ({epochs} epochs, {minutes:.0f} minutes of training), both taught the
same {examples} examples of each intent, {taught} in all. Clauses, names, thresholds, checks, context and answers are
ours on both sides; our encoder was tuned on all examples.

{table}
"""

if __name__ == "__main__":
    main()
