"""Explain rows: which, how many, against what, by which route; results are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from errwidgets.exceptions import (
    EmptyInputError,
    InputError,
    InputTypeError,
    shown,
)
from errwidgets.explain.exact import by_linear, by_trees
from errwidgets.explain.given import as_given
from errwidgets.explain.images import explain_images
from errwidgets.explain.keeping import assembled, digest, kept_of
from errwidgets.explain.locally import by_lime
from errwidgets.explain.model import model_of
from errwidgets.explain.own_explainer import by_explainer, is_explainer
from errwidgets.explain.permuting import by_permutation
from errwidgets.explain.targets import read_target
from errwidgets.explain.texts import explain_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.attributions import Attributions
    from errwidgets.explain.explained import Explained
    from errwidgets.explain.model import Model
    from errwidgets.explain.parts import ImageAttributions, TextAttributions
    from errwidgets.explain.targets import Target

    Positions = NDArray[np.intp]

__all__ = ["chosen_rows", "explain"]

BACKGROUND_ROWS = 100

_METHODS = ("shap", "lime")

_SPACES = (None, "probability", "raw")


def explain(
    evaluation: Evaluation,
    rows: Any,
    *,
    method: str,
    output: Any,
    space: str | None,
    background: Any,
    max_rows: int,
    seed: int,
    values: Any,
    progress: Callable[[float], object] | None = None,
) -> Attributions | TextAttributions | ImageAttributions:
    """Return :meth:`Evaluation.explain`."""
    _check(method, space, max_rows, seed)
    positions, notes = chosen_rows(evaluation, rows, int(max_rows), int(seed))
    own = values if is_explainer(values) else None
    if values is not None and own is None:
        return as_given(evaluation, values, positions, output, notes)
    model = model_of(evaluation)
    if model is None and own is None:
        from errwidgets.explain.surrogate import explain_errors  # noqa: PLC0415

        return explain_errors(evaluation, positions, int(seed), notes)
    target = read_target(evaluation, output, positions)
    if own is not None:
        names = evaluation.features if model is None else model.columns
        frame = evaluation.table_rows(names, positions)
        return _kept(
            evaluation, (own, target.kind, target.words), positions, frame, target, notes,
            lambda part: by_explainer(own, model, frame.iloc[part], target.part(part), progress),
        )  # fmt: skip
    assert model is not None  # noqa: S101  else there was a surrogate
    known = model
    frame = known.rows(positions)
    if known.parts is not None:
        return _of_parts(known, frame, positions, target, method, int(seed), notes, progress)
    if method == "lime":
        return by_lime(known, frame, positions, target, int(seed), notes, progress)
    against, held = _background(evaluation, known, background, int(seed))
    key = None if held is None else (target.kind, target.words, space, int(seed), held)
    return _kept(
        evaluation, key, positions, frame, target, notes,
        lambda part: _routed(
            known, frame.iloc[part], against, target.part(part), space, int(seed), progress
        ),
    )  # fmt: skip


def _kept(  # noqa: PLR0917  what is explained of what
    evaluation: Evaluation,
    key: Hashable,
    positions: Positions,
    frame: pd.DataFrame,
    target: Target,
    notes: list[str],
    found: Callable[[Positions], Explained],
) -> Attributions:
    """Return rows that were explained before, and explain the others."""
    kept = kept_of(evaluation)
    known = kept.of(key)
    missing = [i for i, at in enumerate(positions.tolist()) if at not in known]
    if missing:
        part = np.array(missing)
        known |= kept.add(key, found(part), positions[part])
    return assembled(known, positions, frame, target, notes)


def _of_parts(  # noqa: PLR0917  what is explained of what
    model: Model,
    frame: pd.DataFrame,
    positions: Positions,
    target: Target,
    method: str,
    seed: int,
    notes: list[str],
    progress: Callable[[float], object] | None,
) -> TextAttributions | ImageAttributions:
    """Explain texts by their words, and images by the cells of a grid."""
    whole = frame.iloc[:, 0]
    if model.parts == "text":
        texts = ["" if text is None or text != text else str(text) for text in whole.tolist()]  # noqa: PLR0124
        return explain_texts(model, texts, positions, target, method, seed, notes, progress)
    if method == "lime":
        raise InputError("method='lime' explains tables and texts; pass 'shap' for images.")
    return explain_images(model, whole.tolist(), positions, target, seed, notes, progress)


def _check(method: Any, space: Any, max_rows: Any, seed: Any) -> None:
    if method not in _METHODS:
        raise InputError(f"method={shown(method)} is unknown. Allowed are 'shap' and 'lime'.")
    if space not in _SPACES:
        raise InputError(
            f"space={shown(space)} is unknown. Allowed are None, 'probability' and 'raw'."
        )
    for name, number, least in (("max_rows", max_rows, 1), ("seed", seed, 0)):
        if isinstance(number, bool) or not isinstance(number, int | np.integer):
            raise InputTypeError.expected(name, "a whole number", number)
        if number < least:
            raise InputError(f"{name} must be {least} or more; got {number}.")


def _routed(  # noqa: PLR0917  what is explained of what
    model: Model,
    frame: pd.DataFrame,
    against: pd.DataFrame,
    target: Target,
    space: str | None,
    seed: int,
    progress: Callable[[float], object] | None,
) -> Explained:
    """Take the first way that is exact for the model, else the one that any model allows."""
    found = by_trees(model, frame, against, target, space, progress)
    if found is None:
        found = by_linear(model, frame, against, target, space)
    return found or by_permutation(model, frame, against, target, seed, progress)


# ---------------------------------------------------------------- which rows


def chosen_rows(
    evaluation: Evaluation, rows: Any, max_rows: int, seed: int, what: str = "explained"
) -> tuple[Positions, list[str]]:
    """Return the rows that are meant: all that are chosen, or a random sample of so many.

    Raises
    ------
    EmptyInputError, SelectionError, SelectionTypeError
        When none are chosen, or nothing that can be.
    """
    if rows is None:
        at = np.arange(evaluation.n_samples)
    else:
        at = np.flatnonzero(evaluation.mask(rows))
        if not len(at):
            raise EmptyInputError(
                f"rows={shown(rows)} selects no row, so nothing can be {what}. Pass a selection "
                f"with rows, or None for all."
            )
    if len(at) <= max_rows:
        return at, []
    # The first of one random order: a larger sample holds the smaller ones, which are kept.
    part = np.sort(np.random.default_rng(seed).permutation(at)[:max_rows])
    return part, [f"A random sample of {max_rows:,} of {len(at):,} rows."]


def _background(
    evaluation: Evaluation, model: Model, background: Any, seed: int
) -> tuple[pd.DataFrame, str | None]:
    """Return the rows that features are taken from when they are left out, and what names them."""
    if isinstance(background, pd.DataFrame):
        missing = [name for name in model.columns if name not in background]
        if missing or not len(background):
            raise InputError(
                f"background must hold the model's columns and a row or more; it lacks "
                f"{', '.join(map(repr, missing)) or 'rows'}."
            )
        own = background[list(model.columns)]
        return own, digest(own)
    if background is None or isinstance(background, int | np.integer):
        if isinstance(background, bool):
            raise InputTypeError.expected("background", "rows, or how many", background)
        n = BACKGROUND_ROWS if background is None else int(background)
        if n < 1:
            raise InputError(f"background must be 1 row or more; got {n}.")
        at = np.arange(evaluation.n_samples)
        if n < evaluation.n_samples:
            at = np.sort(np.random.default_rng(seed).choice(evaluation.n_samples, n, replace=False))
    else:
        at, _ = chosen_rows(evaluation, background, 10**9, seed, "a background")
    return model.rows(at), digest(at)
