"""The mistakes in the groups of one feature or of two, and which features explain them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError, InputTypeError
from errwidgets.measures.rates import group_columns
from errwidgets.slices.conditions import conditions_of
from errwidgets.slices.evidence import benjamini_hochberg
from errwidgets.slices.scene import look_at

if TYPE_CHECKING:
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.selection import Predicate
    from errwidgets.slices.scene import Scene

__all__ = ["conditions", "cramers_v", "explained_by", "feature_errors", "feature_pair"]

_SAMPLE = 20_000
"""Rows that are shuffled where a shuffle needs rows and not only counts."""


def conditions(evaluation: Evaluation, feature: Hashable, edges: Any) -> pd.DataFrame:
    """Return :meth:`Evaluation.conditions`."""
    objective = "error" if evaluation.has_errors else "loss"
    scene = look_at(evaluation, {feature: edges}, objective, None, apart=False)
    frame = pd.concat([_groups(scene, i) for i in range(len(scene.features))], ignore_index=True)
    frame.attrs["measure"] = scene.objective.measure
    return frame


def _groups(scene: Scene, i: int) -> pd.DataFrame:
    """Return the groups of one feature that occur."""
    feature = scene.features[i]
    columns = group_columns(scene.codes[i], len(feature), scene.target, scene.weights)
    codes = np.flatnonzero(columns["support"]).tolist()
    predicates = [scene.predicate([(i, code)]) for code in codes]
    return pd.DataFrame(
        {
            "feature": pd.Series([feature.name] * len(codes), dtype=object),
            "condition": pd.Series([feature.words(code) for code in codes], dtype=object),
            "conditions": pd.Series(predicates, dtype=object),
            "query": pd.Series([scene.query(one) for one in predicates], dtype=object),
            **{name: column[codes] for name, column in columns.items()},
        }
    )


def feature_errors(
    evaluation: Evaluation,
    features: Any,
    *,
    objective: Any,
    within: Any,
    n_permutations: int,
    seed: int,
) -> pd.DataFrame:
    """Return :meth:`Evaluation.feature_errors`."""
    if isinstance(n_permutations, bool) or not isinstance(n_permutations, int | np.integer):
        raise InputTypeError.expected("n_permutations", "a whole number", n_permutations)
    if n_permutations < 1:
        raise InputError(f"n_permutations must be 1 or more; got {n_permutations}.")
    scene = look_at(evaluation, features, objective, within, apart=False)
    rng = np.random.default_rng(seed)
    explained, p_values = [], []
    for i, feature in enumerate(scene.features):
        share, p_value = explained_by(
            scene.codes[i], len(feature), scene.target, scene.weights, int(n_permutations), rng
        )
        explained.append(share)
        p_values.append(p_value)
    q_values = benjamini_hochberg(p_values)
    order = np.argsort(-np.array(explained), kind="stable")
    groups = []
    for rank, i in enumerate(order.tolist(), start=1):
        frame = _groups(scene, i)
        frame["rank"], frame["explained"] = rank, explained[i]
        frame["p_value"], frame["q_value"] = p_values[i], q_values[i]
        groups.append(frame)
    if groups:
        frame = pd.concat(groups, ignore_index=True)
    else:
        frame = pd.DataFrame({name: [] for name in _COLUMNS})
    is_information = scene.objective.is_rate and scene.weights is None
    what = (
        "the share of the entropy of the mistakes that a feature tells (mutual information, less "
        "what a shuffle of the rows tells)"
        if is_information
        else "the share of the variance that the groups of a feature explain (adjusted for their "
        "number)"
    )
    said = [f"explained is {what}; p values come from {n_permutations:,} shuffles."]
    if not scene.features:
        said = ["There are no features to describe rows by. Pass X=, or features=."]
    elif not is_information and scene.n_rows > _SAMPLE:
        said.append(f"Shuffles are of a random {_SAMPLE:,} of the {scene.n_rows:,} rows.")
    frame.attrs = {"note": " ".join([*said, *scene.notes]), "measure": scene.objective.measure}
    return frame


_COLUMNS = (
    "feature", "condition", "conditions", "query", "support", "error_rate", "ci_low", "ci_high",
    "rank", "explained", "p_value", "q_value",
)  # fmt: skip


def explained_by(  # noqa: PLR0917  what is asked of whom
    codes: NDArray[Any],
    n_codes: int,
    target: NDArray[Any],
    weights: NDArray[np.float64] | None,
    n_permutations: int,
    rng: np.random.Generator,
) -> tuple[float, float]:
    """Return how much of a target the groups of a feature explain, and a permutation p-value.

    Parameters
    ----------
    codes : ndarray of shape (n_rows,), unsigned
        The group of each row.
    n_codes : int
        How many groups there are.
    target : ndarray of shape (n_rows,)
        Bool, or numbers.
    weights : ndarray of shape (n_rows,), optional
        Weights of the rows.
    n_permutations : int
        How often the target is shuffled.
    rng : Generator
        Shuffles.

    Returns
    -------
    explained : float
        In [0, 1]. For a rate without weights the mutual information of group and target over the
        entropy of the target, less its mean under shuffles; else the share of the variance
        between groups, adjusted for their number. NaN where the target does not vary.
    p_value : float
        The share of shuffles, the data among them, that explain as much.

    References
    ----------
    Cover, T. and Thomas, J. (2006). Elements of Information Theory, 2.3-2.4. Vinh, N. et al.
    (2010). Information theoretic measures for clusterings comparison. JMLR 11, 2837-2854.
    """
    if not len(target) or bool((target == target[0]).all()):
        return np.nan, np.nan
    if target.dtype == bool and weights is None:
        sizes = np.bincount(codes, minlength=n_codes)
        hits = np.bincount(codes[target], minlength=n_codes)
        sizes, hits = sizes[sizes > 0], hits[sizes > 0]
        wrong = int(hits.sum())
        # A shuffle of the rows draws the mistakes of each group without putting them back.
        shuffled = rng.multivariate_hypergeometric(
            sizes, wrong, size=n_permutations, method="marginals"
        )
        told, chance = _information(hits, sizes), _information(shuffled, sizes)
        entropy = _entropy(wrong / len(target))
        share = max(0.0, float(told - chance.mean())) / entropy
        return share, _p_value(float(told), chance)
    values = target.astype(np.float64)
    part = np.arange(len(values))
    if len(values) > _SAMPLE:
        part = np.sort(rng.choice(len(values), _SAMPLE, replace=False))
    few, of_few = codes[part], values[part]
    w = None if weights is None else weights[part]
    observed = _between(few, n_codes, of_few, w)
    shuffles = (rng.permutation(len(part)) for _ in range(n_permutations))
    chance = np.array(
        [_between(few, n_codes, of_few[p], None if w is None else w[p]) for p in shuffles]
    )
    whole = _between(codes, n_codes, values, weights)
    n_groups = int(np.count_nonzero(np.bincount(codes, minlength=n_codes)))
    free = len(values) - n_groups
    adjusted = 1 - (1 - whole) * (len(values) - 1) / free if free > 0 else 0.0
    return max(0.0, adjusted), _p_value(observed, chance)


def _information(hits: NDArray[Any], sizes: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mutual information of group and mistake in bits, along the last axis."""
    n, wrong = sizes.sum(), hits[..., :].sum(axis=-1, keepdims=True)
    within = (_entropy(hits / sizes) * sizes).sum(axis=-1) / n
    return np.asarray(_entropy(wrong[..., 0] / n) - within)


