"""Meaning as numbers: the committed encoder, and what it reads in place of names and shorthand."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Tuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT

from ask_resc.facts.live import facts as live_facts
from ask_resc.nlu.encoder import FOLDER, SentenceEncoder, encode, spoken
from ask_resc.nlu.subjects import SubjectRecognizer
from ask_resc.nlu.words import SHORTHAND
from tests.unit.nlu import featurizer_checks
from tests.unit.nlu.featurizer_checks import created, features_of, loaded, tokenized

FACTS = live_facts().current()
SENTENCES = ["who leads it?", "when was it formed", "a" * 900, "谁领导", "?", "the of and to " * 60]


@pytest.fixture
def encoder(tmp_path: Path) -> SentenceEncoder:
    component: SentenceEncoder = created(SentenceEncoder, tmp_path)[0]
    return component


def recognized(text: str, folder: Path) -> Any:
    """The vector of a text after its names were recognised."""
    message = tokenized(text)
    created(SubjectRecognizer, folder)[0].process([message])
    created(SentenceEncoder, folder)[0].process([message])
    [vector] = features_of(message)
    return vector


# The files


def test_encoder_files_are_those_that_were_built():
    lines = [line.split() for line in (FOLDER / "SHA256SUMS").read_text().splitlines()]
    assert {"minilm.onnx", "tokenizer.json"} <= {name for _, name in lines}
    for checksum, name in lines:
        assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == checksum, name


# The numbers


@pytest.mark.parametrize("text", [*SENTENCES, ""])
def test_encoder_gives_384_numbers_of_length_one(text: str):
    vector = encode(text)
    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


@settings(max_examples=50)
@given(st.text(max_size=1000))
def test_encoder_takes_any_text(text: str):
    vector = encode(text)
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    ("near", "far"),
    [
        (("who leads the center", "who is the boss of the center"), "what is the weather like"),
        (("when was it founded", "in which year did it start"), "how much does lunch cost"),
        (("what is the phone number", "how can I call them"), "who wrote Hamlet"),
    ],
)
def test_encoder_puts_the_same_meaning_near(near: Tuple[str, str], far: str):
    one, other = map(encode, near)
    assert one @ other > one @ encode(far) + 0.1


def test_encoder_is_the_same_from_many_threads():
    alone = [encode(text) for text in SENTENCES]
    with ThreadPoolExecutor(4) as threads:
        for vectors in threads.map(lambda _: [encode(text) for text in SENTENCES], range(8)):
            np.testing.assert_array_equal(vectors, alone)


# Stand-ins


def test_encoder_reads_every_name_of_a_kind_alike(tmp_path: Path):
    taught = recognized("who leads {center}?", tmp_path)
    for key in FACTS.of_kind("center"):
        np.testing.assert_array_equal(recognized(f"who leads {FACTS.subjects[key].name}?", tmp_path), taught)


def test_encoder_reads_the_stand_in_of_the_kind(tmp_path: Path):
    heard = recognized("who leads CREC?", tmp_path)[0]
    stand_in = FACTS.kinds["center"].stand_in
    np.testing.assert_array_equal(heard, encode(f"who leads {stand_in}?"))
    assert not np.array_equal(heard, encode("who leads CREC?"))


@pytest.mark.parametrize("short", SHORTHAND)
def test_encoder_reads_shorthand_written_out(short: str):
    for form in (short, short.capitalize()):
        text = f"so {form} then"
        assert spoken(text, tokenized(text).get(TOKENS_NAMES[TEXT])) == f"so {SHORTHAND[short]} then"


@pytest.mark.parametrize("text", ["who leads the center?", "  spaces   stay ", "line\nbreaks", "🙂 and ¿signs?"])
def test_encoder_reads_everything_else_as_it_is(text: str):
    assert spoken(text, tokenized(text).get(TOKENS_NAMES[TEXT])) == text


# The component


def test_encoder_adds_one_sentence_feature(encoder: SentenceEncoder):
    message = tokenized("who leads it?")
    encoder.process([message])
    [feature] = message.features
    assert (feature.type, feature.attribute, feature.is_dense()) == (FEATURE_TYPE_SENTENCE, TEXT, True)
    assert feature.features.shape == (1, 384)


def test_encoder_without_tokens_adds_no_features(encoder: SentenceEncoder):
    featurizer_checks.no_tokens_no_features(encoder)


def test_encoder_adds_and_never_replaces(encoder: SentenceEncoder):
    featurizer_checks.adds_never_replaces(encoder)


def test_encoder_makes_examples_like_messages(encoder: SentenceEncoder):
    featurizer_checks.same_for_messages_and_examples(encoder)


def test_encoder_makes_a_message_alike_whatever_else_is_asked(encoder: SentenceEncoder):
    featurizer_checks.same_alone_and_among_others(encoder, SENTENCES)


def test_encoder_is_the_same_after_save_and_load(tmp_path: Path):
    component, storage = created(SentenceEncoder, tmp_path)
    one, other = tokenized("who leads it?"), tokenized("who leads it?")
    component.process([one])
    loaded(SentenceEncoder, storage).process([other])
    np.testing.assert_array_equal(features_of(one), features_of(other))
