"""A column as small integers: a code per row and the values the codes stand for."""

from __future__ import annotations

import collections
import enum
import functools
import numbers
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from errwidgets.columns.ordered import Limit, Ordered

__all__ = [
    "CodedColumn",
    "clean",
    "display",
    "display_apart",
    "is_hashable",
    "native",
    "smallest_dtype",
    "sort_labels",
]


@dataclass(frozen=True, eq=False)
class CodedColumn:
    """A column of codes with the values they stand for.

    Parameters
    ----------
    name : str
        The name the selection grammar knows.
    codes : ndarray of shape (n_samples,)
        uint8, uint16 or uint32; each code is a position in `categories`.
    categories : tuple
        The values, in order; ``None`` stands for a missing value.
    frame_name : object
        The label of the column in ``Evaluation.frame`` (it differs from `name`
        when the user's own table has another column of that name).
    display_labels : tuple of str
        What views show for each category.
    kind : str
        What the column holds: see :func:`kind_of`.
    numbers : ndarray of shape (n_samples,), optional
        The numbers behind the codes of a numeric column; NaN where missing.
    edges : tuple of float
        Where the bins of a numeric column meet: bin ``i`` is ``(edges[i-1], edges[i]]``.
    ordered : Ordered, optional
        The values of a column that ranges can be asked of, row by row.
    lows, highs : tuple
        The smallest and the largest value of each code, as `ordered` holds them;
        ``None`` for the missing one. They differ where codes are bins; of a bin the
        latter may be a shorter number under the next value.
    """

    name: str
    codes: np.ndarray[Any, np.dtype[np.unsignedinteger[Any]]]
    categories: tuple[Hashable, ...]
    frame_name: Hashable
    display_labels: tuple[str, ...] = ()
    kind: str = "category"
    numbers: np.ndarray[Any, np.dtype[np.float64]] | None = None
    edges: tuple[float, ...] = ()
    ordered: Ordered | None = None
    lows: tuple[Limit | None, ...] | None = None
    highs: tuple[Limit | None, ...] | None = None
    _positions: dict[Hashable, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.display_labels:
            labels = tuple(display_apart(self.categories))
            object.__setattr__(self, "display_labels", labels)
        positions = {value: code for code, value in enumerate(self.categories)}
        object.__setattr__(self, "_positions", positions)

    def code_of(self, value: Hashable) -> int | None:
        """Return the code of a value, or ``None`` when the column has no such value."""
        return self._positions.get(native(value))

    @property
    def is_binned(self) -> bool:
        """Whether codes stand for ranges of values."""
        return self.lows != self.highs

    @property
    def has_missing(self) -> bool:
        """Whether any row has no value."""
        return None in self._positions

    @functools.cached_property
    def texts(self) -> tuple[str | None, ...]:
        """The text of each code as the data has it; ``None`` for what is no text."""
        return tuple(
            str(value) if isinstance(value, str) and not isinstance(value, enum.Enum) else None
            for value in self.categories
        )


def is_hashable(value: object) -> bool:
    """Return whether a value can be a label or a column's name."""
    try:
        hash(value)
    except TypeError:
        return False
    return True


def native(value: Any) -> Any:
    """Return the plain Python value of a label: no NumPy scalar, ``None`` for every missing one.

    Examples
    --------
    >>> import numpy as np
    >>> native(np.int64(3)), native(np.str_("cat")), native(float("nan"))
    (3, 'cat', None)
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, float) and value != value:  # noqa: PLR0124  NaN is not itself
        return None
    return value


def display(value: Hashable) -> str:
    """Return the text that views show for a label.

    Examples
    --------
    >>> display("cat"), display(3), display(None), display(" ")
    ('cat', '3', '(missing)', "' '")
    """
    if value is None:
        return "(missing)"
    if isinstance(value, enum.Enum):
        return value.name
    text = clean(str(value))
    return text if text.strip() else repr(text)


def clean(text: str) -> str:
    """Return a text that every reader can encode: half a surrogate pair becomes ``?``."""
    return text.encode("utf-8", "replace").decode("utf-8")


def display_apart(labels: Sequence[Hashable]) -> list[str]:
    """Return the texts of labels; those that would look alike are spelled as in code.

    Examples
    --------
    >>> display_apart([1, "1", "a"])
    ['1', "'1'", 'a']
    """
    texts = [display(label) for label in labels]
    twice = {text for text, n in collections.Counter(texts).items() if n > 1}
    return [
        clean(repr(label)) if text in twice else text
        for label, text in zip(labels, texts, strict=True)
    ]


def sort_labels(labels: Iterable[Hashable]) -> list[Hashable]:
    """Sort labels: numbers, then text, then whatever else, then the missing one.

    Examples
    --------
    >>> sort_labels(["b", 2, None, "a", 1.5])
    [1.5, 2, 'a', 'b', None]
    """
    labels = list(labels)
    present = [label for label in labels if label is not None]
    if all(type(label) is str for label in present):  # texts, one per row, are many
        return [*sorted(map(str, present)), *[None] * (len(labels) - len(present))]

    def key(label: Hashable) -> tuple[int, Any, str]:
        if label is None:
            return (3, 0, "")
        if isinstance(label, numbers.Real):
            return (0, label, "")
        if isinstance(label, str):
            return (1, 0, label)
        return (2, 0, f"{type(label).__name__} {label}")

    return sorted(labels, key=key)


def smallest_dtype(n_categories: int) -> type[np.unsignedinteger[Any]]:
    """Return the smallest unsigned type that holds every code."""
    if n_categories <= np.iinfo(np.uint8).max + 1:
        return np.uint8
    if n_categories <= np.iinfo(np.uint16).max + 1:
        return np.uint16
    return np.uint32
