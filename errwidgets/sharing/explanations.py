"""Explanations as the page reads them: rows, a selection against the rest, errors against hits."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from errwidgets import selection as sel
from errwidgets.columns import display, native
from errwidgets.explain.attributions import Attributions
from errwidgets.explain.contrast import LEVEL
from errwidgets.explain.parts import TextAttributions
from errwidgets.explain.shared import shared_values
from errwidgets.explain.what_if import is_missing
from errwidgets.sharing.fallback import cut
from errwidgets.slices.conditions import Conditions

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from errwidgets.columns import CodedColumn
    from errwidgets.evaluation import Evaluation
    from errwidgets.explain.parts import ImageAttributions
    from errwidgets.explain.shared import Share
    from errwidgets.explain.what_if import Field

    Columns = Mapping[str, CodedColumn]
    Parts = Attributions | TextAttributions | ImageAttributions

__all__ = [
    "attributions_to_wire", "contrast_fallback", "contrast_to_wire", "fields_to_wire",
    "parted", "parts_to_wire", "pixels_of", "row_to_wire", "text_of",
]  # fmt: skip

MOST_TEXT: Final = 200

MOST_CLASSES: Final = 12

MOST_SHARED: Final = 12
"""Values of one feature that are listed."""

SAVED_BYTES: Final = 1_000_000
"""Bytes of attributions that a notebook may keep."""

MOST_FALLBACK: Final = 12

WHOLE: Final = 1e15
"""Larger floats are no whole numbers that anybody would read digit by digit."""

MISSING: Final = "(missing)"


def text_of(value: Any) -> str:
    """Return a value of a row as text, cut to what a page can hold.

    Examples
    --------
    >>> text_of(float("nan")), text_of(np.int64(5)), text_of(0.1 + 0.2), text_of(41310.0)
    ('(missing)', '5', '0.3', '41310')
    """
    if is_missing(value):
        return MISSING
    if isinstance(value, float | np.floating):
        number = float(value)
        return f"{number:.0f}" if number.is_integer() and abs(number) < WHOLE else f"{number:.6g}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} array, {' x '.join(map(str, value.shape))}"
    return cut(display(native(value)), MOST_TEXT)


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


# ---------------------------------------------------------------- one row


def row_to_wire(
    evaluation: Evaluation, position: int, probabilities: NDArray[np.float64] | None
) -> dict[str, Any]:
    """Return what is known of a row without explaining it: labels and probabilities.

    Parameters
    ----------
    evaluation : Evaluation
        Whose row it is.
    position : int
        Which row.
    probabilities : ndarray of shape (n_classes,), optional
        By default those of the evaluation.
    """
    columns = evaluation.columns
    known: dict[str, Any] = {
        "position": position,
        "label": text_of(evaluation.index[position]),
        "loss": _number(evaluation.row_values("loss")[position]),
        "is_error": bool(evaluation.row_values("is_error")[position])
        if evaluation.has_errors else None,
    }  # fmt: skip
    if evaluation.task == "score":
        return {**known, "true": None, "predicted": None, "probabilities": []}
    labels = evaluation.display_labels
    if not evaluation.is_classification:
        true, predicted = (columns[name].numbers for name in ("y_true", "y_pred"))
        assert true is not None  # noqa: S101  a regression's are numbers
        assert predicted is not None  # noqa: S101
        said = {"true": text_of(true[position]), "predicted": text_of(predicted[position])}
        return {**known, **said, "probabilities": []}
    codes = [int(columns[name].codes[position]) for name in ("y_true", "y_pred")]
    if probabilities is None and evaluation.y_proba is not None:
        probabilities = evaluation.y_proba[position]
    shown: list[dict[str, Any]] = []
    if probabilities is not None:
        order = np.argsort(-probabilities, kind="stable")[:MOST_CLASSES].tolist()
        order += [code for code in codes if code not in order]
        if len(labels) == 2:  # noqa: PLR2004  in the order of the classes, as everywhere
            order = [0, 1]
        shown = [{"code": code, "label": labels[code], "p": float(probabilities[code])}
                 for code in order]  # fmt: skip
    return {**known, "true": labels[codes[0]], "predicted": labels[codes[1]],
            "probabilities": shown}  # fmt: skip


def parts_to_wire(
    found: Parts, i: int, columns: Columns, held: Container[str] | None
) -> dict[str, Any]:
    """Return the attributions of one row: what adds to what.

    Parameters
    ----------
    found : Attributions, TextAttributions or ImageAttributions
        Of some rows.
    i : int
        Which of them.
    columns : mapping of str to CodedColumn
        What conditions name.
    held : container of str, optional
        The columns that the page has.
    """
    common = {
        "method": found.method,
        "base": _number(found.base_values[i]),
        "output": _number(found.outputs[i]),
        "said": found.output,
        "space": found.space,
        "exact": found.exact,
        "route": found.route,
        "notes": list(found.notes),
    }
    fit = getattr(found, "fit", None)
    common["fit"] = None if fit is None or np.isnan(fit[i]) else float(fit[i])
    if isinstance(found, Attributions):
        position = int(found.positions[i])
        errors = found.errors
        features = [
            {
                "feature": name,
                "value": text_of(found.data.iloc[i, j]),
                "attribution": float(found.values[i, j]),
                "error": None if errors is None else float(errors[i, j]),
                "where": _condition(name, position, columns, held),
            }
            for j, name in enumerate(found.feature_names)
        ]
        return {**common, "kind": "table", "features": features}
    if isinstance(found, TextAttributions):
        pieces = zip(found.tokens[i], found.values[i], strict=True)
        tokens = [[token, float(value)] for token, value in pieces]
        return {**common, "kind": "text", "tokens": tokens}
    return {**common, "kind": "image", "cells": found.values[i].tolist()}


def _condition(
    name: str, position: int, columns: Columns, held: Container[str] | None
) -> dict[str, Any] | None:
    """Return what selects the rows that are like this one in a feature."""
    if name not in columns:
        return None
    column = columns[name]
    predicate = Conditions(column).predicate(int(column.codes[position]))
    return sel.to_wire(predicate, columns, held)


def pixels_of(image: Any) -> NDArray[np.uint8]:
    """Return an image as bytes of grey or of red, green and blue."""
    array = np.asarray(image)
    if array.ndim == 3 and array.shape[2] not in {1, 3}:  # noqa: PLR2004
        array = array[:, :, :3] if array.shape[2] > 3 else array[:, :, :1]  # noqa: PLR2004
    if array.ndim == 2:  # noqa: PLR2004
        array = array[:, :, None]
    if array.dtype == np.uint8:
        return np.ascontiguousarray(array)
    numbers = array.astype(np.float64)
    low, high = np.nanmin(numbers), np.nanmax(numbers)
    scaled = (numbers - low) / ((high - low) or 1.0) * 255
    return np.ascontiguousarray(np.nan_to_num(scaled).astype(np.uint8))


# ---------------------------------------------------------------- many rows


def contrast_to_wire(
    frame: pd.DataFrame,
    inside: NDArray[np.bool_],
    other: NDArray[np.bool_],
    columns: Columns,
    held: Container[str] | None,
) -> dict[str, Any]:
    """Return :meth:`Evaluation.contrast` with the values that a click selects.

    Parameters
    ----------
    frame : DataFrame
        The contrast.
    inside, other : ndarray of shape (n_samples,)
        Its two sides.
    columns : mapping of str to CodedColumn
        What conditions name.
    held : container of str, optional
        The columns that the page has.
    """

    def share(one: Share) -> dict[str, Any]:
        return {
            "words": one.words,
            "where": sel.to_wire(one.predicate, columns, held),
            "selected": one.selected,
            "other": one.other,
        }

    rows = []
    for _, one in frame.iterrows():
        name = str(one["feature"])
        shared = shared_values(columns[name], inside, other) if name in columns else None
        q_values = [one["attribution_gap_q_value"], one["value_gap_q_value"]]
        values = [] if shared is None else sorted(
            shared.values, key=lambda value: -abs(value.selected - value.other)
        )[:MOST_SHARED]  # fmt: skip
        rows.append(
            {
                "feature": name,
                "words": one["words"],
                "a": _number(one["selected_attribution"]),
                "b": _number(one["other_attribution"]),
                "q": [_number(q) for q in q_values],
                "differs": any(q < LEVEL for q in q_values),
                "best": None if shared is None else share(shared.best),
                "values": [] if shared is None else [
                    share(value) for value in shared.values if value in values
                ],
            }
        )  # fmt: skip
    told = ("note", "space", "output", "n_selected", "n_other", "against")
    return {"rows": rows, **{name: frame.attrs[name] for name in told}}


def attributions_to_wire(found: Attributions) -> dict[str, Any]:
    """Return attributions as bytes: as many rows as a notebook may keep."""
    width = 4 * (len(found.feature_names) + 3)
    n = min(len(found), SAVED_BYTES // width)

    def numbers(values: NDArray[Any]) -> bytes:
        return values[:n].astype("<f4").tobytes()

    return {
        "features": list(found.feature_names),
        "method": found.method,
        "space": found.space,
        "said": found.output,
        "exact": found.exact,
        "route": found.route,
        "positions": found.positions[:n].astype("<u4").tobytes(),
        "values": numbers(found.values),
        "bases": numbers(found.base_values),
        "outputs": numbers(found.outputs),
    }


def parted(wire: dict[str, Any]) -> tuple[dict[str, Any], list[bytes]]:
    """Return what a message carries as text, with the names of its bytes, and the bytes."""
    data = {name: value for name, value in wire.items() if isinstance(value, bytes)}
    text = {name: value for name, value in wire.items() if name not in data}
    return {**text, "buffers": list(data)}, list(data.values())


def fields_to_wire(fields: list[Field]) -> list[dict[str, Any]]:
    """Return the columns of a model as the page edits them: choices by their place."""
    return [
        {
            "name": str(one.name),
            "kind": one.kind,
            "low": one.low,
            "high": one.high,
            "step": one.step,
            "whole": one.whole,
            "labels": [cut(label, MOST_TEXT) for label in one.labels],
        }
        for one in fields
    ]


# ---------------------------------------------------------------- without JavaScript


def contrast_fallback(name: str | None, frame: pd.DataFrame | None) -> tuple[str, str]:
    """Return (text/plain, text/html): what the selected rows share.

    Parameters
    ----------
    name : str or None
        Of the evaluation.
    frame : DataFrame or None
        The contrast; ``None`` when there is none.
    """
    title = f"Explanation · {name}" if name else "Explanation"
    if frame is None:
        said = "Nothing was explained yet."
        return f"{title}: {said}", f"<p>{html.escape(title)}</p><p>{said}</p>"
    against = frame.attrs["against"]
    rows = [
        "<tr>"
        f"<td>{html.escape(cut(str(one['words']), 160))}</td>"
        f"<td>{_amount(one['selected_attribution'])}</td>"
        f"<td>{_amount(one['other_attribution'])}</td>"
        f"<td>{_q_text(one)}</td>"
        "</tr>"
        for _, one in frame.head(MOST_FALLBACK).iterrows()
    ]
    head = (f"what {frame.attrs['n_selected']:,} rows share", "mean |attribution|",
            cut(str(against), 40), "q")  # fmt: skip
    note = str(frame.attrs["note"])
    table = (
        f"<table><caption>{html.escape(cut(title, 120))}</caption><thead><tr>"
        + "".join(f"<th>{html.escape(text)}</th>" for text in head)
        + f"</tr></thead><tbody>{''.join(rows)}</tbody></table><p>{html.escape(note)}</p>"
    )
    first = frame["words"].iloc[0] if len(frame) else "nothing to compare"
    return f"{title}: {first}. {note} Rows: .selected, .contrast_frame.", table


def _amount(value: float) -> str:
    return f"{value:,.3g}" if np.isfinite(value) else "–"


def _q_text(one: Any) -> str:
    known = [q for q in (one["attribution_gap_q_value"], one["value_gap_q_value"]) if q == q]  # noqa: PLR0124
    return f"{min(known):.2g}" if known else "–"
