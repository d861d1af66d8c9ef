"""Attributions as charts: a row as a waterfall, a contrast as bars, many rows as points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import altair as alt
import numpy as np
import pandas as pd

from errwidgets.charts.look import GREY_TEXT
from errwidgets.exceptions import InputError
from errwidgets.explain.attributions import Attributions

if TYPE_CHECKING:
    from errwidgets.widgets.explanation_panel import ExplanationPanel

__all__ = [
    "KINDS",
    "bar_chart",
    "beeswarm_chart",
    "chart_of",
    "dependence_chart",
    "waterfall_chart",
]

KINDS: Final = ("waterfall", "bar", "beeswarm", "dependence")

TOWARD: Final = "#3b6ea8"
AWAY: Final = "#c2410c"
GREY: Final = "#8b949e"

MOST_FEATURES: Final = 10


def chart_of(panel: ExplanationPanel, kind: str | None) -> alt.LayerChart | alt.Chart:
    """Return a chart of what a panel shows.

    Parameters
    ----------
    panel : ExplanationPanel
        With something explained.
    kind : {"waterfall", "bar", "beeswarm", "dependence"}, optional
        By default what its tab shows.
    """
    kind = kind or {"contrast": "bar", "global": "bar", "values": "dependence"}.get(
        panel.tab, "waterfall"
    )
    if kind == "bar":
        frame = panel.global_frame if panel.tab == "global" else panel.contrast_frame
        return bar_chart(frame)
    if kind == "waterfall":
        found = panel._explaining.explained_row(panel._asked, panel._position)  # noqa: SLF001
        if not isinstance(found, Attributions):
            raise InputError("A waterfall is of features; this model takes whole texts or images.")
        return waterfall_chart(found, 0)
    many = panel._first  # noqa: SLF001  the same numbers as on the page
    if many is None:
        raise InputError("There are no attributions of many rows to draw.")
    if kind == "beeswarm":
        return beeswarm_chart(many)
    feature = panel._options.get("feature")  # noqa: SLF001
    names = many.feature_names
    strongest = names[int(np.argmax(np.abs(many.values).mean(axis=0)))]
    return dependence_chart(many, feature if feature in names else strongest)


def _finished(chart: Any, height: Any) -> Any:
    return (
        chart.properties(width=420, height=height)
        .configure_view(stroke=None)
        .configure_axis(grid=False, titleColor=GREY_TEXT, titleFontWeight="normal")
    )


def _axis_title(found: Attributions) -> str:
    return f"{found.output} ({found.space})"


def waterfall_chart(found: Attributions, i: int, most: int = MOST_FEATURES) -> alt.LayerChart:
    """Return a row's features as signed bars from the base to the output.

    Parameters
    ----------
    found : Attributions
        Of some rows.
    i : int
        Which of them.
    most : int, default=10
        Features that have a bar of their own; the rest have one together.
    """
    values = found.values[i]
    order = np.argsort(-np.abs(values), kind="stable")
    bars = [
        (f"{found.feature_names[j]} = {found.data.iloc[i, j]}", float(values[j]))
        for j in order[:most]
    ]
    if len(order) > most:
        bars.append((f"{len(order) - most} more", float(values[order[most:]].sum())))
    at, rows = float(found.base_values[i]), []
    for place, (words, value) in enumerate(bars):
        rows.append({"words": words, "from": at, "to": at + value, "attribution": value,
                     "order": place})  # fmt: skip
        at += value
    data = alt.InlineData(values=rows)
    base = alt.Chart(data).encode(
        y=alt.Y("words:N", sort=alt.EncodingSortField("order"), title=None,
                axis=alt.Axis(labelLimit=320)),
    )  # fmt: skip
    sides = base.mark_bar().encode(
        x=alt.X("from:Q", title=_axis_title(found), scale=alt.Scale(zero=False)),
        x2="to:Q",
        color=alt.condition("datum.attribution > 0", alt.value(TOWARD), alt.value(AWAY)),
        tooltip=["words:N", alt.Tooltip("attribution:Q", format="+.3f")],
    )
    start = (
        alt.Chart(alt.InlineData(values=[{"base": float(found.base_values[i])}]))
        .mark_rule(strokeDash=[3, 3], color=GREY)
        .encode(x="base:Q")
    )
    done: alt.LayerChart = _finished(alt.layer(start, sides), 24 * max(len(rows), 1))
    return done


def bar_chart(frame: pd.DataFrame, most: int = MOST_FEATURES) -> alt.Chart:
    """Return the mean absolute attribution of either side of a contrast.

    Parameters
    ----------
    frame : DataFrame
        Of :meth:`Evaluation.contrast`.
    most : int, default=10
        Features that are drawn.
    """
    if frame["selected_attribution"].isna().all():
        raise InputError("Only values were compared, so there are no attributions to draw.")
    other = str(frame.attrs["against"])
    mine = "selected" if other != "selected" else "selected rows"
    data = [
        {"feature": one["feature"], "side": side, "attribution": float(one[name]), "order": i,
         "words": one["words"]}
        for i, (_, one) in enumerate(frame.head(most).iterrows())
        for side, name in ((mine, "selected_attribution"), (other, "other_attribution"))
    ]  # fmt: skip
    chart = (
        alt.Chart(alt.InlineData(values=data))
        .mark_bar()
        .encode(
            y=alt.Y("feature:N", sort=alt.EncodingSortField("order"), title=None),
            yOffset=alt.YOffset("side:N", sort=[mine, other]),
            x=alt.X("attribution:Q", title=f"mean |attribution| ({frame.attrs['space']})"),
            color=alt.Color("side:N", sort=[mine, other], title=None,
                            scale=alt.Scale(domain=[mine, other], range=[AWAY, GREY])),
            tooltip=["feature:N", "side:N", alt.Tooltip("attribution:Q", format=".3f"), "words:N"],
        )
    )  # fmt: skip
    done: alt.Chart = _finished(chart, alt.Step(12))
    return done


def _points(found: Attributions, features: list[str]) -> list[dict[str, Any]]:
    places = {name: j for j, name in enumerate(found.feature_names)}
    jitter = np.random.default_rng(0).uniform(-1, 1, len(found))
    points = []
    for name in features:
        j = places[name]
        column = found.data.iloc[:, j]
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
        finite = numbers[np.isfinite(numbers)]
        low, high = (finite.min(), finite.max()) if len(finite) else (0.0, 0.0)
        for i in range(len(found)):
            scaled = (numbers[i] - low) / (high - low) if high > low else np.nan
            value = column.iloc[i]
            points.append(
                {
                    "feature": name,
                    "attribution": float(found.values[i, j]),
                    "value": str(value),
                    "number": float(numbers[i]) if np.isfinite(numbers[i]) else None,
                    "scaled": float(scaled) if np.isfinite(scaled) else None,
                    "jitter": float(jitter[i]),
                }
            )
    return points


def beeswarm_chart(found: Attributions, most: int = MOST_FEATURES) -> alt.Chart:
    """Return every row's attributions, a line of points per feature, shaded by its values.

    Parameters
    ----------
    found : Attributions
        Of many rows.
    most : int, default=10
        Features that are drawn, those of the largest mean absolute attribution.
    """
    order = np.argsort(-np.abs(found.values).mean(axis=0), kind="stable")[:most]
    features = [found.feature_names[j] for j in order]
    shade = alt.Scale(domain=[0, 1], range=["#b9c6d8", "#1d3f6e"])
    chart = (
        alt.Chart(alt.InlineData(values=_points(found, features)))
        .mark_circle(size=18, opacity=0.7)
        .encode(
            y=alt.Y("feature:N", sort=features, title=None),
            yOffset=alt.YOffset("jitter:Q", scale=alt.Scale(domain=[-2, 2])),
            x=alt.X("attribution:Q", title=_axis_title(found)),
            color=alt.Color("scaled:Q", title="value, low to high", scale=shade),
            tooltip=["feature:N", "value:N", alt.Tooltip("attribution:Q", format="+.3f")],
        )
    )
    done: alt.Chart = _finished(chart, alt.Step(26))
    return done


def dependence_chart(found: Attributions, feature: str) -> alt.Chart:
    """Return every row's attribution of one feature over the feature's value.

    Parameters
    ----------
    found : Attributions
        Of many rows.
    feature : str
        Which feature.
    """
    points = _points(found, [feature])
    is_number = any(one["number"] is not None for one in points)
    x = alt.X("number:Q", title=feature, scale=alt.Scale(zero=False)) if is_number else (
        alt.X("value:N", title=feature)
    )  # fmt: skip
    chart = (
        alt.Chart(alt.InlineData(values=points))
        .mark_circle(size=24, opacity=0.6, color=TOWARD)
        .encode(
            x=x,
            y=alt.Y("attribution:Q", title=_axis_title(found)),
            tooltip=["value:N", alt.Tooltip("attribution:Q", format="+.3f")],
        )
    )
    done: alt.Chart = _finished(chart, 280)
    return done
