"""Names of the facts file, found as people write them; everybody else's left alone."""

from __future__ import annotations

import string
from pathlib import Path
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Set, Tuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rasa.nlu.constants import TOKENS_NAMES
from rasa.shared.nlu.constants import ENTITIES, TEXT
from rasa.shared.nlu.training_data.training_data import TrainingData
from ruamel.yaml import YAML

from ask_resc.facts.live import LiveFacts
from ask_resc.facts.live import facts as live_facts
from ask_resc.facts.model import Facts
from ask_resc.nlu import subjects
from ask_resc.nlu.names import Found, NameMatcher
from ask_resc.nlu.subjects import SubjectRecognizer
from ask_resc.nlu.words import language
from ask_resc.settings import PROJECT
from tests.unit.nlu.featurizer_checks import created, loaded, no_tokens_no_features, tokenized

FACTS = live_facts().current()
CENTERS = {key: FACTS.subjects[key].name for key in FACTS.of_kind("center")}
PEOPLE = {key: FACTS.subjects[key].name for key in FACTS.of_kind("person")}
ORDINARY = frozenset(
    "a about all and are at back be boss by call can center could did director do does doing each else "
    "for from get go had has have he head help her here him his how i in is it its just kids kitchen "
    "know lead leader leads learn like look make me mean meant more most my name need new no not of on "
    "one or other our out over people person please read runs said say school schools see she should so "
    "some something tell than that the their them then there they this those to told too up us want was "
    "way we what when where which who whom whose why will with work would you your".split()
)
"""What a training of a few sentences would take for ordinary words."""


def matcher(facts: Facts = FACTS, words: FrozenSet[str] = ORDINARY) -> NameMatcher:
    return NameMatcher(facts, words)


MATCHER = matcher()


def find(text: str, names: NameMatcher = MATCHER) -> Found:
    return names.find([token.text for token in language().tokenizer(text) if not token.is_space])


def named(text: str, names: NameMatcher = MATCHER) -> List[Optional[str]]:
    """Keys of the subjects that ``text`` names, in order."""
    return [mention.subject for mention in find(text, names).mentions]


def changed(change: Dict[str, Any]) -> Facts:
    """The shipped facts with these subjects added or replaced."""
    raw = YAML(typ="safe").load((PROJECT / "data" / "facts.yml").read_text(encoding="utf-8"))
    raw["subjects"].update(change)
    return Facts.parse_obj(raw)


# As people write them


def center_forms() -> Iterator[Tuple[str, str]]:
    for key, name in CENTERS.items():
        yield from ((key, form) for form in (name, name.upper(), name.lower(), name.capitalize()))
        yield from ((key, f"{form}{own}") for form in (name, name.lower()) for own in ("'s", "’s"))
        for alias in FACTS.subjects[key].aliases:
            yield key, alias
        if name.isupper() and len(name) <= 5:
            for form in (name, name.lower()):
                yield key, ".".join(form) + "."
                yield key, ".".join(form)
                yield key, " ".join(form)


@pytest.mark.parametrize(("key", "form"), center_forms())
def test_names_center_is_found_in_every_form(key: str, form: str):
    for text in (f"who leads {form}", f"who leads {form}?", f"is {form} a RESC", form):
        assert key in named(text), text


@pytest.mark.parametrize("key", CENTERS)
def test_names_center_is_found_without_the_apostrophe(key: str):
    assert named(f"{CENTERS[key].lower()}s director") == [key] or CENTERS[key].lower().endswith("s")


@pytest.mark.parametrize("form", ["Ed Advance", "ed advance", "Ed-Advance", "EDADVANCE", "edAdvance", "Ed  Advance"])
def test_names_camel_case_is_found_apart(form: str):
    assert named(f"who leads {form}?") == ["edadvance"]


@pytest.mark.parametrize(
    "text", ["CREC/ACES", "CREC,ACES", "CREC&ACES", "CREC and ACES", "crec, aces", "CREC?and ACES"]
)
def test_names_in_a_row_are_all_found_in_order(text: str):
    assert named(text) == ["crec", "aces"]


def test_names_twice_are_found_twice():
    assert named("CREC or CREC") == ["crec", "crec"]


