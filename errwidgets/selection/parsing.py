"""Pandas queries read as predicates, where the grammar has what they say."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

import pandas as pd

from errwidgets.exceptions import SelectionError
from errwidgets.selection.predicates import All, AnyOf, Contains, In, IsNull, Not, Range

if TYPE_CHECKING:
    from collections.abc import Mapping

    from errwidgets.selection.predicates import Columns, Predicate

__all__ = ["parse_query", "quoted_names"]

_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt, ast.LtE: ast.GtE, ast.Gt: ast.Lt, ast.GtE: ast.LtE, ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}  # fmt: skip


class _NotInGrammarError(Exception):
    """Pandas may know what it means; the grammar does not."""


def parse_query(text: str, names: Mapping[str, str], columns: Columns) -> Predicate | None:
    """Return the predicate that a pandas query says, or ``None`` when the grammar cannot.

    Whether the two mean the same rows is for the caller to check.

    Parameters
    ----------
    text : str
        The query.
    names : mapping of str to str
        The frame's name of each column → the name that selections use.
    columns : mapping of str to CodedColumn
        The columns by the latter.
    """
    plain, quoted = _plain_names(text)
    try:
        tree = ast.parse(plain.strip(), mode="eval").body
        return _Parser(names, columns, quoted).read(tree)
    except (SyntaxError, ValueError, _NotInGrammarError, SelectionError, RecursionError):
        return None


def quoted_names(text: str) -> list[str]:
    """Return the names that a query has in backticks."""
    return list(_plain_names(text)[1].values())


def _plain_names(text: str) -> tuple[str, dict[str, str]]:
    """Replace names in backticks by identifiers, and ``&`` and ``|`` by words, as pandas does."""
    out: list[str] = []
    quoted: dict[str, str] = {}
    position, quote = 0, ""
    while position < len(text):
        character = text[position]
        if quote:
            if character == "\\":
                out.append(text[position : position + 2])
                position += 2
                continue
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character == "`" and "`" in text[position + 1 :]:
            end = text.index("`", position + 1)
            name = f"quoted_name_{len(quoted)}"
            quoted[name] = text[position + 1 : end]
            out.append(name)
            position = end + 1
            continue
        elif character in "&|":
            character = " and " if character == "&" else " or "
        out.append(character)
        position += 1
    return "".join(out), quoted


class _Parser:
    def __init__(self, names: Mapping[str, str], columns: Columns, quoted: dict[str, str]) -> None:
        self.names, self.columns, self.quoted = names, columns, quoted

    def read(self, node: ast.expr) -> Predicate:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return _joined([self.read(value) for value in values])
            case ast.BoolOp(values=values):
                return AnyOf(tuple(self.read(value) for value in values))
            case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand):
                return Not(self.read(operand))
            case ast.Compare():
                return self.compare(node)
            case ast.Call():
                return self.call(node)
            case ast.Name():
                return In(self.column(node), (True,))
        raise _NotInGrammarError

    def compare(self, node: ast.Compare) -> Predicate:
        operands = [node.left, *node.comparators]
        parts = [
            self.pair(left, op, right)
            for left, op, right in zip(operands, node.ops, operands[1:], strict=False)
        ]
        return _joined(parts)

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Predicate:
        kind = type(op)
        if not isinstance(left, ast.Name):
            if kind not in _MIRRORED:
                raise _NotInGrammarError
            left, right, kind = right, left, _MIRRORED[kind]
        name = self.column(left)
        value = self.constant(right, name)
        if isinstance(value, list) and kind not in {ast.In, ast.NotIn, ast.Eq, ast.NotEq}:
            raise _NotInGrammarError  # pandas takes `== [..]` for membership
        if kind in {ast.In, ast.NotIn} and not isinstance(value, list):
            raise _NotInGrammarError
        values = tuple(value) if isinstance(value, list) else (value,)
        if kind in {ast.Eq, ast.In}:
            return In(name, values)
        if kind in {ast.NotEq, ast.NotIn}:
            return Not(In(name, values))
        if kind in {ast.Gt, ast.GtE}:
            return Range(name, low=value, closed="right" if kind is ast.Gt else "both")
        if kind in {ast.Lt, ast.LtE}:
            return Range(name, high=value, closed="left" if kind is ast.Lt else "right")
        raise _NotInGrammarError

    def call(self, node: ast.Call) -> Predicate:
        match node.func:
            case ast.Attribute(value=ast.Name() as column, attr=("isnull" | "isna")) if _bare(node):
                return IsNull(self.column(column))
            case ast.Attribute(value=ast.Name() as column, attr=("notnull" | "notna")) if _bare(
                node
            ):
                return Not(IsNull(self.column(column)))
            case ast.Attribute(
                value=ast.Attribute(value=ast.Name() as column, attr="str"), attr="contains"
            ):
                return self.contains(self.column(column), node)
        raise _NotInGrammarError

    def contains(self, name: str, node: ast.Call) -> Predicate:
        given = {key.arg: _constant(key.value) for key in node.keywords}
        if len(node.args) != 1 or not set(given) <= {"case", "regex", "na"}:
            raise _NotInGrammarError
        text = _constant(node.args[0])
        if given.get("regex") is not False or given.get("na", False) is not False:
            raise _NotInGrammarError
        if not isinstance(text, str):
            raise _NotInGrammarError
        return Contains(name, text, given.get("case", True) is not False)

    def column(self, node: ast.expr) -> str:
        if not isinstance(node, ast.Name):
            raise _NotInGrammarError
        name = self.quoted.get(node.id, node.id)
        if name not in self.names:
            raise _NotInGrammarError
        return self.names[name]

    def constant(self, node: ast.expr, name: str) -> Any:
        value = _constant(node)
        ordered = self.columns[name].ordered
        if not isinstance(value, str) or ordered is None or not ordered.unit.startswith("time"):
            return value
        moment = pd.Timestamp(value)
        return moment.tz_localize("UTC") if "UTC" in ordered.unit and moment.tz is None else moment


def _bare(node: ast.Call) -> bool:
    return not node.args and not node.keywords


def _constant(node: ast.expr) -> Any:
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError):
        raise _NotInGrammarError from None
    if isinstance(value, tuple):
        return list(value)
    if not isinstance(value, str | int | float | list):
        raise _NotInGrammarError
    return value


def _joined(parts: list[Predicate]) -> Predicate:
    """Join by AND; a lower and an upper limit of one column become one range."""
    joined: list[Predicate] = []
    for part in parts:
        last = joined[-1] if joined else None
        merged = (
            _between(last, part) if isinstance(last, Range) and isinstance(part, Range) else None
        )
        if merged is None:
            joined.append(part)
        else:
            joined[-1] = merged
    return joined[0] if len(joined) == 1 else All(tuple(joined))


def _between(first: Range, second: Range) -> Range | None:
    if first.low is None:
        first, second = second, first
    if first.column != second.column or first.low is None or first.high is not None:
        return None
    if second.low is not None or second.high is None:
        return None
    low, high = first.closed == "both", second.closed == "right"
    if low:
        return Range(first.column, first.low, second.high, "both" if high else "left")
    return Range(first.column, first.low, second.high, "right" if high else "neither")
