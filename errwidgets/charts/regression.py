"""Truth against prediction of a regression as a chart: where residuals are large."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from errwidgets.charts.look import GREY_TEXT, Ramp, finished
from errwidgets.exceptions import InputError, TaskError, shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from errwidgets.evaluation import Evaluation

__all__ = ["regression_chart"]

_SIDE = 360
_MOST_BINS = 50


def regression_chart(
    evaluation: Evaluation,
    bins: int | Sequence[float] = 10,
    *,
    rows: NDArray[np.bool_] | None = None,
) -> alt.LayerChart:
    """Return truth against prediction in bins, coloured by the mean absolute residual.

    Parameters
    ----------
    evaluation : Evaluation
        Of a regression.
    bins : int or sequence of float, default=10
        Number of bins of equal width, the same on both axes; 1 to 50. Or the values
        where bins meet: a bin lies above the one and up to the next.
    rows : ndarray of shape (n_samples,), dtype bool, optional
        The rows to count; all by default.

    Returns
    -------
    altair.LayerChart
        With one record per bin that holds rows as inline data: the limits ``true_low``,
        ``true_high``, ``predicted_low``, ``predicted_high``, ``count`` (rows) and
        ``mean_absolute_residual`` (weighted; None where no row has weight). On the line
        predictions are exact.

    Raises
    ------
    TaskError
        When it is no regression.
    InputError
        Another value of `bins`.

    Examples
    --------
    >>> import errwidgets as ew
    >>> evaluation = ew.Evaluation.from_predictions([0.0, 0.5, 2.0], [0.0, 1.5, 2.0])
    >>> chart = regression_chart(evaluation, bins=2)
    >>> [cell["mean_absolute_residual"] for cell in chart.data.values]
    [0.0, 1.0, 0.0]
    """
    if evaluation.task != "regression":
        raise TaskError.not_for("A chart of residuals", evaluation.task,
                                advice="It needs numbers as labels.")  # fmt: skip
    if isinstance(bins, Sequence):
        cells, edges = _records(evaluation, np.asarray(bins, dtype=np.float64), rows)
        return _draw(cells, float(edges[0]), float(edges[-1]), evaluation.name)
    whole = isinstance(bins, int | np.integer) and not isinstance(bins, bool)
    if not whole or not 1 <= bins <= _MOST_BINS:
        raise InputError(f"bins must be a whole number from 1 to {_MOST_BINS}; got {shown(bins)}.")
    cells, edges = _records(evaluation, int(bins), rows)
    return _draw(cells, float(edges[0]), float(edges[-1]), evaluation.name)


def _records(
    evaluation: Evaluation,
    bins: int | NDArray[np.float64],
    kept: NDArray[np.bool_] | None,
) -> tuple[list[dict[str, float | None]], NDArray[np.float64]]:
    """Return what the chart holds of each bin with rows, and the edges."""
    true, pred = (
        np.asarray(evaluation.columns[name].numbers, dtype=np.float64)
        for name in ("y_true", "y_pred")
    )
    low, high = float(min(true.min(), pred.min())), float(max(true.max(), pred.max()))
    if low == high:  # one value: a bin around it
        reach = max(abs(low), 1.0) / 2
        low, high = low - reach, high + reach
    if isinstance(bins, int):
        edges, side = np.linspace(low, high, bins + 1), "right"
    else:
        edges, side = np.array([low, *bins, high]), "left"
        bins = len(edges) - 1
    if kept is not None:
        true, pred = true[kept], pred[kept]
    rows, columns = (
        np.searchsorted(edges[1:-1], values, side=side)  # type: ignore[call-overload]
        for values in (true, pred)
    )
    cell = rows * bins + columns
    weights = evaluation.sample_weight
    absolute = np.abs(evaluation.row_values("residual"))
    if kept is not None:
        absolute = absolute[kept]
        weights = None if weights is None else weights[kept]
    counts = np.bincount(cell, minlength=bins * bins)
    size = np.bincount(cell, weights, bins * bins)
    total = np.bincount(cell, absolute if weights is None else absolute * weights, bins * bins)
    records: list[dict[str, float | None]] = []
    for position in np.flatnonzero(counts).tolist():
        row, column = divmod(position, bins)
        mean = float(total[position] / size[position]) if size[position] > 0 else None
        records.append(
            {
                "true_low": float(edges[row]),
                "true_high": float(edges[row + 1]),
                "predicted_low": float(edges[column]),
                "predicted_high": float(edges[column + 1]),
                "count": int(counts[position]),
                "mean_absolute_residual": mean,
            }
        )
    return records, edges


def _draw(
    cells: list[dict[str, float | None]], low: float, high: float, title: str | None
) -> alt.LayerChart:
    largest = max((cell["mean_absolute_residual"] or 0.0 for cell in cells), default=0.0)
    ramp = Ramp((0.0, largest or 1.0), "sqrt")
    span = alt.Scale(domain=[low, high], nice=False, zero=False)
    axis = alt.Axis(grid=False)
    # Both layers carry the titles, or each would add its own to the axis. That of the upright one
    # is turned to the left, so that its arrow points up.
    across: dict[str, Any] = {
        "type": "quantitative",
        "scale": span,
        "axis": axis,
        "title": "predicted →",
    }
    up: dict[str, Any] = {**across, "title": "true →"}
    limits = ("true_low", "true_high", "predicted_low", "predicted_high")
    tooltip = [alt.Tooltip(field, type="quantitative", format=".4~g") for field in limits]
    tooltip.append(alt.Tooltip("count", type="quantitative", format=","))
    mean: dict[str, Any] = {"type": "quantitative", "title": "mean absolute residual"}
    tooltip.append(alt.Tooltip("mean_absolute_residual", format=".4~g", **mean))
    boxes = (
        alt.Chart()
        .mark_rect(stroke="white", strokeWidth=1)
        .encode(
            x=alt.X("predicted_low", **across),
            x2="predicted_high",
            y=alt.Y("true_low", **up),
            y2="true_high",
            color=alt.Color("mean_absolute_residual", scale=ramp.scale("mistake"), **mean),
            tooltip=tooltip,
        )
    )
    exact = (
        alt.Chart(alt.InlineData(values=[{"at": low}, {"at": high}]))
        .mark_line(strokeDash=[4, 3], color=GREY_TEXT, strokeWidth=1)
        .encode(x=alt.X("at", **across), y=alt.Y("at", **up))
    )
    chart = alt.layer(boxes, exact, data=alt.InlineData(values=cells))
    return finished(chart, title, _SIDE)
