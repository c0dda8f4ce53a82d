"""Teach the encoder what this assistant is asked, before it is exported; ``build.py`` calls it.

The published weights know English at large: "what are they up to nowadays" lies near "what is new".
Trained on to tell the intents of ``data/nlu`` apart, they put such questions where they belong. The
classifier that did the telling is thrown away: what stays is an encoder, and ``ask-resc train`` fits the
assistant's own classifier on top of it, also to examples that were written after the encoder was built.
"""

from __future__ import annotations

import random
import re
import time
from pathlib import Path
from typing import Any, Dict, List, Tuple

import torch
import yaml

PROJECT = Path(__file__).parents[1]
EPOCHS = 4
BATCH = 32
LEARNING_RATE = 5e-5
HEAD_LEARNING_RATE = 5e-3
SHARPNESS = 15.0
"""Vectors have length one, so the classifier's scores are scaled up by this."""
MISTYPED = 0.25
"""Share of examples that are read with a typing mistake, another one each time."""
PADDED = 0.15
"""Share of examples that are read with a greeting or a remark around them, another one each time."""
BEFORE, AFTER = ("greet", "affirm", "praise"), ("thank", "goodbye", "praise")
"""Intents whose examples stand around a question, too."""
MAX_PIECES = 48


def examples(project: Path = PROJECT) -> List[Tuple[str, str]]:
    """Text and intent of every example, with the stand-in of its kind for each ``{kind}``."""
    kinds = yaml.safe_load((project / "data" / "facts.yml").read_text(encoding="utf-8"))["kinds"]
    found = []
    for path in sorted((project / "data" / "nlu").glob("*.yml")):
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in block["examples"].splitlines():
                if line.strip():
                    text = line.strip().removeprefix("- ")
                    text = re.sub(r"\{(\w+)\}", lambda m: str(kinds[m.group(1)]["stand_in"]), text)
                    found.append((text, block["intent"]))
    return found


def mistyped(text: str, chance: random.Random) -> str:
    """``text`` with one letter left out, doubled, swapped with the next or replaced."""
    places = [i for i, letter in enumerate(text) if letter.isalpha()]
    if len(places) < 4:
        return text
    at = chance.choice(places[1:])
    there, after = text[at], text[at + 1 :]
    changed = chance.choice(["", there * 2, after[:1] + there, chance.choice("aeioustnr")])
    return text[:at] + changed + (after[1:] if len(changed) == 2 and changed[0] == after[:1] else after)


def padded(text: str, remarks: Dict[str, List[str]], chance: random.Random) -> str:
    """``text`` with somebody's greeting before it or thanks after it."""
    if chance.random() < 0.5:
        return f"{chance.choice(remarks[chance.choice(BEFORE)])} {text}"
    return f"{text} {chance.choice(remarks[chance.choice(AFTER)])}"


def tune(sentence: Any, tokenizer: Any, taught: List[Tuple[str, str]], seed: int = 0) -> None:
    """Train ``sentence`` (``build.Sentence``) in place to tell intents apart; about half an hour on two cores.

    In bfloat16, as far as torch finds that safe: half the time on a processor that has it.
    """
    torch.manual_seed(seed)
    chance = random.Random(seed)
    intents = sorted({intent for _, intent in taught})
    number = {intent: i for i, intent in enumerate(intents)}
    remarks = {intent: [text for text, other in taught if other == intent] for intent in {*BEFORE, *AFTER}}
    head = torch.nn.Linear(384, len(intents))
    rates = [LEARNING_RATE, HEAD_LEARNING_RATE]
    optimizer = torch.optim.AdamW(
        [{"params": sentence.parameters(), "lr": rates[0]}, {"params": head.parameters(), "lr": rates[1]}],
        weight_decay=0.01,
    )
    steps = EPOCHS * len(_batches(taught, random.Random(seed)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps + 1, pct_start=0.1)
    sentence.train()
    started, step = time.monotonic(), 0
    for _ in range(EPOCHS):
        for part in _batches(taught, chance):
            texts = [
                padded(text, remarks, chance) if intent not in remarks and chance.random() < PADDED else text
                for text, intent in part
            ]
            texts = [mistyped(text, chance) if chance.random() < MISTYPED else text for text in texts]
            batch = tokenizer(texts, padding=True, truncation=True, max_length=MAX_PIECES, return_tensors="pt")
            with torch.autocast("cpu", dtype=torch.bfloat16):
                vectors = sentence(**batch)
            scores = head(vectors.float() * SHARPNESS)
            wanted = torch.tensor([number[intent] for _, intent in part])
            loss = torch.nn.functional.cross_entropy(scores, wanted, label_smoothing=0.1)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(sentence.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step} of {steps}, loss {loss.item():.2f}, {time.monotonic() - started:.0f} s", flush=True)
    sentence.eval()


def _batches(taught: List[Tuple[str, str]], chance: random.Random) -> List[List[Tuple[str, str]]]:
    """The examples in random batches of about the same length each, so that little is padded."""
    shuffled = chance.sample(taught, len(taught))
    batches = []
    for start in range(0, len(shuffled), 32 * BATCH):
        part = sorted(shuffled[start : start + 32 * BATCH], key=lambda example: len(example[0]))
        batches += [part[i : i + BATCH] for i in range(0, len(part), BATCH)]
    chance.shuffle(batches)
    return batches
