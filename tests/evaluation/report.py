"""The page that ``make evaluate`` writes: tables, and pictures to choose the thresholds of ``config.yml`` from."""

from __future__ import annotations

import html
import io
from collections import Counter
from pathlib import Path
from typing import Dict, List, Mapping, Sequence, Tuple

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot as plt

from ask_resc.settings import PROJECT
from tests.evaluation.inside import Answered, Inside
from tests.evaluation.scoring import FACT_STATED

PAGE = PROJECT / ".state" / "evaluation" / "report.html"
BINS = 10
SWEPT: Dict[str, Sequence[float]] = {
    "doubt": (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    "sure": (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95),
}
"""Thresholds and the values they are tried at."""
Point = Tuple[float, float, float, float]
"""A threshold's value; per cent of answerable turns right, of unanswerable turns right, wrong facts stated."""


def reliability(answered: Sequence[Answered]) -> List[Tuple[float, float, int]]:
    """By tenths of certainty: its mean, the share right, the number of turns."""
    bins: List[List[Answered]] = [[] for _ in range(BINS)]
    for one in answered:
        bins[min(int(one.certainty * BINS), BINS - 1)].append(one)
    return [
        (sum(a.certainty for a in part) / len(part), sum(a.outcome == "right" for a in part) / len(part), len(part))
        for part in bins
        if part
    ]


def trade_off(inside: Inside, threshold: str) -> List[Point]:
    """How *dev* goes with the threshold at each of its values, all else as in ``config.yml``."""
    points = []
    for value in SWEPT[threshold]:
        with inside.changed(**{threshold: value}):
            answered = inside.evaluate("dev")
        points.append((value, *_shares(answered)))
    return points


def _shares(answered: Sequence[Answered]) -> Tuple[float, float, float]:
    unanswerable = [a for a in answered if a.turn.kind.startswith("unanswerable")]
    answerable = [a for a in answered if a.turn.kind in ("answerable", "follow-up", "two questions")]
    right, declined = (100 * sum(a.outcome == "right" for a in part) / len(part) for part in (answerable, unanswerable))
    return right, declined, sum(a.outcome in FACT_STATED for a in answered)


def confusions(answered: Sequence[Answered]) -> List[Tuple[str, str, int]]:
    """What was wanted and what it was taken for, the commonest first; of turns that went wrong."""
    pairs = Counter((a.turn.expect, " + ".join(a.intents)) for a in answered if a.outcome != "right")
    return [(wanted, taken, count) for (wanted, taken), count in pairs.most_common()]


def write(tables: Mapping[str, str], answered: Sequence[Answered], inside: Inside) -> Path:
    """Write the page; ``tables`` are the counts as they are printed, by half."""
    parts = [f"<h2>{half}</h2><pre>{html.escape(table)}</pre>" for half, table in tables.items()]
    parts += ["<h2>How sure, and how often right (dev)</h2>", _reliability(answered)]
    for threshold in SWEPT:
        set_to = inside.settings[threshold]
        parts += [f"<h2>{threshold}, set to {set_to} (dev)</h2>", _trade_off(trade_off(inside, threshold), set_to)]
    rows = "".join(
        f"<tr><td>{html.escape(wanted)}<td>{html.escape(taken)}<td>{count}"
        for wanted, taken, count in confusions(answered)
    )
    parts.append(f"<h2>Confusions (dev)</h2><table><tr><th>wanted<th>taken for<th>turns{rows}</table>")
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Evaluation</title>'
        "<style>body{font:1rem/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}"
        "pre{overflow-x:auto}td,th{padding:.1rem .8rem .1rem 0;text-align:left}</style><h1>Evaluation</h1>"
        + "\n".join(parts),
        encoding="utf-8",
    )
    return PAGE


def _reliability(answered: Sequence[Answered]) -> str:
    points = reliability(answered)
    figure, axes = plt.subplots(figsize=(5, 4.5))
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="as sure as right")
    axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", label="measured")
    for certainty, right, count in points:
        axes.annotate(str(count), (certainty, right), textcoords="offset points", xytext=(5, -11), fontsize=8)
    axes.set(xlabel="certainty", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.02))
    axes.legend()
    return _svg(figure, "Share of turns that were right, by how sure the bot was; numbers are turns.")


def _trade_off(points: Sequence[Point], set_to: float) -> str:
    figure, axes = plt.subplots(figsize=(7, 4.5))
    values = [p[0] for p in points]
    axes.plot(values, [p[1] for p in points], marker="o", label="answerable turns right, %")
    axes.plot(values, [p[2] for p in points], marker="s", label="unanswerable turns right, %")
    axes.axvline(set_to, color="0.7", linestyle="--", label="config.yml")
    facts = axes.twinx()
    facts.plot(
        values, [p[3] for p in points], color="firebrick", marker="x", linestyle=":", label="wrong facts (right)"
    )
    facts.set_ylim(bottom=0)
    axes.set(xlabel="threshold", ylabel="per cent")
    lines = [line for part in (axes, facts) for line in part.get_lines() if not line.get_label().startswith("_")]
    axes.legend(lines, [line.get_label() for line in lines], loc="lower center", fontsize=8)
    return _svg(figure, "Answering against declining, at each value of the threshold.")


def _svg(figure: plt.Figure, caption: str) -> str:
    file = io.StringIO()
    figure.savefig(file, format="svg", bbox_inches="tight")
    plt.close(figure)
    drawing = file.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace(
        "<svg", f'<svg role="img" aria-label="{html.escape(caption)}"', 1
    )
    return f"<figure>{drawing}<figcaption>{html.escape(caption)}</figcaption></figure>"
