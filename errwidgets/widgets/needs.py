"""What a view needs on the page, and what the page must know of an evaluation."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from errwidgets.sources.columns import ViewColumns

__all__ = ["PAGE_BYTES", "Needs", "view_info"]

PAGE_BYTES: Final = 128 * 1024 * 1024
"""Columns of more bytes than this together stay in Python, which then counts them."""


@dataclass(frozen=True)
class Needs:
    """What a kind of view needs.

    Attributes
    ----------
    columns : tuple of str
        Columns it draws; part of a saved notebook.
    cubes : tuple of (names, value)
        Combinations of columns whose counts, and sums of `value`, are saved.
    orders : dict of str to list of int
        Orders of the classes that the page cannot work out itself.
    """

    columns: tuple[str, ...] = ()
    cubes: tuple[tuple[tuple[str, ...], str | None], ...] = ()
    orders: dict[str, list[int]] = field(default_factory=dict)


def view_info(columns: ViewColumns) -> dict[str, Any]:
    """Return what the page must know: see ``Info`` in ``js/src/store/connection.ts``."""
    evaluation = columns.evaluation
    classes = evaluation.classes
    groups: dict[str, list[int]] = {}
    for label, group in (evaluation.class_groups or {}).items():
        groups.setdefault(group, []).append(classes.index(label))
    # One class alone has no positive one.
    binary = evaluation.task == "binary" and evaluation.pos_label in classes
    return {
        "name": evaluation.name,
        "n_samples": evaluation.n_samples,
        "task": evaluation.task,
        "pos_code": classes.index(evaluation.pos_label) if binary else None,
        "probability": columns.probability,
        "distance": columns.distance,
        "is_error": columns.is_error,
        "weight": columns.weight,
        "class_groups": [[name, codes] for name, codes in groups.items()],
        "bin_edges": list(columns["y_true"].edges) if evaluation.task == "regression" else [],
        "error_threshold": evaluation.error_threshold,
        "pandas": evaluation.is_pandas,
        "page_bytes": PAGE_BYTES,
        "cohorts": list(evaluation.notes.cohorts),
    }
