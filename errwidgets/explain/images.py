"""Images: what each cell of a grid adds to the output of a model of arrays."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from errwidgets.exceptions import InputError
from errwidgets.explain.explained import go_on
from errwidgets.explain.extras import import_extra
from errwidgets.explain.parts import ImageAttributions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from errwidgets.explain.model import Model
    from errwidgets.explain.targets import Target

    Progress = Callable[[float], object]

__all__ = ["explain_images"]

MOST_CELLS: Final = 8
"""Cells of the grid along an image's longer side."""

N_PERMUTATIONS: Final = 10


def explain_images(  # noqa: PLR0917  what is explained of what
    model: Model,
    images: list[Any],
    positions: NDArray[np.intp],
    target: Target,
    seed: int,
    notes: list[str],
    progress: Progress | None = None,
) -> ImageAttributions:
    """Return attributions of the cells of a grid: a cell that is left out is the image's mean.

    Parameters
    ----------
    model : Model
        Of arrays.
    images : list of ndarray of shape (height, width) or (height, width, channels)
        What is explained, all of one shape.
    positions : ndarray of shape (n_images,)
        Their row numbers.
    target : Target
        Which output.
    seed : int
        Of the permutations.
    notes : list of str
        What was decided before.
    progress : callable, optional
        Called with the fraction that is done; stops by ``False``.

    Raises
    ------
    InputError
        When images differ in shape, or are none.
    """
    arrays = [np.asarray(image) for image in images]
    shapes = {array.shape for array in arrays}
    if len(shapes) != 1 or len(next(iter(shapes))) not in {2, 3}:
        raise InputError(
            f"Images must be arrays of one shape, (height, width) or (height, width, channels); "
            f"got {', '.join(map(str, sorted(shapes)[:3]))}."
        )
    height, width = arrays[0].shape[:2]
    longest = max(height, width)
    grid = tuple(max(1, min(size, round(size / longest * MOST_CELLS))) for size in (height, width))
    down, across = (
        np.arange(size) * n // size for size, n in zip((height, width), grid, strict=True)
    )
    cell = down[:, None] * grid[1] + across[None, :]
    n_cells = grid[0] * grid[1]
    (column,) = model.columns
    shap = import_extra("shap")

    def ask(some: list[Any]) -> NDArray[np.float64]:
        held = np.empty(len(some), dtype=object)
        held[:] = some
        return model.answers(pd.DataFrame({column: held}))

    values, errors, base = [], [], np.zeros(len(arrays))
    for i, image in enumerate(arrays):
        go_on(progress, i / len(arrays))
        mean = image.mean(axis=(0, 1)).astype(image.dtype)
        part = target.part(np.array([i]))

        def of_masks(masks: NDArray[Any], image: Any = image, mean: Any = mean,
                     part: Target = part) -> NDArray[np.float64]:  # fmt: skip
            made = []
            for mask in np.atleast_2d(masks):
                kept = (mask > 0.5)[cell]  # noqa: PLR2004  0 or 1
                made.append(np.where(kept if image.ndim == 2 else kept[..., None], image, mean))  # noqa: PLR2004
            return part.repeated(len(made)).of(ask(made))

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            masker = shap.maskers.Independent(np.zeros((1, n_cells)))
            explainer = shap.explainers.Permutation(of_masks, masker, seed=seed)
            found = explainer(
                np.ones((1, n_cells)), max_evals=N_PERMUTATIONS * (2 * n_cells + 1),
                error_bounds=True, silent=True,
            )  # fmt: skip
        values.append(np.asarray(found.values, dtype=np.float64).reshape(grid))
        base[i] = float(np.asarray(found.base_values).reshape(-1)[0])
        error = getattr(found, "error_std", None)
        errors.append(np.zeros(grid) if error is None else np.asarray(error).reshape(grid))
    space = "loss" if target.kind == "loss" else (
        "probability" if model.evaluation.is_classification else "value"
    )  # fmt: skip
    return ImageAttributions(
        np.array(values), base, target.of(ask(arrays)), positions,
        model.evaluation.index[positions], "shap",
        f"SHAP's permutation explainer over a grid of {grid[0]} x {grid[1]} cells, "
        f"{N_PERMUTATIONS} permutations there and back; a cell that is left out has the image's "
        f"mean",
        target.words, space, errors=np.array(errors), notes=tuple(notes),
    )  # fmt: skip
