"""Takes out of a text what could identify who wrote it, before anything is kept.

E-mail addresses, phone numbers and any run of seven or more digits become ``[email]``, ``[phone]``
and ``[number]``. Names stay: the bot is asked about people. So do years, ranges of years, dates,
statute numbers such as 10-66a, and amounts of money below seven digits: it is asked about those, too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import List

# Digits of every script (``\d``), with what people write between them.
_BETWEEN = r"[\s.()\[\]\-‐-―−－．（）\u00ad\u200b-\u200d\u2060\ufeff]{0,3}"
_RUN = re.compile(rf"(?:[+＋][\s(（]{{0,2}}|[(（])?\d(?:{_BETWEEN}\d){{6,}}")

# Starts only where a word does, so that a long text without @ is read once.
_EMAIL = re.compile(r"(?<![\w.+%'-])[\w.+%'-]+[@＠][\w-]+(?:[.．。][\w-]+)+")

_YEAR = r"(?:1[5-9]|20)\d\d"
_MONTH, _DAY = r"(?:0?[1-9]|1[0-2])", r"(?:0?[1-9]|[12]\d|3[01])"
_DATE = rf"(?:{_YEAR} {_MONTH} {_DAY}|{_MONTH} {_DAY} {_YEAR}|{_DAY} {_MONTH} {_YEAR}|{_YEAR})"
# Dates and years, with at most two small numbers beside them: a day, an hour, “1972. 10-66a says”.
_DATES = re.compile(rf"(?:\d\d? ){{0,2}}{_DATE}(?: {_DATE})*(?: \d\d?){{0,2}}", re.ASCII)
_MOST_GROUPS_IN_DATES = 8

_MONEY_BEFORE = re.compile(r"[$€£]\s?$")
_MONEY_AFTER = re.compile(r"\s?(?:[$€£]|(?:dollars?|bucks|euros?|USD|EUR)\b)", re.IGNORECASE)

_PHONES = ([3, 4], [3, 7], [3, 3, 4], [1, 3, 3, 4], [10])


def mask(text: str) -> str:
    """Return the text with ``[email]``, ``[phone]`` and ``[number]`` in place of what they name."""
    return _RUN.sub(_masked, _EMAIL.sub("[email]", text))


def _masked(run: re.Match[str]) -> str:
    groups = ["".join(str(unicodedata.decimal(digit)) for digit in group) for group in re.findall(r"\d+", run.group())]
    if run.group()[0] in "+＋":
        return "[phone]"
    if _is_dates(groups) or _is_money(run, groups):
        return run.group()
    return "[phone]" if list(map(len, groups)) in _PHONES else "[number]"


def _is_dates(groups: List[str]) -> bool:
    return len(groups) <= _MOST_GROUPS_IN_DATES and bool(_DATES.fullmatch(" ".join(groups)))


def _is_money(run: re.Match[str], groups: List[str]) -> bool:
    """Whether it is an amount, or a range of two, such as $500-1000."""
    if len(groups) > 2 or max(map(len, groups)) > 6:
        return False
    before = run.string[max(0, run.start() - 2) : run.start()]
    return bool(_MONEY_BEFORE.search(before) or _MONEY_AFTER.match(run.string, run.end()))
