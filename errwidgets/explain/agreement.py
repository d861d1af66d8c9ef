"""How far two explanations of the same rows agree, and how far one agrees with itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.explain.attributions import Attributions

__all__ = ["agreement", "spread"]


def agreement(first: Attributions, second: Attributions, *, k: int = 5) -> pd.DataFrame:
    """Return how far two explanations agree, row by row.

    Parameters
    ----------
    first, second : Attributions
        Of the same output of the same rows and features.
    k : int, default=5
        How many of the strongest features are compared.

    Returns
    -------
    DataFrame
        Index as of the rows; ``top_k`` (share of the `k` strongest features of either that both
        have), ``sign`` (share of these whose signs agree), ``rank_correlation`` (Spearman's, of
        absolute values). ``attrs["note"]`` says what the mean is, and whether spaces differ.

    Raises
    ------
    InputError
        When they explain something else.

    References
    ----------
    Krishna, S. et al. (2022). The disagreement problem in explainable machine learning. Spearman,
    C. (1904). The proof and measurement of association between two things.
    """
    if first.output != second.output:
        raise InputError(
            f"One explains {first.output!r}, the other {second.output!r}: nothing to compare."
        )
    if first.feature_names != second.feature_names or not np.array_equal(
        first.positions, second.positions
    ):
        raise InputError("The two explain other rows, or other features: nothing to compare.")
    a, b = first.values, second.values
    k = min(k, a.shape[1])
    top_a, top_b = (_top(values, k) for values in (a, b))
    both = top_a & top_b
    n_both = both.sum(axis=1)
    same_sign = (np.sign(a) == np.sign(b)) & both
    frame = pd.DataFrame(
        {
            "top_k": n_both / max(k, 1),
            "sign": np.divide(same_sign.sum(axis=1), n_both, out=np.full(len(a), np.nan),
                              where=n_both > 0),
            "rank_correlation": _spearman(np.abs(a), np.abs(b)),
        },
        index=first.data.index,
    )  # fmt: skip
    mean_top, mean_rank = frame["top_k"].mean() * k, frame["rank_correlation"].mean()
    note = (
        f"{first.method.upper()} and {second.method.upper()} agree on {mean_top:.1f} of the top "
        f"{k} features (rank correlation {mean_rank:.2f})."
    )
    if first.space != second.space:
        note += f" They are in different units: {first.space} and {second.space}."
    frame.attrs["note"] = note
    return frame


def _top(values: NDArray[np.float64], k: int) -> NDArray[np.bool_]:
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :k]
    member = np.zeros(values.shape, dtype=bool)
    np.put_along_axis(member, order, values=True, axis=1)
    return member


def _spearman(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    from scipy.stats import rankdata  # noqa: PLC0415  heavy

    ranks = [rankdata(one, axis=1) for one in (a, b)]
    centred = [one - one.mean(axis=1, keepdims=True) for one in ranks]
    spread_of = np.sqrt((centred[0] ** 2).sum(axis=1) * (centred[1] ** 2).sum(axis=1))
    product = (centred[0] * centred[1]).sum(axis=1)
    found: NDArray[np.float64] = np.divide(
        product, spread_of, out=np.full(len(a), np.nan), where=spread_of > 0
    )
    return found


def spread(runs: list[Attributions]) -> pd.DataFrame:
    """Return how far attributions differ between seeds.

    Parameters
    ----------
    runs : list of Attributions
        Of the same rows and output, with different seeds; two or more.

    Returns
    -------
    DataFrame of shape (n_rows, n_features)
        The standard deviation over the runs.
    """
    stacked: Any = np.stack([one.values for one in runs])
    return pd.DataFrame(
        stacked.std(axis=0, ddof=1), index=runs[0].data.index, columns=list(runs[0].feature_names)
    )
