"""Names are data: with every one of them invented, questions are understood as they are with the real ones."""

from __future__ import annotations

import itertools
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

import pytest
from ruamel.yaml import YAML

from ask_resc import rasa_process, settings
from ask_resc.facts.loader import load
from ask_resc.facts.model import Facts, names_of
from ask_resc.settings import PROJECT

QUESTIONS = 200
INVENTED: Dict[str, Dict[str, Any]] = {
    "resc": {"name": "the QUABs", "aliases": ["QUAB", "QUABs", "Quabbling Upkeep Board"]},
    "alliance": {"name": "the QUAB Zelphery", "aliases": ["the Zelphery", "Zelphery", "QUAB Zelphery"]},
    "accord": {"name": "the QUAB Zelphery Brontule", "aliases": ["the Brontule", "Brontule", "QUAB Brontule"]},
    "ces": {"name": "VOX", "aliases": ["V.O.X."]},
    "edadvance": {"name": "OrbGlimmer", "aliases": ["Orb Glimmer"]},
    "crec": {"name": "DRUV", "aliases": []},
    "aces": {"name": "YMPE", "aliases": []},
    "learn": {"name": "FLENZ", "aliases": []},
    "eastconn": {"name": "WUSTPROB", "aliases": []},
    "dumais": {"name": "Orrin Vexley"},
    "kitching": {"name": "Tavish Grumbolt"},
    "florio": {"name": "Zeb Q. Marrowby"},
    "danehy": {"name": "Ludo Pfenning"},
    "ericson": {"name": "Wilma Quagmire"},
    "protulis": {"name": "Fenwick Zabriskie"},
    "csde": {"name": "the Ravendale Office of Quills (ROOQ)", "aliases": ["ROOQ", "Ravendale Office of Quills"]},
    "oec": {"name": "the Bureau of Small Kelp (BSK)", "aliases": ["BSK", "Bureau of Small Kelp"]},
}
INVENTED_IN_NOTICES = {"kitching": "Ignatz Umbra", "florio": "Odo Vanterpool"}


@pytest.fixture(scope="module")
def invented(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The facts with every name invented."""
    yaml = YAML()  # keeps the order
    raw = yaml.load(settings.facts_path().read_text(encoding="utf-8"))
    for key, names in INVENTED.items():
        raw["subjects"][key].update(names)
    for key, name in INVENTED_IN_NOTICES.items():
        raw["subjects"][key]["notice"]["person"] = {"name": name}
    file = tmp_path_factory.mktemp("invented") / "facts.yml"
    with file.open("w", encoding="utf-8") as text:
        yaml.dump(raw, text)
    return file


def test_invented_names_are_all_the_names_there_are(invented: Path):
    before, after = load(settings.facts_path()), load(invented)
    real = {name.casefold() for subject in before.subjects.values() for name in names_of(subject)}
    assert not real & {name.casefold() for subject in after.subjects.values() for name in names_of(subject)}
    noticed = [key for key, subject in before.subjects.items() if subject.notice and subject.notice.person]
    assert noticed == list(INVENTED_IN_NOTICES)


# The questions


def piles() -> List[List[str]]:
    """Examples with placeholders, a pile for each intent that has any, each in an order of its own."""
    found = []
    for path in sorted((PROJECT / "data" / "nlu").glob("*.yml")):
        [block] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]
        pile = [line[2:] for line in block["examples"].splitlines() if "{" in line]
        random.Random(path.stem).shuffle(pile)
        found.append(pile)
    return [pile for pile in found if pile]


def templates() -> Iterator[str]:
    """Examples with placeholders, from each intent in turn."""
    return (line for row in itertools.zip_longest(*piles()) for line in row if line)


def filled(template: str, number: int, facts: Facts) -> str:
    """A template with a name for each placeholder, the same subjects whatever they are called."""
    turns = itertools.count(number)

    def name(match: "re.Match[str]") -> str:
        of_kind = facts.of_kind(match.group(1))
        return min(names_of(facts.subjects[of_kind[next(turns) % len(of_kind)]]), key=len)

    return re.sub(r"\{(\w+)\}", name, template)


def questions(facts: Facts) -> List[str]:
    return [filled(t, n, facts) for n, t in enumerate(itertools.islice(templates(), QUESTIONS))]


PARSE = """
import asyncio, json, sys
from rasa.core.agent import Agent

agent = Agent.load(sys.argv[1])

async def understood(text):
    parsed = await agent.parse_message(text)
    return [[question["intent"], question["subjects"]] for question in parsed["questions"]]

async def all_of_them(texts):
    return [await understood(text) for text in texts]

print("\\n" + json.dumps(asyncio.run(all_of_them(json.load(sys.stdin)))))
"""
Understood = List[List[Tuple[str, List[str]]]]


def understood(model: str, facts: Path) -> Understood:
    """Intent and subjects of each question in each of the messages, as this model and these facts have it."""
    done = subprocess.run(
        [sys.executable, "-c", PARSE, model],
        input=json.dumps(questions(load(facts))),
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=rasa_process.environment(ASK_RESC_FACTS=str(facts)),
    )
    assert done.returncode == 0, done.stderr[-3000:]
    result: Understood = json.loads(done.stdout.splitlines()[-1])
    return result


@pytest.fixture(scope="module")
def with_real_names(model: str) -> Understood:
    return understood(model, settings.facts_path())


def differences(one: Understood, other: Understood, facts: Path) -> List[Any]:
    asked = questions(load(facts))
    return [(text, a, b) for text, a, b in zip(asked, one, other, strict=True) if a != b]


def test_invented_names_stand_in_two_hundred_questions_of_most_aspects(invented: Path):
    asked = questions(load(invented))
    assert len(set(asked)) == QUESTIONS
    assert not any("{" in text for text in asked)
    assert len(load(invented).aspects) / 2 < len(piles()) < QUESTIONS


def test_invented_names_change_nothing_for_the_model_as_it_is(model: str, invented: Path, with_real_names: Understood):
    assert differences(understood(model, invented), with_real_names, invented) == []


def test_invented_names_change_nothing_for_a_model_trained_among_them(
    model: str, invented: Path, with_real_names: Understood, tmp_path: Path
):
    log = tmp_path / "train.log"
    process = rasa_process.start(
        ["train", "nlu", "--out", str(tmp_path), "--fixed-model-name", "invented"],
        log,
        {"ASK_RESC_FACTS": str(invented), "RASA_MAX_CACHE_SIZE": "0"},
    )
    try:
        assert process.wait() == 0, log.read_text()[-3000:]
    finally:
        rasa_process.stop(process)
    trained = str(next(tmp_path.glob("*.tar.gz")))
    assert differences(understood(trained, invented), with_real_names, invented) == []
