"""Ways to attributions: exact for trees and linear models, by permutation for any other."""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from errwidgets.explain.attributions import additivity
from errwidgets.explain.folding import fold_pipeline
from errwidgets.explain.model import LastStep
from errwidgets.explain.targets import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.explain.folding import Folded
    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

    Progress = Callable[[float], object]

__all__ = ["Cancelled", "Explained", "by_linear", "by_permutation", "by_trees"]

N_PERMUTATIONS: Final = 10

BLOCK_ROWS: Final = 20
"""Rows that are explained between two looks at whether the work is still wanted."""

FIRST_BLOCK: Final = 16

MOST_ROWS: Final = 5_000

BLOCK_SECONDS: Final = 1.0


class Cancelled(Exception):  # noqa: N818  not an error: the user's wish
    """The work is not wanted any more."""


@dataclass(frozen=True, eq=False)
class Explained:
    """What a route found: see :class:`Attributions`.

    Attributes
    ----------
    values : ndarray of shape (n_rows, n_features)
    base, outputs : ndarray of shape (n_rows,)
    space, route : str
    exact : bool
    errors : ndarray of shape (n_rows, n_features), optional
    """

    values: NDArray[np.float64]
    base: NDArray[np.float64]
    outputs: NDArray[np.float64]
    space: str
    route: str
    exact: bool
    errors: NDArray[np.float64] | None = None


def import_shap() -> Any:
    """Return shap, without the warnings of its own imports.

    Raises
    ------
    ImportError
        Which names what to install.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import shap  # noqa: PLC0415
    except ImportError:
        raise ImportError(
            "shap is needed to explain rows. Install it with: pip install errwidgets[explain]"
        ) from None
    return shap


# ---------------------------------------------------------------- trees and linear models

_FORESTS = ("RandomForest", "ExtraTrees", "DecisionTree", "ExtraTree")
_BOOSTED = ("GradientBoosting", "HistGradientBoosting", "XGB", "LGBM", "CatBoost")


def _is_kind(estimator: Any, *starts: str) -> bool:
    names = [cls.__name__ for cls in type(estimator).__mro__]
    ends = ("Classifier", "Regressor")
    return any(name.startswith(starts) and name.endswith(ends) for name in names)


def by_trees(  # noqa: PLR0917  what is explained of what
    model: Model,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    target: Target,
    space: str | None,
    progress: Progress | None = None,
) -> Explained | None:
    """Return exact attributions of a tree ensemble; ``None`` where there is no exact way."""
    folded = fold_pipeline(model, background, rows)
    if folded is None or not _is_kind(folded.estimator, *_FORESTS, *_BOOSTED):
        return None
    shap = import_shap()
    classes = model.evaluation.is_classification
    raw = classes and space == "raw" and target.kind == "class"
    wanted = "raw" if raw or not classes else "probability"
    if target.kind == "loss":
        if not classes or not _is_kind(folded.estimator, *_FORESTS):
            return None  # linear in outputs that the permutation route has, or not supported
        wanted = "log_loss"
    encoded, against = folded.encoded(rows), folded.encoded(background)
    asked = _Trees(model, folded, rows, encoded, target, progress)
    name = type(folded.estimator).__name__
    rest = _folded_words(folded)
    units = "value" if not classes else "raw" if raw else "probability"
    found = asked.explained(
        lambda: shap.TreeExplainer(
            folded.estimator, against, model_output=wanted, feature_perturbation="interventional"
        ),
        units,
        f"SHAP's tree explainer on {name}, against {len(background):,} rows{rest}",
        background,
    )
    if found is not None or target.kind == "loss":
        return found
    # Where that is not exact (shap reads some trees wrong), paths through the trees may be.
    forest = _is_kind(folded.estimator, *_FORESTS)
    if classes and not forest and space == "probability":
        return None
    return asked.explained(
        lambda: shap.TreeExplainer(folded.estimator, feature_perturbation="tree_path_dependent"),
        units if forest or not classes else "raw",
        f"SHAP's tree explainer on {name}, along the paths of the rows its trees were fitted "
        f"on{rest}",
        background,
    )


@dataclass(frozen=True, eq=False)
class _Trees:
    """Rows that a tree explainer of shap's is asked about."""

    model: Model
    folded: Folded
    rows: pd.DataFrame
    encoded: NDArray[np.float64]
    target: Target
    progress: Progress | None

    def explained(
        self, make: Callable[[], Any], space: str, route: str, background: pd.DataFrame
    ) -> Explained | None:
        """Return what an explainer gives; ``None`` when it refuses, or does not sum."""
        model, folded, target = self.model, self.folded, self.target
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                explainer = make()
                if target.kind == "loss":
                    return _tree_losses(
                        model, self.rows, background, target, folded, explainer, self.encoded
                    )
                values = _in_blocks(
                    lambda part: explainer.shap_values(part, check_additivity=False),
                    self.encoded,
                    self.progress,
                )
            base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
        except Cancelled:
            raise
        except Exception:  # whatever a foreign explainer raises: there is another way
            logging.getLogger("errwidgets").info("shap has no exact way here", exc_info=True)
            return None
        chosen = _of_class(model, folded, values, base, target, turn=space == "raw")
        if chosen is None:
            return None
        outputs = _outputs(model, folded, self.rows, target, raw=space == "raw")
        folded_values = folded.fold(chosen[0], len(model.columns))
        found = Explained(folded_values, chosen[1], outputs, space, route, exact=True)
        return found if _adds_up(found) else None


