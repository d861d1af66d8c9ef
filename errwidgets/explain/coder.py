"""Rows of any types as numbers that shap can put together anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Coder"]


class Coder:
    """Rows as numbers that name values, so that values of any kind can be put together anew."""

    def __init__(self, rows: pd.DataFrame, background: pd.DataFrame) -> None:
        both = pd.concat([rows, background], ignore_index=True)
        # The types of the whole, which a part would have kept too.
        self._values = {name: both[name].astype(rows[name].dtype) for name in both}
        n = len(rows)
        codes = np.arange(len(both), dtype=np.float64)
        table = np.repeat(codes[:, None], both.shape[1], axis=1)
        for j, name in enumerate(both):
            # Equal values have one code: shap asks the model nothing for a value it has already.
            try:
                same, _ = pd.factorize(both[name], use_na_sentinel=False)
            except TypeError:
                continue  # values that cannot be compared, as lists
            first = pd.Series(codes).groupby(same).transform("first").to_numpy()
            table[:, j] = first
        self.rows, self.background = table[:n], table[n:]
        self._names = list(both)

    def decode(self, codes: NDArray[np.float64]) -> pd.DataFrame:
        """Return rows in the user's units."""
        at = codes.astype(np.intp)
        columns = {
            name: self._values[name].iloc[at[:, j]].reset_index(drop=True)
            for j, name in enumerate(self._names)
        }
        return pd.DataFrame(columns)