def person_forms() -> Iterator[Tuple[str, str]]:
    for key, name in PEOPLE.items():
        first, *_, last = name.split()
        prefix = FACTS.subjects[key].prefix
        forms = [
            name,
            name.upper(),
            name.lower(),
            f"{first} {last}",
            f"{last}, {first}",
            last,
            last.lower(),
            last.upper(),
        ]
        forms += [f"{title} {last}" for title in ("Dr.", "Dr", "dr", "Mr.", "Ms.", "Mrs", "Doctor", "Director")]
        forms += [f"{title} {first} {last}" for title in ("Dr.", "Mr", "Superintendent")]
        forms += [f"{first[0]}. {last}", f"{name}'s", f"{last}’s"]
        forms += [f"{prefix} {name}"] if prefix else []
        yield from ((key, form) for form in forms)


@pytest.mark.parametrize(("key", "form"), person_forms())
def test_names_person_is_found_in_every_form(key: str, form: str):
    for text in (f"who is {form}", f"does {form} lead it?", form):
        assert named(text) == [key], text


@pytest.mark.parametrize("key", PEOPLE)
def test_names_first_name_alone_is_found(key: str):
    first = PEOPLE[key].split()[0]
    assert sum(name.split()[0] == first for name in PEOPLE.values()) == 1
    for text in (f"who is {first}?", f"and {first.lower()}?", first):
        assert named(text) == [key], text


def test_names_title_is_part_of_the_mention():
    [mention] = find("who is Dr. Greg J. Florio?").mentions
    assert mention.text == "Dr. Greg J. Florio"


def test_names_person_named_in_a_notice_stands_for_whom_the_notice_is_about():
    noticed = [(k, s.notice.person.name) for k, s in FACTS.subjects.items() if s.notice and s.notice.person]
    assert noticed
    for key, name in noticed:
        for form in (name, name.lower(), name.split()[-1], f"Dr. {name}"):
            [mention] = find(f"is {form} the head?").mentions
            assert (mention.subject, mention.how) == (key, "notice"), form


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("what is RESC", "resc"), ("what are the RESCs", "resc"), ("R.E.S.C.", "resc"),
        ("the r.e.s.c.s", "resc"),
        ("a regional educational service center", "resc"), ("RESC's", "resc"),
        ("the RESC Alliance", "alliance"), ("the alliance", "alliance"), ("Alliance", "alliance"),
        ("R.E.S.C. Alliance", "alliance"), ("our alliance", "alliance"),
        ("the RESC Alliance Accord", "accord"), ("the accord", "accord"), ("the Alliance's Accord", "accord"),
        ("CSDE", "csde"), ("C.S.D.E.", "csde"), ("the State Department of Education", "csde"), ("OEC", "oec"),
        ("the Office of Early Childhood", "oec"),
    ],
)  # fmt: skip
def test_names_of_the_bodies_are_found(text: str, key: str):
    assert named(text) == [key]


def test_names_longest_wins():
    assert named("the RESC Alliance Accord of the RESC Alliance of the RESCs") == [
        "accord",
        "alliance",
        "resc",
    ]


# Mistyped


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ("EASTCON", "eastconn"), ("eastcomm", "eastconn"), ("EASTCONNN", "eastconn"),
        ("esatconn", "eastconn"),
        ("edadvanse", "edadvance"), ("EdAdvnce", "edadvance"), ("EdAdavnce", "edadvance"), ("CERC", "crec"),
        ("CRCE", "crec"), ("ACSE", "aces"), ("LERAN", "learn"), ("Dumas", "dumais"), ("Dumias", "dumais"),
        ("Kitchin", "kitching"), ("Kitchning", "kitching"), ("Ericsson", "ericson"), ("Erickson", "ericson"),
        ("Danahy", "danehy"), ("Danehey", "danehy"), ("Protules", "protulis"), ("Protoulis", "protulis"),
        ("Florrio", "florio"), ("Florido", "florio"), ("Aliance", "alliance"), ("Allaince", "alliance"),
        ("Acord", "accord"), ("Nesmit", "florio"),
    ],
)  # fmt: skip
def test_names_are_found_mistyped(form: str, key: str):
    assert named(f"who is {form}?") == [key]


def slips() -> Iterator[Tuple[str, str]]:
    """Every name of six letters or more with two letters swapped, one doubled or one left out inside."""
    names = {**CENTERS, **{key: name.split()[-1] for key, name in PEOPLE.items()}}
    for key, name in names.items():
        for i in range(1, len(name) - 1) if len(name) >= 6 else ():
            yield key, name[:i] + name[i + 1] + name[i] + name[i + 2 :]
            yield key, name[: i + 1] + name[i:]
            yield key, name[:i] + name[i + 1 :]


@pytest.mark.parametrize(("key", "slip"), slips())
def test_names_of_six_letters_are_found_with_a_slip(key: str, slip: str):
    assert named(f"who is {slip.lower()}") == [key]


