"""The bot does not fall below what is on record."""

from __future__ import annotations

import json

import pytest

from ask_resc.serving import Bot
from tests.evaluation.evaluate import RECORD, evaluate, shares, wrong_facts

SLACK = 2
"""Turns of a kind: processors round differently, which moves a question that stands at a threshold."""


@pytest.mark.parametrize("half", ["dev", "panel"])
def test_evaluation_is_no_worse_than_on_record(bot: Bot, half: str):
    record = json.loads(RECORD.read_text(encoding="utf-8"))[half]
    result = evaluate(bot, half)
    turns = {kind: sum(counts.values()) for kind, counts in result.table.items()}
    found = shares(result.table)
    worse = {
        kind: (found[kind], share)
        for kind, share in record["right"].items()
        if (share - found[kind]) * turns[kind] / 100 > SLACK + 0.1
    }
    assert worse == {}, [(turn.say, outcome, texts) for turn, outcome, texts in result.failures]
    assert wrong_facts(result.table) <= record["wrong facts"] + SLACK
