"""Texts: what each word adds to the output of a model of strings."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from errwidgets.explain.explained import go_on
from errwidgets.explain.extras import import_extra
from errwidgets.explain.parts import TextAttributions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

    Progress = Callable[[float], object]

__all__ = ["explain_texts", "tokens_of"]

_PIECE: Final = re.compile(r"\s*[^\W_]+(?:['’][^\W_]+)*|\s*[^\w\s]+|\s*_+|\s+")

MAX_EVALUATIONS: Final = 500
"""Texts that the model is asked about for each text."""

MAX_TOKENS: Final = 2_000


def tokens_of(text: str) -> list[str]:
    """Cut a text into words and marks with the space before them; joined they are the text.

    Examples
    --------
    >>> tokens_of("It's  fine, really.")
    ["It's", '  fine', ',', ' really', '.']
    """
    return _PIECE.findall(text)


def explain_texts(  # noqa: PLR0917  what is explained of what
    model: Model,
    texts: list[str],
    positions: NDArray[np.intp],
    target: Target,
    method: str,
    seed: int,
    notes: list[str],
    progress: Progress | None = None,
) -> TextAttributions:
    """Return attributions of the words of some texts.

    Parameters
    ----------
    model : Model
        Of strings.
    texts : list of str
        What is explained.
    positions : ndarray of shape (n_texts,)
        Their row numbers.
    target : Target
        Which output.
    method : {"shap", "lime"}
        SHAP's partition explainer, which leaves out words in groups, or LIME.
    seed : int
        LIME's.
    notes : list of str
        What was decided before.
    progress : callable, optional
        Called with the fraction that is done; stops by ``False``.
    """
    (column,) = model.columns

    def ask(some: Any) -> NDArray[np.float64]:
        return model.answers(
            pd.DataFrame({column: pd.Series([str(t) for t in some], dtype=object)})
        )

    pieces, values, base = [], [], np.zeros(len(texts))
    fit = np.full(len(texts), np.nan)
    one_by_one = _Lime(ask, seed) if method == "lime" else _Shap(ask)
    cut = 0
    for i, text in enumerate(texts):
        go_on(progress, i / len(texts))
        tokens = tokens_of(text)
        cut += len(tokens) > MAX_TOKENS
        tokens = [
            *tokens[:MAX_TOKENS],
            *(["".join(tokens[MAX_TOKENS:])] if len(tokens) > MAX_TOKENS else []),
        ]
        part = target.part(np.array([i]))
        found, base[i], fit[i] = (
            one_by_one(tokens, part)
            if tokens
            else (np.empty(0), float(part.of(ask([text]))[0]), np.nan)
        )
        pieces.append(tuple(tokens))
        values.append(found)
    outputs = target.of(ask(texts))
    lime = method == "lime"
    route = (
        f"LIME's linear model of the words around each text, mean R² {np.nanmean(fit):.2f}"
        if lime
        else f"SHAP's partition explainer, at most {MAX_EVALUATIONS} versions of each text"
    )
    said = [*notes, *(["LIME's weights need not sum to the output."] if lime else [])]
    if cut:
        said.append(f"Of {cut:,} texts all beyond {MAX_TOKENS:,} pieces counts as one.")
    space = "loss" if target.kind == "loss" else (
        "probability" if model.evaluation.is_classification else "value"
    )  # fmt: skip
    return TextAttributions(
        tuple(pieces), tuple(values), base, outputs, positions,
        model.evaluation.index[positions], method, route, target.words, space,
        fit=fit if lime else None, notes=tuple(said),
    )  # fmt: skip


class _Shap:
    """SHAP's partition explainer over one text at a time, given as its pieces."""

    def __init__(self, ask: Callable[[Any], NDArray[np.float64]]) -> None:
        self._shap, self._ask = import_extra("shap"), ask

    def __call__(
        self, tokens: list[str], target: Target
    ) -> tuple[NDArray[np.float64], float, float]:
        """Return the values of the pieces and the base."""

        def of_masks(masks: NDArray[Any]) -> NDArray[np.float64]:
            kept = [
                "".join(token for token, is_in in zip(tokens, mask, strict=True) if is_in > 0.5)  # noqa: PLR2004
                for mask in np.atleast_2d(masks)
            ]
            return target.repeated(len(kept)).of(self._ask(kept))

        n = len(tokens)
        ones, zeros = np.ones((1, n)), np.zeros((1, n))
        if n == 1:
            both = of_masks(np.concatenate([zeros, ones]))
            return both[1:] - both[:1], float(both[0]), np.nan
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Neighbours are left out together: a balanced tree over the order of the text.
            masker = self._shap.maskers.Partition(zeros, clustering=_neighbours(n))
            explainer = self._shap.explainers.Partition(of_masks, masker)
            found = explainer(ones, max_evals=max(MAX_EVALUATIONS, 2 * n + 1), silent=True)
        values = np.asarray(found.values, dtype=np.float64).reshape(n)
        return values, float(np.asarray(found.base_values).reshape(-1)[0]), np.nan


def _neighbours(n: int) -> NDArray[np.float64]:
    """Return a balanced tree over neighbours, in scipy's form of a linkage."""
    level = [(i, 1) for i in range(n)]
    merges: list[tuple[int, int, float, int]] = []
    height = 0.0
    while len(level) > 1:
        height += 1.0
        above = []
        for k in range(0, len(level) - 1, 2):
            (a, size_a), (b, size_b) = level[k], level[k + 1]
            merges.append((a, b, height, size_a + size_b))
            above.append((n + len(merges) - 1, size_a + size_b))
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return np.array(merges, dtype=np.float64)


class _Lime:
    """LIME's explainer of texts over one text at a time."""

    def __init__(self, ask: Callable[[Any], NDArray[np.float64]], seed: int) -> None:
        lime_text = import_extra("lime", "lime.lime_text")

        self._ask = ask
        # Our own pieces, each place a word of its own: a word may help here and hurt there.
        self._explainer = lime_text.LimeTextExplainer(
            class_names=["output"], split_expression=tokens_of, bow=False, mask_string="",
            random_state=seed,
        )  # fmt: skip

    def __call__(
        self, tokens: list[str], target: Target
    ) -> tuple[NDArray[np.float64], float, float]:
        """Return the weights of the pieces, the intercept and the fit."""

        def outputs(texts: list[str]) -> NDArray[np.float64]:
            return target.repeated(len(texts)).of(self._ask(texts))[:, None]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = self._explainer.explain_instance(
                "".join(tokens), outputs, labels=(0,), num_features=len(tokens),
                num_samples=max(MAX_EVALUATIONS, 2 * len(tokens)),
            )  # fmt: skip
        values = np.zeros(len(tokens))
        for place, weight in found.local_exp[0]:
            values[int(place)] += float(weight)
        return values, float(found.intercept[0]), float(np.asarray(found.score).item())
