"""The columns as views count them: through a lens, and in the codes that the page has."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from errwidgets import selection as sel
from errwidgets.columns import CodedColumn, bin_column, code_column, range_text
from errwidgets.lens import DEFAULT_BINS, FINE_BINS, Lens, has_threshold

if TYPE_CHECKING:
    from collections.abc import Iterator

    from errwidgets.evaluation import Evaluation

__all__ = ["ViewColumns"]

PROBABILITY: Final = "(y_proba)"
"""Name of the probability of `pos_label`; "_" is added while the user has such a column."""

DISTANCE: Final = "(absolute_residual)"

WEIGHT: Final = "(sample_weight)"

THRESHOLD_STEPS: Final = 200
"""The page can move a threshold in steps of 1/200 without asking for rows."""


class ViewColumns(Mapping[str, CodedColumn]):
    """The columns of an evaluation through a lens.

    Beside the evaluation's own there are the ones a lens is made of: the
    probability of `pos_label` in fine bins, and the absolute residual. `y_true`
    and `y_pred` of a regression share fine bins here.

    Parameters
    ----------
    evaluation : Evaluation
        Where the columns come from.
    lens : Lens
        How predictions are looked at.
    base : ViewColumns, optional
        The same without a lens, to share what does not depend on it.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        lens: Lens | None = None,
        *,
        base: ViewColumns | None = None,
        limits: tuple[float, ...] = (),
    ) -> None:
        self.evaluation = evaluation
        self.lens = lens or Lens()
        self.base = base or self
        self._limits = limits
        self._lock = threading.RLock()
        self._made: dict[str, CodedColumn] = {}
        taken = evaluation.columns
        self.probability = _free(PROBABILITY, taken) if has_threshold(evaluation) else None
        self.distance = _free(DISTANCE, taken) if evaluation.task == "regression" else None
        self.weight = _free(WEIGHT, taken) if evaluation.sample_weight is not None else None
        self.is_error = evaluation.frame_name("is_error") if evaluation.has_errors else None

    @property
    def derived(self) -> frozenset[str]:
        """The columns that the page works out from the others."""
        here = self.is_error if self.evaluation.is_classification else None
        return frozenset() if here is None else frozenset({here})

    def through(self, lens: Lens) -> ViewColumns:
        """Return the columns through another lens.

        A limit that lies inside a fine bin needs finer ones, and with them another `base`.
        """
        base = self.base
        limit = lens.error_threshold if lens.threshold is None else lens.threshold
        if limit is not None and not base.decides(lens):
            base = ViewColumns(self.evaluation, limits=(limit,))
        return base if not lens else ViewColumns(self.evaluation, lens, base=base)

    def decides(self, lens: Lens) -> bool:
        """Return whether the fine bins decide a lens without looking at the rows."""
        if lens.threshold is not None:
            return _is_step(lens.threshold) or lens.threshold in self._limits
        if self.distance is None or lens.error_threshold is None:
            return True
        return lens.error_threshold in self[self.distance].edges

    def __iter__(self) -> Iterator[str]:
        yield from self.evaluation.columns
        yield from (name for name in self._ours if name is not None)

    @property
    def _ours(self) -> tuple[str | None, ...]:
        return self.probability, self.distance, self.weight

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        return (name is not None and name in self._ours) or name in self.evaluation.columns

    def __getitem__(self, name: str) -> CodedColumn:
        changed = self.changes(name)
        if self.base is not self and not changed:
            return self.base[name]
        own = set(self._ours)
        if self.evaluation.task == "regression":
            own |= {"y_true", "y_pred"}
        if not changed and name not in own:
            return self.evaluation.columns[name]
        with self._lock:
            if name not in self._made:
                self._made[name] = self._lensed(name) if changed else self._code(name)
            return self._made[name]

    def changes(self, name: str) -> bool:
        """Return whether the lens changes a column."""
        lens = self.lens
        if name == self.is_error:
            return bool(lens.merged) or (lens.threshold, lens.error_threshold) != (None, None)
        return name == "y_pred" and lens.threshold is not None

    # ------------------------------------------------------------ without a lens

    def _code(self, name: str) -> CodedColumn:
        if name == self.probability:
            return self._probability()
        if name == self.distance:
            return self._residual()
        if name == self.weight:
            weights = pd.Series(self.evaluation.sample_weight)
            return code_column(name, weights, "numeric", None)
        return bin_column(self.evaluation.columns[name], self._shared_edges())

    def _shared_edges(self) -> np.ndarray[Any, Any]:
        """Return edges that bin the truth and the predictions of a regression alike."""
        both = np.concatenate(
            [self.evaluation.columns[name].numbers for name in ("y_true", "y_pred")]
        )
        return inner_quantiles(both, FINE_BINS)

    def _probability(self) -> CodedColumn:
        evaluation = self.evaluation
        assert evaluation.y_proba is not None  # noqa: S101  has_threshold said so
        assert self.probability is not None  # noqa: S101
        position = evaluation.classes.index(evaluation.pos_label)
        values = evaluation.y_proba[:, position]
        edges = np.unique([*(np.arange(1, THRESHOLD_STEPS + 1) / THRESHOLD_STEPS), *self._limits])
        # The user's own column, where there is one, can be named in a query.
        series = evaluation.column_of(values)
        known = pd.Series(values) if series is None else series
        column = code_column(self.probability, known, "numeric", known.name)
        return bin_column(column, edges, closed="left")

    def _residual(self) -> CodedColumn:
        assert self.distance is not None  # noqa: S101  a regression has one
        values = np.abs(self.evaluation.row_values("residual"))
        threshold = self.evaluation.error_threshold
        edges = np.unique([*inner_quantiles(values, FINE_BINS), threshold, *self._limits])
        column = code_column(self.distance, pd.Series(values), "numeric", None)
        return bin_column(column, edges)

    # ------------------------------------------------------------ through the lens

    def _lensed(self, name: str) -> CodedColumn:
        if name == "y_pred":
            return self._thresholded()
        return self._wrong()

    def _thresholded(self) -> CodedColumn:
        """Return `y_pred` as the threshold gives it."""
        plain = self.evaluation.columns["y_pred"]
        positive = sel.mask(self.positive(), self, self.evaluation.n_samples)
        one = self.evaluation.classes.index(self.evaluation.pos_label)
        other = 1 - one
        codes = np.where(positive, one, other).astype(plain.codes.dtype)
        return CodedColumn("y_pred", codes, plain.categories, plain.frame_name,
                           plain.display_labels, plain.kind)  # fmt: skip

    def positive(self) -> sel.Predicate:
        """Return what makes a row predicted positive."""
        assert self.probability is not None  # noqa: S101
        return sel.Range(self.probability, self.lens.threshold, None, "left")

    def _wrong(self) -> CodedColumn:
        assert self.is_error is not None  # noqa: S101
        plain = self.evaluation.columns[self.is_error]
        if self.evaluation.is_classification:
            group = merged_codes(self.lens, self.evaluation)
            wrong = group[self["y_true"].codes] != group[self["y_pred"].codes]
        else:
            values = self.evaluation.row_values("loss")
            if self.distance is not None:
                values = np.abs(self.evaluation.row_values("residual"))
            wrong = values > self.lens.error_threshold
        return CodedColumn(self.is_error, wrong.astype(np.uint8), (False, True), plain.frame_name,
                           kind="boolean")  # fmt: skip


