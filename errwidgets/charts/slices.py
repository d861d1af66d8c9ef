"""Rates of slices, groups and nodes as a chart: a dot and its interval each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import altair as alt

from errwidgets.charts.look import GREY_TEXT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["rates_chart"]


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
