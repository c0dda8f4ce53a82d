"""From replies to what Slack shows: Block Kit, and a text that is complete without it.

See https://docs.slack.dev/reference/block-kit for the blocks and their limits.
"""

from __future__ import annotations

import re
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

from ask_resc.answers import Kind, without_notices
from ask_resc.channels.intake import Reply

ASK = "ask"
VOTE = "vote"
"""What the ids of our actions begin with."""

THINKING = "is looking that up…"
HELPFUL, NOT_HELPFUL = "Helpful", "Not helpful"
_VERDICTS = {"helpful": HELPFUL, "unhelpful": NOT_HELPFUL}  # how a button's value begins, and what it says
THANKS = "Thank you, your vote is counted."
NO_VOTE = "Sorry, your vote could not be counted."
ASKED = "Question"

_VOTED_ON = (Kind.ANSWERED, Kind.CORRECTED, Kind.ASKED_BACK, Kind.NO_FACT, Kind.OUT_OF_SCOPE)
"""Kinds of reply of which it says something whether they helped."""

MOST_IN_SECTION = 3000
MOST_IN_CONTEXT = 10  # elements
MOST_IN_BUTTON = 75
MOST_IN_VALUE = 2000

Block = Dict[str, Any]

_WEB = re.compile(r"https?://[^\s<>|]+[^\s<>|.,;:!?)'\"]")
_FORMATS = re.compile(r"[*_~`]")


def message(replies: Sequence[Reply], *, feedback: bool, blocks: bool = True, asked: Optional[str] = None) -> Block:
    """The arguments of ``chat.postMessage``, or the body for a ``response_url``, that say the replies.

    Args:
        replies: As the intake gives them.
        feedback: Whether to vote by Slack's feedback buttons, which not every place has; else by plain ones.
        blocks: Whether to use Block Kit; without, the text says it all.
        asked: The question, where it was asked by a click and so is not on the page.
    """
    said = [*([f"{ASKED}: {asked}"] if asked else []), *(_text(reply) for reply in replies)]
    body: Block = {"text": escape("\n\n".join(said)), "unfurl_links": False, "unfurl_media": False}
    if blocks:
        body["blocks"] = [
            *(_context([mrkdwn(f"{ASKED}: {asked}")]) if asked else []),
            *(block for reply in replies for block in _reply(reply, feedback)),
        ]
    return body


def vote_of(value: str) -> tuple[str, bool]:
    """The answer's id, and whether it helped, from the value of a button."""
    verdict, _, answer_id = value.partition(" ")
    return answer_id, verdict == "helpful"


def escape(text: str) -> str:
    """Slack's three signs; see https://docs.slack.dev/messaging/formatting-message-text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(text: str) -> str:
    """Text that looks in Slack as it is written: signs are signs, and web addresses are links."""
    pieces, end = [], 0
    for address in _WEB.finditer(text):
        pieces += [_literal(text[end : address.start()]), f"<{escape(address[0])}>"]
        end = address.end()
    return "".join([*pieces, _literal(text[end:])])


def _literal(text: str) -> str:
    # A word joiner beside a sign keeps it from formatting what follows, and is not seen.
    return _FORMATS.sub(lambda sign: f"\u2060{sign[0]}\u2060", escape(text))


def _reply(reply: Reply, feedback: bool) -> Iterator[Block]:
    for piece in _pieces(without_notices(reply["text"] or "", reply["notices"])):
        yield {"type": "section", "text": {"type": "mrkdwn", "text": piece}}
    yield from _context([*map(_note, reply["notices"]), *map(_source, _own_sources(reply))])
    if reply["buttons"]:
        yield {"type": "actions", "elements": [_question(n, b) for n, b in enumerate(reply["buttons"])]}
    if reply["kind"] in [kind.value for kind in _VOTED_ON]:
        yield (_feedback if feedback else _vote_buttons)(reply["id"])


def _pieces(text: str) -> Iterator[str]:
    """The text for sections, cut at a blank where it is too long for one."""
    while text:
        cut = len(text)
        while len(mrkdwn(text[:cut])) > MOST_IN_SECTION:
            cut = text.rfind(" ", 0, cut) if " " in text[:cut].strip() else cut // 2
        yield mrkdwn(text[:cut].strip())
        text = text[cut:].strip()


def _own_sources(reply: Reply) -> List[Mapping[str, str]]:
    """The sources of the answer itself; those of notices stand with them."""
    of_notices = [notice["source"] for notice in reply["notices"]]
    return [source for source in reply["sources"] if source not in of_notices] or list(reply["sources"][:1])


def _text(reply: Reply) -> str:
    lines = [str(reply["text"]), *(f"Source: {_named(source)}" for source in reply["sources"])]
    lines += [f"- {button['title']}" for button in reply["buttons"]]
    return "\n".join(lines)


def _named(source: Mapping[str, str]) -> str:
    return f"{source['title']}, {source['publisher']}, {source['address']} ({source['date']})"


def _note(notice: Mapping[str, Any]) -> str:
    dated = f" ({notice['date']})" if notice.get("date") else ""
    source = notice["source"]
    return mrkdwn(f"Note{dated}: {notice['text']} Source: ") + _link(source) + mrkdwn(f", {source['publisher']}")


def _source(source: Mapping[str, str]) -> str:
    return "Source: " + _link(source) + mrkdwn(f", {source['publisher']} ({source['date']})")


def _link(source: Mapping[str, str]) -> str:
    title = escape(source["title"]).replace("|", "¦")  # the sign that parts address and title
    return f"<{escape(source['address']).replace('|', '%7C')}|{title}>"


def _context(texts: Sequence[str]) -> Iterator[Block]:
    for first in range(0, len(texts), MOST_IN_CONTEXT):
        elements = [
            {"type": "mrkdwn", "text": text[:MOST_IN_SECTION]} for text in texts[first : first + MOST_IN_CONTEXT]
        ]
        yield {"type": "context", "elements": elements}


def _question(number: int, button: Mapping[str, str]) -> Block:
    return {
        "type": "button",
        "action_id": f"{ASK}-{number}",
        "text": _label(button["title"]),
        "value": button["payload"][:MOST_IN_VALUE],
    }


def _label(text: str) -> Block:
    short = text if len(text) <= MOST_IN_BUTTON else text[: MOST_IN_BUTTON - 1] + "…"
    return {"type": "plain_text", "text": short, "emoji": False}


def _feedback(answer_id: str) -> Block:
    element = {
        "type": "feedback_buttons",
        "action_id": VOTE,
        "positive_button": _verdict("helpful", answer_id),
        "negative_button": _verdict("unhelpful", answer_id),
    }
    return {"type": "context_actions", "elements": [element]}


def _vote_buttons(answer_id: str) -> Block:
    buttons = [
        {"type": "button", "action_id": f"{VOTE}-{verdict}", **_verdict(verdict, answer_id)} for verdict in _VERDICTS
    ]
    return {"type": "actions", "elements": buttons}


def _verdict(verdict: str, answer_id: str) -> Block:
    label = _VERDICTS[verdict]
    return {"text": _label(label), "accessibility_label": label, "value": f"{verdict} {answer_id}"}
