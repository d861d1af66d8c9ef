"""Exact ways to attributions: through trees, and through the weights of linear models."""

from __future__ import annotations

import logging
import time
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets.explain.explained import Cancelled, Explained, adds_up, go_on
from errwidgets.explain.extras import import_extra
from errwidgets.explain.folding import fold_pipeline
from errwidgets.explain.targets import EPSILON
from errwidgets.explain.thresholds import ranked

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.explain.explained import Progress
    from errwidgets.explain.folding import Folded
    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

__all__ = ["by_linear", "by_trees"]

FIRST_BLOCK: Final = 16

MOST_ROWS: Final = 5_000

BLOCK_SECONDS: Final = 1.0

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
    shap = import_extra("shap")
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
                encoded = ranked(explainer, self.encoded)
                if target.kind == "loss":
                    return _tree_losses(
                        model, self.rows, background, target, folded, explainer, encoded
                    )
                values = _in_blocks(
                    lambda part: explainer.shap_values(part, check_additivity=False),
                    encoded,
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
        return found if adds_up(found) else None


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
        go_on(progress, at / len(encoded))
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
    return found if adds_up(found) else None


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
    shap = import_extra("shap")
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
    return found if adds_up(found) else None


def _is_linear(estimator: Any) -> bool:
    margin = hasattr(estimator, "coef_") and hasattr(estimator, "intercept_")
    return margin and getattr(estimator, "kernel", "linear") == "linear"


def _folded_words(folded: Folded) -> str:
    if folded.transform is None or len(folded.owner) == len(np.unique(folded.owner)):
        return ""
    return "; encoded columns are summed to yours"


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
