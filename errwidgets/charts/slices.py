"""Rates of slices, groups and nodes as a chart: a dot and its interval each."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import altair as alt

from errwidgets.charts.look import GREY_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from errwidgets.widgets.slice_explorer import SliceExplorer

__all__ = ["chart_of", "pair_chart", "rates_chart"]

MOST_FEATURES: Final = 5


def rates_chart(
    rows: Sequence[dict[str, Any]], measure: str, overall: float, *, is_rate: bool
) -> alt.LayerChart:
    """Return rates with intervals, one line each, and the overall rate as a dashed line.

    Parameters
    ----------
    rows : sequence of dict
        With ``words``, ``support``, ``rate``, ``low`` and ``high``.
    measure : str
        What the rates are called.
    overall : float
        The rate of all rows.
    is_rate : bool
        Whether they are shares.
    """
    data = [
        {"words": one["words"], "support": one["support"], "rate": one["rate"], "low": one["low"],
         "high": one["high"], "order": i}
        for i, one in enumerate(rows)
    ]  # fmt: skip
    axis = alt.Axis(format="%") if is_rate else alt.Axis()
    base = alt.Chart(alt.InlineData(values=data)).encode(
        y=alt.Y("words:N", sort=alt.EncodingSortField("order"), title=None,
                axis=alt.Axis(labelLimit=420)),
    )  # fmt: skip
    lines = base.mark_rule(color="#c2410c").encode(
        x=alt.X("low:Q", title=measure, axis=axis), x2="high:Q"
    )
    dots = base.mark_point(color="#c2410c", filled=True, size=40).encode(
        x=alt.X("rate:Q", title=measure, axis=axis),
        tooltip=[alt.Tooltip("words:N", title="slice"), alt.Tooltip("support:Q", title="rows"),
                 alt.Tooltip("rate:Q", title=measure), "low:Q", "high:Q"],
    )  # fmt: skip
    all_rows = (
        alt.Chart(alt.InlineData(values=[{"overall": overall}]))
        .mark_rule(strokeDash=[3, 3], color="#8b949e")
        .encode(x="overall:Q")
    )
    done: alt.LayerChart = (
        alt.layer(all_rows, lines, dots)
        .properties(width=420, height=24 * max(len(data), 1))
        .configure_view(stroke=None)
        .configure_axis(grid=False, titleColor=GREY_TEXT, titleFontWeight="normal")
    )
    return done


def chart_of(explorer: SliceExplorer) -> alt.LayerChart | alt.Chart:
    """Return a chart of what an explorer shows.

    Parameters
    ----------
    explorer : SliceExplorer
        With something found.
    """
    content = explorer._content  # noqa: SLF001  the same numbers as on the page
    rows: list[dict[str, Any]]
    match explorer.tab:
        case "pair":
            return pair_chart(explorer.pair, content["measure"], is_rate=content["is_rate"])
        case "features":
            features = (content.get("features") or [])[:MOST_FEATURES]
            rows = [group for one in features for group in one["groups"]]
        case "tree":
            rows = content.get("tree") or []
        case "build":
            rows = _frame_rows(explorer.built)
        case "overlap":
            rows = _frame_rows(explorer.intersections)
        case _:
            rows = content["found"]
    return rates_chart(rows, content["measure"], content["overall"], is_rate=content["is_rate"])


def _frame_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    said = [" and ".join(one) or "none of these" for one in frame["slices"]]
    names = {"support": "support", "rate": "error_rate", "low": "ci_low", "high": "ci_high"}
    columns = {short: frame[name].tolist() for short, name in names.items()}
    return [
        {"words": words, **{short: values[i] for short, values in columns.items()}}
        for i, words in enumerate(said)
    ]


def pair_chart(frame: pd.DataFrame, measure: str, *, is_rate: bool) -> alt.Chart:
    """Return a heat map of two features: colour for the rate, size for the rows.

    Parameters
    ----------
    frame : DataFrame
        Of :meth:`Evaluation.feature_pair`.
    measure : str
        What the rates are called.
    is_rate : bool
        Whether they are shares.
    """
    data = [
        {"x": one["first"], "y": one["second"], "support": int(one["support"]),
         "rate": None if math.isnan(one["error_rate"]) else float(one["error_rate"])}
        for _, one in frame.iterrows()
    ]  # fmt: skip
    legend = alt.Legend(format="%") if is_rate else alt.Legend()
    ramp = alt.Scale(range=["#fdf1ea", "#c2410c"])
    chart: alt.Chart = (
        alt.Chart(alt.InlineData(values=data))
        .mark_square()
        .encode(
            x=alt.X("x:N", sort=None, title=None),
            y=alt.Y("y:N", sort=None, title=None),
            size=alt.Size("support:Q", title="rows", scale=alt.Scale(range=[10, 600])),
            color=alt.Color("rate:Q", title=measure, scale=ramp, legend=legend),
            tooltip=["x:N", "y:N", alt.Tooltip("support:Q", title="rows"),
                     alt.Tooltip("rate:Q", title=measure)],
        )
        .properties(width=alt.Step(30), height=alt.Step(30))
        .configure_view(stroke=None)
        .configure_axis(grid=False, titleColor=GREY_TEXT, titleFontWeight="normal")
    )  # fmt: skip
    return chart
