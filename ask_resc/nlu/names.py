"""Who or what a message is about: names of the facts file, found as people write them.

Everything is derived from the facts: exact, dotted and spaced forms, initials, first names and
surnames, and typing mistakes as far as a person would still recognise the name. A new name in the
facts file works at the next message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Dict, FrozenSet, Iterator, List, Optional, Sequence, Set, Tuple

from jellyfish import metaphone
from nicknames import NickNamer
from rapidfuzz.distance import OSA
from spacy.matcher import PhraseMatcher
from spacy.tokens import Doc

from ask_resc.facts.model import Answer, Facts, Subject, names_of
from ask_resc.nlu.words import language

PLACEHOLDER = re.compile(r"^\{(\w+)\}$")
TITLES = frozenset("dr dr. doctor mr mr. mrs mrs. ms ms. miss mister director superintendent".split())
# A name that is also an English verb ("learn") is the verb after these words …
BEFORE_VERB = frozenset(
    "to i we you they he she it kids children students pupils people teachers me us can could will would shall should "
    "may might must 'll 'd ca gonna wanna let lets never not n't also who both always".split()
)
# … and before these.
AFTER_VERB = frozenset(
    "about how more to that what from something anything everything why where when if math reading english it".split()
)
# Words before "the Alliance" or "the Accord" that leave it the one we know.
PLAIN_MODIFIERS = frozenset(
    "resc rescs 's ’s ct connecticut state six our your their the this that same of new whole".split()
)


@dataclass(frozen=True)
class Mention:
    """A stretch of tokens ``start:end`` that names a subject."""

    start: int
    end: int
    kind: str
    subject: Optional[str]
    """Key in the facts; None for ``{kind}`` in a training example."""
    text: str
    how: str = "exact"
    """``exact``, ``surname``, ``first`` name, ``fuzzy`` or ``notice`` (a person the facts name in a notice)."""


@dataclass(frozen=True)
class Found:
    """What a message names."""

    mentions: Tuple[Mention, ...]
    strangers: Tuple[str, ...]
    """Names that look like ours and are somebody else's: "Mary Florio", "the Paris Accord"."""
    kinds: FrozenSet[str]
    """Kinds meant by a plain word: "the center", "the director"."""


