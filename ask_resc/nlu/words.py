"""Where words begin and end: spaCy's English rules, without any trained pipeline."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import spacy
from spacy.language import Language
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

# How people write in a hurry; the encoder was taught on sentences.
SHORTHAND = {
    "wht": "what", "wat": "what", "wut": "what", "whats": "what's", "wen": "when", "whn": "when", "wher": "where",
    "whos": "who's", "hows": "how's", "y": "why", "yr": "year", "yrs": "years", "ur": "your", "u": "you", "r": "are",
    "abt": "about", "rn": "right now", "idk": "I don't know", "pls": "please", "plz": "please", "thx": "thanks",
    "ty": "thank you", "tysm": "thank you so much", "bc": "because", "cuz": "because", "w": "with", "tho": "though",
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "nvm": "never mind", "dir": "director",
    "exec": "executive", "ppl": "people", "info": "information", "n": "and", "thier": "their", "teh": "the",
    "wehn": "when", "hwen": "when", "waht": "what", "hwat": "what", "wha": "what", "wich": "which", "whcih": "which",
    "wehre": "where", "hwo": "who", "woh": "who", "hwy": "why", "hes": "he's", "shes": "she's",
    "its": "it's", "dont": "don't", "isnt": "isn't", "wheres": "where's",
    "urs": "yours", "tx": "thanks", "tks": "thanks", "thnx": "thanks",
}  # fmt: skip
_SHORTHAND = re.compile(rf"(?<![\w'/])(?:{'|'.join(SHORTHAND)})(?![\w'/])", re.IGNORECASE)
BRACES = (r"\{", r"\}")


def written_out(text: str) -> str:
    """``text`` with its shorthand as words."""
    return _SHORTHAND.sub(lambda match: SHORTHAND[match.group().casefold()], text)


@lru_cache(maxsize=1)
def language() -> Language:
    """SpaCy's English rules, but for braces: ``{center}`` in an example is one word."""
    nlp = spacy.blank("en")
    defaults = nlp.Defaults
    rules: Any = nlp.tokenizer
    rules.prefix_search = compile_prefix_regex([p for p in defaults.prefixes or () if p not in BRACES]).search
    rules.suffix_search = compile_suffix_regex([p for p in defaults.suffixes or () if p not in BRACES]).search
    # People write "CREC/ACES", "CREC,ACES" and "CREC?and"; spaCy splits these between lower-case letters only.
    infixes = [*(defaults.infixes or ()), r"(?<=[\w}])[/,?!;:&+](?=[\w{])"]
    rules.infix_finditer = compile_infix_regex(infixes).finditer
    return nlp
