"""Every message for editors and operators: plain sentences that say what to do.

A message that needs a name or a number is a function, any other a constant.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Collection, Iterable

_MOST_KNOWN = 12  # a longer list of what is known helps nobody


def _hint(word: str, known: Collection[str]) -> str:
    """The known word that was probably meant, else all known words if they are few."""
    close = get_close_matches(word.casefold(), known, n=1)
    if close:
        return f" Did you mean “{close[0]}”?"
    return f" Known: {', '.join(known)}." if 0 < len(known) <= _MOST_KNOWN else ""


# --- The facts file: the file itself

FILE_EMPTY = "The file is empty."
FILE_KEEPS_CHANGING = "The file is being written all the time. Try again when it is done."
FILE_MISSING = "There is no such file."
FILE_NOT_A_BLOCK = "The file must consist of blocks such as “sources:” and “subjects:”, not of a list or a sentence."
FILE_NOT_UTF8 = "The file is not saved as UTF-8 from this line on. Save it again with the encoding UTF-8."


def file_unreadable(reason: str) -> str:
    return f"The file cannot be read: {reason}."


def facts_rejected(mistakes: Iterable[object]) -> str:
    """The log line for a facts file that was saved with mistakes, or is gone."""
    return "\n  ".join(["The facts file cannot be used; answers come from the last good copy.", *map(str, mistakes)])


def facts_broken_at_start(mistakes: Iterable[object]) -> str:
    """Why the bot does not start: there is no good copy to answer from yet."""
    return "\n  ".join(["The facts file cannot be used, so the bot does not start.", *map(str, mistakes)])


def facts_renewed(path: object, version: int) -> str:
    """The log line for a good version of the facts file after the first, or after a rejected one."""
    return f"{path}: no mistakes; answers come from this version now (number {version} since the start)."


def facts_in_order(path: object, subjects: int, answers: int) -> str:
    """What a check of a facts file without mistakes says."""
    return f"{path}: {subjects} subjects, {answers} answers, no mistakes"


# --- The facts file: how it is written down

COLON_IN_SENTENCE = "A sentence with a colon in it must stand in double quotes."
CONTROL_CHARACTER = "This line holds an invisible control character. Type the line anew."
INDENTED_WRONGLY = "This line is indented unlike its neighbours, or a sentence in it must stand in double quotes."
ODD_FIRST_CHARACTER = "A value that begins with one of & * ! % @ ` must stand in double quotes."
KEY_NOT_A_WORD = "Before the colon, there must be a single word."
ONE_DOCUMENT = "A line “---” must not divide the file."
TAB = "This line is indented with a tab. Use spaces."
QUOTE_NOT_CLOSED = "The quotation mark that opens here is not closed."
BRACKET_NOT_CLOSED = "The bracket that opens here is not closed, or a sentence in it must stand in double quotes."
NO_COLON = "This line lacks a key with a colon, or belongs to the sentence above and must be indented further."
BACKSLASH = "A backslash does not belong into this sentence."


def doubled_key(key: str, first_line: int) -> str:
    return f"“{key}” stands here a second time; the first is in line {first_line}."


def training_data_key(key: str) -> str:
    return f"No line may begin with “{key}:”, or Rasa takes this file for training data. Choose another word."


# --- The facts file: its shape


def unknown_key(key: str, block: str, known: Collection[str]) -> str:
    return f"“{key}” has no meaning {_in(block)}.{_hint(key, known)}"


def missing_key(key: str, block: str) -> str:
    return f"“{key}” is missing {_in(block)}."


def malformed_key(key: str) -> str:
    return f"“{key}” cannot be used as a key: write small letters, digits and underscores, a letter first."


def empty(key: str) -> str:
    return f"“{key}” is empty."


def not_text(key: str) -> str:
    return f"“{key}” must be text. If it begins with a bracket, it must stand in double quotes."


def not_a_list(key: str) -> str:
    return f"“{key}” must be a list in square brackets, or of lines that begin with a hyphen."


def not_a_block(key: str) -> str:
    return f"“{key}” must be a block of indented lines, each with a key, a colon and a value."


def not_an_address(key: str) -> str:
    return f"“{key}” must be a web address that begins with https:// and holds no space."


def not_one_of(key: str, permitted: Iterable[object]) -> str:
    return f"“{key}” must be one of: {', '.join(map(str, permitted))}."


def not_fitting(key: str) -> str:
    return f"“{key}” holds something that does not belong there."


def _in(block: str) -> str:
    return f"in “{block}”" if block else "in the file"


# --- The facts file: what its blocks say of each other


def unknown_reference(what: str, key: str, known: Collection[str]) -> str:
    return f"There is no {what} “{key}”.{_hint(key, known)}"


def leader_without_title(name: str) -> str:
    return f"“{name}” leads something and so needs a “title”."


def second_leader(led: str, name: str) -> str:
    return f"“{led}” is already led by “{name}”."


def doubled_name(name: str, owner: str) -> str:
    return f"“{name}” is already a name of “{owner}”."


def link_to_nothing(subject: str, aspect: str) -> str:
    return f"There is no answer under “{aspect}” of “{subject}” to point to."


def link_in_a_circle(see: str) -> str:
    return f"“see: {see}” leads in a circle, or from place to place too often."


def bad_placeholder(placeholder: str, allowed: Collection[str]) -> str:
    return f"“{{{placeholder}}}” cannot be filled in here.{_hint(placeholder, allowed)}"


STRAY_BRACE = "A curly bracket has no partner in this sentence."


# --- Training and running

NOT_TRAINED = "The model could not be trained."
NOT_STARTED = "The assistant did not start."


def see_log(log: object) -> str:
    return f"All that was said stands in {log}."


def port_unusable(port: int, reason: str) -> str:
    return f"Port {port} on 127.0.0.1 cannot be used ({reason}); choose another: make run PORT=NUMBER."


def model_in_order(model: object) -> str:
    return f"{model} is what its sources give."


# --- Conversations

_PLACES = "Give a postgresql:// URL or the path of a file, in “tracker_store” of endpoints.yml or in ASK_RESC_DATABASE."
DATABASE_MALFORMED = f"The URL of the database of conversations is misspelled. {_PLACES}"
DATABASE_DOWN = "it was not reached a moment ago and is left alone for some seconds"


def database_unreachable(url: str, reason: str) -> str:
    return f"The database of conversations, {url}, cannot be used: {reason}. Is it running, and is the address right?"


def database_unknown(kind: str) -> str:
    return f"Conversations cannot be kept in a database of the kind “{kind}”. {_PLACES}"


def memory_too_short(events: object) -> str:
    return f"“memory_events” of the tracker store must be a whole number above 1, not {events}."


def not_stored(turns: int, reason: str) -> str:
    return f"A conversation's last turn was not stored: {reason}. Turns lost since the start: {turns}."


def not_read(reason: str) -> str:
    return f"A conversation was not read, so the bot does not know what was said before: {reason}."


def vote_not_kept(reason: str) -> str:
    return f"A visitor's vote on an answer was not kept: {reason}."


def slot_unknown(slot: str) -> str:
    return f"Stored conversations set a slot “{slot}”, which the domain no longer has. It is passed over."


def not_locked(reason: str) -> str:
    return f"A conversation is not locked against other processes of the bot: {reason}."


def delivery_not_kept(reason: str) -> str:
    return f"What was delivered is remembered by this process alone, so a message may be answered twice: {reason}."


# --- Slack

_SLACK_CHECK = "“ask-resc slack check” says whether tokens and scopes are right."
_SLACK_GUIDE = "docs/slack.md says where each is found."
SLACK_OFF = "Slack is off: no token is set (docs/slack.md)."
SLACK_NO_BOT_TOKEN = f"Slack cannot start: SLACK_BOT_TOKEN is missing. {_SLACK_GUIDE}"
SLACK_NO_WAY_IN = (
    "Slack cannot start: SLACK_SIGNING_SECRET (for HTTP) or SLACK_APP_TOKEN (for Socket Mode) is missing beside "
    f"SLACK_BOT_TOKEN. {_SLACK_GUIDE}"
)
SLACK_STOPPED_SHORT = "Slack: messages were still being answered when the bot had to stop."


def slack_not_answered(reason: str) -> str:
    return f"Slack: a message was not answered: {reason}. {_SLACK_CHECK}"


def slack_not_signed_in(reason: str) -> str:
    return f"Slack: the bot could not sign in, and tries again with the next message: {reason}. {_SLACK_CHECK}"


def slack_response_refused(status: int) -> str:
    return f"Slack did not take what was said to one person alone (status {status})"


# --- Slack, checked

SLACK_CHECK_OFF = "No token is set, so Slack is off. Set SLACK_BOT_TOKEN and SLACK_APP_TOKEN or SLACK_SIGNING_SECRET."
SLACK_CHECK_IN_ORDER = "All that can be checked from here is in order."


def slack_token_of_another_kind(variable: str, prefix: str) -> str:
    return f"{variable} must begin with “{prefix}”; what is set is another kind of token. {_SLACK_GUIDE}"


def slack_token_refused(variable: str, error: str) -> str:
    return (
        f"Slack does not accept {variable} ({error}): {_SLACK_ERRORS.get(error, 'copy it anew from the app’s pages')}."
    )


_SLACK_ERRORS = {
    "invalid_auth": "it is mistyped, or belongs to another Slack (SLACK_API_URL); copy it anew",
    "not_authed": "it is empty; copy it anew",
    "token_revoked": "it was revoked; install the app again and copy the new one",
    "token_expired": "it has expired; turn token rotation off, or copy a new one",
    "account_inactive": "the app was removed from the workspace; install it again",
    "not_allowed_token_type": "it is another kind of token",
    "missing_scope": "it lacks the scope connections:write; make a new app-level token with that scope",
}


def slack_scopes_missing(scopes: Iterable[str]) -> str:
    return (
        f"The app lacks the scopes {', '.join(scopes)}. Add them under “OAuth & Permissions”, or paste the manifest "
        "deploy/slack-manifest.yml again; then install the app again."
    )


def slack_secret_malformed(length: int) -> str:
    return (
        f"SLACK_SIGNING_SECRET must be 32 of the characters 0-9 and a-f, and is not (it has {length} characters). Copy "
        "“Signing Secret” from “Basic Information”, not the client secret or the verification token."
    )


def slack_not_reached(url: str, reason: str) -> str:
    return f"Slack was not reached at {url}: {reason}. Is there a network, and is SLACK_API_URL right?"


def slack_signed_in(bot: str, team: str) -> str:
    return f"SLACK_BOT_TOKEN: in order, @{bot} in {team}."


SLACK_SOCKET_IN_ORDER = "SLACK_APP_TOKEN: in order; messages come by Socket Mode."
SLACK_SECRET_PLAUSIBLE = (
    "SLACK_SIGNING_SECRET: looks right; messages are taken at /webhooks/slack/webhook. Slack says whether it is the "
    "right one when you save the request URL."
)
SLACK_SCOPES_IN_ORDER = "Scopes: all of deploy/slack-manifest.yml."


# --- Where the bot departs from Rasa


def needs_tensorflow(component: str) -> str:
    return (
        f"{component} needs TensorFlow, which this installation leaves out. Take a component that works "
        "without it, or install Rasa with TensorFlow."
    )


def actions_not_imported(package: str) -> str:
    return f"The custom actions cannot be imported from “{package}”; the log says why."


# --- The chat on a web page

_WEB_CHANNEL = "ask_resc.channels.web.input.WebChannel in credentials.yml"
WEB_WITHOUT_SECRET = (
    "The chat for web pages is off: there is no secret to sign conversations with. "
    "Set ASK_RESC_SECRET, or start the bot with make run, which makes one."
)
WEB_NOT_JSON = "The body must be a JSON object."
WEB_NO_MESSAGE_ID = "“id” must be 16 to 64 hexadecimal digits, new with each message."
WEB_NO_VOTE = "“answer” must be the id of a reply, and “helpful” true or false."
WEB_SESSION_UNKNOWN = "There is no such session. Begin a new one."
WEB_ANSWER_UNKNOWN = "This conversation has no such answer."
WEB_VOTE_NOT_KEPT = "The vote could not be kept just now."
WEB_TOO_MANY = "Too many messages at once. Wait a moment."
WEB_NOT_POSTED = "Requests of the chat are sent with POST."
WEB_NOTHING_HERE = "There is nothing at this address."


def web_secret_too_short(least: int) -> str:
    return f"ASK_RESC_SECRET must have at least {least} characters. Make one: openssl rand -hex 32"


def web_keys_unknown(keys: Iterable[object]) -> str:
    return f"{_WEB_CHANNEL} takes two lists, “origins” and “proxies”. Not understood: {', '.join(map(str, keys))}."


def web_origins_malformed(origins: Iterable[object]) -> str:
    return (
        f"“origins” of {_WEB_CHANNEL} must be sites such as https://www.district.example, without a path. "
        f"Not understood: {', '.join(map(str, origins))}."
    )


def web_proxy_malformed(reason: str) -> str:
    return f"“proxies” of {_WEB_CHANNEL} must be addresses or networks of proxies: {reason}."


def web_origin_not_allowed(origin: str) -> str:
    return f"The site {origin} may not show this chat. Whoever runs the bot adds it to “origins” of {_WEB_CHANNEL}."


def web_too_large(most: int) -> str:
    return f"A request has at most {most} bytes."


def widget_release_changed(names: Iterable[str]) -> str:
    return f"In widget/releases, {', '.join(names)} is not what it was when it was kept. Restore it: git checkout."


def widget_kept(copy: object) -> str:
    return f"{copy} keeps this version's address working. Commit it."
