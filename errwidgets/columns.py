"""Columns as small integers: a code per row and the values the codes stand for."""

from __future__ import annotations

import datetime as dt
import enum
import numbers
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import LabelError, TaskError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

__all__ = [
    "CodedColumn",
    "as_it_came",
    "clean",
    "code_column",
    "code_jointly",
    "display",
    "display_apart",
    "intern_text",
    "is_hashable",
    "kind_of",
    "native",
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
    """

    name: str
    codes: np.ndarray[Any, np.dtype[np.unsignedinteger[Any]]]
    categories: tuple[Hashable, ...]
    frame_name: Hashable
    display_labels: tuple[str, ...] = ()
    kind: str = "category"
    numbers: np.ndarray[Any, np.dtype[np.float64]] | None = None
    edges: tuple[float, ...] = ()
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
    twice = {text for text in texts if texts.count(text) > 1}
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


def code_jointly(
    arrays: Mapping[str, pd.Series[Any]], classes: Sequence[Hashable] | None = None
) -> tuple[list[np.ndarray[Any, Any]], tuple[Hashable, ...]]:
    """Code several columns against one shared, sorted list of values.

    Parameters
    ----------
    arrays : dict of str to Series of shape (n_samples,)
        The columns by name. Missing values of every kind become ``None``.
    classes : sequence, optional
        Values that come first and in this order, present or not.

    Returns
    -------
    codes : list of ndarray of shape (n_samples,)
        One array per column, of the smallest unsigned type.
    categories : tuple
        The value of each code.

    Raises
    ------
    LabelError
        When labels compare equal but differ, as ``1`` and ``True`` do.
    """
    factorized = {name: _factorize(name, array) for name, array in arrays.items()}
    found = {name: [native(v) for v in uniques] for name, (_, uniques) in factorized.items()}
    given = [native(value) for value in classes] if classes is not None else []
    _refuse_twins({**found, "classes": given})
    known = set(given)
    extra = {value for values in found.values() for value in values} - known
    categories = (*given, *sort_labels(extra))
    position = {value: code for code, value in enumerate(categories)}
    dtype = smallest_dtype(len(categories))
    coded = []
    for name, (codes, _) in factorized.items():
        lookup = np.array([position[value] for value in found[name]], dtype=dtype)
        coded.append(lookup[codes])
    return coded, categories


def _factorize(name: str, array: pd.Series[Any]) -> tuple[np.ndarray[Any, Any], Any]:
    if array.dtype == object:
        _refuse_mixed_truth(name, array)
    elif isinstance(array.dtype, np.dtype) and array.dtype.kind in "ui" and len(array):
        small = _small_integers(array.to_numpy())
        if small is not None:
            return small
    return pd.factorize(array, use_na_sentinel=False)


_FEW_INTEGERS = 1 << 16
_ODD = np.uint64(0x9E3779B97F4A7C15)


def intern_text(values: np.ndarray[Any, Any]) -> pd.Series[Any]:
    """Return a NumPy array of text as a categorical Series, without a Python string per row.

    Rows are hashed a character position at a time, the hashes counted, and the
    result compared with the input, so that a collision cannot pass.
    """
    text = np.ascontiguousarray(values.astype(values.dtype.newbyteorder("="), copy=False))
    width = text.dtype.itemsize // 4
    characters = text.view(np.uint32).reshape(len(text), width)
    hashed = np.zeros(len(text), dtype=np.uint64)
    for position in range(width):
        factor = np.array(position + 1, dtype=np.uint64) * _ODD
        hashed += characters[:, position] * factor
    codes, distinct = pd.factorize(hashed)
    first = np.zeros(len(distinct), dtype=np.intp)
    first[codes[::-1]] = np.arange(len(text))[::-1]
    found = text[first]
    if not np.array_equal(found[codes], text):
        codes, found = pd.factorize(text.astype(object))
    labels: Any = found.astype(object)
    series: pd.Series[Any] = pd.Series(pd.Categorical.from_codes(codes, labels))
    series.attrs["interned"] = True
    return series


def as_it_came(series: pd.Series[Any]) -> pd.Series[Any]:
    """Return interned text as a column of text; every other column as it is."""
    if not series.attrs.get("interned"):
        return series
    values = series.cat.categories.to_numpy(dtype=object)[series.cat.codes.to_numpy()]
    return pd.Series(values, index=series.index, name=series.name)


def _small_integers(
    values: np.ndarray[Any, Any],
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
    """Factorise integers of a small range by counting: no hashing."""
    low, high = int(values.min()), int(values.max())
    if high - low >= _FEW_INTEGERS:
        return None
    shifted = values if low == 0 else values - values.dtype.type(low)
    present = np.flatnonzero(np.bincount(shifted.astype(np.intp), minlength=high - low + 1))
    codes = np.zeros(high - low + 1, dtype=np.intp)
    codes[present] = np.arange(len(present))
    return codes[shifted], present + low


def _refuse_mixed_truth(name: str, array: pd.Series[Any]) -> None:
    """Refuse ``1`` beside ``True`` in one column, which hashing would merge in silence."""
    values = array.to_numpy()
    truths = np.fromiter((isinstance(v, bool | np.bool_) for v in values), bool, len(values))
    if truths.any() and not truths.all():
        _refuse_twins({name: [native(v) for v in [*set(values[truths]), *set(values[~truths])]]})


def _refuse_twins(found: Mapping[str, Sequence[Any]]) -> None:
    first: dict[Any, tuple[bool, str, Any]] = {}
    for name, values in found.items():
        for value in values:
            truth = isinstance(value, bool | np.bool_)
            if not truth and not isinstance(value, numbers.Number):
                continue
            known = first.setdefault(value, (truth, name, value))
            if known[0] != truth:
                raise LabelError(
                    f"The labels {known[2]!r} (in {known[1]}) and {value!r} (in {name}) compare "
                    f"equal but differ, so rows cannot be told apart. Make them one type, for "
                    f"example {name}.astype(int)."
                )


# ---------------------------------------------------------------- features

N_BINS = 10
FEW_VALUES = 10
_SAMPLE = 500
_TEXT_WORDS = 4.0
_TEXT_LENGTH = 40.0


def kind_of(series: pd.Series[Any]) -> str:  # noqa: PLR0911  one per kind
    """Return what a column holds.

    Returns
    -------
    {"boolean", "numeric", "time", "category", "text", "image", "embedding", "other"}
        ``"text"`` when values have four words or forty characters on average; ``"embedding"`` for
        one-dimensional arrays of numbers, ``"image"`` for larger arrays, image objects and bytes
        that start like one.

    Examples
    --------
    >>> import pandas as pd
    >>> kind_of(pd.Series([1.5, 2.0])), kind_of(pd.Series(["a", "b"]))
    ('numeric', 'category')
    """
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "category"
    if pd.api.types.is_bool_dtype(dtype):
        return "boolean"
    if pd.api.types.is_complex_dtype(dtype):
        return "other"
    if pd.api.types.is_numeric_dtype(dtype):
        return "numeric"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "time"
    sample = series.dropna().iloc[:_SAMPLE].tolist()
    if not sample:
        return "category"
    if all(isinstance(value, str) for value in sample):
        n_words = sum(value.count(" ") + 1 for value in sample) / len(sample)
        length = sum(map(len, sample)) / len(sample)
        return "text" if n_words >= _TEXT_WORDS or length >= _TEXT_LENGTH else "category"
    return _kind_of_objects(sample)


def _kind_of_objects(sample: list[Any]) -> str:
    first = sample[0]
    if isinstance(first, bytes):
        return "image" if first.startswith((b"\x89PNG", b"\xff\xd8\xff", b"GIF8")) else "other"
    if hasattr(first, "getbands") or (hasattr(first, "ndim") and first.ndim > 1):
        return "image"
    if isinstance(first, list | tuple) or hasattr(first, "ndim"):
        numeric = len(first) and all(isinstance(v, numbers.Number) for v in list(first)[:8])
        return "embedding" if numeric else "other"
    if all(isinstance(value, dt.date) for value in sample):
        return "time"
    if all(isinstance(value, numbers.Real) and not isinstance(value, bool) for value in sample):
        return "numeric"
    return "category" if all(map(is_hashable, sample)) else "other"


def code_column(name: str, series: pd.Series[Any], kind: str, frame_name: Hashable) -> CodedColumn:
    """Code a column: values as they are, numbers in bins of about equal support.

    Parameters
    ----------
    name : str
        The name the selection grammar knows.
    series : Series of shape (n_samples,)
        The column.
    kind : {"boolean", "numeric", "time", "category"}
        What it holds; numbers of at most ten values are coded by value.
    frame_name : label
        The column's label in ``Evaluation.frame``.

    Raises
    ------
    TaskError
        For a kind that has no codes.
    """
    if kind == "numeric":
        numeric = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
        return _code_numbers(name, numeric, frame_name)
    if kind not in {"boolean", "category", "time"}:
        raise TaskError(f"The column {name!r} holds {kind}, which has no values to group by.")
    (codes,), categories = code_jointly({name: series})
    return CodedColumn(name, codes, categories, frame_name, kind=kind)


def _code_numbers(
    name: str, values: np.ndarray[Any, np.dtype[np.float64]], frame_name: Hashable
) -> CodedColumn:
    missing = np.isnan(values)
    present = values[~missing]
    distinct = np.unique(present)
    if len(distinct) <= FEW_VALUES:
        inner = distinct[:-1]
        categories: list[Hashable] = [native(v) for v in distinct]
        shown = [_number(v) for v in distinct]
    else:
        quantiles = np.quantile(present, np.linspace(0, 1, N_BINS + 1)[1:-1], method="lower")
        inner = np.unique(quantiles)
        inner = inner[inner < distinct[-1]]
        low, high = [-np.inf, *inner], [*inner, np.inf]
        categories = [(float(a), float(b)) for a, b in zip(low, high, strict=True)]
        shown = [_range(a, b) for a, b in zip(low, high, strict=True)]
    codes = np.searchsorted(inner, values, side="left")
    if missing.any():
        categories.append(None)
        shown.append(display(None))
        codes[missing] = len(categories) - 1
    return CodedColumn(
        name, codes.astype(smallest_dtype(len(categories))), tuple(categories), frame_name,
        tuple(shown), "numeric", values, tuple(float(edge) for edge in inner),
    )  # fmt: skip


def _number(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:,.6g}"


def _range(low: float, high: float) -> str:
    if np.isneginf(low):
        return f"≤ {_number(high)}"
    if np.isposinf(high):
        return f"> {_number(low)}"
    return f"{_number(low)} to {_number(high)}"
