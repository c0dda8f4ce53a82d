"""The ``ask-resc`` command. It parses, calls and prints; what it does is done elsewhere."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Optional, Sequence

from ask_resc import errors, settings
from ask_resc.facts.loader import FactsError, load


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run one command and return its exit code."""
    arguments = _parser().parse_args(argv)
    exit_code: int = arguments.run(arguments)
    return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ask-resc", description="Look after the Ask RESC assistant.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    facts = commands.add_parser("facts", help="the facts file", description="Look after the facts file.")
    facts_commands = facts.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = facts_commands.add_parser(
        "check",
        help="list every mistake in the facts file",
        description="List every mistake in the facts file, each with its line. The exit code is 1 if there is one.",
    )
    check.add_argument("path", metavar="PATH", nargs="?", type=Path, help="default: the file the bot answers from")
    check.set_defaults(run=_check_facts)
    return parser


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


def _shown(path: Path) -> Path:
    """``path`` as a person in the working folder would type it."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