@pytest.mark.parametrize(
    "text", ["CREC, ACSE & EASTCON", "crec,acse,eastcon", "CREC/ACSE/EastCon", "crec and acse and east con"]
)
def test_names_in_a_list_are_found_mistyped(text: str):
    assert named(text) == ["crec", "aces", "eastconn"]


@pytest.mark.parametrize(
    "word", ["kitchen", "school", "learned", "leaders", "call", "east", "advance", "faces", "accordion"]
)
def test_names_ordinary_words_are_nobodys_name_mistyped(word: str):
    assert named(f"what about the {word}", matcher(words=ORDINARY | {word})) == []


@pytest.mark.parametrize("word", ["cat", "rec", "eric's", "7890", "1972", "10-66a", "🙂", "--", "CT"])
def test_names_short_words_numbers_and_signs_are_nobodys_name_mistyped(word: str):
    assert set(named(f"what about {word}")) <= {"protulis"}
    assert word == "eric's" or named(f"what about {word}") == []


# Others


@pytest.mark.parametrize(
    "text",
    [
        "who is Mary Florio?", "who is Robert Danehy?", "Is Susan Ericson the head?", "who is Mary florio?",
        "Dr. Robert Dumais", "Mary Florio", "who is Kate Winslet?", "Thomas Jefferson", "who is Eric Clapton",
        "is Charles Darwin in charge", "Florio Industries",
    ],
)  # fmt: skip
def test_names_of_another_person_are_a_strangers(text: str):
    found = find(text)
    assert [mention.subject for mention in found.mentions] == []
    assert found.strangers


@pytest.mark.parametrize(
    "text",
    [
        "the Paris Accord",
        "what is the NATO alliance",
        "the Hartford accord",
        "is it the Rebel Alliance?",
        "the Paris accrod",
    ],
)
def test_names_of_another_body_are_a_strangers(text: str):
    found = find(text)
    assert [mention.subject for mention in found.mentions] == []
    assert found.strangers


@pytest.mark.parametrize("initials", ["BOCES", "NASA", "FBI", "UCONN", "NAACP"])
def test_names_initials_of_another_body_are_a_strangers(initials: str):
    found = find(f"who leads {initials}?")
    assert [mention.subject for mention in found.mentions] == []
    assert initials in found.strangers


def test_names_words_of_a_shouting_message_are_no_initials():
    assert find("WHO LEADS CREC RIGHT NOW PLEASE").strangers == ()


@pytest.mark.parametrize(
    "text",
    [
        "who leads CREC?", "is Florio in charge", "Tell Florio", "what about the Alliance",
        "Please name the Accord", "Dr. Florio's title", "Was Danehy told?", "the six RESCs' Alliance",
    ],
)  # fmt: skip
def test_names_of_ours_are_no_strangers(text: str):
    found = find(text)
    assert found.mentions and found.strangers == ()


def test_names_beside_a_stranger_are_found():
    found = find("is Mary Florio the head of CREC?")
    assert [mention.subject for mention in found.mentions] == ["crec"]
    assert found.strangers


# A name that is a word


@pytest.mark.parametrize(
    "text",
    [
        "how can kids learn to read", "where do people learn more", "I want to learn about it",
        "help me learn how",
        "can i learn something here", "students learn math", "we learn by doing", "you never learn",
        "HOW DO KIDS LEARN TO READ", "I WANT TO LEARN", "who can learn this", "Kids learn", "let me learn",
    ],
)  # fmt: skip
def test_names_learn_the_verb_is_no_center(text: str):
    assert "learn" not in named(text)


@pytest.mark.parametrize(
    "text",
    [
        "who leads LEARN", "who leads learn", "who leads Learn?", "what is learn", "LEARN", "learn", "learn?",
        "tell me about LEARN", "and LEARN?", "and learn?", "what about learn", "CREC or LEARN",
        "crec and learn",
        "learn's director", "WHO LEADS LEARN", "is LEARN a RESC", "does LEARN do that",
        "the director of learn",
        "can LEARN help", "I like LEARN to be called", "L.E.A.R.N.", "who is at learn",
        "and who leads learn then",
    ],
)  # fmt: skip
def test_names_learn_the_center_is_found(text: str):
    assert named(text).count("learn") == 1


def test_names_learn_the_verb_and_the_center_are_told_apart():
    assert named("can I learn more about LEARN") == ["learn"]
    assert find("can I learn more about LEARN").mentions[0].start == 5


# Placeholders and words for kinds


def test_names_placeholder_is_a_mention_of_its_kind_without_a_subject():
    [mention] = find("who leads {center}?").mentions
    assert (mention.kind, mention.subject) == ("center", None)


