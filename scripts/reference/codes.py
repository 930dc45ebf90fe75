"""Every error code there is, found in the code itself.

Codes are literals: given to an error by ``code=``, the default of an error's class, handed with their sentence to one of
the functions in `_CALLS`, or in a tuple of one of the `_TABLES`. Sentences are shown as they are written, with an ellipsis
for what is filled in.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from printdock import errors
from printdock.api.problems import status_of
from printdock.errors import Conflict, NotFound, PrintdockError, UsageError

SOURCE = Path(errors.__file__).parent

#: Modules whose codes are not printdock's own: the stand-in for Etsy says what Etsy says.
_FOREIGN = ("demo/etsy/",)

#: What a code is answered in, where it is no error of a request by itself.
_LISTING, _PACK = "in `listing_refused`", "in `pack_refused`"
_FILE, _WARNING, _VERIFY, _MOVING, _INSIDE = (
    "for one file",
    "a warning",
    "of `verify`",
    "of moving in",
    "inside an answer",
)

#: A position, or the words themselves; None: there are none.
_Where = int | str | None
#: Functions that are handed a code, by their names: the positions of code, sentence and remedy, and what it is answered in.
_CALLS: dict[str, tuple[int, _Where, _Where, str]] = {
    "FieldProblem": (1, 2, 3, _LISTING),
    "self._add": (1, 2, 3, _LISTING),
    "self._resolve": (2, "names what the shop does not have at Etsy", "It has: ….", _LISTING),
    "_count": (3, "are …, … are allowed", "Leave out ….", _LISTING),
    "_lengths": (3, "… has … characters, … are allowed", "Shorten it.", _LISTING),
    "_characters": (3, "… holds …", "Allowed are ….", _LISTING),
    "Failed": (0, 1, None, _FILE),
    "check.problem": (0, 2, None, _VERIFY),
    "Finding": (0, 1, None, _WARNING),
    "move.problem": (1, 3, 4, _MOVING),
    "note": (3, 5, 6, _MOVING),
    "_left_out": (1, 3, 4, _MOVING),
    "_Found": (2, 3, 4, _PACK),
    "Problem": (3, 4, 5, _PACK),
    "Fault": (0, 2, 3, _PACK),
    "pack.problem": (1, 2, 3, _PACK),
    "problem": (1, 2, 3, ""),
}
#: Modules that hold tuples: the position of the code in them, sentence, remedy, and what it is answered in.
_TABLES: dict[str, tuple[int, _Where, _Where, str]] = {
    "mockups/problems.py": (0, 1, 2, _PACK),
    "rendering/checks.py": (0, 1, 2, _PACK),
    "storage/local.py": (0, 1, 2, "502"),
    "storage/s3_errors.py": (0, 1, 2, "502"),
    "storage/sftp_errors.py": (0, 1, 2, "502"),
    "listings/compose.py": (2, "names what the shop does not have at Etsy", "It has: ….", _LISTING),
}

#: Codes that are put together where they are raised.
_MADE = {
    "seen_before": (
        "designs/decide.py",
        "The file's earlier hashes are those of a design of the replaced system.",
        "",
        _WARNING,
    ),
    "password_missing": ("accounts/access.py", "This link needs your password.", "", "422"),
    "email_missing": ("accounts/access.py", "This link needs your email.", "", "422"),
}

_CODE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
_CLASSES = {name: one for name, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, PrintdockError)}


@dataclass(frozen=True, order=True)
class Said:
    """One place that gives ``code``. ``module``: below src/printdock; ``answer``: the HTTP status, or what it is part of."""

    code: str
    module: str
    message: str
    remedy: str
    answer: str


def every_code() -> list[Said]:
    """All of them, sorted, each sentence of a module once."""
    found: set[Said] = set()
    for file in sorted(SOURCE.rglob("*.py")):
        module = file.relative_to(SOURCE).as_posix()
        if not module.startswith(_FOREIGN):
            found |= set(_Reader(module, file.read_text(encoding="utf-8")).said())
    found |= {Said(code, *parts) for code, parts in _MADE.items()}
    found = {one for one in found if " " in one.message}
    spoken = {one.code for one in found}
    silent = [kind for kind in _CLASSES.values() if kind.code not in spoken]
    return sorted(
        [*found, *(Said(one.code, "errors.py", _drawn(one), "", _status(one.code, one, "")) for one in silent)]
    )


def _drawn(kind: type[PrintdockError]) -> str:
    """What the tree in the docstring of `printdock.errors` says of a class."""
    said = re.search(rf"\b{kind.__name__}\b {{2,}}(.+)", errors.__doc__ or "")
    words = said.group(1) if said else "Anything else that printdock says itself"
    return f"{words[0].upper()}{words[1:]}."


class _Reader:
    """Reads one module."""

    def __init__(self, module: str, text: str) -> None:
        self._module, self._tree = module, ast.parse(text)
        self._named = [
            (node.lineno, node.targets[0].id, node.value)
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        ]

        self._returned = {
            function.name: node.value
            for function in ast.walk(self._tree)
            if isinstance(function, ast.FunctionDef)
            for node in function.body
            if isinstance(node, ast.Return) and isinstance(node.value, ast.JoinedStr)
        }

    def said(self) -> Iterator[Said]:
        for node in ast.walk(self._tree):
            match node:
                case ast.Call():
                    yield from self._call(node)
                case ast.Tuple(elts=parts) if self._module in _TABLES and len(parts) == 3:
                    yield from self._handed(parts, *_TABLES[self._module])
                case ast.Dict(keys=keys, values=values):
                    given = {
                        key.value: value
                        for key, value in zip(keys, values, strict=True)
                        if isinstance(key, ast.Constant)
                    }
                    yield from self._named_parts(given)
                case ast.ClassDef(name=name) if self._module == "errors.py" and name in _CLASSES:
                    yield from self._own_sentence(node, _CLASSES[name])

    def _call(self, node: ast.Call) -> Iterator[Said]:
        name = ast.unparse(node.func)
        given = {one.arg: one.value for one in node.keywords if one.arg}
        kind = _CLASSES.get(name.removeprefix("errors."))
        if kind is not None:
            message, remedy = self._text(node.args[0] if node.args else None), self._text(given.get("remedy"))
            for code in _literals(given["code"]) if "code" in given else [kind.code]:
                yield Said(code, self._module, message, remedy, _status(code, kind, self._module))
        elif name in _CALLS:
            yield from self._handed(node.args, *_CALLS[name])
        elif name[:1].isupper():
            yield from self._named_parts(given)

    def _handed(self, parts: list[ast.expr], code: int, message: _Where, remedy: _Where, answer: str) -> Iterator[Said]:
        def words(where: _Where) -> str:
            return self._text(parts[where] if where < len(parts) else None) if isinstance(where, int) else where or ""

        field = parts[0].value if answer == _LISTING and parts and isinstance(parts[0], ast.Constant) else ""
        for found in _literals(parts[code]) if code < len(parts) else ():
            said = f"{field}: {words(message)}" if field and isinstance(message, int) else words(message)
            yield Said(found, self._module, said, words(remedy), answer or ast.unparse(parts[0]))

    def _named_parts(self, given: dict[str, ast.expr]) -> Iterator[Said]:
        if {"code", "message"} <= set(given):
            for code in _literals(given["code"]):
                yield Said(code, self._module, self._text(given["message"]), self._text(given.get("remedy")), _INSIDE)

    def _own_sentence(self, node: ast.ClassDef, kind: type[PrintdockError]) -> Iterator[Said]:
        """That of an error which brings one."""
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and ast.unparse(call.func) == "super().__init__":
                given = {one.arg: one.value for one in call.keywords}
                message, remedy = self._text(call.args[0] if call.args else None), self._text(given.get("remedy"))
                if not isinstance(call.args[0], ast.Name):
                    yield Said(kind.code, self._module, message, remedy, _status(kind.code, kind, self._module))

    def _part(self, part: ast.expr) -> str:
        """A part of a sentence: as it is written, or words that were given a name just before."""
        if isinstance(part, ast.Constant):
            return str(part.value)
        words = (
            self._text(part.value) if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) else ""
        )
        return words if " " in words and "…" not in words else "…"

    def _text(self, node: ast.expr | None) -> str:
        """A string as it is written, an ellipsis for what is filled in."""
        match node:
            case None:
                return ""
            case ast.Constant(value=str(value)):
                return value
            case ast.JoinedStr(values=parts):
                return "".join(self._part(part) for part in parts)
            case ast.BinOp(left=left, right=right):
                return self._text(left) + self._text(right)
            case ast.IfExp(body=body):
                return self._text(body)
            case ast.Call(func=ast.Name(id=name)) if name in self._returned:
                return self._text(self._returned[name])
            case ast.Name(id=name):
                before = [value for line, target, value in self._named if target == name and line <= node.lineno]
                return self._text(before[-1]) if before and not isinstance(before[-1], ast.Name) else "…"
        return "…"


def _status(code: str, kind: type[PrintdockError], module: str) -> str:
    """What an error of this class is answered with. On the command line: the exit code."""
    if module.startswith("cli/"):
        return f"exit {2 if issubclass(kind, (UsageError, NotFound, Conflict)) else 1}"
    if kind is PrintdockError:
        return _INSIDE
    error = kind.__new__(kind)
    error.code = code
    return str(status_of(error))


def _literals(node: ast.expr) -> list[str]:
    """The codes that an expression may stand for, where they are written out."""
    match node:
        case ast.IfExp(body=body, orelse=orelse):
            return [*_literals(body), *_literals(orelse)]
        case ast.BoolOp(values=values):
            return [code for one in values for code in _literals(one)]
        case ast.Constant(value=str(value)) if _CODE.fullmatch(value):
            return [value]
    return []
