"""``python -m bench.nlu FOLDER``: the project's own pipeline beside Rasa's default, on public intent data.

Both are trained on the same examples and asked the same questions, each by its own Python (see
``nlu_side.py``), so that nobody needs to take the project's own examples' word for what the pipeline is worth.
FOLDER holds ``clinc150_small.json`` (CLINC150, Larson et al., 2019; GitHub ``clinc/oos-eval``) and ``hint3/``
(HINT3 v1, Arora et al., 2020; GitHub ``hellohaptik/HINT3``); neither is part of the project.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

import numpy as np
from sklearn.metrics import matthews_corrcoef

from ask_resc.settings import PROJECT
from bench import environments

RESULTS = Path(__file__).with_name("NLU.md")
SIDE = Path(__file__).with_name("nlu_side.py")
OUT = "out of scope"
KEPT = 0.95
"""Share of the questions in scope that must be kept while those out of scope are caught."""
THRESHOLDS = [t / 10 for t in range(1, 10)]
"""As HINT3's authors tried them."""
Labelled = List[Tuple[str, str]]


@dataclass(frozen=True)
class Task:
    """Examples to train on and questions to ask, with their intents or ``OUT``."""

    name: str
    examples: Labelled
    questions: Labelled


def clinc(folder: Path, per_intent: int) -> Task:
    """CLINC150 with so many examples an intent, drawn with a fixed seed."""
    data = json.loads((folder / "clinc150_small.json").read_text(encoding="utf-8"))
    by_intent: Dict[str, List[str]] = defaultdict(list)
    for text, intent in data["train"]:
        by_intent[intent].append(text)
    draw = random.Random(0)
    examples = [(text, intent) for intent, texts in by_intent.items() for text in draw.sample(texts, per_intent)]
    questions = [(text, intent) for text, intent in data["test"]] + [(text, OUT) for text, _ in data["oos_test"]]
    return Task(f"CLINC150, {per_intent} examples an intent", examples, questions)


def hint3(folder: Path, name: str) -> Task:
    """One of HINT3's three sets."""

    def read(part: str) -> Labelled:
        with (folder / "hint3" / f"{name}_{part}.csv").open(encoding="utf-8", newline="") as file:
            return [
                (row["sentence"], OUT if row["label"] == "NO_NODES_DETECTED" else row["label"])
                for row in csv.DictReader(file)
            ]

    return Task(f"HINT3, {name}", read("train"), read("test"))


def figures(task: Task, result: Dict[str, Any]) -> Dict[str, float]:
    """The figures of the table for one side's result."""
    wanted = [intent for _, intent in task.questions]
    said = [answer["intent"] for answer in result["answers"]]
    sure = np.array([answer["confidence"] for answer in result["answers"]])
    inside = np.array([intent != OUT for intent in wanted])
    right = np.array([w == s for w, s in zip(wanted, said, strict=True)])
    found = {
        "training, s": result["training"],
        "parse p50, ms": 1000 * statistics.median(answer["seconds"] for answer in result["answers"]),
    }
    if task.name.startswith("CLINC"):
        threshold = np.quantile(sure[inside], 1 - KEPT)
        return {
            "accuracy, %": 100 * right[inside].mean(),
            "out of scope caught, %": 100 * (sure[~inside] < threshold).mean(),
            **found,
        }
    return {"MCC": max(_mcc(wanted, said, sure, threshold) for threshold in THRESHOLDS), **found}


def _mcc(wanted: Sequence[str], said: Sequence[str], sure: Any, threshold: float) -> float:
    kept = [s if c >= threshold else OUT for s, c in zip(said, sure, strict=True)]
    return float(matthews_corrcoef(wanted, kept))


def run(python: str, config: Path, task: Task) -> Dict[str, Any]:
    """What one side made of a task (see ``nlu_side.py``), with nothing taken from an earlier run."""
    with tempfile.TemporaryDirectory() as folder:
        asked, told = Path(folder) / "task.json", Path(folder) / "result.json"
        questions = [text for text, _ in task.questions]
        asked.write_text(json.dumps({"examples": task.examples, "questions": questions}), encoding="utf-8")
        command = [python, "-W", "ignore", str(SIDE), str(config), str(asked), str(told)]
        # Rasa's cache would give the model of an earlier run in no time.
        variables = {**environments.variables(), "RASA_MAX_CACHE_SIZE": "0"}
        done = subprocess.run(command, env=variables, cwd=PROJECT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{task.name}: {done.stderr[-2000:]}")
        result: Dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return result


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where clinc150_small.json and hint3/ are")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.relative_to(PROJECT)}")
    parser.add_argument("--ours", action="store_true", help="leave Rasa's default out, which takes most of the time")
    arguments = parser.parse_args()
    folder = arguments.folder
    tasks = [clinc(folder, 10), clinc(folder, 20)]
    tasks += [hint3(folder, name) for name in ("curekart", "sofmattress", "powerplay11")]
    sides = {"ours": (sys.executable, PROJECT / "config.yml")}
    if not arguments.ours:
        stock = environments.stock()
        python = str(stock.environment / "bin" / "python")
        sides["Rasa's default"] = (python, Path(__file__).with_name("rasa-default.yml"))
    lines = ["| | " + " | ".join(sides) + " |", "| - |" + " -: |" * len(sides)]
    for task in tasks:
        columns = []
        for name, (python, config) in sides.items():
            print(f"{task.name}: {name} …", file=sys.stderr, flush=True)
            columns.append(figures(task, run(python, config, task)))
        for figure in columns[0]:
            decimals = 3 if figure == "MCC" else 1
            cells = " | ".join(f"{column[figure]:.{decimals}f}" for column in columns)
            lines.append(f"| {task.name}: {figure} | {cells} |")
            print(lines[-1], flush=True)
    if arguments.write:
        RESULTS.write_text(REPORT.format(table="\n".join(lines)), encoding="utf-8")


REPORT = """# Is it the pipeline or the examples?

Written by `python -m bench.nlu FOLDER --write`. The pipeline of `config.yml` and Rasa's default pipeline (DIET, 100
epochs), trained on the same public examples and asked the same questions, one after the other on one machine.
Judged by the first intent of the ranking and its confidence. *Out of scope caught*: the share of questions out of
scope whose confidence is below that of 95 % of the questions in scope. *MCC*: Matthews' correlation coefficient
at the threshold from 0.1 to 0.9 where it is best, as HINT3's authors published it: for Rasa's DIET .511
(curekart), .526 (sofmattress) and .340 (powerplay11), and .603, .638 and .425 for the best there.
A column is missing where Rasa's default was left out (`--ours`).

{table}
"""

if __name__ == "__main__":
    main()
