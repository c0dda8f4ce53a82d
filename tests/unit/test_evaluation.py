"""The evaluation set and its tools: nothing copied, nothing counted wrongly, a page to look at."""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterator, List

import pytest

from tests.evaluation import overlap, report
from tests.evaluation.evaluate import interval, shares, wrong_facts
from tests.evaluation.inside import Answered
from tests.evaluation.scoring import OUTCOMES, Turn, load

HALVES = ("dev", "final", "panel")


def answered(outcome: str, certainty: float, expect: str = "resc.when", *intents: str) -> Answered:
    return Answered(Turn("a voice", 0, 0, "when?", expect, None), outcome, intents or ("founding",), certainty)


@pytest.mark.parametrize("half", HALVES)
def test_evaluation_no_turn_is_copied_from_the_training_data_or_into_it(half: str):
    # How many, and of final not which: it is there to be counted.
    copied = [turn.say for turns in load(half) for turn in turns if overlap.is_copied(turn.say)]
    assert copied == [] if half == "dev" else len(copied) == 0


def test_evaluation_a_copy_with_another_name_is_found():
    longest = max(overlap.examples(), key=len)
    assert len(longest) > overlap.COPIED
    text = " ".join(word for word in longest if not word.startswith("{"))
    assert overlap.is_copied(text) and overlap.is_known(f"{text} CREC" if "{center}" in longest else text)


def test_evaluation_short_plain_questions_are_known_and_not_copied():
    assert overlap.is_known("who leads EASTCONN?") and not overlap.is_copied("who leads EASTCONN?")
    assert not overlap.is_known("which rutabaga vendor leads EASTCONN?")


def test_evaluation_has_enough_turns_and_voices():
    turns = [turn for half in ("dev", "final") for conversation in load(half) for turn in conversation]
    assert len(turns) >= 700 and len({turn.voice for turn in turns}) >= 8
    assert not {t.voice for c in load("dev") for t in c} & {t.voice for c in load("final") for t in c}


def test_evaluation_interval_is_wilsons():
    # Both bounds as in Wilson (1927), computed with statsmodels' proportion_confint(method="wilson").
    assert interval(9, 10) == pytest.approx((59.6, 98.2), abs=0.1)
    assert interval(10, 10)[1] == pytest.approx(100)


def test_evaluation_counts_every_outcome_that_states_a_wrong_fact():
    table = {"answerable": Counter(dict.fromkeys(OUTCOMES, 1))}
    assert wrong_facts(table) == 2
    assert shares(table) == {"answerable": round(100 / len(OUTCOMES), 1)}


def test_evaluation_reliability_goes_by_tenths():
    points = report.reliability([answered("right", 0.95), answered("wrong fact", 1.0), answered("right", 0.41)])
    assert points == [(0.41, 1.0, 1), (pytest.approx(0.975), 0.5, 2)]


def test_evaluation_confusions_leave_out_what_was_right():
    found = report.confusions([answered("right", 0.9), answered("wrong topic", 0.9, "resc.when", "history")])
    assert found == [("resc.when", "history", 1)]


class Sweeping:
    """Stands in for ``Inside``: does the worse the higher the threshold."""

    settings = {"doubt": 0.4, "sure": 0.4}

    def __init__(self) -> None:
        self.value = 0.0

    def changed(self, **settings: float) -> Any:
        from contextlib import contextmanager

        @contextmanager
        def change() -> Iterator[None]:
            (self.value,) = settings.values()
            yield

        return change()

    def evaluate(self, half: str) -> List[Answered]:
        outcome = "right" if self.value < 0.5 else "wrong fact"
        far = Answered(Turn("a voice", 0, 0, "weather?", "decline", "far"), "right", ("out_of_scope",), 0.9)
        return [answered(outcome, 0.9), far]


def test_evaluation_trade_off_tries_every_value():
    inside: Any = Sweeping()
    points = report.trade_off(inside, "sure")
    assert points[0] == (0.0, 100.0, 100.0, 0) and points[-1] == (0.95, 0.0, 100.0, 1)


def test_evaluation_page_has_tables_and_pictures(monkeypatch: pytest.MonkeyPatch, tmp_path: Any):
    monkeypatch.setattr(report, "PAGE", tmp_path / "new" / "report.html")
    inside: Any = Sweeping()
    page = report.write({"dev": "2 <turns>"}, inside.evaluate("dev"), inside).read_text(encoding="utf-8")
    assert "2 &lt;turns&gt;" in page and page.count("<svg role=") == 1 + len(report.SWEPT)
