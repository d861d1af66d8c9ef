"""Every slice there is, one by one: what the exact search has to agree with."""

import itertools

import numpy as np


def scores(codes, n_codes, values, weights=None, *, max_conditions, min_rows, alpha):
    """Scores over 0 of all conjunctions with enough rows, in descending order.

    SliceLine's definition as its paper writes it, with sums of weights for rows.
    """
    values = np.asarray(values, dtype=float)
    weights = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    total, mean = weights.sum(), np.average(values, weights=weights)
    found = []
    for n in range(1, max_conditions + 1):
        for features in itertools.combinations(range(len(codes)), n):
            for chosen in itertools.product(*(range(n_codes[f]) for f in features)):
                rows = np.ones(len(values), dtype=bool)
                for feature, code in zip(features, chosen, strict=True):
                    rows &= codes[feature] == code
                size = weights[rows].sum()
                if rows.sum() < min_rows or size <= 0:
                    continue
                ratio = np.average(values[rows], weights=weights[rows]) / mean
                found.append(alpha * (ratio - 1) - (1 - alpha) * (total / size - 1))
    return sorted((score for score in found if score > 0), reverse=True)
