"""Every mistake of a facts file is found at once, and told with its line."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import List, Tuple

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from ask_resc import errors, settings
from ask_resc.facts.loader import FactsError, load, parse
from ask_resc.facts.model import Answer, Subject

SHIPPED = settings.PROJECT / "data" / "facts.yml"
SHIPPED_BYTES = SHIPPED.read_bytes()

GOOD = """\
about: centers
starters: ["Who leads North?"]
sources:
  site: {title: About, publisher: North, address: "https://example.org/", date: 2024}
source: site
kinds:
  center:
    stand_in: center
    answers:
      leader: "{leader} is the {title} of {subject}."
  person:
    stand_in: person
aspects:
  leader:
    name: who leads it
    question: {center: "Who leads {subject}?"}
  founding: {name: the founding date}
  history: {name: the history}
subjects:
  north:
    kind: center
    name: North
    aliases: [the North,
      Northern Center]
    answers:
      founding: {text: North was founded in 1970., grain: year}
      history: {see: founding}
  south:
    kind: center
    name: South
  ada:
    kind: person
    name: Ada
    title: Director
    leads: north
    notice: {text: So her own site says., source: site, date: 2024}
"""


def mistakes_in(content: str) -> List[Tuple[int, str]]:
    """Line and sentence of every mistake."""
    with pytest.raises(FactsError) as caught:
        parse(content.encode(), "facts.yml")
    assert {mistake.file for mistake in caught.value.problems} == {"facts.yml"}
    return [(mistake.line, mistake.sentence) for mistake in caught.value.problems]


def test_loader_good_file_loads():
    facts = parse(GOOD.encode(), "facts.yml")
    assert facts.answer("north", "history") == ("north", Answer(text="North was founded in 1970.", grain="year"))


def test_loader_values_are_text_as_written():
    good = GOOD.replace("name: North\n", "name: NO\n").replace("name: South", "name: 0860").replace("Ada", "1.10")
    facts = parse(good.encode(), "facts.yml")
    assert [subject.name for subject in facts.subjects.values()] == ["NO", "0860", "1.10"]


@pytest.mark.parametrize("change", [lambda text: "\ufeff" + text, lambda text: text.replace("\n", "\r\n")])
def test_loader_takes_what_windows_editors_save(change):
    assert parse(change(GOOD).encode(), "facts.yml") == parse(GOOD.encode(), "facts.yml")


def test_loader_optional_value_may_be_left_empty():
    assert parse(GOOD.replace("title: Director", "title: Director\n    prefix:").encode(), "f").subjects["ada"]


BROKEN = {
    # What was written instead of what, the line of the mistake and a part of its sentence
    "unknown key": (
        "    stand_in: person",
        "    stand_in: person\n    wrods: [x]",
        13,
        "“wrods” has no meaning in “person”. Did you mean “words”?",
    ),
    "unknown key at the top": ("about: centers", "about: centers\nabuot: x", 2, "“abuot” has no meaning in the file."),
    "unknown key, nothing near": (
        "    stand_in: person",
        "    stand_in: person\n    x: y",
        13,
        "Known: answers, stand_in, words.",
    ),
    "unknown key in braces": ("{title: About,", "{tilte: About,", 4, "Did you mean “title”?"),
    "missing key": ("    kind: center\n    name: South", "    kind: center", 28, "“name” is missing in “south”."),
    "missing block": ("source: site\nkinds", "kinds", 1, "“source” is missing in the file."),
    "empty answer": (
        "      founding: {text: North was founded in 1970., grain: year}",
        "      founding:",
        26,
        "“founding” is empty.",
    ),
    "answer of blanks": ("{text: North was founded in 1970., grain: year}", '"  "', 26, "“founding” is empty."),
    "empty text": ("text: North was founded in 1970.", 'text: ""', 26, "“text” is empty."),
    "empty alias": ("      Northern Center", '      ""', 24, "“aliases, entry 2” is empty."),
    "list for text": ("name: South", "name: [South]", 30, "“name” must be text."),
    "braces without quotes": ("name: South", "name: {subject}", 30, "it must stand in double quotes"),
    "text for list": (
        "aliases: [the North,\n      Northern Center]",
        "aliases: the North",
        23,
        "“aliases” must be a list",
    ),
    "text for block": (
        "notice: {text: So her own site says., source: site, date: 2024}",
        "notice: x",
        36,
        "must be a block",
    ),
    "text for subject": (
        "  south:\n    kind: center\n    name: South",
        "  south: South",
        28,
        "“south” must be a block",
    ),
    "list for answer": ("{see: founding}", "[founding]", 27, "“history” must be text."),
    "no address": ('"https://example.org/"', "example.org", 4, "“address” must be a web address"),
    "unknown grain": ("grain: year", "grain: week", 26, "“grain” must be one of: day, month, year, decade."),
    "capital key": ("  south:", "  South:", 28, "“South” cannot be used as a key"),
    "leader of an unknown center": ("leads: north", "leads: nort", 35, "no subject “nort”. Did you mean “north”?"),
    "leader without title": ("    title: Director\n", "", 31, "“ada” leads something and so needs a “title”."),
    "second leader": ("name: South", "name: South\n    leads: north\n    title: Head", 37, "already led by “south”"),
    "unknown kind": ("    kind: person", "    kind: persn", 32, "There is no kind of subject “persn”."),
    "unknown source of all": (
        "source: site\n",
        "source: sight\n",
        5,
        "There is no source “sight”. Did you mean “site”?",
    ),
    "unknown source of an answer": ("grain: year", "source: sight", 26, "There is no source “sight”."),
    "unknown source of a notice": ("source: site, date", "source: sight, date", 36, "There is no source “sight”."),
    "unknown aspect": ("      history: {see", "      histroy: {see", 27, "There is no aspect “histroy”."),
    "unknown kind of a question": ('{center: "Who', '{centre: "Who', 16, "There is no kind of subject “centre”."),
    "doubled alias": ("the North,", "ada,", 31 + 2, "“Ada” is already a name of “north”."),
    "alias of itself": ("      Northern Center", "      NORTH", 24, "“NORTH” is already a name of “north”."),
    "link to no subject": ("{see: founding}", "{see: nort.founding}", 27, "There is no subject “nort”."),
    "link to no answer": ("{see: founding}", "{see: south.founding}", 27, "no answer under “founding” of “south”"),
    "link to no aspect": ("{see: founding}", "{see: fuonding}", 27, "no answer under “fuonding” of “north”"),
    "link to itself": ("{see: founding}", "{see: history}", 27, "“see: history” leads in a circle"),
    "link with text": ("{see: founding}", "{see: founding, text: x}", 27, "“text” has no meaning in “history”."),
    "bad placeholder": ("{title} of", "{tilte} of", 10, "“{tilte}” cannot be filled in here. Did you mean “title”?"),
    "placeholder of an unknown kind": ("{title} of", "{list:centre} of", 10, "Did you mean “list:center”?"),
    "placeholder in a question": ("leads {subject}?", "leads {leader}?", 16, "“{leader}” cannot be filled in here."),
    "placeholder in a notice": ("So her own", '"So {leader}"', 36, "bracket"),
    "stray brace": ("{title} of", "{title of", 10, "A curly bracket has no partner"),
    "doubled key": (
        "    name: South",
        "    name: South\n    name: West",
        31,
        "“name” stands here a second time; the first is in line 30.",
    ),
    "doubled key in braces": ("grain: year", "text: x", 26, "“text” stands here a second time"),
    "doubled block": (
        "source: site\n",
        "source: site\nkinds: {}\n",
        7,
        "“kinds” stands here a second time; the first is in line 6.",
    ),
    "training data": ("  south:", "  rules:", 28, "No line may begin with “rules:”"),
    "training data within a sentence": (
        "name: South",
        "name: >\n      South\n      nlu: x",
        32,
        "No line may begin with “nlu:”",
    ),
    "colon in a sentence": ("name: South", "name: South: the other", 30, "a colon in it must stand in double quotes"),
    "sentence after braces": ("name: South", "name: {subject} South", 30, "must stand in double quotes"),
    "quote not closed": ("name: South", 'name: "South', 30, "The quotation mark that opens here"),
    "bracket not closed": ("Northern Center]", "Northern Center", 23, "The bracket that opens here"),
    "tab": ("    name: South", "\tname: South", 30, "indented with a tab"),
    "no colon": ("name: South", "name South", 30, "lacks a key with a colon"),
    "indentation": ("    name: South", "   name: South", 30, "indented unlike its neighbours"),
    "backslash": ("name: South", 'name: "So\\uth"', 30, "A backslash does not belong"),
    "control character": ("name: South", "name: Söüth\x07", 30, "invisible control character"),
    "two documents": ("kinds:\n", "---\nkinds:\n", 6, "“---”"),
    "anchor": ("name: South", "name: &South Center", 30, "must stand in double quotes"),
    "tag": ("name: South", "name: !South Center", 30, "must stand in double quotes"),
    "alias of nothing": ("name: South", "name: *South*", 30, "must stand in double quotes"),
    "block for a key": ("    name: South", "    name: South\n    ? [x]\n    : y", 31, "there must be a single word"),
}


@pytest.mark.parametrize("old, new, line, fragment", BROKEN.values(), ids=BROKEN)
def test_loader_mistake_has_line_and_plain_sentence(old: str, new: str, line: int, fragment: str):
    assert GOOD.count(old) == 1
    found = mistakes_in(GOOD.replace(old, new))
    assert [sentence for at, sentence in found if at == line and fragment in sentence], found


@pytest.mark.parametrize("name", sorted(BROKEN))
def test_loader_one_mistake_is_told_once(name: str):
    old, new, line, _ = BROKEN[name]
    found = mistakes_in(GOOD.replace(old, new))
    assert {at for at, _ in found} == {line}, found


def test_loader_all_mistakes_are_told_at_once_and_in_order():
    content = GOOD
    for name in ("unknown key", "unknown grain", "text for subject", "training data within a sentence"):
        old, new, _, _ = BROKEN[name]
        content = content.replace(old, new)
    content = content.replace("leads: north", "leads: nort").replace("the North,", "Ada,")
    found = mistakes_in(content)
    assert [line for line, _ in found] == sorted(line for line, _ in found)
    for fragment in (
        "“wrods” has no meaning",
        "“grain” must be one of",
        "“south” must be a block",
        "“Ada” is already a name",
        "no subject “nort”",
    ):
        assert [sentence for _, sentence in found if fragment in sentence], found


def test_loader_wrong_shape_hides_no_other_mistake_of_the_same_block():
    content = GOOD.replace("    name: Ada\n", "    color: red\n").replace("leads: north", "leads: nort")
    assert mistakes_in(content) == [
        (31, "“name” is missing in “ada”."),
        (33, errors.unknown_key("color", "ada", list(Subject.__fields__))),
        (35, "There is no subject “nort”. Did you mean “north”?"),
    ]


@pytest.mark.parametrize(
    "old, new",
    [
        ("    kind: center\n    name: North", "    kind: [center]\n    name: North"),
        ("  south:\n    kind: center\n    name: South", "  south: South"),
        ("    title: Director", "    title: [Director]"),
        ("{text: North was founded in 1970., grain: year}", "{text: [In 1970.]}"),
        ("kinds:\n", "kind:\n"),
    ],
)
def test_loader_what_is_there_but_malformed_is_not_called_missing(old: str, new: str):
    content = GOOD.replace("    name: Ada\n", "    name: Ada\n    answers: {history: {see: south.leader}}\n")
    content = content.replace("answers:\n      leader:", "answers:\n      history: x\n      leader:")
    found = mistakes_in(content.replace(old, new))
    assert not [sentence for _, sentence in found if "There is no" in sentence or "needs a" in sentence], found


def test_loader_syntax_mistake_hides_no_training_data_line():
    found = mistakes_in(GOOD.replace("  south:", "  rules:").replace("name: Ada", 'name: "Ada'))
    assert [line for line, _ in found] == [28, 33]


@pytest.mark.parametrize("key", ["nlu", "responses", "stories", "rules"])
@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_loader_refuses_what_rasa_takes_for_training_data(key: str, indent: str, tmp_path: Path):
    is_key_in_yaml = pytest.importorskip("rasa.shared.utils.io").is_key_in_yaml
    file = tmp_path / "facts.yml"
    file.write_text(f"about: >\n x\n\n {indent}{key}: y\n", encoding="utf-8")
    assert is_key_in_yaml(file, key)
    with pytest.raises(FactsError) as caught:
        load(file)
    assert f"{file}:4: No line may begin with “{key}:”" in str(caught.value)


@pytest.mark.parametrize(
    "data, line, fragment",
    [
        (b"", 1, "The file is empty."),
        (b"# nothing yet\n", 1, "The file is empty."),
        (b"- a\n- b\n", 1, "not of a list or a sentence"),
        (b"facts", 1, "not of a list or a sentence"),
        (b"about: x\nsource: caf\xe9\n", 2, "not saved as UTF-8"),
        ("about: x".encode("utf-16"), 1, "not saved as UTF-8"),
        (b"about: &a [*a]\n", 1, "must stand in double quotes"),
        (b"about: " + b"[" * 500 + b"]" * 500, 1, "“about” must be text."),
    ],
)
def test_loader_file_that_is_no_facts_file(data: bytes, line: int, fragment: str):
    with pytest.raises(FactsError) as caught:
        parse(data, "facts.yml")
    assert [m for m in caught.value.problems if m.line == line and fragment in m.sentence], caught.value.problems


def test_loader_missing_file(tmp_path: Path):
    with pytest.raises(FactsError) as caught:
        load(tmp_path / "facts.yml")
    assert str(caught.value) == f"{tmp_path}/facts.yml:1: There is no such file."


def test_loader_folder_instead_of_a_file(tmp_path: Path):
    with pytest.raises(FactsError, match="The file cannot be read: Is a directory"):
        load(tmp_path)


def test_loader_shipped_file_loads():
    facts = load(SHIPPED)
    assert len(facts.of_kind("center")) == 6
    assert all(facts.leader_of(center) for center in facts.of_kind("center"))


def test_loader_shipped_file_says_every_fact_once():
    facts = load(SHIPPED)
    texts = Counter(
        " ".join(cell.text.casefold().split())
        for entry in (*facts.kinds.values(), *facts.subjects.values())
        for cell in entry.answers.values()
        if isinstance(cell, Answer)
    )
    assert [text for text, times in texts.items() if times > 1] == []


def test_loader_shipped_file_loads_quickly():
    def seconds() -> float:
        started = time.perf_counter()
        load(SHIPPED)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < 0.06


odd_bytes = st.lists(st.sampled_from(b"\n\t :-?[]{},&*!|>'\"%@`#\\\0\x85\xff"), max_size=4).map(bytes)


@hypothesis_settings(max_examples=300, deadline=None, database=None)
@given(at=st.integers(0, len(SHIPPED_BYTES)), taken=st.integers(0, 40), put=st.one_of(odd_bytes, st.binary(max_size=4)))
@example(at=0, taken=len(SHIPPED_BYTES), put=b"")
def test_loader_any_edit_loads_or_is_told_with_a_line(at: int, taken: int, put: bytes):
    data = SHIPPED_BYTES[:at] + put + SHIPPED_BYTES[at + taken :]
    try:
        parse(data, "facts.yml")
    except FactsError as error:
        lines = data.count(b"\n") + data.count(b"\r") + 2
        assert error.problems
        assert all(1 <= mistake.line <= lines and mistake.sentence for mistake in error.problems)