def _in_blocks(
    explained: Callable[[NDArray[np.float64]], Any],
    encoded: NDArray[np.float64],
    progress: Progress | None,
) -> NDArray[np.float64]:
    """Explain rows a second's worth at a time.

    So the work can be stopped, and shap does not write a progress bar into the user's cell, as it
    does after ten seconds.
    """
    parts, at, size = [], 0, FIRST_BLOCK
    while at < len(encoded):
        if progress is not None and progress(at / len(encoded)) is False:
            raise Cancelled
        began = time.perf_counter()
        parts.append(np.asarray(explained(encoded[at : at + size]), dtype=np.float64))
        at += size
        took = time.perf_counter() - began
        size = max(1, min(MOST_ROWS, int(size * BLOCK_SECONDS / max(took, 1e-6))))
    return np.concatenate(parts)


def _tree_losses(  # noqa: PLR0917  what is explained of what
    model: Model, rows: pd.DataFrame, background: pd.DataFrame, target: Target, folded: Folded,
    explainer: Any, encoded: NDArray[np.float64],
) -> Explained | None:  # fmt: skip
    """Return attributions of the log loss; shap's base is a function of the true class."""
    codes = _model_codes(model, folded, target)
    if codes is None:
        return None
    values = np.asarray(explainer.shap_values(encoded, y=codes, check_additivity=False))
    if values.ndim == 3:  # noqa: PLR2004  a column per class, of which the true one counts
        values = values[np.arange(len(values)), :, codes]
    outputs = target.of(model.answers(rows))
    # The mean loss of the background, had it the row's true class.
    answers = np.clip(model.answers(background), EPSILON, 1 - EPSILON)
    base = -np.log(answers).mean(axis=0)[target.codes]
    found = Explained(
        folded.fold(values, len(model.columns)), base, outputs, "loss",
        f"SHAP's tree explainer on the log loss, against {len(background):,} rows",
        exact=True,
    )  # fmt: skip
    return found if _adds_up(found) else None


def by_linear(
    model: Model, rows: pd.DataFrame, background: pd.DataFrame, target: Target, space: str | None
) -> Explained | None:
    """Return exact attributions of a linear model, in its own margin; ``None`` for another."""
    if target.kind == "loss" or space == "probability":
        return None
    folded = fold_pipeline(model, background, rows)
    if folded is None or not _is_linear(folded.estimator):
        return None
    estimator = folded.estimator
    shap = import_shap()
    encoded, against = folded.encoded(rows), folded.encoded(background)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            masker = shap.maskers.Independent(against, max_samples=len(against))
            explainer = shap.LinearExplainer(estimator, masker)
            values = np.asarray(explainer.shap_values(encoded), dtype=np.float64)
        base = np.atleast_1d(np.asarray(explainer.expected_value, dtype=np.float64))
    except Exception:  # whatever a foreign explainer raises: there is another way
        logging.getLogger("errwidgets").info("shap has no exact way here", exc_info=True)
        return None
    classes = model.evaluation.is_classification
    chosen = _of_class(model, folded, values, base, target, turn=True)
    if chosen is None:
        return None
    values, bases = chosen
    outputs = _outputs(model, folded, rows, target, raw=classes)
    log_odds = classes and len(base) == 1 and hasattr(estimator, "predict_proba")
    found = Explained(
        folded.fold(values, len(model.columns)), bases, outputs,
        "log-odds" if log_odds else "raw" if classes else "value",
        f"SHAP's linear explainer on {type(estimator).__name__}, against {len(background):,} "
        f"rows{_folded_words(folded)}",
        exact=True,
    )  # fmt: skip
    return found if _adds_up(found) else None


