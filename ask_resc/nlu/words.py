"""Where words begin and end: spaCy's English rules, without any trained pipeline."""

from __future__ import annotations

from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

BRACES = (r"\{", r"\}")


@lru_cache(maxsize=1)
def language() -> Language:
    """spaCy's English rules, but for braces: ``{center}`` in an example is one word."""
    nlp = spacy.blank("en")
    defaults = nlp.Defaults
    nlp.tokenizer.prefix_search = compile_prefix_regex([p for p in defaults.prefixes or () if p not in BRACES]).search
    nlp.tokenizer.suffix_search = compile_suffix_regex([p for p in defaults.suffixes or () if p not in BRACES]).search
    # People write "CREC/ACES", "CREC,ACES" and "CREC?and"; spaCy splits these between lower-case letters only.
    infixes = [*(defaults.infixes or ()), r"(?<=[\w}])[/,?!;:&+](?=[\w{])"]
    nlp.tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    return nlp
