"""From a file to facts, or to the list of every mistake in it, each with its line.

The YAML tree is read once: it gives values and lines alike. Every scalar is text, so that a name
such as ``NO`` or a telephone number with a leading zero stays what the editor wrote.
"""

from __future__ import annotations

import io
from pathlib import Path as FilePath
from typing import (
    Any,
    Callable,
    Collection,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Set,
    Tuple,
    Type,
    Union,
)

from pydantic import BaseModel, ValidationError
from pydantic import errors as shape
from pydantic.error_wrappers import ErrorWrapper
from pydantic.fields import MAPPING_LIKE_SHAPES, SHAPE_SINGLETON
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from ask_resc import errors
from ask_resc.facts.model import Facts, Path, problems

# Rasa 3.6 looks for these at the beginning of every line, whatever its indentation
# (rasa/shared/utils/io.py, is_key_in_yaml), and takes the file for training data.
TRAINING_DATA_KEYS = ("nlu", "responses", "stories", "rules")

# What the YAML parser says of a syntax error, and what an editor can do about it. The first fits.
SYNTAX = (
    ("mapping values are not allowed", errors.COLON_IN_SENTENCE),
    ("control characters", errors.CONTROL_CHARACTER),
    ("tag", errors.ODD_FIRST_CHARACTER),
    ("alias", errors.ODD_FIRST_CHARACTER),
    ("anchor", errors.ODD_FIRST_CHARACTER),
    ("cannot start any token", errors.ODD_FIRST_CHARACTER),
    ("parsing a quoted scalar", errors.BACKSLASH),
    ("scanning a quoted scalar", errors.QUOTE_NOT_CLOSED),
    ("document", errors.ONE_DOCUMENT),
    ("flow", errors.BRACKET_NOT_CLOSED),
    ("simple key", errors.NO_COLON),
)
# The parser notices these at the end of what is wrong; an editor looks at its beginning.
NOTICED_LATE = (errors.QUOTE_NOT_CLOSED, errors.BRACKET_NOT_CLOSED, errors.NO_COLON)

# What pydantic says of a value, and what we say.
SHAPE: Dict[Type[Exception], Callable[[str], str]] = {
    shape.NoneIsNotAllowedError: errors.empty,
    shape.AnyStrMinLengthError: errors.empty,
    shape.StrError: errors.not_text,
    shape.StrRegexError: errors.not_an_address,
    shape.TupleError: errors.not_a_list,
    shape.DictError: errors.not_a_block,
}

NULL = "tag:yaml.org,2002:null"
DEEPEST = 12  # blocks within blocks; the facts need 7


class Mistake(NamedTuple):
    """One mistake: file, line (counted from 1) and a sentence for the editor."""

    file: str
    line: int
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.sentence}"


class FactsError(Exception):
    """A facts file that cannot be used. ``problems`` lists all its mistakes, in the order of their lines."""

    def __init__(self, file: Union[str, FilePath], mistakes: Iterable[Tuple[int, str]]) -> None:
        self.problems = tuple(Mistake(str(file), line, sentence) for line, sentence in sorted(set(mistakes)))
        super().__init__("\n".join(map(str, self.problems)))


def load(path: Union[str, FilePath]) -> Facts:
    """The facts in the file at ``path``. Raises ``FactsError`` with every mistake in it."""
    try:
        data = FilePath(path).read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    return parse(data, path)


def unreadable(path: Union[str, FilePath], error: OSError) -> FactsError:
    """The error for a file that is missing or cannot be read."""
    if isinstance(error, FileNotFoundError):
        return FactsError(path, [(1, errors.FILE_MISSING)])
    return FactsError(path, [(1, errors.file_unreadable(error.strerror or str(error)))])