class NameMatcher:
    """Finds the names of one version of the facts.

    Args:
        facts: The facts.
        words: Words that are ordinary language here (lower case), so they are nobody's name mistyped.
        common: Those of them that are used often enough to be no mistyped names themselves.
        strange: Words that stand for something else altogether (lower case): "boces", "weather".
        known: All words that anybody used, whatever about: no name misheard is among them.
    """

    def __init__(
        self,
        facts: Facts,
        words: FrozenSet[str] = frozenset(),
        strange: FrozenSet[str] = frozenset(),
        common: Optional[FrozenSet[str]] = None,
        known: FrozenSet[str] = frozenset(),
    ) -> None:
        self.facts, self.words, self.strange = facts, words, strange
        self.known = words | strange | known
        self.common = words if common is None else common
        self._matcher = PhraseMatcher(language().vocab, attr="LOWER")
        self._forms: Dict[str, Tuple[str, str]] = {}
        self._single: Dict[str, Tuple[str, str]] = {}  # one-word form, lower case -> (subject, how)
        self._joined: Dict[str, Tuple[str, str]] = {}  # the same of names that people write as two words
        self._titled: Dict[str, str] = {}  # short forms of first names, which are ours after a title: "Dr. Tom"
        self._sounds: Dict[str, Tuple[str, str, str]] = {}  # how a name sounds -> (first letter, subject, how)
        self._many = frozenset(k for k in facts.kinds if len(facts.of_kind(k)) > 1)  # kinds with several subjects
        self._heads = _heads(facts)
        self._abbreviated = _abbreviated(facts)
        for key, subject in facts.subjects.items():
            self._add(key, subject)
        for key, subject in facts.subjects.items():
            if subject.title is not None:
                for short in sorted(_other_forms(subject.name.split()[0].casefold())):
                    self._titled.setdefault(short, key)
        self._kind_words = {w.casefold(): k for k, kind in facts.kinds.items() for w in kind.words}

    # -- building

    def _add(self, key: str, subject: Subject) -> None:
        for form, how in forms(subject, is_person=subject.title is not None):
            self._pattern(form, key, how)
        for noted in (subject, *subject.answers.values()):
            notice = getattr(noted, "notice", None)
            if notice and notice.person:
                for form, how in forms(notice.person, is_person=True):
                    self._pattern(form, key, "notice", exact=how == "first")

    def _pattern(self, form: str, key: str, how: str, exact: bool = False) -> None:
        doc = language().make_doc(form)
        label = f"{key}|{how}|{len(self._forms)}"
        self._forms[label] = (key, how)
        self._matcher.add(label, [doc])
        # Possessives stay apart ("CREC 's"), but not without an apostrophe: "crecs director".
        bare = re.sub(r"\W", "", form).casefold()
        if how != "first" and not exact and len(doc) == 1 and len(bare) >= 3:
            self._single.setdefault(bare, (key, how))
            sound = metaphone(bare)
            if len(bare) > 3 and len(sound) > 2:
                self._sounds.setdefault(sound, (bare[0], key, how))
            kind = self.facts.subjects[key].kind
            many = self.facts.kinds[kind].words or kind in self._many
            if how == "exact" and not bare.endswith("s") and many:
                self._single.setdefault(bare + "s", (key, how))
        elif (
            len(bare) >= 6
            and not exact
            and how == "exact"
            and form.count(" ") == 1
            and self.facts.subjects[key].title is None
        ):
            self._joined.setdefault(bare, (key, how))

    # -- finding

    def find(self, words: Sequence[str]) -> Found:
        """Names among the words of a message, without overlaps, in order."""
        doc = Doc(language().vocab, words=list(words))
        lower = [w.casefold() for w in words]
        spans = [
            (start, end, *self._forms[language().vocab.strings[label]]) for label, start, end in self._matcher(doc)
        ]
        spans.extend(self._placeholders(words))
        # Longest first; a first name only where nothing else fits.
        spans.sort(key=lambda s: (s[3] == "first", s[0] - s[1], s[3] == "notice", s[0]))
        taken: Set[int] = set()
        mentions: List[Mention] = []
        strangers: List[str] = []
        for start, end, key, how in spans:
            if taken.intersection(range(start, end)):
                continue
            kind = key if how == "placeholder" else self.facts.subjects[key].kind
            if how != "placeholder":
                if self._is_verb(words, lower, start, end, key):
                    taken.update(range(start, end))
                    continue
                stranger = self._stranger(words, lower, start, end, key, how)
                if stranger:
                    strangers.append(stranger)
                    taken.update(_where(stranger, words, start), range(start, end))
                    continue
            start, end = self._widen(lower, start, end, key, how, taken)
            taken.update(range(start, end))
            mentions.append(
                Mention(start, end, kind, None if how == "placeholder" else key, " ".join(words[start:end]), how)
            )
        mentions.extend(self._by_title(words, lower, taken))
        for mention in self._mistyped(words, lower, taken):
            assert mention.subject is not None
            stranger = self._stranger(words, lower, mention.start, mention.end, mention.subject, mention.how)
            if stranger and mention.kind not in self._many:  # "the honda acord"
                strangers.append(stranger)
                taken.update(_where(stranger, words, mention.start))
            else:
                mentions.append(mention)
        mentions.extend(self._misheard(words, lower, taken))
        mentions.sort(key=lambda m: m.start)
        mentions = [_without_article(m, lower) for m in self._whole_names(mentions)]
        strangers.extend(w for i, w in enumerate(words) if i not in taken and lower[i] in self.strange)
        strangers.extend(self._initials(words, taken))
        free = [w for i, w in enumerate(lower) if i not in taken]
        kinds = frozenset(self._kind_words[w] for w in free if w in self._kind_words)
        return Found(tuple(mentions), tuple(strangers), kinds)

    def placeholders(self, words: Sequence[str]) -> Found:
        """``{kind}`` alone, as training examples have it."""
        lower = [w.casefold() for w in words]
        mentions = [Mention(start, end, kind, None, words[start]) for start, end, kind, _ in self._placeholders(words)]
        return Found(tuple(_without_article(m, lower) for m in mentions), (), frozenset())

    def _whole_names(self, mentions: Sequence[Mention]) -> List[Mention]:
        """ "RESC aliance": half a name beside its mistyped other half is no subject of its own."""
        kept: List[Mention] = []
        for mention in mentions:
            before = kept[-1] if kept else None
            if before and before.end == mention.start and before.subject and mention.subject:
                longer = {n.casefold() for n in names_of(self.facts.subjects[mention.subject])}
                halves = {before.text, *names_of(self.facts.subjects[before.subject])}
                if any(n.startswith(f"{half.casefold()} ") for n in longer for half in halves):
                    kept[-1] = replace(mention, start=before.start, text=f"{before.text} {mention.text}")
                    continue
            kept.append(mention)
        return kept

    def _placeholders(self, words: Sequence[str]) -> Iterator[Tuple[int, int, str, str]]:
        for i, word in enumerate(words):
            match = PLACEHOLDER.match(word)
            if match and match.group(1) in self.facts.kinds:
                yield i, i + 1, match.group(1), "placeholder"

    def _is_verb(self, words: Sequence[str], lower: Sequence[str], start: int, end: int, key: str) -> bool:
        """Whether a one-word name that is also an ordinary word is meant as that word."""
        word = words[start]
        if end - start > 1 or lower[start] not in self.words:
            return False
        if self.facts.subjects[key].kind not in self._many:
            return False
        shouted = sum(w.isupper() for w in words if len(w) > 1) > max(1, len(words) // 2)
        if word.isupper() and not shouted:
            return False
        before = lower[start - 1] if start else ""
        after = lower[end] if end < len(lower) else ""
        return before in BEFORE_VERB or after in AFTER_VERB

    def _stranger(
        self, words: Sequence[str], lower: Sequence[str], start: int, end: int, key: str, how: str
    ) -> Optional[str]:
        """Another's name around ours.

        A surname with a foreign first name, a first name with a foreign surname, a body with a like name.
        """
        subject = self.facts.subjects[key]
        if subject.title is not None or how == "notice":
            before = start - 1
            while before >= 0 and lower[before] in TITLES:
                before -= 1
            known = self._name_parts(key, how)
            if how in ("surname", "notice") and end - start == 1 and before >= 0 and before == start - 1:
                if self._foreign_name(words[before], lower[before], known):
                    return " ".join(words[before:end])
            if how == "first" and start and not lower[start - 1].endswith("'s"):
                if self._foreign_name(words[start - 1], lower[start - 1], known):
                    return " ".join(words[start - 1 : end])
            if end - start == 1 and end < len(words) and (how == "first" or words[end][0].isupper()):
                if self._foreign_name(words[end], lower[end], known):
                    return " ".join(words[start : end + 1])
            return None
        # "The Paris accrod", "the Helsinki Accords"
        is_word = how == "fuzzy" or lower[start] in self.words or lower[start].startswith(self._heads)
        if end - start == 1 and start and is_word and subject.kind not in self._many:
            word, low = words[start - 1], lower[start - 1]
            is_foreign = (low in self.strange and low not in self._single) or self._foreign_name(word, low, frozenset())
            if low not in PLAIN_MODIFIERS and is_foreign:
                return " ".join(words[start - 1 : end])
        if is_word and subject.kind not in self._many and end + 1 < len(words) and lower[end] in ("of", "for"):
            word, low = words[end + 1], lower[end + 1]
            # "The accord of Paris", "the Alliance for Progress"
            foreign = lower[end] == "for" or self._foreign_name(word, low, frozenset())
            if word[0].isupper() and low not in PLAIN_MODIFIERS and low not in self._single and foreign:
                return " ".join(words[start : end + 2])
        return None

    def _initials(self, words: Sequence[str], taken: Set[int]) -> Iterator[str]:
        """ "BOCES", "NASA": initials that nobody here has, unless the whole message shouts."""
        if sum(w.isupper() for w in words if len(w) > 2) > max(2, len(words) // 3):
            return
        for i, word in enumerate(words):
            if (
                i not in taken
                and len(word) > 2
                and word.isupper()
                and word.isalpha()
                and word.casefold() not in self.words
                and word not in self._abbreviated
            ):
                yield word

    def _foreign_name(self, word: str, low: str, known: FrozenSet[str]) -> bool:
        if not word[:1].isalpha() or low in TITLES or low.rstrip(".") in known or len(low.rstrip(".")) < 2:
            return False
        if any(_nearly(low, part) for part in known):
            return False
        if re.sub(r"\W", "", low) in self._single or low in self._kind_words:
            return False
        if self._sounds.get(metaphone(low), ("",))[0] == low[0]:
            return False  # "the rusk alliance" is ours, misheard
        if low in self.words:
            return word[0].isupper() and bool(_nicknames().canonicals_of(low))  # "Bob", but not "will"
        # Written small, a verb before a name ("swears Florio …") is likelier than a first name.
        return word[0].isupper() or not re.search(r"(?:[^aeiou]s|ed|ing|ly|tion|ment|ness)$", low)

    def _name_parts(self, key: str, how: str) -> FrozenSet[str]:
        """Parts of the names of a person, or of the one that a notice names beside that person."""
        subject = self.facts.subjects[key]
        noted = subject.notice.person if subject.notice else None
        people = [noted.name] if how == "notice" and noted else [subject.name, *subject.aliases]
        parts = {re.sub(r"\W", "", p).casefold() for name in people for p in name.split()}
        firsts = {re.sub(r"\W", "", name.split()[0]).casefold() for name in people}
        return frozenset(parts.union(*map(_other_forms, firsts)))

    def _widen(
        self, lower: Sequence[str], start: int, end: int, key: str, how: str, taken: Set[int]
    ) -> Tuple[int, int]:
        """Take titles and a mistyped or middle first name into a person's mention."""
        if how == "placeholder" or self.facts.subjects[key].title is None:
            return start, end
        parts = self._name_parts(key, how)
        while start and start - 1 not in taken:
            low = lower[start - 1].rstrip(".")
            near = len(low) > 2 and any(_nearly(low, part) for part in parts)
            if lower[start - 1] in TITLES - {"director", "superintendent"} or low in parts or near:
                start -= 1
            else:
                break
        return start, end

    def _by_title(self, words: Sequence[str], lower: Sequence[str], taken: Set[int]) -> Iterator[Mention]:
        """ "Dr. Tom": a short first name after a title, and no surname after it."""
        for i in range(1, len(words)):
            if i in taken or lower[i] not in self._titled or lower[i - 1] not in TITLES:
                continue
            if i + 1 < len(words) and words[i + 1][0].isupper() and words[i + 1].isalpha():
                continue
            taken.update((i - 1, i))
            key = self._titled[lower[i]]
            yield Mention(i - 1, i + 1, self.facts.subjects[key].kind, key, f"{words[i - 1]} {words[i]}", "first")

    def _mistyped(self, words: Sequence[str], lower: Sequence[str], taken: Set[int]) -> Iterator[Mention]:
        """Words, and pairs of words, that are nobody's and nearly a name."""
        for size in (2, 1):
            for start in range(len(words) - size + 1):
                span = range(start, start + size)
                if taken.intersection(span) or not all(lower[i][0].isalnum() for i in span):
                    continue
                if size == 1 and (lower[start] in self.common or not lower[start].isalpha()):
                    continue
                joined = re.sub(r"\W", "", "".join(lower[i] for i in span))
                if size == 2 and (all(lower[i] in self.common for i in span) and joined not in self._joined):
                    continue
                titled = size == 1 and start > 0 and lower[start - 1] in TITLES
                best = self._nearest(joined, self._joined if size == 2 else self._single, titled)
                if best and size == 1 and self._is_itself(words[start], joined):
                    continue
                if best is None:
                    continue
                taken.update(span)
                key, how = best
                if self._stranger(words, lower, start, start + size, key, how):
                    continue
                yield Mention(
                    start,
                    start + size,
                    self.facts.subjects[key].kind,
                    key,
                    " ".join(words[i] for i in span),
                    "notice" if how == "notice" else "fuzzy",
                )

    def _is_itself(self, word: str, low: str) -> bool:
        """Whether a word that is nearly a name is rather another's initials, or a word that somebody used."""
        if low in self._single:
            return False
        if word.isupper() and len(word) < 6:  # "CTECS"
            return not any(sorted(low) == sorted(form) for form in self._single)
        return low in self.known and all(OSA.distance(low, form) > 1 for form in self._single)

    def _misheard(self, words: Sequence[str], lower: Sequence[str], taken: Set[int]) -> Iterator[Mention]:
        """ "Pro tell us", "creck": up to three words, not all of them ordinary, that sound like a name."""
        for size in (3, 2, 1):
            for start in range(len(words) - size + 1):
                span = range(start, start + size)
                if taken.intersection(span) or all(lower[i] in self.known for i in span):
                    continue
                joined = "".join(lower[i] for i in span)
                if len(joined) < 4 or not joined.isalpha() or (size == 1 and words[start].isupper()):
                    continue
                first, key, how = self._sounds.get(metaphone(joined), ("", "", ""))
                if joined[0] != first or self._stranger(words, lower, start, start + size, key, how):
                    continue
                taken.update(span)
                kind, text = self.facts.subjects[key].kind, " ".join(words[i] for i in span)
                yield Mention(start, start + size, kind, key, text, "notice" if how == "notice" else "fuzzy")

    @staticmethod
    def _nearest(word: str, forms: Dict[str, Tuple[str, str]], titled: bool) -> Optional[Tuple[str, str]]:
        """The name that ``word`` mistypes by a letter, or by two in a long one or after "Dr."."""
        if word in forms:
            return forms[word]
        if len(word) < 4:
            return None
        best: Optional[Tuple[int, Tuple[str, str]]] = None
        for form, value in forms.items():
            if len(form) < 4 or abs(len(form) - len(word)) > 2:
                continue
            allowed = 1 if len(form) < (6 if titled else 8) else 2
            distance = OSA.distance(word, form, score_cutoff=allowed)
            if distance > allowed:
                continue
            # Near a short name, and at two letters from any, are many words: the first letter must be right, or
            # the letters the same. Nesmith is not Smith.
            if (len(form) < 6 or distance > 1) and word[0] != form[0] and sorted(word) != sorted(form):
                continue
            if best is None or distance < best[0]:
                best = (distance, value)
        return best[1] if best else None


def forms(named: object, *, is_person: bool) -> Iterator[Tuple[str, str]]:
    """Ways to write a name, each with how sure it is (see ``Mention.how``)."""
    for name in names_of(named):  # type: ignore[arg-type]
        yield name, "exact"
        inside = re.search(r"\(([A-Z]{2,})\)", name)
        if inside:
            yield inside.group(1), "exact"
            yield re.sub(r"\s*\([A-Z]+\)", "", re.sub(r"^the ", "", name)), "exact"
        if re.fullmatch(r"[A-Z]{2,6}", name):
            letters = list(name)
            yield ".".join(letters) + ".", "exact"
            yield ".".join(letters), "exact"
            if len(letters) <= 5:
                yield " ".join(letters), "exact"
                yield "-".join(letters), "exact"
                yield "-".join(letters) + ".", "exact"  # where a sentence ends with it
                yield ". ".join(letters) + ".", "exact"
        plural = re.fullmatch(r"([A-Z]{3,6})s", name)
        if plural:
            yield ".".join(plural.group(1)) + ".s", "exact"
            yield ".".join(plural.group(1)) + ".'s", "exact"
        if " " in name and re.search(r"\b[A-Z]{3,6}s?\b", name):
            dotted = re.sub(r"\b[A-Z]{3,6}(?=s?\b)", lambda m: ".".join(m.group()) + ".", name)
            yield dotted, "exact"
        camel = re.findall(r"[A-Z][a-z]+", name)
        if len(camel) > 1 and "".join(camel) == name:
            yield " ".join(camel), "exact"
            yield "-".join(camel), "exact"
        if is_person:
            parts = name.split()
            if len(parts) > 1:
                yield f"{parts[0]} {parts[-1]}", "exact"
                yield f"{parts[-1]}, {parts[0]}", "exact"
                yield parts[-1], "surname"
                yield parts[0], "first"
                yield f"{parts[0]}s", "first"  # "which place is Kates"


def _where(name: str, words: Sequence[str], near: int) -> Sequence[int]:
    """Positions of the words of ``name``, which has one of them at ``near``."""
    length = len(name.split())
    starts = range(max(0, near - length + 1), near + 1)
    return next((range(i, i + length) for i in starts if " ".join(words[i : i + length]) == name), ())


def _nearly(word: str, part: str) -> bool:
    """Whether ``word`` is a part of a name with a mistake; "Tim" is not Tom."""
    return len(part) > 3 and OSA.distance(word, part) <= max(1, len(part) // 3)


@lru_cache(maxsize=None)
def _other_forms(first: str) -> FrozenSet[str]:
    """ "Jeff" for Jeffrey and "Gregory" for Greg, as English shortens first names."""
    return frozenset(_nicknames().canonicals_of(first) | _nicknames().nicknames_of(first))


@lru_cache(maxsize=1)
def _nicknames() -> NickNamer:
    return NickNamer()


def _abbreviated(facts: Facts) -> FrozenSet[str]:
    """ "BOE", because an answer tells of a Board of Education."""
    cells = [cell for subject in facts.subjects.values() for cell in subject.answers.values()]
    texts = [cell.text for cell in cells if isinstance(cell, Answer)]
    phrases = [phrase for text in texts for phrase in re.findall(r"[A-Z]\w+(?: (?:of|for|and)? ?[A-Z]\w+)+", text)]
    return frozenset("".join(word[0] for word in phrase.split()).upper() for phrase in phrases)


def _heads(facts: Facts) -> Tuple[str, ...]:
    """One-word names that end a longer name of the same subject: "Alliance" of "RESC Alliance"."""
    heads: Set[str] = set()
    for subject in facts.subjects.values():
        names = [re.sub(r"^the ", "", name.casefold()) for name in names_of(subject)]
        heads.update(n for n in names if " " not in n and any(longer.endswith(f" {n}") for longer in names))
    return tuple(heads)


def _without_article(mention: Mention, lower: Sequence[str]) -> Mention:
    """ "the Alliance" is one mention, with its article or without."""
    if mention.start and lower[mention.start - 1] == "the":
        return replace(mention, start=mention.start - 1)
    return mention
