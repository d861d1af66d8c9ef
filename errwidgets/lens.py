"""How predictions are looked at, as data: threshold, merged classes, error definition, bins.

A lens never changes an evaluation. Views count through it, `.selected` shows its
predictions and mistakes, and moving it sends no rows again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from errwidgets.columns import is_hashable, native
from errwidgets.exceptions import LensError, hint, shown

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from errwidgets.evaluation import Evaluation

__all__ = ["DEFAULT_BINS", "FINE_BINS", "Lens", "has_threshold"]

FINE_BINS: Final = 60
"""Bins of a regression that the page holds; coarser ones are unions of these."""

MIN_BINS: Final = 2
MAX_BINS: Final = 30

DEFAULT_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Lens:
    """How predictions are looked at.

    Parameters
    ----------
    threshold : float in [0, 1], optional
        For two classes with probabilities: `pos_label` is predicted from this
        probability on. By default predictions are taken as they came.
    merged : dict of str to sequence of labels
        Name → classes that count as one: confusing them is no mistake.
    error_threshold : float, optional
        For a regression the absolute residual, for scores the loss above which a
        row counts as wrong.
    bins : int, optional
        Bins of each axis of a regression's matrix, 2 to 30; by default 10.

    Examples
    --------
    >>> lens = Lens(threshold=0.3)
    >>> bool(lens), bool(Lens())
    (True, False)
    >>> Lens(merged={"pets": ["cat", "dog"]}).merged
    (('pets', ('cat', 'dog')),)
    """

    threshold: float | None = None
    merged: Any = ()
    error_threshold: float | None = None
    bins: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "threshold", _number("threshold", self.threshold, 0.0, 1.0))
        object.__setattr__(
            self, "error_threshold", _number("error_threshold", self.error_threshold, 0.0, math.inf)
        )
        object.__setattr__(self, "merged", _merged(self.merged))
        bins = native(self.bins)
        if bins is not None and not (type(bins) is int and MIN_BINS <= bins <= MAX_BINS):
            raise LensError(
                f"bins must be a whole number from {MIN_BINS} to {MAX_BINS}; got {shown(bins)}."
            )
        object.__setattr__(self, "bins", bins)

    def __bool__(self) -> bool:
        return self != Lens()

    @classmethod
    def of(cls, value: object) -> Lens:
        """Return a lens from a lens, a dict of its parts, or ``None`` for no lens.

        Raises
        ------
        LensError
            When it is none of these, or holds what no lens can.
        """
        if value is None:
            return cls()
        if isinstance(value, Lens):
            return value
        if isinstance(value, Mapping):
            known = [field.name for field in fields(cls)]
            for key in value:
                if key not in known:
                    raise LensError(
                        f"A lens has no {shown(key)}.{hint(key, known)} It has {', '.join(known)}."
                    )
            return cls(**value)
        raise LensError(
            f"A lens is a Lens, a dict such as {{'threshold': 0.3}}, or None; got "
            f"{type(value).__name__} {shown(value)}."
        )

    def check(self, evaluation: Evaluation) -> None:
        """Refuse what this evaluation has no meaning for.

        Raises
        ------
        LensError
            Says what is needed.
        """
        if self.threshold is not None and not has_threshold(evaluation):
            raise LensError(
                "A threshold needs two classes and their probabilities. Pass y_proba= when the "
                "evaluation is made."
            )
        if self.merged and not evaluation.is_classification:
            raise LensError(f"There are no classes to merge in a {evaluation.task} evaluation.")
        for name, labels in self.merged:
            self._check_name(name, labels, evaluation)
            for label in labels:
                if evaluation.columns["y_true"].code_of(label) is None:
                    raise LensError(
                        f"{shown(label)} is not a class, so it cannot be merged."
                        f"{hint(label, evaluation.classes)}"
                    )
        if self.error_threshold is not None and evaluation.is_classification:
            raise LensError(
                "error_threshold is for regressions and scores; a class is right or wrong."
            )
        if self.bins is not None and evaluation.task != "regression":
            raise LensError(f"There is nothing to bin in a {evaluation.task} evaluation.")

    def _check_name(self, name: str, labels: Sequence[Hashable], evaluation: Evaluation) -> None:
        """Refuse a name that another class of the view has."""
        members = {label for _, group in self.merged for label in group}
        others = zip(evaluation.classes, evaluation.display_labels, strict=True)
        if any(text == name and label not in members for label, text in others):
            raise LensError(
                f"{name!r} is a class of its own, so merged classes cannot have this name. "
                f"Choose another, or merge that class too."
            )
        if not labels:
            raise LensError(f"There is no class in {name!r}. Name those that count as one.")

    # ------------------------------------------------------------ on the wire

    def to_wire(self, evaluation: Evaluation) -> dict[str, Any]:
        """Return the form the browser has: JSON with codes in place of labels."""
        column = evaluation.columns["y_true"] if self.merged else None
        merged = [
            [name, [column.code_of(label) for label in labels]] if column is not None else []
            for name, labels in self.merged
        ]
        return {**asdict(self), "merged": merged}

    @classmethod
    def from_wire(cls, data: Any, evaluation: Evaluation) -> Lens:
        """Read a lens that a browser sent.

        Raises
        ------
        LensError
            When it is none, or has no meaning for the evaluation.
        """
        if not isinstance(data, dict):
            raise LensError(f"Not a lens: {shown(data)}.")
        merged = data.get("merged", [])
        classes = evaluation.classes
        try:
            groups = {
                str(name): [classes[code] for code in codes if type(code) is int and code >= 0]
                for name, codes in merged
            }
        except (TypeError, ValueError, IndexError):
            raise LensError(f"Not merged classes: {shown(merged)}.") from None
        lens = cls(
            **{key: data.get(key) for key in ("threshold", "error_threshold", "bins")},
            merged=groups,
        )
        lens.check(evaluation)
        return lens


def has_threshold(evaluation: Evaluation) -> bool:
    """Return whether a threshold can be moved: two classes with probabilities."""
    both = evaluation.task == "binary" and evaluation.pos_label in evaluation.classes
    return both and evaluation.y_proba is not None


def _number(name: str, value: Any, low: float, high: float) -> float | None:
    if value is None:
        return None
    if isinstance(value, float) and math.isnan(value):
        raise LensError(f"{name} must be a number; got NaN.")
    value = native(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise LensError(f"{name} must be a number; got {type(value).__name__} {shown(value)}.")
    if not (low <= value <= high and math.isfinite(value)):
        span = "0 or more" if math.isinf(high) else f"from {low:g} to {high:g}"
        raise LensError(f"{name} must be {span}; got {shown(value)}.")
    return float(value)


def _merged(value: Any) -> tuple[tuple[str, tuple[Hashable, ...]], ...]:
    groups = value.items() if isinstance(value, Mapping) else value
    try:
        pairs = [(name, labels) for name, labels in groups or ()]
        named = all(isinstance(name, str) and name.strip() for name, _ in pairs)
        listed = not any(isinstance(labels, str) for _, labels in pairs)
        merged = tuple((name, tuple(map(native, labels))) for name, labels in pairs)
        members = [label for _, labels in merged for label in labels]
        fits = named and listed and all(map(is_hashable, members))
    except (TypeError, ValueError):
        fits = False
    if not fits:
        raise LensError(
            f"merged is a dict of name → classes, such as {{'pets': ['cat', 'dog']}}; got "
            f"{shown(value)}."
        )
    if len(set(members)) < len(members) or len(dict(merged)) < len(merged):
        raise LensError(
            f"Every class and every name may stand in `merged` once; got {shown(value)}."
        )
    return merged