def parse(data: bytes, file: Union[str, FilePath]) -> Facts:
    """The facts in ``data``, the content of ``file``. Raises ``FactsError`` with every mistake in it."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FactsError(file, [(_line_at(data, error.start), errors.FILE_NOT_UTF8)]) from error
    mistakes = list(_training_data_keys(text))
    try:
        root = YAML(typ="safe").compose(text)
    except YAMLError as error:
        raise FactsError(file, [*mistakes, _syntax_mistake(error, text)]) from error
    if not isinstance(root, MappingNode):
        raise FactsError(file, [*mistakes, (1, errors.FILE_NOT_A_BLOCK if root else errors.FILE_EMPTY)])

    tree = _Tree(root, text)
    facts, malformed = _shaped(tree.values)
    mistakes += tree.mistakes
    mistakes += [(tree.line(path), sentence) for path, sentence in malformed.items()]
    for problem in problems(facts) if facts else ():
        void = _is_within(problem.path, malformed) or any(
            _is_within(needed, malformed) or _is_within(needed, tree.doubled) for needed in problem.needs
        )
        if not void:
            mistakes.append((tree.line(problem.path), problem.message))
    if facts is None or mistakes:
        raise FactsError(file, mistakes)
    return facts


def _line_at(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _training_data_keys(text: str) -> Iterator[Tuple[int, str]]:
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        for key in TRAINING_DATA_KEYS:
            if line.lstrip().startswith(f"{key}:"):
                yield number, errors.training_data_key(key)


def _syntax_mistake(error: YAMLError, text: str) -> Tuple[int, str]:
    details = vars(error)
    said = " ".join(str(details.get(part) or "") for part in ("context", "problem", "reason"))
    sentence = next((sentence for sign, sentence in SYNTAX if sign in said), errors.INDENTED_WRONGLY)
    mark = details.get("problem_mark")
    if sentence in NOTICED_LATE:
        mark = details.get("context_mark") or mark
    line = mark.line + 1 if mark else _line_at(text.encode(), details.get("position", 0))
    written = text.split("\n")[line - 1 : line]
    return line, errors.TAB if written and written[0].lstrip(" ").startswith("\t") else sentence


class _Tree:
    """The values of a YAML tree, the line of each, and the mistakes in how they are written down."""

    def __init__(self, root: Node, text: str) -> None:
        self.mistakes: List[Tuple[int, str]] = []
        self.doubled: Set[Path] = set()
        self._lines: Dict[Path, int] = {(): 1}
        self._text = text
        self._seen: Set[int] = set()
        self.values = self._read(root, ())

    def line(self, path: Path) -> int:
        """The line of the value at ``path``, or of the innermost block around it that is there."""
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def _read(self, node: Node, path: Path) -> Any:
        # YAML's anchors, aliases and tags: in a file of sentences, a quotation mark was forgotten.
        is_alias = id(node) in self._seen
        self._seen.add(id(node))
        if is_alias or self._text.startswith(("&", "!"), node.start_mark.index):
            self.mistakes.append((self.line(path), errors.ODD_FIRST_CHARACTER))
        if isinstance(node, ScalarNode):
            return None if node.tag == NULL else node.value
        if is_alias or len(path) > DEEPEST:  # an alias may hold itself
            return ""
        if isinstance(node, SequenceNode):
            return [self._read_at((*path, index), child, child) for index, child in enumerate(node.value)]
        block: Dict[str, Any] = {}
        for key_node, child in node.value:
            key = key_node.value
            if not isinstance(key_node, ScalarNode):
                self.mistakes.append((key_node.start_mark.line + 1, errors.KEY_NOT_A_WORD))
            elif key in block:
                first_line = self._lines[(*path, key)]
                self.mistakes.append((key_node.start_mark.line + 1, errors.doubled_key(key, first_line)))
                self.doubled.add((*path, key))
            else:
                block[key] = self._read_at((*path, key), key_node, child)
        return block

    def _read_at(self, path: Path, starts_with: Node, node: Node) -> Any:
        self._lines[path] = starts_with.start_mark.line + 1
        return self._read(node, path)


def _shaped(values: Any) -> Tuple[Optional[Facts], Dict[Path, str]]:
    """The facts in ``values``, and a sentence for every place that has the wrong shape.

    What has the wrong shape is taken out or gets a stand-in, so that the rest can still be checked.
    """
    malformed: Dict[Path, str] = {}
    for attempt in range(3):  # what is taken out in the first may need a stand-in in the second
        try:
            return Facts.parse_obj(values), malformed
        except ValidationError as error:
            for where, reason, model in list(_flatten(error)):
                path = _within(values, where)
                if attempt == 0:
                    malformed[path] = _sentence(path, reason, model)
                _mend(values, path, reason, model)
    return None, malformed


def _flatten(error: ValidationError, outer: Path = ()) -> Iterator[Tuple[Path, Exception, Type[BaseModel]]]:
    """Every single error, with its path and the block it is in."""
    wrappers = list(error.raw_errors)
    for wrapper in wrappers:
        if not isinstance(wrapper, ErrorWrapper):
            wrappers.extend(wrapper)
        elif isinstance(wrapper.exc, ValidationError):
            yield from _flatten(wrapper.exc, (*outer, *wrapper.loc_tuple()))
        else:
            yield (*outer, *wrapper.loc_tuple()), wrapper.exc, error.model  # type: ignore[misc]


def _within(values: Any, path: Path) -> Path:
    """As much of ``path`` as stands in the file: a bare sentence has no ``text`` below it."""
    for depth, step in enumerate(path):
        if not isinstance(values, dict if isinstance(step, str) else list):
            return path[:depth]
        values = values.get(step) if isinstance(values, dict) else values[step]
    return path


def _sentence(path: Path, reason: Exception, model: Type[BaseModel]) -> str:
    *outer, last = path
    key = str(last) if isinstance(last, str) else f"{outer[-1]}, entry {last + 1}"
    block = str(outer[-1]) if outer else ""
    if isinstance(reason, shape.ExtraError):
        return errors.unknown_key(key, block, list(model.__fields__))
    if isinstance(reason, shape.MissingError):
        return errors.missing_key(key, block)
    if isinstance(reason, shape.WrongConstantError):
        return errors.not_one_of(key, vars(reason)["permitted"])
    return SHAPE.get(type(reason), errors.not_fitting)(key)


def _mend(values: Any, path: Path, reason: Exception, model: Type[BaseModel]) -> None:
    *outer, last = path
    for step in outer:
        values = values[step]
    stand_in = f"https://{'/'.join(map(str, path))}"  # fits a name as well as an address, and is like no other
    if isinstance(reason, shape.MissingError):
        expected = model.__fields__[str(last)].shape
        values[last] = stand_in if expected == SHAPE_SINGLETON else {} if expected in MAPPING_LIKE_SHAPES else []
    elif isinstance(values, list):
        values[int(last)] = stand_in  # taken out, it would move the entries after it
    else:
        values.pop(last, None)


def _is_within(path: Path, places: Collection[Path]) -> bool:
    return any(path[:depth] in places for depth in range(1, len(path) + 1))
