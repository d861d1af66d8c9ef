"""What can be said of texts, images and points in time: numbers and truths derived from them.

A derived feature is a column that selections may name, ``"review.n_words"``, and that no frame
holds, so no pandas query can say it.
"""

from __future__ import annotations

import collections
import functools
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.columns.coded import CodedColumn
from errwidgets.columns.features import code_column

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


__all__ = ["Derived"]

TEXT = (
    "n_characters", "n_words", "share_digits", "share_capitals", "n_punctuation", "has_negation",
    "has_question", "share_rare_words",
)  # fmt: skip

IMAGE = ("brightness", "contrast", "blur", "width", "height", "aspect")

TIME = ("year", "month", "weekday", "hour")

N_WORDS = 20
"""How many frequent words make features of their own."""

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_PUNCTUATION = re.compile(r"[^\w\s]")

_DIGIT = re.compile(r"\d")

_CAPITAL = re.compile(r"[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁ]")

_NEGATION = re.compile(
    r"no|not|never|none|nobody|nothing|neither|nor|nowhere|cannot|without|hardly|barely|.*n't"
)

# Words of English that say little alone; other languages have theirs left in.
_COMMON = re.compile(
    "about|after|all|also|and|any|are|because|been|before|being|but|can|could|did|does|doing|down|"
    "for|from|had|has|have|having|her|here|hers|him|his|how|i'm|into|it's|its|just|more|most|off|"
    "once|one|only|other|our|out|over|own|same|she|some|such|than|that|the|their|them|then|there|"
    "these|they|this|those|through|too|under|until|very|was|were|what|when|where|which|while|who|"
    "whom|why|will|with|would|you|your|yours|i've"
)

_FULL_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_FULL_YEAR = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


