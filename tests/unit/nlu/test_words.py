"""Where words begin and end, and the component that cuts them."""

from __future__ import annotations

from typing import List

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from ask_resc.nlu.tokenizer import WordTokenizer
from ask_resc.nlu.words import SHORTHAND, language
from tests.unit.nlu.featurizer_checks import no_tokens_no_features, tokenized


def words(text: str) -> List[str]:
    return [token.text for token in tokenized(text).get(TOKENS_NAMES[TEXT])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Who leads CREC?", ["Who", "leads", "CREC", "?"]),
        ("CREC's director", ["CREC", "'s", "director"]),
        ("CREC/ACES", ["CREC", "/", "ACES"]),
        ("CREC,ACES", ["CREC", ",", "ACES"]),
        ("CREC?and ACES", ["CREC", "?", "and", "ACES"]),
        ("who leads {center}?", ["who", "leads", "{center}", "?"]),
        ("{center}/{center}", ["{center}", "/", "{center}"]),
        ("{center}'s boss", ["{center}", "'s", "boss"]),
        ("({center})", ["(", "{center}", ")"]),
        ("  two   spaces ", ["two", "spaces"]),
        ("a\nb\tc", ["a", "b", "c"]),
        ("e-mail@example.org", ["e-mail@example.org"]),
    ],
)
def test_words_are_cut(text: str, expected: List[str]):
    assert words(text) == expected


@given(st.text(max_size=120))
def test_words_stand_where_they_say(text: str):
    at = 0
    for token in WordTokenizer(WordTokenizer.get_default_config()).tokenize(Message({TEXT: text}), TEXT):
        assert token.start >= at and token.text.strip()
        assert text[token.start : token.end] == token.text
        at = token.end


def test_words_tokenizer_leaves_what_has_no_text():
    no_tokens_no_features(WordTokenizer(WordTokenizer.get_default_config()))


def test_words_come_without_a_trained_pipeline():
    assert language().pipe_names == []


@pytest.mark.parametrize("short", SHORTHAND)
def test_words_shorthand_is_written_out_once_and_for_all(short: str):
    assert short == short.casefold()
    assert not {w.strip(".,").casefold() for w in SHORTHAND[short].split()} & (set(SHORTHAND) - {"u"})