def test_names_placeholder_of_no_kind_is_none():
    assert find("who leads {horoscope}?").mentions == ()


@pytest.mark.parametrize(
    ("text", "kinds"), [("the center", {"center"}), ("the director?", {"person"}), ("CREC", set())]
)
def test_names_words_for_a_kind_are_heard(text: str, kinds: Set[str]):
    assert find(text).kinds == kinds


def test_names_words_for_a_kind_inside_a_name_are_not_heard():
    assert find("a regional educational service center").kinds == frozenset()


# New names


letters = st.text(string.ascii_letters, min_size=4, max_size=14)


TAKEN = {n.casefold() for s in FACTS.subjects.values() for n in (s.name, *s.aliases, *s.name.split())}


@given(letters | st.sampled_from(sorted(word for word in ORDINARY if len(word) >= 4)))
def test_names_any_new_center_is_found(name: str):
    assume(name.casefold() not in TAKEN)
    names = matcher(changed({"newcomer": {"kind": "center", "name": name}}))
    for form in (name, name.lower(), name.upper(), f"{name}'s boss"):
        assert "newcomer" in named(f"who leads {form}?", names), form


@given(
    st.text(string.ascii_lowercase, min_size=2, max_size=10),
    st.text(string.ascii_lowercase, min_size=4, max_size=12),
)
def test_names_any_new_person_is_found(first: str, last: str):
    assume(not {first, last} & (TAKEN | ORDINARY) and first != last)
    person = {
        "kind": "person",
        "name": f"{first.title()} {last.title()}",
        "title": "Director",
        "leads": "crec",
    }
    names = matcher(changed({"florio": person}))
    for form in (f"{first.title()} {last.title()}", f"{first} {last}", last.title(), f"Dr. {last.title()}"):
        assert named(f"is {form} the head?", names) == ["florio"], form


def test_names_that_left_the_facts_are_not_found():
    names = matcher(changed({"florio": {"kind": "person", "name": "Ada Quill", "title": "Director", "leads": "crec"}}))
    assert "florio" in named("who is Ada Quill", names)
    assert named("who is Greg J. Florio", names) == []


def test_names_alias_that_an_editor_adds_is_found():
    center = {"kind": "center", "name": "CREC", "aliases": ["Capitol Region Council"]}
    assert named("who runs the capitol region council?", matcher(changed({"crec": center}))) == ["crec"]


@given(st.text(max_size=80))
def test_names_any_text_is_searched(text: str):
    found = find(text)
    ends = [0, *(mention.end for mention in found.mentions)]
    assert all(end <= mention.start < mention.end for end, mention in zip(ends, found.mentions, strict=False))


# The recogniser in the pipeline


EXAMPLES = [
    ("who leads {center}", "leader"),
    ("how do kids learn", "mission"),
    ("the paris accord", "other_body"),
]


def recognizer(folder: Path) -> SubjectRecognizer:
    """A recogniser trained on a few examples, saved and loaded."""
    component, storage = created(SubjectRecognizer, folder)
    component.train(TrainingData([tokenized(text, intent=intent) for text, intent in EXAMPLES]))
    return loaded(SubjectRecognizer, storage)


def test_names_become_entities_and_one_token_each(tmp_path: Path):
    message = tokenized("who leads Ed Advance and CREC?")
    recognizer(tmp_path).process([message])
    assert [(e["entity"], e["value"], e["start"], e["end"]) for e in message.get(ENTITIES)] == [
        ("subject", "edadvance", 10, 20),
        ("subject", "crec", 25, 29),
    ]
    tokens = message.get(TOKENS_NAMES[TEXT])
    assert [token.text for token in tokens] == ["who", "leads", "Ed Advance", "and", "CREC", "?"]
    assert tokens[2].lemma == tokens[4].lemma != tokens[0].lemma


def test_names_are_the_same_after_save_and_load(tmp_path: Path):
    # "learn" is a verb in the examples, so only a recogniser that remembers them tells verb and center apart.
    loaded = recognizer(tmp_path)
    verb, center = tokenized("where do kids learn more"), tokenized("who leads LEARN")
    loaded.process([verb, center])
    assert [e["value"] for e in verb.get(ENTITIES)] == []
    assert [e["value"] for e in center.get(ENTITIES)] == ["learn"]


def test_names_recognizer_leaves_what_has_no_tokens(tmp_path: Path):
    no_tokens_no_features(recognizer(tmp_path))