def _entropy(share: Any) -> Any:
    p = np.asarray(share, dtype=np.float64)
    total = np.zeros(p.shape)
    for part in (p, 1 - p):
        total -= part * np.log2(part, out=np.zeros(p.shape), where=part > 0)
    return total


def _between(
    codes: NDArray[Any], n_codes: int, values: NDArray[Any], weights: NDArray[Any] | None
) -> float:
    """Return the share of the variance that lies between groups."""
    w = np.ones(len(values)) if weights is None else weights
    size = np.bincount(codes, w, minlength=n_codes)
    sums = np.bincount(codes, w * values, minlength=n_codes)
    mean = sums.sum() / size.sum()
    whole = float(w @ (values - mean) ** 2)
    means = np.divide(sums, size, out=np.zeros(n_codes), where=size > 0)
    return float((size * (means - mean) ** 2).sum()) / whole if whole > 0 else 0.0


def _p_value(told: float, chance: NDArray[np.float64]) -> float:
    as_much = np.count_nonzero(chance >= told - 1e-12)
    return float((1 + as_much) / (1 + len(chance)))


def cramers_v(a: NDArray[Any], b: NDArray[Any]) -> float:
    """Return how far one feature tells another, from the first rows of many.

    Parameters
    ----------
    a, b : ndarray of shape (n_rows,), unsigned
        The group of each row.

    Returns
    -------
    float
        In [0, 1]; 0 where either has one group.

    References
    ----------
    Cramér, H. (1946). Mathematical Methods of Statistics, 21.9.

    Examples
    --------
    >>> import numpy as np
    >>> codes = np.array([0, 0, 1, 1])
    >>> cramers_v(codes, 1 - codes), cramers_v(codes, np.array([0, 1, 0, 1]))
    (1.0, 0.0)
    """
    step = max(1, len(a) // _SAMPLE)
    _, rows = np.unique(a[::step], return_inverse=True)
    _, columns = np.unique(b[::step], return_inverse=True)
    k, m = int(rows.max(initial=0)) + 1, int(columns.max(initial=0)) + 1
    if min(k, m) == 1:
        return 0.0
    table = np.bincount(rows * m + columns, minlength=k * m).reshape(k, m)
    n = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    chi2 = float(((table - expected) ** 2 / expected).sum())
    return float(np.sqrt(chi2 / (n * (min(k, m) - 1))))


def feature_pair(
    evaluation: Evaluation, a: Hashable, b: Hashable, *, objective: Any, within: Any
) -> pd.DataFrame:
    """Return :meth:`Evaluation.feature_pair`."""
    for name, feature in (("a", a), ("b", b)):
        several = conditions_of(evaluation, feature)
        if len(several) > 1 and several[0].name != feature:
            some = ", ".join(repr(one.name) for one in several[:4])
            raise InputError(
                f"{name}={feature!r} holds {evaluation.columns[str(feature)].kind}, from which "
                f"several features derive. Pass one of them: {some}, …"
            )
    if a == b:
        raise InputError(f"a and b are both {a!r}. Pass two features, or use conditions({a!r}).")
    scene = look_at(evaluation, [a, b], objective, within, apart=False)
    # A time brings its parts with it: the two that were asked for stand first of each.
    at = [next(i for i, one in enumerate(scene.features) if one.name == name) for name in (a, b)]
    first, second = (scene.features[i] for i in at)
    n = len(second)
    joint = scene.codes[at[0]].astype(np.int64) * n + scene.codes[at[1]]
    columns = group_columns(joint, len(first) * n, scene.target, scene.weights)
    kept = np.flatnonzero(columns["support"])
    parts = [[(at[0], int(code) // n), (at[1], int(code) % n)] for code in kept]
    predicates: list[Predicate] = [scene.predicate(one) for one in parts]
    say = functools.partial(pd.Series, dtype=object)
    frame = pd.DataFrame(
        {
            "first": say([first.words(one[0][1]) for one in parts]),
            "second": say([second.words(one[1][1]) for one in parts]),
            "conditions": say(predicates),
            "query": say([scene.query(one) for one in predicates]),
            **{name: column[kept] for name, column in columns.items()},
        }
    )
    frame.attrs = {"measure": scene.objective.measure, "note": " ".join(scene.notes)}
    return frame
