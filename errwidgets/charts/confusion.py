"""The confusion matrix as a chart: cells in the colours of the widget, with their numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

import altair as alt
import numpy as np

from errwidgets.charts.look import Ramp, finished, text_colour
from errwidgets.exceptions import InputError, listed, shown
from errwidgets.measures.confusion import fold_classes, most_mistaken, normalize_counts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from errwidgets.charts.look import Kind
    from errwidgets.evaluation import Evaluation

__all__ = ["confusion_chart"]

MAX_CLASSES: Final = 50
"""Above this many, the classes with the fewest mistakes become "(other)"."""

Normalize = Literal["true", "pred", "all"]
Colored = Literal["all", "errors"]
ScaleType = Literal["linear", "log"]

_OF: Final = {"true": "share of the true class", "pred": "share of the predicted class",
              "all": "share of all rows"}  # fmt: skip
# The lowest share that a logarithmic scale tells from its neighbours.
_LOWEST_SHARE: Final = 1e-3
_DOT_BELOW: Final = 0.005
_NO_BREAK_SPACE: Final = "\u00a0"


class _Look(NamedTuple):
    """Sizes, by the number of classes."""

    cell: int
    font: int
    second_line: bool


_LOOKS: Final = ((12, _Look(48, 12, True)), (25, _Look(36, 11, True)), (51, _Look(24, 8, False)))


def confusion_chart(
    evaluation: Evaluation,
    *,
    normalize: Normalize | None = None,
    color: Colored = "all",
    scale: ScaleType = "linear",
    order: Sequence[int] | None = None,
    counts: ArrayLike | None = None,
) -> alt.LayerChart:
    """Return the confusion matrix as an Altair chart.

    Parameters
    ----------
    evaluation : Evaluation
        What to show. Above 50 classes the 49 with the most mistakes stay, the rest is "(other)";
        every total stays.
    normalize : {"true", "pred", "all"}, optional
        What the share of a cell is of. By default cells show counts, with their share of the true
        class below.
    color : {"all", "errors"}, default="all"
        Colour the diagonal too, or the mistakes only.
    scale : {"linear", "log"}, default="linear"
        By default cells are coloured by their share between 0 and 1, so that two charts can be
        compared (the root of it, which spreads small shares apart). ``"log"`` colours counts by
        their logarithm, and shares from 0.1 % on.
    order : sequence of int, optional
        Positions of the classes in the order wanted, from
        :func:`errwidgets.measures.orders.class_order` for example.
    counts : array-like of shape (n_classes, n_classes), optional
        Counts to show instead of those of all rows: of a selection, say. Colours of counts keep the
        scale of all rows.

    Returns
    -------
    altair.LayerChart
        With one record per cell as inline data: ``true``, ``predicted``, ``count``, ``share``.

    Raises
    ------
    TaskError
        When there are no classes.
    InputError
        Another value of an option, an order that is none, counts of another shape.

    Examples
    --------
    >>> import errwidgets as ew
    >>> evaluation = ew.Evaluation.from_predictions(["cat", "dog", "dog"], ["cat", "cat", "dog"])
    >>> chart = confusion_chart(evaluation, normalize="true")
    >>> [(cell["true"], cell["predicted"], cell["share"]) for cell in chart.data.values[:2]]
    [('cat', 'cat', 1.0), ('cat', 'dog', 0.0)]
    """
    _check_option("color", color, get_args(Colored))
    _check_option("scale", scale, get_args(ScaleType))
    evaluation.confusion(normalize)  # says what is wrong with the task or the keyword
    every = evaluation.confusion().to_numpy()
    positions = _positions(order, len(every))
    labels = list(evaluation.columns["y_true"].display_labels)
    if len(every) > MAX_CLASSES:
        kept = set(most_mistaken(every, MAX_CLASSES - 1).tolist())
        positions = [position for position in positions if position in kept]
    shown_counts = every if counts is None else _checked(counts, every.shape)
    table, whole = fold_classes(shown_counts, positions), fold_classes(every, positions)
    names = [labels[position] for position in positions]
    if len(table) > len(positions):
        names.append("(other)")
    names = _distinct(names)
    by_count = normalize is None and scale == "log"
    ramp = _ramp(whole, scale, by_count=by_count)
    cells = _records(table, names, normalize, ramp, color, folded=len(table) > len(positions))
    return _draw(cells, names, ramp, evaluation.name, normalize, by_count=by_count)


def _check_option(name: str, value: object, allowed: tuple[str, ...]) -> None:
    if not (isinstance(value, str) and value in allowed):
        raise InputError(f"{name} must be one of {listed(allowed)}; got {shown(value)}.")


def _positions(order: Sequence[int] | None, n_classes: int) -> list[int]:
    if order is None:
        return list(range(n_classes))
    positions = [int(position) for position in order]
    if sorted(positions) != list(range(n_classes)):
        raise InputError(
            f"order must hold each position from 0 to {n_classes - 1} once; got {shown(order)}."
        )
    return positions


def _checked(counts: ArrayLike, shape: tuple[int, ...]) -> NDArray[Any]:
    table = np.asarray(counts)
    if table.shape != shape:
        raise InputError(f"counts must have the shape {shape}; got {table.shape}.")
    return table


def _distinct(names: Sequence[str]) -> list[str]:
    """Return the names, numbered where one would stand for two classes."""
    distinct: list[str] = []
    for name in names:
        text, n = name, 1
        while text in distinct:
            n += 1
            text = f"{name} ({n})"
        distinct.append(text)
    return distinct


def _ramp(counts: NDArray[Any], scale: ScaleType, *, by_count: bool) -> Ramp:
    if scale == "linear":
        return Ramp((0.0, 1.0), "sqrt")
    if not by_count:
        return Ramp((_LOWEST_SHARE, 1.0), "log")
    # Sums of weights may be below 1.
    low = min(1.0, float(counts[counts > 0].min(initial=1.0)))
    return Ramp((low, max(float(counts.max()), 2 * low)), "log")


def _records(
    counts: NDArray[Any],
    names: Sequence[str],
    normalize: Normalize | None,
    ramp: Ramp,
    color: Colored,
    *,
    folded: bool,
) -> list[dict[str, Any]]:
    """Return what the chart holds of each cell, row by row."""
    shares = normalize_counts(counts, normalize or "true")
    coloured = counts if normalize is None and ramp.type == "log" else shares
    records = []
    for (row, column), count in np.ndenumerate(counts):
        share = float(shares[row, column])
        kind = _kind(row, column, len(counts), folded=folded)
        filled = count > 0 and (color == "all" or kind == "mistake")
        fill = ramp.fill(float(coloured[row, column]), kind) if filled else [255, 255, 255]
        number, percent = _number(count), _percent(share)
        if normalize is None:
            first, second = number, percent
        else:
            first, second = ("·" if share < _DOT_BELOW else percent), ""
        records.append(
            {
                "true": names[row],
                "predicted": names[column],
                "count": count.item(),
                "share": share,
                "fill": kind if filled else "none",
                "text": first if count > 0 else "",
                "second": second if count > 0 else "",
                "ink": text_colour(fill),
            }
        )
    return records


def _kind(row: int, column: int, n: int, *, folded: bool) -> Kind:
    if row != column:
        return "mistake"
    # The folded classes taken as each other are right and wrong in one cell.
    return "rest" if folded and row == n - 1 else "correct"


def _number(value: Any) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _percent(share: float) -> str:
    """Return "47 %"; "<1 %" and ">99 %" where rounding would claim none or all."""
    text = f"{share * 100:.0f}"
    if share < _DOT_BELOW:
        text = "<1"
    elif 1 - _DOT_BELOW <= share < 1:
        text = ">99"
    return f"{text}{_NO_BREAK_SPACE}%"


def _draw(
    cells: list[dict[str, Any]],
    names: list[str],
    ramp: Ramp,
    title: str | None,
    normalize: Normalize | None,
    *,
    by_count: bool,
) -> alt.LayerChart:
    look = next(look for most, look in _LOOKS if len(names) <= most)
    two_lines = normalize is None and look.second_line
    of = _OF[normalize or "true"]
    # Names stand in a domain, never in a sort or a condition, which would make expressions of them.
    band = alt.Scale(domain=names, paddingInner=0.04)
    axis: dict[str, Any] = {"ticks": False, "domain": False, "labelPadding": 6}
    # The title of the upright axis is turned to the left, and so is its arrow: it points down.
    base = alt.Chart().encode(
        x=alt.X("predicted", type="nominal", scale=band, sort=None, title="predicted →",
                axis=alt.Axis(orient="top", labelAngle=-45, **axis)),
        y=alt.Y("true", type="nominal", scale=band, sort=None, title="← true",
                axis=alt.Axis(**axis)),
        tooltip=[
            alt.Tooltip("true", type="nominal"),
            alt.Tooltip("predicted", type="nominal"),
            alt.Tooltip("count", type="quantitative", format=","),
            alt.Tooltip("share", type="quantitative", format=".1%", title=of),
        ],
    )  # fmt: skip
    field, legend_title = ("count", "count") if by_count else ("share", of)
    layers = [base.mark_rect(fillOpacity=0)]
    kinds: tuple[tuple[Kind, str], ...] = (
        ("mistake", "mistakes"), ("correct", "correct"), ("rest", "(other)"),
    )  # fmt: skip
    for kind, word in kinds:
        legend = alt.Legend(
            title=f"{word}: {legend_title}", format="," if by_count else ".0%", gradientLength=80
        )
        layer = base.mark_rect().encode(
            color=alt.Color(
                field,
                type="quantitative",
                scale=ramp.scale(kind),
                legend=None if kind == "rest" else legend,
            )
        )
        if any(cell["fill"] == kind for cell in cells):
            layers.append(layer.transform_filter(alt.FieldEqualPredicate(field="fill", equal=kind)))
    lines = [("text", look.font, -0.55 if two_lines else 0)]
    if two_lines:
        lines.append(("second", look.font - 2, 0.65))
    layers += [
        base.mark_text(fontSize=size, dy=round(shift * look.font)).encode(
            text=alt.Text(line, type="nominal"),
            color=alt.Color("ink", type="nominal", scale=None, legend=None),
        )
        for line, size, shift in lines
    ]
    chart = alt.layer(*layers, data=alt.InlineData(values=cells)).resolve_scale(color="independent")
    return finished(chart, title, look.cell * len(names))
