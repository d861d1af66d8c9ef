"""One class per mistake a user can make: what came, what is allowed, what to do.

Every class here is also a ``ValueError`` or a ``TypeError``, so that code which
catches the built-in classes goes on working.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = [
    "ColumnNotFoundError",
    "EmptyInputError",
    "ErrwidgetsError",
    "EstimatorError",
    "FrozenError",
    "IndexMismatchError",
    "InputError",
    "InputTypeError",
    "LabelError",
    "LengthMismatchError",
    "LensError",
    "ProbabilityError",
    "RecordError",
    "SelectionError",
    "SelectionTypeError",
    "ShapeError",
    "TaskError",
    "UnknownKeywordError",
    "UnknownLabelError",
    "WeightError",
]

_SHOWN_VALUES = 8
_SHOWN_CHARACTERS = 60


def shown(value: Any) -> str:
    """Return a short ``repr`` of a value a user passed, for an error message."""
    text = repr(value)
    if len(text) > _SHOWN_CHARACTERS:
        text = f"{text[: _SHOWN_CHARACTERS - 1]}…"
    return text


def listed(values: Iterable[Any]) -> str:
    """Return ``a, b, c and 4 more`` for an error message."""
    items = [shown(value) for value in values]
    if len(items) <= _SHOWN_VALUES:
        return ", ".join(items)
    return f"{', '.join(items[:_SHOWN_VALUES])} and {len(items) - _SHOWN_VALUES:,} more"


def hint(name: object, allowed: Iterable[object]) -> str:
    """Return ``" Did you mean 'x'?"`` when one of `allowed` is close, else an empty string."""
    by_text = {str(option): option for option in allowed}
    close = difflib.get_close_matches(str(name), by_text, n=1)
    return f" Did you mean {by_text[close[0]]!r}?" if close else ""


class ErrwidgetsError(Exception):
    """Base class of every error that errwidgets raises on purpose."""


class InputTypeError(ErrwidgetsError, TypeError):
    """A value of a type that has no meaning here."""

    @classmethod
    def expected(cls, name: str, expected: str, value: object, *, advice: str = "") -> Self:
        """Build the message from what was expected and what came."""
        message = f"{name} must be {expected}; got {type(value).__name__} {shown(value)}."
        return cls(f"{message} {advice}".rstrip())


class InputError(ErrwidgetsError, ValueError):
    """A value of the right type that has no meaning here."""


class EmptyInputError(ErrwidgetsError, ValueError):
    """No rows at all."""


class ShapeError(ErrwidgetsError, ValueError):
    """An array of the wrong number of dimensions."""

    @classmethod
    def not_one_dimensional(cls, name: str, shape: Sequence[int], *, advice: str = "") -> Self:
        """Build the message for an array that must have one dimension."""
        message = f"{name} must have one dimension, one value per row; got shape {tuple(shape)}."
        return cls(f"{message} {advice}".rstrip())


class LengthMismatchError(ErrwidgetsError, ValueError):
    """Inputs that must describe the same rows have different lengths."""

    @classmethod
    def of(cls, **lengths: int) -> Self:
        """Build the message from the length of each input."""
        said = ", ".join(f"{name} has {length:,}" for name, length in lengths.items())
        return cls(f"All inputs must describe the same rows: {said}. Pass one value per row.")


class IndexMismatchError(ErrwidgetsError, ValueError):
    """Two pandas inputs of equal length carry different indexes."""

    @classmethod
    def of(cls, first: str, second: str) -> Self:
        """Build the message for two inputs whose indexes differ."""
        return cls(
            f"{first} and {second} have different indexes, so their rows may not belong together. "
            f"Align them first ({second} = {second}.loc[{first}.index]), or pass arrays "
            f"(.to_numpy()) if they are already in the same order."
        )


class ColumnNotFoundError(ErrwidgetsError, ValueError):
    """A column that the frame does not have."""

    @classmethod
    def of(cls, role: str, column: object, available: Iterable[object]) -> Self:
        """Build the message, naming the closest column there is."""
        names = list(available)
        return cls(
            f"{role}={column!r} is not a column of the frame.{hint(column, names)} "
            f"Columns: {listed(names) or 'none'}."
        )


class UnknownLabelError(ErrwidgetsError, ValueError):
    """A class label that the evaluation does not have."""

    @classmethod
    def of(cls, name: str, label: object, classes: Iterable[object]) -> Self:
        """Build the message, naming the classes there are."""
        known = list(classes)
        return cls(
            f"{name}={shown(label)} is not a class.{hint(label, known)} Classes: {listed(known)}."
        )


class UnknownKeywordError(ErrwidgetsError, TypeError):
    """A keyword argument that does not exist."""

    @classmethod
    def of(cls, where: str, keyword: str, allowed: Iterable[str]) -> Self:
        """Build the message, naming the keywords there are."""
        names = sorted(allowed)
        return cls(
            f"{where} has no keyword {keyword!r}.{hint(keyword, names)} "
            f"Keywords: {', '.join(names)}."
        )


class ProbabilityError(ErrwidgetsError, ValueError):
    """Probabilities that are none, or that do not fit the classes."""


class LabelError(ErrwidgetsError, ValueError):
    """Class labels that cannot be told apart, or have no meaning here."""


class WeightError(ErrwidgetsError, ValueError):
    """Weights that cannot weigh: negative, not finite, or all zero."""


class TaskError(ErrwidgetsError, ValueError):
    """Something that has no meaning for this kind of task."""

    @classmethod
    def not_for(cls, what: str, task: str, *, advice: str = "") -> Self:
        """Build the message for a request that another kind of task could answer."""
        return cls(f"{what} has no meaning for a {task} evaluation. {advice}".rstrip())


class LensError(ErrwidgetsError, ValueError):
    """A lens that cannot be, or has no meaning for this evaluation."""


class RecordError(ErrwidgetsError, ValueError):
    """An output of a pipeline that has another form than label and score."""


class EstimatorError(ErrwidgetsError, TypeError):
    """An object that was passed as a model but cannot predict."""


class FrozenError(ErrwidgetsError, TypeError):
    """An attempt to change an object that never changes."""


class SelectionError(ErrwidgetsError, ValueError):
    """A selection that cannot be resolved against this evaluation."""


class SelectionTypeError(SelectionError, TypeError):
    """A value of a type that no selection can be made from."""
