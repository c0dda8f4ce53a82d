"""Judges replies by their text, as a person would: does it hold what was asked for, and nothing wrong?

Labels are those that the writers of the questions were given; what a right reply must hold is written
here by hand from the source, and never read from the facts file, so that a wrong facts file fails too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Optional, Sequence

import yaml

HERE = Path(__file__).parent
LEADERS = {
    "ces": "Dumais", "edadvance": "Kitching", "crec": "Florio", "aces": "Danehy", "learn": "Ericson",
    "eastconn": "Protulis",
}  # fmt: skip
NAMES = {
    "ces": "CES", "edadvance": "EdAdvance", "crec": "CREC", "aces": "ACES", "learn": "LEARN", "eastconn": "EASTCONN",
}  # fmt: skip
_ALL_CENTERS = r"(?s)(?=.*\bCES)(?=.*EdAdvance)(?=.*CREC)(?=.*ACES)(?=.*LEARN)(?=.*EASTCONN)"
_ALL_LEADERS = "(?s)" + "".join(f"(?=.*{name})" for name in LEADERS.values())

MUST_HOLD: Dict[str, str] = {
    "resc.what": r"nonprofit.*public education agenc",
    "resc.letters": r"Regional Educational Service Center",
    "resc.mission": r"mission.*cost-effective|provide quality, cost-effective",
    "resc.when": r"1972",
    "resc.law": r"10-66a",
    "resc.count": r"\bsix\b",
    "resc.which": _ALL_CENTERS,
    "resc.governed": r"executive board.*Board of Education members",
    "resc.funding": r"nonprofit.*fee-for-service",
    "resc.saved": r"millions of dollars",
    "resc.responsive": r"local needs and interdistrict opportunities",
    "resc.dedicated": r"supporting local school districts.*improve teaching, learning",
    "resc.committed": r"high-quality and affordable solutions",
    "resc.partners": r"Department of Education.*Early Childhood",
    "resc.serve": r"public schools|public school districts",
    "csde.letters": r"Connecticut State Department of Education",
    "oec.letters": r"Office of Early Childhood",
    "alliance.what": r"six RESCs.*1990s|1990s.*six RESCs|formed.*access to resources and savings",
    "alliance.when": r"1990s",
    "alliance.by_whom": r"six RESCs.*formed|formed.*by Connecticut's six RESCs",
    "alliance.why": r"greater access to resources and savings",
    "alliance.access": r"access to one RESC means access",
    "alliance.today": r"ever-growing variety",
    "alliance.advocacy": r"advocates at the state legislature",
    "accord.what": r"lays out the beliefs|reaffirmed the commitment",
    "accord.when": r"July 2021",
    "accord.reaffirmed": r"reaffirmed.*commitment and cooperation",
    "accord.lays_out": r"beliefs of the RESC Alliance.*procedure for sharing",
    "accord.by_whom": r"RESC Alliance (?:made|reaffirmed)",
    "leaders": _ALL_LEADERS,
    **{f"leader.{key}": rf"(?s)(?=.*{name})(?=.*{NAMES[key]})" for key, name in LEADERS.items()},
    **{f"center.{key}": rf"{name}.*six|six.*{name}" for key, name in NAMES.items()},
}
DECLINE = re.compile(r"^I don't have\b|^I can't read\b")
ASKED_BACK = re.compile(r"^I'm not sure what you mean")
SMALL_TALK = re.compile(
    r"^(Hello|Goodbye|You're welcome|I'm Ask RESC|I can tell you|I'm an automated|"
    r"Thank you|All right|I'm sorry|I answer from)"
)
_DATE = re.compile(r"\b(?:19|20)\d\d\b|10-66a")

OUTCOMES = (
    "right",
    "wrong fact",
    "wrong topic",
    "over-cautious",
    "should have declined",
    "asked back: offered",
    "asked back",
)
FACT_STATED = ("wrong fact", "should have declined")
"""Outcomes in which a fact was stated that is wrong, or where none is right."""


@dataclass(frozen=True)
class Turn:
    """One message of a conversation with its label."""

    voice: str
    conversation: int
    index: int
    say: str
    expect: str
    sort: Optional[str]

    @property
    def kind(self) -> str:
        """The row of the table it counts in."""
        if "+" in self.expect:
            return "two questions"
        if self.expect == "decline":
            return f"unanswerable, {self.sort or 'near'}"
        if self.expect == "talk":
            return "small talk"
        if self.index:
            return "follow-up"
        return "answerable"


def load(half: str) -> List[List[Turn]]:
    """The conversations of ``dev`` or ``final``."""
    conversations = []
    for path in sorted((HERE / half).glob("*.yml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, turns in enumerate(data["conversations"]):
            conversations.append([
                Turn(data["voice"], number, i, str(t["say"]), str(t["expect"]), t.get("sort"))
                for i, t in enumerate(turns)
            ])  # fmt: skip
    return conversations


def judge(turn: Turn, texts: Sequence[str], buttons: Sequence[str] = ()) -> str:
    """One of ``OUTCOMES`` for the replies to a turn."""
    best = "wrong topic"
    for alternative in turn.expect.split("|"):
        outcome = _judge(alternative.strip(), turn.say, texts, buttons)
        if outcome == "right":
            return "right"
        best = outcome if alternative is turn.expect.split("|")[0] else best
    return best


def _judge(expect: str, say: str, texts: Sequence[str], buttons: Sequence[str]) -> str:
    if not texts:
        return "over-cautious"
    wanted = [part.strip().removeprefix("repeat:").removeprefix("correct:") for part in expect.split("+")]
    declined = [t for t in texts if DECLINE.search(t)]
    if all(ASKED_BACK.search(t) for t in texts):
        return "asked back"
    if wanted == ["decline"]:
        if len(declined) == len(texts) and not _recites(say, " ".join(texts)):
            return "right"
        return "asked back" if any(ASKED_BACK.search(t) for t in texts) else "should have declined"
    if wanted == ["talk"]:
        if any(SMALL_TALK.search(t) for t in texts):
            return "right"
        return "over-cautious" if declined else "wrong topic"
    joined = "\n".join(texts)
    missing = []
    for label in wanted:
        if label == "decline":
            if not declined:
                missing.append(label)
        elif label == "talk":
            continue
        elif not re.search(MUST_HOLD[label], joined.replace("\n", " ") if label != "x" else joined):
            missing.append(label)
    if not missing:
        return "right"
    if len(declined) == len(texts):
        return "over-cautious"
    if missing == ["decline"]:
        return "should have declined"
    if any(label.startswith(("leader.", "center.")) for label in missing) and any(
        n in joined for n in LEADERS.values()
    ):
        return "wrong fact"
    return "wrong topic"


def _recites(said: str, reply: str) -> bool:
    """Whether a decline states a date, or a leader that the message does not name."""
    return any(n in reply and n.casefold() not in said.casefold() for n in LEADERS.values()) or any(
        d not in said for d in _DATE.findall(reply)
    )