class Derived:
    """The features that derive from one column, each made when it is asked for.

    Parameters
    ----------
    column : CodedColumn
        The column in codes.
    series : Series of shape (n_samples,)
        The same as it came.
    """

    def __init__(self, column: CodedColumn, series: pd.Series[Any]) -> None:
        self._column, self._series = column, series

    @functools.cached_property
    def features(self) -> tuple[str, ...]:
        """What derives from the column; most columns have nothing."""
        column = self._column
        if column.kind == "text":
            words = frequent_words(self._seen, len(column.codes))
            return (*TEXT, *(f"has_word({word})" for word in words))
        if column.kind == "image":
            return IMAGE
        is_moment = column.ordered is not None and column.ordered.unit.startswith("time")
        return TIME if is_moment else ()

    def get(self, name: str, feature: str) -> CodedColumn | None:
        """Return a feature as a column called `name`; ``None`` when there is no such feature."""
        values: pd.Series[Any] | None = None
        if self._column.kind == "text":
            values = self._of_text(feature)
        elif feature in self.features:
            values = self._images[feature] if feature in IMAGE else self._of_time(feature)
        if values is None:
            return None
        if isinstance(values.dtype, pd.CategoricalDtype):  # days and months in their order
            codes, labels = values.cat.codes.to_numpy(), values.cat.categories.tolist()
            categories = (*labels, None) if (codes < 0).any() else tuple(labels)
            return CodedColumn(name, (codes % len(categories)).astype(np.uint8), categories, None)
        kind = "boolean" if values.dtype == "boolean" else "numeric"
        return code_column(name, values, kind, None)

    # ------------------------------------------------------------ texts

    @functools.cached_property
    def _texts(self) -> list[str | None]:
        return [None if value is None else str(value) for value in self._column.categories]

    @functools.cached_property
    def _words(self) -> list[list[str]]:
        return [words_of(text) for text in self._texts]

    @functools.cached_property
    def _vocabularies(self) -> list[set[str]]:
        return [set(words) for words in self._words]

    @functools.cached_property
    def _seen(self) -> collections.Counter[str]:
        """In how many rows each word occurs."""
        rows = np.bincount(self._column.codes, minlength=len(self._texts)).tolist()
        seen: collections.Counter[str] = collections.Counter()
        for vocabulary, n in zip(self._vocabularies, rows, strict=True):
            for word in vocabulary:
                seen[word] += n
        return seen

    def _of_text(self, feature: str) -> pd.Series[Any] | None:
        found = re.fullmatch(r"has_word\((.+)\)", feature, re.DOTALL)
        if found:
            return self._truths(found[1] in words for words in self._vocabularies)
        makers: dict[str, Callable[[], pd.Series[Any]]] = {
            "n_characters": lambda: self._numbers(len(text or "") for text in self._texts),
            "n_words": lambda: self._numbers(map(len, self._words)),
            "n_punctuation": lambda: self._numbers(self._matches(_PUNCTUATION)),
            "share_digits": lambda: self._numbers(self._shares(_DIGIT)),
            "share_capitals": lambda: self._numbers(self._shares(_CAPITAL)),
            "share_rare_words": lambda: self._numbers(self._rare()),
            "has_question": lambda: self._truths("?" in (text or "") for text in self._texts),
            "has_negation": lambda: self._truths(
                any(map(_NEGATION.fullmatch, words)) for words in self._vocabularies
            ),
        }
        return makers[feature]() if feature in makers else None

    def _matches(self, pattern: re.Pattern[str]) -> Iterator[int]:
        return (len(pattern.findall(text or "")) for text in self._texts)

    def _shares(self, pattern: re.Pattern[str]) -> Iterator[float]:
        """Yield the share of the characters that match, in thousandths: no reader needs more."""
        for text, n in zip(self._texts, self._matches(pattern), strict=True):
            yield round(n / len(text), 3) if text else 0.0

    def _rare(self) -> Iterator[float]:
        """Yield the share of words that at most one row in a thousand has."""
        limit = max(1, len(self._column.codes) // 1000)
        rare = {word for word, n in self._seen.items() if n <= limit}
        for words in self._words:
            yield round(sum(word in rare for word in words) / len(words), 3) if words else 0.0

    def _numbers(self, of_texts: Iterable[float]) -> pd.Series[Any]:
        values = np.fromiter(of_texts, dtype=np.float64, count=len(self._texts))
        values[[text is None for text in self._texts]] = np.nan
        return pd.Series(values[self._column.codes])

    def _truths(self, of_texts: Iterable[bool]) -> pd.Series[Any]:
        values = np.fromiter(of_texts, dtype=bool, count=len(self._texts))
        missing = np.array([text is None for text in self._texts], dtype=bool)
        codes = self._column.codes
        return pd.Series(pd.arrays.BooleanArray(values[codes], missing[codes]))

    # ------------------------------------------------------------ times

    def _of_time(self, feature: str) -> pd.Series[Any]:
        series = self._series
        times = series if hasattr(series, "dt") else pd.to_datetime(series)
        match feature:
            case "weekday":
                return _named(times.dt.day_of_week, _FULL_WEEK, 0)
            case "month":
                return _named(times.dt.month, _FULL_YEAR, 1)
            case _:
                part: pd.Series[Any] = getattr(times.dt, feature).astype("float64")
                return part

    # ------------------------------------------------------------ images

    @functools.cached_property
    def _images(self) -> dict[str, pd.Series[Any]]:
        missing = self._series.isna().to_numpy(dtype=bool)
        rows = [
            _measure(None if none else image)
            for image, none in zip(self._series, missing, strict=True)
        ]
        table = np.array(rows, dtype=np.float64).reshape(len(rows), len(IMAGE))
        return {name: pd.Series(table[:, i]) for i, name in enumerate(IMAGE)}


def words_of(text: str | None) -> list[str]:
    """Return the words of a text in lower case.

    Examples
    --------
    >>> words_of("Don't stop: it's 5 o'clock.")
    ["don't", 'stop', "it's", "o'clock"]
    """
    return [word.replace("’", "'") for word in _WORD.findall((text or "").lower())]


def frequent_words(seen: Mapping[str, int], n_rows: int) -> list[str]:
    """Return the most frequent words that tell rows apart, the most frequent first.

    Those in 2 to 50 % of the rows, of three letters or more, without common words of English; at
    most `N_WORDS`.

    Parameters
    ----------
    seen : mapping of str to int
        In how many rows each word occurs.
    n_rows : int
        How many rows there are.

    Examples
    --------
    >>> frequent_words({"dress": 30, "the": 45, "of": 20, "zip": 1}, 100)
    ['dress']
    """
    wanted = [
        (-n, word)
        for word, n in seen.items()
        if 0.02 * n_rows <= n <= 0.5 * n_rows
        and len(word) > 2  # noqa: PLR2004  three letters
        and not _COMMON.fullmatch(word)
    ]
    return [word for _, word in sorted(wanted)[:N_WORDS]]


def _named(part: pd.Series[Any], names: tuple[str, ...], first: int) -> pd.Series[Any]:
    codes = part.fillna(first - 1).to_numpy(dtype=np.int64) - first
    used = sorted(set(codes.tolist()) - {-1})
    # Only the names that occur, in their order.
    kept = np.full(len(names) + 1, -1)
    kept[used] = np.arange(len(used))
    labels = pd.Index([names[code] for code in used], dtype=object)
    return pd.Series(pd.Categorical.from_codes(kept[codes], labels, ordered=True))


def _measure(image: Any) -> tuple[float, ...]:
    """Return the features of an image; NaN where it cannot be read."""
    unknown = (np.nan,) * len(IMAGE)
    if image is None or isinstance(image, bytes):
        return unknown
    try:
        array = np.asarray(image)
    except (TypeError, ValueError):
        return unknown
    if array.ndim not in {2, 3} or array.dtype.kind not in "buif" or not array.size:
        return unknown
    scale = 255.0 if array.dtype.kind in "ui" else 1.0
    grey = array.astype(np.float64) / scale
    if array.ndim == 3:  # noqa: PLR2004  rows, columns, channels
        if array.shape[2] > 4:  # noqa: PLR2004  channels first, as in deep learning
            grey = np.moveaxis(grey, 0, 2)
        # Transparency is no brightness.
        grey = grey[:, :, :3].mean(axis=2) if grey.shape[2] >= 3 else grey[:, :, 0]  # noqa: PLR2004
    height, width = grey.shape
    blur = np.nan
    if min(height, width) > 2:  # noqa: PLR2004  the Laplacian looks at both neighbours
        laplacian = (
            grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:]
            - 4 * grey[1:-1, 1:-1]
        )  # fmt: skip
        blur = float(laplacian.var())
    return float(grey.mean()), float(grey.std()), blur, width, height, width / height