def _is_linear(estimator: Any) -> bool:
    margin = hasattr(estimator, "coef_") and hasattr(estimator, "intercept_")
    return margin and getattr(estimator, "kernel", "linear") == "linear"


def _folded_words(folded: Folded) -> str:
    if folded.transform is None or len(folded.owner) == len(np.unique(folded.owner)):
        return ""
    return "; encoded columns are summed to yours"


def _adds_up(found: Explained) -> bool:
    parts = (found.values, found.base, found.outputs)  # noqa: PD011  no frame
    finite = all(np.isfinite(one).all() for one in parts)
    return bool(finite and (additivity(*parts) <= 1).all())


def _model_codes(model: Model, folded: Folded, target: Target) -> NDArray[np.intp] | None:
    """Return the class of each row by its position among the model's own classes."""
    known = getattr(folded.estimator, "classes_", None)
    if known is None or target.codes is None:
        return None
    column = model.evaluation.columns["y_true"]
    codes = [column.code_of(one.item() if hasattr(one, "item") else one) for one in known]
    place = {code: j for j, code in enumerate(codes)}
    if any(code not in place for code in np.unique(target.codes).tolist()):
        return None  # a class that the model does not know
    return np.array([place[code] for code in target.codes.tolist()], dtype=np.intp)


def _of_class(
    model: Model, folded: Folded, values: NDArray[np.float64], base: NDArray[np.float64],
    target: Target, *, turn: bool,
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:  # fmt: skip
    """Return the attributions of each row's class.

    Explainers of two classes may give those of the second alone: the first one's have the
    opposite sign and, unless they are margins (`turn`), one less the base.
    """
    n = len(values)
    if target.kind == "value":
        if values.ndim == 3:  # noqa: PLR2004  one output
            values = values[:, :, 0]
        return values, np.full(n, base[0])
    codes = _model_codes(model, folded, target)
    if codes is None:
        return None
    if values.ndim == 3:  # noqa: PLR2004  rows, features, classes
        if values.shape[2] <= codes.max() or len(base) != values.shape[2]:
            return None
        return values[np.arange(n), :, codes], base[codes]
    sign = np.where(codes == 1, 1.0, -1.0)
    first = -base[0] if turn else 1 - base[0]
    return values * sign[:, None], np.where(codes == 1, base[0], first)


def _outputs(
    model: Model, folded: Folded, rows: pd.DataFrame, target: Target, *, raw: bool
) -> NDArray[np.float64]:
    """Return what is explained, from the model itself."""
    if not raw:
        return target.of(model.answers(rows))
    margin = getattr(folded.estimator, "decision_function", None)
    if margin is None:
        return target.of(model.answers(rows))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that columns have no names here
        scores = np.asarray(margin(folded.encoded(rows)), dtype=np.float64)
    codes = _model_codes(model, folded, target)
    assert codes is not None  # noqa: S101  looked at before
    if scores.ndim == 1:
        return np.where(codes == 1, scores, -scores)
    found: NDArray[np.float64] = scores[np.arange(len(scores)), codes]
    return found


# ---------------------------------------------------------------- any model


def by_permutation(  # noqa: PLR0917  what is explained of what
    model: Model,
    rows: pd.DataFrame,
    background: pd.DataFrame,
    target: Target,
    seed: int,
    progress: Progress | None = None,
) -> Explained:
    """Return attributions of any model, by walking from background rows to the row and back.

    All of a model's outputs are explained in one pass, with their logarithms or squares beside
    them: a loss is one of these, or linear in them.
    """
    shap = import_shap()
    coder = _Coder(rows, background)
    classes = model.evaluation.is_classification
    asked = _asked(model, rows, background, coder)

    def outputs(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        answers = asked(codes)
        if target.kind != "loss":
            return answers
        if classes:
            return -np.log(np.clip(answers, EPSILON, 1 - EPSILON))
        return np.hstack([answers, answers**2])

    masker = shap.maskers.Independent(coder.background, max_samples=len(background))
    explainer = shap.explainers.Permutation(outputs, masker, seed=seed)
    n_features = rows.shape[1]
    evaluations = N_PERMUTATIONS * (2 * n_features + 1)
    values, bases, errors = [], [], []
    for start in range(0, len(rows), BLOCK_ROWS):
        if progress is not None and progress(start / len(rows)) is False:
            raise Cancelled
        block = coder.rows[start : start + BLOCK_ROWS]
        found = explainer(block, max_evals=evaluations, error_bounds=True, silent=True)
        shape = (len(block), n_features, -1)
        values.append(np.asarray(found.values).reshape(shape))
        bases.append(np.broadcast_to(np.asarray(found.base_values).reshape(len(block), -1),
                                     (len(block), values[-1].shape[2])))  # fmt: skip
        error = getattr(found, "error_std", None)
        errors.append(np.zeros(values[-1].shape) if error is None
                      else np.asarray(error).reshape(shape))  # fmt: skip
    whole = _Whole(np.concatenate(values), np.concatenate(bases), np.concatenate(errors))
    picked = whole.pick(target)
    space = "loss" if target.kind == "loss" else "value"
    if classes and target.kind == "class":
        answers = model.answers(rows)
        space = "probability" if bool(((answers >= 0) & (answers <= 1)).all()) else "raw"
    result = Explained(
        picked.values, picked.base, target.of(model.answers(rows)), space,
        f"SHAP's permutation explainer, {N_PERMUTATIONS} permutations there and back against "
        f"{len(background):,} rows",
        exact=False,
        errors=picked.errors,
    )  # fmt: skip
    # A walk ends at the row, so it sums exactly; a model that answers at random does not.
    if _adds_up(result):
        return result
    return replace(
        result, route=f"{result.route}; the model answers differently when it is asked again"
    )


@dataclass(frozen=True, eq=False)
class _Whole:
    """Attributions of every output: shapes (n_rows, n_features, n_outputs), (n_rows, n_outputs)."""

    values: NDArray[np.float64]
    base: NDArray[np.float64]
    errors: NDArray[np.float64]

    def pick(self, target: Target) -> _Whole:
        """Return those of what is explained."""
        if target.truth is not None:
            # (y - f)^2 = y^2 - 2 y f + f^2, and attributions are linear in what is explained.
            y = target.truth
            twice = 2 * y[:, None]
            return _Whole(
                self.values[:, :, 1] - twice * self.values[:, :, 0],
                y**2 - 2 * y * self.base[:, 0] + self.base[:, 1],
                self.errors[:, :, 1] + np.abs(twice) * self.errors[:, :, 0],
            )
        if target.codes is None:
            return _Whole(self.values[:, :, 0], self.base[:, 0], self.errors[:, :, 0])
        at = np.arange(len(self.values))
        return _Whole(
            self.values[at, :, target.codes], self.base[at, target.codes],
            self.errors[at, :, target.codes],
        )  # fmt: skip


def _asked(
    model: Model, rows: pd.DataFrame, background: pd.DataFrame, coder: _Coder
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    """Return the model as a function of codes.

    Where every encoded column comes from one of the user's, rows are put together of encoded
    columns: the steps before the last one need not run again for each.
    """
    folded = fold_pipeline(model, background, rows)
    if folded is None or folded.transform is None:
        return lambda codes: model.answers(coder.decode(codes))
    table = folded.encoded(pd.concat([rows, background], ignore_index=True))
    owned = np.maximum(folded.owner, 0)  # a column that never changes may come from any
    last = LastStep(model.evaluation, folded.estimator, model.columns, as_array=True)
    columns = np.arange(table.shape[1])

    def answers(codes: NDArray[np.float64]) -> NDArray[np.float64]:
        encoded: Any = table[codes.astype(np.intp)[:, owned], columns]
        return last.answers(encoded)

    return answers


class _Coder:
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
