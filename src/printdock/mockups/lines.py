"""On which line of a TOML document something stands: Python's parser does not say, nor does tomlkit (its issue 55)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

#: Keys and places in arrays from the top of the document: ``("picture", 0, "area", 1, "points", 3)``.
Path = tuple[str | int, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_STRING = re.compile(
    r'"""(?:\\[\s\S]|[^\\])*?"""(?:"{0,2})' r"|'''[\s\S]*?'''(?:'{0,2})" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'"
)
_BARE = re.compile(r"[^\s,\]}#=]+")
_KEY = re.compile(r"""[ \t]*("(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)[ \t]*""")


@dataclass(frozen=True, slots=True)
class Span:
    """A value's place in the text; of a table, that of its header."""

    start: int
    end: int


class Lines:
    """Places in a document that ``tomllib`` has accepted."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._spans: dict[Path, Span] = {}
        self._counts: dict[Path, int] = {}  # elements so far of each array of tables
        self._read()

    def line(self, path: Path) -> int:
        """From 1. Of what is not in the document, the line of the nearest thing around it."""
        while path and path not in self._spans:
            path = path[:-1]
        return self._text.count("\n", 0, self._spans[path].start) + 1 if path else 1

    def span(self, path: Path) -> Span | None:
        """Where a value stands, or None where it is not in the document."""
        return self._spans.get(path)

    def _read(self) -> None:
        at = self._space(0)
        table: Path = ()
        while at < len(self._text):
            start = at
            if self._text[at] == "[":
                double = self._text.startswith("[[", at)
                keys, at = self._keys(at + (2 if double else 1))
                table = self._table(keys, double)
                at += 2 if double else 1
                self._spans.setdefault(table, Span(start, at))
                if double:
                    self._spans.setdefault(table[:-1], Span(start, at))
            else:
                at = self._pair(at, table)
            at = self._space(at)

    def _table(self, keys: list[str], double: bool) -> Path:
        """The path a header means: inside arrays of tables, that of the newest element."""
        path: Path = ()
        for k, key in enumerate(keys):
            path = (*path, key)
            if double and k == len(keys) - 1:
                self._counts[path] = self._counts.get(path, 0) + 1
            if path in self._counts:
                path = (*path, self._counts[path] - 1)
        return path

    def _pair(self, at: int, table: Path) -> int:
        keys, at = self._keys(at)
        return self._value(self._space(at + 1), (*table, *keys))  # past the "="

    def _keys(self, at: int) -> tuple[list[str], int]:
        keys = []
        while found := _KEY.match(self._text, at):
            word, at = found.group(1), found.end()
            keys.append(tomllib.loads(f"key = {word}")["key"] if word[0] in "\"'" else word)
            if self._text[at : at + 1] != ".":
                break
            at += 1
        return keys, at

    def _value(self, start: int, path: Path) -> int:
        match self._text[start]:
            case "[":
                end = self._array(start, path)
            case "{":
                end = self._inline(start, path)
            case _:
                found = _STRING.match(self._text, start) or _BARE.match(self._text, start)
                end = found.end() if found else start + 1
        self._spans[path] = Span(start, end)
        return end

    def _array(self, at: int, path: Path) -> int:
        at, k = self._space(at + 1), 0
        while self._text[at] != "]":
            at, k = self._space(self._value(at, (*path, k))), k + 1
            if self._text[at] == ",":
                at = self._space(at + 1)
        return at + 1

    def _inline(self, at: int, path: Path) -> int:
        at = self._space(at + 1)
        while self._text[at] != "}":
            at = self._space(self._pair(at, path))
            if self._text[at] == ",":
                at = self._space(at + 1)
        return at + 1

    def _space(self, at: int) -> int:
        found = _SPACE.match(self._text, at)
        return found.end() if found else at
