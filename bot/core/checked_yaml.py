"""YAML that remembers its lines, read into typed structs, collecting every mistake.

Scalars stay text until a struct asks for a number, so `yes` is a word and `1` in a label stays "1".
Anchors, duplicate keys and oversize files are mistakes. Counterpart: `content`, which says what the
structs are and checks what only a whole file can show.
"""

import re
import types
import typing
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import (
    Annotated,
    Any,
    Literal,
    NewType,
    Self,
    TypeVar,
    Union,
    cast,
    get_args,
    get_origin,
)

import msgspec
import yaml
from rapidfuzz import fuzz, process

from bot.core.yaml_nodes import Report, composed, words

MAX_BYTES = 4_000_000
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
T = TypeVar("T")


class Mistake(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """Something wrong in the content: where it is, what it is, and how to mend it."""

    path: str
    line: int
    code: str
    message: str
    hint: str = ""
    warning: bool = False

    def __str__(self) -> str:
        """One line, clickable in an editor: `content/faq.yaml:12: what; how to mend it [code]`."""
        hint = f"; {self.hint}" if self.hint else ""
        grade = "warning: " if self.warning else ""
        return f"{self.path}:{self.line}: {grade}{self.message}{hint} [{self.code}]"


class Located(str):
    """Text from a file that knows its line."""

    __slots__ = ("line",)
    line: int

    def __new__(cls, text: str, line: int) -> Self:
        """Remember `line`, counted from 1."""
        located = super().__new__(cls, text)
        located.line = line
        return located


def line_of(value: object) -> int:
    """The line that a value read from a file began on; 0 when it did not come from a file."""
    return int(getattr(value, "line", 0))


def unlined(value: object) -> str:
    """For JSON encoders: text that knows its line, as ordinary text.

    Raises:
        TypeError: the value is something else that JSON has no form for.

    """
    if isinstance(value, Located):
        return str.__str__(value)
    raise TypeError(f"JSON has no form for {type(value).__name__}")


def plain(value: T) -> T:
    """The same tree of structs, tuples and dicts with every `Located` as ordinary text.

    What leaves the content for a session or an effect is stored as JSON, where lines mean nothing.
    """
    return cast("T", _plain(value))


def _plain(value: object) -> object:
    if isinstance(value, Located):
        return str.__str__(value)
    if isinstance(value, msgspec.Struct):
        changed = {}
        for name in value.__struct_fields__:
            old = getattr(value, name)
            new = _plain(old)
            if new is not old:
                changed[name] = new
        return msgspec.structs.replace(value, **changed) if changed else value
    if isinstance(value, tuple):
        items = tuple(map(_plain, value))
        return items if any(a is not b for a, b in zip(items, value, strict=True)) else value
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return value


def did_you_mean(word: str, known: typing.Iterable[str]) -> str:
    """A hint that names the nearest known word, or nothing."""
    best = process.extractOne(word, list(known), scorer=fuzz.WRatio, score_cutoff=60)
    return f"did you mean '{best[0]}'?" if best else ""


def load(text: str, path: str, shape: type[T]) -> tuple[T | None, list[Mistake]]:
    """Read `text` as the struct `shape`. The value is None when any mistake is an error."""
    return load_part(text, path, shape).whole


class Part(typing.NamedTuple, typing.Generic[T]):
    """What could be read of a file, for looking for more mistakes in it and for nothing else.

    `value` has a stand-in wherever something is wrong, and is None when the file is no YAML at all.
    `unread` holds the words in what was not understood: such a name may exist after all.
    """

    value: T | None
    mistakes: list[Mistake]
    unread: frozenset[str]

    @property
    def whole(self) -> tuple[T | None, list[Mistake]]:
        """The value if nothing is wrong with it, and the mistakes."""
        return (None if self.mistakes else self.value), self.mistakes


def load_part(text: str, path: str, shape: type[T]) -> Part[T]:
    """Read as much of `text` as can be understood as the struct `shape`."""
    mistakes: list[Mistake] = []

    def mistake(line: int, code: str, message: str, hint: str = "") -> None:
        mistakes.append(Mistake(path=path, line=line, code=code, message=message, hint=hint))

    if len(text.encode()) > MAX_BYTES:
        mistake(
            1, "too-large", f"the file is over {MAX_BYTES // 1_000_000} MB", "split or shorten it"
        )
        return Part(None, mistakes, frozenset())
    root = composed(text, mistake)
    if root is None:
        return Part(None, mistakes, frozenset())
    reader = _Reader(mistake)
    value = cast("T", reader.read(root, shape))
    return Part(value, mistakes, frozenset(reader.unread))


def _stand_in(shape: Any, line: int) -> Any:  # noqa: ANN401 (a type of any kind)
    """The emptiest value of a type, for where nothing could be read."""
    if get_origin(shape) is Annotated:
        shape = get_args(shape)[0]
    while isinstance(shape, NewType):
        shape = shape.__supertype__
    origin = get_origin(shape)
    if origin in (Union, types.UnionType):
        shapes = get_args(shape)
        return None if type(None) in shapes else _stand_in(shapes[0], line)
    if origin is Literal:
        return get_args(shape)[0]
    if origin is tuple:
        return ()
    if origin in (dict, Mapping):
        return {}
    if issubclass(shape, msgspec.Struct):
        fields = msgspec.structs.fields(shape)
        return shape(**{each.name: _stand_in(each.type, line) for each in fields if each.required})
    if issubclass(shape, StrEnum):
        return next(iter(shape))
    return date.min if shape is date else Located("", line) if shape is str else shape()


class _Reader:
    """Walks nodes and types together; tells every mistake and puts a stand-in where one was."""

    def __init__(self, mistake: Report) -> None:
        self.mistake = mistake
        self.unread: set[str] = set()

    def _instead(self, node: yaml.Node, shape: Any) -> Any:  # noqa: ANN401 (a type of any kind)
        """The stand-in for what is not as it should be."""
        self.unread.update(words(node))
        return _stand_in(shape, node.start_mark.line + 1)

    def read(self, node: yaml.Node, shape: Any) -> Any:  # noqa: ANN401 (a type of any kind)
        constraint: msgspec.Meta | None = None
        if get_origin(shape) is Annotated:
            shape, *rest = get_args(shape)
            constraint = next((each for each in rest if isinstance(each, msgspec.Meta)), None)
        while isinstance(shape, NewType):
            shape = shape.__supertype__
        if get_origin(shape) in (Union, types.UnionType):
            return self._read_union(node, get_args(shape))
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            return self._read_struct(node, shape)
        origin = get_origin(shape)
        if origin is tuple:
            return self._read_list(node, shape, constraint)
        if origin in (dict, Mapping):
            return self._read_map(node, shape)
        return self._read_scalar(node, shape, constraint)

    def _read_union(self, node: yaml.Node, shapes: tuple[Any, ...]) -> Any:  # noqa: ANN401 (as read)
        if isinstance(node, yaml.ScalarNode) and type(None) in shapes:
            if node.value in ("", "~", "null") and node.style is None:
                return None
            shapes = tuple(each for each in shapes if each is not type(None))
        for shape in shapes:
            fits = (
                yaml.MappingNode
                if isinstance(shape, type) and issubclass(shape, msgspec.Struct)
                else yaml.MappingNode
                if get_origin(shape) is dict
                else yaml.SequenceNode
                if get_origin(shape) is tuple
                else yaml.ScalarNode
            )
            if not isinstance(node, fits):
                continue
            if fits is yaml.MappingNode and isinstance(shape, type):
                names = {key.value for key, _ in node.value}
                known = {field.encode_name for field in msgspec.structs.fields(shape)}
                if len(shapes) > 1 and not names <= known and shape is not shapes[-1]:
                    continue
            return self.read(node, shape)
        return self.read(node, shapes[0])

    def _read_struct(self, node: yaml.Node, shape: type[msgspec.Struct]) -> Any:  # noqa: ANN401
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.MappingNode):
            wanted = ", ".join(field.encode_name for field in msgspec.structs.fields(shape))
            hint = "write 'name: value' lines, or {name: value}"
            self.mistake(line, "shape", f"expected named values here ({wanted})", hint)
            return self._instead(node, shape)
        fields = {f.encode_name: f for f in msgspec.structs.fields(shape) if f.name != "line"}
        values: dict[str, Any] = {}
        for name, key, value in self._pairs(node):
            if name not in fields:
                hint = did_you_mean(name, fields) or f"known here: {', '.join(sorted(fields))}"
                self.mistake(key.start_mark.line + 1, "unknown-key", f"unknown key '{name}'", hint)
                self.unread.update(words(value))
                continue
            values[fields[name].name] = self.read(value, fields[name].type)
        missing = [each for each in fields.values() if each.required and each.name not in values]
        for field in missing:
            name = field.encode_name
            self.mistake(line, "missing-key", f"'{name}' is missing here", f"add {name}:")
            values[field.name] = _stand_in(field.type, line)
        if any(field.name == "line" for field in msgspec.structs.fields(shape)):
            values["line"] = line
        return shape(**values)

    def _pairs(self, node: yaml.MappingNode) -> list[tuple[str, yaml.Node, yaml.Node]]:
        pairs: dict[str, tuple[str, yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                line = key.start_mark.line + 1
                self.mistake(line, "shape", "a key must be a single word", "write name: value")
            elif key.value in pairs:
                first = pairs[key.value][1].start_mark.line + 1
                self.mistake(
                    key.start_mark.line + 1,
                    "duplicate-key",
                    f"'{key.value}' stands here a second time (first on line {first})",
                    "keep one of them",
                )
            else:
                pairs[key.value] = (key.value, key, value)
        return list(pairs.values())

    def _read_list(self, node: yaml.Node, shape: Any, constraint: msgspec.Meta | None) -> Any:  # noqa: ANN401
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.SequenceNode):
            self.mistake(line, "shape", "expected a list here", "start each item with '- '")
            return self._instead(node, shape)
        values = tuple(self.read(each, get_args(shape)[0]) for each in node.value)
        least = constraint.min_length if constraint else None
        if least and len(values) < least:
            self.mistake(line, "too-few", f"at least {least} needed here", "add to the list")
        return values

    def _read_map(self, node: yaml.Node, shape: Any) -> Any:  # noqa: ANN401
        key_shape, value_shape = get_args(shape)
        if not isinstance(node, yaml.MappingNode):
            line = node.start_mark.line + 1
            self.mistake(line, "shape", "expected 'name: value' lines here", "give each a name")
            return self._instead(node, shape)
        return {
            self.read(key, key_shape): self.read(value, value_shape)
            for _, key, value in self._pairs(node)
        }

    def _read_scalar(self, node: yaml.Node, shape: Any, constraint: msgspec.Meta | None) -> Any:  # noqa: ANN401
        line = node.start_mark.line + 1
        if not isinstance(node, yaml.ScalarNode):
            self.mistake(line, "shape", "expected a single value here", "put it in quotes")
            return self._instead(node, shape)
        text: str = node.value
        value: Any = None
        if get_origin(shape) is Literal or (isinstance(shape, type) and issubclass(shape, StrEnum)):
            known = list(get_args(shape)) if get_origin(shape) is Literal else [*shape]
            if text in known:
                return shape(text) if isinstance(shape, type) else Located(text, line)
            hint = did_you_mean(text, known) or f"one of: {', '.join(known)}"
            self.mistake(line, "choice", f"'{text}' is not known here", hint)
        elif shape is bool:
            value = {"true": True, "false": False}.get(text)
            if value is None:
                self.mistake(line, "type", f"'{text}' must be true or false", "write one of them")
        elif shape in (int, float, date):
            try:
                value = date.fromisoformat(text) if shape is date else shape(text)
                if shape is not date and not _NUMBER.fullmatch(text):
                    raise ValueError  # noqa: TRY301 (Python reads more as a number: 1_0, nan, inf)
            except ValueError:
                value = None
                wanted = {int: "a whole number", float: "a number", date: "a date like 2026-01-31"}
                hint = "write it without quotes or units"
                self.mistake(line, "type", f"'{text}' must be {wanted[shape]}", hint)
        elif shape is str:
            value = Located(text, line)
        else:
            raise TypeError(f"no way to read {shape!r} from YAML")  # a shape we wrote is wrong
        if value is None:
            return self._instead(node, shape)
        if constraint is not None:
            self._check(value, constraint, line)
        return value

    def _check(self, value: Any, constraint: msgspec.Meta, line: int) -> None:  # noqa: ANN401
        problem, hint = "", "change it"
        if constraint.pattern and not re.search(constraint.pattern, value):
            problem = constraint.description or f"must look like {constraint.pattern}"
        elif constraint.min_length and len(value) < constraint.min_length:
            problem = "must not be empty"
        elif constraint.max_length is not None and len(value) > constraint.max_length:
            problem = f"has {len(value)} characters, at most {constraint.max_length} fit"
            hint = "shorten it"
        elif constraint.ge is not None and value < constraint.ge:
            problem = f"must be at least {constraint.ge}"
        elif constraint.le is not None and value > constraint.le:
            problem = f"must be at most {constraint.le}"
        if problem:
            self.mistake(line, "value", f"'{value}' {problem}", hint)
