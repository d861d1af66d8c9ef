"""What pushed a model to its answers: a number per row and feature, and what they sum to."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TOLERANCE", "Attributions", "additivity"]

TOLERANCE = 1e-6
"""How far base and attributions may be from the output, by the size of what is summed."""


@dataclass(frozen=True, eq=False)
class Attributions:
    """Attributions of some rows of an evaluation: base + values = output, row by row.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features)
        What each feature adds to the output, in units of `space`.
    base_values : ndarray of shape (n_rows,)
        The output without the row's features: the mean over the background.
    outputs : ndarray of shape (n_rows,)
        What was explained.
    data : DataFrame of shape (n_rows, n_features)
        The features in the user's units.
    positions : ndarray of shape (n_rows,)
        Row numbers in the evaluation.
    feature_names : tuple of str
        The features.
    method : {"shap", "lime", "given", "surrogate"}
        Where the numbers come from.
    route : str
        How they were computed, in words.
    output : str
        What was explained, in words.
    space : {"probability", "raw", "log-odds", "value", "loss"}
        The units of `values`, `base_values` and `outputs`.
    exact : bool
        Whether they are exact for the background, rather than estimated.
    errors : ndarray of shape (n_rows, n_features), optional
        Standard errors of estimated values; ``None`` where exact or unknown.
    fit : ndarray of shape (n_rows,), optional
        LIME: how well its local model fits (R²).
    notes : tuple of str
        What was decided, in words.
    """

    values: NDArray[np.float64]
    base_values: NDArray[np.float64]
    outputs: NDArray[np.float64]
    data: pd.DataFrame
    positions: NDArray[np.intp]
    feature_names: tuple[str, ...]
    method: str
    route: str
    output: str
    space: str
    exact: bool
    errors: NDArray[np.float64] | None = None
    fit: NDArray[np.float64] | None = None
    notes: tuple[str, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.values)

    @functools.cached_property
    def frame(self) -> pd.DataFrame:
        """The attributions as a DataFrame: the rows' own index labels, a column per feature."""
        return pd.DataFrame(self.values, index=self.data.index, columns=list(self.feature_names))

    @property
    def note(self) -> str:
        """What was explained and how, in words."""
        how = "exact" if self.exact else "estimated"
        rows = "1 row" if len(self) == 1 else f"{len(self):,} rows"
        return " ".join([f"{self.output} of {rows}, {how}: {self.route}.", *self.notes])

    def row(self, label: Any) -> pd.DataFrame:
        """Return the contributions to one row, the strongest first.

        Parameters
        ----------
        label : index label
            Which row; of several that carry it the first.

        Returns
        -------
        DataFrame
            Index feature; ``value`` (in the user's units), ``attribution``.
        """
        found = np.flatnonzero(np.asarray(self.data.index == label))
        if not len(found):
            raise KeyError(f"No row {shown(label)} was explained.")
        i = int(found[0])
        frame = pd.DataFrame(
            {
                "value": pd.Series([self.data.iloc[i, j] for j in range(self.data.shape[1])],
                                   dtype=object),
                "attribution": self.values[i],
            }
        )  # fmt: skip
        frame.index = pd.Index(self.feature_names, name="feature")
        order = np.argsort(-np.abs(self.values[i]), kind="stable")
        return frame.iloc[order]

    def to_shap(self) -> Any:
        """Return the same as a ``shap.Explanation``, for shap's own plots."""
        import shap  # noqa: PLC0415

        return shap.Explanation(
            values=self.values, base_values=self.base_values, data=self.data.to_numpy(),
            feature_names=list(self.feature_names),
        )  # fmt: skip

    def _repr_html_(self) -> str:
        html: str = self.frame.head(10)._repr_html_()  # type: ignore[operator]
        return html

    def __repr__(self) -> str:
        return f"<Attributions: {self.note}>"


def additivity(
    values: NDArray[np.float64], base: NDArray[np.float64], outputs: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how far base plus values is from the output, over what is allowed: 1 is the limit.

    Parameters
    ----------
    values : ndarray of shape (n_rows, n_features)
        Attributions.
    base, outputs : ndarray of shape (n_rows,)
        What they start from, and should sum to.
    """
    size = np.maximum(1.0, np.maximum(np.abs(outputs), np.abs(values).sum(axis=1)))
    gap: NDArray[np.float64] = np.abs(base + values.sum(axis=1) - outputs) / (TOLERANCE * size)
    return gap