def merged_codes(lens: Lens, evaluation: Evaluation) -> np.ndarray[Any, np.dtype[np.intp]]:
    """Return class code → the first class code of its group."""
    group = np.arange(len(evaluation.classes))
    column = evaluation.columns["y_true"]
    for _, labels in lens.merged:
        found = [column.code_of(label) for label in labels]
        codes = [code for code in found if code is not None]
        if codes:
            group[codes] = min(codes)
    return group


def inner_quantiles(values: np.ndarray[Any, Any], n_bins: int) -> np.ndarray[Any, Any]:
    """Return distinct values that part finite numbers into at most `n_bins` of about equal size."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.empty(0)
    steps = np.linspace(0, 1, n_bins + 1)[1:-1]
    edges: np.ndarray[Any, Any] = np.unique(np.quantile(finite, steps, method="lower"))
    inner: np.ndarray[Any, Any] = edges[edges < finite.max()]
    return inner


def shown_bins(n_codes: int, bins: int | None) -> list[int]:
    """Return at which fine bin each bin that is shown begins.

    Examples
    --------
    >>> shown_bins(60, 4), shown_bins(3, 10)
    ([0, 15, 30, 45], [0, 1, 2])
    """
    wanted = min(bins or DEFAULT_BINS, n_codes)
    return [i * n_codes // wanted for i in range(wanted)]


def shown_ranges(column: CodedColumn, starts: list[int]) -> list[tuple[str, tuple[Any, Any]]]:
    """Return the words and the limits of each bin that is shown: above the first, up to the second.

    The first bin has no lower limit and the last no upper one (``None``).
    """
    inner = [column.categories[start][0] for start in starts[1:]]  # type: ignore[index]
    ends = list(zip([None, *inner], [*inner, None], strict=True))
    return [(range_text(column, low, high), (low, high)) for low, high in ends]


def binned_counts(columns: ViewColumns, starts: list[int]) -> np.ndarray[Any, Any]:
    """Return rows per bin of truth and prediction of a regression."""
    n = len(starts)
    of = [np.searchsorted(starts, columns[name].codes, side="right") - 1
          for name in ("y_true", "y_pred")]  # fmt: skip
    counts: np.ndarray[Any, Any] = np.bincount(of[0] * n + of[1], minlength=n * n)
    return counts.reshape(n, n)


def _is_step(threshold: float) -> bool:
    return threshold == round(threshold * THRESHOLD_STEPS) / THRESHOLD_STEPS


def _free(name: str, taken: Mapping[str, Any]) -> str:
    while name in taken:
        name += "_"
    return name
