"""The ``ask-resc`` command. It parses, calls and prints; what it does is done elsewhere."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from typing import Optional, Sequence

from ask_resc import errors, serving, settings, terminal, training
from ask_resc.channels.web import releases
from ask_resc.facts.loader import FactsError, load
from ask_resc.rasa_process import RasaFailed


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        exit_code: int = arguments.run(arguments)
    except RasaFailed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ask-resc", description="Look after the Ask RESC assistant.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    facts = commands.add_parser("facts", help="the facts file", description="Look after the facts file.")
    facts_commands = facts.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = facts_commands.add_parser(
        "check",
        help="list every mistake in the facts file",
        description="List every mistake in the facts file with its line. The exit code is 1 if there is one.",
    )
    check.add_argument("path", metavar="PATH", nargs="?", type=Path, help="default: the file the bot answers from")
    check.set_defaults(run=_check_facts)

    chat = commands.add_parser(
        "chat",
        help="talk with the assistant in this terminal",
        description="Talk with the assistant in this terminal. Questions piped in are answered one by one.",
    )
    chat.set_defaults(run=_chat)

    run = commands.add_parser(
        "run",
        help="run the assistant on this machine alone",
        description="Run the assistant on 127.0.0.1 until Ctrl-C or SIGTERM. Prints its address when ready.",
    )
    run.add_argument("--port", type=int, default=5005, help="default: 5005")
    run.set_defaults(run=_run)

    slack = commands.add_parser("slack", help="the Slack app", description="Look after the Slack app.")
    slack_commands = slack.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = slack_commands.add_parser(
        "check",
        help="say what is wrong with its tokens, scopes and secret",
        description="Ask Slack whether tokens and scopes are right. The exit code is 1 if something is wrong.",
    )
    check.set_defaults(run=_check_slack)

    train = commands.add_parser(
        "train",
        help="train the model if it is out of date",
        description="Train the model if what it is made from has changed. The facts are not part of that.",
    )
    train.set_defaults(run=_train)

    widget = commands.add_parser("widget", help="the chat for web pages", description="Put the chat on web releases.")
    widget_commands = widget.add_subparsers(title="commands", metavar="COMMAND", required=True)
    tag = widget_commands.add_parser(
        "tag",
        help="print the tag that loads this version for good",
        description="Print the tag for a page, with the address of this very version and its integrity hash.",
    )
    tag.add_argument("server", metavar="ADDRESS", help="of the bot: https://bot.example")
    tag.set_defaults(run=_print_tag)
    keep = widget_commands.add_parser(
        "keep",
        help="keep this version's address working; part of a release",
        description="Copy this version into widget/releases, so that tags which name it go on working.",
    )
    keep.set_defaults(run=_keep_widget)
    return parser


def _print_tag(arguments: argparse.Namespace) -> int:
    print(releases.tag(arguments.server))
    return 0


def _keep_widget(_: argparse.Namespace) -> int:
    print(errors.widget_kept(_shown(releases.keep())))
    return 0


def _check_facts(arguments: argparse.Namespace) -> int:
    path = _shown(arguments.path or settings.facts_path())
    try:
        facts = load(path)
    except FactsError as error:
        print(*error.problems, sep="\n")
        return 1
    answers = sum(len(facts.aspects_of(subject)) for subject in facts.subjects)
    print(errors.facts_in_order(path, len(facts.subjects), answers))
    return 0


def _check_slack(_: argparse.Namespace) -> int:
    from ask_resc.channels.slack.check import check  # brings Rasa, which takes seconds

    in_order = True
    for is_right, finding in check(settings.slack()):
        print(finding, flush=True)
        in_order = in_order and is_right
    if in_order:
        print(errors.SLACK_CHECK_IN_ORDER)
    return 0 if in_order else 1


def _chat(_: argparse.Namespace) -> int:
    return terminal.chat(sys.stdin, sys.stdout)


def _run(arguments: argparse.Namespace) -> int:
    return serving.run(arguments.port)


def _train(_: argparse.Namespace) -> int:
    model = training.ensure_model(lambda: print(training.WAIT, file=sys.stderr))
    print(errors.model_in_order(_shown(model)))
    return 0


def _shown(path: Path) -> Path:
    """``path`` as a person in the working folder would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
