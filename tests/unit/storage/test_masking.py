from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ask_resc.storage.masking import mask


@pytest.mark.parametrize(
    "text, masked",
    [
        ("write to jane.doe+x@example.org.", "write to [email]."),
        ("<o'neil@a-b.co.uk>, ｊ＠例え.jp", "<[email]>, [email]"),
        ("call 860-555-1234", "call [phone]"),
        ("(860) 555-1234 ext. 12", "[phone] ext. 12"),
        ("+1 860.555.1234 and 555 1234", "[phone] and [phone]"),
        ("tel.: +49 (0)30 1234567", "tel.: [phone]"),
        ("8605551234", "[phone]"),
        ("1-800-555-1234", "[phone]"),
        ("860–555–1234, 860\u00a0555\u00a01234", "[phone], [phone]"),
        ("＋１（８６０）５５５－１２３４", "[phone]"),
        ("８６０　５５５　１２３４", "[phone]"),
        ("٨٦٠ ٥٥٥ ١٢٣٤", "[phone]"),
        ("student 12345678, please", "student [number], please"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("card 1972 1990 2021 1111", "card [number]"),
        ("ssn 123-45-6789", "ssn [number]"),
        ("1 2 3 4 5 6 7", "[number]"),
        ("12\u200b345\u200b67", "[number]"),
        ("id1234567x", "id[number]x"),
        ("$12500000", "$[number]"),
    ],
)
def test_mask_takes_out(text: str, masked: str):
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Who leads CREC, Greg Florio?",
        "created in 1972",
        "the years 1972-1990, 1972–1990 and 1972 - 1990",
        "1972 1990 2021",
        "１９７２-１９９０",
        "section 10-66a",
        "It was 1972. 10-66a says so, as 10-66b did in 1972",
        "August 1, 1972",
        "2021-07-15, 07/15/2021, 15.07.2021 and 7-15-2021",
        "on 2021-07-15 10:30",
        "from 2021-07-15 - 2022-08-16",
        "$500, $1,250,000 and 125000 dollars",
        "$500-1000",
        "500 - 1000 dollars",
        "an address @ home, not one",
        "123456",
        "rooms 12, 34, 56 and 78",
    ],
)
def test_mask_leaves(text: str):
    assert mask(text) == text


@given(st.text())
def test_mask_again_changes_nothing(text: str):
    assert mask(mask(text)) == mask(text)


@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@＠")))
def test_mask_leaves_texts_without_digits_and_addresses(text: str):
    assert mask(text) == text


@given(st.text(), st.text(st.characters(categories=["Nd"]), min_size=7), st.text())
def test_mask_leaves_no_seven_digits_together(before: str, digits: str, after: str):
    assert not re.search(r"\d{7}", mask(before + digits + after))


@given(
    st.lists(st.text("0123456789", min_size=1), min_size=1),
    st.sampled_from([" ", ".", "-", "–", "(", ") ", " - ", "\u00a0"]),
)
def test_mask_leaves_no_seven_digits_apart_save_in_dates(groups: list[str], between: str):
    left = re.sub(r"\D", "", mask("x " + between.join(groups) + " x"))
    assert len(left) < 7 or re.search(r"(1[5-9]|20)\d\d", left)


@given(st.integers(1500, 2099), st.integers(1500, 2099), st.sampled_from(["-", "–", " - ", " "]))
def test_mask_leaves_years(first: int, last: int, between: str):
    text = f"between {first}{between}{last}?"
    assert mask(text) == text


@pytest.mark.parametrize("text", ["a" * 50_000, "1 " * 25_000, "01 01 2021 " * 5_000 + "x", "a.b@" * 12_000])
def test_mask_reads_a_long_text_once(text: str):
    began = time.process_time()
    mask(text)
    assert time.process_time() - began < 1
