"""Slices, groups and trees as the page reads them, and as a table for readers without it."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any, Final

from errwidgets import selection as sel
from errwidgets.sharing.fallback import cut

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    import pandas as pd

    from errwidgets.selection.predicates import Columns
    from errwidgets.slices.histograms import Histogram
    from errwidgets.slices.objective import Objective

__all__ = [
    "features_to_wire",
    "found_to_wire",
    "reading_to_wire",
    "slices_fallback",
    "tree_to_wire",
    "within_to_wire",
]

MOST_ROWS: Final = 10

MOST_GROUPS: Final = 60
"""Groups of one feature that travel: the largest."""


def _number(value: Any) -> float | None:
    value = float(value)
    return value if math.isfinite(value) else None


def _rated(one: Any, columns: Columns, held: Container[str] | None, words: str) -> dict[str, Any]:
    return {
        "words": str(one[words]),
        "where": sel.to_wire(one["conditions"], columns, held),
        "support": int(one["support"]),
        "rate": _number(one["error_rate"]),
        "low": _number(one["ci_low"]),
        "high": _number(one["ci_high"]),
    }


def found_to_wire(
    frame: pd.DataFrame,
    columns: Columns,
    held: Container[str] | None = None,
    alike: Sequence[pd.DataFrame] = (),
) -> list[dict[str, Any]]:
    """Return the slices of :meth:`Evaluation.find_slices` for the page.

    Parameters
    ----------
    frame : DataFrame
        The slices.
    columns : mapping of str to CodedColumn
        What their conditions name.
    held : container of str, optional
        The columns that the page has.
    alike : sequence of DataFrame, optional
        For each slice some that are folded under it.
    """
    found = [_found(one, columns, held) for _, one in frame.iterrows()]
    for one, others in zip(found, alike, strict=False):
        one["alike"] = [_found(other, columns, held) for _, other in others.iterrows()]
    return found


def _found(one: Any, columns: Columns, held: Container[str] | None) -> dict[str, Any]:
    return {
        **_rated(one, columns, held, "slice"),
        "parts": _parts(one["slice"], one["conditions"], columns),
        "support_share": _number(one["support_share"]),
        "errors": _number(one["errors"]),
        "error_share": _number(one["error_share"]),
        "lift": _number(one["lift"]),
        "q": _number(one["q_value"]),
        "verified": bool(one["verified"]),
        "discovery_rate": _number(one["discovery_rate"]),
        "n_similar": int(one["n_similar"]),
        "subsumed_by": one["subsumed_by"],
        "alike": [],
    }


def reading_to_wire(
    objective: Objective,
    columns: Columns,
    held: Container[str] | None = None,
    *,
    rows: bool = True,
) -> dict[str, Any]:
    """Return how the page counts an objective: which rows, and what of them.

    Parameters
    ----------
    objective : Objective
        What is looked for.
    columns : mapping of str to CodedColumn
        What its conditions name.
    held : container of str, optional
        The columns that the page has.
    rows : bool, default=True
        Whether rows may be told where no column says which are wrong.
    """
    truth = objective.truth
    if truth is None and objective.is_rate and rows:
        truth = sel.Rows.of(objective.target, len(objective.target), words=objective.noun)
    return {
        "scope": None if objective.scope is None else sel.to_wire(objective.scope, columns, held),
        "truth": None if truth is None else sel.to_wire(truth, columns, held),
        "value": objective.column,
    }


def within_to_wire(
    within: sel.Selection | None, columns: Columns, held: Container[str] | None = None
) -> dict[str, Any] | None:
    """Return the rows that are searched, in words and as the page counts them."""
    predicate = None if within is None else within.predicate()
    if predicate is None:
        return None
    words = sel.words(predicate, columns)
    return {"words": words, "where": sel.to_wire(predicate, columns, held)}


def _parts(said: str, predicate: Any, columns: Columns) -> list[str]:
    """Return the words of a slice condition by condition, so that joining words can be grey."""
    parts: list[str] = []
    for part in predicate.of if isinstance(predicate, sel.All) else (predicate,):
        if " and ".join(parts) == said:  # what makes a row count comes after
            break
        parts.append(sel.words(part, columns))
    return parts


def features_to_wire(
    frame: pd.DataFrame,
    columns: Columns,
    held: Container[str] | None = None,
    bins: Mapping[str, Histogram] | None = None,
) -> list[dict[str, Any]]:
    """Return the groups of :meth:`Evaluation.feature_errors` for the page, feature by feature.

    Parameters
    ----------
    frame : DataFrame
        The groups.
    columns : mapping of str to CodedColumn
        What their conditions name.
    held : container of str, optional
        The columns that the page has.
    bins : mapping of str to Histogram, optional
        Of features of many numbers.
    """
    bins = bins or {}
    features = []
    for name, groups in frame.groupby("feature", sort=False):
        largest = groups.nlargest(MOST_GROUPS, "support").index
        first = groups.iloc[0]
        features.append(
            {
                "name": str(name),
                "explained": _number(first["explained"]),
                "p": _number(first["p_value"]),
                "n_groups": len(groups),
                "histogram": _histogram(bins.get(str(name)), columns),
                "groups": [
                    _rated(one, columns, held, "condition")
                    for at, one in groups.iterrows()
                    if at in largest
                ],
            }
        )
    return features


def _histogram(bins: Histogram | None, columns: Columns) -> dict[str, Any] | None:
    if bins is None:
        return None
    ordered = columns[bins.feature].ordered
    assert ordered is not None  # noqa: S101  it has edges
    names = {"support": "support", "rate": "error_rate", "low": "ci_low", "high": "ci_high"}
    return {
        "edges": [ordered.spelled(edge) for edge in bins.edges],
        "bins": {
            short: [_number(value) for value in bins.columns[name]] for short, name in names.items()
        },
    }


def tree_to_wire(
    frame: pd.DataFrame, columns: Columns, held: Container[str] | None = None
) -> list[dict[str, Any]]:
    """Return the nodes of an :class:`ErrorTree` for the page; the first is all rows."""
    nodes = []
    for _, one in frame.iterrows():
        # The root is every row: no condition selects it.
        depth = int(one["depth"])
        node = _rated(one, columns, held, "step") if depth else _root(one)
        nodes.append({**node, "depth": depth, "is_leaf": bool(one["is_leaf"])})
    return nodes


def _root(one: Any) -> dict[str, Any]:
    return {
        "words": "all rows",
        "where": None,
        "support": int(one["support"]),
        "rate": _number(one["error_rate"]),
        "low": _number(one["ci_low"]),
        "high": _number(one["ci_high"]),
    }


def slices_fallback(name: str | None, frame: pd.DataFrame | None) -> tuple[str, str]:
    """Return (text/plain, text/html): the first slices with their intervals.

    Parameters
    ----------
    name : str or None
        Of the evaluation.
    frame : DataFrame or None
        The slices; ``None`` when nothing was searched yet.
    """
    title = f"Slice explorer · {name}" if name else "Slice explorer"
    if frame is None:
        said = "Nothing was searched yet."
        return f"{title}: {said}", f"<p>{html.escape(title)}</p><p>{said}</p>"
    note = str(frame.attrs["note"])
    rate = _as_share if frame.attrs["is_rate"] else _as_number
    rows = [
        "<tr>"
        f"<td>{html.escape(cut(one['slice'], 120))}</td>"
        f"<td>{one['support']:,}</td>"
        f"<td>{rate(one['error_rate'])}</td>"
        f"<td>{rate(one['ci_low'])}–{rate(one['ci_high'])}</td>"
        f"<td>{'verified' if one['verified'] else 'not held up'}</td>"
        "</tr>"
        for _, one in frame.head(MOST_ROWS).iterrows()
    ]
    head = ("slice", "rows", str(frame.attrs["measure"]), "95 %", "evidence")
    table = (
        f"<table><caption>{html.escape(title)}</caption><thead><tr>"
        + "".join(f"<th>{html.escape(text)}</th>" for text in head)
        + f"</tr></thead><tbody>{''.join(rows)}</tbody></table><p>{html.escape(note)}</p>"
    )
    n = len(frame)
    return f"{title}: {n:,} slice{'' if n == 1 else 's'}. {note} Rows: .slices, .selected.", table


def _as_share(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f} %"


def _as_number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:,.4g}"
