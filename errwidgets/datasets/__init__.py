"""Small real data sets for notebooks and tests, shipped with their licence."""

from __future__ import annotations

import pathlib

import pandas as pd

__all__ = ["load_adult"]

_FOLDER = pathlib.Path(__file__).parent


def load_adult() -> pd.DataFrame:
    """Load 12,000 rows of the Adult census income table.

    Returns
    -------
    DataFrame of shape (12000, 14)
        Thirteen features of a person and the target ``income`` (``"<=50K"`` or
        ``">50K"``). Missing values in ``workclass``, ``occupation`` and
        ``native-country``. The index is the row number of the full table.

    Notes
    -----
    Becker, B. and Kohavi, R. (1996), *Adult*, UCI Machine Learning Repository,
    doi:10.24432/C5XW20. Licensed under CC BY 4.0. A random subset of the rows;
    the sampling weight ``fnlwgt`` is left out and ``?`` is a missing value.

    Examples
    --------
    >>> from errwidgets.datasets import load_adult
    >>> load_adult()["income"].value_counts().to_dict()
    {'<=50K': 9114, '>50K': 2886}
    """
    return pd.read_csv(
        _FOLDER / "adult.csv.gz", index_col="row", keep_default_na=False, na_values=[""]
    )