def test_names_recognizer_adds_to_the_entities_that_are_there(tmp_path: Path):
    earlier = {"entity": "number", "value": 7, "start": 0, "end": 1}
    message = tokenized("who leads CREC?", entities=[earlier])
    recognizer(tmp_path).process([message])
    assert [entity["entity"] for entity in message.get(ENTITIES)] == ["number", "subject"]


def test_names_new_in_the_file_are_found_in_the_next_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "facts.yml"
    text = (PROJECT / "data" / "facts.yml").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    live = LiveFacts(file)
    monkeypatch.setattr(subjects, "facts", lambda: live)
    component = recognizer(tmp_path)

    def found() -> List[str]:
        message = tokenized("who leads Quillmont?")
        component.process([message])
        return [entity["value"] for entity in message.get(ENTITIES)]

    assert found() == []
    file.write_text(f"{text}\n  quillmont:\n    kind: center\n    name: Quillmont\n", encoding="utf-8")
    assert found() == ["quillmont"]
    file.write_text("broken: [", encoding="utf-8")
    assert found() == ["quillmont"]


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("Jeff Kitching", "kitching"),
        ("is Tom Danehy at ACES", "danehy"),
        ("Chuck Dumais", "dumais"),
        ("Dr. Gregory Florio", "florio"),
        ("Katherine Ericson", "ericson"),
    ],
)
def test_names_short_and_long_forms_of_a_first_name_are_the_same_person(text: str, subject: str):
    found = find(text)
    assert found.mentions[0].subject == subject and found.strangers == ()


@pytest.mark.parametrize("text", ["Tim Danehy", "Bill Kitching", "Kim Ericson"])
def test_names_another_first_name_is_another_person(text: str):
    found = find(text)
    assert found.mentions == () and found.strangers == (text,)


# As they sound


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("who is pro tell us", "protulis"), ("creck", "crec"), ("doctor due mace", "dumais"),
        ("miss Erikson", "ericson"), ("the rusk centers", "resc"), ("is a seas one", "aces"), ("Dr Danahey", "danehy"),
        ("doctor Tom", "danehy"), ("and Dr. Jeff", "kitching"),
    ],
)  # fmt: skip
def test_names_are_found_as_a_telephone_hears_them(text: str, key: str):
    assert key in named(text)


@pytest.mark.parametrize("text", ["as is", "tom", "Dr. Tom Smith", "Dr. Smith", "what a risk it is", "ask us", "Jeff"])
def test_names_that_only_sound_a_little_alike_are_nobodys(text: str):
    assert named(text, matcher(words=ORDINARY | {"as", "risk", "ask", "us"})) == []


@pytest.mark.parametrize("text", ["a Bob Kitching testified", "tell me about Jim Florio"])
def test_names_first_name_that_is_a_word_too_is_a_strangers(text: str):
    found = find(text, matcher(words=ORDINARY | {"bob", "jim", "testified"}))
    assert found.strangers and not found.mentions


def test_names_of_a_place_after_ours_make_it_anothers():
    found = find("the accord of Paris, what does it decide")
    assert found.strangers == ("the accord of Paris",) and not found.mentions
    assert named("the Alliance of Connecticut") == ["alliance"]


@pytest.mark.parametrize(
    "text", ["Eric Danehy", "who is Charles Florio", "Kate Protulis", "Thomas Kitching", "John Kitching", "Greg Danehy"]
)
def test_names_first_name_of_one_and_surname_of_another_are_nobodys(text: str):
    found = find(text, matcher(words=ORDINARY | {"john"}))
    assert found.strangers and not found.mentions


def test_names_alliance_for_something_else_is_anothers():
    assert find("the Alliance for Progress").strangers and not named("the Alliance for Progress")
    assert named("what is the alliance for") == ["alliance"]


def test_names_first_name_with_an_s_and_no_apostrophe_is_found():
    assert named("which place is kates") == ["ericson"]


def test_names_after_a_noun_in_small_letters_are_ours():
    assert named("so by elimination dumais has learn") == ["dumais", "learn"]


def test_names_half_of_a_name_misheard_is_part_of_the_whole():
    assert named("the rusk alliance") == ["alliance"]


@pytest.mark.parametrize("text", ["CTECS", "the CRSE", "at the desk", "dese people"])
def test_names_initials_and_words_of_others_are_nobodys_mistyped(text: str):
    assert named(text) == []


@pytest.mark.parametrize("text", ["kicking around", "pinching pennies", "a cup of flour"])
def test_names_words_that_somebody_used_are_nobodys(text: str):
    names = NameMatcher(FACTS, ORDINARY, known=frozenset(text.split()))
    assert named(text, names) == []
